"""What the embedded index holds in memory: whole small owners, and the idf of large ones; it says what the files do."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from index_points import DIMENSION, edge, number, point, sparse
from twohop.vector.edge import EdgeIndex
from twohop.vector.model import Arm, Point, PointKind, Vector, Where

POINTS = 700
"""More than are read into memory within one query."""

ROUNDS = 12

WORDS = (0, 1, 4)


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
        """Some points, new or in place of others; some lack a vector, some hold no words."""
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
                seq=self._seq,
                partition=chance.choice(("ana", "ana", "bob")),
                runs=("s1",) if chance.random() < 0.5 else (),
                valid_from=chance.randrange(100),
            )
            for _ in range(count)
        ]

    def gone(self) -> list[str]:
        """The ids of some points."""
        return [number(self._chance.randrange(POINTS)) for _ in range(20)]

    def arms(self) -> list[Arm]:
        """Some questions of either kind."""
        chance = self._chance
        found: list[Arm] = []
        for kind in PointKind:
            where = chance.choice((Where(), Where(run_id="s1"), Where(as_of=50), Where(ids=tuple(self.gone()))))
            found.append(Arm(kind=kind, where=where, limit=1_000, dense=self._vector()))
            found.append(Arm(kind=kind, where=where, limit=1_000, sparse=sparse(t1=1.0, t2=0.5, t29=2.0)))
        return found

    def _vector(self) -> Vector:
        return self._numbers.standard_normal(DIMENSION).astype(np.float32)


@pytest.mark.parametrize("seed", [1, 2])
async def test_memory_answers_as_the_files_do(indexes: list[EdgeIndex], seed: int) -> None:
    """Whatever is written, replaced and removed, also while an owner is being read: all points, with equal scores."""
    story = Story(seed)
    owners: dict[str, str] = {}
    for step in range(ROUNDS):
        written, gone = story.points(POINTS if step == 0 else 60), story.gone()
        # An id belongs to one owner: who has it keeps it.
        written = [one for one in written if owners.setdefault(one.id, one.partition) == one.partition]
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
