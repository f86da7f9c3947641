"""Which of the relations around a thing is meant by what is asked at it, as log-weights.

A free wording ("who calls the shots at …") shares no word with the fact that it means, and its cosine with that fact
says little by itself. But few relations are there to choose from. What counts is how much better one fits than
relations at large do, whether it leads to the type of thing that is asked for or described, and to how many: "the one
who …" is one.
"""

from collections.abc import Collection
from math import log

import numpy as np
from numpy.typing import NDArray

from twohop.graph.model import Entity
from twohop.memory.recall.kinds import Likeness
from twohop.memory.recall.nouns import LITERAL, Nouns, Types
from twohop.memory.recall.reading import Description
from twohop.vector.sparse import stem

SHARP = 8.0
"""For a cosine, less what all relations have in common."""

EXPLAINED = 2.0
"""For the share of what is asked that a fact says in its words."""

UNSAID = 1.0
"""Taken off for each word by which relations are asked for that a fact lacks of what is asked: two facts may say it."""

WRONG_END = 3.0
"""Taken off where what is asked for is a word for the end that a link leads from."""

OTHERS = 4.0
"""Relations at large that a relation stands against."""

TEXT = 10.0
"""For the cosine of what is asked with the facts, among those that say the same of one thing."""

TYPE = 0.65
"""For the log-probability of the type that is led to, beside that of any type."""

KINDS = 3.0
"""For how near a word is to the kinds of what is led to."""

LEAST = 0.01
"""Least probability of any type."""

FEIGNED, REAL = 0.35, 0.97
"""Probability that a word describes a thing on the way: a strange one ("the *spare keys* of …"), and one for things."""

Scores = NDArray[np.float64]
Vectors = NDArray[np.float32]


def fit(asked: Vectors, phrases: Vectors, large: Vectors) -> tuple[Scores, Scores]:
    """How well phrases of relations (columns) fit what is asked (rows), and how well relations at large do (a column).

    All without what relations at large have in common.
    """
    mean = large.mean(axis=0)
    left = centred(asked, mean)
    others = SHARP * (left @ centred(large, mean).T).astype(np.float64)
    level = np.log(OTHERS * np.exp(others).mean(axis=1, keepdims=True))
    return SHARP * (left @ centred(phrases, mean).T).astype(np.float64), level


def centred(vectors: Vectors, mean: Vectors) -> Vectors:
    """Vectors without a mean, of length 1."""
    moved = vectors - mean
    norms = np.linalg.norm(moved, axis=1, keepdims=True)
    found: Vectors = np.divide(moved, norms, out=np.zeros_like(moved), where=norms > 0)
    return found


def led_to(types: Types, word: str, entity: Entity | None, like: Likeness) -> float:
    """The log-weight of what is led to (None = a plain value), for types and the word by which it is called, if any."""
    own = entity.type if entity else LITERAL
    weight = TYPE * log(max(types.get(own, LEAST), LEAST) * len(types)) if own else 0.0
    if word and entity and entity.kinds:
        kinds = {stem(part) for kind in entity.kinds for part in kind.split()}
        weight += KINDS * (1.0 if stem(word) in kinds else like(word, entity.kinds))
    return weight


def real(one: Description, asking: Collection[str], nouns: Nouns) -> float:
    """The probability that a description is of a thing on the way, and not one of its words.

    `asking`: stems of words by which relations are asked for.
    """
    return REAL if one.acts or stem(one.head) in asking else FEIGNED + (REAL - FEIGNED) * nouns.sure(one.head)
