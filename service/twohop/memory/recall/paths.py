"""How two entities are connected: the shortest paths of relations between them, searched from both ends."""

import asyncio
import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from twohop.errors import NotFound
from twohop.graph.model import Axes, Scope
from twohop.graph.store import Ledger
from twohop.memory.api import Filter, Path
from twohop.memory.clock import Clock
from twohop.memory.names import normal
from twohop.memory.recall.neighbourhood import Link, Neighbourhood
from twohop.memory.recall.view import View


class PathFinder:
    """Finds paths between entities of one owner."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    async def find(
        self, scope: Scope, *, source: str, target: str, depth: int, limit: int, axes: Axes
    ) -> tuple[tuple[Path, ...], int, int]:
        """At most `limit` paths of at most `depth` relations, shortest first; with read time and sequence.

        Raises:
            NotFound: one of the two is no entity of this owner.
        """
        partition, known_at = scope.partition, axes.known_at
        # Side by side: a name is looked up both ways, so that this is one step of reading.
        owner, by_id, by_name = await asyncio.gather(
            self._ledger.owner(partition),
            self._ledger.entities(partition, sorted({source, target}), Axes(known_at=known_at)),
            self._ledger.entities_named(partition, sorted({normal(source), normal(target)}), known_at),
        )
        now = self._clock()
        read_time = axes.known_at or (owner.last_time if owner else now)
        at = max(now, read_time) if axes.as_of is None else axes.as_of
        view = View(
            partition=partition,
            axes=replace(axes, as_of=at),
            at=at,
            then=None,
            read_time=read_time,
            narrowing=scope.narrows,
            filter=Filter(),
        )
        starts, ends = (
            [entity for entity in by_id if entity.id == name] or by_name.get(normal(name), [])
            for name in (source, target)
        )
        if not starts or not ends:
            raise NotFound(f"no such entity for this owner: {'target' if starts else 'source'}")
        near = Neighbourhood(self._ledger, view, owner.message_count if owner else 0)
        near.entities.update((entity.id, entity) for entity in (*starts, *ends))
        found = await connect(near, {e.id for e in starts}, {e.id for e in ends}, depth, limit)
        paths = tuple(
            Path(steps=tuple(near.step(link) for link in links), score=1 / len(links), answer=near.end_of(links[-1]))
            for links in found
        )
        return paths, read_time, owner.seq if owner else 0


async def connect(
    near: Neighbourhood, starts: Collection[str], ends: Collection[str], depth: int, limit: int
) -> list[tuple[Link, ...]]:
    """Simple paths between two sets of entities, shortest first, then by their relations' ids."""
    out: dict[str, list[Link]] = {}
    reach = {"starts": dict.fromkeys(starts, 0), "ends": dict.fromkeys(ends, 0)}
    edges = {"starts": set(starts), "ends": set(ends)}
    for step in range(depth):
        # The side with the smaller edge is widened, so that a busy end is read as little as possible.
        side = min(("starts", "ends"), key=lambda one: (len(edges[one]), one != "starts"))
        links = await near.links(sorted(edges[side]), through=step > 1 or edges[side].isdisjoint({*starts, *ends}))
        out.update(links)
        known = reach[side]
        deeper = max(known.values(), default=0) + 1
        edges[side] = {
            link.target for few in links.values() for link in few if link.target and link.target not in known
        }
        known.update(dict.fromkeys(edges[side], deeper))
    graph = joined(out)
    walks = (walk for length in range(1, depth + 1) for walk in sorted_walks(graph, starts, ends, length))
    return [walk for _, walk in zip(range(limit), walks, strict=False)]


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
    """All simple walks of a length, in the order of their relations' ids."""
    distance = distances(graph, ends, length)

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
                and (left == 1 or link.target not in ends)
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
