"""World time as text and as instants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twohop.graph.model import Granularity, Moment
from twohop.memory.moment import When, end_of, instant, micros, written


@pytest.mark.parametrize(
    ("iso", "granularity", "start", "after"),
    [
        ("2021", Granularity.YEAR, "2021-01-01T00:00:00+00:00", "2022"),
        ("2024-12", Granularity.MONTH, "2024-12-01T00:00:00+00:00", "2025-01"),
        ("2025-W01", Granularity.WEEK, "2024-12-30T00:00:00+00:00", "2025-W02"),
        ("2024-02-28", Granularity.DAY, "2024-02-28T00:00:00+00:00", "2024-02-29"),
    ],
)
def test_a_prefix_is_its_granule(iso: str, granularity: Granularity, start: str, after: str) -> None:
    """An ISO prefix means the first instant of its granule, and the granule ends where the next begins."""
    moment = When(iso).moment("UTC")
    assert moment.granularity is granularity
    assert instant(moment.at).isoformat() == start
    assert written(moment) == iso
    assert written(end_of(moment)) == after


def test_a_day_begins_at_midnight_of_its_zone() -> None:
    """The zone of the speaker decides which instant a date is, also across a change of clocks."""
    assert instant(When("2025-07-01").moment("Europe/Lisbon").at).isoformat() == "2025-06-30T23:00:00+00:00"
    before_the_change = When("2025-03-30").moment("Europe/Lisbon")
    assert end_of(before_the_change).at - before_the_change.at == 23 * 3_600_000_000


@pytest.mark.parametrize("iso", ["", "last week", "2025-13", "2025-02-30", "25-01-01", "2025-W60"])
def test_what_is_no_date_is_refused(iso: str) -> None:
    """Only ISO prefixes and instants that exist are moments."""
    with pytest.raises(ValueError, match=r"."):
        When(iso).moment("UTC")


@given(st.integers(-(10**16), 10**17))
def test_microseconds_round_trip(at: int) -> None:
    """No microsecond is lost on the way to a calendar and back."""
    assert micros(instant(at)) == at
    assert written(Moment(at)) == instant(at).date().isoformat()
