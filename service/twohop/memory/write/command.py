"""A caller's own change as a value: what it needs to know, what it does to a draft, and its record as JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from twohop.graph.model import Axes, Memory, Operation, Revision
from twohop.graph.store import Ledger
from twohop.memory.clock import Ids
from twohop.memory.predicates import PredicateTable
from twohop.memory.write.draft import Draft
from twohop.memory.write.merge import Names
from twohop.memory.write.plan import Planner

USER = "user"
"""The decider of a caller's own changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where a command works: one owner's ledger at one instant, and the decision that it becomes."""

    ledger: Ledger
    planner: Planner
    predicates: PredicateTable
    partition: str
    now: int
    ids: Ids
    decision_id: str

    def draft(self, memories: Iterable[Memory]) -> Draft:
        """A draft over these memories, within the command's decision."""
        draft = Draft(self.partition, memories, self.ids)
        draft.begin(self.decision_id, USER)
        return draft

    async def slots(self, keys: Iterable[str]) -> list[Memory]:
        """The timelines of these slots."""
        return await self.ledger.slot(self.partition, [key for key in dict.fromkeys(keys) if key])

    async def memories(self, ids: Iterable[str]) -> list[Memory]:
        """The memories as they are now; retracted ones are left out."""
        return await self.ledger.memories(self.partition, list(dict.fromkeys(ids)), Axes())


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a command did. `changed` False = nothing had to be done, and nothing is recorded.

    `revision` is the one that it made of its memory, `target` the memory that it is about, `names` what it does to
    entities, their names and mentions.
    """

    draft: Draft
    operation: Operation
    reason: str
    revision: Revision | None = None
    target: str = ""
    reverts: str = ""
    names: Names = field(default_factory=Names)
    changed: bool = True


class Command(Protocol):
    """One change. It raises `NotFound` or `Conflict` when the state is not what it assumes."""

    async def carry_out(self, desk: Desk) -> Done:
        """Plan the change on the state as it is now."""
        ...

    def to_json(self) -> Mapping[str, Any]:
        """The command with its arguments, enough to carry it out again."""
        ...
