"""A made-up world from a seed: facts of three triples each about people, teams and places, some of them busy."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from twohop.graph.model import Role, Scope
from twohop.memory.api import AddRequest, NewMessage
from twohop.memory.ports import Cardinality, Claim, Fact, Named

TRIPLES = 3
PEOPLE_A_FACT, TEAMS_A_FACT, PLACES_A_FACT = 0.1, 0.02, 0.03
"""How many of each kind there are for a fact."""

FEWEST_PEOPLE, FEWEST_TEAMS, FEWEST_PLACES = 16, 20, 30
"""So many there are at least: enough for the ten facts about each person to be all different."""

TRIES = 10_000
"""How often something new is looked for before a world counts as told to its end."""

MANAGING = 0.2
"""Share of the facts that say who manages a team, the others who works on one."""

BUSY = 1.1
"""How unevenly teams and places are spoken of: the power of their rank. The busiest of 200 teams has a tenth of all."""

DAY = 86_400_000_000
JANUARY = 1_735_689_600_000_000
"""1 January 2025, when the first thing is said."""

AT_ONCE = 100
"""Facts of one add while the world is told: a session a day."""

BEGIN, MIDDLE, END = "bcdfghklmnprstvz", "aeiou", ("lan", "rim", "ton", "dor", "sky", "via", "mer", "nok")
SYLLABLES = (BEGIN, MIDDLE) * 3


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and how many relations its answer is away from the person that it names."""

    text: str
    hops: int


@dataclass(frozen=True, slots=True)
class Saying:
    """What a fact says, by the places of its people, team and place in the world's lists."""

    one: int
    other: int
    team: int
    place: int
    manages: bool

    @property
    def triples(self) -> tuple[tuple[int, int, int], ...]:
        """Its three triples, as numbers that tell them apart."""
        return (int(self.manages), self.one, self.team), (2, self.one, self.other), (3, self.one, self.place)


class World:
    """What there is to be said of an owner: the same for the same seed and size."""

    def __init__(self, seed: str, facts: int) -> None:
        self._random = random.Random(seed)
        people = max(FEWEST_PEOPLE, round(facts * PEOPLE_A_FACT))
        teams = max(FEWEST_TEAMS, round(facts * TEAMS_A_FACT))
        places = max(FEWEST_PLACES, round(facts * PLACES_A_FACT))
        names = self._names(people + teams + places)
        self.people, self.teams, self.places = names[:people], names[people:-places], names[-places:]
        self._team_weights, self._place_weights = weights(teams), weights(places)

    def _names(self, count: int) -> list[str]:
        """So many names, each once."""
        space = len(END)
        for letters in SYLLABLES:
            space *= len(letters)
        names: list[str] = []
        for number in self._random.sample(range(space), count):
            rest, end = divmod(number, len(END))
            spelt = []
            for letters in SYLLABLES:
                rest, letter = divmod(rest, len(letters))
                spelt.append(letters[letter])
            names.append("".join((*spelt, END[end])).capitalize())
        return names

    def say(self) -> Saying:
        """What is said next."""
        one, other = self._random.sample(range(len(self.people)), 2)
        (team,) = self._random.choices(range(len(self.teams)), cum_weights=self._team_weights)
        (place,) = self._random.choices(range(len(self.places)), cum_weights=self._place_weights)
        return Saying(one, other, team, place, self._random.random() < MANAGING)

    def distinct(self, count: int) -> Iterator[Saying]:
        """So many sayings, of which no two hold the same triple."""
        said: set[tuple[int, int, int]] = set()
        for _ in range(count):
            fresh = (one for one in (self.say() for _ in range(TRIES)) if said.isdisjoint(one.triples))
            saying = next(fresh, None)
            if saying is None:
                raise ValueError("there is no more to be said of a world so small")
            said.update(saying.triples)
            yield saying

    def text(self, saying: Saying) -> str:
        """The saying in words."""
        does = "manages" if saying.manages else "works on"
        return (
            f"{self.people[saying.one]} {does} the {self.teams[saying.team]} team, "
            f"knows {self.people[saying.other]} and visited {self.places[saying.place]}"
        )

    def fact(self) -> Fact:
        """The next fact."""
        return self.fact_of(self.say())

    def fact_of(self, saying: Saying) -> Fact:
        """The saying as an extracting model gives it."""
        one, other = self.people[saying.one], self.people[saying.other]
        team, place = self.teams[saying.team], self.places[saying.place]
        return Fact(
            text=self.text(saying),
            claims=(
                Claim(subject=one, predicate="manages" if saying.manages else "works_on", object=team),
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


def weights(count: int) -> list[float]:
    """How often each of so many is spoken of, added up."""
    return list(accumulate(1 / rank**BUSY for rank in range(1, count + 1)))


def adding(scope: Scope, facts: Sequence[Fact], day: int) -> AddRequest:
    """One message for each fact, in a session for each day."""
    messages = tuple(
        NewMessage(role=Role.USER, name="Ana", content=f"{fact.text}.", observed_at=JANUARY + day * DAY)
        for fact in facts
    )
    placed = tuple(replace(fact, sources=(str(place),)) for place, fact in enumerate(facts))
    return AddRequest(scope=replace(scope, run_id=scope.run_id or f"day-{day}"), messages=messages, facts=placed)


def told(scope: Scope, world: World, facts: int) -> Iterator[AddRequest]:
    """The first of a world's facts, `AT_ONCE` in each request."""
    said = list(world.distinct(facts))
    for day, begin in enumerate(range(0, facts, AT_ONCE)):
        yield adding(scope, [world.fact_of(saying) for saying in said[begin : begin + AT_ONCE]], day)
