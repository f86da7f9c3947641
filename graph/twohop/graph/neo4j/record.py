"""Looks at what was decided, at an owner's jobs, and at what waits in its outbox."""

from collections.abc import Sequence
from typing import Any

from twohop.graph.model import Decision
from twohop.graph.neo4j.axes import known
from twohop.graph.neo4j.look import Look, first
from twohop.graph.neo4j.properties import picked
from twohop.graph.rows import decision_of, job_of
from twohop.graph.store import Backlog

DECISION = f"d {{.partition, {picked('decisions')}}}"

SEEN = """
CASE WHEN q.agent_id = '' AND q.run_id = '' THEN true ELSE
 EXISTS {
   UNWIND [d.memory_id, d.target_id] AS about
   MATCH (m:Memory {partition: $partition, id: about})
   WHERE (q.agent_id = '' OR EXISTS { MATCH (m)-[w:EVIDENCE]->() WHERE w.agent_id = q.agent_id })
     AND (q.run_id = '' OR EXISTS { MATCH (m)-[w:EVIDENCE]->() WHERE w.run_id = q.run_id })
 }
 OR EXISTS {
   MATCH (j:Job {partition: $partition, id: d.job_id})
   UNWIND j.said_in AS said
   MATCH (g:Message {partition: $partition, id: said})
   WHERE (q.agent_id = '' OR g.agent_id = q.agent_id) AND (q.run_id = '' OR g.run_id = q.run_id)
 } END
"""
"""Decisions about a memory that ever rested on messages of the agent and the run, or of a job with such messages.

What a decision took back still was that run's, so links that ended count.
"""

BEHIND = """
d.recorded_at >= q.recorded_at AND d.ordinal IS NOT NULL
AND CASE d.recorded_at WHEN q.recorded_at THEN d.ordinal > q.ordinal ELSE true END
"""

PAGE = f"""
WHERE {BEHIND} AND {known("d")} AND {SEEN}
WITH d ORDER BY d.partition, d.recorded_at, d.ordinal LIMIT $limit
RETURN collect({DECISION}) AS x
"""


def placed(rows: Sequence[Any]) -> list[tuple[Decision, int]]:
    """Decisions, each with its place in its commit."""
    return [(decision_of(row), row["ordinal"]) for row in rows]


DECISIONS = Look(f"MATCH (d:Decision {{partition: $partition}}) {PAGE}", placed)
"""Decisions of the owner behind a (time, place), in the order of recording."""

OF_JOB = Look(f"MATCH (d:Decision {{partition: $partition, job_id: q.job_id}}) {PAGE}", placed)
"""As `DECISIONS`, of one job."""

OF_MEMORY = Look(
    f"""
    CALL (q) {{
      MATCH (d:Decision {{partition: $partition, memory_id: q.memory_id}})
      RETURN d
      UNION
      MATCH (d:Decision {{partition: $partition, target_id: q.memory_id}})
      RETURN d
    }}
    WITH d WHERE q.job_id = '' OR d.job_id = q.job_id
    WITH d {PAGE}
    """,
    placed,
)
"""As `DECISIONS`, of those that made or touched a memory."""

DECISION_BY_ID = Look(
    f"MATCH (d:Decision {{partition: $partition, id: q.id}}) WHERE {SEEN} RETURN {DECISION} AS x",
    first(decision_of),
)
"""One decision."""


def reverted(x: Any) -> Decision | None:
    """The newest decision that undid this one, unless it was undone too."""
    undoing = {row["reverts"]: row for row in x[1]}  # The newest that undid each comes last.
    undone, length = x[0], 0
    while undone in undoing:
        undone = undoing[undone]["id"]
        length += 1
    # The last of them stands, the one that it undid does not, and so on back to the first.
    return decision_of(undoing[x[0]]) if length % 2 else None


REVERTED = Look(
    f"""
    MATCH (d:Decision {{partition: $partition}})
    WHERE d.reverts > ''
    WITH d ORDER BY d.recorded_at, d.ordinal
    WITH collect({DECISION}) AS found
    RETURN [q.id, found] AS x
    """,
    reverted,
)
"""What undid a decision for good. Who undoes what can be a chain, so all that undid anything is looked at: few."""

JOB = Look("MATCH (j:Job {partition: $partition, id: q.id}) RETURN properties(j) AS x", first(job_of))
"""One job."""

FIRST_JOB = Look(
    """
    MATCH (j:Job {partition: $partition, kind: q.kind, session_key: q.session_key})
    WHERE j.state IN ['pending', 'running']
    WITH j ORDER BY j.created_at, j.id LIMIT 1
    RETURN properties(j) AS x
    """,
    first(job_of),
)
"""The oldest unfinished job of a session."""

BEHIND_INDEX = Look(
    """
    RETURN EXISTS {
      MATCH (b:Outbox {partition: $partition})
      WHERE b.kind IS NOT NULL AND b.id IS NOT NULL AND NOT b.parked
    } AS x
    """,
    bool,
)
"""Whether something waits for the index."""

BACKLOG = Look(
    """
    MATCH (b:Outbox {partition: $partition})
    WHERE b.kind IS NOT NULL AND b.id IS NOT NULL
    RETURN [
      count(CASE WHEN NOT b.parked THEN 1 END), count(CASE WHEN b.parked THEN 1 END),
      min(CASE WHEN NOT b.parked THEN b.queued_at END)
    ] AS x
    """,
    lambda x: Backlog(waiting=x[0], parked=x[1], oldest_at=x[2]),
)
"""What waits for the index, and what is parked."""
