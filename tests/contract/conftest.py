"""Ledgers for the contract's tests."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from ledger_rows import Ticks
from ledgers import LEDGERS, Open, backend
from twohop.graph.store import LEASE, Ledger


@pytest.fixture
def clock() -> Ticks:
    return Ticks()


@pytest.fixture(scope="session", params=LEDGERS)
def opening(request: pytest.FixtureRequest) -> Open:
    """Opens the ledger of the backend that is checked."""
    return backend(request.param, request)


@pytest.fixture
async def open_ledger(opening: Open, tmp_path: Path, clock: Ticks) -> AsyncIterator[Callable[[], Awaitable[Ledger]]]:
    """Opens empty ledgers, one at a time: the one before is closed, and what it held is gone."""
    opened: list[Ledger] = []

    async def open_one() -> Ledger:
        for before in opened:
            await before.close()
        folder = tmp_path / f"ledger-{len(opened)}"
        folder.mkdir()
        opened.append(await opening(folder, clock))
        return opened[-1]

    yield open_one
    for ledger in opened:
        await ledger.close()


@pytest.fixture
async def ledger(open_ledger: Callable[[], Awaitable[Ledger]]) -> Ledger:
    return await open_ledger()


@pytest.fixture
async def successor(
    opening: Open, ledger: Ledger, tmp_path: Path, clock: Ticks
) -> AsyncIterator[Callable[[], Awaitable[Ledger]]]:
    """Opens `ledger` in the name of another process, after the one that had it died and its leases ended."""
    opened: list[Ledger] = []

    async def open_again() -> Ledger:
        await [ledger, *opened][-1].close()
        clock.now += LEASE
        opened.append(await opening(tmp_path / "ledger-0", clock))
        return opened[-1]

    yield open_again
    for one in opened:
        await one.close()
