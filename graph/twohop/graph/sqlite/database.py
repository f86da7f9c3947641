"""Connections, and the only way to run a statement on one: bound to an owner, or named as maintenance."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from twohop.errors import DataDirUnusable, LedgerUnavailable, StaleRead, StorageFull, TwohopError
from twohop.graph.sqlite.guard import check
from twohop.graph.sqlite.kept import Kept, Standing
from twohop.graph.tables import Value

Row: TypeAlias = dict[str, Any]
"""A row by column name; a dictionary, since `sqlite3.Row` looks its names up one by one (8 of 20 us a memory)."""

Synchronous: TypeAlias = Literal["FULL", "OFF"]

BUSY_MS = 5_000
"""How long a statement waits for a foreign lock (a backup tool): nobody of ours ever holds one."""

CACHE_KIB = 16 * 1024
"""Page cache of a connection."""

WAL_LIMIT = 64 * 2**20
"""Bytes that the write-ahead log is cut back to after a checkpoint."""

NO_SPACE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}
"""A full disk (FULL), a quota or file-size limit (IOERR_WRITE), no room for the shared index (IOERR_SHMSIZE)."""


def connect(path: Path, *, synchronous: Synchronous) -> sqlite3.Connection:
    """The connection that writes.

    Raises:
        DataDirUnusable: the file can't be opened for writing, or is not a database.
    """
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            connection.execute(f"PRAGMA synchronous = {synchronous}")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT}")
            tune(connection)
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as e:
        raise unusable(path, e) from e
    if mode != "wal":
        connection.close()
        raise DataDirUnusable(
            f"{path}: this file system can't hold a write-ahead log (it said {mode}): use a local disk"
        )
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that can't write."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, cached_statements=512)
    connection.execute("PRAGMA query_only = ON")
    tune(connection)
    return connection


def tune(connection: sqlite3.Connection) -> None:
    """What readers and the writer share."""
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.execute("PRAGMA temp_store = MEMORY")


def unusable(path: Path, error: sqlite3.Error) -> TwohopError:
    """Why the file can't be opened, and what to do."""
    code = getattr(error, "sqlite_errorcode", 0)
    if code in NO_SPACE:
        return failure(error)
    if code & 0xFF in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return DataDirUnusable(
            f"{path} is not a readable twohop ledger: restore it from a backup, or move it away to start empty"
        )
    if code & 0xFF in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}:
        return DataDirUnusable(f"{path} can't be opened for writing: check its folder and permissions")
    return failure(error)


def failure(error: sqlite3.Error) -> TwohopError:
    """The error of ours that stands for one of SQLite's. Its text names no values: SQLite's own could."""
    if isinstance(error, sqlite3.IntegrityError):
        # SQLite names the constraint (tables and columns), never a value.
        return StaleRead(f"the owner's state doesn't take these rows any more ({error})")
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if getattr(error, "sqlite_errorcode", 0) in NO_SPACE:
        return StorageFull("the disk that holds the data directory is full: free some space; nothing was written")
    return LedgerUnavailable(f"the ledger's file can't be used now ({name})")


def listed(values: Iterable[str]) -> str:
    """A list as one parameter, for `json_each`."""
    return json.dumps(list(values))


def rows_of(cursor: sqlite3.Cursor) -> list[Row]:
    """All rows of a statement that gives rows."""
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


class Owned:
    """Statements on one owner's data: `:partition` is bound here and nowhere else.

    `kept`: what is kept of the owner's rows; None = all is read from the file.
    """

    __slots__ = ("_connection", "kept", "partition")

    def __init__(self, connection: sqlite3.Connection, partition: str, kept: Kept | None = None) -> None:
        self._connection = connection
        self.partition = partition
        self.kept: Standing | None = None
        if kept is not None:
            row = self.one("SELECT state_seq, seq FROM owners WHERE partition = :partition")
            self.kept = kept.at(partition, row["state_seq"], row["seq"]) if row else None

    def all(self, *sql: str, **values: Value) -> list[Row]:
        """All rows of a statement given in parts.

        Raises:
            UnscopedStatement: the statement is not bound to the owner.
        """
        return rows_of(self._run(sql, values))

    def bare(self, *sql: str, **values: Value) -> list[tuple[Any, ...]]:
        """As `all`, rows without names: for statements that give very many."""
        return self._run(sql, values).fetchall()

    def one(self, *sql: str, **values: Value) -> Row | None:
        """The only row, or None."""
        rows = self.all(*sql, **values)
        return rows[0] if rows else None

    def change(self, *sql: str, **values: Value) -> int:
        """Run a statement that writes; how many rows it changed."""
        return self._run(sql, values).rowcount

    def change_each(self, sql: str, rows: Iterable[Mapping[str, Value]]) -> int:
        """Run a statement that writes once a row of values; how many rows it changed in all."""
        check(sql)
        bound = [{**row, "partition": self.partition} for row in rows]
        return self._connection.executemany(sql, bound).rowcount if bound else 0

    def insert(self, table: str, rows: Sequence[Mapping[str, Value]]) -> None:
        """Insert rows that have the same columns; `partition` is added."""
        if not rows:
            return
        columns = ("partition", *(name for name in rows[0] if name != "partition"))
        names = ", ".join(columns)
        places = ", ".join(f":{name}" for name in columns)
        self.change_each(" ".join(("INSERT INTO", table, f"({names}) VALUES ({places})")), rows)

    def _run(self, sql: tuple[str, ...], values: Mapping[str, Value]) -> sqlite3.Cursor:
        text = " ".join(sql)
        check(text)
        return self._connection.execute(text, {**values, "partition": self.partition})


class Tenanted:
    """Reads over the owners of one tenant: `:tenant` is bound here."""

    __slots__ = ("_connection", "tenant")

    def __init__(self, connection: sqlite3.Connection, tenant: str) -> None:
        self._connection = connection
        self.tenant = tenant

    def all(self, *sql: str, **values: Value) -> list[Row]:
        """All rows of a statement given in parts.

        Raises:
            UnscopedStatement: the statement is not bound to the tenant.
        """
        text = " ".join(sql)
        check(text)
        return rows_of(self._connection.execute(text, {**values, "tenant": self.tenant}))


class Database:
    """An open transaction on one connection. `kept`: rows that needn't be read, for a snapshot that only reads."""

    __slots__ = ("_connection", "_kept", "_owned")

    def __init__(self, connection: sqlite3.Connection, kept: Kept | None = None) -> None:
        self._connection = connection
        self._kept = kept
        self._owned: dict[str, Owned] = {}

    def of(self, partition: str) -> Owned:
        """Statements on one owner's data."""
        if self._kept is None:
            return Owned(self._connection, partition)
        if partition not in self._owned:
            self._owned[partition] = Owned(self._connection, partition, self._kept)
        return self._owned[partition]

    def within(self, tenant: str) -> Tenanted:
        """Reads over the owners of one tenant."""
        return Tenanted(self._connection, tenant)

    def maintain(self, sql: str, **values: Value) -> list[Row]:
        """Run a statement over all owners: job queue, outbox and the list of owners, nothing that a caller sees."""
        return rows_of(self._connection.execute(sql, values))
