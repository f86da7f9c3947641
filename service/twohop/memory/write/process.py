"""Processing an accepted add: extract, find candidates, judge, guard, plan, commit. One code path for all callers."""

from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np
import structlog

from twohop.errors import IndexUnavailable, ModelError, ModelUnavailable, StaleRead
from twohop.graph.model import Axes, Decision, Job, JobState, Memory, Message, Operation
from twohop.graph.store import JobUpdate, Ledger, MemoryFilter, Reached, unwatched
from twohop.memory.clock import Clock, Ids
from twohop.memory.gates import Gates
from twohop.memory.ports import (
    QUOTE_NOT_FOUND,
    Candidate,
    Dropped,
    Extraction,
    ExtractionRequest,
    Extractor,
    Fact,
    Judge,
    Judgement,
    Question,
    Usage,
    Verdict,
)
from twohop.memory.predicates import PredicateTable
from twohop.memory.settings import WriteSettings
from twohop.memory.steps import Step
from twohop.memory.write.candidates import CandidateFinder
from twohop.memory.write.payload import Payload
from twohop.memory.write.plan import Planner
from twohop.memory.write.resolve import EntityBook, ResolvedFact, names_in, resolve
from twohop.memory.write.settle import Judged, Terms
from twohop.vector.embed import Embedder

log = structlog.get_logger(__name__)

ADD = Verdict(operation=Operation.ADD, reason="nothing known is near")


class Processor:
    """Runs accepted jobs. Stateless but for the gates that order commits of one owner within this process."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        extractor: Extractor,
        judge: Judge,
        embedder: Embedder,
        finder: CandidateFinder,
        predicates: PredicateTable,
        gates: Gates,
        clock: Clock,
        ids: Ids,
        settings: WriteSettings,
        step: Reached = unwatched,
    ) -> None:
        self._ledger = ledger
        self._extractor = extractor
        self._judge = judge
        self._embedder = embedder
        self._finder = finder
        self._predicates = predicates
        self._gates = gates
        self._clock = clock
        self._ids = ids
        self._settings = settings
        self._step = step
        self._planner = Planner(ledger, predicates, ids)

    async def process(self, job: Job) -> JobState:
        """Work on a RUNNING job until it is DONE, PARTIAL, or PENDING for a later try; its rows say what happened."""
        payload = Payload.from_json(job.payload)
        usage = Usage(**job.usage) if job.usage else Usage()
        while payload.done < len(payload.messages):
            if payload.facts is None:
                payload = replace(payload, until=min(payload.done + self._settings.chunk, len(payload.messages)))
            exchange = await self._ledger.messages(job.partition, payload.messages[payload.done : payload.until])
            try:
                extraction = await self._extraction(job, payload, exchange)
            except ModelUnavailable as e:
                return await self._later(job, payload, usage, e)
            except ModelError as e:
                extraction = Extraction(
                    facts=(), decider="", dropped=(Dropped(text="", reason=e.reason, detail=e.message),)
                )
            self._step(Step.EXTRACTED)
            usage += extraction.usage
            payload, judging, error = await self._decide(job, payload, exchange, extraction, usage)
            usage += judging
            if payload.facts is not None and error is not None:
                return await self._later(job, payload, usage, error)
        return finished(payload)

    # -- phase 1 --------------------------------------------------------------------------------------------------

    async def _extraction(self, job: Job, payload: Payload, exchange: Sequence[Message]) -> Extraction:
        """Facts given by the caller or kept from an earlier try, else one extractor call."""
        if payload.facts is not None:
            return Extraction(facts=payload.facts, decider=payload.author)
        first = exchange[0]
        recent = await self._ledger.recent_messages(
            job.partition, first.session, self._settings.recent_messages, before=first.position
        )
        session = await self._ledger.session(job.partition, first.session)
        owner = await self._ledger.owner(job.partition)
        extraction = await self._extractor.extract(
            ExtractionRequest(
                exchange=exchange,
                recent=recent,
                summary=session.summary if session else "",
                owner_is_agent=owner is not None and not owner.scope.user_id and bool(owner.scope.agent_id),
            )
        )
        return grounded(extraction, exchange)

    # -- phase 2 --------------------------------------------------------------------------------------------------

    async def _decide(
        self, job: Job, payload: Payload, exchange: Sequence[Message], extraction: Extraction, usage: Usage
    ) -> tuple[Payload, Usage, ModelUnavailable | None]:
        """Judge and commit the facts of one chunk; returns what is left to do, and why it has to wait."""
        spent = Usage()
        shown: list[tuple[Candidate, ...]] = []
        verdicts: list[Verdict] = []
        deciders: list[str] = []
        facts = extraction.facts
        undecided: list[int] = []
        for attempt in range(self._settings.rejudge + 1):
            state, found = await self._candidates(job, facts, exchange)
            self._step(Step.CANDIDATES)
            extended = [merged(old, new) for old, new in zip(shown or [()] * len(facts), found, strict=True)]
            again = [p for p, new in enumerate(extended) if not shown or new != shown[p] or p in undecided]
            verdicts = verdicts or [ADD] * len(facts)
            deciders = deciders or [extraction.decider] * len(facts)
            shown = extended
            judged, judging, error = await self._judge_some(facts, shown, again)
            self._step(Step.JUDGED)
            spent += judging
            for place, (verdict, decider) in judged.items():
                verdicts[place], deciders[place] = verdict, decider
            undecided = [place for place in again if error is not None and shown[place]]
            committed = await self._commit(
                job,
                payload,
                exchange,
                extraction,
                [p for p in range(len(facts)) if p not in undecided],
                verdicts,
                shown,
                deciders,
                usage + spent,
                state=state,
                last=attempt == self._settings.rejudge,
                left=tuple(facts[p] for p in undecided),
            )
            if committed is not None:
                return committed, spent, error
        raise AssertionError("the last try commits")

    async def _candidates(
        self, job: Job, facts: Sequence[Fact], exchange: Sequence[Message]
    ) -> tuple[int, list[tuple[Candidate, ...]]]:
        """The owner's state before reading, and each fact's candidates."""
        owner = await self._ledger.owner(job.partition)
        resolved, _ = await self._resolve(job.partition, facts, exchange, 0)
        found = await self._finder.find(job.partition, resolved, self._clock())
        return owner.state_seq if owner else 0, found

    async def _resolve(
        self, partition: str, facts: Sequence[Fact], exchange: Sequence[Message], position: int
    ) -> tuple[list[ResolvedFact], EntityBook]:
        book = EntityBook(partition, await self._ledger.entities_named(partition, names_in(facts)), self._ids)
        resolved = [
            resolve(position + place, fact, exchange, book, self._predicates) for place, fact in enumerate(facts)
        ]
        return resolved, book

    async def _judge_some(
        self, facts: Sequence[Fact], shown: Sequence[tuple[Candidate, ...]], places: Sequence[int]
    ) -> tuple[dict[int, tuple[Verdict, str]], Usage, ModelUnavailable | None]:
        """One judge call for the facts that have candidates; none when none has. A model that is down decides none."""
        asked = [place for place in places if shown[place]]
        if not asked:
            return {}, Usage(), None
        try:
            judgement: Judgement = await self._judge.judge(
                [Question(fact=facts[place], candidates=shown[place]) for place in asked]
            )
        except ModelUnavailable as e:
            return {}, Usage(judge_calls=1), e
        except ModelError as e:
            unusable = Verdict(operation=Operation.ADD, error=e.reason, reason=e.message)
            return dict.fromkeys(asked, (unusable, "code")), Usage(judge_calls=1), None
        decided = zip(asked, judgement.verdicts, strict=True)
        named = {place: (verdict, verdict.decider or judgement.decider) for place, verdict in decided}
        return named, judgement.usage, None

    async def _commit(
        self,
        job: Job,
        payload: Payload,
        exchange: Sequence[Message],
        extraction: Extraction,
        places: Sequence[int],
        verdicts: Sequence[Verdict],
        shown: Sequence[tuple[Candidate, ...]],
        deciders: Sequence[str],
        usage: Usage,
        *,
        state: int,
        last: bool,
        left: tuple[Fact, ...],
    ) -> Payload | None:
        """Plan and commit under the owner's gate; None when someone committed something that must be judged first."""
        facts = [extraction.facts[place] for place in places]
        usable = [place for place in places if not verdicts[place].error]
        async with self._gates.owner(job.partition):
            while True:
                owner = await self._ledger.owner(job.partition)
                now = owner.state_seq if owner else 0
                if now != state and not last:
                    seen = [shown[p] for p in usable]
                    if await self._moved(job, seen) or await self._unseen(
                        job, [extraction.facts[p] for p in usable], seen
                    ):
                        return None
                resolved, book = await self._resolve(job.partition, facts, exchange, payload.position)
                by_place = dict(zip(places, resolved, strict=True))
                judged = [
                    Judged(fact=by_place[p], verdict=verdicts[p], shown=shown[p], decider=deciders[p]) for p in usable
                ]
                lost = [
                    failure(
                        job,
                        by_place[p].place,
                        extraction.facts[p].text,
                        verdicts[p].error,
                        verdicts[p].reason,
                        self._ids,
                    )
                    for p in places
                    if verdicts[p].error
                ]
                at = payload.position + len(facts)
                lost += [
                    failure(job, at + n, dropped.text, dropped.reason, dropped.detail, self._ids)
                    for n, dropped in enumerate(extraction.dropped)
                ]
                after = replace(
                    payload,
                    facts=left or None,
                    author=extraction.decider if left else "",
                    done=payload.done if left else payload.until,
                    position=payload.position + len(facts) + len(extraction.dropped),
                    failed=payload.failed or any(decision.operation is Operation.FAIL for decision in lost),
                )
                update = JobUpdate(
                    id=job.id,
                    state=finished(after),
                    payload=after.to_json(),
                    usage=asdict(usage),
                )
                terms = Terms(
                    job_id=job.id,
                    messages=tuple(message.id for message in exchange),
                    cap=self._settings.destructive,
                    metadata=payload.metadata,
                )
                changes = await self._planner.changes(
                    job.partition, judged, book, terms, job=update, expected_state=now
                )
                changes = replace(changes, decisions=(*changes.decisions, *lost))
                self._step(Step.PLANNED)
                try:
                    await self._ledger.commit(changes)
                except StaleRead:
                    # Another process committed between our read and our write: plan again on what is there now.
                    if await self._unmoved(job.partition, now):
                        raise
                    continue
                self._step(Step.COMMITTED)
                return after

    async def _moved(self, job: Job, shown: Sequence[tuple[Candidate, ...]]) -> bool:
        """Whether a memory that the judge was shown has changed since: its decision was about something else."""
        revisions = {candidate.memory_id: candidate.revision_id for few in shown for candidate in few}
        found = await self._ledger.memories(job.partition, list(revisions), Axes())
        return {memory.id: memory.revision.id for memory in found} != revisions

    async def _unmoved(self, partition: str, state: int) -> bool:
        """Whether the owner is where the plan found it, so that planning again would end the same."""
        owner = await self._ledger.owner(partition)
        return (owner.state_seq if owner else 0) == state

    async def _unseen(self, job: Job, facts: Sequence[Fact], shown: Sequence[tuple[Candidate, ...]]) -> bool:
        """Whether memories committed since the candidates were read are near facts that were judged without them.

        Same text and same slot need no judge: the plan settles them. Only near meanings are worth another look.
        """
        newest = await self._ledger.list_memories(
            job.partition, MemoryFilter(), Axes(as_of=self._clock()), self._settings.similar_memories * 2
        )
        known = {candidate.memory_id for few in shown for candidate in few}
        fresh: list[Memory] = [memory for memory in newest.items if memory.id not in known]
        texts = {fact.text for fact in facts}
        fresh = [memory for memory in fresh if memory.revision.text not in texts]
        if not fresh or not facts:
            return False
        try:
            theirs = await self._embedder.embed([memory.revision.text for memory in fresh])
            mine = await self._embedder.embed([fact.text for fact in facts])
        except (ModelError, IndexUnavailable):
            return False
        return bool(np.any(mine @ theirs.T >= self._settings.same))

    async def _later(self, job: Job, payload: Payload, usage: Usage, error: ModelUnavailable) -> JobState:
        """Keep the job for another try, or give it up (its messages and what it committed stay)."""
        wait = min(self._settings.backoff_cap_seconds, self._settings.backoff_seconds * 2 ** min(job.attempts, 16))
        wait = max(wait, error.retry_after or 0.0)
        state = JobState.PENDING if job.attempts + 1 < self._settings.attempts else JobState.FAILED
        log.warning("add.waits", job_id=job.id, reason=error.reason, attempts=job.attempts, state=state.value)
        update = JobUpdate(
            id=job.id,
            state=state,
            payload=payload.to_json(),
            error=f"{error.reason}: {error.message}",
            usage=asdict(usage),
            not_before=self._clock() + int(wait * 1_000_000),
        )
        await self._ledger.update_job(job.partition, update)
        return state


def finished(payload: Payload) -> JobState:
    """The state of a job whose payload this is."""
    if payload.done < len(payload.messages):
        return JobState.RUNNING
    return JobState.PARTIAL if payload.failed else JobState.DONE


def grounded(extraction: Extraction, exchange: Sequence[Message]) -> Extraction:
    """Drop facts whose quote stands in no message, whoever extracted them: nothing is remembered that nobody said."""
    kept: list[Fact] = []
    dropped = list(extraction.dropped)
    ids = {message.id for message in exchange}
    for fact in extraction.facts:
        if fact.quote:
            grounded_here = any(fact.quote in message.content for message in exchange)
        else:
            grounded_here = bool(ids & set(fact.sources))
        if grounded_here and fact.text.strip():
            kept.append(fact)
        else:
            dropped.append(Dropped(text=fact.text, reason=QUOTE_NOT_FOUND, detail="no message holds the quote"))
    return replace(extraction, facts=tuple(kept), dropped=tuple(dropped))


def merged(old: tuple[Candidate, ...], new: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """What was shown, and what has come since; the numbers that were shown keep their meaning."""
    revisions = {one.memory_id: one.revision_id for one in new}
    known = {one.memory_id for one in old if revisions.get(one.memory_id, one.revision_id) == one.revision_id}
    if len(known) < len(old):
        return new
    return (*old, *(one for one in new if one.memory_id not in known))


def failure(job: Job, position: int, text: str, status: str, detail: str, ids: Ids) -> Decision:
    """The record of a fact that was not kept."""
    return Decision(
        id=ids(),
        partition=job.partition,
        job_id=job.id,
        position=position,
        operation=Operation.DROP if status == QUOTE_NOT_FOUND else Operation.FAIL,
        decider="code",
        fact=text,
        reason=detail,
        status=status,
    )
