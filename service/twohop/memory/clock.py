"""Time, ids and chance as parameters, so that a run can be repeated."""

import time
from collections.abc import Callable
from typing import TypeAlias

import uuid_utils

Clock: TypeAlias = Callable[[], int]
"""Microseconds since the epoch."""

Ids: TypeAlias = Callable[[], str]
"""A new UUIDv7 as text: sorts by time of making."""

Jitter: TypeAlias = Callable[[], float]
"""A number from 0 to 1, drawn anew each time: retries spread over it."""


def system_clock() -> int:
    """The machine's clock in microseconds."""
    return time.time_ns() // 1_000


def uuid7() -> str:
    """A new UUIDv7."""
    return str(uuid_utils.uuid7())
