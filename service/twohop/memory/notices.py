"""News within this process: who waits for a job hears at once when it changes.

What another process does, nobody tells: whoever waits looks again from time to time, soon at first and then less often.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from twohop.memory.clock import Jitter

FIRST_SECONDS = 0.03
"""The first wait without news: a job whose messages need no model is done by then."""

LONGEST_SECONDS = 0.25
"""The longest, after three doublings: less than people notice, and four small reads a second."""


class Watch:
    """Hears of some keys."""

    def __init__(self, jitter: Jitter) -> None:
        self._told = asyncio.Event()
        self._jitter = jitter
        self._seconds = FIRST_SECONDS

    def tell(self) -> None:
        """Something changed."""
        self._told.set()

    async def news(self) -> None:
        """Wait for a change since the last call, for as long as that takes: of something that ends in this process."""
        await self._told.wait()
        self._told.clear()

    async def change(self) -> bool:
        """Wait for a change since the last call, or until it is time to look what other processes did.

        Whether something changed here.
        """
        try:
            await asyncio.wait_for(self._told.wait(), self._seconds * (0.5 + self._jitter() / 2))
            self._seconds = FIRST_SECONDS
            told = True
        except TimeoutError:
            self._seconds = min(self._seconds * 2, LONGEST_SECONDS)
            told = False
        self._told.clear()
        return told


class Notices:
    """Tells watchers of the keys that they asked for."""

    def __init__(self, jitter: Jitter) -> None:
        self._jitter = jitter
        self._watches: dict[str, set[Watch]] = {}
        self.closed = False
        """Whether the process is going down: nobody should wait any longer."""

    @contextmanager
    def watching(self, *keys: str) -> Iterator[Watch]:
        """A watch on the keys. Look at the state after this: what changes from here on is told."""
        watch = Watch(self._jitter)
        for key in keys:
            self._watches.setdefault(key, set()).add(watch)
        try:
            yield watch
        finally:
            for key in keys:
                self._watches[key].discard(watch)
                if not self._watches[key]:
                    del self._watches[key]

    def tell(self, *keys: str) -> None:
        """Something about these keys changed."""
        for key in keys:
            for watch in self._watches.get(key, ()):
                watch.tell()

    def close(self) -> None:
        """Wake everybody, for good."""
        self.closed = True
        self.tell(*self._watches)
