"""Ledgers for the contract's tests."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from ledger_rows import Ticks
from ledgers import LEDGERS
from twohop.graph.store import Ledger


@pytest.fixture
def clock() -> Ticks:
    return Ticks()


@pytest.fixture(params=list(LEDGERS))
async def open_ledger(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Ticks
) -> AsyncIterator[Callable[[], Awaitable[Ledger]]]:
    """Opens empty ledgers, as many as a test wants."""
    opened: list[Ledger] = []

    async def open_one() -> Ledger:
        folder = tmp_path / f"ledger-{len(opened)}"
        folder.mkdir()
        opened.append(await LEDGERS[request.param](folder, clock))
        return opened[-1]

    yield open_one
    for ledger in opened:
        await ledger.close()


@pytest.fixture
async def ledger(open_ledger: Callable[[], Awaitable[Ledger]]) -> Ledger:
    return await open_ledger()
