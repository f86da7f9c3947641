"""The outbox: keys of what the index must look at again, each held by the process that is about to look."""

from collections.abc import Mapping, Sequence
from typing import Any

from twohop.graph.model import OutboxRow
from twohop.graph.neo4j.database import Row
from twohop.graph.neo4j.stamp import ADVANCE, LOCK_EACH, NOW, queue
from twohop.graph.neo4j.writes import Owning

EVERYTHING = {
    "message": "(m:Message {partition: $partition})",
    "memory": "(m:Revision {partition: $partition})",
    "relation": "()-[m:RELATION {partition: $partition}]->()",
}
"""Kind of point -> all rows behind it. Superseded versions have a point too, so that `known_at` finds them."""

FREE = "NOT b.parked AND (b.holder = $holder OR b.leased_until <= now)"

WAITING = """
RETURN b.partition AS partition, b.kind AS kind, b.id AS id, b.seq AS seq, b.attempts AS attempts,
  b.holder = $holder AND b.leased_until > now + $lease / 2 AS held
ORDER BY b.queued_at, b.partition, b.kind, b.id LIMIT $limit
"""

OLDEST = f"WITH {NOW} AS now MATCH (b:Outbox) WHERE b.queued_at >= 0 AND {FREE} {WAITING}"
OLDEST_OF_OWNER = (
    f"WITH {NOW} AS now MATCH (b:Outbox {{partition: $partition}}) WHERE b.queued_at >= 0 AND {FREE} {WAITING}"
)

TAKE = f"""
{LOCK_EACH}
WITH q, {NOW} AS now
UNWIND q.rows AS row
MATCH (b:Outbox {{partition: q.partition, kind: row.kind, id: row.id}})
WHERE {FREE}
SET b.holder = $holder, b.leased_until = now + $lease
RETURN b.partition AS partition, b.kind AS kind, b.id AS id, b.seq AS seq, b.attempts AS attempts
"""

DONE = f"""
{LOCK_EACH}
WITH q
UNWIND q.rows AS row
MATCH (b:Outbox {{partition: q.partition, kind: row.kind, id: row.id}})
WHERE b.seq <= row.seq
DELETE b
"""

FAILED = f"""
{LOCK_EACH}
WITH q
UNWIND q.rows AS row
MATCH (b:Outbox {{partition: q.partition, kind: row.kind, id: row.id}})
WHERE b.seq <= row.seq
WITH b, b.attempts + 1 AS attempts
SET b.attempts = attempts, b.parked = attempts >= $park_after
"""

PARKED = "MATCH (b:Outbox) WHERE b.parked RETURN b.partition AS partition, b.kind AS kind, b.id AS id, b.seq AS seq"

UNPARK = f"""
{LOCK_EACH}
WITH q
UNWIND q.rows AS row
MATCH (b:Outbox {{partition: q.partition, kind: row.kind, id: row.id}})
WHERE b.parked
SET b.parked = false, b.attempts = 0
RETURN count(*) AS unparked
"""


def of_each_owner(rows: Sequence[OutboxRow]) -> list[dict[str, Any]]:
    """The rows by owner, the owners in order: the values of `LOCK_EACH`."""
    by_owner: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_owner.setdefault(row.partition, []).append({"kind": row.kind, "id": row.id, "seq": row.seq})
    return [{"partition": partition, "rows": by_owner[partition]} for partition in sorted(by_owner)]


def outbox_row(row: Row) -> OutboxRow:
    """A waiting row."""
    return OutboxRow(row["partition"], row["kind"], row["id"], row["seq"], row["attempts"])


def queue_all(kind: str, page: str = "WITH o, now, at WHERE '{kind}' IN $kinds", limit: str = "") -> str:
    """The part that asks for the points of a kind: all of them, or the next ones."""
    return f"""
CALL (o, now, at) {{
  {page.format(kind=kind)}
  MATCH {EVERYTHING[kind]} WHERE m.id > {"$after" if limit else "''"}
  WITH o, now, at, m.id AS id {limit}
  MERGE (b:Outbox {{partition: $partition, kind: '{kind}', id: id}})
  ON CREATE SET b.queued_at = at
  SET b.seq = o.seq, b.attempts = 0, b.parked = false, b.holder = $holder, b.leased_until = now + $lease
  RETURN count(*) AS queued_{kind}, max(id) AS last_{kind}
}}
"""


REFILL = {
    kind: "\n".join(
        (
            "MATCH (o:Owner {partition: $partition})",
            "WITH count(*) AS there WHERE there = 1",
            ADVANCE,
            queue_all(kind, "WITH o, now, at", "ORDER BY id LIMIT $limit"),
            f"RETURN queued_{kind} AS rows, last_{kind} AS last",
        )
    )
    for kind in EVERYTHING
}

REFILLED_AT_ONCE = 5_000
"""Rows of one transaction: an owner is locked for a fraction of a second, and others write between two of them."""


async def refill(own: Owning, kind: str, after: str) -> tuple[int, str]:
    """Ask for the next points of a kind; how many that were, and the last of them ("" = that was all)."""
    row = await own.one(REFILL[kind], after=after, limit=REFILLED_AT_ONCE)
    rows = 0 if row is None else int(row["rows"])
    return rows, "" if row is None or rows < REFILLED_AT_ONCE else str(row["last"])


ADD = "\n".join((ADVANCE, *(queue(kind, f"${kind}_ids") for kind in EVERYTHING), "RETURN o.seq AS seq"))


async def add(own: Owning, ids: Mapping[str, Sequence[str]]) -> None:
    """Ask for these points to be looked at again."""
    await own.one(ADD, **{f"{kind}_ids": list(dict.fromkeys(ids.get(kind, ()))) for kind in EVERYTHING})
