"""The index compared with the ledger: which points are missing, too many or out of date.

What a point should say is made by the projector's own code. Vectors are not compared: what stands in the payload tells
whether a point was made from the state that the ledger has now.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from twohop.graph.model import OutboxRow
from twohop.graph.store import Ledger, Row
from twohop.memory.build import Builder, state_of
from twohop.memory.centring import Centring, Means
from twohop.memory.project import BATCH, NOT_THE_ROWS
from twohop.memory.upkeep.findings import Finding, Flaw
from twohop.memory.upkeep.reading import PAGE, rows_of, sequence
from twohop.vector.index import Index
from twohop.vector.model import FAR, Point, PointKind, Stored

TABLES = {"messages": PointKind.MESSAGE, "revisions": PointKind.MEMORY, "relations": PointKind.RELATION}
"""Table -> the kind of point that its rows may have."""

FOLLOWING = {Flaw.POINT_MISSING, Flaw.POINT_STALE, Flaw.POINT_SURPLUS}
"""What projecting puts right."""

COMPARED = ("kind", "memory_id", "valid_from", "valid_to", "recorded_at", "superseded_at", "expires_at", "mean_version")
SAID = ("runs", "agents", "observed_first", "observed_at")
"""What is compared of a version that stands: what is said of it after it ended, nobody asks of it."""


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
    async for id_, point, visible in wanted(ledger, partition, seq):
        there = stored.pop(id_, None)
        if there is None and not visible:
            continue
        if wrong := judge(there, point, seq, means):
            flaw, detail = wrong
            findings.append(Finding(flaw, partition, "index", id_, detail))
    for id_, there in stored.items():
        detail = f"a point of a {there.kind.value} that should have none"
        findings.append(Finding(Flaw.POINT_SURPLUS, partition, "index", id_, detail))
    # A row that is parked doesn't wait for anything, and which one that is the ledger doesn't say.
    behind = set() if backlog.parked else {one for one in findings if one.flaw in FOLLOWING and one.id in waiting}
    if backlog.parked:
        detail = f"{backlog.parked} rows can't be projected"
        findings.append(Finding(Flaw.OUTBOX_PARKED, partition, "outbox", "", detail))
    return Compared(findings=[one for one in findings if one not in behind], waiting=len(behind))


def judge(stored: Stored | None, point: Point | None, seq: int, means: Means) -> tuple[Flaw, str] | None:
    """What is wrong with a point, if anything, beside the one that should be there (None = it can't be made)."""
    if point is None:
        return Flaw.POINT_UNMADE, "what it is made from is damaged"
    if stored is None:
        return Flaw.POINT_MISSING, f"no point of this {point.kind.value}"
    if stored.seq > seq:
        return Flaw.POINT_AHEAD, f"made at {stored.seq}, the ledger is at {seq}"
    names = (*COMPARED, *SAID) if point.superseded_at == FAR else COMPARED
    wished = {name: getattr(point, name) for name in names} | {"mean_version": means.version(point.kind)}
    wrong = [name for name in names if getattr(stored, name) != wished[name]]
    return (Flaw.POINT_STALE, f"other than in the ledger: {', '.join(wrong)}") if wrong else None


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
            for id_, point in (await made(ledger, partition, builder, rows)).items():
                yield id_, point, id_ not in passing


async def made(ledger: Ledger, partition: str, builder: Builder, rows: Sequence[OutboxRow]) -> dict[str, Point | None]:
    """Row id -> its point; without those that need none."""
    try:
        drafts = await builder.drafts(await state_of(ledger, partition, rows))
    except NOT_THE_ROWS:
        raise
    except Exception:  # noqa: BLE001  Which of the rows it is, and that it is one, is what is looked for.
        if len(rows) == 1:
            return {rows[0].id: None}
        return {id_: point for row in rows for id_, point in (await made(ledger, partition, builder, [row])).items()}
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
