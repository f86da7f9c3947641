"""What a question says before anything is looked up: its words, dates, what it asks for and what it names on the way.

Pure functions of the text. English; a question in another language keeps its words and loses the rest.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from twohop.graph.model import Entity
from twohop.memory.names import normal
from twohop.memory.recall.dates import AskedDate, asked_dates
from twohop.memory.recall.kinds import TYPES
from twohop.vector.sparse import WORD, analyse, words
from twohop.vector.stopwords import STOP

LONGEST_NAME = 8
"""Words of the longest name that is looked for in a question."""


class Asks(StrEnum):
    """What kind of answer is asked for, as far as the question's first words tell."""

    WHEN = "when"
    NUMBER = "number"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The kind of thing that answers: a coarse entity type ("place"), and the word used for it ("city"), if any."""

    type: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question taken apart.

    `words` in order, folded, with their `spans` in the text; `stems` without stop words. `past`: it asks for what no
    longer holds. `told_as_past`: it is put in the past tense, so that what has ended may answer it as well as what
    holds.
    """

    text: str
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    stems: tuple[str, ...]
    dates: tuple[AskedDate, ...]
    asks: Asks
    wanted: Wanted
    past: bool
    told_as_past: bool

    def grams(self) -> list["Gram"]:
        """Every run of words that could be a name, longest first."""
        found: list[Gram] = []
        for size in range(min(LONGEST_NAME, len(self.words)), 0, -1):
            for first in range(len(self.words) - size + 1):
                run = self.words[first : first + size]
                if size == 1 and (run[0] in STOP or len(run[0]) < SHORTEST_NAME):
                    continue
                written = self.text[self.spans[first][0] : self.spans[first + size - 1][1]]
                found.append(Gram(frozenset(range(first, first + size)), " ".join(run), normal(written)))
        return found


@dataclass(frozen=True, slots=True)
class Gram:
    """A run of a question's words: their places, the words, and as written in the normal form of names."""

    places: frozenset[int]
    words: str
    name: str


SHORTEST_NAME = 2
"""Letters of the shortest one-word name that is looked for ("Bo")."""

NUMBER_ASKED = re.compile(r"\bhow (?:many|much|often|long|old)\b")
TIME_ASKED = re.compile(r"\b(?:what|which) (?:date|year|month|day|time)\b")
WH = re.compile(r"\b(when|where|who|whose|whom)\b")
WHICH = re.compile(
    r"^(?:(?:and|so|but) )?(?:(?:in|from|at|for|to|of|on|with|by) )?(?:which|what) (?:kind of |type of )?(\w+)"
)
PLACE_ASKED = re.compile(r"\bwhere\b")
PERSON_ASKED = re.compile(r"\b(?:who|whom|whose)\b")
PAST = re.compile(
    r"\b(?:before|previously|formerly|former|previous|used to|earlier|at first|originally|original|back then|"
    r"first (?:husband|wife|job|home|name|school|employer|boss|company|flat|car)|ex|g[ai]ve up|quit|"
    r"no longer|any ?more)\b"
)
PAST_TENSE = re.compile(r"\b(?:did|was|were|had|wasn't|weren't|didn't)\b")


def understand(text: str) -> Question:
    """Take a question apart."""
    text = unicodedata.normalize("NFKC", text)
    spans = tuple(match.span() for match in WORD.finditer(text))
    said = tuple(text[first:beyond].casefold() for first, beyond in spans)
    folded = text.casefold()
    return Question(
        text=text,
        words=said,
        spans=spans,
        stems=tuple(dict.fromkeys(analyse(text))),
        dates=tuple(asked_dates(folded)),
        asks=asks(folded),
        wanted=wanted(" ".join(said)),
        past=bool(PAST.search(folded)),
        told_as_past=bool(PAST_TENSE.search(folded)),
    )


def asks(folded: str) -> Asks:
    """Whether a time or a number is asked for."""
    if NUMBER_ASKED.search(folded):
        return Asks.NUMBER
    if TIME_ASKED.search(folded):
        return Asks.WHEN
    first = WH.search(folded)
    return Asks.WHEN if first and first[1] == "when" else Asks.OTHER


def wanted(said: str) -> Wanted:
    """The kind of thing that is asked for."""
    if which := WHICH.match(said):
        word = which[1]
        if word not in STOP:
            return Wanted(TYPES.get(word, ""), word)
    if PLACE_ASKED.search(said):
        return Wanted("place")
    return Wanted("person") if PERSON_ASKED.search(said) else Wanted()


def named_speakers(question: Question, names: Mapping[str, int]) -> set[str]:
    """The speakers (or titles) that the question names: the longest exact names, and short forms of one-word speakers.

    `names` counts the messages in hand of each speaker; who speaks only once is no one to call by a short form.
    """
    by_words = {" ".join(words(form)): name for name in names for form in (base(name), name)}
    found: set[str] = set()
    used: set[int] = set()
    for gram in question.grams():
        if gram.words in by_words and used.isdisjoint(gram.places):
            found.update(name for name in names if gram.words in {" ".join(words(name)), " ".join(words(base(name)))})
            used |= gram.places
    people = {form: name for form, name in by_words.items() if " " not in form and names[name] > 1}
    for place, word in enumerate(question.words):
        if place in used or word in STOP:
            continue
        found.update(name for form, name in people.items() if short_form(word, form))
    return found


def short_form(word: str, name: str) -> bool:
    """Whether a word is a short form of a name: Mel for Melanie, or the name with an ending of its own."""
    head = name[:3] if len(name) <= FOUR_LETTERS_FROM else name[:4]
    return (len(word) >= len("mel") and name.startswith(word)) or word.startswith(head)


FOUR_LETTERS_FROM = 5
"""Letters up to which a name is told by its first three; longer ones by their first four."""


def base(title: str) -> str:
    """A title without what stands in brackets at its end."""
    return re.sub(r"\s*\(.*?\)\s*$", "", title)


def longest_names(question: Question, known: Mapping[str, Collection[Entity]]) -> list[Entity]:
    """The entities (by normal form of their names) that the question names: longest first, no word is part of two."""
    found: dict[str, Entity] = {}
    used: set[int] = set()
    for gram in question.grams():
        entities = [*known.get(gram.name, ()), *known.get(gram.words, ())]
        if entities and used.isdisjoint(gram.places):
            found.update((entity.id, entity) for entity in entities)
            used |= gram.places
    return list(found.values())
