"""What a ledger stores, table by table: the same names and columns in every backend.

Export, verify, dumps and the copying between backends read and write these rows. What the columns mean is said in
`twohop.graph.model`; instants are microseconds, an open end in world time is `FAR`, one in system time None; lists and
mappings are JSON text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = str | int | float | bytes | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of owner data. Beside `columns` every row has its `partition`.

    `key`: the columns that make a row unique in its partition (`requests`: in its tenant); empty = one row an owner. A
    column of type "T?" may be None. `derived` tables are made anew from the others.
    """

    key: tuple[str, ...]
    columns: Mapping[str, str]
    derived: bool = False


TABLES: Mapping[str, Table] = {
    "owners": Table(
        key=(),
        columns={
            "tenant": "str",
            "user_id": "str",
            "agent_id": "str",
            "run_id": "str",
            "seq": "int",
            "state_seq": "int",
            "last_time": "int",
            "message_count": "int",
            "memory_count": "int",
            "session_count": "int",
            "entity_count": "int",
        },
    ),
    "sessions": Table(
        key=("id",),
        columns={
            "id": "str",
            "message_count": "int",
            "created_at": "int",
            "updated_at": "int",
            "summary": "str",
            "summary_version": "int",
            "summary_author": "str",
            "summarised_count": "int",
            "summary_due_since": "int?",
            "metadata": "str",
        },
    ),
    "speakers": Table(
        key=("session", "name"),
        columns={
            "session": "str",
            "name": "str",
            "message_count": "int",
        },
    ),
    "agent_configs": Table(
        key=("version",),
        columns={
            "version": "int",
            "tenant": "str",
            "agent_id": "str",
            "config": "str",
            "recorded_at": "int",
        },
    ),
    "messages": Table(
        key=("id",),
        columns={
            "id": "str",
            "session": "str",
            "position": "int",
            "role": "str",
            "name": "str",
            "content": "str",
            "observed_at": "int",
            "time_zone": "str",
            "agent_id": "str",
            "run_id": "str",
            "recorded_at": "int",
        },
    ),
    "memories": Table(
        key=("id",),
        columns={
            "id": "str",
            "created_at": "int",
        },
    ),
    "entities": Table(
        key=("id",),
        columns={
            "id": "str",
            "relation_count": "int",
            "message_count": "int",
            "recorded_at": "int",
        },
    ),
    "entity_versions": Table(
        key=("entity_id", "recorded_at"),
        columns={
            "entity_id": "str",
            "key": "str",
            "name": "str",
            "normal": "str",
            "type": "str",
            "named": "int",
            "kinds": "str",
            "recorded_at": "int",
            "superseded_at": "int?",
        },
    ),
    "aliases": Table(
        key=("normal", "entity_id", "recorded_at"),
        columns={
            "entity_id": "str",
            "normal": "str",
            "name": "str",
            "recorded_at": "int",
            "superseded_at": "int?",
        },
    ),
    "revisions": Table(
        key=("id",),
        columns={
            "id": "str",
            "memory_id": "str",
            "number": "int",
            "text": "str",
            "kind": "str",
            "valid_from": "int",
            "valid_from_granularity": "str",
            "valid_from_zone": "str",
            "valid_to": "int",
            "valid_to_granularity": "str",
            "valid_to_zone": "str",
            "occurred_until": "int",
            "occurred_until_granularity": "str",
            "occurred_until_zone": "str",
            "operation": "str",
            "decider": "str",
            "reason": "str",
            "decision_id": "str",
            "slot_key": "str",
            "mirror_key": "str",
            "text_hash": "str",
            "cues": "str",
            "metadata": "str",
            "categories": "str",
            "pinned": "int",
            "expires_at": "int",
            "disputed": "int",
            "superseded_by": "str",
            "supersedes": "str",
            "recorded_at": "int",
            "superseded_at": "int?",
        },
    ),
    "triples": Table(
        key=("revision_id", "position"),
        columns={
            "revision_id": "str",
            "position": "int",
            "key": "str",
            "subject_id": "str",
            "predicate": "str",
            "object_id": "str?",
            "literal": "str",
            "recorded_at": "int",
        },
    ),
    "evidence": Table(
        key=("memory_id", "message_id", "quote", "recorded_at"),
        columns={
            "memory_id": "str",
            "message_id": "str",
            "quote": "str",
            "agent_id": "str",
            "run_id": "str",
            "decision_id": "str",
            "recorded_at": "int",
            "superseded_at": "int?",
        },
    ),
    "mentions": Table(
        key=("entity_id", "message_id", "span_start", "span_end", "recorded_at"),
        columns={
            "entity_id": "str",
            "message_id": "str",
            "span_start": "int",
            "span_end": "int",
            "message_at": "int",
            "recorded_at": "int",
            "superseded_at": "int?",
        },
    ),
    "relations": Table(
        key=("id",),
        columns={
            "id": "str",
            "key": "str",
            "subject_id": "str",
            "predicate": "str",
            "object_id": "str?",
            "literal": "str",
            "text": "str",
            "valid_from": "int",
            "valid_from_granularity": "str",
            "valid_from_zone": "str",
            "valid_to": "int",
            "valid_to_granularity": "str",
            "valid_to_zone": "str",
            "confidence": "float",
            "recorded_at": "int",
            "superseded_at": "int?",
        },
    ),
    "supports": Table(
        key=("relation_id", "position"),
        columns={
            "relation_id": "str",
            "position": "int",
            "memory_id": "str",
        },
    ),
    "decisions": Table(
        key=("recorded_at", "ordinal"),
        columns={
            "recorded_at": "int",
            "ordinal": "int",
            "id": "str",
            "job_id": "str",
            "position": "int",
            "operation": "str",
            "decider": "str",
            "fact": "str",
            "memory_id": "str",
            "revision_id": "str",
            "target_id": "str",
            "reason": "str",
            "refused": "str",
            "rule": "str",
            "status": "str",
            "effects": "str",
            "reverts": "str",
            "input": "str",
        },
    ),
    "jobs": Table(
        key=("id",),
        columns={
            "id": "str",
            "kind": "str",
            "session": "str",
            "state": "str",
            "payload": "str",
            "run": "int",
            "attempts": "int",
            "not_before": "int",
            "error": "str",
            "usage": "str",
            "created_at": "int",
            "updated_at": "int",
        },
    ),
    "requests": Table(
        key=("tenant", "method", "request_id"),
        columns={
            "tenant": "str",
            "method": "str",
            "request_id": "str",
            "body_hash": "str",
            "result": "str",
            "recorded_at": "int",
        },
    ),
    "vocabulary": Table(
        key=("stem",),
        columns={
            "stem": "str",
            "surface": "str",
            "seq": "int",
        },
    ),
    "means": Table(
        key=("name",),
        columns={
            "name": "str",
            "version": "int",
            "count": "int",
            "mean": "bytes",
        },
    ),
    "outbox": Table(
        key=("kind", "id"),
        columns={
            "kind": "str",
            "id": "str",
            "seq": "int",
            "queued_at": "int",
        },
        derived=True,
    ),
}
"""Every table, in an order in which each finds what it points at."""
