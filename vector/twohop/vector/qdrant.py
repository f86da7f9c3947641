"""The index on a Qdrant server that any number of processes share."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from itertools import groupby
from operator import attrgetter

from qdrant_client import AsyncQdrantClient, models

from twohop.errors import IndexUnavailable
from twohop.vector.checks import check_arms, check_points, newest
from twohop.vector.filters import OneOf, within
from twohop.vector.model import Arm, Counts, Hit, IndexInfo, Point, PointKind, Stored
from twohop.vector.order import canonical
from twohop.vector.payload import CHUNK, STORED, blank, read_back
from twohop.vector.qdrant_collections import Collections
from twohop.vector.qdrant_contact import Contact
from twohop.vector.qdrant_schema import Layout, hit, only, request, upsert
from twohop.vector.qdrant_server import Server

SEQ = attrgetter("seq")


class QdrantIndex:
    """`Index` on a Qdrant server. Make it with `open`.

    `collection`: the one that it is over if `beside` made it, else "".
    While the server can't be reached every call raises IndexUnavailable, and soon after it can they work.
    """

    def __init__(self, collections: Collections, info: IndexInfo, *, collection: str = "") -> None:
        self._collections = collections
        self._client = collections.server.client
        self._info = info
        self.collection = collection
        self._contact = Contact(collections, collection)

    @classmethod
    async def open(
        cls,
        client: AsyncQdrantClient,
        *,
        model: str,
        dimension: int,
        encoder: str,
        collection: str,
        layout: Layout,
        timeout_seconds: float,
        replace: bool = False,
    ) -> "QdrantIndex":
        """The index that the alias `collection` stands for, begun if nobody has; `close` closes the client.

        No call on points takes longer than `timeout_seconds` (a chunk of them, where many are written or deleted). A
        server that can't be reached is no error here. `replace`: what stands there, whatever it was built with, is
        going to be replaced (`beside`, `switch_to`): it isn't looked at.

        Raises:
            EmbedderMismatch: it was built with another model, dimension or encoder.
            SchemaTooNew: a newer twohop made it.
            Misconfigured: the server is older than 1.19, or the collection is not an index of twohop.
        """
        info = IndexInfo(model=model, dimension=dimension, encoder=encoder)
        index = cls(Collections(Server(client, timeout_seconds), collection, info, layout), info)
        try:
            if not replace:
                with suppress(IndexUnavailable):
                    await index._contact.find()
        except BaseException:
            await client.close()
            raise
        return index

    async def close(self) -> None:
        """Release the connections. One made by `beside` has none of its own."""
        await self._contact.close()
        if not self.collection:
            await self._client.close()

    async def info(self) -> IndexInfo:
        """What the index was built with, and how many points it holds."""
        counted = await self._contact.do(lambda name: self._client.count(name, exact=True))
        info = self._info
        return IndexInfo(model=info.model, dimension=info.dimension, encoder=info.encoder, points=counted.count)

    async def upsert(self, points: Sequence[Point]) -> None:
        """Insert or replace points by id; one that stands there with a higher `seq` stays, whoever wrote it.

        Raises:
            ValueError: a dense vector with NaN, without direction or of another length; nothing was written.
        """
        check_points(points, self._info.dimension)
        for start in range(0, len(points), CHUNK):
            part = sorted(newest(points[start : start + CHUNK]).values(), key=SEQ)
            writes = [upsert(list(equal), seq) for seq, equal in groupby(part, SEQ)]
            await self._contact.do(partial(self._client.batch_update_points, update_operations=writes, wait=True))

    async def delete(self, partition: str, ids: Sequence[str]) -> None:
        """Remove points of this partition; unknown ids are no error."""
        for start in range(0, len(ids), CHUNK):
            mine = only(*within(partition), OneOf(tuple(ids[start : start + CHUNK])))
            selector = models.FilterSelector(filter=mine)
            await self._contact.do(partial(self._client.delete, points_selector=selector, wait=True))

    async def query(self, partition: str, arms: Sequence[Arm]) -> list[list[Hit]]:
        """All arms in one request, one list an arm in canonical order. An arm with nothing to compare finds nothing.

        Raises:
            ValueError: a dense vector with NaN or of another length, or no partition.
        """
        check_arms(arms, self._info.dimension)
        asked = [arm for arm in arms if arm.limit > 0 and not blank(arm.dense, arm.sparse)]
        if not asked:
            return [[] for _ in arms]
        requests = [request(partition, arm) for arm in asked]
        found = await self._contact.do(lambda name: self._client.query_batch_points(name, requests))
        answered = {
            id(arm): canonical(map(hit, answer.points), arm.limit) for arm, answer in zip(asked, found, strict=True)
        }
        return [answered.get(id(arm), []) for arm in arms]

    async def counts(self, partition: str) -> Counts:
        """Points of the partition by kind, kinds without points too."""
        mine = only(*within(partition))
        answer = await self._contact.do(
            lambda name: self._client.facet(name, "kind", facet_filter=mine, limit=len(PointKind), exact=True)
        )
        found = {facet.value: facet.count for facet in answer.hits}
        return {kind: found.get(kind.value, 0) for kind in PointKind}

    async def stored(self, partition: str, limit: int, after: str = "") -> list[Stored]:
        """Points of the partition as they stand, in id order, behind `after`."""
        mine = only(*within(partition))
        records, _ = await self._contact.do(
            lambda name: self._client.scroll(
                name, mine, limit=limit + 1, offset=after or None, with_payload=list(STORED), with_vectors=False
            )
        )
        found = [read_back(str(record.id), record.payload or {}) for record in records]
        return [each for each in found if each.id != after][:limit]

    async def fresh(self) -> bool:
        """Whether the ledger has to fill it: nothing was in it when the server was reached."""
        await self._contact.reach()
        return self._contact.fresh

    def filling(self) -> None:
        """The ledger has queued everything."""
        self._contact.fresh = False

    # -- a new one in its place -----------------------------------------------------------------------------------

    async def beside(self) -> "QdrantIndex":
        """An empty index on the same server, for this one's embedder, that nobody asks yet: to fill, and `switch_to`.

        What is written to this one from now on has to be written to that one too, at the latest after the switch.
        Leftovers of replacements that were cut short are removed. It lives as long as this one isn't closed.
        """
        name = await self._collections.begin()
        return QdrantIndex(self._collections, self._info, collection=name)

    async def switch_to(self, other: "QdrantIndex") -> None:
        """Let the alias stand for the other's collection: who looks it up from now on finds that one.

        Processes that know the old collection go on with it until `drop_replaced`.
        """
        await self._collections.switch(other.collection)
        self._contact.forget()

    async def drop_replaced(self) -> None:
        """Remove the collections that another one took the place of; it may take a minute.

        From then on no process can write to them, and each finds the one that the alias stands for; with another
        embedder it finds nothing but IndexUnavailable. May be repeated.
        """
        await self._collections.drop_passed()
