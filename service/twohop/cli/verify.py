"""`twohop verify` and `twohop repair`."""

import asyncio

import typer

from twohop.cli.connection import settings_of
from twohop.cli.failures import FAILED
from twohop.cli.failures import told as failing
from twohop.cli.logs import log_to_stderr
from twohop.cli.printing import Shape, as_json, line
from twohop.cli.upkeep import (
    AgentOption,
    DataDirOption,
    JsonOption,
    RunOption,
    TenantOption,
    UserOption,
    many,
    one_owner,
    partitions,
    progress,
    show_findings,
    told,
)
from twohop.config import Settings
from twohop.graph.model import Scope
from twohop.maintenance import open_stores
from twohop.memory.clock import uuid7
from twohop.memory.upkeep.findings import Finding
from twohop.memory.upkeep.repair import Repairer
from twohop.memory.upkeep.verify import verify_owner


def verify(
    *,
    user: UserOption = "",
    agent: AgentOption = "",
    run: RunOption = "",
    tenant: TenantOption = "",
    data_dir: DataDirOption = None,
    json: JsonOption = False,
) -> None:
    """Compare ledger, graph and index, and name every difference. Exits with 1 when there are any."""
    log_to_stderr(quiet=True)
    with failing():
        scope = one_owner(tenant, user, agent, run)
        found = asyncio.run(verified(settings_of(data_dir), scope, bar=not json))
    if json:
        as_json(found)
    else:
        waiting = found["waiting"]
        behind = f"; {many(waiting, 'point')} will be made at the next start" if waiting else ""
        show_findings(found["findings"], empty=f"No differences: {many(found['owners'], 'owner')} compared{behind}.")
    if found["findings"]:
        raise typer.Exit(FAILED)


async def verified(settings: Settings, scope: Scope | None, *, bar: bool) -> Shape:
    """Compare owner by owner."""
    async with open_stores(settings) as stores:
        owners = await partitions(stores.ledger, scope)
        findings: list[Finding] = []
        waiting = 0
        with progress("Comparing owners", len(owners), shown=bar) as advance:
            for partition in owners:
                one = await verify_owner(stores.ledger, stores.index, partition, centred=stores.embedder.centred)
                findings.extend(one.findings)
                waiting += one.waiting
                advance()
        return {"owners": len(owners), "waiting": waiting, "findings": await told(stores.ledger, findings)}


def repair(
    *,
    user: UserOption = "",
    agent: AgentOption = "",
    run: RunOption = "",
    tenant: TenantOption = "",
    data_dir: DataDirOption = None,
    json: JsonOption = False,
) -> None:
    """Mend what `verify` names, where nothing has to be guessed. Exits with 1 when something is left."""
    log_to_stderr(quiet=True)
    with failing():
        scope = one_owner(tenant, user, agent, run)
        done = asyncio.run(repaired(settings_of(data_dir), scope, bar=not json))
    if json:
        as_json(done)
    else:
        line(f"{many(len(done['mended']), 'difference')} mended, {many(done['released'], 'job or row')} set free.")
        show_findings(done["left"], empty="Nothing is left.")
    if done["left"]:
        raise typer.Exit(FAILED)


async def repaired(settings: Settings, scope: Scope | None, *, bar: bool) -> Shape:
    """Mend owner by owner."""
    async with open_stores(settings) as stores:
        repairer = Repairer(
            ledger=stores.ledger,
            index=stores.index,
            projector=stores.projector,
            predicates=stores.predicates,
            ids=uuid7,
            centred=stores.embedder.centred,
        )
        released = await repairer.begin()
        owners = await partitions(stores.ledger, scope)
        mended: list[Finding] = []
        left: list[Finding] = []
        with progress("Mending owners", len(owners), shown=bar) as advance:
            for partition in owners:
                one = await repairer.repair(partition)
                mended.extend(one.mended)
                left.extend(one.left)
                advance()
        return {
            "owners": len(owners),
            "released": released,
            "mended": await told(stores.ledger, mended),
            "left": await told(stores.ledger, left),
        }
