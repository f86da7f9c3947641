"""Points, filters and queries in the words of a Qdrant server, and how a collection of them is made."""

from dataclasses import dataclass
from typing import Any

from qdrant_client import models

from twohop.vector.filters import Between, Condition, Match, OneOf, narrowing, within
from twohop.vector.model import Arm, Hit, Point, Sparse
from twohop.vector.payload import BREADTH, DENSE, EXACT_BELOW, INSTANTS, KEYWORDS, SPARSE, TENANT, payload

NUMBER = 4
"""Bytes of one number of a dense vector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a new collection lies on the server's nodes and disks. None = as the server is set up."""

    shard_number: int | None = None
    replication_factor: int | None = None
    write_consistency_factor: int | None = None
    on_disk: bool = False


def collection(dimension: int, layout: Layout) -> dict[str, Any]:
    """The arguments by which a collection is created.

    Graphs are built within partitions only, since no search crosses them. What the server calls the full-scan threshold
    keeps searches exact below `EXACT_BELOW` points of a partition, without a question about its size before each.
    """
    disk = layout.on_disk
    kilobytes = max(EXACT_BELOW * dimension * NUMBER // 1024, 10)
    return {
        "vectors_config": {
            DENSE: models.VectorParams(size=dimension, distance=models.Distance.COSINE, on_disk=disk),
        },
        "sparse_vectors_config": {
            SPARSE: models.SparseVectorParams(
                modifier=models.Modifier.IDF, index=models.SparseIndexParams(on_disk=disk)
            ),
        },
        "hnsw_config": models.HnswConfigDiff(
            m=0, payload_m=16, ef_construct=100, full_scan_threshold=kilobytes, on_disk=disk
        ),
        "on_disk_payload": disk,
        "shard_number": layout.shard_number,
        "replication_factor": layout.replication_factor,
        "write_consistency_factor": layout.write_consistency_factor,
    }


def field_indexes() -> dict[str, models.PayloadSchemaType | Any]:
    """The fields that filters ask for, and how each is indexed."""
    tenant = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True)
    keyword = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, enable_hnsw=False)
    number = models.IntegerIndexParams(
        type=models.IntegerIndexType.INTEGER, lookup=False, range=True, enable_hnsw=False
    )
    return {
        TENANT: tenant,
        **dict.fromkeys(KEYWORDS, keyword),
        **dict.fromkeys((*INSTANTS, "seq"), number),
    }


def struct(point: Point) -> models.PointStruct:
    """The point as the server takes it."""
    vectors: dict[str, Any] = {}
    if point.dense is not None:
        vectors[DENSE] = point.dense.tolist()
    if point.sparse.ids:
        vectors[SPARSE] = sparse_vector(point.sparse)
    return models.PointStruct(id=point.id, vector=vectors, payload=payload(point))


def upsert(points: list[Point], seq: int) -> models.UpsertOperation:
    """The write of points of one `seq`: one that stands there with a higher one is left as it is."""
    not_newer = only(Between(name="seq", lte=float(seq)))
    return models.UpsertOperation(
        upsert=models.PointsList(points=[struct(point) for point in points], update_filter=not_newer)
    )


def request(partition: str, arm: Arm) -> models.QueryRequest:
    """The arm as a query, one point more than its limit."""
    if arm.dense is not None:
        query: Any = arm.dense.tolist()
        params = models.SearchParams(hnsw_ef=BREADTH)
    else:
        query = sparse_vector(arm.sparse or Sparse((), ()))
        params = models.SearchParams(idf=models.IdfCorpusParams(corpus=only(*within(partition, arm.kind))))
    return models.QueryRequest(
        query=query,
        using=SPARSE if arm.dense is None else DENSE,
        filter=only(*within(partition, arm.kind), *narrowing(arm.kind, arm.where)),
        limit=arm.limit + 1,
        params=params,
        with_payload=["memory_id"],
    )


def hit(point: models.ScoredPoint) -> Hit:
    """The found point."""
    return Hit(str(point.id), (point.payload or {})["memory_id"], point.score)


def only(*conditions: Condition) -> models.Filter:
    """The filter that leaves in what meets all conditions."""
    return models.Filter(must=[said(condition) for condition in conditions])


def said(condition: Condition) -> models.Condition:
    """The condition in the server's words."""
    match condition:
        case Match(name, (value,)):
            return models.FieldCondition(key=name, match=models.MatchValue(value=value))
        case Match(name, values):
            return models.FieldCondition(key=name, match=models.MatchAny(any=list(values)))
        case Between():
            bounds = models.Range(gt=condition.gt, gte=condition.gte, lt=condition.lt, lte=condition.lte)
            return models.FieldCondition(key=condition.name, range=bounds)
        case OneOf(ids):
            return models.HasIdCondition(has_id=list(ids))


def sparse_vector(sparse: Sparse) -> models.SparseVector:
    """The vector as the server takes it."""
    return models.SparseVector(indices=list(sparse.ids), values=list(sparse.values))
