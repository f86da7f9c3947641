"""Reads of memories and their revisions."""

from collections.abc import Sequence

from twohop.graph.model import Axes, Evidence, Memory, Narrowing, Revision, Triple
from twohop.graph.rows import evidence_of, memory_of, revision_of, triple_of
from twohop.graph.sqlite.axes import at, known, linked, narrowed, narrowing_values, revisions, versions
from twohop.graph.sqlite.database import Owned, Row, listed


def memories(own: Owned, ids: Sequence[str], axes: Axes, narrowing: Narrowing | None) -> list[Memory]:
    """Memories in the order of the ids."""
    if own.kept is None or axes.known_at is not None or narrowing not in {None, Narrowing()}:
        return read(own, ids, axes, narrowing)
    found = own.kept.memories(ids, lambda missing: read(own, missing, Axes(), None))
    there = (found[one] for one in ids if one in found)
    return [memory for memory in there if axes.as_of is None or memory.revision.live(axes.as_of)]


def read(own: Owned, ids: Sequence[str], axes: Axes, narrowing: Narrowing | None) -> list[Memory]:
    """As `memories`, from the file."""
    rows = own.all(
        "SELECT r.*, m.created_at FROM json_each(:ids) AS i",
        "CROSS JOIN memories AS m ON m.partition = :partition AND m.id = i.value",
        "CROSS JOIN revisions AS r ON r.partition = :partition AND r.memory_id = m.id",
        revisions("r", axes),
        narrowed("m.id", narrowing, axes.known_at),
        "ORDER BY i.key",
        ids=listed(ids),
        **at(axes),
        **narrowing_values(narrowing),
    )
    return hydrate(own, rows, axes.known_at)


def memories_of_revisions(own: Owned, revision_ids: Sequence[str]) -> dict[str, str]:
    """Revision id -> memory id."""
    rows = own.all(
        "SELECT r.id, r.memory_id FROM json_each(:ids) AS i",
        "CROSS JOIN revisions AS r ON r.partition = :partition AND r.id = i.value",
        ids=listed(revision_ids),
    )
    return {row["id"]: row["memory_id"] for row in rows}


def history(own: Owned, memory_id: str, known_at: int | None) -> list[Revision]:
    """All revisions of a memory, oldest first."""
    rows = own.all(
        "SELECT r.* FROM revisions AS r WHERE r.partition = :partition AND r.memory_id = :memory_id",
        known("r", known_at),
        "ORDER BY r.recorded_at, r.number",
        memory_id=memory_id,
        known_at=known_at,
    )
    return revised(own, rows, known_at)


def revisions_by_id(own: Owned, ids: Sequence[str], known_at: int | None) -> list[Revision]:
    """Revisions in the order of the ids."""
    rows = own.all(
        "SELECT r.* FROM json_each(:ids) AS i",
        "CROSS JOIN revisions AS r ON r.partition = :partition AND r.id = i.value",
        known("r", known_at),
        "ORDER BY i.key",
        ids=listed(ids),
        known_at=known_at,
    )
    return revised(own, rows, known_at)


def slot(own: Owned, slot_keys: Sequence[str]) -> list[Memory]:
    """The timelines of slots, by start."""
    rows = own.all(
        "SELECT r.*, m.created_at FROM json_each(:keys) AS i",
        "CROSS JOIN revisions AS r ON r.partition = :partition AND r.slot_key = i.value AND r.slot_key <> ''",
        "AND r.superseded_at IS NULL",
        "CROSS JOIN memories AS m ON m.partition = :partition AND m.id = r.memory_id",
        "UNION SELECT r.*, m.created_at FROM json_each(:keys) AS i",
        "CROSS JOIN revisions AS r ON r.partition = :partition AND r.mirror_key = i.value AND r.mirror_key <> ''",
        "AND r.superseded_at IS NULL",
        "CROSS JOIN memories AS m ON m.partition = :partition AND m.id = r.memory_id",
        "ORDER BY valid_from, id",
        keys=listed(dict.fromkeys(slot_keys)),
    )
    return hydrate(own, rows, None)


def by_text(own: Owned, text_hashes: Sequence[str]) -> list[Memory]:
    """Memories that say the same."""
    rows = own.all(
        "SELECT r.*, m.created_at FROM json_each(:hashes) AS i",
        "CROSS JOIN revisions AS r ON r.partition = :partition AND r.text_hash = i.value AND r.text_hash <> ''",
        "AND r.superseded_at IS NULL",
        "CROSS JOIN memories AS m ON m.partition = :partition AND m.id = r.memory_id",
        "ORDER BY r.recorded_at, r.id",
        hashes=listed(dict.fromkeys(text_hashes)),
    )
    return hydrate(own, rows, None)


def by_triple(own: Owned, keys: Sequence[str], known_at: int | None) -> dict[str, list[Memory]]:
    """Triple key -> the memories that assert it."""
    axes = Axes(known_at=known_at)
    rows = own.all(
        "SELECT DISTINCT t.key, r.memory_id, r.recorded_at FROM json_each(:keys) AS i",
        "CROSS JOIN triples AS t ON t.partition = :partition AND t.key = i.value",
        "CROSS JOIN revisions AS r ON r.partition = :partition AND r.id = t.revision_id",
        versions("r", axes),
        "ORDER BY r.recorded_at, r.memory_id",
        keys=listed(dict.fromkeys(keys)),
        **at(axes),
    )
    return grouped(own, [(row["key"], row["memory_id"]) for row in rows], axes)


def by_subject(own: Owned, pairs: Sequence[tuple[str, str]], limit: int, known_at: int | None) -> list[Memory]:
    """The newest memories about each (subject, predicate)."""
    axes = Axes(known_at=known_at)
    ids: dict[str, None] = {}
    for subject_id, predicate in dict.fromkeys(pairs):
        rows = own.all(
            "SELECT DISTINCT t.recorded_at, t.revision_id, r.memory_id FROM triples AS t",
            "CROSS JOIN revisions AS r ON r.partition = :partition AND r.id = t.revision_id",
            versions("r", axes),
            "WHERE t.partition = :partition AND t.subject_id = :subject_id AND t.predicate = :predicate",
            "ORDER BY t.recorded_at DESC, t.revision_id DESC LIMIT :limit",
            subject_id=subject_id,
            predicate=predicate,
            limit=max(limit, 0),
            **at(axes),
        )
        ids.update((row["memory_id"], None) for row in rows)
    return memories(own, list(ids), axes, None)


def facts_of_messages(own: Owned, message_ids: Sequence[str], axes: Axes) -> dict[str, list[Memory]]:
    """Message id -> the memories that rest on it."""
    rows = own.all(
        "SELECT e.message_id, e.memory_id FROM json_each(:ids) AS i",
        "CROSS JOIN evidence AS e ON e.partition = :partition AND e.message_id = i.value",
        linked("e", axes.known_at),
        "GROUP BY e.message_id, e.memory_id ORDER BY MIN(e.recorded_at), e.memory_id, i.key",
        ids=listed(dict.fromkeys(message_ids)),
        known_at=axes.known_at,
    )
    return grouped(own, [(row["message_id"], row["memory_id"]) for row in rows], axes)


def memory_ids(own: Owned, limit: int, after: str) -> list[str]:
    """Ids in order."""
    rows = own.all(
        "SELECT id FROM memories WHERE partition = :partition AND id > :after ORDER BY id LIMIT :limit",
        after=after,
        limit=limit,
    )
    return [row["id"] for row in rows]


def grouped(own: Owned, links: Sequence[tuple[str, str]], axes: Axes) -> dict[str, list[Memory]]:
    """(key, memory id) pairs as key -> memories, each read once."""
    ids = dict.fromkeys(memory_id for _, memory_id in links)
    read = {memory.id: memory for memory in memories(own, list(ids), axes, None)}
    found: dict[str, list[Memory]] = {}
    for key, memory_id in links:
        if memory_id in read:
            found.setdefault(key, []).append(read[memory_id])
    return found


def hydrate(own: Owned, rows: Sequence[Row], known_at: int | None) -> list[Memory]:
    """Rows of revisions, with `created_at` of their memories, as memories with triples and evidence."""
    triples = triples_of(own, [row["id"] for row in rows])
    evidence: dict[str, list[Evidence]] = {}
    for row in own.all(
        "SELECT e.*, m.observed_at FROM json_each(:ids) AS i",
        "CROSS JOIN evidence AS e ON e.partition = :partition AND e.memory_id = i.value",
        linked("e", known_at),
        "CROSS JOIN messages AS m ON m.partition = :partition AND m.id = e.message_id",
        "ORDER BY e.recorded_at, e.message_id, e.quote",
        ids=listed(dict.fromkeys(row["memory_id"] for row in rows)),
        known_at=known_at,
    ):
        evidence.setdefault(row["memory_id"], []).append(evidence_of(row))
    return [
        memory_of(row, tuple(triples.get(row["id"], ())), tuple(evidence.get(row["memory_id"], ())), known_at)
        for row in rows
    ]


def revised(own: Owned, rows: Sequence[Row], known_at: int | None) -> list[Revision]:
    """Rows of revisions with their triples."""
    triples = triples_of(own, [row["id"] for row in rows])
    return [revision_of(row, tuple(triples.get(row["id"], ())), known_at) for row in rows]


def triples_of(own: Owned, revision_ids: Sequence[str]) -> dict[str, list[Triple]]:
    """Revision id -> its triples in order."""
    found: dict[str, list[Triple]] = {}
    for row in own.all(
        "SELECT t.* FROM json_each(:ids) AS i",
        "CROSS JOIN triples AS t ON t.partition = :partition AND t.revision_id = i.value",
        "ORDER BY i.key, t.position",
        ids=listed(dict.fromkeys(revision_ids)),
    ):
        found.setdefault(row["revision_id"], []).append(triple_of(row))
    return found
