"""The way to the collection: found at the first call, and again, in the background, after the server failed.

So a process starts whether or not the server is up, works as soon as it is, and no caller waits for a server that is
known to be down.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import structlog

from twohop.errors import IndexUnavailable, Misconfigured, TwohopError
from twohop.vector.qdrant_collections import Collections, Found
from twohop.vector.qdrant_server import Refused

T = TypeVar("T")

PAUSE_SECONDS = 1.0
"""How long after a failure the server is left alone."""

log = structlog.get_logger(__name__)


class Contact:
    """Runs calls on the collection. `fixed`: one that no alias stands for yet; "" = the alias's.

    Calls name the collection itself, not the alias: when another takes its place, maybe one of another embedder, they
    fail instead of mixing the two, and the new one is checked before it is used.
    """

    def __init__(self, collections: Collections, fixed: str = "") -> None:
        self._collections = collections
        self._fixed = fixed
        self._found: Found | None = None
        self._finding = asyncio.Lock()
        self._failed: TwohopError | None = None
        self._failed_until = 0.0
        self._checking: asyncio.Task[None] | None = None
        self.fresh = False

    async def find(self) -> str:
        """The name of the collection, known or looked up.

        Raises:
            Misconfigured: the server, or what stands there, can't be used.
            IndexUnavailable: the server can't be reached, or couldn't when it was last tried.
        """
        self._known_to_fail()
        async with self._finding:
            self._known_to_fail()  # Maybe the call that this one waited for had no luck.
            return (self._found or await self._look_up()).name

    async def reach(self) -> str:
        """As `find`; what can't be used is IndexUnavailable too, as nobody is there who could be refused to start."""
        try:
            return await self.find()
        except Misconfigured as e:
            raise IndexUnavailable(e.message) from e

    async def close(self) -> None:
        """Look no more."""
        if self._checking is not None:
            self._checking.cancel()
            await asyncio.wait([self._checking])

    async def do(self, work: Callable[[str], Awaitable[T]]) -> T:
        """Call the server about the collection; once more, if another collection has taken its place.

        Raises:
            IndexUnavailable: the server can't be reached, fails or takes too long, or what stands there can't be used.
        """
        name = await self.reach()
        try:
            return await self._ask(work(name))
        except Refused:
            if await self._ask(self._collections.has(name)):
                raise
        self.forget()
        return await self._ask(work(await self.reach()))

    def forget(self) -> None:
        """Look the collection up again at the next call."""
        self._found = None

    async def _look_up(self) -> Found:
        find = self._collections.checked(self._fixed) if self._fixed else self._collections.current()
        try:
            found = await find
        except (Misconfigured, IndexUnavailable) as e:
            self._lose(e)
            raise
        if self._failed is not None:
            log.info("index.found_again")
            self._failed = None
        self._found = found
        self.fresh = self.fresh or found.empty
        return found

    async def _ask(self, call: Awaitable[T]) -> T:
        try:
            return await self._collections.server.ask(call)
        except Refused:
            raise
        except IndexUnavailable as e:
            self._lose(e)
            raise
        except asyncio.CancelledError:
            self._check()  # Callers may have less time than it takes to find out that the server is gone.
            raise

    def _lose(self, error: TwohopError) -> None:
        if self._failed is None:
            log.warning("index.lost", error=error.message)
        self._found = None
        self._failed = error
        self._failed_until = asyncio.get_running_loop().time() + PAUSE_SECONDS

    def _known_to_fail(self) -> None:
        """Raise what went wrong the last time, if something did, and have it tried again now and then."""
        if self._failed is None:
            return
        if asyncio.get_running_loop().time() >= self._failed_until:
            self._check()
        raise IndexUnavailable(self._failed.message)

    def _check(self) -> None:
        """See in the background whether the server answers."""
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._see(), name="index contact")

    async def _see(self) -> None:
        with suppress(Misconfigured, IndexUnavailable):  # It is remembered.
            await self._look_up()
