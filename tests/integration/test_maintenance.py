"""Stores opened for upkeep: their place is held for as long as the work takes."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from ledger_files import empty
from twohop import maintenance
from twohop.errors import LedgerUnavailable, Misplaced
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import Run
from twohop.maintenance import holding


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "BEAT_SECONDS", 0.01)


class Beats:
    """What a ledger answers to the beats of its process, one after the other; the last one for ever."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers = answers
        self.beaten = 0
        self.all = asyncio.Event()

    async def renew(self, _: Sequence[Run]) -> None:
        answer = self.answers[min(self.beaten, len(self.answers) - 1)]
        self.beaten += 1
        if self.beaten > len(self.answers):
            self.all.set()
        if answer is not None:
            raise answer


def answering(monkeypatch: pytest.MonkeyPatch, *answers: Exception | None) -> Beats:
    beats = Beats(*answers)
    monkeypatch.setattr(SqliteLedger, "renew", lambda _, runs: beats.renew(runs))
    return beats


async def test_a_place_is_held_through_an_outage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger that is away for some beats is asked again, and the work goes on."""
    beats = answering(monkeypatch, LedgerUnavailable("away"), RuntimeError("odd"), LedgerUnavailable("away"), None)
    async with asyncio.timeout(15), empty(tmp_path) as ledger, holding(ledger):
        await beats.all.wait()


async def test_work_ends_when_its_place_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs under a place that another process took is cut off at once, and says why."""
    answering(monkeypatch, None, Misplaced("taken"))
    async with asyncio.timeout(15), empty(tmp_path) as ledger:
        with pytest.raises(Misplaced, match="taken"):
            async with holding(ledger):
                await asyncio.Event().wait()
        await asyncio.sleep(0)  # Whoever comes back from it is not cancelled any more.


async def test_the_error_of_the_work_is_the_one_that_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beats that failed hide nothing of what went wrong."""
    beats = answering(monkeypatch, LedgerUnavailable("away"))

    async def failing() -> None:
        await beats.all.wait()
        raise ValueError("the work's own")

    async with asyncio.timeout(15), empty(tmp_path) as ledger:
        with pytest.raises(ValueError, match="own"):
            async with holding(ledger):
                await failing()


async def test_who_is_cancelled_is_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A time-out around the work stays one, and the beat ends with it."""
    answering(monkeypatch, None)
    async with empty(tmp_path) as ledger:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), holding(ledger):
                await asyncio.Event().wait()
    assert "heartbeat" not in {task.get_name() for task in asyncio.all_tasks()}
