"""Qdrant's gRPC interface over its local mode, as `qdrant_http` is its REST interface.

Requests and answers pass through the client's own conversions, so what the index asks for is what can be said in gRPC.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc.aio
from qdrant_client import AsyncQdrantClient, models
from qdrant_client import grpc as wire
from qdrant_client.conversions.conversion import GrpcToRest, RestToGrpc

from tcp import LOOPBACK

Handler = Callable[[Any, Any], Awaitable[Any]]


class QdrantGrpc:
    """A listening server, empty at first."""

    def __init__(self, version: str = "1.19.0") -> None:
        self.client = AsyncQdrantClient(":memory:")
        self.port = 0
        self._version = version
        self._server = grpc.aio.server()

    async def start(self) -> None:
        services: list[tuple[Any, dict[str, Callable[[Any], Awaitable[Any]]]]] = [
            (wire.add_QdrantServicer_to_server, self._root()),
            (wire.add_CollectionsServicer_to_server, self._collections()),
            (wire.add_PointsServicer_to_server, self._points()),
        ]
        for add, methods in services:
            add(Answering(methods), self._server)
        self.port = self._server.add_insecure_port(f"{LOOPBACK}:0")
        await self._server.start()

    async def close(self) -> None:
        await self._server.stop(grace=0)
        await self.client.close()

    def _root(self) -> dict[str, Callable[[Any], Awaitable[Any]]]:
        async def health(_: Any) -> Any:
            return wire.HealthCheckReply(title="qdrant", version=self._version)

        return {"HealthCheck": health}

    def _collections(self) -> dict[str, Callable[[Any], Awaitable[Any]]]:
        client = self.client

        async def aliases(_: Any) -> Any:
            found = (await client.get_aliases()).aliases
            return wire.ListAliasesResponse(aliases=[RestToGrpc.convert_alias_description(one) for one in found])

        async def change_aliases(request: Any) -> Any:
            actions = [GrpcToRest.convert_alias_operations(one) for one in request.actions]
            return wire.CollectionOperationResponse(result=await client.update_collection_aliases(actions))

        async def listed(_: Any) -> Any:
            found = (await client.get_collections()).collections
            return wire.ListCollectionsResponse(
                collections=[wire.CollectionDescription(name=one.name) for one in found]
            )

        async def get(request: Any) -> Any:
            found = await client.get_collection(request.collection_name)
            return wire.GetCollectionInfoResponse(result=RestToGrpc.convert_collection_info(found))

        async def exists(request: Any) -> Any:
            found = await client.collection_exists(request.collection_name)
            return wire.CollectionExistsResponse(result=wire.CollectionExists(exists=found))

        async def create(request: Any) -> Any:
            made = await client.create_collection(
                request.collection_name,
                GrpcToRest.convert_vectors_config(request.vectors_config),
                sparse_vectors_config=GrpcToRest.convert_sparse_vector_config(request.sparse_vectors_config),
                metadata=GrpcToRest.convert_payload(request.metadata),
            )
            return wire.CollectionOperationResponse(result=made)

        async def delete(request: Any) -> Any:
            return wire.CollectionOperationResponse(result=await client.delete_collection(request.collection_name))

        return {
            "ListAliases": aliases,
            "UpdateAliases": change_aliases,
            "List": listed,
            "Get": get,
            "CollectionExists": exists,
            "Create": create,
            "Delete": delete,
        }

    def _points(self) -> dict[str, Callable[[Any], Awaitable[Any]]]:
        client = self.client
        done = wire.UpdateResult(operation_id=1, status=wire.UpdateStatus.Completed)

        async def create_field_index(request: Any) -> Any:
            await client.create_payload_index(
                request.collection_name, request.field_name, models.PayloadSchemaType.KEYWORD
            )
            return wire.PointsOperationResponse(result=done)

        async def update(request: Any) -> Any:
            operations = [GrpcToRest.convert_points_update_operation(one) for one in request.operations]
            await client.batch_update_points(request.collection_name, operations)
            return wire.UpdateBatchResponse(result=[done] * len(operations))

        async def delete(request: Any) -> Any:
            await client.delete(request.collection_name, GrpcToRest.convert_points_selector(request.points))
            return wire.PointsOperationResponse(result=done)

        async def query(request: Any) -> Any:
            asked = [GrpcToRest.convert_query_points(one) for one in request.query_points]
            found = await client.query_batch_points(request.collection_name, asked)
            return wire.QueryBatchResponse(
                result=[
                    wire.BatchResult(result=[RestToGrpc.convert_scored_point(point) for point in one.points])
                    for one in found
                ]
            )

        async def count(request: Any) -> Any:
            return wire.CountResponse(
                result=wire.CountResult(count=(await client.count(request.collection_name)).count)
            )

        async def scroll(request: Any) -> Any:
            records, _ = await client.scroll(
                request.collection_name,
                GrpcToRest.convert_filter(request.filter),
                limit=request.limit,
                offset=GrpcToRest.convert_point_id(request.offset) if request.HasField("offset") else None,
                with_payload=GrpcToRest.convert_with_payload_selector(request.with_payload),
            )
            return wire.ScrollResponse(result=[RestToGrpc.convert_retrieved_point(record) for record in records])

        async def facet(request: Any) -> Any:
            found = await client.facet(
                request.collection_name, request.key, GrpcToRest.convert_filter(request.filter), limit=request.limit
            )
            return wire.FacetResponse(hits=[RestToGrpc.convert_facet_value_hit(one) for one in found.hits])

        return {
            "CreateFieldIndex": create_field_index,
            "UpdateBatch": update,
            "Delete": delete,
            "QueryBatch": query,
            "Count": count,
            "Scroll": scroll,
            "Facet": facet,
        }


class Answering:
    """A servicer of these methods; the others are not implemented. Local mode's complaints become statuses."""

    def __init__(self, methods: dict[str, Callable[[Any], Awaitable[Any]]]) -> None:
        self._methods = methods

    def __getattr__(self, name: str) -> Handler:
        async def answer(request: Any, context: Any) -> Any:
            if name not in self._methods:
                await context.abort(grpc.StatusCode.UNIMPLEMENTED, name)
            try:
                return await self._methods[name](request)
            except ValueError as e:
                missing = "not found" in str(e)
                code = grpc.StatusCode.NOT_FOUND if missing else grpc.StatusCode.INVALID_ARGUMENT
                await context.abort(code, str(e))

        return answer


@asynccontextmanager
async def qdrant_grpc() -> AsyncIterator[QdrantGrpc]:
    """A server that listens, empty."""
    server = QdrantGrpc()
    await server.start()
    try:
        yield server
    finally:
        await server.close()
