"""Reads of one turn: done together in one snapshot, answered apart."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ledger_rows import P, Ticks, acceptance
from twohop.errors import InvalidPageToken, LedgerUnavailable
from twohop.graph.model import Axes
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import MemoryFilter


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[SqliteLedger]:
    opened = await SqliteLedger.open(tmp_path / "ledger.db", clock=Ticks(), synchronous="OFF")
    yield opened
    await opened.close()


def count_snapshots(ledger: SqliteLedger) -> list[str]:
    ran: list[str] = []
    for connection in ledger._readers._connections:
        connection.set_trace_callback(lambda sql: ran.append(sql) if sql == "BEGIN" else None)
    return ran


async def test_reads_that_are_asked_side_by_side_share_a_snapshot(ledger: SqliteLedger) -> None:
    """Also when those who gather gather themselves; another owner's reads are done apart."""
    await ledger.accept(acceptance("m1"))
    snapshots = count_snapshots(ledger)
    await asyncio.gather(
        ledger.owner(P),
        asyncio.gather(ledger.message_ids(P, 9), ledger.speakers(P)),
        ledger.owner("another"),
    )
    assert len(snapshots) == 2


async def test_they_see_one_state(ledger: SqliteLedger) -> None:
    """Whatever is written meanwhile, counters and rows that were read together agree."""

    async def write() -> None:
        for i in range(100):
            await ledger.accept(acceptance(f"m{i}"))

    async def read() -> None:
        while len(ids := await ledger.message_ids(P, 1_000)) < 100:
            owner, ids, speakers = await asyncio.gather(
                ledger.owner(P), ledger.message_ids(P, 1_000), ledger.speakers(P)
            )
            counted = sum(count for names in speakers.values() for count in names.values())
            assert (owner.message_count if owner else 0) == len(ids) == counted

    await asyncio.gather(write(), read())


async def test_a_read_that_fails_fails_alone(ledger: SqliteLedger) -> None:
    """A bad page token is its caller's; the others of the turn are answered."""
    await ledger.accept(acceptance("m1"))
    bad, ids = await asyncio.gather(
        ledger.list_entities(P, Axes(), 9, after="[1]"), ledger.message_ids(P, 9), return_exceptions=True
    )
    assert isinstance(bad, InvalidPageToken)
    assert ids == ["m1"]


async def test_a_caller_that_leaves_takes_nobody_along(ledger: SqliteLedger) -> None:
    """One of those who asked together is cancelled; the other gets its answer."""
    await ledger.accept(acceptance("m1"))
    leaving = asyncio.ensure_future(ledger.list_memories(P, MemoryFilter(), Axes(), 9))
    staying = asyncio.ensure_future(ledger.message_ids(P, 9))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == ["m1"]


async def test_a_closed_ledger_says_so_to_all(tmp_path: Path) -> None:
    """Reads of one turn after the close."""
    ledger = await SqliteLedger.open(tmp_path / "ledger.db", clock=Ticks(), synchronous="OFF")
    await ledger.close()
    answers = await asyncio.gather(ledger.owner(P), ledger.message_ids(P, 9), return_exceptions=True)
    assert [type(one) for one in answers] == [LedgerUnavailable, LedgerUnavailable]
