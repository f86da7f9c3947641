"""The parts of a commit that write entities, their other names and where they are named.

Versions begin and end, they never change; old ones end first, so that a key has one current version at any step.
"""

from typing import Any

from twohop.graph.model import Alias, Mention
from twohop.graph.neo4j.properties import properties
from twohop.graph.neo4j.stamp import LATER
from twohop.graph.rows import entity_columns
from twohop.graph.store import Changes

END_ENTITIES = """
CALL (at) {
  UNWIND $ended_entities AS id
  MATCH (:Entity {partition: $partition, id: id})-[:VERSION]->(v:EntityVersion {partition: $partition})
  WHERE v.superseded_at IS NULL
  SET v.superseded_at = at, v.current_key = null
  RETURN count(*) AS ended_entities
}
CALL (at) {
  UNWIND $entities AS q
  OPTIONAL MATCH (:Entity {partition: $partition, id: q.entity_id})
    -[:VERSION]->(v:EntityVersion {partition: $partition})
  WHERE v.superseded_at IS NULL
  WITH q, v, at
  WHERE v IS NULL OR q.superseded_at IS NOT NULL OR v.key <> q.key OR v.name <> q.name OR v.normal <> q.normal
    OR v.type <> q.type OR v.named <> q.named OR v.kinds <> q.kinds
  WITH q, v, at, CASE
    WHEN v IS NULL AND q.superseded_at IS NULL THEN 1
    WHEN v IS NOT NULL AND q.superseded_at IS NOT NULL THEN -1
    ELSE 0 END AS more
  SET v.superseded_at = at, v.current_key = null
  RETURN collect(q) AS told, sum(more) AS more
}
"""
"""End versions of entities; `told` are the rows that begin one, `more` how many of them stand that did not before."""

BEGIN_ENTITIES = """
CALL (at, told) {
  UNWIND told AS q
  MERGE (n:Entity {partition: $partition, id: q.entity_id})
  ON CREATE SET n.relation_count = 0, n.message_count = 0, n.recorded_at = at
  CREATE (n)-[:VERSION]->(v:EntityVersion {partition: $partition, entity_id: q.entity_id})
  SET v += q, v.recorded_at = at, v.superseded_at = CASE WHEN q.superseded_at IS NOT NULL THEN at END
  RETURN count(*) AS begun_entities
}
"""

PUT_ALIASES = """
CALL (at) {
  UNWIND $ended_aliases AS q
  MATCH (:Entity {partition: $partition, id: q.entity_id})
    -[:ALIAS]->(a:Alias {partition: $partition, normal: q.normal})
  WHERE a.superseded_at IS NULL
  SET a.superseded_at = at
  RETURN count(*) AS ended_aliases
}
CALL (at) {
  UNWIND $aliases AS q
  MATCH (n:Entity {partition: $partition, id: q.entity_id})
  WITH q, n, at, EXISTS {
    MATCH (n)-[:ALIAS]->(a:Alias {partition: $partition, normal: q.normal}) WHERE a.superseded_at IS NULL
  } AS known
  CALL (q, n, at, known) {
    WITH * WHERE NOT known
    CREATE (n)-[:ALIAS]->(a:Alias {partition: $partition, entity_id: q.entity_id})
    SET a += q, a.recorded_at = at
  }
  RETURN count(*) AS aliases
}
"""
"""End other names and begin new ones; one that is known stays as it is."""

PUT_MENTIONS = """
CALL (at) {
  UNWIND $ended_mentions AS q
  MATCH (n:Entity {partition: $partition, id: q.entity_id}), (m:Message {partition: $partition, id: q.message_id})
  WITH q, n, m, at
  MATCH (n)-[x:MENTIONED_IN]->(m)
  WHERE x.span_start = q.span_start AND x.span_end = q.span_end AND x.superseded_at IS NULL
  SET x.superseded_at = at
  RETURN count(*) AS ended_mentions
}
CALL (at) {
  UNWIND $mentions AS q
  MATCH (n:Entity {partition: $partition, id: q.entity_id}), (m:Message {partition: $partition, id: q.message_id})
  WITH q, n, m, at, EXISTS {
    MATCH (n)-[x:MENTIONED_IN]->(m)
    WHERE x.span_start = q.span_start AND x.span_end = q.span_end AND x.superseded_at IS NULL
  } AS known
  CALL (q, n, m, at, known) {
    WITH * WHERE NOT known
    CREATE (n)-[x:MENTIONED_IN]->(m)
    SET x += q, x.partition = $partition, x.message_at = m.recorded_at, x.recorded_at = at
  }
  RETURN count(*) AS mentions
}
CALL (at) {
  UNWIND $mentioned AS q
  MATCH (n:Entity {partition: $partition, id: q.entity_id}), (m:Message {partition: $partition, id: q.message_id})
  OPTIONAL MATCH (n)-[x:MENTIONED_IN]->(m)
  WITH n, m, max(CASE WHEN x.superseded_at IS NULL AND x IS NOT NULL THEN 1 ELSE 0 END) AS stands,
    max(CASE WHEN x.recorded_at < at AND coalesce(x.superseded_at, at) = at THEN 1 ELSE 0 END) AS stood
  WITH n, sum(stands - stood) AS by
  SET n.message_count = n.message_count + by
  RETURN count(*) AS counted_mentions
}
"""
"""End and begin links of entities to the messages that name them, and count the messages of each entity."""


def naming(changes: Changes) -> dict[str, Any]:
    """The values of the parts."""
    ended = set(changes.ended_entities)
    entities = {one.id: entity_columns(one, stamp=LATER, ended=one.id in ended) for one in changes.entities}
    aliases: dict[tuple[str, str], Alias] = {}
    for one in changes.aliases:
        aliases.setdefault((one.normal, one.entity_id), one)
    pairs = dict.fromkeys((one.entity_id, one.message_id) for one in (*changes.mentions, *changes.ended_mentions))
    return {
        "ended_entities": sorted(ended - entities.keys()),
        "entities": [properties("entity_versions", changes.partition, row) for row in entities.values()],
        "ended_aliases": [{"entity_id": one.entity_id, "normal": one.normal} for one in changes.ended_aliases],
        "aliases": [
            properties(
                "aliases", changes.partition, {"entity_id": one.entity_id, "normal": one.normal, "name": one.name}
            )
            for one in aliases.values()
        ],
        "mentions": [span(one) for one in dict.fromkeys(changes.mentions)],
        "ended_mentions": [span(one) for one in dict.fromkeys(changes.ended_mentions)],
        "mentioned": [{"entity_id": entity_id, "message_id": message_id} for entity_id, message_id in pairs],
    }


def span(mention: Mention) -> dict[str, Any]:
    """What tells one mention from another."""
    return {
        "entity_id": mention.entity_id,
        "message_id": mention.message_id,
        "span_start": mention.start,
        "span_end": mention.end,
    }
