"""The calls by which callers change what is remembered: edits, undoing, and the settling of conflicts."""

from twohop.memory.api import Core
from twohop.server.interceptors import Context
from twohop.server.states import require, token_of
from twohop.v1 import memory_service_pb2 as pb
from twohop.v1.memory_service_pb2_grpc import MemoryServiceServicer
from twohop.wire.changes import pack_conflict, unpack_resolution
from twohop.wire.decisions import pack_decision
from twohop.wire.edits import unpack_edit
from twohop.wire.memories import pack_memory
from twohop.wire.reading import Reader
from twohop.wire.scopes import pack_listing_state, read_axes, unpack_scope
from twohop.wire.tokens import pack_token, unpack_token


class EditCalls(MemoryServiceServicer):
    """The part of `twohop.v1.MemoryService` in which callers decide."""

    _core: Core

    async def UpdateMemory(self, request: pb.UpdateMemoryRequest, context: Context) -> pb.UpdateMemoryResponse:
        """A new revision by the caller."""
        scope = unpack_scope(request.scope)
        reader = Reader()
        edit = unpack_edit(reader, request.memory, request.update_mask.paths)
        reader.done()
        memory = await self._core.update(
            scope, request.memory_id, edit, etag=request.etag, request_id=request.request_id
        )
        token = await token_of(self._core, scope)
        return pb.UpdateMemoryResponse(memory=pack_memory(memory), consistency_token=token)

    async def DeleteMemory(self, request: pb.DeleteMemoryRequest, context: Context) -> pb.DeleteMemoryResponse:
        """Close a memory."""
        scope = unpack_scope(request.scope)
        memory = await self._core.delete(scope, request.memory_id, etag=request.etag, request_id=request.request_id)
        token = await token_of(self._core, scope)
        return pb.DeleteMemoryResponse(memory=pack_memory(memory), consistency_token=token)

    async def RestoreMemory(self, request: pb.RestoreMemoryRequest, context: Context) -> pb.RestoreMemoryResponse:
        """Bring a closed or retracted memory back."""
        scope = unpack_scope(request.scope)
        memory = await self._core.restore(scope, request.memory_id, etag=request.etag, request_id=request.request_id)
        token = await token_of(self._core, scope)
        return pb.RestoreMemoryResponse(memory=pack_memory(memory), consistency_token=token)

    async def PinMemory(self, request: pb.PinMemoryRequest, context: Context) -> pb.PinMemoryResponse:
        """Pin a memory or unpin it."""
        scope = unpack_scope(request.scope)
        memory = await self._core.pin(
            scope,
            request.memory_id,
            pinned=request.pinned if request.HasField("pinned") else True,
            etag=request.etag,
            request_id=request.request_id,
        )
        token = await token_of(self._core, scope)
        return pb.PinMemoryResponse(memory=pack_memory(memory), consistency_token=token)

    async def RevertDecision(self, request: pb.RevertDecisionRequest, context: Context) -> pb.RevertDecisionResponse:
        """Undo a decision."""
        scope = unpack_scope(request.scope)
        changed = await self._core.revert(scope, request.decision_id, request_id=request.request_id)
        return pb.RevertDecisionResponse(
            decision=pack_decision(changed.decision),
            memories=[pack_memory(memory) for memory in changed.memories],
            consistency_token=pack_token(scope, changed.seq),
        )

    async def ListConflicts(self, request: pb.ListConflictsRequest, context: Context) -> pb.ListConflictsResponse:
        """Disputed memories with what they contradict."""
        scope = unpack_scope(request.scope)
        wanted = unpack_token(scope, request.view.at_least)
        page = await self._core.conflicts(
            scope, read_axes(request.view), page_size=request.page_size, page_token=request.page_token
        )
        require(page.seq, wanted)
        return pb.ListConflictsResponse(
            conflicts=[pack_conflict(conflict) for conflict in page.items],
            next_page_token=page.next_page_token,
            state=pack_listing_state(scope, page),
        )

    async def ResolveConflict(self, request: pb.ResolveConflictRequest, context: Context) -> pb.ResolveConflictResponse:
        """Settle a conflict."""
        scope = unpack_scope(request.scope)
        reader = Reader()
        resolution = unpack_resolution(reader, request.resolution)
        reader.done()
        changed = await self._core.resolve(scope, request.memory_id, resolution, request_id=request.request_id)
        return pb.ResolveConflictResponse(
            decision=pack_decision(changed.decision),
            memories=[pack_memory(memory) for memory in changed.memories],
            consistency_token=pack_token(scope, changed.seq),
        )
