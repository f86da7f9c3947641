"""Sentence embedders that run here on ONNX: the optional `fastembed` extra."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twohop.errors import Misconfigured, ModelUnavailable

BATCH = 16
"""Texts that the model embeds at once: more are no faster on a core, and hold a gigabyte and more."""


class FastEmbedEmbedder:
    """`Embedder` over a model that fastembed knows. The first `embed` loads it, and downloads it if it isn't there.

    `folder`: where its files are; nothing is downloaded then. `threads` of the model: None = one a core; they spin
    while they wait, which other work on the machine pays for.

    Raises:
        Misconfigured: the extra is not installed, or fastembed doesn't know the model.
    """

    centred = False
    dense_weight = 0.6
    fact_lexical_share = 0.3

    def __init__(self, *, model: str, folder: Path | None = None, threads: int | None = None) -> None:
        try:
            self._library = import_module("fastembed")
        except ImportError as e:
            raise Misconfigured("the fastembed embedder needs its extra: pip install 'twohop[fastembed]'") from e
        known = {each["model"].lower(): each for each in self._library.TextEmbedding.list_supported_models()}
        if (found := known.get(model.lower())) is None:
            raise Misconfigured(f"fastembed doesn't know the model {model}: see TWOHOP_EMBEDDER__MODEL")
        self._name: str = found["model"]
        self.model = f"fastembed/{self._name}"
        self.dimension: int = found["dim"]
        self._folder = folder
        self._threads = threads
        self._loaded: Any = None
        self._thread = ThreadPoolExecutor(1, "embedder")

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimension); zeros for a blank text.

        Raises:
            ModelUnavailable: the model can't be loaded or downloaded.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._embed, list(texts))

    async def close(self) -> None:
        """End the thread and let the model go."""
        self._thread.shutdown()
        self._loaded = None

    def _embed(self, texts: list[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        # The model pads a batch to its longest text: a passage among facts would cost as much for each of these.
        rows = sorted((row for row, text in enumerate(texts) if text.strip()), key=lambda row: len(texts[row]))
        if not rows:
            return vectors
        embedded = self._load().embed([texts[row] for row in rows], batch_size=BATCH)
        found = np.array(list(embedded), np.float32)
        norms = np.linalg.norm(found, axis=1, keepdims=True)
        vectors[rows] = np.divide(found, norms, out=np.zeros_like(found), where=norms > 0)
        return vectors

    def _load(self) -> Any:
        if self._loaded is None:
            try:
                folder = str(self._folder) if self._folder else None
                self._loaded = self._library.TextEmbedding(
                    self._name, threads=self._threads, specific_model_path=folder
                )
            except Exception as e:  # The library raises whatever its downloaders raise.
                raise ModelUnavailable(f"fastembed can't load the model {self._name}: is it downloaded?") from e
        return self._loaded
