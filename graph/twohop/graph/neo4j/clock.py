"""The database's clock, which all processes on it share, read without asking for it each time."""

import time
from collections.abc import Callable

from twohop.graph.neo4j.database import Database, rows_of

NANOSECONDS = 1_000
"""In a microsecond."""

ASKED = "RETURN timestamp() * 1000 AS now"


class SharedClock:
    """Microseconds since the epoch. `given` replaces the database's clock.

    This machine's clock, corrected by how far it was from the database's when last compared. Never ahead of that one:
    whatever time a process gives to what it was told is over for all others when it is committed.
    """

    def __init__(self, given: Callable[[], int] | None) -> None:
        self.given = given
        self._correction = 0

    def __call__(self) -> int:
        """Now."""
        return machine() + self._correction if self.given is None else self.given()

    async def compare(self, database: Database) -> None:
        """Ask the database what time it is."""
        if self.given is None:
            rows = await database.read(lambda transaction: rows_of(transaction, ASKED, {}))
            # The time that the answer took may have passed before it or after it: the clock is late by it at most.
            self._correction = int(rows[0]["now"]) - machine()


def machine() -> int:
    """What this machine says."""
    return time.time_ns() // NANOSECONDS
