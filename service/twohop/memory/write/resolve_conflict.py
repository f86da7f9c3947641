"""Settling a conflict: a disputed fact is let in, taken back, or kept beside what it contradicts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from twohop.errors import Conflict
from twohop.graph.model import Decision, Granularity, Memory, Moment, Operation, Revision
from twohop.memory.api import Resolution
from twohop.memory.ports import Fact, Polarity, Verdict
from twohop.memory.write.acquaint import acquaint
from twohop.memory.write.claims import understood
from twohop.memory.write.command import USER, Desk, Done
from twohop.memory.write.entities import EntityBook
from twohop.memory.write.memory_commands import current
from twohop.memory.write.payload import fact_from_json
from twohop.memory.write.resolve import ResolvedFact, denial_of, resolve
from twohop.memory.write.settle import Judged, Terms, change, line_up


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    """Settle what a disputed memory contradicts."""

    name: ClassVar[str] = "resolve"
    memory_id: str
    resolution: Resolution

    async def carry_out(self, desk: Desk) -> Done:
        """Plan what was chosen.

        Raises:
            Conflict: the memory is not disputed.
        """
        memory = await current(desk, self.memory_id)
        if not memory.revision.disputed:
            raise Conflict("the memory is not disputed: there is nothing to settle")
        match self.resolution:
            case Resolution.ACCEPT:
                return await self._accept(desk, memory)
            case Resolution.REJECT:
                draft = desk.draft([memory])
                draft.retract(memory.revision)
                reason = "the caller takes it back"
                return Done(draft=draft, operation=Operation.RESOLVE, reason=reason, target=memory.id)
            case Resolution.KEEP_BOTH:
                draft = desk.draft([memory])
                reason = "the caller keeps both"
                revision = draft.revise(
                    memory.revision,
                    operation=Operation.RESOLVE,
                    reason=reason,
                    disputed=False,
                    slot_key="",
                    mirror_key="",
                )
                return Done(
                    draft=draft, operation=Operation.RESOLVE, reason=reason, revision=revision, target=memory.id
                )

    async def _accept(self, desk: Desk, memory: Memory) -> Done:
        """Settle what the memory says now, with nothing to hold it back, in the way in which it was told."""
        resolved = await self._told(desk, memory) or by_itself(memory, desk.now)
        draft = await desk.planner.draft(desk.ledger, desk.partition, [resolved], [memory.id])
        disputed = draft.current(memory.id) or memory.revision
        terms = Terms(job_id="", messages=(), cap=0, resolves=disputed)
        judged = Judged(fact=resolved, verdict=Verdict(operation=Operation.ADD), shown=(), decider=USER)
        draft.begin(desk.decision_id, USER)
        change(draft, judged, terms)
        line_up(draft, resolved)
        left = draft.current(memory.id)
        if left is not None and left.disputed:
            draft.retract(left)
        now = draft.current(memory.id)
        return Done(
            draft=draft,
            operation=Operation.RESOLVE,
            reason="the caller lets it in",
            revision=now,
            target=memory.id,
        )

    async def _told(self, desk: Desk, memory: Memory) -> ResolvedFact | None:
        """The fact that the memory came from, about what its revision is about; None when its messages are gone.

        Callers may have edited, pinned, split or merged since: only what was told and no revision holds (whether it was
        affirmed, corrected, said with a time) is the fact's.
        """
        decision = await first_of(desk, memory.id)
        messages = [] if decision is None else await desk.ledger.messages(desk.partition, decision.input["messages"])
        if decision is None or not messages:
            return None
        fact = understood(fact_from_json(decision.input["fact"]), messages, desk.predicates)
        known = await acquaint(desk.ledger, desk.partition, [fact], desk.predicates, messages[-1].observed_at)
        # The entities stay as they are: the revision names those that it is about.
        resolved = resolve(0, fact, messages, EntityBook(desk.partition, known, desk.ids), desk.predicates)
        return about(memory.revision, resolved)

    def to_json(self) -> Mapping[str, Any]:
        """The arguments."""
        return {"edit": self.name, "memory_id": self.memory_id, "resolution": self.resolution.value}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Resolve":
        """From what `to_json` gave."""
        return cls(memory_id=told["memory_id"], resolution=Resolution(told["resolution"]))


async def first_of(desk: Desk, memory_id: str) -> Decision | None:
    """The first decision about the memory that was made of a fact."""
    for revision in await desk.ledger.revisions(desk.partition, memory_id):
        decision = await desk.ledger.decision(desk.partition, revision.decision_id)
        if decision is not None and decision.memory_id == memory_id and "fact" in decision.input:
            return decision
    return None


def about(revision: Revision, told: ResolvedFact) -> ResolvedFact:
    """A fact with the words, times and places of the revision that was made of it. A denial names what it denies."""
    fact = replace(told.fact, text=revision.text, kind=revision.kind, cues=revision.cues)
    now = replace(told, fact=fact, text_hash=revision.text_hash, validity=revision.validity)
    if fact.polarity is Polarity.NEGATED:
        return replace(now, denial_key=revision.slot_key or told.denial_key)
    own = revision.triples[:1]
    return replace(
        now,
        triples=revision.triples,
        subject_id=own[0].subject_id if own else "",
        slot_key=revision.slot_key,
        mirror_key=revision.mirror_key,
        denial_key=denial_of(revision.partition, own[0]) if own else "",
        occurred_until=revision.occurred_until,
    )


def by_itself(memory: Memory, now: int) -> ResolvedFact:
    """The fact that a memory states whose messages or decision are gone."""
    revision = memory.revision
    told = ResolvedFact(
        place=0,
        fact=Fact(text=revision.text),
        subject_id="",
        triples=(),
        slot_key="",
        mirror_key="",
        denial_key="",
        vague=False,
        text_hash="",
        validity=revision.validity,
        occurred_until=None,
        stated=revision.validity.valid_from.granularity is not Granularity.UNKNOWN,
        observed=Moment(now),
        evidence=memory.evidence,
        mentions=(),
    )
    return about(revision, told)
