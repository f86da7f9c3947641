"""The tables that every backend stores are those of SQLite's schema."""

import sqlite3

import pytest

from twohop.graph.sqlite.guard import SCOPES, UPKEEP
from twohop.graph.sqlite.schema import migrate
from twohop.graph.tables import TABLES

OF_THE_PROCESSES = {"jobs": {"holder"}, "outbox": {"attempts", "parked"}}
"""Columns that say who works on a row, not what it is: nobody exports them."""

NO_OWNERS = {"schema", *UPKEEP}
TYPES = {"str": "TEXT", "int": "INTEGER", "float": "REAL", "bytes": "BLOB"}


@pytest.fixture
def schema() -> dict[str, dict[str, str]]:
    """Table -> column -> its type as `tables` writes it."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    named = {kind: name for name, kind in TYPES.items()}
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    found = {
        name: {
            column: named[kind] + ("" if not_null or key else "?")
            for _, column, kind, not_null, _, key in connection.execute(f"PRAGMA table_info({name})")
        }
        for name in names
    }
    connection.close()
    return found


def test_every_table_of_owners_is_named(schema: dict[str, dict[str, str]]) -> None:
    """No table of owner data is forgotten by exports, or left unguarded."""
    assert set(TABLES) == schema.keys() - NO_OWNERS == set(SCOPES)


@pytest.mark.parametrize("name", TABLES)
def test_the_columns_are_those_of_the_schema(schema: dict[str, dict[str, str]], name: str) -> None:
    """Names and types are the same, but for the partition and what belongs to the processes."""
    stored = {
        column: kind
        for column, kind in schema[name].items()
        if column not in {"partition", *OF_THE_PROCESSES.get(name, ())}
    }
    assert dict(TABLES[name].columns) == stored
    assert set(TABLES[name].key) <= stored.keys()


@pytest.mark.parametrize("name", OF_THE_PROCESSES)
def test_what_belongs_to_the_processes_is_there(schema: dict[str, dict[str, str]], name: str) -> None:
    """The columns left out above exist: none of them was renamed into a row's content."""
    assert OF_THE_PROCESSES[name] <= schema[name].keys()
