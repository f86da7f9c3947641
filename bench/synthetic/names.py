"""Made-up names, many of them alike.

People share first and last names, companies and clinics are called after families, universities after cities.
"""

import random
from collections.abc import Callable, Mapping

from bench.synthetic.relations import BOOK, CITY, CLINIC, CLUB, COMPANY, DOG, LANGUAGE, PRODUCT, TEAM, UNIVERSITY, Kind

SYLLABLES = "ba be bri da del do fa fe gi ha hel ja ka kel lo lu ma mi mor na ne nor pa pel ra ri ro sa sel ta tor va ve wil za".split()  # noqa: E501, SIM905 - syllables.
MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
COLOURS = ("red", "blue", "green", "white", "black", "silver")
COMPANIES = ("Labs", "Works", "Brothers", "Group", "Systems", "Trading")
ADJECTIVES = "Glass Silent Broken Golden Hidden Last Burning Salt Winter Paper Distant Hollow Copper Velvet Crooked Northern Wild Pale Iron Second".split()  # noqa: E501, SIM905
NOUNS = "Harvest River Garden Mirror Orchard Lantern Harbour Bridge Letters Kingdom Season Shore Tower Forest Island Meadow Road Window Sparrow Comet".split()  # noqa: E501, SIM905


class Names:
    """Gives every name once."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._seen: set[str] = set()
        self._given = [self._word(2) for _ in range(120)]
        self._families: list[str] = []
        self._cities: list[str] = []

    def people(self, number: int) -> list[str]:
        """Two names each; some fifteen people of a large world share a last name, a hundred a first one."""
        self._families = [self._word(3) for _ in range(max(12, number // 15))]
        return [
            self._fresh(lambda: f"{self._chance.choice(self._given)} {self._chance.choice(self._families)}")
            for _ in range(number)
        ]

    def of(self, kind: Kind, number: int) -> list[str]:
        """Names of things of a kind."""
        found = [self._fresh(self._makers()[kind]) for _ in range(number)]
        if kind is CITY:
            self._cities = found
        return found

    def date(self) -> str:
        """A birthday."""
        chance = self._chance
        return f"{chance.randint(1, 28)} {chance.choice(MONTHS)} {chance.randint(1950, 2005)}"

    def car(self) -> str:
        """A car, which is no entity."""
        return f"a {self._chance.choice(COLOURS)} {self._chance.choice(self._given)}"

    def _makers(self) -> Mapping[Kind, Callable[[], str]]:
        pick = self._chance.choice
        return {
            COMPANY: lambda: f"{pick(self._families)} {pick(COMPANIES)}",
            TEAM: lambda: self._word(3),
            CITY: lambda: f"{self._word(2)}{pick(('ville', 'ton', 'burg', 'mouth'))}",
            UNIVERSITY: lambda: f"{pick(self._cities)} {pick(('Institute', 'Polytechnic', 'Academy'))}",
            CLUB: lambda: f"{self._word(2)} {pick(('Knights', 'Rooks', 'Bishops'))}",
            CLINIC: lambda: f"{pick(self._families)} {pick(('Hill', 'Lane', 'Gate'))}",
            DOG: lambda: self._word(3),
            PRODUCT: lambda: f"{self._word(2)} {self._chance.randint(2, 99)}",
            BOOK: self._title,
            LANGUAGE: lambda: f"{self._word(3)}ish",
        }

    def _title(self) -> str:
        pick = self._chance.choice
        return f"{pick(ADJECTIVES)} {pick(NOUNS)}{pick(('', ' of the South', ' and Rain', ' at Noon'))}"

    def _fresh(self, make: Callable[[], str]) -> str:
        while (name := make()) in self._seen:
            pass
        self._seen.add(name)
        return name

    def _word(self, syllables: int) -> str:
        return "".join(self._chance.choices(SYLLABLES, k=syllables)).title()
