"""One owner's state as it will be once what was planned so far is committed: what the next add of a line is planned on.

Reads go to the snapshot below, and what was planned takes the place of what it changes. Only what facts lead to is kept
here: after a merge of entities, or for a look at all memories of one, the line goes on from what is committed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from twohop.graph.model import Axes, Entity, Evidence, Memory, Mention, Narrowing, Relation, Revision
from twohop.graph.store import NOW, Changes, MemoryFilter, Page
from twohop.memory.names import normal
from twohop.memory.write.snapshot import OwnerState, Snapshot


class Beyond(Exception):
    """What is planned so far can't say what is asked for, or can't take in what is planned."""


class Ahead(OwnerState):
    """A snapshot that has begun, with planned commits on top; it serves what the snapshot serves, or says `Beyond`."""

    def __init__(self, base: Snapshot) -> None:
        self._base = base
        self._memories: dict[str, Memory | None] = {}
        self._asserting: dict[str, set[str]] = {}
        self._entities: dict[str, Entity] = {}
        self._called: set[str] = set()
        self._relations: dict[str, Relation] = {}
        self._ended: set[str] = set()
        self._at = base.last_time
        self.state = base.state
        """The `state_seq` that the planned commits lead to."""

    @property
    def changed(self) -> list[Memory]:
        """The memories that are planned to begin or to change, as they will stand."""
        return [memory for memory in self._memories.values() if memory is not None]

    def changes(self, memory_id: str) -> bool:
        """Whether the memory is planned to begin, to change or to end."""
        return memory_id in self._memories

    def names(self, names: Iterable[str]) -> bool:
        """Whether an entity that is planned to begin or to change goes by one of these names (normal forms)."""
        return not self._called.isdisjoint(names)

    async def take(self, changes: Changes, said: Mapping[str, int]) -> None:
        """Put a planned commit on top. `said`: when its messages were said, by id.

        Raises:
            Beyond: it changes more than what facts lead to.
        """
        if changes.ended_entities or changes.ended_aliases or changes.ended_mentions or changes.withdrawn:
            raise Beyond
        self.state += changes.moves_state
        self._at += 1
        await self._take_memories(changes, said)
        await self._take_entities(changes)
        self._ended.update(changes.ended_relations)
        self._relations.update((one.id, replace(one, recorded_at=self._at)) for one in changes.relations)
        for gone in changes.ended_relations:
            self._relations.pop(gone, None)

    async def _take_memories(self, changes: Changes, said: Mapping[str, int]) -> None:
        ended = set(changes.ended_revisions)
        standing = {
            one.memory_id: replace(one, recorded_at=self._at) for one in changes.revisions if one.id not in ended
        }
        rested: dict[str, list[Evidence]] = {}
        for row in changes.evidence:
            at = said.get(row.message_id, 0)
            rested.setdefault(row.memory_id, []).append(replace(row, recorded_at=self._at, observed_at=at))
        closed = await self._memories_of(ended - {one.id for one in changes.revisions})
        touched = [*(one.memory_id for one in changes.revisions), *rested, *closed]
        born = {one.memory_id for one in changes.revisions if one.number == 1}
        before_it = [one for one in touched if one not in born]
        known = {memory.id: memory for memory in await self.memories(changes.partition, before_it, NOW)}
        for memory_id in dict.fromkeys(touched):
            before = known.get(memory_id)
            revision = standing.get(memory_id)
            if revision is None and before is not None and before.revision.id not in ended:
                revision = before.revision
            if revision is None:
                self._memories[memory_id] = None
                continue
            self._memories[memory_id] = Memory(
                id=memory_id,
                partition=changes.partition,
                created_at=before.created_at if before else self._at,
                revision=revision,
                evidence=joined(before.evidence if before else (), rested.get(memory_id, ())),
            )
            for triple in revision.triples:
                self._asserting.setdefault(triple.key(changes.partition), set()).add(memory_id)

    async def _memories_of(self, revision_ids: set[str]) -> list[str]:
        """The memories of revisions that were in hand."""
        stored = (memory for memory in self._base.held if memory.id not in self._memories)
        found = {m.revision.id: m.id for m in (*stored, *self.changed) if m.revision.id in revision_ids}
        if len(found) < len(revision_ids):
            raise Beyond
        return list(found.values())

    async def _take_entities(self, changes: Changes) -> None:
        told = {one.id: one for one in changes.entities}
        ids = dict.fromkeys((*told, *(alias.entity_id for alias in changes.aliases)))
        known = {entity.id: entity for entity in await self.entities(changes.partition, list(ids))}
        for entity_id in ids:
            before = known.get(entity_id)
            now = told.get(entity_id) or before
            if now is None:
                raise Beyond
            names = list(before.aliases if before else ())
            called = {normal(name) for name in names}
            more = {one.normal: one.name for one in changes.aliases if one.entity_id == entity_id}
            names += [name for form, name in sorted(more.items()) if form not in called]
            at = before.recorded_at if before else self._at
            self._entities[entity_id] = replace(now, aliases=tuple(names), recorded_at=at)
            self._called |= {now.normal, *called, *map(normal, names), *({before.normal} if before else ())}

    # -- reads ----------------------------------------------------------------------------------------------------

    async def memories(
        self, partition: str, ids: Sequence[str], axes: Axes, narrowing: Narrowing | None = None
    ) -> list[Memory]:
        """Memories in the order of the ids."""
        below = await self._base.memories(partition, [one for one in ids if one not in self._memories], axes, narrowing)
        held = {**self._memories, **{memory.id: memory for memory in below}}
        return [memory for one in ids if (memory := held.get(one)) is not None]

    async def list_memories(
        self, partition: str, where: MemoryFilter, axes: Axes, limit: int, after: str = ""
    ) -> Page[Memory]:
        """A page of memories, while nothing is planned."""
        self._check_empty()
        return await self._base.list_memories(partition, where, axes, limit, after)

    async def mentions(self, partition: str, entity_id: str) -> list[Mention]:
        """Current mentions of an entity, while nothing is planned."""
        self._check_empty()
        return await self._base.mentions(partition, entity_id)

    async def slot(self, partition: str, slot_keys: Sequence[str]) -> list[Memory]:
        """The timelines of slots, by start."""
        keys = set(slot_keys) - {""}
        found = self._with(
            await self._base.slot(partition, slot_keys), lambda r: bool(keys & {r.slot_key, r.mirror_key})
        )
        return sorted(found, key=lambda m: (m.revision.validity.valid_from.at, m.revision.id))

    async def by_text(self, partition: str, text_hashes: Sequence[str]) -> list[Memory]:
        """Memories that say the same, oldest first."""
        hashes = set(text_hashes) - {""}
        found = self._with(await self._base.by_text(partition, text_hashes), lambda r: r.text_hash in hashes)
        return sorted(found, key=age)

    async def by_triple(
        self, partition: str, keys: Sequence[str], known_at: int | None = None
    ) -> dict[str, list[Memory]]:
        """Triple key -> the memories that assert it."""
        below = await self._base.by_triple(partition, keys, known_at)
        found = {}
        for key in dict.fromkeys(keys):
            stored = [memory for memory in below.get(key, ()) if memory.id not in self._memories]
            planned = [memory for one in self._asserting.get(key, ()) if (memory := self._memories[one]) is not None]
            planned = [m for m in planned if any(triple.key(partition) == key for triple in m.revision.triples)]
            found[key] = sorted((*stored, *planned), key=lambda m: (m.revision.recorded_at, m.id))
        return {key: them for key, them in found.items() if them}

    async def by_subject(
        self, partition: str, pairs: Sequence[tuple[str, str]], limit: int, known_at: int | None = None
    ) -> list[Memory]:
        """Memories about each subject and predicate, newest first."""
        below = await self._base.by_subject(partition, pairs, limit, known_at)
        found: dict[str, Memory] = {}
        for pair in dict.fromkeys(pairs):
            about = [memory for memory in self._with(below, lambda _: True) if pair in subjects(memory.revision)]
            found.update((memory.id, memory) for memory in sorted(about, key=age, reverse=True)[:limit])
        return list(found.values())

    async def entities(self, partition: str, ids: Sequence[str], axes: Axes = NOW) -> list[Entity]:
        """Entities in the order of the ids."""
        below = await self._base.entities(partition, [one for one in ids if one not in self._entities], axes)
        held = {**self._entities, **{entity.id: entity for entity in below}}
        return [held[one] for one in ids if one in held]

    async def entities_named(
        self, partition: str, normals: Sequence[str], known_at: int | None = None
    ) -> dict[str, list[Entity]]:
        """Normal form -> the entities that go by it, oldest first."""
        below = await self._base.entities_named(partition, normals, known_at)
        called: dict[str, list[Entity]] = {}
        for entity in self._entities.values():
            for name in {entity.normal, *map(normal, entity.aliases)}:
                called.setdefault(name, []).append(entity)
        found = {}
        for name in dict.fromkeys(normals):
            stored = [entity for entity in below.get(name, ()) if entity.id not in self._entities]
            found[name] = sorted((*stored, *called.get(name, ())), key=lambda e: (e.recorded_at, e.id))
        return {name: them for name, them in found.items() if them}

    async def relations_by_key(self, partition: str, keys: Sequence[str]) -> list[Relation]:
        """Current relations of triples, in the order of the keys."""
        below = await self._base.relations_by_key(partition, keys)
        found: list[Relation] = []
        for key in dict.fromkeys(keys):
            theirs = [relation for relation in self._relations_with(below) if relation.key == key]
            found += sorted(theirs, key=lambda r: (r.validity.valid_from.at, r.id))
        return found

    async def list_relations(
        self,
        partition: str,
        axes: Axes,
        limit: int,
        after: str = "",
        entity_id: str = "",
        predicate: str = "",
        narrowing: Narrowing | None = None,
    ) -> Page[Relation]:
        """The first page of an entity's relations, newest id first."""
        if after or narrowing is not None or axes.known_at is not None:
            raise Beyond
        below = await self._base.list_relations(partition, axes, limit, after, entity_id, predicate, narrowing)
        found = [
            relation
            for relation in self._relations_with(below.items)
            if (not entity_id or entity_id in {relation.triple.subject_id, relation.triple.object_id})
            and (not predicate or relation.triple.predicate == predicate)
            and (axes.as_of is None or relation.validity.holds(axes.as_of))
        ]
        return Page(tuple(sorted(found, key=lambda r: r.id, reverse=True)[:limit]))

    def _check_empty(self) -> None:
        if self._at > self._base.last_time:
            raise Beyond

    def _with(self, stored: Iterable[Memory], fits: Callable[[Revision], bool]) -> list[Memory]:
        """What is stored, with what was planned in its place."""
        unchanged = [memory for memory in stored if memory.id not in self._memories]
        return [*unchanged, *(memory for memory in self.changed if fits(memory.revision))]

    def _relations_with(self, stored: Iterable[Relation]) -> list[Relation]:
        return [*(one for one in stored if one.id not in self._ended), *self._relations.values()]


def age(memory: Memory) -> tuple[int, str]:
    """Orders memories by when their revisions were recorded."""
    return memory.revision.recorded_at, memory.revision.id


def subjects(revision: Revision) -> set[tuple[str, str]]:
    """The subjects and predicates of its triples."""
    return {(triple.subject_id, triple.predicate) for triple in revision.triples}


def joined(known: Sequence[Evidence], more: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Evidence with what is linked later; the same quote of the same message counts once."""
    there = {(row.message_id, row.quote) for row in known}
    new = {(row.message_id, row.quote): row for row in reversed(list(more))}
    return (*known, *(new[key] for key in sorted(new.keys() - there)))
