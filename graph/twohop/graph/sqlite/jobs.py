"""The job queue, and summaries, which jobs write."""

from twohop.errors import NotFound
from twohop.graph.model import Job
from twohop.graph.sqlite.database import Database, Owned
from twohop.graph.sqlite.rows import job_of, json_of
from twohop.graph.sqlite.stamp import advance
from twohop.graph.store import JobUpdate


def set_job(own: Owned, update: JobUpdate, now: int) -> None:
    """Write a job's state.

    Raises:
        NotFound: the owner has no such job.
    """
    if not own.change(
        "UPDATE jobs SET state = :state, error = :error, not_before = :not_before, updated_at = :now,",
        "payload = COALESCE(:payload, payload), usage = COALESCE(:usage, usage)",
        "WHERE partition = :partition AND id = :id",
        id=update.id,
        state=update.state.value,
        error=update.error,
        not_before=update.not_before,
        payload=None if update.payload is None else json_of(update.payload),
        usage=None if update.usage is None else json_of(update.usage),
        now=now,
    ):
        raise NotFound("no such job for this owner")


def update(database: Database, now: int, partition: str, changed: JobUpdate) -> None:
    """Write a job's state outside a commit.

    Raises:
        NotFound: the owner has no such job.
    """
    set_job(database.of(partition), changed, now)


def claim(database: Database, now: int, limit: int) -> list[Job]:
    """Take due jobs, oldest first."""
    due = database.maintain(
        "SELECT partition, id FROM jobs WHERE state = 'pending' AND not_before <= :now "
        "ORDER BY created_at, id LIMIT :limit",
        now=now,
        limit=limit,
    )
    claimed: list[Job] = []
    for key in due:
        rows = database.of(key["partition"]).all(
            "UPDATE jobs SET state = 'running', attempts = attempts + 1, updated_at = :now",
            "WHERE partition = :partition AND id = :id RETURNING *",
            id=key["id"],
            now=now,
        )
        claimed.extend(job_of(row) for row in rows)
    return claimed


def release(database: Database, now: int) -> int:
    """Put running jobs back; how many."""
    return len(
        database.maintain(
            "UPDATE jobs SET state = 'pending', updated_at = :now WHERE state = 'running' RETURNING id", now=now
        )
    )


def set_summary(database: Database, now: int, partition: str, session: str, summary: str) -> None:
    """Replace a session's summary.

    Raises:
        NotFound: the owner has no such session.
    """
    own = database.of(partition)
    if not own.change(
        "UPDATE sessions SET summary = :summary, summary_version = summary_version + 1",
        "WHERE partition = :partition AND id = :id",
        id=session,
        summary=summary,
    ):
        raise NotFound("no such session for this owner")
    advance(own, now)
