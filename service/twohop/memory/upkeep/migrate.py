"""Moving between backends: every owner copied from one ledger to the other, and compared row by row."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from twohop.graph.store import Ledger, Row
from twohop.graph.tables import TABLES
from twohop.memory.upkeep.books import name_of
from twohop.memory.upkeep.export_format import portable
from twohop.memory.upkeep.findings import Finding, Flaw
from twohop.memory.upkeep.load import MOVING, Loader
from twohop.memory.upkeep.reading import PAGE, all_partitions, rows_of
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
        copies = rows_of(target, partition, name)
        async for row in rows_of(source, partition, name):
            copy = await anext(copies, None)
            if copy is None or comparable(name, row) != comparable(name, copy):
                found.append(Finding(Flaw.COPY, partition, name, name_of(name, row), "not the same in both ledgers"))
                break
        else:
            async for copy in copies:
                found.append(Finding(Flaw.COPY, partition, name, name_of(name, copy), "only in the target"))
                break
        await copies.aclose()
    return found


def comparable(table: str, row: Row) -> Row:
    """What must be the same of a row."""
    left_out = MOVING if table == "owners" else set()
    return {column: value for column, value in portable(table, row).items() if column not in left_out}


async def pages(ledger: Ledger, partition: str, table: str) -> AsyncIterator[list[Row]]:
    """The rows of a table as another ledger may hold them, page by page."""
    after = ""
    while True:
        page = await ledger.rows(partition, table, PAGE, after)
        yield [portable(table, row) for row in page.items]
        if not (after := page.next_key):
            return
