"""Homes, moves and origins."""

import pytest

from reading_rules import read

CASES: list[tuple[str, list[str]]] = [
    ("I live in Porto.", ["+ Alice lives_in Porto"]),
    ("I live in the city of Porto.", ["+ Alice lives_in Porto"]),
    ("I live in Porto with Tom.", ["+ Alice lives_in Porto", "+ Alice lives_with Tom"]),
    ("I've lived in Lisbon since 2015.", ["+ Alice lives_in Lisbon @2015.."]),
    ("I lived in Rome for three years.", ["- Alice lives_in Rome"]),
    ("I used to live in Madrid.", ["- Alice lives_in Madrid"]),
    ("I lived in Oslo in 2012.", ["- Alice lives_in Oslo @2012..2013"]),
    ("I don't live in Lisbon.", ["! Alice lives_in Lisbon"]),
    ("I no longer live in Lisbon.", ["- Alice lives_in Lisbon"]),
    ("I moved to Berlin.", ["+ Alice lives_in Berlin"]),
    (
        "I moved from Lisbon to Berlin last month.",
        ["- Alice lives_in Lisbon @..2025-02", "+ Alice lives_in Berlin @2025-02.."],
    ),
    (
        "I moved back to Porto in 2020 and started working at Acme.",
        ["+ Alice lives_in Porto @2020..", "+ Alice works_at Acme"],
    ),
    ("We moved into our new house in Sintra.", ["+ Alice lives_in Sintra"]),
    ("My wife and I moved to Porto.", ["+ Alice's wife lives_in Porto", "+ Alice lives_in Porto"]),
    ("Emma's moved to Porto.", ["+ Emma lives_in Porto"]),
    ("I relocated to Munich in January.", ["+ Alice lives_in Munich @2025-01.."]),
    ("I settled in Faro.", ["+ Alice lives_in Faro"]),
    ("I left Lisbon in 2018.", ["- Alice lives_in Lisbon @..2018"]),
    ("I'm based in Zurich.", ["+ Alice lives_in Zurich"]),
    ("I was born in Porto but grew up in Faro.", ["+ Alice born_in Porto", "+ Alice grew_up_in Faro"]),
    ("I was born on 8 March 1990 in Porto.", ["+ Alice born_in Porto @1990-03-08..", "+ Alice birthday =8 March 1990"]),
    ("I was raised in Brazil.", ["+ Alice grew_up_in Brazil"]),
    ("I'm from Brazil.", ["+ Alice comes_from Brazil"]),
    ("I come from Brazil.", ["+ Alice comes_from Brazil"]),
    (
        "I'm originally from Brazil but I've lived in Lisbon since 2015.",
        ["+ Alice comes_from Brazil", "+ Alice lives_in Lisbon @2015.."],
    ),
    ("I live at 12 Main Street.", ["+ Alice address =12 Main Street"]),
    ("Alice and Bob live in Porto.", ["+ Alice lives_in Porto", "+ Bob lives_in Porto"]),
]


@pytest.mark.parametrize(("said", "expected"), CASES, ids=[said for said, _ in CASES])
def test_home(said: str, expected: list[str]) -> None:
    """A sentence about a home gives where someone lives or lived, and since or until when."""
    assert read(*said.split(" || ")) == expected
