"""The vectors of phrases that facts share."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from twohop.memory.recall.phrases import PhraseVectors


class Lengths:
    """Embeds texts as their lengths, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.up = True

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32] | None:
        self.asked += texts
        return np.array([[len(text)] for text in texts], np.float32) if self.up else None


async def test_a_phrase_is_embedded_once() -> None:
    """However often it is asked for; rows are in the order asked for."""
    lengths, phrases = Lengths(), PhraseVectors()
    for texts in (["works at", "likes", "likes"], ["likes", "runs"]):
        found = await phrases.of(texts, lengths.embed)
        assert found is not None
        assert found.ravel().tolist() == [len(text) for text in texts]
    assert lengths.asked == ["works at", "likes", "runs"]


async def test_only_so_many_are_kept_and_all_are_answered() -> None:
    """Those embedded longest ago go first."""
    lengths, phrases = Lengths(), PhraseVectors(most=1)
    for _ in range(2):
        found = await phrases.of(["works at", "likes"], lengths.embed)
        assert found is not None
        assert found.ravel().tolist() == [8, 5]
    assert lengths.asked == ["works at", "likes", "works at"]


async def test_nothing_is_kept_of_an_embedder_that_is_down() -> None:
    """It is asked again."""
    lengths, phrases = Lengths(), PhraseVectors()
    lengths.up = False
    assert await phrases.of(["likes"], lengths.embed) is None
    lengths.up = True
    assert await phrases.of(["likes"], lengths.embed) is not None
