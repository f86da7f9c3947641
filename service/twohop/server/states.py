"""Which state a read shows: its time, its sequence, and whether it is as new as the caller needs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from twohop.errors import LedgerUnavailable
from twohop.graph.model import Axes, Scope
from twohop.memory.api import Core, Filter
from twohop.memory.settings import Limits
from twohop.memory.validate import Check
from twohop.v1 import scope_pb2
from twohop.wire.scopes import pack_state
from twohop.wire.tokens import pack_token, unpack_token

MOST_IDS = 1_000
"""Ids in one request."""


@dataclass(frozen=True, slots=True)
class OwnerState:
    """An owner's state at the time of a call."""

    read_time: int
    seq: int

    def pin(self, axes: Axes) -> Axes:
        """The axes of a read that shows just this state, unless the caller asked for an older one."""
        return axes if axes.known_at is not None else replace(axes, known_at=self.read_time)

    def pack(self, scope: Scope, axes: Axes = Axes()) -> scope_pb2.ReadState:
        """As it is sent with an answer that was read at `axes`."""
        read_time = self.read_time if axes.known_at is None else axes.known_at
        return pack_state(scope, read_time=read_time, seq=self.seq)


async def owner_state(core: Core, scope: Scope, at_least: str = "") -> OwnerState:
    """The owner's state now. `at_least` is the caller's consistency token.

    Raises:
        InvalidInput: the scope or the token is.
        LedgerUnavailable: this process has not seen that state yet.
    """
    wanted = unpack_token(scope, at_least)
    page = await core.list(scope, Filter(), Axes(), include_closed=True, page_size=1, page_token="")
    require(page.seq, wanted)
    return OwnerState(page.read_time, page.seq)


async def token_of(core: Core, scope: Scope) -> str:
    """The consistency token of the owner's state now."""
    return pack_token(scope, (await owner_state(core, scope)).seq)


def require(seq: int, wanted: int) -> None:
    """Raise `LedgerUnavailable` unless the state that was read is as new as the one wanted."""
    if seq < wanted:
        raise LedgerUnavailable("the state of `at_least` has not arrived here yet: try again shortly")


def check_ids(scope: Scope, field: str, ids: Sequence[str], limits: Limits) -> None:
    """Raise `InvalidInput` unless scope and ids are well formed, and not too many."""
    check = Check(limits)
    check.scope(scope)
    if not 1 <= len(ids) <= MOST_IDS:
        check.fail(field, f"holds {len(ids)} ids, must be 1 to {MOST_IDS}")
    for place, value in enumerate(ids[:MOST_IDS]):
        check.uuid(f"{field}[{place}]", value)
    check.done()
