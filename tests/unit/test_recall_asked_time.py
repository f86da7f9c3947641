"""The time that a question asks about, as its words tell it."""

from datetime import UTC, datetime

import pytest

from twohop.memory.moment import micros
from twohop.memory.recall.asked_time import FOR_EVER, Bound, Clause, clause_of, history, named_time

NOW = micros(datetime(2024, 6, 1, tzinfo=UTC))


def at(year: int, month: int = 1, day: int = 1) -> int:
    """The first instant of a day."""
    return micros(datetime(year, month, day, tzinfo=UTC))


@pytest.mark.parametrize(
    ("query", "clause"),
    [
        (
            "Where did she live before she moved to Oslo?",
            Clause(Bound.BEFORE, "she moved to Oslo", "Where did she live"),
        ),
        ("Where did she live while at Acme?", Clause(Bound.WHILE, "at Acme", "Where did she live")),
        ("When she was at Acme, where did she live?", Clause(Bound.WHILE, "she was at Acme", "where did she live")),
        ("Who led it after Dana left?", Clause(Bound.AFTER, "Dana left", "Who led it")),
        ("When did she move to Oslo?", None),
        ("Where did she live, , before  she\nmoved?", Clause(Bound.BEFORE, "she moved", "Where did she live")),
        ("When  did she move to Oslo, and why?", None),
        ("Where does she live?", None),
        ("before", None),
    ],
)
def test_a_clause_tells_a_time_by_an_event(query: str, clause: Clause | None) -> None:
    """The event and the rest of the question are told apart; a question for a time is no clause."""
    assert clause_of(query) == clause


@pytest.mark.parametrize(
    "query",
    [
        "where a" + " " * 200_000 + "b",
        "x" + "," * 200_000 + "y",
        "x" + ", " * 100_000 + "y",
        "when" + " " * 200_000 + "x",
    ],
)
def test_no_run_of_spaces_or_commas_takes_long(query: str) -> None:
    """Work that grew with the square of the run would not end within the time that any test has."""
    assert clause_of(query) is None


@pytest.mark.parametrize(
    ("query", "span", "rest"),
    [
        ("Where did she live in March 2023?", (at(2023, 3), at(2023, 4)), "Where did she live ?"),
        ("Where did she live last summer?", (at(2023, 6), at(2023, 9)), "Where did she live ?"),
        ("Where did she live until 2022?", (at(2022) - 1, at(2022)), "Where did she live ?"),
        ("Where did she live between March and May 2023?", (at(2023, 3), at(2023, 6)), "Where did she live ?"),
        ("Where did she live after 2021?", (at(2022), FOR_EVER), "Where did she live ?"),
        ("Where has she lived since 2023?", (at(2023), FOR_EVER), "Where has she lived ?"),
    ],
)
def test_the_calendar_names_a_time(query: str, span: tuple[int, int], rest: str) -> None:
    """From the first instant to the one after the last; until and before mean the last one before."""
    assert named_time(query, NOW) == (span, rest)


@pytest.mark.parametrize("query", ["Where will she live next year?", "Where does she live?", "Room 9999", ""])
def test_no_past_time_is_named(query: str) -> None:
    """The future, and numbers that are no years, name no time that facts held at."""
    assert named_time(query, NOW) is None


@pytest.mark.parametrize(
    ("query", "every"),
    [
        ("Where has she lived?", True),
        ("How did her job change?", True),
        ("Does she still work there?", True),
        ("Where does she live?", False),
        ("In which city is the company where she has a job located?", False),
        ("Where is the firm that she has to visit based?", False),
        ("What pets does she have?", False),
    ],
)
def test_all_values_are_asked_for(query: str, every: bool) -> None:  # noqa: FBT001
    """Change, the perfect tense and still ask for all that something was."""
    assert (history(query) is not None) is every
