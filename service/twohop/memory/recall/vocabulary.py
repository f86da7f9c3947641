"""Vocabularies of the owners asked about last, kept up to date from the ledger."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from twohop.graph.store import Ledger
from twohop.vector.words import Vocabulary, WordVectors

OWNERS = 64
"""Vocabularies held; one of 10,000 stems is 10 MB."""


@dataclass(slots=True)
class Held:
    """A vocabulary and how far it has read."""

    vocabulary: Vocabulary
    mark: int = 0
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


class Vocabularies:
    """Widens the words of a question by those that its owner's texts use for the same."""

    def __init__(self, ledger: Ledger, vectors: WordVectors, owners: int = OWNERS) -> None:
        self._ledger = ledger
        self._vectors = vectors
        self._owners = owners
        self._held: OrderedDict[str, Held] = OrderedDict()

    async def expand(self, partition: str, words: Sequence[str]) -> dict[str, float]:
        """The lexical query: stem to weight."""
        held = self._held.setdefault(partition, Held(Vocabulary(self._vectors)))
        self._held.move_to_end(partition)
        while len(self._held) > self._owners:
            self._held.popitem(last=False)
        async with held.reading:
            pairs, held.mark = await self._ledger.vocabulary(partition, held.mark)
            if pairs:
                held.vocabulary.add(pairs)
            return held.vocabulary.expand(words)
