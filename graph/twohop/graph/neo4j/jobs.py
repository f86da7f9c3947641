"""Writes of the job queue: what becomes of a job.

Jobs of one kind and session are a line: the oldest unfinished one is worked on, the others wait for it, whether it
runs or waits for another try. A running job is held by a process until its lease is over.
"""

from typing import Any

from twohop.errors import Conflict, NotFound
from twohop.graph.model import Job, JobState
from twohop.graph.neo4j import requests
from twohop.graph.neo4j.properties import properties, said_in
from twohop.graph.neo4j.stamp import ADVANCE, LATER, LOCK
from twohop.graph.neo4j.writes import Owning, Unwritten
from twohop.graph.rows import job_columns, job_of, json_of
from twohop.graph.store import JobUpdate, RequestKey

UNFINISHED = "['pending', 'running']"
FREE = {"holder": None, "leased_until": None}
"""Nobody works on it."""

MOVED = "CASE WHEN at > j.updated_at THEN at ELSE j.updated_at + 1 END"
"""A job's time is strictly increasing too."""

START_JOB = f"""
CALL (now, at) {{
  OPTIONAL MATCH (w:Job {{partition: $partition, kind: $job.kind, session_key: $job.session_key}})
  WHERE w.state IN {UNFINISHED}
  WITH now, at, count(w) > 0 AND $job.state = 'running' AS waits
  WITH now, at, waits, $job.state = 'running' AND NOT waits AS runs
  CREATE (j:Job {{partition: $partition, id: $job.id}})
  SET j += $job, j.created_at = at, j.updated_at = at,
    j.state = CASE WHEN waits THEN 'pending' ELSE $job.state END,
    j.run = CASE WHEN waits THEN 0 ELSE $job.run END,
    j.holder = CASE WHEN runs THEN $holder END,
    j.leased_until = CASE WHEN runs THEN now + $lease END
  RETURN j {{.*}} AS job
}}
"""
"""Store `$job`; one that was to run at once waits when its session has an unfinished one."""

QUEUE_SUMMARY = f"""
CALL (at) {{
  UNWIND $summaries AS q
  MATCH (s:Session {{partition: $partition, key: q.session_key}})
  WHERE s.message_count - s.summarised_count >= $summary_after
    AND NOT EXISTS {{
      MATCH (w:Job {{partition: $partition, kind: q.kind, session_key: q.session_key}})
      WHERE w.state IN {UNFINISHED}
    }}
  CREATE (j:Job {{partition: $partition, id: q.id}})
  SET j += q, j.created_at = at, j.updated_at = at
  RETURN count(*) AS summaries
}}
"""
"""Queue the summary's job once enough messages wait for it, and never a second one beside it."""

SET_JOB = f"""
CALL (at) {{
  UNWIND $jobs AS q
  MATCH (j:Job {{partition: $partition, id: q.id}})
  WHERE q.run IS NULL OR j.run = q.run AND j.state = CASE q.run WHEN 0 THEN 'pending' ELSE 'running' END
  SET j += q.row, j.not_before = CASE WHEN q.retry_after > 0 THEN at + q.retry_after ELSE 0 END,
    j.updated_at = {MOVED}
  RETURN count(*) AS moved
}}
"""
"""Write the states of `$jobs`: `moved` of them are still in their run."""


def starting(job: Job) -> dict[str, Any]:
    """A new job's properties; its times come with the stamp."""
    return properties("jobs", job.partition, job_columns(job, LATER))


def setting(update: JobUpdate | None) -> list[dict[str, Any]]:
    """The values of `SET_JOB`."""
    if update is None:
        return []
    row: dict[str, Any] = {"state": update.state.value, "error": update.error}
    if update.payload is not None:
        payload = json_of(update.payload)
        row |= {"payload": payload, "said_in": said_in(payload)}
    if update.usage is not None:
        row["usage"] = json_of(update.usage)
    if update.attempts is not None:
        row["attempts"] = update.attempts
    if update.state is not JobState.RUNNING:
        row |= FREE
    return [{"id": update.id, "run": update.run, "retry_after": update.retry_after, "row": row}]


async def find(own: Owning, job_id: str) -> Job | None:
    """One job, or None."""
    row = await own.one("MATCH (j:Job {partition: $partition, id: $id}) RETURN j {.*} AS job", id=job_id)
    return None if row is None else job_of(row["job"])


async def found(own: Owning, job_id: str) -> Job:
    """One job.

    Raises:
        NotFound: the owner has no such job.
    """
    job = await find(own, job_id)
    if job is None:
        raise NotFound("no such job for this owner")
    return job


async def lost(own: Owning, update: JobUpdate) -> None:
    """Say why a job could not be set.

    Raises:
        NotFound: the owner has no such job.
        Conflict: the job is not in that run any more.
    """
    await found(own, update.id)
    raise Conflict("the job was cancelled or started anew while it was worked on: nothing was written")


async def update(own: Owning, changed: JobUpdate) -> None:
    """Write a job's state outside a commit."""
    row = await own.one(LOCK, "WITH o, now AS at", SET_JOB, "RETURN moved", jobs=setting(changed))
    if row is None or not row["moved"]:
        await lost(own, changed)


async def queue_job(own: Owning, job: Job) -> bool:
    """Queue a job of which one is enough."""
    row = await own.one(
        ADVANCE,
        "CALL (o) {",
        "OPTIONAL MATCH (w:Job {partition: $partition, kind: $job.kind, session_key: $job.session_key})",
        f"WHERE w.state IN {UNFINISHED} RETURN count(w) AS unfinished",
        "} WITH o, now, at WHERE unfinished = 0",
        START_JOB,
        # A summary that fails for good is not asked for again before its messages have waited as long as new ones.
        "CALL (at) { MATCH (s:Session {partition: $partition, key: $job.session_key})",
        "WHERE s.summary_due_since IS NOT NULL SET s.summary_due_since = at RETURN count(*) AS put_off }",
        "RETURN job",
        job=starting(job),
    )
    if row is None:
        raise Unwritten(answer=False)
    return True


async def cancel(own: Owning, job_id: str, request: RequestKey | None) -> Job:
    """End a job that is not final."""
    return await decided(own, job_id, request, JobState.CANCELLED)


async def replay(own: Owning, job_id: str, request: RequestKey | None) -> Job:
    """Queue a dead letter or a cancelled job again."""
    return await decided(own, job_id, request, JobState.PENDING)


FROM = {
    JobState.CANCELLED: (JobState.PENDING, JobState.RUNNING),
    JobState.PENDING: (JobState.FAILED, JobState.CANCELLED),
}
"""What a caller may make of a job -> the states that it may be in."""


async def decided(own: Owning, job_id: str, request: RequestKey | None, state: JobState) -> Job:
    """A caller's decision about a job, noted under its request id. An earlier call with the id is not done again.

    Raises:
        NotFound: the owner has no such job.
        Conflict: a job in this state is not replayed.
        RequestIdReused: the id came with another body.
    """
    row = await own.one(
        "MATCH (j:Job {partition: $partition, id: $id})",
        "WITH count(*) AS there WHERE there = 1",
        ADVANCE,
        requests.TAKE,
        "WITH o, at, repeated WHERE repeated = 0",
        "MATCH (j:Job {partition: $partition, id: $id})",
        "WITH at, j, j.state AS before",
        "FOREACH (_ IN CASE WHEN before IN $from THEN [1] ELSE [] END |",
        f"SET j += $row, j.not_before = 0, j.updated_at = {MOVED})",
        "RETURN before, j {.*} AS job",
        **requests.taking(request, job_id),
        **{"from": [one.value for one in FROM[state]]},
        id=job_id,
        row={"state": state.value, "error": "", **FREE, **({"attempts": 0} if state is JobState.PENDING else {})},
    )
    if row is None:
        await requests.seen(own, request)
        raise Unwritten(await found(own, job_id))
    if state is JobState.PENDING and row["before"] not in FROM[state]:
        raise Conflict(f"the job is {row['before']}: only one that failed or was cancelled is replayed")
    return job_of(row["job"])
