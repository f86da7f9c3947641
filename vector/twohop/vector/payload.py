"""How points stand in Qdrant, in this process or a server: the names of vectors and fields, and what they hold."""

from collections.abc import Callable, Mapping
from typing import Any

from twohop.vector.model import Point, PointKind, Sparse, Stored, Vector

FORMAT = 2
"""Of payload and vectors. An index of an older format is built again, one of a newer format is refused."""

DENSE, SPARSE = "dense", "sparse"

TENANT = "partition"

KEYWORDS = ("kind", "runs", "agents", "fact_kind", "categories")

INSTANTS = ("valid_from", "valid_to", "recorded_at", "superseded_at", "expires_at", "observed_first", "observed_at")
"""Payload fields that hold microseconds. Range filters without an index cost 7 times the search they narrow."""

STORED = ("kind", "memory_id", "seq", "mean_version", "runs", "agents", *INSTANTS)
"""The fields of `Stored`."""

MADE: Mapping[str, Callable[[Any], Any]] = {"kind": PointKind, "runs": tuple, "agents": tuple}
"""Field -> what makes its value of the one that is stored."""

EXACT_BELOW = 20_000
"""Points of a partition below which a search compares them all: 3 ms for a list over 10,000."""

BREADTH = 256
"""Candidates that an approximate search keeps (hnsw_ef): it finds 98 % of the true first 100 of 29,000 sentences."""

CHUNK = 256
"""Points in one write: about 25 ms in this process, so that searches get in between."""


def payload(point: Point) -> dict[str, Any]:
    """The fields of a point. The text is nowhere in them: what is deleted may survive in a store's files."""
    return {
        TENANT: point.partition,
        "kind": point.kind.value,
        "memory_id": point.memory_id,
        "seq": point.seq,
        "runs": list(point.runs),
        "agents": list(point.agents),
        "valid_from": point.valid_from,
        "valid_to": point.valid_to,
        "recorded_at": point.recorded_at,
        "superseded_at": point.superseded_at,
        "expires_at": point.expires_at,
        "observed_first": point.observed_first,
        "observed_at": point.observed_at,
        "mean_version": point.mean_version,
        "fact_kind": point.fact_kind,
        "categories": list(point.categories),
    }


def read_back(point_id: str, fields: Mapping[str, Any]) -> Stored:
    """A stored point by its id and fields."""
    known: dict[str, Any] = {name: fields[name] for name in STORED if name not in MADE}
    return Stored(id=point_id, **known, **{name: make(fields[name]) for name, make in MADE.items()})


def blank(vector: Vector | None, sparse: Sparse | None) -> bool:
    """Whether there is nothing to compare with: no direction and no terms."""
    return (vector is None or not vector.any()) and not (sparse and sparse.ids)
