"""Questions and their answers on the wire."""

from typing import Any, Final

from twohop.errors import FieldViolation, InvalidInput
from twohop.graph.model import Scope
from twohop.memory.api import Degradation, Depth, Item, RecallRequest, RecallResult, Scores
from twohop.v1 import memory_service_pb2, recall_pb2
from twohop.wire.edits import pack_filter, unpack_filter
from twohop.wire.graphs import pack_entity, pack_path, unpack_entity, unpack_path
from twohop.wire.memories import pack_memory, unpack_memory
from twohop.wire.messages import pack_message, unpack_message
from twohop.wire.reading import Reader, refuse
from twohop.wire.scopes import pack_scope, pack_state, pack_view, read_time_of, unpack_axes

LIMIT: Final = 10
"""Items in an answer unless the question says otherwise."""

ARMS: Final[dict[str, Any]] = {
    "": recall_pb2.ARMS_UNSPECIFIED,
    "vector": recall_pb2.ARMS_VECTOR,
    "vector+bm25": recall_pb2.ARMS_VECTOR_BM25,
}
DEGRADATIONS: Final[dict[str, Any]] = {
    name: recall_pb2.Degradation.Value(f"DEGRADATION_{name}")
    for name in (
        Degradation.INDEX_BEHIND,
        Degradation.INDEX_UNAVAILABLE,
        Degradation.EMBEDDER_UNAVAILABLE,
        Degradation.DEADLINE,
        Degradation.BUDGET,
    )
}


def pack_recall(request: RecallRequest) -> memory_service_pb2.RecallRequest:
    """A question.

    Raises:
        InvalidInput: no such arms.
    """
    arms = ARMS.get(request.arms)
    if arms is None:
        raise InvalidInput(FieldViolation("arms", f"is {request.arms!r}, must be one of vector, vector+bm25"))
    return memory_service_pb2.RecallRequest(
        scope=pack_scope(request.scope),
        query=request.query,
        limit=request.limit,
        depth=request.depth,
        view=pack_view(request.axes),
        include_closed=request.include_closed,
        filter=pack_filter(request.where),
        include_messages=request.include_messages,
        arms=arms,
    )


def unpack_recall(request: memory_service_pb2.RecallRequest, scope: Scope, deadline: float | None) -> RecallRequest:
    """A question.

    Raises:
        InvalidInput: with every field that the wire alone can get wrong.
        NotServed: the minimum score, rendering and explanations.
    """
    refuse(request, "min_score", "render", "explain")
    reader = Reader()
    arms = {number: name for name, number in ARMS.items()}
    if request.arms not in arms:
        reader.fail("arms", f"is {request.arms}, which is no ARMS of this version")
    recall = RecallRequest(
        scope=scope,
        query=request.query,
        limit=request.limit if request.HasField("limit") else LIMIT,
        depth=request.depth if request.HasField("depth") else Depth.DEFAULT,
        axes=unpack_axes(reader, request.view),
        include_closed=request.include_closed,
        where=unpack_filter(reader, request.filter),
        include_messages=request.include_messages if request.HasField("include_messages") else True,
        arms=arms.get(request.arms, ""),
        deadline=deadline,
    )
    reader.done()
    return recall


def pack_answer(result: RecallResult, scope: Scope) -> memory_service_pb2.RecallResponse:
    """What answers the question."""
    return memory_service_pb2.RecallResponse(
        items=[_pack_item(item) for item in result.items],
        paths=[pack_path(path) for path in result.paths],
        entities=[pack_entity(entity) for entity in result.entities],
        gate=result.gate,
        degradations=[DEGRADATIONS[name] for name in result.degradations],
        state=pack_state(scope, read_time=result.read_time, seq=result.seq),
    )


def unpack_answer(response: memory_service_pb2.RecallResponse, partition: str) -> RecallResult:
    """What answers the question."""
    names = {number: name for name, number in DEGRADATIONS.items()}
    return RecallResult(
        items=tuple(_unpack_item(item, partition) for item in response.items),
        paths=tuple(unpack_path(path, partition) for path in response.paths),
        entities=tuple(unpack_entity(entity, partition) for entity in response.entities),
        gate=response.gate,
        degradations=tuple(names.get(number, str(number)) for number in response.degradations),
        read_time=read_time_of(response.state),
        seq=response.state.sequence,
    )


def _pack_item(item: Item) -> recall_pb2.RecallItem:
    return recall_pb2.RecallItem(
        memory=None if item.memory is None else pack_memory(item.memory),
        message=None if item.message is None else pack_message(item.message),
        scores=recall_pb2.Scores(**{name: getattr(item.scores, name) for name in Scores.__slots__}),
        sources=[pack_message(source) for source in item.sources],
        path=item.path,
    )


def _unpack_item(item: recall_pb2.RecallItem, partition: str) -> Item:
    return Item(
        scores=Scores(**{name: getattr(item.scores, name) for name in Scores.__slots__}),
        memory=unpack_memory(item.memory, partition) if item.HasField("memory") else None,
        message=unpack_message(item.message, partition) if item.HasField("message") else None,
        sources=tuple(unpack_message(source, partition) for source in item.sources),
        path=item.path if item.HasField("path") else None,
    )
