"""Adding: accept durably, process in the same call or behind it, answer from what was recorded."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

import structlog

from twohop.errors import NotFound, ShuttingDown, TwohopError
from twohop.graph.model import Axes, Decision, Entity, Job, JobKind, JobState, Memory, Message, Scope
from twohop.graph.store import Acceptance, Ledger, Reached, RequestKey, unwatched
from twohop.memory.api import AddRequest, AddResult, Outcome
from twohop.memory.clock import Clock, Ids
from twohop.memory.narrowing import of_scope
from twohop.memory.notices import Notices
from twohop.memory.observe import Observer
from twohop.memory.points import message_vocabulary
from twohop.memory.ports import Fact, Usage
from twohop.memory.project import Projector
from twohop.memory.settings import Limits, SummarySettings
from twohop.memory.steps import Step
from twohop.memory.validate import check_add, check_id
from twohop.memory.write.payload import Payload
from twohop.memory.write.preview import Previewer
from twohop.memory.write.runner import Runner, line_of
from twohop.memory.write.summarise import summary_job

log = structlog.get_logger(__name__)

PAGE = 500


class Adder:
    """The write path's front: every accepted add is worked on to its end, whoever still waits for it."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        runner: Runner,
        previewer: Previewer,
        projector: Projector,
        notices: Notices,
        observer: Observer,
        clock: Clock,
        ids: Ids,
        limits: Limits,
        summary: SummarySettings,
        step: Reached = unwatched,
    ) -> None:
        self._ledger = ledger
        self._runner = runner
        self._previewer = previewer
        self._projector = projector
        self._notices = notices
        self._observer = observer
        self._clock = clock
        self._ids = ids
        self._limits = limits
        self._summary = summary
        self._step = step
        self._accepting: set[asyncio.Task[Job]] = set()
        self._draining = False
        self.behind = False
        """Whether an owner's projection failed since all of them last succeeded: the worker then tries again soon."""

    async def add(self, request: AddRequest) -> AddResult:
        """Accept, process and answer. Cancelling the caller ends the waiting, not the job."""
        check_add(request, self._limits)
        if request.dry_run:
            job, messages = self._job(request)
            return await self._previewer.preview(request.scope, job, messages)
        if self._draining:
            raise ShuttingDown("this process is shutting down: send the request to another one, or again later")
        self._step(Step.RECEIVED)
        job, messages = self._job(request)
        key = request_key(request) if request.request_id else None
        accepting = asyncio.create_task(self._accept(request.scope, messages, job, key))
        self._accepting.add(accepting)
        accepting.add_done_callback(self._accepting.discard)
        accepted = await asyncio.shield(accepting)
        if request.wait:
            await self._decided(accepted)
        result = await self.result(request.scope, accepted.id)
        if result.state is JobState.RUNNING:
            result = replace(result, state=JobState.PENDING)
        self._observer.answered(result.state)
        self._step(Step.ANSWERED)
        return result

    async def _accept(self, scope: Scope, messages: tuple[Message, ...], job: Job, key: RequestKey | None) -> Job:
        """Make the add durable, and start its job if it has a place and nothing is before it in its session."""
        placed = self._runner.take(job)
        acceptance = Acceptance(
            scope=scope,
            messages=messages,
            job=replace(job, state=JobState.RUNNING, run=1) if placed else job,
            request=key,
            summary=summary_job(self._ids(), job.partition, job.session),
            summary_after=self._summary.messages,
            vocabulary=message_vocabulary(messages),
        )
        started = False
        try:
            accepted = await self._ledger.accept(acceptance)
            self._step(Step.ACCEPTED)
            started = placed and not accepted.repeated and accepted.job.state is JobState.RUNNING
        finally:
            if placed and not started:
                self._runner.give(job)
        if started:
            self._runner.start(accepted.job)
        elif not accepted.repeated:
            self._runner.queued()
        return accepted.job

    async def _decided(self, job: Job) -> None:
        """Wait until the job is final, or it or one before it in its session waits for another try."""
        with self._notices.watching(job.id, line_of(job)) as watch:
            # What this process works on is waited for to its very end: the index is brought up to date after a commit.
            while self._runner.works_on(job.id) or (not self._draining and await self._moves(job)):
                await watch.change()

    async def _moves(self, job: Job) -> bool:
        """Whether the job is worked on, or is going to be as soon as what is before it is done.

        One that waits for another try is asked for no time: the ledger's clock, by which it waits, may not be ours.
        """
        found = await self._ledger.job(job.partition, job.id)
        if found is None or found.state.final:
            return False
        first = await self._ledger.first_job(job.partition, job.kind, job.session)
        if first is None or first.state is JobState.RUNNING:
            return True
        if first.id == job.id:
            self._runner.turn()
        return not first.not_before

    async def work(self, process: Callable[[Job], Awaitable[JobState]], job: Job) -> JobState:
        """Process a running job and bring the index up to date."""
        try:
            state = await process(job)
        except BaseException:
            # What it committed before is found by meaning all the same, once the worker has seen to it.
            self.behind = True
            raise
        await self.project(job.partition)
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
        """Take no more adds, and let nobody wait for those that are queued."""
        self._draining = True
        self._notices.close()
        while accepting := list(self._accepting):
            await asyncio.wait(accepting)

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
            id=self._ids(),
            partition=scope.partition,
            kind=JobKind.ADD,
            session=scope.session,
            state=JobState.PENDING,
            payload=payload.to_json(),
        )
        return job, messages

    # -- answers --------------------------------------------------------------------------------------------------

    async def result(self, scope: Scope, job_id: str) -> AddResult:
        """What a job led to, as recorded: the same for every call with the same request id."""
        check_id(scope, "job_id", job_id, self._limits)
        partition = scope.partition
        job = await self.known(scope, job_id)
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
        return replace(
            outline(job),
            outcomes=tuple(outcomes),
            entities=tuple(entities),
            indexed=job.state.final and not (await self._ledger.backlog(partition)).waiting,
            seq=owner.seq if owner else 0,
        )

    async def known(self, scope: Scope, job_id: str) -> Job:
        """A job that the scope sees.

        Raises:
            NotFound: the owner has no such job, or it is of another agent or run.
        """
        job = await self._ledger.job(scope.partition, job_id)
        if job is None or not await of_scope(self._ledger, scope, outline(job).message_ids):
            raise NotFound("no such job for this owner")
        return job

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


def outline(job: Job) -> AddResult:
    """A job without what it led to."""
    return AddResult(
        job_id=job.id,
        state=job.state,
        message_ids=tuple(job.payload.get("messages", ())),
        outcomes=(),
        usage=Usage(**job.usage) if job.usage else Usage(),
        indexed=False,
        error=job.error,
        kind=job.kind,
        session=job.session,
        attempts=job.attempts,
        next_attempt_at=job.not_before if job.state is JobState.PENDING and job.not_before else None,
        created_at=job.created_at,
        updated_at=job.updated_at,
    )


def placed(fact: Fact, ids: Sequence[str]) -> Fact:
    """A caller's fact with its sources as message ids; "0" is the request's first message, none means all of them."""
    places = {str(place): message_id for place, message_id in enumerate(ids)}
    sources = tuple(places.get(source, source) for source in fact.sources)
    return replace(fact, sources=sources if sources or fact.quote else tuple(ids))


def request_key(request: AddRequest) -> RequestKey:
    """The identity of a repeated call: everything that the caller sent but whether it waits."""
    body: dict[str, Any] = asdict(replace(request, request_id="", wait=True))
    text = json.dumps(body, sort_keys=True, default=str, ensure_ascii=False)
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return RequestKey(
        tenant=request.scope.tenant, method="AddMemories", request_id=request.request_id, body_hash=digest
    )
