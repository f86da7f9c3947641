"""No index: nothing is found by meaning, and nothing is missed. What the ledger holds is found by names and words."""

from collections.abc import Sequence

from twohop.vector.checks import check_arms, check_points
from twohop.vector.filters import within
from twohop.vector.model import Arm, Counts, Hit, IndexInfo, Point, PointKind, Stored


class NoIndex:
    """`Index` that holds nothing. It refuses what the others refuse."""

    def __init__(self, *, model: str, dimension: int, encoder: str) -> None:
        self._info = IndexInfo(model=model, dimension=dimension, encoder=encoder)

    async def info(self) -> IndexInfo:
        """The vectors it would take; no points."""
        return self._info

    async def upsert(self, points: Sequence[Point]) -> None:
        """Forget the points."""
        check_points(points, self._info.dimension)

    async def delete(self, partition: str, ids: Sequence[str]) -> None:
        """Nothing to remove."""

    async def query(self, partition: str, arms: Sequence[Arm]) -> list[list[Hit]]:
        """An empty list for each arm."""
        within(partition)
        check_arms(arms, self._info.dimension)
        return [[] for _ in arms]

    async def counts(self, partition: str) -> Counts:  # noqa: ARG002 - the contract's signature.
        """No points of any kind."""
        return dict.fromkeys(PointKind, 0)

    async def stored(self, partition: str, limit: int, after: str = "") -> list[Stored]:  # noqa: ARG002
        """No points."""
        return []

    async def fresh(self) -> bool:
        """Nothing is to be filled."""
        return False

    def filling(self) -> None:
        """Nothing is to be filled."""

    async def close(self) -> None:
        """Nothing to release."""
