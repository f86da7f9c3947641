"""The embedded deployment at one size: recall in process and over gRPC, adds, memory, disk, start-up; beside the floor.

The stores are asked in this process first (the core), then by a server of its own (over gRPC), which alone is measured
for memory. Adds come last, since they change what is asked.
"""

import asyncio
import shutil
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from bench.speed.figures import Row, figure, quantiles, timed
from bench.speed.floor import durable_writes, echo, scan
from bench.speed.load import BIG, FEW, embedded, load, small
from bench.speed.machine import anonymous_mib, disk_mib
from bench.speed.measure import Measured, adds, exchange, mixed, recalls
from bench.speed.world import World

from server_process import ServerProcess, running
from twohop.app import open_core
from twohop.client.remote import RemoteCore
from twohop.garbage import long_lived
from twohop.graph.model import Scope
from twohop.memory.api import Core, Depth, RecallRequest
from twohop.v1 import memory_service_pb2 as memory_pb
from twohop.v1.memory_service_pb2_grpc import MemoryServiceStub
from twohop.vector.embed import Embedder
from twohop.wire.adds import pack_add
from twohop.wire.recalls import pack_recall
from twohop.wire.scopes import pack_scope

CORE, SERVED = "SQLite + Edge, core", "SQLite + Edge, gRPC"
SCAN, ECHO, DISK = "NumPy scan", "gRPC echo", "fdatasync"
ONE, MANY, MACHINE = "one owner", "many owners", "machine"
WRITERS = 16
BATCHES = ((100, 1), (20, 10))
"""Adds of one call, and facts of each of them."""

WARMING = 30
"""Recalls before any is timed: caches fill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is told and asked, and how long each kind of add goes on."""

    memories: int
    owners: int
    questions: int
    seconds: float


async def measure(folder: Path, plan: Plan) -> AsyncIterator[Row]:
    """All rows of one size, from a data directory that holds its world."""
    note(f"{plan.memories} memories: the floor")
    for row in quantiles(SCAN, plan.memories, ONE, "first_hits", scan(plan.memories, plan.questions)):
        yield row
    for row in quantiles(DISK, plan.memories, MACHINE, "write", durable_writes(folder, plan.seconds / 4)):
        yield row
    yield figure(SERVED, plan.memories, MACHINE, "disk_mib", disk_mib(folder), plan.memories)
    note("recall in process")
    with long_lived():  # As the server does.
        async with open_core(embedded(folder)) as app:
            yield await embedding(app.embedder, plan)
            async for row in recalled(app.core, CORE, plan):
                yield row
    note("recall over gRPC")
    began = time.perf_counter()
    with running(folder) as server:
        yield figure(SERVED, plan.memories, MACHINE, "start_seconds", time.perf_counter() - began, 1)
        yield memory(server, plan, "memory_at_start_mib")
        for row in quantiles(ECHO, plan.memories, MACHINE, "echo", await echo(server.address, 10 * plan.questions)):
            yield row
        client = RemoteCore(server.address)
        try:
            async for row in recalled(client, SERVED, plan):
                yield row
            async for row in streamed(server.address, plan):
                yield row
            yield memory(server, plan, "memory_mib")
            note("adds over gRPC")
            async for row in added(client, server.address, plan):
                yield row
            yield memory(server, plan, "memory_after_adds_mib")
        finally:
            await client.close()


def note(what: str) -> None:
    """Tell whoever waits."""
    print(what, file=sys.stderr, flush=True)


def memory(server: ServerProcess, plan: Plan, metric: str) -> Row:
    """What the server holds."""
    return figure(SERVED, plan.memories, MACHINE, metric, anonymous_mib(server.process.pid), 1)


# -- recall -----------------------------------------------------------------------------------------------------------


def asked(plan: Plan, who: str, count: int) -> list[tuple[Scope, str]]:
    """Questions of one, two and three hops in turn: to the one owner, or to each of the many in turn."""
    scopes, told = ([BIG], plan.memories) if who == ONE else (small(plan.owners), FEW)
    return list(mixed(scopes, [World(scope.user_id, told) for scope in scopes], count))


async def embedding(embedder: Embedder, plan: Plan) -> Row:
    """What of a recall is the embedding of its question, in the middle."""
    seconds: list[float] = []
    for _, question in asked(plan, ONE, plan.questions):
        began = time.perf_counter()
        await embedder.embed([question])
        seconds.append(time.perf_counter() - began)
    return figure(CORE, plan.memories, ONE, "embed_p50_ms", 1e3 * timed(seconds).quantile(0.5), len(seconds))


async def recalled(core: Core, system: str, plan: Plan) -> AsyncIterator[Row]:
    """Whole recalls, and first hits (without the graph), of the one owner and of the many."""
    for who in (ONE, MANY):
        await recalls(core, asked(plan, who, WARMING))
        for what, depth in (("recall", Depth.DEFAULT), ("first_hits", 0)):
            began = time.process_time()
            found = await recalls(core, asked(plan, who, plan.questions), depth)
            busy = time.process_time() - began
            for row in quantiles(system, plan.memories, who, what, found):
                yield row
            if system == CORE:
                calls = len(found.seconds)
                yield figure(system, plan.memories, who, f"{what}_cpu_ms", 1e3 * busy / calls, calls)


async def streamed(address: str, plan: Plan) -> AsyncIterator[Row]:
    """The first message of `RecallStream`; nothing, where it isn't served."""
    seconds: list[float] = []
    async with grpc.aio.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        stub: Any = MemoryServiceStub(channel)
        for scope, question in asked(plan, ONE, plan.questions):
            request = pack_recall(RecallRequest(scope=scope, query=question))
            began = time.perf_counter()
            call = stub.RecallStream(memory_pb.RecallStreamRequest(scope=pack_scope(scope), recall=request))
            try:
                first = await call.read()
                seconds.append(time.perf_counter() - began)
                while first is not grpc.aio.EOF:
                    first = await call.read()
            except grpc.aio.AioRpcError as e:
                if e.code() is grpc.StatusCode.UNIMPLEMENTED:
                    return
                raise
    for row in quantiles(SERVED, plan.memories, ONE, "first_message", timed(seconds)):
        yield row


# -- adds -------------------------------------------------------------------------------------------------------------


def writers(count: int, who: str) -> list[tuple[Scope, World]]:
    """Callers, each in a session of its own and with something of its own to say: on the one owner, or each on one."""
    users = [BIG.user_id if who == ONE else f"owner-{n}" for n in range(count)]
    return [(Scope(user_id=user, run_id=f"writer-{n}"), World(f"{user}/{n}", 1_000)) for n, user in enumerate(users)]


async def added(client: RemoteCore, address: str, plan: Plan) -> AsyncIterator[Row]:
    """Durable adds of one exchange, by one caller and by many; and facts, many in a call."""
    await adds(client, writers(1, ONE), plan.seconds / 4)
    for who, callers in ((ONE, 1), (ONE, WRITERS), (MANY, WRITERS)):
        found = await adds(client, writers(callers, who), plan.seconds)
        for row in quantiles(SERVED, plan.memories, who, "add", found, k=callers):
            yield row
        yield figure(SERVED, plan.memories, who, "adds_per_second", found.rate, len(found.seconds), k=callers)
    for requests, facts in BATCHES:
        found = await batches(address, requests, facts, plan.seconds)
        rate = found.rate * requests * facts
        calls = len(found.seconds)
        yield figure(SERVED, plan.memories, ONE, f"facts_per_second_{requests}x{facts}", rate, calls, k=requests)


async def batches(address: str, requests: int, facts: int, until_seconds: float) -> Measured:
    """One caller's batches, one after the other: so many adds a call, with so many given facts each."""
    scope, world = Scope(user_id=BIG.user_id, run_id="batches"), World(f"{BIG.user_id}/batches", 10_000)
    seconds: list[float] = []
    async with grpc.aio.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        stub: Any = MemoryServiceStub(channel)
        began = time.perf_counter()
        while time.perf_counter() - began < until_seconds:
            packed = [pack_add(exchange(scope, world, facts)) for _ in range(requests)]
            sent = time.perf_counter()
            response = await stub.BatchAddMemories(
                memory_pb.BatchAddMemoriesRequest(scope=pack_scope(scope), requests=packed)
            )
            seconds.append(time.perf_counter() - sent)
            if any(result.HasField("error") for result in response.results):
                raise RuntimeError("an add of a batch was refused")
    return timed(seconds)


def prepared(folder: Path, plan: Plan) -> Path:
    """The data directory with this size's world, filled unless it is there from an earlier run."""
    place = folder / f"{plan.memories}-{plan.owners}"
    if not place.exists():
        unfinished = place.with_name(f"{place.name}.part")
        shutil.rmtree(unfinished, ignore_errors=True)
        took = asyncio.run(load(unfinished, plan.memories, plan.owners))
        unfinished.rename(place)
        note(f"{plan.memories} memories: rows {took.rows:.0f} s, points {took.points:.0f} s, index {took.index:.0f} s")
    return place


def run(world: Path, plan: Plan) -> list[Row]:
    """All rows of one size, on a data directory that holds its world."""

    async def collect() -> list[Row]:
        return [row async for row in measure(world, plan)]

    return asyncio.run(collect())
