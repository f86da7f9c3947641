"""What the ledger holds of one owner at one state: each thing is read once, however often planning asks for it.

Candidates, resolving and planning ask for the same memories, names and timelines. They ask here, so that the ledger is
asked a few times an add, and for much at a time, and so that all of them reason about one state: `state` is read before
anything else, and a commit that expects it is refused when anything moved since.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from twohop.graph.model import Axes, Entity, Memory, Mention, Narrowing, Relation
from twohop.graph.store import NOW, Ledger, MemoryFilter, Page

MOST_STATES = 10_000
"""Owners whose last state is remembered, about 200 bytes each."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Reads(Protocol):
    """The ledger's reads that planning needs; a `Ledger` has them, and so has a `Snapshot`."""

    async def memories(
        self, partition: str, ids: Sequence[str], axes: Axes, narrowing: Narrowing | None = None
    ) -> list[Memory]:
        """As `Ledger.memories`."""
        ...

    async def list_memories(
        self, partition: str, where: MemoryFilter, axes: Axes, limit: int, after: str = ""
    ) -> Page[Memory]:
        """As `Ledger.list_memories`."""
        ...

    async def slot(self, partition: str, slot_keys: Sequence[str]) -> list[Memory]:
        """As `Ledger.slot`."""
        ...

    async def by_text(self, partition: str, text_hashes: Sequence[str]) -> list[Memory]:
        """As `Ledger.by_text`."""
        ...

    async def by_triple(
        self, partition: str, keys: Sequence[str], known_at: int | None = None
    ) -> dict[str, list[Memory]]:
        """As `Ledger.by_triple`."""
        ...

    async def by_subject(
        self, partition: str, pairs: Sequence[tuple[str, str]], limit: int, known_at: int | None = None
    ) -> list[Memory]:
        """As `Ledger.by_subject`."""
        ...

    async def entities(self, partition: str, ids: Sequence[str], axes: Axes = NOW) -> list[Entity]:
        """As `Ledger.entities`."""
        ...

    async def entities_named(
        self, partition: str, normals: Sequence[str], known_at: int | None = None
    ) -> dict[str, list[Entity]]:
        """As `Ledger.entities_named`."""
        ...

    async def relations_by_key(self, partition: str, keys: Sequence[str]) -> list[Relation]:
        """As `Ledger.relations_by_key`."""
        ...

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
        """As `Ledger.list_relations`."""
        ...

    async def mentions(self, partition: str, entity_id: str) -> list[Mention]:
        """As `Ledger.mentions`."""
        ...


class OwnerState(Reads, Protocol):
    """One state of an owner, for planning."""

    state: int
    """The `state_seq` that a commit planned on it expects."""


class Snapshot(OwnerState):
    """One owner's state as planning sees it. Serves what is known now of this one owner, and nothing else."""

    def __init__(self, ledger: Ledger, partition: str) -> None:
        self._ledger = ledger
        self._partition = partition
        self._held: dict[str, dict[Any, Any]] = {}
        self._reading: dict[str, dict[Any, asyncio.Future[None]]] = {}
        self.state = 0
        """The owner's `state_seq` before anything was read."""
        self.last_time = 0
        """The instant of its last write by then."""

    async def begin(self) -> None:
        """Note the state. Whatever is asked for beside this, or later, is not older."""
        owner = await self._ledger.settled(self._partition)
        self.state, self.last_time = (owner.state_seq, owner.last_time) if owner else (0, 0)

    @property
    def held(self) -> list[Memory]:
        """The memories that were read so far."""
        return [memory for memory in self._held.get("memories", {}).values() if memory is not None]

    async def memories(
        self, partition: str, ids: Sequence[str], axes: Axes, narrowing: Narrowing | None = None
    ) -> list[Memory]:
        """Current memories in the order of the ids."""
        self._check(partition, axes, narrowing)

        async def read(missing: list[str]) -> dict[str, Memory]:
            return {memory.id: memory for memory in await self._ledger.memories(partition, missing, axes)}

        held = await self._each("memories", ids, read)
        return [memory for one in ids if (memory := held[one]) is not None]

    async def list_memories(
        self, partition: str, where: MemoryFilter, axes: Axes, limit: int, after: str = ""
    ) -> Page[Memory]:
        """A page of memories."""
        return await self._once(
            ("list_memories", repr(where), axes, limit, after),
            lambda: self._ledger.list_memories(partition, where, axes, limit, after),
        )

    async def slot(self, partition: str, slot_keys: Sequence[str]) -> list[Memory]:
        """The timelines of slots, by start."""

        async def read(missing: list[str]) -> dict[str, list[Memory]]:
            found: dict[str, list[Memory]] = {}
            for memory in self._keep(await self._ledger.slot(partition, missing)):
                for key in {memory.revision.slot_key, memory.revision.mirror_key}:
                    found.setdefault(key, []).append(memory)
            return found

        held = await self._each("slot", slot_keys, read)
        return sorted(merged(held, slot_keys), key=lambda m: (m.revision.validity.valid_from.at, m.revision.id))

    async def by_text(self, partition: str, text_hashes: Sequence[str]) -> list[Memory]:
        """Memories that say the same, oldest first."""

        async def read(missing: list[str]) -> dict[str, list[Memory]]:
            found: dict[str, list[Memory]] = {}
            for memory in self._keep(await self._ledger.by_text(partition, missing)):
                found.setdefault(memory.revision.text_hash, []).append(memory)
            return found

        held = await self._each("by_text", text_hashes, read)
        return sorted(merged(held, text_hashes), key=lambda m: (m.revision.recorded_at, m.revision.id))

    async def by_triple(
        self, partition: str, keys: Sequence[str], known_at: int | None = None
    ) -> dict[str, list[Memory]]:
        """Triple key -> the memories that assert it."""
        self._check(partition, Axes(known_at=known_at), None)

        async def read(missing: list[str]) -> dict[str, list[Memory]]:
            found = await self._ledger.by_triple(partition, missing)
            self._keep(memory for them in found.values() for memory in them)
            return found

        held = await self._each("by_triple", keys, read)
        return {key: them for key in dict.fromkeys(keys) if (them := held[key])}

    async def by_subject(
        self, partition: str, pairs: Sequence[tuple[str, str]], limit: int, known_at: int | None = None
    ) -> list[Memory]:
        """Memories about each subject and predicate, newest first."""
        self._check(partition, Axes(known_at=known_at), None)

        async def read(missing: list[tuple[str, str, int]]) -> dict[tuple[str, str, int], list[Memory]]:
            asked = [(subject_id, predicate) for subject_id, predicate, _ in missing]
            about: dict[tuple[str, str, int], list[Memory]] = {}
            for memory in self._keep(await self._ledger.by_subject(partition, asked, limit)):
                for pair in {(t.subject_id, t.predicate, limit) for t in memory.revision.triples}.intersection(missing):
                    about.setdefault(pair, []).append(memory)
            return {
                pair: sorted(them, key=lambda m: (m.revision.recorded_at, m.revision.id), reverse=True)[:limit]
                for pair, them in about.items()
            }

        wanted = [(*pair, limit) for pair in pairs]
        return merged(await self._each("by_subject", wanted, read), wanted)

    async def entities(self, partition: str, ids: Sequence[str], axes: Axes = NOW) -> list[Entity]:
        """Entities in the order of the ids."""
        self._check(partition, axes, None)

        async def read(missing: list[str]) -> dict[str, Entity]:
            return {entity.id: entity for entity in await self._ledger.entities(partition, missing)}

        held = await self._each("entities", ids, read)
        return [entity for one in ids if (entity := held[one]) is not None]

    async def entities_named(
        self, partition: str, normals: Sequence[str], known_at: int | None = None
    ) -> dict[str, list[Entity]]:
        """Normal form -> the entities that go by it."""
        self._check(partition, Axes(known_at=known_at), None)

        async def read(missing: list[str]) -> dict[str, list[Entity]]:
            found = await self._ledger.entities_named(partition, missing)
            by_id = {entity.id: entity for them in found.values() for entity in them}
            self._held.setdefault("entities", {}).update(by_id)
            return found

        held = await self._each("entities_named", normals, read)
        return {name: them for name in dict.fromkeys(normals) if (them := held[name])}

    async def relations_by_key(self, partition: str, keys: Sequence[str]) -> list[Relation]:
        """Current relations of triples, in the order of the keys."""

        async def read(missing: list[str]) -> dict[str, list[Relation]]:
            found: dict[str, list[Relation]] = {}
            for relation in await self._ledger.relations_by_key(partition, missing):
                found.setdefault(relation.key, []).append(relation)
            return found

        held = await self._each("relations_by_key", keys, read)
        return [relation for key in dict.fromkeys(keys) for relation in held[key] or ()]

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
        """A page of relations."""
        return await self._once(
            ("list_relations", axes, limit, after, entity_id, predicate, narrowing),
            lambda: self._ledger.list_relations(partition, axes, limit, after, entity_id, predicate, narrowing),
        )

    async def mentions(self, partition: str, entity_id: str) -> list[Mention]:
        """Current mentions of an entity."""
        return await self._once(("mentions", entity_id), lambda: self._ledger.mentions(partition, entity_id))

    def _check(self, partition: str, axes: Axes, narrowing: Narrowing | None) -> None:
        """What planning asks for is what is known now of its owner, of all its agents and runs."""
        if partition != self._partition or axes != Axes() or narrowing is not None:
            raise ValueError("a snapshot holds what is known now of one owner")

    def _keep(self, memories: Iterable[Memory]) -> list[Memory]:
        """Memories that came by another way are known by their ids too."""
        kept = list(memories)
        self._held.setdefault("memories", {}).update((memory.id, memory) for memory in kept)
        return kept

    async def _each(
        self, kind: str, keys: Iterable[K], read: Callable[[list[K]], Awaitable[Mapping[K, V]]]
    ) -> Mapping[K, V | None]:
        """What is held by these keys, after those that nobody asked for yet were read; None = there is nothing.

        What is being read for another caller is waited for.
        """
        held: dict[K, V | None] = self._held.setdefault(kind, {})
        reading: dict[K, asyncio.Future[None]] = self._reading.setdefault(kind, {})
        asked = list(dict.fromkeys(keys))
        elsewhere = {reading[key] for key in asked if key in reading}
        if missing := [key for key in asked if key not in held and key not in reading]:
            done = asyncio.get_running_loop().create_future()
            reading.update(dict.fromkeys(missing, done))
            try:
                found = await read(missing)
                held.update((key, found.get(key)) for key in missing)
            finally:
                for key in missing:
                    del reading[key]
                done.set_result(None)
        if elsewhere:
            await asyncio.wait(elsewhere)
            # What could not be read there is read here, which raises what it raised.
            return await self._each(kind, asked, read)
        return held

    async def _once(self, key: tuple[Hashable, ...], read: Callable[[], Awaitable[V]]) -> V:
        held = self._held.setdefault("once", {})
        if key not in held:
            held[key] = await read()
        found: V = held[key]
        return found


class States:
    """The states to which this process last brought the owners it wrote: a hint that saves plans on older ones."""

    def __init__(self) -> None:
        self._states: OrderedDict[str, int] = OrderedDict()

    def get(self, partition: str, default: int) -> int:
        """The owner's state, or `default` for an owner that was not written lately."""
        return max(self._states.get(partition, default), default)

    def put(self, partition: str, state: int) -> None:
        """Note a commit."""
        self._states[partition] = state
        self._states.move_to_end(partition)
        while len(self._states) > MOST_STATES:
            self._states.popitem(last=False)


def merged(held: Mapping[K, Sequence[Memory] | None], keys: Iterable[K]) -> list[Memory]:
    """The memories under these keys, each once."""
    return list({memory.id: memory for key in keys for memory in held[key] or ()}.values())
