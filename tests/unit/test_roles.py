"""Whom "I", "my brother" and "Alice's boss" mean, as far as words alone say."""

import pytest

from twohop.graph.model import Message, Role
from twohop.memory.predicates import PredicateTable
from twohop.memory.roles import ROLES, fits, phrase
from twohop.memory.speech import speech_of
from twohop.memory.values import plain


def message(role: Role, name: str = "") -> Message:
    return Message(id="m", partition="p", session="s", role=role, name=name, content="", observed_at=0)


ALICE = message(Role.USER, "Alice")
HELPER = message(Role.ASSISTANT, "Helper")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("I", "Alice"),
        ("me", "Alice"),
        ("the user", "Alice"),
        ("user", "Alice"),
        ("my brother", "Alice's brother"),
        ("My Uncle Bob", "My Uncle Bob"),
        ("our dog Rex", "Alice's dog Rex"),
        ("Mum", "Alice's mum"),
        ("user's boss", "Alice's boss"),
        ("brother of Bob", "Bob's brother"),
        ("My Fair Lady", "My Fair Lady"),
        ("you", "you"),
        ("Bob's brother", "Bob's brother"),
    ],
)
def test_the_speaker_is_meant(name: str, meant: str) -> None:
    """Pronouns of the user who speaks become the name; titles and others' names stay."""
    assert speech_of(ALICE, [ALICE]).meant(name) == meant


def test_the_assistant_means_the_user_by_you() -> None:
    """What an assistant says to "you" is about the user, and its "I" is itself."""
    speech = speech_of(HELPER, [ALICE, HELPER])
    assert [speech.meant(name) for name in ("you", "your boss", "user", "I")] == [
        "Alice",
        "Alice's boss",
        "Alice",
        "Helper",
    ]


@pytest.mark.parametrize(
    ("name", "owner", "word"),
    [
        ("Alice's brother", "alice", "brother"),
        ("Alice\u2019s brother", "alice", "brother"),
        ("James' boss", "james", "boss"),
        ("brother of Alice", "alice", "brother"),
        ("Alice's brother's dog", "alice's brother", "dog"),
    ],
)
def test_a_role_has_an_owner(name: str, owner: str, word: str) -> None:
    """A role phrase is taken apart at its last owner."""
    said = phrase(name)
    assert said is not None
    assert (said.owner, said.word) == (owner, word)


@pytest.mark.parametrize("name", ["Alice", "boss", "Alice's new boss", "Alice's painting", "Bob Brother", ""])
def test_other_names_are_no_roles(name: str) -> None:
    """A name without an owner, or whose last word is no known role, is just a name."""
    assert phrase(name) is None


def test_a_word_fits_whom_it_can_mean() -> None:
    """A sister is no brother, a sibling may be either; a dog must be said to be one."""
    assert fits("brother", ROLES["brother"], "Tom is Ann's sibling", ())
    assert fits("brother", ROLES["brother"], "Tom is Ann's brother", ())
    assert not fits("brother", ROLES["brother"], "Sue is Ann's sister", ())
    assert not fits("dog", ROLES["dog"], "Ann has Rex", ())
    assert fits("dog", ROLES["dog"], "Ann has Rex", ("dog",))


def test_roles_stand_for_predicates_of_the_table() -> None:
    """Each role's predicate is a canonical name of the shipped table."""
    table = PredicateTable.default()
    assert all(role.predicate in table.rows for role in ROLES.values())


@pytest.mark.parametrize(
    "value", ["12", "3.5", "$5,000", "12 kg", "30 minutes", "10:30", "555-0101", "5 May 2024", "v1.20", "a@b.co", "8%"]
)
def test_a_plain_value_is_seen(value: str) -> None:
    """Numbers, amounts, dates, versions and addresses are values by their shape."""
    assert plain(value)


@pytest.mark.parametrize("value", ["7 Eleven", "RAV4", "May", "Route 66", "4 Non Blondes", "Vera", "v", "tea", ""])
def test_a_name_with_a_number_is_no_value(value: str) -> None:
    """Names that hold numbers, and words that could be a month, are names."""
    assert not plain(value)


def test_a_name_chains_few_owners() -> None:
    """What chains more owners than anybody says is a name like any other, however often its owners are looked up."""
    names = ["Zed" + "'s brother" * count for count in (1, 2, 3, 4, 400)]
    assert [phrase(name) is not None for name in names] == [True, True, True, False, False]
