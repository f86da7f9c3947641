"""One Qdrant Edge shard, as the one thread that owns it sees it: every call here blocks, and holds the GIL."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

import qdrant_edge as edge

from twohop.vector.checks import newest
from twohop.vector.edge_schema import config, field_indexes, hit, only, read, request, stored, worded
from twohop.vector.filters import OneOf, within
from twohop.vector.idf import Worded
from twohop.vector.memory import Memory
from twohop.vector.model import Arm, Hit, Point, PointKind, Stored
from twohop.vector.order import canonical
from twohop.vector.payload import CHUNK, EXACT_BELOW, SPARSE, STORED, TENANT, blank, read_back


class Shard:
    """An open shard. While `touched` is a set, it collects the ids of all points that are written or removed.

    What is written here is written to `memory` too.
    """

    def __init__(self, inner: edge.EdgeShard, memory: Memory) -> None:
        self._inner = inner
        self._memory = memory
        self.touched: set[UUID] | None = None

    @classmethod
    def create(cls, folder: Path, dimension: int, memory: Memory) -> "Shard":
        """A new, empty shard on disk."""
        folder.mkdir(parents=True)
        inner = edge.EdgeShard.create(str(folder), config(dimension))
        for operation in field_indexes():
            inner.update(operation)
        inner.flush()
        return cls(inner, memory)

    @classmethod
    def load(cls, folder: Path, memory: Memory) -> "Shard":
        """The shard that lies in the folder; replays its log."""
        return cls(edge.EdgeShard.load(str(folder)), memory)

    def write(self, points: Sequence[Point]) -> None:
        """Insert or replace; points that stand there with a higher seq stay, as do they among equals of the batch."""
        wanted = {UUID(point_id): point for point_id, point in newest(points).items()}
        # Compared here, not by a conditional upsert: its condition is one for all, and this thread alone writes.
        counted = any(self._memory.idf.counts(point.partition) for point in wanted.values())
        before: list[Worded] = []
        for record in self._inner.retrieve(list(wanted), ["seq", "kind", TENANT], [SPARSE] if counted else False):
            key = as_uuid(record.id)
            if (record.payload or {})["seq"] > wanted[key].seq:
                del wanted[key]
            else:
                before.append(worded(record))
        if wanted:
            self._touch(wanted)
            self._inner.update(edge.UpdateOperation.upsert_points([stored(point) for point in wanted.values()]))
            self._memory.write(before, list(wanted.values()))

    def remove(self, partition: str, ids: Sequence[str]) -> None:
        """Delete the points that are of this partition."""
        self._touch(UUID(each) for each in ids)
        mine = only(*within(partition), OneOf(tuple(ids)))
        gone: list[Worded] = []
        if self._memory.idf.counts(partition):
            there = self._inner.retrieve([UUID(each) for each in ids], ["kind", TENANT], [SPARSE])
            gone = [point for point in map(worded, there) if point.partition == partition]
        self._inner.update(edge.UpdateOperation.delete_points_by_filter(mine))
        self._memory.remove(partition, ids, gone)

    def search(self, partition: str, arms: Sequence[Arm]) -> tuple[list[list[Hit]], bool]:
        """All arms in one batch, each in canonical order; and whether the owner is worth `heat`."""
        found = self._memory.hot.search(partition, arms)
        if found is not None:
            return found, False
        if self._memory.large(partition):
            return self._search(partition, arms, exact=False), False
        points = self._estimate(partition)
        cold = self._memory.wants(partition, points)
        if cold and points <= CHUNK:
            self.heat(partition)
            if (found := self._memory.hot.search(partition, arms)) is not None:
                return found, False
        # Who may be held in memory, where every point is compared, has the same answers while it is not.
        exact = points < EXACT_BELOW or self._memory.hot.fits(points)
        return self._search(partition, arms, exact=exact), cold

    def heat(self, partition: str) -> bool:
        """Read some of an owner's points into memory; whether more are left."""
        whole = self._memory.hot.fits(self._estimate(partition))
        rest = self._memory.hot.begin(partition) if whole else self._memory.idf.begin(partition)
        if rest is None:
            return False
        page = edge.ScrollRequest(
            offset=UUID(rest) if rest else None,
            limit=CHUNK,
            filter=only(*within(partition)),
            with_payload=True if whole else ["kind", TENANT],
            with_vector=True if whole else [SPARSE],
        )
        records, following = self._inner.scroll(page)
        more = None if following is None else str(following)
        if whole:
            return self._memory.hot.take(partition, [read(record) for record in records], more)
        return self._memory.idf.take(partition, map(worded, records), more)

    def _search(self, partition: str, arms: Sequence[Arm], *, exact: bool) -> list[list[Hit]]:
        asked = [arm for arm in arms if arm.limit > 0 and not blank(arm.dense, arm.sparse)]
        idf = self._memory.idf
        requests = [
            request(
                partition,
                arm,
                exact=exact,
                weighed=idf.weighed(partition, arm.kind, arm.sparse) if arm.sparse is not None else None,
            )
            for arm in asked
        ]
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
