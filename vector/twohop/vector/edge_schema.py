"""How points stand in a Qdrant Edge shard: vectors, payload, field indexes and filters."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import qdrant_edge as edge

from twohop.vector.model import FAR, Arm, Hit, Point, PointKind, Sparse, Stored, Vector, Where

DENSE, SPARSE = "dense", "sparse"
INSTANTS = ("valid_from", "valid_to", "recorded_at", "superseded_at", "expires_at", "observed_at")
"""Payload fields that hold microseconds. Range filters without an index cost 7 times the search they narrow."""

KEYWORDS = ("kind", "runs", "agents", "fact_kind", "categories")

EXACT_BELOW = 20_000
"""Points of a partition below which a search compares them all: 3 ms for a list over 10,000."""

BREADTH = 256
"""Candidates that an approximate search keeps (hnsw_ef): it finds 98 % of the true first 100 of 29,000 sentences."""


def config(dimension: int) -> edge.EdgeConfig:
    """The settings of a new shard. Graphs are built within partitions only, since no search crosses them."""
    return edge.EdgeConfig(
        vectors={DENSE: edge.EdgeVectorParams(size=dimension, distance=edge.Distance.Cosine)},
        sparse_vectors={SPARSE: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
        hnsw_config=edge.HnswIndexConfig(m=0, payload_m=16, ef_construct=100, full_scan_threshold=10_000),
    )


def field_indexes() -> list[edge.UpdateOperation]:
    """The operations that index what filters ask for."""
    tenant = edge.KeywordIndexParams(is_tenant=True)
    keyword = edge.KeywordIndexParams(enable_hnsw=False)
    instant = edge.IntegerIndexParams(lookup=False, range=True, enable_hnsw=False)
    create = edge.UpdateOperation.create_field_index
    return [
        create("partition", tenant),
        *(create(name, keyword) for name in KEYWORDS),
        *(create(name, instant) for name in INSTANTS),
    ]


def stored(point: Point) -> edge.Point:
    """The point as Edge takes it. The text is nowhere in it: what is deleted would survive in Edge's files."""
    vectors: dict[str, Any] = {}
    if point.dense is not None:
        vectors[DENSE] = point.dense.tolist()
    if point.sparse.ids:
        vectors[SPARSE] = sparse_vector(point.sparse)
    payload = {
        "partition": point.partition,
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
        "observed_at": point.observed_at,
        "mean_version": point.mean_version,
        "fact_kind": point.fact_kind,
        "categories": list(point.categories),
    }
    return edge.Point(UUID(point.id), vectors, payload)


def as_stored(record: edge.Record) -> Stored:
    """The point that a record with its payload stands for."""
    payload = record.payload or {}
    names = ("memory_id", "seq", "valid_from", "valid_to", "recorded_at", "superseded_at", "expires_at", "mean_version")
    return Stored(id=str(record.id), kind=PointKind(payload["kind"]), **{name: payload[name] for name in names})


def request(partition: str, arm: Arm, *, exact: bool) -> edge.QueryRequest:
    """The arm as a query, one point more than its limit."""
    corpus = edge.Filter(must=within(partition, arm.kind))
    if arm.dense is not None:
        query = edge.Query.Nearest(arm.dense.tolist(), using=DENSE)
        params = edge.SearchParams(exact=exact, hnsw_ef=BREADTH)
    else:
        query = edge.Query.Nearest(sparse_vector(arm.sparse or Sparse((), ())), using=SPARSE)
        params = edge.SearchParams(idf=edge.IdfParams(corpus=corpus))
    return edge.QueryRequest(
        query=query,
        filter=edge.Filter(must=[*within(partition, arm.kind), *narrowing(arm.kind, arm.where)]),
        limit=arm.limit + 1,
        params=params,
        with_payload=["memory_id"],
    )


def hit(point: edge.ScoredPoint) -> Hit:
    """The found point."""
    return Hit(str(point.id), (point.payload or {})["memory_id"], point.score)


def within(partition: str, kind: PointKind | None = None) -> list[Any]:
    """The conditions that every query carries. Scores (idf) are over exactly these points."""
    if not partition:
        raise ValueError("a query of the index needs a partition")
    conditions = [edge.FieldCondition("partition", match=edge.MatchValue(partition))]
    if kind is not None:
        conditions.append(edge.FieldCondition("kind", match=edge.MatchValue(kind.value)))
    return conditions


def narrowing(kind: PointKind, where: Where) -> list[Any]:
    """What `where` asks for. `observed_to` itself is outside; of several kinds or categories one is enough."""
    conditions: list[Any] = []
    if where.as_of is not None and kind is not PointKind.MESSAGE:
        conditions += [
            until("valid_from", where.as_of),
            after("valid_to", where.as_of),
            after("expires_at", where.as_of),
        ]
    if where.known_at is not None:
        conditions += [until("recorded_at", where.known_at), after("superseded_at", where.known_at)]
    else:
        conditions.append(edge.FieldCondition("superseded_at", range=edge.RangeFloat(gte=float(FAR))))
    if where.observed_from is not None:
        conditions.append(edge.FieldCondition("observed_at", range=edge.RangeFloat(gte=float(where.observed_from))))
    if where.observed_to is not None:
        conditions.append(edge.FieldCondition("observed_at", range=edge.RangeFloat(lt=float(where.observed_to))))
    if where.run_id:
        conditions.append(edge.FieldCondition("runs", match=edge.MatchValue(where.run_id)))
    if where.agent_id:
        conditions.append(edge.FieldCondition("agents", match=edge.MatchValue(where.agent_id)))
    if where.fact_kinds:
        conditions.append(edge.FieldCondition("fact_kind", match=edge.MatchAny(list(where.fact_kinds))))
    if where.categories:
        conditions.append(edge.FieldCondition("categories", match=edge.MatchAny(list(where.categories))))
    if where.ids is not None:
        conditions.append(having(where.ids))
    return conditions


def until(name: str, instant: int) -> edge.FieldCondition:
    """The field is at the instant or before. Instants stay exact as floats up to 2^53 µs, the year 2255."""
    return edge.FieldCondition(name, range=edge.RangeFloat(lte=float(instant)))


def after(name: str, instant: int) -> edge.FieldCondition:
    """The field is after the instant; an open end is after all of them."""
    return edge.FieldCondition(name, range=edge.RangeFloat(gt=float(instant)))


def having(ids: Sequence[str]) -> edge.HasIdCondition:
    """The point is one of these."""
    return edge.HasIdCondition({UUID(each) for each in ids})


def sparse_vector(sparse: Sparse) -> edge.SparseVector:
    """The vector as Edge takes it."""
    return edge.SparseVector(list(sparse.ids), list(sparse.values))


def blank(vector: Vector | None, sparse: Sparse | None) -> bool:
    """Whether there is nothing to compare with: no direction and no terms."""
    return (vector is None or not vector.any()) and not (sparse and sparse.ids)
