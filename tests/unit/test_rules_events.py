"""What happened."""

import pytest

from reading_rules import read

CASES: list[tuple[str, list[str]]] = [
    ("I went to Rome with Emma last summer.", ["+ Alice visited Rome @2024-06.."]),
    ("I visited Rome and Florence in 2023.", ["+ Alice visited Rome @2023..", "+ Alice visited Florence @2023.."]),
    ("I've been to Japan.", ["+ Alice visited Japan"]),
    ("I went to a concert yesterday.", ["+ Alice attended concert @2025-03-11.."]),
    ("I attended a conference in Vienna in May.", ["+ Alice attended conference @2024-05.."]),
    ("I bought a new car yesterday.", ["+ Alice bought new car @2025-03-11..", "+ Alice owns car @2025-03-11.."]),
    ("I sold my car last month.", ["+ Alice sold Alice's car @2025-02..", "- Alice owns Alice's car @..2025-02"]),
    ("I met Carol at a conference in Berlin.", ["+ Alice met Carol"]),
    ("I organised a book swap for the library last Saturday.", ["+ Alice organised book swap @2025-03-08.."]),
    ("I ran the Berlin marathon in September.", ["+ Alice ran Berlin marathon @2024-09.."]),
    ("I won a baking contest last month.", ["+ Alice won baking contest @2025-02.."]),
    ("I signed up for a sailing course yesterday.", ["+ Alice signed_up_for sailing course @2025-03-11.."]),
    ("I read a book called Dune last week.", ["+ Alice read Dune @2025-W10.."]),
    ('I finished reading "The Glass Harbour".', ["+ Alice read The Glass Harbour"]),
    ("I broke my leg in January.", ["+ Alice broke Alice's leg @2025-01.."]),
    ("We had a baby last month.", ["+ Alice had baby @2025-02.."]),
    ("I went fishing last week.", ["+ Alice went fishing @2025-W10.."]),
    ("I built that garden shed last year.", ["+ Alice built garden shed @2024.."]),
    ("I volunteer at a soup kitchen.", ["+ Alice volunteers_at soup kitchen"]),
    ("I'm taking sailing lessons.", ["+ Alice takes sailing lessons"]),
    ("Went to Faro on Monday.", ["+ Alice visited Faro @2025-03-10.."]),
    (
        "Yesterday I met Bob and bought a bike.",
        ["+ Alice met Bob @2025-03-11..", "+ Alice bought bike", "+ Alice owns bike"],
    ),
]


@pytest.mark.parametrize(("said", "expected"), CASES, ids=[said for said, _ in CASES])
def test_events(said: str, expected: list[str]) -> None:
    """What happened is an event with its day, week, month or year."""
    assert read(*said.split(" || ")) == expected
