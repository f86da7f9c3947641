"""Microseconds and moments on the wire."""

from google.protobuf.timestamp_pb2 import Timestamp

from twohop.graph.model import Moment, Validity
from twohop.v1 import moment_pb2
from twohop.wire.enums import GRANULARITIES

MILLION = 1_000_000


def pack_instant(at: int) -> Timestamp:
    """Microseconds since the epoch as a timestamp."""
    seconds, rest = divmod(at, MILLION)
    return Timestamp(seconds=seconds, nanos=rest * 1_000)


def pack_instant_or_none(at: int | None) -> Timestamp | None:
    """As `pack_instant`; None stays unset."""
    return None if at is None else pack_instant(at)


def unpack_instant(stamp: Timestamp) -> int:
    """Microseconds since the epoch."""
    return stamp.seconds * MILLION + stamp.nanos // 1_000


def pack_moment(moment: Moment | None) -> moment_pb2.Moment | None:
    """A point in world time; None stays unset."""
    if moment is None:
        return None
    return moment_pb2.Moment(
        instant=pack_instant(moment.at),
        granularity=GRANULARITIES.pack(moment.granularity),
        time_zone=moment.time_zone,
    )


def unpack_moment(moment: moment_pb2.Moment) -> Moment:
    """A point in world time."""
    return Moment(unpack_instant(moment.instant), GRANULARITIES.unpack(moment.granularity), moment.time_zone or "UTC")


def pack_validity(validity: Validity) -> moment_pb2.Validity:
    """When something held."""
    return moment_pb2.Validity(valid_from=pack_moment(validity.valid_from), valid_to=pack_moment(validity.valid_to))


def unpack_validity(validity: moment_pb2.Validity) -> Validity:
    """When something held."""
    return Validity(
        unpack_moment(validity.valid_from),
        unpack_moment(validity.valid_to) if validity.HasField("valid_to") else None,
    )
