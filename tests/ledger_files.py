"""Ledgers for the tests of upkeep: filled by a story, read table by table, exported into memory."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from stories import ALICE, fact, story, tell
from twohop.app import App
from twohop.graph.model import AgentConfig, Scope
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import Ledger, Row
from twohop.graph.tables import TABLES
from twohop.memory.upkeep.export import export
from twohop.memory.upkeep.load import Loaded, load
from twohop.memory.upkeep.reading import all_partitions, rows_of

COACH = Scope(agent_id="coach")
BOB = Scope(user_id="bob", tenant="other")


@asynccontextmanager
async def told(folder: Path) -> AsyncIterator[App]:
    """Two owners with a past, and an agent that was configured only."""
    async with story(folder) as app:
        await tell(app, "Alice works_at Acme", fact("Emma lives_in Porto"), day=1)
        await tell(app, "Alice works_at Birch", day=30)
        await tell(app, "Emma works_at Birch", "Emma knows Tom", day=40)
        await tell(app, "Tom lives_in Faro", scope=BOB, name="Bob", day=3)
        await app.ledger.set_mean(ALICE.partition, "fact", 1, 32, np.full(256, 0.01, np.float32).tobytes())
        await app.ledger.set_agent_config(COACH, AgentConfig(instructions="Listen."))
        await app.projector.project()
        yield app


@asynccontextmanager
async def empty(folder: Path, name: str = "ledger") -> AsyncIterator[SqliteLedger]:
    ledger = await SqliteLedger.open(folder / f"{name}.db", clock=lambda: 7, synchronous="OFF")
    try:
        yield ledger
    finally:
        await ledger.close()


async def exported(ledger: Ledger, scope: Scope | None = None) -> bytes:
    out = io.BytesIO()
    async for _ in export(ledger, out, scope=scope):
        pass
    return out.getvalue()


async def loaded(ledger: Ledger, file: bytes) -> list[Loaded]:
    return [one async for one in load(ledger, io.BytesIO(file))]


async def everything(ledger: Ledger) -> dict[tuple[str, str], list[Row]]:
    """All rows that are not derived, by owner and table, but for what moves when the index is filled."""
    return {
        (partition, name): [
            {column: value for column, value in row.items() if name != "owners" or column not in {"seq", "last_time"}}
            async for row in rows_of(ledger, partition, name)
        ]
        async for partition in all_partitions(ledger)
        for name, table in TABLES.items()
        if not table.derived
    }
