"""What an index in this process holds in memory beside its files: whole small owners, and the idf of large ones."""

from collections.abc import Iterable, Sequence

from twohop.vector.hot import Hot
from twohop.vector.idf import Idf, Worded
from twohop.vector.model import Point
from twohop.vector.payload import EXACT_BELOW


class Memory:
    """Told of every write, so that it always says what the files do. `most`: points of whole owners together."""

    def __init__(self, dimension: int, most: int) -> None:
        self.hot = Hot(dimension, most)
        self.idf = Idf()

    def large(self, partition: str) -> bool:
        """Whether an owner is known to have too many points to be held or compared, without counting them again."""
        number = self.idf.number(partition)
        return number >= EXACT_BELOW and not self.hot.fits(number)

    def wants(self, partition: str, points: int) -> bool:
        """Whether an owner with so many points, asked about just now and not here, is to be read (on)."""
        if self.hot.fits(points):
            return self.hot.wants(partition, points)
        return self.idf.begin(partition) is not None

    def write(self, before: Iterable[Worded], points: Sequence[Point]) -> None:
        """Points that were written, and those in whose place."""
        self.hot.write(points)
        self.idf.change(before, (Worded(point.id, point.partition, point.kind, point.sparse.ids) for point in points))

    def remove(self, partition: str, ids: Sequence[str], points: Iterable[Worded]) -> None:
        """Points that were removed; `points`: those of them that were there, if the owner's terms are counted."""
        self.hot.drop(partition, ids)
        self.idf.change(points, ())
