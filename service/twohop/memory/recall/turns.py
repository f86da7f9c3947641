"""The texts that a recall has in hand: messages with what stands right before them, and how rare words are in them."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import log

from twohop.graph.model import Message
from twohop.memory.moment import instant
from twohop.memory.points import day, speaker
from twohop.vector.sparse import stems_of
from twohop.vector.text_cache import TextCache

CHARACTERS = 1_000_000
"""Of the messages whose turns are kept. A character takes some 20 bytes with them."""


@dataclass(frozen=True)
class Turn:
    """A message, and the one before it in its session. `among`: it has neighbours there, before or after it."""

    message: Message
    previous: Message | None = None
    among: bool = False

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The stems of what it says, in order."""
        return stems_of(self.message.content)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of what it says, who says it and when."""
        return frozenset((*self.words, *stems_of(speaker(self.message)), *stems_of(day(self.message))))

    @cached_property
    def previous_words(self) -> Sequence[str]:
        """The stems of who spoke before it and of what was said: the speaker's count twice, as in the index."""
        if self.previous is None:
            return ()
        return (*stems_of(speaker(self.previous)) * 2, *stems_of(self.previous.content))

    @property
    def day(self) -> date:
        """The day it was said, in its own zone."""
        return instant(self.message.observed_at, self.message.time_zone).date()


class Rarity:
    """idf over the texts in hand: no statistics to keep, and shares of a question come out as over the whole partition.

    Measured on LoCoMo and MuSiQue development halves: the gate decides the same as with the partition's own idf.
    """

    def __init__(self, texts: Iterable[Collection[str]]) -> None:
        counts: Counter[str] = Counter()
        number = 0
        for stems in texts:
            counts.update(set(stems))
            number += 1
        self._counts = counts
        self._number = number
        self._known: dict[str, float] = {}

    def __call__(self, stem: str) -> float:
        """The stem's idf; the highest for one that no text holds."""
        found = self._known.get(stem)
        if found is None:
            count = self._counts.get(stem, 0)
            found = self._known[stem] = log(1 + (self._number - count + 0.5) / (count + 0.5))
        return found

    def weight(self, stems: Iterable[str]) -> float:
        """The sum of the stems' idf."""
        return sum(self(stem) for stem in stems)

    def share(self, part: Collection[str], whole: Collection[str]) -> float:
        """How much of the weight of `whole` its stems in `part` have, 0 … 1; 0 when `whole` is empty."""
        weights = [(self(stem), stem in part) for stem in whole]
        total = sum(weight for weight, _ in weights)
        return sum(weight for weight, within in weights if within) / total if total else 0.0


class Turns:
    """Makes turns. It keeps them, as messages never change: share one in a process."""

    def __init__(self) -> None:
        self._known: TextCache[Turn] = TextCache(CHARACTERS)

    def of(self, windows: Mapping[str, Sequence[Message]]) -> dict[str, Turn]:
        """Messages with their windows as turns by id."""
        return {message_id: self._turn(message_id, window) for message_id, window in windows.items()}

    def _turn(self, message_id: str, window: Sequence[Message]) -> Turn:
        message = next(one for one in window if one.id == message_id)
        previous = next((one for one in window if one.position == message.position - 1), None)
        among = len(window) > 1
        text = message.content if previous is None else message.content + previous.content
        key = (message.partition, message_id, previous is None, among)
        return self._known.get(key, text, lambda: Turn(message, previous, among=among))
