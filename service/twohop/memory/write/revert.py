"""Undoing one decision, with everything that hung on it.

Each memory that the decision changed goes back to what it was before, in a new revision; what the decision began is
retracted. Later changes of the same memory's content hung on the undone one and go with it; an end that was given later
stands by itself and stays. The timelines are then closed again over what came back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

from twohop.errors import Conflict, NotFound
from twohop.graph.model import Axes, Decision, Effect, Operation, Revision, Validity
from twohop.memory.write.command import Desk, Done
from twohop.memory.write.draft import Draft
from twohop.memory.write.merge import names_before
from twohop.memory.write.timeline import heal, relink

CONTENT = ("text", "kind", "triples", "slot_key", "mirror_key", "cues", "metadata", "categories", "text_hash")
"""What a later change is built upon: undone together with what it was built on."""

TIMES = (
    ("validity", "occurred_until"),
    ("superseded_by",),
    ("supersedes",),
    ("pinned",),
    ("expires_at",),
    ("disputed",),
)
"""What stands by itself: taken back only if nothing changed it since.

Links are apart from the times: a neighbour that came later changes them, and no end stands because of that.
"""

HELD_WITHOUT_MEMORIES = {Operation.NOOP, Operation.MERGE, Operation.SPLIT, Operation.REVERT}
"""Operations that did something even if they changed no memory: they gave evidence, or made entities one."""

REASON = "the decision that changed it was undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revert:
    """Undo a decision."""

    name: ClassVar[str] = "revert"
    decision_id: str

    async def carry_out(self, desk: Desk) -> Done:
        """Plan the way back.

        Raises:
            NotFound: no such decision.
            Conflict: it changed nothing, was undone already, or another value now stands where one would come back.
        """
        decision = await desk.ledger.decision(desk.partition, self.decision_id)
        if decision is None:
            raise NotFound("no such decision for this owner")
        if await desk.ledger.reverted(desk.partition, decision.id) is not None:
            raise Conflict("the decision was undone already: revert the one that undid it to bring its effect back")
        revisions = await self._revisions(desk, decision.effects)
        slots = {key for r in revisions.values() for key in (r.slot_key, r.mirror_key)}
        found = await desk.memories(effect.memory_id for effect in decision.effects)
        slots |= {key for memory in found for key in (memory.revision.slot_key, memory.revision.mirror_key)}
        draft = desk.draft([*found, *await desk.slots(slots)])
        undo(draft, decision.effects, revisions)
        close_lines(draft, slots)
        draft.withdraw(decision.id, await self._witnesses(desk, decision))
        await self._rewitness(desk, draft, decision)
        if not decision.effects and decision.operation not in HELD_WITHOUT_MEMORIES:
            raise Conflict("the decision changed nothing that could be undone")
        return Done(
            draft=draft,
            operation=Operation.REVERT,
            reason=f"undoes: {decision.reason}" if decision.reason else "undone by the caller",
            target=decision.memory_id or decision.target_id,
            reverts=decision.id,
            names=await names_before(desk.ledger, decision),
        )

    async def _revisions(self, desk: Desk, effects: Iterable[Effect]) -> dict[str, Revision]:
        ids = {one for effect in effects for one in (effect.before, effect.after) if one}
        return {r.id: r for r in await desk.ledger.revisions_by_id(desk.partition, sorted(ids))}

    async def _witnesses(self, desk: Desk, decision: Decision) -> list[str]:
        """The messages that the decision made evidence, whose words in the index change when they no longer are."""
        ids = [*(effect.memory_id for effect in decision.effects), decision.memory_id, decision.target_id]
        linked = [
            row.message_id
            for memory in await desk.memories(filter(None, ids))
            for row in memory.evidence
            if row.decision_id == decision.id
        ]
        return list(dict.fromkeys([*decision.input.get("messages", ()), *linked]))

    async def _rewitness(self, desk: Desk, draft: Draft, decision: Decision) -> None:
        """Undoing an undoing brings back the evidence that it had withdrawn."""
        if not decision.reverts:
            return
        ids = [effect.memory_id for effect in decision.effects] or [decision.target_id]
        then = Axes(known_at=decision.recorded_at - 1)
        for memory in await desk.ledger.memories(desk.partition, ids, then):
            draft.witness(memory.id, [row for row in memory.evidence if row.decision_id == decision.reverts])

    def to_json(self) -> Mapping[str, Any]:
        """The arguments."""
        return {"edit": self.name, "decision_id": self.decision_id}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Revert":
        """From what `to_json` gave."""
        return cls(decision_id=told["decision_id"])


def undo(draft: Draft, effects: Iterable[Effect], revisions: Mapping[str, Revision]) -> None:
    """Take every memory back: first those that were changed, then those that were begun."""
    begun: list[Revision] = []
    for effect in effects:
        now = draft.current(effect.memory_id)
        before, after = revisions.get(effect.before), revisions.get(effect.after)
        if before is None:
            if now is not None:
                begun.append(now)
        elif after is None:
            if now is None:
                draft.revive(before, operation=Operation.REVERT, reason=REASON)
        elif now is not None:
            changes = taken_back(before, after, now)
            if changes:
                draft.revise(now, operation=resulting(now, before, changes), reason=REASON, **changes)
    for revision in begun:
        draft.retract(revision)
    for revision in begun:
        heal(draft, revision, REASON)


def resulting(now: Revision, before: Revision, changes: Mapping[str, Any]) -> Operation:
    """The operation of the new revision: that of the state it goes back to, where the timeline reads it later."""
    validity = changes.get("validity", now.validity)
    if validity.valid_to is None:
        return Operation.REVERT
    return before.operation if "validity" in changes else now.operation


def taken_back(before: Revision, after: Revision, now: Revision) -> dict[str, Any]:
    """The fields in which the decision changed the memory, as they were before it."""
    changes: dict[str, Any] = {}
    if any(getattr(before, name) != getattr(after, name) for name in CONTENT):
        changes.update((name, getattr(before, name)) for name in CONTENT)
    for group in TIMES:
        undone = any(getattr(before, name) != getattr(after, name) for name in group)
        untouched = all(getattr(now, name) == getattr(after, name) for name in group)
        if undone and untouched:
            changes.update((name, getattr(before, name)) for name in group)
    return changes


def close_lines(draft: Draft, slots: Iterable[str]) -> None:
    """Cut what came back where the next value of its slot begins.

    Raises:
        Conflict: two values would begin at the same instant.
    """
    for slot in sorted(filter(None, slots)):
        for earlier, later in pairwise(draft.slot(slot)):
            validity = earlier.validity
            if validity.valid_to is not None and validity.valid_to.at <= later.validity.valid_from.at:
                continue
            if validity.valid_from.at == later.validity.valid_from.at:
                raise Conflict(f"memory {later.memory_id} stands where a value would come back: delete it first")
            if earlier.pinned and not draft.planned(earlier.memory_id):
                raise Conflict(f"memory {earlier.memory_id} is pinned: unpin it first")
            draft.revise(
                earlier,
                operation=Operation.SUPERSEDE,
                reason=REASON,
                validity=Validity(validity.valid_from, later.validity.valid_from),
            )
        relink(draft, slot)
