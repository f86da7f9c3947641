"""The owner's state while a commit is being planned: what the ledger holds, with the planned changes on top."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from dataclasses import replace
from typing import Any

from twohop.graph.model import Decision, Effect, Evidence, Memory, Moment, Operation, Revision, Validity
from twohop.memory.clock import Ids


class Places:
    """Where memories have stood in a draft: by slot, by own subject and predicate, by words.

    It only grows: what it names may stand elsewhere by now, or nowhere. So a draft that is rewound needs no other one.
    """

    def __init__(self) -> None:
        self._order: dict[str, int] = {}
        self._memories: dict[tuple[str, ...], set[str]] = {}

    def note(self, revision: Revision) -> None:
        """Take down where a revision stands."""
        self._order.setdefault(revision.memory_id, len(self._order))
        keys: set[tuple[str, ...]] = {("slot", revision.slot_key), ("slot", revision.mirror_key)}
        keys.add(("text", revision.text_hash))
        keys.update(("about", own.subject_id, own.predicate) for own in revision.triples[:1])
        for key in keys:
            self._memories.setdefault(key, set()).add(revision.memory_id)

    def order(self, memory_id: str) -> int:
        """When the memory was first seen."""
        return self._order[memory_id]

    def of_slot(self, slot_key: str) -> AbstractSet[str]:
        """Memories on a timeline."""
        return self._memories.get(("slot", slot_key), frozenset())

    def about(self, subject_id: str, predicate: str) -> AbstractSet[str]:
        """Memories whose own triple has these."""
        return self._memories.get(("about", subject_id, predicate), frozenset())

    def saying(self, text_hash: str) -> AbstractSet[str]:
        """Memories of the same words."""
        return self._memories.get(("text", text_hash), frozenset())


class Draft:
    """Current revisions by memory, and the rows that a commit will write. Nothing here touches a store.

    Changes are made within a decision (`begin`, then `record`), which knows what they did to each memory. A memory that
    several decisions of one commit change gets a revision for each, so that each can be undone by itself.
    """

    def __init__(self, partition: str, stored: Iterable[Memory], ids: Ids) -> None:
        self.partition = partition
        self.ids = ids
        self.decision_id = ""
        self.decider = ""
        self._spent: set[str] = set()
        self.retracted: list[Revision] = []
        self.withdrawn: list[str] = []
        self.messages: list[str] = []
        self._stored: dict[str, Revision] = {}
        self._grounds: dict[str, tuple[Evidence, ...]] = {}
        self._places = Places()
        self.load(stored)
        self._current: dict[str, Revision | None] = {}
        self._rows: dict[str, Revision] = {}
        self._evidence: list[Evidence] = []
        self._effects: dict[str, Effect] = {}
        self._decisions: list[Decision] = []

    def snapshot(self) -> dict[str, Any]:
        """The plan so far, for `rewind`."""
        return {name: copy(value) for name, value in vars(self).items() if isinstance(value, dict | list | set)}

    def rewind(self, snapshot: dict[str, Any]) -> None:
        """Forget what was planned since the snapshot: a change that can't be made as a whole is not made at all."""
        for name, value in snapshot.items():
            setattr(self, name, copy(value))

    def load(self, memories: Iterable[Memory]) -> None:
        """Take more of the stored memories in hand; those that are there already stay as they are."""
        for memory in memories:
            self._stored.setdefault(memory.id, memory.revision)
            self._grounds.setdefault(memory.id, memory.evidence)
            self._places.note(self._stored[memory.id])

    @property
    def destructive(self) -> int:
        """How many memories that were there before this plan closes or rewrites."""
        return len(self._spent)

    # -- what stands ----------------------------------------------------------------------------------------------

    def current(self, memory_id: str) -> Revision | None:
        """The memory's current revision, or None when it is unknown or retracted."""
        if memory_id in self._current:
            return self._current[memory_id]
        return self._stored.get(memory_id)

    def all(self) -> list[Revision]:
        """All current revisions in hand."""
        ids = dict.fromkeys((*self._stored, *self._current))
        return [revision for memory_id in ids if (revision := self.current(memory_id)) is not None]

    def stands(self, memory_id: str, revision_id: str) -> bool:
        """Whether that revision is still the stored one."""
        stored = self._stored.get(memory_id)
        return stored is not None and stored.id == revision_id

    def born(self, memory_id: str) -> bool:
        """Whether this plan itself began the memory."""
        return memory_id not in self._stored

    def planned(self, memory_id: str) -> bool:
        """Whether this plan already changes the memory."""
        return memory_id in self._current

    def slot(self, slot_key: str) -> list[Revision]:
        """The timeline of a functional slot: its current, undisputed revisions by start."""
        return self.line((slot_key,))

    def line(self, slot_keys: Sequence[str]) -> list[Revision]:
        """The values of these timelines together, by start: for facts that are a value of two subjects at a time."""
        keys = {key for key in slot_keys if key}
        near = self._standing(id_ for key in keys for id_ in self._places.of_slot(key))
        found = [r for r in near if keys & {r.slot_key, r.mirror_key} and not r.disputed]
        return sorted(found, key=lambda r: (r.validity.valid_from.at, r.id))

    def by_triple(self, subject_id: str, predicate: str, object_id: str, literal: str) -> list[Revision]:
        """Current revisions whose own triple is this one; with neither object nor literal any object will do."""
        found: list[Revision] = []
        for revision in self._standing(self._places.about(subject_id, predicate)):
            if not revision.triples:
                continue
            own = revision.triples[0]
            if (own.subject_id, own.predicate) != (subject_id, predicate):
                continue
            if not (object_id or literal) or (own.object_id, own.literal) == (object_id, literal):
                found.append(revision)
        return found

    def worded(self, text_hash: str) -> list[Revision]:
        """Current revisions that say this."""
        return [one for one in self._standing(self._places.saying(text_hash)) if one.text_hash == text_hash]

    def _standing(self, memory_ids: Iterable[str]) -> list[Revision]:
        """The current revisions of these memories, in the order of `all`."""
        ids = sorted(set(memory_ids), key=lambda one: (one not in self._stored, self._places.order(one)))
        return [revision for one in ids if (revision := self.current(one)) is not None]

    # -- changes --------------------------------------------------------------------------------------------------

    def begin(self, decision_id: str, decider: str) -> None:
        """Start a decision: the changes from here to `record` are its own."""
        self.decision_id = decision_id
        self.decider = decider
        self._effects = {}

    def add(self, revision: Revision) -> Revision:
        """Plan a memory's first revision."""
        return self._put(replace(revision, decider=self.decider, decision_id=self.decision_id), before="")

    def revise(self, old: Revision, *, operation: Operation, reason: str, **changes: Any) -> Revision:
        """Plan a new revision of a memory; the old one ends in system time."""
        again = old.id in self._rows and old.decision_id == self.decision_id
        new = replace(
            old,
            id=old.id if again else self.ids(),
            number=old.number if again else old.number + 1,
            operation=operation,
            decider=self.decider,
            decision_id=self.decision_id,
            reason=reason,
            recorded_at=0,
            superseded_at=None,
            **changes,
        )
        return self._put(new, before=old.id)

    def revive(self, last: Revision, *, operation: Operation, reason: str, **changes: Any) -> Revision:
        """Plan that a memory which was retracted holds again, from its last revision on."""
        new = replace(
            last,
            id=self.ids(),
            number=last.number + 1,
            operation=operation,
            decider=self.decider,
            decision_id=self.decision_id,
            reason=reason,
            recorded_at=0,
            superseded_at=None,
            **changes,
        )
        return self._put(new, before="")

    def close(self, old: Revision, at: Moment, *, operation: Operation, reason: str) -> Revision:
        """Plan that a memory stops holding at `at`: never before it started, and never later than it ended already."""
        end = at if at.at > old.validity.valid_from.at else replace(at, at=old.validity.valid_from.at)
        if old.validity.valid_to is not None and old.validity.valid_to.at <= end.at:
            end = old.validity.valid_to
        validity = Validity(old.validity.valid_from, end)
        return self.revise(old, operation=operation, reason=reason, validity=validity)

    def retract(self, old: Revision) -> None:
        """Plan that a memory never held: its revision ends in system time and none follows."""
        self.retracted.append(old)
        self._current[old.memory_id] = None
        self._affect(old.memory_id, old.id, "")

    def witness(self, memory_id: str, evidence: Sequence[Evidence]) -> None:
        """Plan that messages are evidence for a memory."""
        self._evidence.extend(
            replace(row, memory_id=memory_id, decision_id=self.decision_id, recorded_at=0) for row in evidence
        )

    def withdraw(self, decision_id: str, messages: Iterable[str]) -> None:
        """Plan that the evidence which a decision gave ends; `messages` are those that it may have named."""
        self.withdrawn.append(decision_id)
        self.messages.extend(messages)

    def spend(self, memory_id: str) -> None:
        """Count a change that destroys; what this plan itself began is not anybody's yet."""
        if memory_id in self._stored:
            self._spent.add(memory_id)

    def grounds(self, memory_id: str) -> tuple[Evidence, ...]:
        """The messages that a memory rests on, stored and planned."""
        planned = (row for row in self._evidence if row.memory_id == memory_id)
        return (*self._grounds.get(memory_id, ()), *planned)

    def record(self, decision: Decision) -> None:
        """Plan a decision's row, with what it did."""
        self._decisions.append(replace(decision, effects=tuple(self._effects.values())))
        self._effects = {}

    def _put(self, revision: Revision, *, before: str) -> Revision:
        self._rows[revision.id] = revision
        self._current[revision.memory_id] = revision
        self._places.note(revision)
        self._affect(revision.memory_id, before, revision.id)
        return revision

    def _affect(self, memory_id: str, before: str, after: str) -> None:
        known = self._effects.get(memory_id)
        self._effects[memory_id] = Effect(memory_id, before if known is None else known.before, after)

    # -- rows -----------------------------------------------------------------------------------------------------

    @property
    def revisions(self) -> tuple[Revision, ...]:
        """New rows, in order. None is linked to a memory that this plan both began and retracted."""
        gone = self._unborn
        if not gone:
            return tuple(self._rows.values())
        return tuple(
            replace(
                revision,
                supersedes="" if revision.supersedes in gone else revision.supersedes,
                superseded_by="" if revision.superseded_by in gone else revision.superseded_by,
            )
            for revision in self._rows.values()
            if revision.memory_id not in gone
        )

    @property
    def standing(self) -> tuple[Revision, ...]:
        """Those of the new rows that are current after the commit."""
        return tuple(row for row in self.revisions if row.id == getattr(self.current(row.memory_id), "id", ""))

    @property
    def ended(self) -> tuple[str, ...]:
        """Ids of revisions that end: stored ones, and new ones that another decision of this plan changed."""
        stored = [self._stored[memory_id].id for memory_id in self._current if memory_id in self._stored]
        standing = {row.id for row in self.standing}
        return (*stored, *(row.id for row in self.revisions if row.id not in standing))

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """New rows of evidence."""
        gone = self._unborn
        return tuple(dict.fromkeys(row for row in self._evidence if row.memory_id not in gone))

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """New decisions. A fact that the same exchange takes back was never kept, and its decision says so."""
        gone = self._unborn
        told: list[Decision] = []
        for decision in self._decisions:
            effects = tuple(effect for effect in decision.effects if effect.memory_id not in gone)
            kept = replace(decision, effects=effects)
            if decision.memory_id in gone:
                kept = replace(
                    kept,
                    operation=Operation.DROP,
                    memory_id="",
                    revision_id="",
                    target_id="",
                    reason="taken back in the same exchange",
                )
            elif decision.target_id in gone:
                kept = replace(kept, target_id="")
            told.append(kept)
        return tuple(told)

    @property
    def changed(self) -> list[tuple[Revision, Revision | None]]:
        """Each stored memory that the plan changes: as it is, and as it will be (None = retracted)."""
        return [(self._stored[one], now) for one, now in self._current.items() if one in self._stored]

    @property
    def touched(self) -> list[Revision]:
        """The revisions that the plan ends, and those that stand after it."""
        old = [self._stored[memory_id] for memory_id in self._current if memory_id in self._stored]
        return [*old, *self.standing]

    @property
    def _unborn(self) -> set[str]:
        """Memories that this plan both began and retracted."""
        begun = {row.memory_id for row in self._rows.values()} - self._stored.keys()
        return {memory_id for memory_id in begun if self._current.get(memory_id) is None}
