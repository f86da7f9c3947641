"""Reads of relations.

Where SQLite, without statistics, takes a walk over the owner's primary keys for cheaper than the index made for the
question, the index is named.
"""

from collections.abc import Iterable, Sequence

from twohop.graph.model import Axes, Narrowing, Relation
from twohop.graph.rows import relation_of
from twohop.graph.sqlite.axes import at, narrowed, narrowing_values, versions
from twohop.graph.sqlite.database import Owned, Row, listed
from twohop.graph.store import Page

AT_ENTITY = (
    "AND r.id IN (SELECT a.id FROM relations AS a WHERE a.partition = :partition AND a.subject_id = :entity_id "
    "UNION SELECT b.id FROM relations AS b WHERE b.partition = :partition AND b.object_id = :entity_id)"
)
SUPPORTED = "AND EXISTS (SELECT 1 FROM supports AS s WHERE s.partition = :partition AND s.relation_id = r.id"


def relations(own: Owned, ids: Sequence[str], axes: Axes) -> list[Relation]:
    """Relations in the order of the ids."""
    if own.kept is None or axes.known_at is not None:
        return read_by_id(own, ids, axes)
    kept = own.kept.relations(ids, None, lambda missing: {one.id: [one] for one in read_by_id(own, missing, Axes())})
    return [relation for one in ids for relation in held(kept[one], axes)]


def read_by_id(own: Owned, ids: Sequence[str], axes: Axes) -> list[Relation]:
    """As `relations`, from the file."""
    rows = own.all(
        "SELECT r.* FROM json_each(:ids) AS i CROSS JOIN relations AS r ON r.partition = :partition AND r.id = i.value",
        versions("r", axes),
        "ORDER BY i.key",
        ids=listed(ids),
        **at(axes),
    )
    return supported(own, rows, axes.known_at)


def held(relations: Iterable[Relation], axes: Axes) -> list[Relation]:
    """Those of current relations that hold at the world time; all of them where none is asked about."""
    at_that_time = axes.as_of
    return [one for one in relations if at_that_time is None or one.validity.holds(at_that_time)]


def relations_by_id(own: Owned, ids: Sequence[str]) -> list[Relation]:
    """Relations in the order of the ids, ended ones too."""
    rows = own.all(
        "SELECT r.* FROM json_each(:ids) AS i CROSS JOIN relations AS r ON r.partition = :partition AND r.id = i.value",
        "ORDER BY i.key",
        ids=listed(ids),
    )
    return supported(own, rows, None)


def relations_of(own: Owned, entity_ids: Sequence[str], axes: Axes, limit: int) -> dict[str, list[Relation]]:
    """Entity id -> relations at either end, newest first."""
    if own.kept is None or axes.known_at is not None:
        return read(own, entity_ids, axes, limit)
    kept = own.kept.relations(entity_ids, limit, lambda missing: read(own, missing, Axes(), limit))
    found = {one: list(few) for one, few in kept.items() if few}
    short: list[str] = []
    for one, few in found.items():
        found[one] = held(few, axes)
        if len(found[one]) < len(few) == limit:
            short.append(one)  # Older ones may have held.
    if short:
        again = read(own, short, axes, limit)
        found.update((one, again.get(one, [])) for one in short)
    return {one: few for one, few in found.items() if few}


def read(own: Owned, entity_ids: Sequence[str], axes: Axes, limit: int) -> dict[str, list[Relation]]:
    """As `relations_of`, from the file."""
    seen = versions("r", axes)
    rows: dict[str, list[Row]] = {}
    for entity_id in dict.fromkeys(entity_ids):
        rows[entity_id] = own.all(
            "SELECT * FROM (SELECT r.* FROM relations AS r",
            "WHERE r.partition = :partition AND r.subject_id = :entity_id",
            seen,
            "ORDER BY r.recorded_at DESC, r.id DESC LIMIT :limit)",
            "UNION ALL",
            "SELECT * FROM (SELECT r.* FROM relations AS r",
            "WHERE r.partition = :partition AND r.object_id = :entity_id",
            seen,
            "AND r.subject_id <> :entity_id ORDER BY r.recorded_at DESC, r.id DESC LIMIT :limit)",
            "ORDER BY recorded_at DESC, id DESC LIMIT :limit",
            entity_id=entity_id,
            limit=max(limit, 0),
            **at(axes),
        )
    read = {r.id: r for r in supported(own, [row for them in rows.values() for row in them], axes.known_at)}
    return {entity_id: [read[row["id"]] for row in them] for entity_id, them in rows.items() if them}


def relations_by_key(own: Owned, keys: Sequence[str]) -> list[Relation]:
    """Current versions of triples, by start."""
    rows = own.all(
        "SELECT r.* FROM json_each(:keys) AS i",
        "CROSS JOIN relations AS r INDEXED BY relations_key ON r.partition = :partition AND r.key = i.value",
        "AND r.superseded_at IS NULL ORDER BY i.key, r.valid_from, r.id",
        keys=listed(dict.fromkeys(keys)),
    )
    return supported(own, rows, None)


def relations_of_memories(own: Owned, memory_ids: Sequence[str], axes: Axes) -> dict[str, list[Relation]]:
    """Memory id -> relations that rest on it, oldest first."""
    if own.kept is None or axes.known_at is not None:
        return read_of_memories(own, memory_ids, axes)
    kept = own.kept.relations(memory_ids, None, lambda missing: read_of_memories(own, missing, Axes()))
    found = {one: held(few, axes) for one, few in kept.items()}
    return {one: few for one, few in found.items() if few}


def read_of_memories(own: Owned, memory_ids: Sequence[str], axes: Axes) -> dict[str, list[Relation]]:
    """As `relations_of_memories`, from the file."""
    rows = own.all(
        "SELECT s.memory_id AS supporter, r.* FROM json_each(:ids) AS i",
        "CROSS JOIN supports AS s ON s.partition = :partition AND s.memory_id = i.value",
        "CROSS JOIN relations AS r ON r.partition = :partition AND r.id = s.relation_id",
        versions("r", axes),
        "ORDER BY i.key, r.recorded_at, r.id",
        ids=listed(dict.fromkeys(memory_ids)),
        **at(axes),
    )
    read = {relation.id: relation for relation in supported(own, rows, axes.known_at)}
    found: dict[str, list[Relation]] = {}
    for row in rows:
        found.setdefault(row["supporter"], []).append(read[row["id"]])
    return found


def list_relations(
    own: Owned, axes: Axes, limit: int, after: str, entity_id: str, predicate: str, narrowing: Narrowing | None
) -> Page[Relation]:
    """A page of relations, newest id first."""
    supporters = narrowed("s.memory_id", narrowing, axes.known_at)
    rows = own.all(
        "SELECT r.* FROM relations AS r WHERE r.partition = :partition",
        versions("r", axes),
        # The + leaves the search to the ends' indexes, and the order to a sort of what they find.
        ("AND +r.id < :after" if entity_id else "AND r.id < :after") if after else "",
        AT_ENTITY if entity_id else "",
        "AND r.predicate = :predicate" if predicate else "",
        f"{SUPPORTED} {supporters})" if supporters else "",
        "ORDER BY r.id DESC LIMIT :limit",
        after=after,
        entity_id=entity_id,
        predicate=predicate,
        limit=limit + 1,
        **at(axes),
        **narrowing_values(narrowing),
    )
    items = tuple(supported(own, rows[:limit], axes.known_at))
    return Page(items, items[-1].id if len(rows) > limit and items else "")


def supported(own: Owned, rows: Iterable[Row], known_at: int | None) -> list[Relation]:
    """Rows of relations with the memories behind them."""
    rows = list(rows)
    support: dict[str, list[str]] = {}
    for row in own.all(
        "SELECT s.relation_id, s.memory_id FROM json_each(:ids) AS i",
        "CROSS JOIN supports AS s ON s.partition = :partition AND s.relation_id = i.value",
        "ORDER BY i.key, s.position",
        ids=listed(dict.fromkeys(row["id"] for row in rows)),
    ):
        support.setdefault(row["relation_id"], []).append(row["memory_id"])
    return [relation_of(row, tuple(support.get(row["id"], ())), known_at) for row in rows]
