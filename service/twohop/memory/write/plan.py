"""From judged facts to one commit: reads the owner's state that the facts may touch and derives every row to write."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from twohop.graph.model import Decision, Entity, Evidence, Memory, Operation, Revision, Triple
from twohop.graph.store import NOW, Changes, JobUpdate
from twohop.memory.clock import Ids
from twohop.memory.points import revision_vocabulary
from twohop.memory.predicates import PredicateTable
from twohop.memory.write.draft import Draft
from twohop.memory.write.entities import Apart, EntityBook, Merge
from twohop.memory.write.guard import RULES
from twohop.memory.write.merge import Names, merged_names, move, naming
from twohop.memory.write.plans import plans_of
from twohop.memory.write.relations import derive, difference, sentence
from twohop.memory.write.resolve import ResolvedFact
from twohop.memory.write.sameness import given_up
from twohop.memory.write.settle import Judged, Terms, in_order, settle
from twohop.memory.write.snapshot import Reads

CODE = "code"
"""The decider of what follows from the facts by rule."""


class Planner:
    """Plans commits of one deployment. Holds no state of owners."""

    def __init__(self, predicates: PredicateTable, ids: Ids) -> None:
        self._predicates = predicates
        self._ids = ids

    async def read_ahead(self, reads: Reads, partition: str, facts: Sequence[ResolvedFact]) -> None:
        """Have everything in hand that planning these facts asks for when they contradict nothing."""
        triples = {triple.key(partition) for fact in facts for triple in fact.triples}
        ends = {end for fact in facts for t in fact.triples for end in (t.subject_id, t.object_id) if end}
        await asyncio.gather(
            self.draft(reads, partition, facts),
            reads.by_triple(partition, sorted(triples)),
            reads.relations_by_key(partition, sorted(triples)),
            reads.entities(partition, sorted(ends)),
        )

    async def draft(
        self, reads: Reads, partition: str, facts: Sequence[ResolvedFact], also: Sequence[str] = ()
    ) -> Draft:
        """The state that these facts may touch, and the memories named in `also`."""
        stored: dict[str, Memory] = {}
        slots = [key for fact in facts for key in (*fact.slots, fact.denial_key) if key]
        triples = [plan.key(partition) for fact in facts for own in fact.triples[:1] for plan in plans_of(own)]
        asserting, alike, line, named = await asyncio.gather(
            reads.by_triple(partition, triples),
            reads.by_text(partition, [fact.text_hash for fact in facts]),
            reads.slot(partition, slots),
            reads.memories(partition, list(also), NOW),
        )
        # In the order of the facts, whoever answered: what is planned must not hang on it.
        for found in (alike, line, *(asserting.get(key, ()) for key in dict.fromkeys(triples)), named):
            stored.update((memory.id, memory) for memory in found)
        # A value of two subjects gives way on both lines, and what a fact ends may stand on another line than its own
        # (what was said as a plan): whatever changes on a line is settled with all of that line in hand.
        lines = ((memory.revision.slot_key, memory.revision.mirror_key) for memory in stored.values())
        beyond = {key for line in lines for key in line if key}
        if beyond := beyond - set(slots):
            stored.update((memory.id, memory) for memory in await reads.slot(partition, sorted(beyond)))
        return Draft(partition, stored.values(), self._ids)

    async def changes(
        self,
        reads: Reads,
        partition: str,
        judged: Sequence[Judged],
        book: EntityBook,
        terms: Terms,
        *,
        job: JobUpdate | None,
        expected_state: int,
    ) -> Changes:
        """The whole commit for judged facts, in the order they were said (what is taken back comes first)."""
        shown = [candidate.memory_id for one in judged for candidate in one.shown]
        draft = await self.draft(reads, partition, [one.fact for one in judged], shown)
        renamed = [await self._merge(reads, draft, merge, book, terms) for merge in book.merges]
        for pair in book.apart.values():
            self._refuse(draft, pair, terms)
        for one in in_order(judged, draft):
            settle(draft, one, terms)
        changes = await self.complete(reads, draft, book.changed)
        mentions = tuple(dict.fromkeys(mention for one in judged for mention in one.fact.mentions))
        used = {mention.entity_id for mention in mentions}
        for revision in draft.revisions:
            used.update(end for triple in revision.triples for end in (triple.subject_id, triple.object_id))
        used.update(one.kept_id for one in book.merges)
        aliases = tuple(alias for alias in book.aliases.values() if alias.entity_id in used)
        changes = replace(
            changes,
            expected_state=expected_state,
            entities=tuple(entity for entity in book.changed.values() if entity.id in used),
            aliases=aliases,
            mentions=mentions,
            job=job,
        )
        for names in renamed:
            changes = names.into(changes)
        return changes

    async def _merge(self, reads: Reads, draft: Draft, merge: Merge, book: EntityBook, terms: Terms) -> Names:
        """Plan a merge that the facts led to, as a decision of the code, which can be undone like any other."""
        kept, merged = book.by_id(merge.kept_id), book.by_id(merge.merged_id)
        draft.begin(self._ids(), CODE)
        memories = await naming(reads, draft.partition, merged.id)
        await move(
            reads,
            draft,
            memories,
            merged.id,
            kept.id,
            self._predicates,
            operation=Operation.MERGE,
            reason=merge.reason,
        )
        for memory_id in given_up(draft):
            draft.spend(memory_id)
        decision = of_code(draft, terms, Operation.MERGE, merge.reason)
        told = {"edit": "merge", "entity_id": kept.id, "other_id": merged.id, "named": merge.named}
        draft.record(replace(decision, input=told))
        return await merged_names(reads, kept, merged, named=merge.named)

    def _refuse(self, draft: Draft, pair: Apart, terms: Terms) -> None:
        """Record that two entities stay two although the facts call them one."""
        draft.begin(self._ids(), CODE)
        decision = of_code(draft, terms, Operation.DROP, RULES[pair.rule])
        told = {"edit": "merge", "entity_id": pair.one_id, "other_id": pair.other_id}
        draft.record(replace(decision, refused=Operation.MERGE.value, rule=pair.rule, input=told))

    async def complete(self, reads: Reads, draft: Draft, new_entities: Mapping[str, Entity]) -> Changes:
        """The rows of a draft: revisions, evidence, the relations that follow, and what the index must look at."""
        partition = draft.partition
        added, ended = await self._relations(reads, draft, new_entities)
        evidence = draft.evidence
        return Changes(
            partition=partition,
            revisions=draft.revisions,
            ended_revisions=draft.ended,
            evidence=evidence,
            withdrawn=tuple(draft.withdrawn),
            relations=tuple(added),
            ended_relations=tuple(ended),
            decisions=draft.decisions,
            touched_messages=await self._touched_messages(reads, draft, evidence),
            vocabulary=revision_vocabulary(draft.revisions),
        )

    async def _relations(
        self, reads: Reads, draft: Draft, new_entities: Mapping[str, Entity]
    ) -> tuple[list[Any], list[str]]:
        triples: dict[str, Triple] = {}
        for revision in draft.touched:
            triples.update((triple.key(draft.partition), triple) for triple in revision.triples)
        if not triples:
            return [], []
        ends = {end for t in triples.values() for end in (t.subject_id, t.object_id) if end}
        asserting, stored, known = await asyncio.gather(
            reads.by_triple(draft.partition, list(triples)),
            reads.relations_by_key(draft.partition, list(triples)),
            reads.entities(draft.partition, sorted(ends - new_entities.keys())),
        )
        entities = {**{entity.id: entity for entity in known}, **new_entities}
        asserted: dict[Triple, list[Revision]] = {}
        for revision in draft.standing:
            for triple in dict.fromkeys(revision.triples):
                asserted.setdefault(triple, []).append(revision)
        wanted = []
        for key, triple in triples.items():
            supporters: dict[str, Revision | None] = {
                memory.id: draft.current(memory.id) if draft.planned(memory.id) else memory.revision
                for memory in asserting.get(key, [])
            }
            supporters.update((r.memory_id, r) for r in asserted.get(triple, ()))
            standing = [r for r in supporters.values() if r is not None and triple in r.triples]
            text = sentence(triple, entities, self._predicates)
            wanted.extend(derive(draft.partition, triple, standing, text, self._ids))
        return difference(stored, wanted)

    async def _touched_messages(self, reads: Reads, draft: Draft, evidence: Sequence[Evidence]) -> tuple[str, ...]:
        """Messages whose words in the index hold the texts of these facts."""
        touched = [*draft.messages, *(row.message_id for row in evidence)]
        changed = dict.fromkeys(one.memory_id for one in draft.touched if not draft.born(one.memory_id))
        for memory in await reads.memories(draft.partition, list(changed), NOW):
            touched.extend(row.message_id for row in memory.evidence)
        return tuple(dict.fromkeys(touched))


def of_code(draft: Draft, terms: Terms, operation: Operation, reason: str) -> Decision:
    """The record of what the code decided about entities, within the draft's decision."""
    return Decision(
        id=draft.decision_id,
        partition=draft.partition,
        job_id=terms.job_id,
        position=terms.position,
        operation=operation,
        decider=CODE,
        reason=reason,
    )
