"""The deployments that a whole core runs on: the stores in this process, and servers that are empty at first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from indexes import own_collection
from ledgers import empty
from neo4j_server import Neo4jServer
from qdrant_http import qdrant_http
from twohop.config import IndexSettings, LedgerSettings, LlmSettings, Settings
from twohop.memory.settings import SummarySettings

EMBEDDED = "sqlite+edge"
OTHERS = ("neo4j+edge", "neo4j+qdrant", "sqlite+qdrant", "neo4j+qdrant-server")
"""`qdrant` is Qdrant's local mode behind a real socket, `qdrant-server` a real server where there is one."""


@asynccontextmanager
async def deployment(name: str, folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[Settings]:
    """The settings of a deployment that holds nothing yet. Its servers live until the end."""
    backend, _, index = name.partition("+")
    async with AsyncExitStack() as stack:
        yield Settings(
            data_dir=folder / "data",
            llm=LlmSettings(provider="rules"),
            ledger=await ledger_of(backend, request),
            index=await index_of(index, stack),
            # Summaries are written beside the adds, at no certain time: none here, so that runs can be compared.
            summary=SummarySettings(messages=1_000_000, seconds=10.0**9),
            synchronous="OFF",
        )


async def ledger_of(backend: str, request: pytest.FixtureRequest) -> LedgerSettings:
    if backend == "sqlite":
        return LedgerSettings()
    server: Neo4jServer = request.getfixturevalue("neo4j_server")
    await asyncio.to_thread(empty, server)
    return LedgerSettings(backend="neo4j", uri=server.uri, user=server.user, password=SecretStr(server.password))


async def index_of(backend: str, stack: AsyncExitStack) -> IndexSettings:
    match backend:
        case "edge":
            return IndexSettings()
        case "qdrant":
            server = await stack.enter_async_context(qdrant_http())
            return IndexSettings(backend="qdrant", url=server.url, prefer_grpc=False, timeout_seconds=30.0)
        case _:
            return await stack.enter_async_context(own_collection())
