"""The outbox and the walks of maintenance, in every ledger."""

from ledger_rows import (
    P,
    Ticks,
    acceptance,
    graph_of_ann,
    relation,
    revision,
)
from twohop.graph.model import (
    Axes,
    OutboxRow,
    Scope,
)
from twohop.graph.store import Changes, Ledger

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


async def test_outbox_rows_written_again_stay(ledger: Ledger) -> None:
    """A row that is written again while it is projected is not removed with its older sequence."""
    await ledger.accept(acceptance("m1"))
    old = await ledger.outbox(10)
    await ledger.accept(acceptance("m2"))
    await ledger.outbox_done(old)
    assert [(row.id, row.seq) for row in await ledger.outbox(10)] == [("m1", 2), ("m2", 2)]
    await ledger.outbox_done(await ledger.outbox(10))
    assert await ledger.outbox_size() == 0


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
    assert (await ledger.outbox_size(), await ledger.outbox_size(P)) == (3, 2)


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
