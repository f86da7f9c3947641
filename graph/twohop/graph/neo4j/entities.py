"""Looks at entities, their names and mentions, as they are or as they were known."""

from collections.abc import Sequence
from typing import Any

from twohop.graph.model import Entity
from twohop.graph.neo4j.axes import current, live
from twohop.graph.neo4j.look import Look, every
from twohop.graph.neo4j.properties import picked
from twohop.graph.rows import alias_of, entity_of, mention_of
from twohop.graph.store import Row, Trail

ENTITY = f"""
v {{.partition, {picked("entity_versions", "recorded_at", "superseded_at")}, first_at: e.recorded_at,
aliases: COLLECT {{
  MATCH (e)-[:ALIAS]->(a)
  WHERE {current("a")}
  WITH a ORDER BY a.recorded_at, a.normal
  RETURN a.name
}}}}
"""
"""An entity `e` in its version `v`, with its other names."""

TAKES_PART = f"""
(q.as_of IS NULL
 OR EXISTS {{
   MATCH (t:Triple {{partition: $partition, subject_id: e.id}})<-[:ASSERTS]-(r)
   WHERE t.predicate IS NOT NULL AND t.recorded_at <= q.known_at AND t.revision_id IS NOT NULL AND {live("r")}
 }}
 OR EXISTS {{
   MATCH (t:Triple {{partition: $partition, object_id: e.id}})<-[:ASSERTS]-(r)
   WHERE {live("r")}
 }}
 OR EXISTS {{
   MATCH (e)-[n:MENTIONED_IN]->(g)
   WHERE g.observed_at <= q.as_of AND {current("n")}
 }})
"""
"""Entities at an end of a memory that held at `as_of`, or named by a message observed by then."""


def entity(row: Row) -> Entity:
    """An entity with its other names."""
    return entity_of(row, tuple(row["aliases"]))


ENTITIES = Look(
    f"""
    UNWIND range(0, size(q.ids) - 1) AS place
    MATCH (e:Entity {{partition: $partition, id: q.ids[place]}})-[:VERSION]->(v)
    WHERE {current("v")} AND {TAKES_PART}
    WITH e, v ORDER BY place
    RETURN collect({ENTITY}) AS x
    """,
    every(entity),
)
"""Entities in the order of `ids`."""


def by_name(x: Sequence[Any]) -> dict[str, list[Entity]]:
    """Normal form -> entities, oldest first."""
    found: dict[str, list[Entity]] = {}
    for row, normals in x:
        one = entity(row)
        for normal in normals:
            found.setdefault(normal, []).append(one)
    return {normal: sorted(them, key=lambda one: (one.recorded_at, one.id)) for normal, them in found.items()}


NAMED = Look(
    f"""
    UNWIND q.names AS name
    CALL (q, name) {{
      MATCH (w:EntityVersion {{partition: $partition, normal_key: name[1]}})<-[:VERSION]-(e)
      WHERE {current("w")}
      RETURN e
      UNION
      MATCH (a:Alias {{partition: $partition, normal_key: name[1]}})<-[:ALIAS]-(e)
      WHERE {current("a")}
      RETURN e
    }}
    WITH e, collect(name[0]) AS normals
    MATCH (e)-[:VERSION]->(v)
    WHERE {current("v")}
    RETURN collect([{ENTITY}, normals]) AS x
    """,
    by_name,
)
"""Normal form -> the entities that go by it; `names` are pairs of it and its key, none twice."""

LISTED = Look(
    f"""
    MATCH (v:EntityVersion {{partition: $partition}})
    WHERE v.head >= q.head AND CASE coalesce(v.normal_order, v.normal)
        WHEN q.normal THEN v.entity_id > q.id ELSE coalesce(v.normal_order, v.normal) > q.normal END
      AND {current("v")}
    MATCH (v)<-[:VERSION]-(e)
    WHERE {TAKES_PART} AND (q.name = '' OR v.normal CONTAINS q.name OR EXISTS {{
      MATCH (e)-[:ALIAS]->(a)
      WHERE a.normal CONTAINS q.name AND {current("a")}
    }})
    WITH e, v ORDER BY v.partition, v.head, coalesce(v.normal_order, v.normal), v.entity_id LIMIT $limit
    RETURN collect({ENTITY}) AS x
    """,
    every(entity),
)
"""Entities behind a (normal form, id), in that order."""

DEGREES = Look(
    """
    UNWIND q.ids AS id
    MATCH (e:Entity {partition: $partition, id: id})
    RETURN collect([e.id, e.relation_count, e.message_count]) AS x
    """,
    lambda rows: {id_: (relations, messages) for id_, relations, messages in rows},
)
"""Entity id -> (current relations, messages that mention it), from counts that commits keep."""

MENTIONS_OF = Look(
    f"""
    UNWIND q.ids AS id
    CALL (q, id) {{
      MATCH ()-[n:MENTIONED_IN {{partition: $partition, entity_id: id}}]->()
      WHERE n.message_at IS NOT NULL AND n.message_id IS NOT NULL AND {current("n")}
      WITH n ORDER BY n.partition DESC, n.entity_id DESC, n.message_at DESC, n.message_id DESC
      WITH DISTINCT n.message_id AS message LIMIT $limit
      RETURN collect(message) AS messages
    }}
    RETURN collect([id, messages]) AS x
    """,
    lambda rows: {id_: messages for id_, messages in rows if messages},
)
"""Entity id -> messages, newest first. No id is there twice."""

MENTIONS_IN = Look(
    """
    UNWIND range(0, size(q.ids) - 1) AS place
    MATCH (g:Message {partition: $partition, id: q.ids[place]})<-[n:MENTIONED_IN]-()
    WHERE n.superseded_at IS NULL
    WITH place, g, n ORDER BY place, n.recorded_at, n.span_start, n.entity_id
    WITH place, g, collect(DISTINCT n.entity_id) AS found ORDER BY place
    RETURN collect([g.id, found[..q.limit]]) AS x
    """,
    dict[str, list[str]],
)
"""Message id -> entities, in the order they were found there. No id is there twice."""

MENTIONS = Look(
    f"""
    MATCH (e:Entity {{partition: $partition, id: q.id}})-[n:MENTIONED_IN]->()
    WHERE n.superseded_at IS NULL
    WITH n ORDER BY n.message_at, n.message_id, n.span_start, n.span_end
    RETURN collect(n {{{picked("mentions", "message_at", "recorded_at", "superseded_at")}}}) AS x
    """,
    every(mention_of),
)
"""Where an entity is named, oldest message first."""


def trail(x: Sequence[Any]) -> Trail:
    """What one commit did, from what it touched of each entity in turn."""
    at, entities = x
    parts: dict[str, dict[str, list[Row]]] = {"recorded_at": {}, "superseded_at": {}}
    for column, found in parts.items():
        for kind in ("versions", "aliases", "mentions"):
            found[kind] = [row for one in entities for row in one[kind] if row[column] == at]
    begun, over = parts["recorded_at"], parts["superseded_at"]
    return Trail(
        entities=versions(begun["versions"]),
        ended_entities=versions(over["versions"]),
        ended_aliases=tuple(alias_of(row) for row in over["aliases"]),
        ended_mentions=tuple(mention_of(row) for row in over["mentions"]),
        aliases=tuple(alias_of(row) for row in begun["aliases"]),
        mentions=tuple(mention_of(row) for row in begun["mentions"]),
    )


def versions(rows: Sequence[Row]) -> tuple[Entity, ...]:
    """The last of each entity's versions, as it was when it began."""
    last = {row["entity_id"]: row for row in rows}
    return tuple(entity_of({**row, "first_at": row["recorded_at"]}, ()) for row in last.values())


TRAIL = Look(
    f"""
    UNWIND range(0, size(q.ids) - 1) AS place
    MATCH (e:Entity {{partition: $partition, id: q.ids[place]}})
    WITH e ORDER BY place
    WITH collect({{
      versions: COLLECT {{
        MATCH (e)-[:VERSION]->(v)
        WHERE v.recorded_at = q.at OR v.superseded_at = q.at
        WITH v ORDER BY v.recorded_at
        RETURN v {{.partition, {picked("entity_versions")}}}
      }},
      aliases: COLLECT {{
        MATCH (e)-[:ALIAS]->(a)
        WHERE a.recorded_at = q.at OR a.superseded_at = q.at
        WITH a ORDER BY a.recorded_at, a.normal
        RETURN a {{{picked("aliases")}}}
      }},
      mentions: COLLECT {{
        MATCH (e)-[n:MENTIONED_IN]->()
        WHERE n.recorded_at = q.at OR n.superseded_at = q.at
        WITH n ORDER BY n.recorded_at, n.message_at, n.message_id, n.span_start, n.span_end
        RETURN n {{{picked("mentions")}}}
      }}
    }}) AS found
    RETURN [q.at, found] AS x
    """,
    trail,
)
"""What one commit ended and began of entities. No id is there twice."""
