"""Looks at an owner, its sessions and messages."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from twohop.graph.model import Message
from twohop.graph.neo4j.axes import known
from twohop.graph.neo4j.look import Look, every, first
from twohop.graph.neo4j.properties import picked
from twohop.graph.neo4j.stamp import STAY
from twohop.graph.rows import config_of, message_of, owner_of, session_of

Windows: TypeAlias = dict[str, list[Message]]

MESSAGE = f".partition, {picked('messages')}"

OWNER = Look("MATCH (o:Owner {partition: $partition}) RETURN properties(o) AS x", first(owner_of), first=True)
"""The owner's counters."""

# The database shows a commit piece by piece: the owner's counters before what its indexes find. Who commits holds the
# owner's lock until all of it can be seen, so who has the lock sees every commit whole.
SETTLED = Look(
    f"MATCH (o:Owner {{partition: $partition}}) SET {STAY} RETURN properties(o) AS x",
    first(owner_of),
    first=True,
    locks=True,
)
"""The owner's counters as of the last commit that can be seen whole."""

SESSION = Look(
    "MATCH (s:Session {partition: $partition, key: q.key}) RETURN properties(s) AS x",
    first(session_of),
)
"""One session, by the `key` of its id."""

SESSIONS = Look(
    """
    MATCH (s:Session {partition: $partition})
    WHERE s.head >= q.head AND coalesce(s.id_order, s.id) > q.after
    WITH s ORDER BY s.partition, s.head, coalesce(s.id_order, s.id) LIMIT $limit
    RETURN collect(properties(s)) AS x
    """,
    every(session_of),
)
"""Sessions behind one, in the order of their ids."""

AGENT_CONFIG = Look(
    """
    MATCH (c:AgentConfig {partition: $partition})
    WHERE c.version >= q.least AND c.version <= q.most
    WITH c ORDER BY c.partition DESC, c.version DESC LIMIT 1
    RETURN properties(c) AS x
    """,
    first(config_of),
)
"""The latest version of an agent's configuration between two."""

MESSAGES = Look(
    f"""
    UNWIND range(0, size(q.ids) - 1) AS place
    MATCH (m:Message {{partition: $partition, id: q.ids[place]}})
    WHERE {known("m")}
    WITH m ORDER BY place
    RETURN collect(m {{{MESSAGE}}}) AS x
    """,
    every(message_of),
)
"""Messages in the order of `ids`."""

RECENT = Look(
    f"""
    MATCH (m:Message {{partition: $partition, session_key: q.session_key}})
    WHERE m.position < q.before
    WITH m ORDER BY m.partition DESC, m.session_key DESC, m.position DESC LIMIT $limit
    RETURN collect(m {{{MESSAGE}}}) AS x
    """,
    lambda rows: [message_of(row) for row in reversed(rows)],
)
"""The end of a session, or of what stands before a position; oldest first."""

MESSAGE_IDS = Look(
    """
    MATCH (m:Message {partition: $partition})
    WHERE m.id > q.after
    WITH m ORDER BY m.partition, m.id LIMIT $limit
    RETURN collect(m.id) AS x
    """,
    list[str],
)
"""Ids in order."""


def speakers(rows: Sequence[Any]) -> dict[str, dict[str, int]]:
    """Session -> speaker -> number of messages."""
    found: dict[str, dict[str, int]] = {}
    for session, name, count in rows:
        found.setdefault(session, {})[name] = count
    return found


SPEAKERS = Look(
    """
    MATCH (s:Speaker {partition: $partition})
    WHERE s.key IS NOT NULL
    WITH s ORDER BY s.session, s.name
    RETURN collect([s.session, s.name, s.message_count]) AS x
    """,
    speakers,
)
"""Who spoke in each session, and how often."""


def windows(x: Any) -> Windows:
    """Each message with its neighbours; a message in several windows is read once."""
    radius, centres, rows = x
    read = {(row["session"], row["position"]): message_of(row) for row in rows}
    return {
        id_: [
            read[session, position]
            for position in range(place - radius, place + radius + 1)
            if (session, position) in read
        ]
        for id_, session, place in centres
    }


WINDOWS = Look(
    f"""
    UNWIND range(0, size(q.ids) - 1) AS place
    MATCH (c:Message {{partition: $partition, id: q.ids[place]}})
    WITH c ORDER BY place
    WITH collect(c) AS centres
    CALL (q, centres) {{
      UNWIND centres AS c
      MATCH (m:Message {{partition: $partition, session_key: c.session_key}})
      WHERE m.position >= c.position - q.radius AND m.position <= c.position + q.radius
      WITH DISTINCT m
      RETURN collect(m {{{MESSAGE}}}) AS read
    }}
    RETURN [q.radius, [c IN centres | [c.id, c.session, c.position]], read] AS x
    """,
    windows,
)
"""Messages with those around them."""
