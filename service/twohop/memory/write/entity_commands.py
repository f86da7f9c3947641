"""A caller says that two entities are one, or that one is two."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from twohop.errors import Conflict, FieldViolation, InvalidInput, NotFound
from twohop.graph.model import Entity, Memory, Mention, Operation, digest
from twohop.memory.names import normal
from twohop.memory.write.command import Desk, Done
from twohop.memory.write.merge import Names, merged_names, move, naming

UNKNOWN = "no such entity for this owner"


async def known(desk: Desk, *ids: str) -> list[Entity]:
    """The entities as they are now.

    Raises:
        NotFound: one is unknown, or was merged away.
    """
    found = {entity.id: entity for entity in await desk.ledger.entities(desk.partition, ids)}
    if len(found) < len(set(ids)):
        raise NotFound(UNKNOWN)
    return [found[one] for one in ids]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeTwo:
    """The entity `other_id` becomes part of `entity_id`. `named`: its names become other names of the one kept."""

    name: ClassVar[str] = "merge"
    entity_id: str
    other_id: str
    named: bool = True

    async def carry_out(self, desk: Desk) -> Done:
        """Plan that everything about the second is about the first.

        Raises:
            InvalidInput: they are the same one.
            NotFound: one of them is unknown.
        """
        if self.entity_id == self.other_id:
            raise InvalidInput(FieldViolation("merged_id", "is the entity itself: name another one"))
        kept, merged = await known(desk, self.entity_id, self.other_id)
        draft = desk.draft([])
        reason = f"the caller says that {merged.name} is {kept.name}"
        memories = await naming(desk.ledger, desk.partition, merged.id)
        await move(
            desk.ledger,
            draft,
            memories,
            merged.id,
            kept.id,
            desk.predicates,
            operation=Operation.MERGE,
            reason=reason,
        )
        names = await merged_names(desk.ledger, kept, merged, named=self.named)
        return Done(draft=draft, operation=Operation.MERGE, reason=reason, names=names)

    def to_json(self) -> Mapping[str, Any]:
        """The arguments."""
        return {
            "edit": self.name,
            "entity_id": self.entity_id,
            "other_id": self.other_id,
            "named": self.named,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "MergeTwo":
        """From what `to_json` gave."""
        return cls(entity_id=told["entity_id"], other_id=told["other_id"], named=told["named"])


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitOff:
    """Some memories about `entity_id` are about another one, the new `other_id`. `called` empty = the same name."""

    name: ClassVar[str] = "split"
    entity_id: str
    other_id: str
    memory_ids: tuple[str, ...]
    called: str = ""

    async def carry_out(self, desk: Desk) -> Done:
        """Plan that these memories, and the mentions that they rest on, are about the new entity.

        Raises:
            NotFound: the entity or a memory is unknown.
            Conflict: a memory doesn't name the entity.
        """
        (entity,) = await known(desk, self.entity_id)
        about = {memory.id: memory for memory in await naming(desk.ledger, desk.partition, entity.id)}
        asked = {memory.id: memory for memory in await desk.memories(self.memory_ids)}
        if missing := [one for one in self.memory_ids if one not in asked]:
            raise NotFound(f"no such memory for this owner: {missing[0]}")
        if foreign := [one for one in self.memory_ids if one not in about]:
            raise Conflict(f"memory {foreign[0]} says nothing of this entity: leave it out")
        name = " ".join(self.called.split()) or entity.name
        other = replace(
            entity,
            id=self.other_id,
            # The same name twice: only the id tells the two apart.
            key=digest(desk.partition, normal(name), entity.type, self.other_id),
            name=name,
            normal=normal(name),
            aliases=(),
        )
        draft = desk.draft([])
        reason = f"the caller says that this is about another {entity.name}"
        await move(
            desk.ledger,
            draft,
            list(asked.values()),
            entity.id,
            other.id,
            desk.predicates,
            operation=Operation.SPLIT,
            reason=reason,
        )
        staying = [memory for memory in about.values() if memory.id not in asked]
        mentions = await desk.ledger.mentions(desk.partition, entity.id)
        went, left = divided(mentions, list(asked.values()), staying)
        names = Names(
            entities={other.id: other},
            mentions=tuple(replace(one, entity_id=other.id) for one in went),
            ended_mentions=tuple(left),
        )
        return Done(draft=draft, operation=Operation.SPLIT, reason=reason, names=names)

    def to_json(self) -> Mapping[str, Any]:
        """The arguments."""
        return {
            "edit": self.name,
            "entity_id": self.entity_id,
            "other_id": self.other_id,
            "memory_ids": list(self.memory_ids),
            "called": self.called,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "SplitOff":
        """From what `to_json` gave."""
        return cls(
            entity_id=told["entity_id"],
            other_id=told["other_id"],
            memory_ids=tuple(told["memory_ids"]),
            called=told["called"],
        )


def divided(
    mentions: list[Mention], moving: list[Memory], staying: list[Memory]
) -> tuple[list[Mention], list[Mention]]:
    """The mentions that the new entity gets, and those of them that the old one loses.

    A message that is evidence for what moves and for what stays names both.
    """
    theirs = {row.message_id for memory in moving for row in memory.evidence}
    ours = {row.message_id for memory in staying for row in memory.evidence}
    went = [one for one in mentions if one.message_id in theirs]
    return went, [one for one in went if one.message_id not in ours]
