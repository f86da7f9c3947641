"""The core: everything that twohop does, over a ledger, an index, an embedder, an extractor and a judge."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any, TypeVar

from twohop.errors import FieldViolation, InvalidInput, NotFound
from twohop.graph.model import (
    Axes,
    Decision,
    Entity,
    Evidence,
    JobState,
    Memory,
    Message,
    Narrowing,
    Relation,
    Revision,
    Scope,
)
from twohop.graph.store import Ledger, MemoryFilter
from twohop.memory import paging
from twohop.memory.api import (
    AddRequest,
    AddResult,
    Changed,
    Contradiction,
    Directory,
    Edit,
    EntityChanged,
    Filter,
    ListedJob,
    Listing,
    PathsRequest,
    PathsResult,
    RecallPart,
    RecallRequest,
    RecallResult,
    Resolution,
)
from twohop.memory.clock import Clock
from twohop.memory.jobs import Jobs
from twohop.memory.narrowing import trimmed
from twohop.memory.recall.recall import Recaller
from twohop.memory.settings import Limits
from twohop.memory.validate import Check, check_change, check_edit, check_id, check_paths, check_recall
from twohop.memory.write.add import Adder
from twohop.memory.write.answer import Answers
from twohop.memory.write.edit import Editor

T = TypeVar("T")

DEFAULT_PAGE = 50
SLOT_VALUES = 100
"""Values of one slot that a disputed one is compared with, the newest first."""


class MemoryCore:
    """Implements `twohop.memory.api.Core`."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        adder: Adder,
        answers: Answers,
        jobs: Jobs,
        editor: Editor,
        recaller: Recaller,
        directory: Directory,
        clock: Clock,
        limits: Limits,
    ) -> None:
        self.directory = directory
        self._ledger = ledger
        self._adder = adder
        self._answers = answers
        self._jobs = jobs
        self._editor = editor
        self._recaller = recaller
        self._clock = clock
        self._limits = limits

    async def add(self, request: AddRequest) -> AddResult:
        """Remember an exchange."""
        return await self._adder.add(request)

    async def job(self, scope: Scope, job_id: str) -> AddResult:
        """An add's result as it stands now."""
        return await self._answers.of(scope, job_id)

    def watch_job(self, scope: Scope, job_id: str) -> AsyncGenerator[AddResult, None]:
        """The job at once, and again whenever it changes, until it is final."""
        return self._jobs.watch(scope, job_id)

    async def list_jobs(
        self, scope: Scope, *, states: Sequence[JobState], page_size: int, page_token: str
    ) -> Listing[ListedJob]:
        """Jobs of the owner, or of all owners of the tenant, newest first."""
        check = Check(self._limits)
        check.owner_or_tenant(scope)
        check.between("page_size", page_size, 0, self._limits.page_size)
        check.done()
        return await self._jobs.list(scope, states=states, page_size=page_size or DEFAULT_PAGE, page_token=page_token)

    async def cancel_job(self, scope: Scope, job_id: str, *, request_id: str) -> AddResult:
        """End a job."""
        return await self._jobs.cancel(scope, job_id, request_id=request_id)

    async def replay_job(self, scope: Scope, job_id: str, *, request_id: str) -> AddResult:
        """Queue a failed or cancelled job again."""
        return await self._jobs.replay(scope, job_id, request_id=request_id)

    async def recall(self, request: RecallRequest) -> RecallResult:
        """The facts, messages and evidence paths that answer a question."""
        check_recall(request, self._limits)
        return await self._recaller.recall(request)

    async def recall_stream(self, request: RecallRequest) -> AsyncGenerator[RecallPart, None]:
        """The same answer in parts."""
        check_recall(request, self._limits)
        async with aclosing(self._recaller.stream(request)) as parts:
            async for part in parts:
                yield part

    async def paths(self, request: PathsRequest) -> PathsResult:
        """How two entities are connected."""
        check_paths(request, self._limits)
        return await self._recaller.paths(request)

    # -- memories -------------------------------------------------------------------------------------------------

    async def get(self, scope: Scope, memory_id: str, axes: Axes) -> Memory:
        """One memory as of now or as asked."""
        check = self._check(scope, axes)
        check.uuid("memory_id", memory_id)
        check.done()
        found = await self._ledger.memories(scope.partition, [memory_id], axes, scope.narrows)
        if not found:
            raise NotFound("no such memory for this owner")
        return trimmed(found[0], scope.narrows)

    async def list(
        self, scope: Scope, where: Filter, axes: Axes, *, include_closed: bool, page_size: int, page_token: str
    ) -> Listing[Memory]:
        """Memories, newest first; only what is true now unless asked otherwise."""
        page_size = self._page_size(scope, axes, page_size)
        if where.observed_from is not None or where.observed_to is not None or where.run_ids:
            raise InvalidInput(FieldViolation("filter", "observed_from, observed_to and run_ids are for recall only"))
        request = ("memories", scope, where, axes, include_closed)
        after, axes, read_time, seq = await self._reading(scope, axes, request, page_token)
        if axes.as_of is None and not include_closed:
            axes = replace(axes, as_of=max(self._clock(), read_time))
        page = await self._ledger.list_memories(
            scope.partition,
            MemoryFilter(
                narrowing=scope.narrows,
                kinds=where.kinds,
                categories=where.categories,
                entity_ids=where.entity_ids,
                metadata=where.metadata,
            ),
            axes,
            page_size,
            after,
        )
        memories = [trimmed(memory, scope.narrows) for memory in page.items]
        return listing(memories, page.next_key, request, read_time, seq)

    async def update(self, scope: Scope, memory_id: str, edit: Edit, *, etag: str, request_id: str) -> Memory:
        """A new revision by the caller."""
        check_edit(scope, memory_id, edit, request_id, self._limits)
        memory = await self._editor.update(scope, memory_id, edit, if_match=etag, request_id=request_id)
        await self._adder.project(scope.partition)
        return memory

    async def delete(self, scope: Scope, memory_id: str, *, etag: str, request_id: str) -> Memory:
        """Close a memory; it is kept and stays in its history."""
        check_change(scope, "memory_id", memory_id, request_id, self._limits)
        memory = await self._editor.delete(scope, memory_id, if_match=etag, request_id=request_id)
        await self._adder.project(scope.partition)
        return memory

    async def restore(self, scope: Scope, memory_id: str, *, etag: str, request_id: str) -> Memory:
        """Bring a closed or retracted memory back."""
        check_change(scope, "memory_id", memory_id, request_id, self._limits)
        memory = await self._editor.restore(scope, memory_id, if_match=etag, request_id=request_id)
        await self._adder.project(scope.partition)
        return memory

    async def pin(self, scope: Scope, memory_id: str, *, pinned: bool, etag: str, request_id: str) -> Memory:
        """Pin a memory, so that no add closes or rewrites it, or unpin it."""
        check_change(scope, "memory_id", memory_id, request_id, self._limits)
        memory = await self._editor.pin(scope, memory_id, pinned=pinned, if_match=etag, request_id=request_id)
        await self._adder.project(scope.partition)
        return memory

    async def revert(self, scope: Scope, decision_id: str, *, request_id: str) -> Changed:
        """Undo a decision, with everything that hung on it."""
        check_change(scope, "decision_id", decision_id, request_id, self._limits)
        changed = await self._editor.revert(scope, decision_id, request_id=request_id)
        await self._adder.project(scope.partition)
        return changed

    async def resolve(self, scope: Scope, memory_id: str, resolution: Resolution, *, request_id: str) -> Changed:
        """Settle a conflict."""
        check_change(scope, "memory_id", memory_id, request_id, self._limits)
        changed = await self._editor.resolve(scope, memory_id, resolution, request_id=request_id)
        await self._adder.project(scope.partition)
        return changed

    async def conflicts(self, scope: Scope, axes: Axes, *, page_size: int, page_token: str) -> Listing[Contradiction]:
        """Disputed memories with what they contradict, newest first."""
        page_size = self._page_size(scope, axes, page_size)
        request = ("conflicts", scope, axes)
        after, axes, read_time, seq = await self._reading(scope, axes, request, page_token)
        where = MemoryFilter(narrowing=scope.narrows, disputed=True)
        page = await self._ledger.list_memories(scope.partition, where, axes, page_size, after)
        found = [
            Contradiction(
                disputed=trimmed(memory, scope.narrows),
                kept=await self._contradicted(scope, memory, axes.known_at),
                reason=memory.revision.reason,
            )
            for memory in page.items
        ]
        return listing(found, page.next_key, request, read_time, seq)

    async def _contradicted(self, scope: Scope, disputed: Memory, known_at: int | None) -> tuple[Memory, ...]:
        """What the scope sees of what stands where the disputed memory would, or says the same and would be closed."""
        partition, revision = scope.partition, disputed.revision
        own = revision.triples[:1]
        by_key = await self._ledger.by_triple(partition, [triple.key(partition) for triple in own], known_at)
        same = [memory for found in by_key.values() for memory in found]
        keys = {revision.slot_key, revision.mirror_key} - {""}
        ends = [(end, t.predicate) for t in own for end in (t.subject_id, t.object_id) if keys and end]
        rivals = await self._ledger.by_subject(partition, ends, SLOT_VALUES, known_at)
        line = [memory for memory in rivals if keys & {memory.revision.slot_key, memory.revision.mirror_key}]
        start = revision.validity.valid_from.at
        kept = {m.id: m for m in (*line, *same) if not m.revision.disputed and m.revision.validity.holds(start)}
        if scope.narrows == Narrowing():
            return tuple(kept.values())
        seen = await self._ledger.memories(partition, list(kept), Axes(known_at=known_at), scope.narrows)
        return tuple(trimmed(memory, scope.narrows) for memory in seen)

    async def revisions(
        self, scope: Scope, memory_id: str, axes: Axes, *, page_size: int, page_token: str
    ) -> Listing[Revision]:
        """Every version of a memory, oldest first."""
        check_id(scope, "memory_id", memory_id, self._limits)
        page_size = self._page_size(scope, axes, page_size)
        request = ("revisions", scope, memory_id, axes)
        after, axes, read_time, seq = await self._reading(scope, axes, request, page_token)
        known = await self._ledger.revisions(scope.partition, memory_id, axes.known_at)
        if scope.narrows != Narrowing() and not await self._seen_by(scope, known, read_time):
            known = []
        if not known:
            raise NotFound("no such memory for this owner")
        found = [one for one in known if axes.as_of is None or one.validity.holds(axes.as_of)]
        start = int(after) if after.isdecimal() else 0
        items = found[start : start + page_size]
        more = str(start + page_size) if start + page_size < len(found) else ""
        return listing(items, more, request, read_time, seq)

    async def evidence(self, scope: Scope, evidence: Sequence[Evidence], axes: Axes) -> dict[str, Message]:
        """The messages that evidence points at, by message id."""
        self._check(scope, axes).done()
        ids = list(dict.fromkeys(row.message_id for row in evidence))
        return {message.id: message for message in await self._ledger.messages(scope.partition, ids, axes.known_at)}

    async def decisions(
        self, scope: Scope, axes: Axes, *, job_id: str, memory_id: str, page_size: int, page_token: str
    ) -> Listing[Decision]:
        """What was decided, by whom and why, in order."""
        page_size = self._page_size(scope, axes, page_size)
        if axes.as_of is not None:
            raise InvalidInput(FieldViolation("as_of", "decisions have no world time: ask with known_at alone"))
        request = ("decisions", scope, job_id, memory_id, axes)
        after, axes, read_time, seq = await self._reading(scope, axes, request, page_token)
        page = await self._ledger.decisions(
            scope.partition,
            job_id=job_id,
            memory_id=memory_id,
            limit=page_size,
            after=after,
            known_at=axes.known_at,
            narrowing=scope.narrows,
        )
        return listing(page.items, page.next_key, request, read_time, seq)

    # -- graph ----------------------------------------------------------------------------------------------------

    async def entities(
        self, scope: Scope, *, name: str, axes: Axes, page_size: int, page_token: str
    ) -> Listing[Entity]:
        """Entities in the order of their names."""
        page_size = self._page_size(scope, axes, page_size)
        request = ("entities", scope, name, axes)
        after, axes, read_time, seq = await self._reading(scope, axes, request, page_token)
        page = await self._ledger.list_entities(scope.partition, axes, page_size, after, name)
        return listing(page.items, page.next_key, request, read_time, seq)

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
        """Relations, newest first; only what holds now unless asked otherwise."""
        page_size = self._page_size(scope, axes, page_size)
        request = ("relations", scope, entity_id, predicate, axes, include_closed)
        after, axes, read_time, seq = await self._reading(scope, axes, request, page_token)
        if axes.as_of is None and not include_closed:
            axes = replace(axes, as_of=max(self._clock(), read_time))
        page = await self._ledger.list_relations(
            scope.partition, axes, page_size, after, entity_id, predicate, scope.narrows
        )
        return listing(page.items, page.next_key, request, read_time, seq)

    async def entities_by_id(self, scope: Scope, ids: Sequence[str], axes: Axes) -> dict[str, Entity]:
        """Entities by id, as they are or as they were known; absent ones left out."""
        self._check(scope, axes).done()
        return {entity.id: entity for entity in await self._ledger.entities(scope.partition, list(ids), axes)}

    async def merge_entities(self, scope: Scope, entity_id: str, merged_id: str, *, request_id: str) -> EntityChanged:
        """Two entities are one."""
        check = self._check(scope, Axes())
        check.uuid("entity_id", entity_id)
        check.uuid("merged_id", merged_id)
        if entity_id == merged_id:
            check.fail("merged_id", "is the entity itself: name another one")
        check.done()
        changed = await self._editor.merge_entities(scope, entity_id, merged_id, request_id=request_id)
        await self._adder.project(scope.partition)
        return changed

    async def split_entity(
        self, scope: Scope, entity_id: str, memory_ids: Sequence[str], *, name: str, request_id: str
    ) -> EntityChanged:
        """Some memories are about another entity."""
        check = self._check(scope, Axes())
        check.uuid("entity_id", entity_id)
        if not 1 <= len(memory_ids) <= self._limits.page_size:
            check.fail("memory_ids", f"holds {len(memory_ids)} ids, must be 1 to {self._limits.page_size}")
        for place, memory_id in enumerate(memory_ids[: self._limits.page_size]):
            check.uuid(f"memory_ids[{place}]", memory_id)
        if name:
            check.text("name", name, self._limits.fact_chars)
        check.done()
        changed = await self._editor.split_entity(scope, entity_id, memory_ids, name=name, request_id=request_id)
        await self._adder.project(scope.partition)
        return changed

    async def _seen_by(self, scope: Scope, revisions: Sequence[Revision], read_time: int) -> bool:
        """Whether agent and run see the memory by the end of any of its revisions, or by now.

        Evidence comes without a revision too: what counts is what each rested on at last.
        """
        for revision in reversed(revisions):
            ended = revision.superseded_at
            axes = Axes(known_at=read_time if ended is None else ended - 1)
            if await self._ledger.memories(scope.partition, [revision.memory_id], axes, scope.narrows):
                return True
        return False

    # -- shared ---------------------------------------------------------------------------------------------------

    def _check(self, scope: Scope, axes: Axes) -> Check:
        check = Check(self._limits)
        check.scope(scope)
        check.instant("as_of", axes.as_of)
        check.instant("known_at", axes.known_at)
        return check

    def _page_size(self, scope: Scope, axes: Axes, page_size: int) -> int:
        check = self._check(scope, axes)
        check.between("page_size", page_size, 0, self._limits.page_size)
        check.done()
        return page_size or DEFAULT_PAGE

    async def _reading(
        self, scope: Scope, axes: Axes, request: tuple[Any, ...], page_token: str
    ) -> tuple[str, Axes, int, int]:
        """Where to continue, the axes to read at, the read time and the owner's sequence.

        All pages read the state at the time of the first one: what is committed meanwhile is on none of them, and a
        list does not shift under its reader.
        """
        after, begun_at = paging.after(request, page_token)
        owner = await self._ledger.settled(scope.partition)
        if axes.known_at is not None:
            read_time = axes.known_at
        elif begun_at is not None:
            read_time = begun_at
        else:
            read_time = owner.last_time if owner else self._clock()
        return after, replace(axes, known_at=read_time), read_time, owner.seq if owner else 0


def listing(items: Sequence[T], next_key: str, request: tuple[Any, ...], read_time: int, seq: int) -> Listing[T]:
    """A page with its token."""
    return Listing(
        items=tuple(items),
        next_page_token=paging.token(request, next_key, read_time),
        read_time=read_time,
        seq=seq,
    )
