"""Reads of entities, their names and mentions, as they are or as they were known.

Where SQLite, without statistics, takes a walk over the owner's primary keys for cheaper than the index made for the
question, the index is named.
"""

from collections.abc import Sequence

from twohop.graph import keyset
from twohop.graph.model import Axes, Entity, Mention
from twohop.graph.rows import alias_of, entity_of, mention_of
from twohop.graph.sqlite.axes import at, revisions, versions
from twohop.graph.sqlite.database import Owned, Row, listed
from twohop.graph.store import Page, Trail

VERSION = "SELECT v.*, e.recorded_at AS first_at"

TRAILED = {
    "entity_versions": ("", "x.recorded_at"),
    "aliases": ("INDEXED BY aliases_of_entity", "x.recorded_at, x.normal"),
    "mentions": (
        "INDEXED BY mentions_of_entity",
        "x.recorded_at, x.message_at, x.message_id, x.span_start, x.span_end",
    ),
}
"""Table -> how rows of an entity are found there, and their order."""


def entities(own: Owned, ids: Sequence[str], axes: Axes) -> list[Entity]:
    """Entities in the order of the ids."""
    if own.kept is None or axes != Axes():
        return read(own, ids, axes)
    found = own.kept.entities(ids, lambda missing: read(own, missing, axes))
    return [found[one] for one in ids if one in found]


def read(own: Owned, ids: Sequence[str], axes: Axes) -> list[Entity]:
    """As `entities`, from the file."""
    rows = own.all(
        VERSION,
        "FROM json_each(:ids) AS i",
        "CROSS JOIN entity_versions AS v ON v.partition = :partition AND v.entity_id = i.value",
        then("v", axes.known_at),
        "CROSS JOIN entities AS e ON e.partition = :partition AND e.id = v.entity_id",
        taking_part(axes),
        "ORDER BY i.key",
        ids=listed(ids),
        **at(axes),
    )
    return named(own, rows, axes.known_at)


def entities_named(own: Owned, normals: Sequence[str], known_at: int | None) -> dict[str, list[Entity]]:
    """Normal form -> the entities that go by it, oldest first."""
    rows = own.all(
        "SELECT i.value AS normal, v.entity_id AS id FROM json_each(:normals) AS i",
        "CROSS JOIN entity_versions AS v INDEXED BY entity_versions_normal",
        "ON v.partition = :partition AND v.normal = i.value",
        then("v", known_at),
        "UNION SELECT i.value AS normal, a.entity_id AS id FROM json_each(:normals) AS i",
        "CROSS JOIN aliases AS a ON a.partition = :partition AND a.normal = i.value",
        then("a", known_at),
        normals=listed(dict.fromkeys(normals)),
        known_at=known_at,
    )
    ids = list({row["id"]: None for row in rows})
    read = {entity.id: entity for entity in entities(own, ids, Axes(known_at=known_at))}
    found: dict[str, list[Entity]] = {}
    for row in rows:
        if row["id"] in read:
            found.setdefault(row["normal"], []).append(read[row["id"]])
    order = [normal for normal in dict.fromkeys(normals) if normal in found]
    return {normal: sorted(found[normal], key=lambda e: (e.recorded_at, e.id)) for normal in order}


def list_entities(own: Owned, axes: Axes, limit: int, after: str, name: str) -> Page[Entity]:
    """A page of entities in the order of their normal form."""
    normal, entity_id = keyset.texts(after)
    rows = own.all(
        VERSION,
        "FROM entity_versions AS v INDEXED BY entity_versions_normal",
        "CROSS JOIN entities AS e ON e.partition = :partition AND e.id = v.entity_id",
        "WHERE v.partition = :partition AND (v.normal, v.entity_id) > (:normal, :id)",
        then("v", axes.known_at),
        taking_part(axes),
        called(axes.known_at) if name else "",
        "ORDER BY v.normal, v.entity_id LIMIT :limit",
        normal=normal,
        id=entity_id,
        name=name,
        limit=limit + 1,
        **at(axes),
    )
    items = tuple(named(own, rows[:limit], axes.known_at))
    return Page(items, keyset.key(items[-1].normal, items[-1].id) if len(rows) > limit and items else "")


def called(known_at: int | None) -> str:
    """Entities whose name, or an alias known then, contains a text."""
    return (
        "AND (instr(v.normal, :name) > 0 OR EXISTS (SELECT 1 FROM aliases AS a INDEXED BY aliases_of_entity "  # noqa: S608 - own text.
        "WHERE a.partition = :partition AND a.entity_id = v.entity_id AND instr(a.normal, :name) > 0 "
        f"{then('a', known_at)}))"
    )


def taking_part(axes: Axes) -> str:
    """Entities at an end of a memory that held at `as_of`, or named by a message observed by then."""
    if axes.as_of is None:
        return ""
    held = f"CROSS JOIN revisions AS r ON r.partition = :partition AND r.id = t.revision_id {revisions('r', axes)}"
    return (
        "AND (EXISTS (SELECT 1 FROM triples AS t INDEXED BY triples_subject "  # noqa: S608 - own text.
        f"{held} WHERE t.partition = :partition AND t.subject_id = v.entity_id) "
        f"OR EXISTS (SELECT 1 FROM triples AS t INDEXED BY triples_object {held} "
        "WHERE t.partition = :partition AND t.object_id = v.entity_id) "
        "OR EXISTS (SELECT 1 FROM mentions AS m INDEXED BY mentions_of_entity "
        "CROSS JOIN messages AS g ON g.partition = :partition AND g.id = m.message_id AND g.observed_at <= :as_of "
        f"WHERE m.partition = :partition AND m.entity_id = v.entity_id {then('m', axes.known_at)}))"
    )


def named(own: Owned, rows: Sequence[Row], known_at: int | None) -> list[Entity]:
    """Rows of entities with their aliases."""
    aliases: dict[str, list[str]] = {}
    for row in own.all(
        "SELECT a.entity_id, a.name FROM json_each(:ids) AS i",
        "CROSS JOIN aliases AS a INDEXED BY aliases_of_entity",
        "ON a.partition = :partition AND a.entity_id = i.value",
        then("a", known_at),
        "ORDER BY a.recorded_at, a.normal",
        ids=listed(dict.fromkeys(row["entity_id"] for row in rows)),
        known_at=known_at,
    ):
        aliases.setdefault(row["entity_id"], []).append(row["name"])
    return [entity_of(row, tuple(aliases.get(row["entity_id"], ()))) for row in rows]


def degrees(own: Owned, entity_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Entity id -> (current relations, messages that mention it), from counts that commits keep."""
    if own.kept is not None:
        return own.kept.degrees(entity_ids, lambda missing: counted(own, missing))
    return counted(own, entity_ids)


def counted(own: Owned, entity_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """As `degrees`, from the file."""
    rows = own.bare(
        "SELECT e.id, e.relation_count, e.message_count FROM json_each(:ids) AS i",
        "CROSS JOIN entities AS e ON e.partition = :partition AND e.id = i.value",
        ids=listed(entity_ids),
    )
    return {entity_id: (relations, messages) for entity_id, relations, messages in rows}


def mentions_of(own: Owned, entity_ids: Sequence[str], limit: int, known_at: int | None) -> dict[str, list[str]]:
    """Entity id -> messages, newest first."""
    found: dict[str, list[str]] = {}
    for entity_id in dict.fromkeys(entity_ids):
        rows = own.bare(
            "SELECT DISTINCT m.message_at, m.message_id FROM mentions AS m INDEXED BY mentions_of_entity",
            "WHERE m.partition = :partition AND m.entity_id = :entity_id",
            then("m", known_at),
            "ORDER BY m.message_at DESC, m.message_id DESC LIMIT :limit",
            entity_id=entity_id,
            known_at=known_at,
            limit=max(limit, 0),
        )
        if rows:
            found[entity_id] = [message_id for _, message_id in rows]
    return found


def mentions_in(own: Owned, message_ids: Sequence[str], limit: int) -> dict[str, list[str]]:
    """Message id -> entities, in the order they were found there."""
    found: dict[str, list[str]] = {}
    for row in own.all(
        "SELECT m.message_id, m.entity_id FROM json_each(:ids) AS i",
        "CROSS JOIN mentions AS m INDEXED BY mentions_in_message",
        "ON m.partition = :partition AND m.message_id = i.value",
        "AND m.superseded_at IS NULL",
        "ORDER BY i.key, m.recorded_at, m.span_start, m.entity_id",
        ids=listed(dict.fromkeys(message_ids)),
    ):
        them = found.setdefault(row["message_id"], [])
        if len(them) < limit and row["entity_id"] not in them:
            them.append(row["entity_id"])
    return found


def mentions(own: Owned, entity_id: str) -> list[Mention]:
    """Where an entity is named, oldest message first."""
    rows = own.all(
        "SELECT m.* FROM mentions AS m INDEXED BY mentions_of_entity",
        "WHERE m.partition = :partition AND m.entity_id = :entity_id AND m.superseded_at IS NULL",
        "ORDER BY m.message_at, m.message_id, m.span_start, m.span_end",
        entity_id=entity_id,
    )
    return [mention_of(row) for row in rows]


def trail(own: Owned, entity_ids: Sequence[str], instant: int) -> Trail:
    """What one commit ended and began of some entities."""
    ids = listed(dict.fromkeys(entity_ids))

    def rows_of(table: str, column: str) -> list[Row]:
        index, order = TRAILED[table]
        return own.all(
            "SELECT x.* FROM json_each(:ids) AS i",
            f"CROSS JOIN {table} AS x {index} ON x.partition = :partition AND x.entity_id = i.value",
            f"AND x.{column} = :at",
            f"ORDER BY i.key, {order}",
            ids=ids,
            at=instant,
        )

    def versions_of(column: str) -> tuple[Entity, ...]:
        rows = {row["entity_id"]: row for row in rows_of("entity_versions", column)}
        return tuple(entity_of({**row, "first_at": row["recorded_at"]}, ()) for row in rows.values())

    return Trail(
        entities=versions_of("recorded_at"),
        ended_entities=versions_of("superseded_at"),
        ended_aliases=tuple(alias_of(row) for row in rows_of("aliases", "superseded_at")),
        ended_mentions=tuple(mention_of(row) for row in rows_of("mentions", "superseded_at")),
        aliases=tuple(alias_of(row) for row in rows_of("aliases", "recorded_at")),
        mentions=tuple(mention_of(row) for row in rows_of("mentions", "recorded_at")),
    )


def then(alias: str, known_at: int | None) -> str:
    """Rows that were current in system time then."""
    return versions(alias, Axes(known_at=known_at))
