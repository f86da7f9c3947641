"""Centring of dense vectors: static word vectors share a large common part, and without it they tell texts apart.

Each partition has two means, one of its messages and one of its facts (relations use it too), stored in the ledger
under a version that every encoded point carries. Without a mean vectors are used as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twohop.graph.store import Ledger
from twohop.vector.model import PointKind

FIRST = 32
"""Vectors from which a mean is taken: fewer say more about themselves than about what they share."""

GROWTH = 4
"""A mean is taken again each time the count has grown by this factor, so re-encoding stays a third of all encoding."""

SMALLEST = 1e-6
"""Length under which nothing of a vector is left after its mean: it is then treated as one with nothing to embed."""

LISTS = {PointKind.MESSAGE: "message", PointKind.MEMORY: "fact", PointKind.RELATION: "fact"}
"""Kind of point -> the name of its mean in the ledger."""


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of `count` unit vectors. `version` counts from 1."""

    version: int
    count: int
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Means:
    """A partition's means by name."""

    by_name: Mapping[str, Mean] = field(default_factory=dict)

    def version(self, kind: PointKind) -> int:
        """The version that vectors of this kind are centred with; 0 = not at all."""
        mean = self.by_name.get(LISTS[kind])
        return mean.version if mean else 0

    def centre(self, vectors: NDArray[np.float32], kind: PointKind) -> NDArray[np.float32]:
        """Unit vectors without their list's mean, one a row; rows with nothing to embed stay zero."""
        mean = self.by_name.get(LISTS[kind])
        if mean is None:
            return vectors
        rest = np.where(np.any(vectors, axis=1, keepdims=True), vectors - mean.vector, np.float32(0)).astype(np.float32)
        lengths = np.linalg.norm(rest, axis=1, keepdims=True)
        centred: NDArray[np.float32] = np.divide(rest, lengths, out=np.zeros_like(rest), where=lengths > SMALLEST)
        return centred


class Centring:
    """Reads a partition's means."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def means(self, partition: str) -> Means:
        """The means as they are stored now."""
        stored = await self._ledger.means(partition)
        return Means(
            {
                name: Mean(version, count, np.frombuffer(mean, np.float32))
                for name, (version, count, mean) in stored.items()
            }
        )


def due(count: int, mean: Mean | None) -> bool:
    """Whether a list of `count` vectors needs its mean taken (again)."""
    return count >= (FIRST if mean is None else GROWTH * mean.count)
