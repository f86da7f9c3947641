"""Ledgers for the contract's tests."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from ledger_rows import Ticks
from ledgers import LEDGERS
from twohop.graph.store import LEASE, Ledger


@pytest.fixture
def clock() -> Ticks:
    return Ticks()


@pytest.fixture(params=list(LEDGERS))
def backend(request: pytest.FixtureRequest) -> str:
    """The name of the backend that is checked."""
    name: str = request.param
    return name


@pytest.fixture
async def open_ledger(backend: str, tmp_path: Path, clock: Ticks) -> AsyncIterator[Callable[[], Awaitable[Ledger]]]:
    """Opens empty ledgers, as many as a test wants."""
    opened: list[Ledger] = []

    async def open_one() -> Ledger:
        folder = tmp_path / f"ledger-{len(opened)}"
        folder.mkdir()
        opened.append(await LEDGERS[backend](folder, clock))
        return opened[-1]

    yield open_one
    for ledger in opened:
        await ledger.close()


@pytest.fixture
async def ledger(open_ledger: Callable[[], Awaitable[Ledger]]) -> Ledger:
    return await open_ledger()


@pytest.fixture
async def successor(
    backend: str, ledger: Ledger, tmp_path: Path, clock: Ticks
) -> AsyncIterator[Callable[[], Awaitable[Ledger]]]:
    """Opens `ledger` in the name of another process, after the one that had it died and its leases ended."""
    opened: list[Ledger] = []

    async def open_again() -> Ledger:
        await [ledger, *opened][-1].close()
        clock.now += LEASE
        opened.append(await LEDGERS[backend](tmp_path / "ledger-0", clock))
        return opened[-1]

    yield open_again
    for one in opened:
        await one.close()
