"""What a ledger on a server tells of its round trips: enough to count them and to time them, with no values in it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["read", "write", "maintain", "define"]
"""A read or a write of one owner's data or a read over all owners, upkeep over all owners, a schema command."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that was sent, what it was for, and how long its rows took, in seconds. It may have failed."""

    kind: Kind
    text: str
    seconds: float


Ran: TypeAlias = Callable[[Statement], None]
"""Told of every statement when it is over, on the event loop and in its caller's context. Never raises."""


def unheard(statement: Statement) -> None:
    """Nobody wants to know."""
