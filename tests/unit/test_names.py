"""Names in normal form, and the details that must not get lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twohop.memory.names import adds_no_details, keeps_details, normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Platform team", "platform  team"),
        ("Zoë's", "zoë"),
        ("O\u2019Brien", "O'Brien"),
        ("Jean\u2013Luc", "jean-luc"),
        ("\uff21\uff23\uff2d\uff25", "acme"),
        ("Ac\u200bme", "Acme"),
        ("Straße", "STRASSE"),
    ],
)
def test_spellings_of_one_name_meet(one: str, other: str) -> None:
    """Case, width, quotes, dashes, articles and invisible characters don't tell two names apart."""
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("v1.2", "v1.3"),
        ("v1.2", "v1.20"),
        ("RAV4", "RAV-4"),
        ("555-0101", "555-0102"),
        ("A 380", "380"),
        (".5", "5"),
        ("5'", '5"'),
        ("2024-01-02", "2024-02-01"),
        ("Room 12", "Room 21"),
        ("A", "B"),
        ("Ann", "Anna"),
    ],
)
def test_other_names_stay_apart(one: str, other: str) -> None:
    """Versions, numbers and letters do."""
    assert normal(one) != normal(other)


@given(st.data())
def test_numbers_codes_versions_and_dates_stay_apart(data: st.DataObject) -> None:
    """Two codes that differ in a letter, a digit, a dash or a dot inside are never one name."""
    code = st.from_regex(r"[a-z]{0,3}[0-9]{1,4}([-./:][0-9a-z]{1,4}){0,3}", fullmatch=True)
    one, other = data.draw(code), data.draw(code)
    assert (normal(one) == normal(other)) == (one == other)
    assert normal(one.upper()) == normal(one)


@given(st.text(max_size=60))
def test_the_normal_form_is_stable(name: str) -> None:
    """A normal form is its own normal form, so that what is stored is found again."""
    assert normal(normal(name)) == normal(name)


@pytest.mark.parametrize(
    "text",
    ["Ana owns a cat", "Ana does own 2 cats", "Ana owns 3 cats in Oslo", "Ana owns 2 in Rome", "Ana doesn't own it"],
)
def test_a_lost_number_name_or_negation_is_seen(text: str) -> None:
    """A wording keeps the details of another only if all of them stand in it."""
    old = "Ana does not own 2 cats in Oslo"
    assert not keeps_details(text, old)
    assert keeps_details(f"{old} since spring", old)


def test_an_invented_detail_is_seen() -> None:
    """A number, name or negation that stands in no source is invented."""
    assert adds_no_details("Ana owns 2 cats in Oslo", "Ana owns 2 cats", "she lives in Oslo")
    assert not adds_no_details("Ana owns 3 cats", "Ana owns 2 cats")
    assert not adds_no_details("Ana owns no cats", "Ana owns cats")
    assert not adds_no_details("Ana lives near Bergen", "Ana lives in Oslo")
