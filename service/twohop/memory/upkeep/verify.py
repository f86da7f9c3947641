"""Verify: every owner's rows compared with each other and with the index."""

from dataclasses import dataclass

from twohop.graph.store import Ledger
from twohop.memory.upkeep.findings import Finding
from twohop.memory.upkeep.reading import looks
from twohop.memory.upkeep.verify_index import verify_index
from twohop.memory.upkeep.verify_ledger import verify_ledger
from twohop.vector.index import Index


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was found of one owner. `waiting`: points that differ only because the projector has not come to them."""

    partition: str
    findings: tuple[Finding, ...]
    waiting: int = 0


async def verify_owner(ledger: Ledger, index: Index | None, partition: str, *, centred: bool) -> Verified:
    """Compare all of one owner; `index` None = the ledger alone. Safe while others write.

    What is found while somebody writes to the owner is looked at again, and reported when it is found every time.

    Raises:
        LedgerUnavailable, IndexUnavailable: a store can't be reached.
    """

    async def look() -> tuple[set[Finding], int]:
        found = await verify_ledger(ledger, partition)
        if index is None:
            return set(found), 0
        compared = await verify_index(ledger, index, partition, centred=centred)
        return {*found, *compared.findings}, compared.waiting

    kept: set[Finding] | None = None
    waiting = 0
    async for (found, behind), alone in looks(ledger, partition, look):
        kept, waiting = found if kept is None or alone else kept & found, behind
    return Verified(partition=partition, findings=tuple(sorted(kept or ())), waiting=waiting)
