"""Looks at relations. A relation's edge holds all its columns and its supporters, so no end is visited for it.

At an entity the index gives both directions newest first, so a hub costs what is asked of it, not what it has. Where a
database with little in it takes another way for cheaper, and would keep to it while it grows, the index is named.
"""

from collections.abc import Sequence
from typing import Any

from twohop.graph.model import Relation
from twohop.graph.neo4j.axes import held, known, narrowed
from twohop.graph.neo4j.look import Look, every
from twohop.graph.neo4j.properties import picked
from twohop.graph.rows import relation_of
from twohop.graph.store import Row

COLUMNS = f".partition, {picked('relations', 'superseded_at')}, .support"
RELATION = f"r {{{COLUMNS}}}"
"""A relation `r` visible at the axes."""


def relation(row: Row) -> Relation:
    """A relation with the memories behind it."""
    return relation_of(row, tuple(row["support"]), None)


def grouped(x: Sequence[Any]) -> dict[str, list[Relation]]:
    """Key -> relations, from pairs of a key and rows, without keys that have none."""
    return {key: [relation(row) for row in rows] for key, rows in x if rows}


RELATIONS = Look(
    f"""
    UNWIND range(0, size(q.ids) - 1) AS place
    MATCH ()-[r:RELATION {{partition: $partition, id: q.ids[place]}}]->()
    WHERE {held("r")}
    WITH r ORDER BY place
    RETURN collect({RELATION}) AS x
    """,
    every(relation),
)
"""Relations in the order of `ids`."""

NEWEST = f"""
CALL (q, id) {{
  MATCH ()-[r:RELATION {{partition: $partition, subject_id: id}}]->()
  USING INDEX SEEK r:RELATION(partition, subject_id, recorded_at, id)
  WHERE r.id IS NOT NULL AND {held("r")}
  RETURN r ORDER BY r.partition DESC, r.subject_id DESC, r.recorded_at DESC, r.id DESC LIMIT $limit
  UNION ALL
  MATCH ()-[r:RELATION {{partition: $partition, object_id: id}}]->()
  USING INDEX SEEK r:RELATION(partition, object_id, recorded_at, id)
  WHERE r.id IS NOT NULL AND r.subject_id <> id AND {held("r")}
  RETURN r ORDER BY r.partition DESC, r.object_id DESC, r.recorded_at DESC, r.id DESC LIMIT $limit
}}
WITH r ORDER BY r.recorded_at DESC, r.id DESC LIMIT $limit
"""
"""The newest relations `r` at either end of an entity `id`; a loop is there once."""

OF_ENTITIES = Look(
    f"""
    UNWIND q.ids AS id
    CALL (q, id) {{
      {NEWEST}
      RETURN collect({RELATION}) AS found
    }}
    RETURN collect([id, found]) AS x
    """,
    grouped,
)
"""Entity id -> relations at either end, newest first. No id is there twice."""

BY_KEY = Look(
    f"""
    UNWIND range(0, size(q.keys) - 1) AS place
    MATCH ()-[r:RELATION {{partition: $partition, key: q.keys[place]}}]->()
    WHERE r.superseded_at IS NULL
    WITH r ORDER BY place, r.valid_from, r.id
    RETURN collect({RELATION}) AS x
    """,
    every(relation),
)
"""Current versions of triples, by start. No key is there twice."""

OF_MEMORIES = Look(
    f"""
    UNWIND range(0, size(q.ids) - 1) AS place
    MATCH (m:Memory {{partition: $partition, id: q.ids[place]}})-[s:SUPPORTS]->()
    WITH place, m, s.relation_id AS id
    MATCH ()-[r:RELATION {{partition: $partition, id: id}}]->()
    WHERE {held("r")}
    WITH place, m, r ORDER BY place, r.recorded_at, r.id
    WITH place, m, collect({RELATION}) AS found ORDER BY place
    RETURN collect([m.id, found]) AS x
    """,
    grouped,
)
"""Memory id -> relations that rest on it, oldest first. No id is there twice."""

LEFT_IN = f"""
r.id < q.before AND {held("r")} AND (q.predicate = '' OR r.predicate = q.predicate)
AND CASE WHEN q.agent_id = '' AND q.run_id = '' THEN true ELSE EXISTS {{
  UNWIND r.support AS supporter
  MATCH (m:Memory {{partition: $partition, id: supporter}})
  WHERE {narrowed("m")}
}} END
"""

LISTED = Look(
    f"""
    MATCH ()-[r:RELATION {{partition: $partition}}]->()
    WHERE {LEFT_IN}
    WITH r ORDER BY r.partition DESC, r.id DESC LIMIT $limit
    RETURN collect({RELATION}) AS x
    """,
    every(relation),
)
"""Relations of the owner, newest id first."""

LISTED_AT = Look(
    f"""
    CALL (q) {{
      MATCH ()-[r:RELATION {{partition: $partition, subject_id: q.entity_id}}]->()
      USING INDEX SEEK r:RELATION(partition, subject_id, recorded_at, id)
      WHERE {known("r")} AND r.id IS NOT NULL
      RETURN r
      UNION
      MATCH ()-[r:RELATION {{partition: $partition, object_id: q.entity_id}}]->()
      USING INDEX SEEK r:RELATION(partition, object_id, recorded_at, id)
      WHERE {known("r")} AND r.id IS NOT NULL
      RETURN r
    }}
    WITH r WHERE {LEFT_IN}
    WITH r ORDER BY r.id DESC LIMIT $limit
    RETURN collect({RELATION}) AS x
    """,
    every(relation),
)
"""Relations at an entity, newest id first."""

BY_ID = Look(
    f"""
    UNWIND range(0, size(q.ids) - 1) AS place
    MATCH ()-[r:RELATION {{partition: $partition, id: q.ids[place]}}]->()
    WITH r ORDER BY place
    RETURN collect(r {{{COLUMNS}, .superseded_at}}) AS x
    """,
    every(relation),
)
"""Relations in the order of `ids`, also those that ended."""
