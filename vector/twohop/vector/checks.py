"""What an index refuses, whatever stores it: vectors that can't be compared, and an index of another embedder."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import numpy as np

from twohop.errors import EmbedderMismatch
from twohop.vector.model import Arm, IndexInfo, Point, Vector


def check_points(points: Iterable[Point], dimension: int) -> None:
    """Refuse points that no query could be compared with.

    Raises:
        ValueError: a dense vector with NaN, without direction or of another length, no partition, or an id of no form.
    """
    for point in points:
        UUID(point.id)
        if not point.partition:
            raise ValueError("a point needs a partition")
        if point.dense is not None:
            check_numbers(point.dense, dimension)
            if not point.dense.any():
                raise ValueError("a dense vector needs a direction; a text with nothing to embed has none (dense=None)")
        if len(point.sparse.ids) != len(point.sparse.values) or not np.isfinite(point.sparse.values).all():
            raise ValueError("a sparse vector needs one finite value for each id")


def check_arms(arms: Iterable[Arm], dimension: int) -> None:
    """Refuse arms that can't be compared.

    Raises:
        ValueError: a dense vector with NaN or of another length.
    """
    for arm in arms:
        if arm.dense is not None:
            check_numbers(arm.dense, dimension)


def check_numbers(vector: Vector, dimension: int) -> None:
    """Refuse a vector that isn't so many finite numbers.

    Raises:
        ValueError: it isn't.
    """
    if vector.shape != (dimension,) or not np.isfinite(vector).all():
        raise ValueError(f"a dense vector needs {dimension} finite numbers")


def newest(points: Sequence[Point]) -> dict[str, Point]:
    """Of several points with one id the one with the highest seq, of equal ones the last."""
    found: dict[str, Point] = {}
    for point in points:
        if point.id not in found or found[point.id].seq <= point.seq:
            found[point.id] = point
    return found


def check_built(built: IndexInfo, wanted: IndexInfo) -> None:
    """Refuse an index that other vectors were written to.

    Raises:
        EmbedderMismatch: it was built with another model, dimension or encoder.
    """
    if built != wanted:
        raise EmbedderMismatch(
            f"the index was built with {named(built)}, but the settings say {named(wanted)}: "
            "set the embedder back, or run `twohop reindex` to build the index again from the ledger"
        )


def named(info: IndexInfo) -> str:
    """What an index is built with, for people."""
    return f"{info.model} ({info.dimension} numbers, encoder {info.encoder})"
