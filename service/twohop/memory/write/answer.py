"""The answer of an add: what its job led to, as it is recorded."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from twohop.errors import NotFound
from twohop.graph.model import Axes, Decision, Entity, Job, JobState, Memory, OutboxRow, Relation, Scope
from twohop.graph.store import Committed, Ledger, Surroundings
from twohop.memory.api import AddResult, Outcome
from twohop.memory.narrowing import of_scope
from twohop.memory.ports import Usage
from twohop.memory.settings import Limits
from twohop.memory.validate import check_id

PAGE = 500


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of a job: its instant, and the memories that its decisions are about."""

    at: int
    memory_ids: tuple[str, ...]


@dataclass(slots=True)
class Trace:
    """What one run of a job has written so far: its commits, and the outbox rows that they queued."""

    commits: list[Commit] = field(default_factory=list)
    queued: list[OutboxRow] = field(default_factory=list)

    def note(self, decisions: Sequence[Decision], committed: Committed) -> None:
        """Take a commit down."""
        about = dict.fromkeys(one for decision in decisions for one in (decision.memory_id, decision.target_id) if one)
        self.commits.append(Commit(committed.recorded_at, tuple(about)))
        self.queued.extend(committed.queued)


@dataclass(frozen=True, slots=True)
class Led:
    """What stood right after a commit: memories with what they are about, and the relations that rest on each."""

    around: Surroundings
    relations: Mapping[str, Sequence[Relation]]


class Answers:
    """Reads what jobs led to: the same for every call with the same request id."""

    def __init__(self, ledger: Ledger, limits: Limits) -> None:
        self._ledger = ledger
        self._limits = limits

    async def of(self, scope: Scope, job_id: str) -> AddResult:
        """What a job led to.

        Raises:
            InvalidInput: that is no job's id.
            NotFound: the owner has no such job, or it is of another agent or run.
        """
        check_id(scope, "job_id", job_id, self._limits)
        partition = scope.partition
        job, decisions, owner, behind = await asyncio.gather(
            self.known(scope, job_id),
            self._decisions(partition, job_id),
            self._ledger.owner(partition),
            self._ledger.behind(partition),
        )
        led = await self._led(partition, commits_of(decisions))
        return answer(
            job,
            decisions,
            led,
            indexed=job.state.final and not behind,
            seq=owner.seq if owner else 0,
        )

    async def right_after(self, partition: str, job_id: str, commits: Sequence[Commit]) -> AddResult:
        """What a job led to whose commits are known: one step of reading. It is not said to be indexed.

        Raises:
            NotFound: the job is gone.
        """
        job, decisions, owner, led = await asyncio.gather(
            self._ledger.job(partition, job_id),
            self._decisions(partition, job_id),
            self._ledger.owner(partition),
            self._led(partition, commits),
        )
        if job is None:
            raise NotFound("no such job for this owner")
        return answer(job, decisions, led, indexed=False, seq=owner.seq if owner else 0)

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

    async def _led(self, partition: str, commits: Sequence[Commit]) -> dict[int, Led]:
        """By a commit's instant, its memories as they stood right after it."""
        then = [(Axes(known_at=commit.at), commit.memory_ids) for commit in commits]
        around, relations = await asyncio.gather(
            asyncio.gather(*(self._ledger.around(partition, axes, memory_ids=ids) for axes, ids in then)),
            asyncio.gather(*(self._ledger.relations_of_memories(partition, ids, axes) for axes, ids in then)),
        )
        return {commit.at: Led(near, resting) for commit, near, resting in zip(commits, around, relations, strict=True)}


def commits_of(decisions: Sequence[Decision]) -> list[Commit]:
    """The commits that recorded these decisions."""
    ids: dict[int, dict[str, None]] = {}
    for decision in decisions:
        about = (one for one in (decision.memory_id, decision.target_id) if one)
        ids.setdefault(decision.recorded_at, {}).update(dict.fromkeys(about))
    return [Commit(at, tuple(about)) for at, about in ids.items()]


def answer(job: Job, decisions: Sequence[Decision], led: Mapping[int, Led], *, indexed: bool, seq: int) -> AddResult:
    """The answer from what was read."""
    outcomes = [outcome(decision, led[decision.recorded_at]) for decision in decisions]
    ends = {
        end
        for one in outcomes
        for relation in one.relations
        for end in (relation.triple.subject_id, relation.triple.object_id)
        if end
    }
    known: dict[str, Entity] = {}
    for one in led.values():
        known.update(one.around.entities)
    return replace(
        outline(job),
        outcomes=tuple(outcomes),
        entities=tuple(known[end] for end in sorted(ends) if end in known),
        indexed=indexed,
        seq=seq,
    )


def outcome(decision: Decision, led: Led) -> Outcome:
    """The memory and its target as they stood right after the decision."""
    found: Mapping[str, Memory] = led.around.memories
    return Outcome(
        decision=decision,
        memory=found.get(decision.memory_id),
        target=found.get(decision.target_id),
        relations=tuple(led.relations.get(decision.memory_id, ())),
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
