"""Time expressions in text, resolved against when and where it was said."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twohop.graph.model import Granularity
from twohop.memory.moment import micros
from twohop.memory.times import Reach, expressions

SAID = micros(datetime(2025, 3, 12, 15, 0, tzinfo=UTC))
"""A Wednesday, in ISO week 11."""


def named(text: str, *, at: int = SAID, zone: str = "UTC", future: bool | None = None) -> list[tuple[str, str, str]]:
    return [
        (text[span.start : span.end], span.begins.iso if span.begins else "", span.ends.iso if span.ends else "")
        for span in expressions(text, at, zone, future=future)
    ]


@pytest.mark.parametrize(
    ("text", "said", "begins", "ends"),
    [
        ("I ran yesterday", "yesterday", "2025-03-11", "2025-03-12"),
        ("I ran the day before yesterday", "the day before yesterday", "2025-03-10", "2025-03-11"),
        ("it rains today", "today", "2025-03-12", "2025-03-13"),
        ("last night we ate", "last night", "2025-03-11", "2025-03-12"),
        ("see you tomorrow", "tomorrow", "2025-03-13", "2025-03-14"),
        ("last Saturday I ran", "last Saturday", "2025-03-08", "2025-03-09"),
        ("last Fri I ran", "last Fri", "2025-03-07", "2025-03-08"),
        ("on Monday I ran", "on Monday", "2025-03-10", "2025-03-11"),
        ("on Monday morning I ran", "on Monday morning", "2025-03-10", "2025-03-11"),
        ("on Wednesday I ran", "on Wednesday", "2025-03-05", "2025-03-06"),
        ("I'll run on Friday", "on Friday", "2025-03-14", "2025-03-15"),
        ("I will run next Friday", "next Friday", "2025-03-21", "2025-03-22"),
        ("I run this Friday", "this Friday", "2025-03-14", "2025-03-15"),
        ("I ran last week", "last week", "2025-W10", "2025-W11"),
        ("I run this week", "this week", "2025-W11", "2025-W12"),
        ("next week I'll run", "next week", "2025-W12", "2025-W13"),
        ("last weekend we ran", "last weekend", "2025-03-08", "2025-03-10"),
        ("last month we met", "last month", "2025-02", "2025-03"),
        ("next month we'll meet", "next month", "2025-04", "2025-05"),
        ("last year we met", "last year", "2024", "2025"),
        ("last summer we met", "last summer", "2024-06", "2024-09"),
        ("this winter we ski", "this winter", "2025-12", "2026-03"),
        ("last May we met", "last May", "2024-05", "2024-06"),
        ("three days ago", "three days ago", "2025-03-09", "2025-03-10"),
        ("a couple of weeks ago", "a couple of weeks ago", "2025-W09", "2025-W10"),
        ("3 months ago", "3 months ago", "2024-12", "2025-01"),
        ("two years ago", "two years ago", "2023", "2024"),
        ("in two weeks we'll go", "in two weeks", "2025-W13", "2025-W14"),
        ("she joined in May", "in May", "2024-05", "2024-06"),
        ("she joined in March", "in March", "2025-03", "2025-04"),
        ("she will join in May", "in May", "2025-05", "2025-06"),
        ("in early May we met", "in early May", "2024-05", "2024-06"),
        ("we met in May 2023", "in May 2023", "2023-05", "2023-06"),
        ("we met at the end of 2020", "at the end of 2020", "2020", "2021"),
        ("we met mid-May 2020", "mid-May 2020", "2020-05", "2020-06"),
        ("on 8 March we met", "on 8 March", "2025-03-08", "2025-03-09"),
        ("on 20 March we met", "on 20 March", "2024-03-20", "2024-03-21"),
        ("on 20 March we will meet", "on 20 March", "2025-03-20", "2025-03-21"),
        ("on March 8th, 2024", "on March 8th, 2024", "2024-03-08", "2024-03-09"),
        ("born on 29 February 1988", "on 29 February 1988", "1988-02-29", "1988-03-01"),
        ("it was on 29 February", "on 29 February", "2024-02-29", "2024-03-01"),
        ("since 2024-12-31 it holds", "since 2024-12-31", "2024-12-31", ""),
        ("paid 2025-01-05", "2025-01-05", "2025-01-05", "2025-01-06"),
        ("in 2019 I worked", "in 2019", "2019", "2020"),
        ("in the 90s we met", "in the 90s", "1990", "2000"),
        ("in the summer of 2022", "in the summer of 2022", "2022-06", "2022-09"),
        ("at Christmas we met", "at Christmas", "2024-12-25", "2024-12-26"),
        ("since 2021", "since 2021", "2021", ""),
        ("since last week", "since last week", "2025-W10", ""),
        ("starting next month", "starting next month", "2025-04", ""),
        ("until last month", "until last month", "", "2025-02"),
        ("before 2019 I sang", "before 2019", "", "2019"),
        ("from 2019 to 2021 I sang", "from 2019 to 2021", "2019", "2021"),
        ("between May 2019 and July 2020", "between May 2019 and July 2020", "2019-05", "2020-07"),
        ("from January to March", "from January to March", "2025-01", "2025-03"),
        ("from May to July 2023 I sang", "from May to July 2023", "2023-05", "2023-07"),
        ("from 5 November to 8 January 2024", "from 5 November to 8 January 2024", "2023-11-05", "2024-01-08"),
        ("after 2019 I sang", "after 2019", "2020", ""),
        ("after May 2019", "after May 2019", "2019-06", ""),
        ("after the start of 2019", "after the start of 2019", "2019", ""),
        ("2019-2021 I sang", "2019-2021", "2019", "2021"),
        ("for three years", "for three years", "2022", ""),
        ("for the past two months", "for the past two months", "2025-01", ""),
    ],
)
def test_an_expression_names_its_granule(text: str, said: str, begins: str, ends: str) -> None:
    """An expression with its preposition gives the first granule it names and the first one after it."""
    assert named(text) == [(said, begins, ends)]


@pytest.mark.parametrize(
    "text",
    [
        "May is nice",
        "April and June came",
        "my 2019 car",
        "room 2020",
        "on 31 February",
        "2025-13-40",
        "a few days ago",
        "recently",
        "the second of them",
        "we may march",
        "I fall in love",
        "v2.2019.1",
        "",
    ],
)
def test_what_names_no_date_is_left_alone(text: str) -> None:
    """Names, verbs, codes and vague times are no dates; nothing is guessed."""
    assert named(text) == []


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        ("in 2019", Reach.AT),
        ("since 2019", Reach.SINCE),
        ("until 2019", Reach.UNTIL),
        ("from 2018 to 2019", Reach.BETWEEN),
        ("for two years", Reach.LENGTH),
    ],
)
def test_the_preposition_says_how_it_reaches(text: str, reach: Reach) -> None:
    """At a time, since it, until it, between two, or for a length."""
    (span,) = expressions(text, SAID)
    assert span.reach is reach


def test_tense_can_be_told() -> None:
    """A caller that knows the tense says so; a bare month or weekday then lies on that side."""
    assert named("in May", future=True) == [("in May", "2025-05", "2025-06")]
    assert named("in May", future=False) == [("in May", "2024-05", "2024-06")]


def test_several_expressions_come_in_reading_order() -> None:
    """Each expression of a text is found once, none inside another."""
    found = [said for said, *_ in named("Last week I ran, on Monday I swam and in 2019 I sang since May 2018.")]
    assert found == ["Last week", "on Monday", "in 2019", "since May 2018"]


def test_the_day_is_the_speakers_own() -> None:
    """The same instant is another day, and so another yesterday, in another zone."""
    late = micros(datetime(2025, 3, 11, 23, 0, tzinfo=UTC))
    assert named("yesterday", at=late) == [("yesterday", "2025-03-10", "2025-03-11")]
    assert named("yesterday", at=late, zone="Asia/Tokyo") == [("yesterday", "2025-03-11", "2025-03-12")]


def test_an_unknown_zone_is_refused() -> None:
    """A zone that doesn't exist is an error, not UTC."""
    with pytest.raises(ValueError, match="unknown time zone"):
        expressions("yesterday", SAID, "Mars/Olympus")


PIECES = (
    "in on since until from to between and for last next this the a two 3 31 29 2019 2025-02-30 May March mar monday "
    "week year years months ago summer weekend christmas of - 90s early mid yesterday before after 8th , february 9999"
)
texts = st.lists(st.sampled_from(PIECES.split(" ")), max_size=12).map(" ".join) | st.text(max_size=80)
instants = st.integers(-62_000_000_000_000_000, 250_000_000_000_000_000)


@settings(max_examples=400, deadline=None)
@given(text=texts, at=instants, ahead=st.booleans())
def test_any_text_at_any_time_gives_real_dates_in_order(text: str, at: int, *, ahead: bool) -> None:
    """Nothing raises; spans lie in the text in order without overlap; each date exists and ends after it begins."""
    end = 0
    for span in expressions(text, at, "Europe/Lisbon", future=ahead):
        assert end <= span.start < span.end <= len(text)
        end = span.end
        begins = span.begins.moment("UTC").at if span.begins else None
        ends = span.ends.moment("UTC").at if span.ends else None
        assert begins is not None or ends is not None
        if begins is not None and ends is not None:
            assert begins < ends
        assert span.granularity not in {Granularity.UNKNOWN, Granularity.INSTANT}


@given(st.dates(date(1980, 1, 1), date(2080, 1, 1)))
def test_past_lies_before_and_future_after(day: date) -> None:
    """In the past tense a bare date never begins after the day it was said; in the future it never ends before."""
    at = micros(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    for text in ("on 8 March", "in May", "in summer", "at Christmas", "on Friday"):
        (past,) = expressions(text, at, future=False)
        (ahead,) = expressions(text, at, future=True)
        assert past.begins is not None
        assert past.begins.moment("UTC").at <= at
        assert ahead.ends is not None
        assert ahead.ends.moment("UTC").at > at
