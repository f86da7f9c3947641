"""A real server over a real core on a free loopback port, for the tests of the wire."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from twohop.app import App, open_core
from twohop.config import LlmSettings, ServerSettings, Settings
from twohop.graph.model import JobState
from twohop.graph.store import JobUpdate
from twohop.memory.clock import Clock, system_clock
from twohop.memory.ports import Extractor
from twohop.memory.settings import WriteSettings
from twohop.server import Server
from twohop.v1.directory_service_pb2_grpc import DirectoryServiceStub
from twohop.v1.graph_service_pb2_grpc import GraphServiceStub
from twohop.v1.memory_service_pb2_grpc import MemoryServiceStub


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running server: its core, its address, and a channel with stubs."""

    app: App
    server: Server
    address: str
    channel: grpc.aio.Channel
    memory: Any
    graph: Any
    directory: Any


def settings_for(
    data_dir: Path, *, llm: LlmSettings | None = None, write: WriteSettings | None = None, **server: Any
) -> Settings:
    """Settings of a core without a model, or with the one that is given, on a directory of its own."""
    return Settings(
        data_dir=data_dir,
        llm=llm or LlmSettings(provider="rules"),
        write=write or WriteSettings(),
        server=ServerSettings(**{"port": 0, **server}),
    )


async def tried_again(app: App, partition: str, job_id: str) -> None:
    """Make a job that waits for another try due now, and wait until that try is over."""
    await app.ledger.update_job(partition, JobUpdate(id=job_id, state=JobState.PENDING))
    while (job := await app.ledger.job(partition, job_id)) and not (job.state.final or job.not_before):
        app.runner.queued()
        await app.runner.fill()
        await app.runner.drain()


@asynccontextmanager
async def serving(
    data_dir: Path,
    *,
    extractor: Extractor | None = None,
    llm: LlmSettings | None = None,
    write: WriteSettings | None = None,
    settings: Settings | None = None,
    clock: Clock = system_clock,
    **server: Any,
) -> AsyncIterator[Served]:
    """A running server on the data directory, with another extractor, a model, settings or clock if given."""
    settings = settings or settings_for(data_dir, llm=llm, write=write, **server)
    async with open_core(settings, extractor=extractor, clock=clock) as app:
        running = Server(app.core, settings)
        address = f"127.0.0.1:{await running.start()}"
        try:
            async with grpc.aio.insecure_channel(address) as channel:
                yield Served(
                    app=app,
                    server=running,
                    address=address,
                    channel=channel,
                    memory=MemoryServiceStub(channel),
                    graph=GraphServiceStub(channel),
                    directory=DirectoryServiceStub(channel),
                )
        finally:
            await running.stop()
