"""Chains: from what the question names, over facts, to what it asks for.

A chain turns at things that the question describes on the way ("the *company* of Alice", "her *wife*"): each inner end
fits a description, innermost first. Without a description there is no chain, and single facts serve better: a weak
embedder sees "works at C" twice as better than "works at C" and "X is CEO of C".
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import exp, inf, log

import numpy as np

from twohop.memory.recall.neighbourhood import Link
from twohop.memory.recall.reading import Asked, Reading
from twohop.memory.recall.says import Rows, Scores

TURNS = 16
"""Chains that are taken a step further."""

VAGUE = "related_to"
"""Says that two things are named together, not how: with such chains first, MuSiQue by rules loses 11 points @2."""

FACTS = 5
"""Facts of the chains that stand first: as many chains as share them."""

BEAM = 40
"""Chains that may stand first."""

MARGIN = 3.0
"""Log-weight that a chain may be behind the best and still stand first: free wordings are seldom sure."""

LIKELY = -6.0
"""Least log-weight of the best chain, by link."""

DIGITS = 6
"""Decimals in which scores are compared: below it lies the noise of summing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Links end to end. `reading`: the question from the last of them on.

    `parts`: log-weights of the links, for what is asked at their starts; `turns`: of the things on the way, for what
    describes them. `place`: the description that the last link's end fits, if the chain is to go on there; `left`: how
    many there are behind that one.
    """

    reading: Reading
    links: tuple[Link, ...] = ()
    parts: tuple[float, ...] = ()
    turns: tuple[float, ...] = ()
    place: int = 0
    left: int = 0
    score: float = 0.0

    @property
    def memories(self) -> tuple[str, ...]:
        """Its facts in order."""
        return tuple(link.memory.id for link in self.links)

    @property
    def end(self) -> str:
        """The entity that it leads to; empty for a literal."""
        return self.links[-1].target

    @property
    def likely(self) -> float:
        """How likely each link is the one that is meant, 0 … 1, in the mean."""
        return min(1.0, exp(self.score / len(self.links)))

    @property
    def telling(self) -> bool:
        """Whether every link says how its ends are related."""
        return all(link.relation.triple.predicate != VAGUE for link in self.links)

    def onward(self, name: str) -> "Chain":
        """The chain with the question as it reads from its end on, which is called `name`."""
        return replace(self, reading=self.reading.onward(self.place, name))

    def ways(self, links: Iterable[Link], shut: Collection[str]) -> list[Link]:
        """The links by which it can go on: never back to where it came from, no fact twice."""
        passed = {*shut, *(link.source for link in self.links), self.end}
        known = self.memories
        return [link for link in links if link.target not in passed and link.memory.id not in known]


def nothing() -> Scores:
    """No scores yet."""
    return np.empty(0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Steps:
    """Links by which a chain can go on, all asked the same: thousands of chains, scored at once.

    `says`: what each link says, as rows of `Says`. `turns`: how well what each leads to fits the description at `place`
    of the reading, where the chain is to turn there; None = it is to end there. `passed`: log-probability that the
    descriptions before that one (or all) describe nothing on the way. `parts`: how well each link answers what is
    asked; `answers`: how well what it leads to is what is asked for in the end.
    """

    chain: Chain
    asked: Asked
    links: Sequence[Link]
    says: Rows
    turns: Scores | None = None
    place: int = 0
    passed: float = 0.0
    parts: Scores = field(default_factory=nothing)
    answers: Scores = field(default_factory=nothing)

    @property
    def points(self) -> list[str]:
        """The revisions of the facts that the links rest on."""
        return [link.memory.revision.id for link in self.links]

    def turning(self, fits: Scores, real: Sequence[float]) -> Iterator["Steps"]:
        """The links at whose ends the chain may turn, by the description that the end is taken for, innermost first.

        `fits`: by link and description; `real`: how probably each description is of something on the way.
        """
        passed = 0.0
        for place, probably in enumerate(real):
            some = np.flatnonzero(fits[:, place] > -inf)
            if some.size:
                yield replace(
                    self,
                    asked=self.chain.reading.inner(place),
                    links=[self.links[number] for number in some.tolist()],
                    says=self.says[some],
                    turns=fits[some, place] + log(probably),
                    place=place,
                    passed=passed,
                )
            passed += log(1 - probably)

    @property
    def scores(self) -> Scores:
        """How well the chain answers by each link: how well all that is on the way is what is asked and described."""
        last = self.answers if self.turns is None else self.turns
        scores: Scores = sum(self.chain.parts) + sum(self.chain.turns) + self.parts + self.passed + last
        return scores

    def taken(self, number: int, score: float) -> Chain:
        """The chain a step longer, by one of the links."""
        chain, turns = self.chain, self.turns
        return replace(
            chain,
            links=(*chain.links, self.links[number]),
            parts=(*chain.parts, float(self.parts[number])),
            turns=chain.turns if turns is None else (*chain.turns, self.passed + float(turns[number])),
            place=self.place,
            left=0 if turns is None else len(chain.reading.descriptions) - self.place,
            score=score,
        )


def by_score(steps: Sequence[Steps]) -> Iterator[Chain]:
    """The chains that all these steps make, best first, none is made before it is asked for.

    Each set of facts once, or once for what is still to be described behind it.
    """
    if not steps:
        return
    scores = np.concatenate([one.scores for one in steps])
    places = [(one, number) for one in steps for number in range(len(one.links))]
    seen: set[tuple[tuple[str, ...], int]] = set()
    for place in np.argsort(-np.round(scores, DIGITS), kind="stable").tolist():
        one, number = places[place]
        chain = one.taken(number, float(scores[place]))
        key = chain.memories, chain.left
        if key not in seen:
            seen.add(key)
            yield chain


def first(chains: Iterable[Chain], most: int) -> list[Chain]:
    """The first of chains that come best first; equals by their facts, so that it is always the same ones."""
    found: list[Chain] = []
    for chain in chains:
        if len(found) >= most and round(chain.score, DIGITS) < round(found[-1].score, DIGITS):
            break
        found.append(chain)
    return best_first(found)[:most]


def best_first(chains: Iterable[Chain]) -> list[Chain]:
    """Chains by score; equals by their length, then by their facts."""
    return sorted(chains, key=lambda chain: (-round(chain.score, DIGITS), len(chain.links), chain.memories))


def leads(chains: Sequence[Chain]) -> list[Chain]:
    """Those that stand first: the best, then of those that are hardly worse the ones that add most by each fact.

    None where the best is not likely enough.
    """
    if not chains or chains[0].score < LIKELY * len(chains[0].links):
        return []
    found, *rest = (one for one in chains if one.score >= chains[0].score - MARGIN)
    leading, facts = [found], set(found.memories)
    while rest:
        gains = [exp(one.score) / max(1, len(facts.symmetric_difference(facts.union(one.memories)))) for one in rest]
        one = rest.pop(int(np.argmax(gains)))
        if len(facts.union(one.memories)) <= FACTS:
            leading.append(one)
            facts.update(one.memories)
    return leading
