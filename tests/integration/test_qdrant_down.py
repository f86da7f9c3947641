"""A whole core whose Qdrant server is away: what callers see meanwhile, and that nothing is missing when it is back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from qdrant_http import QdrantHttp, qdrant_http
from stories import ALICE, NOW, ask, facts_in, tell, texts_in
from tcp import Proxy, proxy
from twohop.app import App, open_core
from twohop.cli.reindex import rebuilt
from twohop.config import IndexSettings, LlmSettings, Settings
from twohop.memory.api import Degradation
from twohop.vector.model import PointKind

TEAM = ("Alice works_at Acme", "Atlas part_of Acme", "Priya manages Atlas", "Bob works_at Birch", "Tom manages Birch")
CHAIN = ["Alice works at Acme", "Atlas part of Acme", "Priya manages Atlas"]
QUESTION = "Who manages the team at Alice's company?"
EVERYTHING = {PointKind.MESSAGE: 5, PointKind.MEMORY: 5, PointKind.RELATION: 3}
"""What the index holds of the team: three of its relations read unlike the memories behind them."""

PATIENCE = 30.0


@pytest.fixture
async def server() -> AsyncIterator[QdrantHttp]:
    async with qdrant_http() as one:
        yield one


@pytest.fixture
async def between(server: QdrantHttp) -> AsyncIterator[Proxy]:
    async with proxy(server.port) as one:
        yield one


@asynccontextmanager
async def story_on(url: str, folder: Path) -> AsyncIterator[App]:
    """An empty core over SQLite and the server."""
    settings = Settings(
        data_dir=folder / "data",
        llm=LlmSettings(provider="rules"),
        index=IndexSettings(backend="qdrant", url=url, prefer_grpc=False, timeout_seconds=2.0),
        synchronous="OFF",
    )
    async with open_core(settings, clock=lambda: NOW) as app:
        yield app


REFUSE, RESET, HANG = "refuse", "reset", "hang"


async def lost(between: Proxy, kind: str) -> None:
    """Take the server away in one of three ways."""
    if kind == REFUSE:
        await between.refuse()
    elif kind == RESET:
        between.reset()
    else:
        between.hang()


async def caught_up(app: App) -> None:
    """Wait until nothing waits for the index."""
    await until(lambda: waits_for_nothing(app))


async def waits_for_nothing(app: App) -> bool:
    return not (await app.ledger.backlog()).waiting


async def until(reached: Callable[[], Awaitable[bool]]) -> None:
    """Look every now and then, with a deadline."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if await reached():
                return
            await asyncio.sleep(0.05)


async def test_the_server_answers_as_the_index_in_the_process_does(server: QdrantHttp, tmp_path: Path) -> None:
    """Told the same, a core over a server finds the chain, by meaning too, and has nothing to excuse."""
    async with story_on(server.url, tmp_path) as app:
        added = await tell(app, *TEAM, day=1)
        assert added.indexed
        assert await app.index.counts(ALICE.partition) == EVERYTHING
        result = await ask(app, QUESTION)
        assert facts_in(result)[:3] == CHAIN
        assert result.degradations == ()


@pytest.mark.parametrize("kind", [REFUSE, RESET, HANG])
async def test_lost_in_the_middle_nothing_but_meaning_is_missing(between: Proxy, tmp_path: Path, kind: str) -> None:
    """Adds commit and say that they are not indexed, recall answers from names and graph and says why; all heals."""
    async with story_on(between.url, tmp_path) as app:
        assert (await tell(app, *TEAM[:1], day=1)).indexed
        await lost(between, kind)

        added = await tell(app, *TEAM[1:], day=2)
        assert len(added.outcomes) == len(TEAM) - 1
        assert not added.indexed
        result = await ask(app, QUESTION)
        assert facts_in(result)[:3] == CHAIN
        assert result.degradations == (Degradation.INDEX_UNAVAILABLE,)

        await between.serve()
        await caught_up(app)
        assert await app.index.counts(ALICE.partition) == EVERYTHING
        result = await ask(app, QUESTION)
        assert facts_in(result)[:3] == CHAIN
        assert result.degradations == ()


@pytest.mark.parametrize("kind", [REFUSE, RESET, HANG])
async def test_absent_at_the_start_the_process_starts_all_the_same(
    server: QdrantHttp, between: Proxy, tmp_path: Path, kind: str
) -> None:
    """What was known before and what is told meanwhile is all in the index once the server is there."""
    async with story_on(between.url, tmp_path) as app:
        await tell(app, *TEAM[:2], day=1)
    server.wipe()  # So the index has to be filled from the ledger, not only with what is new.
    await lost(between, kind)
    async with story_on(between.url, tmp_path) as app:
        assert not (await tell(app, *TEAM[2:], day=2)).indexed
        assert (await ask(app, QUESTION)).degradations == (Degradation.INDEX_UNAVAILABLE,)

        await between.serve()

        async def filled() -> bool:
            return not (await ask(app, QUESTION)).degradations

        await until(filled)
        assert await app.index.counts(ALICE.partition) == EVERYTHING


async def test_a_server_that_lost_its_disk_is_filled_again(server: QdrantHttp, tmp_path: Path) -> None:
    """Its collection is gone while the process runs: it is made anew and filled from the ledger, without a restart."""
    async with story_on(server.url, tmp_path) as app:
        await tell(app, *TEAM[:4], day=1)
        server.wipe()
        await tell(app, *TEAM[4:], day=2)

        async def filled() -> bool:
            return (await app.index.counts(ALICE.partition))[PointKind.MEMORY] == len(TEAM)

        await until(filled)
        assert facts_in(await ask(app, QUESTION))[:3] == CHAIN


async def test_reindex_replaces_what_is_on_the_server(server: QdrantHttp, tmp_path: Path) -> None:
    """The command ends with the same points in a new collection."""
    async with story_on(server.url, tmp_path) as app:
        await tell(app, *TEAM, day=1)
        before = await app.index.stored(ALICE.partition, 100)
        settings = app.settings
    await rebuilt(settings, bar=False)
    async with open_core(settings, clock=lambda: NOW) as app:
        after = await app.index.stored(ALICE.partition, 100)
    assert [point.id for point in after] == [point.id for point in before]
    assert [one.name for one in (await server.client.get_collections()).collections] == ["twohop-2"]


async def test_without_any_index_the_ledger_answers(tmp_path: Path) -> None:
    """Nothing waits to be indexed, same texts and slots are known, names and graph answer, and it is said."""
    settings = Settings(
        data_dir=tmp_path / "data",
        llm=LlmSettings(provider="rules"),
        index=IndexSettings(backend="none"),
        synchronous="OFF",
    )
    async with open_core(settings, clock=lambda: NOW) as app:
        await tell(app, *TEAM, "Alice likes opera", day=1)
        assert await waits_for_nothing(app)
        await tell(app, "Alice likes opera", day=2)
        await tell(app, "Alice works_at Birch", day=3)
        result = await ask(app, "What does Alice like?")
        assert texts_in(result).count("Alice likes opera") == 1
        assert result.degradations == (Degradation.INDEX_UNAVAILABLE,)
        assert facts_in(await ask(app, "Where does Alice work?"))[0] == "Alice works at Birch"
        result = await ask(app, "Who manages the company where Alice works?")
        assert "Tom manages Birch" in facts_in(result)


async def test_an_index_that_is_configured_later_is_filled(server: QdrantHttp, tmp_path: Path) -> None:
    """What was told without an index, or into another one, is in the next one once it is configured."""
    none, edge = IndexSettings(backend="none"), IndexSettings(backend="edge")
    qdrant = IndexSettings(backend="qdrant", url=server.url, prefer_grpc=False)
    for index in (none, edge, qdrant, none, edge):
        settings = Settings(
            data_dir=tmp_path / "data",
            llm=LlmSettings(provider="rules"),
            index=index,
            synchronous="OFF",
        )
        async with open_core(settings, clock=lambda: NOW) as app:
            told = len(await app.ledger.message_ids(ALICE.partition, 100))
            if index is not none:
                assert (await app.index.counts(ALICE.partition))[PointKind.MESSAGE] == told
            await tell(app, TEAM[told], day=told)
