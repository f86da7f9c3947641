"""The nouns of the index: points, the arms of a query, hits. Everything here can be recomputed from the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float32]

FAR = 2**62
"""The instant that stands for an open end in payloads (microseconds)."""


class PointKind(StrEnum):
    """What a point stands for: a message, or a version of a memory or of a relation, ended ones too."""

    MESSAGE = "message"
    MEMORY = "memory"
    RELATION = "relation"


@dataclass(frozen=True, slots=True)
class Sparse:
    """A sparse vector: term id (31-bit hash of the stem) -> value. Ids are ascending, values positive."""

    ids: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One indexed text, without the text. `id` is the message's, revision's or relation's (a UUID).

    `dense` is None when there is nothing to embed (it is then found by its words alone). Times are microseconds, open
    ends `FAR`. `runs` and `agents` are those of the messages behind it. `seq` is the owner's sequence when the row was
    read: a write never replaces a point of a higher `seq`. `memory_id` is set for memories and relations. The messages
    behind it were said from `observed_first` to `observed_at`.
    """

    id: str
    partition: str
    kind: PointKind
    dense: Vector | None
    sparse: Sparse
    seq: int
    memory_id: str = ""
    runs: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    valid_from: int = 0
    valid_to: int = FAR
    recorded_at: int = 0
    superseded_at: int = FAR
    expires_at: int = FAR
    observed_first: int = 0
    observed_at: int = 0
    mean_version: int = 0
    fact_kind: str = ""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What a query leaves in; None or empty = everything. Partition and kind are always checked.

    `as_of`: valid_from <= as_of < valid_to and not expired. `known_at`: recorded_at <= known_at < superseded_at; None
    = superseded_at is open. Messages carry no world time: `as_of` never hides them. `runs`: those of one of these runs,
    beside `run_id`. `observed_from` and `observed_to`: what may have been said between, as far as its first and last
    saying tell. `ids` restricts to those points.
    """

    as_of: int | None = None
    known_at: int | None = None
    run_id: str = ""
    agent_id: str = ""
    runs: tuple[str, ...] = ()
    fact_kinds: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    observed_from: int | None = None
    observed_to: int | None = None
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One ranked list to fetch: exactly one of `dense` and `sparse` is set.

    A sparse score is the dot product with query values x idf, where idf is over all points of the partition and kind,
    whatever `where` leaves in (so that another tenant's data and this call's filters never change scores).
    """

    kind: PointKind
    where: Where
    limit: int
    dense: Vector | None = None
    sparse: Sparse | None = None


class Hit(NamedTuple):
    """A found point: `id` of the point, the memory behind it (empty for messages), and its score in that arm.

    A tuple, since a recall gets thousands of them.
    """

    id: str
    memory_id: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A point as it stands in the index, without its vectors: what `verify` compares with the ledger."""

    id: str
    kind: PointKind
    memory_id: str
    seq: int
    runs: tuple[str, ...]
    agents: tuple[str, ...]
    valid_from: int
    valid_to: int
    recorded_at: int
    superseded_at: int
    expires_at: int
    observed_first: int
    observed_at: int
    mean_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexInfo:
    """What an index was built with, stored beside the data: a mismatch with the configuration is refused."""

    model: str
    dimension: int
    encoder: str
    points: int = 0


Counts: TypeAlias = Mapping[PointKind, int]
