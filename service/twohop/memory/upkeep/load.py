"""Import: an export's owners put into a ledger. What stands there already is left alone, so that it may be repeated."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import IO

from twohop.errors import Conflict
from twohop.graph.store import Ledger, Row
from twohop.graph.tables import TABLES
from twohop.memory.upkeep.export_file import batches, check
from twohop.vector.model import IndexInfo

MOVING = {"seq", "last_time"}
"""Counters of an owner that go on when the index is filled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """An owner that is in the ledger now, and how many of its rows are new there."""

    partition: str
    new: int


async def load(ledger: Ledger, file: IO[bytes], *, embedder: IndexInfo | None = None) -> AsyncIterator[Loaded]:
    """Put the owners of an export into the ledger, and tell of each one that is there with all of its rows.

    `file` can be rewound. It is read twice: nothing is stored unless all of it is whole. Interrupted, it is completed
    by doing it again. The means of vectors are left out unless the file's were made with `embedder` too. Afterwards the
    owner's points wait for the projector.

    Raises:
        InvalidInput: the file is damaged or cut off; says at which line. Nothing was stored.
        SchemaTooNew: a newer twohop wrote the file.
        Conflict: an owner holds other data here; names it. Owners before it are loaded.
        LedgerUnavailable, StorageFull: do it again later.
    """
    file.seek(0)
    header = check(file).header
    file.seek(0)
    left_out = set() if header.embedder == embedder else {"means"}
    loader = Loader(ledger)
    for batch in batches(file):
        if batch.partition != loader.partition and loader.partition:
            yield await loader.finish()
        if batch.table not in left_out:
            await loader.take(batch.partition, batch.table, batch.rows)
    if loader.partition:
        yield await loader.finish()


class Loader:
    """Takes one owner after the other, each table by table."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.partition = ""
        self._owner = ""
        self._new = 0
        self._owns = False
        self._unfilled = False

    async def take(self, partition: str, table: str, rows: Sequence[Row]) -> None:
        """Store rows of an owner, in the order of the tables.

        Raises:
            Conflict: the owner holds other data.
        """
        if partition != self.partition:
            self.partition, self._owner, self._new = partition, named(rows[0]), 0
            self._owns = self._unfilled = False
        if table == "owners":
            self._owns = True
            if await self._known(rows[0]):
                return
            self._unfilled = True
        try:
            self._new += await self._ledger.load(partition, table, rows)
        except Conflict as e:
            raise self._refused(e.message) from e

    async def finish(self) -> Loaded:
        """Have the owner's points made, unless that was asked for when the same rows were loaded before.

        An agent that was configured and never spoke has none, and is no owner.
        """
        if self._owns and (self._new or self._unfilled):
            await self._ledger.outbox_refill(self.partition)
        done = Loaded(partition=self.partition, new=self._new)
        self.partition = ""
        return done

    async def _known(self, row: Row) -> bool:
        """Whether the owner is here, with the counters of the row.

        Raises:
            Conflict: it is here, and has gone another way.
        """
        stored = (await self._ledger.rows(row["partition"], "owners", 1)).items
        if not stored:
            return False
        here = stored[0]
        other = [column for column in TABLES["owners"].columns if column not in MOVING and here[column] != row[column]]
        if other or here["seq"] < row["seq"]:
            raise self._refused(f"{', '.join(other) or 'seq'} differ")
        self._unfilled = here["seq"] == row["seq"]
        return True

    def _refused(self, reason: str) -> Conflict:
        return Conflict(f"{self._owner} holds other data here ({reason}): load it into a ledger that has no such owner")


def named(row: Row) -> str:
    """Whose row it is, for people: `owners` and `agent_configs` say so, and come first."""
    ids = [f"{name} {row[f'{name}_id']!r}" for name in ("user", "agent", "run") if row.get(f"{name}_id")]
    return f"{', '.join(ids)} of tenant {row['tenant']!r}" if "tenant" in row else f"partition {row['partition']}"
