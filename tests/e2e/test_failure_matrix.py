"""Real server processes whose stores die, stall, fill up or slow down: what callers see, and what is left.

The rest of the matrix stands where its parts are tested; docs/operations.md, "What happens when", lists all of it.
"""

import asyncio
import os
import resource
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit

import grpc
import pytest
from neo4j import GraphDatabase

from failures import CALL_SECONDS, Caller, calling, environment, flaws, on_neo4j, retry_after, until
from ledgers import empty
from neo4j_process import Neo4jProcess
from neo4j_server import Neo4jServer
from qdrant_http import qdrant_http
from server_process import ServerProcess, running
from tcp import proxy
from twohop.config import IndexSettings, Settings
from twohop.memory.steps import Step
from twohop.v1.job_pb2 import JOB_STATE_DONE
from twohop.v1.recall_pb2 import DEGRADATION_INDEX_UNAVAILABLE

LEASE_AT_MOST = 31_000_000
HOUR_AHEAD = """
import time
now_ns = time.time_ns
time.time_ns = lambda: now_ns() + 3_600_000_000_000
"""
"""What Python runs when it starts: twohop's one clock is an hour ahead. gRPC's deadlines have their own."""

STATES = "MATCH (j:Job) RETURN j.state AS state, j.run AS run, j.leased_until - timestamp() * 1000 AS left"


def asked(server: Neo4jServer, cypher: LiteralString) -> list[dict[str, object]]:
    """Rows that stand in the database."""
    with GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver:
        return [record.data() for record in driver.execute_query(cypher).records]


@pytest.fixture
def neo4j(neo4j_server: Neo4jServer) -> Neo4jServer:
    """The server that all tests share, empty."""
    empty(neo4j_server)
    return neo4j_server


async def started(settings: Settings, **more: str) -> ServerProcess:
    """A server process; what stands between it and its stores runs on meanwhile."""
    return await asyncio.to_thread(ServerProcess, settings.data_dir, **environment(settings), **more)


@pytest.mark.timeout(600)
async def test_neo4j_is_killed_in_the_middle_of_adds(neo4j_process: Neo4jProcess, tmp_path: Path) -> None:
    """Calls are answered, or UNAVAILABLE with a time to try again; repeated when it is back, each is there once."""
    settings = on_neo4j(tmp_path, neo4j_process)
    said: dict[str, str] = {}
    answered: set[str] = set()
    refused: list[grpc.aio.AioRpcError] = []
    killed = asyncio.Event()
    with running(settings.data_dir, **environment(settings)) as server:
        async with calling(server.address) as caller:

            async def write(writer: int) -> None:
                for n in range(1_000):
                    text = f"I like game {writer}x{n}."
                    said[text] = f"w{writer}"
                    try:
                        job = await caller.add(text, request_id=text, run_id=said[text])
                    except grpc.aio.AioRpcError as e:
                        refused.append(e)
                        if killed.is_set():
                            return
                    else:
                        assert job.state == JOB_STATE_DONE
                        answered.add(text)

            async def some() -> bool:
                return bool(answered)

            writing = [asyncio.create_task(write(writer)) for writer in range(1, 4)]
            await until(some)
            await asyncio.to_thread(neo4j_process.kill)
            killed.set()
            await asyncio.gather(*writing)
            assert refused
            assert {caller.said(e) for e in refused} == {"UNAVAILABLE LEDGER_UNAVAILABLE"}
            assert all(retry_after(e) for e in refused)

            await asyncio.to_thread(neo4j_process.start)
            for text in said.keys() - answered:
                await caller.insist(text, request_id=text, run_id=said[text])
            assert await caller.remembered() == sorted(text.replace("I like", "Ann likes").rstrip(".") for text in said)
        assert server.stop() == 0
    assert await flaws(settings) == []


@pytest.mark.timeout(300)
async def test_neo4j_says_nothing(neo4j: Neo4jServer, tmp_path: Path) -> None:
    """Calls end with their deadlines; once it speaks again the same add is answered, and nothing is there twice."""
    at = urlsplit(neo4j.uri)
    async with proxy(at.port) as between:
        settings = on_neo4j(tmp_path, neo4j, uri=f"bolt://127.0.0.1:{between.port}")
        server = await started(settings)
        try:
            async with calling(server.address) as caller:
                await caller.add("I work at Acme.")
                between.hang()
                for call in (
                    caller.add("I live in Lisbon.", request_id="r", seconds=2.0),
                    caller.recall("Where do I work?", seconds=2.0),
                ):
                    began = time.monotonic()
                    with pytest.raises(grpc.aio.AioRpcError) as failed:
                        await call
                    assert failed.value.code() in {grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE}
                    assert time.monotonic() - began < 10.0
                await between.serve()
                await caller.insist("I live in Lisbon.", request_id="r")
                assert await caller.remembered() == ["Ann lives in Lisbon", "Ann works at Acme"]
            assert await asyncio.to_thread(server.stop) == 0
        finally:
            server.process.kill()
    assert await flaws(on_neo4j(tmp_path, neo4j)) == []


@pytest.mark.timeout(300)
async def test_both_stores_are_slow(neo4j: Neo4jServer, tmp_path: Path) -> None:
    """With 100 ms each way to both, nothing times out at the default settings, and nothing is left out."""
    at = urlsplit(neo4j.uri)
    async with qdrant_http() as qdrant, proxy(at.port) as to_ledger, proxy(qdrant.port) as to_index:
        index = IndexSettings(backend="qdrant", url=to_index.url, prefer_grpc=False)
        settings = on_neo4j(tmp_path, neo4j, uri=f"bolt://127.0.0.1:{to_ledger.port}", index=index)
        server = await started(settings)
        try:
            to_ledger.delay = to_index.delay = 0.1
            async with calling(server.address) as caller:
                for text in ("I work at Acme.", "I live in Lisbon.", "I moved to Porto."):
                    job = await caller.add(text)
                    assert (job.state, job.indexed) == (JOB_STATE_DONE, True)
                found = await caller.recall("Where do I live?")
                assert [*found.degradations] == []
                assert found.items[0].memory.revision.text == "Ann lives in Porto"
                assert await caller.remembered() == ["Ann lives in Porto", "Ann works at Acme"]
            to_ledger.delay = to_index.delay = 0.0
            assert await asyncio.to_thread(server.stop) == 0
        finally:
            server.process.kill()
        assert await flaws(settings) == []


@pytest.mark.parametrize("away", ["refuse", "reset", "hang"])
@pytest.mark.timeout(300)
async def test_qdrant_is_away(away: str, tmp_path: Path) -> None:
    """The process starts, adds commit unindexed, recall answers from names and says so; then the index catches up."""
    async with qdrant_http() as qdrant, proxy(qdrant.port) as between:
        index = IndexSettings(backend="qdrant", url=between.url, prefer_grpc=False, timeout_seconds=1.0)
        settings = Settings(data_dir=tmp_path / "data", index=index)
        gone = getattr(between, away)()
        if gone is not None:
            await gone
        server = await started(settings)
        try:
            async with calling(server.address) as caller:
                job = await caller.add("I work at Acme.")
                assert (job.state, job.indexed) == (JOB_STATE_DONE, False)
                found = await caller.recall("Where does Ann work?")
                assert found.items[0].memory.revision.text == "Ann works at Acme"
                assert DEGRADATION_INDEX_UNAVAILABLE in found.degradations

                await between.serve()

                async def whole() -> bool:
                    return not (await caller.recall("Where does Ann work?")).degradations

                await until(whole)
                assert (await caller.add("I live in Lisbon.")).indexed
            assert await asyncio.to_thread(server.stop) == 0
        finally:
            server.process.kill()
        assert await flaws(settings) == []


async def test_the_disk_is_full(tmp_path: Path) -> None:
    """Adds are RESOURCE_EXHAUSTED, and recall answers; with room again the same adds are kept, each once."""
    settings = Settings(data_dir=tmp_path / "data")
    with running(settings.data_dir) as server:
        async with calling(server.address) as caller:
            await caller.add("I work at Acme.")
            size = max(one.stat().st_size for one in settings.data_dir.glob("ledger.db*"))
            _, most = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, most))
            texts = [f"I like game {n}." for n in range(40)]
            refused = {}
            for text in texts:
                try:
                    await caller.add(text, request_id=text)
                except grpc.aio.AioRpcError as e:
                    refused[text] = e
            assert {caller.said(e) for e in refused.values()} == {"RESOURCE_EXHAUSTED STORAGE_FULL"}
            assert all(retry_after(e) for e in refused.values())
            assert (await caller.recall("Where does Ann work?")).items[0].memory.revision.text == "Ann works at Acme"

            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (most, most))
            for text in texts:
                await caller.insist(text, request_id=text)
            wanted = [f"Ann likes game {n}" for n in range(40)]
            assert await caller.remembered() == sorted([*wanted, "Ann works at Acme"])
        assert server.stop() == 0
    assert await flaws(settings) == []


@asynccontextmanager
async def dead_beside_living(step: Step, settings: Settings) -> AsyncIterator[Caller]:
    """Ann's add to one process, which dies at the step, and a caller of another process that ran already."""
    dying = await started(settings, TWOHOP_FAULT_POINT=step)
    other = await started(settings)
    try:
        async with calling(dying.address) as caller:
            with pytest.raises(grpc.aio.AioRpcError) as failed:
                await caller.add("I work at Acme.", request_id="r")
            assert caller.said(failed.value) == "UNAVAILABLE UNAVAILABLE"
        assert await asyncio.to_thread(dying.ended) < 0
        async with calling(other.address) as caller:
            yield caller
        assert await asyncio.to_thread(other.stop) == 0
    finally:
        for process in (dying, other):
            process.process.kill()


def over(neo4j: Neo4jServer) -> None:
    """Let the time of all leases pass."""
    asked(neo4j, "MATCH (n:Job|Outbox) WHERE n.leased_until > 0 SET n.leased_until = 1")


@pytest.mark.timeout(300)
async def test_a_process_dies_with_a_job(neo4j: Neo4jServer, tmp_path: Path) -> None:
    """The job stays its own until the lease ends; then another process finishes it and answers the repeated call."""
    settings = on_neo4j(tmp_path, neo4j)
    async with dead_beside_living(Step.EXTRACTED, settings) as caller:
        again = asyncio.create_task(caller.add("I work at Acme.", request_id="r"))
        await asyncio.wait([again], timeout=1.5)  # Longer than it takes to look for jobs of the dead.
        assert not again.done()
        [job] = asked(neo4j, STATES)
        assert (job["state"], job["run"]) == ("running", 1)
        assert int(str(job["left"])) < LEASE_AT_MOST

        over(neo4j)
        assert (await again).state == JOB_STATE_DONE
        assert await caller.remembered() == ["Ann works at Acme"]
        assert [one["run"] for one in asked(neo4j, STATES)] == [2]
    assert await flaws(settings) == []


@pytest.mark.timeout(300)
async def test_a_process_dies_before_it_projects(neo4j: Neo4jServer, tmp_path: Path) -> None:
    """A repeated call is answered from what is committed; the index has it once the lease of the rows has ended."""
    async with qdrant_http() as qdrant:
        settings = on_neo4j(tmp_path, neo4j, index=IndexSettings(backend="qdrant", url=qdrant.url, prefer_grpc=False))
        async with dead_beside_living(Step.COMMITTED, settings) as caller:
            assert (await caller.add("I work at Acme.", request_id="r")).state == JOB_STATE_DONE
            assert await caller.remembered() == ["Ann works at Acme"]

            over(neo4j)

            async def indexed() -> bool:
                return not asked(neo4j, "MATCH (b:Outbox) RETURN b.id AS id LIMIT 1")

            await until(indexed)
        assert await flaws(settings) == []


@pytest.mark.timeout(300)
async def test_the_clock_of_one_process_is_an_hour_ahead(neo4j: Neo4jServer, tmp_path: Path) -> None:
    """What is told to both in turn stands in the order of telling, whoever is asked; leases are as long as ever."""
    (tmp_path / "sitecustomize.py").write_text(HOUR_AHEAD, encoding="utf-8")
    settings = on_neo4j(tmp_path, neo4j)
    path = os.pathsep.join([str(tmp_path), *(one for one in sys.path if one)])
    ahead = await started(settings, PYTHONPATH=path)
    right = await started(settings)
    try:
        async with calling(ahead.address) as early, calling(right.address) as late:
            towns = ["Lisbon", "Porto", "Faro", "Braga"]
            for n, town in enumerate(towns):
                teller = (early, late)[n % 2]
                await teller.add(f"I live in {town}.", observed_at=None)
                for asker in (early, late):
                    assert await asker.remembered() == [f"Ann lives in {town}"]
        [behind] = asked(neo4j, "MATCH (o:Owner) RETURN timestamp() * 1000 - o.last_time AS passed")
        assert 0 <= int(str(behind["passed"])) < CALL_SECONDS * 1_000_000
        leases = asked(neo4j, "MATCH (p:Process) RETURN p.leased_until - timestamp() * 1000 AS left")
        assert len(leases) == 2
        assert all(0 < int(str(one["left"])) < LEASE_AT_MOST for one in leases)
        for process in (ahead, right):
            assert await asyncio.to_thread(process.stop) == 0
    finally:
        for process in (ahead, right):
            process.process.kill()
    assert await flaws(settings) == []
