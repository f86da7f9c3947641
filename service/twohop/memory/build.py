"""From rows of the outbox to points: what the ledger holds now behind one owner's rows, and what is made of it."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from twohop.graph.model import Axes, Evidence, Memory, Message, OutboxRow, Relation, Revision
from twohop.graph.store import NOW, Ledger
from twohop.memory.names import normal
from twohop.memory.points import RADIUS, Draft, message_draft, relation_draft, revision_draft

TURN = 32
"""Points encoded between two turns of other tasks: some 10 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the ledger holds now behind some rows of one owner; `facts` are by the messages that they rest on."""

    windows: Mapping[str, Sequence[Message]]
    facts: Mapping[str, Sequence[Memory]]
    revisions: Sequence[Revision]
    relations: Sequence[Relation]


async def state_of(ledger: Ledger, partition: str, rows: Sequence[OutboxRow]) -> State:
    """The state behind the rows, read in one go."""
    ids: dict[str, list[str]] = {"message": [], "memory": [], "relation": []}
    for row in rows:
        ids[row.kind].append(row.id)
    windows, facts, revisions, relations = await asyncio.gather(
        ledger.windows(partition, ids["message"], RADIUS),
        ledger.facts_of_messages(partition, ids["message"], NOW),
        ledger.revisions_by_id(partition, ids["memory"]),
        ledger.relations_by_id(partition, ids["relation"]),
    )
    return State(windows=windows, facts=facts, revisions=revisions, relations=relations)


class Builder:
    """Makes the points of one owner's rows.

    `seq` and `last_time` are the owner's from before the rows' state was read; -1 = that instant is not known.
    """

    def __init__(self, ledger: Ledger, partition: str, seq: int, last_time: int = -1) -> None:
        self._ledger = ledger
        self._partition = partition
        self._seq = seq
        self._last_time = last_time

    async def drafts(self, state: State) -> list[Draft]:
        """The points that the state calls for; a row without one has none at any time."""
        memories, behind = await asyncio.gather(self._remembered(state), self._behind(state))
        drafts: list[Draft] = []
        for draft in chain(
            self._messages(state), self._revisions(state, memories), self._relations(state, memories, behind)
        ):
            drafts.append(draft)
            if len(drafts) % TURN == 0:
                await asyncio.sleep(0)
        return drafts

    def _messages(self, state: State) -> Iterator[Draft]:
        for one, window in state.windows.items():
            for message in window:
                if message.id == one:
                    yield message_draft(message, window, state.facts.get(message.id, ()), self._seq)

    def _revisions(self, state: State, memories: Mapping[str, Memory]) -> Iterator[Draft]:
        """One point a version, also of those that ended: what was known then is found then.

        A disputed version is never an answer, so it has no point.
        """
        for revision in state.revisions:
            if not revision.disputed:
                evidence = memories[revision.memory_id].evidence
                yield revision_draft(revision, evidence, said_between(evidence, revision.recorded_at), self._seq)

    async def _remembered(self, state: State) -> dict[str, Memory]:
        """The memories of the revisions that have a point, and those behind the relations that still stand."""
        revisions = [revision for revision in state.revisions if not revision.disputed]
        memories = {memory.id: memory for them in state.facts.values() for memory in them}
        wanted = dict.fromkeys(chain((r.memory_id for r in revisions), *(r.support for r in state.relations)))
        unread = [one for one in wanted if one not in memories]
        if unread:
            memories.update((m.id, m) for m in await self._ledger.memories(self._partition, unread, NOW))
        for revision in sorted(revisions, key=ended, reverse=True):
            if revision.memory_id not in memories:
                # It was retracted: its evidence is read as it was known when it last stood.
                then = Axes(known_at=max(revision.recorded_at, ended(revision) - 1))
                for memory in await self._ledger.memories(self._partition, [revision.memory_id], then):
                    memories[memory.id] = memory
        return memories

    def _relations(
        self, state: State, memories: Mapping[str, Memory], behind: Mapping[str, Sequence[Memory]]
    ) -> Iterator[Draft]:
        """One point a version, also of those that ended, that is worded unlike the memories behind it.

        How those were worded then decides whether it has one; who said them and when is as it is known now.
        """
        for relation in state.relations:
            supports = behind[relation.id]
            if all(normal(memory.revision.text) != normal(relation.text) for memory in supports):
                evidence = [row for memory in supports for row in memories.get(memory.id, memory).evidence]
                yield relation_draft(relation, evidence, said_between(evidence, relation.recorded_at), self._seq)

    async def _behind(self, state: State) -> dict[str, list[Memory]]:
        """Relation id -> the memories that supported it when it was recorded: what is later said changes nothing."""
        found = {
            (self._last_time, memory.id): memory
            for them in state.facts.values()
            for memory in them
            # Nothing was written since that instant, so what is known now was known then.
            if max((memory.revision.recorded_at, *(row.recorded_at for row in memory.evidence))) <= self._last_time
        }
        supports: dict[int, dict[str, None]] = {}
        for relation in state.relations:
            for one in relation.support:
                if (relation.recorded_at, one) not in found:
                    supports.setdefault(relation.recorded_at, {})[one] = None
        looks = [self._ledger.memories(self._partition, list(ids), Axes(known_at=at)) for at, ids in supports.items()]
        for at, memories in zip(supports, await asyncio.gather(*looks), strict=True):
            found.update(((at, memory.id), memory) for memory in memories)
        return {
            relation.id: [found[key] for one in relation.support if (key := (relation.recorded_at, one)) in found]
            for relation in state.relations
        }


def ended(revision: Revision) -> int:
    """When a revision ended; one that stands has no such instant, 0."""
    return revision.superseded_at or 0


def said_between(evidence: Iterable[Evidence], otherwise: int) -> tuple[int, int]:
    """When the oldest and the newest of the evidence was said."""
    said = [row.observed_at for row in evidence] or [otherwise]
    return min(said), max(said)
