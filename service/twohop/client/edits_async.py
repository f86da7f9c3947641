"""The client's changes: what callers decide about what is remembered, and how they undo and settle it."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Mapping
from typing import Any, Unpack

from twohop.client import shapes
from twohop.client.inputs import Time, axes_of, expiry_of, kind_of, resolution_of
from twohop.client.pages import read_pages
from twohop.client.questions import Whose
from twohop.client.shapes import Shape
from twohop.graph.model import Kind, Scope
from twohop.memory.api import Core, Edit, Listing, Resolution


class EditCalls(ABC):
    """The part of `AsyncMemory` in which callers decide. Each call is a decision in the same log as everybody's.

    `request_id`: the same id again gives the earlier result and does nothing. `etag`: as it was read; the call is
    refused when the memory changed since.
    """

    @abstractmethod
    async def _opened(self) -> Core:
        """The core, opened by the first call."""

    @abstractmethod
    def _scope(self, whose: Whose) -> Scope:
        """Whose memory a call is about."""

    async def update(
        self,
        memory_id: str,
        data: str | None = None,
        *,
        kind: Kind | str | None = None,
        metadata: Mapping[str, Any] | None = None,
        categories: list[str] | None = None,
        expires_at: Time = None,
        etag: str = "",
        request_id: str = "",
        **whose: Unpack[Whose],
    ) -> Shape:
        """Change a memory's text (`data`), kind, metadata, categories or expiry: what is given is replaced.

        Args:
            memory_id: which memory.
            data: the new text. Relations that it no longer states are closed.
            kind: the new kind.
            metadata: the new metadata, as a whole.
            categories: the new categories, all of them.
            expires_at: when it stops being shown (it is kept); `never` takes an expiry back.
            etag: as it was read; empty = don't check.
            request_id: the same id again does nothing.
            **whose: `user_id`, `agent_id`, `run_id`: whose memory.

        Raises:
            NotFound: no such memory for this owner.
            EtagMismatch: it changed since `etag` was read.
        """
        given = {
            "text": data,
            "kind": kind,
            "metadata": metadata,
            "categories": categories,
            "expires_at": expires_at,
        }
        edit = Edit(
            mask=tuple(name for name, value in given.items() if value is not None),
            text=data or "",
            kind=kind_of(kind),
            metadata=dict(metadata or {}),
            categories=tuple(categories or ()),
            expires_at=expiry_of(expires_at),
        )
        core, scope = await self._opened(), self._scope(whose)
        return shapes.memory(await core.update(scope, memory_id, edit, etag=etag, request_id=request_id))

    async def delete(
        self,
        memory_id: str,
        *,
        etag: str = "",
        request_id: str = "",
        **whose: Unpack[Whose],
    ) -> Shape:
        """Close a memory; it stays in its history. Raises `NotFound`, `EtagMismatch`."""
        core, scope = await self._opened(), self._scope(whose)
        return shapes.memory(await core.delete(scope, memory_id, etag=etag, request_id=request_id))

    async def restore(
        self,
        memory_id: str,
        *,
        etag: str = "",
        request_id: str = "",
        **whose: Unpack[Whose],
    ) -> Shape:
        """Bring a closed, expired or retracted memory back, with the validity that it had before.

        Raises:
            NotFound: no such memory for this owner.
            EtagMismatch: it changed since `etag` was read.
            Conflict: another value of the same kind holds in that time.
        """
        core, scope = await self._opened(), self._scope(whose)
        return shapes.memory(await core.restore(scope, memory_id, etag=etag, request_id=request_id))

    async def pin(
        self,
        memory_id: str,
        *,
        etag: str = "",
        request_id: str = "",
        **whose: Unpack[Whose],
    ) -> Shape:
        """Pin a memory: no add closes or rewrites it, what contradicts it is disputed. Raises `NotFound`."""
        core, scope = await self._opened(), self._scope(whose)
        return shapes.memory(await core.pin(scope, memory_id, pinned=True, etag=etag, request_id=request_id))

    async def unpin(
        self,
        memory_id: str,
        *,
        etag: str = "",
        request_id: str = "",
        **whose: Unpack[Whose],
    ) -> Shape:
        """Let adds change a pinned memory again. Raises `NotFound`, `EtagMismatch`."""
        core, scope = await self._opened(), self._scope(whose)
        return shapes.memory(await core.pin(scope, memory_id, pinned=False, etag=etag, request_id=request_id))

    async def revert(self, decision_id: str, *, request_id: str = "", **whose: Unpack[Whose]) -> Shape:
        """Undo a decision, with everything that hung on it; reverting that again brings its effect back.

        Returns:
            `decision`: the one that undid it; `results`: the memories that it changed and that still stand.

        Raises:
            NotFound: no such decision for this owner.
            Conflict: it was undone already, changed nothing, or another value now stands in the way.
        """
        core, scope = await self._opened(), self._scope(whose)
        return shapes.changed(await core.revert(scope, decision_id, request_id=request_id))

    async def conflicts(
        self,
        *,
        limit: int = 100,
        as_of: Time = None,
        known_at: Time = None,
        **whose: Unpack[Whose],
    ) -> Shape:
        """Up to `limit` disputed memories, newest first, as `{"results": […]}`.

        Each has `memory` (its text), `disputed`, `contradicts` (memories) and `reason`.
        """
        core, scope = await self._opened(), self._scope(whose)
        axes = axes_of(as_of, known_at)

        def page(size: int, token: str) -> Awaitable[Listing[Any]]:
            return core.conflicts(scope, axes, page_size=size, page_token=token)

        return {"results": [shapes.conflict(one) for one in await read_pages(page, limit)]}

    async def resolve(
        self,
        memory_id: str,
        resolution: Resolution | str,
        *,
        request_id: str = "",
        **whose: Unpack[Whose],
    ) -> Shape:
        """Settle a conflict about the disputed memory.

        Args:
            memory_id: the disputed memory.
            resolution: `accept` lets it in, `reject` takes it back, `keep_both` lets both hold.
            request_id: the same id again does nothing.
            **whose: `user_id`, `agent_id`, `run_id`: whose memory.

        Returns:
            As `revert`.

        Raises:
            NotFound: no such memory for this owner.
            Conflict: it is not disputed.
        """
        core, scope = await self._opened(), self._scope(whose)
        settled = await core.resolve(scope, memory_id, resolution_of(resolution), request_id=request_id)
        return shapes.changed(settled)
