"""Adds under a deadline: the answer comes before it, the work goes on behind it."""

import asyncio
from dataclasses import replace

from twohop.errors import DeadlineExceeded
from twohop.graph.deadline import answered_by
from twohop.memory.api import AddRequest, AddResult, Core
from twohop.memory.clock import Ids

MARGIN_SHARE = 0.2
MARGIN_SECONDS = 0.25
ROUNDING = 0.01
"""Kept of the deadline for the answer's way back: a quarter of a second, at most a fifth; and one percent, since gRPC
sends deadlines rounded up to three digits."""


class Adding:
    """Waits for adds as long as their callers do."""

    def __init__(self, core: Core, ids: Ids) -> None:
        self._core = core
        self._ids = ids
        self._waiting: set[asyncio.Task[AddResult]] = set()

    async def add(self, request: AddRequest, remaining: float | None) -> AddResult:
        """What the add led to within `remaining` seconds (None = no limit); PENDING when it takes longer.

        Raises:
            DeadlineExceeded: not even the durable accept was done in time; whether it will be is not known.
        """
        if remaining is None:
            return await asyncio.shield(self._start(request))
        margin = min(MARGIN_SHARE * remaining, MARGIN_SECONDS + ROUNDING * remaining)
        # The id is what the accepted add is found by, once the time is over.
        named = request if request.request_id else replace(request, request_id=f"call-{self._ids()}")
        first = self._start(named)
        done, _ = await asyncio.wait({first}, timeout=max(remaining - margin, 0))
        if done:
            return first.result()
        accepted = self._start(replace(named, wait=False))
        done, _ = await asyncio.wait({accepted}, timeout=margin / 2)
        if done:
            return accepted.result()
        raise DeadlineExceeded("the add was not accepted in time; repeat it with the same request id")

    async def drain(self) -> None:
        """End the waiting of those whose callers are gone. What was accepted goes on."""
        for task in self._waiting:
            task.cancel()
        if self._waiting:
            await asyncio.wait(self._waiting)

    def _start(self, request: AddRequest) -> asyncio.Task[AddResult]:
        with answered_by(None):  # The add outlives the call.
            task = asyncio.create_task(self._core.add(request))
        self._waiting.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[AddResult]) -> None:
        self._waiting.discard(task)
        if not task.cancelled():
            task.exception()  # Looked at, so that a failure whose caller left is not reported as never retrieved.
