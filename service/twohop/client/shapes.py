"""Answers as plain dictionaries with stable keys: what the client returns and what `--json` prints.

Times are ISO 8601: system times and instants with their offset, world times as far as they are known (`2025-09`);
`granularity` says how far `valid_from` is, `unknown` that the time of the conversation stands in for it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from twohop.graph.model import Decision, Entity, Evidence, Granularity, Memory, Message, Moment, Relation, Revision
from twohop.memory.api import (
    AddResult,
    Changed,
    Contradiction,
    Explanation,
    Item,
    ListedJob,
    Outcome,
    Path,
    PathsResult,
    RecallPart,
    RecallResult,
    RenderedContext,
    Step,
    etag,
)
from twohop.memory.moment import instant, written

Shape = dict[str, Any]


def added(result: AddResult) -> Shape:
    """What an add led to: one entry in `results` for each fact, with what was decided and why."""
    return {
        "results": [outcome(one) for one in result.outcomes],
        "relations": relations(
            (relation for one in result.outcomes for relation in one.relations),
            {entity.id: entity for entity in result.entities},
        ),
        "state": result.state.value,
        "job_id": result.job_id,
        "message_ids": list(result.message_ids),
        "indexed": result.indexed,
        "error": result.error,
        "usage": usage(result),
    }


def worked(result: AddResult) -> Shape:
    """A job with what it led to so far: as `added`, and as `job`."""
    return {**added(result), **job(result)}


def listed(one: ListedJob) -> Shape:
    """A job in a list: as `job`, with its owner."""
    owner = {"user_id": one.scope.user_id, "agent_id": one.scope.agent_id, "run_id": one.scope.run_id}
    return {**job(one.job), **{name: value or None for name, value in owner.items()}}


def job(result: AddResult) -> Shape:
    """Where a job stands."""
    return {
        "job_id": result.job_id,
        "kind": result.kind.value,
        "state": result.state.value,
        "session": result.session,
        "attempts": result.attempts,
        "next_attempt_at": None if result.next_attempt_at is None else system(result.next_attempt_at),
        "error": result.error,
        "created_at": system(result.created_at),
        "updated_at": system(result.updated_at),
        "message_ids": list(result.message_ids),
        "usage": usage(result),
    }


def usage(result: AddResult) -> Shape:
    """What the model calls cost."""
    return {name: getattr(result.usage, name) for name in result.usage.__slots__}


def outcome(one: Outcome) -> Shape:
    """What became of one fact. `previous_memory` is the text that it replaced."""
    memory = one.memory or one.target
    return {
        "id": memory.id if memory else None,
        "memory": memory.revision.text if memory else one.decision.fact,
        "event": one.decision.operation.name,
        "fact": one.decision.fact,
        "previous_memory": one.target.revision.text if one.target and one.memory else None,
        "target_id": one.decision.target_id or None,
        "decider": one.decision.decider,
        "decision_id": one.decision.id,
        "reason": one.decision.reason,
        "refused": one.decision.refused.upper() or None,
        "rule": one.decision.rule or None,
        "status": one.decision.status or None,
        "categories": list(memory.revision.categories) if memory else [],
        "expires_at": expiry(memory.revision) if memory else None,
        "valid_from": world(memory.revision.validity.valid_from) if memory else None,
        "valid_to": world(memory.revision.validity.valid_to) if memory else None,
    }


def recalled(result: RecallResult) -> Shape:
    """What answers a question: results best first, the paths that prove them, and their relations."""
    return {
        "results": [item(one) for one in result.items],
        "paths": [path(one) for one in result.paths],
        "relations": edges(step for one in result.paths for step in one.steps),
        "degradations": list(result.degradations),
        "read_time": system(result.read_time),
        "asked_time": None if result.asked_time is None else interval(*result.asked_time),
        "context": None if result.context is None else context(result.context),
    }


def interval(start: int, end: int | None) -> Shape:
    """A span of world time; no end = it is open."""
    return {"start": system(start), "end": None if end is None else system(end)}


def part(one: RecallPart) -> Shape:
    """A part of an answer: results and paths so far, or the whole answer as `recalled`, when `final`."""
    if one.final is not None:
        return {**recalled(one.final), "final": True}
    return {"results": [item(each) for each in one.items], "paths": [path(each) for each in one.paths], "final": False}


def context(one: RenderedContext) -> Shape:
    """Text for a prompt; `[n]` in it is the n-th of the `citations`."""
    return {
        "text": one.text,
        "tokens": one.tokens,
        "tokenizer": one.tokenizer,
        "citations": [
            {"memory_id": cited.memory_id or None, "message_ids": list(cited.message_ids)} for cited in one.citations
        ],
    }


def explanation(one: Explanation) -> Shape:
    """Why an item ranks where it does."""
    return {
        "text": one.text,
        "placement": one.placement.value,
        "words": list(one.words),
        "first_rank": one.first_rank,
        "bridge": one.bridge or None,
        "bridge_memory_id": one.bridge_memory_id or None,
    }


def item(one: Item) -> Shape:
    """One result. `type` is `memory` or `message`; `memory` is the text of either."""
    found = memory(one.memory) if one.memory else turn(one.message) if one.message else {}
    return {
        **found,
        "score": one.scores.total,
        "scores": {name: getattr(one.scores, name) for name in one.scores.__slots__},
        "sources": [message(source) for source in one.sources],
        "path": one.path,
        "explanation": None if one.explanation is None else explanation(one.explanation),
    }


def memory(one: Memory) -> Shape:
    """A memory as a read shows it."""
    revision_ = one.revision
    return {
        "id": one.id,
        "type": "memory",
        "memory": revision_.text,
        "kind": revision_.kind.value,
        "valid_from": world(revision_.validity.valid_from),
        "granularity": revision_.validity.valid_from.granularity.value,
        "valid_to": world(revision_.validity.valid_to),
        "created_at": system(one.created_at),
        "updated_at": system(revision_.recorded_at),
        "metadata": plain(revision_.metadata),
        "categories": list(revision_.categories),
        "pinned": revision_.pinned,
        "expires_at": expiry(revision_),
        "disputed": revision_.disputed,
        "supersedes": revision_.supersedes or None,
        "superseded_by": revision_.superseded_by or None,
        "etag": etag(one),
        "evidence": [evidence(row) for row in one.evidence],
    }


def expiry(one: Revision) -> str | None:
    """When it expires, if ever."""
    return None if one.expires_at is None else system(one.expires_at)


def turn(one: Message) -> Shape:
    """A message as a result of its own: the same keys as a memory where they make sense."""
    return {
        "id": one.id,
        "type": "message",
        "memory": one.content,
        "role": one.role.value,
        "name": one.name,
        "valid_from": system(one.observed_at),
        "granularity": Granularity.INSTANT.value,
        "valid_to": None,
        "created_at": system(one.recorded_at),
        "updated_at": system(one.recorded_at),
        "metadata": {},
    }


def message(one: Message) -> Shape:
    """A stored turn."""
    return {
        "id": one.id,
        "role": one.role.value,
        "name": one.name,
        "content": one.content,
        "observed_at": system(one.observed_at),
        "run_id": one.run_id or None,
        "agent_id": one.agent_id or None,
    }


def evidence(one: Evidence) -> Shape:
    """A message that a memory rests on."""
    return {"message_id": one.message_id, "quote": one.quote}


def revision(one: Revision) -> Shape:
    """One version of a memory."""
    return {
        "id": one.id,
        "number": one.number,
        "memory": one.text,
        "kind": one.kind.value,
        "event": one.operation.name,
        "decider": one.decider,
        "reason": one.reason,
        "decision_id": one.decision_id or None,
        "valid_from": world(one.validity.valid_from),
        "granularity": one.validity.valid_from.granularity.value,
        "valid_to": world(one.validity.valid_to),
        "recorded_at": system(one.recorded_at),
        "superseded_at": None if one.superseded_at is None else system(one.superseded_at),
        "supersedes": one.supersedes or None,
        "superseded_by": one.superseded_by or None,
        "metadata": plain(one.metadata),
        "categories": list(one.categories),
        "pinned": one.pinned,
        "expires_at": expiry(one),
        "disputed": one.disputed,
    }


def decision(one: Decision) -> Shape:
    """What was decided. In an effect, no revision before = the memory began, none after = it was retracted."""
    return {
        "id": one.id,
        "job_id": one.job_id or None,
        "event": one.operation.name,
        "fact": one.fact,
        "decider": one.decider,
        "reason": one.reason,
        "refused": one.refused.upper() or None,
        "rule": one.rule or None,
        "status": one.status or None,
        "memory_id": one.memory_id or None,
        "target_id": one.target_id or None,
        "effects": [
            {"memory_id": effect.memory_id, "before": effect.before or None, "after": effect.after or None}
            for effect in one.effects
        ],
        "reverts": one.reverts or None,
        "recorded_at": system(one.recorded_at),
    }


def changed(one: Changed) -> Shape:
    """What a caller's decision changed."""
    return {"decision": decision(one.decision), "results": [memory(each) for each in one.memories]}


def conflict(one: Contradiction) -> Shape:
    """A disputed memory with what it contradicts."""
    return {
        "id": one.disputed.id,
        "memory": one.disputed.revision.text,
        "disputed": memory(one.disputed),
        "contradicts": [memory(each) for each in one.kept],
        "reason": one.reason,
    }


def entity(one: Entity) -> Shape:
    """A person, organisation, place or thing."""
    return {
        "id": one.id,
        "name": one.name,
        "type": one.type,
        "named": one.named,
        "kinds": list(one.kinds),
        "aliases": list(one.aliases),
    }


def relations(several: Iterable[Relation], entities: Mapping[str, Entity]) -> list[Shape]:
    """Relations with the names of their ends."""
    return [
        {
            "id": one.id,
            "source": name_of(one.triple.subject_id, entities),
            "relationship": one.triple.predicate,
            "destination": name_of(one.triple.object_id, entities) if one.triple.object_id else one.triple.literal,
            "text": one.text,
            "valid_from": world(one.validity.valid_from),
            "granularity": one.validity.valid_from.granularity.value,
            "valid_to": world(one.validity.valid_to),
            "memory_ids": list(one.support),
        }
        for one in several
    ]


def path(one: Path) -> Shape:
    """A chain of facts in reading order."""
    return {
        "answer": one.answer,
        "score": one.score,
        "text": " → ".join(step.memory.revision.text for step in one.steps),
        "facts": [fact(step) for step in one.steps],
    }


def connected(result: PathsResult) -> Shape:
    """How two entities are connected."""
    return {
        "results": [path(one) for one in result.paths],
        "sources": [{**entity(one.entity), "label": one.label} for one in result.sources],
        "targets": [{**entity(one.entity), "label": one.label} for one in result.targets],
        "degradations": list(result.degradations),
    }


def fact(step: Step) -> Shape:
    """One fact of a path: from `source` to `target`, against the relation's direction when not `forward`."""
    return {
        "memory": step.memory.revision.text,
        "source": step.source.name,
        "source_id": step.source.id,
        "relationship": step.relation.triple.predicate,
        "target": far_end(step),
        "target_id": step.target.id if step.target else None,
        "forward": step.forward,
        "valid_from": world(step.relation.validity.valid_from),
        "granularity": step.relation.validity.valid_from.granularity.value,
        "valid_to": world(step.relation.validity.valid_to),
        "memory_id": step.memory.id,
        "relation_id": step.relation.id,
        "message_ids": [row.message_id for row in step.memory.evidence],
    }


def edges(steps: Iterable[Step]) -> list[Shape]:
    """The relations of paths, each once, from subject to object."""
    found = {}
    for step in steps:
        ends = (step.source.name, far_end(step))
        subject, value = ends if step.forward else ends[::-1]
        found[step.relation.id] = {
            "source": subject,
            "relationship": step.relation.triple.predicate,
            "destination": value,
        }
    return list(found.values())


def far_end(step: Step) -> str:
    """Where a step ends, in words."""
    return step.target.name if step.target else step.relation.triple.literal


def name_of(entity_id: str, entities: Mapping[str, Entity]) -> str:
    """The entity's name; its id when it isn't at hand."""
    return entities[entity_id].name if entity_id in entities else entity_id


def world(moment: Moment | None) -> str | None:
    """A world time, as far as it is known; an exact one as an instant."""
    if moment is None:
        return None
    if moment.granularity is Granularity.INSTANT:
        return instant(moment.at, moment.time_zone).isoformat()
    return written(moment)


def system(at: int) -> str:
    """Microseconds since the epoch as an ISO 8601 instant, UTC."""
    return instant(at).isoformat()


def plain(metadata: Mapping[str, Any]) -> Shape:
    """The caller's own data, as a dictionary of its own."""
    return dict(metadata)
