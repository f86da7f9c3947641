"""The instant by which whoever asked has to have an answer: it bounds what is read for it."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

UNTIL: ContextVar[float | None] = ContextVar("until", default=None)
"""On the event loop's clock; None = no deadline. Tasks that are made inside a call inherit it."""


@contextmanager
def answered_by(until: float | None) -> Iterator[None]:
    """What is read inside must be there by `until`. None = it may take as long as it takes."""
    token = UNTIL.set(until)
    try:
        yield
    finally:
        UNTIL.reset(token)


def latest(untils: Sequence[float | None]) -> float | None:
    """The deadline of a read for several calls: the last of theirs; None = one has none."""
    known = [until for until in untils if until is not None]
    return max(known) if len(known) == len(untils) else None


def seconds_left(most: float) -> float:
    """How long a read may take now: what is left of the call, and at most `most`. Can be negative."""
    until = UNTIL.get()
    return most if until is None else min(most, until - asyncio.get_running_loop().time())
