"""By when an answer has to be made so that it is with its caller in time."""

import asyncio

from twohop.server.adding import ROUNDING
from twohop.server.interceptors import Context

ANSWER_SECONDS = 0.05
"""Kept of a deadline for the answer's way back."""


def answer_by(context: Context) -> float | None:
    """On the event loop's clock; None = the caller waits as long as it takes."""
    remaining = context.time_remaining()
    now = asyncio.get_running_loop().time()
    return None if remaining is None else now + (1 - ROUNDING) * remaining - ANSWER_SECONDS
