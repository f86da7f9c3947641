"""A truth scenario: a short conversation, what an ideal extractor takes from it, and the state it settles.

`README.md` beside this file describes the file format; `reader.py` reads it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from twohop.graph.model import Operation, Scope
from twohop.memory.api import NewMessage
from twohop.memory.moment import When
from twohop.memory.ports import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Messages said at `observed_at` (microseconds), and the facts that an ideal extractor takes from them alone."""

    observed_at: int
    messages: tuple[NewMessage, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A fact that the end state must hold. A date of None is not checked."""

    subject: str
    predicate: str
    object: str
    valid_from: When | None = None
    valid_to: When | None = None

    def __str__(self) -> str:
        dates = f" ({self.valid_from.iso if self.valid_from else '?'} to {self.valid_to.iso if self.valid_to else '?'})"
        return f"{self.subject} {self.predicate} {self.object}" + (dates if self.valid_from or self.valid_to else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class EndState:
    """What two careful people agree on after the last exchange."""

    live: tuple[Expected, ...] = ()
    closed: tuple[Expected, ...] = ()
    absent: tuple[str, ...] = ()
    memory_count_max: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileDecision:
    """What the hostile judge says in an exchange, whatever it is asked: a decision on the memory of that text."""

    exchange: int
    decision: Operation
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question about the end state. `unwanted` strings may not stand before the answer."""

    text: str
    as_of: When | None
    answer: tuple[str, ...]
    unwanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One scenario. `concurrent` names predicates that it rightly holds twice at a time."""

    id: str
    theme: str
    difficulty: str
    user_id: str
    exchanges: tuple[Exchange, ...]
    expect: EndState
    hostile: tuple[HostileDecision, ...] = ()
    questions: tuple[Asked, ...] = ()
    concurrent: tuple[str, ...] = ()

    def scope(self, run: str) -> Scope:
        """An owner that no other scenario and no other run has, whatever user ids they share."""
        return Scope(tenant=f"truth-{run}-{self.id}", user_id=self.user_id)

    @property
    def now(self) -> int:
        """The end state's time, and that of questions which name none: when the last exchange took place."""
        return self.exchanges[-1].observed_at

    def facts_since(self, exchange: int) -> Iterator[Fact]:
        """The ideal extraction of that exchange and of all later ones."""
        for later in self.exchanges[exchange:]:
            yield from later.facts
