"""The parts of a commit that write memories with their evidence, and relations with their support.

Old rows end first: a memory has one current revision at any step, and a slot one value without an end.
"""

from collections import Counter
from typing import Any

from twohop.graph.neo4j.properties import literal_properties, properties
from twohop.graph.neo4j.stamp import LATER
from twohop.graph.rows import relation_columns, revision_columns, triple_columns
from twohop.graph.store import Changes

PUT_REVISIONS = """
CALL (at) {
  UNWIND $ended_revisions AS id
  MATCH (r:Revision {partition: $partition, id: id})
  WHERE r.superseded_at IS NULL
  SET r.superseded_at = at, r.current_of = null, r.open_slot = null
  RETURN count(*) AS ended_revisions
}
CALL (at) {
  UNWIND $memories AS id
  MERGE (m:Memory {partition: $partition, id: id})
  ON CREATE SET m.created_at = at
  RETURN sum(CASE WHEN m.created_at = at THEN 1 ELSE 0 END) AS new_memories
}
CALL (at) {
  UNWIND $revisions AS q
  MATCH (m:Memory {partition: $partition, id: q.memory_id})
  CREATE (m)-[:REVISION]->(r:Revision {partition: $partition, id: q.id})
  SET r += q, r.recorded_at = at, r.superseded_at = CASE WHEN q.superseded_at IS NOT NULL THEN at END
  RETURN count(*) AS revisions
}
CALL (at) {
  UNWIND $triples AS q
  MATCH (r:Revision {partition: $partition, id: q.revision_id})
  MATCH (:Entity {partition: $partition, id: q.subject_id})
  MATCH (:Entity {partition: $partition, id: coalesce(q.object_id, q.subject_id)})
  CREATE (r)-[:ASSERTS]->(t:Triple {partition: $partition, revision_id: q.revision_id})
  SET t += q, t.recorded_at = at
  RETURN count(*) AS triples
}
"""
"""End old revisions, and begin new ones with their triples."""

PUT_EVIDENCE = """
CALL (at) {
  UNWIND $evidence AS q
  MATCH (m:Memory {partition: $partition, id: q.memory_id}), (s:Message {partition: $partition, id: q.message_id})
  WITH q, m, s, at, EXISTS {
    MATCH (m)-[x:EVIDENCE]->(s) WHERE x.quote = q.quote AND x.superseded_at IS NULL
  } AS known
  CALL (q, m, s, at, known) {
    WITH * WHERE NOT known
    CREATE (m)-[x:EVIDENCE]->(s)
    SET x += q, x.recorded_at = at
  }
  RETURN count(*) AS evidence
}
CALL (at) {
  UNWIND $withdrawn AS id
  MATCH (m)-[x:EVIDENCE {partition: $partition, decision_id: id}]->()
  WHERE x.superseded_at IS NULL
  SET x.superseded_at = at
  RETURN collect(DISTINCT m.id) AS taken
}
"""
"""Link memories to messages, the same quote of the same message once; end the links that some decisions made."""

SAID = """
CALL (at, taken) {
  UNWIND $said + taken AS id
  MATCH (m:Memory {partition: $partition, id: id})
  WHERE m.created_at <> at
  MATCH (r:Revision {partition: $partition, current_of: m.id})
  RETURN $queued_memories + collect(DISTINCT r.id) AS queued_memories
}
CALL (at, taken) {
  UNWIND $said + taken AS id
  MATCH (m:Memory {partition: $partition, id: id})-[s:SUPPORTS]->()
  WHERE m.created_at <> at
  WITH DISTINCT s.relation_id AS id
  MATCH ()-[r:RELATION {partition: $partition, id: id}]->()
  WHERE r.superseded_at IS NULL
  RETURN $queued_relations + collect(r.id) AS queued_relations
}
"""
"""What the index has to look at again, with what older memories say whose evidence is more or less than before."""

PUT_RELATIONS = """
CALL (at) {
  UNWIND $ended_relations AS id
  MATCH ()-[x:RELATION {partition: $partition, id: id}]->()
  WHERE x.superseded_at IS NULL
  SET x.superseded_at = at
  WITH DISTINCT x
  CALL (x) {
    UNWIND CASE WHEN startNode(x) = endNode(x) THEN [startNode(x)] ELSE [startNode(x), endNode(x)] END AS n
    WITH n WHERE n:Entity
    SET n.relation_count = n.relation_count - 1
  }
  RETURN count(*) AS ended_relations
}
CALL (at) {
  UNWIND $relations AS q
  MATCH (s:Entity {partition: $partition, id: q.edge.subject_id})
  CALL (q) {
    WITH q WHERE q.edge.object_id IS NULL
    MERGE (l:Literal {partition: $partition, key: q.literal.key})
    ON CREATE SET l.text = q.literal.text
    RETURN l AS o
    UNION
    WITH q WHERE q.edge.object_id IS NOT NULL
    MATCH (e:Entity {partition: $partition, id: q.edge.object_id})
    RETURN e AS o
  }
  CREATE (s)-[x:RELATION]->(o)
  SET x += q.edge, x.recorded_at = at, x.superseded_at = CASE WHEN q.edge.superseded_at IS NOT NULL THEN at END
  RETURN count(*) AS relations
}
CALL (at) {
  UNWIND $related AS q
  MATCH (n:Entity {partition: $partition, id: q.entity_id})
  SET n.relation_count = n.relation_count + q.by
  RETURN count(*) AS counted_relations
}
CALL (at) {
  UNWIND $supports AS q
  MATCH (m:Memory {partition: $partition, id: q.memory_id}), (s:Entity {partition: $partition, id: q.subject_id})
  CREATE (m)-[x:SUPPORTS]->(s)
  SET x += q.edge
  RETURN count(*) AS supports
}
"""
"""End old relation versions, begin new ones with their support, and count the relations of each entity."""


def facts(changes: Changes) -> dict[str, Any]:
    """The values of the parts."""
    return {**memories(changes), **relations(changes)}


def memories(changes: Changes) -> dict[str, Any]:
    """Values of revisions and evidence."""
    partition = changes.partition
    ended, begun = set(changes.ended_revisions), {one.id for one in changes.revisions}
    evidence: dict[tuple[str, str, str], dict[str, Any]] = {}
    for link in changes.evidence:
        row = {
            "memory_id": link.memory_id,
            "message_id": link.message_id,
            "quote": link.quote,
            "agent_id": link.agent_id,
            "run_id": link.run_id,
            "decision_id": link.decision_id,
            "recorded_at": LATER,
        }
        evidence.setdefault((link.memory_id, link.message_id, link.quote), properties("evidence", partition, row))
    return {
        "ended_revisions": sorted(ended - begun),
        "memories": list(dict.fromkeys(one.memory_id for one in changes.revisions)),
        "revisions": [
            properties("revisions", partition, revision_columns(one, stamp=LATER, ended=one.id in ended))
            for one in changes.revisions
        ],
        "triples": [
            properties(
                "triples",
                partition,
                {"revision_id": one.id, "position": position, **triple_columns(triple, partition)},
            )
            for one in changes.revisions
            for position, triple in enumerate(one.triples)
        ],
        "evidence": list(evidence.values()),
        "said": list(dict.fromkeys(link.memory_id for link in changes.evidence)),
        "withdrawn": list(changes.withdrawn),
    }


def relations(changes: Changes) -> dict[str, Any]:
    """Values of relations and their support."""
    partition = changes.partition
    ended, begun = set(changes.ended_relations), {one.id for one in changes.relations}
    support = {one.id: list(dict.fromkeys(one.support)) for one in changes.relations}
    related = Counter(
        end
        for one in changes.relations
        if one.id not in ended
        for end in {one.triple.subject_id, one.triple.object_id} - {""}
    )
    return {
        "ended_relations": sorted(ended - begun),
        "relations": [
            {
                "edge": {
                    **properties("relations", partition, relation_columns(one, stamp=LATER, ended=one.id in ended)),
                    "support": support[one.id],
                },
                "literal": literal_properties(partition, one.triple.literal),
            }
            for one in changes.relations
        ],
        "related": [{"entity_id": entity_id, "by": by} for entity_id, by in related.items()],
        "supports": [
            {
                "memory_id": memory_id,
                "subject_id": one.triple.subject_id,
                "edge": properties(
                    "supports", partition, {"relation_id": one.id, "position": position, "memory_id": memory_id}
                ),
            }
            for one in changes.relations
            for position, memory_id in enumerate(support[one.id])
        ],
    }
