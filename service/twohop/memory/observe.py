"""What the core tells an observer of its work: enough for metrics, with nobody's words in it."""

from typing import Protocol

from twohop.graph.model import Decision, JobState
from twohop.graph.store import Backlog
from twohop.memory.ports import Phase, Usage


class Observer(Protocol):
    """Told of every event as it happens, on the event loop: it must neither block nor raise."""

    def answered(self, state: JobState) -> None:
        """A caller of an add was answered with this state."""
        ...

    def worked(self, state: JobState) -> None:
        """One try of a job ended in this state."""
        ...

    def decided(self, decision: Decision) -> None:
        """A decision was committed."""
        ...

    def called(self, phase: Phase, tokens: Usage) -> None:
        """A model was called; `tokens` are zero when the call failed."""
        ...

    def lags(self, backlog: Backlog, now: int) -> None:
        """What waits for the index now (microseconds)."""
        ...
