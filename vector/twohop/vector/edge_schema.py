"""Points, filters and queries in the words of Qdrant Edge."""

from typing import Any
from uuid import UUID

import numpy as np
import qdrant_edge as edge

from twohop.vector.filters import Between, Condition, Match, OneOf, narrowing, within
from twohop.vector.idf import Worded
from twohop.vector.model import Arm, Hit, Point, PointKind, Sparse
from twohop.vector.payload import BREADTH, DENSE, INSTANTS, KEYWORDS, SPARSE, TENANT, payload

MAPPED = edge.Memory.Cached


def config(dimension: int) -> edge.EdgeConfig:
    """The settings of a new shard. Graphs are built within partitions only, since no search crosses them.

    What a point takes is mapped from files, which the system may let go: 0.2 kB of memory of its own instead of 0.8.
    """
    return edge.EdgeConfig(
        vectors={DENSE: edge.EdgeVectorParams(size=dimension, distance=edge.Distance.Cosine)},
        sparse_vectors={SPARSE: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf, memory=MAPPED)},
        hnsw_config=edge.HnswIndexConfig(
            m=0, payload_m=16, ef_construct=100, full_scan_threshold=10_000, memory=MAPPED
        ),
        id_tracker_memory=MAPPED,
    )


def field_indexes() -> list[edge.UpdateOperation]:
    """The operations that index what filters ask for."""
    tenant = edge.KeywordIndexParams(is_tenant=True, memory=MAPPED)
    keyword = edge.KeywordIndexParams(enable_hnsw=False, memory=MAPPED)
    instant = edge.IntegerIndexParams(lookup=False, range=True, enable_hnsw=False, memory=MAPPED)
    create = edge.UpdateOperation.create_field_index
    return [
        create(TENANT, tenant),
        *(create(name, keyword) for name in KEYWORDS),
        *(create(name, instant) for name in INSTANTS),
    ]


def stored(point: Point) -> edge.Point:
    """The point as Edge takes it."""
    vectors: dict[str, Any] = {}
    if point.dense is not None:
        vectors[DENSE] = point.dense.tolist()
    if point.sparse.ids:
        vectors[SPARSE] = sparse_vector(point.sparse)
    return edge.Point(UUID(point.id), vectors, payload(point))


def read(record: edge.Record) -> Point:
    """The point as Edge gave it back, with vectors and payload."""
    vectors: Any = record.vector or {}
    dense, words = vectors.get(DENSE), vectors.get(SPARSE)
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in (record.payload or {}).items()
    }
    return Point(
        id=str(record.id),
        kind=PointKind(fields.pop("kind")),
        dense=None if dense is None else np.array(dense, np.float32),
        sparse=Sparse(tuple(words.indices), tuple(words.values)) if words else Sparse((), ()),
        **fields,
    )


def worded(record: edge.Record) -> Worded:
    """The terms of a point that Edge gave back with its payload and sparse vector."""
    fields: dict[str, Any] = record.payload or {}
    vectors: Any = record.vector or {}
    words = vectors.get(SPARSE)
    terms = tuple(words.indices) if words else ()
    return Worded(str(record.id), fields[TENANT], PointKind(fields["kind"]), terms)


def request(partition: str, arm: Arm, *, exact: bool, weighed: Sparse | None = None) -> edge.QueryRequest:
    """The arm as a query, one point more than its limit. `weighed`: its words, if their idf is in them already."""
    corpus = only(*within(partition, arm.kind)) if weighed is None else NOBODY
    if arm.dense is not None:
        query = edge.Query.Nearest(arm.dense.tolist(), using=DENSE)
        params = edge.SearchParams(exact=exact, hnsw_ef=BREADTH)
    else:
        query = edge.Query.Nearest(sparse_vector(weighed or arm.sparse or Sparse((), ())), using=SPARSE)
        params = edge.SearchParams(idf=edge.IdfParams(corpus=corpus))
    return edge.QueryRequest(
        query=query,
        filter=only(*within(partition, arm.kind), *narrowing(arm.kind, arm.where)),
        limit=arm.limit + 1,
        params=params,
        # Nothing is behind a message.
        with_payload=False if arm.kind is PointKind.MESSAGE else ["memory_id"],
    )


def hit(point: edge.ScoredPoint) -> Hit:
    """The found point."""
    return Hit(str(point.id), (point.payload or {}).get("memory_id", ""), point.score)


def only(*conditions: Condition) -> edge.Filter:
    """The filter that leaves in what meets all conditions."""
    return edge.Filter(must=[said(condition) for condition in conditions])


def said(condition: Condition) -> Any:
    """The condition in Edge's words."""
    match condition:
        case Match(name, (value,)):
            return edge.FieldCondition(name, match=edge.MatchValue(value))
        case Match(name, values):
            return edge.FieldCondition(name, match=edge.MatchAny(list(values)))
        case Between():
            bounds = edge.RangeFloat(gt=condition.gt, gte=condition.gte, lt=condition.lt, lte=condition.lte)
            return edge.FieldCondition(condition.name, range=bounds)
        case OneOf(ids):
            return edge.HasIdCondition(set(ids))


def sparse_vector(sparse: Sparse) -> edge.SparseVector:
    """The vector as Edge takes it."""
    return edge.SparseVector(list(sparse.ids), list(sparse.values))


NOBODY = only(Match(TENANT, ("",)))
"""The corpus without points: every term has the same idf there, and nothing is counted."""
