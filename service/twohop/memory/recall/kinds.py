"""What common words say of the kind of a thing, and what a fact says of the thing that it leads to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from twohop.graph.model import Entity
from twohop.vector.model import Vector
from twohop.vector.sparse import stem
from twohop.vector.words import NEAR, WordVectors

ORGANISATIONS = frozenset(
    "company employer firm business workplace organisation organization agency school university college club team "  # noqa: SIM905 - a list of words reads as one.
    "group department division unit band hospital clinic studio shop store office institute startup charity".split()
)
PEOPLE = frozenset(
    "wife husband spouse partner boss manager lead head supervisor mother father parent mom dad brother sister "  # noqa: SIM905 - as above.
    "sibling twin friend daughter son child kid grandmother grandfather aunt uncle cousin niece nephew colleague "
    "coworker girlfriend boyfriend fiance fiancee author director teacher doctor dentist neighbour neighbor "
    "roommate flatmate coach mentor founder owner".split()
)
ANYBODY = frozenset({"person", "one", "man", "woman", "guy", "somebody", "someone"})
PLACES = frozenset("city town country village state region hometown birthplace".split())  # noqa: SIM905 - as above.

ANYWHERE = frozenset({"place", "area", "location", "spot"})

TYPES: Mapping[str, str] = {
    **dict.fromkeys(ANYBODY, "person"),
    **dict.fromkeys(ANYWHERE, "place"),
    **dict.fromkeys(ORGANISATIONS, "organisation"),
    **dict.fromkeys(PEOPLE, "person"),
    **dict.fromkeys(PLACES, "place"),
}
"""Word -> coarse type of what it names."""

SURE = 1.0
"""Of a word that is among a thing's kinds, or among the words and cues of the fact that leads to it."""


class Likeness:
    """How near words are in meaning. It keeps what it has looked up: share one in a process."""

    def __init__(self, vectors: WordVectors) -> None:
        self._vectors = vectors
        self._vector = lru_cache(maxsize=16_384)(self._embedded)
        self._between = lru_cache(maxsize=65_536)(self._cosine)

    def __call__(self, word: str, others: Collection[str]) -> float:
        """The highest cosine of a word with others; 0 below that of words that have something to do with each other."""
        best = max((self._between(word, other) for other in others), default=0.0)
        return best if best > NEAR else 0.0

    def _cosine(self, one: str, other: str) -> float:
        return float(np.dot(self._vector(one), self._vector(other)))

    def _embedded(self, word: str) -> Vector:
        vector: Vector = self._vectors.embed([word])[0]
        return vector


@dataclass(frozen=True, slots=True)
class Said:
    """What a fact says of the thing that it leads to: its stems, the words that ask for it, and the thing.

    `not_said`: stems of words for the thing that it leads from.
    """

    stems: Collection[str]
    cues: Sequence[str]
    not_said: Collection[str] = ()
    entity: Entity | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The common words for the thing."""
        return self.entity.kinds if self.entity else ()

    def holds(self, word: str, like: Likeness) -> float:
        """How well it has a word, 0 … 1: `SURE`, or how near the word is to one of its own."""
        key = stem(word)
        own = {stem(part) for kind in self.kinds for part in kind.split()}
        if key in own:
            return SURE
        if key in self.not_said:
            return 0.0
        return SURE if key in self.stems else like(word, (*self.kinds, *self.cues))
