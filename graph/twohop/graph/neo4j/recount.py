"""Counters set to what is stored."""

from twohop.graph.neo4j.stamp import LOCK
from twohop.graph.neo4j.writes import Owning, Unwritten

COUNTED = (
    """
    MATCH (c:Owner {partition: $partition})
    WITH c,
      COUNT { MATCH (m:Message {partition: $partition}) } AS messages,
      COUNT { MATCH (m:Memory {partition: $partition}) } AS memories,
      COUNT { MATCH (s:Session {partition: $partition}) } AS sessions,
      COUNT { MATCH (v:EntityVersion {partition: $partition}) WHERE v.superseded_at IS NULL } AS entities
    WITH c, {message_count: messages, memory_count: memories, session_count: sessions, entity_count: entities} AS told
    """,
    """
    MATCH (c:Session {partition: $partition})
    WITH c, {message_count: COUNT { MATCH (m:Message {partition: $partition, session_key: c.key}) }} AS told
    """,
    """
    MATCH (c:Speaker {partition: $partition})
    WITH c, {message_count: COUNT {
      MATCH (m:Message {partition: $partition}) WHERE m.session = c.session AND m.name = c.name
    }} AS told
    """,
    """
    MATCH (c:Entity {partition: $partition})
    WITH c,
      COUNT { MATCH (c)-[r:RELATION]-() WHERE r.superseded_at IS NULL RETURN DISTINCT r } AS relations,
      COUNT { MATCH (c)-[m:MENTIONED_IN]->() WHERE m.superseded_at IS NULL RETURN DISTINCT m.message_id } AS messages
    WITH c, {relation_count: relations, message_count: messages} AS told
    """,
)
"""What counts `c`, with its counters as they should be."""

MEND = """
WHERE any(name IN keys(told) WHERE told[name] <> c[name])
SET c += told
RETURN count(*) AS wrong
"""


async def recount(own: Owning) -> int:
    """Set every counter to what is stored; how many rows were wrong."""
    await own.one(LOCK, "RETURN now")
    wrong = 0
    for counted in COUNTED:
        for row in await own.all(counted, MEND):
            wrong += int(row["wrong"])
    if not wrong:
        raise Unwritten(0)
    await own.one("MATCH (o:Owner {partition: $partition}) SET o.seq = o.seq + 1 RETURN o.seq AS seq")
    return wrong
