"""Whose state a call is about, and which state of it."""

from typing import Any

from twohop.graph.model import Axes, Scope
from twohop.memory.api import Listing
from twohop.v1 import scope_pb2
from twohop.wire.reading import Reader
from twohop.wire.times import pack_instant, pack_instant_or_none, unpack_instant
from twohop.wire.tokens import pack_token

DEFAULT_TENANT = "default"


def pack_scope(scope: Scope) -> scope_pb2.Scope:
    """The scope as it is sent."""
    return scope_pb2.Scope(tenant=scope.tenant, user_id=scope.user_id, agent_id=scope.agent_id, run_id=scope.run_id)


def unpack_scope(scope: scope_pb2.Scope) -> Scope:
    """The scope as it was sent; an empty tenant is the default one."""
    return Scope(
        tenant=scope.tenant or DEFAULT_TENANT, user_id=scope.user_id, agent_id=scope.agent_id, run_id=scope.run_id
    )


def pack_view(axes: Axes, at_least: str = "") -> scope_pb2.View:
    """Which state a read asks for."""
    return scope_pb2.View(
        as_of=pack_instant_or_none(axes.as_of), known_at=pack_instant_or_none(axes.known_at), at_least=at_least
    )


def unpack_axes(reader: Reader, view: scope_pb2.View) -> Axes:
    """The time axes of a read."""
    return Axes(
        as_of=reader.instant_of(view, "as_of", "view.as_of"),
        known_at=reader.instant_of(view, "known_at", "view.known_at"),
    )


def read_axes(view: scope_pb2.View) -> Axes:
    """The time axes of a read.

    Raises:
        InvalidInput: an instant is none.
    """
    reader = Reader()
    axes = unpack_axes(reader, view)
    reader.done()
    return axes


def refuse_axes(view: scope_pb2.View, why: str) -> None:
    """Raise `InvalidInput`, saying why, if a read of what has no history names a time."""
    reader = Reader()
    for name in ("as_of", "known_at"):
        if view.HasField(name):
            reader.fail(f"view.{name}", why)
    reader.done()


def pack_state(scope: Scope, *, read_time: int, seq: int) -> scope_pb2.ReadState:
    """The state that a read showed."""
    return scope_pb2.ReadState(
        read_time=pack_instant(read_time) if read_time else None,
        sequence=seq,
        consistency_token=pack_token(scope, seq),
    )


def read_time_of(state: scope_pb2.ReadState) -> int:
    """System time of the state shown; 0 when it has none."""
    return unpack_instant(state.read_time) if state.HasField("read_time") else 0


def pack_listing_state(scope: Scope, listing: Listing[Any]) -> scope_pb2.ReadState:
    """The state that a page was read from."""
    return pack_state(scope, read_time=listing.read_time, seq=listing.seq)
