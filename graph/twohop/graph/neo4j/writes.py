"""Write transactions: one at a time an owner, finished also when the caller is gone, stamped by the ledger's clock."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import uuid4
from weakref import WeakValueDictionary

from twohop.errors import LedgerUnavailable
from twohop.graph.neo4j.database import BEAT_SECONDS, STATEMENT_SECONDS, Database, Owned, Row, Transaction, Unreached
from twohop.graph.store import LEASE, Reached

P = ParamSpec("P")
T = TypeVar("T")


class Unwritten(Exception):  # The answer of a transaction, not a fault.
    """Ends a transaction without a trace; `answer` is what the caller gets."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer


class Owning(Owned):
    """Statements of a write on one owner's data. Beside `$partition` they know who writes, and when.

    `$now` is None when the database's clock counts (`twohop.graph.neo4j.stamp.NOW`).
    """

    __slots__ = ("_known",)

    def __init__(self, transaction: Transaction, partition: str, known: dict[str, Any]) -> None:
        super().__init__(transaction, partition)
        self._known = known

    async def all(self, *cypher: str, **values: Any) -> list[Row]:
        """All rows of a statement given in parts. One round trip."""
        return await super().all(*cypher, **self._known, **values)


class Gate:
    """Where this process's writes on one owner wait for one another; it remembers when one found no database."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.failed_at = -math.inf

    def check(self, began: float) -> None:
        """Pass who began to wait after that; else each in the line would wait as long as the first, for nothing.

        Raises:
            LedgerUnavailable: the database was not found meanwhile.
        """
        if self.failed_at > began:
            raise LedgerUnavailable("an earlier write of this owner could not reach Neo4j")


class Writes:
    """Runs what writes. `holder` is this ledger among all that have the database open."""

    def __init__(self, database: Database, clock: Callable[[], int] | None, reached: Reached) -> None:
        self._database = database
        self._clock = clock
        self._reached = reached
        self._gates: WeakValueDictionary[str, Gate] = WeakValueDictionary()
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False
        self.holder = uuid4().hex

    async def of(
        self,
        partition: str,
        work: Callable[Concatenate[Owning, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """The result of `work` on an owner's data, durable on return. A cancelled caller stops waiting; it goes on.

        `work` may be run more than once, each time on what then stands there.
        """
        return await self._shielded(self._write(partition, "", lambda own: work(own, *args, **kwargs)))

    async def told(self, name: str, partition: str, work: Callable[[Owning], Awaitable[T]]) -> T:
        """As `of`; whoever watches hears `name`_written before the commit, and `name`_durable after it."""
        return await self._shielded(self._write(partition, name, work))

    async def maintain(self, cypher: str, **values: Any) -> list[Row]:
        """Run a statement over all owners that writes."""
        return await self._shielded(self._database.maintain(cypher, **self.known(), **values))

    async def beat(self, cypher: str, **values: Any) -> list[Row]:
        """Run a statement that has to be over long before a lease is."""
        return await self._shielded(self._database.maintain(cypher, BEAT_SECONDS, **self.known(), **values))

    async def finish(self) -> None:
        """Take no more writes, and wait for those that run."""
        self._closed = True
        while self._running:
            await asyncio.wait(self._running)

    def known(self) -> dict[str, Any]:
        """Who asks, and when: what statements take as `$now`, `$holder` and `$lease`."""
        return {"now": None if self._clock is None else self._clock(), "holder": self.holder, "lease": LEASE}

    async def _shielded(self, work: Awaitable[T]) -> T:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _write(self, partition: str, name: str, work: Callable[[Owning], Awaitable[T]]) -> T:
        if self._closed:
            raise LedgerUnavailable("the ledger is closed")

        async def attempt(transaction: Transaction) -> T:
            answer = await work(Owning(transaction, partition, self.known()))
            if name:
                self._reached(f"{name}_written")
            return answer

        try:
            async with self._gate(partition):
                answer = await self._database.write(attempt)
        except Unwritten as e:
            unwritten: T = e.answer
            return unwritten
        if name:
            self._reached(f"{name}_durable")
        return answer

    @asynccontextmanager
    async def _gate(self, partition: str) -> AsyncIterator[None]:
        """Wait here for this process's other writes on the owner, and not in a connection for the owner's lock."""
        gate = self._gates.setdefault(partition, Gate())
        began = time.monotonic()
        try:
            async with asyncio.timeout(STATEMENT_SECONDS):
                await gate.lock.acquire()
        except TimeoutError as e:
            raise LedgerUnavailable("earlier writes of this owner are still waiting for Neo4j") from e
        try:
            gate.check(began)
            yield
        except Unreached:
            gate.failed_at = time.monotonic()
            raise
        finally:
            gate.lock.release()
