"""One recall: what is asked, what it may use, and what it has in hand."""

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from twohop.graph.model import Entity, Owner
from twohop.graph.store import Ledger
from twohop.memory.api import Degradation, RecallRequest
from twohop.memory.recall.facts import FactWords
from twohop.memory.recall.in_hand import InHand
from twohop.memory.recall.kinds import Likeness
from twohop.memory.recall.lookup import Lookup
from twohop.memory.recall.named import written_as_names
from twohop.memory.recall.neighbourhood import Neighbourhood
from twohop.memory.recall.nouns import Nouns
from twohop.memory.recall.pace import Pace
from twohop.memory.recall.phrases import PhraseVectors
from twohop.memory.recall.question import Question
from twohop.memory.recall.turns import Turns
from twohop.memory.recall.until import TooLate, until
from twohop.memory.recall.view import View
from twohop.vector.tokens import TokenCounter

T = TypeVar("T")

WALKERS = 2
"""What reads the graph side by side: second queries and chains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What every recall of a process shares."""

    ledger: Ledger
    words: FactWords
    dense_weight: float
    fact_lexical_share: float
    like: Likeness
    nouns: Nouns
    phrases: PhraseVectors
    turns: Turns
    counter: TokenCounter


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What one recall begins with. `weights`: the lexical query, stem to weight; `known`: entities by names asked.

    `behind`: the index does not yet hold all that the ledger does.
    """

    weights: Mapping[str, float]
    known: Mapping[str, Sequence[Entity]]
    behind: bool


class Case:
    """What the steps of one recall share. `seeds`: the things that the question names, once they are looked for."""

    def __init__(
        self,
        *,
        request: RecallRequest,
        question: Question,
        view: View,
        owner: Owner | None,
        lookup: Lookup,
        start: Start,
        parts: Parts,
    ) -> None:
        self.request = request
        self.question = question
        self.view = view
        self.owner = owner
        self.lookup = lookup
        self.start = start
        self.parts = parts
        self.ledger = parts.ledger
        self.hand = InHand(parts.ledger, view, parts.turns)
        self.near = Neighbourhood(parts.ledger, view, owner.message_count if owner else 0)
        self.words = parts.words
        self.pace = Pace(WALKERS)
        self.seeds: list[Entity] = []

    @property
    def seed_ids(self) -> set[str]:
        """The ids of the things that the question names."""
        return {seed.id for seed in self.seeds}

    @property
    def starts(self) -> list[Entity]:
        """Those of them that chains start from."""
        return written_as_names(self.question, self.request.scope, self.seeds)

    @property
    def walks(self) -> bool:
        """Whether the graph may take part."""
        return self.request.depth > 0 and not self.request.arms

    @property
    def with_messages(self) -> bool:
        """Whether messages are results of their own."""
        return self.request.include_messages and not self.view.about_memories

    @property
    def degradations(self) -> tuple[str, ...]:
        """What it had to do without."""
        found = dict(self.lookup.degradations)
        if self.lookup.up and self.start.behind:
            found[Degradation.INDEX_BEHIND] = None
        if self.near.spent:
            found[Degradation.BUDGET] = None
        return tuple(found)

    async def in_time(self, work: Coroutine[Any, Any, T], otherwise: T) -> T:
        """What the work gives, unless the caller's deadline comes first: the answer then says so, and work is ended."""
        try:
            async with until(self.request.deadline):
                return await work
        except TooLate:
            self.lookup.degradations[Degradation.DEADLINE] = None
            return otherwise
