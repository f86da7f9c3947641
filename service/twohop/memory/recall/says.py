"""What links say of where they lead, for one question.

A recall looks at thousands of links, and most say the same as others: by the same predicate, of the same kind of thing,
with the same words of the question. What they say is compared with the question once; such links share a row.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from twohop.graph.model import Entity
from twohop.memory.recall.facts import FactWords, answers
from twohop.memory.recall.kinds import Likeness, Said
from twohop.memory.recall.neighbourhood import Link
from twohop.memory.recall.question import Asks, Question
from twohop.memory.recall.reading import Asked, Reading
from twohop.memory.recall.turns import Rarity
from twohop.vector.sparse import stem
from twohop.vector.stopwords import STOP

Rows: TypeAlias = NDArray[np.intp]
Scores: TypeAlias = NDArray[np.float64]


class Says:
    """What the links of one recall say, in rows, and how each of them answers the question around what it names.

    `phrases`: by row, what the facts say without naming anything.
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
    ) -> None:
        self._question = question
        self._descriptions = [one.words for one in reading.descriptions]
        self._entities = entities
        self._words = words
        self._like = like
        asked = dict.fromkeys(word for token in reading.tokens if (word := token.casefold()) not in STOP)
        self._weights = {word: rarity(stem(word)) for word in asked}
        described = (word for words in self._descriptions for word in words)
        self._stems = frozenset(map(stem, (*asked, *described, question.wanted.word)))
        self._rows: dict[Hashable, int] = {}
        self._values: list[list[float]] = []
        self._table = np.empty((0, 0))
        self.phrases: list[str] = []

    def rows(self, links: Sequence[Link]) -> Rows:
        """The row of what each link says."""
        return np.array([self._row(link) for link in links], np.intp)

    def explained(self, asked: Asked, rows: Rows) -> Scores:
        """How much of what is asked is said in each row, 0 … 1, rare words before common ones."""
        weights = np.array([weight if word in asked.words else 0.0 for word, weight in self._weights.items()])
        total = weights.sum()
        shares: Scores = self._values_of(rows)[:, : len(weights)] @ (weights / total if total else weights)
        return shares

    def fits(self, reading: Reading, rows: Rows) -> Scores:
        """How well what each row is said of fits the descriptions that are left in the reading, a column for each.

        Nothing but a named thing does, and of what nobody said what it is, none can be told to.
        """
        first = len(self._weights) + len(self._descriptions) - len(reading.descriptions)
        return self._values_of(rows)[:, first:-1]

    def answers(self, rows: Rows) -> Scores:
        """How well what each row is said of is what is asked for in the end, 0 … 1."""
        return self._values_of(rows)[:, -1]

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
        return row

    def _compared(self, link: Link, said: Said) -> list[float]:
        """Its row: by word asked how well it has it, by description how well it fits, and how well it answers."""
        entity, like = said.entity, self._like
        turns = entity is not None and entity.named and bool(entity.type or entity.kinds)
        answered = float(answers(self._question, link.memory, [entity] if entity else []))
        if word := self._question.wanted.word:
            answered = max(answered, said.fits(word, like))
        return [
            *(said.holds(word, like) for word in self._weights),
            *(max(said.fits(word, like) for word in words) if turns else 0.0 for words in self._descriptions),
            answered,
        ]


def told(link: Link, entities: Mapping[str, Entity], words: FactWords) -> Said:
    """What a link says of where it leads."""
    worded = words.of(link.memory)
    return Said(
        worded.stems,
        worded.cues,
        words.of_the_other_end(link.relation.triple.predicate, forward=link.forward),
        entities.get(link.target),
    )
