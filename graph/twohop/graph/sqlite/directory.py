"""Exact look-ups by key: owners, sessions and the configuration of agents."""

import json

from twohop.errors import Conflict
from twohop.graph import keyset
from twohop.graph.model import AgentConfig, Metadata, Owner, Scope, Session
from twohop.graph.rows import config_of, config_text, json_of, owner_of, session_of
from twohop.graph.sqlite import requests
from twohop.graph.sqlite.conversations import unknown_sessions
from twohop.graph.sqlite.database import Database, Owned
from twohop.graph.sqlite.stamp import advance, name_owner
from twohop.graph.store import Page, RequestKey


def owners(database: Database, tenant: str, limit: int, after: str) -> Page[Owner]:
    """A page of a tenant's owners, in the order of their ids."""
    user_id, agent_id, run_id = keyset.triple(after)
    rows = database.within(tenant).all(
        "SELECT * FROM owners WHERE tenant = :tenant",
        "AND (user_id, agent_id, run_id) > (:user_id, :agent_id, :run_id)",
        "ORDER BY user_id, agent_id, run_id LIMIT :limit",
        user_id=user_id,
        agent_id=agent_id,
        run_id=run_id,
        limit=limit + 1,
    )
    last = rows[limit - 1] if 0 < limit < len(rows) else None
    return Page(
        tuple(owner_of(row) for row in rows[:limit]),
        "" if last is None else keyset.key(last["user_id"], last["agent_id"], last["run_id"]),
    )


def sessions(own: Owned, limit: int, after: str) -> Page[Session]:
    """A page of sessions, in the order of their ids; no id is empty."""
    rows = own.all(
        "SELECT * FROM sessions WHERE partition = :partition AND id > :after ORDER BY id LIMIT :limit",
        after=after,
        limit=limit + 1,
    )
    items = tuple(session_of(row) for row in rows[:limit])
    return Page(items, items[-1].id if len(rows) > limit and items else "")


def set_session(
    database: Database, now: int, scope: Scope, session_id: str, metadata: Metadata, request: RequestKey | None
) -> Session:
    """Replace a session's metadata, or find what an earlier call left."""
    own = database.of(scope.partition)
    earlier = requests.seen(own, request)
    if earlier is not None:
        return session_of(json.loads(earlier["result"]))
    stamp = advance(own, now, sessions=len(unknown_sessions(own, [session_id])))
    name_owner(own, scope)
    row = own.all(
        "INSERT INTO sessions (partition, id, message_count, created_at, updated_at, metadata)",
        "VALUES (:partition, :id, 0, :at, :at, :metadata)",
        "ON CONFLICT (partition, id) DO UPDATE SET metadata = excluded.metadata, updated_at = excluded.updated_at",
        "RETURNING *",
        id=session_id,
        at=stamp.at,
        metadata=json_of(metadata),
    )[0]
    requests.remember(own, request, json_of(row), stamp.at)
    return session_of(row)


def agent_config(own: Owned, version: int | None) -> AgentConfig | None:
    """A version of the agent's configuration."""
    row = own.one(
        "SELECT * FROM agent_configs WHERE partition = :partition",
        "" if version is None else "AND version = :version",
        "ORDER BY version DESC LIMIT 1",
        version=version,
    )
    return None if row is None else config_of(row)


def set_agent_config(
    database: Database,
    now: int,
    scope: Scope,
    config: AgentConfig,
    expected_version: int | None,
    request: RequestKey | None,
) -> int:
    """Store the next version, or find the one that an earlier call stored.

    Raises:
        Conflict: another version than the expected one is the latest.
    """
    own = database.of(scope.partition)
    earlier = requests.seen(own, request)
    if earlier is not None:
        return int(earlier["result"])
    latest = agent_config(own, None) or AgentConfig()
    if expected_version not in {None, latest.version}:
        raise Conflict(f"version {latest.version} of the configuration is the latest: read it, then set it again")
    version, at = latest.version + 1, max(now, latest.recorded_at + 1)
    own.insert(
        "agent_configs",
        [
            {
                "version": version,
                "tenant": scope.tenant,
                "agent_id": scope.agent_id,
                "config": config_text(config),
                "recorded_at": at,
            }
        ],
    )
    requests.remember(own, request, str(version), at)
    return version
