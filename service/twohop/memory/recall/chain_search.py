"""Finding chains: step by step from what the question names, each step asked as the question reads from there."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from math import inf, log

import numpy as np

from twohop.graph.model import Entity
from twohop.memory.api import Depth
from twohop.memory.recall.case import Case
from twohop.memory.recall.chains import (
    BEAM,
    TURNS,
    Chain,
    Steps,
    best_first,
    by_score,
    first,
)
from twohop.memory.recall.kinds import SURE, Likeness, Said
from twohop.memory.recall.meant import EXPLAINED, OTHERS, TEXT, UNSAID, WRONG_END, fit, real
from twohop.memory.recall.neighbourhood import Link
from twohop.memory.recall.question import Question
from twohop.memory.recall.reading import Asked, Reading, read
from twohop.memory.recall.says import Rows, Says, Scores, says
from twohop.memory.recall.search import Look
from twohop.vector.model import PointKind, Vector
from twohop.vector.sparse import analyse, encode_query

TWO = 2
FOUND = 40
"""Facts that are looked up by meaning and by words at a thing with more relations than are read."""


class ChainSearch:
    """The chains of one recall. `past`: the question is not about now."""

    def __init__(self, case: Case, reading: Reading, *, past: bool) -> None:
        self._reading = reading
        self._starts = [seed.id for seed in case.starts]
        self._shut = case.seed_ids
        self._past = past
        self._view = case.view
        self._near = case.near
        self._lookup = case.lookup
        self._phrases = case.parts.phrases
        self._pace = case.pace
        self._says = Says(
            case.question,
            reading,
            entities=case.near.entities,
            words=case.words,
            rarity=case.hand.rarity,
            like=case.parts.like,
            nouns=case.parts.nouns,
        )
        self._nouns = case.parts.nouns
        self._large = case.words.at_large
        self._met: dict[str, Rows] = {}

    async def find(self, depth: int = Depth.DEFAULT) -> AsyncIterator[list[Chain]]:
        """Chains of two and more links that may stand first, best first, again after each hop.

        None when nothing on the way is described. `depth`: most links.
        """
        reading = self._reading
        if depth < TWO or not reading.descriptions:
            return
        links = await self._links(dict.fromkeys(self._starts, inner(reading)))
        start = Chain(reading=reading)
        around = [link for few in links.values() for link in few]
        if not around:
            return
        ahead = [self._steps(start, around)]
        # What one fact answers as well needs no chain: then nothing on the way was described.
        one = max((float(few.scores.max()) for few in await self._weighed(ahead) if few.links), default=-inf)
        found: list[Chain] = []
        for _ in range(TWO, depth + 1):
            turns = await self._turns(ahead)
            if not turns:
                return
            await self._pace.step()
            ahead = await self._weighed(await self._longer(turns))
            found += first((chain for chain in by_score(ahead) if chain.telling and chain.score > one), BEAM)
            yield best_first(found)

    async def _turns(self, ahead: Iterable[Steps]) -> list[Chain]:
        """The chains that may turn at the ends of these steps, the best of them, with the question from there on."""
        turning = [
            some
            for one in ahead
            for some in one.turning(self._says.fits(one.chain.reading, one.says), self._real(one.chain.reading))
        ]
        turns = first(by_score(await self._weighed(turning)), TURNS)
        return [chain.onward(self._near.entities[chain.end].name) for chain in turns]

    async def _longer(self, turns: Sequence[Chain]) -> list[Steps]:
        """The steps by which chains that turn can go on."""
        asked: dict[str, list[Asked]] = {}
        for chain in turns:
            asked.setdefault(chain.end, []).extend([chain.reading.asked, *inner(chain.reading)])
        links = await self._links(asked)
        ways = [(chain, chain.ways(links.get(chain.end, ()), self._shut)) for chain in turns]
        return [self._steps(chain, few) for chain, few in ways if few]

    def _steps(self, chain: Chain, links: Sequence[Link]) -> Steps:
        rows = self._says.rows(links)
        sources = np.array([link.source for link in links])
        for one in dict.fromkeys(sources.tolist()):
            own = rows[sources == one]
            # Chains that came different ways go on by different links: the most of them tell how many there are.
            if own.size > self._met.get(one, own[:0]).size:
                self._met[one] = own
        passed = sum(log(1 - one) for one in self._real(chain.reading))
        return Steps(chain=chain, asked=chain.reading.asked, links=links, says=rows, passed=passed)

    def _real(self, reading: Reading) -> list[float]:
        return [real(one, self._says.asking, self._nouns) for one in reading.descriptions]

    async def _weighed(self, steps: Sequence[Steps]) -> list[Steps]:
        """The steps with how well each link answers what is asked there."""
        if not steps:
            return []
        points: dict[str, dict[str, None]] = {}
        for one in steps:
            points.setdefault(one.asked.text, {}).update(dict.fromkeys(one.points))
        vectors = await self._vectors(list(points))
        looks = [(PointKind.MEMORY, vector, tuple(points[text])) for text, vector in vectors.items()]
        found = dict(zip(vectors, await self._lookup.cosines(looks), strict=True))
        fits = await self._fits(list(dict.fromkeys(one.asked.said for one in steps)))
        usual = self._usual()
        weighed: list[Steps] = []
        for one in steps:
            fit, level = fits[one.asked.said]
            whole = (
                fit[one.says]
                + EXPLAINED * self._says.explained(one.asked, one.says)
                - WRONG_END * self._says.wrong_end(one.asked, one.says)
            )
            alike = among(found.get(one.asked.text, {}), one.points)
            lacking = UNSAID * self._says.unsaid(one.asked, one.says)
            parts = whole - np.logaddexp(whole, level) - lacking + shared(alike, self._says.relations(one.says), usual)
            weighed.append(replace(one, parts=parts, answers=self._says.answers(one.says)))
        return weighed

    def _usual(self) -> Scores:
        """By relation, to how many things it leads in the mean from those that were met."""
        known = self._says.known
        met = np.array([np.bincount(self._says.relations(rows), minlength=known) for rows in self._met.values()])
        usual: Scores = met.sum(axis=0) / np.maximum((met > 0).sum(axis=0), 1)
        return usual

    async def _fits(self, texts: Sequence[str]) -> dict[str, tuple[Scores, float]]:
        """By what is asked, how well the phrases of all facts so far fit it, and how well relations at large do."""
        phrases = self._says.phrases
        vectors = await self._lookup.embed(texts) if texts else None
        known = await self._phrases.of([*phrases, *self._large], self._lookup.embed) if vectors is not None else None
        if vectors is None or known is None:
            return {text: (np.zeros(len(phrases)), log(OTHERS)) for text in texts}
        fits, levels = fit(np.asarray(vectors), known[: len(phrases)], known[len(phrases) :])
        return {text: (row, float(level[0])) for text, row, level in zip(texts, fits, levels, strict=True)}

    async def _vectors(self, texts: Sequence[str]) -> dict[str, Vector]:
        vectors = self._lookup.centred(await self._lookup.embed(texts), PointKind.MEMORY) if texts else None
        return dict(zip(texts, vectors, strict=True)) if vectors is not None else {}

    async def _links(self, asked: Mapping[str, Sequence[Asked]]) -> dict[str, list[Link]]:
        """Entity id -> its links. Of one with more than are read, those too that fit what is asked there."""
        found = await self._near.links(asked, through=False)
        busy = [one for one in asked if self._near.busy(one)]
        texts = list(dict.fromkeys(each.text for one in busy for each in asked[one]))
        vectors = await self._vectors(texts)
        looks = [
            Look(
                kind=PointKind.MEMORY,
                where=self._view.facts,
                dense=vectors.get(text),
                sparse=encode_query(dict.fromkeys(analyse(text), 1.0)),
                depth=FOUND,
            )
            for text in texts
        ]
        fits = dict(zip(texts, await self._lookup.fetch(looks), strict=True)) if looks else {}
        memories = {
            one: [fits[each.text].memory[point] for each in asked[one] for point in fits[each.text].ids] for one in busy
        }
        for one, more in (await self._near.proven(memories)).items() if memories else ():
            known = {link.relation.id for link in found.get(one, ())}
            found[one] = [*found.get(one, ()), *(link for link in more if link.relation.id not in known)]
        return {one: self._standing(few) for one, few in found.items()}

    def _standing(self, links: Sequence[Link]) -> list[Link]:
        """The links without those whose value another one has taken, unless it is the past that is asked for."""
        if self._past:
            return list(links)
        ended = [self._view.closed(link.memory) for link in links]
        if not any(ended):
            return list(links)
        live = {says(link) for link, over in zip(links, ended, strict=True) if not over}
        return [link for link, over in zip(links, ended, strict=True) if not over or says(link) not in live]


def read_around(question: Question, seeds: Sequence[Entity], own: Collection[str], like: Likeness) -> Reading | None:
    """The question around the things that it starts from; None when none of their names stands there.

    What only says what one of them is ("the dog Rex") describes nothing. `own`: what the question calls who asks, if
    that is one of them.
    """
    names = {name for seed in seeds for name in (seed.name, *seed.aliases)}
    reading = read(question, [*names, *own])
    if reading is None:
        return None
    about = [Said((), (), entity=seed) for seed in seeds]
    left = tuple(
        one
        for one in reading.descriptions
        if one.first + 1 + len(one.words) != reading.first
        or not any(said.holds(word, like) == SURE for word in one.words for said in about)
    )
    return replace(reading, descriptions=left)


def inner(reading: Reading) -> list[Asked]:
    """What is asked by each of the descriptions, the innermost first."""
    return [reading.inner(place) for place in range(len(reading.descriptions))]


def among(scores: Mapping[str, float], points: Sequence[str]) -> Scores:
    """The scores of points; 0 where there is none."""
    return np.array([scores.get(point, 0.0) for point in points])


def shared(alike: Scores, relations: Rows, usual: Scores) -> Scores:
    """The log-share of each link in its relation, by its fact's cosine; at most one of as many as usual."""
    weights = np.exp(TEXT * alike)
    totals = np.bincount(relations, weights)[relations] / weights
    found: Scores = -np.log(np.maximum(totals, usual[relations]))
    return found
