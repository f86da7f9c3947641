"""The owner's state while a commit is being planned: what the ledger holds, with the planned changes on top."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from twohop.graph.model import Decision, Evidence, Memory, Moment, Operation, Revision, Validity
from twohop.memory.clock import Ids


class Draft:
    """Current revisions by memory, and the rows that a commit will write. Nothing here touches a store."""

    def __init__(self, partition: str, stored: Iterable[Memory], ids: Ids, decider: str) -> None:
        self.partition = partition
        self.decider = decider
        self.ids = ids
        self._evidence: list[Evidence] = []
        self._decisions: list[Decision] = []
        self.destructive = 0
        self.retracted: list[Revision] = []
        self._stored = {memory.id: memory.revision for memory in stored}
        self._planned: dict[str, Revision | None] = {}

    def current(self, memory_id: str) -> Revision | None:
        """The memory's current revision, or None when it is unknown or retracted."""
        if memory_id in self._planned:
            return self._planned[memory_id]
        return self._stored.get(memory_id)

    def all(self) -> list[Revision]:
        """All current revisions in hand."""
        ids = dict.fromkeys((*self._stored, *self._planned))
        return [revision for memory_id in ids if (revision := self.current(memory_id)) is not None]

    def stands(self, memory_id: str, revision_id: str) -> bool:
        """Whether that revision is still the stored one."""
        stored = self._stored.get(memory_id)
        return stored is not None and stored.id == revision_id

    def born(self, memory_id: str) -> bool:
        """Whether this plan itself began the memory."""
        return memory_id not in self._stored

    def spend(self, memory_id: str) -> None:
        """Count a change that destroys; what this plan itself began is not anybody's yet."""
        self.destructive += memory_id in self._stored

    def planned(self, memory_id: str) -> bool:
        """Whether this plan already changes the memory."""
        return memory_id in self._planned

    def slot(self, slot_key: str) -> list[Revision]:
        """The timeline of a functional slot: its current, undisputed revisions by start."""
        found = [r for r in self.all() if slot_key and r.slot_key == slot_key and not r.disputed]
        return sorted(found, key=lambda r: (r.validity.valid_from.at, r.id))

    def by_triple(self, subject_id: str, predicate: str, object_id: str, literal: str) -> list[Revision]:
        """Current revisions whose own triple is this one; with neither object nor literal any object will do."""
        found: list[Revision] = []
        for revision in self.all():
            if not revision.triples:
                continue
            own = revision.triples[0]
            if (own.subject_id, own.predicate) != (subject_id, predicate):
                continue
            if not (object_id or literal) or (own.object_id, own.literal) == (object_id, literal):
                found.append(revision)
        return found

    def add(self, revision: Revision) -> Revision:
        """Plan a memory's first revision."""
        self._planned[revision.memory_id] = revision
        return revision

    def revise(self, old: Revision, *, operation: Operation, reason: str, **changes: Any) -> Revision:
        """Plan a new revision of a memory; the old one ends in system time."""
        planned = old.memory_id in self._planned
        new = replace(
            old,
            id=old.id if planned else self.ids(),
            number=old.number if planned else old.number + 1,
            operation=old.operation if planned else operation,
            decider=self.decider,
            reason=reason,
            recorded_at=0,
            superseded_at=None,
            **changes,
        )
        self._planned[old.memory_id] = new
        return new

    def close(self, old: Revision, at: Moment, *, operation: Operation, reason: str, by: str = "") -> Revision:
        """Plan that a memory stops holding at `at` (never before it started)."""
        end = at if at.at > old.validity.valid_from.at else replace(at, at=old.validity.valid_from.at)
        validity = Validity(old.validity.valid_from, end)
        return self.revise(old, operation=operation, reason=reason, validity=validity, superseded_by=by)

    def retract(self, old: Revision) -> None:
        """Plan that a memory never held: its revision ends in system time and none follows."""
        self.retracted.append(old)
        self._planned[old.memory_id] = None

    def witness(self, memory_id: str, evidence: Sequence[Evidence]) -> None:
        """Plan that messages are evidence for a memory."""
        self._evidence.extend(replace(row, memory_id=memory_id) for row in evidence)

    def record(self, decision: Decision) -> None:
        """Plan a decision's row."""
        self._decisions.append(decision)

    @property
    def revisions(self) -> tuple[Revision, ...]:
        """New rows."""
        gone = self._unborn
        return tuple(
            replace(revision, supersedes="") if revision.supersedes in gone else revision
            for revision in self._planned.values()
            if revision is not None
        )

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
            if decision.memory_id in gone:
                reason = "taken back in the same exchange"
                told.append(
                    replace(
                        decision, operation=Operation.DROP, memory_id="", revision_id="", target_id="", reason=reason
                    )
                )
            else:
                told.append(replace(decision, target_id="") if decision.target_id in gone else decision)
        return tuple(told)

    @property
    def _unborn(self) -> set[str]:
        """Memories that this plan both began and retracted."""
        return {i for i, revision in self._planned.items() if revision is None and i not in self._stored}

    @property
    def ended(self) -> tuple[str, ...]:
        """Ids of stored revisions that end."""
        return tuple(self._stored[memory_id].id for memory_id in self._planned if memory_id in self._stored)

    @property
    def touched(self) -> list[Revision]:
        """Every revision, old and new, that the plan begins or ends."""
        old = [self._stored[memory_id] for memory_id in self._planned if memory_id in self._stored]
        return [*old, *self.revisions]
