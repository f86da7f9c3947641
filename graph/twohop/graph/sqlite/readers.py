"""The threads that read: each with a connection that can't write.

Reads that one owner's callers ask for side by side, in one turn of the event loop, are done in one snapshot by one
thread: handing work to a thread and back costs as much as a small read.
"""

import asyncio
import queue
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from twohop.errors import LedgerUnavailable
from twohop.graph.sqlite.database import Database, failure
from twohop.graph.sqlite.kept import Kept

T = TypeVar("T")


Outcome: TypeAlias = tuple[Any, BaseException | None]
"""A result, or the error that stands in its place."""


@dataclass(slots=True)
class Waiting:
    """A piece of work, and where its result goes."""

    work: Callable[[Database], Any]
    done: asyncio.Future[Any]


class Readers:
    """A pool of read-only connections on as many threads."""

    def __init__(self, connections: Sequence[sqlite3.Connection], kept: Kept | None = None) -> None:
        self._connections = tuple(connections)
        self._kept = kept
        self._idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        for connection in self._connections:
            self._idle.put(connection)
        self._together: dict[tuple[asyncio.AbstractEventLoop, str], list[Waiting]] = {}
        self._threads = ThreadPoolExecutor(len(self._connections), thread_name_prefix="twohop-ledger-reader")

    async def read(self, work: Callable[[Database], T], owner: str = "") -> T:
        """The result of `work` on one snapshot, which holds every write that was acknowledged before.

        `owner`: whose reads this one may be done together with; empty = with none.

        Raises:
            LedgerUnavailable: SQLite failed, or the ledger is closed.
        """
        loop = asyncio.get_running_loop()
        waiting = Waiting(work, loop.create_future())
        if not owner:
            self._start(loop, [waiting])
        else:
            together = self._together.setdefault((loop, owner), [])
            together.append(waiting)
            if len(together) == 1:
                # Two turns: who gathers calls that gather themselves is heard in full.
                loop.call_soon(loop.call_soon, self._start_together, loop, owner)
        found: T = await waiting.done
        return found

    def _start_together(self, loop: asyncio.AbstractEventLoop, owner: str) -> None:
        self._start(loop, self._together.pop((loop, owner)))

    def _start(self, loop: asyncio.AbstractEventLoop, group: list["Waiting"]) -> None:
        try:
            reading = loop.run_in_executor(self._threads, self._snapshot, [one.work for one in group])
        except RuntimeError:  # What a pool that was shut down says.
            answer(group, LedgerUnavailable("the ledger is closed"))
        else:
            reading.add_done_callback(lambda done: answer(group, done.exception() or done.result()))

    def close(self) -> None:
        """Wait for running reads and close. Blocks."""
        self._threads.shutdown()
        for connection in self._connections:
            connection.close()

    def _snapshot(self, works: Sequence[Callable[[Database], Any]]) -> list[Outcome]:
        """What each piece of work gave or raised."""
        connection = self._idle.get()
        try:
            connection.execute("BEGIN")
            try:
                database = Database(connection, self._kept)
                return [attempt(database, work) for work in works]
            finally:
                with suppress(sqlite3.Error):  # Nothing was written; what matters is that the snapshot is let go.
                    connection.execute("ROLLBACK")
        except sqlite3.Error as e:
            raise failure(e) from e
        finally:
            self._idle.put(connection)


def attempt(database: Database, work: Callable[[Database], Any]) -> Outcome:
    """Do one piece of work: its result, or its error."""
    try:
        return work(database), None
    except sqlite3.Error as e:
        return None, failure(e)
    except Exception as e:  # noqa: BLE001  It is raised where the work was asked for.
        return None, e


def answer(group: Sequence[Waiting], found: BaseException | Sequence[Outcome]) -> None:
    """Hand out what came of a group's work, to those who still wait."""
    outcomes: Sequence[Outcome] = [(None, found)] * len(group) if isinstance(found, BaseException) else found
    for waiting, (result, error) in zip(group, outcomes, strict=True):
        if waiting.done.done():
            continue
        if error is None:
            waiting.done.set_result(result)
        else:
            waiting.done.set_exception(error)
