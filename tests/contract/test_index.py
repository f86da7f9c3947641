"""What every index does alike: the same points and arms give the same lists, whatever the backend."""

import asyncio
import math
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index_points import by_vector, by_words, number, point, sparse, stored_ids, vector
from indexes import BACKENDS, opened
from twohop.vector.index import Index
from twohop.vector.model import FAR, Arm, Hit, Point, PointKind, Stored, Where

NOW = 1_700_000_000_000_000


@pytest.fixture(params=BACKENDS)
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Index]:
    async with opened(request.param, tmp_path) as one:
        yield one


async def found(index: Index, arm: Arm, partition: str = "ana") -> list[int]:
    [hits] = await index.query(partition, [arm])
    return [int(hit.id.replace("-", ""), 16) for hit in hits]


async def test_arms_are_answered_in_their_order_with_ids_memories_and_scores(index: Index) -> None:
    """A batch gives one list an arm; cosine for dense ones, weight x value x idf for sparse ones."""
    await index.upsert(
        [
            point(1, dense=vector(1), sparse=sparse(t1=2.0)),
            point(2, dense=vector(3, 4), sparse=sparse(t2=1.0)),
            point(3, kind=PointKind.MESSAGE, memory_id="", sparse=sparse(t1=9.0)),
        ]
    )

    lists = await index.query("ana", [by_words(t1=0.5), by_vector(1), by_vector(1, kind=PointKind.MESSAGE)])

    idf = round(math.log(1 + (2 - 1 + 0.5) / (1 + 0.5)) * 0.5 * 2.0, 4)
    assert lists == [
        [Hit(number(1), "memory-1", idf)],
        [Hit(number(1), "memory-1", 1.0), Hit(number(2), "memory-2", 0.6)],
        [Hit(number(3), "", 1.0)],
    ]


async def test_random_data_gives_what_plain_arithmetic_gives(index: Index) -> None:
    """Dense and sparse lists over two partitions and two kinds equal a computation by hand, order and scores."""
    rng = random.Random(7)
    points = [
        point(
            i,
            partition=rng.choice(["ana", "bob"]),
            kind=rng.choice([PointKind.MEMORY, PointKind.MESSAGE]),
            dense=np.array([rng.gauss(0, 1) for _ in range(4)], np.float32),
            sparse=sparse(**{f"t{t}": rng.uniform(0.5, 2.0) for t in rng.sample(range(30), 6)}),
            runs=(rng.choice(["r1", "r2"]),),
        )
        for i in range(1, 601)
    ]
    await index.upsert(points)
    query = np.array([0.3, -1.0, 0.2, 0.5], np.float32)
    terms = sparse(t3=1.0, t5=0.5, t7=0.2, t99=1.0)

    for partition in ("ana", "bob"):
        for kind in (PointKind.MEMORY, PointKind.MESSAGE):
            corpus = [p for p in points if p.partition == partition and p.kind is kind]
            shown = [p for p in corpus if p.runs == ("r1",)]
            where = Where(run_id="r1")
            lists = await index.query(
                partition,
                [
                    Arm(kind=kind, where=where, limit=1_000, dense=query),
                    Arm(kind=kind, where=where, limit=1_000, sparse=terms),
                ],
            )
            same(lists[0], {p.id: cosine(query, p) for p in shown})
            same(lists[1], {p.id: score for p in shown if (score := overlap(terms.ids, terms.values, p, corpus)) > 0})


def cosine(query: Any, p: Point) -> float:
    assert p.dense is not None
    return float(query @ p.dense / np.linalg.norm(query) / np.linalg.norm(p.dense))


def overlap(ids: tuple[int, ...], weights: tuple[float, ...], p: Point, corpus: list[Point]) -> float:
    values = dict(zip(p.sparse.ids, p.sparse.values, strict=True))
    score = 0.0
    for term, weight in zip(ids, weights, strict=True):
        holding = sum(term in other.sparse.ids for other in corpus)
        score += weight * values.get(term, 0.0) * math.log(1 + (len(corpus) - holding + 0.5) / (holding + 0.5))
    return score


def same(hits: list[Hit], scores: dict[str, float]) -> None:
    assert {hit.id for hit in hits} == set(scores)
    assert [hit.score for hit in hits] == pytest.approx(sorted(scores.values(), reverse=True), abs=2e-4)
    assert hits == sorted(hits, key=lambda hit: (-hit.score, hit.id))


async def test_partitions_never_mix(index: Index) -> None:
    """Another owner's points are not found, counted, listed or deleted, and don't change a score."""
    await index.upsert([point(1), point(2, partition="bob")])
    [alone] = await index.query("ana", [by_words(t1=1.0)])
    await index.upsert([point(i, partition="bob") for i in range(3, 40)])

    assert await index.query("ana", [by_words(t1=1.0)]) == [alone]
    assert await found(index, by_vector(1)) == [1]
    assert await found(index, by_vector(1, ids=(number(1), number(2)))) == [1]
    assert await index.counts("ana") == {PointKind.MEMORY: 1, PointKind.MESSAGE: 0, PointKind.RELATION: 0}
    assert await stored_ids(index, "ana", 10) == [number(1)]
    await index.delete("ana", [number(2), number(3)])
    assert len(await stored_ids(index, "bob", 100)) == 38
    assert await found(index, by_vector(1), "nobody") == []


async def test_without_a_partition_nothing_is_asked_or_written(index: Index) -> None:
    """A missing partition is an error, not a query over everybody."""
    with pytest.raises(ValueError, match="partition"):
        await index.query("", [by_vector(1)])
    with pytest.raises(ValueError, match="partition"):
        await index.upsert([point(1, partition="")])


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"as_of": NOW - 1}, [5]),
        ({"as_of": NOW}, [1, 2, 3, 5]),
        ({"as_of": NOW + 9}, [1, 2, 3, 5]),
        ({"as_of": NOW + 10}, [1, 3, 4, 5]),
        ({"as_of": NOW + 20}, [1, 4, 5]),
        ({"as_of": FAR - 2**20}, [1, 4, 5]),
    ],
)
async def test_as_of_shows_what_is_true_then(index: Index, where: dict[str, Any], shown: list[int]) -> None:
    """A point is true from valid_from up to, not including, valid_to, and until it expires; open ends never come."""
    await index.upsert(
        [
            point(1, valid_from=NOW),
            point(2, valid_from=NOW, valid_to=NOW + 10),
            point(3, valid_from=NOW, expires_at=NOW + 20),
            point(4, valid_from=NOW + 10),
            point(5, valid_from=-NOW),
        ]
    )

    assert await found(index, by_vector(1, **where)) == shown


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        ({}, [1, 3]),
        ({"known_at": NOW - 1}, []),
        ({"known_at": NOW}, [1, 2]),
        ({"known_at": NOW + 4}, [1, 2]),
        ({"known_at": NOW + 5}, [1, 3]),
    ],
)
async def test_known_at_shows_what_was_known_then(index: Index, where: dict[str, Any], shown: list[int]) -> None:
    """Without it only what is not superseded is shown; with it what was recorded and not yet superseded."""
    await index.upsert(
        [
            point(1, recorded_at=NOW),
            point(2, recorded_at=NOW, superseded_at=NOW + 5),
            point(3, recorded_at=NOW + 5),
        ]
    )

    assert await found(index, by_vector(1, **where)) == shown


async def test_world_time_never_hides_messages(index: Index) -> None:
    """Messages are evidence, not claims: as_of doesn't filter them, known_at does."""
    await index.upsert(
        [point(1, kind=PointKind.MESSAGE, valid_from=NOW, valid_to=NOW, expires_at=NOW, recorded_at=NOW)]
    )

    assert await found(index, by_vector(1, kind=PointKind.MESSAGE, as_of=NOW + 5)) == [1]
    assert await found(index, by_vector(1, kind=PointKind.MESSAGE, known_at=NOW - 1)) == []


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        ({"run_id": "r1"}, [1, 2]),
        ({"run_id": "r3"}, []),
        ({"agent_id": "a1"}, [2]),
        ({"run_id": "r2", "agent_id": "a1"}, [2]),
        ({"fact_kinds": ("event",)}, [1]),
        ({"fact_kinds": ("event", "plan")}, [1, 3]),
        ({"categories": ("work", "none")}, [2, 3]),
        ({"observed_from": NOW + 1}, [2, 3]),
        ({"observed_to": NOW + 1}, [1]),
        ({"observed_from": NOW, "observed_to": NOW + 2}, [1, 2]),
        ({"observed_from": NOW + 3}, [3]),
        ({"observed_from": NOW + 5}, []),
        ({"ids": (number(3), number(1), number(99))}, [1, 3]),
        ({"ids": ()}, []),
    ],
)
async def test_filters_leave_in_what_they_name(index: Index, where: dict[str, Any], shown: list[int]) -> None:
    """Each filter narrows; of several kinds or categories one is enough; observed_to itself is outside."""
    await index.upsert(
        [
            point(1, runs=("r1",), fact_kind="event", observed_first=NOW, observed_at=NOW),
            point(
                2,
                runs=("r1", "r2"),
                agents=("a1",),
                categories=("work", "home"),
                observed_first=NOW + 1,
                observed_at=NOW + 1,
            ),
            point(3, fact_kind="plan", categories=("work",), observed_first=NOW + 2, observed_at=NOW + 4),
        ]
    )

    assert await found(index, by_vector(1, **where)) == shown


async def test_filters_change_no_score(index: Index) -> None:
    """The idf of a word is over all points of the partition and kind, whatever the query leaves in."""
    await index.upsert([point(i, runs=(f"r{i}",), superseded_at=NOW if i > 3 else FAR) for i in range(1, 8)])
    whole = by_words(t1=1.0)

    [every] = await index.query("ana", [whole])
    [one] = await index.query("ana", [replace(whole, where=Where(run_id="r2"))])

    assert one == [hit for hit in every if hit.id == number(2)]
    assert every[0].score == round(math.log(1 + 0.5 / 7.5), 4)


async def test_an_older_write_never_replaces_a_newer_one(index: Index) -> None:
    """A point of a lower seq is ignored, also inside one batch; an equal or higher one replaces the whole point."""
    await index.upsert([point(1, seq=5, dense=vector(1)), point(1, seq=4, dense=vector(0, 1))])
    await index.upsert([point(1, seq=4, dense=vector(0, 0, 1)), point(2, seq=4)])
    assert await found(index, by_vector(0, 0, 1, ids=(number(1),))) == [1]
    [[hit]] = await index.query("ana", [by_vector(1, ids=(number(1),))])
    assert hit.score == 1.0

    await index.upsert([point(1, seq=5, dense=None, memory_id="other")])

    assert await found(index, by_vector(1)) == [2]
    [hits] = await index.query("ana", [by_words(t1=1.0)])
    assert [(hit.id, hit.memory_id) for hit in hits] == [(number(1), "other"), (number(2), "memory-2")]


@pytest.mark.parametrize(
    "broken",
    [
        {"dense": vector(math.nan)},
        {"dense": vector(math.inf)},
        {"dense": vector(0)},
        {"dense": np.ones(3, np.float32)},
        {"sparse": sparse(t1=math.nan)},
        {"id": "not-a-uuid"},
    ],
)
async def test_what_can_not_be_compared_is_refused_whole(index: Index, broken: dict[str, Any]) -> None:
    """NaN, a zero vector, another length, no id: nothing of the batch is written."""
    with pytest.raises(ValueError, match=r"vector|UUID"):
        await index.upsert([point(1), point(2, **broken)])

    assert await stored_ids(index, "ana", 10) == []


async def test_a_point_may_lack_either_vector_or_both(index: Index) -> None:
    """It is found by what it has, and counted anyway."""
    await index.upsert([point(1, dense=None), point(2, sparse=sparse()), point(3, dense=None, sparse=sparse())])

    assert await found(index, by_words(t1=1.0)) == [1]
    assert await found(index, by_vector(1)) == [2]
    assert await stored_ids(index, "ana", 10) == [number(1), number(2), number(3)]


async def test_an_arm_with_nothing_to_compare_finds_nothing(index: Index) -> None:
    """No words, no direction or no room give an empty list in their place, beside the lists of other arms."""
    await index.upsert([point(1)])

    lists = await index.query("ana", [by_words(), by_vector(1), by_vector(0), by_vector(1, limit=0)])

    assert [len(hits) for hits in lists] == [0, 1, 0, 0]
    assert await index.query("ana", []) == []
    with pytest.raises(ValueError, match="finite"):
        await index.query("ana", [by_vector(math.nan)])


async def test_the_tie_group_at_the_cut_is_dropped(index: Index) -> None:
    """Equal scores go by id; a group that may go on behind the cut is left out, unless it is all there is."""
    far = [point(i, dense=vector(1, 1)) for i in (2, 3, 4)]
    await index.upsert([point(9), *far])

    assert await found(index, by_vector(1, limit=4)) == [9, 2, 3, 4]
    assert await found(index, by_vector(1, limit=3)) == [9]
    assert await found(index, by_vector(1, limit=1)) == [9]
    assert len(await found(index, by_vector(1, limit=2, ids=tuple(p.id for p in far)))) == 2


async def test_deleted_points_are_gone_and_unknown_ids_are_no_error(index: Index) -> None:
    """Delete removes from every answer and may be repeated."""
    await index.upsert([point(1), point(2)])

    await index.delete("ana", [number(1), number(77)])
    await index.delete("ana", [number(1)])
    await index.delete("ana", [])

    assert await found(index, by_vector(1)) == [2]
    assert await found(index, by_words(t1=1.0)) == [2]
    assert await stored_ids(index, "ana", 10) == [number(2)]


async def test_an_id_that_is_asked_for_twice_is_found_once(index: Index) -> None:
    """`ids` is a set of points, in whatever form it comes."""
    await index.upsert([point(1), point(2)])
    twice = (number(1), number(2), number(1))
    for arm in (by_vector(1, ids=twice), replace(by_words(t1=1.0), where=Where(ids=twice))):
        assert await found(index, arm) == [1, 2]


async def test_ids_are_paged_in_order(index: Index) -> None:
    """Pages continue behind the last id, also when that id is no longer there."""
    await index.upsert([point(i) for i in (300, 1, 20, 256, 7)])
    await index.delete("ana", [number(20)])

    assert await stored_ids(index, "ana", 2) == [number(1), number(7)]
    assert await stored_ids(index, "ana", 2, number(20)) == [number(256), number(300)]
    assert await stored_ids(index, "ana", 2, number(300)) == []


async def test_info_names_what_the_index_was_built_with(index: Index) -> None:
    """Model, dimension, encoder, and the points of all partitions."""
    await index.upsert([point(1), point(2, partition="bob")])

    info = await index.info()

    assert (info.model, info.dimension, info.encoder, info.points) == ("test/4", 4, "words/1", 2)


async def test_concurrent_writes_and_queries_all_hold(index: Index) -> None:
    """Many tasks at once lose nothing, and each query sees whole points."""

    async def add(first: int) -> None:
        await index.upsert([point(i, dense=vector(1, i)) for i in range(first, first + 50)])
        assert await found(index, by_vector(1, ids=(number(first),))) == [first]

    await asyncio.gather(*(add(first) for first in range(1, 1_001, 50)))

    assert (await index.counts("ana"))[PointKind.MEMORY] == 1_000


async def test_points_are_listed_as_they_are_stored(index: Index) -> None:
    """What verify looks at comes in id order, page by page, of one partition."""
    dated = replace(point(2), seq=9, valid_from=5, valid_to=7, recorded_at=3, superseded_at=8, expires_at=6)
    dated = replace(dated, observed_first=2, observed_at=4, runs=("r1", "r2"), agents=("a1",))
    await index.upsert([point(3, kind=PointKind.MESSAGE, memory_id=""), dated, point(1, partition="bob")])
    first = await index.stored("ana", 1)
    assert first == [
        Stored(
            id=number(2),
            kind=PointKind.MEMORY,
            memory_id="memory-2",
            seq=9,
            runs=("r1", "r2"),
            agents=("a1",),
            valid_from=5,
            valid_to=7,
            recorded_at=3,
            superseded_at=8,
            expires_at=6,
            observed_first=2,
            observed_at=4,
            mean_version=0,
        )
    ]
    [rest] = await index.stored("ana", 9, number(2))
    assert (rest.id, rest.kind, rest.valid_to) == (number(3), PointKind.MESSAGE, FAR)
