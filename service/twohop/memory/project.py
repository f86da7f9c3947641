"""Projection: what the ledger holds now, carried into the index.

An outbox row is only a key that means "look again": the current state is read and upserted, or its point deleted. So
projecting is idempotent and needs no order, and a crash between index and ledger costs a repetition.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace

import numpy as np
import structlog

from twohop.errors import IndexUnavailable
from twohop.graph.model import Axes, Memory, OutboxRow, Owner
from twohop.graph.store import Ledger, Reached, unwatched
from twohop.memory.centring import Centring, Mean, Means, due
from twohop.memory.gates import Gates
from twohop.memory.names import normal
from twohop.memory.points import (
    RADIUS,
    Draft,
    dense,
    dense_text,
    message_draft,
    relation_draft,
    revision_draft,
)
from twohop.memory.steps import Step
from twohop.vector.embed import Embedder
from twohop.vector.index import Index
from twohop.vector.model import Point
from twohop.vector.sparse import surfaces

BATCH = 64
"""Rows of one step: some 30 ms of encoding, after which other tasks have their turn."""

PAGE = 1_000
"""Texts read at a time while a mean is taken."""

log = structlog.get_logger(__name__)


class Projector:
    """Keeps the index at the ledger's state. Safe to call from many tasks: an owner's calls queue up and coalesce.

    `embedder` None: the index holds nothing that a vector could be compared with.
    """

    def __init__(self, ledger: Ledger, index: Index, embedder: Embedder | None, step: Reached = unwatched) -> None:
        self._ledger = ledger
        self._index = index
        self._embedder = embedder
        self._step = step
        self._centring = Centring(ledger)
        self._gates = Gates()
        self._refilling = asyncio.Lock()

    async def project(self, partition: str | None = None, limit: int = BATCH) -> int:
        """Carry all waiting changes of one owner, or of all, into the index; returns how many rows that were.

        `limit` is the number of rows of one step. What fails stays in the outbox.

        Raises:
            IndexUnavailable: the index can't be reached, or one owner is asked for and it has only begun to be filled.
            ModelError: the embedder failed.
        """
        if await self._index.fresh():
            await self._refill()
            if partition is not None:
                # Everybody's rows wait now: they are no work for one owner's call.
                raise IndexUnavailable("the vector index is new, and is being filled from the ledger")
        if partition is not None:
            async with self._gates.owner(partition):
                return await self._drain(partition, limit)
        projected = 0
        while rows := await self._ledger.outbox(limit):
            for owner in dict.fromkeys(row.partition for row in rows):
                projected += await self.project(owner, limit)
        return projected

    async def _refill(self) -> None:
        async with self._refilling:
            if await self._index.fresh():
                log.info("index.refilled", rows=await self._ledger.outbox_refill())
                self._index.filling()

    async def _drain(self, partition: str, limit: int) -> int:
        projected = 0
        while rows := await self._ledger.outbox(limit, partition):
            # Read before the rows' state: a point is never stamped newer than what it was made from.
            owner = await self._ledger.owner(partition)
            means = await self._centred(self._embedder, owner) if self._embedder and owner else Means()
            builder = Builder(self._ledger, partition, owner.seq if owner else 0)
            drafts, gone, words = await builder.drafts(rows)
            await self._index.upsert(await self._embedded(drafts, means))
            if gone:
                await self._index.delete(partition, gone)
            self._step(Step.INDEXED)
            # Together, so that both are one group of the ledger's writer and one wait for the disk.
            await asyncio.gather(self._ledger.add_vocabulary(partition, words), self._ledger.outbox_done(rows))
            self._step(Step.PROJECTED)
            projected += len(rows)
        return projected

    async def _embedded(self, drafts: Sequence[Draft], means: Means) -> list[Point]:
        if not drafts or self._embedder is None:
            return [draft.point for draft in drafts]
        found = dense(await self._embedder.embed([draft.text for draft in drafts]), drafts, means)
        points: list[Point] = []
        for draft in drafts:
            vector, version = found[draft.point.id]
            points.append(replace(draft.point, dense=vector, mean_version=version))
        return points

    # -- means ----------------------------------------------------------------------------------------------------

    async def _centred(self, embedder: Embedder, owner: Owner) -> Means:
        """The owner's means; one that is due is taken first, which sends every point of its list here again."""
        if not embedder.centred:
            return Means()
        means = await self._centring.means(owner.partition)
        counts = {"message": owner.message_count, "fact": owner.memory_count}
        pending = {name: count for name, count in counts.items() if due(count, means.by_name.get(name))}
        for name, count in pending.items():
            vector = await self._mean(embedder, owner.partition, name)
            old = means.by_name.get(name)
            mean = Mean(old.version + 1 if old else 1, count, vector)
            await self._ledger.set_mean(owner.partition, name, mean.version, count, vector.tobytes())
        return await self._centring.means(owner.partition) if pending else means

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
            yield [dense_text(message) for message in await self._ledger.messages(partition, ids)]
            after = ids[-1]

    async def _facts(self, partition: str) -> AsyncIterator[list[str]]:
        after = ""
        while ids := await self._ledger.memory_ids(partition, PAGE, after):
            yield [memory.revision.text for memory in await self._ledger.memories(partition, ids, Axes())]
            after = ids[-1]


class Builder:
    """Reads the current state behind a batch of outbox rows of one owner."""

    def __init__(self, ledger: Ledger, partition: str, seq: int) -> None:
        self._ledger = ledger
        self._partition = partition
        self._seq = seq

    async def drafts(self, rows: Sequence[OutboxRow]) -> tuple[list[Draft], list[str], dict[str, str]]:
        """Points to write, ids of points that must go, and the words seen (stem -> surface form)."""
        ids: dict[str, list[str]] = {"message": [], "memory": [], "relation": []}
        for row in rows:
            ids[row.kind].append(row.id)
        messages, words = await self._messages(ids["message"])
        revisions, more = await self._revisions(ids["memory"])
        relations = await self._relations(ids["relation"])
        drafts = [*messages, *revisions, *relations]
        made = {draft.point.id for draft in drafts}
        return drafts, [row.id for row in rows if row.id not in made], {**more, **words}

    async def _messages(self, ids: Sequence[str]) -> tuple[list[Draft], dict[str, str]]:
        if not ids:
            return [], {}
        windows = await self._ledger.windows(self._partition, ids, RADIUS)
        facts = await self._ledger.facts_of_messages(self._partition, ids, Axes())
        drafts: list[Draft] = []
        words: dict[str, str] = {}
        for message_id, window in windows.items():
            message = next(other for other in window if other.id == message_id)
            drafts.append(message_draft(message, window, facts.get(message_id, ()), self._seq))
            words |= surfaces(dense_text(message))
        return drafts, words

    async def _revisions(self, ids: Sequence[str]) -> tuple[list[Draft], dict[str, str]]:
        """One point a version, also of those that ended: what was known then is found then.

        A disputed version is never an answer, so it has no point.
        """
        if not ids:
            return [], {}
        revisions = [r for r in await self._ledger.revisions_by_id(self._partition, ids) if not r.disputed]
        memory_ids = list(dict.fromkeys(revision.memory_id for revision in revisions))
        memories = {m.id: m for m in await self._ledger.memories(self._partition, memory_ids, Axes())}
        for revision in revisions:
            if revision.memory_id not in memories:
                # It was retracted: its evidence is read as it was known while it stood.
                then = Axes(known_at=revision.recorded_at)
                for memory in await self._ledger.memories(self._partition, [revision.memory_id], then):
                    memories[memory.id] = memory
        said = await self._said(memories.values())
        drafts: list[Draft] = []
        words: dict[str, str] = {}
        for revision in revisions:
            evidence = memories[revision.memory_id].evidence
            observed = max((said[row.message_id] for row in evidence), default=revision.recorded_at)
            drafts.append(revision_draft(revision, evidence, observed, self._seq))
            words |= surfaces(" ".join((revision.text, *revision.cues)))
        return drafts, words

    async def _relations(self, ids: Sequence[str]) -> list[Draft]:
        """Relations that stand now and are worded unlike the memories behind them."""
        if not ids:
            return []
        relations = await self._ledger.relations(self._partition, ids, Axes())
        support = list(dict.fromkeys(memory_id for relation in relations for memory_id in relation.support))
        memories = {m.id: m for m in await self._ledger.memories(self._partition, support, Axes())}
        said = await self._said(memories.values())
        drafts: list[Draft] = []
        for relation in relations:
            behind = [memories[memory_id] for memory_id in relation.support if memory_id in memories]
            if any(normal(memory.revision.text) == normal(relation.text) for memory in behind):
                continue
            evidence = [row for memory in behind for row in memory.evidence]
            observed = max((said[row.message_id] for row in evidence), default=relation.recorded_at)
            drafts.append(relation_draft(relation, evidence, observed, self._seq))
        return drafts

    async def _said(self, memories: Iterable[Memory]) -> dict[str, int]:
        """Message id -> when it was said, for all evidence of the memories."""
        ids = list(dict.fromkeys(row.message_id for memory in memories for row in memory.evidence))
        return {message.id: message.observed_at for message in await self._ledger.messages(self._partition, ids)}
