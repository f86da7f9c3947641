"""How two entities are connected, on the wire."""

from twohop.graph.model import Scope
from twohop.memory.api import Depth, Labelled, PathsRequest, PathsResult
from twohop.v1 import graph_service_pb2
from twohop.wire.graphs import pack_entity, pack_path, unpack_entity, unpack_path
from twohop.wire.reading import Reader
from twohop.wire.recalls import DEGRADATIONS, LIMIT, unpack_degradations
from twohop.wire.scopes import pack_scope, pack_state, pack_view, read_time_of, unpack_axes


def pack_paths_request(request: PathsRequest) -> graph_service_pb2.FindPathsRequest:
    """A question for paths."""
    return graph_service_pb2.FindPathsRequest(
        scope=pack_scope(request.scope),
        source=request.source,
        target=request.target,
        depth=request.depth,
        limit=request.limit,
        view=pack_view(request.axes),
    )


def unpack_paths(request: graph_service_pb2.FindPathsRequest, scope: Scope, deadline: float | None) -> PathsRequest:
    """A question for paths.

    Raises:
        InvalidInput: an instant is none.
    """
    reader = Reader()
    asked = PathsRequest(
        scope=scope,
        source=request.source,
        target=request.target,
        depth=request.depth if request.HasField("depth") else Depth.DEFAULT,
        limit=request.limit if request.HasField("limit") else LIMIT,
        axes=unpack_axes(reader, request.view),
        deadline=deadline,
    )
    reader.done()
    return asked


def pack_paths(result: PathsResult, scope: Scope) -> graph_service_pb2.FindPathsResponse:
    """The paths."""
    return graph_service_pb2.FindPathsResponse(
        paths=[pack_path(path) for path in result.paths],
        sources=[_pack_labelled(one) for one in result.sources],
        targets=[_pack_labelled(one) for one in result.targets],
        degradations=[DEGRADATIONS[name] for name in result.degradations],
        state=pack_state(scope, read_time=result.read_time, seq=result.seq),
    )


def unpack_paths_result(response: graph_service_pb2.FindPathsResponse, partition: str) -> PathsResult:
    """The paths."""
    return PathsResult(
        paths=tuple(unpack_path(path, partition) for path in response.paths),
        sources=tuple(_unpack_labelled(one, partition) for one in response.sources),
        targets=tuple(_unpack_labelled(one, partition) for one in response.targets),
        degradations=unpack_degradations(response.degradations),
        read_time=read_time_of(response.state),
        seq=response.state.sequence,
    )


def _pack_labelled(one: Labelled) -> graph_service_pb2.LabelledEntity:
    return graph_service_pb2.LabelledEntity(entity=pack_entity(one.entity), label=one.label)


def _unpack_labelled(one: graph_service_pb2.LabelledEntity, partition: str) -> Labelled:
    return Labelled(entity=unpack_entity(one.entity, partition), label=one.label)
