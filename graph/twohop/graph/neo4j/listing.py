"""Lists of memories: filters, newest first."""

from typing import Any

from twohop.graph.model import Axes
from twohop.graph.neo4j.axes import at, held, narrowed, narrowing_values
from twohop.graph.neo4j.look import Look, every
from twohop.graph.neo4j.memories import MEMORY, memory
from twohop.graph.neo4j.properties import LAST, facet
from twohop.graph.store import MemoryFilter

LEFT_IN = f"""
{held("r")}
AND (q.as_of IS NULL OR q.disputed = 1 OR r.disputed = 0 AND r.expires_at > q.as_of)
AND (q.disputed IS NULL OR r.disputed = q.disputed)
AND (q.kinds IS NULL OR r.kind IN q.kinds)
AND (q.categories IS NULL OR any(one IN r.in_categories WHERE one IN q.categories))
AND all(one IN q.facets WHERE one IN r.facets)
AND {narrowed("m")}
"""
"""What the filter says of a revision `r` and its memory `m`.

What is disputed holds for nobody: asked for it, its time alone counts.
"""

LISTED = Look(
    f"""
    MATCH (m:Memory {{partition: $partition}})
    WHERE m.id < q.before
    MATCH (m)-[:REVISION]->(r)
    WHERE {LEFT_IN}
    WITH m, r ORDER BY m.partition DESC, m.id DESC LIMIT $limit
    RETURN collect({MEMORY}) AS x
    """,
    every(memory),
)
"""What the filter leaves in, newest memory id first."""

ABOUT = Look(
    f"""
    CALL (q) {{
      UNWIND q.entity_ids AS id
      MATCH (t:Triple {{partition: $partition, subject_id: id}})<-[:ASSERTS]-(r)<-[:REVISION]-(m)
      USING INDEX SEEK t:Triple(partition, subject_id, predicate, recorded_at, revision_id)
      WHERE t.predicate IS NOT NULL AND t.recorded_at <= q.known_at AND t.revision_id IS NOT NULL
      RETURN m, r
      UNION
      UNWIND q.entity_ids AS id
      MATCH (t:Triple {{partition: $partition, object_id: id}})<-[:ASSERTS]-(r)<-[:REVISION]-(m)
      USING INDEX SEEK t:Triple(partition, object_id)
      RETURN m, r
    }}
    WITH m, r WHERE m.id < q.before AND {LEFT_IN}
    WITH m, r ORDER BY m.id DESC LIMIT $limit
    RETURN collect({MEMORY}) AS x
    """,
    every(memory),
)
"""As `LISTED`, of what is said about entities: their triples lead, and the page is sorted out of what they find."""


def values(where: MemoryFilter, axes: Axes, after: str) -> dict[str, Any]:
    """The values that both name."""
    return {
        "before": after or LAST,
        "kinds": [kind.value for kind in where.kinds] or None,
        "categories": list(where.categories) or None,
        "entity_ids": list(where.entity_ids),
        "facets": [facet(name, value) for name, value in where.metadata.items()],
        "disputed": None if where.disputed is None else int(where.disputed),
        **at(axes),
        **narrowing_values(where.narrowing),
    }
