"""What is indexed: messages, revisions and relations of the ledger as points, with their lexical and dense vectors."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from twohop.graph.model import Evidence, Memory, Message, Relation, Revision
from twohop.memory.calendar_words import MONTH_NAMES
from twohop.memory.centring import Means
from twohop.memory.moment import instant
from twohop.vector.model import FAR, Point, PointKind, Vector
from twohop.vector.sparse import MessageFields, encode_fact, encode_message, surfaces

RADIUS = 4
"""Neighbours on each side whose words a message is found by."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A point that waits for its dense vector, and the text to embed."""

    point: Point
    text: str


def speaker(message: Message) -> str:
    """Who speaks: the name, or the role of someone unnamed."""
    return message.name or message.role.value


def day(message: Message) -> str:
    """The message's day as people write it, in its own zone: 8 May 2023."""
    return written_day(message.observed_at, message.time_zone)


@lru_cache(maxsize=4_096)
def written_day(at: int, time_zone: str) -> str:
    """An instant's day; messages of one session mostly share it."""
    local = instant(at, time_zone)
    return f"{local.day} {MONTH_NAMES[local.month - 1].title()} {local.year}"


def dense_text(message: Message) -> str:
    """What a message's dense vector is made of: who, when and what."""
    return f"{speaker(message)} ({day(message)}): {message.content}"


def message_vocabulary(messages: Iterable[Message]) -> dict[str, str]:
    """Stem -> surface form of the words by which these messages are found."""
    found: dict[str, str] = {}
    for message in messages:
        # A text that can't be made is the projector's to report: it must not keep the message from being accepted.
        with suppress(Exception):
            found |= surfaces(dense_text(message))
    return found


def revision_vocabulary(revisions: Iterable[Revision]) -> dict[str, str]:
    """Stem -> surface form of the words by which these facts are found."""
    found: dict[str, str] = {}
    for revision in revisions:
        found |= surfaces(" ".join((revision.text, *revision.cues)))
    return found


def fact_words(memory: Memory) -> str:
    """The words by which a fact's source messages are found too: its text and cues."""
    return " ".join((memory.revision.text, *memory.revision.cues))


def fields(message: Message, window: Iterable[Message], facts: Iterable[Memory]) -> MessageFields:
    """The texts that a message is found by.

    The speakers whose names are taken out are those of the window, so that a message's vector depends on nothing but
    its window and its facts, and is the same whenever it is made.
    """
    window = [other for other in window if abs(other.position - message.position) <= RADIUS]
    return MessageFields(
        who=speaker(message),
        date=day(message),
        body=message.content,
        neighbours={other.position - message.position: other.content for other in window if other.id != message.id},
        facts=[fact_words(memory) for memory in facts if not memory.revision.disputed],
        drop_names=sorted({other.name for other in (message, *window) if other.name}),
    )


def message_draft(message: Message, window: Sequence[Message], facts: Sequence[Memory], seq: int) -> Draft:
    """The point of a message."""
    point = Point(
        id=message.id,
        partition=message.partition,
        kind=PointKind.MESSAGE,
        dense=None,
        sparse=encode_message(fields(message, window, facts)),
        seq=seq,
        runs=(message.run_id,) if message.run_id else (),
        agents=(message.agent_id,) if message.agent_id else (),
        recorded_at=message.recorded_at,
        observed_first=message.observed_at,
        observed_at=message.observed_at,
    )
    return Draft(point, dense_text(message))


def revision_draft(revision: Revision, evidence: Sequence[Evidence], observed: tuple[int, int], seq: int) -> Draft:
    """The point of one version of a memory; `observed`: when its oldest and its newest evidence was said."""
    validity = revision.validity
    point = Point(
        id=revision.id,
        partition=revision.partition,
        kind=PointKind.MEMORY,
        dense=None,
        sparse=encode_fact(revision.text, revision.cues),
        seq=seq,
        memory_id=revision.memory_id,
        runs=named(row.run_id for row in evidence),
        agents=named(row.agent_id for row in evidence),
        valid_from=validity.valid_from.at,
        valid_to=validity.valid_to.at if validity.valid_to else FAR,
        recorded_at=revision.recorded_at,
        superseded_at=FAR if revision.superseded_at is None else revision.superseded_at,
        expires_at=FAR if revision.expires_at is None else revision.expires_at,
        observed_first=observed[0],
        observed_at=observed[1],
        fact_kind=revision.kind.value,
        categories=revision.categories,
    )
    return Draft(point, revision.text)


def relation_draft(relation: Relation, evidence: Sequence[Evidence], observed: tuple[int, int], seq: int) -> Draft:
    """The point of a relation whose text says it in other words than its memories do."""
    validity = relation.validity
    point = Point(
        id=relation.id,
        partition=relation.partition,
        kind=PointKind.RELATION,
        dense=None,
        sparse=encode_fact(relation.text),
        seq=seq,
        memory_id=relation.support[0],
        runs=named(row.run_id for row in evidence),
        agents=named(row.agent_id for row in evidence),
        valid_from=validity.valid_from.at,
        valid_to=validity.valid_to.at if validity.valid_to else FAR,
        recorded_at=relation.recorded_at,
        superseded_at=FAR if relation.superseded_at is None else relation.superseded_at,
        observed_first=observed[0],
        observed_at=observed[1],
    )
    return Draft(point, relation.text)


def named(ids: Iterable[str]) -> tuple[str, ...]:
    """Distinct, non-empty ids in their order, whatever the order of what they are of."""
    return tuple(sorted(set(filter(None, ids))))


def dense(
    vectors: NDArray[np.float32], drafts: Sequence[Draft], means: Means
) -> Mapping[str, tuple[Vector | None, int]]:
    """Point id -> its centred vector, None when there is nothing to embed, and the version of its mean."""
    found: dict[str, tuple[Vector | None, int]] = {}
    for kind in {draft.point.kind for draft in drafts}:
        rows = [row for row, draft in enumerate(drafts) if draft.point.kind is kind]
        for row, vector in zip(rows, means.centre(vectors[rows], kind), strict=True):
            usable = bool(np.any(vector)) and bool(np.all(np.isfinite(vector)))
            found[drafts[row].point.id] = (vector if usable else None, means.version(kind))
    return found
