"""Looks at memories and their revisions."""

from collections.abc import Sequence
from typing import Any

from twohop.graph.model import Memory
from twohop.graph.neo4j.axes import current, ended, known, live, narrowed
from twohop.graph.neo4j.look import Look, every
from twohop.graph.neo4j.properties import picked
from twohop.graph.rows import evidence_of, memory_of, revision_of, triple_of
from twohop.graph.store import Row

TRIPLES = """
triples: COLLECT {
  MATCH (r)-[:ASSERTS]->(t)
  WITH t ORDER BY t.position
  RETURN t {.subject_id, .predicate, .object_id, .literal}
}
"""
EVIDENCE = f"""
evidence: COLLECT {{
  MATCH (m)-[e:EVIDENCE]->(g)
  WHERE {current("e")}
  WITH e, g ORDER BY e.recorded_at, e.message_id, e.quote
  RETURN e {{{picked("evidence", "superseded_at")}, observed_at: g.observed_at}}
}}
"""
MEMORY = f"r {{.partition, {picked('revisions', 'superseded_at')}, created_at: m.created_at, {TRIPLES}, {EVIDENCE}}}"
"""A memory `m` with the revision `r` visible at the axes."""

REVISION = f"r {{.partition, {picked('revisions', 'superseded_at')}, {ended('r')}, {TRIPLES}}}"
"""A revision `r`, whether or not it ended."""


def memory(row: Row) -> Memory:
    """A memory with triples and evidence."""
    triples = tuple(triple_of(one) for one in row["triples"])
    return memory_of(row, triples, tuple(evidence_of(one) for one in row["evidence"]), None)


revisions = every(lambda row: revision_of(row, tuple(triple_of(one) for one in row["triples"]), None))

MEMORIES = Look(
    f"""
    UNWIND range(0, size(q.ids) - 1) AS place
    MATCH (m:Memory {{partition: $partition, id: q.ids[place]}})-[:REVISION]->(r)
    WHERE {live("r")} AND {narrowed("m")}
    WITH m, r ORDER BY place
    RETURN collect({MEMORY}) AS x
    """,
    every(memory),
)
"""Memories in the order of `ids`."""

OF_REVISIONS = Look(
    """
    UNWIND q.ids AS id
    MATCH (r:Revision {partition: $partition, id: id})
    RETURN collect([r.id, r.memory_id]) AS x
    """,
    dict[str, str],
)
"""Revision id -> memory id."""

HISTORY = Look(
    f"""
    MATCH (m:Memory {{partition: $partition, id: q.id}})-[:REVISION]->(r)
    WHERE {known("r")}
    WITH r ORDER BY r.recorded_at, r.number
    RETURN collect({REVISION}) AS x
    """,
    revisions,
)
"""All revisions of a memory, oldest first."""

REVISIONS = Look(
    f"""
    UNWIND range(0, size(q.ids) - 1) AS place
    MATCH (r:Revision {{partition: $partition, id: q.ids[place]}})
    WHERE {known("r")}
    WITH r ORDER BY place
    RETURN collect({REVISION}) AS x
    """,
    revisions,
)
"""Revisions in the order of `ids`."""

SLOT = Look(
    f"""
    CALL (q) {{
      UNWIND q.keys AS key
      MATCH (r:Revision {{partition: $partition, slot_key: key}})<-[:REVISION]-(m)
      WHERE r.superseded_at IS NULL
      RETURN m, r
      UNION
      UNWIND q.keys AS key
      MATCH (r:Revision {{partition: $partition, mirror_key: key}})<-[:REVISION]-(m)
      WHERE r.superseded_at IS NULL
      RETURN m, r
    }}
    WITH m, r ORDER BY r.valid_from, r.id
    RETURN collect({MEMORY}) AS x
    """,
    every(memory),
)
"""The timelines of slots, by start. No key is empty."""

BY_TEXT = Look(
    f"""
    UNWIND q.hashes AS hash
    MATCH (r:Revision {{partition: $partition, text_hash: hash}})<-[:REVISION]-(m)
    WHERE r.superseded_at IS NULL
    WITH m, r ORDER BY r.recorded_at, r.id
    RETURN collect({MEMORY}) AS x
    """,
    every(memory),
)
"""Memories that say the same. No hash is empty, or there twice."""


def by_key(x: Sequence[Any]) -> dict[str, list[Memory]]:
    """Key -> memories, from each memory with its keys."""
    found: dict[str, list[Memory]] = {}
    for row, keys in x:
        one = memory(row)
        for key in keys:
            found.setdefault(key, []).append(one)
    return found


BY_TRIPLE = Look(
    f"""
    UNWIND q.keys AS key
    MATCH (t:Triple {{partition: $partition, key: key}})<-[:ASSERTS]-(r)<-[:REVISION]-(m)
    WHERE {current("r")}
    WITH m, r, collect(DISTINCT key) AS keys ORDER BY r.recorded_at, m.id
    RETURN collect([{MEMORY}, keys]) AS x
    """,
    by_key,
)
"""Triple key -> the memories that assert it."""

BY_SUBJECT = Look(
    f"""
    UNWIND range(0, size(q.pairs) - 1) AS place
    CALL (q, place) {{
      MATCH (t:Triple {{partition: $partition, subject_id: q.pairs[place][0], predicate: q.pairs[place][1]}})
      USING INDEX SEEK t:Triple(partition, subject_id, predicate, recorded_at, revision_id)
      WHERE {known("t")} AND t.revision_id IS NOT NULL
      MATCH (t)<-[:ASSERTS]-(r)
      WHERE {current("r")}
      WITH t, r
      ORDER BY t.partition DESC, t.subject_id DESC, t.predicate DESC, t.recorded_at DESC, t.revision_id DESC
      WITH DISTINCT r LIMIT $limit
      RETURN r
    }}
    WITH r, min(place) AS place
    MATCH (m)-[:REVISION]->(r)
    WITH m, r ORDER BY place, r.recorded_at DESC, r.id DESC
    RETURN collect({MEMORY}) AS x
    """,
    every(memory),
)
"""The newest memories about each (subject, predicate). No pair is there twice."""


def by_message(x: Sequence[Any]) -> dict[str, list[Memory]]:
    """Message id -> memories in the order in which they came to rest on it."""
    links = sorted(
        ((at, row["memory_id"], id_, memory(row)) for row, ends in x for id_, at in ends), key=lambda e: e[:3]
    )
    found: dict[str, list[Memory]] = {}
    for _, _, id_, one in links:
        found.setdefault(id_, []).append(one)
    return found


OF_MESSAGES = Look(
    f"""
    UNWIND q.ids AS id
    MATCH (g:Message {{partition: $partition, id: id}})<-[e:EVIDENCE]-(m)
    WHERE {current("e")}
    WITH m, id, min(e.recorded_at) AS at
    WITH m, collect([id, at]) AS ends
    MATCH (m)-[:REVISION]->(r)
    WHERE {live("r")}
    RETURN collect([{MEMORY}, ends]) AS x
    """,
    by_message,
)
"""Message id -> the memories that rest on it."""

MEMORY_IDS = Look(
    """
    MATCH (m:Memory {partition: $partition})
    WHERE m.id > q.after
    WITH m ORDER BY m.partition, m.id LIMIT $limit
    RETURN collect(m.id) AS x
    """,
    list[str],
)
"""Ids in order."""
