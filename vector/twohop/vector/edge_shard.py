"""One Qdrant Edge shard, as the one thread that owns it sees it: every call here blocks, and holds the GIL."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

import qdrant_edge as edge

from twohop.vector.checks import newest
from twohop.vector.edge_schema import config, field_indexes, hit, only, read, request, stored
from twohop.vector.filters import OneOf, within
from twohop.vector.hot import Hot
from twohop.vector.model import Arm, Hit, Point, PointKind, Stored
from twohop.vector.order import canonical
from twohop.vector.payload import CHUNK, EXACT_BELOW, STORED, blank, read_back


class Shard:
    """An open shard. While `touched` is a set, it collects the ids of all points that are written or removed.

    `hot`: owners that are answered without the shard; what is written here is written there.
    """

    def __init__(self, inner: edge.EdgeShard, hot: Hot) -> None:
        self._inner = inner
        self.hot = hot
        self.touched: set[UUID] | None = None

    @classmethod
    def create(cls, folder: Path, dimension: int, hot: Hot) -> "Shard":
        """A new, empty shard on disk."""
        folder.mkdir(parents=True)
        inner = edge.EdgeShard.create(str(folder), config(dimension))
        for operation in field_indexes():
            inner.update(operation)
        inner.flush()
        return cls(inner, hot)

    @classmethod
    def load(cls, folder: Path, hot: Hot) -> "Shard":
        """The shard that lies in the folder; replays its log."""
        return cls(edge.EdgeShard.load(str(folder)), hot)

    def write(self, points: Sequence[Point]) -> None:
        """Insert or replace; points that stand there with a higher seq stay, as do they among equals of the batch."""
        wanted = {UUID(point_id): point for point_id, point in newest(points).items()}
        # Compared here, not by a conditional upsert: its condition is one for all, and this thread alone writes.
        for record in self._inner.retrieve(list(wanted), ["seq"], False):  # noqa: FBT003 - Edge's own signature
            key = as_uuid(record.id)
            if (record.payload or {})["seq"] > wanted[key].seq:
                del wanted[key]
        if wanted:
            self._touch(wanted)
            self._inner.update(edge.UpdateOperation.upsert_points([stored(point) for point in wanted.values()]))
            self.hot.write(wanted.values())

    def remove(self, partition: str, ids: Sequence[str]) -> None:
        """Delete the points that are of this partition."""
        self._touch(UUID(each) for each in ids)
        mine = only(*within(partition), OneOf(tuple(ids)))
        self._inner.update(edge.UpdateOperation.delete_points_by_filter(mine))
        self.hot.drop(partition, ids)

    def search(self, partition: str, arms: Sequence[Arm]) -> tuple[list[list[Hit]], bool]:
        """All arms in one batch, each in canonical order; and whether the owner is worth `heat`."""
        found = self.hot.search(partition, arms)
        if found is not None:
            return found, False
        points = self._estimate(partition)
        cold = self.hot.wants(partition, points)
        if cold and points <= CHUNK:
            self.heat(partition)
            if (found := self.hot.search(partition, arms)) is not None:
                return found, False
        return self._search(partition, arms, exact=points < EXACT_BELOW), cold

    def heat(self, partition: str) -> bool:
        """Read some of an owner's points into its tables; whether more are left."""
        rest = self.hot.begin(partition)
        if rest is None:
            return False
        page = edge.ScrollRequest(
            offset=UUID(rest) if rest else None,
            limit=CHUNK,
            filter=only(*within(partition)),
            with_payload=True,
            with_vector=True,
        )
        records, more = self._inner.scroll(page)
        return self.hot.take(partition, [read(record) for record in records], None if more is None else str(more))

    def _search(self, partition: str, arms: Sequence[Arm], *, exact: bool) -> list[list[Hit]]:
        asked = [arm for arm in arms if arm.limit > 0 and not blank(arm.dense, arm.sparse)]
        requests = [request(partition, arm, exact=exact) for arm in asked]
        found = iter(self._inner.query_batch(edge.QueryBatchRequest(requests)) if requests else [])
        answered = {id(arm): canonical(map(hit, next(found)), arm.limit) for arm in asked}
        return [answered.get(id(arm), []) for arm in arms]

    def points(self) -> int:
        """Points of all partitions."""
        return self._inner.info().points_count

    def counts(self, partition: str) -> dict[PointKind, int]:
        """Points of the partition by kind, kinds without points too."""
        mine = only(*within(partition))
        facets = self._inner.facet(edge.FacetRequest("kind", limit=len(PointKind), exact=True, filter=mine))
        found = {facet.value: facet.count for facet in facets.hits}
        return {kind: found.get(kind.value, 0) for kind in PointKind}

    def stored(self, partition: str, limit: int, after: str) -> list[Stored]:
        """Points of the partition in the order of their ids, behind `after`."""
        page = edge.ScrollRequest(
            offset=UUID(after) if after else None,
            limit=limit + 1,
            filter=only(*within(partition)),
            with_payload=list(STORED),
            with_vector=False,
        )
        records, _ = self._inner.scroll(page)
        found = [read_back(str(record.id), record.payload or {}) for record in records]
        return [each for each in found if each.id != after][:limit]

    def flush(self) -> None:
        """Write everything to disk and cut the log."""
        self._inner.flush()

    def close(self) -> None:
        """Release files and memory."""
        self._inner.close()

    def read(self, ids: Iterable[UUID]) -> list[edge.Point]:
        """The points as they are here, with vectors and payload; those that aren't here are left out."""
        wanted: list[int | UUID | str] = list(ids)
        records = self._inner.retrieve(wanted, True, True)  # noqa: FBT003 - Edge's own signature
        return [edge.Point(record.id, record.vector or {}, record.payload) for record in records]

    def overwrite(self, ids: Iterable[UUID], points: list[edge.Point]) -> None:
        """Make these points of that shard what `points` say, and delete the others of `ids`."""
        gone = set(ids) - {as_uuid(point.id) for point in points}
        if points:
            self._inner.update(edge.UpdateOperation.upsert_points(points))
        if gone:
            self._inner.update(edge.UpdateOperation.delete_points(list(gone)))

    def _estimate(self, partition: str) -> int:
        return self._inner.count(edge.CountRequest(exact=False, filter=only(*within(partition))))

    def _touch(self, ids: Iterable[UUID]) -> None:
        if self.touched is not None:
            self.touched.update(ids)


def as_uuid(point_id: int | UUID | str) -> UUID:
    """The id as Edge gives it back."""
    return point_id if isinstance(point_id, UUID) else UUID(str(point_id))
