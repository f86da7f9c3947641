"""Who speaks, who is meant, and what earlier turns are for."""

import pytest

from reading_rules import facts_of, read, shown, turn
from twohop.graph.model import Role


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["Emma works with Tom. She lives in Porto."], "+ Emma lives_in Porto"),
        (["Emma works with Tom. He lives in Porto."], "+ Tom lives_in Porto"),
        (["I met Bob yesterday.", "He's a dentist in Faro."], "+ Bob job_title =dentist"),
        (["Tom is Emma's husband.", "He works at Fiat."], "+ Tom works_at Fiat"),
        (["My brother lives in Rome.", "He works at Fiat."], "+ Alice's brother works_at Fiat"),
        (["My sister Emma is here.", "Her husband Tom works at Fiat."], "+ Emma married_to Tom"),
        (["The Maps team is led by Priya Nair.", "Priya lives in Porto."], "+ Priya Nair lives_in Porto"),
        (["Did I tell you about Emma?", "She moved to Faro."], "+ Emma lives_in Faro"),
    ],
)
def test_a_pronoun_finds_its_person(said: list[str], expected: str) -> None:
    """He and she mean the one person of the last turns who fits; a first name means the full name said before."""
    assert expected in read(*said)


@pytest.mark.parametrize(
    "said",
    [
        ["Emma met Anna.", "She lives in Porto."],
        ["Tom and Bob came.", "He lives in Porto."],
        ["Emma is nice.", "He lives in Porto."],
        ["They live in Porto."],
        ["I like it.", "It is in Porto."],
    ],
)
def test_an_unclear_pronoun_gives_nothing(said: list[str]) -> None:
    """Where two people fit, or none does, nobody is chosen."""
    assert not [line for line in read(*said) if "Porto" in line]


def test_earlier_turns_tell_who_is_meant_and_give_no_facts_themselves() -> None:
    """Only the exchange is extracted from; the turns before it are read for their people."""
    before = [turn("My sister Emma works at Globex.", place=1)]
    assert [shown(f) for f in facts_of("She lives in Porto.", recent=before)] == ["+ Emma lives_in Porto"]


def test_the_unnamed_speaker_is_the_user() -> None:
    """Without a name "I" is the subject "user", written with a capital at the start of the text."""
    fact, *rest = facts_of(turn("I work at Acme.", name=""))
    assert (fact.claims[0].subject, fact.text, rest) == ("user", "User works at Acme", [])


def test_you_is_the_other_speaker_or_nobody() -> None:
    """You are whom the speaker talks to, when only one other named person speaks; else nobody."""
    talk = [turn("Hi Alice!", name="Bob", place=1)]
    assert [shown(f) for f in facts_of(turn("You work at Acme.", place=2), recent=talk)] == ["+ Bob works_at Acme"]
    assert facts_of(turn("You work at Acme.", place=2)) == ()


def test_assistant_text_states_nothing_unless_the_memory_is_its_own() -> None:
    """An assistant's turns are not extracted from, except where the owner is the agent."""
    said = turn("I work at Acme.", name="Helper", role=Role.ASSISTANT)
    assert facts_of(said) == ()
    assert [shown(f) for f in facts_of(said, owner_is_agent=True)] == ["+ Helper works_at Acme"]


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.TOOL])
def test_system_and_tool_text_states_nothing(role: Role) -> None:
    """What tools return and prompts order is not what the user says."""
    assert facts_of(turn("I work at Acme.", role=role), owner_is_agent=True) == ()


def test_an_assistant_may_name_whom_a_pronoun_means() -> None:
    """A name in the assistant's turn can be what the user's "she" refers to."""
    asked = turn("How is Emma doing?", role=Role.ASSISTANT, name="", place=1)
    assert [shown(f) for f in facts_of("She moved to Faro.", recent=[asked])] == ["+ Emma lives_in Faro"]


def test_a_negation_stays_in_its_clause() -> None:
    """What is denied or over in one clause says nothing about the next."""
    assert read("Emma doesn't work at Acme, but Tom works at Acme and I live in Porto.") == [
        "! Emma works_at Acme",
        "+ Tom works_at Acme",
        "+ Alice lives_in Porto",
    ]


def test_a_condition_stays_in_its_clause() -> None:
    """What follows "if" is not stated; the statement beside it is."""
    assert read("If it rains I will stay in, because I live in Porto.") == ["+ Alice lives_in Porto"]
