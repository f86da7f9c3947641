"""A row as the properties of its node or edge: its columns, and beside them what constraints and look-ups need.

Columns come from `twohop.graph.rows` and go back as they are. The derived ones are made here and nowhere else, because
a constraint only holds when every writer computes its key alike. What is None is absent.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from twohop.graph.model import FAR, digest
from twohop.graph.rows import json_of, mapping, strings
from twohop.graph.store import Row
from twohop.graph.tables import TABLES

Properties: TypeAlias = dict[str, Any]

HEAD = 200
"""Characters of a text that an index can order by: values over some 8 kB can't be indexed."""

LAST = "\U0010ffff"
"""Stands behind every id."""

LABEL_OF: Mapping[str, str] = {
    "owners": "Owner",
    "sessions": "Session",
    "speakers": "Speaker",
    "agent_configs": "AgentConfig",
    "messages": "Message",
    "memories": "Memory",
    "entities": "Entity",
    "entity_versions": "EntityVersion",
    "aliases": "Alias",
    "revisions": "Revision",
    "triples": "Triple",
    "decisions": "Decision",
    "jobs": "Job",
    "requests": "Request",
    "vocabulary": "Word",
    "means": "Mean",
    "outbox": "Outbox",
}
"""Table -> the label of its rows' nodes. Rows of the other tables are edges."""

TYPE_OF: Mapping[str, str] = {
    "evidence": "EVIDENCE",
    "mentions": "MENTIONED_IN",
    "relations": "RELATION",
    "supports": "SUPPORTS",
}
"""Table -> the type of its rows' edges."""


ORDERED: Mapping[str, tuple[str, ...]] = {
    "sessions": ("id",),
    "speakers": ("session", "name"),
    "entity_versions": ("normal",),
    "aliases": ("normal",),
    "evidence": ("quote",),
    "requests": ("request_id",),
    "vocabulary": ("stem",),
}
"""Table -> columns by which lists are ordered, and that may hold any text: see `ordered`."""


def properties(table: str, partition: str, row: Row) -> Properties:
    """Everything that is stored of a row, what is derived included."""
    columns = {name: row[name] for name in TABLES[table].columns if row.get(name) is not None}
    derive = DERIVED.get(table)
    texts = {f"{name}_order": ordered(row[name]) for name in ORDERED.get(table, ()) if not row[name].isascii()}
    return {"partition": partition, **columns, **texts, **(derive(row) if derive is not None else {})}


def ordered(text: str) -> str:
    """What is compared in place of a text: the database orders by UTF-16 when it compares with a parameter, else not.

    Of plain ASCII it is the text itself; of others it stands beside them as `…_order`. Its order is by code points.
    """
    return text.encode().decode("latin-1")


def picked(table: str, *but: str) -> str:
    """The entries that a map in Cypher takes of a table's columns."""
    return ", ".join(f".{name}" for name in TABLES[table].columns if name not in but)


def text_key(*texts: str) -> str:
    """What stands for texts of any length in a constraint or an index."""
    return digest(*texts)


def head(text: str) -> str:
    """The beginning of a text, by which an index orders it."""
    return ordered(text)[:HEAD]


def literal_properties(partition: str, literal: str) -> Properties:
    """The node of a literal: one an owner and text, so that facts that share it meet there."""
    return {"partition": partition, "key": text_key(literal), "text": literal}


def open_slot(row: Row) -> str | None:
    """The slot that a revision fills while it is current, undisputed and without an end; None = none."""
    fills = row.get("superseded_at") is None and not row["disputed"] and row["valid_to"] == FAR
    return (row["slot_key"] or None) if fills else None


def facet(name: str, value: Any) -> str:
    """What an entry of metadata is found by; a number equals a number, however it is written."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return digest(json_of([name, value]))


def facets(metadata: str) -> list[str]:
    """What the entries of a JSON mapping are found by."""
    return [facet(name, value) for name, value in mapping(metadata).items()]


def said_in(payload: str) -> list[str]:
    """The messages that a job's payload names."""
    named = mapping(payload).get("messages")
    return [one for one in named if isinstance(one, str)] if isinstance(named, list) else []


def present(found: Mapping[str, Any]) -> Properties:
    """Without what is None."""
    return {name: value for name, value in found.items() if value is not None}


def of_session(row: Row) -> Properties:
    """A session is one by its id, and listed by it."""
    return {"key": text_key(row["id"]), "head": head(row["id"])}


def of_revision(row: Row) -> Properties:
    """At most one revision of a memory is current, and at most one fills a slot for good."""
    return present(
        {
            "current_of": row["memory_id"] if row.get("superseded_at") is None else None,
            "open_slot": open_slot(row),
            "in_categories": list(strings(row["categories"])),
            "facets": facets(row["metadata"]),
        }
    )


def of_version(row: Row) -> Properties:
    """At most one version with a key is current; versions are found, and listed, by their normal form."""
    return present(
        {
            "current_key": row["key"] if row.get("superseded_at") is None else None,
            "normal_key": text_key(row["normal"]),
            "head": head(row["normal"]),
        }
    )


def of_job(row: Row) -> Properties:
    """Jobs of a session are a line; what a job was about is asked for by its messages."""
    return {"session_key": text_key(row["session"]), "said_in": said_in(row["payload"])}


DERIVED: Mapping[str, Callable[[Row], Properties]] = {
    "sessions": of_session,
    "speakers": lambda row: {"key": text_key(row["session"], row["name"])},
    "messages": lambda row: {"session_key": text_key(row["session"])},
    "entity_versions": of_version,
    "aliases": lambda row: {"normal_key": text_key(row["normal"])},
    "revisions": of_revision,
    "jobs": of_job,
    "requests": lambda row: {"key": text_key(row["method"], row["request_id"])},
    "vocabulary": lambda row: {"key": text_key(row["stem"])},
    "outbox": lambda _: {"attempts": 0, "parked": False},
}
"""Table -> what stands beside the columns of its rows."""
