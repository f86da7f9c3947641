"""The rule that binds every statement to one owner."""

import pytest

from twohop.graph.sqlite.guard import SCOPES, UnscopedStatement, check

FINE = [
    "SELECT * FROM messages WHERE partition = :partition AND id = :id",
    "SELECT m.* FROM json_each(:ids) AS i CROSS JOIN messages AS m ON m.partition = :partition AND m.id = i.value",
    "SELECT * FROM jobs WHERE partition = :partition AND (state = 'a' OR state = 'b')",
    "SELECT 1 FROM jobs WHERE partition = :partition AND id IN (SELECT id FROM means WHERE partition = :partition)",
    "SELECT id FROM entities WHERE partition = :partition UNION SELECT id FROM memories WHERE partition = :partition",
    "UPDATE owners SET seq = seq + 1 WHERE partition = :partition",
    "DELETE FROM outbox WHERE partition = :partition AND id = :id",
    "INSERT INTO means (partition, name) VALUES (:partition, :name)",
    "INSERT OR IGNORE INTO vocabulary (partition, stem) VALUES (:partition, :stem)",
    "INSERT INTO outbox (partition, id) SELECT :partition, m.id FROM messages AS m WHERE m.partition = :partition",
    "SELECT * FROM requests WHERE tenant = :tenant AND request_id = :id",
    "SELECT * FROM requests WHERE partition = :partition",
    "SELECT * FROM owners WHERE tenant = :tenant AND user_id > :after",
    "PRAGMA user_version",
]

REFUSED = [
    "SELECT * FROM messages",
    "SELECT * FROM messages WHERE id = :id",
    "SELECT * FROM messages WHERE partition = :other",
    "SELECT * FROM messages WHERE partition = 'x'",
    "SELECT * FROM messages WHERE partition <> :partition",
    "SELECT * FROM messages WHERE id = :id AND partition = :partition OR 1",
    "SELECT * FROM messages WHERE partition = :partition OR 1",
    "SELECT * FROM messages WHERE (partition = :partition OR 1)",
    "SELECT * FROM messages, memories WHERE partition = :partition",
    "SELECT * FROM messages AS a, messages AS b WHERE a.partition = :partition",
    "SELECT * FROM messages m WHERE m.partition = :partition",
    "SELECT m.* FROM messages AS m JOIN entities AS e ON e.id = m.id WHERE m.partition = :partition",
    "SELECT m.* FROM messages AS m JOIN entities AS e ON e.partition = m.partition WHERE m.partition = :partition",
    "SELECT r.id FROM relations AS r WHERE r.partition = :partition AND r.id IN (SELECT relation_id FROM supports)",
    "SELECT * FROM (SELECT * FROM revisions) AS r WHERE r.partition = :partition",
    "SELECT id FROM entities WHERE partition = :partition UNION SELECT entity_id FROM aliases",
    "UPDATE owners SET seq = seq + 1",
    "DELETE FROM outbox WHERE id = :id",
    "INSERT INTO means (name, partition) VALUES (:name, :partition)",
    "INSERT INTO means (partition, name) VALUES (:other, :name)",
    "INSERT INTO means VALUES (:partition, :name)",
    "INSERT INTO outbox (partition, id) SELECT :partition, m.id FROM messages AS m",
    "SELECT * FROM messages WHERE tenant = :tenant",
    "SELECT * FROM owners WHERE tenant = :partition",
    "SELECT * FROM main.messages",
    'SELECT * FROM "messages"',
    "SELECT * FROM MESSAGES",
    "SELECT * FROM place",
    "UPDATE place SET filled = 1",
    "INSERT INTO place (only) VALUES (1)",
]


@pytest.mark.parametrize("sql", FINE)
def test_bound_statements_pass(sql: str) -> None:
    """A statement whose every table is bound to the owner passes."""
    check(sql)


@pytest.mark.parametrize("sql", REFUSED)
def test_unbound_statements_are_refused(sql: str) -> None:
    """A statement with a table that is not bound to the owner is refused."""
    with pytest.raises(UnscopedStatement):
        check(sql)


@pytest.mark.parametrize("table", SCOPES)
def test_every_table_of_owner_data_is_guarded(table: str) -> None:
    """No table of owner data can be read, changed or emptied whole."""
    for verb in ("SELECT * FROM ", "DELETE FROM ", "select 1 from ", "REPLACE INTO "):
        with pytest.raises(UnscopedStatement):
            check(verb + table)
    with pytest.raises(UnscopedStatement):
        check(f"UPDATE {table} SET x = 1")  # noqa: S608 - the statement is refused, never run.
