"""The backends that the index's contract is checked on, and where a Qdrant server for tests is found."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr
from qdrant_client import AsyncQdrantClient
from testcontainers.community.qdrant import QdrantContainer

import docker_engine
from index_points import BUILT, edge
from qdrant_grpc import qdrant_grpc
from qdrant_http import qdrant_http
from twohop.config import IndexSettings
from twohop.vector.index import Index
from twohop.vector.qdrant import QdrantIndex
from twohop.vector.qdrant_schema import Layout
from twohop.vector.qdrant_server import connect

IMAGE = "qdrant/qdrant:v1.19.0"
BACKENDS = ("edge", "edge-files", "qdrant-local", "qdrant-http", "qdrant-grpc", "qdrant-server")


async def qdrant(client: AsyncQdrantClient, **settings: Any) -> QdrantIndex:
    """An index over the client, for vectors of these tests."""
    defaults: dict[str, Any] = {"collection": "test", "layout": Layout(), "timeout_seconds": 10.0}
    return await QdrantIndex.open(client, **BUILT | defaults | settings)


def over_http(url: str, *, api_key: str = "") -> AsyncQdrantClient:
    return connect(url=url, api_key=api_key, prefer_grpc=False, grpc_port=1, timeout=10.0)


def over_grpc(port: int) -> AsyncQdrantClient:
    """Port 1 answers nothing: whatever goes over HTTP fails."""
    return connect(url="http://127.0.0.1:1", api_key="", prefer_grpc=True, grpc_port=port, timeout=10.0)


@asynccontextmanager
async def opened(backend: str, folder: Path) -> AsyncIterator[Index]:
    """An empty index of the backend, closed at the end."""
    async with AsyncExitStack() as stack:
        index: Index
        match backend:
            case "edge":
                index = await edge(folder / "index")
            case "edge-files":
                index = await edge(folder / "index", hot=0)
            case "qdrant-local":
                index = await qdrant(AsyncQdrantClient(":memory:"))
            case "qdrant-http":
                server = await stack.enter_async_context(qdrant_http())
                index = await qdrant(over_http(server.url))
            case "qdrant-grpc":
                spoken = await stack.enter_async_context(qdrant_grpc())
                index = await qdrant(over_grpc(spoken.port))
            case _:
                index = await on_server(stack)
        stack.push_async_callback(index.close)
        yield index


async def on_server(stack: AsyncExitStack) -> Index:
    """An index in a collection of its own on a real server; skips where there is none."""
    settings = await stack.enter_async_context(own_collection())
    return await qdrant(over_server(settings), collection=settings.collection, timeout_seconds=30.0)


@asynccontextmanager
async def own_collection() -> AsyncIterator[IndexSettings]:
    """A name on a real server whose first collection is removed at the end; skips where there is no server."""
    url, grpc_port = real_server()
    settings = IndexSettings(
        backend="qdrant",
        url=url,
        api_key=SecretStr(os.environ.get("TWOHOP_TEST_QDRANT_API_KEY", "")),
        grpc_port=grpc_port,
        collection=f"test-{uuid4().hex}",
        timeout_seconds=30.0,
    )
    yield settings
    cleaner = over_server(settings)
    await cleaner.delete_collection(f"{settings.collection}-1")
    await cleaner.close()


def over_server(settings: IndexSettings) -> AsyncQdrantClient:
    return connect(
        url=settings.url, api_key=settings.key(), prefer_grpc=True, grpc_port=settings.grpc_port, timeout=30.0
    )


def real_server() -> tuple[str, int]:
    """The address and gRPC port of a Qdrant server: the environment's, else one in a container, else a skip."""
    if url := os.environ.get("TWOHOP_TEST_QDRANT_URL", ""):
        return url, int(os.environ.get("TWOHOP_TEST_QDRANT_GRPC_PORT", "6334"))
    found = container()
    if isinstance(found, str):
        pytest.skip(f"no Qdrant server: set TWOHOP_TEST_QDRANT_URL, or have a Docker engine with {IMAGE} ({found})")
    host = found.get_container_host_ip()
    return f"http://{host}:{found.exposed_rest_port}", int(found.exposed_grpc_port)


@cache
def container() -> QdrantContainer | str:
    """A server that lives as long as the tests (its reaper ends it), or why there is none."""
    if not docker_engine.answers():
        return "none answers"
    try:
        return QdrantContainer(IMAGE).start()
    except Exception as e:  # noqa: BLE001 - no engine, no image, no start: each raises what it likes.
        return type(e).__name__
