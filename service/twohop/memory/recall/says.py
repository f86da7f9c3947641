"""What links say of where they lead, for one question.

A recall looks at thousands of links, and most say the same as others: by the same predicate, of the same kind of thing,
with the same words of the question. What they say is compared with the question once; such links share a row.
"""

from collections.abc import Hashable, Mapping, Sequence
from math import inf
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from twohop.graph.model import Entity
from twohop.memory.recall.facts import FactWords, answers
from twohop.memory.recall.kinds import Likeness, Said
from twohop.memory.recall.meant import led_to
from twohop.memory.recall.neighbourhood import Link
from twohop.memory.recall.nouns import Nouns
from twohop.memory.recall.question import Asks, Question
from twohop.memory.recall.reading import Asked, Reading
from twohop.memory.recall.turns import Rarity
from twohop.vector.sparse import stem, stems_of
from twohop.vector.stopwords import STOP

Rows: TypeAlias = NDArray[np.intp]
Scores: TypeAlias = NDArray[np.float64]


class Says:
    """What the links of one recall say, in rows, and how each of them answers the question around what it names.

    `phrases`: by row, what the facts say without naming anything; `asking`: stems of words by which these and relations
    at large are asked for.
    """

    def __init__(
        self,
        question: Question,
        reading: Reading,
        *,
        entities: Mapping[str, Entity],
        words: FactWords,
        rarity: Rarity,
        like: Likeness,
        nouns: Nouns,
    ) -> None:
        self._question = question
        self._descriptions = [(one.head, nouns.types(one.head)) for one in reading.descriptions]
        self._asked_for = nouns.asked_for(question)
        self._entities = entities
        self._words = words
        self._like = like
        asked = dict.fromkeys(word for token in reading.tokens if (word := token.casefold()) not in STOP)
        self._weights = {word: rarity(stem(word)) for word in asked}
        self._stems = frozenset(map(stem, asked))
        self._relations: dict[tuple[str, bool], int] = {}
        self._relation_of: list[int] = []
        self._rows: dict[Hashable, int] = {}
        self._values: list[list[float]] = []
        self._table = np.empty((0, 0))
        self.phrases: list[str] = []
        self.asking = set(words.asking)

    def rows(self, links: Sequence[Link]) -> Rows:
        """The row of what each link says."""
        return np.array([self._row(link) for link in links], np.intp)

    def explained(self, asked: Asked, rows: Rows) -> Scores:
        """How much of what is asked is said in each row, 0 … 1, rare words before common ones."""
        weights = self._asked(asked) * np.array([*self._weights.values()])
        total = weights.sum()
        shares: Scores = self._values_of(rows)[:, : len(weights)] @ (weights / total if total else weights)
        return shares

    def unsaid(self, asked: Asked, rows: Rows) -> Scores:
        """How many of the words in what is asked by which relations are asked for are not said in each row."""
        some = self._asked(asked) * np.array([stem(word) in self.asking for word in self._weights])
        lacking: Scores = (1 - self._values_of(rows)[:, : len(some)]) @ some
        return lacking

    def wrong_end(self, asked: Asked, rows: Rows) -> Scores:
        """1 where what is asked for is a word for the end that the row's links lead from, else 0."""
        some = self._values_of(rows)[:, len(self._weights) : 2 * len(self._weights)]
        wrong: Scores = (some @ self._asked(asked) > 0).astype(np.float64)
        return wrong

    def fits(self, reading: Reading, rows: Rows) -> Scores:
        """How well what each row is said of fits the descriptions that are left in the reading, a column for each.

        -inf: nothing but a named thing does, and of what nobody said what it is, none can be told to.
        """
        first = 2 * len(self._weights) + len(self._descriptions) - len(reading.descriptions)
        return self._values_of(rows)[:, first:-1]

    def answers(self, rows: Rows) -> Scores:
        """How well what each row is said of is what is asked for in the end."""
        return self._values_of(rows)[:, -1]

    @property
    def known(self) -> int:
        """Relations that were met, each end by itself."""
        return len(self._relations)

    def relations(self, rows: Rows) -> Rows:
        """The number of the relation that each row tells of, seen from where its links lead from."""
        return np.array(self._relation_of, np.intp)[rows]

    def _asked(self, asked: Asked) -> Scores:
        return np.array([word in asked.words for word in self._weights], np.float64)

    def _values_of(self, rows: Rows) -> Scores:
        if len(self._table) < len(self._values):
            self._table = np.array(self._values)
        found: Scores = self._table[rows]
        return found

    def _row(self, link: Link) -> int:
        worded = self._words.of(link.memory)
        entity = self._entities.get(link.target)
        key = (
            worded.stems & self._stems,
            worded.cues,
            worded.phrase,
            link.relation.triple.predicate,
            link.forward,
            (entity.named, entity.type, entity.kinds) if entity else None,
            self._question.asks is Asks.WHEN and answers(self._question, link.memory, ()),
        )
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = len(self._rows)
            self._values.append(self._compared(link, told(link, self._entities, self._words)))
            self.phrases.append(worded.phrase)
            self.asking.update(stems_of(" ".join(worded.cues)))
            self._relation_of.append(self._relations.setdefault(says(link), len(self._relations)))
        return row

    def _compared(self, link: Link, said: Said) -> list[float]:
        """Its row: by word asked how well it has it and if it is of the wrong end, then how it fits and answers."""
        entity, like = said.entity, self._like
        turns = entity is not None and entity.named and bool(entity.type or entity.kinds)
        dated = self._question.asks is Asks.WHEN and answers(self._question, link.memory, ())
        return [
            *(said.holds(word, like) for word in self._weights),
            *(float(stem(word) in said.not_said) for word in self._weights),
            *(led_to(types, head, entity, like) if turns else -inf for head, types in self._descriptions),
            led_to(self._asked_for, self._question.wanted.word, None if dated else entity, like),
        ]


def says(link: Link) -> tuple[str, bool]:
    """What a link says of the thing that it starts from."""
    return link.relation.triple.predicate, link.forward


def told(link: Link, entities: Mapping[str, Entity], words: FactWords) -> Said:
    """What a link says of where it leads."""
    worded = words.of(link.memory)
    return Said(
        worded.stems,
        worded.cues,
        words.of_the_other_end(link.relation.triple.predicate, forward=link.forward),
        entities.get(link.target),
    )
