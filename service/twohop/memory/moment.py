"""World time as text: ISO prefixes whose length is their granularity, and moments made of them in a time zone."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from twohop.graph.model import Granularity, Moment

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_YEAR, LAST_YEAR = 2, 9998
"""Years whose instants stay within the calendar in every zone, and a granule later too."""

ISO_WEEK = re.compile(r"(\d{4})-W(\d{2})")
ISO_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class When:
    """A world time as written: `2021`, `2025-09`, `2025-W37`, `2025-09-08` or a full ISO instant."""

    iso: str

    def moment(self, time_zone: str) -> Moment:
        """The first instant of the granule in the zone.

        Raises:
            ValueError: not an ISO date prefix, or not a date that exists.
        """
        zone = zone_of(time_zone)
        if not FIRST_YEAR <= int(self.iso[:4] or 0) <= LAST_YEAR:
            raise ValueError(f"{self.iso!r} is no year that calendars reckon with")
        if week := ISO_WEEK.fullmatch(self.iso):
            start = datetime.fromisocalendar(int(week[1]), int(week[2]), 1).replace(tzinfo=zone)
            return Moment(micros(start), Granularity.WEEK, time_zone)
        if date := ISO_DATE.fullmatch(self.iso):
            year, month, day = (int(part) if part else None for part in date.groups())
            start = datetime(year or 0, 1 if month is None else month, 1 if day is None else day, tzinfo=zone)
            granularity = Granularity.DAY if day else Granularity.MONTH if month else Granularity.YEAR
            return Moment(micros(start), granularity, time_zone)
        instant = datetime.fromisoformat(self.iso)
        return Moment(
            micros(instant if instant.tzinfo else instant.replace(tzinfo=zone)), Granularity.INSTANT, time_zone
        )


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone.

    Raises:
        ValueError: no such zone.
    """
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError) as e:
        raise ValueError(f"unknown time zone {name!r}: use an IANA name such as Europe/Lisbon") from e


def micros(instant: datetime) -> int:
    """Microseconds since the epoch; integer arithmetic, so that it round-trips."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def instant(at: int, time_zone: str = "UTC") -> datetime:
    """The instant in its zone."""
    return (EPOCH + timedelta(microseconds=at)).astimezone(zone_of(time_zone))


def written(moment: Moment | None) -> str:
    """The moment as an ISO prefix of its granularity, in its zone; empty for None."""
    if moment is None:
        return ""
    local = instant(moment.at, moment.time_zone)
    match moment.granularity:
        case Granularity.YEAR:
            return f"{local.year:04}"
        case Granularity.MONTH:
            return f"{local.year:04}-{local.month:02}"
        case Granularity.WEEK:
            year, week, _ = local.isocalendar()
            return f"{year:04}-W{week:02}"
        case _:
            return local.date().isoformat()


def end_of(moment: Moment) -> Moment:
    """The first instant after the moment's granule (an instant's granule is itself)."""
    local = instant(moment.at, moment.time_zone)
    match moment.granularity:
        case Granularity.YEAR:
            after = local.replace(year=local.year + 1)
        case Granularity.MONTH:
            after = (local.replace(day=1) + timedelta(days=32)).replace(day=1)
        case Granularity.WEEK:
            after = local + timedelta(days=7)
        case Granularity.DAY:
            after = local + timedelta(days=1)
        case _:
            return moment
    return Moment(micros(after), moment.granularity, moment.time_zone)
