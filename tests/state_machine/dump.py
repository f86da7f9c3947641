"""A ledger as text in which the ids that were made on the way stand as numbers, in the order in which they came up.

Every row of what is known is in it. Left out is what says how the work went and not what is known (jobs, requests, the
owner's count of writes) and what is derived beside it (outbox, vocabulary, means, summaries).
"""

import json
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

Line: TypeAlias = tuple[str, dict[str, Any]]

OWNERS = ("tenant", "user_id", "agent_id", "run_id", "state_seq", "message_count", "memory_count")
SESSIONS = ("id", "message_count", "created_at", "updated_at", "metadata")


class Numbered:
    """Ids -> numbers, by first appearance."""

    def __init__(self) -> None:
        self.numbers: dict[str, str] = {}

    def number(self, id_: str) -> None:
        if id_:
            self.numbers.setdefault(id_, f"#{len(self.numbers)}")

    def order(self, id_: str) -> int:
        """The id's number; those that are not numbered yet come last, as they stand."""
        return int(self.numbers.get(id_, f"#{len(self.numbers)}")[1:])

    def told(self, value: Any) -> Any:
        """A value with every known id in it as its number."""
        if isinstance(value, str):
            return self.numbers.get(value, value)
        if isinstance(value, list):
            return [self.told(one) for one in value]
        if isinstance(value, dict):
            return {key: self.told(one) for key, one in value.items()}
        return value


def dump(connection: sqlite3.Connection, partition: str) -> list[str]:
    """One line a row, in an order that does not hang on the ids."""

    def rows(table: str, order: str) -> list[dict[str, Any]]:
        found = connection.execute(f"SELECT * FROM {table} WHERE partition = ? ORDER BY {order}", (partition,))  # noqa: S608 - own names.
        return [{key: row[key] for key in row.keys() if key != "partition"} for row in found]  # noqa: SIM118 - a Row iterates values.

    names = Numbered()
    versions = sorted(rows("entity_versions", "recorded_at"), key=lambda row: (row["recorded_at"], row["key"]))
    for row in versions:
        names.number(row["entity_id"])
    entities = arranged(rows("entities", "id"), lambda row: names.told(row["id"]))
    decisions = rows("decisions", "recorded_at, ordinal")
    for row in decisions:
        row["effects"], row["input"] = json.loads(row["effects"]), json.loads(row["input"])
        names.number(row["id"])
        # What happened to known memories within one decision has no order of its own.
        row["effects"].sort(key=lambda effect: names.order(effect[0]))
        for effect in row["effects"]:
            for one in effect:
                names.number(one)
    revisions = arranged(
        rows("revisions", "rowid"),
        lambda row: (row["recorded_at"], names.order(row["decision_id"]), names.order(row["memory_id"])),
    )
    for row in revisions:
        for column in ("id", "memory_id", "slot_key"):
            names.number(row[column])
    triples = arranged(rows("triples", "position"), lambda row: (names.told(row["revision_id"]), row["position"]))
    for row in triples:
        names.number(row["key"])
    relations = arranged(
        rows("relations", "id"),
        lambda row: (row["recorded_at"], names.told(row["key"]), row["valid_from"], row["valid_to"]),
    )
    for row in relations:
        names.number(row["id"])
    tables: list[tuple[str, Iterable[dict[str, Any]]]] = [
        ("owners", [{key: row[key] for key in OWNERS} for row in rows("owners", "partition")]),
        ("sessions", [{key: row[key] for key in SESSIONS} for row in rows("sessions", "id")]),
        ("speakers", rows("speakers", "session, name")),
        ("messages", rows("messages", "rowid")),
        ("entities", entities),
        ("entity_versions", versions),
        ("decisions", decisions),
        ("memories", arranged(rows("memories", "id"), lambda row: names.told(row["id"]))),
        ("revisions", revisions),
        ("triples", triples),
        ("aliases", arranged(rows("aliases", "normal"), lambda row: json.dumps(names.told(row)))),
        ("evidence", arranged(rows("evidence", "rowid"), lambda row: json.dumps(names.told(row), sort_keys=True))),
        ("mentions", arranged(rows("mentions", "span_start"), lambda row: json.dumps(names.told(row)))),
        ("relations", relations),
        (
            "supports",
            arranged(rows("supports", "position"), lambda row: (names.told(row["relation_id"]), row["position"])),
        ),
    ]
    return [f"{table} {json.dumps(names.told(row), sort_keys=True)}" for table, found in tables for row in found]


def arranged(rows: list[dict[str, Any]], key: Callable[[dict[str, Any]], Any]) -> list[dict[str, Any]]:
    return sorted(rows, key=key)
