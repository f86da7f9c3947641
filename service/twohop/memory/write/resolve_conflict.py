"""Settling a conflict: a disputed fact is let in, taken back, or kept beside what it contradicts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from twohop.errors import Conflict
from twohop.graph.model import Memory, Operation
from twohop.memory.api import Resolution
from twohop.memory.ports import Verdict
from twohop.memory.write.acquaint import acquaint
from twohop.memory.write.claims import understood
from twohop.memory.write.command import USER, Desk, Done
from twohop.memory.write.entities import EntityBook
from twohop.memory.write.memory_commands import current
from twohop.memory.write.merge import Names
from twohop.memory.write.payload import fact_from_json
from twohop.memory.write.resolve import resolve
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
        """Settle the fact again as it was told, with nothing to hold it back."""
        decision = await desk.ledger.decision(desk.partition, memory.revision.decision_id)
        if decision is None or "fact" not in decision.input:
            raise Conflict("the decision that disputed the memory is gone: delete it, or keep both")
        fact = fact_from_json(decision.input["fact"])
        messages = await desk.ledger.messages(desk.partition, decision.input["messages"])
        told = understood(fact, messages, desk.predicates)
        known = await acquaint(desk.ledger, desk.partition, [told], desk.predicates, messages[-1].observed_at)
        book = EntityBook(desk.partition, known, desk.ids)
        resolved = resolve(0, told, messages, book, desk.predicates)
        draft = await desk.planner.draft(desk.partition, [resolved], [memory.id])
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
            names=Names(entities=book.changed),
        )

    def to_json(self) -> Mapping[str, Any]:
        """The arguments."""
        return {"edit": self.name, "memory_id": self.memory_id, "resolution": self.resolution.value}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Resolve":
        """From what `to_json` gave."""
        return cls(memory_id=told["memory_id"], resolution=Resolution(told["resolution"]))
