"""Chains: from what the question names, over facts, to what it asks for.

A chain turns at things that the question describes on the way ("the *company* of Alice", "her *wife*"): each inner end
fits a description, innermost first. Without a description there is no chain, and single facts serve better: a weak
embedder sees "works at C" twice as better than "works at C" and "X is CEO of C".
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from twohop.memory.recall.facts import KIND
from twohop.memory.recall.kinds import RELATED, SURE, TYPED
from twohop.memory.recall.neighbourhood import Link
from twohop.memory.recall.reading import Asked, Reading
from twohop.memory.recall.says import Rows, Scores

ON_THE_WAY = 0.15
"""For each inner end, times how much better it fits its description than by its coarse type."""

PASSED_OVER = 0.1
"""Taken off for each description that no inner end fits."""

TEXT = 1.0
"""For the cosine of what is asked with the fact that a link rests on."""

PHRASE = 1.0
"""For their cosine without the names in them, with the cues: a name that two texts share hides what they say of it."""

EXPLAINED = 0.5
"""For the share of what is asked that a link says, beside its cosine."""

TURNS = 16
"""Chains that are taken a step further."""

VAGUE = "related_to"
"""Says that two things are named together, not how: with such chains first, MuSiQue by rules loses 11 points @2."""

FIRST = 2
"""Chains that stand first."""


DIGITS = 6
"""Decimals in which scores are compared: below it lies the noise of summing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Links end to end. `reading`: the question from the last of them on; `described`: descriptions of all of it.

    `parts`: how well each link answers what is asked at its start. `fits`: how well each inner end fits its
    description. `place`: the description that the last link's end fits, if the chain is to go on there.
    """

    reading: Reading
    described: int
    links: tuple[Link, ...] = ()
    parts: tuple[float, ...] = ()
    fits: tuple[float, ...] = ()
    place: int = 0
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

    `says`: what each link says, as rows of `Says`. `fits`: how well what each leads to fits the description at `place`
    of the reading, where the chain is to turn there; None = it is to end there. `parts`: how well each link answers
    what is asked; `answers`: how well what it leads to is what is asked for in the end.
    """

    chain: Chain
    asked: Asked
    links: Sequence[Link]
    says: Rows
    fits: Scores | None = None
    place: int = 0
    parts: Scores = field(default_factory=nothing)
    answers: Scores = field(default_factory=nothing)

    @property
    def points(self) -> list[str]:
        """The revisions of the facts that the links rest on."""
        return [link.memory.revision.id for link in self.links]

    def turning(self, fits: Scores) -> Iterator["Steps"]:
        """The links at whose ends the chain may turn, by the description that each end fits best, the innermost first.

        `fits`: by link and description.
        """
        best = fits.argmax(axis=1) if fits.size else np.empty(0)
        for place in range(fits.shape[1]):
            some = np.flatnonzero((best == place) & (fits[:, place] > 0))
            if some.size:
                yield replace(
                    self,
                    asked=self.chain.reading.inner(place),
                    links=[self.links[number] for number in some.tolist()],
                    says=self.says[some],
                    fits=fits[some, place],
                    place=place,
                )

    @property
    def scores(self) -> Scores:
        """How well the chain answers by each link: the mean of how well its facts answer what is asked at their starts.

        On top: the kind asked for at its end, and how well the things on the way fit their descriptions.
        """
        fits: list[Scores | float] = [*self.chain.fits]
        if self.fits is not None:
            fits.append(self.fits)
        scores: Scores = (
            (sum(self.chain.parts) + self.parts) / (len(self.chain.links) + 1)
            + KIND * self.answers
            + ON_THE_WAY * sum((one - TYPED) / (SURE - TYPED) for one in fits)
            - PASSED_OVER * (self.chain.described - len(fits))
        )
        return scores

    def taken(self, number: int, score: float) -> Chain:
        """The chain a step longer, by one of the links."""
        chain = self.chain
        return replace(
            chain,
            links=(*chain.links, self.links[number]),
            parts=(*chain.parts, float(self.parts[number])),
            fits=chain.fits if self.fits is None else (*chain.fits, float(self.fits[number])),
            place=self.place,
            score=score,
        )


def by_score(steps: Sequence[Steps]) -> Iterator[Chain]:
    """The chains that all these steps make, best first, each set of facts once; none is made before it is asked for."""
    if not steps:
        return
    scores = np.concatenate([one.scores for one in steps])
    places = [(one, number) for one in steps for number in range(len(one.links))]
    seen: set[tuple[str, ...]] = set()
    for place in np.argsort(-np.round(scores, DIGITS), kind="stable").tolist():
        one, number = places[place]
        chain = one.taken(number, float(scores[place]))
        if chain.memories not in seen:
            seen.add(chain.memories)
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
    """Those of the best that stand first: none turns at something of which no more than the type is right."""
    return [chain for chain in chains[:FIRST] if min(chain.fits) > RELATED]
