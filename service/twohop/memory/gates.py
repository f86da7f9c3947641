"""Locks by key within one process: they order work of one owner, and never couple two of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager


class Gates:
    """Fair locks made on demand and forgotten when nobody waits."""

    def __init__(self) -> None:
        self._locks: dict[tuple[str, ...], tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def _hold(self, *key: str) -> AsyncIterator[None]:
        lock, users = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks[key]
            if users == 1:
                del self._locks[key]
            else:
                self._locks[key] = (lock, users - 1)

    def owner(self, partition: str) -> AbstractAsyncContextManager[None]:
        """Held while a commit of this owner is planned and written: short, never across a model call."""
        return self._hold("owner", partition)
