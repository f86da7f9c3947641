"""Decisions on the wire. What a decision was made from (`Decision.input`) stays inside."""

from twohop.graph.model import Decision, Effect
from twohop.v1 import decision_pb2
from twohop.wire.enums import OPERATIONS
from twohop.wire.times import pack_instant, unpack_instant


def pack_decision(decision: Decision) -> decision_pb2.Decision:
    """What was decided, and what it did."""
    return decision_pb2.Decision(
        id=decision.id,
        job_id=decision.job_id,
        position=decision.position,
        operation=OPERATIONS.pack(decision.operation),
        decider=decision.decider,
        fact=decision.fact,
        memory_id=decision.memory_id,
        revision_id=decision.revision_id,
        target_id=decision.target_id,
        reason=decision.reason,
        refused=OPERATIONS.named(decision.refused),
        rule=decision.rule,
        status=decision.status,
        effects=[_pack_effect(effect) for effect in decision.effects],
        reverts=decision.reverts,
        record_time=pack_instant(decision.recorded_at),
    )


def unpack_decision(decision: decision_pb2.Decision, partition: str) -> Decision:
    """What was decided, and what it did; its input is empty."""
    return Decision(
        id=decision.id,
        partition=partition,
        job_id=decision.job_id,
        position=decision.position,
        operation=OPERATIONS.unpack(decision.operation),
        decider=decision.decider,
        fact=decision.fact,
        memory_id=decision.memory_id,
        revision_id=decision.revision_id,
        target_id=decision.target_id,
        reason=decision.reason,
        refused=OPERATIONS.unpack(decision.refused).value if decision.refused else "",
        rule=decision.rule,
        status=decision.status,
        effects=tuple(_unpack_effect(effect) for effect in decision.effects),
        reverts=decision.reverts,
        recorded_at=unpack_instant(decision.record_time),
    )


def _pack_effect(effect: Effect) -> decision_pb2.Effect:
    return decision_pb2.Effect(memory_id=effect.memory_id, revision_before=effect.before, revision_after=effect.after)


def _unpack_effect(effect: decision_pb2.Effect) -> Effect:
    return Effect(effect.memory_id, effect.revision_before, effect.revision_after)
