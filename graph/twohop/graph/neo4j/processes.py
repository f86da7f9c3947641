"""The processes that have the database open, and what they project into; all of it under the lock of one node."""

from twohop.errors import LedgerUnavailable, Misplaced
from twohop.graph.neo4j.stamp import NOW
from twohop.graph.neo4j.writes import Writes
from twohop.graph.store import LOCKED

PLACE = f"""
MATCH (s:Schema {{id: 'twohop'}})
SET s.version = s.version
WITH s, {NOW} AS now
"""
"""Lock the node beside which places are taken."""

ENTER = f"""
{PLACE}
CALL (now) {{
  MATCH (p:Process) WHERE p.id <> $holder
  AND (p.leased_until <= now OR $succeeds AND $exclusive AND p.exclusive AND p.projects_into = $projects_into)
  DELETE p RETURN count(*) AS dead
}}
CALL (now) {{
  MATCH (p:Process) WHERE p.leased_until > now AND p.id <> $holder
  AND (p.projects_into <> $projects_into OR p.exclusive OR $exclusive)
  RETURN count(*) AS others
}}
CALL (s, now, others) {{
  WITH s, now, coalesce($projects_into, s.projects_into, '') AS into WHERE others = 0
  MERGE (p:Process {{id: $holder}})
  SET p.projects_into = into, p.exclusive = $exclusive, p.leased_until = now + $lease
  SET s.filled = coalesce(s.filled AND s.projects_into = into, false), s.projects_into = into
  RETURN count(*) AS entered
}}
RETURN entered, s.filled AS filled
"""
"""Take a place beside the living; those whose lease is over are gone, and those that `$succeeds` says are dead."""

RENEW = f"""
{PLACE}
MATCH (p:Process {{id: $holder}})
SET p.leased_until = now + $lease
RETURN count(*) AS held
"""

FILLED = f"""
{PLACE}
MATCH (p:Process {{id: $holder}}) WHERE p.projects_into = s.projects_into
SET s.filled = true
"""
"""Note that everything was asked to be projected, unless it is another process's index by now."""

LEAVE = f"{PLACE} MATCH (p:Process {{id: $holder}}) DELETE p"


class Place:
    """This process's place beside the others."""

    def __init__(self, writes: Writes) -> None:
        self._writes = writes
        self._taken: tuple[str | None, bool] | None = None

    async def enter(self, index: str | None, *, exclusive: bool) -> bool:
        """Take the place; whether the index has to be filled.

        Raises:
            Misplaced: a living process has another index, or one of the two is exclusive.
        """
        # Only at the start: one that is found to have lost its place must not take it back from its successor.
        succeeds = index is not None and index.startswith(LOCKED)
        return await self._enter(index, exclusive=exclusive, succeeds=succeeds)

    async def _enter(self, index: str | None, *, exclusive: bool, succeeds: bool) -> bool:
        rows = await self._writes.maintain(ENTER, projects_into=index, exclusive=exclusive, succeeds=succeeds)
        if not rows:
            raise LedgerUnavailable("the database was emptied while it was open: start this process again")
        if not rows[0]["entered"]:
            raise Misplaced(
                "another process has this ledger open with another index, or for itself alone: "
                "give all processes one Qdrant, or stop the others"
            )
        self._taken = index, exclusive
        return not rows[0]["filled"]

    async def renew(self) -> None:
        """Hold the place for another lease; one that was lost meanwhile is taken again.

        Raises:
            Misplaced: another process with another index has taken it.
        """
        if self._taken is not None and not (await self._writes.beat(RENEW))[0]["held"]:
            index, exclusive = self._taken
            await self._enter(index, exclusive=exclusive, succeeds=False)

    async def filled(self) -> None:
        """Note that everything was asked to be projected."""
        await self._writes.maintain(FILLED)

    async def leave(self) -> None:
        """Give the place to others."""
        if self._taken is not None:
            await self._writes.maintain(LEAVE)
            self._taken = None
