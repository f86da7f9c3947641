"""Finding chains: step by step from what the question names, each step asked as the question reads from there."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import replace

from twohop.graph.model import Entity
from twohop.memory.api import Depth
from twohop.memory.recall.case import Case
from twohop.memory.recall.chains import (
    EXPLAINED,
    PHRASE,
    TEXT,
    TURNS,
    Chain,
    best_first,
    explained,
    extended,
    score,
    told,
    turned,
)
from twohop.memory.recall.kinds import SURE, Likeness, Said
from twohop.memory.recall.neighbourhood import Link
from twohop.memory.recall.question import Question
from twohop.memory.recall.reading import Asked, Reading, read
from twohop.memory.recall.search import Look
from twohop.vector.model import PointKind, Vector
from twohop.vector.sparse import analyse, encode_query

TWO = 2
FOUND = 40
"""Facts that are looked up by meaning and by words at a thing with more relations than are read."""


class ChainSearch:
    """The chains of one recall. `past`: the question is not about now."""

    def __init__(self, case: Case, reading: Reading, *, past: bool) -> None:
        self._question = case.question
        self._reading = reading
        self._seeds = {seed.id: seed for seed in case.seeds}
        self._past = past
        self._view = case.view
        self._near = case.near
        self._lookup = case.lookup
        self._rarity = case.hand.rarity
        self._words = case.words
        self._like = case.parts.like
        self._pace = case.pace

    async def find(self, depth: int = Depth.DEFAULT) -> AsyncIterator[list[Chain]]:
        """Chains of two and more links, best first, again after each hop; none when nothing on the way is described.

        `depth`: most links.
        """
        reading = self._reading
        if depth < TWO or not reading.descriptions:
            return
        asked = [reading.inner(place) for place in range(len(reading.descriptions))]
        links = await self._links(dict.fromkeys(self._seeds, asked))
        described = len(reading.descriptions)
        chains = [Chain(links=(link,), reading=reading, described=described) for few in links.values() for link in few]
        found: list[Chain] = []
        for _ in range(TWO, depth + 1):
            turns = await self._turns(chains)
            if not turns:
                return
            await self._pace.step()
            chains = await self._longer(turns)
            found += chains
            yield best_first(found)

    async def _turns(self, chains: Sequence[Chain]) -> list[Chain]:
        """The chains that may turn at their ends, the best of them."""
        turning = [one for chain in chains if (one := turned(chain, self._near.entities, self._words, self._like))]
        scored = await self._weighed(turning, [chain.reading.inner(chain.place) for chain in turning])
        return best_first(scored)[:TURNS]

    async def _longer(self, turns: Sequence[Chain]) -> list[Chain]:
        """The chains a step longer, scored."""
        names = {chain.end: self._near.entities[chain.end].name for chain in turns}
        asked: dict[str, list[Asked]] = {}
        for chain in turns:
            on = chain.reading.onward(chain.place, names[chain.end])
            asked.setdefault(chain.end, []).extend([on.asked, *(on.inner(n) for n in range(len(on.descriptions)))])
        links = await self._links(asked)
        longer: list[Chain] = []
        whole: list[Asked] = []
        for chain in turns:
            some = extended(chain, links.get(chain.end, ()), names[chain.end], self._seeds.keys())
            longer += some
            whole += [some[0].reading.asked] * len(some) if some else []
        return await self._weighed(longer, whole)

    async def _weighed(self, chains: Sequence[Chain], asked: Sequence[Asked]) -> list[Chain]:
        """The chains with how well their last link answers what is asked there, and their scores."""
        points: dict[str, set[str]] = {}
        for chain, one in zip(chains, asked, strict=True):
            points.setdefault(one.text, set()).add(chain.links[-1].memory.revision.id)
        vectors = await self._vectors(list(points))
        texts = list(vectors)
        looks = [(PointKind.MEMORY, vectors[text], points[text]) for text in texts]
        found = dict(zip(texts, await self._lookup.cosines(looks), strict=True)) if looks else {}
        links = {
            (one.text, chain.links[-1].relation.id): (one, chain.links[-1])
            for chain, one in zip(chains, asked, strict=True)
        }
        said = {key: told(link, self._near.entities, self._words) for key, (_, link) in links.items()}
        pairs = {key: (one.unnamed, self._words.phrase(link.memory)) for key, (one, link) in links.items()}
        alike = await self._alike(pairs.values())
        parts = {
            (text, relation): TEXT * found.get(text, {}).get(link.memory.revision.id, 0.0)
            + PHRASE * alike.get(pairs[text, relation], 0.0)
            + EXPLAINED * explained(one, said[text, relation], self._rarity, self._like)
            for (text, relation), (one, link) in links.items()
        }
        weighed: list[Chain] = []
        for chain, one in zip(chains, asked, strict=True):
            key = one.text, chain.links[-1].relation.id
            longer = replace(chain, parts=(*chain.parts[: len(chain.links) - 1], parts[key]))
            total = score(self._question, longer, self._near.entities, said[key], self._like)
            weighed.append(replace(longer, score=total))
        return weighed

    async def _alike(self, pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], float]:
        """The cosines of questions with the phrases of facts, both without names."""
        texts = list(dict.fromkeys(text for pair in pairs for text in pair))
        vectors = await self._lookup.embed(texts) if texts else None
        if vectors is None:
            return {}
        rows = dict(zip(texts, vectors, strict=True))
        return {(one, other): float(rows[one] @ rows[other]) for one, other in set(pairs)}

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
        for one in busy:
            memories = [fits[each.text].memory[point] for each in asked[one] for point in fits[each.text].ids]
            more = await self._near.proven(one, memories)
            known = {link.relation.id for link in found.get(one, ())}
            found[one] = [*found.get(one, ()), *(link for link in more if link.relation.id not in known)]
        return {one: self._standing(few) for one, few in found.items()}

    def _standing(self, links: Sequence[Link]) -> list[Link]:
        """The links without those whose value another one has taken, unless it is the past that is asked for."""
        if self._past:
            return list(links)
        live = {says(link) for link in links if not self._view.closed(link.memory)}
        return [link for link in links if not self._view.closed(link.memory) or says(link) not in live]


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


def says(link: Link) -> tuple[str, bool]:
    """What a link says of the thing that it starts from."""
    return link.relation.triple.predicate, link.forward
