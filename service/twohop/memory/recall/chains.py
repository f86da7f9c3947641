"""Chains: from what the question names, over facts, to what it asks for.

A chain turns at things that the question describes on the way ("the *company* of Alice", "her *wife*"): each inner end
fits a description, innermost first. Without a description there is no chain, and single facts serve better: a weak
embedder sees "works at C" twice as better than "works at C" and "X is CEO of C".
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from twohop.graph.model import Entity
from twohop.memory.recall.facts import KIND, FactWords, answers
from twohop.memory.recall.kinds import Likeness, fits
from twohop.memory.recall.neighbourhood import Link
from twohop.memory.recall.question import Question
from twohop.memory.recall.reading import Reading
from twohop.memory.recall.turns import Rarity

ON_THE_WAY = 0.15
"""For each inner end, times how well it fits its description."""

EXPLAINED = 0.3
"""For the share of the question that the chain's words and cues hold."""

TURNS = 16
"""Chains that are taken a step further."""

FIRST = 2
"""Chains that stand first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Links end to end. `fits`: how well each inner end fits its description; `reading`: the question from there on.

    `place`: the description that the last link's end fits, if the chain is to go on there.
    """

    links: tuple[Link, ...]
    reading: Reading
    cosines: tuple[float, ...] = ()
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
    def passed(self) -> frozenset[str]:
        """The entities that it comes from."""
        return frozenset(link.source for link in self.links)


def turned(chain: Chain, entities: Mapping[str, Entity], words: FactWords, like: Likeness) -> Chain | None:
    """The chain as one that turns at its end; None when that is no named thing that the question describes."""
    entity = entities.get(chain.end)
    if entity is None or not entity.named:
        return None
    memory = chain.links[-1].memory
    said, cues = words(memory), words.cues(memory)
    found = [fits(one.words, entity, said, cues, like) for one in chain.reading.descriptions]
    best = max(range(len(found)), key=lambda place: (found[place], -place), default=-1)
    if best < 0 or not found[best]:
        return None
    return replace(chain, fits=(*chain.fits, found[best]), place=best)


def extended(chain: Chain, links: Iterable[Link], name: str, shut: Collection[str]) -> list[Chain]:
    """The chain one step longer, from its end called `name`: never back to where it came from, no fact twice."""
    reading = chain.reading.onward(chain.place, name)
    passed = {*shut, *chain.passed, chain.end}
    return [
        replace(chain, links=(*chain.links, link), reading=reading)
        for link in links
        if link.target not in passed and link.memory.id not in chain.memories
    ]


def score(
    question: Question,
    chain: Chain,
    entities: Mapping[str, Entity],
    words: FactWords,
    seeds: Collection[str],
    rarity: Rarity,
) -> float:
    """How well a chain answers: the mean cosine of its facts, each against the question as asked at its start.

    On top: the kind asked for at its end, things described on the way, and the share of the question its words explain.
    """
    steps = len(chain.links)
    far = [entities[chain.end]] if chain.end in entities and chain.end not in seeds else []
    explained = frozenset[str]().union(*(words(link.memory) for link in chain.links))
    return (
        sum(chain.cosines) / steps
        + KIND / steps * answers(question, chain.links[-1].memory, far)
        + ON_THE_WAY * sum(chain.fits)
        + EXPLAINED * rarity.share(explained, question.stems)
    )


def best_first(chains: Iterable[Chain]) -> list[Chain]:
    """Chains by score, each set of facts once."""
    best: dict[tuple[str, ...], Chain] = {}
    for chain in chains:
        if chain.memories not in best or chain.score > best[chain.memories].score:
            best[chain.memories] = chain
    return sorted(best.values(), key=lambda chain: (-round(chain.score, 6), len(chain.links), chain.memories))


def leads(chains: Sequence[Chain]) -> list[Chain]:
    """The chains that stand first."""
    return list(chains[:FIRST])
