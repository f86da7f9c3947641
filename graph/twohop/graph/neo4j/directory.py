"""Lists that go over several owners: of a tenant, or for maintenance of all. Each is one statement."""

from collections.abc import Sequence
from typing import Any

from twohop.graph import keyset
from twohop.graph.model import FAR, JobState, OwnedJob, Owner, Scope
from twohop.graph.neo4j.database import Database, Row, rows_of
from twohop.graph.neo4j.guard import check
from twohop.graph.neo4j.properties import LAST
from twohop.graph.rows import job_of, owner_of
from twohop.graph.store import Backlog, Page

OWNERS = """
MATCH (o:Owner {tenant: $tenant})
WHERE o.user_id >= $user_id AND o.agent_id IS NOT NULL AND o.run_id IS NOT NULL
  AND CASE WHEN o.user_id <> $user_id THEN true WHEN o.agent_id = $agent_id THEN o.run_id > $run_id
    ELSE o.agent_id > $agent_id END
WITH o ORDER BY o.tenant, o.user_id, o.agent_id, o.run_id LIMIT $limit
RETURN properties(o) AS x
"""

JOBS = """
CALL (o) {
  MATCH (j:Job {partition: o.partition})
  USING INDEX SEEK j:Job(partition, created_at, id)
  WHERE j.created_at <= $created_at AND j.id IS NOT NULL
    AND CASE j.created_at WHEN $created_at THEN j.id < $id ELSE true END
    AND j.state IN $states
  RETURN j ORDER BY j.partition DESC, j.created_at DESC, j.id DESC LIMIT $limit
}
RETURN properties(j) AS x, o.user_id AS user_id, o.agent_id AS agent_id, o.run_id AS run_id
ORDER BY j.created_at DESC, j.id DESC LIMIT $limit
"""
OF_TENANT = f"""
MATCH (o:Owner {{tenant: $tenant}})
USING INDEX SEEK o:Owner(tenant, user_id, agent_id, run_id)
WHERE o.user_id IS NOT NULL AND o.agent_id IS NOT NULL AND o.run_id IS NOT NULL
{JOBS}
"""
OF_OWNER = f"MATCH (o:Owner {{partition: $partition}}) WHERE o.tenant = $tenant {JOBS}"

PARTITIONS = """
CALL () {
  MATCH (o:Owner)
  WHERE o.partition > $after
  RETURN o.partition AS x ORDER BY x LIMIT $limit
  UNION
  MATCH (c:AgentConfig)
  WHERE c.partition > $after AND c.version IS NOT NULL
  RETURN DISTINCT c.partition AS x ORDER BY x LIMIT $limit
}
RETURN x ORDER BY x LIMIT $limit
"""

BACKLOG = """
CALL () { MATCH (b:Outbox) RETURN count(b) AS stored }
CALL () { MATCH (b:Outbox) WHERE b.parked = true RETURN count(b) AS parked }
CALL () {
  OPTIONAL MATCH (b:Outbox)
  WHERE b.queued_at >= 0 AND b.partition IS NOT NULL AND b.kind IS NOT NULL AND b.id IS NOT NULL AND NOT b.parked
  RETURN b.queued_at AS oldest_at ORDER BY b.queued_at LIMIT 1
}
RETURN stored - parked AS waiting, parked, oldest_at
"""
"""Asked for every second: Neo4j keeps the number of nodes with a label, and the rest begins at an index."""


async def read(database: Database, cypher: str, **values: Any) -> list[Row]:
    """All rows of a statement."""
    return await database.read(lambda transaction: rows_of(transaction, cypher, values))


async def owners(database: Database, tenant: str, limit: int, after: str) -> Page[Owner]:
    """A page of a tenant's owners, in the order of their ids."""
    user_id, agent_id, run_id = keyset.triple(after)
    check(OWNERS)
    rows = await read(
        database, OWNERS, tenant=tenant, user_id=user_id, agent_id=agent_id, run_id=run_id, limit=max(limit + 1, 0)
    )
    found = [owner_of(row["x"]) for row in rows]
    return keyset.page(found, limit, lambda one: keyset.key(one.scope.user_id, one.scope.agent_id, one.scope.run_id))


async def jobs(
    database: Database, tenant: str, partition: str | None, states: Sequence[JobState], limit: int, after: str
) -> Page[OwnedJob]:
    """A page of a tenant's jobs, newest first."""
    created_at, id_ = keyset.mark(after)
    rows = await read(
        database,
        OF_TENANT if partition is None else OF_OWNER,
        tenant=tenant,
        partition=partition,
        states=[state.value for state in states or JobState],
        created_at=created_at if after else FAR,
        id=id_ if after else LAST,
        limit=max(limit + 1, 0),
    )
    found = [
        OwnedJob(
            scope=Scope(tenant=tenant, user_id=row["user_id"], agent_id=row["agent_id"], run_id=row["run_id"]),
            job=job_of(row["x"]),
        )
        for row in rows
    ]
    return keyset.page(found, limit, lambda one: keyset.key(one.job.created_at, one.job.id))


async def partitions(database: Database, limit: int, after: str) -> list[str]:
    """All owners in order, those of whom there is only a configuration too."""
    return [row["x"] for row in await read(database, PARTITIONS, after=after, limit=limit)]


async def backlog(database: Database) -> Backlog:
    """What waits for the index, of all owners."""
    [row] = await read(database, BACKLOG)
    return Backlog(**row)
