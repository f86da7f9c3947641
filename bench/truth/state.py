"""What an owner's memory holds at one moment, read through the core's own lists."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from twohop.graph.model import Axes, Entity, Memory, Relation, Scope, Triple
from twohop.memory.api import Core, Filter, Listing
from twohop.memory.moment import written
from twohop.memory.names import normal

T = TypeVar("T")

PAGE = 1_000
"""The largest page that the service gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All memories that stand (live, closed, disputed), the entities, and the relations that hold at `at`."""

    at: int
    memories: tuple[Memory, ...]
    entities: Mapping[str, Entity]
    relations: tuple[Relation, ...]

    def live(self, memory: Memory) -> bool:
        """Whether it is held and true."""
        return memory.revision.live(self.at)

    def closed(self, memory: Memory) -> bool:
        """Whether it is history: held, began, and no longer true. Disputed and future facts are neither."""
        revision = memory.revision
        return not revision.disputed and not revision.live(self.at) and revision.validity.valid_from.at <= self.at

    def names(self, triple: Triple) -> tuple[frozenset[str], frozenset[str]]:
        """Every name, in normal form, of a triple's subject and of its object (or the plain value)."""
        end = self._names(triple.object_id) if triple.object_id else frozenset({normal(triple.literal)})
        return self._names(triple.subject_id), end

    def _names(self, entity_id: str) -> frozenset[str]:
        entity = self.entities.get(entity_id)
        return frozenset(map(normal, (entity.name, *entity.aliases))) if entity else frozenset()

    def told(self, memory: Memory) -> str:
        """A memory in a line, for people: its text, its interval and how it stands."""
        revision = memory.revision
        how = "live" if self.live(memory) else "closed" if self.closed(memory) else "not yet"
        start, end = written(revision.validity.valid_from), written(revision.validity.valid_to)
        return f"{revision.text!r} ({'disputed' if revision.disputed else how}, {start} to {end or 'open'})"


async def read_state(core: Core, scope: Scope, now: int) -> State:
    """The owner's state at the clock's time `now` (microseconds)."""

    async def memories(token: str) -> Listing[Memory]:
        return await core.list(scope, Filter(), Axes(), include_closed=True, page_size=PAGE, page_token=token)

    async def entities(token: str) -> Listing[Entity]:
        return await core.entities(scope, name="", axes=Axes(), page_size=PAGE, page_token=token)

    async def relations(token: str) -> Listing[Relation]:
        return await core.relations(
            scope, entity_id="", predicate="", axes=Axes(), include_closed=False, page_size=PAGE, page_token=token
        )

    held, read_time = await every(memories)
    known, _ = await every(entities)
    holding, _ = await every(relations)
    return State(
        at=max(now, read_time),
        memories=tuple(held),
        entities={entity.id: entity for entity in known},
        relations=tuple(holding),
    )


async def every(page: Callable[[str], Awaitable[Listing[T]]]) -> tuple[list[T], int]:
    """The items of all pages, and the system time that they were read at."""
    listing = await page("")
    items, read_time = list(listing.items), listing.read_time
    while listing.next_page_token:
        listing = await page(listing.next_page_token)
        items.extend(listing.items)
    return items, read_time
