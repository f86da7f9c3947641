"""Time expressions in text, resolved against when and where it was said.

Pure functions of (text, instant, zone): no clock, no locale, no guessing. "A few days ago" or "recently" names no date
and is left alone. Seasons are those of the northern hemisphere, weeks are ISO weeks (Monday first).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from twohop.graph.model import Granularity
from twohop.memory.calendar_words import NUMBER_WORDS, POINTS, UNIT_NAMES, Granule, back
from twohop.memory.moment import When, instant

MAX_TEXT = 20_000
"""Characters that are looked at."""

LEAD_LENGTH = 60
"""Characters before a date in which the words that belong to it stand ("sometime at the beginning of the")."""


class Reach(StrEnum):
    """How the expression places what is said: at a time, since it, until it, from one to another, or for a length."""

    AT = "at"
    SINCE = "since"
    UNTIL = "until"
    BETWEEN = "between"
    LENGTH = "length"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSpan:
    """A time expression: characters `start` to `end` of the text, and the world time that it names.

    `begins` is the first granule, `ends` the first one after it (exclusive); None = open. For LENGTH ("for two years")
    `begins` counts back from when it was said.
    """

    start: int
    end: int
    begins: When | None
    ends: When | None
    granularity: Granularity
    reach: Reach = Reach.AT


@dataclass(frozen=True, slots=True)
class Found:
    """A named granule in the text."""

    start: int
    end: int
    granule: Granule
    needs_preposition: bool


AHEAD = re.compile(
    r"\b(?:will|won't|shall|going to|gonna|plan(?:s|ning)?|intends?|hop(?:e|es|ing) to|tomorrow|upcoming|next)\b"
    r"|['\u2019]ll\b",
    re.IGNORECASE,
)
LEAD = re.compile(
    r"(?:\b(?:early|late)\s+)?"
    r"(?:\b(?P<since>(?:ever )?since|starting(?: from| in| on)?|as of|effective)\b"
    r"|\b(?P<until>until|till|up to|up until|before)\b"
    r"|\b(?P<after>after)\b"
    r"|\b(?P<at>(?:sometime |back )?(?:at|in|on|over|during|by|around|about|of|for|from))\b)"
    r"(?:\s+(?:about|around|early|late|mid))?"
    r"(?:\s+(?:the\s+)?(?:start|beginning|end|middle|summer|course) of)?"
    r"(?:\s+the)?(?:\s+|(?<=\bmid)-)$",
    re.IGNORECASE,
)
PART = re.compile(r"\b(?:early(?: in)?|late(?: in)?|mid|the (?:start|beginning|end|middle) of)[\s-]+$", re.IGNORECASE)
WITHIN = re.compile(r"\b(?:start|beginning|middle|summer|course|early|mid)\b", re.IGNORECASE)
FROM = re.compile(r"\b(?P<word>from|between)(?:\s+(?:early|late|mid))?\s+$", re.IGNORECASE)
LENGTH = re.compile(
    rf"\bfor\s+(?:about |around |almost |nearly |over |more than |at least )?"
    rf"(?:(?:the )?(?:past|last)\s+)?(?P<number>\d{{1,3}}|{NUMBER_WORDS})\s+(?P<unit>{UNIT_NAMES})s?\b"
    rf"|\b(?:over|during|in)\s+the\s+(?:past|last)\s+(?P<number2>\d{{1,3}}|{NUMBER_WORDS})\s+(?P<unit2>{UNIT_NAMES})s?\b",
    re.IGNORECASE,
)
TIES = frozenset({"for", "of", "about"})
BARE_YEAR = re.compile(r"(?:19|20)\d\d")
YEAR_BEHIND = re.compile(r"\b(?:19|20)\d\d$")


def expressions(text: str, at: int, time_zone: str = "UTC", *, future: bool | None = None) -> list[TimeSpan]:
    """The time expressions of a text said at `at` (microseconds) in `time_zone`, in reading order, not overlapping.

    `future` says on which side of that day a bare "in May" or "on Friday" lies; None = as the text's own words tell.

    Raises:
        ValueError: no such zone.
    """
    text = text[:MAX_TEXT]
    today = instant(at, time_zone).date()
    ahead = bool(AHEAD.search(text)) if future is None else future
    lengths = list(measures(text, today))
    taken = [(span.start, span.end) for span in lengths]
    points = [
        found
        for found in named(text, today, ahead=ahead)
        if not any(s < found.end and found.start < e for s, e in taken)
    ]
    return sorted([*lengths, *joined(text, points)], key=lambda span: span.start)


def measures(text: str, today: date) -> Iterator[TimeSpan]:
    """As in "For two years": what it counts back to."""
    for match in LENGTH.finditer(text):
        granule = back(today, match["number"] or match["number2"], match["unit"] or match["unit2"])
        if granule is not None:
            yield TimeSpan(
                start=match.start(),
                end=match.end(),
                begins=granule.when,
                ends=None,
                granularity=granule.granularity,
                reach=Reach.LENGTH,
            )


def named(text: str, today: date, *, ahead: bool) -> list[Found]:
    """The granules that a text names, the longest reading first where two overlap."""
    found: list[Found] = []
    for point in POINTS:
        for match in point.pattern.finditer(text):
            try:
                granule = point.resolve(match, today, ahead)
            except (ValueError, OverflowError):
                continue
            if granule is not None:
                found.append(Found(match.start(), match.end(), granule, point.needs_preposition))
    found.sort(key=lambda f: (f.start - f.end, f.start))
    kept: list[Found] = []
    for one in found:
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda f: f.start)


def joined(text: str, points: list[Found]) -> Iterator[TimeSpan]:
    """Granules with the words before them: "since", "until", "from … to …"."""
    place = 0
    while place < len(points):
        first = points[place]
        second = points[place + 1] if place + 1 < len(points) else None
        span = between(text, first, second) if second else None
        place += 2 if span else 1
        span = span or placed(text, first)
        if span is not None:
            yield span


def between(text: str, first: Found, second: Found) -> TimeSpan | None:
    """As in "From 2019 to 2021", "between May and July", "from May to July 2023", "2019-2021"."""
    lead = FROM.search(text, max(0, first.start - LEAD_LENGTH), first.start)
    link = text[first.end : second.start].strip().lower().removesuffix(" the")
    years = BARE_YEAR.fullmatch(text[first.start : first.end]) and BARE_YEAR.fullmatch(text[second.start : second.end])
    if lead and lead["word"].lower() == "between":
        linked = link == "and"
    else:
        dash = link in {"-", "\u2013"}
        linked = (dash and bool(lead or years)) or (bool(lead) and link in {"to", "until", "till", "through"})
    begins = of_its_year(text[first.start : first.end], text[second.start : second.end], second.granule.first)
    begins = begins or first.granule
    if not linked or second.granule.first <= begins.first:
        return None
    return TimeSpan(
        start=lead.start() if lead else first.start,
        end=second.end,
        begins=begins.when,
        ends=second.granule.when,
        granularity=second.granule.granularity,
        reach=Reach.BETWEEN,
    )


def of_its_year(first: str, second: str, before: date) -> Granule | None:
    """A day or month without a year, by the year that is said behind both: the last one before the second begins.

    None when it isn't one, or no year is said.
    """
    year = YEAR_BEHIND.search(second)
    if year is None or BARE_YEAR.search(first):
        return None
    for dated in (f"{first} {year[0]}", f"{first} {int(year[0]) - 1}"):
        found = named(dated, before, ahead=False)
        if found and found[0].end == len(dated) and not found[0].start and found[0].granule.first < before:
            return found[0].granule
    return None


def placed(text: str, found: Found) -> TimeSpan | None:
    """One granule with its preposition; None when it needs one and has none ("May" may be a name)."""
    since = max(0, found.start - LEAD_LENGTH)
    lead = LEAD.search(text, since, found.start)
    if lead is None:
        part = PART.search(text, since, found.start)
        if part is None and found.needs_preposition:
            return None
        return span_of(found, part.start() if part else found.start, Reach.AT)
    if lead["since"] or lead["after"]:
        since_then = span_of(found, lead.start(), Reach.SINCE)
        # "After the start of 2023" is in 2023 still.
        whole = lead["after"] and not WITHIN.search(lead[0])
        return replace(since_then, begins=found.granule.after) if whole else since_then
    if lead["until"]:
        return span_of(found, lead.start(), Reach.UNTIL)
    word = lead["at"].lower()
    if word in TIES:
        # "Tickets for Friday", "the report of 8 March": the preposition ties a noun; the date alone is the time.
        return None if found.needs_preposition else span_of(found, found.start, Reach.AT)
    return span_of(found, lead.start(), Reach.SINCE if word == "from" else Reach.AT)


def span_of(found: Found, start: int, reach: Reach) -> TimeSpan:
    """The expression for a granule under a preposition."""
    granule = found.granule
    begins = None if reach is Reach.UNTIL else granule.when
    ends = granule.when if reach is Reach.UNTIL else None if reach is Reach.SINCE else granule.after
    return TimeSpan(start=start, end=found.end, begins=begins, ends=ends, granularity=granule.granularity, reach=reach)
