"""Memories, their revisions and evidence on the wire.

A revision's text hash and slot key stay inside: what comes from a server has them empty.
"""

from twohop.graph.model import Evidence, Memory, Revision, Triple
from twohop.memory.api import etag
from twohop.v1 import memory_pb2
from twohop.wire.enums import KINDS, OPERATIONS
from twohop.wire.metadata import pack_metadata, unpack_metadata
from twohop.wire.times import (
    pack_instant,
    pack_instant_or_none,
    pack_moment,
    pack_validity,
    unpack_instant,
    unpack_moment,
    unpack_validity,
)


def pack_memory(memory: Memory) -> memory_pb2.Memory:
    """A memory in the version that a read shows."""
    return memory_pb2.Memory(
        id=memory.id,
        etag=etag(memory),
        create_time=pack_instant(memory.created_at),
        revision=pack_revision(memory.revision),
        evidence=[pack_evidence(evidence) for evidence in memory.evidence],
    )


def unpack_memory(memory: memory_pb2.Memory, partition: str) -> Memory:
    """A memory in the version that a read shows."""
    return Memory(
        id=memory.id,
        partition=partition,
        created_at=unpack_instant(memory.create_time),
        revision=unpack_revision(memory.revision, partition),
        evidence=tuple(unpack_evidence(evidence, memory.id) for evidence in memory.evidence),
    )


def pack_revision(revision: Revision) -> memory_pb2.MemoryRevision:
    """One version of a memory."""
    return memory_pb2.MemoryRevision(
        id=revision.id,
        memory_id=revision.memory_id,
        number=revision.number,
        text=revision.text,
        kind=KINDS.pack(revision.kind),
        validity=pack_validity(revision.validity),
        occurred_until=pack_moment(revision.occurred_until),
        record_time=pack_instant(revision.recorded_at),
        supersede_time=pack_instant_or_none(revision.superseded_at),
        operation=OPERATIONS.pack(revision.operation),
        decider=revision.decider,
        reason=revision.reason,
        decision_id=revision.decision_id,
        triples=[pack_triple(triple) for triple in revision.triples],
        cues=revision.cues,
        metadata=pack_metadata(revision.metadata),
        categories=revision.categories,
        pinned=revision.pinned,
        expire_time=pack_instant_or_none(revision.expires_at),
        disputed=revision.disputed,
        superseded_by=revision.superseded_by,
        supersedes=revision.supersedes,
    )


def unpack_revision(revision: memory_pb2.MemoryRevision, partition: str) -> Revision:
    """One version of a memory."""
    return Revision(
        id=revision.id,
        memory_id=revision.memory_id,
        partition=partition,
        number=revision.number,
        text=revision.text,
        kind=KINDS.unpack(revision.kind),
        validity=unpack_validity(revision.validity),
        occurred_until=unpack_moment(revision.occurred_until) if revision.HasField("occurred_until") else None,
        recorded_at=unpack_instant(revision.record_time),
        superseded_at=unpack_instant(revision.supersede_time) if revision.HasField("supersede_time") else None,
        operation=OPERATIONS.unpack(revision.operation),
        decider=revision.decider,
        reason=revision.reason,
        decision_id=revision.decision_id,
        triples=tuple(unpack_triple(triple) for triple in revision.triples),
        cues=tuple(revision.cues),
        metadata=unpack_metadata(revision.metadata),
        categories=tuple(revision.categories),
        pinned=revision.pinned,
        expires_at=unpack_instant(revision.expire_time) if revision.HasField("expire_time") else None,
        disputed=revision.disputed,
        superseded_by=revision.superseded_by,
        supersedes=revision.supersedes,
    )


def pack_evidence(evidence: Evidence) -> memory_pb2.Evidence:
    """A message that a memory rests on."""
    return memory_pb2.Evidence(
        message_id=evidence.message_id,
        quote=evidence.quote,
        agent_id=evidence.agent_id,
        run_id=evidence.run_id,
        record_time=pack_instant(evidence.recorded_at),
        observe_time=pack_instant(evidence.observed_at),
    )


def unpack_evidence(evidence: memory_pb2.Evidence, memory_id: str) -> Evidence:
    """A message that a memory rests on."""
    return Evidence(
        memory_id=memory_id,
        message_id=evidence.message_id,
        quote=evidence.quote,
        agent_id=evidence.agent_id,
        run_id=evidence.run_id,
        recorded_at=unpack_instant(evidence.record_time),
        observed_at=unpack_instant(evidence.observe_time),
    )


def pack_triple(triple: Triple) -> memory_pb2.Triple:
    """Subject, predicate and object or literal."""
    packed = memory_pb2.Triple(subject_id=triple.subject_id, predicate=triple.predicate)
    if triple.object_id:
        packed.object_id = triple.object_id
    else:
        packed.literal = triple.literal
    return packed


def unpack_triple(triple: memory_pb2.Triple) -> Triple:
    """Subject, predicate and object or literal."""
    return Triple(triple.subject_id, triple.predicate, triple.object_id, triple.literal)
