"""What common words say of the kind of a thing, and how well a description fits what was reached."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

import numpy as np

from twohop.graph.model import Entity
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
    "roommate flatmate coach mentor founder owner man woman guy one person somebody someone".split()
)
PLACES = frozenset("city town country village state region hometown birthplace place".split())  # noqa: SIM905 - as above.

TYPES: Mapping[str, str] = {
    **dict.fromkeys(ORGANISATIONS, "organisation"),
    **dict.fromkeys(PEOPLE, "person"),
    **dict.fromkeys(PLACES, "place"),
}
"""Word -> coarse type of what it names."""

ASKED: Mapping[str, str] = {**TYPES, "area": "place", "location": "place"}
"""Word -> type, for the word right after "which" or "what"."""

SURE = 1.0
"""Fit of a word that is among a thing's kinds, or among the words and cues of the fact that leads to it."""

TYPED = 0.5
"""Fit of a word that names the thing's coarse type, and no more."""


class Likeness:
    """How near words are in meaning. It keeps what it has looked up: share one in a process."""

    def __init__(self, vectors: WordVectors) -> None:
        self._vectors = vectors
        self._between = lru_cache(maxsize=65_536)(self._cosine)

    def __call__(self, word: str, others: Collection[str]) -> float:
        """The highest cosine of a word with others; 0 below that of words which have something to do with each other."""
        best = max((self._between(word, other) for other in others), default=0.0)
        return best if best > NEAR else 0.0

    def _cosine(self, one: str, other: str) -> float:
        a, b = self._vectors.embed([one, other])
        return float(np.dot(a, b))


def fits(called: Sequence[str], entity: Entity, said: Collection[str], cues: Collection[str], like: Likeness) -> float:
    """How well the words of a description fit a thing, 0 … 1. `said`, `cues`: of the fact that led to it, as stems and
    as words.
    """
    return max((fit(word, entity, said, cues, like) for word in called), default=0.0)


def fit(word: str, entity: Entity, said: Collection[str], cues: Collection[str], like: Likeness) -> float:
    """How well one word fits."""
    coarse = TYPES.get(word, "")
    if coarse and entity.type and coarse != entity.type:
        return 0.0
    own = {stem(part) for kind in entity.kinds for part in kind.split()}
    if stem(word) in own or stem(word) in said:
        return SURE
    near = like(word, (*entity.kinds, *cues))
    return max(near, TYPED if coarse and coarse == entity.type else 0.0)
