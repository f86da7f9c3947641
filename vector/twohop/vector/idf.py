"""How many points of an owner hold each term: idf, known without counting them in every query.

Edge counts over the corpus that a query names, which takes 25 ms over 100,000 points; the search itself takes 2.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import log, log1p

from twohop.vector.model import PointKind, Sparse

OWNERS = 16
"""Owners whose terms are counted, those asked about last: 100 bytes a term."""

NEUTRAL = log(2)
"""The idf that Edge gives to every term over a corpus without points."""


@dataclass(slots=True)
class Held:
    """An owner's counts by kind, and of its points with terms.

    `rest`: the id from which on they are still to be read, None = nowhere.
    """

    terms: dict[PointKind, Counter[int]] = field(default_factory=lambda: {kind: Counter() for kind in PointKind})
    points: Counter[PointKind] = field(default_factory=Counter)
    rest: str | None = ""


@dataclass(frozen=True, slots=True)
class Worded:
    """The terms of a point."""

    id: str
    partition: str
    kind: PointKind
    terms: tuple[int, ...]


class Idf:
    """Counts by owner. Whoever writes to the index tells what was there before, also while an owner is being read."""

    def __init__(self) -> None:
        self._owners: OrderedDict[str, Held] = OrderedDict()

    def begin(self, partition: str) -> str | None:
        """From which id on the owner is to be read, "" = from the beginning; None when it is counted."""
        held = self._owners.setdefault(partition, Held())
        self._owners.move_to_end(partition)
        if len(self._owners) > OWNERS:
            self._owners.popitem(last=False)
        return held.rest

    def take(self, partition: str, points: Iterable[Worded], rest: str | None) -> bool:
        """What was read of an owner, and from where on more is to be read; whether it is."""
        held = self._owners.get(partition)
        if held is not None:
            for point in points:
                count(held, point, 1)
            held.rest = rest
        return rest is not None and held is not None

    def counts(self, partition: str) -> bool:
        """Whether writes of the owner are to be told."""
        return partition in self._owners

    def change(self, before: Iterable[Worded], after: Iterable[Worded]) -> None:
        """Points that were replaced or removed, and those that stand there now."""
        for points, by in ((before, -1), (after, 1)):
            for point in points:
                held = self._owners.get(point.partition)
                # What is still to be read will be counted as it is then.
                if held is not None and (held.rest is None or point.id < held.rest):
                    count(held, point, by)

    def number(self, partition: str) -> int:
        """Points with terms of an owner that is wholly counted; 0 of any other."""
        held = self._owners.get(partition)
        return held.points.total() if held is not None and held.rest is None else 0

    def weighed(self, partition: str, kind: PointKind, query: Sparse) -> Sparse | None:
        """The query with its values times idf, to be asked where idf is neutral; None when not all is counted."""
        held = self._owners.get(partition)
        if held is None or held.rest is not None:
            return None
        self._owners.move_to_end(partition)
        number, counted = held.points[kind], held.terms[kind]
        idf = (log1p((number - counted[term] + 0.5) / (counted[term] + 0.5)) for term in query.ids)
        return Sparse(query.ids, tuple(value * each / NEUTRAL for value, each in zip(query.values, idf, strict=True)))


def count(held: Held, point: Worded, by: int) -> None:
    """Count a point's terms, or take them back."""
    if point.terms:
        held.points[point.kind] += by
        terms = held.terms[point.kind]
        for term in point.terms:
            terms[term] += by
            if not terms[term]:
                del terms[term]
