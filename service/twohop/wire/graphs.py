"""Entities, relations and paths on the wire."""

from twohop.graph.model import Entity, Relation
from twohop.memory.api import Path, Step
from twohop.v1 import graph_pb2
from twohop.wire.memories import pack_memory, pack_triple, unpack_memory, unpack_triple
from twohop.wire.times import pack_instant, pack_instant_or_none, pack_validity, unpack_instant, unpack_validity


def pack_entity(entity: Entity) -> graph_pb2.Entity:
    """An entity without its keys, which stay inside."""
    return graph_pb2.Entity(
        id=entity.id,
        name=entity.name,
        type=entity.type,
        named=entity.named,
        kinds=entity.kinds,
        aliases=entity.aliases,
        record_time=pack_instant(entity.recorded_at),
    )


def unpack_entity(entity: graph_pb2.Entity, partition: str) -> Entity:
    """An entity; its key and normal form are empty."""
    return Entity(
        id=entity.id,
        partition=partition,
        key="",
        name=entity.name,
        normal="",
        type=entity.type,
        named=entity.named,
        kinds=tuple(entity.kinds),
        aliases=tuple(entity.aliases),
        recorded_at=unpack_instant(entity.record_time),
    )


def pack_relation(relation: Relation) -> graph_pb2.Relation:
    """An assertion."""
    return graph_pb2.Relation(
        id=relation.id,
        triple=pack_triple(relation.triple),
        text=relation.text,
        validity=pack_validity(relation.validity),
        memory_ids=relation.support,
        confidence=relation.confidence,
        record_time=pack_instant(relation.recorded_at),
        supersede_time=pack_instant_or_none(relation.superseded_at),
    )


def unpack_relation(relation: graph_pb2.Relation, partition: str) -> Relation:
    """An assertion."""
    triple = unpack_triple(relation.triple)
    return Relation(
        id=relation.id,
        partition=partition,
        key=triple.key(partition),
        triple=triple,
        text=relation.text,
        validity=unpack_validity(relation.validity),
        support=tuple(relation.memory_ids),
        confidence=relation.confidence,
        recorded_at=unpack_instant(relation.record_time),
        superseded_at=unpack_instant(relation.supersede_time) if relation.HasField("supersede_time") else None,
    )


def pack_path(path: Path) -> graph_pb2.Path:
    """A chain of facts."""
    return graph_pb2.Path(steps=[_pack_step(step) for step in path.steps], score=path.score, answer=path.answer)


def unpack_path(path: graph_pb2.Path, partition: str) -> Path:
    """A chain of facts."""
    return Path(steps=tuple(_unpack_step(step, partition) for step in path.steps), score=path.score, answer=path.answer)


def _pack_step(step: Step) -> graph_pb2.PathStep:
    return graph_pb2.PathStep(
        relation=pack_relation(step.relation),
        direction=graph_pb2.DIRECTION_FORWARD if step.forward else graph_pb2.DIRECTION_BACKWARD,
        memory=pack_memory(step.memory),
        source=pack_entity(step.source),
        target=None if step.target is None else pack_entity(step.target),
    )


def _unpack_step(step: graph_pb2.PathStep, partition: str) -> Step:
    return Step(
        relation=unpack_relation(step.relation, partition),
        memory=unpack_memory(step.memory, partition),
        source=unpack_entity(step.source, partition),
        target=unpack_entity(step.target, partition) if step.HasField("target") else None,
        forward=step.direction == graph_pb2.DIRECTION_FORWARD,
    )
