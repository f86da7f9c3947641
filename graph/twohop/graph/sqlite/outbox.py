"""The outbox: keys of what the index must look at again.

One process at a time has the file open, so nobody else ever holds a row.
"""

from collections.abc import Sequence

from twohop.graph.model import OutboxRow
from twohop.graph.sqlite.database import Database, Owned
from twohop.graph.sqlite.stamp import Stamp, advance
from twohop.graph.store import Backlog
from twohop.graph.tables import Value

EVERYTHING = {
    "message": "SELECT :partition, :kind, m.id, :seq, :at FROM messages AS m WHERE m.partition = :partition",
    "memory": "SELECT :partition, :kind, r.id, :seq, :at FROM revisions AS r WHERE r.partition = :partition",
    "relation": "SELECT :partition, :kind, r.id, :seq, :at FROM relations AS r WHERE r.partition = :partition",
}
"""Kind of point -> all rows behind it. Superseded versions have a point too, so that `known_at` finds them."""

COUNTED = "SELECT COUNT(*) AS waiting, MIN(queued_at) AS oldest_at FROM outbox WHERE"


def waiting(database: Database, limit: int, partition: str | None) -> list[OutboxRow]:
    """The oldest rows."""
    if partition is None:
        rows = database.maintain(
            "SELECT partition, kind, id, seq, attempts FROM outbox WHERE parked = 0 "
            "ORDER BY queued_at, partition, kind, id LIMIT :limit",
            limit=limit,
        )
    else:
        rows = database.of(partition).all(
            "SELECT partition, kind, id, seq, attempts FROM outbox WHERE partition = :partition AND parked = 0",
            "ORDER BY queued_at, kind, id LIMIT :limit",
            limit=limit,
        )
    return [OutboxRow(row["partition"], row["kind"], row["id"], row["seq"], row["attempts"]) for row in rows]


def done(database: Database, rows: Sequence[OutboxRow]) -> None:
    """Remove rows, but for those written again since."""
    of_each_owner(
        database,
        "DELETE FROM outbox WHERE partition = :partition AND kind = :kind AND id = :id AND seq <= :seq",
        rows,
    )


def failed(database: Database, rows: Sequence[OutboxRow], park_after: int) -> None:
    """Count a failed try, but of rows written again since."""
    of_each_owner(
        database,
        "UPDATE outbox SET attempts = attempts + 1, parked = (attempts + 1 >= :most) "
        "WHERE partition = :partition AND kind = :kind AND id = :id AND seq <= :seq",
        rows,
        most=park_after,
    )


def of_each_owner(database: Database, sql: str, rows: Sequence[OutboxRow], **values: Value) -> None:
    """Run a statement that writes once a row."""
    by_owner: dict[str, list[OutboxRow]] = {}
    for row in rows:
        by_owner.setdefault(row.partition, []).append(row)
    for partition, theirs in by_owner.items():
        database.of(partition).change_each(
            sql, [{**values, "kind": row.kind, "id": row.id, "seq": row.seq} for row in theirs]
        )


def unpark(database: Database) -> int:
    """Let parked rows wait again; how many."""
    return len(database.maintain("UPDATE outbox SET parked = 0, attempts = 0 WHERE parked = 1 RETURNING id"))


def backlog(database: Database, partition: str | None) -> Backlog:
    """What waits, and what is parked."""
    if partition is None:
        [waits] = database.maintain(f"{COUNTED} parked = 0")
        [parked] = database.maintain(f"{COUNTED} parked = 1")
    else:
        own = database.of(partition)
        [waits] = own.all(COUNTED, "partition = :partition AND parked = 0")
        [parked] = own.all(COUNTED, "partition = :partition AND parked = 1")
    return Backlog(waiting=waits["waiting"], parked=parked["waiting"], oldest_at=waits["oldest_at"])


def behind(own: Owned) -> bool:
    """Whether something of the owner's waits."""
    return own.one("SELECT 1 FROM outbox WHERE partition = :partition AND parked = 0 LIMIT 1") is not None


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
        "ON CONFLICT (partition, kind, id) DO UPDATE SET seq = excluded.seq, attempts = 0, parked = 0",
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
