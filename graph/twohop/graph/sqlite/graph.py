"""Reads of entities, mentions and relations.

Where SQLite, without statistics, takes a walk over the owner's primary keys for cheaper than the index made for the
question, the index is named.
"""

from collections.abc import Iterable, Sequence

from twohop.graph.model import Axes, Entity, Relation
from twohop.graph.sqlite import keyset
from twohop.graph.sqlite.axes import at, known, versions
from twohop.graph.sqlite.database import Owned, Row, listed
from twohop.graph.sqlite.rows import entity_of, relation_of
from twohop.graph.store import Page

NAME_OR_ALIAS = (
    "AND (instr(e.normal, :name) > 0 OR EXISTS (SELECT 1 FROM aliases AS a INDEXED BY aliases_of_entity "
    "WHERE a.partition = :partition AND a.entity_id = e.id AND instr(a.normal, :name) > 0"
)
AT_ENTITY = (
    "AND r.id IN (SELECT a.id FROM relations AS a WHERE a.partition = :partition AND a.subject_id = :entity_id "
    "UNION SELECT b.id FROM relations AS b WHERE b.partition = :partition AND b.object_id = :entity_id)"
)


def entities(own: Owned, ids: Sequence[str], known_at: int | None) -> list[Entity]:
    """Entities in the order of the ids."""
    rows = own.all(
        "SELECT e.* FROM json_each(:ids) AS i CROSS JOIN entities AS e ON e.partition = :partition AND e.id = i.value",
        known("e", known_at),
        "ORDER BY i.key",
        ids=listed(ids),
        known_at=known_at,
    )
    return named(own, rows, known_at)


def entities_named(own: Owned, normals: Sequence[str], known_at: int | None) -> dict[str, list[Entity]]:
    """Normal form -> the entities that go by it, oldest first."""
    rows = own.all(
        "SELECT i.value AS normal, e.id FROM json_each(:normals) AS i",
        "CROSS JOIN entities AS e INDEXED BY entities_normal ON e.partition = :partition AND e.normal = i.value",
        "UNION SELECT i.value AS normal, a.entity_id AS id FROM json_each(:normals) AS i",
        "CROSS JOIN aliases AS a ON a.partition = :partition AND a.normal = i.value",
        known("a", known_at),
        normals=listed(dict.fromkeys(normals)),
        known_at=known_at,
    )
    read = {entity.id: entity for entity in entities(own, list({row["id"]: None for row in rows}), known_at)}
    found: dict[str, list[Entity]] = {}
    for row in rows:
        if row["id"] in read:
            found.setdefault(row["normal"], []).append(read[row["id"]])
    return {normal: sorted(them, key=lambda e: (e.recorded_at, e.id)) for normal, them in found.items()}


def list_entities(own: Owned, limit: int, after: str, name: str, known_at: int | None) -> Page[Entity]:
    """A page of entities in the order of their normal form."""
    normal, entity_id = keyset.texts(after)
    rows = own.all(
        "SELECT e.* FROM entities AS e WHERE e.partition = :partition AND (e.normal, e.id) > (:normal, :id)",
        known("e", known_at),
        f"{NAME_OR_ALIAS} {known('a', known_at)}))" if name else "",
        "ORDER BY e.normal, e.id LIMIT :limit",
        normal=normal,
        id=entity_id,
        name=name,
        known_at=known_at,
        limit=limit + 1,
    )
    items = tuple(named(own, rows[:limit], known_at))
    return Page(items, keyset.key(items[-1].normal, items[-1].id) if len(rows) > limit and items else "")


def named(own: Owned, rows: Sequence[Row], known_at: int | None) -> list[Entity]:
    """Rows of entities with their aliases."""
    aliases: dict[str, list[str]] = {}
    for row in own.all(
        "SELECT a.entity_id, a.name FROM json_each(:ids) AS i",
        "CROSS JOIN aliases AS a INDEXED BY aliases_of_entity",
        "ON a.partition = :partition AND a.entity_id = i.value",
        known("a", known_at),
        "ORDER BY a.recorded_at, a.normal",
        ids=listed(dict.fromkeys(row["id"] for row in rows)),
        known_at=known_at,
    ):
        aliases.setdefault(row["entity_id"], []).append(row["name"])
    return [entity_of(row, tuple(aliases.get(row["id"], ()))) for row in rows]


def degrees(own: Owned, entity_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Entity id -> (current relations, messages that mention it), from counts that commits keep."""
    rows = own.all(
        "SELECT e.id, e.relation_count, e.message_count FROM json_each(:ids) AS i",
        "CROSS JOIN entities AS e ON e.partition = :partition AND e.id = i.value",
        ids=listed(entity_ids),
    )
    return {row["id"]: (row["relation_count"], row["message_count"]) for row in rows}


def mentions_of(own: Owned, entity_ids: Sequence[str], limit: int, known_at: int | None) -> dict[str, list[str]]:
    """Entity id -> messages, newest first."""
    found: dict[str, list[str]] = {}
    for entity_id in dict.fromkeys(entity_ids):
        rows = own.all(
            "SELECT DISTINCT m.message_at, m.message_id FROM mentions AS m",
            "WHERE m.partition = :partition AND m.entity_id = :entity_id",
            known("m", known_at),
            "ORDER BY m.message_at DESC, m.message_id DESC LIMIT :limit",
            entity_id=entity_id,
            known_at=known_at,
            limit=max(limit, 0),
        )
        if rows:
            found[entity_id] = [row["message_id"] for row in rows]
    return found


def mentions_in(own: Owned, message_ids: Sequence[str], limit: int) -> dict[str, list[str]]:
    """Message id -> entities, in the order they were found there."""
    found: dict[str, list[str]] = {}
    for row in own.all(
        "SELECT m.message_id, m.entity_id FROM json_each(:ids) AS i",
        "CROSS JOIN mentions AS m ON m.partition = :partition AND m.message_id = i.value",
        "ORDER BY i.key, m.recorded_at, m.span_start, m.entity_id",
        ids=listed(dict.fromkeys(message_ids)),
    ):
        them = found.setdefault(row["message_id"], [])
        if len(them) < limit and row["entity_id"] not in them:
            them.append(row["entity_id"])
    return found


def relations(own: Owned, ids: Sequence[str], axes: Axes) -> list[Relation]:
    """Relations in the order of the ids."""
    rows = own.all(
        "SELECT r.* FROM json_each(:ids) AS i CROSS JOIN relations AS r ON r.partition = :partition AND r.id = i.value",
        versions("r", axes),
        "ORDER BY i.key",
        ids=listed(ids),
        **at(axes),
    )
    return supported(own, rows, axes.known_at)


def relations_of(own: Owned, entity_ids: Sequence[str], axes: Axes, limit: int) -> dict[str, list[Relation]]:
    """Entity id -> relations at either end, newest first."""
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


def list_relations(own: Owned, axes: Axes, limit: int, after: str, entity_id: str, predicate: str) -> Page[Relation]:
    """A page of relations, newest id first."""
    rows = own.all(
        "SELECT r.* FROM relations AS r WHERE r.partition = :partition",
        versions("r", axes),
        # The + leaves the search to the ends' indexes, and the order to a sort of what they find.
        ("AND +r.id < :after" if entity_id else "AND r.id < :after") if after else "",
        AT_ENTITY if entity_id else "",
        "AND r.predicate = :predicate" if predicate else "",
        "ORDER BY r.id DESC LIMIT :limit",
        after=after,
        entity_id=entity_id,
        predicate=predicate,
        limit=limit + 1,
        **at(axes),
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
