"""Rows that are kept between reads: they answer as the file does, whatever was committed since they were read."""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from ledger_questions import answers, stored_in
from ledger_rows import P, Ticks, acceptance, entity, evidence, relation, revision
from ledger_tales import Tale
from twohop.graph.sqlite import SqliteLedger, memories
from twohop.graph.sqlite.database import Database
from twohop.graph.sqlite.kept import Kept
from twohop.graph.sqlite.ledger import prepare
from twohop.graph.sqlite.readers import Readers
from twohop.graph.sqlite.writer import Writer
from twohop.graph.store import NOW, Changes, Committed, RequestKey

EVERY = 3
"""Commits between two looks: some that follow another unseen, and some that don't."""


class Watched(SqliteLedger):
    """A ledger that is asked everything between commits, and compared with one that has kept nothing."""

    path: Path
    commits = 0

    async def commit(self, changes: Changes) -> Committed:
        """Commit, and look now and then."""
        [committed] = await self.commit_all([changes])
        return committed

    async def commit_all(self, changes: Sequence[Changes]) -> list[Committed]:
        """As `commit`, of several."""
        committed = await super().commit_all(changes)
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


class Held:
    """Stops the writer's thread just before its next COMMIT."""

    def __init__(self) -> None:
        self.armed = False
        self.reached = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._go = threading.Event()

    def __call__(self, moment: str) -> None:
        """Told of the moments of a commit, in the writer's thread."""
        if self.armed and moment == "commit_written":
            self.armed = False
            self._loop.call_soon_threadsafe(self.reached.set)
            self._go.wait(10)

    def go_on(self) -> None:
        """Let the writer commit."""
        self._go.set()


async def remembering(path: Path, held: Held) -> tuple[SqliteLedger, Readers]:
    """A ledger with a memory, an entity and a relation, all of which it has read; and those who read."""
    writing, reading = prepare(path, "OFF")
    kept = Kept()
    readers = Readers(reading, kept)
    ledger = SqliteLedger(Writer(writing, held), readers, kept, Ticks())
    await ledger.accept(acceptance("m1"))
    await ledger.commit(
        Changes(
            partition=P,
            entities=(entity("ann"), entity("acme")),
            revisions=(revision("r1", "f1", text="before"),),
            evidence=(evidence("f1", "m1"),),
            relations=(relation("x1", "ann", "works_at", "acme", support=("f1",)),),
        )
    )
    await texts(ledger)
    return ledger, readers


async def texts(ledger: SqliteLedger) -> list[str]:
    """What the memory and the relations say now."""
    [memory] = await ledger.memories(P, ["f1"], NOW)
    related = await ledger.relations_of(P, ["ann"], NOW, 10)
    return [memory.revision.text, *(one.id for one in related.get("ann", []))]


async def test_a_commit_whose_caller_is_gone_changes_what_is_kept(tmp_path: Path) -> None:
    """The caller is cancelled while its commit is written, and asks again under the same request id."""
    held = Held()
    ledger, _ = await remembering(tmp_path / "ledger.db", held)
    key = RequestKey(tenant="default", method="pin", request_id="once", body_hash="hash")
    held.armed = True
    editing = asyncio.ensure_future(
        ledger.commit(
            Changes(
                partition=P,
                revisions=(revision("r2", "f1", number=2, text="after"),),
                ended_revisions=("r1",),
                ended_relations=("x1",),
                request=key,
                request_result="d2",
            )
        )
    )
    await held.reached.wait()
    editing.cancel()
    held.go_on()

    repeated = await ledger.commit(Changes(partition=P, expected_state=-1, request=key))

    assert repeated.earlier == "d2"
    assert editing.cancelled()
    assert await texts(ledger) == ["after"]
    await ledger.close()


async def test_rows_that_are_loaded_are_read_by_all(tmp_path: Path) -> None:
    """A reader that began before a load, and reads on after it, leaves nothing behind for those that come later."""
    ledger, readers = await remembering(tmp_path / "ledger.db", Held())
    [message] = (await ledger.rows(P, "messages", 9)).items
    [link] = (await ledger.rows(P, "evidence", 9)).items
    began, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def read(database: Database) -> None:
        # The snapshot is of this moment, and what is kept is looked at after the load.
        database.maintain("SELECT COUNT(*) FROM owners")
        loop.call_soon_threadsafe(began.set)
        assert go_on.wait(10)
        assert len(memories.memories(database.of(P), ["f1"], NOW, None)[0].evidence) == 1

    reading = asyncio.ensure_future(readers.read(read))
    await began.wait()
    await ledger.load(P, "messages", [{**message, "id": "m2", "position": 1}])
    await ledger.load(P, "evidence", [{**link, "message_id": "m2"}])
    go_on.set()
    await reading

    [memory] = await ledger.memories(P, ["f1"], NOW)
    assert [row.message_id for row in memory.evidence] == ["m1", "m2"]
    await ledger.close()
