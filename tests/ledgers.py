"""The backends that the ledger's contract is checked on: how to open an empty one in a folder."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

from ledger_rows import Ticks
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import Ledger

Open: TypeAlias = Callable[[Path, Ticks], Awaitable[Ledger]]


async def open_sqlite(folder: Path, clock: Ticks) -> Ledger:
    return await SqliteLedger.open(folder / "ledger.db", clock=clock, synchronous="OFF")


LEDGERS: dict[str, Open] = {"sqlite": open_sqlite}
