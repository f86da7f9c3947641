"""Counters set to what is stored, should they ever differ."""

from twohop.graph.neo4j.properties import text_key
from twohop.graph.neo4j.stamp import ADVANCE, LOCK
from twohop.graph.neo4j.writes import Owning, Unwritten

SPOKEN = f"""
{LOCK}
CALL () {{
  MATCH (m:Message {{partition: $partition}}) WHERE m.id > '' AND m.name <> ''
  RETURN m.session AS session, m.name AS name, count(*) AS messages
}}
RETURN session, name, messages
"""
"""Who said how much in which session, under the owner's lock."""

RECOUNT = f"""
{ADVANCE}
CALL (o) {{
  WITH o,
    COUNT {{ MATCH (m:Message {{partition: $partition}}) WHERE m.id > '' }} AS messages,
    COUNT {{ MATCH (m:Memory {{partition: $partition}}) WHERE m.id > '' }} AS memories,
    COUNT {{ MATCH (s:Session {{partition: $partition}}) WHERE s.key > '' }} AS sessions,
    COUNT {{ MATCH (v:EntityVersion {{partition: $partition}}) WHERE v.current_key > '' }} AS entities
  WHERE o.message_count <> messages OR o.memory_count <> memories OR o.session_count <> sessions
    OR o.entity_count <> entities
  SET o.message_count = messages, o.memory_count = memories, o.session_count = sessions, o.entity_count = entities
  RETURN count(*) AS owners
}}
CALL () {{
  MATCH (s:Session {{partition: $partition}}) WHERE s.key > ''
  WITH s, COUNT {{
    MATCH (m:Message {{partition: $partition, session_key: s.key}}) WHERE m.position >= 0
  }} AS messages
  WHERE s.message_count <> messages
  SET s.message_count = messages
  RETURN count(*) AS sessions
}}
CALL () {{
  MATCH (p:Speaker {{partition: $partition}}) WHERE p.key > ''
  WITH p, coalesce($spoken[p.key], 0) AS messages
  WHERE p.message_count <> messages
  SET p.message_count = messages
  RETURN count(*) AS speakers
}}
CALL () {{
  MATCH (n:Entity {{partition: $partition}}) WHERE n.id > ''
  WITH n,
    COUNT {{ MATCH (n)-[x:RELATION]-() WHERE x.superseded_at IS NULL RETURN DISTINCT x }} AS relations,
    COUNT {{ MATCH (n)-[x:MENTIONED_IN]->(m) WHERE x.superseded_at IS NULL RETURN DISTINCT m }} AS messages
  WHERE n.relation_count <> relations OR n.message_count <> messages
  SET n.relation_count = relations, n.message_count = messages
  RETURN count(*) AS entities
}}
RETURN owners + sessions + speakers + entities AS wrong
"""


async def recount(own: Owning) -> int:
    """Set every counter to what is stored; how many rows were wrong."""
    spoken = {text_key(row["session"], row["name"]): row["messages"] for row in await own.all(SPOKEN)}
    row = await own.one(RECOUNT, spoken=spoken)
    wrong = 0 if row is None else int(row["wrong"])
    if not wrong:
        raise Unwritten(0)
    return wrong
