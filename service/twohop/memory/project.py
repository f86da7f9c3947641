"""Projection: what the ledger holds now, carried into the index.

An outbox row is only a key that means "look again": the current state is read and upserted. So projecting is idempotent
and needs no order, and a crash between index and ledger costs a repetition.

Any number of processes project one ledger into one index. The ledger hands a row to one of them at a time, which only
saves work; a slow one, or a write that the network held back, does no harm either:

- A point carries the owner's sequence as it was before the point's state was read, and never replaces one with a higher
  sequence. Whatever changes the state queues its row again, and that row stays until somebody has projected a state
  that is at least as new as its sequence. So the last write that the index takes is of the newest state.
- Nothing remembers a deleted point's sequence, so a slow write could bring it back. Therefore whether a row has a point
  never changes: versions that ended keep theirs, with the time when they did, and what else decides (a disputed
  revision, a relation worded as its memory was when it was recorded) is never rewritten. Only what has no point at any
  time is deleted, which every process agrees on.
- Two that take the same mean at once make the same version of it: the ledger keeps the first, and both read that.

A row that can't be projected, whatever is wrong with it, is poison: it is tried alone, counted and in the end parked,
and holds nobody up.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from traceback import extract_tb

import numpy as np
import structlog

from twohop.errors import DeadlineExceeded, Exhausted, IndexUnavailable, Misconfigured, ModelUnavailable, Unavailable
from twohop.graph.model import Axes, Message, OutboxRow, Owner
from twohop.graph.store import Ledger, Reached, unwatched
from twohop.memory.build import Builder, state_of
from twohop.memory.centring import Centring, Mean, Means, due
from twohop.memory.gates import Gates
from twohop.memory.points import Draft, dense, dense_text
from twohop.memory.steps import Step
from twohop.memory.together import Together
from twohop.vector.embed import Embedder
from twohop.vector.index import Index
from twohop.vector.model import Point, PointKind

BATCH = 256
"""Rows of one step: the points of fifty facts with three relations each are read, embedded and written at once."""

PAGE = 1_000
"""Texts read at a time while a mean is taken."""

PARK_AFTER = 5
"""Failed tries after which a row is parked: the worker's looks spread them over most of a minute, so that what passes
by itself has passed."""

NOT_THE_ROWS = (Unavailable, Exhausted, DeadlineExceeded, ModelUnavailable, Misconfigured)
"""Errors that say nothing about the rows at hand: a store or the embedder is down, full or not set up. Everything waits
until it is back. Any other error is poison in one of the rows."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Points of one owner that wait for their vectors, and the means that these are centred by.

    `due`: one of the means is to be taken.
    """

    drafts: Sequence[Draft]
    means: Means
    due: bool


class Projector:
    """Keeps the index at the ledger's state. Safe to call from many tasks: what they carry goes together.

    `embedder` None: the index holds nothing that a vector could be compared with.
    """

    def __init__(self, ledger: Ledger, index: Index, embedder: Embedder | None, step: Reached = unwatched) -> None:
        self._ledger = ledger
        self._index = index
        self._embedder = embedder
        self._step = step
        self._centring = Centring(ledger)
        self._gates = Gates()
        self._together = Together(self._carried)
        self._refilling = asyncio.Lock()
        self._unfilled = False

    async def project(self, partition: str | None = None, limit: int = BATCH) -> int:
        """Carry all waiting changes of one owner, or of all, into the index; returns how many rows that were.

        `limit` is the number of rows of one step. What fails stays in the outbox; a row that fails alone is counted
        there, and the others go on.

        Raises:
            Unavailable: index or ledger can't be reached, or the index is new and one owner is asked for.
            ModelUnavailable: the embedder can't be reached.
        """
        if partition is not None:
            await self._filled()
            projected, _ = await self._owner(partition, limit)
            return projected
        await self._refill()
        projected = 0
        failed: set[OutboxRow] = set()
        while rows := await self._waiting(limit, failed):
            for owner in dict.fromkeys(row.partition for row in rows):
                done, bad = await self._owner(owner, limit)
                projected += done
                failed |= bad
        return projected

    async def carry(self, partition: str, rows: Sequence[OutboxRow]) -> None:
        """Carry these rows of one owner, which this process has just written, into the index.

        Rows of many callers and owners go together.

        Raises:
            As `project`.
        """
        await self._filled()
        if await self._together.ask(rows):
            async with self._gates.owner(partition):
                await self._fit(partition)
                await self._drain(partition, BATCH)

    async def _carried(self, groups: Sequence[Sequence[OutboxRow]]) -> list[bool]:
        """Carry rows, what several callers changed once; whether a mean of each one's owner is due."""
        rows = sorted((row for group in groups for row in group), key=lambda row: row.seq)
        newest = list({(row.partition, row.kind, row.id): row for row in rows}.values())
        more: set[str] = set()
        for start in range(0, len(newest), BATCH):
            _, waiting = await self._attempt(newest[start : start + BATCH])
            more |= waiting
        return [any(row.partition in more for row in group) for group in groups]

    def refill(self) -> None:
        """Ask for every point when all owners are projected next: another index was filled, or none."""
        self._unfilled = True

    async def _filled(self) -> None:
        """Everybody's rows wait for a new index, which is more work than one owner's call is for.

        Raises:
            IndexUnavailable: the index is new.
        """
        if await self._index.fresh():
            await self._refill()
            raise IndexUnavailable("the vector index is new, and is being filled from the ledger")

    async def _refill(self) -> None:
        """Ask for every point, if the index is new to the ledger, or was lost."""
        async with self._refilling:
            if self._unfilled or await self._index.fresh():
                if rows := await self._ledger.outbox_refill():
                    log.info("index.refilling", rows=rows)
                self._index.filling()
                self._unfilled = False

    async def make(self, partition: str, kind: PointKind, ids: Sequence[str]) -> None:
        """Write the points behind these rows of one owner to the index, and leave what waits in the outbox waiting.

        Raises:
            Unavailable: index or ledger can't be reached.
            ModelUnavailable: the embedder can't be reached.
        """
        # At sequence 0 a row stands for none that waits.
        rows = [OutboxRow(partition, kind.value, id_, 0) for id_ in ids]
        await self._attempt(rows)

    async def _waiting(
        self, limit: int, failed: Collection[OutboxRow], partition: str | None = None
    ) -> list[OutboxRow]:
        """The next rows but for those that failed just now, which the ledger still counts as the oldest."""
        tried = {(row.partition, row.kind, row.id) for row in failed}
        rows = await self._ledger.outbox(limit + len(failed), partition)
        return [row for row in rows if (row.partition, row.kind, row.id) not in tried]

    async def _owner(self, partition: str, limit: int) -> tuple[int, set[OutboxRow]]:
        """Project an owner's rows: how many, and those that can't be."""
        async with self._gates.owner(partition):
            return await self._drain(partition, limit)

    async def _drain(self, partition: str, limit: int) -> tuple[int, set[OutboxRow]]:
        projected = 0
        failed: set[OutboxRow] = set()
        while rows := await self._waiting(limit, failed, partition):
            bad, due_ = await self._attempt(rows)
            if due_:
                await self._fit(partition)
            failed.update(bad)
            projected += len(rows) - len(bad)
        return projected, failed

    async def _attempt(self, rows: Sequence[OutboxRow]) -> tuple[list[OutboxRow], set[str]]:
        """Project rows: those that can't be, and owners of whom a mean is due."""
        try:
            return [], await self._carry(rows)
        except NOT_THE_ROWS:
            raise
        except Exception:  # noqa: BLE001  Poison: which of the rows, the next line finds out.
            return await self._one_by_one(rows), set()

    async def _one_by_one(self, rows: Sequence[OutboxRow]) -> list[OutboxRow]:
        """Project each row alone; those that can't be are counted in the outbox."""
        bad: list[OutboxRow] = []
        for row in rows:
            try:
                await self._carry([row])
            except NOT_THE_ROWS:
                raise
            except Exception as e:  # noqa: BLE001  Whatever it is, it is this row's, and the others go on.
                bad.append(row)
                if not row.attempts:
                    # An error's text may hold what was said; where it was raised does not.
                    at = extract_tb(e.__traceback__)[-1]
                    where = f"{at.filename}:{at.lineno}"
                    log.warning("projection.poison", kind=row.kind, id=row.id, error=type(e).__name__, where=where)
        await self._ledger.outbox_failed(bad, PARK_AFTER)
        return bad

    async def _carry(self, rows: Sequence[OutboxRow]) -> set[str]:
        """Bring the points behind some rows to the state that the ledger holds now; owners of whom a mean is due."""
        by_owner: dict[str, list[OutboxRow]] = {}
        for row in rows:
            by_owner.setdefault(row.partition, []).append(row)
        made = await asyncio.gather(*(self._made(partition, theirs) for partition, theirs in by_owner.items()))
        await self._index.upsert(await self._embedded(made))
        for one, (partition, theirs) in zip(made, by_owner.items(), strict=True):
            points = {draft.point.id for draft in one.drafts}
            if gone := [row.id for row in theirs if row.id not in points]:
                await self._index.delete(partition, gone)
        self._step(Step.INDEXED)
        await self._ledger.outbox_done(rows)
        self._step(Step.PROJECTED)
        return {partition for partition, one in zip(by_owner, made, strict=True) if one.due}

    async def _made(self, partition: str, rows: Sequence[OutboxRow]) -> Made:
        """The points of one owner's rows, to be embedded."""
        # Side by side, with the owner: a point is never stamped newer than what it was made from.
        owner, means, state = await asyncio.gather(
            self._ledger.settled(partition), self._centring.means(partition), state_of(self._ledger, partition, rows)
        )
        seq, last_time = (owner.seq, owner.last_time) if owner else (0, -1)
        drafts = await Builder(self._ledger, partition, seq, last_time).drafts(state)
        return Made(drafts=drafts, means=means, due=bool(owner and self._due(owner, means)))

    async def _embedded(self, made: Sequence[Made]) -> list[Point]:
        texts = [draft.text for one in made for draft in one.drafts]
        if not texts or self._embedder is None:
            return [draft.point for one in made for draft in one.drafts]
        vectors = await self._embedder.embed(texts)
        points: list[Point] = []
        for one in made:
            found = dense(vectors[: len(one.drafts)], one.drafts, one.means)
            vectors = vectors[len(one.drafts) :]
            for draft in one.drafts:
                vector, version = found[draft.point.id]
                points.append(replace(draft.point, dense=vector, mean_version=version))
        return points

    # -- means ----------------------------------------------------------------------------------------------------

    def _due(self, owner: Owner, means: Means) -> dict[str, int]:
        """The lists whose mean is to be taken, with their counts."""
        if self._embedder is None or not self._embedder.centred:
            return {}
        counts = {"message": owner.message_count, "fact": owner.memory_count}
        return {name: count for name, count in counts.items() if due(count, means.by_name.get(name))}

    async def _fit(self, partition: str) -> None:
        """Take the means that are due, each of which sends every point of its list here again."""
        owner, means = await asyncio.gather(self._ledger.settled(partition), self._centring.means(partition))
        if owner is None or self._embedder is None:
            return
        for name, count in self._due(owner, means).items():
            try:
                vector = await self._mean(self._embedder, partition, name)
            except NOT_THE_ROWS:
                raise
            except Exception as e:  # noqa: BLE001  A text that can't be embedded: the owner goes on with the old mean.
                log.warning("projection.no_mean", list=name, error=type(e).__name__)
                continue
            old = means.by_name.get(name)
            mean = Mean(old.version + 1 if old else 1, count, vector)
            await self._ledger.set_mean(partition, name, mean.version, count, vector.tobytes())

    async def _mean(
        self, embedder: Embedder, partition: str, name: str
    ) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        total = np.zeros(embedder.dimension, np.float64)
        count = 0
        async for texts in self._messages(partition) if name == "message" else self._facts(partition):
            vectors = await embedder.embed(texts)
            total += vectors.sum(axis=0, dtype=np.float64)
            count += int(np.any(vectors, axis=1).sum())
        return (total / max(count, 1)).astype(np.float32)

    async def _messages(self, partition: str) -> AsyncIterator[list[str]]:
        after = ""
        while ids := await self._ledger.message_ids(partition, PAGE, after):
            yield dense_texts(await self._ledger.messages(partition, ids))
            after = ids[-1]

    async def _facts(self, partition: str) -> AsyncIterator[list[str]]:
        after = ""
        while ids := await self._ledger.memory_ids(partition, PAGE, after):
            yield [memory.revision.text for memory in await self._ledger.memories(partition, ids, Axes())]
            after = ids[-1]


def dense_texts(messages: Iterable[Message]) -> list[str]:
    """The texts of messages; one whose text can't be made has a row that is poison, and the mean does without it."""
    texts: list[str] = []
    for message in messages:
        with suppress(Exception):
            texts.append(dense_text(message))
    return texts
