"""The collections behind one alias: `twohop` is `twohop-1` until an index built beside it takes its place.

An alias stands only once its collection is complete, so a process that dies on the way leaves nothing half made: the
next one goes on. What a collection was built with is in its metadata, which is copied and restored with it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qdrant_client import models

from twohop.errors import IndexUnavailable, Misconfigured, SchemaTooNew
from twohop.vector.checks import check_built
from twohop.vector.model import IndexInfo
from twohop.vector.payload import FORMAT
from twohop.vector.qdrant_schema import Layout, collection, field_indexes
from twohop.vector.qdrant_server import Refused, Server

OLDEST = (1, 19)
"""The first server that scores words within one owner's points (`idf.corpus`); others mix the owners' statistics."""

DROP_SECONDS = 60.0
"""How long the removal of a collection may take: the server deletes its files first."""


@dataclass(frozen=True, slots=True)
class Found:
    """A collection that may be used, and whether nothing is in it."""

    name: str
    empty: bool


class Collections:
    """Makes, finds and swaps the collections of one index."""

    def __init__(self, server: Server, alias: str, wanted: IndexInfo, layout: Layout) -> None:
        self.server = server
        self._client = server.client
        self._alias = alias
        self._wanted = wanted
        self._layout = layout

    async def current(self) -> Found:
        """The collection that the alias stands for, made if there is none.

        Raises:
            EmbedderMismatch: it was built with another model, dimension or encoder.
            SchemaTooNew: a newer twohop made it.
            Misconfigured: the server is too old, or the collection is not an index of twohop.
            IndexUnavailable: the server can't be reached.
        """
        await self._check_version()
        name = await self._behind()
        if name is None:
            name = f"{self._alias}-1"
            await self._make(name)
            await self._point_to(name)
        return await self.checked(name)

    async def checked(self, name: str) -> Found:
        """The collection, if its vectors can be compared with ours; raises like `current`."""
        stored = await self.server.ask(self._client.get_collection(name))
        check_metadata(stored.config.metadata or {}, self._wanted)
        return Found(name, not stored.points_count)

    async def begin(self) -> str:
        """Make one more collection, which no alias stands for yet; leftovers of the kind are removed."""
        await self._check_version()
        await self.drop_passed()
        # The one that the alias stands for has the highest number, or is behind those of replacements cut short.
        name = f"{self._alias}-{max(await self._numbers(), default=0) + 1}"
        await self._make(name)
        return name

    async def switch(self, name: str) -> None:
        """Let the alias stand for this collection from now on. The one that it stood for is left as it is."""
        await self._point_to(name, instead=await self._behind() is not None)

    async def drop_passed(self) -> None:
        """Remove the collections that the alias has gone past."""
        behind = await self._behind()
        now = number_of(behind, self._alias) or 0 if behind else 0
        for old in await self._numbers():
            if old < now:
                await self._drop(f"{self._alias}-{old}")

    async def has(self, name: str) -> bool:
        """Whether there is such a collection."""
        return await self._client.collection_exists(name)

    async def _check_version(self) -> None:
        version = (await self.server.ask(self._client.info())).version
        numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
        if numbers < OLDEST:
            raise Misconfigured(
                f"the Qdrant server is version {version}; twohop needs {'.'.join(map(str, OLDEST))} or newer"
            )

    async def _behind(self) -> str | None:
        listed = await self.server.ask(self._client.get_aliases())
        return next((one.collection_name for one in listed.aliases if one.alias_name == self._alias), None)

    async def _numbers(self) -> list[int]:
        listed = await self.server.ask(self._client.get_collections())
        found = (number_of(one.name, self._alias) for one in listed.collections)
        return sorted(number for number in found if number is not None)

    async def _make(self, name: str) -> None:
        """Create the collection, or finish one that another process has begun."""
        try:
            await self.server.ask(
                self._client.create_collection(
                    name, metadata=metadata(self._wanted), **collection(self._wanted.dimension, self._layout)
                )
            )
        except IndexUnavailable:
            # Another process was quicker, or the answer to ours was lost.
            if not await self.server.ask(self.has(name)):
                raise
        for field, schema in field_indexes().items():
            await self.server.ask(self._client.create_payload_index(name, field, field_schema=schema, wait=True))

    async def _point_to(self, name: str, *, instead: bool = False) -> None:
        steps: list[models.AliasOperations] = []
        if instead:
            gone = models.DeleteAlias(alias_name=self._alias)
            steps.append(models.DeleteAliasOperation(delete_alias=gone))
        stands = models.CreateAlias(collection_name=name, alias_name=self._alias)
        steps.append(models.CreateAliasOperation(create_alias=stands))
        await self.server.ask(self._client.update_collection_aliases(steps))  # All of them or none.

    async def _drop(self, name: str) -> None:
        try:
            await self.server.ask(self._client.delete_collection(name, timeout=round(DROP_SECONDS)), DROP_SECONDS)
        except Refused:
            if await self.server.ask(self.has(name)):
                raise


def metadata(info: IndexInfo) -> dict[str, Any]:
    """What a collection says about itself."""
    return {"format": FORMAT, "model": info.model, "dimension": info.dimension, "encoder": info.encoder}


def check_metadata(stored: Mapping[str, Any], wanted: IndexInfo) -> None:
    """Refuse a collection that isn't ours, or whose vectors are not.

    Raises:
        EmbedderMismatch: it was built with another model, dimension or encoder.
        SchemaTooNew: a newer twohop made it.
        Misconfigured: it says nothing of twohop.
    """
    if not metadata(wanted).keys() <= stored.keys():
        raise Misconfigured("the collection is not an index of twohop: name another one in TWOHOP_INDEX__COLLECTION")
    if stored["format"] > FORMAT:
        raise SchemaTooNew("the index was written by a newer twohop: upgrade, or name another collection")
    built = IndexInfo(model=stored["model"], dimension=stored["dimension"], encoder=stored["encoder"])
    check_built(built, wanted)


def number_of(name: str, alias: str) -> int | None:
    """The number of a collection of this alias; None for other collections."""
    found = re.fullmatch(rf"{re.escape(alias)}-(\d+)", name)
    return int(found[1]) if found else None
