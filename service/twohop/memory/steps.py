"""The steps of an add by name, and a fault point: the process ends at one of them, as in a power cut.

Tests of recovery set `TWOHOP_FAULT_POINT=committed`, or `committed:2` for the second time that the step is reached.
"""

import os
import signal
from collections.abc import Callable
from enum import StrEnum

from twohop.errors import Misconfigured
from twohop.graph.store import Reached, unwatched


class Step(StrEnum):
    """What an add goes through, in this order; from EXTRACTED to COMMITTED once a chunk of its messages."""

    RECEIVED = "received"
    """The request is valid; nothing is written."""
    ACCEPT_WRITTEN = "accept_written"
    """Messages and job are in a transaction that is not durable yet. Told by the ledger."""
    ACCEPT_DURABLE = "accept_durable"
    """They are durable, and nobody heard of it. Told by the ledger."""
    ACCEPTED = "accepted"
    EXTRACTED = "extracted"
    CANDIDATES = "candidates"
    JUDGED = "judged"
    PLANNED = "planned"
    COMMIT_WRITTEN = "commit_written"
    """As ACCEPT_WRITTEN, of what the add changes."""
    COMMIT_DURABLE = "commit_durable"
    """As ACCEPT_DURABLE, of what the add changes."""
    COMMITTED = "committed"
    INDEXED = "indexed"
    """The index holds the changes, and the ledger does not know it."""
    PROJECTED = "projected"
    ANSWERED = "answered"
    """The answer is made, and not sent."""


class FaultPoint:
    """Ends the process when a step is reached for the nth time. One step is always told of by one thread."""

    def __init__(self, step: Step, nth: int, end: Callable[[], None]) -> None:
        self._step = step
        self._left = nth
        self._end = end

    def __call__(self, step: str) -> None:
        """Count the step if it is the one, and end the process at its nth time."""
        if step == self._step:
            self._left -= 1
            if self._left == 0:
                self._end()


def fault_point(setting: str, end: Callable[[], None] | None = None) -> Reached:
    """What the setting asks for: nothing when it is empty, else a `FaultPoint`. `end` replaces the kill.

    Raises:
        Misconfigured: no such step, or no such number.
    """
    if not setting:
        return unwatched
    name, _, nth = setting.partition(":")
    if name not in set(Step) or not (nth or "1").isdecimal() or nth == "0":
        raise Misconfigured(
            f"TWOHOP_FAULT_POINT is {setting!r}: give a step, or step:n for the nth time; steps are {', '.join(Step)}"
        )
    return FaultPoint(Step(name), int(nth or "1"), end or kill)


def kill() -> None:
    """End this process at once: nothing is flushed, closed or answered."""
    os.kill(os.getpid(), signal.SIGKILL)
