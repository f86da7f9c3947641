"""Exact look-ups: owners, sessions and the configuration of agents, by key and without a search."""

from twohop.errors import NotFound
from twohop.graph.model import AgentConfig, Metadata, Owner, Scope, Session
from twohop.graph.store import Ledger
from twohop.memory import paging
from twohop.memory.api import Listing
from twohop.memory.settings import Limits
from twohop.memory.validate import Check, check_agent, check_config, check_session
from twohop.memory.write.edit import request_key

DEFAULT_PAGE = 50


class LedgerDirectory:
    """Implements `twohop.memory.api.Directory`. `models`: whether agents may name a language model."""

    def __init__(self, ledger: Ledger, limits: Limits, *, models: bool) -> None:
        self._ledger = ledger
        self._limits = limits
        self._models = models

    async def owner(self, scope: Scope) -> Owner:
        """The owner's counts."""
        self._check(scope).done()
        found = await self._ledger.owner(scope.partition)
        if found is None:
            raise NotFound("no such owner: nothing was ever added for it")
        return found

    async def owners(self, tenant: str, *, page_size: int, page_token: str) -> Listing[Owner]:
        """A tenant's owners."""
        check = Check(self._limits)
        check.id("scope.tenant", tenant, empty=False)
        size = self._page_size(check, page_size)
        request = ("owners", tenant)
        after, _ = paging.after(request, page_token)
        page = await self._ledger.owners(tenant, size, after)
        return Listing(items=page.items, next_page_token=paging.token(request, page.next_key, 0))

    async def session(self, scope: Scope, session_id: str) -> Session:
        """One session."""
        check_session(scope, session_id, self._limits, metadata={}, request_id="")
        found = await self._ledger.session(scope.partition, session_id or scope.session)
        if found is None:
            raise NotFound("no such session for this owner")
        return found

    async def sessions(self, scope: Scope, *, page_size: int, page_token: str) -> Listing[Session]:
        """The owner's sessions."""
        size = self._page_size(self._check(scope), page_size)
        request = ("sessions", scope.partition)
        after, _ = paging.after(request, page_token)
        page = await self._ledger.sessions(scope.partition, size, after)
        return Listing(items=page.items, next_page_token=paging.token(request, page.next_key, 0))

    async def update_session(self, scope: Scope, session_id: str, metadata: Metadata, *, request_id: str) -> Session:
        """Replace a session's metadata."""
        check_session(scope, session_id, self._limits, metadata=metadata, request_id=request_id)
        session_id = session_id or scope.session
        body = {"session_id": session_id, "metadata": metadata}
        key = request_key(scope, "UpdateSession", request_id, body)
        return await self._ledger.set_session(scope, session_id, metadata, key)

    async def agent_config(self, scope: Scope, *, version: int) -> AgentConfig:
        """A version of an agent's configuration."""
        check_agent(scope, self._limits, version=version, field="version").done()
        found = await self._ledger.agent_config(scope.partition, version or None)
        if found is None and version:
            raise NotFound("no such version of this agent's configuration")
        return found or AgentConfig()

    async def set_agent_config(
        self, scope: Scope, config: AgentConfig, *, expected_version: int | None, request_id: str
    ) -> int:
        """Store a new version of an agent's configuration."""
        check = check_agent(scope, self._limits, version=expected_version, field="expected_version")
        check.id("request_id", request_id)
        check_config(check, config, models=self._models)
        body = {"config": repr(config), "expected_version": expected_version}
        key = request_key(scope, "SetAgentConfig", request_id, body)
        return await self._ledger.set_agent_config(scope, config, expected_version, key)

    def _check(self, scope: Scope) -> Check:
        check = Check(self._limits)
        check.scope(scope)
        return check

    def _page_size(self, check: Check, page_size: int) -> int:
        check.between("page_size", page_size, 0, self._limits.page_size)
        check.done()
        return page_size or DEFAULT_PAGE
