"""`twohop.v1.MemoryService` over the core."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace

from twohop.errors import FieldViolation, InvalidInput, TwohopError
from twohop.graph.model import Evidence, Scope
from twohop.memory.api import Core, Degradation, RecallPart, RecallResult
from twohop.memory.settings import Limits
from twohop.memory.validate import Check
from twohop.server.adding import Adding
from twohop.server.deadlines import answer_by
from twohop.server.edit_calls import EditCalls
from twohop.server.interceptors import Context, ErrorBoundary
from twohop.server.states import check_ids, owner_state, require
from twohop.server.streams import until
from twohop.v1 import error_pb2
from twohop.v1 import memory_service_pb2 as pb
from twohop.wire.adds import pack_job, unpack_add
from twohop.wire.decisions import pack_decision
from twohop.wire.edits import unpack_filter
from twohop.wire.enums import JOB_STATES
from twohop.wire.errors import pack_item_error
from twohop.wire.memories import pack_memory, pack_revision
from twohop.wire.messages import pack_message
from twohop.wire.reading import Reader
from twohop.wire.recalls import pack_answer, pack_part, unpack_recall
from twohop.wire.scopes import pack_listing_state, pack_scope, read_axes, refuse_axes, unpack_axes, unpack_scope
from twohop.wire.tokens import pack_token, unpack_token

MOST_REQUESTS = 100
"""Adds in a batch."""


class MemoryService(EditCalls):
    """Maps requests to the core and its answers back; validation of content is the core's."""

    def __init__(
        self, core: Core, limits: Limits, adding: Adding, boundary: ErrorBoundary, draining: asyncio.Event
    ) -> None:
        self._core = core
        self._limits = limits
        self._adding = adding
        self._boundary = boundary
        self._draining = draining

    async def AddMemories(self, request: pb.AddMemoriesRequest, context: Context) -> pb.AddMemoriesResponse:
        """Remember an exchange."""
        return await self._add(request, unpack_scope(request.scope), context)

    async def BatchAddMemories(
        self, request: pb.BatchAddMemoriesRequest, context: Context
    ) -> pb.BatchAddMemoriesResponse:
        """Several adds, in order."""
        scope = unpack_scope(request.scope)
        check = Check(self._limits)
        check.scope(scope)
        if not 1 <= len(request.requests) <= MOST_REQUESTS:
            check.fail("requests", f"holds {len(request.requests)} adds, must be 1 to {MOST_REQUESTS}")
        check.done()
        results: list[pb.BatchAddMemoriesResult] = []
        for group in rounds(request.requests, scope):
            results += await asyncio.gather(*(self._add_one(item, scope, context) for item in group))
        return pb.BatchAddMemoriesResponse(results=results)

    async def GetJob(self, request: pb.GetJobRequest, context: Context) -> pb.GetJobResponse:
        """An add's result as it stands now."""
        refuse_axes(request.view, "must be unset: a job has no history, ListDecisions shows what it did by then")
        scope = unpack_scope(request.scope)
        state = await owner_state(self._core, scope, request.view.at_least)
        result = await self._core.job(scope, request.job_id)
        return pb.GetJobResponse(job=pack_job(result), state=state.pack(scope))

    async def WatchJob(self, request: pb.WatchJobRequest, context: Context) -> AsyncIterator[pb.WatchJobResponse]:
        """A job whenever it changes, until it is final."""
        scope = unpack_scope(request.scope)
        async for result in until(self._draining, self._core.watch_job(scope, request.job_id)):
            yield pb.WatchJobResponse(job=pack_job(result), consistency_token=pack_token(scope, result.seq))

    async def ListJobs(self, request: pb.ListJobsRequest, context: Context) -> pb.ListJobsResponse:
        """Jobs, newest first."""
        reader = Reader()
        states = reader.members("states", JOB_STATES, request.states)
        reader.done()
        page = await self._core.list_jobs(
            unpack_scope(request.scope), states=states, page_size=request.page_size, page_token=request.page_token
        )
        return pb.ListJobsResponse(
            jobs=[pb.OwnedJob(scope=pack_scope(one.scope), job=pack_job(one.job)) for one in page.items],
            next_page_token=page.next_page_token,
        )

    async def CancelJob(self, request: pb.CancelJobRequest, context: Context) -> pb.CancelJobResponse:
        """End a job."""
        scope = unpack_scope(request.scope)
        result = await self._core.cancel_job(scope, request.job_id, request_id=request.request_id)
        return pb.CancelJobResponse(job=pack_job(result))

    async def ReplayJob(self, request: pb.ReplayJobRequest, context: Context) -> pb.ReplayJobResponse:
        """Queue a failed or cancelled job again."""
        scope = unpack_scope(request.scope)
        result = await self._core.replay_job(scope, request.job_id, request_id=request.request_id)
        return pb.ReplayJobResponse(job=pack_job(result))

    async def Recall(self, request: pb.RecallRequest, context: Context) -> pb.RecallResponse:
        """What answers a question."""
        scope = unpack_scope(request.scope)
        wanted = unpack_token(scope, request.view.at_least)
        result = await self._core.recall(unpack_recall(request, scope, answer_by(context)))
        return pack_answer(reached(result, wanted), scope)

    async def RecallStream(
        self, request: pb.RecallStreamRequest, context: Context
    ) -> AsyncIterator[pb.RecallStreamResponse]:
        """What answers a question, in parts."""
        scope = unpack_scope(request.scope)
        if request.recall.HasField("scope") and unpack_scope(request.recall.scope) != scope:
            raise InvalidInput(FieldViolation("recall.scope", "must be empty or the same as scope"))
        wanted = unpack_token(scope, request.recall.view.at_least)
        asked = unpack_recall(request.recall, scope, answer_by(context))
        async with aclosing(until(self._draining, self._core.recall_stream(asked))) as parts:
            async for part in parts:
                yield pack_part(part if part.final is None else RecallPart(final=reached(part.final, wanted)), scope)

    async def GetMemory(self, request: pb.GetMemoryRequest, context: Context) -> pb.GetMemoryResponse:
        """One memory."""
        scope, axes = unpack_scope(request.scope), read_axes(request.view)
        state = await owner_state(self._core, scope, request.view.at_least)
        memory = await self._core.get(scope, request.memory_id, state.pin(axes))
        return pb.GetMemoryResponse(memory=pack_memory(memory), state=state.pack(scope, axes))

    async def ListMemories(self, request: pb.ListMemoriesRequest, context: Context) -> pb.ListMemoriesResponse:
        """Memories, newest first."""
        scope = unpack_scope(request.scope)
        wanted = unpack_token(scope, request.view.at_least)
        reader = Reader()
        axes, where = unpack_axes(reader, request.view), unpack_filter(reader, request.filter)
        reader.done()
        page = await self._core.list(
            scope,
            where,
            axes,
            include_closed=request.include_closed,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        require(page.seq, wanted)
        return pb.ListMemoriesResponse(
            memories=[pack_memory(memory) for memory in page.items],
            next_page_token=page.next_page_token,
            state=pack_listing_state(scope, page),
        )

    async def BatchGetMessages(
        self, request: pb.BatchGetMessagesRequest, context: Context
    ) -> pb.BatchGetMessagesResponse:
        """Messages by id."""
        scope, axes = unpack_scope(request.scope), read_axes(request.view)
        check_ids(scope, "message_ids", request.message_ids, self._limits)
        state = await owner_state(self._core, scope, request.view.at_least)
        found = await self._core.evidence(
            scope,
            [Evidence(memory_id="", message_id=message_id) for message_id in request.message_ids],
            state.pin(axes),
        )
        return pb.BatchGetMessagesResponse(
            messages=[pack_message(found[i]) for i in request.message_ids if i in found],
            state=state.pack(scope, axes),
        )

    async def ListMemoryRevisions(
        self, request: pb.ListMemoryRevisionsRequest, context: Context
    ) -> pb.ListMemoryRevisionsResponse:
        """Every version of a memory."""
        scope = unpack_scope(request.scope)
        wanted = unpack_token(scope, request.view.at_least)
        page = await self._core.revisions(
            scope,
            request.memory_id,
            read_axes(request.view),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        require(page.seq, wanted)
        return pb.ListMemoryRevisionsResponse(
            revisions=[pack_revision(revision) for revision in page.items],
            next_page_token=page.next_page_token,
            state=pack_listing_state(scope, page),
        )

    async def ListDecisions(self, request: pb.ListDecisionsRequest, context: Context) -> pb.ListDecisionsResponse:
        """What was decided, by whom and why."""
        scope = unpack_scope(request.scope)
        wanted = unpack_token(scope, request.view.at_least)
        page = await self._core.decisions(
            scope,
            read_axes(request.view),
            job_id=request.job_id,
            memory_id=request.memory_id,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        require(page.seq, wanted)
        return pb.ListDecisionsResponse(
            decisions=[pack_decision(decision) for decision in page.items],
            next_page_token=page.next_page_token,
            state=pack_listing_state(scope, page),
        )

    async def _add(self, request: pb.AddMemoriesRequest, scope: Scope, context: Context) -> pb.AddMemoriesResponse:
        result = await self._adding.add(unpack_add(request, scope), context.time_remaining())
        return pb.AddMemoriesResponse(job=pack_job(result), consistency_token=pack_token(scope, result.seq))

    async def _add_one(
        self, request: pb.AddMemoriesRequest, batch: Scope, context: Context
    ) -> pb.BatchAddMemoriesResult:
        try:
            response = await self._add(request, scope_in(request, batch), context)
            return pb.BatchAddMemoriesResult(response=response)
        except TwohopError as e:
            return pb.BatchAddMemoriesResult(error=pack_item_error(e))
        except Exception as e:  # noqa: BLE001  # What other items wrote must be told all the same.
            request_id = self._boundary.report(e, "BatchAddMemories")
            return pb.BatchAddMemoriesResult(
                error=error_pb2.ItemError(
                    reason=error_pb2.ERROR_REASON_INTERNAL,
                    message=f"internal error; the server logged it as request {request_id}",
                )
            )


def reached(result: RecallResult, wanted: int) -> RecallResult:
    """The answer; one older than the state that is wanted says that it is behind."""
    if result.seq >= wanted or Degradation.INDEX_BEHIND in result.degradations:
        return result
    return replace(result, degradations=(*result.degradations, Degradation.INDEX_BEHIND))


def rounds(requests: Iterable[pb.AddMemoriesRequest], batch: Scope) -> Iterator[Sequence[pb.AddMemoriesRequest]]:
    """The adds in their order, as many at a time as may go side by side.

    One session's adds take effect in the order in which they come, and different owners' never meet; but of one owner
    another session's waits for those before it, and so does what is only shown.
    """
    group: list[pb.AddMemoriesRequest] = []
    sessions: dict[str, str] = {}
    for request in requests:
        try:
            scope = scope_in(request, batch)
        except InvalidInput:  # Its own answer says so.
            scope = None
        elsewhere = scope is not None and sessions.get(scope.partition, scope.session) != scope.session
        if group and (elsewhere or request.dry_run or group[-1].dry_run):
            yield group
            group, sessions = [], {}
        group.append(request)
        if scope is not None:
            sessions[scope.partition] = scope.session
    if group:
        yield group


def scope_in(request: pb.AddMemoriesRequest, batch: Scope) -> Scope:
    """The scope of an add in a batch: its own, or the batch's.

    Raises:
        InvalidInput: it is of another tenant.
    """
    if not request.HasField("scope"):
        return batch
    scope = unpack_scope(request.scope)
    if scope.tenant != batch.tenant:
        raise InvalidInput(FieldViolation("scope.tenant", "must be the batch's"))
    return scope
