"""Calls on real server processes whose stores fail: what the caller hears, and what is left behind."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from pydantic import SecretStr

from neo4j_process import Neo4jProcess
from neo4j_server import Neo4jServer
from twohop.config import IndexSettings, LedgerSettings, Settings
from twohop.graph.model import Role, Scope
from twohop.maintenance import open_stores
from twohop.memory.api import AddRequest, NewMessage, RecallRequest
from twohop.memory.upkeep.reading import all_partitions
from twohop.memory.upkeep.verify import verify_owner
from twohop.v1 import memory_service_pb2 as pb
from twohop.v1.job_pb2 import JOB_STATE_DONE
from twohop.v1.memory_service_pb2_grpc import MemoryServiceStub
from twohop.wire.adds import pack_add
from twohop.wire.errors import unpack_error
from twohop.wire.recalls import pack_recall

ANN = Scope(user_id="ann")
JANUARY = 1_735_689_600_000_000
NO_INDEX = IndexSettings(backend="none")
CALL_SECONDS = 120.0
"""Far longer than the server lets any of its statements take: what ends a call is the server."""

PATIENCE = 180.0
"""How long a system may take to come back: a new Neo4j is slow until it has its plans."""

POLL_SECONDS = 0.05


class Caller:
    """One caller of a server; every call has a deadline."""

    def __init__(self, channel: grpc.aio.Channel, address: str) -> None:
        self._stub: Any = MemoryServiceStub(channel)
        self._address = address

    async def add(self, text: str, *, request_id: str = "", seconds: float = CALL_SECONDS, **more: Any) -> Any:
        """Ann says so in the session of `run_id`; the job, or a `grpc.aio.AioRpcError`."""
        message = NewMessage(role=Role.USER, name="Ann", content=text, observed_at=more.pop("observed_at", JANUARY))
        scope = Scope(user_id=ANN.user_id, run_id=more.pop("run_id", ""))
        packed = pack_add(AddRequest(scope=scope, messages=(message,), request_id=request_id, **more))
        return (await self._stub.AddMemories(packed, timeout=seconds)).job

    async def insist(self, text: str, *, request_id: str, **more: Any) -> Any:
        """The job of an add that is repeated while the server can't work."""

        async def done() -> Any:
            try:
                job = await self.add(text, request_id=request_id, **more)
            except grpc.aio.AioRpcError as e:
                if e.code() in PASSING:
                    return None
                raise
            return job if job.state == JOB_STATE_DONE else None

        return await until(done)

    async def recall(self, query: str, *, seconds: float = CALL_SECONDS) -> Any:
        """What answers a question of Ann's."""
        packed = pack_recall(RecallRequest(scope=ANN, query=query))
        return await self._stub.Recall(packed, timeout=seconds)

    async def remembered(self) -> list[str]:
        """The texts that hold now, sorted."""
        request = pb.ListMemoriesRequest(page_size=1_000)
        request.scope.user_id = ANN.user_id
        return sorted(
            one.revision.text for one in (await self._stub.ListMemories(request, timeout=CALL_SECONDS)).memories
        )

    def said(self, error: grpc.aio.AioRpcError) -> str:
        """An error by code and reason."""
        return f"{error.code().name} {unpack_error(error, self._address).reason}"


PASSING = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.ABORTED,
}


@asynccontextmanager
async def calling(address: str) -> AsyncIterator[Caller]:
    async with grpc.aio.insecure_channel(address) as channel:
        yield Caller(channel, address)


def retry_after(error: grpc.aio.AioRpcError) -> float | None:
    """When the server says to try again, in seconds; None = it does not say."""
    info = error_details_pb2.RetryInfo()
    status = rpc_status.from_call(cast("Any", error))
    if status is None or not any(detail.Unpack(info) for detail in status.details):
        return None
    return float(info.retry_delay.ToTimedelta().total_seconds())


async def until(found: Callable[[], Awaitable[Any]]) -> Any:
    """Look every now and then until there is something, with a deadline."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if there := await found():
                return there
            await asyncio.sleep(POLL_SECONDS)


def on_neo4j(
    folder: Path,
    server: Neo4jServer | Neo4jProcess,
    *,
    uri: str = "",
    index: IndexSettings = NO_INDEX,
) -> Settings:
    """Settings of a process on the server, or on the address in front of it."""
    password = SecretStr(server.password)
    ledger = LedgerSettings(backend="neo4j", uri=uri or server.uri, user=server.user, password=password)
    return Settings(data_dir=folder / "data", ledger=ledger, index=index)


def environment(settings: Settings) -> dict[str, str]:
    """The settings of the stores, as a process reads them."""
    parts = {"TWOHOP_LEDGER__": settings.ledger, "TWOHOP_INDEX__": settings.index}
    return {
        f"{prefix}{name.upper()}": value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for prefix, part in parts.items()
        for name in sorted(part.model_fields_set)
        if (value := getattr(part, name)) is not None
    }


async def flaws(settings: Settings) -> list[str]:
    """What verify names in the stores, of all owners."""
    async with open_stores(settings) as stores:
        found = [
            await verify_owner(stores.ledger, stores.index, partition, centred=stores.embedder.centred)
            async for partition in all_partitions(stores.ledger)
        ]
    return [f"{one.flaw.value} in {one.table}: {one.detail}" for owner in found for one in owner.findings]
