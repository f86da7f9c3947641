"""The tables, and the forward steps that bring an older file to them.

Every table of owner data is keyed by `partition` first, so that one owner's rows stand together and foreign keys can't
cross owners. Instants are microseconds; an open end of world time is `FAR`, an open end of system time is NULL (so that
partial indexes hold what is current and nothing else). Lists and mappings are JSON text.

What `twohop.graph.tables` doesn't name is of the processes, not of the owners: who works on a job, tries to project a
row that failed, and the table `place`.
"""

import sqlite3

from twohop.errors import DataDirUnusable, SchemaTooNew

APPLICATION_ID = 0x32484F50
"""Marks a file as ours in SQLite's header: "2HOP" in ASCII."""

TABLES = """
CREATE TABLE owners (
    partition TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    user_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    state_seq INTEGER NOT NULL,
    last_time INTEGER NOT NULL,
    message_count INTEGER NOT NULL,
    memory_count INTEGER NOT NULL,
    session_count INTEGER NOT NULL,
    entity_count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX owners_of_tenant ON owners (tenant, user_id, agent_id, run_id);

CREATE TABLE sessions (
    partition TEXT NOT NULL,
    id TEXT NOT NULL,
    message_count INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    summary TEXT NOT NULL DEFAULT '',
    summary_version INTEGER NOT NULL DEFAULT 0,
    summary_author TEXT NOT NULL DEFAULT '',
    summarised_count INTEGER NOT NULL DEFAULT 0,
    summary_due_since INTEGER,
    metadata TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (partition, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_unsummarised ON sessions (summary_due_since) WHERE summary_due_since IS NOT NULL;

CREATE TABLE agent_configs (
    partition TEXT NOT NULL,
    version INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    config TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (partition, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE speakers (
    partition TEXT NOT NULL,
    session TEXT NOT NULL,
    name TEXT NOT NULL,
    message_count INTEGER NOT NULL,
    PRIMARY KEY (partition, session, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
    partition TEXT NOT NULL,
    id TEXT NOT NULL,
    session TEXT NOT NULL,
    position INTEGER NOT NULL,
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    content TEXT NOT NULL,
    observed_at INTEGER NOT NULL,
    time_zone TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    UNIQUE (partition, id),
    UNIQUE (partition, session, position)
) STRICT;

CREATE TABLE memories (
    partition TEXT NOT NULL,
    id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (partition, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE revisions (
    partition TEXT NOT NULL,
    id TEXT NOT NULL,
    memory_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    kind TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_from_granularity TEXT NOT NULL,
    valid_from_zone TEXT NOT NULL,
    valid_to INTEGER NOT NULL,
    valid_to_granularity TEXT NOT NULL,
    valid_to_zone TEXT NOT NULL,
    occurred_until INTEGER NOT NULL,
    occurred_until_granularity TEXT NOT NULL,
    occurred_until_zone TEXT NOT NULL,
    operation TEXT NOT NULL,
    decider TEXT NOT NULL,
    reason TEXT NOT NULL,
    decision_id TEXT NOT NULL,
    slot_key TEXT NOT NULL,
    mirror_key TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    cues TEXT NOT NULL,
    metadata TEXT NOT NULL,
    categories TEXT NOT NULL,
    pinned INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    disputed INTEGER NOT NULL,
    superseded_by TEXT NOT NULL,
    supersedes TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    superseded_at INTEGER,
    UNIQUE (partition, id),
    FOREIGN KEY (partition, memory_id) REFERENCES memories (partition, id)
) STRICT;
CREATE INDEX revisions_of_memory ON revisions (partition, memory_id, recorded_at);
CREATE UNIQUE INDEX revisions_current ON revisions (partition, memory_id) WHERE superseded_at IS NULL;
CREATE INDEX revisions_slot ON revisions (partition, slot_key, valid_from)
    WHERE superseded_at IS NULL AND slot_key <> '';
CREATE INDEX revisions_mirror ON revisions (partition, mirror_key, valid_from)
    WHERE superseded_at IS NULL AND mirror_key <> '';
CREATE INDEX revisions_text ON revisions (partition, text_hash) WHERE superseded_at IS NULL AND text_hash <> '';

CREATE TABLE entities (
    partition TEXT NOT NULL,
    id TEXT NOT NULL,
    relation_count INTEGER NOT NULL DEFAULT 0,
    message_count INTEGER NOT NULL DEFAULT 0,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (partition, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE entity_versions (
    partition TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    normal TEXT NOT NULL,
    type TEXT NOT NULL,
    named INTEGER NOT NULL,
    kinds TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    superseded_at INTEGER,
    PRIMARY KEY (partition, entity_id, recorded_at),
    FOREIGN KEY (partition, entity_id) REFERENCES entities (partition, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX entity_versions_current ON entity_versions (partition, entity_id) WHERE superseded_at IS NULL;
CREATE UNIQUE INDEX entity_versions_key ON entity_versions (partition, key) WHERE superseded_at IS NULL;
CREATE INDEX entity_versions_normal ON entity_versions (partition, normal, entity_id);

CREATE TABLE aliases (
    partition TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    normal TEXT NOT NULL,
    name TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    superseded_at INTEGER,
    PRIMARY KEY (partition, normal, entity_id, recorded_at),
    FOREIGN KEY (partition, entity_id) REFERENCES entities (partition, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX aliases_current ON aliases (partition, normal, entity_id) WHERE superseded_at IS NULL;
CREATE INDEX aliases_of_entity ON aliases (partition, entity_id);

CREATE TABLE triples (
    partition TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    key TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    predicate TEXT NOT NULL,
    object_id TEXT,
    literal TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (partition, revision_id, position),
    FOREIGN KEY (partition, revision_id) REFERENCES revisions (partition, id),
    FOREIGN KEY (partition, subject_id) REFERENCES entities (partition, id),
    FOREIGN KEY (partition, object_id) REFERENCES entities (partition, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX triples_key ON triples (partition, key);
CREATE INDEX triples_subject ON triples (partition, subject_id, predicate, recorded_at, revision_id);
CREATE INDEX triples_object ON triples (partition, object_id) WHERE object_id IS NOT NULL;

CREATE TABLE evidence (
    partition TEXT NOT NULL,
    memory_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    quote TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    decision_id TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    superseded_at INTEGER,
    FOREIGN KEY (partition, memory_id) REFERENCES memories (partition, id),
    FOREIGN KEY (partition, message_id) REFERENCES messages (partition, id)
) STRICT;
CREATE INDEX evidence_of_memory ON evidence (partition, memory_id, recorded_at);
CREATE INDEX evidence_in_message ON evidence (partition, message_id, recorded_at);
CREATE INDEX evidence_of_decision ON evidence (partition, decision_id) WHERE superseded_at IS NULL;

CREATE TABLE mentions (
    partition TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    span_start INTEGER NOT NULL,
    span_end INTEGER NOT NULL,
    message_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    superseded_at INTEGER,
    PRIMARY KEY (partition, entity_id, message_id, span_start, span_end, recorded_at),
    FOREIGN KEY (partition, entity_id) REFERENCES entities (partition, id),
    FOREIGN KEY (partition, message_id) REFERENCES messages (partition, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX mentions_current ON mentions (partition, entity_id, message_id, span_start, span_end)
    WHERE superseded_at IS NULL;
CREATE INDEX mentions_of_entity ON mentions (partition, entity_id, message_at, message_id);
CREATE INDEX mentions_in_message ON mentions (partition, message_id, recorded_at, span_start, entity_id);

CREATE TABLE relations (
    partition TEXT NOT NULL,
    id TEXT NOT NULL,
    key TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    predicate TEXT NOT NULL,
    object_id TEXT,
    literal TEXT NOT NULL,
    text TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_from_granularity TEXT NOT NULL,
    valid_from_zone TEXT NOT NULL,
    valid_to INTEGER NOT NULL,
    valid_to_granularity TEXT NOT NULL,
    valid_to_zone TEXT NOT NULL,
    confidence REAL NOT NULL,
    recorded_at INTEGER NOT NULL,
    superseded_at INTEGER,
    PRIMARY KEY (partition, id),
    FOREIGN KEY (partition, subject_id) REFERENCES entities (partition, id),
    FOREIGN KEY (partition, object_id) REFERENCES entities (partition, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX relations_key ON relations (partition, key) WHERE superseded_at IS NULL;
CREATE INDEX relations_out ON relations (partition, subject_id, recorded_at, id) WHERE superseded_at IS NULL;
CREATE INDEX relations_in ON relations (partition, object_id, recorded_at, id) WHERE superseded_at IS NULL;
CREATE INDEX relations_out_then ON relations (partition, subject_id, recorded_at, id);
CREATE INDEX relations_in_then ON relations (partition, object_id, recorded_at, id) WHERE object_id IS NOT NULL;

CREATE TABLE supports (
    partition TEXT NOT NULL,
    relation_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    memory_id TEXT NOT NULL,
    PRIMARY KEY (partition, relation_id, position),
    FOREIGN KEY (partition, relation_id) REFERENCES relations (partition, id),
    FOREIGN KEY (partition, memory_id) REFERENCES memories (partition, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX supports_of_memory ON supports (partition, memory_id, relation_id);

CREATE TABLE decisions (
    partition TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    id TEXT NOT NULL,
    job_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    operation TEXT NOT NULL,
    decider TEXT NOT NULL,
    fact TEXT NOT NULL,
    memory_id TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    target_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    refused TEXT NOT NULL,
    rule TEXT NOT NULL,
    status TEXT NOT NULL,
    effects TEXT NOT NULL,
    reverts TEXT NOT NULL,
    input TEXT NOT NULL,
    PRIMARY KEY (partition, recorded_at, ordinal),
    UNIQUE (partition, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX decisions_of_job ON decisions (partition, job_id, recorded_at, ordinal);
CREATE INDEX decisions_of_memory ON decisions (partition, memory_id, recorded_at, ordinal);
CREATE INDEX decisions_reverting ON decisions (partition, reverts, recorded_at, ordinal) WHERE reverts <> '';
CREATE INDEX decisions_on_target ON decisions (partition, target_id, recorded_at, ordinal);

CREATE TABLE jobs (
    partition TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    session TEXT NOT NULL,
    state TEXT NOT NULL,
    payload TEXT NOT NULL,
    run INTEGER NOT NULL,
    holder TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    error TEXT NOT NULL,
    usage TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (partition, id)
) STRICT;
CREATE INDEX jobs_open ON jobs (kind, partition, session, created_at, id) WHERE state IN ('pending', 'running');
CREATE INDEX jobs_due ON jobs (kind, not_before, partition) WHERE state = 'pending';
CREATE INDEX jobs_running ON jobs (partition, kind, session) WHERE state = 'running';
CREATE INDEX jobs_newest ON jobs (partition, created_at, id);
CREATE INDEX jobs_in_state ON jobs (state, updated_at);

CREATE TABLE outbox (
    partition TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    queued_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    parked INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (partition, kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_oldest ON outbox (queued_at) WHERE parked = 0;
CREATE INDEX outbox_oldest_of_owner ON outbox (partition, queued_at) WHERE parked = 0;
CREATE INDEX outbox_parked ON outbox (partition) WHERE parked = 1;

CREATE TABLE requests (
    tenant TEXT NOT NULL,
    method TEXT NOT NULL,
    request_id TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    partition TEXT NOT NULL,
    result TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, method, request_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_oldest ON requests (recorded_at);
CREATE INDEX requests_of_owner ON requests (partition, tenant, method, request_id);

CREATE TABLE vocabulary (
    partition TEXT NOT NULL,
    stem TEXT NOT NULL,
    surface TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (partition, stem)
) STRICT, WITHOUT ROWID;
CREATE INDEX vocabulary_since ON vocabulary (partition, seq);

CREATE TABLE means (
    partition TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    count INTEGER NOT NULL,
    mean BLOB NOT NULL,
    PRIMARY KEY (partition, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE place (
    only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    projects_into TEXT NOT NULL,
    filled INTEGER NOT NULL
) STRICT;
"""

MIGRATIONS = (TABLES,)
"""Step n brings a file of version n to version n + 1. A released step is never edited: add another."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to this program's schema: each missing step in one transaction of its own.

    Raises:
        SchemaTooNew: a newer twohop wrote the file.
        DataDirUnusable: another program's database stands there.
    """
    while (found := version(connection)) < len(MIGRATIONS):
        step(connection, found)
    if found > len(MIGRATIONS):
        raise SchemaTooNew(
            f"the ledger has schema version {found} and this twohop knows versions up to {len(MIGRATIONS)}: "
            "upgrade twohop, or open another data directory"
        )


def version(connection: sqlite3.Connection) -> int:
    """The file's schema version; 0 for a new file."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "schema" in tables:
        row = connection.execute("SELECT MAX(version) FROM schema").fetchone()
        return int(row[0] or 0)
    if tables:
        raise DataDirUnusable(
            "the ledger's file is a database of another program: move it away, or open another data directory"
        )
    return 0


def step(connection: sqlite3.Connection, found: int) -> None:
    """Run one step and note its version, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if version(connection) == found:  # Else another process was here between the look and the lock.
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute("CREATE TABLE IF NOT EXISTS schema (version INTEGER NOT NULL PRIMARY KEY) STRICT")
            for statement in statements(MIGRATIONS[found]):
                connection.execute(statement)
            connection.execute("INSERT INTO schema (version) VALUES (?)", (found + 1,))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def statements(script: str) -> list[str]:
    """The statements of a script, one by one: `executescript` would commit the open transaction first."""
    found: list[str] = []
    pending = ""
    for part in script.split(";"):
        pending += part + ";"
        if sqlite3.complete_statement(pending):
            if pending.strip(" \n;"):
                found.append(pending.strip())
            pending = ""
    return found
