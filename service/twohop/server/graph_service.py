"""`twohop.v1.GraphService` over the core."""

from twohop.errors import NotFound
from twohop.graph.model import Axes
from twohop.memory.api import Core
from twohop.memory.settings import Limits
from twohop.memory.validate import check_id
from twohop.server.deadlines import answer_by
from twohop.server.interceptors import Context
from twohop.server.states import check_ids, owner_state, require
from twohop.v1 import graph_service_pb2 as pb
from twohop.v1.graph_service_pb2_grpc import GraphServiceServicer
from twohop.wire.decisions import pack_decision
from twohop.wire.graphs import pack_entity, pack_relation
from twohop.wire.paths import pack_paths, unpack_paths
from twohop.wire.scopes import pack_listing_state, read_axes, unpack_scope
from twohop.wire.tokens import pack_token, unpack_token


class GraphService(GraphServiceServicer):
    """Maps requests to the core and its answers back; validation of content is the core's."""

    def __init__(self, core: Core, limits: Limits) -> None:
        self._core = core
        self._limits = limits

    async def ListEntities(self, request: pb.ListEntitiesRequest, context: Context) -> pb.ListEntitiesResponse:
        """Entities in the order of their names."""
        scope = unpack_scope(request.scope)
        wanted = unpack_token(scope, request.view.at_least)
        axes = read_axes(request.view)
        page = await self._core.entities(
            scope, name=request.name, axes=axes, page_size=request.page_size, page_token=request.page_token
        )
        require(page.seq, wanted)
        return pb.ListEntitiesResponse(
            entities=[pack_entity(entity) for entity in page.items],
            next_page_token=page.next_page_token,
            state=pack_listing_state(scope, page),
        )

    async def GetEntity(self, request: pb.GetEntityRequest, context: Context) -> pb.GetEntityResponse:
        """One entity."""
        scope = unpack_scope(request.scope)
        axes = read_axes(request.view)
        check_id(scope, "entity_id", request.entity_id, self._limits)
        state = await owner_state(self._core, scope, request.view.at_least)
        found = await self._core.entities_by_id(scope, [request.entity_id], axes)
        if request.entity_id not in found:
            raise NotFound("no such entity for this owner")
        return pb.GetEntityResponse(entity=pack_entity(found[request.entity_id]), state=state.pack(scope, axes))

    async def BatchGetEntities(
        self, request: pb.BatchGetEntitiesRequest, context: Context
    ) -> pb.BatchGetEntitiesResponse:
        """Entities by id."""
        scope = unpack_scope(request.scope)
        axes = read_axes(request.view)
        check_ids(scope, "entity_ids", request.entity_ids, self._limits)
        state = await owner_state(self._core, scope, request.view.at_least)
        found = await self._core.entities_by_id(scope, request.entity_ids, axes)
        return pb.BatchGetEntitiesResponse(
            entities=[pack_entity(found[i]) for i in request.entity_ids if i in found], state=state.pack(scope, axes)
        )

    async def ListRelations(self, request: pb.ListRelationsRequest, context: Context) -> pb.ListRelationsResponse:
        """Relations, newest first, with the entities at their ends."""
        scope = unpack_scope(request.scope)
        wanted = unpack_token(scope, request.view.at_least)
        axes = read_axes(request.view)
        page = await self._core.relations(
            scope,
            entity_id=request.entity_id,
            predicate=request.predicate,
            axes=axes,
            include_closed=request.include_closed,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        require(page.seq, wanted)
        ends = dict.fromkeys(end for r in page.items for end in (r.triple.subject_id, r.triple.object_id) if end)
        entities = await self._core.entities_by_id(scope, list(ends), Axes(known_at=axes.known_at))
        return pb.ListRelationsResponse(
            relations=[pack_relation(relation) for relation in page.items],
            entities=[pack_entity(entities[end]) for end in ends if end in entities],
            next_page_token=page.next_page_token,
            state=pack_listing_state(scope, page),
        )

    async def FindPaths(self, request: pb.FindPathsRequest, context: Context) -> pb.FindPathsResponse:
        """How two entities are connected."""
        scope = unpack_scope(request.scope)
        wanted = unpack_token(scope, request.view.at_least)
        found = await self._core.paths(unpack_paths(request, scope, answer_by(context)))
        require(found.seq, wanted)
        return pack_paths(found, scope)

    async def MergeEntities(self, request: pb.MergeEntitiesRequest, context: Context) -> pb.MergeEntitiesResponse:
        """Two entities are one."""
        scope = unpack_scope(request.scope)
        changed = await self._core.merge_entities(
            scope, request.entity_id, request.merged_id, request_id=request.request_id
        )
        return pb.MergeEntitiesResponse(
            entity=pack_entity(changed.entity),
            decision=pack_decision(changed.decision),
            consistency_token=pack_token(scope, changed.seq),
        )

    async def SplitEntity(self, request: pb.SplitEntityRequest, context: Context) -> pb.SplitEntityResponse:
        """Some memories are about another entity."""
        scope = unpack_scope(request.scope)
        changed = await self._core.split_entity(
            scope, request.entity_id, request.memory_ids, name=request.name, request_id=request.request_id
        )
        return pb.SplitEntityResponse(
            entity=pack_entity(changed.entity),
            decision=pack_decision(changed.decision),
            consistency_token=pack_token(scope, changed.seq),
        )
