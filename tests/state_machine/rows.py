"""An owner's rows as they stand in the file, read past the ledger's own code."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

Own: TypeAlias = tuple[str, str, str, str]
"""A triple: ids of subject and object (or empty), predicate, literal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A revision, or a relation's version, as far as the checks look at it."""

    id: str
    memory: str
    start: int
    end: int
    expires: int
    recorded: int
    superseded: int | None
    disputed: bool = False
    pinned: bool = False
    slot: str = ""
    kind: str = ""
    text: str = ""
    decision: str = ""
    triples: tuple[Own, ...] = ()
    support: tuple[str, ...] = ()
    supersedes: str = ""
    superseded_by: str = ""

    def known(self, at: int | None) -> bool:
        """Whether it was current at that system time; None = now."""
        if at is None:
            return self.superseded is None
        return self.recorded <= at and (self.superseded is None or self.superseded > at)

    def live(self, world: int) -> bool:
        return self.start <= world < self.end and not self.disputed and world < self.expires


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All rows of one owner."""

    revisions: tuple[Version, ...]
    relations: tuple[Version, ...]
    entities: dict[str, tuple[str, str]]
    decisions: tuple[dict[str, Any], ...]
    messages: dict[str, int]
    outbox: tuple[tuple[str, str], ...]
    last_time: int
    state_seq: int
    by_id: dict[str, Version] = field(default_factory=dict)

    def current(self, at: int | None = None) -> dict[str, Version]:
        """Memory id -> its revision at that system time."""
        return {one.memory: one for one in self.revisions if one.known(at)}

    def named(self, own: Own) -> tuple[str, str, str]:
        """A triple by names."""
        subject, predicate, thing, literal = own
        return self.entities[subject][0], predicate, self.entities[thing][0] if thing else literal


def connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def read(connection: sqlite3.Connection, partition: str) -> State:
    """The owner's rows now."""

    def rows(table: str, order: str) -> Iterable[sqlite3.Row]:
        return connection.execute(f"SELECT * FROM {table} WHERE partition = ? ORDER BY {order}", (partition,))  # noqa: S608 - own names.

    triples: dict[str, list[Own]] = {}
    for row in rows("triples", "revision_id, position"):
        own = (row["subject_id"], row["predicate"], row["object_id"] or "", row["literal"])
        triples.setdefault(row["revision_id"], []).append(own)
    support: dict[str, list[str]] = {}
    for row in rows("supports", "relation_id, position"):
        support.setdefault(row["relation_id"], []).append(row["memory_id"])
    revisions = tuple(
        Version(
            id=row["id"],
            memory=row["memory_id"],
            start=row["valid_from"],
            end=row["valid_to"],
            expires=row["expires_at"],
            recorded=row["recorded_at"],
            superseded=row["superseded_at"],
            disputed=bool(row["disputed"]),
            pinned=bool(row["pinned"]),
            slot=row["slot_key"],
            kind=row["kind"],
            text=row["text"],
            decision=row["decision_id"],
            triples=tuple(triples.get(row["id"], ())),
            supersedes=row["supersedes"],
            superseded_by=row["superseded_by"],
        )
        for row in rows("revisions", "rowid")
    )
    relations = tuple(
        Version(
            id=row["id"],
            memory="",
            start=row["valid_from"],
            end=row["valid_to"],
            expires=2**62,
            recorded=row["recorded_at"],
            superseded=row["superseded_at"],
            text=row["text"],
            triples=((row["subject_id"], row["predicate"], row["object_id"] or "", row["literal"]),),
            support=tuple(support.get(row["id"], ())),
        )
        for row in rows("relations", "id")
    )
    decisions = tuple(
        {**dict(row), "effects": json.loads(row["effects"]), "input": json.loads(row["input"])}
        for row in rows("decisions", "recorded_at, ordinal")
    )
    owner = next(iter(rows("owners", "partition")), None)
    return State(
        revisions=revisions,
        relations=relations,
        entities={row["entity_id"]: (row["normal"], row["type"]) for row in rows("entity_versions", "recorded_at")},
        decisions=decisions,
        messages={row["id"]: row["recorded_at"] for row in rows("messages", "rowid")},
        outbox=tuple((row["kind"], row["id"]) for row in rows("outbox", "kind, id")),
        last_time=owner["last_time"] if owner else 0,
        state_seq=owner["state_seq"] if owner else 0,
        by_id={one.id: one for one in revisions},
    )
