"""What the embedded index holds in memory: whole small owners, and the idf of large ones; it says what the files do."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index_points import DIMENSION, by_vector, edge, number, point, sparse
from twohop.vector import edge_shard
from twohop.vector.edge import EdgeIndex
from twohop.vector.edge_schema import request
from twohop.vector.model import FAR, Arm, Point, PointKind, Sparse, Vector, Where

POINTS = 700
"""More than are read into memory within one query."""

ROUNDS = 12

OPTIMISED, CENTRED = 4, 8
"""The rounds in which the files are rebuilt, while writes go on, and in which all vectors are centred anew."""

BEHIND = 5
"""Sequences by which a late write is behind."""

FILTERS = (
    Where(),
    Where(run_id="s1"),
    Where(runs=("s1", "s3")),
    Where(agent_id="a2"),
    Where(as_of=50),
    Where(known_at=50),
    Where(as_of=50, known_at=70),
    Where(fact_kinds=("event", "plan")),
    Where(categories=("work", "home")),
    Where(observed_from=30, observed_to=70),
    Where(observed_from=30, categories=("work",), fact_kinds=("event",), agent_id="a1"),
)


@pytest.fixture
async def indexes(tmp_path: Path) -> AsyncIterator[list[EdgeIndex]]:
    """One that holds the owner in memory, one that counts its terms, and one whose owners all come and go."""
    opened = [await edge(tmp_path / str(most), hot=most) for most in (10_000, 0, POINTS // 2)]
    yield opened
    for index in opened:
        await index.close()


class Story:
    """Points that come, change and go, by chance but for the seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._numbers = np.random.default_rng(seed)
        self._seq = 0

    def points(self, count: int) -> list[Point]:
        """Some points, new or in place of others; some lack a vector, some hold no words, some come too late."""
        chance = self._chance
        self._seq += 1
        return [
            point(
                chance.randrange(POINTS),
                kind=chance.choice(tuple(PointKind)),
                dense=self._vector() if chance.random() < 0.9 else None,
                sparse=sparse(
                    **{f"t{chance.randrange(30)}": chance.uniform(0.5, 3) for _ in range(chance.choice((0, 3)))}
                ),
                seq=self._seq - chance.choice((0, 0, 0, BEHIND)),
                partition=chance.choice(("ana", "ana", "bob")),
                runs=self._some("s1", "s2", "s3"),
                agents=self._some("a1", "a2"),
                fact_kind=chance.choice(("event", "plan", "state", "")),
                categories=self._some("work", "home", "pets"),
                valid_from=chance.randrange(100),
                valid_to=chance.choice((FAR, chance.randrange(100))),
                recorded_at=chance.randrange(100),
                superseded_at=chance.choice((FAR, FAR, chance.randrange(100))),
                expires_at=chance.choice((FAR, FAR, chance.randrange(100))),
                observed_first=chance.randrange(50),
                observed_at=chance.randrange(50, 100),
            )
            for _ in range(count)
        ]

    def centred(self, points: list[Point]) -> list[Point]:
        """The same points by another mean."""
        mean = self._vector()
        return [
            replace(one, dense=None if one.dense is None else one.dense - mean, mean_version=one.mean_version + 1)
            for one in points
        ]

    def gone(self) -> list[str]:
        """The ids of some points."""
        return [number(self._chance.randrange(POINTS)) for _ in range(20)]

    def arms(self) -> list[Arm]:
        """Some questions of either kind."""
        chance = self._chance
        found: list[Arm] = []
        for kind in PointKind:
            for where in (*chance.sample(FILTERS, 4), Where(ids=tuple(self.gone()))):
                found.append(Arm(kind=kind, where=where, limit=1_000, dense=self._vector()))
                found.append(Arm(kind=kind, where=where, limit=1_000, sparse=sparse(t1=1.0, t2=0.5, t29=2.0)))
        return found

    def _some(self, *names: str) -> tuple[str, ...]:
        return tuple(name for name in names if self._chance.random() < 0.4)

    def _vector(self) -> Vector:
        return self._numbers.standard_normal(DIMENSION).astype(np.float32)


@pytest.mark.parametrize("seed", [1, 2])
async def test_memory_answers_as_the_files_do(indexes: list[EdgeIndex], seed: int) -> None:
    """Whatever is written, replaced, refused and removed, also while an owner is being read or its files are rebuilt.

    All points, with equal scores.
    """
    story = Story(seed)
    stands: dict[str, Point] = {}
    owners: dict[str, str] = {}
    refused = 0
    rebuilding: list[asyncio.Task[None]] = []
    for step in range(ROUNDS):
        written, gone = story.points(POINTS if step == 0 else 60), story.gone()
        # An id belongs to one owner: who has it keeps it.
        written = [one for one in written if owners.setdefault(one.id, one.partition) == one.partition]
        for one in written:
            late = one.id in stands and one.seq < stands[one.id].seq
            refused += late
            if not late:
                stands[one.id] = one
        if step == CENTRED:
            await asyncio.gather(*rebuilding)
            written += story.centred(list(stands.values()))
            stands |= {one.id: one for one in written if one.mean_version > stands[one.id].mean_version}
        arms = story.arms()
        for partition in ("ana", "bob"):
            answers: list[list[dict[str, float]]] = []
            for index in indexes:
                await index.upsert([one for one in written if one.partition == partition])
                await index.delete(partition, gone)
                hits = await index.query(partition, arms)
                answers.append([{hit.id: hit.score for hit in few} for few in hits])
            expected = [pytest.approx(few, abs=2e-4) for few in answers[0]]
            assert answers[1] == expected
            assert answers[2] == expected
        for each in gone:
            stands.pop(each, None)
        if step == OPTIMISED:
            rebuilding = [asyncio.create_task(index.optimise()) for index in indexes]
    assert refused, "some writes came too late"


@pytest.mark.parametrize(("most", "exact"), [(10_000, True), (0, False)])
async def test_an_owner_has_the_same_answers_before_it_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, most: int, exact: bool
) -> None:
    """Who may be held in memory, where all is compared, is compared wholly in the files too, however large."""
    asked: list[bool] = []

    def noted(partition: str, arm: Arm, *, exact: bool, weighed: Sparse | None = None) -> object:
        asked.append(exact)
        return request(partition, arm, exact=exact, weighed=weighed)

    monkeypatch.setattr(edge_shard, "EXACT_BELOW", 10)
    monkeypatch.setattr(edge_shard, "request", noted)
    index = await edge(tmp_path, hot=most)
    await index.upsert([point(value) for value in range(POINTS)])
    await index.query("ana", [by_vector(1)])
    await index.close()
    assert asked == [exact]
