"""Tasks that go on one call at a time, in the order that a test gives."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any


class Turns:
    """One task whose calls to some real objects each wait for their turn."""

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._moved = asyncio.Event()
        self._task: asyncio.Task[object] | None = None

    def of(self, real: object) -> Any:
        """The object, each of whose calls waits for a turn before it is made."""
        return Paced(real, self._turn)

    async def step(self, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Make the next call of the work, and go on to the one after it; work that had ended begins again."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(work())
            self._task.add_done_callback(lambda _: self._moved.set())
        elif self._waiting:
            self._waiting.popleft().set_result(None)
        await self._settled()

    async def finish(self) -> None:
        """Let the work go on to its end."""
        while self._task is not None and not self._task.done():
            if self._waiting:
                self._waiting.popleft().set_result(None)
            await self._settled()
        if self._task is not None and not self._task.cancelled():
            self._task.result()

    async def end(self) -> None:
        """End the work where it is, as a dying process does."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._waiting.clear()
        self._task = None

    async def _turn(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._moved.set()
        await turn

    async def _settled(self) -> None:
        while self._task is not None and not self._task.done() and not self._waiting:
            self._moved.clear()
            await self._moved.wait()


class Paced:
    """Stands before a real object: what is called waits, and is then done by it."""

    def __init__(self, real: object, turn: Callable[[], Awaitable[None]]) -> None:
        self._real = real
        self._turn = turn

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if not asyncio.iscoroutinefunction(found):
            return found

        async def call(*args: Any, **kwargs: Any) -> Any:
            await self._turn()
            return await found(*args, **kwargs)

        return call
