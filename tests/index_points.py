"""Points for tests of the index: small vectors whose cosines are plain to see."""

from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from twohop.vector.edge import EdgeIndex
from twohop.vector.index import Index
from twohop.vector.model import Arm, Point, PointKind, Sparse, Vector, Where

DIMENSION = 4
BUILT: dict[str, Any] = {"model": "test/4", "dimension": DIMENSION, "encoder": "words/1"}


def number(value: int) -> str:
    """The id of the point of that number; ids go by their number."""
    return str(UUID(int=value))


def vector(*numbers: float) -> Vector:
    """Numbers as a dense vector, zeros behind them."""
    return np.array([*numbers, *[0.0] * (DIMENSION - len(numbers))], np.float32)


def sparse(**terms: float) -> Sparse:
    """Terms `t7=1.5` as a sparse vector."""
    ordered = sorted((int(name[1:]), value) for name, value in terms.items())
    return Sparse(tuple(key for key, _ in ordered), tuple(value for _, value in ordered))


def point(value: int, **parts: Any) -> Point:
    """The point of that number, in partition `ana`, with the given parts."""
    defaults: dict[str, Any] = {
        "id": number(value),
        "partition": "ana",
        "kind": PointKind.MEMORY,
        "dense": vector(1),
        "sparse": sparse(t1=1.0),
        "seq": 1,
        "memory_id": f"memory-{value}",
    }
    return Point(**defaults | parts)


def by_vector(*numbers: float, kind: PointKind = PointKind.MEMORY, limit: int = 10, **where: Any) -> Arm:
    """An arm that asks for what is near the numbers."""
    return Arm(kind=kind, where=Where(**where), limit=limit, dense=vector(*numbers))


def by_words(kind: PointKind = PointKind.MEMORY, limit: int = 10, **terms: float) -> Arm:
    """An arm that asks for terms."""
    return Arm(kind=kind, where=Where(), limit=limit, sparse=sparse(**terms))


async def edge(path: Path, **settings: Any) -> EdgeIndex:
    """An Edge index in the folder, for vectors of these tests."""
    return await EdgeIndex.open(path, **BUILT | settings)


async def stored_ids(index: Index, partition: str, limit: int, after: str = "") -> list[str]:
    """The ids of stored points, in order."""
    return [point.id for point in await index.stored(partition, limit, after)]
