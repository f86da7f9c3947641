"""Looking up by meaning and by words, whatever is up: a part that is down leaves its scores out and is named."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import structlog
from numpy.typing import NDArray

from twohop.errors import IndexUnavailable, ModelError
from twohop.memory.api import Degradation
from twohop.memory.centring import Means
from twohop.memory.recall.search import Lists, Look, cosines, fetch, fill
from twohop.vector.embed import Embedder
from twohop.vector.index import Index
from twohop.vector.model import PointKind, Vector

log = structlog.get_logger(__name__)


class Lookup:
    """One recall's way to index and embedder. `degradations`: what it had to do without."""

    def __init__(self, index: Index | None, embedder: Embedder, means: Means, partition: str) -> None:
        self._index = index
        self._embedder = embedder
        self._means = means
        self._partition = partition
        self.degradations: dict[str, None] = {}
        if index is None:
            self.degradations[Degradation.INDEX_UNAVAILABLE] = None

    @property
    def up(self) -> bool:
        """Whether the index answers, and there is time to ask it."""
        return self.degradations.keys().isdisjoint({Degradation.INDEX_UNAVAILABLE, Degradation.DEADLINE})

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32] | None:
        """The texts' vectors, not centred; None when the embedder is down."""
        if Degradation.EMBEDDER_UNAVAILABLE in self.degradations:
            return None
        try:
            return await self._embedder.embed(texts)
        except ModelError as e:
            log.warning("recall.embedder_down", reason=e.reason)
            self.degradations[Degradation.EMBEDDER_UNAVAILABLE] = None
            return None

    def centred(self, vectors: NDArray[np.float32] | None, kind: PointKind) -> list[Vector] | None:
        """Vectors centred for points of a kind; None when there are none, or one of them has nothing in it."""
        if vectors is None:
            return None
        centred = self._means.centre(vectors, kind)
        return list(centred) if np.all(np.any(centred, axis=1)) else None

    async def fetch(self, looks: Sequence[Look]) -> list[Lists]:
        """Lists as they come; empty when the index is down."""
        if self._index is None or not self.up:
            return [Lists() for _ in looks]
        try:
            return await fetch(self._index, self._partition, looks)
        except IndexUnavailable as e:
            self._lost(e)
            return [Lists() for _ in looks]

    async def fill(
        self, fetched: Sequence[tuple[Look, Lists]], also: Mapping[PointKind, Collection[str]]
    ) -> list[Lists]:
        """Lists with what is missing from them; as they are when the index is down."""
        if self._index is None or not self.up:
            return [lists for _, lists in fetched]
        try:
            return await fill(self._index, self._partition, fetched, also)
        except IndexUnavailable as e:
            self._lost(e)
            return [lists for _, lists in fetched]

    async def cosines(self, asked: Sequence[tuple[PointKind, Vector, Collection[str]]]) -> list[dict[str, float]]:
        """The cosine of each vector with its points; empty when the index is down."""
        if self._index is None or not self.up:
            return [{} for _ in asked]
        try:
            return await cosines(self._index, self._partition, asked)
        except IndexUnavailable as e:
            self._lost(e)
            return [{} for _ in asked]

    def _lost(self, error: IndexUnavailable) -> None:
        log.warning("recall.index_down", reason=error.reason)
        self.degradations[Degradation.INDEX_UNAVAILABLE] = None
