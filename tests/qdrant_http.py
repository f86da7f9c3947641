"""Qdrant's REST interface over its local mode, as far as the index speaks it: a server where none can be had.

What it answers is computed by Qdrant's own local mode and shaped by the client's own models; what it does not show is
how a real server behaves (planning, replication, limits).
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from pydantic import BaseModel, TypeAdapter
from qdrant_client import AsyncQdrantClient, models

from tcp import LOOPBACK

REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 500: "Internal Server Error"}


class QdrantHttp:
    """A listening server, empty at first. `broken`: it answers 500. `created`: how each collection was asked for.

    `pauses`: seconds that it takes to answer, by HTTP method.
    """

    def __init__(self, *, api_key: str = "", version: str = "1.19.0") -> None:
        self.client = AsyncQdrantClient(":memory:")
        self.version = version
        self.broken = False
        self.pauses: dict[str, float] = {}
        self.requests: list[str] = []
        self.created: dict[str, models.CreateCollection] = {}
        self.port = 0
        self._api_key = api_key
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, LOOPBACK, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await self._server.wait_closed()
        await self.client.close()

    def wipe(self) -> None:
        """Lose everything."""
        self.client = AsyncQdrantClient(":memory:")

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while line := await reader.readline():
                method, target, _ = line.decode().split()
                headers: dict[str, str] = {}
                while (header := await reader.readline()).strip():
                    name, _, value = header.decode().partition(":")
                    headers[name.lower()] = value.strip()
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                status, answer = await self._answer(method, target.partition("?")[0], headers, body)
                content = json.dumps(answer).encode()
                head = f"HTTP/1.1 {status} {REASONS[status]}\r\ncontent-type: application/json\r\n"
                writer.write(f"{head}content-length: {len(content)}\r\n\r\n".encode() + content)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        self.requests.append(f"{method} {path}")
        await asyncio.sleep(self.pauses.get(method, 0.0))
        if self._api_key and headers.get("api-key") != self._api_key:
            return 401, {"status": {"error": f"the key {headers.get('api-key')} is wrong"}}
        if self.broken:
            return 500, {"status": {"error": "broken"}}
        if path == "/":
            return 200, {"title": "qdrant", "version": self.version}
        try:
            found = await self._route(method, path.strip("/").split("/"), body)
        except ValueError as e:
            return (404 if "not found" in str(e) else 400), {"status": {"error": str(e)}}
        return 200, {"result": plain(found), "status": "ok", "time": 0.0}

    async def _route(self, method: str, parts: list[str], body: bytes) -> Any:  # noqa: PLR0911 - a route each.
        client = self.client
        match method, parts:
            case "GET", ["aliases"]:
                return await client.get_aliases()
            case "POST", ["collections", "aliases"]:
                return await client.update_collection_aliases(list(read(models.ChangeAliasesOperation, body).actions))
            case "GET", ["collections"]:
                return await client.get_collections()
            case "GET", ["collections", name]:
                return await client.get_collection(name)
            case "GET", ["collections", name, "exists"]:
                return {"exists": await client.collection_exists(name)}
            case "DELETE", ["collections", name]:
                return await client.delete_collection(name)
            case "PUT", ["collections", name]:
                made = self.created[name] = read(models.CreateCollection, body)
                return await client.create_collection(
                    name, made.vectors, sparse_vectors_config=made.sparse_vectors, metadata=made.metadata
                )
            case "PUT", ["collections", name, "index"]:
                field = read(models.CreateFieldIndex, body)
                return await client.create_payload_index(name, field.field_name, field.field_schema)
            case "POST", ["collections", name, *rest]:
                return await self._on_points(name, "/".join(rest), body)
        raise ValueError(f"{method} {'/'.join(parts)} not found")

    async def _on_points(self, name: str, what: str, body: bytes) -> Any:
        client = self.client
        on: dict[str, Callable[[], Awaitable[Any]]] = {
            "points/batch": lambda: client.batch_update_points(name, read(models.UpdateOperations, body).operations),
            "points/delete": lambda: client.delete(name, TypeAdapter(models.PointsSelector).validate_json(body)),
            "points/query/batch": lambda: client.query_batch_points(
                name, read(models.QueryRequestBatch, body).searches
            ),
            "points/count": lambda: client.count(name),
            "points/scroll": lambda: self._scroll(name, read(models.ScrollRequest, body)),
            "facet": lambda: self._facet(name, read(models.FacetRequest, body)),
        }
        return await on[what]()

    async def _scroll(self, name: str, asked: models.ScrollRequest) -> dict[str, Any]:
        records, following = await self.client.scroll(
            name,
            asked.filter,
            limit=asked.limit or 10,
            offset=asked.offset,
            with_payload=asked.with_payload if asked.with_payload is not None else True,
        )
        return {"points": records, "next_page_offset": following}

    async def _facet(self, name: str, asked: models.FacetRequest) -> models.FacetResponse:
        return await self.client.facet(name, asked.key, asked.filter, limit=asked.limit or 10)


def read(model: type[Any], body: bytes) -> Any:
    return model.model_validate_json(body)


def plain(found: Any) -> Any:
    """An answer as JSON's types."""
    if isinstance(found, BaseModel):
        return found.model_dump(mode="json")
    if isinstance(found, dict):
        return {key: plain(value) for key, value in found.items()}
    return [plain(one) for one in found] if isinstance(found, list) else found


@asynccontextmanager
async def qdrant_http(*, api_key: str = "", version: str = "1.19.0") -> AsyncIterator[QdrantHttp]:
    """A server that listens, empty."""
    server = QdrantHttp(api_key=api_key, version=version)
    await server.start()
    try:
        yield server
    finally:
        await server.close()
