"""The predicate table: which predicates mean the same, hold one value at a time, how they read and are asked for.

Extractors write predicates in their own words. The table gives each meaning one name, so that "is employed by" and
"works for" land in one slot, and it decides, before any model's opinion, whether a subject can hold two values at once.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

from twohop.errors import Misconfigured
from twohop.memory.ports import Cardinality, Claim
from twohop.memory.predicate_rows import ROWS, Predicate
from twohop.vector.sparse import stem

MAX_LENGTH = 64
"""Longest predicate name in characters; what an extractor writes beyond it says nothing that a name should."""

MAX_CUES = 8
"""Most cues of one predicate; a fact carries the first six of its own."""

PREPOSITION = 3
"""A synonym that is this short without its auxiliary ("is in") is no name of its own."""

NOT_A_WORD = re.compile(r"[\W_]+")
AUXILIARY = re.compile(r"^(?:(?:is|are|am|was|were|be|been|being|has|have|had|does|do|did|currently|now)_)+(?=.)")
FAVOURITE = re.compile(r"^favourite_(?P<topic>.+)$")
PREFERS = re.compile(r"^prefer(?:s|red)_(?P<topic>.+)$")
SPELLINGS = {"favorite": "favourite", "favorites": "favourite", "color": "colour", "neighbor": "neighbour"}
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
OF_SUBJECT = re.compile(r"^(?:is |was )?(?:an? |the )?(\w+) of$")
OF_OBJECT = re.compile(r"^(?:has (?:an? |the )?)?(\w+(?<!ed)(?<!ing))$")
DOES = re.compile(r"[^s]s$")
NAMING = frozenset({"name", "also_known_as"})
"""Predicates whose object is another name of their subject."""

SETTABLE = frozenset({"cardinality", "phrase", "cues", "synonyms", "object_type", "inverse", "flips", "opposite"})
OBJECT_TYPES = frozenset({"", "person", "organisation", "place", "thing", "event", "literal"})


@dataclass(frozen=True, eq=False)
class PredicateTable:
    """An immutable table of predicates; `extended` gives a new one. Two are never equal, so that one can be a key."""

    rows: Mapping[str, Predicate]
    names: Mapping[str, str]

    @classmethod
    def default(cls) -> "PredicateTable":
        """The table that twohop ships."""
        return cls._of({row.name: row for row in ROWS})

    @classmethod
    def _of(cls, rows: Mapping[str, Predicate]) -> "PredicateTable":
        names: dict[str, str] = {}
        for row in rows.values():
            for synonym in row.synonyms:
                key = snake(synonym)
                names[key] = row.name
                bare = AUXILIARY.sub("", key)
                if len(bare) > PREPOSITION:
                    names.setdefault(bare, row.name)
        names.update((name, name) for name in rows)
        return cls(MappingProxyType(dict(rows)), MappingProxyType(names))

    def extended(self, more: Mapping[str, Mapping[str, Any]]) -> "PredicateTable":
        """A table with predicates added, or changed in the fields given.

        Each entry maps a name to some of `cardinality` ("one" or "many"), `phrase`, `cues`, `synonyms`, `object_type`,
        `inverse`, `flips` and `opposite`. A synonym that meant something else means the new predicate.

        Raises:
            Misconfigured: an unknown field, a value that a field can't hold, a name without letters, or an inverse that
                doesn't fit; the message names the entry.
        """
        rows = dict(self.rows)
        for given, fields in more.items():
            name = self.normalise(given)
            if not name:
                raise Misconfigured(f"predicate {given!r} has no letters: give it a name such as works_at")
            try:
                changes = settable(fields)
            except (TypeError, ValueError) as e:
                raise Misconfigured(f"predicate {given!r}: {e}") from None
            # What is configured comes last, so that its synonyms win.
            rows[name] = replace(rows.pop(name, Predicate(name=name, phrase=spoken(name))), **changes)
        table = self._of(rows)
        for given in more:
            row = table.rows[table.normalise(given)]
            other = table.rows.get(row.inverse)
            if row.inverse and (other is None or other.inverse != row.name):
                raise Misconfigured(
                    f"predicate {given!r}: its inverse {row.inverse!r} must have {row.name!r} as its own inverse"
                )
            if row.flips and (other is None or other.flips or other is row):
                raise Misconfigured(
                    f"predicate {given!r} flips: that needs another predicate, which doesn't, as inverse"
                )
        return table

    def normalise(self, name: str) -> str:
        """The canonical name: snake_case, synonyms folded, at most 64 characters. Empty if `name` has no word."""
        raw = snake(name)
        if raw in self.names:
            return self.names[raw]
        bare = AUXILIARY.sub("", raw)
        if bare in self.names:
            return self.names[bare]
        if topic := PREFERS.match(bare):
            return f"favourite_{topic['topic']}"[:MAX_LENGTH].rstrip("_")
        return (bare or raw)[:MAX_LENGTH].rstrip("_")

    @cached_property
    def phrases(self) -> tuple[str, ...]:
        """What each row says, with its cues: relations at large."""
        return tuple(" ".join((row.phrase, *row.cues[:MAX_CUES])) for row in self.rows.values())

    def functional(self, predicate: str, opinion: Cardinality) -> bool:
        """Whether a subject holds one value at a time: the table's word, else the extractor's, else no."""
        name = self.normalise(predicate)
        row = self.rows.get(name)
        if row is not None and row.cardinality is not Cardinality.UNKNOWN:
            return row.cardinality is Cardinality.ONE
        if FAVOURITE.match(name):
            return True
        return opinion is Cardinality.ONE

    def cardinality(self, predicate: str) -> Cardinality:
        """What the table says; UNKNOWN where it is silent."""
        name = self.normalise(predicate)
        if FAVOURITE.match(name):
            return Cardinality.ONE
        row = self.rows.get(name)
        return row.cardinality if row else Cardinality.UNKNOWN

    def knows(self, predicate: str) -> bool:
        """Whether the table has the predicate, or what it is a name of."""
        name = self.normalise(predicate)
        return name in self.rows or bool(FAVOURITE.match(name))

    def cues(self, predicate: str) -> tuple[str, ...]:
        """Words by which someone would ask for it, at most eight."""
        name = self.normalise(predicate)
        if name in self.rows:
            return self.rows[name].cues[:MAX_CUES]
        if topic := FAVOURITE.match(name):
            return ("favourite", "favorite", "prefer", "best", *topic["topic"].split("_"))[:MAX_CUES]
        return ()

    def object_type(self, predicate: str) -> str:
        """What its object usually is: person, organisation, place, thing, event, `literal` (a plain value) or empty."""
        row = self.rows.get(self.normalise(predicate))
        return row.object_type if row else ""

    def phrase(self, predicate: str) -> str:
        """How it reads between subject and object: "works at"."""
        name = self.normalise(predicate)
        if name in self.rows:
            return self.rows[name].phrase
        if topic := FAVOURITE.match(name):
            return f"has the favourite {spoken(topic['topic'])}"
        return spoken(name)

    def inverse(self, predicate: str) -> str:
        """The predicate that says the same from the object's side, or empty (a symmetric one is its own)."""
        row = self.rows.get(self.normalise(predicate))
        return row.inverse if row else ""

    def symmetric(self, predicate: str) -> bool:
        """Whether it says the same from both sides."""
        name = self.normalise(predicate)
        return bool(name) and self.inverse(name) == name

    def directed(self, claim: Claim) -> Claim:
        """The claim under its canonical predicate, turned round where the table keeps it from the other side."""
        name = self.normalise(claim.predicate)
        row = self.rows.get(name)
        if row is None or not row.flips or claim.literal:
            return replace(claim, predicate=name)
        return replace(claim, subject=claim.object, predicate=row.inverse, object=claim.subject)

    def roles(self, predicate: str) -> tuple[frozenset[str], frozenset[str]]:
        """The stems of words for its subject ("mentor", in "is the mentor of") and for its object ("has the mentor").

        The same words for both where it says the same from both sides.
        """
        name = self.normalise(predicate)
        other = self.inverse(name)
        subject, target = nouns(self.rows.get(name))
        if other:
            of_target, of_subject = nouns(self.rows.get(other))
            subject, target = subject | of_subject, target | of_target
        return subject, target

    def opposite(self, predicate: str) -> str:
        """The predicate that can't hold for the same subject and object at the same time, or empty."""
        row = self.rows.get(self.normalise(predicate))
        return row.opposite if row else ""


@lru_cache(maxsize=1_024)
def nouns(row: Predicate | None) -> tuple[frozenset[str], frozenset[str]]:
    """The stems of words for a row's subject and object, by its names.

    "Boss of" is said of the subject, and so is what it does ("coaches"); "has boss", or just "boss", of the object.
    """
    subject: set[str] = set()
    target: set[str] = set()
    for name in (row.name.replace("_", " "), *row.synonyms) if row else ():
        if match := OF_SUBJECT.match(name):
            subject.add(stem(match[1]))
        elif match := OF_OBJECT.match(name):
            (subject if DOES.search(match[1]) else target).add(stem(match[1]))
    return frozenset(subject), frozenset(target)


def settable(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a row from a deployment's configuration.

    Raises:
        ValueError: a field is unknown, or its value is.
        TypeError: a field holds another sort of value.
    """
    if unknown := sorted(fields.keys() - SETTABLE):
        raise ValueError(f"unknown field {unknown[0]!r}; known: {', '.join(sorted(SETTABLE))}")
    changes = dict(fields)
    if "cardinality" in changes:
        changes["cardinality"] = Cardinality(changes["cardinality"])
    for many in sorted({"cues", "synonyms"} & changes.keys()):
        if not isinstance(changes[many], list | tuple) or not all(isinstance(word, str) for word in changes[many]):
            raise TypeError(f"{many} must be a list of texts")
        changes[many] = tuple(changes[many])
    for text in sorted({"phrase", "object_type", "inverse", "opposite"} & changes.keys()):
        if not isinstance(changes[text], str):
            raise TypeError(f"{text} must be a text")
    for name in sorted({"inverse", "opposite"} & changes.keys()):
        changes[name] = snake(changes[name])
    if changes.get("object_type", "") not in OBJECT_TYPES:
        raise ValueError(f"object_type must be one of {', '.join(sorted(OBJECT_TYPES - {''}))}")
    if not isinstance(changes.get("flips", False), bool):
        raise TypeError("flips must be true or false")
    return changes


@lru_cache(maxsize=4_096)
def snake(name: str) -> str:
    """`name` as snake_case in one spelling: "Favorite Color" = favourite_colour, "worksAt" = works_at."""
    folded = CAMEL.sub("_", unicodedata.normalize("NFKC", name)).casefold().replace("'s", "").replace("\u2019s", "")
    words = [SPELLINGS.get(word, word) for word in NOT_A_WORD.split(folded) if word]
    return "_".join(words)


def spoken(name: str) -> str:
    """A predicate's name as words."""
    return name.replace("_", " ")
