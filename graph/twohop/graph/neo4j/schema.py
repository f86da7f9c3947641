"""Labels, constraints and indexes, and the forward steps that bring an older database to them.

A node a row, under the label of its table and with the table's columns as properties (`twohop.graph.tables`; what is
None is absent). What joins nodes of one owner:

    (:Memory)-[:REVISION]->(:Revision)-[:ASSERTS]->(:Triple)
    (:Memory)-[:EVIDENCE {the table's columns}]->(:Message)
    (:Entity)-[:VERSION]->(:EntityVersion)            (:Entity)-[:ALIAS]->(:Alias)
    (:Entity)-[:MENTIONED_IN {the table's columns}]->(:Message)
    (:Entity)-[:RELATION {the table's columns, support: [memory ids in order]}]->(:Entity | :Literal)
    (:Memory)-[:SUPPORTS {relation_id, position}]->(:Entity)    the subject of the relation

Facts have one relationship type, the predicate is a property: predicates come from callers, and a type can be no
parameter. A literal is a node of its own per (owner, text), so that two facts with one date meet there.

Beside the columns stand properties that carry constraints. A value over some 8 kB can't be indexed, so what callers
write freely (names, session ids, stems) is unique by a hash: `key` of Session, Speaker, Literal, Word and Request,
`normal_key` of EntityVersion and Alias. `current_key` of an EntityVersion is its key while it is current, `current_of`
of a Revision its memory's id, and `open_slot` its slot while it is also undisputed and without an end: the database
itself refuses a second one. For look-ups: `session_key` of Message and Job, `head` of Session and EntityVersion (how a
long text begins, to order by), `in_categories` and `facets` of Revision, `said_in` of Job. All of them are made in
`twohop.graph.neo4j.properties`.

An index on several properties serves a statement that has a condition on each of them, and gives its order to one that
orders by them from the first on, those that are equal too.
"""

from collections.abc import Sequence

LABELS = (
    "Owner",
    "Session",
    "Speaker",
    "AgentConfig",
    "Message",
    "Memory",
    "Revision",
    "Triple",
    "Entity",
    "EntityVersion",
    "Alias",
    "Literal",
    "Decision",
    "Job",
    "Outbox",
    "Request",
    "Word",
    "Mean",
)

TYPES = ("REVISION", "ASSERTS", "EVIDENCE", "VERSION", "ALIAS", "MENTIONED_IN", "RELATION", "SUPPORTS")


def unique(name: str, label: str, *properties: str) -> str:
    """The command that makes these properties unique among the nodes with a label."""
    return f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:{label}) REQUIRE ({listed(properties)}) IS UNIQUE"


def index(name: str, label: str, *properties: str) -> str:
    """The command that makes nodes with a label be found by these properties."""
    return f"CREATE INDEX {name} IF NOT EXISTS FOR (n:{label}) ON ({listed(properties)})"


def edge_index(name: str, type_: str, *properties: str) -> str:
    """The command that makes relationships of a type be found by these properties."""
    return f"CREATE INDEX {name} IF NOT EXISTS FOR ()-[n:{type_}]-() ON ({listed(properties)})"


def listed(properties: Sequence[str]) -> str:
    """Properties of the pattern's variable."""
    return ", ".join(f"n.{one}" for one in properties)


STEPS: tuple[tuple[str, ...], ...] = (
    (
        unique("owner_key", "Owner", "partition"),
        index("owner_tenant", "Owner", "tenant", "user_id", "agent_id", "run_id"),
        unique("session_key", "Session", "partition", "key"),
        index("session_listed", "Session", "partition", "head"),
        index("session_due", "Session", "summary_due_since"),
        unique("speaker_key", "Speaker", "partition", "key"),
        unique("agent_config_key", "AgentConfig", "partition", "version"),
        unique("message_key", "Message", "partition", "id"),
        unique("message_place", "Message", "partition", "session_key", "position"),
        unique("memory_key", "Memory", "partition", "id"),
        unique("revision_key", "Revision", "partition", "id"),
        unique("revision_slot", "Revision", "partition", "open_slot"),
        unique("revision_current", "Revision", "partition", "current_of"),
        index("revision_in_slot", "Revision", "partition", "slot_key"),
        index("revision_in_mirror", "Revision", "partition", "mirror_key"),
        index("revision_text", "Revision", "partition", "text_hash"),
        unique("entity_key", "Entity", "partition", "id"),
        unique("entity_version_current", "EntityVersion", "partition", "current_key"),
        index("entity_version_listed", "EntityVersion", "partition", "head"),
        index("entity_version_named", "EntityVersion", "partition", "normal_key"),
        index("alias_named", "Alias", "partition", "normal_key"),
        unique("literal_key", "Literal", "partition", "key"),
        index("triple_key", "Triple", "partition", "key"),
        index("triple_subject", "Triple", "partition", "subject_id", "predicate", "recorded_at", "revision_id"),
        index("triple_object", "Triple", "partition", "object_id"),
        "CREATE CONSTRAINT relation_key IF NOT EXISTS FOR ()-[n:RELATION]-() REQUIRE (n.partition, n.id) IS UNIQUE",
        edge_index("relation_of_triple", "RELATION", "partition", "key"),
        edge_index("relation_out", "RELATION", "partition", "subject_id", "recorded_at", "id"),
        edge_index("relation_in", "RELATION", "partition", "object_id", "recorded_at", "id"),
        edge_index("evidence_of_decision", "EVIDENCE", "partition", "decision_id"),
        edge_index("mention_of_entity", "MENTIONED_IN", "partition", "entity_id", "message_at", "message_id"),
        unique("decision_key", "Decision", "partition", "id"),
        index("decision_time", "Decision", "partition", "recorded_at", "ordinal"),
        index("decision_job", "Decision", "partition", "job_id"),
        index("decision_memory", "Decision", "partition", "memory_id"),
        index("decision_target", "Decision", "partition", "target_id"),
        index("decision_reverts", "Decision", "partition", "reverts"),
        unique("job_key", "Job", "partition", "id"),
        index("job_line", "Job", "partition", "kind", "state", "session_key"),
        index("job_newest", "Job", "partition", "created_at", "id"),
        index("job_state", "Job", "state", "kind", "not_before"),
        index("job_updated", "Job", "state", "updated_at"),
        unique("outbox_key", "Outbox", "partition", "kind", "id"),
        index("outbox_oldest", "Outbox", "queued_at", "partition", "kind", "id"),
        index("outbox_oldest_of_owner", "Outbox", "partition", "queued_at", "kind", "id"),
        index("outbox_parked", "Outbox", "parked"),
        index("request_of_owner", "Request", "partition"),
        unique("request_key", "Request", "tenant", "key"),
        index("request_oldest", "Request", "recorded_at"),
        unique("word_key", "Word", "partition", "key"),
        index("word_since", "Word", "partition", "seq"),
        unique("mean_key", "Mean", "partition", "name"),
        index("mean_unasked", "Mean", "unasked"),
        unique("process_key", "Process", "id"),
    ),
)
"""Step n brings a database of version n to version n + 1. A released step is never edited: add another.

Every statement can be run again: schema changes have a transaction of their own in Neo4j, so a step that was
interrupted is simply repeated.
"""
