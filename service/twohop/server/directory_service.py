"""`twohop.v1.DirectoryService` over the core."""

from twohop.memory.api import Core
from twohop.server.interceptors import Context
from twohop.v1 import directory_service_pb2 as pb
from twohop.v1.directory_service_pb2_grpc import DirectoryServiceServicer
from twohop.wire.directory import pack_config, pack_owner, pack_session, unpack_config, unpack_tenant
from twohop.wire.reading import Reader
from twohop.wire.scopes import unpack_scope
from twohop.wire.times import pack_instant_or_none


class DirectoryService(DirectoryServiceServicer):
    """Maps requests to the core's directory and its answers back; validation of content is the core's."""

    def __init__(self, core: Core) -> None:
        self._directory = core.directory

    async def GetOwner(self, request: pb.GetOwnerRequest, context: Context) -> pb.GetOwnerResponse:
        """One owner's counts."""
        return pb.GetOwnerResponse(owner=pack_owner(await self._directory.owner(unpack_scope(request.scope))))

    async def ListOwners(self, request: pb.ListOwnersRequest, context: Context) -> pb.ListOwnersResponse:
        """A tenant's owners."""
        page = await self._directory.owners(
            unpack_tenant(request.scope), page_size=request.page_size, page_token=request.page_token
        )
        return pb.ListOwnersResponse(
            owners=[pack_owner(owner) for owner in page.items], next_page_token=page.next_page_token
        )

    async def GetSession(self, request: pb.GetSessionRequest, context: Context) -> pb.GetSessionResponse:
        """One session."""
        found = await self._directory.session(unpack_scope(request.scope), request.session_id)
        return pb.GetSessionResponse(session=pack_session(found))

    async def ListSessions(self, request: pb.ListSessionsRequest, context: Context) -> pb.ListSessionsResponse:
        """An owner's sessions."""
        page = await self._directory.sessions(
            unpack_scope(request.scope), page_size=request.page_size, page_token=request.page_token
        )
        return pb.ListSessionsResponse(
            sessions=[pack_session(session) for session in page.items], next_page_token=page.next_page_token
        )

    async def UpdateSession(self, request: pb.UpdateSessionRequest, context: Context) -> pb.UpdateSessionResponse:
        """Replace a session's metadata."""
        reader = Reader()
        metadata = reader.structure("metadata", request.metadata)
        reader.done()
        changed = await self._directory.update_session(
            unpack_scope(request.scope), request.session_id, metadata, request_id=request.request_id
        )
        return pb.UpdateSessionResponse(session=pack_session(changed))

    async def GetAgentConfig(self, request: pb.GetAgentConfigRequest, context: Context) -> pb.GetAgentConfigResponse:
        """A version of an agent's configuration."""
        found = await self._directory.agent_config(unpack_scope(request.scope), version=request.version)
        return pb.GetAgentConfigResponse(
            config=pack_config(found),
            version=found.version,
            record_time=pack_instant_or_none(found.recorded_at if found.version else None),
        )

    async def SetAgentConfig(self, request: pb.SetAgentConfigRequest, context: Context) -> pb.SetAgentConfigResponse:
        """Store a new version of an agent's configuration."""
        version = await self._directory.set_agent_config(
            unpack_scope(request.scope),
            unpack_config(request.config),
            expected_version=request.expected_version if request.HasField("expected_version") else None,
            request_id=request.request_id,
        )
        return pb.SetAgentConfigResponse(version=version)
