"""The time that a question asks about: named by the calendar ("in March 2023") or by an event ("before she moved")."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from twohop.graph.model import Entity, Kind, Memory
from twohop.memory.moment import end_of
from twohop.memory.recall.turns import Rarity
from twohop.memory.times import Reach, expressions
from twohop.vector.sparse import stems_of

Span: TypeAlias = tuple[int, int]
"""From its first instant to the one after its last, in microseconds."""

FOR_EVER = 1 << 62
"""After every time that calendars reckon with."""

TOLD = 0.5
"""Share of a clause's words by which a fact is the event that the clause tells, where it names no thing."""


class Bound(StrEnum):
    """How an event bounds the time asked about."""

    BEFORE = "before"
    WHILE = "while"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Clause:
    """What tells a time by an event in a question: "before she moved to Madrid". `rest`: the question without it."""

    bound: Bound
    event: str
    rest: str


WORDS = {
    **dict.fromkeys(("before", "until", "till", "prior to"), Bound.BEFORE),
    **dict.fromkeys(("while", "when", "during", "as long as"), Bound.WHILE),
    **dict.fromkeys(("after", "since", "once"), Bound.AFTER),
}
WORD = "|".join(sorted(WORDS, key=len, reverse=True))
CHANGE = re.compile(
    r"\b(?:chang\w+|over time|over the years|history of|so far|all the|every|still|any ?more)\b", re.IGNORECASE
)
PERFECT = re.compile(
    r"\b(?:has|have)\s(?:(?!(?:an?|to|is|are|was|were)\s)\S+\s){1,4}?(?:been|had|\w+ed)\b", re.IGNORECASE
)
"""Not "where she *has* a job is *located*": has and its participle are one verb."""
ASKING = r"(?!(?:did|do|does|is|are|was|were|will|has|have|had|can|could|should|would)\b)"
LAST = re.compile(
    rf"^(?P<rest>.+?)(?<![\s,])[\s,]+(?P<word>{WORD})\s+{ASKING}(?P<event>.+)$", re.IGNORECASE | re.DOTALL
)
"""A run of spaces and commas is looked at from its first one alone: the work grows with the text."""


FIRST = re.compile(rf"^(?P<word>{WORD})\s+{ASKING}(?P<event>[^,]+),\s*(?P<rest>.+)$", re.IGNORECASE | re.DOTALL)


def open_ended(span: Span) -> tuple[int, int | None]:
    """A span as it is shown: with no end in place of one after all times."""
    first, beyond = span
    return first, None if beyond >= FOR_EVER else beyond


def clause_of(text: str) -> Clause | None:
    """The clause of a question that tells a time by an event, with single spaces; None when there is none."""
    text = " ".join(text.split()).rstrip("?.! ")
    found = FIRST.search(text) or LAST.search(text)
    if found is None or not stems_of(found["rest"]):
        return None
    return Clause(WORDS[found["word"].casefold()], found["event"], found["rest"])


def history(text: str) -> str | None:
    """What all values are asked for of ("how has her job changed", "where has she lived"); None when they are not."""
    return CHANGE.sub(" ", text) if CHANGE.search(text) or PERFECT.search(text) else None


def named_time(text: str, now: int) -> tuple[Span, str] | None:
    """The past time that a question names ("in March", "last summer", "until 2023"), and the question without it.

    "Until" and "before" ask for the last instant before. UTC: a question has no time zone of its own. None when no
    time is named.
    """
    for span in expressions(text, now, future=False):
        try:
            begins = span.begins.moment("UTC").at if span.begins else None
            last = span.ends.moment("UTC") if span.ends else None
        except ValueError:
            continue  # A number that looks like a year and is none that calendars reckon with.
        # Who asks for the time "from May to June" means June too.
        ends = end_of(last).at if last and span.reach is Reach.BETWEEN else last.at if last else None
        rest = text[: span.start] + text[span.end :]
        if span.reach is Reach.UNTIL and ends is not None:
            return (ends - 1, ends), rest
        if begins is not None and begins <= now and (span.reach is not Reach.AT or ends is not None):
            return (begins, FOR_EVER if ends is None else ends), rest
    return None


def told_by_event(
    clause: Clause,
    memories: Iterable[Memory],
    entities: Mapping[str, Entity],
    seeds: Collection[str],
    words: Callable[[Memory], Collection[str]],
    rarity: Rarity,
) -> tuple[Memory, Span] | None:
    """The fact that a clause tells and the time that it bounds; None when no fact in hand tells it.

    What the clause names must be at an end of the fact. Of several that tell it as well, one of what the question is
    about (`seeds` are named anywhere in it), then the one that began last.
    """
    event, rest = frozenset(stems_of(clause.event)), frozenset(stems_of(clause.rest))
    called: dict[frozenset[str], set[str]] = {}
    for end, entity in entities.items():
        called.setdefault(frozenset(stems_of(entity.name)), set()).add(end)
    names = [name for name in called if name and name <= event]
    # A name within a longer one is not named; of several things of one name, any.
    named = [called[name] for name in names if not any(name < other for other in names)]
    # Who the question is about anyway tells nothing of the event.
    telling = any(not name <= rest for name in names)
    about = set(seeds).difference(*named)
    found: list[tuple[float, bool, int, str, Memory]] = []
    for memory in memories:
        ends = {end for triple in memory.revision.triples for end in (triple.subject_id, triple.object_id)}
        if any(ends.isdisjoint(few) for few in named):
            continue
        share = rarity.share(words(memory), event)
        if telling or share >= TOLD:
            start = memory.revision.validity.valid_from.at
            found.append((round(share, 6), not ends.isdisjoint(about), start, memory.id, memory))
    if not found:
        return None
    memory = max(found, key=lambda one: one[:4])[-1]
    return memory, bounded(clause.bound, memory)


def bounded(bound: Bound, memory: Memory) -> Span:
    """The time that a fact bounds: the last instant before it began, as long as it held, or from then on."""
    validity = memory.revision.validity
    start = validity.valid_from.at
    if bound is Bound.BEFORE:
        return (start - 1, start)
    if bound is Bound.AFTER:
        return (start, FOR_EVER)
    if memory.revision.kind is Kind.EVENT:
        return (start, until.at if (until := memory.revision.occurred_until) else start + 1)
    return (start, validity.valid_to.at if validity.valid_to else FOR_EVER)
