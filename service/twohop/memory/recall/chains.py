"""Chains: from what the question names, over facts, to what it asks for.

A chain turns at things that the question describes on the way ("the *company* of Alice", "her *wife*"): each inner end
fits a description, innermost first. Without a description there is no chain, and single facts serve better: a weak
embedder sees "works at C" twice as better than "works at C" and "X is CEO of C".
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from twohop.graph.model import Entity
from twohop.memory.recall.facts import KIND, FactWords, answers
from twohop.memory.recall.kinds import RELATED, SURE, TYPED, Likeness, Said
from twohop.memory.recall.neighbourhood import Link
from twohop.memory.recall.question import Question
from twohop.memory.recall.reading import Asked, Reading
from twohop.memory.recall.turns import Rarity
from twohop.vector.sparse import stem

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Links end to end. `reading`: the question from the last of them on; `described`: descriptions of all of it.

    `parts`: how well each link answers what is asked at its start. `fits`: how well each inner end fits its
    description. `place`: the description that the last link's end fits, if the chain is to go on there.
    """

    links: tuple[Link, ...]
    reading: Reading
    described: int
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
    def passed(self) -> frozenset[str]:
        """The entities that it comes from."""
        return frozenset(link.source for link in self.links)


def turned(chain: Chain, entities: Mapping[str, Entity], words: FactWords, like: Likeness) -> Chain | None:
    """The chain as one that turns at its end; None when that is no named thing that the question describes.

    Of what nobody said what it is, a description can't be told to fit.
    """
    entity = entities.get(chain.end)
    if entity is None or not entity.named or not (entity.type or entity.kinds):
        return None
    said = told(chain.links[-1], entities, words)
    found = [max(said.fits(word, like) for word in one.words) for one in chain.reading.descriptions]
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


def told(link: Link, entities: Mapping[str, Entity], words: FactWords) -> Said:
    """What a link says of where it leads."""
    return Said(
        words(link.memory),
        words.cues(link.memory),
        words.of_the_other_end(link.relation.triple.predicate, forward=link.forward),
        entities.get(link.target),
    )


def explained(asked: Asked, said: Said, rarity: Rarity, like: Likeness) -> float:
    """How much of what is asked a link says, 0 … 1, rare words before common ones."""
    weights = {word: rarity(stem(word)) for word in asked.words}
    total = sum(weights.values())
    return sum(weight * said.holds(word, like) for word, weight in weights.items()) / total if total else 0.0


def score(question: Question, chain: Chain, entities: Mapping[str, Entity], said: Said, like: Likeness) -> float:
    """How well a chain answers: the mean of how well its facts answer what is asked at their starts.

    On top: the kind asked for at its end, of which the last link `said` what it does, and how well the things on the
    way fit their descriptions.
    """
    far = [entities[chain.end]] if chain.end in entities else []
    asked_for = float(answers(question, chain.links[-1].memory, far))
    if question.wanted.word:
        asked_for = max(asked_for, said.fits(question.wanted.word, like))
    return (
        sum(chain.parts) / len(chain.links)
        + KIND * asked_for
        + ON_THE_WAY * sum((one - TYPED) / (SURE - TYPED) for one in chain.fits)
        - PASSED_OVER * (chain.described - len(chain.fits))
    )


def best_first(chains: Iterable[Chain]) -> list[Chain]:
    """Chains by score, each set of facts once."""
    best: dict[tuple[str, ...], Chain] = {}
    for chain in chains:
        if chain.memories not in best or chain.score > best[chain.memories].score:
            best[chain.memories] = chain
    return sorted(best.values(), key=lambda chain: (-round(chain.score, 6), len(chain.links), chain.memories))


def leads(chains: Sequence[Chain]) -> list[Chain]:
    """The chains that stand first: the best of those whose every link says how its ends are related.

    None turns at something of which no more than the type is right.
    """
    telling = [chain for chain in chains if all(link.relation.triple.predicate != VAGUE for link in chain.links)]
    return [chain for chain in telling[:FIRST] if min(chain.fits) > RELATED]
