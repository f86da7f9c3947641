"""Adds and what became of them on the wire."""

from twohop.graph.model import Scope
from twohop.memory.api import AddRequest, AddResult, Outcome
from twohop.memory.ports import Usage
from twohop.v1 import fact_pb2, job_pb2, memory_service_pb2
from twohop.wire.decisions import pack_decision, unpack_decision
from twohop.wire.enums import JOB_KINDS, JOB_STATES
from twohop.wire.facts import pack_fact, unpack_fact
from twohop.wire.graphs import pack_entity, pack_relation, unpack_entity, unpack_relation
from twohop.wire.memories import pack_memory, unpack_memory
from twohop.wire.messages import pack_new_message, unpack_new_message
from twohop.wire.metadata import pack_metadata
from twohop.wire.reading import Reader
from twohop.wire.scopes import pack_scope
from twohop.wire.times import pack_instant, pack_instant_or_none, unpack_instant


def pack_add(request: AddRequest) -> memory_service_pb2.AddMemoriesRequest:
    """An exchange to remember."""
    return memory_service_pb2.AddMemoriesRequest(
        scope=pack_scope(request.scope),
        messages=[pack_new_message(message) for message in request.messages],
        request_id=request.request_id,
        facts=None if request.facts is None else fact_pb2.GivenFacts(facts=[pack_fact(fact) for fact in request.facts]),
        metadata=pack_metadata(request.metadata),
        wait=request.wait,
        dry_run=request.dry_run,
    )


def unpack_add(request: memory_service_pb2.AddMemoriesRequest, scope: Scope) -> AddRequest:
    """An exchange to remember.

    Raises:
        InvalidInput: with every field that the wire alone can get wrong.
    """
    reader = Reader()
    add = AddRequest(
        scope=scope,
        messages=tuple(
            unpack_new_message(reader, message, f"messages[{place}]") for place, message in enumerate(request.messages)
        ),
        request_id=request.request_id,
        facts=tuple(unpack_fact(reader, fact, f"facts[{place}]") for place, fact in enumerate(request.facts.facts))
        if request.HasField("facts")
        else None,
        metadata=reader.structure("metadata", request.metadata),
        wait=request.wait if request.HasField("wait") else True,
        dry_run=request.dry_run,
    )
    reader.done()
    return add


def pack_job(result: AddResult) -> job_pb2.Job:
    """What an add did so far."""
    return job_pb2.Job(
        id=result.job_id,
        state=JOB_STATES.pack(result.state),
        message_ids=result.message_ids,
        outcomes=[_pack_outcome(outcome) for outcome in result.outcomes],
        entities=[pack_entity(entity) for entity in result.entities],
        usage=pack_usage(result.usage),
        indexed=result.indexed,
        error=result.error,
        kind=JOB_KINDS.pack(result.kind),
        session=result.session,
        attempts=result.attempts,
        next_attempt_time=pack_instant_or_none(result.next_attempt_at),
        create_time=pack_instant(result.created_at),
        update_time=pack_instant(result.updated_at),
    )


def unpack_job(job: job_pb2.Job, partition: str, seq: int) -> AddResult:
    """What an add did so far."""
    return AddResult(
        job_id=job.id,
        state=JOB_STATES.unpack(job.state),
        message_ids=tuple(job.message_ids),
        outcomes=tuple(_unpack_outcome(outcome, partition) for outcome in job.outcomes),
        entities=tuple(unpack_entity(entity, partition) for entity in job.entities),
        usage=unpack_usage(job.usage),
        indexed=job.indexed,
        error=job.error,
        seq=seq,
        kind=JOB_KINDS.unpack(job.kind),
        session=job.session,
        attempts=job.attempts,
        next_attempt_at=unpack_instant(job.next_attempt_time) if job.HasField("next_attempt_time") else None,
        created_at=unpack_instant(job.create_time),
        updated_at=unpack_instant(job.update_time),
    )


def pack_usage(usage: Usage) -> job_pb2.Usage:
    """What model calls cost."""
    return job_pb2.Usage(**{name: getattr(usage, name) for name in Usage.__slots__})


def unpack_usage(usage: job_pb2.Usage) -> Usage:
    """What model calls cost."""
    return Usage(**{name: getattr(usage, name) for name in Usage.__slots__})


def _pack_outcome(outcome: Outcome) -> job_pb2.Outcome:
    return job_pb2.Outcome(
        decision=pack_decision(outcome.decision),
        memory=None if outcome.memory is None else pack_memory(outcome.memory),
        target=None if outcome.target is None else pack_memory(outcome.target),
        relations=[pack_relation(relation) for relation in outcome.relations],
    )


def _unpack_outcome(outcome: job_pb2.Outcome, partition: str) -> Outcome:
    return Outcome(
        decision=unpack_decision(outcome.decision, partition),
        memory=unpack_memory(outcome.memory, partition) if outcome.HasField("memory") else None,
        target=unpack_memory(outcome.target, partition) if outcome.HasField("target") else None,
        relations=tuple(unpack_relation(relation, partition) for relation in outcome.relations),
    )
