"""Export: owners as JSON lines (`twohop.memory.upkeep.export_format`), each as it was at one moment."""

import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import IO

from twohop.errors import Conflict, NotFound
from twohop.graph.model import Scope
from twohop.graph.store import Ledger
from twohop.graph.tables import TABLES
from twohop.memory.upkeep.export_format import Header, Tally, row_line
from twohop.memory.upkeep.reading import LOOKS, all_partitions, looks, rows_of, whose
from twohop.vector.model import IndexInfo

IN_MEMORY = 8 * 2**20
"""Bytes of an owner that are held in memory; a larger one waits in a temporary file until it was read undisturbed."""

CHUNK = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """An owner that is in the file, and how many rows it has."""

    partition: str
    rows: int


async def export(
    ledger: Ledger, out: IO[bytes], *, scope: Scope | None = None, embedder: IndexInfo | None = None
) -> AsyncIterator[Exported]:
    """Write all owners, or the one of `scope`, and tell of each once it is written. Memory is bounded.

    Safe while others write: an owner that is written to meanwhile is read again. `embedder` is what vectors are made
    with here. The file is whole when the iterator has ended.

    Raises:
        NotFound: nothing is stored for `scope`.
        Conflict: an owner was written to during each of several reads.
        LedgerUnavailable: the ledger can't be reached.
    """
    header = Header(
        twohop=version("twohop"),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        scope=scope,
        embedder=embedder,
    )
    out.write(header.line())
    tally = Tally()
    async for partition in all_partitions(ledger) if scope is None else only(scope.partition):
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as aside:
            rows = await set_aside(ledger, partition, aside)
            if scope is not None and not rows:
                raise NotFound("nothing is stored for this owner")
            tally.owners += 1
            tally.add(rows, b"")
            aside.seek(0)
            while chunk := aside.read(CHUNK):
                tally.add({}, chunk)
                out.write(chunk)
        yield Exported(partition=partition, rows=rows.total())
    out.write(tally.line())
    out.flush()


async def only(partition: str) -> AsyncIterator[str]:
    """The one partition."""
    yield partition


async def set_aside(ledger: Ledger, partition: str, aside: IO[bytes]) -> Counter[str]:
    """Write the lines of an owner as it is at one moment; how many rows each table has.

    Raises:
        Conflict: somebody always wrote to it meanwhile.
    """

    async def write() -> Counter[str]:
        aside.seek(0)
        aside.truncate()
        rows: Counter[str] = Counter()
        for name, table in TABLES.items():
            if not table.derived:
                async for row in rows_of(ledger, partition, name):
                    aside.write(row_line(name, row))
                    rows[name] += 1
        return rows

    async for rows, alone in looks(ledger, partition, write):
        if alone:
            return rows
    raise Conflict(
        f"{await whose(ledger, partition)} was written to during each of {LOOKS} reads: "
        "stop writing to it, or export when less is going on"
    )
