"""The outbox: keys of what the index must look at again."""

from collections.abc import Sequence

from twohop.graph.model import OutboxRow
from twohop.graph.sqlite.database import Database, Owned
from twohop.graph.sqlite.stamp import Stamp, advance
from twohop.graph.store import Backlog

EVERYTHING = {
    "message": "SELECT :partition, :kind, m.id, :seq, :at FROM messages AS m WHERE m.partition = :partition",
    "memory": "SELECT :partition, :kind, r.id, :seq, :at FROM revisions AS r WHERE r.partition = :partition",
    "relation": "SELECT :partition, :kind, r.id, :seq, :at FROM relations AS r WHERE r.partition = :partition",
}
"""Kind of point -> all rows behind it. Superseded versions have a point too, so that `known_at` finds them."""


def waiting(database: Database, limit: int, partition: str | None) -> list[OutboxRow]:
    """The oldest rows."""
    if partition is None:
        rows = database.maintain(
            "SELECT partition, kind, id, seq FROM outbox ORDER BY queued_at, partition, kind, id LIMIT :limit",
            limit=limit,
        )
    else:
        rows = database.of(partition).all(
            "SELECT partition, kind, id, seq FROM outbox WHERE partition = :partition",
            "ORDER BY queued_at, kind, id LIMIT :limit",
            limit=limit,
        )
    return [OutboxRow(row["partition"], row["kind"], row["id"], row["seq"]) for row in rows]


def done(database: Database, rows: Sequence[OutboxRow]) -> None:
    """Remove rows, but for those written again since."""
    by_owner: dict[str, list[OutboxRow]] = {}
    for row in rows:
        by_owner.setdefault(row.partition, []).append(row)
    for partition, theirs in by_owner.items():
        database.of(partition).change_each(
            "DELETE FROM outbox WHERE partition = :partition AND kind = :kind AND id = :id AND seq <= :seq",
            [{"kind": row.kind, "id": row.id, "seq": row.seq} for row in theirs],
        )


def size(database: Database, partition: str | None) -> int:
    """How many rows wait."""
    if partition is None:
        rows = database.maintain("SELECT COUNT(*) AS waiting FROM outbox")
    else:
        rows = database.of(partition).all("SELECT COUNT(*) AS waiting FROM outbox WHERE partition = :partition")
    return int(rows[0]["waiting"])


def backlog(database: Database, partition: str | None) -> Backlog:
    """How many rows wait, and since when."""
    counted = "SELECT COUNT(*) AS waiting, MIN(queued_at) AS oldest FROM outbox"
    if partition is None:
        rows = database.maintain(counted)
    else:
        rows = database.of(partition).all(counted, "WHERE partition = :partition")
    return Backlog(waiting=rows[0]["waiting"], oldest_at=rows[0]["oldest"])


def refill(database: Database, now: int, partition: str) -> int:
    """Ask for everything of one owner; how many rows that is."""
    own = database.of(partition)
    if own.one("SELECT seq FROM owners WHERE partition = :partition") is None:
        return 0
    stamp = advance(own, now)
    return sum(queue_all(own, kind, stamp) for kind in EVERYTHING)


def queue_all(own: Owned, kind: str, stamp: Stamp) -> int:
    """Ask for every point of a kind; how many rows that is."""
    return own.change(
        "INSERT INTO outbox (partition, kind, id, seq, queued_at)",
        EVERYTHING[kind],
        "ON CONFLICT (partition, kind, id) DO UPDATE SET seq = excluded.seq",
        kind=kind,
        seq=stamp.seq,
        at=stamp.at,
    )


def partitions(database: Database, limit: int, after: str) -> list[str]:
    """All partitions in order, those too that hold an agent's configuration and nothing else."""
    rows = database.maintain(
        "SELECT partition FROM owners WHERE partition > :after "
        "UNION SELECT partition FROM agent_configs WHERE partition > :after ORDER BY partition LIMIT :limit",
        after=after,
        limit=limit,
    )
    return [row["partition"] for row in rows]
