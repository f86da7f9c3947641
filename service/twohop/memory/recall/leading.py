"""What stands first in an answer: chains, the values of what changed, or the one fact that stands clear."""

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import TypeAlias

from twohop.graph.model import Memory
from twohop.memory.api import Path, Placement, RecallPart
from twohop.memory.recall.asked_time import Span, told_by_event
from twohop.memory.recall.case import Case
from twohop.memory.recall.chain_search import ChainSearch, read_around
from twohop.memory.recall.chains import Chain, leads
from twohop.memory.recall.facts import KEPT, Fact, kind_asked, listed_score
from twohop.memory.recall.named import first_person
from twohop.memory.recall.places import Unit, leader
from twohop.memory.recall.reading import Reading
from twohop.memory.recall.timeline import elsewhen, ended, timeline
from twohop.vector.sparse import stems_of

Tell: TypeAlias = Callable[[RecallPart], None]


class Leading:
    """Chooses by the facts in hand. `then`: the time asked about, by the calendar or by an event; None = no time."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._event: list[Memory] = []
        self.then: Span | None = case.view.then
        if case.view.clause is not None:
            told = told_by_event(
                case.view.clause,
                filter(case.view.wanted, case.near.memories.values()),
                case.near.entities,
                case.seed_ids,
                case.words,
                case.hand.rarity,
            )
            if told is not None:
                event, self.then = told
                self._event = [event]

    def listed(self, found: Sequence[Fact]) -> list[tuple[Memory, float]]:
        """The facts that have a place in the list, best first: the kept ones and those of the things named."""
        case, seeds = self._case, self._case.seed_ids
        everything = not case.with_messages
        kept = [fact for place, fact in enumerate(found) if everything or place < KEPT or seeds & set(fact.ends)]
        scored = [
            (fact.memory, listed_score(fact, case.question, case.near.entities, seeds))
            for fact in kept
            if case.view.wanted(fact.memory)
        ]
        behind = elsewhen((memory for memory, _ in scored), self.then)
        return sorted(
            scored, key=lambda pair: (pair[0].id in behind, -round(pair[1], 6), -pair[0].created_at, pair[0].id)
        )

    def singles(self, found: Sequence[Fact], listed: Sequence[tuple[Memory, float]]) -> list[Unit]:
        """What leads without a chain: what changed, then the best fact, of those that have ended for the past."""
        past = ended(self._case.question, listed, self._case.view) if self.then is None else []
        return [*self._over_time(found), *leader(past[:1] or listed)]

    def _over_time(self, found: Sequence[Fact]) -> list[Unit]:
        """The values of what is asked for that changed: those of the time asked about with its event, or all."""
        case, seeds = self._case, self._case.seed_ids
        if self.then is None and not case.view.every:
            return []
        asked = frozenset(stems_of(case.view.asked))

        def fit(fact: Fact) -> float:
            return case.hand.rarity.share(fact.stems, asked) + kind_asked(
                fact, case.question, case.near.entities, seeds
            )

        values = timeline([fact for fact in found if case.view.wanted(fact.memory)], self.then, fit)
        together = (*values, *(one for one in self._event if one not in values))
        return [Unit(together, 1.0, Placement.CHANGE)] if values else []

    @property
    def past(self) -> bool:
        """Whether it is asked for what no longer holds, and not just put in the past tense."""
        return self._case.question.past or self._case.view.every or self.then is not None

    @cached_property
    def reading(self) -> Reading | None:
        """The question around the things that it names; None when there are none."""
        case = self._case
        return read_around(case.question, case.starts, first_person(case.question), case.parts.like)

    @property
    def one_hop(self) -> bool:
        """Whether the question asks for what is told of the things it names, with nothing on the way.

        Only where somebody said what these are: facts without types are as good as what they were taken from.
        """
        typed = all(seed.type or seed.kinds for seed in self._case.seeds)
        return typed and self.reading is not None and not self.reading.descriptions

    async def chains(self, tell: Tell | None) -> tuple[list[Unit], list[Path]]:
        """The chains that stand first in the answer; each hop's paths are told as it is done."""
        case = self._case
        with case.pace:
            if self.reading is None:
                return [], []
            search = ChainSearch(case, self.reading, past=self.past)
            behind = elsewhen(case.near.memories.values(), self.then)
            first: list[Chain] = []
            told: set[tuple[str, ...]] = set()

            async def follow() -> None:
                nonlocal first
                async for chains in search.find(case.request.depth):
                    first = self._leads(chains, behind)
                    fresh = [chain for chain in first if chain.memories not in told]
                    told.update(chain.memories for chain in fresh)
                    if tell is not None and fresh:
                        tell(RecallPart(paths=tuple(map(self._path, fresh))))

            await case.in_time(follow(), None)
            units = [
                Unit(tuple(link.memory for link in chain.links), chain.likely, Placement.CHAIN, place)
                for place, chain in enumerate(first)
            ]
            return units, [self._path(chain) for chain in first]

    def _leads(self, chains: Sequence[Chain], behind: Collection[str]) -> list[Chain]:
        """Those of the chains that stand first, as far as the filter and the time asked about leave them in."""
        wanted = self._case.view.wanted
        return [
            chain
            for chain in leads(chains)
            if all(wanted(link.memory) and link.memory.id not in behind for link in chain.links)
        ]

    def _path(self, chain: Chain) -> Path:
        near = self._case.near
        steps = tuple(near.step(link) for link in chain.links)
        return Path(steps=steps, score=chain.likely, answer=near.end_of(chain.links[-1]))
