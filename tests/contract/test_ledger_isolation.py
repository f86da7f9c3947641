"""Every method of the ledger, with two owners whose rows have the very same ids and names."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

import pytest

from ledger_rows import ANN, acceptance, decision, entity, evidence, graph_of_ann, key, relation, revision, summary
from twohop.graph.model import AgentConfig, Axes, Job, JobKind, JobState, Mention, OutboxRow, Scope, Triple
from twohop.graph.store import Changes, JobUpdate, Ledger, MemoryFilter

NOW = Axes()
BOB = Scope(user_id="bob")
KNOWS = Triple("ann", "knows", "bob")
Call: TypeAlias = Callable[[Ledger, str], Awaitable[object]]
OpenLedger: TypeAlias = Callable[[], Awaitable[Ledger]]

READS: dict[str, Call] = {
    "job": lambda ledger, p: ledger.job(p, "job-m1"),
    "jobs": lambda ledger, p: ledger.jobs("default", p),
    "first_job": lambda ledger, p: ledger.first_job(p, JobKind.ADD, "default"),
    "outbox": lambda ledger, p: ledger.outbox(99, p),
    "backlog": lambda ledger, p: ledger.backlog(p),
    "behind": lambda ledger, p: ledger.behind(p),
    "owner": lambda ledger, p: ledger.owner(p),
    "settled": lambda ledger, p: ledger.settled(p),
    "session": lambda ledger, p: ledger.session(p, "default"),
    "sessions": lambda ledger, p: ledger.sessions(p, 9),
    "agent_config": lambda ledger, p: ledger.agent_config(p),
    "messages": lambda ledger, p: ledger.messages(p, ["m1"]),
    "recent_messages": lambda ledger, p: ledger.recent_messages(p, "default", 9),
    "windows": lambda ledger, p: ledger.windows(p, ["m1"], 4),
    "speakers": lambda ledger, p: ledger.speakers(p),
    "memories": lambda ledger, p: ledger.memories(p, ["a"], NOW),
    "memories_of_revisions": lambda ledger, p: ledger.memories_of_revisions(p, ["r1"]),
    "list_memories": lambda ledger, p: ledger.list_memories(p, MemoryFilter(entity_ids=("bob",)), NOW, 9),
    "revisions": lambda ledger, p: ledger.revisions(p, "a"),
    "revisions_by_id": lambda ledger, p: ledger.revisions_by_id(p, ["r1"]),
    "slot": lambda ledger, p: ledger.slot(p, ["slot"]),
    "by_text": lambda ledger, p: ledger.by_text(p, ["hash"]),
    "by_triple": lambda ledger, p: ledger.by_triple(p, [KNOWS.key(ANN.partition), KNOWS.key(BOB.partition)]),
    "by_subject": lambda ledger, p: ledger.by_subject(p, [("ann", "knows")], 9),
    "facts_of_messages": lambda ledger, p: ledger.facts_of_messages(p, ["m1"], NOW),
    "decision": lambda ledger, p: ledger.decision(p, "d1"),
    "reverted": lambda ledger, p: ledger.reverted(p, "d1"),
    "decisions": lambda ledger, p: ledger.decisions(p, memory_id="a"),
    "entities": lambda ledger, p: ledger.entities(p, ["ann", "bob"]),
    "entities_named": lambda ledger, p: ledger.entities_named(p, ["ann", "bobby"]),
    "list_entities": lambda ledger, p: ledger.list_entities(p, NOW, 9, name="bob"),
    "relations_of": lambda ledger, p: ledger.relations_of(p, ["ann", "bob"], NOW, 9),
    "around": lambda ledger, p: ledger.around(p, NOW, entity_ids=["ann", "bob"], memory_ids=["a"], limit=9, hot=["x1"]),
    "relations_by_id": lambda ledger, p: ledger.relations_by_id(p, ["x1"]),
    "relations": lambda ledger, p: ledger.relations(p, ["x1"], NOW),
    "relations_by_key": lambda ledger, p: ledger.relations_by_key(
        p, [KNOWS.key(ANN.partition), KNOWS.key(BOB.partition)]
    ),
    "relations_of_memories": lambda ledger, p: ledger.relations_of_memories(p, ["a"], NOW),
    "list_relations": lambda ledger, p: ledger.list_relations(p, NOW, 9, entity_id="ann"),
    "degrees": lambda ledger, p: ledger.degrees(p, ["ann", "bob"]),
    "mentions_of": lambda ledger, p: ledger.mentions_of(p, ["ann"], 9),
    "mentions": lambda ledger, p: ledger.mentions(p, "ann"),
    "trail": lambda ledger, p: ledger.trail(p, ["bob"], 1_001),
    "mentions_in": lambda ledger, p: ledger.mentions_in(p, ["m1"], 9),
    "vocabulary": lambda ledger, p: ledger.vocabulary(p),
    "means": lambda ledger, p: ledger.means(p),
    "message_ids": lambda ledger, p: ledger.message_ids(p, 9),
    "memory_ids": lambda ledger, p: ledger.memory_ids(p, 9),
    "rows": lambda ledger, p: ledger.rows(p, "revisions", 9),
}


def change_everything(partition: str) -> Changes:
    return Changes(
        partition=partition,
        revisions=(revision("r2", "a", partition=partition, number=2, slot_key="slot", text_hash="hash"),),
        ended_revisions=("r1",),
        evidence=(evidence("a", "m1", quote="more"),),
        entities=(entity("ann", name="Anna", partition=partition),),
        mentions=(Mention(entity_id="bob", message_id="m1"),),
        relations=(relation("x2", "bob", "knows", "ann", partition=partition, support=("a",)),),
        ended_relations=("x1",),
        decisions=(decision("d2", partition=partition, memory_id="a"),),
        touched_messages=("m1",),
        vocabulary={"know": "knowing", "dog": "dogs"},
        job=JobUpdate(id="job-m1", state=JobState.DONE, payload={"done": True}),
        request=key("r9", method="update"),
        request_result="a",
    )


WRITES: dict[str, Call] = {
    "accept": lambda ledger, _: ledger.accept(acceptance("m2", request=key("r8"))),
    "commit": lambda ledger, p: ledger.commit(change_everything(p)),
    "commit_all": lambda ledger, p: ledger.commit_all([change_everything(p)]),
    "update_job": lambda ledger, p: ledger.update_job(p, JobUpdate(id="job-m1", state=JobState.FAILED)),
    "queue_job": lambda ledger, p: ledger.queue_job(
        Job(id="s1", partition=p, kind=JobKind.SUMMARY, state=JobState.PENDING, payload={})
    ),
    "cancel_job": lambda ledger, p: ledger.cancel_job(p, "job-m1", key("r7", method="cancel")),
    "replay_job": lambda ledger, p: ledger.replay_job(p, "job-m0", key("r7", method="replay")),
    "outbox_add": lambda ledger, p: ledger.outbox_add(p, {"message": ["m1"], "memory": ["r1"]}),
    "load": lambda ledger, p: ledger.load(p, "memories", [{"partition": p, "id": "z", "created_at": 5}]),
    "recount": lambda ledger, p: ledger.recount(p),
    "outbox_done": lambda ledger, p: ledger.outbox_done([OutboxRow(p, "message", "m1", 99)]),
    "outbox_failed": lambda ledger, p: ledger.outbox_failed([OutboxRow(p, "message", "m1", 99)], 1),
    "outbox_refill": lambda ledger, p: ledger.outbox_refill(p),
    "set_session": lambda ledger, _: ledger.set_session(ANN, "default", {"n": 1}, key("r7", method="set_session")),
    "set_agent_config": lambda ledger, _: ledger.set_agent_config(ANN, AgentConfig(), 1, key("r7", method="set")),
    "set_summary": lambda ledger, p: ledger.set_summary(p, summary("hers", version=1)),
    "set_mean": lambda ledger, p: ledger.set_mean(p, "fact", 7, 99, b"hers"),
}

OVER_ALL_OWNERS = {
    "claim_jobs",
    "release_jobs",
    "renew",
    "prune",
    "unsummarised",
    "outbox_unpark",
    "enter",
    "partitions",
    "close",
}
"""Maintenance, which no caller reaches: it works on all owners by its contract."""


OF_A_TENANT = {"owners"}
"""Lists of a tenant's owners, which other tests keep within the tenant."""


async def fill(ledger: Ledger, scope: Scope, who: str) -> None:
    await graph_of_ann(ledger, scope, who=who)
    undoing = replace(decision("d1-undone", partition=scope.partition), reverts="d1")
    await ledger.commit(Changes(partition=scope.partition, decisions=(undoing,)))
    await ledger.set_summary(scope.partition, summary(f"summary of {who}"))
    await ledger.set_mean(scope.partition, "fact", 1, 32, who.encode())
    await ledger.set_agent_config(scope, AgentConfig(instructions=f"Listen to {who}."))
    await ledger.accept(acceptance("m0", scope=scope, name=who))
    await ledger.update_job(scope.partition, JobUpdate(id="job-m0", state=JobState.FAILED))


async def everything(ledger: Ledger, partition: str) -> dict[str, object]:
    return {name: await read(ledger, partition) for name, read in READS.items()}


@pytest.mark.parametrize("method", [name for name, _ in inspect.getmembers(Ledger, inspect.iscoroutinefunction)])
async def test_owners_never_meet(open_ledger: OpenLedger, method: str) -> None:
    """A call for one owner gives what it gives without the other, and leaves all of the other's rows as they were."""
    call = (READS | WRITES).get(method)
    if call is None:
        assert method in OVER_ALL_OWNERS | OF_A_TENANT, (
            f"{method} is a method of the ledger that this test doesn't cover"
        )
        return
    alone = await open_ledger()
    await fill(alone, ANN, "ann")
    answer_alone, left_alone = await call(alone, ANN.partition), await everything(alone, ANN.partition)
    shared = await open_ledger()
    await fill(shared, BOB, "bob")
    await fill(shared, ANN, "ann")
    before = await everything(shared, BOB.partition)

    answer = await call(shared, ANN.partition)
    assert answer == answer_alone
    if method in READS:
        assert answer, "the call finds something, else it proves nothing"
        assert answer != await call(shared, BOB.partition) or not says_whose(method)
    assert await everything(shared, ANN.partition) == left_alone
    assert await everything(shared, BOB.partition) == before


def says_whose(method: str) -> bool:
    """Whether the answer holds something that differs between the two owners at all."""
    return method not in {
        "backlog",
        "behind",
        "memories_of_revisions",
        "degrees",
        "mentions_of",
        "mentions",
        "mentions_in",
        "message_ids",
        "memory_ids",
    }


async def test_nobody_else_is_empty(open_ledger: OpenLedger) -> None:
    """An owner without data finds nothing, whatever ids it asks for."""
    ledger = await open_ledger()
    await fill(ledger, ANN, "ann")
    beside_ann = await everything(ledger, BOB.partition)

    assert beside_ann == await everything(await open_ledger(), BOB.partition)
