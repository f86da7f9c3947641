"""Reads of what was decided, of jobs, and of the statistics that recall keeps."""

from twohop.graph import keyset
from twohop.graph.model import Decision, Job, Narrowing
from twohop.graph.rows import decision_of, job_of
from twohop.graph.sqlite.axes import known, narrowing_values
from twohop.graph.sqlite.database import Owned, Row
from twohop.graph.store import Page

SELECT = "SELECT d.* FROM decisions AS d"
OWN = "WHERE d.partition = :partition"
AFTER = "AND (d.recorded_at, d.ordinal) > (:recorded_at, :ordinal)"

MESSAGES = "$.messages"
"""Where a job's payload names its messages."""


def decisions(
    own: Owned,
    *,
    job_id: str,
    memory_id: str,
    limit: int,
    after: str,
    known_at: int | None,
    narrowing: Narrowing | None,
) -> Page[Decision]:
    """A page of decisions in order of recording."""
    seen = f"{known('d', known_at)} {seen_by(narrowing)}"
    recorded_at, ordinal = keyset.numbers(after)
    sql: tuple[str, ...]
    if memory_id:
        of_job = "AND d.job_id = :job_id" if job_id else ""
        made = f"{SELECT} INDEXED BY decisions_of_memory {OWN} AND d.memory_id = :memory_id"
        touched = f"{SELECT} INDEXED BY decisions_on_target {OWN} AND d.target_id = :memory_id"
        sql = (made, of_job, AFTER, seen, "UNION", touched, of_job, AFTER, seen)
    elif job_id:
        sql = (SELECT, "INDEXED BY decisions_of_job", OWN, "AND d.job_id = :job_id", AFTER, seen)
    else:
        sql = (SELECT, OWN, AFTER, seen)
    rows = own.all(
        *sql,
        "ORDER BY recorded_at, ordinal LIMIT :limit",
        job_id=job_id,
        memory_id=memory_id,
        recorded_at=recorded_at,
        ordinal=ordinal,
        limit=limit + 1,
        known_at=known_at,
        said_in=MESSAGES,
        **narrowing_values(narrowing),
    )
    last = rows[limit - 1] if 0 < limit < len(rows) else None
    return Page(
        tuple(decision_of(row) for row in rows[:limit]),
        "" if last is None else keyset.key(last["recorded_at"], last["ordinal"]),
    )


def seen_by(narrowing: Narrowing | None) -> str:
    """Decisions about a memory that ever rested on messages of the agent and the run, or of a job with such messages.

    What a decision took back still was that run's, so links that ended count.
    """
    if narrowing is None:
        return ""
    wanted = [name for name in ("agent_id", "run_id") if getattr(narrowing, name)]
    if not wanted:
        return ""
    rested = " ".join(
        "AND EXISTS (SELECT 1 FROM evidence AS w WHERE w.partition = :partition AND w.memory_id = o.id "  # noqa: S608 - own text.
        f"AND w.{name} = :{name})"
        for name in wanted
    )
    about = (
        "EXISTS (SELECT 1 FROM memories AS o WHERE o.partition = :partition "  # noqa: S608 - own text.
        f"AND o.id IN (d.memory_id, d.target_id) {rested})"
    )
    said = " ".join(f"AND m.{name} = :{name}" for name in wanted)
    of_job = (
        "EXISTS (SELECT 1 FROM jobs AS j CROSS JOIN json_each(j.payload, :said_in) AS i "  # noqa: S608 - own text.
        "CROSS JOIN messages AS m ON m.partition = :partition AND m.id = i.value "
        f"{said} WHERE j.partition = :partition AND j.id = d.job_id)"
    )
    return f"AND ({about} OR {of_job})"


def decision(own: Owned, decision_id: str, narrowing: Narrowing | None) -> Decision | None:
    """One decision."""
    row = own.one(
        f"{SELECT} {OWN} AND d.id = :id",
        seen_by(narrowing),
        id=decision_id,
        said_in=MESSAGES,
        **narrowing_values(narrowing),
    )
    return None if row is None else decision_of(row)


def reverted(own: Owned, decision_id: str) -> Decision | None:
    """The newest decision that undid this one, unless it was undone too."""
    undoing: list[Row] = []
    undone = decision_id
    while row := own.one(
        "SELECT * FROM decisions WHERE partition = :partition AND reverts = :id AND reverts <> ''",
        "ORDER BY recorded_at DESC, ordinal DESC LIMIT 1",
        id=undone,
    ):
        undoing.append(row)
        undone = row["id"]
    # The last of them stands, the one that it undid does not, and so on back to the first.
    return decision_of(undoing[0]) if len(undoing) % 2 else None


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
