"""The client for asyncio programs, and the one implementation of both clients."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack, cast

from twohop.client import shapes
from twohop.client.directory_async import DirectoryCalls
from twohop.client.edits_async import EditCalls
from twohop.client.inputs import Facts, Messages, Time, axes_of, filter_of, given_facts, new_messages, states_of
from twohop.client.pages import read_pages
from twohop.client.questions import Asked, Whose, question
from twohop.client.remote import RemoteCore
from twohop.config import Settings
from twohop.errors import Misconfigured, NotServed, ShuttingDown
from twohop.graph.model import Axes, JobState, Scope
from twohop.memory.api import (
    AddRequest,
    Core,
    Depth,
    Filter,
    Listing,
    PathsRequest,
    RecallPart,
    RecallRequest,
    RecallResult,
)
from twohop.wire.scopes import DEFAULT_TENANT

Shape = dict[str, Any]


class AsyncMemory(EditCalls, DirectoryCalls):
    """Remembers what is said and recalls what answers a question.

    `AsyncMemory()` opens the stores of the settings in this process (a data directory belongs to one at a time);
    `AsyncMemory("host:port")` speaks to a server. Both take the same input, give the same results and raise the same
    errors (`twohop.errors`). It opens at the first call, or by `async with`; close it in the same event loop.

    Every call says whose memory it is about by `user_id`, `agent_id` or `run_id` (the first one given owns it, the
    others narrow).

    Args:
        target: a server's `host:port`; None = in this process.
        data_dir: where embedded stores are; None = as the settings say.
        api_key: not served yet.
        tls: not served yet.
        tenant: whose users these are; empty = `default`.
        settings: of the core in this process; None = from the environment.

    Raises:
        NotServed: `api_key` or `tls` is given.
        Misconfigured: a target together with a data directory or settings.
    """

    def __init__(
        self,
        target: str | None = None,
        *,
        data_dir: str | Path | None = None,
        api_key: str | None = None,
        tls: object = None,
        tenant: str = "",
        settings: Settings | None = None,
    ) -> None:
        if api_key is not None or tls is not None:
            raise NotServed("api_key and tls are not served by this version: servers listen on loopback only")
        if target is not None and (data_dir is not None or settings is not None):
            raise Misconfigured("give a target or a data directory and settings, not both")
        self._target = target
        self._data_dir = data_dir
        self._settings = settings
        self._tenant = tenant or DEFAULT_TENANT
        self._opening = asyncio.Lock()
        self._core: Core | None = None
        self._close: Callable[[], Awaitable[None]] | None = None
        self._closed = False

    async def __aenter__(self) -> Self:
        await self._opened()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Finish running adds and close the stores, or the connection. A second time does nothing."""
        async with self._opening:
            self._closed = True
            close, self._close, self._core = self._close, None, None
        if close is not None:
            await close()

    async def add(
        self,
        messages: Messages,
        *,
        metadata: Mapping[str, Any] | None = None,
        request_id: str = "",
        infer: bool = True,
        facts: Facts | None = None,
        wait: bool = True,
        dry_run: bool = False,
        **whose: Unpack[Whose],
    ) -> Shape:
        """Remember an exchange.

        Args:
            messages: a text (said by the user), or one or several `{"role", "content"}` with optional `name`,
                `observed_at` (default: now) and `time_zone`.
            metadata: kept with every memory that this makes.
            request_id: the same id again gives the same result and does nothing.
            infer: False = store the messages (recall finds them) and extract no facts.
            facts: facts to keep in place of extracting them.
            wait: False = return once the messages are durable; `state` is then `pending`.
            dry_run: show what would be decided and write nothing; `job_id` and `message_ids` are then empty.
            **whose: `user_id`, `agent_id`, `run_id`: whose memory; messages of one run form one session.

        Returns:
            `results`: for each fact `id`, `memory`, `event` (ADD, UPDATE, SUPERSEDE, NOOP, …), `reason`; `relations`;
            `state`, `job_id`, `message_ids`, `indexed`, `error`, `usage`.

        Raises:
            InvalidInput: with every field that is wrong.
        """
        given = () if facts is None and not infer else None if facts is None else given_facts(facts)
        request = AddRequest(
            scope=self._scope(whose),
            messages=new_messages(messages),
            request_id=request_id,
            facts=given,
            metadata=dict(metadata or {}),
            wait=wait,
            dry_run=dry_run,
        )
        return shapes.added(await (await self._opened()).add(request))

    async def job(self, job_id: str, **whose: Unpack[Whose]) -> Shape:
        """What a job led to by now, as `add` returns it, and where it stands, as in `jobs`. Raises `NotFound`."""
        core = await self._opened()
        return shapes.worked(await core.job(self._scope(whose), job_id))

    async def jobs(self, *, states: Sequence[JobState | str] = (), limit: int = 100, **whose: Unpack[Whose]) -> Shape:
        """Up to `limit` jobs, newest first, as `{"results": […]}`: of an owner, or without one of the whole tenant.

        Args:
            states: those in one of these (`pending`, `running`, `done`, `partial`, `failed`, `cancelled`); none = any.
            limit: most jobs.
            **whose: `user_id`, `agent_id`, `run_id`: whose jobs; none = those of all owners.

        Returns:
            `results`: `job_id`, `kind`, `state`, `session`, `attempts`, `next_attempt_at`, `error`, `user_id`, …
        """
        core, scope = await self._opened(), self._scope(whose)
        wanted = states_of(states)

        def page(size: int, token: str) -> Awaitable[Listing[Any]]:
            return core.list_jobs(scope, states=wanted, page_size=size, page_token=token)

        return {"results": [shapes.listed(one) for one in await read_pages(page, limit)]}

    async def watch_job(self, job_id: str, **whose: Unpack[Whose]) -> AsyncGenerator[Shape, None]:
        """The job at once, as `job` returns it, and again whenever it changes, until it is final.

        Raises:
            NotFound: no such job for this owner.
            ShuttingDown: who works on it is shutting down; the job goes on afterwards.
        """
        core = await self._opened()
        async with aclosing(core.watch_job(self._scope(whose), job_id)) as changes:
            async for result in changes:
                yield shapes.worked(result)

    async def cancel_job(self, job_id: str, *, request_id: str = "", **whose: Unpack[Whose]) -> Shape:
        """End a job. What it committed stays; one that is final is left as it is. Raises `NotFound`."""
        core, scope = await self._opened(), self._scope(whose)
        return shapes.worked(await core.cancel_job(scope, job_id, request_id=request_id))

    async def replay_job(self, job_id: str, *, request_id: str = "", **whose: Unpack[Whose]) -> Shape:
        """Queue a failed or cancelled job again, from where it stopped. Raises `NotFound`, `Conflict` for others."""
        core, scope = await self._opened(), self._scope(whose)
        return shapes.worked(await core.replay_job(scope, job_id, request_id=request_id))

    async def recall(self, query: str, **asked: Unpack[Asked]) -> RecallResult:
        """What answers a question, typed: items with their score parts, evidence paths, degradations.

        Args:
            query: the question.
            **asked: `user_id`, `agent_id`, `run_id`: whose memory; and

                limit: most items, 1 to 100 (10).
                depth: most relations of a path, 0 to 4; 0 = no graph (3).
                filters: what to leave in: `Filter` or its fields (kinds, categories, entity_ids, metadata,
                    observed_from, observed_to, run_ids).
                as_of: what was true then (now).
                known_at: what was known then (now).
                include_closed: also what no longer holds (False).
                include_messages: also messages as items of their own (True).
                min_score: leave out items whose total score is less; comparable within one answer only.
                token_budget: also give a `context`, text for a prompt of at most so many tokens, 1 to 100,000.
                explain: say of each item why it ranks where it does (False).
                timeout: seconds to answer in; what was found by then is returned, and says so.

        Raises:
            InvalidInput: with every field that is wrong.
        """
        core = await self._opened()
        return await core.recall(self._question(query, asked))

    async def recall_stream(self, query: str, **asked: Unpack[Asked]) -> AsyncGenerator[RecallPart, None]:
        """As `recall`, with the same arguments, in parts: first hits, paths as hops complete, then the answer.

        Leaving the loop early (within `contextlib.aclosing`) ends the work.
        """
        core = await self._opened()
        async with aclosing(core.recall_stream(self._question(query, asked))) as parts:
            async for part in parts:
                yield part

    async def search(self, query: str, **asked: Unpack[Asked]) -> Shape:
        """As `recall`, with the same arguments, as a dictionary.

        Returns:
            `results`: `id`, `memory` (the text), `score`, `type`, `valid_from`, `valid_to`, `created_at`, `sources`, …;
            `paths`: `text`, `answer`, `facts`; `relations`: `source`, `relationship`, `destination`; `degradations`;
            `context` (with a `token_budget`): `text`, `tokens`, `tokenizer`, `citations`.
        """
        return shapes.recalled(await self.recall(query, **asked))

    async def get(
        self,
        memory_id: str,
        *,
        as_of: Time = None,
        known_at: Time = None,
        **whose: Unpack[Whose],
    ) -> Shape:
        """One memory, also one that no longer holds. Raises `NotFound`."""
        core = await self._opened()
        found = await core.get(self._scope(whose), memory_id, axes_of(as_of, known_at))
        return shapes.memory(found)

    async def get_all(
        self,
        *,
        limit: int = 100,
        filters: Filter | Mapping[str, Any] | None = None,
        as_of: Time = None,
        known_at: Time = None,
        include_closed: bool = False,
        **whose: Unpack[Whose],
    ) -> Shape:
        """Up to `limit` memories, newest first, as `{"results": […]}`."""
        core, scope = await self._opened(), self._scope(whose)
        where, axes = filter_of(filters), axes_of(as_of, known_at)

        def page(size: int, token: str) -> Awaitable[Listing[Any]]:
            return core.list(scope, where, axes, include_closed=include_closed, page_size=size, page_token=token)

        return {"results": [shapes.memory(one) for one in await read_pages(page, limit)]}

    async def history(
        self,
        memory_id: str,
        *,
        as_of: Time = None,
        known_at: Time = None,
        **whose: Unpack[Whose],
    ) -> list[Shape]:
        """Every version of a memory, oldest first, each with who made it and why. Raises `NotFound`.

        `known_at`: those known then; `as_of`: those that held then.
        """
        core, scope = await self._opened(), self._scope(whose)
        axes = axes_of(as_of, known_at)

        def page(size: int, token: str) -> Awaitable[Listing[Any]]:
            return core.revisions(scope, memory_id, axes, page_size=size, page_token=token)

        return [shapes.revision(one) for one in await read_pages(page)]

    async def decisions(
        self,
        *,
        job_id: str = "",
        memory_id: str = "",
        limit: int = 100,
        known_at: Time = None,
        **whose: Unpack[Whose],
    ) -> Shape:
        """Up to `limit` decisions in order, of an add or about a memory, as `{"results": […]}`.

        Each says what was done (`event`) and why, by whom, and its `effects` on memories; `refused` and `rule` what a
        guardrail kept the judge from, `reverts` what it undid.
        """
        core, scope = await self._opened(), self._scope(whose)
        axes = axes_of(None, known_at)

        def page(size: int, token: str) -> Awaitable[Listing[Any]]:
            return core.decisions(scope, axes, job_id=job_id, memory_id=memory_id, page_size=size, page_token=token)

        return {"results": [shapes.decision(one) for one in await read_pages(page, limit)]}

    async def entities(
        self,
        name: str = "",
        *,
        limit: int = 100,
        as_of: Time = None,
        known_at: Time = None,
        **whose: Unpack[Whose],
    ) -> Shape:
        """Up to `limit` entities by name, as `{"results": […]}`; `name` keeps those whose names contain it."""
        core, scope = await self._opened(), self._scope(whose)
        axes = axes_of(as_of, known_at)

        def page(size: int, token: str) -> Awaitable[Listing[Any]]:
            return core.entities(scope, name=name, axes=axes, page_size=size, page_token=token)

        return {"results": [shapes.entity(one) for one in await read_pages(page, limit)]}

    async def merge_entities(
        self, entity_id: str, merged_id: str, *, request_id: str = "", **whose: Unpack[Whose]
    ) -> Shape:
        """Say that two entities (ids) are one: `merged_id` becomes part of `entity_id`, which is given back."""
        core, scope = await self._opened(), self._scope(whose)
        changed = await core.merge_entities(scope, entity_id, merged_id, request_id=request_id)
        return {"entity": shapes.entity(changed.entity), "decision": shapes.decision(changed.decision)}

    async def split_entity(
        self,
        entity_id: str,
        memory_ids: Sequence[str],
        *,
        name: str = "",
        request_id: str = "",
        **whose: Unpack[Whose],
    ) -> Shape:
        """Say that some memories are about another entity, of the same name unless `name` says; it is given back."""
        core, scope = await self._opened(), self._scope(whose)
        changed = await core.split_entity(scope, entity_id, list(memory_ids), name=name, request_id=request_id)
        return {"entity": shapes.entity(changed.entity), "decision": shapes.decision(changed.decision)}

    async def relations(
        self,
        *,
        entity_id: str = "",
        predicate: str = "",
        limit: int = 100,
        as_of: Time = None,
        known_at: Time = None,
        include_closed: bool = False,
        **whose: Unpack[Whose],
    ) -> Shape:
        """Up to `limit` relations, newest first, with the names of their ends, as `{"results": […]}`."""
        core, scope = await self._opened(), self._scope(whose)
        axes = axes_of(as_of, known_at)

        def page(size: int, token: str) -> Awaitable[Listing[Any]]:
            return core.relations(
                scope,
                entity_id=entity_id,
                predicate=predicate,
                axes=axes,
                include_closed=include_closed,
                page_size=size,
                page_token=token,
            )

        found = await read_pages(page, limit)
        ends = [end for one in found for end in (one.triple.subject_id, one.triple.object_id) if end]
        known = Axes(known_at=axes.known_at)
        return {"results": shapes.relations(found, await core.entities_by_id(scope, ends, known))}

    async def paths(
        self,
        source: str,
        target: str,
        *,
        depth: int = Depth.DEFAULT,
        limit: int = 10,
        as_of: Time = None,
        known_at: Time = None,
        **whose: Unpack[Whose],
    ) -> Shape:
        """How two entities (names or ids) are connected: the shortest paths, then the best-scored, in `results`.

        `sources` and `targets` are the entities that the names stand for, each with a `label` that tells it from others
        of its name; `degradations` says when paths may be missing. Raises `NotFound` for a name that nobody has,
        and `InvalidInput` when both are the same.
        """
        core = await self._opened()
        request = PathsRequest(
            scope=self._scope(whose),
            source=source,
            target=target,
            depth=depth,
            limit=limit,
            axes=axes_of(as_of, known_at),
        )
        return shapes.connected(await core.paths(request))

    def _question(self, query: str, asked: Asked) -> RecallRequest:
        rest: dict[str, Any] = {**asked}
        whose: dict[str, Any] = {name: rest.pop(name) for name in Whose.__annotations__ if name in rest}
        return question(self._scope(cast("Whose", whose)), query, **rest)

    def _scope(self, whose: Whose) -> Scope:
        if unknown := whose.keys() - Whose.__annotations__.keys():
            raise TypeError(f"unexpected arguments: {', '.join(sorted(unknown))}")
        return Scope(
            tenant=self._tenant,
            user_id=whose.get("user_id") or "",
            agent_id=whose.get("agent_id") or "",
            run_id=whose.get("run_id") or "",
        )

    async def _opened(self) -> Core:
        async with self._opening:
            if self._closed:
                raise ShuttingDown("this client is closed")
            if self._core is None:
                self._core, self._close = await self._open()
            return self._core

    async def _open(self) -> tuple[Core, Callable[[], Awaitable[None]]]:
        if self._target is not None:
            remote = RemoteCore(self._target)
            return remote, remote.close
        from twohop.client.local import open_local  # noqa: PLC0415  # A remote client never loads stores and models.

        settings = self._settings or Settings()
        if self._data_dir is not None:
            settings = settings.model_copy(update={"data_dir": Path(self._data_dir)})
        local = await open_local(settings)
        return local.core, local.close
