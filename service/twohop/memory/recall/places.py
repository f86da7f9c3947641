"""The list that a caller gets: messages in order, facts in the place of their best source, chains first as units."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from twohop.graph.model import Memory
from twohop.memory.api import Placement, Scores
from twohop.memory.recall.view import sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place of the list: a memory or a message, its scores, and the path it is part of.

    `message_id`: the message, or for a memory the message whose place it takes; empty = it takes none's.
    """

    scores: Scores
    placement: Placement
    memory: Memory | None = None
    message_id: str = ""
    path: int | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """Facts that stand together at the head of the list, in order; `path` is their path's place, if they are one."""

    memories: tuple[Memory, ...]
    score: float
    placement: Placement
    path: int | None = None


CLEAR = 0.15
"""What the best fact must be ahead of the next, to lead: as much as the kind asked for counts.

Leading costs LoCoMo nothing at ten turns (-.1), and a reader finds the one fact that answers in the first place.
"""


NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})


def leader(facts: Sequence[tuple[Memory, float]]) -> list[Unit]:
    """The best of the facts as a head of the list, if it stands clear of the others."""
    best = facts[:1]
    if len(facts) > 1 and facts[0][1] - facts[1][1] < CLEAR:
        best = []
    return [Unit((memory,), score, Placement.LEADER) for memory, score in best]


def arrange(
    order: Sequence[str],
    scores: Mapping[str, Scores],
    facts: Sequence[tuple[Memory, float]],
    heads: Sequence[Unit],
    limit: int,
    *,
    messages: bool,
    replaced: Mapping[str, Sequence[str]] = NOTHING,
    min_score: float | None = None,
) -> list[Place]:
    """At most `limit` places, none of a lower total score than `min_score`.

    `order`: message ids, best first. `facts`: memories with their score among facts, best first. A fact takes the
    place of its best-ranked source; that message is shown under it, not again. It stands before the messages of the
    values that it `replaced` (by memory id), too, so that an old value is never read first. Facts without a ranked
    message come last, and their totals are no more than those before. A unit that doesn't fit is left out whole; since
    units lead, their total is no less than what follows. `messages` False = messages have no places of their own.
    """
    places: list[Place] = []
    shown: set[str] = set()
    highest = max((scores[one].total for one in order[:1]), default=0.0)
    for unit in heads:
        total = max(unit.score, highest)
        fresh = [memory for memory in unit.memories if memory.id not in shown]
        if len(places) + len(fresh) > limit or (min_score is not None and total < min_score):
            continue
        for memory in fresh:
            shown.update((memory.id, *sources(memory)))
            score = Scores(total=total, fact=unit.score)
            places.append(Place(scores=score, placement=unit.placement, memory=memory, path=unit.path))
    left = [pair for pair in facts if pair[0].id not in shown]
    for place in rest(order, scores, left, shown, replaced, messages=messages):
        if len(places) == limit:
            break
        if min_score is None or place.scores.total >= min_score:
            places.append(place)
    return places


def rest(
    order: Sequence[str],
    scores: Mapping[str, Scores],
    facts: Sequence[tuple[Memory, float]],
    shown: Collection[str],
    replaced: Mapping[str, Sequence[str]],
    *,
    messages: bool,
) -> Iterator[Place]:
    """What follows the heads."""
    ranks = {one: rank for rank, one in enumerate(order)}
    at: dict[int, list[tuple[Memory, float]]] = {}
    unranked: list[tuple[Memory, float]] = []
    for memory, score in facts:
        found = [ranks[one] for one in (*sources(memory), *replaced.get(memory.id, ())) if one in ranks]
        (at.setdefault(min(found), []) if found else unranked).append((memory, score))
    seen = set(shown)
    for rank, one in enumerate(order):
        for memory, score in at.get(rank, ()):
            seen.update(sources(memory))
            yield Place(
                scores=replace(scores[one], fact=score),
                placement=Placement.SOURCE,
                memory=memory,
                message_id=one,
            )
        if messages and one not in seen:
            seen.add(one)
            yield Place(scores=scores[one], placement=Placement.MESSAGE, message_id=one)
    lowest = min((scores[one].total for one in order), default=math.inf)
    for memory, score in unranked:
        yield Place(scores=Scores(total=min(score, lowest), fact=score), placement=Placement.REST, memory=memory)
