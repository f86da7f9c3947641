"""Corrections put right what was said before, and invent no move."""

import pytest

from reading_rules import facts_of, shown, turn

RIGHTED = ["! Alice lives_in Bern", "+ Alice lives_in Berlin"]


@pytest.mark.parametrize(
    "said",
    [
        "No, it was Berlin, not Bern.",
        "no, it's Berlin, not Bern",
        "Sorry, Berlin, not Bern.",
        "Sorry, I meant Berlin, not Bern.",
        "I meant Berlin.",
        "Actually, it's Berlin.",
        "Oops, I mean Berlin!",
        "Correction: it's Berlin, not Bern.",
        "Not Bern, Berlin.",
        "Actually it was Berlin rather than Bern.",
    ],
)
def test_a_correction_denies_the_wrong_value_and_states_the_right_one(said: str) -> None:
    """Both facts carry the predicate of what was said before and are marked as corrections, the denial first."""
    facts = facts_of(said, recent=[turn("I live in Bern.", place=1)])
    assert [shown(f) for f in facts] == RIGHTED
    assert all(f.correction and f.quote in said for f in facts)
    assert [f.text for f in facts] == ["Alice does not live in Bern", "Alice lives in Berlin"]


def test_a_correction_reaches_back_to_the_value_it_names() -> None:
    """The wrong value says which statement is meant, also when others were made since."""
    before = [turn("Priya lives in Bern.", place=1), turn("I work at Acme.", place=2)]
    assert [shown(f) for f in facts_of("No, it was Berlin, not Bern.", recent=before)] == [
        "! Priya lives_in Bern",
        "+ Priya lives_in Berlin",
    ]


def test_a_correction_in_one_sentence() -> None:
    """A contrast, "at Beta, not Acme", corrects by itself."""
    facts = facts_of("Actually, I work at Beta, not Acme.")
    assert [(shown(f), f.correction) for f in facts] == [
        ("! Alice works_at Acme", True),
        ("+ Alice works_at Beta", True),
    ]


def test_a_correction_keeps_the_time_of_what_it_corrects() -> None:
    """The right value holds from when the wrong one was said to hold."""
    before = [turn("I moved to Bern last month.", place=1)]
    assert [shown(f) for f in facts_of("No, I meant Berlin.", recent=before)] == [
        "! Alice lives_in Bern",
        "+ Alice lives_in Berlin @2025-02..",
    ]


@pytest.mark.parametrize(
    "said",
    ["No, it was Berlin, not Bern.", "I meant Berlin.", "No.", "Sorry!", "Actually, it's fine.", "No, it was fun."],
)
def test_without_anything_to_correct_nothing_is_said(said: str) -> None:
    """A correction of nothing known gives no fact."""
    assert facts_of(said) == ()


def test_a_new_value_is_not_a_correction() -> None:
    """Saying where one lives now, after another place, leaves it to the timeline to close the old one."""
    facts = facts_of("No, I live in Berlin now.", recent=[turn("I live in Bern.", place=1)])
    assert [(shown(f), f.correction) for f in facts] == [("+ Alice lives_in Berlin", False)]
