"""Writes of sessions' metadata and agents' configurations."""

from twohop.errors import Conflict
from twohop.graph.model import AgentConfig, Metadata, Scope, Session
from twohop.graph.neo4j import requests
from twohop.graph.neo4j.accept import new_session
from twohop.graph.neo4j.properties import properties
from twohop.graph.neo4j.stamp import ADVANCE, NAME, NOW, named
from twohop.graph.neo4j.writes import Owning, Unwritten
from twohop.graph.rows import config_text, json_of, mapping, session_of
from twohop.graph.store import RequestKey
from twohop.graph.tables import TABLES

SET_SESSION = f"""
{ADVANCE}
{requests.TAKE}
WITH o, at WHERE repeated = 0
{NAME}
MERGE (s:Session {{partition: $partition, key: $session.key}})
ON CREATE SET s += $session, s.created_at = at
SET s.metadata = $metadata, s.updated_at = at
SET o.session_count = o.session_count + CASE WHEN s.created_at = at THEN 1 ELSE 0 END
RETURN s {{.*}} AS session
"""


async def set_session(
    own: Owning, scope: Scope, session_id: str, metadata: Metadata, request: RequestKey | None
) -> Session:
    """Replace a session's metadata, or find what an earlier call left."""
    row = await own.one(
        SET_SESSION,
        **requests.taking(request),
        named=named(scope),
        session=new_session(own.partition, session_id),
        metadata=json_of(metadata),
    )
    if row is None:
        earlier = await requests.seen(own, request)
        raise Unwritten(session_of(mapping(earlier["result"] if earlier else "{}")))
    stored = {name: row["session"].get(name) for name in ("partition", *TABLES["sessions"].columns)}
    await requests.answer(own, request, json_of(stored))
    return session_of(stored)


SET_CONFIG = "\n".join(
    (
        "CALL () {",
        "OPTIONAL MATCH (c:AgentConfig {partition: $partition}) WHERE c.version >= 0",
        "RETURN coalesce(c.version, 0) AS latest, coalesce(c.recorded_at, 0) AS latest_at",
        "ORDER BY c.version DESC LIMIT 1",
        "}",
        f"WITH latest, latest_at, {NOW} AS now",
        "WITH latest, CASE WHEN now > latest_at THEN now ELSE latest_at + 1 END AS at",
        requests.TAKE,
        "CALL (latest, at, repeated) {",
        "WITH * WHERE repeated = 0 AND ($expected_version IS NULL OR latest = $expected_version)",
        "CREATE (c:AgentConfig {partition: $partition, version: latest + 1})",
        "SET c += $config, c.recorded_at = at",
        "RETURN count(*) AS stored",
        "}",
        "RETURN latest, stored",
    )
)


async def set_agent_config(
    own: Owning, scope: Scope, config: AgentConfig, expected_version: int | None, request: RequestKey | None
) -> int:
    """Store the next version, or find the one that an earlier call stored.

    Raises:
        Conflict: another version than the expected one is the latest.
        StaleRead: another process stored one at the same time.
    """
    columns = {"tenant": scope.tenant, "agent_id": scope.agent_id, "config": config_text(config)}
    row = await own.one(
        SET_CONFIG,
        **requests.taking(request),
        expected_version=expected_version,
        config=properties("agent_configs", own.partition, columns),
    )
    if row is None or not row["stored"]:
        earlier = await requests.seen(own, request)
        if earlier is not None and earlier["result"]:
            raise Unwritten(int(earlier["result"]))
        latest = 0 if row is None else row["latest"]
        raise Conflict(f"version {latest} of the configuration is the latest: read it, then set it again")
    version = int(row["latest"]) + 1
    await requests.answer(own, request, str(version))
    return version
