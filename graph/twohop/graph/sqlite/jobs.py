"""The job queue: which job is next, and what becomes of it.

Jobs of one kind and session are a line: the oldest unfinished one is worked on, the others wait for it, whether it
runs or waits for another try. Owners take turns.
"""

from collections.abc import Sequence
from dataclasses import replace

from twohop.errors import Conflict, NotFound
from twohop.graph import keyset
from twohop.graph.model import Job, JobKind, JobState, OwnedJob, Scope
from twohop.graph.rows import job_columns, job_of, json_of
from twohop.graph.sqlite import requests
from twohop.graph.sqlite.database import Database, Owned, listed
from twohop.graph.sqlite.stamp import advance
from twohop.graph.store import LEASE, JobUpdate, Outdated, Page, RequestKey, Run

FINISHED = (JobState.DONE, JobState.PARTIAL, JobState.CANCELLED)

HEADS = (
    "WITH RECURSIVE lines (session) AS ("
    "SELECT MIN(session) FROM jobs WHERE partition = :partition AND kind = :kind AND state IN ('pending', 'running') "
    "UNION ALL SELECT (SELECT MIN(j.session) FROM jobs AS j WHERE j.partition = :partition AND j.kind = :kind "
    "AND j.state IN ('pending', 'running') AND j.session > lines.session) FROM lines WHERE lines.session IS NOT NULL), "
    "heads (id) AS (SELECT (SELECT j.id FROM jobs AS j WHERE j.partition = :partition AND j.kind = :kind "
    "AND j.state IN ('pending', 'running') AND j.session = lines.session ORDER BY j.created_at, j.id LIMIT 1) "
    "FROM lines WHERE lines.session IS NOT NULL) "
    "SELECT j.id FROM heads CROSS JOIN jobs AS j ON j.partition = :partition AND j.id = heads.id "
    "WHERE j.state = 'pending' AND j.not_before <= :now "
    "AND NOT EXISTS (SELECT 1 FROM jobs AS r WHERE r.partition = :partition AND r.kind = :kind "
    "AND r.session = j.session AND r.state = 'running') "
    "ORDER BY j.created_at, j.id LIMIT 1"
)
"""The first of an owner's jobs that may start: walks from session to session, however many jobs wait in each.

What is unfinished is asked for in the very words of the partial index.
"""


def find(own: Owned, job_id: str) -> Job:
    """One job.

    Raises:
        NotFound: the owner has no such job.
    """
    row = own.one("SELECT * FROM jobs WHERE partition = :partition AND id = :id", id=job_id)
    if row is None:
        raise NotFound("no such job for this owner")
    return job_of(row)


def first(own: Owned, kind: JobKind, session: str) -> Job | None:
    """The oldest unfinished job of a session."""
    row = own.one(
        "SELECT * FROM jobs WHERE partition = :partition AND kind = :kind AND session = :session",
        "AND state IN ('pending', 'running') ORDER BY created_at, id LIMIT 1",
        kind=kind.value,
        session=session,
    )
    return None if row is None else job_of(row)


def add_job(own: Owned, job: Job, at: int, holder: str = "") -> Job:
    """Store a new job; one that was to run at once waits when its session has an unfinished one.

    `holder` works on it if it runs.
    """
    waits = job.state is JobState.RUNNING and first(own, job.kind, job.session) is not None
    stored = replace(
        job, state=JobState.PENDING if waits else job.state, run=0 if waits else job.run, created_at=at, updated_at=at
    )
    own.insert("jobs", [{**job_columns(stored, at), "holder": holder}])
    return stored


def set_job(own: Owned, update: JobUpdate, now: int) -> None:
    """Write a job's state.

    Raises:
        NotFound: the owner has no such job.
        Conflict: the job is not in that run any more.
    """
    if own.change(
        "UPDATE jobs SET state = :state, error = :error, not_before = :not_before, updated_at = MAX(:now,",
        "updated_at + 1), payload = COALESCE(:payload, payload), usage = COALESCE(:usage, usage),",
        "attempts = COALESCE(:attempts, attempts)",
        "WHERE partition = :partition AND id = :id",
        "" if update.run is None else "AND run = :run AND state = iif(:run = 0, 'pending', 'running')",
        id=update.id,
        state=update.state.value,
        error=update.error,
        not_before=now + update.retry_after if update.retry_after else 0,
        payload=None if update.payload is None else json_of(update.payload),
        usage=None if update.usage is None else json_of(update.usage),
        attempts=update.attempts,
        run=update.run,
        now=now,
    ):
        return
    find(own, update.id)
    raise Conflict("the job was cancelled or started anew while it was worked on: nothing was written")


def update(database: Database, now: int, partition: str, changed: JobUpdate) -> None:
    """Write a job's state outside a commit."""
    set_job(database.of(partition), changed, now)


def claim(
    database: Database, now: int, holder: str, limit: int, kind: JobKind, per_owner: int, after: str
) -> list[Job]:
    """Take due jobs, one an owner in each round."""
    claimed: list[Job] = []
    found = True
    while found and len(claimed) < limit:
        found = False
        for partition in owners(database, now, kind, after):
            job = claim_of(database.of(partition), now, holder, kind, per_owner)
            if job is not None:
                claimed.append(job)
                found = True
            if len(claimed) == limit:
                break
    return claimed


def owners(database: Database, now: int, kind: JobKind, after: str) -> list[str]:
    """Owners with jobs that are due, in the order of their partitions, beginning behind `after`.

    Of jobs that never waited there may be many an owner: it steps from owner to owner. What waits for another try is
    looked at only when its time has come.
    """
    rows = database.maintain(
        "WITH RECURSIVE fresh (partition) AS ("
        "SELECT MIN(partition) FROM jobs WHERE kind = :kind AND state = 'pending' AND not_before = 0 "
        "UNION ALL SELECT (SELECT MIN(j.partition) FROM jobs AS j WHERE j.kind = :kind AND j.state = 'pending' "
        "AND j.not_before = 0 AND j.partition > fresh.partition) FROM fresh WHERE fresh.partition IS NOT NULL), "
        "due (partition) AS (SELECT partition FROM fresh WHERE partition IS NOT NULL UNION "
        "SELECT partition FROM jobs WHERE kind = :kind AND state = 'pending' "
        "AND not_before > 0 AND not_before <= :now) "
        "SELECT partition FROM due ORDER BY partition <= :after, partition",
        kind=kind.value,
        after=after,
        now=now,
    )
    return [row["partition"] for row in rows]


def claim_of(own: Owned, now: int, holder: str, kind: JobKind, per_owner: int) -> Job | None:
    """Start the owner's next job, if it may have one more."""
    running = own.all(
        "SELECT COUNT(*) AS busy FROM jobs WHERE partition = :partition AND kind = :kind AND state = 'running'",
        kind=kind.value,
    )
    if running[0]["busy"] >= per_owner:
        return None
    due = own.one(HEADS, kind=kind.value, now=now)
    if due is None:
        return None
    row = own.one(
        "UPDATE jobs SET state = 'running', run = run + 1, holder = :holder, updated_at = MAX(:now, updated_at + 1)",
        "WHERE partition = :partition AND id = :id RETURNING *",
        id=due["id"],
        holder=holder,
        now=now,
    )
    return None if row is None else job_of(row)


def queue_job(database: Database, now: int, job: Job) -> bool:
    """Queue a job of which one is enough."""
    own = database.of(job.partition)
    if first(own, job.kind, job.session) is not None:
        return False
    at = advance(own, now).at
    add_job(own, job, at)
    # A summary that fails for good is not asked for again before its messages have waited as long as new ones.
    own.change(
        "UPDATE sessions SET summary_due_since = :at WHERE partition = :partition AND id = :session",
        "AND summary_due_since IS NOT NULL",
        session=job.session,
        at=at,
    )
    return True


def cancel(database: Database, now: int, partition: str, job_id: str, request: RequestKey | None) -> Job:
    """End a job that is not final."""
    own = database.of(partition)
    if requests.seen(own, request) is None:
        job = find(own, job_id)
        if job.state in {JobState.PENDING, JobState.RUNNING}:
            set_job(own, JobUpdate(id=job_id, state=JobState.CANCELLED), now)
        requests.remember(own, request, job_id, advance(own, now).at)
    return find(own, job_id)


def replay(database: Database, now: int, partition: str, job_id: str, request: RequestKey | None) -> Job:
    """Queue a dead letter or a cancelled job again."""
    own = database.of(partition)
    if requests.seen(own, request) is None:
        job = find(own, job_id)
        if job.state not in {JobState.FAILED, JobState.CANCELLED}:
            raise Conflict(f"the job is {job.state}: only one that failed or was cancelled is replayed")
        set_job(own, JobUpdate(id=job_id, state=JobState.PENDING, attempts=0), now)
        requests.remember(own, request, job_id, advance(own, now).at)
    return find(own, job_id)


def release(database: Database, now: int, holder: str, runs: Sequence[Run]) -> int:
    """Put back running jobs that anybody but `holder` began, and its own that are none of `runs`; how many."""
    return len(
        database.maintain(
            "UPDATE jobs SET state = 'pending', updated_at = MAX(:now, updated_at + 1) WHERE state = 'running' "
            "AND (holder <> :holder OR updated_at <= :begun AND id NOT IN (SELECT value FROM json_each(:working))) "
            "RETURNING id",
            now=now,
            holder=holder,
            begun=now - LEASE,
            working=listed(one.job_id for one in runs),
        )
    )


def page(
    database: Database, tenant: str, partition: str | None, states: Sequence[JobState], limit: int, after: str
) -> Page[OwnedJob]:
    """Jobs of the tenant, newest first."""
    created_at, id_ = keyset.mark(after)
    rows = database.maintain(
        " ".join(
            (
                "SELECT j.*, o.user_id, o.agent_id, o.run_id FROM jobs AS j CROSS JOIN owners AS o",
                "ON o.partition = j.partition AND o.tenant = :tenant",
                "WHERE j.state IN (SELECT value FROM json_each(:states))",
                "" if partition is None else "AND j.partition = :partition",
                "AND (j.created_at, j.id) < (:created_at, :id)" if after else "",
                "ORDER BY j.created_at DESC, j.id DESC LIMIT :limit",
            )
        ),
        tenant=tenant,
        partition=partition,
        states=listed(state.value for state in states or JobState),
        created_at=created_at,
        id=id_,
        limit=limit + 1,
    )
    last = rows[limit - 1] if 0 < limit < len(rows) else None
    items = (
        OwnedJob(
            scope=Scope(tenant=tenant, user_id=row["user_id"], agent_id=row["agent_id"], run_id=row["run_id"]),
            job=job_of(row),
        )
        for row in rows[:limit]
    )
    return Page(tuple(items), "" if last is None else keyset.key(last["created_at"], last["id"]))


def prune(database: Database, outdated: Outdated, limit: int) -> int:
    """Remove what nobody asks for any more; how many rows."""
    gone = database.maintain(
        "DELETE FROM requests WHERE (tenant, method, request_id) IN (SELECT tenant, method, request_id FROM requests "
        "WHERE recorded_at < :before ORDER BY recorded_at LIMIT :limit) RETURNING request_id",
        before=outdated.requests,
        limit=limit,
    )
    pruned = len(gone)
    for state in JobState:
        if state in FINISHED or state is JobState.FAILED:
            gone = database.maintain(
                "DELETE FROM jobs WHERE rowid IN (SELECT rowid FROM jobs WHERE state = :state "
                "AND updated_at < :before ORDER BY updated_at LIMIT :limit) RETURNING id",
                state=state.value,
                before=outdated.dead_letters if state is JobState.FAILED else outdated.jobs,
                limit=limit,
            )
            pruned += len(gone)
    return pruned
