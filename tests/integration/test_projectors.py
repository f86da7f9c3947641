"""Several projectors on one ledger and one index, and rows that can't be projected."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from structlog.testing import capture_logs

from ledger_rows import Ticks, acceptance, entity, evidence, message, relation, revision
from turns import Turns
from twohop.errors import IndexUnavailable, LedgerUnavailable, ModelDenied, ModelUnavailable
from twohop.graph.model import Scope
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import Acceptance, Backlog, Changes
from twohop.memory import centring
from twohop.memory.clock import uuid7
from twohop.memory.project import PARK_AFTER, Projector
from twohop.vector.edge import EdgeIndex
from twohop.vector.model import Arm, Point, PointKind, Where
from twohop.vector.sparse import encode_query, stem
from twohop.vector.wordllama import WordLlamaEmbedder

EMBEDDER = WordLlamaEmbedder()
ANN = Scope(user_id="ann")
WORDS = ("volcano", "knows", "text", "hello")


async def open_ledger(folder: Path) -> SqliteLedger:
    return await SqliteLedger.open(folder / "ledger.db", clock=Ticks(), synchronous="OFF")


async def open_index(folder: Path) -> EdgeIndex:
    index = await EdgeIndex.open(folder, model=EMBEDDER.model, dimension=EMBEDDER.dimension, encoder="e")
    index.filling()
    return index


class Life:
    """One owner's ledger as it goes on: messages, a memory that is reworded, and the relation that it supports."""

    def __init__(self, ledger: SqliteLedger, scope: Scope) -> None:
        self.ledger = ledger
        self.scope = scope
        self.partition = scope.partition
        self.times: list[int] = []
        self._numbers = count(1)
        self._memory = uuid7()
        self._source = ""
        self._revision = ""
        self._relation = ""

    async def say(self) -> None:
        """Something is said: those before it are found by its words too."""
        said = message(uuid7(), scope=self.scope, content=f"hello volcano {next(self._numbers)}")
        job = acceptance("x", scope=self.scope, job_id=uuid7()).job
        done = await self.ledger.accept(Acceptance(scope=self.scope, messages=(said,), job=job))
        self._source = self._source or said.id
        self.times.append(done.recorded_at)

    async def learn(self) -> None:
        """The memory gets a new version and supports a new relation in other words; the old ones end."""
        await self._commit(f"Ann has a friend, number {next(self._numbers)}", relates=True)

    async def repeat(self) -> None:
        """As `learn`, but the memory says what the relation says, so that the relation has no point of its own."""
        await self._commit("ann knows bob", relates=True)

    async def reword(self) -> None:
        """The memory alone gets a new version, worded as its relation is, or not."""
        number = next(self._numbers)
        await self._commit("ann knows bob" if number % 2 else f"Another text {number}", relates=False)

    async def forget(self) -> None:
        """The relation ends."""
        if self._relation:
            await self._write(Changes(partition=self.partition, ended_relations=(self._relation,)))
            self._relation = ""

    async def _commit(self, text: str, *, relates: bool) -> None:
        number, new = next(self._numbers), uuid7()
        first = not self._revision
        related = relation(uuid7(), "ann", "knows", "bob", partition=self.partition, support=(self._memory,))
        await self._write(
            Changes(
                partition=self.partition,
                revisions=(revision(new, self._memory, partition=self.partition, number=number, text=text),),
                ended_revisions=(self._revision,) if self._revision else (),
                evidence=(evidence(self._memory, self._source),) if first else (),
                entities=tuple(entity(name, partition=self.partition) for name in ("ann", "bob")) if first else (),
                relations=(related,) if relates else (),
                ended_relations=(self._relation,) if relates and self._relation else (),
                touched_messages=(self._source,),
            )
        )
        self._revision = new
        self._relation = related.id if relates else self._relation

    async def _write(self, changes: Changes) -> None:
        self.times.append((await self.ledger.commit(changes)).recorded_at)


async def answers(index: EdgeIndex, partition: str, times: Sequence[int]) -> list[object]:
    """What the index knows of an owner: how many points of each kind, and which are found when, with which score."""
    [dense] = await EMBEDDER.embed(["Ann has a friend who saw a volcano"])
    sparse = encode_query({stem(word): 1.0 for word in WORDS})
    arms = [
        arm
        for kind in PointKind
        for where in (Where(known_at=known_at) for known_at in (None, *times))
        for arm in (
            Arm(kind=kind, where=where, limit=500, dense=dense),
            Arm(kind=kind, where=where, limit=500, sparse=sparse),
        )
    ]
    labels = [(arm.kind, arm.where, arm.dense is None) for arm in arms]
    return [dict(await index.counts(partition)), *zip(labels, await index.query(partition, arms), strict=True)]


EXAMPLES = int(os.environ.get("TWOHOP_PROJECTOR_EXAMPLES", "100"))
ALL = 0
EVENTS = ("say", "learn", "repeat", "reword", "forget")
STEPS = st.lists(
    st.one_of(
        st.sampled_from(EVENTS).map(lambda one: (one, 1)),
        st.tuples(st.sampled_from(["a", "b"]), st.integers(1, 20)),
        st.sampled_from([("a", ALL), ("b", ALL), ("a dies", 1), ("b dies", 1)]),
    ),
    max_size=30,
)
"""What happens, and how many calls each of two projectors makes meanwhile."""


def test_two_projectors_leave_what_one_would(tmp_path: Path) -> None:
    """However their calls and the commits of others fall between each other, and wherever one of them dies.

    Both get the same rows here, as after a lease that ended under a slow process: what the index holds in the end is
    what the ledger projected anew gives.
    """
    owners = count()
    with asyncio.Runner() as runner, pytest.MonkeyPatch.context() as patched:
        patched.setattr(centring, "FIRST", 3)
        patched.setattr(centring, "GROWTH", 2)
        ledger = runner.run(open_ledger(tmp_path))
        shared, anew = (runner.run(open_index(tmp_path / name)) for name in ("shared", "anew"))

        def live(steps: Sequence[tuple[str, int]]) -> None:
            life = Life(ledger, Scope(user_id=f"user {next(owners)}"))
            runner.run(live_through(life, shared, steps))
            runner.run(compare(life, shared, anew))

        @settings(max_examples=EXAMPLES)
        @given(STEPS)
        def check(steps: Sequence[tuple[str, int]]) -> None:
            live(steps)

        try:
            for calls in range(1, 25):  # A slow one, wherever it stands when its relation ends.
                live([("a", calls), ("forget", 1), ("b", ALL)])
            check()
        finally:
            for store in (shared, anew, ledger):
                runner.run(store.close())


async def live_through(life: Life, index: EdgeIndex, steps: Sequence[tuple[str, int]]) -> None:
    """Let it all happen, and the projectors go on to their end."""
    projectors = {name: Turns() for name in "ab"}
    works = {name: projecting(turns, life, index) for name, turns in projectors.items()}
    await life.say()
    await life.learn()
    for what, times in steps:
        if what in EVENTS:
            await getattr(life, what)()
        elif what.endswith("dies"):
            await projectors[what[0]].end()
        else:
            for _ in range(times or 1):
                await projectors[what].step(works[what])
            if times == ALL:
                await projectors[what].finish()
    for turns in projectors.values():
        await turns.finish()


def projecting(turns: Turns, life: Life, index: EdgeIndex) -> Callable[[], Any]:
    """Another process's projector, whose every call to ledger and index waits for its turn."""
    projector = Projector(turns.of(life.ledger), turns.of(index), EMBEDDER)
    return lambda: projector.project(life.partition)


async def compare(life: Life, shared: EdgeIndex, anew: EdgeIndex) -> None:
    """What is left of the outbox is projected; then the index is what a new one would be."""
    await Projector(life.ledger, shared, EMBEDDER).project(life.partition)
    assert await life.ledger.backlog(life.partition) == Backlog(waiting=0)
    ours = await answers(shared, life.partition, life.times)
    await life.ledger.outbox_refill(life.partition)
    await Projector(life.ledger, anew, EMBEDDER).project(life.partition)
    assert ours == await answers(anew, life.partition, life.times)


# -- poison ------------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def stores(folder: Path) -> AsyncIterator[tuple[SqliteLedger, EdgeIndex]]:
    ledger, index = await open_ledger(folder), await open_index(folder / "index")
    try:
        yield ledger, index
    finally:
        await index.close()
        await ledger.close()


async def say(ledger: SqliteLedger, *contents: str, zone: str = "UTC", scope: Scope = ANN) -> list[str]:
    messages = tuple(
        replace(message(uuid7(), scope=scope, content=content), time_zone=zone, session=content) for content in contents
    )
    job = acceptance("x", scope=scope, job_id=uuid7()).job
    await ledger.accept(Acceptance(scope=scope, messages=messages, job=job))
    return [one.id for one in messages]


async def indexed(index: EdgeIndex, scope: Scope = ANN) -> int:
    return (await index.counts(scope.partition))[PointKind.MESSAGE]


NOWHERE = "Atlantis/Poseidonis"
"""A time zone that this machine has never heard of: the day of a message can't be told, so its text can't be made."""


async def test_a_row_that_cannot_be_projected_holds_nobody_up(tmp_path: Path) -> None:
    """The others of its batch, of its owner and of all owners are projected; it is counted, and parked in the end."""
    bob = Scope(user_id="bob")
    async with stores(tmp_path) as (ledger, index):
        [bad] = await say(ledger, "lost", zone=NOWHERE)
        await say(ledger, *(f"number {n}" for n in range(5)))
        await say(ledger, "hello", scope=bob)
        projector = Projector(ledger, index, EMBEDDER)

        with capture_logs() as logged:
            assert await projector.project(limit=2) == 6
            assert (await indexed(index), await indexed(index, bob)) == (5, 1)
            for attempt in range(1, PARK_AFTER):
                assert [(row.id, row.attempts) for row in await ledger.outbox(9)] == [(bad, attempt)]
                assert await projector.project(ANN.partition) == 0
        assert await ledger.backlog() == Backlog(waiting=0, parked=1)
        assert await ledger.outbox(9) == []
        [told] = [line for line in logged if line["event"] == "projection.poison"]
        assert (told["kind"], told["id"]) == ("message", bad)
        assert "lost" not in str(logged)


async def test_a_parked_row_is_projected_once_it_can_be(tmp_path: Path) -> None:
    """Asked for again after the reason is gone, it is projected as any other."""
    async with stores(tmp_path) as (ledger, index):
        await say(ledger, "hello")
        broken = Projector(ledger, refusing(index, ValueError("not a vector")), EMBEDDER)
        for _ in range(PARK_AFTER):
            assert await broken.project() == 0
        assert await ledger.backlog() == Backlog(waiting=0, parked=1)
        assert await Projector(ledger, index, EMBEDDER).project() == 0
        await ledger.outbox_unpark()
        assert await Projector(ledger, index, EMBEDDER).project() == 1
        assert await indexed(index) == 1


@pytest.mark.parametrize(
    "error", [IndexUnavailable, LedgerUnavailable, ModelUnavailable, ModelDenied], ids=lambda error: error.__name__
)
async def test_a_store_that_is_down_is_no_row_s_fault(tmp_path: Path, error: type[Exception]) -> None:
    """Whatever is down or refuses this process: it raises, no try is counted, and nothing is ever parked for it."""
    async with stores(tmp_path) as (ledger, index):
        await say(ledger, "hello", "volcano")
        before = await ledger.outbox(9)
        down = Projector(ledger, refusing(index, error("down")), EMBEDDER)
        for _ in range(PARK_AFTER + 1):
            with pytest.raises(error):
                await down.project()
        assert await ledger.outbox(9) == before
        assert await Projector(ledger, index, EMBEDDER).project() == 2


async def test_a_text_that_the_embedder_refuses_is_poison_alone(tmp_path: Path) -> None:
    """One text that the model never takes keeps none of the others from being found by meaning."""
    async with stores(tmp_path) as (ledger, index):
        await say(ledger, "hello", "cursed", "volcano")
        assert await Projector(ledger, index, Superstitious()).project() == 2
        assert await indexed(index) == 2
        assert [row.attempts for row in await ledger.outbox(9)] == [1]


class Refusing:
    """The real index, but that it takes no points."""

    def __init__(self, index: EdgeIndex, error: Exception) -> None:
        self._index = index
        self._error = error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    async def upsert(self, points: Sequence[Point]) -> None:
        del points
        raise self._error


def refusing(index: EdgeIndex, error: Exception) -> Any:
    return Refusing(index, error)


class Superstitious(WordLlamaEmbedder):
    """The real embedder, but that it doesn't take a certain word."""

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if any("cursed" in text for text in texts):
            raise ValueError("no")
        return await super().embed(texts)
