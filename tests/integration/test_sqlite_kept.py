"""Rows that are kept between reads: they answer as the file does, whatever was committed since they were read."""

from pathlib import Path

import pytest

from ledger_questions import answers, stored_in
from ledger_rows import P, Ticks
from ledger_tales import Tale
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import Changes, Committed

EVERY = 3
"""Commits between two looks: some that follow another unseen, and some that don't."""


class Watched(SqliteLedger):
    """A ledger that is asked everything between commits, and compared with one that has kept nothing."""

    path: Path
    commits = 0

    async def commit(self, changes: Changes) -> Committed:
        """Commit, and look now and then."""
        committed = await super().commit(changes)
        self.commits += 1
        if self.commits % EVERY == 0:
            await self.compare()
        return committed

    async def compare(self) -> None:
        """Ask it, and a ledger that is opened just now."""
        stored = stored_in(self.path)[P]
        fresh = await SqliteLedger.open(self.path, clock=Ticks(), synchronous="OFF")
        try:
            expected = {question: answer async for question, answer in answers(fresh, P, stored)}
        finally:
            await fresh.close()
        assert {question: answer async for question, answer in answers(self, P, stored)} == expected


@pytest.mark.parametrize("seed", [1, 2])
async def test_what_is_kept_answers_as_the_file_does(tmp_path: Path, seed: int) -> None:
    """Memories, entities, relations, degrees and messages, now and then, through commits of every kind."""
    clock = Ticks()
    ledger = await Watched.open(tmp_path / "ledger.db", clock=clock, synchronous="OFF")
    ledger.path = tmp_path / "ledger.db"

    await Tale(ledger, clock, seed).tell()

    assert ledger.commits > EVERY
    await ledger.close()
