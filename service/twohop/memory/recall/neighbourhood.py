"""The part of the graph that one recall reads: relations around entities, each with a memory that proves it.

Bounded on every side, so that no store is too large and no hub too busy to ask.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from twohop.graph.model import Entity, Memory, Relation, Triple
from twohop.graph.store import Ledger, Surroundings
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

    `hot`: relations that fit the question, so that a busy entity doesn't lose them. `budget`: relations that may be
    read; `spent`: it was reached, so links are missing. `degrees`: of the entities known, current relations.
    """

    def __init__(self, ledger: Ledger, view: View, messages: int, budget: int = BUDGET) -> None:
        self._ledger = ledger
        self._view = view
        self._messages = messages
        self._budget = budget
        self.degrees: dict[str, int] = {}
        self.hot: Sequence[str] = ()
        self._links: dict[str, list[Link]] = {}
        self._read = 0
        self._ahead: dict[str, Memory | None] = {}
        self.entities: dict[str, Entity] = {}
        self.memories: dict[str, Memory] = {}
        self.hubs: set[str] = set()
        self._judged: set[str] = set()
        self.spent = False

    async def links(self, ids: Iterable[str], *, through: bool, fan: int = FAN) -> dict[str, list[Link]]:
        """Entity id -> its links, at most `fan`. `through`: entities with very many relations are left out."""
        wanted = [one for one in dict.fromkeys(ids) if one]
        fresh = [one for one in wanted if one not in self._links]
        room = max(0, self._budget - self._read) // fan
        if len(fresh) > room:
            self.spent = True
            fresh = fresh[:room]
        if fresh:
            await self.read(fresh, through=through, fan=fan)
        return {one: self._links[one] for one in wanted if one in self._links}

    async def read(
        self,
        ids: Sequence[str],
        memory_ids: Iterable[str] = (),
        *,
        ahead: Iterable[str] = (),
        through: bool = False,
        fan: int = FAN,
    ) -> None:
        """Read the relations of entities, and memories as the view sees them, with what all of these are about.

        Memories read `ahead` are not taken in until they are asked for.
        """
        view = self._view
        later = [one for one in dict.fromkeys(ahead) if one not in self.memories]
        wanted = [one for one in dict.fromkeys(memory_ids) if one not in self.memories]
        if not ids and not later and not wanted:
            return
        found = await self._ledger.around(
            view.partition,
            view.axes,
            entity_ids=ids,
            memory_ids=[*wanted, *later],
            limit=fan,
            hot=self.hot,
            through=DEGREE if through else None,
            narrowing=view.narrowing,
        )
        seen = {memory.id: memory for memory in view.seen(found.memories.values())}
        proofs = {one for few in found.relations.values() for relation in few for one in relation.support}
        self._ahead.update((one, seen.get(one)) for one in later)
        self.memories.update((one, memory) for one, memory in seen.items() if one in proofs or one in wanted)
        self._learn(found)
        self._read += sum(map(len, found.relations.values()))
        for one in ids:
            if through and found.degrees.get(one, (0, 0))[0] > DEGREE:
                continue
            links = (self._link(one, relation) for relation in found.relations.get(one, ()))
            self._links[one] = [link for link in links if link is not None]

    async def know(self, ids: Iterable[str]) -> None:
        """Read entities, and which of them are hubs."""
        fresh = [one for one in dict.fromkeys(ids) if one and one not in self._judged]
        if fresh:
            self._learn(await self._ledger.around(self._view.partition, self._view.axes, entity_ids=fresh))

    async def hydrate(self, memory_ids: Iterable[str]) -> None:
        """Read memories as the view sees them, and what they are about; those that it doesn't see stay unknown."""
        wanted = [one for one in dict.fromkeys(memory_ids) if one not in self.memories]
        self.memories.update((one, memory) for one in wanted if (memory := self._ahead.get(one)) is not None)
        await self.read([], [one for one in wanted if one not in self._ahead])

    def busy(self, entity_id: str) -> bool:
        """Whether an entity has more relations than are read of it."""
        return self.degrees.get(entity_id, 0) > FAN

    async def proven(self, memory_ids: Mapping[str, Collection[str]]) -> dict[str, list[Link]]:
        """Entity id -> its links that are among what its memories here say."""
        await self.hydrate(one for few in memory_ids.values() for one in few)
        about = {
            entity_id: [one for one in dict.fromkeys(few) if one in self.memories and self._about(one, entity_id)]
            for entity_id, few in memory_ids.items()
        }
        wanted = list(dict.fromkeys(one for few in about.values() for one in few))
        relations = await self._ledger.relations_of_memories(self._view.partition, wanted, self._view.axes)
        found: dict[str, list[Link]] = {}
        for entity_id, few in about.items():
            unique = {relation.id: relation for one in few for relation in relations.get(one, ())}
            mine = (unique[one] for one in sorted(unique) if entity_id in ends(unique[one].triple))
            links = (self._link(entity_id, relation) for relation in mine)
            found[entity_id] = [link for link in links if link is not None]
        return found

    def _about(self, memory_id: str, entity_id: str) -> bool:
        return any(entity_id in ends(triple) for triple in self.memories[memory_id].revision.triples)

    def resting_on(self, message_ids: Iterable[str]) -> list[str]:
        """The memories that are known here, also those read ahead, that rest on one of the messages."""
        wanted = set(message_ids)
        known = {**self._ahead, **self.memories}
        return [
            one for one, memory in known.items() if memory and any(row.message_id in wanted for row in memory.evidence)
        ]

    def _learn(self, found: Surroundings) -> None:
        """Keep entities, and note the hubs among them."""
        self.entities.update((one, entity) for one, entity in found.entities.items() if one not in self.entities)
        self.degrees.update((one, relations) for one, (relations, _) in found.degrees.items())
        fresh = found.degrees.keys() - self._judged
        self._judged.update(fresh)
        self.hubs.update(one for one in fresh if is_hub(found.degrees[one][1], self._messages))

    def _link(self, source: str, relation: Relation) -> Link | None:
        """A relation as seen from an entity; None when no memory that the view sees proves it."""
        proofs = [self.memories[one] for one in relation.support if one in self.memories]
        if not proofs:
            return None
        forward = relation.triple.subject_id == source
        return Link(
            relation=relation,
            memory=proofs[0] if len(proofs) == 1 else max(proofs, key=lambda memory: (memory.created_at, memory.id)),
            source=source,
            target=relation.triple.object_id if forward else relation.triple.subject_id,
            forward=forward,
        )

    def step(self, link: Link) -> Step:
        """A link as a step of a path that is shown: its relation names those of its memories alone that are seen."""
        support = tuple(one for one in link.relation.support if self._shown(one))
        return Step(
            relation=replace(link.relation, support=support),
            memory=link.memory,
            source=self.entities[link.source],
            target=self.entities.get(link.target),
            forward=link.forward,
        )

    def _shown(self, memory_id: str) -> bool:
        memory = self.memories.get(memory_id)
        return memory is not None and self._view.wanted(memory)

    def end_of(self, link: Link) -> str:
        """The name that a link leads to."""
        target = self.entities.get(link.target)
        return target.name if target else link.relation.triple.literal


def ends(triple: Triple) -> tuple[str, ...]:
    """The entities at the ends of an assertion."""
    return tuple(end for end in (triple.subject_id, triple.object_id) if end)
