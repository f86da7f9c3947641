"""What a closed ledger holds, with ids and system times left out, so that two runs of one story can be compared."""

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

Row = dict[str, Any]
State = dict[str, list[Row]]

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

OF_THE_RUN = {
    "recorded_at",
    "created_at",
    "updated_at",
    "queued_at",
    "last_time",
    "not_before",
    "attempts",
    "run",
    "holder",
    "summary_due_since",
    "message_at",
}
"""Columns that say when and at which try, not what."""

HASHES_OF_IDS = {"relations": {"key"}, "triples": {"key"}, "revisions": {"slot_key", "mirror_key"}}
"""Columns made from ids of entities, which stand beside them."""

UPKEEP = {"owners": {"seq"}, "vocabulary": {"seq"}, "means": {"mean", "version"}}
"""Columns that move with each round of projection; `state_seq` counts the commits."""


def state_of(data_dir: Path) -> State:
    """Every table of owners in a data directory that no process owns; ids become what they stand for."""
    connection = sqlite3.connect(f"{(data_dir / 'ledger.db').as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    tables = {
        name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")]  # noqa: S608  # The schema's own names.
        for name in names
        if not name.startswith("sqlite_") and name != "place"
    }
    connection.close()
    labels = Labels(tables)
    return {name: sorted((labels.plain(name, row) for row in rows), key=str) for name, rows in tables.items()}


class Labels:
    """Names for ids, made from what the rows say. A story must not say the same thing twice in one session."""

    def __init__(self, tables: State) -> None:
        self._labels: dict[str, str] = {}
        for row in tables["messages"]:
            self._name(row, "message", row["session"], row["position"])
        for row in tables["jobs"]:
            self._name(row, "job", self._labels[json.loads(row["payload"])["messages"][0]])
        called = {row["entity_id"]: row for row in reversed(tables["entity_versions"])}
        for row in tables["entities"]:
            first_called = called[row["id"]]
            self._name(row, "entity", first_called["normal"], first_called["type"])
        first = {row["memory_id"]: row for row in reversed(tables["revisions"])}
        for memory_id, row in first.items():
            self._name({"id": memory_id}, "memory", row["text"], row["valid_from"])
        for row in tables["revisions"]:
            self._name(
                row, "revision", self._labels[row["memory_id"]], row["number"], row["valid_to"], row["operation"]
            )
        for row in tables["decisions"]:
            self._name(row, "decision", self._labels.get(row["job_id"], ""), row["position"])
        for row in sorted(tables["relations"], key=lambda row: row["recorded_at"]):
            self._name(row, "relation", row["text"], row["valid_from"], row["valid_to"], row["superseded_at"] is None)

    def _name(self, row: Row, *parts: object) -> None:
        label = " ".join(f"<{part}>" for part in parts)
        assert label not in self._labels.values(), f"two rows are {label}"
        self._labels[row["id"]] = label

    def plain(self, table: str, row: Row) -> Row:
        """The row without what differs between two runs."""
        left_out = OF_THE_RUN | HASHES_OF_IDS.get(table, set()) | UPKEEP.get(table, set())
        kept = {name: value for name, value in row.items() if name not in left_out}
        if table == "decisions":
            # What was near a fact depends on how far the index was when it was asked.
            kept["input"] = {name: value for name, value in json.loads(row["input"]).items() if name != "shown"}
        if "superseded_at" in kept:
            kept["superseded_at"] = kept["superseded_at"] is not None
        return {name: self._told(value) for name, value in kept.items()}

    def _told(self, value: Any) -> Any:
        text = value if isinstance(value, str) else json.dumps(value)
        return UUID.sub(lambda found: self._labels[found[0]], text)
