"""What calls have in common: whose memory they are about, and what a question may say beside its words."""

import asyncio
from collections.abc import Mapping
from typing import Any, TypedDict

from twohop.client.inputs import Time, axes_of, filter_of
from twohop.graph.model import Scope
from twohop.memory.api import Depth, Filter, RecallRequest


class Whose(TypedDict, total=False):
    """Whose memory a call is about: at least one. The first one given, in this order, owns it; the others narrow."""

    user_id: str | None
    agent_id: str | None
    run_id: str | None


class Asked(Whose, total=False):
    """What a question may say beside its words; see `AsyncMemory.recall`."""

    limit: int
    depth: int
    filters: Filter | Mapping[str, Any] | None
    as_of: Time
    known_at: Time
    include_closed: bool
    include_messages: bool
    min_score: float | None
    token_budget: int | None
    explain: bool
    timeout: float | None


def question(
    scope: Scope,
    query: str,
    *,
    limit: int = 10,
    depth: int = Depth.DEFAULT,
    filters: Filter | Mapping[str, Any] | None = None,
    as_of: Time = None,
    known_at: Time = None,
    include_closed: bool = False,
    include_messages: bool = True,
    min_score: float | None = None,
    token_budget: int | None = None,
    explain: bool = False,
    timeout: float | None = None,
) -> RecallRequest:
    """A question with what is said beside its words; made in the event loop that waits for the answer.

    Raises:
        InvalidInput: a time or a filter is none.
    """
    return RecallRequest(
        scope=scope,
        query=query,
        limit=limit,
        depth=depth,
        axes=axes_of(as_of, known_at),
        include_closed=include_closed,
        where=filter_of(filters),
        include_messages=include_messages,
        min_score=min_score,
        token_budget=token_budget,
        explain=explain,
        deadline=None if timeout is None else asyncio.get_running_loop().time() + timeout,
    )
