"""The outbox and the walks of maintenance, in every ledger."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from ledger_rows import (
    P,
    Ticks,
    acceptance,
    entity,
    evidence,
    graph_of_ann,
    relation,
    revision,
)
from twohop.graph.model import (
    Axes,
    OutboxRow,
    Scope,
)
from twohop.graph.store import Backlog, Changes, Ledger

NOW = Axes()


async def test_the_outbox_asks_for_what_a_commit_touched(ledger: Ledger) -> None:
    """New and ended revisions and relations and the touched messages are queued, each under the commit's sequence."""
    await graph_of_ann(ledger)
    await ledger.outbox_done(await ledger.outbox(100))
    done = await ledger.commit(
        Changes(
            partition=P,
            revisions=(revision("r2", "a", number=2),),
            ended_revisions=("r1",),
            relations=(relation("x2", "bob", "knows", "ann"),),
            ended_relations=("x1",),
            touched_messages=("m1", "unknown"),
        )
    )

    assert set(await ledger.outbox(100)) == {
        OutboxRow(P, kind, id_, done.seq)
        for kind, id_ in (
            ("memory", "r1"),
            ("memory", "r2"),
            ("relation", "x1"),
            ("relation", "x2"),
            ("message", "m1"),
        )
    }


async def test_the_outbox_asks_for_what_is_said_again(ledger: Ledger) -> None:
    """A memory that gains or loses evidence is queued as it stands now, with the relations that rest on it now."""
    await ledger.accept(acceptance("m1"))
    await ledger.accept(acceptance("m2", scope=Scope(user_id="ann", run_id="later")))
    await ledger.commit(
        Changes(
            partition=P,
            entities=(entity("ann"), entity("bob")),
            revisions=(revision("r1", "a"), revision("o1", "other")),
            evidence=(evidence("a", "m1"), evidence("other", "m1")),
            relations=(
                relation("x1", "ann", "knows", "bob", support=("other", "a")),
                relation("x2", "ann", "likes", "bob", support=("a",)),
                relation("x3", "bob", "likes", "ann", support=("other",)),
            ),
        )
    )
    await ledger.commit(
        Changes(
            partition=P,
            revisions=(revision("r2", "a", number=2),),
            ended_revisions=("r1",),
            relations=(relation("x4", "ann", "likes", "bob", support=("a",), valid=(0, 5)),),
            ended_relations=("x2",),
        )
    )
    await ledger.outbox_done(await ledger.outbox(100))

    again = replace(evidence("a", "m2", run_id="later"), decision_id="d1")
    for changes in (
        Changes(partition=P, evidence=(again,)),
        Changes(partition=P, withdrawn=("d1",)),
    ):
        done = await ledger.commit(changes)
        expected = {
            OutboxRow(P, kind, one, done.seq)
            for kind, one in (("memory", "r2"), ("relation", "x1"), ("relation", "x4"))
        }
        waiting = await ledger.outbox(100)
        assert set(waiting) == set(done.queued) == expected
        assert len(done.queued) == len(expected)
        await ledger.outbox_done(waiting)


async def test_outbox_rows_written_again_stay(ledger: Ledger) -> None:
    """A row that is written again while it is projected is not removed with its older sequence."""
    await ledger.accept(acceptance("m1"))
    old = await ledger.outbox(10)
    await ledger.accept(acceptance("m2"))
    await ledger.outbox_done(old)
    assert [(row.id, row.seq) for row in await ledger.outbox(10)] == [("m1", 2), ("m2", 2)]
    await ledger.outbox_done(await ledger.outbox(10))
    assert (await ledger.backlog()).waiting == 0


async def test_the_outbox_is_read_oldest_first(ledger: Ledger, clock: Ticks) -> None:
    """The oldest rows come first, of one owner or of all; rewriting a row does not put it back in the queue."""
    bob = Scope(user_id="bob")
    await ledger.accept(acceptance("m1"))
    clock.now = 2_000
    await ledger.accept(acceptance("b1", scope=bob))
    clock.now = 3_000
    await ledger.accept(acceptance("m2"))

    assert [row.id for row in await ledger.outbox(9)] == ["m1", "b1", "m2"]
    assert [row.id for row in await ledger.outbox(1)] == ["m1"]
    assert [row.id for row in await ledger.outbox(9, bob.partition)] == ["b1"]
    assert ((await ledger.backlog()).waiting, (await ledger.backlog(P)).waiting) == (3, 2)


async def test_the_backlog_tells_how_long_the_oldest_row_waits(ledger: Ledger, clock: Ticks) -> None:
    """The oldest row's time, of one owner or of all; None when nothing waits."""
    assert await ledger.backlog() == Backlog(waiting=0)
    bob = Scope(user_id="bob")
    await ledger.accept(acceptance("m1"))
    clock.now = 2_000
    await ledger.accept(acceptance("b1", scope=bob))
    assert await ledger.backlog() == Backlog(waiting=2, oldest_at=1_000)
    assert await ledger.backlog(bob.partition) == Backlog(waiting=1, oldest_at=2_000)
    assert await ledger.behind(bob.partition)
    await ledger.outbox_done(await ledger.outbox(9, bob.partition))
    assert [await ledger.behind(p) for p in (P, bob.partition)] == [True, False]


async def test_a_row_that_fails_too_often_is_parked(ledger: Ledger) -> None:
    """Failed tries are counted; from the given number on the row is handed out no more, and holds nobody back."""
    await ledger.accept(acceptance("m1"))
    (first,) = await ledger.outbox(9)
    await ledger.outbox_failed([first], 2)
    assert await ledger.outbox(9) == [replace(first, attempts=1)]
    assert (await ledger.backlog()).parked == 0
    await ledger.outbox_failed([first], 2)

    await ledger.accept(acceptance("b1", scope=Scope(user_id="bob")))
    assert [row.id for row in await ledger.outbox(9)] == ["b1"]
    assert await ledger.outbox(9, P) == []
    assert await ledger.backlog(P) == Backlog(waiting=0, parked=1)
    assert [await ledger.behind(p) for p in (P, Scope(user_id="bob").partition)] == [False, True]
    assert ((await ledger.backlog()).waiting, (await ledger.backlog()).parked) == (1, 1)


async def test_a_parked_row_waits_again_when_asked(ledger: Ledger) -> None:
    """Unparked rows are handed out as if they had never been tried."""
    await ledger.accept(acceptance("m1"))
    rows = await ledger.outbox(9)
    await ledger.outbox_failed(rows, 1)

    assert await ledger.outbox(9) == []
    assert (await ledger.outbox_unpark(), await ledger.outbox_unpark()) == (1, 0)
    assert await ledger.outbox(9) == rows


async def test_a_parked_row_that_is_written_again_waits_again(ledger: Ledger) -> None:
    """A new state is worth another try; a failure of the old one is not counted against it."""
    await graph_of_ann(ledger)
    old = await ledger.outbox(9)
    await ledger.outbox_failed(old, 1)
    await ledger.commit(Changes(partition=P, touched_messages=("m1",)))
    (again,) = await ledger.outbox(9)
    await ledger.outbox_failed([row for row in old if row.id == "m1"], 1)

    assert (again.id, again.attempts) == ("m1", 0)
    assert await ledger.outbox(9) == [again]
    assert await ledger.outbox_refill(P) == 3
    assert len(await ledger.outbox(9)) == 3


async def test_the_rows_of_a_dead_process_are_handed_out(
    ledger: Ledger, successor: Callable[[], Awaitable[Ledger]]
) -> None:
    """What it wrote, or was projecting, another process gets once the lease is over."""
    await ledger.accept(acceptance("m1"))
    held = await ledger.outbox(9)
    other = await successor()
    assert await other.outbox(9) == held
    await other.outbox_done(held)
    assert await other.backlog() == Backlog(waiting=0)


async def test_an_index_is_filled_once(ledger: Ledger, successor: Callable[[], Awaitable[Ledger]]) -> None:
    """Another index than the last one has to be filled, until everything was asked for under its name."""
    assert await ledger.enter("edge:1", exclusive=True), "the first one, for all that is there already"
    assert await ledger.enter("edge:1", exclusive=True), "a process that dies before it was filled changes nothing"
    await ledger.accept(acceptance("m1"))
    await ledger.outbox_refill(P)
    assert await ledger.enter("edge:1", exclusive=True), "one owner is not all"
    await ledger.outbox_refill()
    assert not await ledger.enter("edge:1", exclusive=True)
    other = await successor()
    assert not await other.enter(None, exclusive=True), "what projects nothing leaves it filled"
    assert not await other.enter("edge:1", exclusive=True)
    last = await successor()
    assert await last.enter("qdrant:2", exclusive=False)


async def test_a_lost_index_is_asked_for_again(ledger: Ledger) -> None:
    """A refill queues all of all owners, superseded versions too: recall of the past needs their points."""
    await graph_of_ann(ledger)
    await ledger.commit(Changes(partition=P, revisions=(revision("r2", "a", number=2),), ended_revisions=("r1",)))
    await ledger.accept(acceptance("b1", scope=Scope(user_id="bob")))
    await ledger.outbox_done(await ledger.outbox(100))

    assert await ledger.outbox_refill() == 5
    assert {(row.kind, row.id) for row in await ledger.outbox(100)} == {
        ("message", "m1"),
        ("memory", "r1"),
        ("memory", "r2"),
        ("relation", "x1"),
        ("message", "b1"),
    }


async def test_one_owner_is_asked_for_again(ledger: Ledger) -> None:
    """A refill of one owner leaves the others as they are."""
    await graph_of_ann(ledger)
    await ledger.accept(acceptance("b1", scope=Scope(user_id="bob")))
    await ledger.outbox_done(await ledger.outbox(100))

    assert await ledger.outbox_refill(P) == 3
    assert {row.id for row in await ledger.outbox(100)} == {"m1", "r1", "x1"}


async def test_a_mean_that_is_not_newer_is_left_out(ledger: Ledger) -> None:
    """Of two processes that take the same mean the first one's stands, and the points are asked for once."""
    await graph_of_ann(ledger)
    await ledger.outbox_done(await ledger.outbox(100))
    await ledger.set_mean(P, "message", 1, 32, b"first")
    before = await ledger.outbox(100)
    await ledger.set_mean(P, "message", 1, 33, b"second")

    assert await ledger.means(P) == {"message": (1, 32, b"first")}
    assert await ledger.outbox(100) == before
    assert [row.id for row in before] == ["m1"]


async def test_ended_relations_are_read_by_id(ledger: Ledger) -> None:
    """The projector reads versions that ended, too, with their end; unknown ids are left out."""
    await graph_of_ann(ledger)
    made = relation("x2", "bob", "knows", "ann", support=("a",))
    done = await ledger.commit(Changes(partition=P, relations=(made,), ended_relations=("x1",)))

    found = await ledger.relations_by_id(P, ["x2", "unknown", "x1"])
    assert [(one.id, one.support, one.superseded_at) for one in found] == [
        ("x2", ("a",), None),
        ("x1", ("a",), done.recorded_at),
    ]


async def test_ids_are_walked_in_order(ledger: Ledger) -> None:
    """Message ids, memory ids and partitions come in order, page by page."""
    await ledger.accept(acceptance("m2", "m1", "m3"))
    await ledger.commit(Changes(partition=P, revisions=(revision("r1", "b"), revision("r2", "a"))))
    await ledger.accept(acceptance("x", scope=Scope(user_id="bob")))
    bob = Scope(user_id="bob").partition

    assert await ledger.message_ids(P, 2) == ["m1", "m2"]
    assert await ledger.message_ids(P, 2, "m2") == ["m3"]
    assert await ledger.memory_ids(P, 9, "a") == ["b"]
    assert await ledger.partitions(1) == [min(P, bob)]
    assert await ledger.partitions(9, min(P, bob)) == [max(P, bob)]
