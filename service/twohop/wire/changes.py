"""Conflicts, and what undoing or settling changed, on the wire."""

from collections.abc import Iterable

from twohop.memory.api import Changed, Contradiction, Resolution
from twohop.v1 import decision_pb2, memory_pb2, memory_service_pb2
from twohop.wire.decisions import unpack_decision
from twohop.wire.enums import RESOLUTIONS
from twohop.wire.memories import pack_memory, unpack_memory
from twohop.wire.reading import Reader


def pack_conflict(conflict: Contradiction) -> memory_service_pb2.Conflict:
    """A disputed memory with what it contradicts."""
    return memory_service_pb2.Conflict(
        disputed=pack_memory(conflict.disputed),
        kept=[pack_memory(memory) for memory in conflict.kept],
        reason=conflict.reason,
    )


def unpack_conflict(conflict: memory_service_pb2.Conflict, partition: str) -> Contradiction:
    """A disputed memory with what it contradicts."""
    return Contradiction(
        disputed=unpack_memory(conflict.disputed, partition),
        kept=tuple(unpack_memory(memory, partition) for memory in conflict.kept),
        reason=conflict.reason,
    )


def unpack_changed(
    decision: decision_pb2.Decision, memories: Iterable[memory_pb2.Memory], partition: str, seq: int
) -> Changed:
    """What a caller's decision changed."""
    return Changed(
        decision=unpack_decision(decision, partition),
        memories=tuple(unpack_memory(memory, partition) for memory in memories),
        seq=seq,
    )


def unpack_resolution(reader: Reader, resolution: int) -> Resolution:
    """How a conflict is settled; it must be given."""
    if resolution == memory_service_pb2.RESOLUTION_UNSPECIFIED:
        reader.fail("resolution", "must be given")
    return reader.member("resolution", RESOLUTIONS, resolution, Resolution.REJECT)
