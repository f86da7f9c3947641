"""Reading a question from the name that it starts from outwards: the descriptions around the name, innermost first.

"Who governs the city that the boss of Veluja lives in?" describes two things on the way to its answer: the boss of
Veluja, and the city that this one lives in. A description begins with a definite article or a possessive; its first
words say what kind of thing it is. That is all of the grammar that is needed: what no thing on the way fits ("the pay
cheque of …") is passed over by whoever looks for things.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from twohop.memory.recall.kinds import ANYBODY
from twohop.memory.recall.question import Question
from twohop.vector.sparse import words
from twohop.vector.stopwords import STOP

ARTICLES = frozenset({"the"})
POSSESSIVE = "s"
"""What splitting leaves of "Emma's"."""

OWN = frozenset({"my", "our"})
"""Names of who asks that are possessives too."""

PREPOSITIONS = frozenset(
    "above across after against along among around before behind below beneath beside between inside near outside over "  # noqa: SIM905 - a list of words reads as one.
    "since through under until within without".split()
)
"""They end what a description calls its thing, as stop words do."""

AUXILIARIES = frozenset("do does did is are was were has have had will would can could should must may might".split())  # noqa: SIM905 - as above.
"""Before a description: the question says something of what is described."""

MOST = 8
"""Descriptions that are read, the innermost: the work for chains grows with the square of their number."""

LONGEST = 3
"""Words by which one description calls its thing."""

COPULA = re.compile(r"^(?:who|what) (?:is|was|are|were|s) (the )?")
"""Then what comes first is asked for, and not met on the way ("who is the boss of …")."""


OF_OBJECTS = frozenset({"where", "whom"})
"""Words that begin a clause whose verb is still to come."""

OF_EITHER = frozenset({"that", "which", "who"})
"""Words that do so if what acts follows at once."""

STRANDED = frozenset({"at", "in", "of", "on", "for", "to", "from", "with", "by", "about"})
"""A clause that begins before the name ends at the first of these behind it ("the company Alice works *at* …")."""

CALLED = frozenset({"called", "named"})


@dataclass(frozen=True, slots=True)
class Description:
    """What is described from the name on: the words for its kind, and its tokens, from `first` to before `beyond`.

    `clause`: it goes on behind the name ("the company Alice works at", "the one who shows Alice the ropes"). `acts`: it
    is what the question says something of ("where does *the boss of* …"), so there is such a thing.
    """

    words: tuple[str, ...]
    first: int
    beyond: int
    clause: bool = False
    acts: bool = False

    @property
    def head(self) -> str:
        """The word that says what it is: the last one, but "the one everybody …" is one."""
        return next((word for word in self.words if word in ANYBODY), self.words[-1])


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a name: the text with the name, and the words without it but stop words."""

    text: str
    words: tuple[str, ...]

    @property
    def said(self) -> str:
        """The words in one."""
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class Reading:
    """A question around the name in its tokens from `first` to before `beyond`; descriptions are innermost first."""

    tokens: tuple[str, ...]
    first: int
    beyond: int
    descriptions: tuple[Description, ...] = ()

    @property
    def asked(self) -> "Asked":
        """All of it, as asked of the name."""
        return self._asked(0, len(self.tokens))

    def inner(self, place: int) -> "Asked":
        """A description, as asked of the name that it starts from."""
        one = self.descriptions[place]
        return self._asked(one.first, self._end(one))

    def _asked(self, first: int, beyond: int) -> "Asked":
        said = (*self.tokens[first : self.first], *self.tokens[self.beyond : beyond])
        words = tuple(dict.fromkeys(word for one in said if (word := one.casefold()) not in STOP))
        return Asked(" ".join(self.tokens[first:beyond]), words)

    def onward(self, place: int, name: str) -> "Reading":
        """The question as it reads once a description has given way to the name of what it describes."""
        one = self.descriptions[place]
        end = one.first + 1
        gone = self._end(one) - end
        return Reading(
            tokens=(*self.tokens[: one.first], name, *self.tokens[end + gone :]),
            first=one.first,
            beyond=end,
            descriptions=tuple(
                Description(
                    words=other.words,
                    first=min(other.first, one.first),
                    beyond=max(other.beyond - gone, end),
                    clause=other.first + 1 + len(other.words) == one.first or other.clause,
                    acts=other.acts,
                )
                for other in self.descriptions[place + 1 :]
            ),
        )

    def _end(self, one: Description) -> int:
        """Where a description ends."""
        return clause_end([token.casefold() for token in self.tokens], one.beyond) if one.clause else one.beyond


def read(question: Question, names: Sequence[str]) -> Reading | None:
    """The question around the last place where one of the names stands; None when none does."""
    found = last_place(question, names)
    if found is None:
        return None
    first, beyond = found
    tokens = tuple(question.text[start:end] for start, end in question.spans)
    said = question.words
    owned = [Description(called, first, end) for called, end in possessed(said, beyond)]
    within = [
        Description(
            called,
            place,
            beyond,
            clause=is_clause(said, place + 1 + len(called), first),
            acts=said[max(place - 1, 0)] in AUXILIARIES,
        )
        for place in range(first - 1, -1, -1)
        if said[place] in ARTICLES and (called := run(said, place + 1, first))
    ]
    copula = COPULA.match(" ".join(said))
    if copula and copula[1]:
        behind = owned[-1].beyond if owned else beyond
        if any(one.clause for one in within):
            behind = clause_end(said, beyond)
        goes_on = bool(set(said[behind:]) - STOP - CALLED)
        within = [one for one in within if goes_on or one.first != len(words(copula[0])) - 1]
    elif copula and first == len(words(copula[0])):
        owned = owned[:-1]
    return Reading(tokens, first, beyond, (*owned, *within)[:MOST])


def is_clause(said: Sequence[str], start: int, name: int) -> bool:
    """Whether a description goes on behind the name: "the company Alice works at", "the city where Alice lives".

    `start`: behind its own words. What is between these and the name is its own only up to the next description.
    """
    between = said[start:name]
    until = next((at for at, word in enumerate(between) if word in ARTICLES), len(between))
    own = between[:until]
    return not between or not OF_OBJECTS.isdisjoint(own) or bool(own and own[-1] in OF_EITHER)


def clause_end(said: Sequence[str], beyond: int) -> int:
    """Where a clause ends that goes on behind the name: after its preposition, or with the question."""
    return next((at + 1 for at in range(beyond, len(said)) if said[at] in STRANDED), len(said))


def last_place(question: Question, names: Sequence[str]) -> tuple[int, int] | None:
    """Where the longest of the names stands last in the question's words."""
    forms = sorted({tuple(words(name)) for name in names} - {()}, key=lambda form: (-len(form), form))
    for first in range(len(question.words) - 1, -1, -1):
        for form in forms:
            if question.words[first : first + len(form)] == form:
                return first, first + len(form)
    return None


def possessed(said: Sequence[str], at: int) -> list[tuple[tuple[str, ...], int]]:
    """What stands behind a name in possession of each other ("Emma's sister's dog"), with where the thing itself ends.

    Before another possessive all words are the thing's; otherwise only the first is sure to be ("Emma's sister live").
    """
    found: list[tuple[tuple[str, ...], int]] = []
    place = at if said[at - 1] in OWN else at + 1
    while (place == at or said[at : at + 1] == (POSSESSIVE,)) and (called := run(said, place, len(said))):
        at = place + len(called)
        found.append((called, at if said[at : at + 1] == (POSSESSIVE,) else place + 1))
        place = at + 1
    return found


def run(said: Sequence[str], start: int, end: int) -> tuple[str, ...]:
    """The words that a description begins with, up to a stop word or preposition."""
    called: list[str] = []
    for word in said[start:end]:
        if word in STOP or word in PREPOSITIONS or len(called) == LONGEST:
            break
        called.append(word)
    return tuple(called)
