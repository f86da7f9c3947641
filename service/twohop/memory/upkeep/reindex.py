"""Reindex beside live traffic: a new index is filled from the ledger while the old one answers, and takes its place."""

from collections.abc import AsyncIterator, Callable
from typing import Protocol, Self, TypeVar, runtime_checkable

from twohop.graph.store import Ledger
from twohop.memory.project import Projector
from twohop.memory.upkeep.reading import all_partitions, sequence
from twohop.memory.upkeep.verify_index import TABLES, batches
from twohop.vector.index import Index

ROUNDS = 3
"""How often owners that were written to meanwhile are copied again before the switch: each round is shorter."""


@runtime_checkable
class Rebuildable(Index, Protocol):
    """An index that another one can be built beside."""

    async def beside(self) -> Self:
        """An empty index that nobody asks yet."""
        ...

    async def switch_to(self, other: Self) -> None:
        """Let the other take this one's place, for all who look for it from now on."""
        ...

    async def drop_replaced(self) -> None:
        """Remove what another one took the place of, so that nobody writes to it any more."""
        ...


R = TypeVar("R", bound=Rebuildable)


async def reindex(ledger: Ledger, index: R, into: Callable[[R], Projector]) -> AsyncIterator[str]:
    """Build the index again beside the old one, switch, and tell of each owner that was copied (some more than once).

    `into` makes the projector that fills an index. Afterwards what was written to an owner since it was copied waits in
    the outbox, for whoever projects into the index. Given up before the switch, the old one stays; when the old one
    can't be removed after it, other processes may go on writing to that one: begin again.

    Raises:
        Unavailable: index or ledger can't be reached.
        ModelUnavailable: the embedder can't be reached.
    """
    fresh = await index.beside()
    projector = into(fresh)
    copied: dict[str, int] = {}
    for _ in range(ROUNDS):
        moved = [partition async for partition in all_partitions(ledger) if await has_moved(ledger, partition, copied)]
        for partition in moved:
            # Read before the rows: what is written from now on moves it.
            seq = await sequence(ledger, partition)
            await copy(ledger, projector, partition)
            copied[partition] = seq
            yield partition
        if not moved:
            break
    await index.switch_to(fresh)
    # Until the old one is gone other processes may carry what waits there, so owners are looked at again after that;
    # and before, since removing it may fail.
    await refill_moved(ledger, copied)
    await index.drop_replaced()
    await refill_moved(ledger, copied)


async def refill_moved(ledger: Ledger, copied: dict[str, int]) -> None:
    """Let everything of owners that were written to since they were copied wait for the index.

    That is a write too: they count as moved again afterwards.
    """
    async for partition in all_partitions(ledger):
        if await has_moved(ledger, partition, copied):
            await ledger.outbox_refill(partition)


async def has_moved(ledger: Ledger, partition: str, copied: dict[str, int]) -> bool:
    """Whether the owner was written to since it was copied, or never was."""
    return await sequence(ledger, partition) != copied.get(partition, 0)


async def copy(ledger: Ledger, projector: Projector, partition: str) -> None:
    """Make every point of an owner."""
    for table, kind in TABLES.items():
        async for batch in batches(ledger, partition, table):
            await projector.make(partition, kind, [row["id"] for row in batch])
