"""The index on a Qdrant server beyond the contract: its collection is made, checked and replaced, and calls fail."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from qdrant_client import models

from index_points import by_vector, number, point, stored_ids, vector
from indexes import over_grpc, over_http, qdrant
from qdrant_grpc import qdrant_grpc
from qdrant_http import QdrantHttp, qdrant_http
from tcp import Proxy, proxy
from twohop.errors import EmbedderMismatch, IndexUnavailable, Misconfigured, SchemaTooNew
from twohop.vector.model import Hit
from twohop.vector.qdrant import QdrantIndex
from twohop.vector.qdrant_contact import PAUSE_SECONDS
from twohop.vector.qdrant_schema import Layout

PATIENCE = 20.0


@pytest.fixture
async def server() -> AsyncIterator[QdrantHttp]:
    async with qdrant_http() as one:
        yield one


@asynccontextmanager
async def index_on(url: str, *, api_key: str = "", **settings: Any) -> AsyncIterator[QdrantIndex]:
    index = await qdrant(over_http(url, api_key=api_key), **settings)
    try:
        yield index
    finally:
        await index.close()


async def collections(server: QdrantHttp) -> list[str]:
    return sorted(one.name for one in (await server.client.get_collections()).collections)


async def upserted(index: QdrantIndex, *values: int) -> None:
    """Write the points as soon as the server can be reached."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return await index.upsert([point(value) for value in values])
            except IndexUnavailable:
                await asyncio.sleep(PAUSE_SECONDS / 4)


# -- the collection -----------------------------------------------------------------------------------------------


async def test_whoever_comes_first_makes_the_collection(server: QdrantHttp) -> None:
    """Clients that open at once get one collection behind one alias, and all of them use it."""
    async with AsyncExitStack() as stack:
        several = await asyncio.gather(*(stack.enter_async_context(index_on(server.url)) for _ in range(5)))
        for value, index in enumerate(several, 1):
            await index.upsert([point(value)])
        assert [(await index.info()).points for index in several] == [5] * 5
    assert await collections(server) == ["test-1"]
    assert (await server.client.get_aliases()).aliases == [
        models.AliasDescription(alias_name="test", collection_name="test-1")
    ]


async def test_processes_that_start_at_once_share_one_collection(server: QdrantHttp) -> None:
    """Several processes open an index that isn't there yet, and write: one collection holds what all of them wrote."""
    program = Path(__file__).parents[1] / "qdrant_opener.py"
    path = os.pathsep.join(part for part in sys.path if part)
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, str(program), server.url, str(value), env={**os.environ, "PYTHONPATH": path}
        )
        for value in (1, 2, 3)
    ]
    assert await asyncio.gather(*(process.wait() for process in started)) == [0, 0, 0]
    assert await collections(server) == ["test-1"]
    async with index_on(server.url) as index:
        assert await stored_ids(index, "ana", 10) == [number(1), number(2), number(3)]


async def test_what_another_process_began_is_finished(server: QdrantHttp) -> None:
    """A process that died after creating the collection, before its alias stood, leaves work that the next one ends."""
    async with index_on(server.url) as index:
        await index.upsert([point(1)])
    gone = models.DeleteAlias(alias_name="test")
    await server.client.update_collection_aliases([models.DeleteAliasOperation(delete_alias=gone)])
    async with index_on(server.url) as index:
        assert await stored_ids(index, "ana", 10) == [number(1)]


async def test_an_empty_collection_is_fresh_until_it_is_being_filled(server: QdrantHttp) -> None:
    """Whoever finds nothing in it asks for a refill once; whoever finds points doesn't."""
    async with index_on(server.url) as index:
        assert await index.fresh()
        index.filling()
        assert not await index.fresh()
        await index.upsert([point(1)])
    async with index_on(server.url) as index:
        assert not await index.fresh()


async def test_the_collection_lies_as_configured(server: QdrantHttp) -> None:
    """Shards, replicas, disk and the search that is exact below 20,000 points of a partition are set at creation."""
    layout = Layout(shard_number=3, replication_factor=2, write_consistency_factor=2, on_disk=True)
    async with index_on(server.url, layout=layout, dimension=256):
        asked = server.created["test-1"]

    assert (asked.shard_number, asked.replication_factor, asked.write_consistency_factor) == (3, 2, 2)
    assert asked.on_disk_payload
    assert asked.hnsw_config is not None
    assert asked.hnsw_config.on_disk
    assert asked.hnsw_config.full_scan_threshold == 20_000 * 256 * 4 // 1024


@pytest.mark.parametrize("other", [{"model": "other/4"}, {"dimension": 8}, {"encoder": "words/2"}])
async def test_another_embedder_is_refused_with_the_way_out(server: QdrantHttp, other: dict[str, Any]) -> None:
    """What the index was built with is in the collection; the message names both and the command."""
    async with index_on(server.url):
        with pytest.raises(EmbedderMismatch, match=r"test/4 \(4 numbers, encoder words/1\).*`twohop reindex`"):
            await qdrant(over_http(server.url), **other)


async def test_what_is_newer_or_foreign_is_refused(server: QdrantHttp) -> None:
    """A format of the future, a collection of something else, and a server that can't score within an owner."""
    async with index_on(server.url):
        await server.client.update_collection("test-1", metadata={"format": 99})
        with pytest.raises(SchemaTooNew, match="newer"):
            await qdrant(over_http(server.url))
    await server.client.create_collection("pictures-1", vectors_config={})
    with pytest.raises(Misconfigured, match="not an index of twohop"):
        await qdrant(over_http(server.url), collection="pictures")
    server.version = "1.18.2"
    with pytest.raises(Misconfigured, match=r"version 1\.18\.2.*1\.19 or newer"):
        await qdrant(over_http(server.url))


async def test_what_can_not_be_used_is_told_later_too(server: QdrantHttp) -> None:
    """A process that started without the server says the same as one that would have been refused, at every call."""
    async with index_on(server.url), proxy(server.port) as between:
        await between.refuse()
        async with index_on(between.url, model="other/4") as late:
            await between.serve()
            await says(late, "twohop reindex")


async def says(index: QdrantIndex, text: str) -> None:
    """Wait until the index says so."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with pytest.raises(IndexUnavailable) as raised:
                await index.info()
            if text in raised.value.message:
                return
            await asyncio.sleep(PAUSE_SECONDS / 4)


# -- another in its place -----------------------------------------------------------------------------------------


async def test_a_new_index_is_filled_beside_and_takes_the_place_at_once(server: QdrantHttp) -> None:
    """Everybody asks the old one until the switch, and the new one once the old one is dropped."""
    async with index_on(server.url) as mine, index_on(server.url) as theirs:
        await mine.upsert([point(1), point(2)])
        new = await mine.beside()
        assert await new.fresh()
        await new.upsert([point(3)])
        assert await stored_ids(theirs, "ana", 10) == [number(1), number(2)]

        await mine.switch_to(new)
        assert await collections(server) == ["test-1", "test-2"]
        assert await stored_ids(mine, "ana", 10) == [number(3)]
        for _ in range(2):
            await mine.drop_replaced()

        for index in (mine, theirs, new):
            assert await stored_ids(index, "ana", 10) == [number(3)]
        assert await collections(server) == ["test-2"]
        await new.close()
        await mine.upsert([point(4)])
        assert len(await stored_ids(theirs, "ana", 10)) == 2


async def test_after_a_switch_to_another_embedder_nothing_is_mixed(server: QdrantHttp) -> None:
    """A process that still has the old embedder neither asks nor writes the new index, also of the same dimension."""
    async with index_on(server.url) as old, index_on(server.url, model="other/4", replace=True) as mine:
        await old.upsert([point(1)])
        new = await mine.beside()
        await new.upsert([point(1, dense=vector(0, 1))])
        await mine.switch_to(new)
        await mine.drop_replaced()

        with pytest.raises(IndexUnavailable, match="twohop reindex"):
            await old.query("ana", [by_vector(1)])
        with pytest.raises(IndexUnavailable, match="twohop reindex"):
            await old.upsert([point(2)])
        assert await mine.query("ana", [by_vector(0, 1)]) == [[Hit(number(1), "memory-1", 1.0)]]


async def test_removing_an_index_may_take_longer_than_a_call(server: QdrantHttp) -> None:
    """A big collection's files are not deleted within a call's time; it is gone all the same."""
    server.pauses["DELETE"] = 1.5
    async with index_on(server.url, timeout_seconds=0.5) as index:
        await index.switch_to(await index.beside())
        await index.drop_replaced()
    assert await collections(server) == ["test-2"]


async def test_what_a_broken_off_replacement_left_is_removed_by_the_next(server: QdrantHttp) -> None:
    """Collections that the alias has gone past are dropped; names are never used twice."""
    async with index_on(server.url) as index:
        await index.switch_to(await index.beside())
        assert await collections(server) == ["test-1", "test-2"]
        await server.client.create_collection("test-other", vectors_config={})
        await index.beside()
    assert await collections(server) == ["test-2", "test-3", "test-other"]


# -- failures -----------------------------------------------------------------------------------------------------


async def test_a_server_that_lost_its_disk_gets_a_new_collection(server: QdrantHttp) -> None:
    """The next call makes it again, and says that it has to be filled."""
    async with index_on(server.url) as index:
        await index.upsert([point(1)])
        await index.fresh()
        index.filling()
        server.wipe()
        await index.upsert([point(2)])
        assert await stored_ids(index, "ana", 10) == [number(2)]
        assert await index.fresh()


async def test_an_older_write_of_another_process_is_ignored(server: QdrantHttp) -> None:
    """The server compares, so it doesn't matter which process comes last; each point of a batch by its own seq."""
    async with index_on(server.url) as one, index_on(server.url) as two:
        await one.upsert([point(1, seq=5), point(2, seq=2), point(3, seq=9)])
        await two.upsert([replace(point(value, memory_id="late"), seq=4) for value in (1, 2, 3, 4)])
        [hits] = await one.query("ana", [by_vector(1)])
    assert [hit.memory_id for hit in hits] == ["memory-1", "late", "memory-3", "late"]


@pytest.mark.filterwarnings("ignore:Api key is used with an insecure connection")
async def test_a_wrong_key_is_told_without_it() -> None:
    """The answer is IndexUnavailable, in words that hold neither key nor what the server said; the right key works."""
    async with qdrant_http(api_key="right-secret") as server:
        with structlog.testing.capture_logs() as logs:
            async with index_on(server.url, api_key="wrong-secret") as index:
                with pytest.raises(IndexUnavailable, match="TWOHOP_INDEX__API_KEY") as raised:
                    await index.query("ana", [by_vector(1)])
        assert "secret" not in f"{raised.value} {logs}"
        async with index_on(server.url, api_key="right-secret") as index:
            await index.upsert([point(1)])


async def test_a_server_that_fails_is_asked_again(server: QdrantHttp) -> None:
    """HTTP 500 is IndexUnavailable; a moment after it works again, so does the index."""
    async with index_on(server.url) as index:
        server.broken = True
        with pytest.raises(IndexUnavailable, match=r"failed \(500\)"):
            await index.upsert([point(1)])
        asked = len(server.requests)
        with pytest.raises(IndexUnavailable, match="failed"):
            await index.upsert([point(1)])
        assert len(server.requests) == asked  # Nobody is asked again at once.
        server.broken = False
        await upserted(index, 1)


async def trouble(between: Proxy, kind: str) -> None:
    """Make the connection fail in one of three ways."""
    match kind:
        case "refuse":
            await between.refuse()
        case "reset":
            between.reset()
        case _:
            between.hang()


@pytest.mark.parametrize("kind", ["refuse", "reset", "hang"])
async def test_a_lost_connection_fails_in_time_and_heals(server: QdrantHttp, kind: str) -> None:
    """Every call raises IndexUnavailable within the time-out, and the same index works when the server is back."""
    async with proxy(server.port) as between, index_on(between.url, timeout_seconds=2.0) as index:
        await index.upsert([point(1)])
        await trouble(between, kind)
        async with asyncio.timeout(PATIENCE):
            for _ in range(3):
                with pytest.raises(IndexUnavailable):
                    await index.query("ana", [by_vector(1)])
        await between.serve()
        await upserted(index, 2)
        assert await stored_ids(index, "ana", 10) == [number(1), number(2)]


@pytest.mark.parametrize("kind", ["refuse", "reset", "hang"])
async def test_a_server_that_is_not_there_yet_is_no_reason_not_to_open(server: QdrantHttp, kind: str) -> None:
    """The index opens, fails at every call, and works as soon as the server answers: fresh if it holds nothing."""
    async with proxy(server.port) as between:
        await trouble(between, kind)
        async with index_on(between.url, timeout_seconds=2.0) as index:
            calls = (
                index.info(),
                index.counts("ana"),
                index.stored("ana", 1),
                index.fresh(),
                index.delete("ana", ["1"]),
            )
            for call in calls:
                with pytest.raises(IndexUnavailable):
                    await call
            await between.serve()
            await upserted(index, 1)
            assert await index.fresh()


@pytest.mark.parametrize("kind", ["refuse", "reset", "hang"])
async def test_over_grpc_it_fails_in_time_and_heals_too(kind: str) -> None:
    """A channel that was lost is open again soon after the server is back, and what was written is there."""
    async with qdrant_grpc() as server, proxy(server.port) as between:
        index = await qdrant(over_grpc(between.port), timeout_seconds=2.0)
        await index.upsert([point(1)])
        await trouble(between, kind)
        async with asyncio.timeout(PATIENCE):
            for _ in range(3):
                with pytest.raises(IndexUnavailable):
                    await index.query("ana", [by_vector(1)])
        await between.serve()
        await upserted(index, 2)
        assert await stored_ids(index, "ana", 10) == [number(1), number(2)]
        await index.close()


async def test_over_grpc_a_collection_that_is_gone_is_made_again() -> None:
    """The server's NOT_FOUND leads to a new collection, which says that it has to be filled."""
    async with qdrant_grpc() as server:
        index = await qdrant(over_grpc(server.port))
        await index.upsert([point(1)])
        await index.fresh()
        index.filling()
        await server.client.delete_collection("test-1")
        await index.upsert([point(2)])
        assert await stored_ids(index, "ana", 10) == [number(2)]
        assert await index.fresh()
        await index.close()


async def test_once_it_is_known_to_be_down_nobody_waits_for_it(server: QdrantHttp) -> None:
    """While the server swallows everything, one call finds out within the time-out; all later ones are told at once."""
    async with proxy(server.port) as between, index_on(between.url, timeout_seconds=2.0) as index:
        between.hang()
        with pytest.raises(IndexUnavailable):
            await index.info()
        loop = asyncio.get_running_loop()
        ends, slowest, calls = loop.time() + PAUSE_SECONDS + 2.5, 0.0, 0
        while loop.time() < ends:  # Also while it is tried again.
            started = loop.time()
            with pytest.raises(IndexUnavailable):
                await index.query("ana", [by_vector(1)])
            slowest, calls = max(slowest, loop.time() - started), calls + 1
            await asyncio.sleep(0.05)
        assert slowest < 1.0
        assert calls > 10


async def test_nobody_waits_while_a_slow_server_makes_the_collection(server: QdrantHttp) -> None:
    """All that it takes to make one is many requests: calls end within the time-out meanwhile, and work after it."""
    async with proxy(server.port) as between:
        await between.refuse()
        async with index_on(between.url, timeout_seconds=1.0) as index:
            server.pauses |= {"PUT": 0.5}
            await between.serve()
            loop, slowest = asyncio.get_running_loop(), 0.0
            async with asyncio.timeout(3 * PATIENCE):
                while True:
                    started = loop.time()
                    try:
                        await index.query("ana", [by_vector(1)])
                        break
                    except IndexUnavailable:
                        slowest = max(slowest, loop.time() - started)
                    await asyncio.sleep(PAUSE_SECONDS / 4)
            puts = [one for one in server.requests if one.startswith("PUT")]
            assert len(puts) > 8
            assert slowest < 3.0


async def test_callers_with_little_time_find_out_too(server: QdrantHttp) -> None:
    """A caller that gives up before the time-out doesn't know why; soon after, the next ones are told."""
    async with proxy(server.port) as between, index_on(between.url, timeout_seconds=1.0) as index:
        between.hang()
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    async with asyncio.timeout(0.1):
                        await index.query("ana", [by_vector(1)])
                except TimeoutError:
                    continue
                except IndexUnavailable:
                    break
        await between.serve()
        await upserted(index, 1)


async def test_a_closed_index_says_so(server: QdrantHttp) -> None:
    """Calls after close raise IndexUnavailable."""
    index = await qdrant(over_http(server.url))
    await index.close()
    with pytest.raises(IndexUnavailable):
        await index.info()
