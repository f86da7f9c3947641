"""Centring of dense vectors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from twohop.memory.centring import FIRST, GROWTH, Mean, Means, due
from twohop.vector.model import PointKind

VECTORS = arrays(np.float32, (4, 8), elements=st.floats(-1, 1, width=32))


def means(vector: NDArray[np.float32]) -> Means:
    return Means({"message": Mean(3, 32, vector)})


@given(VECTORS, arrays(np.float32, 8, elements=st.floats(-0.5, 0.5, width=32)))
def test_centred_vectors_are_unit_or_zero(vectors: NDArray[np.float32], mean: NDArray[np.float32]) -> None:
    """Never NaN: a row with nothing to embed, or with nothing left after the mean, is zero."""
    centred = means(mean).centre(vectors, PointKind.MESSAGE)
    lengths = np.linalg.norm(centred, axis=1)
    assert np.all(np.isfinite(centred))
    assert np.all((np.abs(lengths - 1) < 1e-3) | (lengths == 0))
    assert not np.any(centred[~np.any(vectors, axis=1)])


@given(VECTORS)
def test_without_a_mean_vectors_stay_as_they_are(vectors: NDArray[np.float32]) -> None:
    """Facts have a mean of their own: that of messages does nothing to them."""
    other = means(np.ones(8, np.float32))
    assert np.array_equal(other.centre(vectors, PointKind.MEMORY), vectors)
    assert (other.version(PointKind.MEMORY), other.version(PointKind.MESSAGE)) == (0, 3)


@pytest.mark.parametrize(
    ("count", "taken_of", "expected"),
    [(FIRST - 1, None, False), (FIRST, None, True), (FIRST * GROWTH - 1, FIRST, False), (FIRST * GROWTH, FIRST, True)],
)
def test_a_mean_is_due_at_32_and_at_each_fourfold(count: int, taken_of: int | None, expected: bool) -> None:  # noqa: FBT001
    """So that encoding again stays a third of all encoding."""
    mean = None if taken_of is None else Mean(1, taken_of, np.zeros(8, np.float32))
    assert due(count, mean) is expected
