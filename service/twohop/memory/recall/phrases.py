"""The vectors of what facts say without naming anything. A few phrases make up whole stores, so they are kept."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from twohop.vector.model import Vector

Vectors: TypeAlias = NDArray[np.float32]

MOST = 4_096
"""Phrases whose vectors are kept: 4 MB with 256 dimensions."""


class PhraseVectors:
    """Embeds each phrase once: share one among all recalls with the same embedder."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: OrderedDict[str, Vector] = OrderedDict()

    async def of(
        self, phrases: Sequence[str], embed: Callable[[Sequence[str]], Awaitable[Vectors | None]]
    ) -> Vectors | None:
        """The phrases' vectors, a row each; None when the embedder is down."""
        known = {phrase: self._known.get(phrase) for phrase in phrases}
        for phrase in known:
            if phrase in self._known:
                self._known.move_to_end(phrase)
        missing = [phrase for phrase, vector in known.items() if vector is None]
        if missing:
            vectors = await embed(missing)
            if vectors is None:
                return None
            known.update(zip(missing, vectors, strict=True))
            self._known.update(zip(missing, vectors, strict=True))
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return np.array([known[phrase] for phrase in phrases], np.float32)
