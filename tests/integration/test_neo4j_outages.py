"""A Neo4j that refuses, is not there, dies, or says nothing: what callers hear, and that work goes on afterwards."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator

import pytest

from ledger_rows import P, acceptance
from neo4j_process import Neo4jProcess
from neo4j_server import Neo4jServer
from twohop.errors import LedgerUnavailable, Misconfigured, Unavailable
from twohop.graph.deadline import answered_by
from twohop.graph.neo4j import Neo4jLedger
from twohop.graph.neo4j.database import Database, rows_of
from twohop.wire.errors import pack_error

SOON = 10.0
ENOUGH = 20
SLOW = "UNWIND range(1, 100000000) AS a UNWIND range(1, 1000) AS b RETURN sum(a * b) AS x"


@pytest.fixture
async def ledger(neo4j_process: Neo4jProcess) -> AsyncIterator[Neo4jLedger]:
    opened = await Neo4jLedger.open(
        neo4j_process.uri, user=neo4j_process.user, password=neo4j_process.password, database="neo4j"
    )
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"password": "wrong-secret"}, "TWOHOP_LEDGER__PASSWORD"),
        ({"database": "absent"}, "TWOHOP_LEDGER__DATABASE"),
        ({"uri": "http://127.0.0.1:7687"}, "TWOHOP_LEDGER__URI"),
    ],
)
async def test_a_wrong_setting_is_named(neo4j_server: Neo4jServer, changed: dict[str, str], said: str) -> None:
    """What is refused is said with the variable to set, at once, and without the secret."""
    began = time.monotonic()
    with pytest.raises(Misconfigured, match=said) as refused:
        await Neo4jLedger.open(
            changed.get("uri", neo4j_server.uri),
            user=neo4j_server.user,
            password=changed.get("password", neo4j_server.password),
            database=changed.get("database", "neo4j"),
        )
    assert "secret" not in str(refused.value)
    assert time.monotonic() - began < SOON


async def test_a_database_that_does_not_answer_is_given_up() -> None:
    """Where nothing listens the ledger does not open, and says so when the time to wait is over."""
    with pytest.raises(LedgerUnavailable, match="did not answer within 1 s"):
        await Neo4jLedger.open("bolt://127.0.0.1:1", user="neo4j", password="", database="neo4j", wait_seconds=1)


async def test_a_read_ends_with_its_call(neo4j_server: Neo4jServer) -> None:
    """A read that takes longer than its caller waits is ended, as one whose call is over already."""
    database = Database.connect(
        neo4j_server.uri, user=neo4j_server.user, password=neo4j_server.password, database="neo4j"
    )
    for seconds in (0.3, -5.0):
        began = time.monotonic()
        with answered_by(asyncio.get_running_loop().time() + seconds), pytest.raises(LedgerUnavailable):
            await database.read(lambda transaction: rows_of(transaction, SLOW, {}))
        assert time.monotonic() - began < SOON
    await database.close()


@pytest.mark.timeout(300)
async def test_a_database_that_dies_in_the_middle_loses_nothing(
    ledger: Neo4jLedger, neo4j_process: Neo4jProcess
) -> None:
    """Writes that it dies under are UNAVAILABLE with a time to try again; what was acknowledged is there."""
    acknowledged: list[str] = []
    refused: list[Unavailable] = []
    enough = asyncio.Event()

    async def write(writer: int) -> None:
        for n in range(10_000):
            try:
                await ledger.accept(acceptance(f"m-{writer}-{n}"))
            except Unavailable as e:
                refused.append(e)
                return
            acknowledged.append(f"m-{writer}-{n}")
            if len(acknowledged) > ENOUGH:
                enough.set()

    writers = [asyncio.create_task(write(n)) for n in range(8)]
    await enough.wait()
    await asyncio.to_thread(neo4j_process.kill)
    async with asyncio.timeout(60):
        await asyncio.gather(*writers)
    assert len(refused) == len(writers)
    assert all(isinstance(e, LedgerUnavailable) and pack_error(e).code == 14 for e in refused)

    await asyncio.to_thread(neo4j_process.start)
    async with asyncio.timeout(60):
        while True:
            try:
                await ledger.accept(acceptance("after"))
            except LedgerUnavailable:
                continue
            break
    stored = set(await ledger.message_ids(P, 99_999))
    assert {*acknowledged, "after"} <= stored
    known = await ledger.owner(P)
    assert known is not None
    assert known.message_count == len(stored)
    assert await ledger.recount(P) == 0


@pytest.mark.timeout(300)
async def test_a_silent_database_is_no_hang(ledger: Neo4jLedger, neo4j_process: Neo4jProcess) -> None:
    """A server that takes connections and says nothing is UNAVAILABLE when the call ends; then it is used again."""
    await ledger.accept(acceptance("m"))
    assert neo4j_process._server is not None
    server = neo4j_process._server
    server.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        with answered_by(asyncio.get_running_loop().time() + 1.0), pytest.raises(LedgerUnavailable):
            await ledger.owner(P)
        assert time.monotonic() - began < SOON
    finally:
        server.send_signal(signal.SIGCONT)
    known = await ledger.owner(P)
    assert known is not None
