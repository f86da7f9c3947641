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

FREE = "CASE WHEN b.parked THEN false WHEN b.holder = $holder THEN true ELSE b.leased_until <= now END"
"""The row is this process's, or nobody's. One condition: of alternatives Neo4j would make a look at all rows each."""

STANDING = "b.queued_at >= 0 AND b.partition IS NOT NULL AND b.kind IS NOT NULL AND b.id IS NOT NULL"


def oldest(rows: str, order: str) -> str:
    """The next rows: the index gives their order, so that none is read behind the last one wanted."""
    return f"""
CALL () {{
  MATCH {rows}
  WHERE {STANDING} AND {FREE.replace("now", NOW)}
  RETURN b ORDER BY {order} LIMIT $limit
}}
WITH b, {NOW} AS now
RETURN b.partition AS partition, b.kind AS kind, b.id AS id, b.seq AS seq, b.attempts AS attempts,
  b.holder = $holder AND b.leased_until > now + $lease / 2 AS held
ORDER BY b.queued_at, b.partition, b.kind, b.id
"""


OLDEST = oldest(
    "(b:Outbox) USING INDEX SEEK b:Outbox(queued_at, partition, kind, id)",
    "b.queued_at, b.partition, b.kind, b.id",
)
OLDEST_OF_OWNER = oldest(
    "(b:Outbox {partition: $partition}) USING INDEX SEEK b:Outbox(partition, queued_at, kind, id)",
    "b.partition, b.queued_at, b.kind, b.id",
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

PARKED = """
MATCH (b:Outbox) WHERE b.parked = true
RETURN b.partition AS partition, b.kind AS kind, b.id AS id, b.seq AS seq LIMIT $limit
"""

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


def queue_next(kind: str) -> str:
    """The part that asks for the next points of a kind behind `$after`, if it is one of `$kinds`."""
    return f"""
CALL (o, now, at) {{
  WITH o, now, at WHERE '{kind}' IN $kinds
  MATCH {EVERYTHING[kind]} WHERE m.id > $after
  WITH o, now, at, m.id AS id ORDER BY id LIMIT $limit
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
            queue_next(kind),
            f"RETURN queued_{kind}, last_{kind}",
        )
    )
    for kind in EVERYTHING
}

REFILLED_AT_ONCE = 5_000
"""Rows of one transaction: an owner is locked for a second at most, and others write between two of them."""


def next_behind(kind: str, row: Row) -> str:
    """The last of the points that were asked for, behind which others wait; "" = that was all of the kind."""
    return str(row[f"last_{kind}"]) if row[f"queued_{kind}"] >= REFILLED_AT_ONCE else ""


async def refill(own: Owning, kind: str, after: str) -> tuple[int, str]:
    """Ask for the next points of a kind; how many that were, and the last of them ("" = that was all)."""
    row = await own.one(REFILL[kind], kinds=[kind], after=after, limit=REFILLED_AT_ONCE)
    return (0, "") if row is None else (int(row[f"queued_{kind}"]), next_behind(kind, row))


ADD = "\n".join((ADVANCE, *(queue(kind, f"${kind}_ids") for kind in EVERYTHING), "RETURN o.seq AS seq"))


async def add(own: Owning, ids: Mapping[str, Sequence[str]]) -> None:
    """Ask for these points to be looked at again."""
    await own.one(ADD, **{f"{kind}_ids": list(dict.fromkeys(ids.get(kind, ()))) for kind in EVERYTHING})
