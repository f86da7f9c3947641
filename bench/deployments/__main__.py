"""The deployments side by side: `make bench` (MEMORIES=10000 OWNERS=1000 OUT=file).

Recall and durable adds on one owner with many memories and on many owners with few, on the same rows in every store.
The facts are given, so no model is called. A Neo4j is started unless `--neo4j` names an empty one; Qdrant takes part
when TWOHOP_INDEX__URL names a server.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from bench.deployments.measure import Measured, adds, mixed, ran, recalls
from bench.deployments.world import TRIPLES, World, told
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

BIG = Scope(user_id="big")
AT_ONCE = 100
"""Facts of one add while the world is told."""

FEW = 10
"""Memories of each of many owners."""

WRITERS = 16
WARMING = 30
"""Recalls before any is timed: the server plans its statements, and caches fill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is told, asked and added."""

    memories: int
    owners: int
    questions: int
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for, print the table, and write the rows to a file."""
    parser = argparse.ArgumentParser(prog="bench.deployments", description=__doc__)
    parser.add_argument("--memories", type=int, default=10_000, help="of the one owner, three relations each")
    parser.add_argument("--owners", type=int, default=1_000, help=f"with {FEW} memories each")
    parser.add_argument("--questions", type=int, default=150, help="for each of the two")
    parser.add_argument("--seconds", type=float, default=10.0, help="of adding, for each number of writers")
    parser.add_argument("--only", action="append", default=[], help="this deployment; may be repeated")
    parser.add_argument("--neo4j", default="", help="bolt:// address of an empty Neo4j (TWOHOP_LEDGER__PASSWORD)")
    parser.add_argument("--out", type=Path, default=None, help="file for the rows, as JSON")
    given = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    size = Size(memories=given.memories, owners=given.owners, questions=given.questions, seconds=given.seconds)
    with ExitStack() as until:
        folder = Path(until.enter_context(tempfile.TemporaryDirectory()))
        server = None
        if not given.neo4j and (not given.only or any("Neo4j" in one for one in given.only)):
            server = Neo4jProcess(folder / "neo4j")
            until.callback(server.kill)
        ledger = neo4j_settings(given.neo4j, server)
        rows = asyncio.run(measure(folder, size, ledger, set(given.only)))
    print_table(rows)
    if given.out is not None:
        given.out.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return 0


def neo4j_settings(uri: str, server: Neo4jProcess | None) -> LedgerSettings:
    """Where the Neo4j is."""
    if server is not None:
        return LedgerSettings(backend="neo4j", uri=server.uri, user=server.user, password=SecretStr(server.password))
    return LedgerSettings(backend="neo4j", uri=uri, password=SecretStr(os.environ.get("TWOHOP_LEDGER__PASSWORD", "")))


def deployments(folder: Path, neo4j: LedgerSettings) -> Iterator[tuple[str, Settings]]:
    """Name and settings of each; the first one's ledger is where the world is told."""
    rules = LlmSettings(provider="rules")
    yield "SQLite + Edge", Settings(data_dir=folder / "sqlite", llm=rules)
    yield "Neo4j + Edge", Settings(data_dir=folder / "edge", llm=rules, ledger=neo4j)
    yield "Neo4j + none", Settings(llm=rules, ledger=neo4j, index=IndexSettings(backend="none"))
    if url := os.environ.get("TWOHOP_INDEX__URL"):
        index = IndexSettings(backend="qdrant", url=url, collection=f"bench-{os.getpid()}")
        yield "Neo4j + Qdrant", Settings(llm=rules, ledger=neo4j, index=index)


async def measure(folder: Path, size: Size, neo4j: LedgerSettings, only: set[str]) -> list[dict[str, Any]]:
    """The rows of all deployments."""
    rows: list[dict[str, Any]] = []
    await tell(Settings(data_dir=folder / "sqlite", llm=LlmSettings(provider="rules")), size)
    copied = False
    for name, settings in deployments(folder, neo4j):
        if only and name not in only:
            continue
        if settings.ledger.backend == "neo4j" and not copied:
            await copy(Settings(data_dir=folder / "sqlite"), settings)
            copied = True
        began = time.perf_counter()
        async with open_core(settings, ran=ran) as app:
            await app.projector.project()
            print(f"{name}: open and filled after {time.perf_counter() - began:.0f} s", file=sys.stderr)
            async for found in measured(app, name, size):
                print(json.dumps(found), file=sys.stderr)
                rows.append(found)
    return rows


async def tell(settings: Settings, size: Size) -> None:
    """Let the core remember the world, without an index yet."""
    began = time.perf_counter()
    async with open_core(settings.model_copy(update={"index": IndexSettings(backend="none")})) as app:
        worlds = [(BIG, size.memories), *((scope, FEW) for scope in owners(size))]
        for scope, facts in worlds:
            for request in told(scope, World(scope.user_id, facts), facts, AT_ONCE):
                await app.core.add(request)
    print(f"told after {time.perf_counter() - began:.0f} s", file=sys.stderr)


def owners(size: Size) -> list[Scope]:
    """The many owners."""
    return [Scope(user_id=f"owner-{n}") for n in range(size.owners)]


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
    print(f"{rows} rows copied after {time.perf_counter() - began:.0f} s", file=sys.stderr)


async def measured(app: App, name: str, size: Size) -> AsyncIterator[dict[str, Any]]:
    """The rows of an open deployment."""
    many = owners(size)
    cases = (
        (f"1 owner, {size.memories} memories, {TRIPLES * size.memories} relations", [BIG], size.memories),
        (f"{size.owners} owners, {FEW} memories each", many, FEW),
    )
    for case, scopes, facts in cases:
        worlds = [World(scope.user_id, facts) for scope in scopes]
        await recalls(app.core, list(mixed(scopes, worlds, WARMING)))
        writers = [
            (Scope(user_id=scope.user_id, run_id=f"writer-{n}"), World(f"{scope.user_id}/{n}", facts))
            for n in range(WRITERS)
            for scope in [scopes[n % len(scopes)]]
        ]
        await adds(app.core, writers[:1], size.seconds / 4)
        asked = await recalls(app.core, list(mixed(scopes, worlds, size.questions)))
        alone = await adds(app.core, writers[:1], size.seconds)
        together = await adds(app.core, writers, size.seconds)
        yield row(name, case, asked, alone, together)


def row(name: str, case: str, asked: Measured, alone: Measured, together: Measured) -> dict[str, Any]:
    """What is printed and written of one case."""
    return {
        "deployment": name,
        "case": case,
        "recall_p50_ms": round(1e3 * asked.quantile(0.5), 1),
        "recall_p95_ms": round(1e3 * asked.quantile(0.95), 1),
        "add_p50_ms": round(1e3 * alone.quantile(0.5), 1),
        "adds_per_second": round(alone.rate, 1),
        f"adds_per_second_{WRITERS}_writers": round(together.rate, 1),
        "recall_statements": asked.trips,
        "add_statements": alone.trips,
        "load": round(os.getloadavg()[0], 1),
    }


def print_table(rows: Sequence[dict[str, Any]]) -> None:
    """The rows under one another, case by case."""
    print(
        f"{os.cpu_count()} processors; `load` is how many tasks wanted one on average (above {os.cpu_count()}, "
        "others had their share and times only compare).\nStatements: of the call in the middle / at most; "
        "0 in a ledger of the process itself."
    )
    for case in dict.fromkeys(row["case"] for row in rows):
        print(f"\n{case}")
        print(f"  {'':16}{'recall p50':>12}{'p95':>9}{'add p50':>12}{'adds/s':>9}{'by 16':>8}", end="")
        print(f"{'recall st.':>12}{'add st.':>9}{'load':>7}")
        for one in rows:
            if one["case"] == case:
                print(
                    f"  {one['deployment']:16}{one['recall_p50_ms']:>9} ms{one['recall_p95_ms']:>6} ms"
                    f"{one['add_p50_ms']:>9} ms{one['adds_per_second']:>9}"
                    f"{one[f'adds_per_second_{WRITERS}_writers']:>8}"
                    f"{'/'.join(map(str, one['recall_statements'])):>12}"
                    f"{'/'.join(map(str, one['add_statements'])):>9}{one['load']:>7}"
                )


if __name__ == "__main__":
    sys.exit(main())
