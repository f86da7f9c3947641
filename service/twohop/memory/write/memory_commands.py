"""Changes of one memory by its caller: new content, an end, its return, a pin."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from twohop.errors import Conflict, NotFound
from twohop.graph.model import (
    FAR,
    Axes,
    Evidence,
    Granularity,
    Kind,
    Memory,
    Moment,
    Operation,
    Revision,
    Triple,
    Validity,
)
from twohop.memory.api import Edit
from twohop.memory.names import negated, normal, words
from twohop.memory.write.command import Desk, Done
from twohop.memory.write.merge import slots_of
from twohop.memory.write.resolve import denial_of, hash_of, mirror_of
from twohop.memory.write.timeline import overlaps, relink

UNKNOWN = "no such memory for this owner"


async def current(desk: Desk, memory_id: str) -> Memory:
    """The memory as it is now.

    Raises:
        NotFound: there is none, or it was retracted.
    """
    found = await desk.memories([memory_id])
    if not found:
        raise NotFound(UNKNOWN)
    return found[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A new revision with the fields of the mask. Relations that the new text no longer states are closed."""

    name: ClassVar[str] = "update"
    memory_id: str
    edit: Edit

    async def carry_out(self, desk: Desk) -> Done:
        """Plan the new revision."""
        memory = await current(desk, self.memory_id)
        old, edit = memory.revision, self.edit
        changes: dict[str, Any] = {}
        if "text" in edit.mask:
            text = edit.text.strip()
            kept = await self._stated(desk, old, text)
            same = kept and kept[:1] == old.triples[:1]
            changes |= {"text": text, "triples": kept}
            changes |= {} if same else {"slot_key": "", "mirror_key": ""}
        if "kind" in edit.mask and edit.kind is not None:
            changes["kind"] = edit.kind
        if "metadata" in edit.mask:
            changes["metadata"] = dict(edit.metadata)
        if "categories" in edit.mask:
            changes["categories"] = edit.categories
        if "expires_at" in edit.mask:
            changes["expires_at"] = edit.expires_at
        start = old.validity.valid_from
        stated = start.granularity is not Granularity.UNKNOWN
        changes["text_hash"] = hash_of(
            changes.get("text", old.text), changes.get("kind", old.kind), start, stated=stated
        )
        place = (changes.get("slot_key", old.slot_key), changes.get("mirror_key", old.mirror_key))
        slots = slots_as(changes.get("kind", old.kind), replace(old, slot_key=place[0], mirror_key=place[1]), desk)
        line = await desk.slots([old.slot_key, old.mirror_key, *slots]) if slots != place else []
        if slots != place:
            taken = any(m.id != old.memory_id and stands_in(m.revision, slots, old.validity) for m in line)
            # Nobody says which of the two gives way: it holds beside the other one.
            slots = ("", "") if taken else slots
            changes |= {"slot_key": slots[0], "mirror_key": slots[1]}
        draft = desk.draft([memory, *line])
        reason = "changed by the caller"
        draft.revise(old, operation=Operation.UPDATE, reason=reason, **changes)
        for key in (old.slot_key, old.mirror_key, *slots) if line else ():
            relink(draft, key)
        revision = draft.current(old.memory_id)
        return Done(draft=draft, operation=Operation.UPDATE, reason=reason, revision=revision, target=old.memory_id)

    async def _stated(self, desk: Desk, old: Revision, text: str) -> tuple[Triple, ...]:
        """The triples that a new text still states: it keeps every word of the old one but names, and both names.

        "Alice left Acme" names Alice and Acme, and states nothing of "Alice works at Acme".
        """
        ends = sorted({end for t in old.triples for end in (t.subject_id, t.object_id) if end})
        names = {entity.id: entity.normal for entity in await desk.ledger.entities(desk.partition, ends)}
        named = words(" ".join(names.values()))
        if not words(old.text) - named <= words(text) or negated(old.text) != negated(text):
            return ()
        said = normal(text)
        return tuple(t for t in old.triples if (names.get(t.object_id) or normal(t.literal)) in said)

    def to_json(self) -> Mapping[str, Any]:
        """The arguments."""
        edit = self.edit
        return {
            "edit": self.name,
            "memory_id": self.memory_id,
            "mask": list(edit.mask),
            "text": edit.text,
            "kind": edit.kind.value if edit.kind else "",
            "metadata": dict(edit.metadata),
            "categories": list(edit.categories),
            "expires_at": edit.expires_at,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Update":
        """From what `to_json` gave."""
        edit = Edit(
            mask=tuple(told["mask"]),
            text=told["text"],
            kind=Kind(told["kind"]) if told["kind"] else None,
            metadata=told["metadata"],
            categories=tuple(told["categories"]),
            expires_at=told["expires_at"],
        )
        return cls(memory_id=told["memory_id"], edit=edit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Close the memory now; it stays in its history. One that no longer holds is left as it is."""

    name: ClassVar[str] = "delete"
    memory_id: str

    async def carry_out(self, desk: Desk) -> Done:
        """Plan the end."""
        memory = await current(desk, self.memory_id)
        now = Moment(desk.now)
        end = memory.revision.validity.valid_to
        draft = desk.draft([memory])
        reason = "deleted by the caller"
        done = Done(draft=draft, operation=Operation.DELETE, reason=reason, target=memory.id, changed=False)
        if end is not None and end.at <= now.at:
            return done
        revision = draft.close(memory.revision, now, operation=Operation.DELETE, reason=reason)
        return replace(done, revision=revision, changed=True)

    def to_json(self) -> Mapping[str, Any]:
        """The arguments."""
        return {"edit": self.name, "memory_id": self.memory_id}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Delete":
        """From what `to_json` gave."""
        return cls(memory_id=told["memory_id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """Pin the memory, so that no add closes or rewrites it, or unpin it."""

    name: ClassVar[str] = "pin"
    memory_id: str
    pinned: bool = True

    async def carry_out(self, desk: Desk) -> Done:
        """Plan the mark."""
        memory = await current(desk, self.memory_id)
        draft = desk.draft([memory])
        reason = "pinned by the caller" if self.pinned else "unpinned by the caller"
        done = Done(draft=draft, operation=Operation.UPDATE, reason=reason, target=memory.id, changed=False)
        if memory.revision.pinned == self.pinned:
            return done
        revision = draft.revise(memory.revision, operation=Operation.UPDATE, reason=reason, pinned=self.pinned)
        return replace(done, revision=revision, changed=True)

    def to_json(self) -> Mapping[str, Any]:
        """The arguments."""
        return {"edit": self.name, "memory_id": self.memory_id, "pinned": self.pinned}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Pin":
        """From what `to_json` gave."""
        return cls(memory_id=told["memory_id"], pinned=told["pinned"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """Bring a closed, expired or retracted memory back, with the validity that it had before."""

    name: ClassVar[str] = "restore"
    memory_id: str

    async def carry_out(self, desk: Desk) -> Done:
        """Plan the return.

        Raises:
            Conflict: another value of its slot holds in that time, or it always had an end.
        """
        history = await desk.ledger.revisions(desk.partition, self.memory_id)
        if not history:
            raise NotFound(UNKNOWN)
        last = history[-1]
        found = await desk.memories([self.memory_id])
        if last.disputed and found:
            raise Conflict("the memory is disputed: settle it with ResolveConflict")
        line = [m for m in await desk.slots([last.slot_key, last.mirror_key]) if m.id != self.memory_id]
        draft = desk.draft([*found, *line])
        reason = "restored by the caller"
        done = Done(draft=draft, operation=Operation.RESTORE, reason=reason, target=self.memory_id, changed=False)
        if found and last.live(desk.now):
            return done
        validity = before_its_end(history) if found and not last.validity.holds(desk.now) else last.validity
        # What is disputed comes back as it was, and waits to be settled.
        against = [] if last.disputed else [*line, *await self._opposite(desk, history)]
        rivals = [m.revision for m in against if clash(m.revision, validity)]
        if rivals:
            raise Conflict(
                f"memory {rivals[0].memory_id} holds another value of the same kind, or the opposite, in that time: "
                "delete it first, or revert the decision that made it"
            )
        changes: dict[str, Any] = {"validity": validity, "superseded_by": "", "expires_at": None}
        if found:
            revision = draft.revise(last, operation=Operation.RESTORE, reason=reason, **changes)
        else:
            revision = draft.revive(last, operation=Operation.RESTORE, reason=reason, **changes)
            draft.witness(self.memory_id, await self._withdrawn(desk, last))
        return replace(done, revision=revision, changed=True)

    async def _opposite(self, desk: Desk, history: list[Revision]) -> list[Memory]:
        """The memories that deny what this one says, or say what it denies."""
        last = history[-1]
        if last.triples:
            return await desk.slots([denial_of(desk.partition, last.triples[0])])
        # A denial holds no triple: it is that of a memory which began when the denial ended.
        decisions = [await desk.ledger.decision(desk.partition, one.decision_id) for one in history]
        others = await desk.memories(one.memory_id for one in decisions if one is not None and one.memory_id)
        owns = [own for memory in others for own in memory.revision.triples[:1]]
        keys = {own.key(desk.partition) for own in owns if denial_of(desk.partition, own) == last.slot_key}
        asserting = await desk.ledger.by_triple(desk.partition, sorted(keys))
        return [memory for found in asserting.values() for memory in found if memory.revision.triples[0] in owns]

    async def _withdrawn(self, desk: Desk, last: Revision) -> list[Evidence]:
        """The evidence that the memory lost when decisions were undone: what it rested on when it was retracted."""
        then = Axes(known_at=(last.superseded_at or desk.now) - 1)
        return [
            row
            for memory in await desk.ledger.memories(desk.partition, [self.memory_id], then)
            for row in memory.evidence
            if await desk.ledger.reverted(desk.partition, row.decision_id) is not None
        ]

    def to_json(self) -> Mapping[str, Any]:
        """The arguments."""
        return {"edit": self.name, "memory_id": self.memory_id}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Restore":
        """From what `to_json` gave."""
        return cls(memory_id=told["memory_id"])


def slots_as(kind: Kind, old: Revision, desk: Desk) -> tuple[str, str]:
    """Slot and mirror of a memory as one of another kind: what is planned is on another timeline than what is so."""
    plan = kind is Kind.PLAN
    if not old.triples or not old.slot_key or plan == (old.kind is Kind.PLAN):
        return old.slot_key, old.mirror_key
    so, planned, _ = slots_of(desk.partition, old.triples[0], desk.predicates)
    if old.slot_key not in {so, planned}:
        return old.slot_key, old.mirror_key
    return planned if plan else so, mirror_of(desk.partition, old.triples[0], desk.predicates, plan=plan)


def stands_in(other: Revision, slots: tuple[str, str], validity: Validity) -> bool:
    """Whether a value is on one of these timelines in that time."""
    on_it = bool({key for key in slots if key} & {other.slot_key, other.mirror_key})
    return on_it and clash(other, validity)


def before_its_end(history: list[Revision]) -> Validity:
    """The validity before the memory was closed.

    Raises:
        Conflict: it always had this end.
    """
    last = history[-1].validity
    for earlier in reversed(history):
        validity = earlier.validity
        if validity.valid_to is None or (last.valid_to is not None and validity.valid_to.at > last.valid_to.at):
            return Validity(last.valid_from, validity.valid_to)
    raise Conflict("the memory was never open: what it says was over when it was told")


def clash(other: Revision, validity: Validity) -> bool:
    """Whether an undisputed value has an instant in common with the interval."""
    end = validity.valid_to.at if validity.valid_to else FAR
    return not other.disputed and overlaps(other.validity, validity.valid_from.at, end)
