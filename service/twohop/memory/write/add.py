"""Adding: accept durably, process in the same call or behind it, answer from what was recorded."""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, replace
from typing import Any, TypeAlias

import structlog

from twohop.errors import ShuttingDown, TwohopError
from twohop.graph.model import Job, JobKind, JobState, Message, OutboxRow, Scope
from twohop.graph.store import Acceptance, Accepted, Ledger, Reached, RequestKey, unwatched
from twohop.memory.api import AddRequest, AddResult
from twohop.memory.clock import Clock, Ids
from twohop.memory.notices import Notices
from twohop.memory.observe import Observer
from twohop.memory.points import message_vocabulary
from twohop.memory.ports import Fact
from twohop.memory.project import Projector
from twohop.memory.settings import Limits, SummarySettings
from twohop.memory.steps import Step
from twohop.memory.validate import check_add
from twohop.memory.write.answer import Answers, Trace
from twohop.memory.write.line import Member
from twohop.memory.write.lines import Lines
from twohop.memory.write.payload import Payload
from twohop.memory.write.preview import Previewer
from twohop.memory.write.runner import Runner, line_of
from twohop.memory.write.scene import Scene, scene_at, scene_of
from twohop.memory.write.summarise import summary_job

log = structlog.get_logger(__name__)

PAGE = 500


Process: TypeAlias = Callable[[Job, Scene, Trace], Awaitable[JobState]]
"""Works on a running job, in its scene, and takes down what it writes."""


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
        answers: Answers,
        lines: Lines,
        summary: SummarySettings,
        recent: int,
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
        self._answers = answers
        self._lines = lines
        self._summary = summary
        self._recent = recent
        self._step = step
        self._accepting: set[asyncio.Task[Job]] = set()
        self._begun: dict[str, Accepted] = {}
        self._behind: dict[str, dict[str, Accepted]] = {}
        self._asked: set[str] = set()
        self._joined: set[str] = set()
        self._waiters: Counter[str] = Counter()
        self._made: dict[str, AddResult] = {}
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
        with self._asking(job) if request.wait else nullcontext():
            accepted = await asyncio.shield(accepting)
            result = await self._decided(accepted) if request.wait else None
        if result is None:
            result = await self._answers.of(request.scope, accepted.id)
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
            recent=self._recent,
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
            self._begun[job.id] = accepted
            work = self._runner.start(accepted.job)
            work.add_done_callback(lambda _: self._begun.pop(job.id, None))  # Also if it was cancelled before it began.
        elif not accepted.repeated:
            if job.id in self._asked:
                self._behind.setdefault(line_of(job), {})[job.id] = accepted
            self._runner.queued(JobKind.ADD)
        return accepted.job

    @contextmanager
    def _asking(self, job: Job) -> Iterator[None]:
        """While somebody waits for the add, it may be worked on together with the one that it waits for."""
        self._asked.add(job.id)
        try:
            yield
        finally:
            self._asked.discard(job.id)
            line = self._behind.get(line_of(job), {})
            line.pop(job.id, None)
            if not line:
                self._behind.pop(line_of(job), None)

    async def _decided(self, job: Job) -> AddResult | None:
        """Wait until the job is final, or it or one before it in its session waits for another try.

        Returns the answer when this process has just made it.
        """
        self._waiters[job.id] += 1
        try:
            with self._notices.watching(job.id, line_of(job)) as watch:
                told = True
                # What this process works on is waited for to its very end: the index follows a commit.
                while True:
                    if self._works_on(job.id):
                        await watch.news()
                        told = True
                    elif job.id not in self._made and not self._draining and await self._moves(job, told=told):
                        told = await watch.change()
                    else:
                        break
            return self._made.get(job.id)
        finally:
            self._waiters[job.id] -= 1
            if not self._waiters[job.id]:
                del self._waiters[job.id]
                self._made.pop(job.id, None)

    def _works_on(self, job_id: str) -> bool:
        return job_id in self._joined or self._runner.works_on(job_id)

    async def _moves(self, job: Job, *, told: bool) -> bool:
        """Whether the job is worked on, or is going to be as soon as what is before it is done.

        While this process works on what is before it, only news (`told`) are worth a look at the ledger. One that waits
        for another try is asked for no time: the ledger's clock, by which it waits, may not be ours.
        """
        if not told and self._runner.busy(line_of(job)):
            return True
        found = await self._ledger.job(job.partition, job.id)
        if found is None or found.state.final:
            return False
        first = await self._ledger.first_job(job.partition, job.kind, job.session)
        if first is None or first.state is JobState.RUNNING:
            return True
        if first.id == job.id:
            self._runner.turn()
        return not first.not_before

    async def work(self, process: Process, job: Job) -> JobState:
        """Process a running job and bring the index up to date."""
        begun, trace = self._taken(job), Trace()
        try:
            scene = scene_at(begun) if begun else await scene_of(self._ledger, job, self._recent)
            following = self._following(job, scene)
            line = [
                Member(job=job, scene=scene, trace=trace),
                *(Member(job=one.job, scene=scene_at(one)) for one in following),
            ]
            with self._joining(following):
                states = await self._worked_together(line) or [await process(job, scene, trace)]
                done, accepted = line[: len(states)], [begun, *following][: len(states)]
                # Side by side, so that the answers are read in the same step as what is to be projected.
                indexed, answers = await asyncio.gather(
                    self.project(job.partition, queued_by(accepted, done)),
                    asyncio.gather(
                        *(self._told(one.job, state, one.trace) for one, state in zip(done, states, strict=True))
                    ),
                )
        except BaseException:
            # What it committed before is found by meaning all the same, once the worker has seen to it.
            self.behind = True
            raise
        for one, told in zip(done, answers, strict=True):
            if told is not None and one.job.id in self._waiters:
                self._made[one.job.id] = replace(told, indexed=indexed)
        for state in states[1:]:
            self._observer.worked(state)
        return states[0]

    async def _worked_together(self, line: Sequence[Member]) -> list[JobState]:
        """The states of the adds of a line that were worked on as one; none when the first has to go alone."""
        try:
            return await self._lines.work(line)
        except Exception as e:  # noqa: BLE001  Somebody was faster, a store is down, or it is a fault of ours over one add.
            # That must not end the others: each goes its own way. What was written all the same is told by its job.
            log.info("line.alone", reason=getattr(e, "reason", type(e).__name__), adds=len(line))
            for one in line:
                self._taken(one.job)
            return []

    def _taken(self, job: Job) -> Accepted | None:
        """What is known of a job that this process accepted, and that goes its own way from here on."""
        return self._begun.pop(job.id, None) or self._behind.get(line_of(job), {}).pop(job.id, None)

    def _following(self, job: Job, scene: Scene) -> list[Accepted]:
        """The adds right behind a job, as far as somebody waits for them here, with no message between them."""
        found: list[Accepted] = []
        waiting = self._behind.get(line_of(job), {}).values()
        position = scene.messages[-1].position if scene.messages else -1
        for one in sorted(waiting, key=lambda one: one.messages[0].position):
            if one.messages[0].position == position + 1:
                position = one.messages[-1].position
                found.append(one)
        return found

    @contextmanager
    def _joining(self, following: Sequence[Accepted]) -> Iterator[None]:
        """While adds are worked on together with another one, they are waited for as those that run."""
        ids = {one.job.id for one in following}
        self._joined |= ids
        try:
            yield
        finally:
            self._joined -= ids
            self._notices.tell(*ids)

    async def _told(self, job: Job, state: JobState, trace: Trace) -> AddResult | None:
        """The answer, for who waits for it in this process; None when it has to be read later."""
        if job.id not in self._waiters or not state.final:
            return None
        try:
            return await self._answers.right_after(job.partition, job.id, trace.commits)
        except TwohopError:
            return None

    async def project(self, partition: str | None = None, rows: Sequence[OutboxRow] | None = None) -> bool:
        """Bring the index up to date for one owner or all; False when that fails now (the outbox keeps the rows).

        `rows`: the owner's rows, when they are known. Never raises: what was committed stays committed, whatever
        becomes of the index.
        """
        try:
            if partition is not None and rows is not None:
                await self._projector.carry(partition, rows)
            else:
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


def queued_by(accepted: Sequence[Accepted | None], done: Sequence[Member]) -> list[OutboxRow] | None:
    """The outbox rows of adds, None when those of one of them are not known."""
    known = [one for one in accepted if one is not None]
    if len(known) < len(accepted):
        return None
    return [row for one, member in zip(known, done, strict=True) for row in (*one.queued, *member.trace.queued)]


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
