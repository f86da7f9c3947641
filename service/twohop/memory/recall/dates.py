"""Dates in a question, how well the day of a message fits them, and whether a text tells a time at all."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import exp

from twohop.memory.calendar_words import MONTH_NAMES, SEASONS, WEEKDAY_NAMES

MONTHS = {
    **{name: n for n, name in enumerate(MONTH_NAMES, 1)},
    **{name[:3]: n for n, name in enumerate(MONTH_NAMES, 1)},
}
MONTHS["sept"] = MONTHS["sep"]
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)\b")
DATE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})\s+(?:of\s+)?)?(?P<month>{MONTH})\b\.?(?:\s+(?P<day2>\d{{1,2}})(?!\d))?,?"
    r"(?:\s+(?:of\s+)?(?P<year>\d{4}))?"
)
AMBIGUOUS_MONTHS = frozenset({"may", "march", "mar"})
LEADS_TO_MONTH = re.compile(r"\b(?:in|of|during|late|early|mid|last|by|on|until|before|after|since)[\s-]+$")
YEAR = re.compile(r"\b(20[0-4]\d)\b")
TIME_IN_TEXT = re.compile(
    r"\b(?:yesterday|today|tonight|tomorrow|ago|since|weekend|20[0-4]\d"
    rf"|last (?:night|week|weekend|month|year|{'|'.join(SEASONS)}|{'|'.join(WEEKDAY_NAMES)})"
    rf"|next \w+|this (?:week|weekend|month|year|morning|summer)|{'|'.join(WEEKDAY_NAMES)}"
    rf"|{'|'.join(name for name in MONTH_NAMES if name not in AMBIGUOUS_MONTHS)}"
    r"|(?:two|three|four|five|few|several|\d+) (?:days?|weeks?|months?|years?))\b",
    re.IGNORECASE,
)

AFTER_DECAY, BEFORE_DECAY = 10.0, 5.0
"""Days over which a message after, or before, the day asked for loses its match (people tell what just happened)."""


@dataclass(frozen=True, slots=True)
class AskedDate:
    """A date in a question; 0 = that part isn't said."""

    year: int
    month: int = 0
    day: int = 0


def asked_dates(folded: str) -> Iterable[AskedDate]:
    """The dates of a question: days and months with or without a year; a bare year only when nothing else is said."""
    text = ORDINAL.sub(r"\1", folded)
    found: list[AskedDate] = []
    for match in DATE.finditer(text):
        named = match["day"] or match["day2"] or match["year"]
        if match["month"] in AMBIGUOUS_MONTHS and not named and not LEADS_TO_MONTH.search(text[: match.start("month")]):
            continue
        day = int(match["day"] or match["day2"] or 0)
        found.append(AskedDate(int(match["year"] or 0), MONTHS[match["month"]], day))
    return found or [AskedDate(int(year)) for year in YEAR.findall(text)]


def date_match(asked: Iterable[AskedDate], said: date) -> float:
    """How well the day of a message fits the dates asked for: 1 = that day or month, less around it, 0 = not at all."""
    return max((fit(one, said) for one in asked), default=0.0)


def fit(asked: AskedDate, said: date) -> float:
    """How well one date fits."""
    if asked.year and asked.month and asked.day:
        try:
            days = (said - date(asked.year, asked.month, asked.day)).days
        except ValueError:
            return 0.0
        if days == 0:
            return 1.0
        return 0.7 * exp(-days / AFTER_DECAY) if days > 0 else 0.3 * exp(days / BEFORE_DECAY)
    if asked.month:
        months = said.month - asked.month
        months = (said.year - asked.year) * 12 + months if asked.year else months % 12
        return {0: 1.0, 1: 0.3}.get(months, 0.0)
    return 0.3 if said.year == asked.year else 0.0


def tells_time(text: str) -> bool:
    """Whether a text holds a time expression."""
    return bool(TIME_IN_TEXT.search(text))
