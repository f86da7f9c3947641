"""Reindexing beside live traffic: the new index is whole once it took over, whatever was written meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from qdrant_client import AsyncQdrantClient

from indexes import over_http, qdrant
from ledger_files import told
from ledgers import empty as empty_database
from neo4j_server import Neo4jServer
from qdrant_http import QdrantHttp, qdrant_http
from stories import ALICE, tell
from twohop.app import App, open_core
from twohop.cli.reindex import rebuilt
from twohop.config import IndexSettings, LedgerSettings, LlmSettings, Settings
from twohop.errors import EmbedderMismatch, IndexUnavailable
from twohop.graph.model import Scope
from twohop.memory.project import Projector
from twohop.memory.upkeep.reindex import reindex
from twohop.memory.upkeep.verify import verify_owner
from twohop.memory.upkeep.verify_index import points_of
from twohop.vector.edge import EdgeIndex
from twohop.vector.index import Index
from twohop.vector.sparse import ENCODER

WRITERS = [ALICE, Scope(user_id="bob"), Scope(user_id="carol")]
"""Who is written to while the index is built."""

PLACES = ("Lisbon", "Porto", "Faro")


class Shared:
    """An index behind a name, as on a server: what is asked of it goes to the one that the name stands for."""

    def __init__(self, current: Index, make: Callable[[], Awaitable[Index]]) -> None:
        self.current = current
        self.make = make
        self.before_switch: Callable[[], Awaitable[object]] | None = None
        self.at_drop: Callable[[], Awaitable[object]] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.current, name)

    async def beside(self) -> "Shared":
        return Shared(await self.make(), self.make)

    async def switch_to(self, other: "Shared") -> None:
        if self.before_switch is not None:
            await self.before_switch()
        self.current = other.current

    async def drop_replaced(self) -> None:
        if self.at_drop is not None:
            await self.at_drop()


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with told(tmp_path) as opened:
        yield opened


@pytest.fixture
async def beside(app: App, tmp_path: Path) -> AsyncIterator[EdgeIndex]:
    """The index that is built beside that of the app."""
    embedder = app.embedder
    opened = await EdgeIndex.open(
        tmp_path / "beside", model=embedder.model, dimension=embedder.dimension, encoder=ENCODER
    )
    yield opened
    await opened.close()


@pytest.fixture
def shared(app: App, beside: EdgeIndex) -> Any:
    async def make() -> Index:
        return beside

    return Shared(app.index, make)


async def run(app: App, shared: Any) -> AsyncIterator[str]:
    async for partition in reindex(app.ledger, shared, lambda index: Projector(app.ledger, index, app.embedder)):
        yield partition


async def clean(app: App, index: Any) -> bool:
    """Whether the index holds what the ledger says, once what waits is projected."""
    await Projector(app.ledger, index, app.embedder).project()
    found = [await verify_owner(app.ledger, index, one, centred=True) for one in await app.ledger.partitions(9)]
    return not any(one.findings or one.waiting for one in found)


async def test_a_new_index_takes_over_whole(app: App, beside: EdgeIndex, shared: Any) -> None:
    """Whatever the old one held, the new one holds every owner's points; nothing has to be projected again."""
    old = [point.id async for point in points_of(app.index, ALICE.partition)]
    await app.index.delete(ALICE.partition, old[::2])
    copied = [partition async for partition in run(app, shared)]
    assert len(copied) == len(set(copied)) == 2, "an agent that was only configured has nothing to index"
    assert shared.current is beside
    assert (await app.ledger.backlog()).waiting == 0
    assert [point.id async for point in points_of(beside, ALICE.partition)] == old
    assert await clean(app, shared)


async def test_what_is_written_meanwhile_is_in_it(app: App, shared: Any) -> None:
    """An owner that is written to after it was copied is copied again, and loses nothing."""
    copied: list[str] = []
    async for partition in run(app, shared):
        copied.append(partition)
        if len(copied) == 2:
            await tell(app, "Alice works_at Cedar", day=90)
    assert sorted(copied[:2]) == sorted(set(copied))
    assert copied[2:] == [ALICE.partition]
    assert await clean(app, shared)


async def test_what_is_written_at_the_last_moment_waits_for_it(app: App, shared: Any) -> None:
    """Writes between the last copy and the switch went to the old index: they are projected into the new one."""
    shared.before_switch = lambda: tell(app, "Alice works_at Cedar", day=90)
    async for _ in run(app, shared):
        pass
    assert (await app.ledger.backlog(ALICE.partition)).waiting
    assert await clean(app, shared)


async def test_what_is_carried_into_the_old_one_after_the_switch_is_not_lost(app: App, shared: Any) -> None:
    """A process that still knows the old index projects into it until that is gone: it is all projected again."""
    old = Projector(app.ledger, app.index, app.embedder)

    async def behind_the_switch() -> None:
        await tell(app, "Alice works_at Cedar", day=90)
        await old.project()

    shared.at_drop = behind_the_switch
    async for _ in run(app, shared):
        pass
    assert await clean(app, shared)


async def test_an_old_index_that_stays_takes_nothing_with_it(app: App, shared: Any) -> None:
    """When the old one can't be removed that is told, and what was written meanwhile waits for the new one."""

    async def fails() -> None:
        raise IndexUnavailable("not in time")

    shared.before_switch = lambda: tell(app, "Alice works_at Cedar", day=90)
    shared.at_drop = fails
    with pytest.raises(IndexUnavailable, match="not in time"):
        async for _ in run(app, shared):
            pass
    assert (await app.ledger.backlog(ALICE.partition)).waiting
    assert await clean(app, shared)


async def test_a_rebuild_that_fails_changes_nothing(app: App, beside: EdgeIndex, shared: Any) -> None:
    """When the new index can't be filled the old one goes on answering."""
    await beside.close()
    with pytest.raises(IndexUnavailable):
        async for _ in run(app, shared):
            pass
    assert shared.current is app.index
    assert await clean(app, shared)


async def test_an_index_on_a_server_is_rebuilt_beside_itself(app: App) -> None:
    """The real index that can be rebuilt: its alias leads to the new collection, which is whole."""
    embedder = app.embedder
    index = await qdrant(
        AsyncQdrantClient(":memory:"), model=embedder.model, dimension=embedder.dimension, encoder=ENCODER
    )
    copied = [one async for one in reindex(app.ledger, index, lambda other: Projector(app.ledger, other, app.embedder))]
    assert len(copied) == 2
    assert [point.id async for point in points_of(index, ALICE.partition)] == [
        point.id async for point in points_of(app.index, ALICE.partition)
    ]
    assert await clean(app, index)
    await index.close()


# -- the command, on servers --------------------------------------------------------------------------------------


@pytest.fixture
async def server() -> AsyncIterator[QdrantHttp]:
    async with qdrant_http() as one:
        yield one


def on_qdrant(server: QdrantHttp, folder: Path) -> Settings:
    index = IndexSettings(backend="qdrant", url=server.url, prefer_grpc=False)
    return Settings(data_dir=folder / "data", llm=LlmSettings(provider="rules"), index=index, synchronous="OFF")


async def names(server: QdrantHttp) -> list[str]:
    return [one.name for one in (await server.client.get_collections()).collections]


async def test_an_index_of_another_embedder_is_replaced(server: QdrantHttp, tmp_path: Path) -> None:
    """What a core refuses to start with is replaced by what the embedder of the settings makes."""
    settings = on_qdrant(server, tmp_path)
    async with open_core(settings) as app:
        await tell(app, "Alice works_at Acme")
    await server.client.delete_collection("twohop-1")
    other = await qdrant(over_http(server.url), collection="twohop", model="other", dimension=4)
    await other.close()
    with pytest.raises(EmbedderMismatch, match="twohop reindex"):
        async with open_core(settings):
            pass
    assert await rebuilt(settings, bar=False) == {"points": 2}
    assert await names(server) == ["twohop-2"]
    async with open_core(settings) as app:
        assert await clean(app, app.index)


async def test_nothing_written_meanwhile_is_lost(server: QdrantHttp, neo4j_server: Neo4jServer, tmp_path: Path) -> None:
    """Beside a core that goes on adding on the same stores, the command ends with an index that holds everything."""
    await asyncio.to_thread(empty_database, neo4j_server)
    ledger = LedgerSettings(
        backend="neo4j",
        uri=neo4j_server.uri,
        user=neo4j_server.user,
        password=SecretStr(neo4j_server.password),
    )
    settings = on_qdrant(server, tmp_path).model_copy(update={"ledger": ledger})
    async with open_core(settings) as app:
        await tell(app, "Alice works_at Acme", "Emma lives_in Porto")
        building = asyncio.create_task(rebuilt(settings, bar=False))
        day = 0
        while not building.done():
            day += 1
            await asyncio.gather(*(tell(app, f"Emma visited {PLACES[day % 3]}", scope=one, day=day) for one in WRITERS))
        assert (await building)["points"] >= 4
        await tell(app, "Alice works_at Cedar", day=day + 1)
        assert await names(server) == ["twohop-2"]
        assert await clean(app, app.index)
