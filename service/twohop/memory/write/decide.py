"""Deciding one chunk: find candidates, judge, guard, plan, commit; again when others committed meanwhile."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np

from twohop.errors import IndexUnavailable, ModelCallsSpent, ModelError, ModelUnavailable, StaleRead
from twohop.graph.model import Axes, Job, JobState, Memory, Message, Operation
from twohop.graph.store import Changes, Committed, JobUpdate, Ledger, MemoryFilter, Reached, unwatched
from twohop.memory.clock import Clock, Ids
from twohop.memory.gates import Gates
from twohop.memory.notices import Notices
from twohop.memory.observe import Observer
from twohop.memory.ports import Calls, Candidate, Extraction, Question, Usage, Verdict
from twohop.memory.settings import WriteSettings
from twohop.memory.steps import Step
from twohop.memory.write.answer import Trace
from twohop.memory.write.candidates import CandidateFinder
from twohop.memory.write.choice import Choice, Opinion
from twohop.memory.write.entities import EntityBook
from twohop.memory.write.guidance import Guidance
from twohop.memory.write.naming import NameResolver
from twohop.memory.write.payload import Payload
from twohop.memory.write.plan import Planner
from twohop.memory.write.resolve import ResolvedFact
from twohop.memory.write.settle import Terms
from twohop.memory.write.snapshot import OwnerState, Snapshot, States
from twohop.vector.embed import Embedder

ADD = Verdict(operation=Operation.ADD, reason="nothing known is near")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One extracted chunk of a job: its messages, their facts (understood ones), who judges, and what it cost so far.

    `usage` is the cost of the job before this chunk, `calls` counts this chunk's, `trace` is the run's.
    """

    job: Job
    guidance: Guidance
    payload: Payload
    exchange: Sequence[Message]
    extraction: Extraction
    calls: Calls
    usage: Usage
    trace: Trace = field(default_factory=Trace)

    def terms(self, cap: int, now: int) -> Terms:
        """What all its facts share."""
        return Terms(
            job_id=self.job.id,
            messages=tuple(message.id for message in self.exchange),
            cap=cap,
            metadata=self.payload.metadata,
            expires_at=self.guidance.expires_at(now),
            position=self.payload.position,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a chunk's facts mean against one state of the owner, and each one's candidates there."""

    state: OwnerState
    resolved: Sequence[ResolvedFact]
    book: EntityBook
    shown: Sequence[tuple[Candidate, ...]]


class Decider:
    """Decides chunks. Stateless but for the gates that order commits of one owner within this process."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        names: NameResolver,
        planner: Planner,
        embedder: Embedder,
        finder: CandidateFinder,
        observer: Observer,
        gates: Gates,
        notices: Notices,
        clock: Clock,
        ids: Ids,
        settings: WriteSettings,
        step: Reached = unwatched,
    ) -> None:
        self._ledger = ledger
        self._names = names
        self._planner = planner
        self._embedder = embedder
        self._finder = finder
        self._observer = observer
        self._gates = gates
        self._notices = notices
        self._clock = clock
        self._ids = ids
        self._settings = settings
        self._step = step
        self._states = States()

    async def decide(self, work: Work) -> tuple[Payload, ModelUnavailable | None]:
        """Judge and commit the facts of one chunk; returns what is left to do, and why it has to wait.

        A fact that is judged again keeps its last usable verdict when no other comes: the model's answer can't be
        used, or no call is left. One that has none waits while the model is down, and is lost when the model refuses.
        """
        facts = work.extraction.facts
        opinions: list[Opinion | None] = [None] * len(facts)
        for attempt in range(self._settings.rejudge + 1):
            found = await self.candidates(work)
            self._step(Step.CANDIDATES)
            shown = [merged(old.shown if old else (), new) for old, new in zip(opinions, found.shown, strict=True)]
            asked = [place for place, old in enumerate(opinions) if old is None or old.shown != shown[place]]
            given, error = await self.opinions(work, shown, asked)
            self._step(Step.JUDGED)
            spent = isinstance(error, ModelCallsSpent)
            for place in asked:
                old, new = opinions[place], given.get(place)
                if new is None and not spent:
                    opinions[place] = None
                elif new is not None and (old is None or old.verdict.error or not new.verdict.error):
                    opinions[place] = new
            last = spent or attempt == self._settings.rejudge
            committed = await self._commit(work, opinions, found, last=last)
            if committed is not None:
                return committed, None if committed.facts is None else error
        raise AssertionError("the last try commits")

    async def candidates(self, work: Work) -> Found:
        """The owner's state, and each fact's candidates in it."""
        partition, facts, now = work.job.partition, work.extraction.facts, self._clock()
        snapshot = Snapshot(self._ledger, partition)
        # Side by side, the owner's state first: what comes together is read in one go.
        _, (resolved, book), near = await asyncio.gather(
            snapshot.begin(),
            self._names.resolve(snapshot, partition, facts, work.exchange),
            self._finder.similar(partition, facts, work.exchange, now),
        )
        return await self._found(snapshot, partition, resolved, book, near, now)

    async def candidates_on(
        self, state: OwnerState, work: Work, near: Sequence[Mapping[str, float]], named: Found | None = None
    ) -> Found:
        """Each fact's candidates in a state; `near`: as the finder's `similar`.

        `named`: as they were found in another state, in which their names meant the same.
        """
        partition = work.job.partition
        if named is not None:
            resolved, book = named.resolved, named.book
        else:
            resolved, book = await self._names.resolve(state, partition, work.extraction.facts, work.exchange)
        return await self._found(state, partition, resolved, book, near, self._clock())

    async def _found(
        self,
        state: OwnerState,
        partition: str,
        resolved: Sequence[ResolvedFact],
        book: EntityBook,
        near: Sequence[Mapping[str, float]],
        now: int,
    ) -> Found:
        shown, _ = await asyncio.gather(
            self._finder.find(state, partition, resolved, near, now),
            self._planner.read_ahead(state, partition, resolved),
        )
        return Found(state=state, resolved=resolved, book=book, shown=shown)

    async def opinions(
        self,
        work: Work,
        shown: Sequence[tuple[Candidate, ...]],
        places: Sequence[int],
    ) -> tuple[dict[int, Opinion], ModelUnavailable | None]:
        """One judge call for the facts that have candidates; none when none has. A model that is down decides none."""
        nothing = Opinion(verdict=ADD, shown=(), decider=work.extraction.decider)
        given = {place: nothing for place in places if not shown[place]}
        asked = [place for place in places if shown[place]]
        if not asked:
            return given, None
        try:
            questions = [Question(fact=work.extraction.facts[place], candidates=shown[place]) for place in asked]
            judgement = await work.guidance.judge.judge(questions, work.calls)
        except ModelUnavailable as e:
            return given, e
        except ModelError as e:
            unusable = Verdict(operation=Operation.ADD, error=e.reason, reason=e.message)
            given.update((place, Opinion(verdict=unusable, shown=shown[place], decider="code")) for place in asked)
            return given, None
        for place, verdict in zip(asked, judgement.verdicts, strict=True):
            by = verdict.decider or judgement.decider
            given[place] = Opinion(verdict=verdict, shown=shown[place], decider=by)
        return given, None

    async def _commit(
        self,
        work: Work,
        opinions: Sequence[Opinion | None],
        found: Found,
        *,
        last: bool,
    ) -> Payload | None:
        """Plan and commit under the owner's gate; None when someone committed something that must be judged first.

        The plan is made on the state that was judged, unless this process knows that it is gone; when another process
        has moved it, the ledger refuses the commit. Facts without an opinion stay in the payload.
        """
        job, choice = work.job, Choice.of(work.extraction.facts, opinions, work.payload.position)
        snapshot, judged_on = found.state, found.state.state
        async with self._gates.owner(job.partition):
            if self._states.get(job.partition, judged_on) != judged_on:
                snapshot = await self._again(job.partition)
            while True:
                resolved, book = found.resolved, found.book
                if snapshot is not found.state or len(choice.facts) < len(resolved):
                    resolved, book = await self._names.resolve(snapshot, job.partition, choice.facts, work.exchange)
                if snapshot.state != judged_on and not last:
                    await self._planner.read_ahead(snapshot, job.partition, resolved)
                    seen = [opinion.shown for *_, opinion in choice.usable]
                    if await self._moved(job, seen) or await self._unseen(job, resolved, seen):
                        return None
                changes, after = await self._planned(work, choice, snapshot, resolved, book)
                self._step(Step.PLANNED)
                try:
                    committed = await self._ledger.commit(changes)
                except StaleRead:
                    # Somebody else committed between our read and our write: plan again on what is there now.
                    newer = await self._again(job.partition)
                    if newer.state == snapshot.state:
                        raise
                    snapshot = newer
                    continue
                self.committed(work, changes, committed)
                return after

    async def plan(self, work: Work, opinions: Sequence[Opinion | None], found: Found) -> tuple[Changes, Payload]:
        """The commit of a chunk on the state that it was judged on, and what is left to do after it."""
        choice = Choice.of(work.extraction.facts, opinions, work.payload.position)
        resolved, book = found.resolved, found.book
        if len(choice.facts) < len(resolved):
            resolved, book = await self._names.resolve(found.state, work.job.partition, choice.facts, work.exchange)
        return await self._planned(work, choice, found.state, resolved, book)

    async def _planned(
        self, work: Work, choice: Choice, state: OwnerState, resolved: Sequence[ResolvedFact], book: EntityBook
    ) -> tuple[Changes, Payload]:
        job, payload, extraction = work.job, work.payload, work.extraction
        failed = choice.lost(job, extraction.dropped, self._ids)
        after = replace(
            payload,
            facts=choice.left or None,
            author=extraction.decider if choice.left else "",
            done=payload.done if choice.left else payload.until,
            position=choice.beyond + len(extraction.dropped),
            failed=payload.failed or any(decision.operation is Operation.FAIL for decision in failed),
        )
        update = JobUpdate(
            id=job.id,
            state=finished(after),
            payload=after.to_json(),
            usage=asdict(work.usage + work.calls.usage),
            run=job.run,
        )
        terms = work.terms(self._settings.destructive, self._clock())
        changes = await self._planner.changes(
            state, job.partition, choice.judged(resolved), book, terms, job=update, expected_state=state.state
        )
        return replace(changes, decisions=(*changes.decisions, *failed)), after

    def committed(self, work: Work, changes: Changes, committed: Committed) -> None:
        """Tell of a commit whoever wants to know."""
        self._states.put(work.job.partition, committed.state_seq)
        work.trace.note(changes.decisions, committed)
        for decision in changes.decisions:
            self._observer.decided(decision)
        self._step(Step.COMMITTED)
        self._notices.tell(work.job.id)

    async def _moved(self, job: Job, shown: Sequence[tuple[Candidate, ...]]) -> bool:
        """Whether a memory that the judge was shown has changed since: its decision was about something else."""
        revisions = {candidate.memory_id: candidate.revision_id for few in shown for candidate in few}
        found = await self._ledger.memories(job.partition, list(revisions), Axes())
        return {memory.id: memory.revision.id for memory in found} != revisions

    async def _again(self, partition: str) -> Snapshot:
        """The owner as it is now."""
        snapshot = Snapshot(self._ledger, partition)
        await snapshot.begin()
        return snapshot

    async def _unseen(self, job: Job, facts: Sequence[ResolvedFact], shown: Sequence[tuple[Candidate, ...]]) -> bool:
        """Whether memories committed since the candidates were read are near facts that were judged without them.

        Same text and same slot need no judge: the plan settles them. Only near meanings of the same subject are worth
        another look, since a verdict on another subject's memory is refused.
        """
        newest = await self._ledger.list_memories(
            job.partition, MemoryFilter(), Axes(as_of=self._clock()), self._settings.similar_memories * 2
        )
        known = {candidate.memory_id for few in shown for candidate in few}
        fresh: list[Memory] = [memory for memory in newest.items if memory.id not in known]
        texts = {fact.fact.text for fact in facts}
        subjects = {fact.subject_id for fact in facts}
        fresh = [
            memory
            for memory in fresh
            if memory.revision.text not in texts
            and subjects & {triple.subject_id for triple in memory.revision.triples}
        ]
        if not fresh or not facts:
            return False
        try:
            theirs = await self._embedder.embed([memory.revision.text for memory in fresh])
            mine = await self._embedder.embed([fact.fact.text for fact in facts])
        except (ModelError, IndexUnavailable):
            return False
        return bool(np.any(mine @ theirs.T >= self._settings.same))


def finished(payload: Payload) -> JobState:
    """The state of a job whose payload this is."""
    if payload.done < len(payload.messages):
        return JobState.RUNNING
    return JobState.PARTIAL if payload.failed else JobState.DONE


def merged(old: tuple[Candidate, ...], new: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """What was shown, and what has come since; the numbers that were shown keep their meaning."""
    revisions = {one.memory_id: one.revision_id for one in new}
    known = {one.memory_id for one in old if revisions.get(one.memory_id, one.revision_id) == one.revision_id}
    if len(known) < len(old):
        return new
    return (*old, *(one for one in new if one.memory_id not in known))
