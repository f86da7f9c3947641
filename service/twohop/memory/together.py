"""Work that is cheaper done together: what is asked for while some of it is under way is done in one go after it.

Nobody waits for company: who comes alone is served alone and at once, and the more there are the more share a go.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Together(Generic[T, R]):
    """Serves callers in goes, one at a time.

    `work` gives one result an item, in order; what it raises is raised in each of its callers.
    """

    def __init__(self, work: Callable[[Sequence[T]], Awaitable[Sequence[R]]]) -> None:
        self._work = work
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._going: asyncio.Task[None] | None = None

    async def ask(self, item: T) -> R:
        """What the work gives for the item. Cancelling the caller ends the waiting, not the work."""
        served: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, served))
        if self._going is None:
            self._going = asyncio.create_task(self._go())
        return await served

    async def _go(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                await self._serve(group)
        finally:
            self._going = None

    async def _serve(self, group: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._work([item for item, _ in group])
        except Exception as e:  # noqa: BLE001  It is raised where the work was asked for.
            for _, served in group:
                if not served.done():
                    served.set_exception(e)
        else:
            for (_, served), result in zip(group, results, strict=True):
                if not served.done():
                    served.set_result(result)
        finally:
            for _, served in group:
                served.cancel()  # Does nothing to those that were answered.
