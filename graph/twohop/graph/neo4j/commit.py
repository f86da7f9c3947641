"""One commit: everything that an add, or a caller, changes about an owner, in one statement.

What was planned on is checked before anything is written; what the rows point at, and what they end, is counted as
they are written. A count that is not the expected one undoes the whole.
"""

from dataclasses import replace

from twohop.errors import StaleRead
from twohop.graph.model import OutboxRow
from twohop.graph.neo4j import jobs, requests
from twohop.graph.neo4j.database import Row
from twohop.graph.neo4j.facts import PUT_EVIDENCE, PUT_RELATIONS, PUT_REVISIONS, SAID, facts
from twohop.graph.neo4j.naming import BEGIN_ENTITIES, END_ENTITIES, PUT_ALIASES, PUT_MENTIONS, naming
from twohop.graph.neo4j.properties import properties
from twohop.graph.neo4j.stamp import ADVANCE, LATER, PLANNED, queue
from twohop.graph.neo4j.vocabulary import ADD_WORDS, words
from twohop.graph.neo4j.writes import Owning, Unwritten
from twohop.graph.rows import decision_columns
from twohop.graph.store import Changes, Committed

PUT_DECISIONS = """
CALL (at) {
  UNWIND $decisions AS q
  CREATE (d:Decision {partition: $partition, id: q.id})
  SET d += q, d.recorded_at = at
  RETURN count(*) AS decisions
}
"""

TOUCHED = """
CALL () {
  UNWIND $touched AS id
  MATCH (m:Message {partition: $partition, id: id})
  RETURN collect(m.id) AS touched
}
"""
"""Those of the messages that the owner has."""

EXACTLY = (
    "ended_entities",
    "ended_revisions",
    "ended_relations",
    "aliases",
    "mentions",
    "revisions",
    "triples",
    "evidence",
    "relations",
    "supports",
)
"""Parts that must reach every row given to them: each counts under the name of its list."""

COMMIT = "\n".join(
    (
        PLANNED,
        ADVANCE,
        requests.TAKE,
        "WITH o, now, at WHERE repeated = 0 AND ($expected_state IS NULL OR o.state_seq = $expected_state)",
        END_ENTITIES,
        BEGIN_ENTITIES,
        PUT_ALIASES,
        PUT_REVISIONS,
        PUT_EVIDENCE,
        PUT_MENTIONS,
        PUT_RELATIONS,
        PUT_DECISIONS,
        ADD_WORDS,
        jobs.SET_JOB,
        TOUCHED,
        SAID,
        queue("memory", "queued_memories"),
        queue("relation", "queued_relations"),
        queue("message", "touched"),
        "SET o.state_seq = o.state_seq + $changes_state, o.memory_count = o.memory_count + new_memories,",
        "o.entity_count = o.entity_count + more - ended_entities",
        "RETURN o.seq AS seq, o.state_seq AS state_seq, at, moved, touched, queued_memories, queued_relations,",
        ", ".join(EXACTLY),
    )
)


async def commit(own: Owning, changes: Changes) -> Committed:
    """Write the changes, or nothing."""
    changes.refuse_foreign()
    parts = {**facts(changes), **naming(changes)}
    passing = {one.id for one in changes.revisions} & set(changes.ended_revisions)
    revised = dict.fromkeys((*(one.id for one in changes.revisions), *changes.ended_revisions))
    related = dict.fromkeys((*(one.id for one in changes.relations), *changes.ended_relations))
    row = await own.one(
        COMMIT,
        **parts,
        **requests.taking(changes.request, changes.request_result),
        expected_state=changes.expected_state,
        changes_state=int(changes.moves_state),
        decisions=[
            properties("decisions", own.partition, decision_columns(one, ordinal=i, stamp=LATER))
            for i, one in enumerate(changes.decisions)
        ],
        words=words(own.partition, changes.vocabulary),
        jobs=jobs.setting(changes.job),
        touched=list(dict.fromkeys(changes.touched_messages)),
        queued_memories=[one for one in revised if one not in passing],
        queued_relations=list(related),
    )
    if row is None:
        raise Unwritten(await earlier(own, changes))
    for name in EXACTLY:
        if row[name] != len(parts[name]):
            raise StaleRead(f"{name.replace('_', ' ')} don't find the rows that they were planned on: plan again")
    if changes.job is not None and not row["moved"]:
        await jobs.lost(own, changes.job)
    queued = {"memory": row["queued_memories"], "relation": row["queued_relations"], "message": row["touched"]}
    rows = (
        OutboxRow(own.partition, kind, one, row["seq"]) for kind, ids in queued.items() for one in dict.fromkeys(ids)
    )
    return replace(committed(row), queued=tuple(rows))


async def earlier(own: Owning, changes: Changes) -> Committed:
    """What an earlier call with the request id led to, in a transaction that has moved the owner's sequence by one.

    Raises:
        RequestIdReused: the id came with another body, or for another owner of the tenant.
        StaleRead: there was none; the state moved.
    """
    seen = await requests.seen(own, changes.request)
    known = await own.one(
        "MATCH (o:Owner {partition: $partition})",
        "RETURN o.seq - 1 AS seq, o.state_seq AS state_seq, o.last_time AS at",
    )
    if seen is None or known is None or seen["recorded_at"] == known["at"]:  # The last one is this call's own.
        raise StaleRead("the owner's state moved since it was read: plan again")
    return committed({**known, "at": seen["recorded_at"]}, seen["result"])


def committed(row: Row, result: str = "") -> Committed:
    """The answer."""
    return Committed(seq=row["seq"], state_seq=row["state_seq"], recorded_at=row["at"], earlier=result)
