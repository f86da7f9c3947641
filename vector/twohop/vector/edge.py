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
from uuid import UUID

import numpy as np
import structlog

from twohop.errors import IndexUnavailable, TwohopError
from twohop.vector.edge_store import Store
from twohop.vector.model import Arm, Counts, Hit, IndexInfo, Point, Vector

T = TypeVar("T")

CHUNK = 256
"""Points in one write: 10 to 15 ms, so that searches get in between."""

FLUSH_SECONDS = 3.0
"""How long written points may live in Edge's log only. A flush is 20 ms at 10,000 points, 150 ms at 100,000."""

OPTIMISE_AFTER = 20_000
"""New points after which the shard is optimised, or a fifth of those that are, if that is more."""

log = structlog.get_logger(__name__)


class EdgeIndex:
    """`Index` on Qdrant Edge. Make it with `open`, after forking, on the loop that uses it.

    `fresh` is True when the ledger has to fill it: it is empty, was unreadable, or may have lost writes when the
    machine went down. One process at a time may have a folder open.
    """

    def __init__(self, store: Store, thread: ThreadPoolExecutor, optimise_after: int) -> None:
        self._store = store
        self._thread = thread
        self._optimise_after = optimise_after
        self._written = asyncio.Event()
        self._keeper = asyncio.create_task(self._keep(), name="index")
        self.fresh = store.fresh

    @classmethod
    async def open(
        cls, path: Path, *, model: str, dimension: int, encoder: str, optimise_after: int = OPTIMISE_AFTER
    ) -> "EdgeIndex":
        """Open the index in the folder, or begin one there.

        Raises:
            EmbedderMismatch: it was built with another model, dimension or encoder.
            SchemaTooNew: a newer twohop wrote it.
            IndexUnavailable: the folder can't be read or written.
        """
        wanted = IndexInfo(model=model, dimension=dimension, encoder=encoder)
        thread = ThreadPoolExecutor(1, "index")
        try:
            store = await on(thread, partial(Store, path, wanted))
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(store, thread, optimise_after)

    async def close(self) -> None:
        """Flush and release. A rebuild that is under way is given up."""
        self._keeper.cancel()
        with suppress(asyncio.CancelledError):
            await self._keeper
        await on(self._thread, self._store.close)
        self._thread.shutdown()

    async def info(self) -> IndexInfo:
        """What the index was built with, and how many points it holds."""
        built = self._store.manifest
        points = await on(self._thread, lambda: self._store.shard.points())
        return IndexInfo(model=built.model, dimension=built.dimension, encoder=built.encoder, points=points)

    async def upsert(self, points: Sequence[Point]) -> None:
        """Insert or replace points by id; one that stands there with a higher `seq` stays.

        Killing the process afterwards loses nothing; after the machine itself went down `fresh` asks for a refill.

        Raises:
            ValueError: a dense vector with NaN, without direction or of another length; nothing was written.
        """
        for point in points:
            self._check(point)
        for start in range(0, len(points), CHUNK):
            part = points[start : start + CHUNK]
            await on(self._thread, lambda part=part: self._store.shard.write(part))
            self._written.set()

    async def delete(self, partition: str, ids: Sequence[str]) -> None:
        """Remove points of this partition; unknown ids are no error."""
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            await on(self._thread, lambda part=part: self._store.shard.remove(partition, part))
            self._written.set()

    async def query(self, partition: str, arms: Sequence[Arm]) -> list[list[Hit]]:
        """All arms in one batch, one list an arm in canonical order. An arm with nothing to compare finds nothing.

        Raises:
            ValueError: a dense vector with NaN or of another length, or no partition.
        """
        for arm in arms:
            if arm.dense is not None:
                self._check_numbers(arm.dense)
        return await on(self._thread, lambda: self._store.shard.search(partition, arms))

    async def counts(self, partition: str) -> Counts:
        """Points of the partition by kind."""
        return await on(self._thread, lambda: self._store.shard.counts(partition))

    async def ids(self, partition: str, limit: int, after: str = "") -> list[str]:
        """Point ids of the partition in id order, behind `after`."""
        return await on(self._thread, lambda: self._store.shard.ids(partition, limit, after))

    def _check(self, point: Point) -> None:
        UUID(point.id)
        if not point.partition:
            raise ValueError("a point needs a partition")
        if point.dense is not None:
            self._check_numbers(point.dense)
            if not point.dense.any():
                raise ValueError("a dense vector needs a direction; a text with nothing to embed has none (dense=None)")
        if len(point.sparse.ids) != len(point.sparse.values) or not np.isfinite(point.sparse.values).all():
            raise ValueError("a sparse vector needs one finite value for each id")

    def _check_numbers(self, vector: Vector) -> None:
        dimension = self._store.manifest.dimension
        if vector.shape != (dimension,) or not np.isfinite(vector).all():
            raise ValueError(f"a dense vector needs {dimension} finite numbers")

    async def _keep(self) -> None:
        """Flush soon after writes, and have the shard optimised when enough has come."""
        failed_at = 0
        while True:
            await self._written.wait()
            self._written.clear()
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await on(self._thread, lambda: self._store.shard.flush())
                new = await on(self._thread, self._store.unoptimised)
                due = max(self._optimise_after, self._store.manifest.optimised // 5) + failed_at
                if new >= due and not await self._optimise():
                    failed_at = new
            except IndexUnavailable:
                log.exception("index_not_flushed")

    async def _optimise(self) -> bool:
        """Let a child process optimise a copy of the shard, bring over what changed meanwhile, and swap."""
        try:
            copy = await on(self._thread, self._store.copy)
            if not await run_optimiser(copy):
                log.warning("index_not_optimised", consequence="searches get slower as it grows")
                return False
            while not await on(self._thread, partial(self._store.adopt, copy)):
                pass
            return True
        finally:
            await on(self._thread, self._store.give_up)


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


async def run_optimiser(shard: Path) -> bool:
    """Whether a child process could optimise the shard in this folder. It dies with the task that waits for it."""
    path = os.pathsep.join(part for part in sys.path if part)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # Without the module's folder, whose `openai.py` and others would hide the libraries of that name.
        "-m",
        "twohop.vector.edge_optimise",
        str(shard),
        stdin=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
    )
    try:
        return await child.wait() == 0
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
