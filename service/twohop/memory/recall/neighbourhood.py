"""The part of the graph that one recall reads: relations around entities, each with a memory that proves it.

Bounded on every side, so that no store is too large and no hub too busy to ask.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from twohop.graph.model import Axes, Entity, Memory, Relation
from twohop.graph.store import Ledger
from twohop.memory.api import Step
from twohop.memory.recall.hop import is_hub
from twohop.memory.recall.view import View

FAN = 64
"""Relations read of one entity: those that fit the question by meaning, then the newest."""

DEGREE = 500
"""Relations from which an entity is not walked through, unless the question names it."""

BUDGET = 4_000
"""Relations read in one recall: some 40 ms of reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A relation walked from `source` to `target` (both entity ids; `target` empty for a literal), and its proof."""

    relation: Relation
    memory: Memory
    source: str
    target: str
    forward: bool


class Neighbourhood:
    """Reads links, and keeps what it has read.

    `hot`: relations that fit the question, so that a busy entity doesn't lose them. `spent`: the budget was reached, so
    links are missing.
    """

    def __init__(self, ledger: Ledger, view: View, messages: int) -> None:
        self._ledger = ledger
        self._view = view
        self._messages = messages
        self.hot: Sequence[str] = ()
        self._links: dict[str, list[Link]] = {}
        self._hot_relations: list[Relation] | None = None
        self._read = 0
        self.entities: dict[str, Entity] = {}
        self.memories: dict[str, Memory] = {}
        self.hubs: set[str] = set()
        self._judged: set[str] = set()
        self.spent = False

    async def links(self, ids: Iterable[str], *, through: bool) -> dict[str, list[Link]]:
        """Entity id -> its links. `through`: entities with very many relations are left out."""
        wanted = [one for one in dict.fromkeys(ids) if one]
        fresh = [one for one in wanted if one not in self._links]
        if through and fresh:
            degrees = await self._ledger.degrees(self._view.partition, fresh)
            fresh = [one for one in fresh if degrees.get(one, (0, 0))[0] <= DEGREE]
        room = max(0, BUDGET - self._read) // FAN
        if len(fresh) > room:
            self.spent = True
            fresh = fresh[:room]
        if fresh:
            await self._load(fresh)
        return {one: self._links[one] for one in wanted if one in self._links}

    async def know(self, ids: Iterable[str]) -> None:
        """Read entities, and which of them are hubs."""
        fresh = [one for one in dict.fromkeys(ids) if one and one not in self._judged]
        if not fresh:
            return
        self._judged.update(fresh)
        known = Axes(known_at=self._view.axes.known_at)
        unread = [one for one in fresh if one not in self.entities]
        self.entities.update((e.id, e) for e in await self._ledger.entities(self._view.partition, unread, known))
        degrees = await self._ledger.degrees(self._view.partition, fresh)
        self.hubs.update(one for one in fresh if is_hub(degrees.get(one, (0, 0))[1], self._messages))

    async def hydrate(self, memory_ids: Iterable[str]) -> None:
        """Read memories as the view sees them; those that it doesn't see stay unknown."""
        fresh = [one for one in dict.fromkeys(memory_ids) if one not in self.memories]
        view = self._view
        for memory in await self._ledger.memories(view.partition, fresh, view.axes, view.narrowing) if fresh else ():
            if view.sees(memory):
                self.memories[memory.id] = memory

    async def _load(self, ids: Sequence[str]) -> None:
        view = self._view
        found = await self._ledger.relations_of(view.partition, ids, view.axes, FAN)
        full = {one for one, relations in found.items() if len(relations) == FAN}
        for relation in await self._hot_ones() if full else ():
            for end in {relation.triple.subject_id, relation.triple.object_id} & full:
                found[end].append(relation)
        found = {one: list({relation.id: relation for relation in few}.values()) for one, few in found.items()}
        self._read += sum(map(len, found.values()))
        await self.hydrate(one for relations in found.values() for relation in relations for one in relation.support)
        await self.know(
            end for relations in found.values() for r in relations for end in (r.triple.subject_id, r.triple.object_id)
        )
        for one in ids:
            self._links[one] = [link for r in found.get(one, ()) if (link := self._link(one, r)) is not None]

    async def _hot_ones(self) -> list[Relation]:
        if self._hot_relations is None:
            view = self._view
            self._hot_relations = await self._ledger.relations(view.partition, self.hot, view.axes)
        return self._hot_relations

    def _link(self, source: str, relation: Relation) -> Link | None:
        """A relation as seen from an entity; None when no memory that the view sees proves it."""
        proofs = [self.memories[one] for one in relation.support if one in self.memories]
        if not proofs:
            return None
        forward = relation.triple.subject_id == source
        return Link(
            relation=relation,
            memory=max(proofs, key=lambda memory: (memory.created_at, memory.id)),
            source=source,
            target=relation.triple.object_id if forward else relation.triple.subject_id,
            forward=forward,
        )

    def step(self, link: Link) -> Step:
        """A link as a step of a path that is shown."""
        return Step(
            relation=link.relation,
            memory=link.memory,
            source=self.entities[link.source],
            target=self.entities.get(link.target),
            forward=link.forward,
        )

    def end_of(self, link: Link) -> str:
        """The name that a link leads to."""
        target = self.entities.get(link.target)
        return target.name if target else link.relation.triple.literal
