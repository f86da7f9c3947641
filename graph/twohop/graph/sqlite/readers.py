"""The threads that read: each with a connection that can't write, each read in one snapshot."""

import asyncio
import queue
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from twohop.errors import LedgerUnavailable
from twohop.graph.sqlite.database import Database, failure

T = TypeVar("T")


class Readers:
    """A pool of read-only connections on as many threads."""

    def __init__(self, connections: Sequence[sqlite3.Connection]) -> None:
        self._connections = tuple(connections)
        self._idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        for connection in self._connections:
            self._idle.put(connection)
        self._threads = ThreadPoolExecutor(len(self._connections), thread_name_prefix="twohop-ledger-reader")

    async def read(self, work: Callable[[Database], T]) -> T:
        """The result of `work` on one snapshot, which holds every write that was acknowledged before.

        Raises:
            LedgerUnavailable: SQLite failed, or the ledger is closed.
        """
        try:
            reading = asyncio.get_running_loop().run_in_executor(self._threads, self._snapshot, work)
        except RuntimeError as e:  # What a pool that was shut down says.
            raise LedgerUnavailable("the ledger is closed") from e
        return await reading

    def close(self) -> None:
        """Wait for running reads and close. Blocks."""
        self._threads.shutdown()
        for connection in self._connections:
            connection.close()

    def _snapshot(self, work: Callable[[Database], T]) -> T:
        connection = self._idle.get()
        try:
            connection.execute("BEGIN")
            try:
                return work(Database(connection))
            finally:
                with suppress(sqlite3.Error):  # Nothing was written; what matters is that the snapshot is let go.
                    connection.execute("ROLLBACK")
        except sqlite3.Error as e:
            raise failure(e) from e
        finally:
            self._idle.put(connection)
