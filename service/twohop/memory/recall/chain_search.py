"""Finding chains: step by step from what the question names, each step asked as the question reads from there."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

from twohop.graph.model import Entity
from twohop.memory.api import Depth
from twohop.memory.recall.chains import THIRD, TURNS, Chain, asked_of, extended, kinds_named, score, turning_points
from twohop.memory.recall.facts import FactWords
from twohop.memory.recall.lookup import Lookup
from twohop.memory.recall.neighbourhood import Link, Neighbourhood
from twohop.memory.recall.pace import Pace
from twohop.memory.recall.question import Question
from twohop.memory.recall.turns import Rarity
from twohop.vector.model import PointKind

TWO, THREE = 2, 3


class ChainSearch:
    """The chains of one recall."""

    def __init__(
        self,
        question: Question,
        seeds: Sequence[Entity],
        near: Neighbourhood,
        lookup: Lookup,
        rarity: Rarity,
        words: FactWords,
        pace: Pace,
    ) -> None:
        self._question = question
        self._seeds = {seed.id: seed for seed in seeds}
        self._near = near
        self._lookup = lookup
        self._rarity = rarity
        self._words = words
        self._pace = pace

    async def find(self, cosines: Mapping[str, float], depth: int = Depth.DEFAULT) -> AsyncIterator[list[Chain]]:
        """Chains of two and more links, best first, again after each hop; none when no kind on the way is named.

        `cosines`: of the question with the facts around its names, by revision id. `depth`: most links.
        """
        links = [link for few in (await self._near.links(self._seeds, through=False)).values() for link in few]
        first = [Chain(links=(link,), cosines=(cosines.get(link.memory.revision.id, 0.0),)) for link in links]
        turns = self._turns([link for link in links if link.target])
        if depth < TWO or not any(kinds_named(self._question, self._near.entities[turn]) for turn in turns):
            return
        chains = found = await self._longer(first, turns)
        yield chains
        for _ in range(THREE, depth + 1):
            await self._pace.step()
            best = [chain for chain in found if chain.links[-1].target][:THIRD]
            found = await self._longer(best, self._turns([chain.links[-1] for chain in best]))
            chains = self._ordered([*chains, *found])
            yield chains

    def _turns(self, links: Sequence[Link]) -> list[str]:
        shut = self._near.hubs | self._seeds.keys()
        return turning_points(self._question, links, self._near.entities, shut, TURNS)

    async def _longer(self, chains: Sequence[Chain], turns: Sequence[str]) -> list[Chain]:
        """The chains that end at one of the turns, a step longer, scored, best first."""
        links = await self._near.links(turns, through=True)
        ending = [chain for chain in chains if chain.links[-1].target in links]
        longer = extended(self._question, ending, links, self._near.entities, self._seeds.keys())
        scores = await self._cosines({turn: links[turn] for turn in turns if turn in links})
        return self._ordered([self._scored(chain, scores[chain.links[-1].source]) for chain in longer])

    async def _cosines(self, links: Mapping[str, Sequence[Link]]) -> dict[str, dict[str, float]]:
        """By turn, the cosines of the question as it reads from there with the facts there (by revision id)."""
        turns = list(links)
        texts = [asked_of(self._question, self._seeds.values(), self._near.entities[turn]) for turn in turns]
        vectors = self._lookup.centred(await self._lookup.embed(texts), PointKind.MEMORY) if texts else None
        if vectors is None:
            return {turn: {} for turn in turns}
        asked = [
            (PointKind.MEMORY, vector, {link.memory.revision.id for link in links[turn]})
            for turn, vector in zip(turns, vectors, strict=True)
        ]
        return dict(zip(turns, await self._lookup.cosines(asked), strict=True))

    def _scored(self, chain: Chain, cosines: Mapping[str, float]) -> Chain:
        """A chain whose last link is new, with that link's cosine (by revision id) and the score of the whole."""
        cosine = cosines.get(chain.links[-1].memory.revision.id, 0.0)
        whole = Chain(links=chain.links, cosines=(*chain.cosines, cosine), kinds=chain.kinds)
        total = score(self._question, whole, self._near.entities, self._words, self._seeds.keys(), self._rarity)
        return replace(whole, score=total)

    def _ordered(self, chains: Sequence[Chain]) -> list[Chain]:
        """Scored chains, best first; of those over the same facts the best."""
        best: dict[tuple[str, ...], Chain] = {}
        for chain in chains:
            memories = chain.memories
            known = best.get(memories)
            if known is None or chain.score > known.score:
                best[memories] = chain
        ordered = sorted(best.items(), key=lambda one: (-round(one[1].score, 6), len(one[0]), one[0]))
        return [chain for _, chain in ordered]
