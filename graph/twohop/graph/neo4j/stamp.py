"""How a write transaction opens: the owner is locked, and its counters give the one instant of all that is recorded.

Every transaction that writes owner data begins with one of these, so those of one owner are serial, whatever process
they come from. Reads that stand behind it in the same statement see what the last one committed.
"""

from twohop.graph.model import Scope
from twohop.graph.tables import Value

LATER = 0
"""Stands for the stamp in rows that are made before it is known; the statement puts it in its place."""

NOW = "coalesce($now, timestamp() * 1000)"
"""Microseconds by the ledger's clock: the one it was opened with, else the database's own."""

PLANNED = "CYPHER replan=skip"
"""Opens the long statements: to plan one takes seconds, and its plan, made of named indexes, never gets better."""

ADVANCE = f"""
MERGE (o:Owner {{partition: $partition}})
ON CREATE SET o.tenant = '', o.user_id = '', o.agent_id = '', o.run_id = '', o.seq = 0, o.state_seq = 0,
  o.last_time = -1, o.message_count = 0, o.memory_count = 0, o.session_count = 0, o.entity_count = 0
SET o.seq = o.seq + 1
WITH o, {NOW} AS now
WITH o, now, CASE WHEN now > o.last_time THEN now ELSE o.last_time + 1 END AS at
SET o.last_time = at
WITH o, now, at
"""
"""Lock the owner, made when it is new, and move its counters: `o`, `now`, and `at`, strictly increasing."""

STAY = "o.seq = o.seq + 0"
"""Locks an owner as it is. A sum is read under the lock; a bare `o.seq` is read before it, and would take back what
another transaction committed while this one waited."""

LOCK = f"""
MATCH (o:Owner {{partition: $partition}})
SET {STAY}
WITH o, {NOW} AS now
"""
"""Lock an owner that is there, without moving it: `o` and `now`."""

LOCK_EACH = f"""
UNWIND $owners AS q
MATCH (o:Owner {{partition: q.partition}})
SET {STAY}
"""
"""Lock several owners, each `q` of `$owners` in the order of their partitions, so that two never wait in a circle."""

NAME = """
FOREACH (unnamed IN CASE WHEN o.tenant = '' THEN [1] ELSE [] END | SET o += $named)
"""
"""Note whose partition it is: `$named` is `named(scope)`."""


def named(scope: Scope) -> dict[str, Value]:
    """The tenant and the one id that owns a partition."""
    kind, owner_id = scope.owner
    return {
        "tenant": scope.tenant,
        **{f"{one}_id": owner_id if one == kind else "" for one in ("user", "agent", "run")},
    }


def queue(kind: str, ids: str) -> str:
    """The part that asks the projector to look again at points of a kind; `ids` is a list that stands in the statement.

    A row that waits already keeps its place and takes the new sequence; this process holds it.
    """
    return f"""
CALL (o, now, at{"" if ids.startswith("$") else ", " + ids}) {{
  UNWIND {ids} AS id
  MERGE (b:Outbox {{partition: $partition, kind: '{kind}', id: id}})
  ON CREATE SET b.queued_at = at
  SET b.seq = o.seq, b.attempts = 0, b.parked = false, b.holder = $holder, b.leased_until = now + $lease
  RETURN count(*) AS queued_{kind}
}}
"""
