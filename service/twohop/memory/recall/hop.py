"""The second query: what the question still asks for once a fact has answered part of it.

A kept fact leads to a named thing, the bridge. The question without the words that the fact explains, plus the bridge's
name, is asked again. This is the largest gain on multi-hop questions: +9 points of recall @5 and +10 @10 on MuSiQue
(development half). Not removing the explained words costs 8 of them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from twohop.graph.model import Entity
from twohop.memory.recall.facts import Fact
from twohop.memory.recall.question import Question
from twohop.memory.recall.scale import minmax
from twohop.memory.recall.search import Lists
from twohop.memory.recall.turns import Rarity
from twohop.vector.sparse import stem, stems_of
from twohop.vector.stopwords import STOP

BRIDGES = 8
"""Second queries of one recall (3 keep most of the gain with a slow embedder)."""

KNOWN = 0.5
"""Share of a name's weight in the question from which it leads nowhere new."""

HUB_SHARE, HUB_EXTRA, HUB_FLOOR = 0.1, 3, 20
"""A thing in more than a tenth of all messages, and three, connects all with all: it leads nowhere.

Below twenty messages a thing is no hub in any store: in a small one a tenth is a handful.
"""

UNLINKED = 0.8
"""Factor for a message that doesn't mention the bridge: half of the true next passages share no exact entity."""

DENSE = 0.5
"""Share of the dense list in the second query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """A way on: from a fact to a named thing, with the stems that the question still asks for."""

    fact: Fact
    entity: Entity
    rest: frozenset[str]
    weight: float

    @property
    def name_stems(self) -> frozenset[str]:
        """The stems of the bridge's name."""
        return frozenset(stems_of(self.entity.name))

    def text(self, question: Question) -> str:
        """The second query for the embedder: words that the fact did not explain, stop words too, and the name."""
        words = [word for word in question.words if word in STOP or stem(word) not in self.fact.stems]
        return " ".join([*words, self.entity.name])

    def stems(self) -> dict[str, float]:
        """The second query for the lexical list."""
        return dict.fromkeys(self.rest | self.name_stems, 1.0)


@dataclass(frozen=True, slots=True)
class Reached:
    """A message that a second query found: its score 0 … 1, and by which bridge."""

    score: float
    bridge: Bridge


def is_hub(messages_with_it: int, messages: int) -> bool:
    """Whether a thing is in too many messages to lead anywhere."""
    return messages_with_it > max(HUB_FLOOR, HUB_SHARE * messages + HUB_EXTRA)


def bridges(
    question: Question,
    kept: Sequence[Fact],
    ends: Mapping[str, Collection[Entity]],
    hubs: Collection[str],
    rarity: Rarity,
) -> list[Bridge]:
    """The ways on from the kept facts, best first. `ends`: by memory id, the things a fact is about or names."""
    highest = max((fact.score for fact in kept), default=0.0)
    asked = frozenset(question.stems)
    found: dict[tuple[str, frozenset[str]], Bridge] = {}
    for fact in kept:
        for entity in ends.get(fact.memory.id, ()):
            if not entity.named or entity.id in hubs:
                continue
            bridge = Bridge(
                fact=fact,
                entity=entity,
                rest=asked - fact.stems,
                weight=fact.score / highest if highest else 0.0,
            )
            if not bridge.name_stems or rarity.share(asked, bridge.name_stems) >= KNOWN:
                continue
            known = found.get((entity.id, bridge.rest))
            if known is None or known.weight < bridge.weight:
                found[entity.id, bridge.rest] = bridge
    ordered = sorted(found.values(), key=lambda b: (-round(b.weight, 6), b.entity.normal, b.entity.id))
    return ordered[:BRIDGES]


def reach(found: Sequence[tuple[Bridge, Lists]], linked: Mapping[str, Collection[str]]) -> dict[str, Reached]:
    """Message id -> the best that a bridge gives it. `linked`: by entity id, the messages that mention it."""
    reached: dict[str, Reached] = {}
    for bridge, lists in found:
        lexical = minmax({one: lists.lexical.get(one, 0.0) for one in lists.ids})
        dense = minmax({one: lists.dense[one] for one in lists.ids if one in lists.dense})
        mentions = linked.get(bridge.entity.id, ())
        for one in lists.ids:
            score = DENSE * dense.get(one, 0.0) + (1 - DENSE) * lexical[one]
            score *= bridge.weight * (1.0 if one in mentions else UNLINKED)
            if one not in reached or score > reached[one].score:
                reached[one] = Reached(score, bridge)
    return reached
