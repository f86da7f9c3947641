"""Lines of one owner's sessions that wait at the same time are worked on as one line.

Adds of different sessions meet at their owner: side by side, each would be planned on a state that the others move.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from twohop.graph.model import JobState
from twohop.memory.together import Together
from twohop.memory.write.line import Member

Line: TypeAlias = Sequence[Member]
"""Adds of one session, in their order; the first is RUNNING, the others are PENDING right behind it."""


class Lines:
    """Hands what waits of an owner to `work` as one line, one go after the other.

    `work` gives the final states of the first of the adds that it is handed, as many as it could do together.
    """

    def __init__(self, work: Callable[[Line], Awaitable[list[JobState]]]) -> None:
        self._work = work
        self._owners: dict[str, Together[Line, list[JobState] | Exception]] = {}
        self._asking: Counter[str] = Counter()

    async def work(self, line: Line) -> list[JobState]:
        """The final states of the first of these adds, as many as could be committed with others; may be none.

        Raises:
            TwohopError: the ledger did not take them, or others with them; nothing was written.
        """
        partition = line[0].job.partition
        together = self._owners.setdefault(partition, Together(self._go))
        self._asking[partition] += 1
        try:
            done = await together.ask(line)
        finally:
            self._asking[partition] -= 1
            if not self._asking[partition]:
                del self._asking[partition], self._owners[partition]
        if isinstance(done, Exception):
            raise done
        return done

    async def _go(self, lines: Sequence[Line]) -> list[list[JobState] | Exception]:
        done: list[list[JobState] | Exception] = []
        while waiting := lines[len(done) :]:
            try:
                left = await self._work([member for line in waiting for member in line])
            except Exception as e:  # noqa: BLE001  It is raised where the work was asked for, but for what is committed.
                return [*done, *(e for _ in waiting)]
            # One that was not taken has to go alone, or was one too many: those behind it are tried without it.
            for line in waiting if left else waiting[:1]:
                done.append(left[: len(line)])
                left = left[len(line) :]
                if not left:
                    break
        return done
