"""A caller's own changes, over gRPC."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from twohop.client.packing import packing
from twohop.graph.model import Axes, Memory, Scope
from twohop.memory.api import Changed, Contradiction, Edit, Listing, Resolution
from twohop.v1 import memory_service_pb2 as pb
from twohop.wire.changes import unpack_changed, unpack_conflict
from twohop.wire.edits import pack_edit
from twohop.wire.enums import RESOLUTIONS
from twohop.wire.memories import unpack_memory
from twohop.wire.scopes import pack_scope, pack_view, read_time_of
from twohop.wire.tokens import sequence_in


class RemoteEdits(ABC):
    """The part of `twohop.memory.api.Core` in which callers decide, over a channel."""

    _memory: Any

    @abstractmethod
    async def _call(self, rpc: Callable[..., Any], request: Any) -> Any:
        """The response, or one of our errors."""

    async def update(self, scope: Scope, memory_id: str, edit: Edit, *, etag: str, request_id: str) -> Memory:
        """A new revision by the caller."""
        with packing():
            memory, mask = pack_edit(edit)
            packed = pb.UpdateMemoryRequest(
                scope=pack_scope(scope),
                memory_id=memory_id,
                memory=memory,
                update_mask=mask,
                etag=etag,
                request_id=request_id,
            )
        response: pb.UpdateMemoryResponse = await self._call(self._memory.UpdateMemory, packed)
        return unpack_memory(response.memory, scope.partition)

    async def delete(self, scope: Scope, memory_id: str, *, etag: str, request_id: str) -> Memory:
        """Close a memory."""
        with packing():
            packed = pb.DeleteMemoryRequest(
                scope=pack_scope(scope), memory_id=memory_id, etag=etag, request_id=request_id
            )
        response: pb.DeleteMemoryResponse = await self._call(self._memory.DeleteMemory, packed)
        return unpack_memory(response.memory, scope.partition)

    async def restore(self, scope: Scope, memory_id: str, *, etag: str, request_id: str) -> Memory:
        """Bring a closed or retracted memory back."""
        with packing():
            packed = pb.RestoreMemoryRequest(
                scope=pack_scope(scope), memory_id=memory_id, etag=etag, request_id=request_id
            )
        response: pb.RestoreMemoryResponse = await self._call(self._memory.RestoreMemory, packed)
        return unpack_memory(response.memory, scope.partition)

    async def pin(self, scope: Scope, memory_id: str, *, pinned: bool, etag: str, request_id: str) -> Memory:
        """Pin a memory or unpin it."""
        with packing():
            packed = pb.PinMemoryRequest(
                scope=pack_scope(scope), memory_id=memory_id, pinned=pinned, etag=etag, request_id=request_id
            )
        response: pb.PinMemoryResponse = await self._call(self._memory.PinMemory, packed)
        return unpack_memory(response.memory, scope.partition)

    async def revert(self, scope: Scope, decision_id: str, *, request_id: str) -> Changed:
        """Undo a decision."""
        with packing():
            packed = pb.RevertDecisionRequest(scope=pack_scope(scope), decision_id=decision_id, request_id=request_id)
        response: pb.RevertDecisionResponse = await self._call(self._memory.RevertDecision, packed)
        seq = sequence_in(response.consistency_token)
        return unpack_changed(response.decision, response.memories, scope.partition, seq)

    async def conflicts(self, scope: Scope, axes: Axes, *, page_size: int, page_token: str) -> Listing[Contradiction]:
        """Disputed memories with what they contradict."""
        with packing():
            packed = pb.ListConflictsRequest(
                scope=pack_scope(scope), view=pack_view(axes), page_size=page_size, page_token=page_token
            )
        response: pb.ListConflictsResponse = await self._call(self._memory.ListConflicts, packed)
        return Listing(
            items=tuple(unpack_conflict(conflict, scope.partition) for conflict in response.conflicts),
            next_page_token=response.next_page_token,
            read_time=read_time_of(response.state),
            seq=response.state.sequence,
        )

    async def resolve(self, scope: Scope, memory_id: str, resolution: Resolution, *, request_id: str) -> Changed:
        """Settle a conflict."""
        with packing():
            packed = pb.ResolveConflictRequest(
                scope=pack_scope(scope),
                memory_id=memory_id,
                resolution=RESOLUTIONS.pack(resolution),
                request_id=request_id,
            )
        response: pb.ResolveConflictResponse = await self._call(self._memory.ResolveConflict, packed)
        seq = sequence_in(response.consistency_token)
        return unpack_changed(response.decision, response.memories, scope.partition, seq)
