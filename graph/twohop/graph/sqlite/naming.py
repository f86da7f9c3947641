"""Writes of entities, their other names and where they are named: versions that begin and end, never change."""

from collections import Counter
from collections.abc import Sequence

from twohop.errors import StaleRead
from twohop.graph.model import Alias, Entity, Mention
from twohop.graph.rows import entity_columns
from twohop.graph.sqlite.database import Owned, listed
from twohop.graph.sqlite.stamp import Stamp
from twohop.graph.tables import Value


def added(own: Owned, entities: Sequence[Entity], ended: set[str]) -> int:
    """How many more entities stand after a commit than before."""
    ids = {entity.id for entity in entities}
    rows = own.all(
        "SELECT v.entity_id FROM json_each(:ids) AS i CROSS JOIN entity_versions AS v",
        "ON v.partition = :partition AND v.entity_id = i.value AND v.superseded_at IS NULL",
        ids=listed(sorted(ids | ended)),
    )
    standing = {row["entity_id"] for row in rows}
    return len(ids - standing - ended) - len(ended & standing)


def put_entities(own: Owned, entities: Sequence[Entity], ended: set[str], stamp: Stamp) -> None:
    """End entities, and begin a version of each one that is new or was told something new.

    Raises:
        StaleRead: an entity to end is not current.
    """
    rows = {entity.id: entity_columns(entity, stamp=stamp.at, ended=entity.id in ended) for entity in entities}
    stored = {
        row["entity_id"]: row
        for row in own.all(
            "SELECT v.* FROM json_each(:ids) AS i CROSS JOIN entity_versions AS v",
            "ON v.partition = :partition AND v.entity_id = i.value AND v.superseded_at IS NULL",
            ids=listed(dict.fromkeys((*rows, *sorted(ended)))),
        )
    }
    if ended - rows.keys() - stored.keys():
        raise StaleRead("an entity to end is not current any more: plan again")
    told = ("key", "name", "normal", "type", "named", "kinds")
    new = [
        row
        for entity_id, row in rows.items()
        if entity_id in ended
        or entity_id not in stored
        or any(row[column] != stored[entity_id][column] for column in told)
    ]
    # The old versions end first: a key and an id have at most one current version at any step.
    own.change_each(
        "UPDATE entity_versions SET superseded_at = :at "
        "WHERE partition = :partition AND entity_id = :id AND superseded_at IS NULL",
        [{"id": one, "at": stamp.at} for one in dict.fromkeys((*(str(r["entity_id"]) for r in new), *sorted(ended)))],
    )
    own.change_each(
        "INSERT OR IGNORE INTO entities (partition, id, recorded_at) VALUES (:partition, :id, :at)",
        [{"id": row["entity_id"], "at": stamp.at} for row in new],
    )
    own.insert("entity_versions", new)


def put_aliases(own: Owned, aliases: Sequence[Alias], ended: Sequence[Alias], stamp: Stamp) -> None:
    """End other names and begin new ones; one that is known stays as it is."""
    own.change_each(
        "UPDATE aliases SET superseded_at = :at "
        "WHERE partition = :partition AND normal = :normal AND entity_id = :entity_id AND superseded_at IS NULL",
        [{"normal": one.normal, "entity_id": one.entity_id, "at": stamp.at} for one in ended],
    )
    own.change_each(
        "INSERT INTO aliases (partition, entity_id, normal, name, recorded_at) "
        "SELECT :partition, :entity_id, :normal, :name, :at WHERE NOT EXISTS (SELECT 1 FROM aliases AS a "
        "WHERE a.partition = :partition AND a.normal = :normal AND a.entity_id = :entity_id"
        " AND a.superseded_at IS NULL)",
        [{"entity_id": one.entity_id, "normal": one.normal, "name": one.name, "at": stamp.at} for one in aliases],
    )


def put_mentions(own: Owned, mentions: Sequence[Mention], ended: Sequence[Mention], stamp: Stamp) -> None:
    """End and begin links of entities to the messages that name them, and count the messages of each entity."""
    if not mentions and not ended:
        return
    message_ids = listed(dict.fromkeys(one.message_id for one in (*mentions, *ended)))
    recorded = own.all(
        "SELECT m.id, m.recorded_at FROM json_each(:ids) AS i",
        "CROSS JOIN messages AS m ON m.partition = :partition AND m.id = i.value",
        ids=message_ids,
    )
    message_at = {row["id"]: row["recorded_at"] for row in recorded}
    before = linked(own, message_ids)
    own.change_each(
        "UPDATE mentions SET superseded_at = :at WHERE partition = :partition AND entity_id = :entity_id "
        "AND message_id = :message_id AND span_start = :start AND span_end = :end AND superseded_at IS NULL",
        [{**span(one), "at": stamp.at} for one in ended],
    )
    own.change_each(
        "INSERT INTO mentions (partition, entity_id, message_id, span_start, span_end, message_at, recorded_at) "
        "SELECT :partition, :entity_id, :message_id, :start, :end, :message_at, :at "
        "WHERE NOT EXISTS (SELECT 1 FROM mentions AS m WHERE m.partition = :partition AND m.entity_id = :entity_id "
        "AND m.message_id = :message_id AND m.span_start = :start AND m.span_end = :end AND m.superseded_at IS NULL)",
        [
            {**span(one), "message_at": message_at.get(one.message_id, stamp.at), "at": stamp.at}
            for one in dict.fromkeys(mentions)
        ],
    )
    changed = Counter(entity_id for entity_id, _ in linked(own, message_ids))
    changed.subtract(entity_id for entity_id, _ in before)
    own.change_each(
        "UPDATE entities SET message_count = message_count + :by WHERE partition = :partition AND id = :id",
        [{"id": entity_id, "by": by} for entity_id, by in changed.items() if by],
    )


def linked(own: Owned, message_ids: str) -> set[tuple[str, str]]:
    """The pairs of entity and message that stand now, for a list of messages."""
    rows = own.all(
        "SELECT DISTINCT m.entity_id, m.message_id FROM json_each(:ids) AS i",
        "CROSS JOIN mentions AS m INDEXED BY mentions_in_message",
        "ON m.partition = :partition AND m.message_id = i.value AND m.superseded_at IS NULL",
        ids=message_ids,
    )
    return {(row["entity_id"], row["message_id"]) for row in rows}


def span(mention: Mention) -> dict[str, Value]:
    """What tells one mention from another."""
    return {
        "entity_id": mention.entity_id,
        "message_id": mention.message_id,
        "start": mention.start,
        "end": mention.end,
    }
