"""One step over the graph: relations of entities, the memories behind them, and the entities that they lead to."""

from typing import Any

from twohop.graph.neo4j.axes import current, held, live, narrowed
from twohop.graph.neo4j.entities import ENTITY, entity
from twohop.graph.neo4j.look import Look
from twohop.graph.neo4j.memories import MEMORY, memory
from twohop.graph.neo4j.relations import NEWEST, RELATION, grouped
from twohop.graph.store import Surroundings


def surroundings(x: Any) -> Surroundings:
    """What was found."""
    steps, memories, entities = x
    return Surroundings(
        relations=grouped(steps),
        memories={row["memory_id"]: memory(row) for row in memories},
        entities={id_: entity(row) for id_, _, _, row in entities if row is not None},
        degrees={id_: (relations, messages) for id_, relations, messages, _ in entities},
    )


EXPANDED = f"""
CALL (q) {{
  UNWIND range(0, size(q.hot) - 1) AS place
  MATCH ()-[r:RELATION {{partition: $partition, id: q.hot[place]}}]->()
  WHERE {held("r")}
  WITH r ORDER BY place
  RETURN collect(r) AS hot
}}
CALL (q, hot) {{
  UNWIND q.entity_ids AS id
  MATCH (e:Entity {{partition: $partition, id: id}})
  WHERE q.through IS NULL OR e.relation_count <= q.through
  CALL (q, id) {{
    {NEWEST}
    RETURN collect(r) AS newest
  }}
  WITH id, newest + CASE WHEN size(newest) < $limit OR $limit = 0 THEN [] ELSE
    [r IN hot WHERE id IN [r.subject_id, r.object_id] AND NOT r IN newest] END AS found
  RETURN collect([id, found]) AS steps
}}
"""
"""The newest relations of each entity; a busy one doesn't lose those that fit the question."""

AROUND = Look(
    f"""
    {EXPANDED}
    CALL (steps) {{
      UNWIND steps AS step
      UNWIND step[1] AS r
      UNWIND r.support AS id
      RETURN collect(DISTINCT id) AS support
    }}
    CALL (q, support) {{
      WITH q.memory_ids + [id IN support WHERE NOT id IN q.memory_ids] AS ids
      UNWIND range(0, size(ids) - 1) AS place
      MATCH (m:Memory {{partition: $partition, id: ids[place]}})-[:REVISION]->(r)
      WHERE {live("r")} AND {narrowed("m")}
      WITH m, r ORDER BY place
      RETURN collect(r) AS revisions, collect({MEMORY}) AS memories
    }}
    CALL (steps, revisions) {{
      CALL (steps, revisions) {{
        UNWIND steps AS step
        UNWIND step[1] AS r
        RETURN r.subject_id AS subject, r.object_id AS object
        UNION ALL
        UNWIND revisions AS r
        MATCH (r)-[:ASSERTS]->(t)
        RETURN t.subject_id AS subject, t.object_id AS object
      }}
      UNWIND [subject, object] AS id
      WITH DISTINCT id WHERE id IS NOT NULL
      WITH id ORDER BY id
      RETURN collect(id) AS ends
    }}
    CALL (q, ends) {{
      WITH q.entity_ids + [id IN ends WHERE NOT id IN q.entity_ids] AS ids
      UNWIND range(0, size(ids) - 1) AS place
      MATCH (e:Entity {{partition: $partition, id: ids[place]}})
      OPTIONAL MATCH (e)-[:VERSION]->(v)
      WHERE {current("v")}
      WITH e, v ORDER BY place
      RETURN collect([e.id, e.relation_count, e.message_count, {ENTITY}]) AS entities
    }}
    RETURN [[step IN steps | [step[0], [r IN step[1] | {RELATION}]]], memories, entities] AS x
    """,
    surroundings,
)
"""The relations of `entity_ids`, at most `limit` each, and what they stand on and lead to. No id is there twice."""
