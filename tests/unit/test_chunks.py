"""Where a long exchange is cut."""

from collections.abc import Sequence

import pytest

from twohop.graph.model import Message, Role
from twohop.memory.write.chunks import first_chunk

ROLES = {"u": Role.USER, "a": Role.ASSISTANT, "s": Role.SYSTEM}


def talk(roles: str, size: int = 10) -> Sequence[Message]:
    return [
        Message(id=str(n), partition="p", session="s", role=ROLES[role], name="", content="x" * size, observed_at=0)
        for n, role in enumerate(roles)
    ]


@pytest.mark.parametrize(
    ("roles", "most", "characters", "taken"),
    [
        ("ua", 20, 1_000, 2),
        ("uaua", 3, 1_000, 2),
        ("uaaua", 4, 1_000, 3),
        ("uuuu", 2, 1_000, 2),
        ("uaaaa", 2, 1_000, 2),
        ("uaua", 20, 30, 2),
        ("uaua", 20, 5, 1),
        ("u", 20, 5, 1),
        ("suaua", 2, 1_000, 1),
    ],
)
def test_a_chunk_ends_before_a_users_words(roles: str, most: int, characters: int, taken: int) -> None:
    """By number and size, at least one message, and never between a question and its answer if that can be helped."""
    assert first_chunk(talk(roles), most=most, characters=characters) == taken
