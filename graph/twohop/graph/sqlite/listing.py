"""Lists of memories: filters, newest first, page by page."""

import json
from collections.abc import Mapping
from typing import Any

from twohop.graph.model import Axes, Memory
from twohop.graph.rows import json_of
from twohop.graph.sqlite.axes import at, narrowed, narrowing_values, revisions, versions
from twohop.graph.sqlite.database import Owned, listed
from twohop.graph.sqlite.memories import hydrate
from twohop.graph.store import MemoryFilter, Page
from twohop.graph.tables import Value

ABOUT = (
    "AND m.id IN (SELECT o.memory_id FROM triples AS s CROSS JOIN revisions AS o "
    "ON o.partition = :partition AND o.id = s.revision_id "
    "WHERE s.partition = :partition AND s.subject_id IN (SELECT value FROM json_each(:entity_ids)) "
    "UNION SELECT o.memory_id FROM triples AS t CROSS JOIN revisions AS o "
    "ON o.partition = :partition AND o.id = t.revision_id "
    "WHERE t.partition = :partition AND t.object_id IN (SELECT value FROM json_each(:entity_ids))) "
    "AND EXISTS (SELECT 1 FROM triples AS u WHERE u.partition = :partition AND u.revision_id = r.id "
    "AND (u.subject_id IN (SELECT value FROM json_each(:entity_ids))"
    " OR u.object_id IN (SELECT value FROM json_each(:entity_ids))))"
)
IN_CATEGORY = (
    "AND EXISTS (SELECT 1 FROM json_each(r.categories) AS c "
    "WHERE c.value IN (SELECT value FROM json_each(:categories)))"
)


def list_memories(own: Owned, where: MemoryFilter, axes: Axes, limit: int, after: str) -> Page[Memory]:
    """A page of what the filter leaves in."""
    conditions, values = metadata_conditions(where.metadata)
    rows = own.all(
        "SELECT r.*, m.created_at FROM memories AS m CROSS JOIN revisions AS r",
        # The + keeps the bound on m.id from being carried over to r, where it would replace the equality.
        "ON r.partition = :partition AND r.memory_id = +m.id",
        # What is disputed holds for nobody: asked for it, its time alone counts.
        versions("r", axes) if where.disputed else revisions("r", axes),
        "WHERE m.partition = :partition",
        # With entities to look for their indexes lead, and the page is sorted out of what they find.
        ("AND +m.id < :after" if where.entity_ids else "AND m.id < :after") if after else "",
        "AND r.kind IN (SELECT value FROM json_each(:kinds))" if where.kinds else "",
        IN_CATEGORY if where.categories else "",
        ABOUT if where.entity_ids else "",
        "" if where.disputed is None else "AND r.disputed = :disputed",
        narrowed("m.id", where.narrowing, axes.known_at),
        conditions,
        "ORDER BY m.id DESC LIMIT :limit",
        after=after,
        kinds=listed(kind.value for kind in where.kinds),
        categories=listed(where.categories),
        entity_ids=listed(where.entity_ids),
        disputed=int(bool(where.disputed)),
        limit=limit + 1,
        **at(axes),
        **narrowing_values(where.narrowing),
        **values,
    )
    items = tuple(hydrate(own, rows[:limit], axes.known_at))
    return Page(items, items[-1].id if len(rows) > limit and items else "")


def metadata_conditions(wanted: Mapping[str, Any]) -> tuple[str, dict[str, Value]]:
    """Conditions that every wanted key has the wanted JSON value; a number equals a number, however written."""
    conditions: list[str] = []
    values: dict[str, Value] = {}
    for i, (name, value) in enumerate(wanted.items()):
        values[f"name_{i}"] = name
        match value:
            case None | bool():
                test = f"f.type = :value_{i}"
                values[f"value_{i}"] = json.dumps(value)
            case int() | float():
                test = f"f.type IN ('integer', 'real') AND f.value = :value_{i}"
                values[f"value_{i}"] = value
            case str():
                test = f"f.type = 'text' AND f.value = :value_{i}"
                values[f"value_{i}"] = value
            case _:
                test = f"f.type IN ('array', 'object') AND f.value = json(:value_{i})"
                values[f"value_{i}"] = json_of(value)
        conditions.append(f"AND EXISTS (SELECT 1 FROM json_each(r.metadata) AS f WHERE f.key = :name_{i} AND {test})")  # noqa: S608 - own text; data are parameters.
    return " ".join(conditions), values
