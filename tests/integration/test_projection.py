"""Projection: the index follows the ledger, whatever fails in between."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from index_points import stored_ids
from stories import ALICE, JANUARY, ask, fact, story, tell, texts_in
from twohop.app import App
from twohop.errors import IndexUnavailable, ModelUnavailable
from twohop.graph.model import Axes, Job, JobKind, JobState, Message, Role, Scope
from twohop.graph.store import Acceptance
from twohop.memory.centring import FIRST, GROWTH, Centring
from twohop.memory.clock import uuid7
from twohop.memory.project import Projector
from twohop.vector.edge import EdgeIndex
from twohop.vector.model import Arm, PointKind, Where
from twohop.vector.sparse import encode_query, stem
from twohop.vector.wordllama import WordLlamaEmbedder

EVERYTHING = 10_000


class Failing(WordLlamaEmbedder):
    """The real embedder until it is told that its server is down."""

    down = False

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.down:
            raise ModelUnavailable("connection refused")
        return await super().embed(texts)


async def accept(app: App, *contents: str, name: str = "Alice", scope: Scope = ALICE) -> list[str]:
    """Messages that are durable and not yet projected."""
    messages = tuple(
        Message(
            id=uuid7(),
            partition=scope.partition,
            session=scope.session,
            role=Role.USER,
            name=name,
            content=content,
            observed_at=JANUARY,
        )
        for content in contents
    )
    job = Job(id=uuid7(), partition=scope.partition, kind=JobKind.ADD, state=JobState.DONE, payload={})
    await app.ledger.accept(Acceptance(scope=scope, messages=messages, job=job))
    return [message.id for message in messages]


async def found_by(app: App, word: str, kind: PointKind = PointKind.MESSAGE, **where: Any) -> dict[str, float]:
    """Point id -> lexical score for one word."""
    arm = Arm(kind=kind, where=Where(**where), limit=100, sparse=encode_query({stem(word): 1.0}))
    [hits] = await app.index.query(ALICE.partition, [arm])
    return {hit.id: hit.score for hit in hits}


async def test_everything_has_a_point_and_the_outbox_is_empty(tmp_path: Path) -> None:
    """One point a message, a revision, and a relation that is worded unlike its memory."""
    async with story(tmp_path) as app:
        told = fact("Emma lives_in Porto")
        await tell(app, "Alice works_at Acme", told, day=1)
        await tell(app, "Alice works_at Birch", day=30)
        assert (await app.ledger.backlog()).waiting == 0
        counts = await app.index.counts(ALICE.partition)
        # Three memories, one of them closed by a second revision; relations read as their memories do.
        assert counts == {PointKind.MESSAGE: 3, PointKind.MEMORY: 4, PointKind.RELATION: 0}


async def test_a_relation_in_other_words_is_found_while_it_stands(tmp_path: Path) -> None:
    """A relation whose text its memory doesn't hold is found by its own words; once it ended, only as of before."""
    async with story(tmp_path) as app:
        told = replace(fact("Alice works_at Acme"), text="Alice codes for Acme these days")
        await tell(app, told, day=1)
        [standing] = await found_by(app, "works", PointKind.RELATION)
        then = (await ask(app, "Alice")).read_time
        await tell(app, "Alice works_at Birch", day=30)
        current = await app.ledger.list_relations(ALICE.partition, Axes(), 10)
        found = set(await found_by(app, "works", PointKind.RELATION))
        assert standing not in found
        assert found <= {relation.id for relation in current.items}
        assert set(await found_by(app, "works", PointKind.RELATION, known_at=then)) == {standing}


async def test_a_message_is_found_by_what_is_said_around_it(tmp_path: Path) -> None:
    """A later message changes the vectors of those before it, nearer ones more."""
    async with story(tmp_path) as app:
        first = await accept(app, "one", "two", "three", "four", "five")
        await app.projector.project(ALICE.partition)
        assert await found_by(app, "volcano") == {}
        [last] = await accept(app, "There was a volcano")
        await app.projector.project(ALICE.partition)
        scores = await found_by(app, "volcano")
        assert set(scores) == {last, *first[1:]}
        nearest_first = [scores[one] for one in (last, *reversed(first[2:]))]
        assert nearest_first == sorted(nearest_first, reverse=True)
        assert nearest_first[-1] < nearest_first[0] / 2


async def test_a_message_is_found_by_the_words_of_its_facts(tmp_path: Path) -> None:
    """A fact's text and cues lead to its message; a fact that was retracted no longer does."""
    async with story(tmp_path) as app:
        added = await tell(
            app, replace(fact("Alice works_at Acme"), cues=("employer",)), said=("Guess where I start!",)
        )
        [message_id] = added.message_ids
        for word in ("acme", "employer"):
            assert list(await found_by(app, word)) == [message_id]


async def test_points_of_ended_versions_serve_what_was_known_then(tmp_path: Path) -> None:
    """The index finds the version of a fact that was current at a system time, and only that."""
    async with story(tmp_path) as app:
        await tell(app, "Alice works_at Acme", day=1)
        then = (await ask(app, "Alice")).read_time
        await tell(app, "Alice works_at Birch", day=30)
        now = await found_by(app, "acme", PointKind.MEMORY)
        earlier = await found_by(app, "acme", PointKind.MEMORY, known_at=then)
        assert len(now) == len(earlier) == 1
        assert set(now).isdisjoint(earlier)
        assert await found_by(app, "birch", PointKind.MEMORY, known_at=then) == {}


async def test_a_mean_is_taken_at_32_messages_and_points_follow_it(tmp_path: Path) -> None:
    """Below it nothing is centred; then every point is encoded again, and once more at four times as many."""
    async with story(tmp_path) as app:
        centring = Centring(app.ledger)
        await accept(app, *(f"We talked about topic number {n}" for n in range(FIRST - 1)))
        await app.projector.project(ALICE.partition)
        assert (await centring.means(ALICE.partition)).version(PointKind.MESSAGE) == 0
        await accept(app, "And about the weather")
        projected = await app.projector.project(ALICE.partition)
        assert projected >= FIRST
        assert (await centring.means(ALICE.partition)).version(PointKind.MESSAGE) == 1
        assert (await centring.means(ALICE.partition)).version(PointKind.MEMORY) == 0
        await accept(app, *(f"Now it is topic {n}" for n in range(FIRST * (GROWTH - 1))))
        await app.projector.project(ALICE.partition)
        means = await centring.means(ALICE.partition)
        assert means.version(PointKind.MESSAGE) == 2
        assert means.by_name["message"].count == FIRST * GROWTH
        assert (await app.ledger.backlog()).waiting == 0


async def test_centred_points_and_questions_meet(tmp_path: Path) -> None:
    """After centring the message that means the same has a cosine near 1 with its own text."""
    async with story(tmp_path) as app:
        await accept(app, *(f"We talked about topic number {n}" for n in range(FIRST)))
        [special] = await accept(app, "Penguins march over the ice")
        await app.projector.project(ALICE.partition)
        result = await ask(app, "Alice (1 January 2025): Penguins march over the ice", arms="vector")
        assert result.items[0].message is not None
        assert result.items[0].message.id == special
        assert result.items[0].scores.dense == pytest.approx(1.0, abs=1e-3)
        assert result.items[1].scores.dense < 0.5


async def test_a_failing_embedder_leaves_the_rows_waiting(tmp_path: Path) -> None:
    """Nothing leaves the outbox before its point is written; the next try completes it."""
    async with story(tmp_path) as app:
        embedder = Failing()
        projector = Projector(app.ledger, app.index, embedder)
        await accept(app, "There was a volcano")
        embedder.down = True
        with pytest.raises(ModelUnavailable):
            await projector.project(ALICE.partition)
        assert (await app.ledger.backlog(ALICE.partition)).waiting == 1
        embedder.down = False
        assert await projector.project(ALICE.partition) == 1
        assert len(await found_by(app, "volcano")) == 1


async def test_a_closed_index_leaves_the_rows_waiting(tmp_path: Path) -> None:
    """An index that can't be reached raises, and the rows stay."""
    async with story(tmp_path) as app:
        await accept(app, "There was a volcano")
        closed = await EdgeIndex.open(tmp_path / "other", model="m", dimension=256, encoder="e")
        await closed.close()
        with pytest.raises(IndexUnavailable):
            await Projector(app.ledger, closed, WordLlamaEmbedder()).project(ALICE.partition)
        assert (await app.ledger.backlog(ALICE.partition)).waiting == 1


async def test_rows_that_wait_are_projected_by_the_next_process(tmp_path: Path) -> None:
    """A process that ended with rows waiting leaves them to the next one, which projects them when it opens."""
    async with story(tmp_path) as app:
        await accept(app, "There was a volcano")
        assert await found_by(app, "volcano") == {}
    async with story(tmp_path) as app:
        assert len(await found_by(app, "volcano")) == 1


async def test_many_calls_for_one_owner_coalesce(tmp_path: Path) -> None:
    """Calls that wait for each other project every row once."""
    async with story(tmp_path) as app:
        await accept(app, *(f"We talked about topic number {n}" for n in range(20)))
        projected = await asyncio.gather(*(app.projector.project(ALICE.partition) for _ in range(10)))
        assert sorted(projected) == [0] * 9 + [20]


async def test_all_owners_are_projected_when_none_is_named(tmp_path: Path) -> None:
    """Without a partition the outbox of every owner is emptied."""
    async with story(tmp_path) as app:
        for user in ("alice", "bob", "carol"):
            await accept(app, "There was a volcano", scope=Scope(user_id=user))
        assert await app.projector.project() == 3
        assert (await app.ledger.backlog()).waiting == 0


async def test_projecting_again_changes_nothing(tmp_path: Path) -> None:
    """The whole index projected anew from the ledger gives the same answers."""
    async with story(tmp_path) as app:
        for day, line in enumerate(("Alice works_at Acme", "Priya manages Acme", "Alice works_at Birch")):
            await tell(app, line, day=day * 10)
        before = texts_in(await ask(app, "Where does Alice work?"))
        points = await stored_ids(app.index, ALICE.partition, EVERYTHING)
        await app.ledger.outbox_refill()
        await app.projector.project()
        assert await stored_ids(app.index, ALICE.partition, EVERYTHING) == points
        assert texts_in(await ask(app, "Where does Alice work?")) == before


async def test_words_of_messages_and_facts_join_the_vocabulary(tmp_path: Path) -> None:
    """What was said, and the cues of facts, are words that a question can be widened by."""
    async with story(tmp_path) as app:
        await tell(
            app, replace(fact("Alice works_at Acme"), cues=("employer",)), said=("I started at Acme, what a circus!",)
        )
        pairs, _ = await app.ledger.vocabulary(ALICE.partition)
        assert {"circus", stem("employer"), "acm"} <= {one for one, _ in pairs} | {"acm"}
        assert ("circus", "circus") in pairs
