"""By when an answer has to be found so that it is with its caller in time."""

import asyncio

from twohop.server.adding import ROUNDING
from twohop.server.interceptors import Context

SHARE, LEAST, MOST = 0.1, 0.05, 0.5
"""Kept of a deadline for writing the answer down and its way back: a tenth, within these seconds."""


def answer_by(context: Context) -> float | None:
    """On the event loop's clock; None = the caller waits as long as it takes."""
    remaining: float | None = context.time_remaining()
    if remaining is None:
        return None
    kept = min(max(SHARE * remaining, LEAST), MOST)
    return asyncio.get_running_loop().time() + (1 - ROUNDING) * remaining - kept
