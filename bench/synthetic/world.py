"""A made-up world from a seed: typed facts with hubs, names that are alike, and values that were replaced.

Everything but the newer values of what changed is told in the first half of the time, so that the world as of its
middle is the one with the older values.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench.synthetic.names import Names
from bench.synthetic.relations import (
    BOOK,
    CAR,
    CITY,
    CLINIC,
    CLUB,
    COMPANY,
    DATE,
    DOG,
    KNOWS,
    LANGUAGE,
    PERSON,
    PRODUCT,
    RELATIONS,
    TEAM,
    UNIVERSITY,
    VISITED,
    Kind,
    Relation,
    Way,
)

FACTS_A_PERSON = 12
"""Facts of a world for each person in it."""

CHANGED = 0.1
"""Share of the subjects of a relation that changes for whom it has changed."""

BUSY = 1.1
"""How unevenly what many share is spread: the power of its rank. The first of eighty cities has a quarter of all."""

A_DAY = 86_400_000_000
START = 1_704_067_200_000_000
"""1 January 2024, when the first fact is told."""

MIDDLE = START + 300 * A_DAY
END = START + 600 * A_DAY

THINGS = {
    COMPANY: 1 / 25,
    TEAM: 1 / 12,
    CITY: 1 / 150,
    UNIVERSITY: 1 / 200,
    CLUB: 1 / 30,
    CLINIC: 1 / 60,
    DOG: 0.4,
    PRODUCT: 1 / 25,
    BOOK: 1 / 20,
}
"""How many there are for each person; at least `FEWEST` of any."""

FEWEST = 8
LANGUAGES = 12


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact, when it is told, and the place of the older one whose value it replaces."""

    relation: Relation
    subject: str
    object: str
    told_at: int
    replaces: int | None = None

    @property
    def text(self) -> str:
        """What it says."""
        return f"{self.subject} {self.relation.phrase} {self.object}"


@dataclass(frozen=True, slots=True)
class Step:
    """One way from a thing: over which fact, and to what."""

    way: Way
    relation: Relation
    fact: int
    target: str


@dataclass(slots=True)
class World:
    """All facts in the order in which they are told, what there is, and the ways from each thing: now, and before."""

    facts: list[Fact] = field(default_factory=list)
    kinds: dict[str, Kind] = field(default_factory=dict)
    now: dict[str, list[Step]] = field(default_factory=dict)
    then: dict[str, list[Step]] = field(default_factory=dict)


def world(seed: int, size: int) -> World:
    """A world of so many facts: the same for the same seed and size."""
    return Maker(seed, size).make()


class Maker:
    """Makes one world."""

    def __init__(self, seed: int, size: int) -> None:
        self._chance = random.Random(f"{seed}/{size}")
        self._size = size
        people = max(24, size // FACTS_A_PERSON)
        names = Names(self._chance)
        self._things: dict[Kind, list[str]] = {PERSON: names.people(people)}
        for kind, share in THINGS.items():
            self._things[kind] = names.of(kind, max(FEWEST, round(people * share)))
        self._things[LANGUAGE] = names.of(LANGUAGE, LANGUAGES)
        self._things[DATE] = [names.date() for _ in range(people)]
        self._things[CAR] = [names.car() for _ in range(people)]

    def make(self) -> World:
        """The world."""
        pairs = [(relation, *pair) for relation in RELATIONS for pair in self._pairs(relation)]
        older = {
            place: self._another(relation.object, target)
            for place, (relation, _, target) in enumerate(pairs)
            if relation.changes and self._chance.random() < CHANGED
        }
        first = [
            (relation, subject, older.get(place, target)) for place, (relation, subject, target) in enumerate(pairs)
        ]
        second = [pairs[place] for place in older]
        noise = self._noise(self._size - len(first) - len(second))
        first += noise[: len(noise) // 2]
        second += noise[len(noise) // 2 :]
        self._chance.shuffle(first)
        self._chance.shuffle(second)
        return self._told(first, second)

    def _told(self, first: Sequence[tuple[Relation, str, str]], second: Sequence[tuple[Relation, str, str]]) -> World:
        made = World(kinds={name: kind for kind, names in self._things.items() for name in names})
        standing: dict[tuple[Relation, str], int] = {}
        for begin, end, part in ((START, MIDDLE, first), (MIDDLE, END, second)):
            for place, (relation, subject, target) in enumerate(part):
                at = begin + (end - begin) * place // len(part)
                replaces = standing.get((relation, subject)) if relation.changes else None
                standing[relation, subject] = len(made.facts)
                made.facts.append(Fact(relation, subject, target, at - at % A_DAY, replaces))
        gone = {fact.replaces for fact in made.facts}
        for place, fact in enumerate(made.facts):
            if place not in gone:
                walk(made.now, place, fact)
            if place < len(first):
                walk(made.then, place, fact)
        return made

    def _pairs(self, relation: Relation) -> Iterator[tuple[str, str]]:
        """Subjects and objects of a relation, so that each way it is asked for leads to one end only."""
        subjects, objects = self._things[relation.subject], self._things[relation.object]
        chosen = self._chance.sample(subjects, round(len(subjects) * relation.share))
        if relation.mutual:
            yield from zip(chosen[::2], chosen[1::2], strict=False)
        elif relation.forward and relation.backward:
            yield from zip(chosen, self._chance.sample(objects, len(objects)), strict=False)
        elif relation.forward:
            plain = relation.object in {DATE, CAR}
            drawn = objects if plain else self._chance.choices(objects, unevenly(len(objects)), k=len(chosen))
            yield from ((one, other) for one, other in zip(chosen, drawn, strict=False) if one != other)
        else:
            for target in self._chance.sample(objects, round(len(objects) * relation.share)):
                yield self._another(relation.subject, target), target

    def _noise(self, number: int) -> list[tuple[Relation, str, str]]:
        """Further facts, about the best known people and places."""
        found: dict[tuple[Relation, str, str], None] = {}
        known = {kind: unevenly(len(self._things[kind])) for kind in (PERSON, CITY)}
        while len(found) < number:
            relation = self._chance.choice((KNOWS, VISITED))
            subject = self._chance.choice(self._things[PERSON])
            target = self._chance.choices(self._things[relation.object], known[relation.object])[0]
            if subject != target:
                found[relation, subject, target] = None
        return list(found)

    def _another(self, kind: Kind, than: str) -> str:
        """Any thing of a kind but this one."""
        while (found := self._chance.choice(self._things[kind])) == than:
            pass
        return found


def unevenly(number: int) -> list[float]:
    """The weights of so many things, best known first."""
    return [1 / rank**BUSY for rank in range(1, number + 1)]


def walk(ways: dict[str, list[Step]], place: int, fact: Fact) -> None:
    """Add the ways over a fact."""
    relation = fact.relation
    if relation.forward:
        ways.setdefault(fact.subject, []).append(Step(relation.forward, relation, place, fact.object))
    back = relation.forward if relation.mutual else relation.backward
    if back:
        ways.setdefault(fact.object, []).append(Step(back, relation, place, fact.subject))
