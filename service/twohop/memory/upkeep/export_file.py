"""Reading an export: the whole file is checked before the first row of it is stored."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from twohop.graph.store import Row
from twohop.graph.tables import TABLES
from twohop.memory.upkeep.export_format import Header, Tally, damaged, read_header, read_row
from twohop.memory.upkeep.reading import PAGE

ORDER = {table: place for place, table in enumerate(TABLES)}


OWNERLESS = {"agent_configs", "requests"}
"""Tables of an agent that was configured and never spoke: it is no owner yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some rows of one table of one owner."""

    partition: str
    table: str
    rows: list[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file that is whole: its first line, and how many owners it holds."""

    header: Header
    owners: int


def check(file: IO[bytes]) -> Checked:
    """Read the file to its end.

    Raises:
        InvalidInput: it is damaged or cut off; says at which line.
        SchemaTooNew: a newer twohop wrote it.
    """
    lines = numbered(file)
    number, first = next(lines, (1, b""))
    header, tally = read_header(first), Tally()
    before, owned = ("", -1), False
    for number, line in lines:
        found = read_row(number, line)
        if found is None:
            if line != tally.line():
                raise damaged(number, "counts and checksum don't fit what stands before it: the file was changed")
            if next(lines, None) is not None:
                raise damaged(number + 1, "something stands behind the end")
            return Checked(header=header, owners=tally.owners)
        table, row = found
        place = (row["partition"], ORDER[table])
        if place < before or (place == before and not TABLES[table].key):
            raise damaged(number, f"a row of {table} can't stand here: lines were moved or doubled")
        if place[0] != before[0]:
            tally.owners += 1
            owned = table == "owners"
        if not owned and table not in OWNERLESS:
            raise damaged(number, f"a row of {table} without its owner")
        tally.add({table: 1}, line)
        before = place
    raise damaged(number + 1, "the end is missing: the file was cut off")


def batches(file: IO[bytes]) -> Iterator[Batch]:
    """The rows of a file that was checked, in batches of one table."""
    lines = numbered(file)
    next(lines)
    batch: Batch | None = None
    for number, line in lines:
        found = read_row(number, line)
        if found is None:
            break
        table, row = found
        if batch is not None and (
            (batch.partition, batch.table) != (row["partition"], table) or len(batch.rows) == PAGE
        ):
            yield batch
            batch = None
        if batch is None:
            batch = Batch(partition=row["partition"], table=table, rows=[])
        batch.rows.append(row)
    if batch is not None:
        yield batch


def numbered(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers, from 1.

    Raises:
        InvalidInput: what is compressed can't be unpacked.
    """
    number = 0
    try:
        for line in file:
            number += 1
            yield number, line
    except (gzip.BadGzipFile, EOFError, zlib.error) as e:
        raise damaged(number + 1, "the compressed file is damaged or cut off") from e
