"""The default embedder: static word vectors from inside a wheel. No key, no download, 0.06 ms a text."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from twohop.vector.words import DIMENSION, WordVectors

INLINE_CHARACTERS = 4_000
"""Texts of so many characters together are embedded on the event loop (1 ms); more go to the embedder's thread."""


class WordLlamaEmbedder:
    """`Embedder` over `WordVectors`. Far behind sentence embedders on paraphrases; it needs nothing but Python."""

    model = "wordllama/256"
    dimension = DIMENSION
    centred = True
    dense_weight = 0.4
    fact_lexical_share = 0.5

    def __init__(self, vectors: WordVectors | None = None) -> None:
        self.vectors = vectors or WordVectors()
        self._thread = ThreadPoolExecutor(1, "embedder")

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), 256); zeros for a blank text."""
        if sum(map(len, texts)) <= INLINE_CHARACTERS:
            return self.vectors.embed(texts)
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.vectors.embed, list(texts))

    async def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()
