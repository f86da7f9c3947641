"""Rows to nouns and back."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from twohop.graph.model import (
    FAR,
    AgentConfig,
    Alias,
    Decision,
    Effect,
    Entity,
    Evidence,
    Granularity,
    Job,
    JobKind,
    JobState,
    Kind,
    Memory,
    Mention,
    Message,
    Metadata,
    Moment,
    Operation,
    Owner,
    Relation,
    Revision,
    Role,
    Scope,
    Session,
    Triple,
    Validity,
)
from twohop.graph.store import Row
from twohop.graph.tables import Value


def json_of(value: Metadata | Sequence[Any]) -> str:
    """JSON text of a mapping or a list."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def mapping(text: str) -> dict[str, Any]:
    """The mapping in a JSON text."""
    found: dict[str, Any] = {} if text == "{}" else json.loads(text)
    return found


def strings(text: str) -> tuple[str, ...]:
    """The list in a JSON text."""
    return () if text == "[]" else tuple(json.loads(text))


GRANULARITIES = {one.value: one for one in Granularity}
"""By value: a recall reads thousands, and calling an enumeration takes as long as making the object."""


def moment_of(row: Row, column: str) -> Moment | None:
    """The moment in a column and its two neighbours."""
    at = row[column]
    if at == FAR:
        return None
    return Moment(at, GRANULARITIES[row[f"{column}_granularity"]], row[f"{column}_zone"])


def moment_columns(column: str, moment: Moment | None) -> dict[str, Value]:
    """A moment as three columns."""
    return {
        column: FAR if moment is None else moment.at,
        f"{column}_granularity": "" if moment is None else moment.granularity.value,
        f"{column}_zone": "" if moment is None else moment.time_zone,
    }


def validity_of(row: Row) -> Validity:
    """When it held."""
    start = Moment(row["valid_from"], GRANULARITIES[row["valid_from_granularity"]], row["valid_from_zone"])
    return Validity(start, moment_of(row, "valid_to"))


def validity_columns(validity: Validity) -> dict[str, Value]:
    """When it held, as columns."""
    return {**moment_columns("valid_from", validity.valid_from), **moment_columns("valid_to", validity.valid_to)}


def end_of(row: Row, known_at: int | None) -> int | None:
    """When the row was superseded, as known then: what ended later had no end yet, so the past never changes."""
    end: int | None = row.get("superseded_at")
    return end if end is None or known_at is None or end <= known_at else None


def triple_of(row: Row) -> Triple:
    """A triple."""
    return Triple(row["subject_id"], row["predicate"], row.get("object_id") or "", row["literal"])


def triple_columns(triple: Triple, partition: str) -> dict[str, Value]:
    """A triple with its key, as columns."""
    return {
        "key": triple.key(partition),
        "subject_id": triple.subject_id,
        "predicate": triple.predicate,
        "object_id": triple.object_id or None,
        "literal": triple.literal,
    }


def owner_of(row: Row) -> Owner:
    """An owner's counters."""
    return Owner(
        partition=row["partition"],
        scope=Scope(tenant=row["tenant"], user_id=row["user_id"], agent_id=row["agent_id"], run_id=row["run_id"]),
        seq=row["seq"],
        state_seq=row["state_seq"],
        last_time=row["last_time"],
        message_count=row["message_count"],
        memory_count=row["memory_count"],
        session_count=row["session_count"],
        entity_count=row["entity_count"],
    )


def session_of(row: Row) -> Session:
    """A session."""
    return Session(
        partition=row["partition"],
        id=row["id"],
        message_count=row["message_count"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        summary=row["summary"],
        summary_version=row["summary_version"],
        summary_author=row["summary_author"],
        summarised_count=row["summarised_count"],
        metadata=mapping(row["metadata"]),
    )


def config_of(row: Row) -> AgentConfig:
    """A version of an agent's configuration."""
    config = mapping(row["config"])
    return AgentConfig(
        instructions=config["instructions"],
        keep_categories=tuple(config["keep_categories"]),
        ignore_categories=tuple(config["ignore_categories"]),
        model=config["model"],
        retention_days=config["retention_days"],
        version=row["version"],
        recorded_at=row["recorded_at"],
    )


def config_text(config: AgentConfig) -> str:
    """What is configured, as JSON; version and time have columns of their own."""
    return json_of(
        {
            "instructions": config.instructions,
            "keep_categories": list(config.keep_categories),
            "ignore_categories": list(config.ignore_categories),
            "model": config.model,
            "retention_days": config.retention_days,
        }
    )


def message_of(row: Row) -> Message:
    """A message."""
    return Message(
        id=row["id"],
        partition=row["partition"],
        session=row["session"],
        role=Role(row["role"]),
        name=row["name"],
        content=row["content"],
        observed_at=row["observed_at"],
        time_zone=row["time_zone"],
        agent_id=row["agent_id"],
        run_id=row["run_id"],
        position=row["position"],
        recorded_at=row["recorded_at"],
    )


def message_columns(message: Message, *, position: int, stamp: int) -> dict[str, Value]:
    """A message as columns."""
    return {
        "id": message.id,
        "session": message.session,
        "position": position,
        "role": message.role.value,
        "name": message.name,
        "content": message.content,
        "observed_at": message.observed_at,
        "time_zone": message.time_zone,
        "agent_id": message.agent_id,
        "run_id": message.run_id,
        "recorded_at": stamp,
    }


def revision_of(row: Row, triples: tuple[Triple, ...], known_at: int | None) -> Revision:
    """A revision with its triples."""
    return Revision(
        id=row["id"],
        memory_id=row["memory_id"],
        partition=row["partition"],
        number=row["number"],
        text=row["text"],
        kind=Kind(row["kind"]),
        validity=validity_of(row),
        operation=Operation(row["operation"]),
        decider=row["decider"],
        reason=row["reason"],
        decision_id=row["decision_id"],
        triples=triples,
        slot_key=row["slot_key"],
        mirror_key=row["mirror_key"],
        text_hash=row["text_hash"],
        cues=strings(row["cues"]),
        occurred_until=moment_of(row, "occurred_until"),
        metadata=mapping(row["metadata"]),
        categories=strings(row["categories"]),
        pinned=bool(row["pinned"]),
        expires_at=None if row["expires_at"] == FAR else row["expires_at"],
        disputed=bool(row["disputed"]),
        superseded_by=row["superseded_by"],
        supersedes=row["supersedes"],
        recorded_at=row["recorded_at"],
        superseded_at=end_of(row, known_at),
    )


def revision_columns(revision: Revision, *, stamp: int, ended: bool) -> dict[str, Value]:
    """A revision as columns; one that the same commit ends again was never visible."""
    return {
        "id": revision.id,
        "memory_id": revision.memory_id,
        "number": revision.number,
        "text": revision.text,
        "kind": revision.kind.value,
        **validity_columns(revision.validity),
        **moment_columns("occurred_until", revision.occurred_until),
        "operation": revision.operation.value,
        "decider": revision.decider,
        "reason": revision.reason,
        "decision_id": revision.decision_id,
        "slot_key": revision.slot_key,
        "mirror_key": revision.mirror_key,
        "text_hash": revision.text_hash,
        "cues": json_of(revision.cues),
        "metadata": json_of(revision.metadata),
        "categories": json_of(revision.categories),
        "pinned": int(revision.pinned),
        "expires_at": FAR if revision.expires_at is None else revision.expires_at,
        "disputed": int(revision.disputed),
        "superseded_by": revision.superseded_by,
        "supersedes": revision.supersedes,
        "recorded_at": stamp,
        "superseded_at": stamp if ended else None,
    }


def memory_of(row: Row, triples: tuple[Triple, ...], evidence: tuple[Evidence, ...], known_at: int | None) -> Memory:
    """A memory with the revision that stands in the row."""
    return Memory(
        id=row["memory_id"],
        partition=row["partition"],
        created_at=row["created_at"],
        revision=revision_of(row, triples, known_at),
        evidence=evidence,
    )


def evidence_of(row: Row) -> Evidence:
    """A link from a memory to a message."""
    return Evidence(
        memory_id=row["memory_id"],
        message_id=row["message_id"],
        quote=row["quote"],
        agent_id=row["agent_id"],
        run_id=row["run_id"],
        decision_id=row["decision_id"],
        recorded_at=row["recorded_at"],
        observed_at=row["observed_at"],
    )


def entity_of(row: Row, aliases: tuple[str, ...]) -> Entity:
    """A version of an entity with its other names; `first_at` is when the entity was first seen."""
    return Entity(
        id=row["entity_id"],
        partition=row["partition"],
        key=row["key"],
        name=row["name"],
        normal=row["normal"],
        type=row["type"],
        named=bool(row["named"]),
        kinds=strings(row["kinds"]),
        aliases=aliases,
        recorded_at=row["first_at"],
    )


def entity_columns(entity: Entity, *, stamp: int, ended: bool) -> dict[str, Value]:
    """A version of an entity as columns; one that the same commit ends was never visible."""
    return {
        "entity_id": entity.id,
        "key": entity.key,
        "name": entity.name,
        "normal": entity.normal,
        "type": entity.type,
        "named": int(entity.named),
        "kinds": json_of(entity.kinds),
        "recorded_at": stamp,
        "superseded_at": stamp if ended else None,
    }


def alias_of(row: Row) -> Alias:
    """Another name of an entity."""
    return Alias(entity_id=row["entity_id"], normal=row["normal"], name=row["name"])


def mention_of(row: Row) -> Mention:
    """An entity named in a message."""
    return Mention(
        entity_id=row["entity_id"], message_id=row["message_id"], start=row["span_start"], end=row["span_end"]
    )


def relation_of(row: Row, support: tuple[str, ...], known_at: int | None) -> Relation:
    """A relation with the memories behind it."""
    return Relation(
        id=row["id"],
        partition=row["partition"],
        key=row["key"],
        triple=triple_of(row),
        text=row["text"],
        validity=validity_of(row),
        support=support,
        confidence=row["confidence"],
        recorded_at=row["recorded_at"],
        superseded_at=end_of(row, known_at),
    )


def relation_columns(relation: Relation, *, stamp: int, ended: bool) -> dict[str, Value]:
    """A relation as columns."""
    return {
        "id": relation.id,
        **triple_columns(relation.triple, relation.partition),
        "key": relation.key,
        "text": relation.text,
        **validity_columns(relation.validity),
        "confidence": relation.confidence,
        "recorded_at": stamp,
        "superseded_at": stamp if ended else None,
    }


def decision_of(row: Row) -> Decision:
    """A decision."""
    return Decision(
        id=row["id"],
        partition=row["partition"],
        job_id=row["job_id"],
        position=row["position"],
        operation=Operation(row["operation"]),
        decider=row["decider"],
        fact=row["fact"],
        memory_id=row["memory_id"],
        revision_id=row["revision_id"],
        target_id=row["target_id"],
        reason=row["reason"],
        refused=row["refused"],
        rule=row["rule"],
        status=row["status"],
        effects=tuple(Effect(*effect) for effect in json.loads(row["effects"])),
        reverts=row["reverts"],
        input=mapping(row["input"]),
        recorded_at=row["recorded_at"],
    )


def decision_columns(decision: Decision, *, ordinal: int, stamp: int) -> dict[str, Value]:
    """A decision as columns; `ordinal` is its place in its commit."""
    return {
        "id": decision.id,
        "job_id": decision.job_id,
        "position": decision.position,
        "operation": decision.operation.value,
        "decider": decision.decider,
        "fact": decision.fact,
        "memory_id": decision.memory_id,
        "revision_id": decision.revision_id,
        "target_id": decision.target_id,
        "reason": decision.reason,
        "refused": decision.refused,
        "rule": decision.rule,
        "status": decision.status,
        "effects": json_of([[effect.memory_id, effect.before, effect.after] for effect in decision.effects]),
        "reverts": decision.reverts,
        "input": json_of(decision.input),
        "recorded_at": stamp,
        "ordinal": ordinal,
    }


def job_of(row: Row) -> Job:
    """A job."""
    return Job(
        id=row["id"],
        partition=row["partition"],
        kind=JobKind(row["kind"]),
        session=row["session"],
        state=JobState(row["state"]),
        payload=mapping(row["payload"]),
        run=row["run"],
        attempts=row["attempts"],
        not_before=row["not_before"],
        error=row["error"],
        usage=mapping(row["usage"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def job_columns(job: Job, stamp: int) -> Mapping[str, Value]:
    """A new job as columns."""
    return {
        "id": job.id,
        "kind": job.kind.value,
        "session": job.session,
        "state": job.state.value,
        "payload": json_of(job.payload),
        "run": job.run,
        "attempts": job.attempts,
        "not_before": job.not_before,
        "error": job.error,
        "usage": json_of(job.usage),
        "created_at": stamp,
        "updated_at": stamp,
    }
