"""The format of an export: JSON lines, so that it can be read, filtered and kept without twohop.

::

    {"format": "twohop-export", "version": 1, "twohop": "0.1.0", "created_at": "…", "scope": null, "embedder": {…}}
    {"table": "owners", "row": {"partition": "…", "tenant": "default", …}}
    …
    {"end": {"owners": 1, "rows": {"owners": 1, …}, "sha256": "…"}}

Owners follow one another, each with its tables in the order of `twohop.graph.tables.TABLES` and their rows in the order
of their keys. Bytes are base64. The checksum is over all lines between the first and the last. Derived tables are left
out. A job that was being worked on stands as one that waits: no process works on it where it is read.
"""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from twohop.errors import FieldViolation, InvalidInput, SchemaTooNew
from twohop.graph.model import JobState, Scope
from twohop.graph.store import Row
from twohop.graph.tables import TABLES
from twohop.vector.model import IndexInfo

FORMAT: Final = "twohop-export"
VERSION: Final = 1

KINDS: Mapping[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (float, int), "bytes": (bytes,)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first line. `scope`: the one owner that was exported; None = all. `embedder`: what the means belong to."""

    twohop: str
    created_at: str
    scope: Scope | None = None
    embedder: IndexInfo | None = None

    def line(self) -> bytes:
        """As it stands in the file."""
        scope, embedder = self.scope, self.embedder
        return encoded(
            {
                "format": FORMAT,
                "version": VERSION,
                "twohop": self.twohop,
                "created_at": self.created_at,
                "scope": scope
                and {
                    "tenant": scope.tenant,
                    "user_id": scope.user_id,
                    "agent_id": scope.agent_id,
                    "run_id": scope.run_id,
                },
                "embedder": embedder
                and {"model": embedder.model, "dimension": embedder.dimension, "encoder": embedder.encoder},
            }
        )


@dataclass(slots=True)
class Tally:
    """What went through: the counts and the checksum of the last line."""

    owners: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    _hash: Any = field(default_factory=hashlib.sha256)

    def add(self, rows: Mapping[str, int], lines: bytes) -> None:
        """Count so many rows of each table, and the lines that they are."""
        self.rows.update(rows)
        self._hash.update(lines)

    def line(self) -> bytes:
        """The last line."""
        rows = {table: self.rows[table] for table in TABLES if self.rows[table]}
        return encoded({"end": {"owners": self.owners, "rows": rows, "sha256": self._hash.hexdigest()}})


def encoded(value: object) -> bytes:
    """A value as a line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def row_line(table: str, row: Row) -> bytes:
    """A row as a line."""
    told = {
        column: base64.b64encode(value).decode() if isinstance(value, bytes) else value
        for column, value in portable(table, row).items()
    }
    return encoded({"table": table, "row": told})


def portable(table: str, row: Row) -> Row:
    """The row as it may stand in another ledger: nobody works on its jobs there."""
    if table == "jobs" and row["state"] == JobState.RUNNING.value:
        return {**row, "state": JobState.PENDING.value}
    return row


def read_header(line: bytes) -> Header:
    """The first line of a file.

    Raises:
        InvalidInput: it is no export.
        SchemaTooNew: a newer twohop wrote it.
    """
    try:
        found = json.loads(line)
        known = found["format"] == FORMAT
        version = found["version"]
    except (ValueError, KeyError, TypeError) as e:
        raise damaged(1, "this is no export of twohop") from e
    if not known or not isinstance(version, int):
        raise damaged(1, "this is no export of twohop")
    if version > VERSION:
        raise SchemaTooNew(
            f"the export has version {version} and this twohop reads versions up to {VERSION}: upgrade twohop"
        )
    try:
        return Header(
            twohop=found["twohop"],
            created_at=found["created_at"],
            scope=found["scope"] and Scope(**found["scope"]),
            embedder=found["embedder"] and IndexInfo(**found["embedder"]),
        )
    except (KeyError, TypeError) as e:
        raise damaged(1, "the export's first line is damaged") from e


def read_row(number: int, line: bytes) -> tuple[str, Row] | None:
    """The table and the row of a line; None for the last line.

    Raises:
        InvalidInput: the line is damaged; says which one.
    """
    try:
        found = json.loads(line)
    except ValueError as e:
        raise damaged(number, "it is damaged or cut off") from e
    if not isinstance(found, dict):
        raise damaged(number, "it is no row")
    if "end" in found:
        return None
    table, row = found.get("table"), found.get("row")
    if not isinstance(table, str) or table not in TABLES or TABLES[table].derived or not isinstance(row, dict):
        raise damaged(number, "it is a row of no table that is known")
    return table, checked(number, table, row)


def checked(number: int, table: str, row: dict[str, Any]) -> Row:
    """The row with its bytes, once each column is there and holds what it may.

    Raises:
        InvalidInput: it isn't; says which line and column.
    """
    columns = {"partition": "str", **TABLES[table].columns}
    if row.keys() != columns.keys():
        odd = ", ".join(sorted(row.keys() ^ columns.keys()))
        raise damaged(number, f"a row of {table} has other columns than this twohop knows ({odd})")
    for column, kind in columns.items():
        value = row[column]
        if kind == "bytes" and isinstance(value, str):
            try:
                row[column] = value = base64.b64decode(value, validate=True)
            except ValueError as e:  # That of base64 too.
                raise damaged(number, f"{table}.{column} is not base64") from e
        if value is None and kind.endswith("?"):
            continue
        if isinstance(value, bool) or not isinstance(value, KINDS[kind.removesuffix("?")]):
            raise damaged(number, f"{table}.{column} is not of type {kind}")
    return row


def damaged(number: int, problem: str) -> InvalidInput:
    """The error of a line."""
    return InvalidInput(FieldViolation(f"line {number}", f"{problem}; nothing was imported"))
