"""The embedder's contract: text in, unit vectors out."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    """A sentence embedder. Raises `ModelUnavailable` or `ModelRejected` when a remote one fails."""

    @property
    def model(self) -> str:
        """The model's id, stored with the index (`wordllama/256`)."""
        ...

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        ...

    @property
    def centred(self) -> bool:
        """Whether its vectors gain from subtracting the partition's mean (wordllama's do, MiniLM's don't)."""
        ...

    @property
    def dense_weight(self) -> float:
        """Weight of the dense list in the first stage: .4 for static word vectors, .6 for sentence embedders."""
        ...

    @property
    def fact_lexical_share(self) -> float:
        """Share of the lexical score in the ranking of facts: .5 for static word vectors, .3 for sentence embedders."""
        ...

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimension). A text with nothing to embed gives a row of zeros."""
        ...

    async def close(self) -> None:
        """Release threads and connections."""
        ...
