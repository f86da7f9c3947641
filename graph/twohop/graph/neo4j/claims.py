"""Jobs of all owners: which start next, which come back from a process that is gone, which are forgotten.

Candidates are read first, without a lock; what is done to them is decided under the locks of their owners, on what
stands there then.
"""

from collections.abc import Sequence
from typing import Any

from twohop.graph.model import JobState
from twohop.graph.neo4j.jobs import MOVED, UNFINISHED
from twohop.graph.neo4j.stamp import LOCK_EACH, NOW
from twohop.graph.store import Run

FINISHED = (JobState.DONE, JobState.PARTIAL, JobState.CANCELLED)

HEAD = f"""
  MATCH (j:Job {{partition: partition, kind: $kind}})
  WHERE j.state IN {UNFINISHED} AND j.session_key > ''
  WITH at, j ORDER BY j.created_at, j.id
  WITH at, j.session_key AS line, collect(j)[0] AS head, sum(CASE j.state WHEN 'running' THEN 1 ELSE 0 END) AS runs
  WITH at, collect({{head: head, runs: runs}}) AS lines, sum(runs) AS busy
  WHERE busy < $per_owner
  UNWIND lines AS line
  WITH at, line.head AS j, line.runs AS runs
  WHERE runs = 0 AND j.state = 'pending' AND j.not_before <= at
  WITH j ORDER BY j.created_at, j.id LIMIT 1
"""
"""The first of a `partition`'s jobs that may start, `j`: the oldest of a session of which none runs."""

DUE = f"""
WITH {NOW} AS at
MATCH (due:Job) WHERE due.state = 'pending' AND due.kind = $kind AND due.not_before <= at AND due.partition > ''
WITH DISTINCT at, due.partition AS partition
CALL (partition, at) {{
  {HEAD}
  RETURN j.id AS id
}}
RETURN partition ORDER BY partition <= $after, partition LIMIT $limit
"""
"""Owners with a job that may start, in the order of their partitions, beginning behind `$after`."""

CLAIM = f"""
{LOCK_EACH}
WITH q.partition AS partition, {NOW} AS at
CALL (partition, at) {{
  {HEAD}
  RETURN j
}}
SET j.state = 'running', j.run = j.run + 1, j.holder = $holder, j.leased_until = at + $lease, j.updated_at = {MOVED}
RETURN partition, j {{.*}} AS job
"""
"""Start the next job of each owner."""

GONE = """
j.state = 'running' AND coalesce(j.leased_until, 0) <= at
AND NOT (j.holder = $holder AND {partition: j.partition, id: j.id, run: j.run} IN $runs)
"""
"""Nobody works on it: its lease is over, and it is none of `$runs`, which this process works on."""

ABANDONED = f"""
WITH {NOW} AS at
MATCH (j:Job) WHERE {GONE} AND j.updated_at IS NOT NULL
RETURN DISTINCT j.partition AS partition
"""

RELEASE = f"""
{LOCK_EACH}
WITH q.partition AS partition, {NOW} AS at
MATCH (j:Job {{partition: partition}}) WHERE {GONE} AND j.kind > '' AND j.session_key > ''
SET j.state = 'pending', j.updated_at = {MOVED}, j.holder = null, j.leased_until = null
RETURN count(*) AS released
"""

RENEW = f"""
WITH {NOW} AS at
UNWIND $runs AS q
MATCH (j:Job {{partition: q.partition, id: q.id}})
WHERE j.state = 'running' AND j.run = q.run AND j.holder = $holder
SET j.leased_until = at + $lease
"""

LET_JOBS_GO = """
MATCH (j:Job) WHERE j.state = 'running' AND j.updated_at IS NOT NULL AND j.holder = $holder
SET j.leased_until = 0
"""
LET_ROWS_GO = """
MATCH (b:Outbox)
WHERE b.queued_at >= 0 AND b.partition IS NOT NULL AND b.kind IS NOT NULL AND b.id IS NOT NULL
  AND b.holder = $holder AND b.leased_until > 0
WITH b LIMIT $limit
SET b.leased_until = 0
RETURN count(*) AS rows
"""
"""Let others have at once what this process holds."""

PRUNE_REQUESTS = """
MATCH (r:Request) WHERE r.recorded_at < $before
WITH r ORDER BY r.recorded_at LIMIT $limit
DELETE r
RETURN count(*) AS gone
"""

OUTDATED = """
MATCH (j:Job) WHERE j.state = $state AND j.updated_at < $before
WITH j ORDER BY j.updated_at LIMIT $limit
RETURN j.partition AS partition, j.id AS id
"""

PRUNE_JOBS = f"""
{LOCK_EACH}
WITH q
UNWIND q.ids AS id
MATCH (j:Job {{partition: q.partition, id: id}})
WHERE j.state = $state AND j.updated_at < $before
DELETE j
RETURN count(*) AS gone
"""


def named(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """The values of `$runs`."""
    return [{"partition": one.partition, "id": one.job_id, "run": one.run} for one in runs]
