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
Row = TypeVar("Row", Entity, Memory, Message)

MOST = 100_000
"""Weight of all that is kept, some 1 kB a unit. The owner that was not asked about for longest goes first."""

MEMORY = 4
"""Weight of a memory with its revision, triples and evidence; a row, or a list of rows, weighs 1."""

SMALL = 4
"""Degrees, and places of messages, that weigh 1 together."""

WEIGHED = 64
"""Snapshots between two looks at the weight."""


@dataclass(slots=True)
class Owner:
    """What is kept of an owner. It stands at `state_seq`, the degrees at `seq`.

    `relations`: lists of current relations, whenever they hold, by an id: of an entity with a limit, its newest; of a
    memory, those that rest on it; of a relation, itself. `rows`: each relation of a list, once. What a commit ends it
    tells by the id alone, so `of_revision` leads from a revision to its memory, `listed_at` from a relation to the ids
    whose lists it stands in, and `limits` from an id to its lists. They hold what is kept, and no more.
    """

    state_seq: int
    seq: int
    memories: dict[str, Memory] = field(default_factory=dict)
    of_revision: dict[str, str] = field(default_factory=dict)
    entities: dict[str, Entity] = field(default_factory=dict)
    relations: dict[tuple[str, int | None], Sequence[Relation]] = field(default_factory=dict)
    rows: dict[str, Relation] = field(default_factory=dict)
    limits: dict[str, set[int | None]] = field(default_factory=dict)
    listed_at: dict[str, set[str]] = field(default_factory=dict)
    degrees: dict[str, tuple[int, int]] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    places: dict[tuple[str, int], Message] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        """Roughly how many kB it takes."""
        listed = len(self.relations) + len(self.rows)
        small = (len(self.degrees) + len(self.places)) // SMALL
        return MEMORY * len(self.memories) + len(self.entities) + len(self.messages) + listed + small

    def keep_memories(self, fresh: Mapping[str, Memory]) -> None:
        """Current memories, by id."""
        self.memories |= fresh
        self.of_revision |= {memory.revision.id: memory.id for memory in fresh.values()}

    def keep_relations(self, fresh: Mapping[tuple[str, int | None], Sequence[Relation]]) -> None:
        """Lists of relations, by an id and a limit."""
        for (one, limit), few in fresh.items():
            self.relations[one, limit] = [self.rows.setdefault(relation.id, relation) for relation in few]
            self.limits.setdefault(one, set()).add(limit)
            for relation in few:
                self.listed_at.setdefault(relation.id, set()).add(one)

    def keep_places(self, fresh: Mapping[tuple[str, int], Message]) -> None:
        """Messages, by session and position."""
        self.places |= fresh
        self.messages |= {message.id: message for message in fresh.values()}

    def forget(self, changes: Changes) -> None:
        """Drop what a commit changed."""
        said = {one.memory_id for one in changes.revisions} | {row.memory_id for row in changes.evidence}
        said |= {self.of_revision[one] for one in changes.ended_revisions if one in self.of_revision}
        # Whose evidence is withdrawn a commit doesn't say.
        for one in [*self.memories] if changes.withdrawn else said:
            self._forget_memory(one)
        named = (row.entity_id for row in (*changes.aliases, *changes.ended_aliases))
        for one in {*(entity.id for entity in changes.entities), *named, *changes.ended_entities}:
            self.entities.pop(one, None)
        touched = {
            one
            for row in changes.relations
            for one in (row.id, row.triple.subject_id, row.triple.object_id, *row.support)
        }
        touched.update(*(self.listed_at.get(one, ()) for one in changes.ended_relations))
        for one in touched:
            self._forget_relations(one)

    def _forget_memory(self, memory_id: str) -> None:
        memory = self.memories.pop(memory_id, None)
        if memory is not None:
            del self.of_revision[memory.revision.id]

    def _forget_relations(self, listed: str) -> None:
        lists = [self.relations.pop((listed, limit)) for limit in self.limits.pop(listed, ())]
        for one in {relation.id for few in lists for relation in few}:
            self.listed_at[one].discard(listed)
            if not self.listed_at[one]:
                del self.listed_at[one], self.rows[one]


class Kept:
    """Owners by partition."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._owners: OrderedDict[str, Owner] = OrderedDict()
        self._passed: set[str] = set()
        self._uses = 0
        self._lock = Lock()

    def at(self, partition: str, state_seq: int, seq: int) -> "Standing | None":
        """What is kept of an owner, for a reader whose snapshot has these counters; None = nothing is."""
        with self._lock:
            if partition in self._passed:
                return None
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

    def pass_over(self, partition: str) -> None:
        """Keep nothing of an owner from now on: its rows are about to be written in a way that its counters don't tell.

        Not even afterwards: a reader that began before it would add rows from before.
        """
        with self._lock:
            self._passed.add(partition)
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
        owner = self._owner
        return self._through(owner.memories, ids, by_id(read), owner.keep_memories, self._stands)

    def entities(self, ids: Iterable[str], read: Callable[[list[str]], Iterable[Entity]]) -> dict[str, Entity]:
        """Current entities by id."""
        owner = self._owner
        return self._through(owner.entities, ids, by_id(read), owner.entities.update, self._stands)

    def relations(
        self, ids: Iterable[str], limit: int | None, read: Callable[[list[str]], Mapping[str, Sequence[Relation]]]
    ) -> dict[str, Sequence[Relation]]:
        """The newest current relations of entities, at most `limit` each; None = of memories, or relations by id."""

        def lists(missing: list[tuple[str, int | None]]) -> dict[tuple[str, int | None], Sequence[Relation]]:
            fresh = read([one for one, _ in missing])
            return {key: fresh.get(key[0], ()) for key in missing}

        owner = self._owner
        keys = [(one, limit) for one in ids]
        found = self._through(owner.relations, keys, lists, owner.keep_relations, self._stands)
        return {one: few for (one, _), few in found.items()}

    def degrees(
        self, ids: Iterable[str], read: Callable[[list[str]], Mapping[str, tuple[int, int]]]
    ) -> dict[str, tuple[int, int]]:
        """Degrees of entities."""
        owner = self._owner
        return self._through(owner.degrees, ids, read, owner.degrees.update, lambda: owner.seq == self._seq)

    def messages(self, ids: Iterable[str], read: Callable[[list[str]], Iterable[Message]]) -> dict[str, Message]:
        """Messages by id."""
        owner = self._owner
        return self._through(owner.messages, ids, by_id(read), owner.messages.update, always)

    def placed(
        self, places: Iterable[tuple[str, int]], read: Callable[[list[tuple[str, int]]], Iterable[Message]]
    ) -> dict[tuple[str, int], Message]:
        """Messages by session and position; a place that is still empty is looked at again each time."""

        def by_place(missing: list[tuple[str, int]]) -> dict[tuple[str, int], Message]:
            return {(message.session, message.position): message for message in read(missing)}

        owner = self._owner
        return self._through(owner.places, places, by_place, owner.keep_places, always)

    def _stands(self) -> bool:
        return self._owner.state_seq == self._state_seq

    def _through(
        self,
        kept: Mapping[K, V],
        keys: Iterable[K],
        read: Callable[[list[K]], Mapping[K, V]],
        keep: Callable[[Mapping[K, V]], None],
        stands: Callable[[], bool],
    ) -> dict[K, V]:
        """What is asked for, by key: kept, or read and kept from now on."""
        wanted = list(dict.fromkeys(keys))
        with self._lock:
            found = {key: kept[key] for key in wanted if key in kept} if stands() else {}
        missing = [key for key in wanted if key not in found]
        if missing:
            fresh = read(missing)
            with self._lock:
                if stands():
                    keep(fresh)
            found |= fresh
        return found


def by_id(read: Callable[[list[str]], Iterable[Row]]) -> Callable[[list[str]], dict[str, Row]]:
    """What reads rows, and gives them by their ids."""
    return lambda missing: {row.id: row for row in read(missing)}


def always() -> bool:
    """Messages never change, so they stand in every snapshot."""
    return True
