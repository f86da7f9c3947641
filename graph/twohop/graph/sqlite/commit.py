"""One commit: everything that an add, or a caller, changes about an owner, in one transaction."""

from collections import Counter
from collections.abc import Collection, Sequence

from twohop.errors import StaleRead
from twohop.graph.model import Evidence, Relation, Revision, Triple
from twohop.graph.rows import (
    decision_columns,
    relation_columns,
    revision_columns,
    triple_columns,
)
from twohop.graph.sqlite import requests
from twohop.graph.sqlite.conversations import owner
from twohop.graph.sqlite.database import Database, Owned, listed
from twohop.graph.sqlite.jobs import set_job
from twohop.graph.sqlite.naming import added, put_aliases, put_entities, put_mentions
from twohop.graph.sqlite.stamp import Stamp, advance, queue, queue_messages
from twohop.graph.sqlite.statistics import add_words
from twohop.graph.store import Changes, Committed


def commit(database: Database, now: int, changes: Changes) -> Committed:
    """Write the changes, or nothing."""
    own = database.of(changes.partition)
    changes.refuse_foreign()
    earlier = requests.seen(own, changes.request)
    known = owner(own)
    if earlier is not None and known is not None:
        return Committed(
            seq=known.seq,
            state_seq=known.state_seq,
            recorded_at=earlier["recorded_at"],
            earlier=earlier["result"],
        )
    if changes.expected_state not in {None, known.state_seq if known else 0}:
        raise StaleRead("the owner's state moved since it was read: plan again")
    made = new_memories(own, changes.revisions)
    more = added(own, changes.entities, set(changes.ended_entities))
    stamp = advance(own, now, changes_state=changes.moves_state, memories=len(made), entities=more)
    put_entities(own, changes.entities, set(changes.ended_entities), stamp)
    put_aliases(own, changes.aliases, changes.ended_aliases, stamp)
    own.insert("memories", [{"id": memory_id, "created_at": stamp.at} for memory_id in made])
    put_revisions(own, changes.revisions, set(changes.ended_revisions), stamp)
    put_evidence(own, changes.evidence, stamp)
    taken = withdraw(own, changes.withdrawn, stamp)
    put_mentions(own, changes.mentions, changes.ended_mentions, stamp)
    put_relations(own, changes.relations, set(changes.ended_relations), stamp)
    own.insert(
        "decisions", [decision_columns(one, ordinal=i, stamp=stamp.at) for i, one in enumerate(changes.decisions)]
    )
    add_words(own, changes.vocabulary, stamp)
    if changes.job is not None:
        set_job(own, changes.job, stamp.at)
    requests.remember(own, changes.request, changes.request_result, stamp.at)
    passing = {one.id for one in changes.revisions} & set(changes.ended_revisions)
    revised = [*(one.id for one in changes.revisions), *changes.ended_revisions]
    related = [*(one.id for one in changes.relations), *changes.ended_relations]
    said = {*(row.memory_id for row in changes.evidence), *taken}.difference(made)
    queued = (
        *queue(own, "memory", [*(one for one in revised if one not in passing), *current(own, said)], stamp),
        *queue(own, "relation", [*related, *resting(own, said)], stamp),
        *queue_messages(own, list(changes.touched_messages), stamp),
    )
    return Committed(seq=stamp.seq, state_seq=stamp.state_seq, recorded_at=stamp.at, queued=queued)


def new_memories(own: Owned, revisions: Sequence[Revision]) -> list[str]:
    """The memories that begin with these revisions."""
    ids = dict.fromkeys(revision.memory_id for revision in revisions)
    rows = own.all(
        "SELECT m.id FROM json_each(:ids) AS i CROSS JOIN memories AS m ON m.partition = :partition AND m.id = i.value",
        ids=listed(ids),
    )
    stored = {row["id"] for row in rows}
    return [memory_id for memory_id in ids if memory_id not in stored]


def put_revisions(own: Owned, revisions: Sequence[Revision], ended: set[str], stamp: Stamp) -> None:
    """End old revisions and insert new ones, with their triples.

    Raises:
        StaleRead: a revision to end is not current.
    """
    own_ended = {revision.id for revision in revisions} & ended
    retired = sorted(ended - own_ended)
    found = own.change_each(
        "UPDATE revisions SET superseded_at = :at WHERE partition = :partition AND id = :id AND superseded_at IS NULL",
        [{"id": revision_id, "at": stamp.at} for revision_id in retired],
    )
    if found != len(retired):
        raise StaleRead("a revision to end is not current any more: plan again")
    # The retired come first: a memory has at most one current revision at any step.
    own.insert(
        "revisions",
        [revision_columns(revision, stamp=stamp.at, ended=revision.id in own_ended) for revision in revisions],
    )
    own.insert(
        "triples",
        [
            {
                "revision_id": revision.id,
                "position": position,
                **triple_columns(triple, own.partition),
                "recorded_at": stamp.at,
            }
            for revision in revisions
            for position, triple in enumerate(revision.triples)
        ],
    )


def put_evidence(own: Owned, evidence: Sequence[Evidence], stamp: Stamp) -> None:
    """Link memories to messages; the same quote of the same message counts once."""
    own.change_each(
        "INSERT INTO evidence (partition, memory_id, message_id, quote, agent_id, run_id, decision_id, recorded_at) "
        "SELECT :partition, :memory_id, :message_id, :quote, :agent_id, :run_id, :decision_id, :at "
        "WHERE NOT EXISTS (SELECT 1 FROM evidence AS e WHERE e.partition = :partition AND e.memory_id = :memory_id "
        "AND e.message_id = :message_id AND e.quote = :quote AND e.superseded_at IS NULL)",
        [
            {
                "memory_id": one.memory_id,
                "message_id": one.message_id,
                "quote": one.quote,
                "agent_id": one.agent_id,
                "run_id": one.run_id,
                "decision_id": one.decision_id,
                "at": stamp.at,
            }
            for one in evidence
        ],
    )


def withdraw(own: Owned, decision_ids: Sequence[str], stamp: Stamp) -> set[str]:
    """End the links that these decisions made; whose memories' those were."""
    rows = [
        row
        for decision_id in decision_ids
        for row in own.all(
            "UPDATE evidence SET superseded_at = :at",
            "WHERE partition = :partition AND decision_id = :id AND superseded_at IS NULL RETURNING memory_id",
            id=decision_id,
            at=stamp.at,
        )
    ]
    return {row["memory_id"] for row in rows}


def current(own: Owned, memory_ids: Collection[str]) -> list[str]:
    """The current revisions of memories."""
    if not memory_ids:
        return []
    rows = own.all(
        "SELECT r.id FROM json_each(:ids) AS i CROSS JOIN revisions AS r",
        "ON r.partition = :partition AND r.memory_id = i.value AND r.superseded_at IS NULL",
        ids=listed(sorted(memory_ids)),
    )
    return [row["id"] for row in rows]


def resting(own: Owned, memory_ids: Collection[str]) -> list[str]:
    """The current relations that rest on memories."""
    if not memory_ids:
        return []
    rows = own.all(
        "SELECT r.id FROM json_each(:ids) AS i",
        "CROSS JOIN supports AS s ON s.partition = :partition AND s.memory_id = i.value",
        "CROSS JOIN relations AS r ON r.partition = :partition AND r.id = s.relation_id AND r.superseded_at IS NULL",
        ids=listed(sorted(memory_ids)),
    )
    return [row["id"] for row in rows]


def put_relations(own: Owned, relations: Sequence[Relation], ended: set[str], stamp: Stamp) -> None:
    """End old relation versions and insert new ones with their support, and count the relations of each entity.

    Raises:
        StaleRead: a relation to end is not current.
    """
    own_ended = {relation.id for relation in relations} & ended
    retired = own.all(
        "SELECT r.id, r.subject_id, r.object_id FROM json_each(:ids) AS i",
        "CROSS JOIN relations AS r ON r.partition = :partition AND r.id = i.value AND r.superseded_at IS NULL",
        ids=listed(ended - own_ended),
    )
    if len(retired) != len(ended - own_ended):
        raise StaleRead("a relation to end is not current any more: plan again")
    own.change_each(
        "UPDATE relations SET superseded_at = :at WHERE partition = :partition AND id = :id",
        [{"id": row["id"], "at": stamp.at} for row in retired],
    )
    own.insert(
        "relations",
        [relation_columns(relation, stamp=stamp.at, ended=relation.id in own_ended) for relation in relations],
    )
    own.insert(
        "supports",
        [
            {"relation_id": relation.id, "position": position, "memory_id": memory_id}
            for relation in relations
            for position, memory_id in enumerate(dict.fromkeys(relation.support))
        ],
    )
    changed = Counter(end for row in relations if row.id not in own_ended for end in ends_of(row.triple))
    changed.subtract(end for row in retired for end in {row["subject_id"], row["object_id"]} if end)
    own.change_each(
        "UPDATE entities SET relation_count = relation_count + :by WHERE partition = :partition AND id = :id",
        [{"id": entity_id, "by": by} for entity_id, by in changed.items() if by],
    )


def ends_of(triple: Triple) -> set[str]:
    """The entities at the ends: one for a loop or a literal."""
    return {triple.subject_id, triple.object_id} - {""}
