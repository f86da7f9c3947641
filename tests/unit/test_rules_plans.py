"""What lies ahead."""

import pytest

from reading_rules import read

CASES: list[tuple[str, list[str]]] = [
    ("I plan to visit Tokyo in June.", ["+ Alice plans =visit Tokyo in June 2025"]),
    ("I'm moving to Paris next month.", ["+ Alice plans =move to Paris in April 2025"]),
    ("I will go to Rome next week.", ["+ Alice plans =go to Rome in the week of 17 March 2025"]),
    ("I'm going to adopt a dog.", ["+ Alice plans =adopt a dog"]),
    ("I want to learn Italian.", ["+ Alice wants =learn Italian"]),
    ("I would love to visit Japan.", ["+ Alice wants =visit Japan"]),
    ("I'm thinking about buying a house in Faro.", ["+ Alice plans =buying a house in Faro"]),
    ("I start at Helios on Monday.", ["+ Alice plans =start at Helios on 17 March 2025"]),
    ("Emma is getting married in June.", ["+ Emma plans =get married in June 2025"]),
    ("We're planning a trip to Japan in April.", ["+ Alice plans =a trip to Japan in April 2025"]),
    ("I have an appointment with Dr. Chen on 20 March.", ["+ Alice has appointment"]),
    ("I decided to study law.", ["+ Alice plans =study law"]),
]


@pytest.mark.parametrize(("said", "expected"), CASES, ids=[said for said, _ in CASES])
def test_plans(said: str, expected: list[str]) -> None:
    """What lies ahead is a plan whose text says when; nothing about the present changes."""
    assert read(*said.split(" || ")) == expected
