"""The connection, and the only way to run a statement on it: bound to an owner, or named as maintenance."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any, Self, TypeAlias, TypeVar
from urllib.parse import urlsplit

import structlog

from neo4j import AsyncDriver, AsyncGraphDatabase, AsyncManagedTransaction, AsyncSession, unit_of_work
from neo4j.exceptions import (
    ClientError,
    ConfigurationError,
    ConstraintError,
    DriverError,
    Neo4jError,
)
from twohop.errors import LedgerUnavailable, Misconfigured, StaleRead, TwohopError
from twohop.graph.deadline import seconds_left
from twohop.graph.neo4j.guard import check
from twohop.graph.statement import Kind, Ran, Statement, unheard

T = TypeVar("T")

Row: TypeAlias = dict[str, Any]
"""A row by the names that the statement returns. Within maps, what is None is absent: the database stores none."""

SCHEMES = {protocol + tls for protocol in ("bolt", "neo4j") for tls in ("", "+s", "+ssc")}

POOL = 64
"""Connections of a process: the bound on its transactions at a time."""

CONNECT_SECONDS = 5.0
ACQUIRE_SECONDS = 15.0
"""A connection, or a place in the pool, that takes longer is as good as none: the caller hears UNAVAILABLE."""

RETRY_SECONDS = 5.0
"""How long a transaction is repeated that lost against another one or against a changing leader."""

STATEMENT_SECONDS = 30.0
"""The longest transaction of a call. The database ends it, so that a caller who has gone leaves no lock behind."""

BEAT_SECONDS = 3.0
"""The longest transaction that renews leases: with its tries and the silence after it, a third of a lease."""

LEAST_SECONDS = 0.05
"""What a read gets when its call is over: 0 would mean that it may take for ever."""

SILENCE_SECONDS = 2.0
"""How much later than the server's own end of a transaction its connection is given up."""

DEFINE_SECONDS = 600.0
"""The longest schema command: an index over what is there already."""

WAIT_SECONDS = 2.0
"""Between two looks for a database that is still starting."""

PARAMETER = re.compile(r"\$(\w+)")

log = structlog.get_logger(__name__)


class Unreached(LedgerUnavailable):
    """The database can't be reached or can't work now, whoever asks it and whatever for."""


class Transaction:
    """An open transaction. `ran` is told of its statements as ones of that kind."""

    __slots__ = ("inner", "kind", "ran")

    def __init__(self, inner: AsyncManagedTransaction, kind: Kind, ran: Ran) -> None:
        self.inner = inner
        self.kind: Kind = kind
        self.ran = ran


class Owned:
    """Statements on one owner's data in an open transaction: `$partition` is bound here and nowhere else."""

    __slots__ = ("_transaction", "partition")

    def __init__(self, transaction: Transaction, partition: str) -> None:
        self._transaction = transaction
        self.partition = partition

    async def all(self, *cypher: str, **values: Any) -> list[Row]:
        """All rows of a statement given in parts. One round trip.

        Raises:
            UnscopedStatement: the statement is not bound to the owner.
        """
        text = "\n".join(cypher)
        check(text)
        return await rows_of(self._transaction, text, {**values, "partition": self.partition})

    async def one(self, *cypher: str, **values: Any) -> Row | None:
        """The only row, or None. One round trip."""
        rows = await self.all(*cypher, **values)
        return rows[0] if rows else None


@lru_cache(maxsize=1_024)
def sent(text: str) -> str:
    """A statement as the database gets it: with one parameter, `$given`, that holds all values.

    The database keeps a plan for every combination of its parameters' types and of the sizes of lists and texts among
    them, and to make one takes seconds. A map has no size.
    """
    return PARAMETER.sub(r"$given.\1", text)


async def rows_of(transaction: Transaction, text: str, values: Mapping[str, Any]) -> list[Row]:
    """All rows of a statement. One round trip, as long as they are not very many."""
    began = time.perf_counter()
    try:
        # The driver asks for literal text: ours is put together from literal parts.
        result = await transaction.inner.run(sent(text), given=dict(values))  # pyright: ignore[reportArgumentType]
        return [dict(record) async for record in result]
    finally:
        transaction.ran(Statement(transaction.kind, text, time.perf_counter() - began))


class Database:
    """A Neo4j database. A lost connection is `LedgerUnavailable`; the next call finds the database again."""

    def __init__(self, driver: AsyncDriver, name: str, ran: Ran = unheard) -> None:
        self._driver = driver
        self._name = name
        self._ran = ran
        # One for all sessions of this process: whatever replica answers has what this process wrote.
        self._bookmarks = AsyncGraphDatabase.bookmark_manager()

    @classmethod
    def connect(
        cls, uri: str, *, user: str, password: str, database: str, pool: int = POOL, ran: Ran = unheard
    ) -> Self:
        """The database at a `bolt://`, `neo4j://`, `bolt+s://` or `neo4j+s://` address; nothing is sent yet.

        `ran` is told of every statement.

        Raises:
            Misconfigured: that is no such address.
        """
        try:
            if urlsplit(uri).scheme not in SCHEMES:
                raise ValueError("another protocol")  # noqa: TRY301  # The driver says the same of the rest.
            driver = AsyncGraphDatabase.driver(
                uri,
                auth=(user, password),
                max_connection_pool_size=pool,
                connection_timeout=CONNECT_SECONDS,
                connection_acquisition_timeout=ACQUIRE_SECONDS,
                max_transaction_retry_time=RETRY_SECONDS,
                notifications_min_severity="OFF",
                telemetry_disabled=True,
            )
        except (ConfigurationError, ValueError) as e:
            raise Misconfigured(
                "TWOHOP_LEDGER__URI is no address of a Neo4j: write bolt://host:7687 or neo4j+s://host:7687"
            ) from e
        return cls(driver, database, ran)

    async def close(self) -> None:
        """Release the connections."""
        await self._driver.close()

    async def wait(self, seconds: float) -> None:
        """Wait for a database that is still starting, saying so in the log.

        Raises:
            LedgerUnavailable: it did not answer in that time.
            Misconfigured: it answers, and refuses the user or the password.
        """
        until = time.monotonic() + seconds
        while True:
            try:
                await self.read(lambda transaction: rows_of(transaction, "RETURN 1 AS up", {}), CONNECT_SECONDS)
            except LedgerUnavailable as e:
                left = until - time.monotonic()
                if left <= 0:
                    raise LedgerUnavailable(f"Neo4j did not answer within {seconds:.0f} s: {e.message}") from e
                log.warning("ledger.waits", what="Neo4j does not answer yet", seconds_left=round(left))
                await asyncio.sleep(min(WAIT_SECONDS, left))
            else:
                return

    async def read(
        self, work: Callable[[Transaction], Awaitable[T]], seconds: float = STATEMENT_SECONDS, *, locks: bool = False
    ) -> T:
        """The result of `work` in a read transaction, repeated when the database says that it is worth it.

        It ends with the call that it is for (`twohop.graph.deadline`), and after `seconds` at the latest. `locks`: it
        takes a lock, and so goes where writes go.
        """
        seconds = max(seconds_left(seconds), LEAST_SECONDS)
        async with self._session(seconds) as session:
            execute = session.execute_write if locks else session.execute_read
            return await execute(self._unit(work, "read", seconds))

    async def write(
        self, work: Callable[[Transaction], Awaitable[T]], seconds: float = STATEMENT_SECONDS, kind: Kind = "write"
    ) -> T:
        """The result of `work` in a write transaction, durable on return; it may be run more than once.

        A caller's deadline does not cut it.
        """
        async with self._session(seconds + RETRY_SECONDS) as session:
            return await session.execute_write(self._unit(work, kind, seconds))

    def _unit(
        self, work: Callable[[Transaction], Awaitable[T]], kind: Kind, seconds: float
    ) -> Callable[[AsyncManagedTransaction], Awaitable[T]]:
        """The work as the driver runs it."""

        @unit_of_work(timeout=seconds)
        async def unit(inner: AsyncManagedTransaction) -> T:
            return await work(Transaction(inner, kind, self._ran))

        return unit

    async def maintain(self, cypher: str, seconds: float = STATEMENT_SECONDS, /, **values: Any) -> list[Row]:
        """Run a statement over all owners: job queue, outbox, processes, schema; nothing that a caller sees."""
        return await self.write(lambda transaction: rows_of(transaction, cypher, values), seconds, "maintain")

    async def define(self, cypher: str, **values: Any) -> None:
        """Run a schema command, which Neo4j wants alone in its transaction."""

        async def work(transaction: Transaction) -> list[Row]:
            return await rows_of(transaction, cypher, values)

        await self.write(work, DEFINE_SECONDS, "define")

    @asynccontextmanager
    async def _session(self, seconds: float) -> AsyncIterator[AsyncSession]:
        # The server ends a transaction that takes too long. If the server itself is gone without a word, nobody does.
        with translated():
            async with (
                asyncio.timeout(seconds + SILENCE_SECONDS),
                self._driver.session(database=self._name, bookmark_manager=self._bookmarks) as session,
            ):
                yield session


class translated:  # noqa: N801 - used like a function.
    """Turns the driver's errors into ours. Their texts could hold values, so only codes are passed on."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Neo4jError | DriverError | OSError | TimeoutError):
            raise failure(error) from error


def failure(error: Neo4jError | DriverError | OSError) -> TwohopError:
    """The error of ours that stands for one of the driver's."""
    if isinstance(error, ConstraintError):
        return StaleRead("the owner's state doesn't take these rows any more: plan again")
    code = getattr(error, "code", None) or type(error).__name__
    if code.startswith("Neo.ClientError.Security.") and code not in PASSING:
        return Misconfigured(
            f"Neo4j refused the user or the password ({code}): set TWOHOP_LEDGER__USER and TWOHOP_LEDGER__PASSWORD"
        )
    if code == "Neo.ClientError.Database.DatabaseNotFound":
        return Misconfigured(f"this Neo4j has no such database ({code}): set TWOHOP_LEDGER__DATABASE")
    if isinstance(error, ClientError) and code not in PASSING:
        return LedgerUnavailable(f"Neo4j refused a statement ({code}); see the server's log")
    return Unreached(f"Neo4j can't be reached or can't work now ({code})")


PASSING = {
    "Neo.ClientError.Security.AuthenticationRateLimit",
    "Neo.ClientError.Security.AuthProviderTimeout",
    "Neo.ClientError.Transaction.LockClientStopped",
    "Neo.ClientError.Transaction.Terminated",
    "Neo.ClientError.Transaction.TransactionTimedOut",
    "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
}
"""Errors that Neo4j lays at the client's door, and that end by themselves."""
