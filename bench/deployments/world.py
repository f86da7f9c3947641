"""A made-up world from a seed: facts of three triples each about people, teams and places, some of them busy."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from twohop.graph.model import Role, Scope
from twohop.memory.api import AddRequest, NewMessage
from twohop.memory.ports import Cardinality, Claim, Fact, Named

TRIPLES = 3
PEOPLE_A_FACT, TEAMS_A_FACT, PLACES_A_FACT = 0.1, 0.02, 0.03
"""How many of each kind there are for a fact."""

MANAGING = 0.2
"""Share of the facts that say who manages a team, the others who works on one."""

BUSY = 1.1
"""How unevenly teams and places are spoken of: the power of their rank. The busiest of 200 teams has a tenth of all."""

DAY = 86_400_000_000
JANUARY = 1_735_689_600_000_000
"""1 January 2025, when the first thing is said."""

BEGIN, MIDDLE, END = "bcdfghklmnprstvz", "aeiou", ("lan", "rim", "ton", "dor", "sky", "via", "mer", "nok")


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and how many relations its answer is away from the person that it names."""

    text: str
    hops: int


class World:
    """What there is to be said of an owner: the same for the same seed and size."""

    def __init__(self, seed: str, facts: int) -> None:
        self._random = random.Random(seed)
        names = iter(self._names())
        self.people = [next(names) for _ in range(max(4, round(facts * PEOPLE_A_FACT)))]
        self._teams = [next(names) for _ in range(max(2, round(facts * TEAMS_A_FACT)))]
        self._places = [next(names) for _ in range(max(2, round(facts * PLACES_A_FACT)))]

    def _names(self) -> list[str]:
        names = [f"{a}{b}{c}{d}{e}".capitalize() for a, b, c, d, e in product(BEGIN, MIDDLE, BEGIN, MIDDLE, END)]
        self._random.shuffle(names)
        return names

    def fact(self) -> Fact:
        """The next fact."""
        one, other = self._random.sample(self.people, 2)
        team, place = self._often(self._teams), self._often(self._places)
        does = ("manages", "manages") if self._random.random() < MANAGING else ("works_on", "works on")
        return Fact(
            text=f"{one} {does[1]} the {team} team, knows {other} and visited {place}",
            claims=(
                Claim(subject=one, predicate=does[0], object=team),
                Claim(subject=one, predicate="knows", object=other),
                Claim(subject=one, predicate="visited", object=place),
            ),
            entities=(
                *(Named(name=name, type="person", proper=True) for name in (one, other)),
                Named(name=team, type="organisation", proper=True, kinds=("team",)),
                Named(name=place, type="place", proper=True),
            ),
            cardinality=Cardinality.MANY,
        )

    def _often(self, names: Sequence[str]) -> str:
        return self._random.choices(names, [1 / rank**BUSY for rank in range(1, len(names) + 1)])[0]

    def question(self, hops: int) -> Question:
        """A question about somebody."""
        name = self._random.choice(self.people)
        return Question(
            {
                1: f"Which places did {name} visit?",
                2: f"Who manages the team that {name} works on?",
                3: f"Where did the manager of the team that {name} works on go?",
            }[hops],
            hops,
        )


def adding(scope: Scope, facts: Sequence[Fact], day: int) -> AddRequest:
    """One message for each fact, in a session for each day."""
    messages = tuple(
        NewMessage(role=Role.USER, name="Ana", content=f"{fact.text}.", observed_at=JANUARY + day * DAY)
        for fact in facts
    )
    placed = tuple(replace(fact, sources=(str(place),)) for place, fact in enumerate(facts))
    return AddRequest(scope=scope, messages=messages, facts=placed)


def told(scope: Scope, world: World, facts: int, at_once: int) -> Iterator[AddRequest]:
    """All of a world's facts, so many in each request."""
    for day, begin in enumerate(range(0, facts, at_once)):
        yield adding(scope, [world.fact() for _ in range(min(at_once, facts - begin))], day)
