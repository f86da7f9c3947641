"""What was read of the owners asked about last, kept as it is now, so that it is not read and built again.

Only this process writes to the file, so it knows what a commit changed: that is forgotten, and all else stays. A reader
may use what is kept, and add to it, only while the owner's counters in its own snapshot are those that the kept rows
stand at; a snapshot that is older or newer is read from the file. Messages never change.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

from twohop.graph.model import Entity, Memory, Message, Relation
from twohop.graph.store import Changes, Committed

K = TypeVar("K")
V = TypeVar("V")

MOST = 100_000
"""Weight of all that is kept, some 1 kB a unit. The owner that was not asked about for longest goes first."""

MEMORY = 4
"""Weight of a memory with its revision, triples and evidence; what else is kept weighs 1 a row."""


WEIGHED = 64
"""Snapshots between two looks at the weight."""


@dataclass(slots=True)
class Owner:
    """What is kept of an owner. It stands at `state_seq`, the degrees at `seq`.

    `relations`: by entity and limit the newest current relations, whenever they hold.
    """

    state_seq: int
    seq: int
    memories: dict[str, Memory] = field(default_factory=dict)
    of_revision: dict[str, str] = field(default_factory=dict)
    entities: dict[str, Entity] = field(default_factory=dict)
    relations: dict[tuple[str, int], Sequence[Relation]] = field(default_factory=dict)
    ends: dict[str, tuple[str, str]] = field(default_factory=dict)
    degrees: dict[str, tuple[int, int]] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    places: dict[tuple[str, int], Message] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        """Roughly how many kB it takes."""
        return MEMORY * len(self.memories) + len(self.entities) + len(self.messages) + 2 * len(self.ends)

    def forget(self, changes: Changes) -> None:
        """Drop what a commit changed."""
        for revision in changes.revisions:
            self.memories.pop(revision.memory_id, None)
        for row in changes.evidence:
            self.memories.pop(row.memory_id, None)
        for one in changes.ended_revisions:
            self.memories.pop(self.of_revision.get(one, ""), None)
        if changes.withdrawn:
            self.memories.clear()
        for entity in changes.entities:
            self.entities.pop(entity.id, None)
        for name in (*changes.aliases, *changes.ended_aliases):
            self.entities.pop(name.entity_id, None)
        for one in changes.ended_entities:
            self.entities.pop(one, None)
        touched = {end for row in changes.relations for end in (row.triple.subject_id, row.triple.object_id)}
        touched.update(end for one in changes.ended_relations for end in self.ends.get(one, ()))
        for key in [key for key in self.relations if key[0] in touched]:
            del self.relations[key]


class Kept:
    """Owners by partition."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._owners: OrderedDict[str, Owner] = OrderedDict()
        self._uses = 0
        self._lock = Lock()

    def at(self, partition: str, state_seq: int, seq: int) -> "Standing":
        """What is kept of an owner, for a reader whose snapshot has these counters."""
        with self._lock:
            owner = self._owners.get(partition)
            if owner is None or owner.state_seq < state_seq:
                owner = self._owners[partition] = Owner(state_seq, seq)
            elif owner.seq < seq:
                owner.degrees.clear()
                owner.seq = seq
            self._owners.move_to_end(partition)
            self._uses += 1
            if self._uses % WEIGHED == 0:
                self._shrink()
            return Standing(self._lock, owner, state_seq, seq)

    def committed(self, changes: Sequence[Changes], committed: Sequence[Committed]) -> None:
        """Commits are done, and in the file."""
        with self._lock:
            for one, done in zip(changes, committed, strict=True):
                owner = self._owners.get(one.partition)
                # What was built from a newer snapshot, or is asked for again, holds no row from before.
                if owner is None or done.earlier or owner.state_seq > done.state_seq:
                    continue
                if owner.state_seq == done.state_seq - one.moves_state:
                    owner.forget(one)
                    owner.state_seq = done.state_seq
                elif owner.state_seq < done.state_seq:
                    del self._owners[one.partition]

    def forget(self, partition: str) -> None:
        """Rows of the owner were written otherwise."""
        with self._lock:
            self._owners.pop(partition, None)

    def _shrink(self) -> None:
        weights = {partition: owner.weight for partition, owner in self._owners.items()}
        total = sum(weights.values())
        for partition, weight in weights.items():
            if total <= self._most:
                break
            del self._owners[partition]
            total -= weight


class Standing:
    """An owner's kept rows as one reader sees them."""

    def __init__(self, lock: Lock, owner: Owner, state_seq: int, seq: int) -> None:
        self._lock = lock
        self._owner = owner
        self._state_seq = state_seq
        self._seq = seq

    def memories(self, ids: Iterable[str], read: Callable[[list[str]], Iterable[Memory]]) -> dict[str, Memory]:
        """Current memories by id, whenever they hold."""

        def noted(missing: list[str]) -> dict[str, Memory]:
            fresh = {memory.id: memory for memory in read(missing)}
            # What leads to a memory is known before it, so that none is kept that a commit can't find.
            self._add(self._owner.of_revision, {one.revision.id: one.id for one in fresh.values()}, self._stands)
            return fresh

        return self._through(self._owner.memories, ids, noted, self._stands)

    def entities(self, ids: Iterable[str], read: Callable[[list[str]], Iterable[Entity]]) -> dict[str, Entity]:
        """Current entities by id."""
        return self._through(
            self._owner.entities, ids, lambda missing: {entity.id: entity for entity in read(missing)}, self._stands
        )

    def relations(
        self, entity_ids: Iterable[str], limit: int, read: Callable[[list[str]], Mapping[str, Sequence[Relation]]]
    ) -> dict[str, Sequence[Relation]]:
        """The newest current relations of entities, at most `limit` each."""

        def noted(missing: list[tuple[str, int]]) -> dict[tuple[str, int], Sequence[Relation]]:
            fresh = read([one for one, _ in missing])
            ends = {row.id: (row.triple.subject_id, row.triple.object_id) for few in fresh.values() for row in few}
            self._add(self._owner.ends, ends, self._stands)
            return {key: fresh.get(key[0], ()) for key in missing}

        keys = [(one, limit) for one in entity_ids]
        found = self._through(self._owner.relations, keys, noted, self._stands)
        return {one: few for (one, _), few in found.items()}

    def degrees(
        self, ids: Iterable[str], read: Callable[[list[str]], Mapping[str, tuple[int, int]]]
    ) -> dict[str, tuple[int, int]]:
        """Degrees of entities."""
        return self._through(self._owner.degrees, ids, read, lambda: self._owner.seq == self._seq)

    def messages(self, ids: Iterable[str], read: Callable[[list[str]], Iterable[Message]]) -> dict[str, Message]:
        """Messages by id."""
        return self._through(
            self._owner.messages, ids, lambda missing: {message.id: message for message in read(missing)}, always
        )

    def placed(
        self, places: Iterable[tuple[str, int]], read: Callable[[list[tuple[str, int]]], Iterable[Message]]
    ) -> dict[tuple[str, int], Message]:
        """Messages by session and position; a place that is still empty is looked at again each time."""

        def noted(missing: list[tuple[str, int]]) -> dict[tuple[str, int], Message]:
            fresh = list(read(missing))
            self._add(self._owner.messages, {message.id: message for message in fresh}, always)
            return {(message.session, message.position): message for message in fresh}

        return self._through(self._owner.places, places, noted, always)

    def _stands(self) -> bool:
        return self._owner.state_seq == self._state_seq

    def _through(
        self,
        kept: dict[K, V],
        keys: Iterable[K],
        read: Callable[[list[K]], Mapping[K, V]],
        stands: Callable[[], bool],
    ) -> dict[K, V]:
        """What is asked for, by key: kept, or read and kept from now on."""
        wanted = list(dict.fromkeys(keys))
        with self._lock:
            found = {key: kept[key] for key in wanted if key in kept} if stands() else {}
        missing = [key for key in wanted if key not in found]
        if missing:
            fresh = dict(read(missing))
            self._add(kept, fresh, stands)
            found |= fresh
        return found

    def _add(self, kept: dict[K, V], fresh: dict[K, V], stands: Callable[[], bool]) -> None:
        with self._lock:
            if stands():
                kept |= fresh


def always() -> bool:
    """Messages never change, so they stand in every snapshot."""
    return True
