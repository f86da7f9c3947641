"""The core of a server, over gRPC: the same calls, values and errors as the one in process."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from typing import Any

import grpc

from twohop.client.packing import packing
from twohop.client.remote_directory import RemoteDirectory
from twohop.client.remote_edits import RemoteEdits
from twohop.graph.model import Axes, Decision, Entity, Evidence, JobState, Memory, Message, Relation, Revision, Scope
from twohop.memory.api import (
    AddRequest,
    AddResult,
    EntityChanged,
    Filter,
    ListedJob,
    Listing,
    PathsRequest,
    PathsResult,
    RecallPart,
    RecallRequest,
    RecallResult,
)
from twohop.v1 import graph_service_pb2 as graph_pb
from twohop.v1 import memory_service_pb2 as memory_pb
from twohop.v1.graph_service_pb2_grpc import GraphServiceStub
from twohop.v1.memory_service_pb2_grpc import MemoryServiceStub
from twohop.wire.adds import pack_add, unpack_job
from twohop.wire.decisions import unpack_decision
from twohop.wire.edits import pack_filter
from twohop.wire.enums import JOB_STATES
from twohop.wire.errors import unpack_error
from twohop.wire.graphs import unpack_entity, unpack_relation
from twohop.wire.memories import unpack_memory, unpack_revision
from twohop.wire.messages import unpack_message
from twohop.wire.paths import pack_paths_request, unpack_paths_result
from twohop.wire.recalls import pack_recall, unpack_answer, unpack_part
from twohop.wire.scopes import pack_scope, pack_view, read_time_of, unpack_scope
from twohop.wire.tokens import sequence_in

MOST_IDS = 1_000
"""What the server takes in one request."""

KEEPALIVE_MS, KEEPALIVE_TIMEOUT_MS = 60_000, 20_000
"""A connection whose other end is gone is noticed within these, also while a call waits."""

LOOPBACK = ("127.", "localhost:", "[::1]:")


class RemoteCore(RemoteEdits):
    """Implements `twohop.memory.api.Core` over a channel. Made and used in one running event loop."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._channel = grpc.aio.insecure_channel(
            target,
            options=[
                ("grpc.max_receive_message_length", -1),
                ("grpc.max_send_message_length", -1),
                ("grpc.keepalive_time_ms", KEEPALIVE_MS),
                ("grpc.keepalive_timeout_ms", KEEPALIVE_TIMEOUT_MS),
                ("grpc.enable_http_proxy", int(not target.startswith(LOOPBACK))),
            ],
        )
        self._memory: Any = MemoryServiceStub(self._channel)
        self._graph: Any = GraphServiceStub(self._channel)
        self.directory = RemoteDirectory(self._channel, self._call)

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()

    async def add(self, request: AddRequest) -> AddResult:
        """Remember an exchange."""
        with packing():
            packed = pack_add(request)
        response: memory_pb.AddMemoriesResponse = await self._call(self._memory.AddMemories, packed)
        return unpack_job(response.job, request.scope.partition, sequence_in(response.consistency_token))

    async def job(self, scope: Scope, job_id: str) -> AddResult:
        """An add's result as it stands now."""
        with packing():
            packed = memory_pb.GetJobRequest(scope=pack_scope(scope), job_id=job_id)
        response: memory_pb.GetJobResponse = await self._call(self._memory.GetJob, packed)
        return unpack_job(response.job, scope.partition, response.state.sequence)

    async def watch_job(self, scope: Scope, job_id: str) -> AsyncGenerator[AddResult, None]:
        """The job at once, and again whenever it changes."""
        with packing():
            packed = memory_pb.WatchJobRequest(scope=pack_scope(scope), job_id=job_id)
        call = self._memory.WatchJob(packed)
        try:
            async for response in call:
                yield unpack_job(response.job, scope.partition, sequence_in(response.consistency_token))
        except grpc.aio.AioRpcError as e:
            raise unpack_error(e, self._target) from None
        finally:
            call.cancel()

    async def list_jobs(
        self, scope: Scope, *, states: Sequence[JobState], page_size: int, page_token: str
    ) -> Listing[ListedJob]:
        """Jobs, newest first."""
        with packing():
            packed = memory_pb.ListJobsRequest(
                scope=pack_scope(scope),
                states=[JOB_STATES.pack(state) for state in states],
                page_size=page_size,
                page_token=page_token,
            )
        response: memory_pb.ListJobsResponse = await self._call(self._memory.ListJobs, packed)
        jobs = [(unpack_scope(owned.scope), owned.job) for owned in response.jobs]
        items = tuple(ListedJob(scope=owner, job=unpack_job(job, owner.partition, 0)) for owner, job in jobs)
        return Listing(items=items, next_page_token=response.next_page_token, read_time=0, seq=0)

    async def cancel_job(self, scope: Scope, job_id: str, *, request_id: str) -> AddResult:
        """End a job."""
        with packing():
            packed = memory_pb.CancelJobRequest(scope=pack_scope(scope), job_id=job_id, request_id=request_id)
        response: memory_pb.CancelJobResponse = await self._call(self._memory.CancelJob, packed)
        return unpack_job(response.job, scope.partition, 0)

    async def replay_job(self, scope: Scope, job_id: str, *, request_id: str) -> AddResult:
        """Queue a failed or cancelled job again."""
        with packing():
            packed = memory_pb.ReplayJobRequest(scope=pack_scope(scope), job_id=job_id, request_id=request_id)
        response: memory_pb.ReplayJobResponse = await self._call(self._memory.ReplayJob, packed)
        return unpack_job(response.job, scope.partition, 0)

    async def recall(self, request: RecallRequest) -> RecallResult:
        """What answers a question, with the time that is left as the call's deadline."""
        with packing():
            packed = pack_recall(request)
        seconds = seconds_until(request.deadline)
        response: memory_pb.RecallResponse = await self._call(self._memory.Recall, packed, seconds)
        return unpack_answer(response, request.scope.partition)

    async def recall_stream(self, request: RecallRequest) -> AsyncGenerator[RecallPart, None]:
        """What answers a question, in parts."""
        with packing():
            packed = memory_pb.RecallStreamRequest(scope=pack_scope(request.scope), recall=pack_recall(request))
        call = self._memory.RecallStream(packed, timeout=seconds_until(request.deadline))
        try:
            async for response in call:
                yield unpack_part(response, request.scope.partition)
        except grpc.aio.AioRpcError as e:
            raise unpack_error(e, self._target) from None
        finally:
            call.cancel()

    async def get(self, scope: Scope, memory_id: str, axes: Axes) -> Memory:
        """One memory."""
        with packing():
            packed = memory_pb.GetMemoryRequest(scope=pack_scope(scope), memory_id=memory_id, view=pack_view(axes))
        response: memory_pb.GetMemoryResponse = await self._call(self._memory.GetMemory, packed)
        return unpack_memory(response.memory, scope.partition)

    async def list(
        self, scope: Scope, where: Filter, axes: Axes, *, include_closed: bool, page_size: int, page_token: str
    ) -> Listing[Memory]:
        """Memories, newest first."""
        with packing():
            packed = memory_pb.ListMemoriesRequest(
                scope=pack_scope(scope),
                filter=pack_filter(where),
                view=pack_view(axes),
                include_closed=include_closed,
                page_size=page_size,
                page_token=page_token,
            )
        response: memory_pb.ListMemoriesResponse = await self._call(self._memory.ListMemories, packed)
        return listing(response, [unpack_memory(memory, scope.partition) for memory in response.memories])

    async def revisions(
        self, scope: Scope, memory_id: str, axes: Axes, *, page_size: int, page_token: str
    ) -> Listing[Revision]:
        """Every version of a memory."""
        with packing():
            packed = memory_pb.ListMemoryRevisionsRequest(
                scope=pack_scope(scope),
                memory_id=memory_id,
                view=pack_view(axes),
                page_size=page_size,
                page_token=page_token,
            )
        response: memory_pb.ListMemoryRevisionsResponse = await self._call(self._memory.ListMemoryRevisions, packed)
        return listing(response, [unpack_revision(revision, scope.partition) for revision in response.revisions])

    async def evidence(self, scope: Scope, evidence: Sequence[Evidence], axes: Axes) -> dict[str, Message]:
        """The messages that evidence points at, by message id."""
        found = {}
        for ids in chunks(row.message_id for row in evidence):
            with packing():
                packed = memory_pb.BatchGetMessagesRequest(
                    scope=pack_scope(scope), message_ids=ids, view=pack_view(axes)
                )
            response: memory_pb.BatchGetMessagesResponse = await self._call(self._memory.BatchGetMessages, packed)
            found.update({message.id: unpack_message(message, scope.partition) for message in response.messages})
        return found

    async def decisions(
        self, scope: Scope, axes: Axes, *, job_id: str, memory_id: str, page_size: int, page_token: str
    ) -> Listing[Decision]:
        """What was decided, by whom and why."""
        with packing():
            packed = memory_pb.ListDecisionsRequest(
                scope=pack_scope(scope),
                job_id=job_id,
                memory_id=memory_id,
                view=pack_view(axes),
                page_size=page_size,
                page_token=page_token,
            )
        response: memory_pb.ListDecisionsResponse = await self._call(self._memory.ListDecisions, packed)
        return listing(response, [unpack_decision(decision, scope.partition) for decision in response.decisions])

    async def entities(
        self, scope: Scope, *, name: str, axes: Axes, page_size: int, page_token: str
    ) -> Listing[Entity]:
        """Entities in the order of their names."""
        with packing():
            packed = graph_pb.ListEntitiesRequest(
                scope=pack_scope(scope), name=name, view=pack_view(axes), page_size=page_size, page_token=page_token
            )
        response: graph_pb.ListEntitiesResponse = await self._call(self._graph.ListEntities, packed)
        return listing(response, [unpack_entity(entity, scope.partition) for entity in response.entities])

    async def relations(
        self,
        scope: Scope,
        *,
        entity_id: str,
        predicate: str,
        axes: Axes,
        include_closed: bool,
        page_size: int,
        page_token: str,
    ) -> Listing[Relation]:
        """Relations, newest first."""
        with packing():
            packed = graph_pb.ListRelationsRequest(
                scope=pack_scope(scope),
                entity_id=entity_id,
                predicate=predicate,
                view=pack_view(axes),
                include_closed=include_closed,
                page_size=page_size,
                page_token=page_token,
            )
        response: graph_pb.ListRelationsResponse = await self._call(self._graph.ListRelations, packed)
        return listing(response, [unpack_relation(relation, scope.partition) for relation in response.relations])

    async def entities_by_id(self, scope: Scope, ids: Sequence[str], axes: Axes) -> dict[str, Entity]:
        """Entities by id."""
        found = {}
        for some in chunks(ids):
            with packing():
                packed = graph_pb.BatchGetEntitiesRequest(
                    scope=pack_scope(scope), entity_ids=some, view=pack_view(axes)
                )
            response: graph_pb.BatchGetEntitiesResponse = await self._call(self._graph.BatchGetEntities, packed)
            found.update({entity.id: unpack_entity(entity, scope.partition) for entity in response.entities})
        return found

    async def merge_entities(self, scope: Scope, entity_id: str, merged_id: str, *, request_id: str) -> EntityChanged:
        """Two entities are one."""
        with packing():
            packed = graph_pb.MergeEntitiesRequest(
                scope=pack_scope(scope), entity_id=entity_id, merged_id=merged_id, request_id=request_id
            )
        response: graph_pb.MergeEntitiesResponse = await self._call(self._graph.MergeEntities, packed)
        return entity_changed(response, scope)

    async def split_entity(
        self, scope: Scope, entity_id: str, memory_ids: Sequence[str], *, name: str, request_id: str
    ) -> EntityChanged:
        """Some memories are about another entity."""
        with packing():
            packed = graph_pb.SplitEntityRequest(
                scope=pack_scope(scope), entity_id=entity_id, memory_ids=memory_ids, name=name, request_id=request_id
            )
        response: graph_pb.SplitEntityResponse = await self._call(self._graph.SplitEntity, packed)
        return entity_changed(response, scope)

    async def paths(self, request: PathsRequest) -> PathsResult:
        """How two entities are connected, with the time that is left as the call's deadline."""
        with packing():
            packed = pack_paths_request(request)
        seconds = seconds_until(request.deadline)
        response: graph_pb.FindPathsResponse = await self._call(self._graph.FindPaths, packed, seconds)
        return unpack_paths_result(response, request.scope.partition)

    async def _call(self, rpc: Callable[..., Any], request: Any, seconds: float | None = None) -> Any:
        try:
            return await rpc(request, timeout=seconds)
        except grpc.aio.AioRpcError as e:
            raise unpack_error(e, self._target) from None


def seconds_until(deadline: float | None) -> float | None:
    """What is left of a deadline on the event loop's clock."""
    return None if deadline is None else deadline - asyncio.get_running_loop().time()


def listing(response: Any, items: Sequence[Any]) -> Listing[Any]:
    """A page of a list response."""
    return Listing(
        items=tuple(items),
        next_page_token=response.next_page_token,
        read_time=read_time_of(response.state),
        seq=response.state.sequence,
    )


def entity_changed(
    response: graph_pb.MergeEntitiesResponse | graph_pb.SplitEntityResponse, scope: Scope
) -> EntityChanged:
    """What was said of an entity."""
    return EntityChanged(
        entity=unpack_entity(response.entity, scope.partition),
        decision=unpack_decision(response.decision, scope.partition),
        seq=sequence_in(response.consistency_token),
    )


def chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    """The ids, each once, in as many requests as the server needs."""
    once = list(dict.fromkeys(ids))
    for start in range(0, len(once), MOST_IDS):
        yield once[start : start + MOST_IDS]
