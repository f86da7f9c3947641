"""Reads of whole owners, page by page."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import TypeVar

from twohop.graph.store import Ledger, Row

T = TypeVar("T")

PAGE = 1_000
"""Rows read at a time: a page of the longest messages is some 30 MB."""

LOOKS = 5
"""How often an owner is read that is written to meanwhile."""


async def rows_of(ledger: Ledger, partition: str, table: str) -> AsyncGenerator[Row, None]:
    """All rows of a table of one owner, in the order of their key."""
    after = ""
    while True:
        page = await ledger.rows(partition, table, PAGE, after)
        for row in page.items:
            yield row
        if not (after := page.next_key):
            return


async def all_partitions(ledger: Ledger) -> AsyncIterator[str]:
    """All partitions of the ledger, in order."""
    after = ""
    while found := await ledger.partitions(PAGE, after):
        for partition in found:
            yield partition
        after = found[-1]


async def sequence(ledger: Ledger, partition: str) -> int:
    """The owner's sequence: it moves with every write of an add, a commit or an edit."""
    owner = await ledger.settled(partition)
    return owner.seq if owner else 0


async def looks(ledger: Ledger, partition: str, look: Callable[[], Awaitable[T]]) -> AsyncIterator[tuple[T, bool]]:
    """What `look` gives, and whether nobody wrote to the owner meanwhile; tried again until nobody does, `LOOKS` times.

    What is found while nobody writes is one state of the owner.
    """
    for _ in range(LOOKS):
        before = await sequence(ledger, partition)
        found = await look()
        alone = await sequence(ledger, partition) == before
        yield found, alone
        if alone:
            return


async def whose(ledger: Ledger, partition: str) -> str:
    """The owner for people: its ids, or the partition of one that only has a configuration."""
    owner = await ledger.owner(partition)
    if owner is None:
        return f"partition {partition}"
    kind, owner_id = owner.scope.owner
    return f"{kind.value} {owner_id!r} of tenant {owner.scope.tenant!r}"
