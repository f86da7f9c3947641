"""How two entities are connected: the paths of relations between them, searched from both ends."""

import asyncio
import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from math import log

from twohop.errors import FieldViolation, InvalidInput, NotFound
from twohop.graph.model import Axes, Entity, Narrowing
from twohop.graph.store import Ledger, MemoryFilter
from twohop.memory.api import Degradation, Filter, Labelled, Path, PathsRequest, PathsResult
from twohop.memory.clock import Clock
from twohop.memory.names import normal
from twohop.memory.recall.labels import labels
from twohop.memory.recall.neighbourhood import FAN, Link, Neighbourhood
from twohop.memory.recall.until import TooLate, until
from twohop.memory.recall.view import View

BUDGET = 16_000
"""Relations read for one question: four times what a recall may read, since nothing else is done here."""

SEED_FAN = 1_000
"""Relations read of the two entities themselves: a person may have very many."""

WALKS = 5_000
"""Paths of one length that are looked at, in the order of their relations' ids: tens of milliseconds."""

BOTH = 2
"""Relations that a path may have once both ends are read."""


class PathFinder:
    """Finds paths between entities of one owner."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    async def find(self, request: PathsRequest) -> PathsResult:
        """At most `limit` paths of at most `depth` relations.

        Raises:
            InvalidInput: the two are the same.
            NotFound: one of the two is no entity of this owner that the scope sees.
        """
        partition, known_at = request.scope.partition, request.axes.known_at
        names = (request.source, request.target)
        # Side by side: a name is looked up both ways, so that this is one step of reading.
        owner, by_id, by_name = await asyncio.gather(
            self._ledger.owner(partition),
            self._ledger.entities(partition, sorted(set(names)), Axes(known_at=known_at)),
            self._ledger.entities_named(partition, sorted({normal(name) for name in names}), known_at),
        )
        now = self._clock()
        read_time = known_at or (owner.last_time if owner else now)
        at = max(now, read_time) if request.axes.as_of is None else request.axes.as_of
        view = View(
            partition=partition,
            axes=replace(request.axes, as_of=at),
            at=at,
            then=None,
            read_time=read_time,
            narrowing=request.scope.narrows,
            filter=Filter(),
        )
        starts, ends = await asyncio.gather(
            *(
                self._in_sight(view, [one for one in by_id if one.id == name] or by_name.get(normal(name), []))
                for name in names
            )
        )
        if not starts or not ends:
            raise NotFound(
                f"no entity of this owner has the name or id of the {'target' if starts else 'source'}: "
                "ListEntities (`twohop entities`) finds entities by parts of their names"
            )
        if {entity.id for entity in starts} == {entity.id for entity in ends}:
            raise InvalidInput(FieldViolation("target", "is the source itself: name another entity"))
        near = Neighbourhood(self._ledger, view, owner.message_count if owner else 0, BUDGET)
        near.entities.update((entity.id, entity) for entity in (*starts, *ends))
        search = Search(near, {e.id for e in starts}, {e.id for e in ends})
        late = False
        try:
            async with until(request.deadline):
                await search.read(request.depth)
        except TooLate:
            late = True
        found = search.best(request.depth, request.limit)
        known = labels([*starts, *ends])
        missing = {Degradation.DEADLINE: late, Degradation.BUDGET: search.partial}
        return PathsResult(
            paths=tuple(
                Path(steps=tuple(map(near.step, links)), score=search.score(links), answer=near.end_of(links[-1]))
                for links in found
            ),
            sources=tuple(Labelled(entity=entity, label=known[entity.id]) for entity in oldest_first(starts)),
            targets=tuple(Labelled(entity=entity, label=known[entity.id]) for entity in oldest_first(ends)),
            degradations=tuple(name for name, lacking in missing.items() if lacking),
            read_time=read_time,
            seq=owner.seq if owner else 0,
        )

    async def _in_sight(self, view: View, entities: Sequence[Entity]) -> Sequence[Entity]:
        """Those of the entities that a memory names which the scope's agent and run see; all, for the owner alone."""
        if view.narrowing == Narrowing():
            return entities
        wheres = [MemoryFilter(narrowing=view.narrowing, entity_ids=(entity.id,)) for entity in entities]
        axes = Axes(known_at=view.axes.known_at)
        pages = await asyncio.gather(*(self._ledger.list_memories(view.partition, where, axes, 1) for where in wheres))
        return [entity for entity, page in zip(entities, pages, strict=True) if page.items]


def oldest_first(entities: Sequence[Entity]) -> list[Entity]:
    """In the order in which they were first seen."""
    return sorted(entities, key=lambda entity: (entity.recorded_at, entity.id))


class Search:
    """Simple paths between two sets of entities (ids). `partial`: some may be missing, since reading is bounded."""

    def __init__(self, near: Neighbourhood, starts: Collection[str], ends: Collection[str]) -> None:
        self._near = near
        self._starts = frozenset(starts)
        self._ends = frozenset(ends)
        self._links: dict[str, list[Link]] = {}
        self.partial = False

    async def read(self, depth: int) -> None:
        """Read what paths of so many relations are made of."""
        seeds = self._starts | self._ends
        await self._widen(seeds, through=False, fan=SEED_FAN)
        edges = [self._beyond(side, seeds) for side in (self._starts, self._ends)]
        known = [seeds | edge for edge in edges]
        for _ in range(depth - BOTH):
            # The smaller side is widened, so that as little as possible is read.
            side = min((0, 1), key=lambda one: len(edges[one]))
            await self._widen(edges[side], through=True, fan=FAN)
            edges[side] = self._beyond(edges[side], known[side])
            known[side] |= edges[side]

    async def _widen(self, ids: Collection[str], *, through: bool, fan: int) -> None:
        self._links.update(await self._near.links(sorted(ids), through=through, fan=fan))
        busy = any(self._near.degrees.get(one, 0) > fan for one in ids)
        self.partial = self.partial or self._near.spent or busy

    def _beyond(self, ids: Iterable[str], known: Collection[str]) -> frozenset[str]:
        """What the links of some entities lead to that is not known yet."""
        return frozenset(
            link.target for one in ids for link in self._links.get(one, ()) if link.target and link.target not in known
        )

    def best(self, depth: int, limit: int) -> list[tuple[Link, ...]]:
        """All shortest paths, then the best of the longer ones; equals by the ids of their relations."""
        graph = joined(self._links)
        shortest: list[tuple[Link, ...]] = []
        longer: list[tuple[Link, ...]] = []
        for length in range(1, depth + 1):
            walks = list(islice(sorted_walks(graph, self._starts, self._ends, length), WALKS + 1))
            self.partial = self.partial or len(walks) > WALKS
            (longer if shortest else shortest).extend(walks[:WALKS])
        return [
            *sorted(shortest, key=lambda links: -round(self.score(links), 6)),
            *sorted(longer, key=lambda links: -round(self.score(links), 6)),
        ][:limit]

    def score(self, links: Sequence[Link]) -> float:
        """More for a path that is short and sure, and whose inner ends are connected with little else; at most 1."""
        sure = sum(link.relation.confidence for link in links) / len(links)
        rare = [1 / (1 + log(max(1, self._near.degrees.get(link.target, 1)))) for link in links[:-1]]
        return sure / len(links) * (sum(rare) / len(rare) if rare else 1.0)


def joined(links: Mapping[str, Sequence[Link]]) -> dict[str, list[Link]]:
    """Every link from both of its ends, once."""
    graph: dict[str, dict[str, Link]] = {}
    for few in links.values():
        for link in few:
            if not link.target:
                continue
            back = replace(link, source=link.target, target=link.source, forward=not link.forward)
            graph.setdefault(link.source, {}).setdefault(link.relation.id, link)
            graph.setdefault(link.target, {}).setdefault(link.relation.id, back)
    return {one: [few[key] for key in sorted(few)] for one, few in graph.items()}


def sorted_walks(
    graph: Mapping[str, Sequence[Link]], starts: Collection[str], ends: Collection[str], length: int
) -> Iterator[tuple[Link, ...]]:
    """All simple walks of a length, in the order of their relations' ids; none goes through a start or an end."""
    distance = distances(graph, ends, length)
    outer = {*starts, *ends}

    def walk(at: str, passed: tuple[str, ...], links: tuple[Link, ...]) -> Iterator[tuple[Link, ...]]:
        left = length - len(links)
        if not left:
            if at in ends:
                yield links
            return
        for link in graph.get(at, ()):
            if (
                link.target not in passed
                and distance.get(link.target, length) < left
                and (left == 1 or link.target not in outer)
            ):
                yield from walk(link.target, (*passed, link.target), (*links, link))

    for start in sorted(starts):
        yield from walk(start, (start,), ())


def distances(graph: Mapping[str, Sequence[Link]], ends: Collection[str], most: int) -> dict[str, int]:
    """Steps from each entity to the nearest end, as far as they count."""
    found = dict.fromkeys(ends, 0)
    edge = [(0, one) for one in ends]
    heapq.heapify(edge)
    while edge:
        steps, at = heapq.heappop(edge)
        for link in graph.get(at, ()) if steps < most else ():
            if link.target not in found:
                found[link.target] = steps + 1
                heapq.heappush(edge, (steps + 1, link.target))
    return found
