"""The way to the collection: found at the first call, and again, in the background, after the server failed.

So a process starts whether or not the server is up, works as soon as it is, and no caller waits for a server that is
known to be down.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from twohop.errors import IndexUnavailable, Misconfigured, TwohopError
from twohop.vector.qdrant_collections import Collections, Found
from twohop.vector.qdrant_server import Refused, failure

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
        self._failed: TwohopError | None = None
        self._failed_until = 0.0
        self._looking: asyncio.Task[Found] | None = None
        self.fresh = False

    async def find(self) -> str:
        """The name of the collection, known or looked up, which is many requests where it has to be made.

        Raises:
            Misconfigured: the server, or what stands there, can't be used.
            IndexUnavailable: the server can't be reached, or couldn't when it was last tried.
        """
        self._known_to_fail()
        found = self._found
        if found is None:
            found = await asyncio.shield(self._look())  # Who gives up leaves the look-up to the others.
        return found.name

    async def reach(self) -> str:
        """As `find`; what can't be used is IndexUnavailable too, as nobody is there who could be refused to start.

        Raises:
            IndexUnavailable: also when it takes longer than a call may; it is looked for on.
        """
        return await self._in_time(self._reach())

    async def close(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])

    async def do(self, work: Callable[[str], Awaitable[T]]) -> T:
        """Call the server about the collection; once more, if another collection has taken its place.

        All of it takes no longer than one request may.

        Raises:
            IndexUnavailable: the server can't be reached, fails or takes too long, or what stands there can't be used.
        """
        return await self._in_time(self._do(work))

    async def _in_time(self, call: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self._collections.server.timeout):
                return await call
        except TimeoutError as e:
            late = failure(e)
            self._lose(late)
            raise late from e

    async def _reach(self) -> str:
        try:
            return await self.find()
        except Misconfigured as e:
            raise IndexUnavailable(e.message) from e

    async def _do(self, work: Callable[[str], Awaitable[T]]) -> T:
        name = await self._reach()
        try:
            return await self._ask(work(name))
        except Refused:
            if await self._ask(self._collections.has(name)):
                raise
        self.forget()
        return await self._ask(work(await self._reach()))

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
            self._look()  # Callers may have less time than it takes to find out that the server is gone.
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
            self._look()
        raise IndexUnavailable(self._failed.message)

    def _look(self) -> asyncio.Task[Found]:
        """See in the background whether the server answers: one look at a time, whoever asks."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_up(), name="index contact")
            # What it raises is remembered, though nobody may wait for it.
            self._looking.add_done_callback(lambda done: done.cancelled() or done.exception())
        return self._looking
