"""Teams: who leads them, who is on them, what they belong to."""

import pytest

from reading_rules import read

CASES: list[tuple[str, list[str]]] = [
    ("Bob manages the Platform team.", ["+ Bob manages Platform team"]),
    (
        "Bob leads the Data team and Carol runs the Design team.",
        ["+ Bob manages Data team", "+ Carol manages Design team"],
    ),
    ("Bob manages the Platform team at Acme.", ["+ Bob manages Platform team", "+ Platform team part_of Acme"]),
    ("The Platform team at Acme is led by Bob.", ["+ Bob manages Platform team", "+ Platform team part_of Acme"]),
    ("The Platform team is part of Acme.", ["+ Platform team part_of Acme"]),
    ("Acme's Platform team is run by Bob.", ["+ Bob manages Platform team", "+ Platform team part_of Acme"]),
    ("Bob is the manager of the Platform team.", ["+ Bob manages Platform team"]),
    ("Dana is in charge of the Platform team.", ["+ Dana manages Platform team"]),
    ("Dana is responsible for the Search team.", ["+ Dana manages Search team"]),
    ("Dana heads the Research department.", ["+ Dana manages Research department"]),
    (
        "Carol took over the Platform team from Bob in March.",
        ["- Bob manages Platform team @..2025-03", "+ Carol manages Platform team @2025-03.."],
    ),
    (
        "Carol replaced Bob as the manager of the Platform team in May.",
        ["- Bob manages Platform team @..2024-05", "+ Carol manages Platform team @2024-05.."],
    ),
    ("Bob used to lead the Platform team.", ["- Bob manages Platform team"]),
    ("Since March, Carol manages the Platform team.", ["+ Carol manages Platform team @2025-03.."]),
    ("I'm on the Platform team.", ["+ Alice member_of Platform team"]),
    ("At Helios I'm on the Maps team.", ["+ Alice member_of Maps team", "+ Maps team part_of Helios"]),
    (
        "I joined the Platform team at Acme in May.",
        ["+ Alice member_of Platform team @2024-05..", "+ Platform team part_of Acme"],
    ),
    ("Bob left the Platform team in May.", ["- Bob member_of Platform team @..2024-05"]),
    ("I'm a member of the Lisbon Runners club.", ["+ Alice member_of Lisbon Runners club"]),
    ("I joined a choir last week.", ["+ Alice member_of choir @2025-W10.."]),
    ("My manager is Bob.", ["+ Bob manages Alice"]),
    ("Bob is my boss.", ["+ Bob manages Alice"]),
    ("Bob is no longer my manager.", ["- Bob manages Alice"]),
    ("I report to Bob.", ["+ Bob manages Alice"]),
    ("Bob reports to Dana.", ["+ Dana manages Bob"]),
    ("Bob, who manages the Data team, is based in Berlin.", ["+ Bob manages Data team", "+ Bob lives_in Berlin"]),
    (
        "My manager at Northwind is Dana Okafor. || She runs the Design team.",
        ["+ Dana Okafor manages Alice", "+ Dana Okafor manages Design team"],
    ),
]


@pytest.mark.parametrize(("said", "expected"), CASES, ids=[said for said, _ in CASES])
def test_teams(said: str, expected: list[str]) -> None:
    """A sentence about a team gives who leads it, who is on it and what it is part of."""
    assert read(*said.split(" || ")) == expected
