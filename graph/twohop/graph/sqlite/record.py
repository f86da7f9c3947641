"""Reads of what was decided, of jobs, and of the statistics that recall keeps."""

from twohop.graph.model import Decision, Job
from twohop.graph.sqlite import keyset
from twohop.graph.sqlite.database import Owned
from twohop.graph.sqlite.rows import decision_of, job_of
from twohop.graph.store import Page

SELECT = "SELECT d.* FROM decisions AS d"
OWN = "WHERE d.partition = :partition"
AFTER = "AND (d.recorded_at, d.ordinal) > (:recorded_at, :ordinal)"


def decisions(own: Owned, *, job_id: str, memory_id: str, limit: int, after: str) -> Page[Decision]:
    """A page of decisions in order of recording."""
    recorded_at, ordinal = keyset.numbers(after)
    sql: tuple[str, ...]
    if memory_id:
        of_job = "AND d.job_id = :job_id" if job_id else ""
        made = f"{SELECT} INDEXED BY decisions_of_memory {OWN} AND d.memory_id = :memory_id"
        touched = f"{SELECT} INDEXED BY decisions_on_target {OWN} AND d.target_id = :memory_id"
        sql = (made, of_job, AFTER, "UNION", touched, of_job, AFTER)
    elif job_id:
        sql = (SELECT, "INDEXED BY decisions_of_job", OWN, "AND d.job_id = :job_id", AFTER)
    else:
        sql = (SELECT, OWN, AFTER)
    rows = own.all(
        *sql,
        "ORDER BY recorded_at, ordinal LIMIT :limit",
        job_id=job_id,
        memory_id=memory_id,
        recorded_at=recorded_at,
        ordinal=ordinal,
        limit=limit + 1,
    )
    last = rows[limit - 1] if 0 < limit < len(rows) else None
    return Page(
        tuple(decision_of(row) for row in rows[:limit]),
        "" if last is None else keyset.key(last["recorded_at"], last["ordinal"]),
    )


def decision(own: Owned, decision_id: str) -> Decision | None:
    """One decision."""
    row = own.one("SELECT * FROM decisions WHERE partition = :partition AND id = :id", id=decision_id)
    return None if row is None else decision_of(row)


def reverted(own: Owned, decision_id: str) -> Decision | None:
    """The newest decision that undid this one, unless it was undone too."""
    row = own.one(
        "SELECT * FROM decisions WHERE partition = :partition AND reverts = :id AND reverts <> ''",
        "ORDER BY recorded_at DESC, ordinal DESC LIMIT 1",
        id=decision_id,
    )
    if row is None or reverted(own, row["id"]) is not None:
        return None
    return decision_of(row)


def job(own: Owned, job_id: str) -> Job | None:
    """One job."""
    row = own.one("SELECT * FROM jobs WHERE partition = :partition AND id = :id", id=job_id)
    return None if row is None else job_of(row)


def vocabulary(own: Owned, after: int) -> tuple[list[tuple[str, str]], int]:
    """What came after the mark, and the new mark (the owner's sequence at the newest word)."""
    rows = own.all(
        "SELECT stem, surface, seq FROM vocabulary WHERE partition = :partition AND seq > :after ORDER BY seq, stem",
        after=after,
    )
    return [(row["stem"], row["surface"]) for row in rows], rows[-1]["seq"] if rows else after


def means(own: Owned) -> dict[str, tuple[int, int, bytes]]:
    """List name -> (version, count, mean)."""
    rows = own.all("SELECT name, version, count, mean FROM means WHERE partition = :partition")
    return {row["name"]: (row["version"], row["count"], row["mean"]) for row in rows}
