"""Two transactions on one owner in Neo4j: the one that waits takes back nothing of what the other commits."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path

import pytest
from neo4j import AsyncDriver, AsyncGraphDatabase

from ledger_rows import P, Ticks, acceptance
from ledgers import open_neo4j
from neo4j_server import Neo4jServer
from twohop.graph.model import JobState
from twohop.graph.store import JobUpdate, Ledger

PATIENCE = 60.0
BLOCKED = "SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked' RETURN 1 AS one"

Write = Callable[[Ledger], Coroutine[None, None, None]]


async def update(ledger: Ledger) -> None:
    await ledger.update_job(P, JobUpdate(id="job-y1", state=JobState.PENDING, attempts=1))


async def done(ledger: Ledger) -> None:
    await ledger.outbox_done(await ledger.outbox(10, P))


@pytest.fixture
async def driver(neo4j_server: Neo4jServer) -> AsyncIterator[AsyncDriver]:
    async with AsyncGraphDatabase.driver(neo4j_server.uri, auth=(neo4j_server.user, neo4j_server.password)) as opened:
        yield opened


@pytest.fixture
async def ledger(neo4j_server: Neo4jServer, tmp_path: Path) -> AsyncIterator[Ledger]:
    opened = await open_neo4j(neo4j_server, tmp_path, Ticks())
    yield opened
    await opened.close()


async def waits(driver: AsyncDriver) -> None:
    """Until a transaction waits for another one's lock."""
    async with asyncio.timeout(PATIENCE):
        while not (await driver.execute_query(BLOCKED)).records:  # noqa: ASYNC110 - its only sign is that list.
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("write", [update, done])
async def test_a_write_that_waits_takes_nothing_back(ledger: Ledger, driver: AsyncDriver, write: Write) -> None:
    """The owner's sequence, by which readers and points know what is newer, never goes back."""
    await ledger.accept(acceptance("y1"))
    before = await ledger.owner(P)
    assert before is not None
    async with driver.session() as session:
        first = await session.begin_transaction()
        await first.run("MATCH (o:Owner {partition: $p}) SET o.seq = o.seq + 1, o.last_time = o.last_time + 1", p=P)
        second = asyncio.create_task(write(ledger))
        await waits(driver)
        await first.commit()
        await second
    after = await ledger.owner(P)
    assert after is not None
    assert (after.seq, after.last_time) == (before.seq + 1, before.last_time + 1)
