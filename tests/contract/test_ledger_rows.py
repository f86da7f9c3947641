"""Rows as they are stored: read in pages, put back elsewhere, and the counters that follow from them."""

from collections.abc import Awaitable, Callable

import pytest

from ledger_rows import ANN, P, acceptance, graph_of_ann, key, summary
from twohop.errors import Conflict
from twohop.graph.model import AgentConfig, Scope
from twohop.graph.store import Ledger, Row
from twohop.graph.tables import TABLES

OpenLedger = Callable[[], Awaitable[Ledger]]
COACH = Scope(agent_id="coach")


async def fill(ledger: Ledger) -> None:
    """Something in every table."""
    await ledger.accept(acceptance("m0", request=key("once")))
    await graph_of_ann(ledger)
    await ledger.set_summary(P, summary("so far"))
    await ledger.set_mean(P, "fact", 1, 32, b"\x00\xff")
    await ledger.set_agent_config(ANN, AgentConfig(instructions="Listen."))


async def everything(ledger: Ledger) -> dict[str, list[Row]]:
    return {table: await rows_of(ledger, table) for table in TABLES}


async def rows_of(ledger: Ledger, table: str, limit: int = 100) -> list[Row]:
    found: list[Row] = []
    after = ""
    while True:
        page = await ledger.rows(P, table, limit, after)
        assert len(page.items) <= limit
        found.extend(page.items)
        if not (after := page.next_key):
            return found


@pytest.mark.parametrize("table", TABLES)
async def test_rows_come_whole_and_in_the_order_of_their_key(ledger: Ledger, table: str) -> None:
    """Every table has rows with its columns and the partition; pages of one row give the same list."""
    await fill(ledger)
    found = await rows_of(ledger, table)
    assert found
    for row in found:
        assert row.keys() == {"partition", *TABLES[table].columns}
        assert row["partition"] == P
    keys = [tuple(row[column] for column in TABLES[table].key) for row in found]
    assert keys == sorted(keys)
    assert await rows_of(ledger, table, limit=1) == found


async def test_rows_put_back_are_the_same_and_once_is_enough(open_ledger: OpenLedger) -> None:
    """Loaded in the order of the tables another ledger holds the same rows; loading them again changes nothing."""
    one = await open_ledger()
    await fill(one)
    stored = await everything(one)
    other = await open_ledger()
    for expected in (len, lambda _: 0):
        for table, found in stored.items():
            assert await other.load(P, table, found) == expected(found)
    assert await everything(other) == stored


async def test_a_row_that_says_something_else_is_refused(open_ledger: OpenLedger) -> None:
    """A row with a stored key and other content is a conflict, and nothing of its batch is written."""
    one = await open_ledger()
    await fill(one)
    stored = await everything(one)
    [first, *rest] = stored["messages"]
    other = await open_ledger()
    for table in ("owners", "sessions"):
        await other.load(P, table, stored[table])
    await other.load(P, "messages", [first])
    with pytest.raises(Conflict):
        await other.load(P, "messages", [*rest, {**first, "content": "something else"}])
    assert await rows_of(other, "messages") == [first]


async def test_a_row_that_points_at_nothing_is_refused(open_ledger: OpenLedger) -> None:
    """A revision without its memory is not taken."""
    one = await open_ledger()
    await fill(one)
    revisions = await rows_of(one, "revisions")
    other = await open_ledger()
    with pytest.raises(Conflict):
        await other.load(P, "revisions", revisions)
    assert await rows_of(other, "revisions") == []


async def test_counters_are_set_to_what_is_stored(open_ledger: OpenLedger) -> None:
    """Counters that say something else are put right; right ones are left alone, and so is the owner's sequence."""
    one = await open_ledger()
    await fill(one)
    stored = await everything(one)
    assert await one.recount(P) == 0
    assert await rows_of(one, "owners") == stored["owners"]
    other = await open_ledger()
    wrong = {"owners": "memory_count", "sessions": "message_count", "speakers": "message_count"}
    for table, right in stored.items():
        found = right
        if table in wrong:
            found = [{**row, wrong[table]: 70} for row in found]
        if table == "entities":
            found = [{**row, "relation_count": 70, "message_count": 70} for row in found]
        await other.load(P, table, found)
    assert await other.recount(P) == 1 + 1 + 2 + 2  # Owner, session, two speakers, two entities.
    assert await other.recount(P) == 0
    for table in ("sessions", "speakers", "entities"):
        assert await rows_of(other, table) == stored[table]
    [after], [before] = await rows_of(other, "owners"), stored["owners"]
    assert {**after, "seq": 0, "last_time": 0} == {**before, "seq": 0, "last_time": 0}


async def test_points_are_asked_for_by_id(ledger: Ledger) -> None:
    """Ids that are asked for wait in the outbox, at a sequence of their own."""
    await graph_of_ann(ledger)
    await ledger.outbox_done(await ledger.outbox(99))
    before = await ledger.owner(P)
    await ledger.outbox_add(P, {"message": ["m1"], "relation": ["x1"]})
    waiting = await ledger.outbox(99)
    assert {(row.kind, row.id) for row in waiting} == {("message", "m1"), ("relation", "x1")}
    assert before
    assert {row.seq for row in waiting} == {before.seq + 1}


async def test_partitions_with_a_configuration_alone_are_listed(ledger: Ledger) -> None:
    """An agent that was configured and never spoke to is among the partitions; it is no owner."""
    await ledger.set_agent_config(COACH, AgentConfig(instructions="Listen."))
    assert await ledger.partitions(9) == [COACH.partition]
    assert await ledger.outbox_refill() == 0
    assert await ledger.owner(COACH.partition) is None
