"""The memories near each fact that a judge is shown: the most similar live ones, and those of the same slot."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twohop.errors import IndexUnavailable, ModelError
from twohop.graph.model import Entity, Memory, Message, Moment
from twohop.graph.store import NOW, Ledger
from twohop.memory.centring import Centring
from twohop.memory.moment import written
from twohop.memory.ports import Candidate, Fact
from twohop.memory.settings import WriteSettings
from twohop.memory.write.ahead import Ahead
from twohop.memory.write.resolve import ResolvedFact, said_at
from twohop.memory.write.snapshot import Reads
from twohop.vector.embed import Embedder
from twohop.vector.index import Index
from twohop.vector.model import Arm, PointKind, Vector, Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """What is stored near the facts of several exchanges, and the facts' vectors by text (None = nothing can be told).

    `stored`: for each exchange and fact, id -> similarity.
    """

    vectors: dict[str, Vector] | None
    stored: Sequence[list[dict[str, float]]]


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
        [near] = (await self.similar_each(partition, [(facts, exchange)], now)).stored
        return near

    async def similar_each(
        self, partition: str, told: Sequence[tuple[Sequence[Fact], Sequence[Message]]], now: int
    ) -> Similar:
        """As `similar`, for the facts of several exchanges at once; they can be compared to each other too."""
        facts = [(fact, exchange) for few, exchange in told for fact in few]
        if self._index is None or not facts:
            return Similar(vectors=None, stored=[[{} for _ in few] for few, _ in told])
        try:
            vectors = await self._vectors(partition, [fact.text for fact, _ in facts])
            arms = [
                Arm(
                    kind=PointKind.MEMORY,
                    where=Where(as_of=max(now, said_at(fact, exchange).at)),
                    limit=self._settings.similar_memories,
                    dense=vector,
                )
                for (fact, exchange), vector in zip(facts, vectors, strict=True)
                if np.any(vector)
            ]
            lists = iter(await self._index.query(partition, arms))
        except (IndexUnavailable, ModelError):
            return Similar(vectors=None, stored=[[{} for _ in few] for few, _ in told])
        near = iter(
            {hit.memory_id: hit.score for hit in (next(lists) if np.any(vector) else ()) if self._near(hit.score)}
            for vector in vectors
        )
        stored = [[next(near) for _ in few] for few, _ in told]
        by_text = {fact.text.strip(): vector for (fact, _), vector in zip(facts, vectors, strict=True)}
        return Similar(vectors=by_text, stored=stored)

    async def similar_ahead(
        self, ahead: Ahead, partition: str, similar: Similar, place: int, facts: Sequence[Fact], said: Sequence[Moment]
    ) -> list[dict[str, float]]:
        """As `similar`, of the facts of one of the exchanges, on top of what was planned for those before it.

        `said`: for each fact the time at which a memory has to hold.
        """
        planned = ahead.changed
        if similar.vectors is None or not planned:
            return similar.stored[place]
        if missing := [m.revision.text for m in planned if m.revision.text not in similar.vectors]:
            try:
                similar.vectors.update(zip(missing, await self._vectors(partition, missing), strict=True))
            except ModelError:
                return similar.stored[place]
        theirs = np.stack([similar.vectors[memory.revision.text] for memory in planned])
        found: list[dict[str, float]] = []
        for fact, stored, at in zip(facts, similar.stored[place], said, strict=True):
            scores = {one: score for one, score in stored.items() if not ahead.changes(one)}
            for memory, cosine in zip(planned, theirs @ similar.vectors[fact.text.strip()], strict=True):
                if self._near(cosine) and memory.revision.live(at.at):
                    scores[memory.id] = round(float(cosine), 4)
            best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
            found.append(dict(best[: self._settings.similar_memories]))
        return found

    def _near(self, score: float) -> bool:
        return score >= self._settings.near

    async def _vectors(self, partition: str, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = await self._embedder.embed(texts)
        if self._embedder.centred:
            vectors = (await self._centring.means(partition)).centre(vectors, PointKind.MEMORY)
        return vectors

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
