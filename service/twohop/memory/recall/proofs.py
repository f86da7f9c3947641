"""Evidence paths of messages that a second query reached: the fact that led there, and what the message adds."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from twohop.graph.model import Memory, Relation
from twohop.graph.store import Ledger
from twohop.memory.api import Path
from twohop.memory.recall.hop import Reached
from twohop.memory.recall.neighbourhood import Link, Neighbourhood
from twohop.memory.recall.view import View, unique


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was read already: by message, the facts that rest on it; by memory, the relations that rest on it."""

    told: Mapping[str, Sequence[Memory]] = field(default_factory=dict)
    related: Mapping[str, Sequence[Relation]] = field(default_factory=dict)


async def prove(
    ledger: Ledger,
    view: View,
    near: Neighbourhood,
    reached: Mapping[str, Reached],
    seen: Seen,
    depth: int,
) -> dict[str, Path]:
    """Message id -> its path: to the bridge by the fact that led there, and on by a fact of the message, if any.

    With a `depth` of 1 the path ends at the bridge.
    """
    told, relations = dict(seen.told), dict(seen.related)
    if unread := unique(one.leads_to for one in reached.values() if one.leads_to not in told):
        told.update(await ledger.facts_of_messages(view.partition, unread, view.axes))
    memory_ids = unique(
        [
            *(one.bridge.fact.memory.id for one in reached.values()),
            *(memory.id for one in reached.values() for memory in told.get(one.leads_to, ())),
        ]
    )
    _, more = await asyncio.gather(
        near.hydrate(memory_ids), related(ledger, view, [one for one in memory_ids if one not in relations])
    )
    relations.update(more)
    await near.know(end for few in relations.values() for r in few for end in (r.triple.subject_id, r.triple.object_id))
    paths: dict[str, Path] = {}
    for message_id, one in reached.items():
        memory_id, turn = one.bridge.fact.memory.id, one.bridge.entity.id
        first = walk(near, memory_id, relations.get(memory_id, ()), turn, towards=True)
        if first is None:
            continue
        on = (
            walk(near, memory.id, relations.get(memory.id, ()), turn, towards=False)
            for memory in told.get(one.leads_to, ())
            if memory.id != memory_id
        )
        second = next((link for link in on if link is not None and link.target != first.source), None)
        links = [first] if second is None or depth == 1 else [first, second]
        paths[message_id] = Path(
            steps=tuple(near.step(link) for link in links), score=one.score, answer=near.end_of(links[-1])
        )
    return paths


async def related(ledger: Ledger, view: View, memory_ids: Sequence[str]) -> Mapping[str, Sequence[Relation]]:
    """The relations that rest on memories; asks for nothing when there are none."""
    return await ledger.relations_of_memories(view.partition, memory_ids, view.axes) if memory_ids else {}


def walk(
    near: Neighbourhood, memory_id: str, relations: Sequence[Relation], turn: str, *, towards: bool
) -> Link | None:
    """The first relation of a memory that touches the entity, walked towards it or away from it."""
    memory = near.memories.get(memory_id)
    for relation in relations if memory is not None else ():
        subject, target = relation.triple.subject_id, relation.triple.object_id
        if turn not in {subject, target} or memory is None:
            continue
        other = target if turn == subject else subject
        if towards and not other:
            continue
        return Link(
            relation=relation,
            memory=memory,
            source=other if towards else turn,
            target=turn if towards else other,
            forward=(turn == target) if towards else (turn == subject),
        )
    return None
