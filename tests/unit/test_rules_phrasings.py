"""Turns of phrase, fragments and asides: each with what it says, and beside it what only looks like it."""

import pytest

from reading_rules import read

SAYS = [
    ("Today was my last day at Acme.", ["- Alice works_at Acme @..2025-03-12"]),
    ("Day one at Panasonic!", ["+ Alice works_at Panasonic"]),
    ("Home is Mombasa.", ["+ Alice lives_in Mombasa"]),
    ("Berlin is home.", ["+ Alice lives_in Berlin"]),
    ("They made me head of design.", ["+ Alice job_title =head of design"]),
    (
        "They made me head of design at Acme in May.",
        ["+ Alice job_title =head of design @2024-05..", "+ Alice works_at Acme"],
    ),
    ("My boss promoted me to senior analyst in May.", ["+ Alice job_title =senior analyst @2024-05.."]),
    ("Been working at Acme since 2019.", ["+ Alice works_at Acme @2019.."]),
    ("Tom, everyone calls him Tommy, lives in Porto.", ["+ Tom also_known_as =Tommy", "+ Tom lives_in Porto"]),
    ("Please call me Al.", ["+ Alice also_known_as =Al"]),
    ("Tom goes by Tommy.", ["+ Tom also_known_as =Tommy"]),
    ("Emma Doyle lives in Bray. Goes by Kit.", ["+ Emma Doyle lives_in Bray", "+ Emma Doyle also_known_as =Kit"]),
    ("Tom is known as Tommy.", ["+ Tom also_known_as =Tommy"]),
    ("The Growth squad is called Journey now.", ["+ Growth squad also_known_as =Journey"]),
    ("I found out that I'm allergic to nuts.", ["+ Alice allergic_to nuts"]),
    ("I'm vegan, so no cheese for me.", ["+ Alice diet =vegan"]),
    ("I'm allergic to bees and carry a pen.", ["+ Alice allergic_to bees", "+ Alice carries pen"]),
    ("I drive a Fiat Panda, the green one.", ["+ Alice drives Fiat Panda"]),
    ("I like jazz a lot.", ["+ Alice likes jazz"]),
    ("Two weeks at Acme, and I live in Porto.", ["+ Alice lives_in Porto"]),
    ("While I was in Porto, Emma joined Acme.", ["+ Emma works_at Acme"]),
    ("I work at the brewery Hacklberg.", ["+ Alice works_at Hacklberg"]),
    ("I moved to Porto in March, she commutes by train.", ["+ Alice lives_in Porto @2025-03.."]),
]

SILENT = [
    "Friday is my last day at Acme.",
    "Yesterday was my last day at the gym.",
    "First day back at Acme.",
    "Home is Tom.",
    "Emma is home.",
    "Berlin is home to many people.",
    "They made me happy.",
    "They made me coffee.",
    "They never made me head of design.",
    "Been thinking about you.",
    "Call me Friday.",
    "They call me every day.",
    "Tom goes by train.",
    "Tom goes by Porto every summer.",
    "Goes by Kit.",
    "Tom is known as a liar.",
    "I can't stop thinking about the screenplay.",
    "I never stopped working at Acme.",
    "While I'm on sick leave, Emma reports to Tom.",
    "I didn't find out that Tom works at Acme.",
]

SCHOOLS = [
    ("I started at Acme on Monday.", ["+ Alice works_at Acme @2025-03-10.."]),
    ("I started at Lincoln High School on Monday.", ["+ Alice started_at Lincoln High School @2025-03-10.."]),
]


@pytest.mark.parametrize(("said", "facts"), SAYS)
def test_a_turn_of_phrase_is_read_by_its_meaning(said: str, facts: list[str]) -> None:
    """What people say in passing gives the fact that a plain sentence would give."""
    assert read(said) == facts


@pytest.mark.parametrize("said", SILENT)
def test_what_only_looks_like_a_turn_of_phrase_says_nothing(said: str) -> None:
    """The same words in another sense give no fact."""
    assert read(said) == []


@pytest.mark.parametrize(("said", "facts"), SCHOOLS)
def test_who_starts_at_a_school_may_be_a_pupil(said: str, facts: list[str]) -> None:
    """Starting at a company is a job, starting at a school may be either."""
    assert read(said) == facts
