"""The four clients under one way of calling, for the tests that all of them must pass."""

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from serving import serving, settings_for
from twohop.client import AsyncMemory, Memory

MODES = ["async local", "async grpc", "sync local", "sync grpc"]

Call = Callable[..., Awaitable[Any]]


class Driven:
    """A client of either kind under one way of calling: `await driven.search(…)`."""

    def __init__(self, memory: Memory | AsyncMemory) -> None:
        self._memory = memory

    def __getattr__(self, name: str) -> Call:
        method = getattr(self._memory, name)
        return method if isinstance(self._memory, AsyncMemory) else functools.partial(asyncio.to_thread, method)


@asynccontextmanager
async def driven(mode: str, data_dir: Path) -> AsyncIterator[Any]:
    kind, place = mode.split()
    async with AsyncExitStack() as stack:
        settings = settings_for(data_dir)
        target = (await stack.enter_async_context(serving(data_dir))).address if place == "grpc" else None
        arguments: dict[str, Any] = {} if target else {"settings": settings}
        client = Driven(Memory(target, **arguments) if kind == "sync" else AsyncMemory(target, **arguments))
        stack.push_async_callback(client.close)
        yield client
