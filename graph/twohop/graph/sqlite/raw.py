"""Rows as they are stored: read page by page, put back, and counted again."""

import sqlite3
from collections.abc import Mapping, Sequence

from twohop.errors import Conflict
from twohop.graph import keyset
from twohop.graph.sqlite.database import Database, Owned
from twohop.graph.sqlite.guard import SCOPES
from twohop.graph.sqlite.stamp import advance, queue
from twohop.graph.store import Page, Row
from twohop.graph.tables import TABLES, Table

COUNTERS: Mapping[str, Mapping[str, str]] = {
    "owners": {
        "message_count": "SELECT COUNT(*) FROM messages AS m WHERE m.partition = :partition",
        "memory_count": "SELECT COUNT(*) FROM memories AS m WHERE m.partition = :partition",
        "session_count": "SELECT COUNT(*) FROM sessions AS s WHERE s.partition = :partition",
        "entity_count": "SELECT COUNT(*) FROM entity_versions AS v WHERE v.partition = :partition "
        "AND v.superseded_at IS NULL",
    },
    "sessions": {
        "message_count": "SELECT COUNT(*) FROM messages AS m WHERE m.partition = :partition AND m.session = c.id",
    },
    "speakers": {
        "message_count": "SELECT COUNT(*) FROM messages AS m WHERE m.partition = :partition "
        "AND m.session = c.session AND m.name = c.name",
    },
    "entities": {
        "relation_count": "SELECT COUNT(*) FROM (SELECT r.id FROM relations AS r WHERE r.partition = :partition "
        "AND r.subject_id = c.id AND r.superseded_at IS NULL UNION SELECT r.id FROM relations AS r "
        "WHERE r.partition = :partition AND r.object_id = c.id AND r.superseded_at IS NULL)",
        "message_count": "SELECT COUNT(DISTINCT m.message_id) FROM mentions AS m WHERE m.partition = :partition "
        "AND m.entity_id = c.id AND m.superseded_at IS NULL",
    },
}
"""Table -> column that counts -> what it counts, `c` being the row that it stands in."""


def rows(own: Owned, name: str, limit: int, after: str) -> Page[Row]:
    """A page of a table in the order of its key; a table of one row an owner has one page."""
    table = TABLES[name]
    columns = ", ".join(("partition", *table.columns))
    key = ", ".join(table.key)
    places = ", ".join(f":{column}" for column in table.key)
    bounds = keyset.values(after, [table.columns[column] for column in table.key])
    found = own.all(
        " ".join(("SELECT", columns, "FROM", f"{name} WHERE partition = :partition")),
        f"AND ({key}) > ({places})" if bounds else "",
        f"ORDER BY {key} LIMIT :limit" if key else "LIMIT :limit",
        limit=limit + 1,
        **dict(zip(table.key, bounds, strict=False)),
    )
    last = found[limit - 1] if 0 < limit < len(found) else None
    return Page(tuple(found[:limit]), "" if last is None else keyset.key(*(last[column] for column in table.key)))


def load(database: Database, partition: str, name: str, given: Sequence[Row]) -> int:
    """Insert the rows that are not there; how many those were.

    Raises:
        Conflict: a row with the same key says something else, or one points at what is not there.
    """
    table, own = TABLES[name], database.of(partition)
    if any(row["partition"] != partition for row in given):
        raise ValueError("a row belongs to another partition than it is loaded into")
    insert, look = statements(name, table)
    new = 0
    for row in given:
        values = {column: row[column] for column in table.columns}
        try:
            added = own.change(insert, **values)
        except sqlite3.IntegrityError as e:
            # SQLite names the constraint (tables and columns), never a value.
            raise Conflict(f"a row of {name} doesn't fit what is stored ({e})") from e
        new += added
        if not added and own.all(look, **values) != [{"partition": partition, **values}]:
            raise Conflict(f"a row of {name} is stored with another content")
    return new


def statements(name: str, table: Table) -> tuple[str, str]:
    """How a row is inserted unless its key is there, and how the one with its key is read.

    Not every key has an index that keeps it unique (`evidence`), so the insert looks itself.
    """
    scope = SCOPES[name][0]
    columns = list(dict.fromkeys((scope, "partition", *table.columns)))
    names, places = ", ".join(columns), ", ".join(f":{column}" for column in columns)
    same = " AND ".join(f"s.{column} = :{column}" for column in dict.fromkeys((scope, *table.key)))
    there = f"FROM {name} AS s WHERE {same}"
    insert = " ".join(("INSERT INTO", name, f"({names}) SELECT {places} WHERE NOT EXISTS (SELECT 1 {there})"))
    return insert, " ".join(("SELECT", ", ".join(("partition", *table.columns)), there))


def recount(database: Database, now: int, partition: str) -> int:
    """Set every counter to what is stored; how many rows were wrong."""
    own = database.of(partition)
    wrong = 0
    for name, counters in COUNTERS.items():
        columns, counts = ", ".join(counters), ", ".join(f"({count})" for count in counters.values())
        changed = " ".join(("UPDATE", name, "AS c SET", f"({columns}) = ({counts})"))
        wrong += own.change(changed, f"WHERE c.partition = :partition AND ({columns}) IS NOT ({counts})")
    if wrong:
        advance(own, now)
    return wrong


def outbox_add(database: Database, now: int, partition: str, ids: Mapping[str, Sequence[str]]) -> None:
    """Ask for these points to be looked at again."""
    own = database.of(partition)
    stamp = advance(own, now)
    for kind, theirs in ids.items():
        queue(own, kind, list(theirs), stamp)
