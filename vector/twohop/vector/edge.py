"""The index in this process: Qdrant Edge behind one thread that owns the shard.

Edge holds the GIL through every call, so more threads wouldn't help: all arms of a query go as one batch, writes in
small chunks, and what takes long (building vector indexes) is done by a child process on a copy of the shard.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog

from twohop.errors import IndexUnavailable, TwohopError
from twohop.vector.checks import check_arms, check_points
from twohop.vector.edge_shard import Shard
from twohop.vector.edge_store import Store
from twohop.vector.hot import MOST
from twohop.vector.memory import Memory
from twohop.vector.model import Arm, Counts, Hit, IndexInfo, Point, Stored
from twohop.vector.payload import CHUNK

T = TypeVar("T")

FLUSH_SECONDS = 3.0
"""How long written points may live in Edge's log only. A flush is 20 ms at 10,000 points, 150 ms at 100,000."""

OPTIMISE_AFTER = 20_000
"""New points after which the shard is optimised, or a fifth of those that are, if that is more."""

log = structlog.get_logger(__name__)


class EdgeIndex:
    """`Index` on Qdrant Edge. Make it with `open`, after forking, on the loop that uses it.

    One process at a time may have a folder open.
    """

    def __init__(self, store: Store, thread: ThreadPoolExecutor, *, optimise_after: int, flush_seconds: float) -> None:
        self._store = store
        self._thread = thread
        self._optimise_after = optimise_after
        self._flush_seconds = flush_seconds
        self._optimising = asyncio.Lock()
        self._written = asyncio.Event()
        self._written.set()  # What another process wrote last may be neither on disk nor optimised.
        self._keeper = asyncio.create_task(self._keep(), name="index")
        self._fresh = store.fresh
        self._heating: dict[str, asyncio.Task[None]] = {}

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        model: str,
        dimension: int,
        encoder: str,
        optimise_after: int = OPTIMISE_AFTER,
        flush_seconds: float = FLUSH_SECONDS,
        hot: int = MOST,
    ) -> "EdgeIndex":
        """Open the index in the folder, or begin one there. `hot`: most points that are held in this process's memory.

        Raises:
            EmbedderMismatch: it was built with another model, dimension or encoder.
            SchemaTooNew: a newer twohop wrote it.
            IndexUnavailable: the folder can't be read or written.
        """
        wanted = IndexInfo(model=model, dimension=dimension, encoder=encoder)
        thread = ThreadPoolExecutor(1, "index")
        try:
            store = await on(thread, partial(Store, path, wanted, Memory(dimension, hot)))
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(store, thread, optimise_after=optimise_after, flush_seconds=flush_seconds)

    async def close(self) -> None:
        """Flush and release. A rebuild that is under way is given up. A second time does nothing."""
        if self._keeper.cancelled():
            return
        for task in (self._keeper, *self._heating.values()):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await on(self._thread, self._store.close)
        self._thread.shutdown()

    async def info(self) -> IndexInfo:
        """What the index was built with, and how many points it holds."""
        built = self._store.manifest
        points = await self._on_shard(Shard.points)
        return IndexInfo(model=built.model, dimension=built.dimension, encoder=built.encoder, points=points)

    async def upsert(self, points: Sequence[Point]) -> None:
        """Insert or replace points by id; one that stands there with a higher `seq` stays.

        Killing the process afterwards loses nothing; after the machine itself went down `fresh` asks for a refill.

        Raises:
            ValueError: a dense vector with NaN, without direction or of another length; nothing was written.
        """
        check_points(points, self._store.manifest.dimension)
        for start in range(0, len(points), CHUNK):
            part = points[start : start + CHUNK]
            await self._on_shard(partial(Shard.write, points=part))
            self._written.set()

    async def delete(self, partition: str, ids: Sequence[str]) -> None:
        """Remove points of this partition; unknown ids are no error."""
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            await self._on_shard(partial(Shard.remove, partition=partition, ids=part))
            self._written.set()

    async def query(self, partition: str, arms: Sequence[Arm]) -> list[list[Hit]]:
        """All arms in one batch, one list an arm in canonical order. An arm with nothing to compare finds nothing.

        Raises:
            ValueError: a dense vector with NaN or of another length, or no partition.
        """
        check_arms(arms, self._store.manifest.dimension)
        found, cold = await self._on_shard(lambda shard: shard.search(partition, arms))
        if cold and partition not in self._heating:
            self._heating[partition] = asyncio.create_task(self._heat(partition), name="heat")
        return found

    async def counts(self, partition: str) -> Counts:
        """Points of the partition by kind."""
        return await self._on_shard(lambda shard: shard.counts(partition))

    async def stored(self, partition: str, limit: int, after: str = "") -> list[Stored]:
        """Points of the partition as they stand, in id order, behind `after`."""
        return await self._on_shard(lambda shard: shard.stored(partition, limit, after))

    async def fresh(self) -> bool:
        """Whether the ledger has to fill it: it was empty or unreadable, or the machine went down while it was open."""
        return self._fresh

    def filling(self) -> None:
        """The ledger has queued everything."""
        self._fresh = False

    async def optimise(self) -> None:
        """Build vector indexes for all points; searches and writes go on meanwhile. The index does so by itself.

        A child process optimises a copy of the shard; what changed since is brought over, and the copy takes its place.

        Raises:
            IndexUnavailable: the child failed; the index is as it was.
        """
        async with self._optimising:
            try:
                copy = await on(self._thread, self._store.copy)
                await run_optimiser(copy)
                while not await on(self._thread, partial(self._store.adopt, copy)):
                    pass
            finally:
                await on(self._thread, self._store.give_up)

    async def _on_shard(self, work: Callable[[Shard], T]) -> T:
        # Which shard is the current one is only known in its thread.
        return await on(self._thread, lambda: work(self._store.shard))

    async def _heat(self, partition: str) -> None:
        """Read an owner's points into memory, in steps of some 10 ms between which searches have their turn."""
        try:
            while await self._on_shard(lambda shard: shard.heat(partition)):
                pass
        except IndexUnavailable:
            log.warning("index_not_heated", consequence="searches go through the index's files")
        finally:
            del self._heating[partition]

    async def _keep(self) -> None:
        """Flush soon after writes, and have the shard optimised when enough has come."""
        failed_at = 0
        while True:
            await self._written.wait()
            self._written.clear()
            await asyncio.sleep(self._flush_seconds)
            try:
                await self._on_shard(Shard.flush)
                new = await on(self._thread, self._store.unoptimised)
                due = failed_at + max(self._optimise_after, self._store.manifest.optimised // 5)
                if new >= due:
                    failed_at = new  # Until it has worked: a failure is not tried again before as much has come.
                    await self.optimise()
                    failed_at = 0
            except IndexUnavailable:
                log.exception("index_upkeep_failed", consequence="writes are in the log only, or searches get slower")


async def on(thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    """Do the work in the thread that owns the shard.

    Raises:
        IndexUnavailable: Edge failed, or the index is closed.
    """
    try:
        future = thread.submit(guarded, work)
    except RuntimeError as e:
        raise IndexUnavailable("the vector index is closed") from e
    return await asyncio.wrap_future(future)


def guarded(work: Callable[[], T]) -> T:
    """Do the work; what Edge raises becomes one of ours."""
    try:
        return work()
    except (TwohopError, ValueError):
        raise
    except BaseException as e:
        # Edge raises bare exceptions, and panics of its library are no Exception: they would end the server's task.
        raise IndexUnavailable("the vector index failed; see the server's log") from e


async def run_optimiser(shard: Path) -> None:
    """Let a child process optimise the shard in this folder. It dies with the task that waits for it.

    Raises:
        IndexUnavailable: it can't be started, or it failed.
    """
    path = os.pathsep.join(part for part in sys.path if part)
    # -P: the path is ours to the letter, without whatever lies in the current folder.
    command = [sys.executable, "-P", "-m", "twohop.vector.edge_optimise", str(shard), str(os.getpid())]
    try:
        child = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": path}
        )
    except OSError as e:
        raise IndexUnavailable("the index's optimiser can't be started") from e
    try:
        if await child.wait():
            raise IndexUnavailable("the index's optimiser failed")
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
