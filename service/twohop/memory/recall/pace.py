"""Lets what reads in steps begin each step together, so that the steps of all are read in one go."""

import asyncio
from types import TracebackType
from typing import Self


class Pace:
    """For a known number of walkers, each `with pace:` once; who has left is not waited for."""

    def __init__(self, walkers: int) -> None:
        self._walking = walkers
        self._waiting: list[asyncio.Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._walking -= 1
        self._go()

    async def step(self) -> None:
        """Wait until all others are at their next step too, or have left."""
        ready = asyncio.get_running_loop().create_future()
        self._waiting.append(ready)
        self._go()
        await ready

    def _go(self) -> None:
        if len(self._waiting) >= self._walking:
            for ready in self._waiting:
                if not ready.done():  # Its walker may have been cancelled.
                    ready.set_result(None)
            self._waiting = []
