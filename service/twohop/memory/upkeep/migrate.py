"""Moving between backends: every owner copied from one ledger to the other, and compared row by row."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import zip_longest

from twohop.graph.store import Ledger, Row
from twohop.graph.tables import TABLES
from twohop.memory.upkeep.export_format import portable
from twohop.memory.upkeep.findings import Finding, Flaw
from twohop.memory.upkeep.load import MOVING, Loader
from twohop.memory.upkeep.reading import PAGE, all_partitions
from twohop.memory.upkeep.verify_ledger import verify_ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """An owner that is in the other ledger: how many of its rows are new there, and what is wrong with it."""

    partition: str
    new: int
    findings: tuple[Finding, ...]


async def migrate(source: Ledger, target: Ledger) -> AsyncIterator[Migrated]:
    """Copy all owners and verify each. Nobody may write to either meanwhile. It may be repeated.

    Raises:
        Conflict: the target holds an owner with other data; names it.
        LedgerUnavailable, StorageFull: do it again later.
    """
    loader = Loader(target)
    async for partition in all_partitions(source):
        for name, table in TABLES.items():
            if not table.derived:
                async for page in pages(source, partition, name):
                    if page:
                        await loader.take(partition, name, page)
        loaded = await loader.finish()
        findings = [*await verify_ledger(target, partition), *await differences(source, target, partition)]
        yield Migrated(partition=partition, new=loaded.new, findings=tuple(findings))


async def differences(source: Ledger, target: Ledger, partition: str) -> list[Finding]:
    """The first row of each table that is not the same in both ledgers."""
    found: list[Finding] = []
    for name, table in TABLES.items():
        if table.derived:
            continue
        theirs = pages(target, partition, name)
        async for ours in pages(source, partition, name):
            for row, copy in zip_longest(ours, await anext(theirs, ())):
                if comparable(name, row) != comparable(name, copy):
                    there = row or copy or {}
                    id_ = " ".join(str(there[column]) for column in table.key[:1])
                    found.append(Finding(Flaw.COPY, partition, name, id_, "not the same in both ledgers"))
                    break
            else:
                continue
            break
    return found


def comparable(table: str, row: Row | None) -> Row | None:
    """What must be the same of a row."""
    if row is None:
        return None
    left_out = MOVING if table == "owners" else set()
    return {column: value for column, value in portable(table, row).items() if column not in left_out}


async def pages(ledger: Ledger, partition: str, table: str) -> AsyncIterator[list[Row]]:
    """The rows of a table as another ledger may hold them, page by page; at least one page."""
    after = ""
    while True:
        page = await ledger.rows(partition, table, PAGE, after)
        yield [portable(table, row) for row in page.items]
        if not (after := page.next_key):
            return
