"""The words of the calendar: patterns of named days, weeks, months and years, each with how it resolves."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from twohop.graph.model import Granularity
from twohop.memory.moment import When

MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORT_WEEKDAYS = ("mon", "tues", "tue", "wed", "thurs", "thur", "thu", "fri", "sat", "sun")
NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "a couple of": 2, "couple of": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
}  # fmt: skip
NUMBER_WORDS = "|".join(sorted(NUMBERS, key=len, reverse=True))
UNIT_NAMES = "day|night|week|fortnight|month|year|yr"
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
FEASTS = {
    "christmas": (12, 25), "christmas day": (12, 25), "christmas eve": (12, 24), "new year's eve": (12, 31),
    "new year's day": (1, 1), "new year's": (1, 1), "halloween": (10, 31), "valentine's day": (2, 14),
}  # fmt: skip
DAYS_OF_WEEK = 7
MONTHS = 12
SATURDAY = 5
FIRST_YEAR, LAST_YEAR = 1000, 2999


@dataclass(frozen=True, slots=True)
class Granule:
    """A stretch of the calendar: its first day, the day after its last, and how exactly it is known."""

    first: date
    beyond: date
    granularity: Granularity

    @property
    def when(self) -> When:
        """Its start, written at its granularity."""
        return written(self.first, self.granularity)

    @property
    def after(self) -> When:
        """The first granule after it."""
        return written(self.beyond, self.granularity)


Resolve: TypeAlias = Callable[["re.Match[str]", date, bool], Granule | None]
"""(match, the local day it was said, whether it lies ahead) -> the granule; ValueError for a day that doesn't exist."""


@dataclass(frozen=True, slots=True)
class Point:
    """A pattern that names a granule. `needs_preposition`: alone it may be something else ("May", "2019")."""

    pattern: "re.Pattern[str]"
    resolve: Resolve
    needs_preposition: bool = False


def written(day: date, granularity: Granularity) -> When:
    """The granule that starts on `day` as an ISO prefix."""
    match granularity:
        case Granularity.YEAR:
            return When(f"{day.year:04}")
        case Granularity.MONTH:
            return When(f"{day.year:04}-{day.month:02}")
        case Granularity.WEEK:
            year, week, _ = day.isocalendar()
            return When(f"{year:04}-W{week:02}")
        case _:
            return When(day.isoformat())


def one_day(day: date) -> Granule:
    """A day."""
    return Granule(day, day + timedelta(days=1), Granularity.DAY)


def week_of(day: date) -> Granule:
    """The ISO week that holds a day."""
    monday = day - timedelta(days=day.weekday())
    return Granule(monday, monday + timedelta(days=DAYS_OF_WEEK), Granularity.WEEK)


def months(year: int, month: int, count: int = 1) -> Granule:
    """`count` months from this one on; `month` may lie outside 1 to 12 and is carried over."""
    return Granule(first_of(year, month), first_of(year, month + count), Granularity.MONTH)


def first_of(year: int, month: int) -> date:
    """The first day of a month counted from January of `year`."""
    carry, index = divmod(month - 1, MONTHS)
    return date(year + carry, index + 1, 1)


def years(year: int, count: int = 1) -> Granule:
    """`count` years from this one on."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError("not a year of a life")
    return Granule(date(year, 1, 1), date(year + count, 1, 1), Granularity.YEAR)


def shifted(today: date, number: int, unit: str) -> Granule:
    """The granule that lies `number` units after today (before it, when negative)."""
    match unit.lower().rstrip("s"):
        case "day" | "night":
            return one_day(today + timedelta(days=number))
        case "week" | "fortnight":
            weeks = number * (2 if unit.lower().startswith("fortnight") else 1)
            return week_of(today + timedelta(days=DAYS_OF_WEEK * weeks))
        case "month":
            return months(today.year, today.month + number)
        case _:
            return years(today.year + number)


def back(today: date, number: str, unit: str) -> Granule | None:
    """`number` units before today; None beyond the calendar."""
    try:
        return shifted(today, -count(number), unit)
    except (ValueError, OverflowError):
        return None


def count(word: str) -> int:
    """A number in digits or words."""
    word = " ".join(word.lower().split())
    return NUMBERS[word] if word in NUMBERS else int(word)


def month_number(name: str) -> int:
    """1 for Jan or January."""
    return next(i for i, month in enumerate(MONTH_NAMES, 1) if month.startswith(name.lower().rstrip(".")[:3]))


def weekday_number(name: str) -> int:
    """0 for Monday."""
    return next(i for i, day in enumerate(WEEKDAY_NAMES) if day.startswith(name.lower()[:3]))


def iso_day(match: "re.Match[str]", _today: date, _ahead: bool) -> Granule:  # noqa: FBT001 - the shape of Resolve.
    """2023-05-08."""
    return one_day(date.fromisoformat(match[0]))


def iso_month(match: "re.Match[str]", _today: date, _ahead: bool) -> Granule:  # noqa: FBT001 - the shape of Resolve.
    """2023-05."""
    year, month = match[0].split("-")
    return months(date(int(year), int(month), 1).year, int(month))


def day_of_month(match: "re.Match[str]", today: date, ahead: bool) -> Granule:  # noqa: FBT001 - the shape of Resolve.
    """8 May, May 8th, with or without a year; without one the nearest on the side that is meant."""
    month, day = month_number(match["month"]), int(match["day"])
    if match["year"]:
        return one_day(date(int(match["year"]), month, day))
    return one_day(nearest(today, month, day, ahead=ahead))


def nearest(today: date, month: int, day: int, *, ahead: bool) -> date:
    """The latest such day not after today, or the next one not before it. 29 February waits for a leap year."""
    for distance in range(9):
        try:
            candidate = date(today.year + (distance if ahead else -distance), month, day)
        except ValueError:
            continue
        if (candidate >= today) if ahead else (candidate <= today):
            return candidate
    raise ValueError("no such day")


def month_of_year(match: "re.Match[str]", _today: date, _ahead: bool) -> Granule:  # noqa: FBT001 - the shape of Resolve.
    """May 2023."""
    return months(int(match["year"]), month_number(match["month"]))


def bare_month(match: "re.Match[str]", today: date, ahead: bool) -> Granule:  # noqa: FBT001 - the shape of Resolve.
    """May: the latest one not after today, or the next."""
    month = month_number(match["month"])
    year = today.year
    if ahead and month < today.month:
        year += 1
    if not ahead and month > today.month:
        year -= 1
    return months(year, month)


def near_day(match: "re.Match[str]", today: date, _ahead: bool) -> Granule:  # noqa: FBT001 - the shape of Resolve.
    """Today, yesterday, tomorrow and their neighbours."""
    word = " ".join(match[0].lower().split())
    if "before yesterday" in word:
        return one_day(today - timedelta(days=2))
    if "after tomorrow" in word:
        return one_day(today + timedelta(days=2))
    if word.startswith(("yesterday", "last night")):
        return one_day(today - timedelta(days=1))
    if word.startswith("tomorrow"):
        return one_day(today + timedelta(days=1))
    return one_day(today)


def relative(match: "re.Match[str]", today: date, ahead: bool) -> Granule:  # noqa: FBT001 - the shape of Resolve.
    """Last, this or next week, month, year, weekend, season, month by name, weekday."""
    step = {"last": -1, "past": -1, "previous": -1, "this": 0, "next": 1, "coming": 1}[
        match["step"].lower().split()[-1]
    ]
    unit = match["unit"].lower()
    if unit in SEASONS:
        return season_near(today, unit, step)
    if unit in WEEKDAY_NAMES or unit in SHORT_WEEKDAYS:
        return weekday_near(today, weekday_number(unit), step)
    if unit in MONTH_NAMES:
        return month_near(today, month_number(unit), step)
    match unit:
        case "weekend":
            return weekend_near(today, step, ahead=ahead)
        case "week":
            return week_of(today + timedelta(days=DAYS_OF_WEEK * step))
        case _:
            return shifted(today, step, unit)


def season_near(today: date, season: str, step: int) -> Granule:
    """Last summer is the latest that has begun and is over, or last year's while this one lasts."""
    month = SEASONS[season]
    runs = [months(today.year + offset, month, 3) for offset in (-2, -1, 0, 1, 2)]
    if step < 0:
        return [run for run in runs if run.beyond <= today][-1]
    coming = [run for run in runs if run.beyond > today]
    if step == 0:
        this = [run for run in runs if run.first.year == today.year or run.first <= today < run.beyond]
        return next((run for run in this if run.first <= today < run.beyond), this[-1])
    return next(run for run in coming if run.first > today)


def month_near(today: date, month: int, step: int) -> Granule:
    """Last May is before this month, next May after it."""
    if step == 0:
        return months(today.year, month)
    if step < 0:
        return months(today.year - (month >= today.month), month)
    return months(today.year + (month <= today.month), month)


def weekday_near(today: date, weekday: int, step: int) -> Granule:
    """Last Friday is the latest before today; this Friday is of this ISO week, next Friday of the next one."""
    if step < 0:
        return one_day(today - timedelta(days=(today.weekday() - weekday - 1) % DAYS_OF_WEEK + 1))
    monday = today - timedelta(days=today.weekday())
    return one_day(monday + timedelta(days=weekday + DAYS_OF_WEEK * step))


def weekend_near(today: date, step: int, *, ahead: bool) -> Granule:
    """Saturday and Sunday. "This weekend" said on a Monday lies ahead, unless the tense says otherwise."""
    saturday = today - timedelta(days=today.weekday()) + timedelta(days=SATURDAY)
    if step < 0 or (step == 0 and not ahead and today.weekday() < 2):  # noqa: PLR2004 - Monday, Tuesday
        saturday -= timedelta(days=DAYS_OF_WEEK)
    if step > 0:
        saturday += timedelta(days=DAYS_OF_WEEK)
    return Granule(saturday, saturday + timedelta(days=2), Granularity.DAY)


def ago(match: "re.Match[str]", today: date, _ahead: bool) -> Granule:  # noqa: FBT001 - the shape of Resolve.
    """Two years ago."""
    return shifted(today, -count(match["number"]), match["unit"])


def in_time(match: "re.Match[str]", today: date, _ahead: bool) -> Granule:  # noqa: FBT001 - the shape of Resolve.
    """In two weeks."""
    return shifted(today, count(match["number"]), match["unit"])


def bare_weekday(match: "re.Match[str]", today: date, ahead: bool) -> Granule:  # noqa: FBT001 - the shape of Resolve.
    """Friday: the latest before today, or the next after it."""
    weekday = weekday_number(match["unit"])
    if ahead:
        return one_day(today + timedelta(days=(weekday - today.weekday() - 1) % DAYS_OF_WEEK + 1))
    return weekday_near(today, weekday, -1)


def season_of_year(match: "re.Match[str]", _today: date, _ahead: bool) -> Granule:  # noqa: FBT001 - the shape of Resolve.
    """Summer 2020."""
    return months(int(match["year"]), SEASONS[match["unit"].lower()], 3)


def bare_season(match: "re.Match[str]", today: date, ahead: bool) -> Granule:  # noqa: FBT001 - the shape of Resolve.
    """In summer: the running or latest one, or the next."""
    month = SEASONS[match["unit"].lower()]
    runs = [months(today.year + offset, month, 3) for offset in (-1, 0, 1)]
    if ahead:
        return next(run for run in runs if run.beyond > today)
    return [run for run in runs if run.first <= today][-1]


def decade(match: "re.Match[str]", today: date, _ahead: bool) -> Granule:  # noqa: FBT001 - the shape of Resolve.
    """The 90s, the 1990s."""
    year = int(match["year"])
    if year < 100:  # noqa: PLR2004 - two digits
        year += 1900 if year > today.year % 100 else 2000
    return years(year, 10)


def feast(match: "re.Match[str]", today: date, ahead: bool) -> Granule:  # noqa: FBT001 - the shape of Resolve.
    """Christmas, Halloween: the nearest on the side that is meant."""
    month, day = FEASTS[" ".join(match["unit"].lower().replace("\u2019", "'").split())]
    step = (match["step"] or "").lower()
    return one_day(nearest(today, month, day, ahead=ahead if step in {"", "this"} else step == "next"))


def bare_year(match: "re.Match[str]", _today: date, _ahead: bool) -> Granule:  # noqa: FBT001 - the shape of Resolve.
    """2019."""
    return years(int(match[0]))


MONTH = rf"(?P<month>{'|'.join(MONTH_NAMES)}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
YEAR = r"(?P<year>(?:1\d|20)\d\d)"
WEEKDAY = rf"(?:{'|'.join(WEEKDAY_NAMES)})"
SEASON = rf"(?:{'|'.join(SEASONS)})"
NUMBER = rf"(?P<number>\d{{1,3}}|{NUMBER_WORDS})"
FEAST = "|".join(sorted((re.escape(name).replace("'", "['\u2019]") for name in FEASTS), key=len, reverse=True))


def point(pattern: str, resolve: Resolve, *, needs_preposition: bool = False) -> Point:
    """A pattern that ignores case and starts and ends at word boundaries."""
    return Point(re.compile(rf"(?<![\w/.]){pattern}(?![\w/]|-\d\d?(?!\d))", re.IGNORECASE), resolve, needs_preposition)


POINTS = (
    point(r"[12]\d{3}-[01]\d-[0-3]\d", iso_day),
    point(r"[12]\d{3}-[01]\d", iso_month),
    point(rf"(?:the\s+)?{DAY}\s+(?:of\s+)?{MONTH}(?:,?\s+{YEAR})?", day_of_month),
    point(rf"{MONTH}\s+(?:the\s+)?{DAY}(?!\d)(?:,?\s+{YEAR})?", day_of_month),
    point(rf"{MONTH},?\s+(?:of\s+)?{YEAR}", month_of_year),
    point(r"(?:the\s+)?day\s+(?:before\s+yesterday|after\s+tomorrow)(?:\s+(?:morning|evening|night))?", near_day),
    point(r"(?:(?:yesterday|tomorrow)(?:\s+(?:morning|afternoon|evening|night))?|last\s+night|today|tonight"
          r"|this\s+(?:morning|afternoon|evening))", near_day),
    point(rf"(?P<step>last|past|this\s+past|previous|this|this\s+coming|next|coming)\s+"
          rf"(?P<unit>weekend|week|month|year|{SEASON}|{WEEKDAY}|{'|'.join(SHORT_WEEKDAYS)}|{'|'.join(MONTH_NAMES)})"
          r"(?:\s+(?:morning|afternoon|evening|night))?", relative),
    point(rf"{NUMBER}\s+(?P<unit>{UNIT_NAMES})s?\s+(?:ago|earlier|back)", ago),
    point(rf"in\s+{NUMBER}\s+(?P<unit>{UNIT_NAMES})s?(?:['\u2019]s?\s+time)?", in_time),
    point(rf"{NUMBER}\s+(?P<unit>{UNIT_NAMES})s?\s+from\s+now", in_time),
    point(rf"(?P<unit>{SEASON})\s+(?:of\s+)?{YEAR}", season_of_year),
    point(r"(?:the\s+)?(?P<year>(?:1[89]|20)?[0-9]0)['\u2019]?s", decade, needs_preposition=True),
    point(rf"(?:(?P<step>last|this|next)\s+)?(?P<unit>{FEAST})", feast),
    point(rf"(?P<unit>{WEEKDAY})(?:\s+(?:morning|afternoon|evening|night))?", bare_weekday),
    point(MONTH, bare_month, needs_preposition=True),
    point(rf"(?P<unit>{SEASON})", bare_season, needs_preposition=True),
    point(r"(?:19|20)\d\d", bare_year, needs_preposition=True),
)  # fmt: skip
"""Every pattern; where two overlap the longer reading wins."""
