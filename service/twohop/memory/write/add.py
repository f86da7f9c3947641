"""Adding: accept durably, process in the same call or behind it, answer from what was recorded."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import structlog

from twohop.errors import NotFound, ShuttingDown, TwohopError
from twohop.graph.model import Axes, Decision, Entity, Job, JobState, Memory, Message, Scope
from twohop.graph.store import Acceptance, JobUpdate, Ledger, Reached, RequestKey, unwatched
from twohop.memory.api import AddRequest, AddResult, Outcome
from twohop.memory.clock import Clock, Ids
from twohop.memory.gates import Gates
from twohop.memory.narrowing import of_scope
from twohop.memory.observe import Observer
from twohop.memory.ports import Fact, Usage
from twohop.memory.project import Projector
from twohop.memory.settings import Limits
from twohop.memory.steps import Step
from twohop.memory.validate import check_add, check_id
from twohop.memory.write.payload import Payload
from twohop.memory.write.process import Processor

log = structlog.get_logger(__name__)

FINAL = frozenset({JobState.DONE, JobState.PARTIAL, JobState.FAILED, JobState.CANCELLED})
PAGE = 500

UNEXPECTED = 2
"""Tries after something that is no model failure: a bug does not go away by repeating it for hours."""


class Adder:
    """The write path's front: every accepted add runs to its end, whoever still waits for it."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        processor: Processor,
        projector: Projector,
        gates: Gates,
        observer: Observer,
        clock: Clock,
        ids: Ids,
        limits: Limits,
        step: Reached = unwatched,
    ) -> None:
        self._ledger = ledger
        self._processor = processor
        self._projector = projector
        self._gates = gates
        self._observer = observer
        self._clock = clock
        self._ids = ids
        self._limits = limits
        self._step = step
        self._running: dict[str, asyncio.Task[JobState]] = {}
        self._accepting: set[asyncio.Task[Job]] = set()
        self._draining = False
        self.behind = False
        """Whether an owner's projection failed since all of them last succeeded: the worker then tries again."""

    async def add(self, request: AddRequest) -> AddResult:
        """Accept, process and answer. Cancelling the caller ends the waiting, not the job."""
        check_add(request, self._limits)
        if self._draining:
            raise ShuttingDown("this process is shutting down: send the request to another one, or again later")
        self._step(Step.RECEIVED)
        job, messages = self._job(request)
        key = request_key(request) if request.request_id else None
        accepting = asyncio.create_task(self._accept(request.scope, messages, job, key))
        self._accepting.add(accepting)
        accepting.add_done_callback(self._accepting.discard)
        accepted = await asyncio.shield(accepting)
        running = self._running.get(accepted.id)
        if request.wait and running is not None:
            await asyncio.shield(running)
        result = await self.result(request.scope, accepted.id)
        self._observer.answered(result.state)
        self._step(Step.ANSWERED)
        return result

    async def _accept(self, scope: Scope, messages: tuple[Message, ...], job: Job, key: RequestKey | None) -> Job:
        accepted = await self._ledger.accept(Acceptance(scope=scope, messages=messages, job=job, request=key))
        self._step(Step.ACCEPTED)
        if not accepted.repeated:
            self.start(accepted.job, messages[0].session)
        return accepted.job

    def start(self, job: Job, session: str) -> None:
        """Run a RUNNING job in this process."""
        task = asyncio.create_task(self._run(job, session), name=f"add-{job.id}")
        self._running[job.id] = task
        task.add_done_callback(lambda done: self._forget(job.id, done))

    def _forget(self, job_id: str, done: "asyncio.Task[JobState]") -> None:
        """Drop a finished task, unless the job was started again meanwhile."""
        if self._running.get(job_id) is done:
            del self._running[job_id]

    async def _run(self, job: Job, session: str) -> JobState:
        try:
            async with self._gates.session(job.partition, session):
                state = await self._processor.process(job)
        except TwohopError as e:
            log.warning("add.interrupted", job_id=job.id, reason=e.reason)
            return await self._give_back(job, f"{e.reason}: {e.message}")
        except Exception:
            log.exception("add.failed", job_id=job.id)
            return await self._give_back(job, "INTERNAL: see the server's log")
        self._observer.worked(state)
        await self.project(job.partition)
        return state

    async def _give_back(self, job: Job, error: str) -> JobState:
        """Leave the job for a later try after something unexpected; three strikes and it is FAILED."""
        state = JobState.PENDING if job.attempts < UNEXPECTED else JobState.FAILED
        later = self._clock() + 5_000_000
        try:
            await self._ledger.update_job(
                job.partition, JobUpdate(id=job.id, state=state, error=error, not_before=later)
            )
        except TwohopError as e:
            log.warning("add.not_given_back", job_id=job.id, reason=e.reason)
        self._observer.worked(state)
        return state

    async def project(self, partition: str | None = None) -> bool:
        """Bring the index up to date for one owner or all; False when that fails now (the outbox keeps the rows).

        Never raises: what was committed stays committed, whatever becomes of the index.
        """
        try:
            await self._projector.project(partition)
        except TwohopError as e:
            log.warning("index.behind", reason=e.reason)
            self.behind = True
            return False
        except Exception:
            log.exception("index.behind")
            self.behind = True
            return False
        if partition is None:
            self.behind = False
        return True

    async def drain(self) -> None:
        """Take no more adds and wait for those that run."""
        self._draining = True
        while pending := [*self._accepting, *self._running.values()]:
            await asyncio.wait(pending)

    def _job(self, request: AddRequest) -> tuple[Job, tuple[Message, ...]]:
        now = self._clock()
        scope = request.scope
        messages = tuple(
            Message(
                id=self._ids(),
                partition=scope.partition,
                session=scope.session,
                role=new.role,
                name=new.name.strip(),
                content=new.content,
                observed_at=now if new.observed_at is None else new.observed_at,
                time_zone=new.time_zone or "UTC",
                agent_id=scope.agent_id,
                run_id=scope.run_id,
            )
            for new in request.messages
        )
        ids = tuple(message.id for message in messages)
        facts = None if request.facts is None else tuple(placed(fact, ids) for fact in request.facts)
        payload = Payload(
            messages=ids,
            facts=facts,
            until=len(ids),
            author="" if facts is None else "user",
            metadata=request.metadata,
        )
        job = Job(
            id=self._ids(), partition=scope.partition, kind="add", state=JobState.RUNNING, payload=payload.to_json()
        )
        return job, messages

    # -- answers --------------------------------------------------------------------------------------------------

    async def result(self, scope: Scope, job_id: str) -> AddResult:
        """What an add led to, as recorded: the same for every call with the same request id."""
        check_id(scope, "job_id", job_id, self._limits)
        partition = scope.partition
        job = await self._ledger.job(partition, job_id)
        payload = None if job is None else Payload.from_json(job.payload)
        if job is None or payload is None or not await of_scope(self._ledger, scope, payload.messages):
            raise NotFound("no such job for this owner")
        decisions = await self._decisions(partition, job_id)
        outcomes = [await self._outcome(partition, decision) for decision in decisions]
        ends = {
            end
            for outcome in outcomes
            for relation in outcome.relations
            for end in (relation.triple.subject_id, relation.triple.object_id)
            if end
        }
        entities: list[Entity] = await self._ledger.entities(partition, sorted(ends))
        owner = await self._ledger.owner(partition)
        return AddResult(
            job_id=job.id,
            state=JobState.PENDING if job.state is JobState.RUNNING else job.state,
            message_ids=payload.messages,
            outcomes=tuple(outcomes),
            entities=tuple(entities),
            usage=Usage(**job.usage) if job.usage else Usage(),
            indexed=job.state in FINAL and not await self._ledger.outbox_size(partition),
            error=job.error,
            seq=owner.seq if owner else 0,
        )

    async def _decisions(self, partition: str, job_id: str) -> list[Decision]:
        decisions: list[Decision] = []
        after = ""
        while True:
            page = await self._ledger.decisions(partition, job_id=job_id, limit=PAGE, after=after)
            decisions.extend(page.items)
            if not page.next_key:
                return sorted(decisions, key=lambda decision: decision.position)
            after = page.next_key

    async def _outcome(self, partition: str, decision: Decision) -> Outcome:
        """The memory and its target as they stood right after the decision."""
        axes = Axes(known_at=decision.recorded_at)
        ids = [memory_id for memory_id in (decision.memory_id, decision.target_id) if memory_id]
        found: dict[str, Memory] = {m.id: m for m in await self._ledger.memories(partition, ids, axes)}
        relations = await self._ledger.relations_of_memories(partition, [i for i in [decision.memory_id] if i], axes)
        return Outcome(
            decision=decision,
            memory=found.get(decision.memory_id),
            target=found.get(decision.target_id),
            relations=tuple(relations.get(decision.memory_id, ())),
        )


def placed(fact: Fact, ids: Sequence[str]) -> Fact:
    """A caller's fact with its sources as message ids; "0" is the request's first message, none means all of them."""
    sources = tuple(ids[int(s)] if s.isdecimal() and int(s) < len(ids) else s for s in fact.sources)
    return replace(fact, sources=sources if sources or fact.quote else tuple(ids))


def request_key(request: AddRequest) -> RequestKey:
    """The identity of a repeated call: everything that the caller sent but whether it waits."""
    body: dict[str, Any] = asdict(replace(request, request_id="", wait=True))
    text = json.dumps(body, sort_keys=True, default=str, ensure_ascii=False)
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return RequestKey(
        tenant=request.scope.tenant, method="AddMemories", request_id=request.request_id, body_hash=digest
    )
