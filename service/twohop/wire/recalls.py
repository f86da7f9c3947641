"""Questions and their answers on the wire."""

from collections.abc import Iterable
from typing import Any, Final

from twohop.errors import FieldViolation, InvalidInput
from twohop.graph.model import Scope
from twohop.memory.api import (
    Citation,
    Degradation,
    Depth,
    Explanation,
    Item,
    RecallPart,
    RecallRequest,
    RecallResult,
    RenderedContext,
    Scores,
)
from twohop.v1 import memory_service_pb2, recall_pb2
from twohop.wire.edits import pack_filter, unpack_filter
from twohop.wire.enums import PLACEMENTS
from twohop.wire.graphs import pack_entity, pack_path, unpack_entity, unpack_path
from twohop.wire.memories import pack_memory, unpack_memory
from twohop.wire.messages import pack_message, unpack_message
from twohop.wire.reading import Reader
from twohop.wire.scopes import pack_scope, pack_state, pack_view, read_time_of, unpack_axes
from twohop.wire.times import pack_instant, pack_instant_or_none, unpack_instant

LIMIT: Final = 10
"""Items in an answer unless the question says otherwise."""

TOKENS: Final = 1_000
"""Tokens of a context unless its options say otherwise."""

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
    budget = request.token_budget
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
        min_score=request.min_score,
        render=None if budget is None else recall_pb2.RenderOptions(token_budget=budget),
        explain=request.explain,
    )


def unpack_recall(request: memory_service_pb2.RecallRequest, scope: Scope, deadline: float | None) -> RecallRequest:
    """A question.

    Raises:
        InvalidInput: with every field that the wire alone can get wrong.
    """
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
        min_score=request.min_score if request.HasField("min_score") else None,
        token_budget=unpack_budget(request.render) if request.HasField("render") else None,
        explain=request.explain,
        deadline=deadline,
    )
    reader.done()
    return recall


def unpack_budget(options: recall_pb2.RenderOptions) -> int:
    """Tokens of a context."""
    return options.token_budget if options.HasField("token_budget") else TOKENS


def pack_answer(result: RecallResult, scope: Scope) -> memory_service_pb2.RecallResponse:
    """What answers the question."""
    asked = result.asked_time
    return memory_service_pb2.RecallResponse(
        items=[_pack_item(item) for item in result.items],
        paths=[pack_path(path) for path in result.paths],
        entities=[pack_entity(entity) for entity in result.entities],
        gate=result.gate,
        degradations=[DEGRADATIONS[name] for name in result.degradations],
        state=pack_state(scope, read_time=result.read_time, seq=result.seq),
        asked_time=None if asked is None else interval(*asked),
        context=None if result.context is None else pack_context(result.context),
    )


def interval(start: int, end: int | None) -> recall_pb2.Interval:
    """A span of world time."""
    return recall_pb2.Interval(start_time=pack_instant(start), end_time=pack_instant_or_none(end))


def unpack_interval(interval: recall_pb2.Interval) -> tuple[int, int | None]:
    """A span of world time."""
    end = unpack_instant(interval.end_time) if interval.HasField("end_time") else None
    return unpack_instant(interval.start_time), end


def unpack_answer(response: memory_service_pb2.RecallResponse, partition: str) -> RecallResult:
    """What answers the question."""
    return RecallResult(
        items=tuple(_unpack_item(item, partition) for item in response.items),
        paths=tuple(unpack_path(path, partition) for path in response.paths),
        entities=tuple(unpack_entity(entity, partition) for entity in response.entities),
        gate=response.gate,
        degradations=unpack_degradations(response.degradations),
        read_time=read_time_of(response.state),
        seq=response.state.sequence,
        asked_time=unpack_interval(response.asked_time) if response.HasField("asked_time") else None,
        context=unpack_context(response.context) if response.HasField("context") else None,
    )


def pack_part(part: RecallPart, scope: Scope) -> memory_service_pb2.RecallStreamResponse:
    """A part of an answer."""
    return memory_service_pb2.RecallStreamResponse(
        items=[_pack_item(item) for item in part.items],
        paths=[pack_path(path) for path in part.paths],
        final=None if part.final is None else pack_answer(part.final, scope),
    )


def unpack_part(part: memory_service_pb2.RecallStreamResponse, partition: str) -> RecallPart:
    """A part of an answer."""
    return RecallPart(
        items=tuple(_unpack_item(item, partition) for item in part.items),
        paths=tuple(unpack_path(path, partition) for path in part.paths),
        final=unpack_answer(part.final, partition) if part.HasField("final") else None,
    )


def unpack_degradations(numbers: Iterable[int]) -> tuple[str, ...]:
    """What an answer had to do without, by name."""
    names = {number: name for name, number in DEGRADATIONS.items()}
    return tuple(names.get(number, str(number)) for number in numbers)


def pack_context(context: RenderedContext) -> recall_pb2.RenderedContext:
    """What was found as text."""
    return recall_pb2.RenderedContext(
        text=context.text,
        tokens=context.tokens,
        tokenizer=context.tokenizer,
        citations=[
            recall_pb2.Citation(memory_id=one.memory_id, message_ids=one.message_ids) for one in context.citations
        ],
    )


def unpack_context(context: recall_pb2.RenderedContext) -> RenderedContext:
    """What was found as text."""
    return RenderedContext(
        text=context.text,
        tokens=context.tokens,
        tokenizer=context.tokenizer,
        citations=tuple(
            Citation(memory_id=one.memory_id, message_ids=tuple(one.message_ids)) for one in context.citations
        ),
    )


def _pack_item(item: Item) -> recall_pb2.RecallItem:
    return recall_pb2.RecallItem(
        memory=None if item.memory is None else pack_memory(item.memory),
        message=None if item.message is None else pack_message(item.message),
        scores=recall_pb2.Scores(**{name: getattr(item.scores, name) for name in Scores.__slots__}),
        sources=[pack_message(source) for source in item.sources],
        path=item.path,
        explanation=None if item.explanation is None else _pack_explanation(item.explanation),
    )


def _unpack_item(item: recall_pb2.RecallItem, partition: str) -> Item:
    return Item(
        scores=Scores(**{name: getattr(item.scores, name) for name in Scores.__slots__}),
        memory=unpack_memory(item.memory, partition) if item.HasField("memory") else None,
        message=unpack_message(item.message, partition) if item.HasField("message") else None,
        sources=tuple(unpack_message(source, partition) for source in item.sources),
        path=item.path if item.HasField("path") else None,
        explanation=_unpack_explanation(item.explanation) if item.HasField("explanation") else None,
    )


def _pack_explanation(explanation: Explanation) -> recall_pb2.Explanation:
    return recall_pb2.Explanation(
        text=explanation.text,
        placement=PLACEMENTS.pack(explanation.placement),
        words=explanation.words,
        first_rank=explanation.first_rank,
        bridge=explanation.bridge,
        bridge_memory_id=explanation.bridge_memory_id,
    )


def _unpack_explanation(explanation: recall_pb2.Explanation) -> Explanation:
    return Explanation(
        text=explanation.text,
        placement=PLACEMENTS.unpack(explanation.placement),
        words=tuple(explanation.words),
        first_rank=explanation.first_rank if explanation.HasField("first_rank") else None,
        bridge=explanation.bridge,
        bridge_memory_id=explanation.bridge_memory_id,
    )
