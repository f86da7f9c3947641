"""What counts as a memory that was pasted into a message."""

import pytest

from reading_rules import turn
from twohop.graph.model import Kind
from twohop.memory.ports import Candidate, Fact
from twohop.memory.write.recalled import pasted, repeats

MEMORY = "Ana lives in Lisbon"


def near(text: str) -> Candidate:
    return Candidate(
        memory_id="m", revision_id="r", text=text, kind=Kind.STATE, subject="", predicate="", object="", valid_from=""
    )


def is_recalled(content: str, quote: str = MEMORY, memory: str = MEMORY) -> bool:
    lines = pasted(Fact(text=MEMORY, quote=quote), [turn(content)])
    return bool(lines) and repeats(lines, [near("Ana likes tea"), near(memory)])


@pytest.mark.parametrize(
    "content",
    [
        "What you know about the user:\n- Ana lives in Lisbon\n\nWhere should I eat?",
        "* Ana lives in Lisbon.\n* Ana likes tea",
        "1. Ana lives in Lisbon (since 2021)",
        "> Ana lives in Lisbon",
        "\u2022 ANA lives in  LISBON [0.83]",
        "<memories>\nAna lives in Lisbon\n</memories>\nWhere should I eat?",
        "<user_context source='x'>\nAna likes tea\nAna lives in Lisbon\n</user_context>",
        "Relevant memories:\nAna lives in Lisbon\n\nWhere should I eat?",
        "Here is what you remember about me:\nAna lives in Lisbon",
        "```\nAna lives in Lisbon\n```",
    ],
)
def test_a_listed_memory_is_recalled(content: str) -> None:
    """List items, quoted lines and lines of a context block that say word for word what a memory says."""
    assert is_recalled(content, quote="lives in ")


@pytest.mark.parametrize(
    ("content", "quote"),
    [
        ("Ana lives in Lisbon", MEMORY),
        ("I say it again: Ana lives in Lisbon.", MEMORY),
        ("- Ana lives in Lisbon\n\nYes, Ana lives in Lisbon.", MEMORY),
        ("- Ana lives in Lisbon and has a dog", MEMORY),
        ("- I live in Lisbon", "I live in Lisbon"),
        ("What I know: I work a lot.\nAna lives in Lisbon", MEMORY),
        ("Memories:\n\nAna lives in Lisbon", MEMORY),
    ],
)
def test_a_statement_of_ones_own_is_evidence(content: str, quote: str) -> None:
    """A sentence outside of lists and blocks, also beside one, and a line that says more or something else."""
    assert not is_recalled(content, quote)


def test_only_a_known_memory_is_recalled() -> None:
    """A list of news is news."""
    assert not is_recalled("- Ana lives in Lisbon", memory="Ana lives in Porto")
