"""The deployments side by side on the same rows: recall, durable adds, and round trips to the ledger's server.

A Neo4j is started unless one that is empty is named; Qdrant takes part when TWOHOP_INDEX__URL names a server.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.speed.figures import Row, figure, quantiles
from bench.speed.load import BIG, FEW, embedded, small
from bench.speed.measure import adds, mixed, ran, recalls
from bench.speed.sizes import MANY, ONE, WARMING, WRITERS, Plan, note
from bench.speed.world import World
from pydantic import SecretStr

from neo4j_process import Neo4jProcess
from twohop.app import App, open_core
from twohop.config import IndexSettings, LedgerSettings, LlmSettings, Settings
from twohop.graph.model import Scope
from twohop.graph.tables import TABLES
from twohop.memory.clock import system_clock
from twohop.memory.upkeep.load import Loader
from twohop.memory.upkeep.migrate import pages
from twohop.memory.upkeep.reading import all_partitions
from twohop.stores import open_ledger


def run(world: Path, plan: Plan, neo4j: str = "") -> list[Row]:
    """All rows. `world`: the data directory of this size, which is left as it is but for what is added here.

    `neo4j`: bolt:// address of an empty one, with its password in TWOHOP_LEDGER__PASSWORD.
    """
    with ExitStack() as until:
        folder = Path(until.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        server = None
        if not neo4j:
            server = Neo4jProcess(folder / "neo4j")
            until.callback(server.kill)
        return asyncio.run(measure(folder, world, plan, neo4j_settings(neo4j, server)))


def neo4j_settings(uri: str, server: Neo4jProcess | None) -> LedgerSettings:
    """Where the Neo4j is."""
    if server is not None:
        return LedgerSettings(backend="neo4j", uri=server.uri, user=server.user, password=SecretStr(server.password))
    return LedgerSettings(backend="neo4j", uri=uri, password=SecretStr(os.environ.get("TWOHOP_LEDGER__PASSWORD", "")))


def deployments(folder: Path, neo4j: LedgerSettings) -> Iterator[tuple[str, Settings]]:
    """Name and settings of each."""
    rules = LlmSettings(provider="rules")
    yield "Neo4j + Edge", Settings(data_dir=folder / "edge", llm=rules, ledger=neo4j)
    yield "Neo4j + none", Settings(llm=rules, ledger=neo4j, index=IndexSettings(backend="none"))
    if url := os.environ.get("TWOHOP_INDEX__URL"):
        index = IndexSettings(backend="qdrant", url=url, collection=f"bench-{os.getpid()}")
        yield "Neo4j + Qdrant", Settings(llm=rules, ledger=neo4j, index=index)


async def measure(folder: Path, world: Path, plan: Plan, neo4j: LedgerSettings) -> list[Row]:
    """The rows of all deployments, the embedded one first."""
    rows = [row async for row in opened("SQLite + Edge", embedded(world), plan)]
    copied = False
    for name, settings in deployments(folder, neo4j):
        if not copied:
            await copy(embedded(world), settings)
            copied = True
        rows += [row async for row in opened(name, settings, plan)]
    return rows


async def copy(source: Settings, target: Settings) -> None:
    """Put every row of one ledger into another, which has to be empty."""
    began, rows = time.perf_counter(), 0
    read, write = await open_ledger(source, system_clock), await open_ledger(target, system_clock)
    try:
        if await write.partitions(1, ""):
            raise SystemExit("the Neo4j holds somebody's data: name an empty one")
        loader = Loader(write)
        async for partition in all_partitions(read):
            for name, table in TABLES.items():
                if not table.derived:
                    async for page in pages(read, partition, name):
                        if page:
                            await loader.take(partition, name, page)
            rows += (await loader.finish()).new
    finally:
        await read.close()
        await write.close()
    note(f"{rows} rows copied after {time.perf_counter() - began:.0f} s")


async def opened(name: str, settings: Settings, plan: Plan) -> AsyncIterator[Row]:
    """The rows of one deployment."""
    began = time.perf_counter()
    async with open_core(settings, ran=ran) as app:
        await app.projector.project()
        note(f"{name}: open and filled after {time.perf_counter() - began:.0f} s")
        for who, scopes, told in ((ONE, [BIG], plan.memories), (MANY, small(plan.owners), FEW)):
            async for row in measured(app, name, plan, who, scopes, told):
                yield row


async def measured(app: App, name: str, plan: Plan, who: str, scopes: list[Scope], told: int) -> AsyncIterator[Row]:
    """Recalls, adds by one writer and by many, of these owners that were told so much each."""
    worlds = [World(scope.user_id, told) for scope in scopes]
    await recalls(app.core, list(mixed(scopes, worlds, WARMING)))
    writers = [
        (Scope(user_id=scope.user_id, run_id=f"writer-{n}"), World(f"{scope.user_id}/{n}", told))
        for n in range(WRITERS)
        for scope in [scopes[n % len(scopes)]]
    ]
    await adds(app.core, writers[:1], plan.seconds / 4)
    asked = await recalls(app.core, list(mixed(scopes, worlds, plan.questions)))
    for row in quantiles(name, plan.memories, who, "recall", asked):
        yield row
    alone = await adds(app.core, writers[:1], plan.seconds)
    together = await adds(app.core, writers, plan.seconds)
    for row in quantiles(name, plan.memories, who, "add", alone, k=1):
        yield row
    for callers, found in ((1, alone), (WRITERS, together)):
        yield figure(name, plan.memories, who, "adds_per_second", found.rate, len(found.seconds), k=callers)
    if not any(asked.statements):
        return  # A ledger of the process itself sends none.
    for what, found in (("recall", asked), ("add", alone)):
        for part, count in zip(("p50", "most"), found.trips, strict=True):
            yield figure(name, plan.memories, who, f"{what}_statements_{part}", count, len(found.statements))
