"""The owners asked about last, held in tables: a bound on their points together, the longest unasked goes first."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from twohop.vector.model import Arm, Hit, Point, PointKind
from twohop.vector.table import Table

MOST = 65_536
"""Points held: some 110 MB with 256 dimensions."""

WORTH = 2_048
"""Points of an owner that are worth reading for each batch that had to do without: reading 2,000 takes what a batch of
four lists does through the index's files."""

REMEMBERED = 4_096
"""Owners whose batches are counted."""

WASTE = 1_024
"""Dead rows that are let be; more of them than living ones, and the owner is read anew."""


@dataclass(slots=True)
class Held:
    """One owner's tables. `rest`: the id from which on they are still to be read, None = nowhere."""

    tables: dict[PointKind, Table]
    rest: str | None = ""

    def __len__(self) -> int:
        """Rows, dead ones too."""
        return sum(map(len, self.tables.values()))

    @property
    def wasteful(self) -> bool:
        """Whether reading it anew would make it much smaller."""
        dead = sum(table.dead for table in self.tables.values())
        return dead > max(WASTE, len(self) - dead)


class Hot:
    """Tables by owner. Whoever writes to the index writes here too, also while an owner is being read."""

    def __init__(self, dimension: int, most: int = MOST) -> None:
        self._dimension = dimension
        self._owners: OrderedDict[str, Held] = OrderedDict()
        self._asked: OrderedDict[str, int] = OrderedDict()
        self._most = most

    def fits(self, points: int) -> bool:
        """Whether an owner with so many points can be here."""
        return points <= self._most

    def wants(self, partition: str, points: int) -> bool:
        """Whether an owner with so many points, asked about just now and not here, is to be read (on)."""
        if partition in self._owners:
            return True
        self._asked[partition] = asked = self._asked.pop(partition, 0) + 1
        if len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)
        return asked * WORTH >= points

    def begin(self, partition: str) -> str | None:
        """From which id on the owner is to be read, "" = from the beginning; None when it is here."""
        self._asked.pop(partition, None)
        if partition not in self._owners:
            self._owners[partition] = Held({kind: Table(kind, self._dimension) for kind in PointKind})
        self._owners.move_to_end(partition)
        return self._owners[partition].rest

    def take(self, partition: str, points: Sequence[Point], rest: str | None) -> bool:
        """What was read of an owner, and from where on more is to be read; whether it is."""
        held = self._owners.get(partition)
        if held is not None:
            self._put(held, points)
            held.rest = rest
            self._shrink()
        return rest is not None and partition in self._owners

    def search(self, partition: str, arms: Sequence[Arm]) -> list[list[Hit]] | None:
        """All arms in canonical order; None when the owner is not here, or not wholly."""
        held = self._owners.get(partition)
        if held is None or held.rest is not None:
            return None
        self._owners.move_to_end(partition)
        places: dict[PointKind, list[int]] = {}
        for place, arm in enumerate(arms):
            places.setdefault(arm.kind, []).append(place)
        found: list[list[Hit]] = [[] for _ in arms]
        for kind, theirs in places.items():
            hits = held.tables[kind].search([arms[place] for place in theirs])
            for place, few in zip(theirs, hits, strict=True):
                found[place] = few
        return found

    def write(self, points: Iterable[Point]) -> None:
        """Points that were written."""
        by_owner: dict[str, list[Point]] = {}
        for point in points:
            if point.partition in self._owners:
                by_owner.setdefault(point.partition, []).append(point)
        for partition, theirs in by_owner.items():
            held = self._owners[partition]
            self._put(held, theirs)
            if held.wasteful:
                del self._owners[partition]
        if by_owner:
            self._shrink()

    def drop(self, partition: str, ids: Iterable[str]) -> None:
        """Points that were removed."""
        held = self._owners.get(partition)
        if held is not None:
            for one in ids:
                drop(held, one)

    def _put(self, held: Held, points: Iterable[Point]) -> None:
        for point in points:
            drop(held, point.id)
            held.tables[point.kind].put(point)

    def _shrink(self) -> None:
        size = sum(map(len, self._owners.values()))
        while size > self._most:
            _, held = self._owners.popitem(last=False)
            size -= len(held)


def drop(held: Held, point_id: str) -> None:
    """Remove a point of whichever kind."""
    for table in held.tables.values():
        table.drop(point_id)
