"""How SQLite walks to what recall and the write path ask for."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from ledger_rows import P, Ticks, acceptance, graph_of_ann
from twohop.graph.model import Axes, JobState, Narrowing, Scope, Triple
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.sqlite.database import connect_reader
from twohop.graph.store import JobUpdate, MemoryFilter

Call: TypeAlias = Callable[[SqliteLedger, Axes], Awaitable[object]]

KEY = Triple("ann", "knows", "bob").key(P)
NARROW = Narrowing(agent_id="x", run_id="y")
PATH: dict[str, Call] = {
    "owner": lambda ledger, _: ledger.owner(P),
    "session": lambda ledger, _: ledger.session(P, "default"),
    "owners": lambda ledger, _: ledger.owners("default", 9, '["","a","b"]'),
    "sessions": lambda ledger, _: ledger.sessions(P, 9, "a"),
    "agent_config": lambda ledger, _: ledger.agent_config(P),
    "agent_config_version": lambda ledger, _: ledger.agent_config(P, 3),
    "job": lambda ledger, _: ledger.job(P, "job-m1"),
    "messages": lambda ledger, axes: ledger.messages(P, ["m1"], axes.known_at),
    "recent_messages": lambda ledger, _: ledger.recent_messages(P, "default", 9, 5),
    "windows": lambda ledger, _: ledger.windows(P, ["m1"], 4),
    "memories": lambda ledger, axes: ledger.memories(P, ["a"], axes, NARROW),
    "memories_of_revisions": lambda ledger, _: ledger.memories_of_revisions(P, ["r1"]),
    "revisions": lambda ledger, axes: ledger.revisions(P, "a", axes.known_at),
    "revisions_by_id": lambda ledger, axes: ledger.revisions_by_id(P, ["r1"], axes.known_at),
    "slot": lambda ledger, _: ledger.slot(P, ["slot"]),
    "by_text": lambda ledger, _: ledger.by_text(P, ["hash"]),
    "by_triple": lambda ledger, axes: ledger.by_triple(P, [KEY], axes.known_at),
    "by_subject": lambda ledger, axes: ledger.by_subject(P, [("ann", "knows")], 9, axes.known_at),
    "facts_of_messages": lambda ledger, axes: ledger.facts_of_messages(P, ["m1"], axes),
    "entities": lambda ledger, axes: ledger.entities(P, ["ann"], axes),
    "entities_named": lambda ledger, axes: ledger.entities_named(P, ["ann", "bobby"], axes.known_at),
    "relations_by_id": lambda ledger, _: ledger.relations_by_id(P, ["x1"]),
    "relations": lambda ledger, axes: ledger.relations(P, ["x1"], axes),
    "relations_of": lambda ledger, axes: ledger.relations_of(P, ["ann"], axes, 9),
    "relations_by_key": lambda ledger, _: ledger.relations_by_key(P, [KEY]),
    "relations_of_memories": lambda ledger, axes: ledger.relations_of_memories(P, ["a"], axes),
    "degrees": lambda ledger, _: ledger.degrees(P, ["ann"]),
    "mentions_of": lambda ledger, axes: ledger.mentions_of(P, ["ann"], 9, axes.known_at),
    "mentions": lambda ledger, _: ledger.mentions(P, "ann"),
    "trail": lambda ledger, _: ledger.trail(P, ["ann"], 1_001),
    "mentions_in": lambda ledger, _: ledger.mentions_in(P, ["m1"], 9),
    "vocabulary": lambda ledger, _: ledger.vocabulary(P, 1),
    "decision": lambda ledger, _: ledger.decision(P, "d1", NARROW),
    "decisions_of_job": lambda ledger, axes: ledger.decisions(
        P, job_id="job-m1", after="[1,2]", known_at=axes.known_at, narrowing=NARROW
    ),
    "decisions_of_memory": lambda ledger, axes: ledger.decisions(
        P, memory_id="a", after="[1,2]", known_at=axes.known_at, narrowing=NARROW
    ),
    "list_memories": lambda ledger, axes: ledger.list_memories(
        P, MemoryFilter(entity_ids=("bob",), narrowing=Narrowing(run_id="x")), axes, 9, "zz"
    ),
    "list_entities": lambda ledger, axes: ledger.list_entities(P, axes, 9, '["a","b"]', "x"),
    "list_relations": lambda ledger, axes: ledger.list_relations(P, axes, 9, "zz", "ann", "knows", NARROW),
}

KEYED = re.compile(r"SEARCH \w+ USING .*\(partition=\? AND \w+=\?")
PARAMETER_OR_SUBQUERY = re.compile(r"SCAN (\w+ VIRTUAL TABLE|\(subquery)")
FIRST_OF_ITS_LIST = {
    "SEARCH owners USING PRIMARY KEY (partition=?)",
    "SEARCH owners USING INDEX owners_of_tenant (tenant=? AND (user_id,agent_id,run_id)>(?,?,?))",
    "SEARCH sessions USING PRIMARY KEY (partition=? AND id>?)",
    "SEARCH agent_configs USING PRIMARY KEY (partition=?)",
    "SEARCH m USING PRIMARY KEY (partition=? AND id<?)",
    "SEARCH v USING INDEX entity_versions_normal (partition=? AND (normal,entity_id)>(?,?))",
    "SEARCH vocabulary USING INDEX vocabulary_since (partition=? AND seq>?)",
}
"""Steps that begin where a page begins, and the one row of an owner."""


@pytest.mark.parametrize("axes", [Axes(), Axes(as_of=5, known_at=5_000)], ids=["now", "then"])
@pytest.mark.parametrize("method", list(PATH))
async def test_no_read_on_the_path_walks_a_table(tmp_path: Path, method: str, axes: Axes) -> None:
    """Every statement finds its rows by partition and one column more, in an index."""
    path = tmp_path / "ledger.db"
    ledger = await SqliteLedger.open(path, clock=Ticks(), synchronous="OFF")
    await graph_of_ann(ledger)
    ran: list[str] = []
    for reading in ledger._readers._connections:
        reading.set_trace_callback(ran.append)
    await PATH[method](ledger, axes)
    await ledger.close()

    statements = [sql for sql in ran if sql.startswith("SELECT")]
    assert statements
    connection = connect_reader(path)
    steps = [(row[3], sql) for sql in statements for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
    connection.close()
    for step, sql in steps:
        if step.startswith("SCAN"):
            assert PARAMETER_OR_SUBQUERY.match(step), f"{step}: {sql}"
        if step.startswith("SEARCH"):
            assert KEYED.match(step) or step in FIRST_OF_ITS_LIST, f"{step}: {sql}"


async def test_owners_whose_jobs_wait_are_not_asked(tmp_path: Path) -> None:
    """However many owners have jobs that wait for another try, a claim reads those whose jobs are due, by an index."""
    clock = Ticks(0)
    ledger = await SqliteLedger.open(tmp_path / "ledger.db", clock=clock, synchronous="OFF")
    for user in ("ann", "bob", "cleo", "dan"):
        await ledger.accept(acceptance("m", scope=Scope(user_id=user), job_id=user))
    for user, at in (("ann", 500), ("bob", 900), ("cleo", 900)):
        update = JobUpdate(id=user, state=JobState.PENDING, retry_after=at)
        await ledger.update_job(Scope(user_id=user).partition, update)
    ran: list[str] = []
    ledger._writer._connection.set_trace_callback(ran.append)
    clock.now = 600
    claimed = await ledger.claim_jobs(2)
    ledger._writer._connection.set_trace_callback(None)
    await ledger.close()

    assert sorted(one.id for one in claimed) == ["ann", "dan"]
    counting = [sql for sql in ran if "AS busy" in sql]
    due = [Scope(user_id=user).partition for user in ("ann", "dan")]
    assert len(counting) == len(due)
    assert all(any(partition in sql for sql in counting) for partition in due)
    (listing, *_) = [sql for sql in ran if "fresh" in sql]
    connection = connect_reader(tmp_path / "ledger.db")
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {listing}")]
    connection.close()
    assert [step for step in steps if re.match(r"(SCAN|SEARCH) (j|jobs)\b", step) and "jobs_due" not in step] == []
    assert any("jobs_due" in step for step in steps)
