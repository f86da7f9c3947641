"""A time expression written out, for plans whose text must say when."""

from datetime import timedelta

from twohop.graph.model import Granularity
from twohop.memory.calendar_words import MONTH_NAMES
from twohop.memory.moment import When, instant
from twohop.memory.times import Reach, TimeSpan


def dated(span: TimeSpan | None, time_zone: str) -> str:  # noqa: PLR0911 - a case of the language for each branch.
    """As in "in June 2025", "on 14 March 2025", "from 2026 on", "until May 2025"; empty for none or for a length."""
    if span is None or span.reach is Reach.LENGTH:
        return ""
    if span.reach is Reach.UNTIL and span.ends is not None:
        return f"until {bare(span.ends, time_zone)}"
    if span.begins is None:
        return ""
    if span.reach is Reach.BETWEEN and span.ends is not None:
        return f"from {bare(span.begins, time_zone)} to {bare(span.ends, time_zone)}"
    if span.reach is Reach.SINCE:
        return f"from {bare(span.begins, time_zone)} on"
    words = bare(span.begins, time_zone)
    match span.granularity:
        case Granularity.DAY:
            return f"on {words}"
        case Granularity.WEEK:
            return f"in {words}"
        case Granularity.MONTH if span.ends is not None:
            first, last = span.begins.moment(time_zone), span.ends.moment(time_zone)
            final = instant(last.at, time_zone) - timedelta(days=1)
            start = instant(first.at, time_zone)
            if (start.year, start.month) != (final.year, final.month):
                return f"between {words} and {MONTH_NAMES[final.month - 1].capitalize()} {final.year}"
            return f"in {words}"
        case _:
            return f"in {words}"


def bare(when: When, time_zone: str) -> str:
    """A date as people write it: 14 March 2025, March 2025, 2025, the week of 10 March 2025."""
    moment = when.moment(time_zone)
    local = instant(moment.at, time_zone)
    month = MONTH_NAMES[local.month - 1].capitalize()
    match moment.granularity:
        case Granularity.YEAR:
            return f"{local.year}"
        case Granularity.MONTH:
            return f"{month} {local.year}"
        case Granularity.WEEK:
            return f"the week of {local.day} {month} {local.year}"
        case _:
            return f"{local.day} {month} {local.year}"
