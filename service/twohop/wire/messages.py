"""Turns on the wire."""

from twohop.graph.model import Message, Role
from twohop.memory.api import NewMessage
from twohop.v1 import message_pb2
from twohop.wire.enums import ROLES
from twohop.wire.reading import Reader
from twohop.wire.times import pack_instant, pack_instant_or_none, unpack_instant


def pack_new_message(message: NewMessage) -> message_pb2.NewMessage:
    """A turn to remember."""
    return message_pb2.NewMessage(
        role=ROLES.pack(message.role),
        content=message.content,
        name=message.name,
        observe_time=pack_instant_or_none(message.observed_at),
        time_zone=message.time_zone,
    )


def unpack_new_message(reader: Reader, message: message_pb2.NewMessage, field: str) -> NewMessage:
    """A turn to remember; its role must be given."""
    if message.role == message_pb2.ROLE_UNSPECIFIED:
        reader.fail(f"{field}.role", "must be given")
    return NewMessage(
        role=reader.member(f"{field}.role", ROLES, message.role, Role.USER),
        content=message.content,
        name=message.name,
        observed_at=reader.instant_of(message, "observe_time", f"{field}.observe_time"),
        time_zone=message.time_zone or "UTC",
    )


def pack_message(message: Message) -> message_pb2.Message:
    """A stored turn."""
    return message_pb2.Message(
        id=message.id,
        session=message.session,
        role=ROLES.pack(message.role),
        name=message.name,
        content=message.content,
        observe_time=pack_instant(message.observed_at),
        time_zone=message.time_zone,
        agent_id=message.agent_id,
        run_id=message.run_id,
        position=message.position,
        record_time=pack_instant(message.recorded_at),
    )


def unpack_message(message: message_pb2.Message, partition: str) -> Message:
    """A stored turn."""
    return Message(
        id=message.id,
        partition=partition,
        session=message.session,
        role=ROLES.unpack(message.role),
        name=message.name,
        content=message.content,
        observed_at=unpack_instant(message.observe_time),
        time_zone=message.time_zone,
        agent_id=message.agent_id,
        run_id=message.run_id,
        position=message.position,
        recorded_at=unpack_instant(message.record_time),
    )
