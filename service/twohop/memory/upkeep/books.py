"""One owner's rows as the checks look at them: ids, instants and counts, no texts.

What points at a row that is not there is noted while the tables are read, in the order in which each finds what it
points at.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from twohop.graph.model import Relation, Revision, Triple
from twohop.graph.rows import relation_of, revision_of, triple_of
from twohop.graph.store import Ledger, Row
from twohop.graph.tables import TABLES
from twohop.memory.upkeep.findings import Finding, Flaw
from twohop.memory.upkeep.reading import rows_of

REFERENCES: Mapping[str, Mapping[str, str]] = {
    "speakers": {"session": "sessions"},
    "messages": {"session": "sessions"},
    "entity_versions": {"entity_id": "entities"},
    "aliases": {"entity_id": "entities"},
    "revisions": {"memory_id": "memories", "superseded_by": "memories", "supersedes": "memories"},
    "triples": {"revision_id": "revisions", "subject_id": "entities", "object_id": "entities"},
    "evidence": {"memory_id": "memories", "message_id": "messages"},
    "mentions": {"entity_id": "entities", "message_id": "messages"},
    "relations": {"subject_id": "entities", "object_id": "entities"},
    "supports": {"relation_id": "relations", "memory_id": "memories"},
}
"""Table -> column -> the table whose id it holds. Empty and absent ids point at nothing."""

TARGETS = {"sessions", "messages", "memories", "entities", "revisions", "relations"}
"""Tables that are pointed at; each has an `id`."""

LEFT_OUT = {"requests", "vocabulary", "means", "agent_configs", "outbox"}
"""Tables that hang on no other row."""


@dataclass(slots=True)
class Books:
    """Everything of one owner that has to agree."""

    partition: str
    owner: Row | None = None
    ids: dict[str, set[str]] = field(default_factory=lambda: {table: set() for table in TARGETS})
    session_counts: dict[str, int] = field(default_factory=dict)
    speaker_counts: dict[tuple[str, str], int] = field(default_factory=dict)
    positions: dict[str, list[int]] = field(default_factory=dict)
    names: Counter[tuple[str, str]] = field(default_factory=Counter)
    entity_counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    entity_keys: list[tuple[str, str]] = field(default_factory=list)
    """(entity id, key) of each current version."""

    revisions: list[Revision] = field(default_factory=list)
    triples: dict[str, list[Triple]] = field(default_factory=dict)
    mentioned: set[tuple[str, str]] = field(default_factory=set)
    """(entity id, message id) of what is named now."""

    relations: list[Relation] = field(default_factory=list)
    supports: dict[str, list[str]] = field(default_factory=dict)
    effects: list[tuple[str, str]] = field(default_factory=list)
    """(decision id, revision id) of what decisions did."""

    job_messages: list[tuple[str, str]] = field(default_factory=list)
    """(job id, message id) of jobs that are not final."""

    findings: list[Finding] = field(default_factory=list)

    def note(self, flaw: Flaw, table: str, id_: str, detail: str) -> None:
        """Add a finding."""
        self.findings.append(Finding(flaw, self.partition, table, id_, detail))


async def read(ledger: Ledger, partition: str) -> Books:
    """The owner's books; dangling references and impossible times are among their findings already."""
    books = Books(partition)
    for table in TABLES:
        if table in LEFT_OUT:
            continue
        async for row in rows_of(ledger, partition, table):
            refer(books, table, row)
            time(books, table, row)
            enter(books, table, row)
    return books


def name_of(table: str, row: Row) -> str:
    """What tells a row from others of its table, for people; quotes are no name, they are somebody's words."""
    return " ".join(str(row[column]) for column in TABLES[table].key if column not in {"quote", "name", "normal"})


def refer(books: Books, table: str, row: Row) -> None:
    """Note the row's id, and what it points at that is not there."""
    if table in TARGETS:
        books.ids[table].add(row["id"])
    for column, target in REFERENCES.get(table, {}).items():
        if row[column] and row[column] not in books.ids[target]:
            books.note(Flaw.DANGLING, table, name_of(table, row), f"{column} points at no row of {target}")


def time(books: Books, table: str, row: Row) -> None:
    """Note a row that ended before it began, or that was recorded after the owner's last write."""
    recorded, ended = row.get("recorded_at"), row.get("superseded_at")
    if recorded is None:
        return
    if ended is not None and ended < recorded:
        books.note(Flaw.TIMES, table, name_of(table, row), "superseded_at is before recorded_at")
    if books.owner is not None and max(recorded, ended or 0) > books.owner["last_time"]:
        books.note(Flaw.TIMES, table, name_of(table, row), "it is later than the owner's last_time")


def enter(books: Books, table: str, row: Row) -> None:  # noqa: C901, PLR0912 - one case a table
    """Keep what the checks need of the row."""
    current = row.get("superseded_at") is None
    match table:
        case "owners":
            books.owner = row
        case "sessions":
            books.session_counts[row["id"]] = row["message_count"]
        case "speakers":
            books.speaker_counts[row["session"], row["name"]] = row["message_count"]
        case "messages":
            books.positions.setdefault(row["session"], []).append(row["position"])
            if row["name"]:
                books.names[row["session"], row["name"]] += 1
        case "entities":
            books.entity_counts[row["id"]] = (row["relation_count"], row["message_count"])
        case "entity_versions" if current:
            books.entity_keys.append((row["entity_id"], row["key"]))
        case "revisions":
            bare = {**row, "text": "", "reason": "", "cues": "[]", "metadata": "{}", "categories": "[]"}
            books.revisions.append(revision_of(bare, (), None))
        case "triples":
            books.triples.setdefault(row["revision_id"], []).append(triple_of(row))
        case "mentions" if current:
            books.mentioned.add((row["entity_id"], row["message_id"]))
        case "relations":
            books.relations.append(replace(relation_of(row, (), None), text=""))
        case "supports":
            books.supports.setdefault(row["relation_id"], []).append(row["memory_id"])
        case "decisions":
            for _, before, after in json.loads(row["effects"]):
                books.effects += [(row["id"], revision_id) for revision_id in (before, after) if revision_id]
        case "jobs" if row["state"] in {"pending", "running"}:
            named = json.loads(row["payload"]).get("messages", [])
            books.job_messages += [(row["id"], message_id) for message_id in named]
        case _:
            pass
