"""What coarse type of thing a word names, as probabilities: known words by a list, others by the words nearest to them.

Nothing is certain: "the pen behind a book" is a person. A type is evidence among others and shuts nothing out.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from twohop.memory.recall.kinds import ANYBODY, TYPES
from twohop.memory.recall.question import Asks, Question
from twohop.vector.words import WordVectors

LITERAL = "literal"
"""The type of a plain value, which is no entity."""

THINGS = frozenset(
    "thing object tool machine device gadget animal pet dog cat book song film car bike instrument language game food "  # noqa: SIM905 - a list of words reads as one.
    "drink plant product vehicle phone computer picture toy".split()
)
VALUES = frozenset(
    "date day year month time age number price amount colour color name title birthday hour week".split()  # noqa: SIM905 - as above.
)
KNOWN: Mapping[str, str] = {**dict.fromkeys(THINGS, "thing"), **dict.fromkeys(VALUES, LITERAL), **TYPES}
NAMES = ("person", "organisation", "place", "thing", LITERAL)

CERTAIN = 0.9
"""Probability of the type that a listed word has."""

NEAREST = 6
"""Listed words that say what a word is which is not listed itself."""

SPREAD = 0.08
"""Cosine by which a nearer word counts e times as much."""

STRANGE, FAMILIAR = 0.2, 0.5
"""Cosine with the nearest listed word up to which nothing is known, and from which it is known as well as can be."""

Types: TypeAlias = Mapping[str, float]
"""Type -> probability."""

ANYTHING: Types = dict.fromkeys(NAMES, 1 / len(NAMES))
SOMEBODY: Types = {"person": 0.85, "organisation": 0.08, "place": 0.01, "thing": 0.05, LITERAL: 0.01}
"""What "the one who …" is."""

BY_WORD: tuple[tuple[frozenset[str], Types], ...] = (
    (frozenset({"where"}), {"person": 0.03, "organisation": 0.27, "place": 0.66, "thing": 0.02, LITERAL: 0.02}),
    (
        frozenset({"who", "whom", "whose"}),
        {"person": 0.72, "organisation": 0.22, "place": 0.02, "thing": 0.03, LITERAL: 0.01},
    ),
    (
        frozenset({"what", "which"}),
        {"person": 0.04, "organisation": 0.08, "place": 0.08, "thing": 0.5, LITERAL: 0.3},
    ),
)
"""What question words ask for, the most telling first."""

A_TIME: Types = {"person": 0.01, "organisation": 0.01, "place": 0.01, "thing": 0.01, LITERAL: 0.96}


class Nouns:
    """Types of words. It keeps what it has looked up: share one in a process."""

    def __init__(self, vectors: WordVectors) -> None:
        self._vectors = vectors
        self._listed = list(KNOWN)
        self._rows = vectors.embed(self._listed)
        self.types = lru_cache(maxsize=16_384)(self._types)
        self.sure = lru_cache(maxsize=16_384)(self._sure)

    def asked_for(self, question: Question) -> Types:
        """The types that may answer a question."""
        if question.wanted.word:
            return self.types(question.wanted.word)
        if question.asks is Asks.WHEN:
            return A_TIME
        return next((types for words, types in BY_WORD if not words.isdisjoint(question.words)), ANYTHING)

    def _types(self, word: str) -> Types:
        """The types that a word may name."""
        if word in ANYBODY:
            return SOMEBODY
        if word in KNOWN:
            return {name: CERTAIN if KNOWN[word] == name else (1 - CERTAIN) / (len(NAMES) - 1) for name in NAMES}
        cosines = self._cosines(word)
        near = np.argsort(-cosines, kind="stable")[:NEAREST]
        votes: dict[str, float] = dict.fromkeys(NAMES, 0.0)
        for place in near.tolist():
            votes[KNOWN[self._listed[place]]] += float(np.exp((cosines[place] - cosines[near[0]]) / SPREAD))
        sure, total = self._sure(word), sum(votes.values())
        return {name: sure * vote / total + (1 - sure) / len(NAMES) for name, vote in votes.items()}

    def _sure(self, word: str) -> float:
        """How well a word is known as one for things of some type, 0 … 1."""
        if word in KNOWN:
            return 1.0
        return float(np.clip((self._cosines(word).max() - STRANGE) / (FAMILIAR - STRANGE), 0, 1))

    def _cosines(self, word: str) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self._rows @ self._vectors.embed([word])[0]
        return found
