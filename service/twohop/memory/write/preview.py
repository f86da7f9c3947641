"""A dry run of an add: the same extraction, judge, guardrails and plan, and nothing written, not even the messages."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from twohop.errors import ModelError, ModelUnavailable
from twohop.graph.model import Axes, Decision, Entity, Job, JobState, Memory, Message, Operation, Scope
from twohop.graph.store import Changes, Ledger
from twohop.memory.api import AddResult, Outcome
from twohop.memory.clock import Clock, Ids
from twohop.memory.ports import Calls, Extraction, Usage
from twohop.memory.settings import WriteSettings
from twohop.memory.write.choice import Choice, Opinion
from twohop.memory.write.chunks import first_chunk
from twohop.memory.write.decide import Decider, Work
from twohop.memory.write.extracting import Extracting, lost
from twohop.memory.write.guidance import Agents, Guidance
from twohop.memory.write.naming import NameResolver
from twohop.memory.write.payload import Payload
from twohop.memory.write.plan import Planner
from twohop.memory.write.scene import Scene
from twohop.memory.write.snapshot import Snapshot


class Previewer:
    """Plans adds that are never carried out."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        agents: Agents,
        extracting: Extracting,
        decider: Decider,
        names: NameResolver,
        planner: Planner,
        clock: Clock,
        ids: Ids,
        settings: WriteSettings,
    ) -> None:
        self._ledger = ledger
        self._agents = agents
        self._extracting = extracting
        self._decider = decider
        self._names = names
        self._planner = planner
        self._clock = clock
        self._ids = ids
        self._settings = settings

    async def preview(self, scope: Scope, job: Job, messages: Sequence[Message]) -> AddResult:
        """What the add would decide now. Ids of what it would make are of no use later.

        Raises:
            ModelUnavailable: the model is down: there is nothing to show, and nothing waits.
        """
        guidance = await self._agents.of(scope, messages[0].agent_id)
        scene = await self._scene(scope, job, messages)
        said = scene.messages
        works: list[tuple[Work, Sequence[Opinion]]] = []
        payload = Payload.from_json(job.payload)
        while payload.done < len(said):
            ahead = said[payload.done :]
            taken = len(ahead)
            if payload.facts is None:
                taken = first_chunk(
                    ahead[: self._settings.chunk + 1], most=self._settings.chunk, characters=self._settings.chunk_chars
                )
            works.append(await self._judged(job, guidance, payload, scene, ahead[:taken]))
            payload = replace(payload, done=payload.done + taken)
        return await self._told(scope, job, said, works)

    async def _scene(self, scope: Scope, job: Job, messages: Sequence[Message]) -> Scene:
        """The scene as it would be if the messages were accepted."""
        owner, session, before = await asyncio.gather(
            self._ledger.owner(scope.partition),
            self._ledger.session(scope.partition, job.session),
            self._ledger.recent_messages(scope.partition, job.session, self._settings.recent_messages),
        )
        begins = session.message_count if session else 0
        said = [replace(message, position=begins + place) for place, message in enumerate(messages)]
        return Scene(owner=owner, session=session, messages=said, before=before)

    async def _judged(
        self, job: Job, guidance: Guidance, payload: Payload, scene: Scene, exchange: Sequence[Message]
    ) -> tuple[Work, Sequence[Opinion]]:
        calls = Calls(self._settings.calls)
        try:
            extraction: Extraction = await self._extracting.extract(payload, scene, exchange, guidance.extractor, calls)
        except ModelUnavailable:
            raise
        except ModelError as e:
            extraction = lost(e)
        work = Work(
            job=job,
            guidance=guidance,
            payload=payload,
            exchange=exchange,
            extraction=extraction,
            calls=calls,
            usage=Usage(),
        )
        found = await self._decider.candidates(work)
        opinions, error = await self._decider.opinions(work, found.shown, range(len(extraction.facts)))
        if error is not None:
            raise error
        return work, [opinions[place] for place in range(len(extraction.facts))]

    async def _told(
        self, scope: Scope, job: Job, said: Sequence[Message], works: Sequence[tuple[Work, Sequence[Opinion]]]
    ) -> AddResult:
        facts = [fact for work, _ in works for fact in work.extraction.facts]
        opinions = [opinion for _, few in works for opinion in few]
        choice = Choice.of(facts, opinions, 0)
        snapshot = Snapshot(self._ledger, scope.partition)
        resolved, book = await self._names.resolve(snapshot, scope.partition, choice.facts, said)
        lost_facts = choice.lost(job, [one for work, _ in works for one in work.extraction.dropped], self._ids)
        terms = works[0][0].terms(self._settings.destructive, self._clock())
        changes = await self._planner.changes(
            snapshot, scope.partition, choice.judged(resolved), book, terms, job=None, expected_state=0
        )
        decisions = sorted((*changes.decisions, *lost_facts), key=lambda decision: decision.position)
        failed = any(decision.operation is Operation.FAIL for decision in decisions)
        owner = await self._ledger.owner(scope.partition)
        stored = await self._stored(scope, decisions)
        usage = Usage()
        for work, _ in works:
            usage += work.calls.usage
        return AddResult(
            job_id="",
            state=JobState.PARTIAL if failed else JobState.DONE,
            message_ids=(),
            outcomes=tuple(self._outcome(decision, changes, stored) for decision in decisions),
            entities=await self._entities(scope, changes),
            usage=usage,
            indexed=False,
            session=job.session,
            seq=owner.seq if owner else 0,
        )

    async def _stored(self, scope: Scope, decisions: Sequence[Decision]) -> dict[str, Memory]:
        ids = dict.fromkeys(one for decision in decisions for one in (decision.memory_id, decision.target_id) if one)
        return {memory.id: memory for memory in await self._ledger.memories(scope.partition, list(ids), Axes())}

    def _outcome(self, decision: Decision, changes: Changes, stored: dict[str, Memory]) -> Outcome:
        """The memory and its target as they would stand."""
        planned = {revision.memory_id: revision for revision in changes.revisions}

        def memory(memory_id: str) -> Memory | None:
            known, revision = stored.get(memory_id), planned.get(memory_id)
            if revision is None:
                return known
            evidence = tuple(row for row in changes.evidence if row.memory_id == memory_id)
            return Memory(
                id=memory_id,
                partition=revision.partition,
                created_at=known.created_at if known else self._clock(),
                revision=revision,
                evidence=(*(known.evidence if known else ()), *evidence),
            )

        return Outcome(
            decision=decision,
            memory=memory(decision.memory_id),
            target=memory(decision.target_id),
            relations=tuple(one for one in changes.relations if decision.memory_id in one.support),
        )

    async def _entities(self, scope: Scope, changes: Changes) -> tuple[Entity, ...]:
        new = {entity.id: entity for entity in changes.entities}
        ends = {end for one in changes.relations for end in (one.triple.subject_id, one.triple.object_id) if end}
        known = await self._ledger.entities(scope.partition, sorted(ends - new.keys()), Axes())
        return (*new.values(), *known)
