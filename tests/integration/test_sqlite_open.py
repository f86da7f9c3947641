"""What stands in the ledger's file, and what is refused when it is opened."""

import sqlite3
from pathlib import Path

import pytest

from ledger_rows import ANN, P, Ticks, acceptance, graph_of_ann
from twohop.errors import DataDirUnusable, LedgerUnavailable, SchemaTooNew, TwohopError
from twohop.graph.model import Axes
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.sqlite.database import Owned, connect, connect_reader
from twohop.graph.sqlite.guard import SCOPES, UPKEEP, UnscopedStatement
from twohop.graph.sqlite.schema import MIGRATIONS


async def open_ledger(path: Path) -> SqliteLedger:
    return await SqliteLedger.open(path, clock=Ticks())


def run(path: Path, *statements: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        return [row for statement in statements for row in connection.execute(statement).fetchall()]
    finally:
        connection.close()


def files(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


async def test_what_was_written_is_there_after_reopening(tmp_path: Path) -> None:
    """A closed ledger is one file with everything in it."""
    path = tmp_path / "ledger.db"
    ledger = await open_ledger(path)
    await graph_of_ann(ledger)
    before = await ledger.memories(P, ["a"], Axes())
    await ledger.close()
    assert files(tmp_path) == ["ledger.db"]

    ledger = await open_ledger(path)
    assert await ledger.memories(P, ["a"], Axes()) == before
    await ledger.close()


@pytest.mark.parametrize(
    "statements",
    [(), ("CREATE TABLE schema (version INTEGER NOT NULL PRIMARY KEY) STRICT",)],
    ids=["empty file", "no step done"],
)
async def test_a_file_of_version_0_is_brought_forward(tmp_path: Path, statements: tuple[str, ...]) -> None:
    """A file without tables, or one that was made and never filled, gets every step."""
    path = tmp_path / "ledger.db"
    path.touch()
    run(path, *statements)

    ledger = await open_ledger(path)
    assert (await ledger.accept(acceptance("m1"))).seq == 1
    await ledger.close()
    assert run(path, "SELECT version FROM schema") == [(n + 1,) for n in range(len(MIGRATIONS))]


async def test_a_step_that_fails_leaves_the_old_version(tmp_path: Path) -> None:
    """A migration is all or nothing: a step that breaks half-way leaves the file as it was."""
    path = tmp_path / "ledger.db"
    run(
        path,
        "CREATE TABLE schema (version INTEGER NOT NULL PRIMARY KEY) STRICT",
        "CREATE TABLE means (in_the_way INTEGER)",
    )
    with pytest.raises(TwohopError):
        await open_ledger(path)
    assert run(path, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name") == [("means",), ("schema",)]
    assert run(path, "SELECT COUNT(*) FROM schema") == [(0,)]


async def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    """A file of a newer program is left alone."""
    path = tmp_path / "ledger.db"
    await (await open_ledger(path)).close()
    run(path, "INSERT INTO schema (version) VALUES (99)")

    with pytest.raises(SchemaTooNew, match=r"version 99.*upgrade"):
        await open_ledger(path)


@pytest.mark.parametrize(
    "content",
    [b"this is no database, but a text that is long enough to be read as a header" * 20, b"\0" * 4096],
    ids=["text", "zeros"],
)
async def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    """Something else under the ledger's name is not touched, and the error says what to do."""
    path = tmp_path / "ledger.db"
    path.write_bytes(content)

    with pytest.raises(DataDirUnusable, match="move it away"):
        await open_ledger(path)
    assert path.read_bytes() == content


async def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    """A database that has tables and none of ours is not ours to change."""
    path = tmp_path / "ledger.db"
    run(path, "CREATE TABLE theirs (x)")

    with pytest.raises(DataDirUnusable, match="another program"):
        await open_ledger(path)
    assert run(path, "SELECT name FROM sqlite_master") == [("theirs",)]


async def test_a_folder_in_the_way_is_refused(tmp_path: Path) -> None:
    """A missing folder and a folder under the ledger's name are told as such."""
    (tmp_path / "ledger.db").mkdir()
    for path in (tmp_path / "ledger.db", tmp_path / "missing" / "ledger.db"):
        with pytest.raises(DataDirUnusable, match="check its folder"):
            await open_ledger(path)


async def test_a_closed_ledger_says_so(tmp_path: Path) -> None:
    """After close nothing hangs: reads and writes are refused, and closing again is fine."""
    ledger = await open_ledger(tmp_path / "ledger.db")
    await ledger.close()
    await ledger.close()

    with pytest.raises(LedgerUnavailable):
        await ledger.owner(P)
    with pytest.raises(LedgerUnavailable):
        await ledger.accept(acceptance("m1"))


async def test_every_table_has_its_scope(tmp_path: Path) -> None:
    """The guard knows every table of the schema and that its rows are keyed by the owner."""
    path = tmp_path / "ledger.db"
    await (await open_ledger(path)).close()
    tables = {str(name) for (name,) in run(path, "SELECT name FROM sqlite_master WHERE type = 'table'")}

    assert tables == {*SCOPES, *UPKEEP, "schema"}
    for table, scope in SCOPES.items():
        columns = run(path, f"PRAGMA table_info({table})")
        assert set(scope) <= {column[1] for column in columns}


async def test_a_statement_without_its_owner_never_reaches_the_file(tmp_path: Path) -> None:
    """The connection refuses unbound statements, and binds the owner itself."""
    path = tmp_path / "ledger.db"
    ledger = await open_ledger(path)
    await ledger.accept(acceptance("m1"))
    await ledger.close()
    connection = connect_reader(path)
    own = Owned(connection, ANN.partition)
    with pytest.raises(UnscopedStatement):
        own.all("SELECT * FROM messages")
    with pytest.raises(UnscopedStatement):
        own.change_each("DELETE FROM messages WHERE id = :id", [{"id": "m1"}])
    select = "SELECT id FROM messages WHERE partition = :partition"
    assert [row["id"] for row in own.all(select, partition="somebody else")] == ["m1"]
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        own.change("DELETE FROM messages WHERE partition = :partition")
    connection.close()


def test_the_write_connection_is_durable_and_forgets_what_is_deleted(tmp_path: Path) -> None:
    """The settings that durability, referential integrity and erasure rest on are in force."""
    connection = connect(tmp_path / "ledger.db", synchronous="FULL")
    settings = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
    }
    connection.close()
    assert settings == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}
