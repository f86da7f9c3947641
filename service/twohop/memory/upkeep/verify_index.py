"""The index compared with the ledger: which points are missing, too many or out of date.

What a point should say is made by the projector's own code. Vectors are not compared: what stands in the payload tells
whether a point was made from the state that the ledger has now.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from twohop.graph.model import OutboxRow
from twohop.graph.store import Ledger, Row
from twohop.memory.centring import Centring, Means
from twohop.memory.project import BATCH, NOT_THE_ROWS, Builder
from twohop.memory.upkeep.findings import Finding, Flaw
from twohop.memory.upkeep.reading import PAGE, rows_of, sequence
from twohop.vector.index import Index
from twohop.vector.model import Point, PointKind, Stored

TABLES = {"messages": PointKind.MESSAGE, "revisions": PointKind.MEMORY, "relations": PointKind.RELATION}
"""Table -> the kind of point that its rows may have."""

COMPARED = ("kind", "memory_id", "valid_from", "valid_to", "recorded_at", "superseded_at", "expires_at", "mean_version")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The differences of one owner, and how many points only wait for the projector."""

    findings: list[Finding]
    waiting: int


async def verify_index(ledger: Ledger, index: Index, partition: str, *, centred: bool) -> Compared:
    """Compare one owner's points; `centred`: the embedder's vectors are centred (`Embedder.centred`).

    All of the owner's points are held at once, without vectors.
    """
    backlog = await ledger.backlog(partition)
    waiting = {row["id"] async for row in rows_of(ledger, partition, "outbox")}
    seq = await sequence(ledger, partition)
    stored = {point.id: point async for point in points_of(index, partition)}
    means = await Centring(ledger).means(partition) if centred else Means()
    findings: list[Finding] = []
    unseen = 0

    def differs(flaw: Flaw, id_: str, detail: str) -> None:
        nonlocal unseen
        if id_ in waiting and not backlog.parked:
            unseen += 1
        else:
            findings.append(Finding(flaw, partition, "index", id_, detail))

    async for id_, point, visible in wanted(ledger, partition, seq):
        there = stored.pop(id_, None)
        if point is None:
            findings.append(Finding(Flaw.POINT_UNMADE, partition, "index", id_, "its point can't be made"))
        elif there is None:
            if visible:
                differs(Flaw.POINT_MISSING, id_, f"no point of this {point.kind.value}")
        elif there.seq > seq:
            told = f"made at {there.seq}, the ledger is at {seq}"
            findings.append(Finding(Flaw.POINT_AHEAD, partition, "index", id_, told))
        elif wrong := different(there, point, means):
            differs(Flaw.POINT_STALE, id_, f"other than in the ledger: {', '.join(wrong)}")
    for id_, there in stored.items():
        differs(Flaw.POINT_SURPLUS, id_, f"a point of a {there.kind.value} that should have none")
    if backlog.parked:
        findings.append(
            Finding(Flaw.OUTBOX_PARKED, partition, "outbox", "", f"{backlog.parked} rows can't be projected")
        )
    return Compared(findings=findings, waiting=unseen)


async def points_of(index: Index, partition: str) -> AsyncIterator[Stored]:
    """All points of one owner."""
    after = ""
    while found := await index.stored(partition, PAGE, after):
        for point in found:
            yield point
        after = found[-1].id


async def wanted(ledger: Ledger, partition: str, seq: int) -> AsyncIterator[tuple[str, Point | None, bool]]:
    """The id of each point that the projector would make, the point without dense vector, and whether it can be seen.

    None stands for a point that can't be made from the rows as they are. A revision that began and ended in one commit
    was never visible: it may have a point, and need not.
    """
    builder = Builder(ledger, partition, seq)
    for table, kind in TABLES.items():
        async for batch in batches(ledger, partition, table):
            passing = {row["id"] for row in batch if row["superseded_at"] == row["recorded_at"]}
            rows = [OutboxRow(partition, kind.value, row["id"], seq) for row in batch]
            for id_, point in (await made(builder, rows)).items():
                yield id_, point, id_ not in passing


async def made(builder: Builder, rows: Sequence[OutboxRow]) -> dict[str, Point | None]:
    """Row id -> its point; without those that need none."""
    try:
        drafts, _, _ = await builder.drafts(rows)
    except NOT_THE_ROWS:
        raise
    except Exception:  # noqa: BLE001  Which of the rows it is, and that it is one, is what is looked for.
        if len(rows) == 1:
            return {rows[0].id: None}
        return {id_: point for row in rows for id_, point in (await made(builder, [row])).items()}
    return {draft.point.id: draft.point for draft in drafts}


async def batches(ledger: Ledger, partition: str, table: str) -> AsyncIterator[Sequence[Row]]:
    """Rows of a table in the projector's batches, with what is looked at here."""
    batch: list[Row] = []
    async for row in rows_of(ledger, partition, table):
        batch.append({"id": row["id"], "recorded_at": row["recorded_at"], "superseded_at": row.get("superseded_at")})
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def different(stored: Stored, point: Point, means: Means) -> list[str]:
    """The names of what is not the same."""
    wished = {name: getattr(point, name) for name in COMPARED} | {"mean_version": means.version(point.kind)}
    return [name for name in COMPARED if getattr(stored, name) != wished[name]]
