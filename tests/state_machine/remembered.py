"""What a reader saw at a past system time, to be read again."""

from dataclasses import dataclass
from typing import TypeAlias

from twohop.graph.model import Axes
from twohop.graph.store import Ledger, MemoryFilter

ALL = 1_000
"""More than one life holds of anything."""

Seen: TypeAlias = tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """Everything visible at the axes: ids, texts, validity and grounds."""

    axes: Axes
    memories: Seen
    relations: Seen
    entities: Seen
    messages: Seen


async def look(ledger: Ledger, partition: str, axes: Axes) -> Sample:
    """Read through the ledger's own contract."""
    memories = await ledger.list_memories(partition, MemoryFilter(), axes, ALL)
    relations = await ledger.list_relations(partition, axes, ALL)
    entities = await ledger.list_entities(partition, axes, ALL)
    messages = await ledger.messages(partition, await ledger.message_ids(partition, ALL), axes.known_at)
    return Sample(
        axes=axes,
        memories=tuple(
            (
                one.id,
                one.revision.id,
                one.revision.text,
                one.revision.validity,
                one.revision.superseded_at,
                one.evidence,
            )
            for one in memories.items
        ),
        relations=tuple((one.id, one.text, one.validity, one.support, one.superseded_at) for one in relations.items),
        entities=tuple((one.id, one.name, one.aliases) for one in entities.items),
        messages=tuple((one.id, one.content, one.recorded_at) for one in messages),
    )
