"""Questions over a made-up world, each with the one chain of facts that answers it."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from bench.synthetic.relations import RELATIONS, Kind, Relation, Way, Wordings
from bench.synthetic.world import MIDDLE, Step, World

TRIES = 60
"""Starts that are tried for a pattern before another one is taken."""

MOST_HOPS = 3


class Group(StrEnum):
    """What sort of question it is.

    SEEN: the relations that rules were made with. HELD_OUT: at least one of the others. CHANGED: over a value that has
    replaced another; AS_OF: the same asked as of the time of the older value.
    """

    SEEN = "seen"
    HELD_OUT = "held out"
    CHANGED = "changed"
    AS_OF = "as of"


class Wording(StrEnum):
    """Whether a question uses the relations' words or cues."""

    CLOSE = "close"
    FREE = "free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question, and the places of the facts that answer it, in order. `as_of`: microseconds; None = now.

    `wrong`: places of facts that don't hold at that time but would lead on.
    """

    text: str
    group: Group
    wording: Wording
    chain: tuple[int, ...]
    answer: str
    as_of: int | None = None
    wrong: frozenset[int] = frozenset()

    @property
    def hops(self) -> int:
        """How many facts it takes."""
        return len(self.chain)


@dataclass(frozen=True, slots=True)
class Leg:
    """One step of a pattern: a relation walked one way."""

    relation: Relation
    way: Way
    source: Kind
    target: Kind


def questions(world: World, seed: int, each: int) -> list[Question]:
    """So many questions of every group, wording and number of hops."""
    chance = random.Random(f"questions/{seed}")
    starts: dict[Kind, list[str]] = {}
    for name in world.now:
        starts.setdefault(world.kinds[name], []).append(name)
    asker = Asker(world, starts, chance)
    found: list[Question] = []
    for hops, wording in product(range(1, MOST_HOPS + 1), Wording):
        for group in (Group.SEEN, Group.HELD_OUT):
            found += asker.some(group, wording, hops, each)
    for hops in range(2, MOST_HOPS + 1):
        found += asker.changed(hops, each)
    return found


class Asker:
    """Draws questions."""

    def __init__(self, world: World, starts: Mapping[Kind, Sequence[str]], chance: random.Random) -> None:
        self._world = world
        self._starts = starts
        self._chance = chance

    def some(self, group: Group, wording: Wording, hops: int, number: int) -> list[Question]:
        """Questions of one group, every pattern as likely."""
        patterns = [
            legs for legs in walks(hops) if any(leg.relation.held_out for leg in legs) == (group is Group.HELD_OUT)
        ]
        found: dict[str, Question] = {}
        while len(found) < number:
            legs = self._chance.choice(patterns)
            if drawn := self._draw(legs):
                start, steps = drawn
                text = self._asked(start, legs, wording)
                chain = tuple(step.fact for step in steps)
                found[text] = Question(text=text, group=group, wording=wording, chain=chain, answer=steps[-1].target)
        return list(found.values())

    def changed(self, hops: int, number: int) -> list[Question]:
        """Questions over a fact that has replaced another: asked now, and as of then."""
        world = self._world
        patterns = [legs for legs in walks(hops) if any(leg.relation.changes for leg in legs[:-1])]
        patterns = [legs for legs in patterns if not any(leg.relation.held_out for leg in legs)]
        found: list[Question] = []
        seen: set[str] = set()
        while len(found) < 2 * number:
            legs = self._chance.choice(patterns)
            drawn = self._draw(legs)
            if drawn is None:
                continue
            start, steps = drawn
            replaced = {old for step in steps if (old := world.facts[step.fact].replaces) is not None}
            then = follow(start, legs, world.then)
            text = self._asked(start, legs, Wording.CLOSE)
            if not replaced or then is None or text in seen:
                continue
            seen.add(text)
            chains = [tuple(step.fact for step in some) for some in (steps, then)]
            for group, chain, some, as_of, wrong in (
                (Group.CHANGED, chains[0], steps, None, replaced),
                (
                    Group.AS_OF,
                    chains[1],
                    then,
                    MIDDLE - 1,
                    {one for one in chains[0] if world.facts[one].told_at >= MIDDLE},
                ),
            ):
                found.append(
                    Question(
                        text=text,
                        group=group,
                        wording=Wording.CLOSE,
                        chain=chain,
                        answer=some[-1].target,
                        as_of=as_of,
                        wrong=frozenset(wrong),
                    )
                )
        return found

    def _draw(self, legs: Sequence[Leg]) -> tuple[str, list[Step]] | None:
        for _ in range(TRIES):
            start = self._chance.choice(self._starts[legs[0].source])
            if steps := follow(start, legs, self._world.now):
                return start, steps
        return None

    def _asked(self, start: str, legs: Sequence[Leg], wording: Wording) -> str:
        text = start
        for leg in legs[:-1]:
            text = self._chance.choice(words(leg, wording).described).format(text)
        return self._chance.choice(words(legs[-1], wording).asked).format(text)


def words(leg: Leg, wording: Wording) -> Wordings:
    """How a leg is put."""
    return leg.way.close if wording is Wording.CLOSE else leg.way.free


def walks(hops: int) -> Iterator[tuple[Leg, ...]]:
    """Every sequence of legs that fit end to end, no relation twice, described on the way and asked for at the end."""
    legs = [
        leg
        for relation in RELATIONS
        for leg in ([Leg(relation, relation.forward, relation.subject, relation.object)] if relation.forward else [])
        + ([Leg(relation, relation.backward, relation.object, relation.subject)] if relation.backward else [])
    ]

    def grow(some: tuple[Leg, ...]) -> Iterator[tuple[Leg, ...]]:
        if len(some) == hops:
            yield some
            return
        if some and not some[-1].way.close.described:
            return
        for leg in legs:
            if not some or (leg.source == some[-1].target and leg.relation not in {one.relation for one in some}):
                yield from grow((*some, leg))

    yield from grow(())


def follow(start: str, legs: Sequence[Leg], ways: Mapping[str, Sequence[Step]]) -> list[Step] | None:
    """The steps from a thing along a pattern, if they are all there and pass nothing twice."""
    at, passed, steps = start, {start}, []
    for leg in legs:
        on = [step for step in ways.get(at, ()) if step.way is leg.way and step.relation is leg.relation]
        if len(on) != 1 or on[0].target in passed:
            return None
        steps.append(on[0])
        at = on[0].target
        passed.add(at)
    return steps
