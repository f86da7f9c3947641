"""The client's exact look-ups: owners, sessions and the configuration of agents."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Unpack

from twohop.client import directory_shapes as shapes
from twohop.client.pages import read_pages
from twohop.client.questions import Whose
from twohop.client.shapes import Shape
from twohop.graph.model import AgentConfig, Scope
from twohop.memory.api import Core, Listing


class DirectoryCalls(ABC):
    """The part of `AsyncMemory` that looks up and sets by key."""

    _tenant: str

    @abstractmethod
    async def _opened(self) -> Core:
        """The core, opened by the first call."""

    @abstractmethod
    def _scope(self, whose: Whose) -> Scope:
        """Whose memory a call is about."""

    async def owner(self, **whose: Unpack[Whose]) -> Shape:
        """An owner's counts: `messages`, `memories`, `sessions`, `entities`. Raises `NotFound`."""
        core = await self._opened()
        return shapes.owner(await core.directory.owner(self._scope(whose)))

    async def owners(self, *, limit: int = 100) -> Shape:
        """Up to `limit` owners of this client's tenant, by their ids, as `{"results": […]}`."""
        core = await self._opened()

        def page(size: int, token: str) -> Awaitable[Listing[Any]]:
            return core.directory.owners(self._tenant, page_size=size, page_token=token)

        return {"results": [shapes.owner(one) for one in await read_pages(page, limit)]}

    async def session(self, session_id: str = "", **whose: Unpack[Whose]) -> Shape:
        """A session with its counts, rolling summary and metadata; no id = that of `run_id`. Raises `NotFound`."""
        core = await self._opened()
        return shapes.session(await core.directory.session(self._scope(whose), session_id))

    async def sessions(self, *, limit: int = 100, **whose: Unpack[Whose]) -> Shape:
        """Up to `limit` of the owner's sessions, by their ids, as `{"results": […]}`."""
        core, scope = await self._opened(), self._scope(whose)

        def page(size: int, token: str) -> Awaitable[Listing[Any]]:
            return core.directory.sessions(scope, page_size=size, page_token=token)

        return {"results": [shapes.session(one) for one in await read_pages(page, limit)]}

    async def update_session(
        self, metadata: Mapping[str, Any], *, session_id: str = "", request_id: str = "", **whose: Unpack[Whose]
    ) -> Shape:
        """Replace a session's metadata as a whole; the session is begun when it has no messages yet."""
        core, scope = await self._opened(), self._scope(whose)
        changed = await core.directory.update_session(scope, session_id, dict(metadata), request_id=request_id)
        return shapes.session(changed)

    async def agent_config(self, *, version: int = 0, **whose: Unpack[Whose]) -> Shape:
        """A version (0 = the latest) of the configuration of the agent `agent_id`; `version` 0 = none was ever set.

        Raises:
            NotFound: it has no such version.
        """
        core, scope = await self._opened(), self._scope(whose)
        return shapes.agent_config(await core.directory.agent_config(scope, version=version))

    async def set_agent_config(
        self,
        *,
        instructions: str = "",
        keep_categories: Sequence[str] = (),
        ignore_categories: Sequence[str] = (),
        model: str = "",
        retention_days: int = 0,
        expected_version: int | None = None,
        request_id: str = "",
        **whose: Unpack[Whose],
    ) -> Shape:
        """Store a whole new configuration of the agent `agent_id`, which its next adds follow; gives its `version`.

        Args:
            instructions: told to the model that extracts, after its own; rules don't read them.
            keep_categories: only facts of these are kept; none = all.
            ignore_categories: facts of these are dropped.
            model: extracts and judges in place of the server's; empty = the server's.
            retention_days: new memories expire after so many days; 0 = never.
            expected_version: the version that this replaces; None = whatever is the latest.
            request_id: the same id again gives the same version and stores nothing.
            **whose: `agent_id` alone.

        Raises:
            InvalidInput: with every field that is wrong.
            Conflict: another version than the expected one is the latest.
        """
        config = AgentConfig(
            instructions=instructions,
            keep_categories=tuple(keep_categories),
            ignore_categories=tuple(ignore_categories),
            model=model,
            retention_days=retention_days,
        )
        core, scope = await self._opened(), self._scope(whose)
        version = await core.directory.set_agent_config(
            scope, config, expected_version=expected_version, request_id=request_id
        )
        return {"version": version}
