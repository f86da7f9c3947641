"""The way to the collection: found at the first call and again when it was lost, left alone a moment after a failure.

So a process starts whether or not the server is up, and works as soon as it is.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from twohop.errors import IndexUnavailable, Misconfigured, TwohopError
from twohop.vector.qdrant_collections import Collections, Found
from twohop.vector.qdrant_server import Refused

T = TypeVar("T")

PAUSE_SECONDS = 1.0
"""How long calls fail at once after a failure, so that not every one of them waits for a time-out of its own."""

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
        self.fresh = False

    async def find(self) -> str:
        """The name of the collection, known or looked up.

        Raises:
            Misconfigured: the server, or what stands there, can't be used.
            IndexUnavailable: the server can't be reached, or couldn't a moment ago.
        """
        self._rest()
        before = self._failed
        async with self._finding:
            if self._found is None:
                if self._failed is not before and self._failed is not None:
                    raise IndexUnavailable(self._failed.message)  # The one that this one waited for had no luck.
                self._found = await self._looked_up()
                self.fresh = self.fresh or self._found.empty
            return self._found.name

    async def reach(self) -> str:
        """As `find`; what can't be used is IndexUnavailable too.

        It was down when the process started, so there is nobody any more who could be refused to start.
        """
        try:
            return await self.find()
        except Misconfigured as e:
            log.error("index.unusable", reason=e.reason, error=e.message)  # noqa: TRY400 - the message says it all.
            raise IndexUnavailable(e.message) from e

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

    async def _looked_up(self) -> Found:
        find = self._collections.checked(self._fixed) if self._fixed else self._collections.current()
        try:
            found = await find
        except (Misconfigured, IndexUnavailable) as e:
            self._lose(e)
            raise
        if self._failed is not None:
            log.info("index.found_again")
            self._failed = None
        return found

    async def _ask(self, call: Awaitable[T]) -> T:
        try:
            return await self._collections.server.ask(call)
        except Refused:
            raise
        except IndexUnavailable as e:
            self._lose(e)
            raise

    def _lose(self, error: TwohopError) -> None:
        if self._failed is None:
            log.warning("index.lost", error=error.message)
        self._found = None
        self._failed = error
        self._failed_until = asyncio.get_running_loop().time() + PAUSE_SECONDS

    def _rest(self) -> None:
        """Raise what went wrong just now, again. After the pause one call tries, the others don't wait for it."""
        if self._failed is None:
            return
        if self._finding.locked() or asyncio.get_running_loop().time() < self._failed_until:
            raise IndexUnavailable(self._failed.message)
