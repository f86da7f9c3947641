"""News within this process: who waits for a job hears at once when it changes."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Watch:
    """Hears of some keys."""

    def __init__(self) -> None:
        self._told = asyncio.Event()

    def tell(self) -> None:
        """Something changed."""
        self._told.set()

    async def change(self, seconds: float) -> None:
        """Wait for a change since the last call, at most so long: another process changes things without telling."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), seconds)
        self._told.clear()


class Notices:
    """Tells watchers of the keys that they asked for."""

    def __init__(self) -> None:
        self._watches: dict[str, set[Watch]] = {}
        self.closed = False
        """Whether the process is going down: nobody should wait any longer."""

    @contextmanager
    def watching(self, *keys: str) -> Iterator[Watch]:
        """A watch on the keys. Look at the state after this: what changes from here on is told."""
        watch = Watch()
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
