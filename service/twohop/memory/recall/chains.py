"""Chains: from what the question names, over facts, to what it asks for.

A chain answers a question that names the kind of thing on the way ("the *company* of Alice", "her *wife*"). Then the
best chains stand first in the answer, each as a unit. Without such a word single facts serve better: a weak embedder
sees "works at C" twice as better than "works at C" and "X is CEO of C". Rule and weights measured on generated stores
(one- and two-hop questions, two sets of relations): with it one-hop questions are not hurt.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from twohop.graph.model import Entity
from twohop.memory.recall.facts import KIND, FactWords, answers
from twohop.memory.recall.kinds import TYPES
from twohop.memory.recall.neighbourhood import Link
from twohop.memory.recall.question import Question
from twohop.memory.recall.turns import Rarity
from twohop.vector.sparse import stem

ON_THE_WAY = 0.15
"""For each inner end whose kind the question names."""

EXPLAINED = 0.3
"""For the share of the question that the chain's words and cues hold."""

TURNS = 16
"""Inner ends that are looked behind, those of a kind that the question names first."""

THIRD = 8
"""Two-step chains that are taken a step further."""

FIRST = 2
"""Chains that stand first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Links end to end. `kinds`: for each inner end the words of the question that name its kind."""

    links: tuple[Link, ...]
    cosines: tuple[float, ...] = ()
    kinds: tuple[frozenset[str], ...] = ()
    score: float = 0.0

    @property
    def kinds_named(self) -> int:
        """Inner ends whose kind the question names, each by a word of its own."""
        return min(sum(map(bool, self.kinds)), len(frozenset[str]().union(*self.kinds)))

    @property
    def memories(self) -> tuple[str, ...]:
        """Its facts in order."""
        return tuple(link.memory.id for link in self.links)


def kinds_named(question: Question, entity: Entity) -> frozenset[str]:
    """The words of the question that name the entity's kind, unless that is the kind asked for.

    Of the kind asked for one word is the asking itself ("who is the *manager* …"); a second one names what is on the
    way ("… of Emma's *husband*").
    """
    words = question.kind_words
    own = {stem(word) for kind in entity.kinds for word in kind.split()}
    found = {word for word in words if stem(word) in own}
    if not found and entity.type:
        found = {word for word in words if TYPES.get(word) == entity.type}
    if entity.type and entity.type == question.wanted.type:
        asked = {word for word in words if TYPES.get(word) == entity.type}
        return frozenset(found) if len(asked | found) > 1 else frozenset()
    return frozenset(found)


def turning_points(
    question: Question, links: Iterable[Link], entities: Mapping[str, Entity], shut: Collection[str], most: int
) -> list[str]:
    """Where a chain may go on: named ends that are not shut, those of a kind that the question names first."""
    ends = dict.fromkeys(link.target for link in links if link.target in entities and link.target not in shut)
    named = [entities[end] for end in ends if entities[end].named]
    return [entity.id for entity in sorted(named, key=lambda e: not kinds_named(question, e))][:most]


def asked_of(question: Question, seeds: Iterable[Entity], entity: Entity) -> str:
    """The question with the names it starts from replaced by the name reached."""
    text = question.text
    for seed in seeds:
        for name in sorted({seed.name, *seed.aliases}, key=len, reverse=True):
            text = re.sub(rf"\b{re.escape(name)}\b", lambda _: entity.name, text, flags=re.IGNORECASE)
    return text


def score(
    question: Question,
    chain: Chain,
    entities: Mapping[str, Entity],
    words: FactWords,
    seeds: Collection[str],
    rarity: Rarity,
) -> float:
    """How well a chain answers: the mean cosine of its facts, each against the question as asked at its start.

    On top: the kind asked for at its end, kinds named on the way, and the share of the question its words explain.
    """
    steps = len(chain.links)
    last = chain.links[-1]
    far = [entities[last.target]] if last.target in entities and last.target not in seeds else []
    explained = frozenset[str]().union(*(words(link.memory) for link in chain.links))
    return (
        sum(chain.cosines) / steps
        + KIND / steps * answers(question, last.memory, far)
        + ON_THE_WAY * chain.kinds_named
        + EXPLAINED * rarity.share(explained, question.stems)
    )


def extended(
    question: Question,
    chains: Sequence[Chain],
    links: Mapping[str, Sequence[Link]],
    entities: Mapping[str, Entity],
    seeds: Collection[str],
) -> list[Chain]:
    """Every chain one step longer: never back to where it came from, no fact twice. Cosines are still to be added."""
    found: list[Chain] = []
    named: dict[str, frozenset[str]] = {}
    for chain in chains:
        turn = chain.links[-1].target
        if turn not in named:
            named[turn] = kinds_named(question, entities[turn])
        passed = {*seeds, *(link.source for link in chain.links), turn}
        kinds = (*chain.kinds, named[turn])
        found.extend(
            Chain(links=(*chain.links, link), cosines=chain.cosines, kinds=kinds)
            for link in links.get(turn, ())
            if link.target not in passed and link.memory.id not in chain.memories
        )
    return found


def leads(chains: Sequence[Chain]) -> list[Chain]:
    """The chains that stand first: the best ones, if the best has an inner end of a kind that the question names."""
    return list(chains[:FIRST]) if chains and chains[0].kinds_named else []
