"""What words mean: static word vectors, and the soft expansion of a query's words by a partition's vocabulary."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from twohop.vector.sparse import stem
from twohop.vector.stopwords import STOP
from twohop.vector.tokens import load_tokenizer, packaged

DIMENSION = 256
WEIGHTS = Path("weights/l2_supercat_256.safetensors")
POOLED = 256
"""Texts that are pooled at once: bounds the memory of a big batch."""

TILE = 2**18
"""Multiplications of one product of matrices: above, BLAS shares the work among threads, which at these sizes costs 10
to 50 times what it does, and waits for all of them where processors are busy."""

NEAR = 0.3
"""Cosine above which a vocabulary word stands for a query's word (measured on LoCoMo and MuSiQue)."""

GAIN = 0.5
"""A near word's weight is this times its squared cosine (measured there: +1.2 points of recall@10 on LoCoMo)."""

NEAREST = 16
"""Near words that one query word brings at most (measured there)."""

DIGIT = re.compile(r"\d")


class WordVectors:
    """wordllama's texts to unit vectors: the mean of the tokens' vectors.

    Reads the weights when made (0.1 s, 16 MB): share one in a process. Stateless afterwards, safe in all threads.

    Raises:
        Misconfigured: the wordllama package is missing or incomplete.
    """

    def __init__(self) -> None:
        self._weights: NDArray[np.float16] = load_file(packaged(WEIGHTS))["embedding.weight"]
        self._tokenizer = load_tokenizer()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), 256); 0.06 ms a text. A text with nothing to embed gives zeros."""
        vectors = np.zeros((len(texts), DIMENSION), np.float32)
        for start in range(0, len(texts), POOLED):
            part = [text.strip() for text in texts[start : start + POOLED]]
            vectors[start : start + len(part)] = self._pool(part)
        return vectors

    def _pool(self, texts: list[str]) -> NDArray[np.float32]:
        encodings = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        ids = [encoding.ids for encoding in encodings]
        vectors = np.zeros((len(texts), DIMENSION), np.float32)
        filled = [row for row, few in enumerate(ids) if few]
        if not filled:
            return vectors
        starts = np.cumsum([0, *(len(ids[row]) for row in filled[:-1])])
        tokens = np.fromiter(chain.from_iterable(ids), np.int64)
        sums = np.add.reduceat(self._weights[tokens].astype(np.float32), starts, axis=0)
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        vectors[filled] = np.divide(sums, norms, out=np.zeros_like(sums), where=norms > 0)
        return vectors


class Vocabulary:
    """The stems of a partition with their word vectors, 1 kB a stem. It only grows; one task at a time may use it."""

    def __init__(self, vectors: WordVectors) -> None:
        self._vectors = vectors
        self._rows: dict[str, int] = {}
        self._stems: list[str] = []
        self._matrix = np.zeros((1_024, DIMENSION), np.float32)

    def __len__(self) -> int:
        return len(self._stems)

    def add(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Take in (stem, surface form) pairs; a stem that is known keeps its first form. 16 ms for 1,000 new stems.

        Numbers, codes and versions are left out: two of them mean different things however alike they look.
        """
        worded = [(key, surface) for key, surface in pairs if not DIGIT.search(key)]
        fresh = {key: surface for key, surface in reversed(worded) if key not in self._rows}
        size = len(self._stems) + len(fresh)
        if size > len(self._matrix):
            grown = np.zeros((max(size, 2 * len(self._matrix)), DIMENSION), np.float32)
            grown[: len(self._stems)] = self._matrix[: len(self._stems)]
            self._matrix = grown
        self._matrix[len(self._stems) : size] = self._vectors.embed(list(fresh.values()))
        self._rows.update((key, row) for row, key in enumerate(fresh, len(self._stems)))
        self._stems += fresh

    def expand(self, words: Sequence[str]) -> dict[str, float]:
        """Stems to weights: each word's own stem with 1 (known or not), and its near stems with less than 0.5.

        `words` are folded, as `sparse.words` gives them; a word counts once, a stop word never. What different words
        bring is added. 0.2 ms at 1,500 stems, 2 ms at 15,000, 12 ms at 100,000.
        """
        asked = [word for word in dict.fromkeys(words) if word not in STOP]
        weights: defaultdict[str, float] = defaultdict(float)
        cosines = product(self._vectors.embed(asked), self._matrix[: len(self._stems)])
        for word, row in zip(asked, cosines, strict=True):
            own = stem(word)
            weights[own] += 1.0
            for place in nearest(row, self._rows.get(own)) if not DIGIT.search(word) else ():
                weights[self._stems[place]] += GAIN * float(row[place]) ** 2
        return dict(weights)


def product(queries: NDArray[np.float32], rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The dot products of every query (a row) with every row, tile by tile in this thread."""
    found = np.empty((len(queries), len(rows)), np.float32)
    step = max(1, TILE // max(1, queries.size))
    for first in range(0, len(rows), step):
        np.matmul(queries, rows[first : first + step].T, out=found[:, first : first + step])
    return found


def nearest(cosines: NDArray[np.float32], own: int | None) -> list[int]:
    """The at most 16 places with a cosine above .3, but for the word's own."""
    near = np.flatnonzero(cosines > NEAR)
    near = near[near != own] if own is not None else near
    if len(near) > NEAREST:
        near = near[np.argpartition(-cosines[near], NEAREST)[:NEAREST]]
    places: list[int] = near.tolist()
    return places
