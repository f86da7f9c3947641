"""The memories near each fact that a judge is shown: the most similar live ones, and those of the same slot."""

import asyncio
from collections.abc import Mapping, Sequence

import numpy as np

from twohop.errors import IndexUnavailable, ModelError
from twohop.graph.model import Entity, Memory, Message
from twohop.graph.store import NOW, Ledger
from twohop.memory.centring import Centring
from twohop.memory.moment import written
from twohop.memory.ports import Candidate, Fact
from twohop.memory.settings import WriteSettings
from twohop.memory.write.resolve import ResolvedFact, said_at
from twohop.memory.write.snapshot import Reads
from twohop.vector.embed import Embedder
from twohop.vector.index import Index
from twohop.vector.model import Arm, PointKind, Where


class CandidateFinder:
    """Finds candidates in index and ledger. With either model or index down the ledger alone answers."""

    def __init__(self, ledger: Ledger, index: Index | None, embedder: Embedder, settings: WriteSettings) -> None:
        self._index = index
        self._embedder = embedder
        self._settings = settings
        self._centring = Centring(ledger)

    async def similar(
        self, partition: str, facts: Sequence[Fact], exchange: Sequence[Message], now: int
    ) -> list[dict[str, float]]:
        """For each fact the memories with a near meaning: id -> similarity. Empty without an index that answers."""
        if self._index is None or not facts:
            return [{} for _ in facts]
        try:
            vectors = await self._embedder.embed([fact.text for fact in facts])
            if self._embedder.centred:
                vectors = (await self._centring.means(partition)).centre(vectors, PointKind.MEMORY)
            arms = [
                Arm(
                    kind=PointKind.MEMORY,
                    where=Where(as_of=max(now, said_at(fact, exchange).at)),
                    limit=self._settings.similar_memories,
                    dense=vector,
                )
                for fact, vector in zip(facts, vectors, strict=True)
                if np.any(vector)
            ]
            lists = iter(await self._index.query(partition, arms))
        except (IndexUnavailable, ModelError):
            return [{} for _ in facts]
        near: list[dict[str, float]] = []
        for vector in vectors:
            hits = next(lists) if np.any(vector) else []
            near.append({hit.memory_id: hit.score for hit in hits if hit.score >= self._settings.near})
        return near

    async def find(
        self,
        reads: Reads,
        partition: str,
        facts: Sequence[ResolvedFact],
        near: Sequence[Mapping[str, float]],
        now: int,
    ) -> list[tuple[Candidate, ...]]:
        """For each fact at most s candidates: same text, claim or slot first, then by similarity, then same subject.

        Memories of one (subject, predicate) that are neither near nor of its slot come last: of a hundred things that
        somebody likes, the newest ten would leave no room for the one that says the same in other words.
        """
        pairs = [(fact.subject_id, fact.predicate) for fact in facts if fact.triples]
        by_text, slots, claims, by_subject, named = await asyncio.gather(
            reads.by_text(partition, [fact.text_hash for fact in facts]),
            reads.slot(partition, [key for f in facts for key in (*f.slots, f.denial_key) if key]),
            reads.by_triple(partition, [t.key(partition) for f in facts for t in f.triples[:1]]),
            reads.by_subject(partition, pairs, self._settings.similar_memories),
            reads.memories(partition, sorted({i for n in near for i in n}), NOW),
        )
        similar = {memory.id: memory for memory in named}
        chosen: list[list[tuple[Memory, float]]] = []
        for fact, scores in zip(facts, near, strict=True):
            pair = (fact.subject_id, fact.predicate)
            exact = [m for m in by_text if m.revision.text_hash == fact.text_hash]
            exact += [m for own in fact.triples[:1] for m in claims.get(own.key(partition), ())]
            keys = {*fact.slots, fact.denial_key}
            exact += [m for m in slots if keys & {m.revision.slot_key, m.revision.mirror_key} - {""}]
            ordered = {m.id: (m, scores.get(m.id, 1.0)) for m in exact}
            for memory_id, score in sorted(scores.items(), key=lambda item: (-item[1], item[0])):
                if memory_id in similar:
                    ordered.setdefault(memory_id, (similar[memory_id], score))
            for m in by_subject:
                if any((t.subject_id, t.predicate) == pair for t in m.revision.triples):
                    ordered.setdefault(m.id, (m, 0.0))
            live = [(m, score) for m, score in ordered.values() if m.revision.live(max(now, fact.observed.at))]
            chosen.append(live[: self._settings.similar_memories])
        shown = [memory for few in chosen for memory, _ in few]
        # With the names, the lines that a change of one of them is settled on: the plan asks for them.
        lines = {key for m in shown for key in (m.revision.slot_key, m.revision.mirror_key) if key}
        names, _ = await asyncio.gather(self._names(reads, partition, shown), reads.slot(partition, sorted(lines)))
        return [tuple(candidate(memory, score, names) for memory, score in few) for few in chosen]

    async def _names(self, reads: Reads, partition: str, memories: Sequence[Memory]) -> dict[str, Entity]:
        ends = {end for m in memories for t in m.revision.triples for end in (t.subject_id, t.object_id) if end}
        return {entity.id: entity for entity in await reads.entities(partition, sorted(ends))}


def candidate(memory: Memory, similarity: float, names: Mapping[str, Entity]) -> Candidate:
    """What a judge is shown of a memory."""
    revision = memory.revision
    own = revision.triples[0] if revision.triples else None
    return Candidate(
        memory_id=memory.id,
        revision_id=revision.id,
        text=revision.text,
        kind=revision.kind,
        subject=names[own.subject_id].name if own and own.subject_id in names else "",
        predicate=own.predicate if own else "",
        object=(names[own.object_id].name if own.object_id in names else own.literal) if own else "",
        valid_from=written(revision.validity.valid_from),
        pinned=revision.pinned,
        similarity=round(similarity, 4),
    )
