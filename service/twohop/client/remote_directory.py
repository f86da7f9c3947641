"""The directory of a server, over gRPC."""

from collections.abc import Awaitable, Callable
from typing import Any

import grpc

from twohop.client.packing import packing
from twohop.graph.model import AgentConfig, Metadata, Owner, Scope, Session
from twohop.memory.api import Listing
from twohop.v1 import directory_service_pb2 as pb
from twohop.v1 import scope_pb2
from twohop.v1.directory_service_pb2_grpc import DirectoryServiceStub
from twohop.wire.directory import pack_config, unpack_config, unpack_owner, unpack_session
from twohop.wire.metadata import pack_metadata
from twohop.wire.scopes import pack_scope
from twohop.wire.times import unpack_instant


class RemoteDirectory:
    """Implements `twohop.memory.api.Directory` over a channel. `call` makes one call, with the errors of ours."""

    def __init__(self, channel: grpc.aio.Channel, call: Callable[[Any, Any], Awaitable[Any]]) -> None:
        self._rpc: Any = DirectoryServiceStub(channel)
        self._call = call

    async def owner(self, scope: Scope) -> Owner:
        """The owner's counts."""
        with packing():
            packed = pb.GetOwnerRequest(scope=pack_scope(scope))
        response: pb.GetOwnerResponse = await self._call(self._rpc.GetOwner, packed)
        return unpack_owner(response.owner)

    async def owners(self, tenant: str, *, page_size: int, page_token: str) -> Listing[Owner]:
        """A tenant's owners."""
        with packing():
            packed = pb.ListOwnersRequest(
                scope=scope_pb2.Scope(tenant=tenant), page_size=page_size, page_token=page_token
            )
        response: pb.ListOwnersResponse = await self._call(self._rpc.ListOwners, packed)
        return Listing(
            items=tuple(unpack_owner(owner) for owner in response.owners), next_page_token=response.next_page_token
        )

    async def session(self, scope: Scope, session_id: str) -> Session:
        """One session."""
        with packing():
            packed = pb.GetSessionRequest(scope=pack_scope(scope), session_id=session_id)
        response: pb.GetSessionResponse = await self._call(self._rpc.GetSession, packed)
        return unpack_session(response.session, scope.partition)

    async def sessions(self, scope: Scope, *, page_size: int, page_token: str) -> Listing[Session]:
        """The owner's sessions."""
        with packing():
            packed = pb.ListSessionsRequest(scope=pack_scope(scope), page_size=page_size, page_token=page_token)
        response: pb.ListSessionsResponse = await self._call(self._rpc.ListSessions, packed)
        return Listing(
            items=tuple(unpack_session(session, scope.partition) for session in response.sessions),
            next_page_token=response.next_page_token,
        )

    async def update_session(self, scope: Scope, session_id: str, metadata: Metadata, *, request_id: str) -> Session:
        """Replace a session's metadata."""
        with packing():
            packed = pb.UpdateSessionRequest(
                scope=pack_scope(scope),
                session_id=session_id,
                metadata=pack_metadata(metadata),
                request_id=request_id,
            )
        response: pb.UpdateSessionResponse = await self._call(self._rpc.UpdateSession, packed)
        return unpack_session(response.session, scope.partition)

    async def agent_config(self, scope: Scope, *, version: int) -> AgentConfig:
        """A version of an agent's configuration."""
        with packing():
            packed = pb.GetAgentConfigRequest(scope=pack_scope(scope), version=version)
        response: pb.GetAgentConfigResponse = await self._call(self._rpc.GetAgentConfig, packed)
        recorded_at = unpack_instant(response.record_time) if response.HasField("record_time") else 0
        return unpack_config(response.config, response.version, recorded_at)

    async def set_agent_config(
        self, scope: Scope, config: AgentConfig, *, expected_version: int | None, request_id: str
    ) -> int:
        """Store a new version of an agent's configuration."""
        with packing():
            packed = pb.SetAgentConfigRequest(
                scope=pack_scope(scope),
                config=pack_config(config),
                expected_version=expected_version,
                request_id=request_id,
            )
        response: pb.SetAgentConfigResponse = await self._call(self._rpc.SetAgentConfig, packed)
        return response.version
