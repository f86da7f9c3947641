"""`twohop migrate-store`."""

import asyncio
from typing import Annotated

import typer

from twohop.cli.failures import FAILED
from twohop.cli.failures import told as failing
from twohop.cli.logs import log_to_stderr
from twohop.cli.printing import Shape, as_json, line
from twohop.cli.upkeep import JsonOption, many, progress, show_findings, told
from twohop.config import Settings
from twohop.maintenance import open_url
from twohop.memory.upkeep.findings import Finding
from twohop.memory.upkeep.migrate import migrate
from twohop.memory.upkeep.reading import all_partitions


def migrate_store(
    *,
    source: Annotated[
        str,
        typer.Option("--from", help="The ledger to copy: sqlite:///data/directory or neo4j://user@host:7687/database."),
    ],
    target: Annotated[str, typer.Option("--to", help="The ledger to copy into: a URL as of --from.")],
    json: JsonOption = False,
) -> None:
    """Copy all memories from one ledger into another, and compare them. Stop the servers of both first."""
    log_to_stderr(quiet=True)
    with failing():
        done = asyncio.run(migrated(Settings(), source, target, bar=not json))
    if json:
        as_json(done)
    else:
        line(f"{many(done['owners'], 'owner')} copied, {many(done['new'], 'new row')}.")
        show_findings(done["findings"], empty="No differences: the copy is the same.")
    if done["findings"]:
        raise typer.Exit(FAILED)


async def migrated(settings: Settings, source: str, target: str, *, bar: bool) -> Shape:
    """Copy and compare owner by owner."""
    async with open_url(source, settings) as old, open_url(target, settings, begin=True) as fresh:
        total = len([one async for one in all_partitions(old)])
        owners = new = 0
        findings: list[Finding] = []
        with progress("Copying owners", total, shown=bar) as advance:
            async for one in migrate(old, fresh):
                owners, new = owners + 1, new + one.new
                findings.extend(one.findings)
                advance()
        return {"owners": owners, "new": new, "findings": await told(fresh, findings)}
