"""The derived index's contract: every backend (Qdrant Edge, Qdrant server) implements `Index` with the same answers."""

from collections.abc import Sequence
from typing import Protocol

from twohop.vector.model import Arm, Counts, Hit, IndexInfo, Point, Stored


class Index(Protocol):
    """Semantic and lexical look-up. Holds only what can be rebuilt from the ledger.

    All methods raise `IndexUnavailable` when the store can't be reached.
    """

    async def info(self) -> IndexInfo:
        """What the index was built with, and how many points it holds."""
        ...

    async def upsert(self, points: Sequence[Point]) -> None:
        """Insert or replace points by id, durably enough that a crash after it loses nothing the outbox forgot.

        A stored point with a higher `seq` is left as it is. NaN and zero dense vectors are refused (ValueError).
        """
        ...

    async def delete(self, partition: str, ids: Sequence[str]) -> None:
        """Remove points of this partition; unknown ids are no error."""
        ...

    async def query(self, partition: str, arms: Sequence[Arm]) -> list[list[Hit]]:
        """All arms in one batch; one list an arm, in the order of the arms, never points of another partition.

        Canonical order, so that backends agree: scores rounded to 1e-4, best first; `limit` + 1 are fetched and, when
        they all came back, the last tie group is dropped unless it is the whole list; ties by id; then the cut.
        """
        ...

    async def counts(self, partition: str) -> Counts:
        """Points of the partition by kind."""
        ...

    async def stored(self, partition: str, limit: int, after: str = "") -> list[Stored]:
        """Points of the partition as they stand, in id order, behind `after` (an id that need not be there)."""
        ...

    async def fresh(self) -> bool:
        """Whether the ledger has to fill it: it is new, was unreadable, or may have lost writes. True until `filling`.

        A store that is reached only later is known to be fresh only then, so this is asked before each projection.
        """
        ...

    def filling(self) -> None:
        """The ledger has queued everything: what is missing is on its way."""
        ...

    async def close(self) -> None:
        """Flush and release."""
        ...
