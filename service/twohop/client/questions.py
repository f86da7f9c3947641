"""What calls have in common: whose memory they are about, and what a question may say beside its words."""

from collections.abc import Mapping
from typing import Any, TypedDict

from twohop.client.inputs import Time
from twohop.memory.api import Filter


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
