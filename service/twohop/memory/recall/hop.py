"""The second query: what the question still asks for once a fact has answered part of it.

A kept fact leads to a named thing, the bridge. The question without the words that the fact explains, plus the bridge's
name, is asked again. This is the largest gain on multi-hop questions: +9 points of recall @5 and +10 @10 on MuSiQue
(development half). Not removing the explained words costs 8 of them.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from twohop.graph.model import Entity
from twohop.memory.calendar_words import MONTH_NAMES, SEASONS, WEEKDAY_NAMES
from twohop.memory.recall.facts import Fact
from twohop.memory.recall.question import Question
from twohop.memory.recall.scale import minmax
from twohop.memory.recall.search import Lists
from twohop.memory.recall.turns import Rarity
from twohop.vector.sparse import stem, stems_of
from twohop.vector.stopwords import STOP

BRIDGES = 16
"""Second queries of one recall, at most. Recorded triples need 8; the facts that rules keep of a passage name several
things each, and with 8 all evidence is among the first ten for 52 % of MuSiQue's questions, with 16 for 58 %."""

KNOWN = 0.5
"""Share of a name's weight in the question from which it leads nowhere new."""

HUB_SHARE, HUB_EXTRA, HUB_FLOOR = 0.1, 3, 20
"""A thing in more than a tenth of all messages, and three, connects all with all: it leads nowhere.

Below twenty messages a thing is no hub in any store: in a small one a tenth is a handful.
"""

UNLINKED = 0.85
"""Factor for a message that doesn't mention the bridge: half of the true next passages share no exact entity."""

STEP = 0.5
"""For a message that mentions the bridge, over the root of how many others do: a step of a walk from the bridge.

What few messages mention leads to them whatever their words. A walk further than this step adds nothing to it."""

DENSE = 0.5
"""Share of the dense list in the second query."""

EXPLAINED = 0.5
"""Share of a message's score that hangs on how much of the question it explains with the one that led there."""
CALENDAR = frozenset((*MONTH_NAMES, *WEEKDAY_NAMES, *SEASONS, "th", "st", "nd", "rd", "to", "of", "and", "the", "s"))
"""Words of dates."""

NO_STEMS: frozenset[str] = frozenset()


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
    """A message on a way: its score 0 … 1.5, by which bridge, and where that leads: to itself, or on from it.

    `walked`: the share of the score that comes from the step from the bridge, not from the words.
    """

    score: float
    bridge: Bridge
    leads_to: str
    walked: float = 0.0


@dataclass(frozen=True, slots=True)
class Match:
    """A second query's answer: how well messages fit it, 0 … 1, and those that the ledger says mention the bridge."""

    bridge: Bridge
    fits: Mapping[str, float]
    linked: Collection[str]


def tells_when(name: str) -> bool:
    """Whether a name is a date or a number: whatever happened then has nothing else in common."""
    words = re.findall(r"[^\W\d_]+", name)
    return all(word in CALENDAR for word in words)


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
            if not entity.named or entity.id in hubs or tells_when(entity.normal):
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


def match(bridge: Bridge, lists: Lists, linked: Collection[str]) -> Match:
    """How well the messages of a second query's lists fit it."""
    lexical = minmax({one: lists.lexical.get(one, 0.0) for one in lists.ids})
    dense = minmax({one: lists.dense[one] for one in lists.ids if one in lists.dense})
    fits = {one: DENSE * dense.get(one, 0.0) + (1 - DENSE) * lexical[one] for one in lists.ids}
    return Match(bridge, fits, linked)


def likely(matches: Sequence[Match], most: int) -> list[str]:
    """The messages that are worth reading, best first."""
    scores: dict[str, float] = {}
    for found in matches:
        for one, (fit, step) in weighed(found, found.linked, {*found.fits, *found.linked}).items():
            scores[one] = max(fit + step, scores.get(one, 0.0))
    return sorted(scores, key=lambda one: (-round(scores[one], 6), one))[:most]


def weighed(found: Match, linked: Collection[str], among: Iterable[str]) -> dict[str, tuple[float, float]]:
    """What a bridge gives each message by its words, and by the step to those that mention the bridge (`linked`)."""
    weight, fits = found.bridge.weight, found.fits
    others = {*linked}.difference(found.bridge.fact.sources)
    step = weight * STEP / max(1, len(others)) ** 0.5
    return {
        one: (
            weight * fits.get(one, 0.0) * (1.0 if one in linked else UNLINKED),
            step if one in others else 0.0,
        )
        for one in among
        if one in others or one in fits
    }


def reach(
    matches: Sequence[Match], question: Collection[str], texts: Mapping[str, AbstractSet[str]], rarity: Rarity
) -> dict[str, Reached]:
    """Message id -> the best way that it is on, best first. `texts`: the stems of the messages that were read.

    A message that has all of the bridge's name mentions it, whatever was extracted from it. The message that a fact
    was taken from is on the way too: it has the score of the best message that its fact leads to.
    """
    reached: dict[str, Reached] = {}
    explained = {one: frozenset(stem for stem in question if stem in stems) for one, stems in texts.items()}

    def take(one: str, way: Reached) -> None:
        if one not in reached or way.score > reached[one].score:
            reached[one] = way

    for found in matches:
        bridge, sources = found.bridge, found.bridge.fact.sources
        name = bridge.name_stems
        linked = {*found.linked, *(one for one in found.fits if name.issubset(texts.get(one, NO_STEMS)))}
        known = {stem for stem in question if stem in bridge.fact.stems}
        known.update(*(explained.get(one, ()) for one in sources))
        shares: dict[frozenset[str], float] = {}
        for one, (fit, step) in weighed(found, linked, sorted(texts)).items():
            if not fit + step:
                continue
            share = shares.get(explained[one])
            if share is None:
                share = shares[explained[one]] = rarity.share({*known, *explained[one]}, question)
            score = (fit + step) * (1 - EXPLAINED + EXPLAINED * share)
            way = Reached(score, bridge, one, walked=step / (fit + step))
            take(one, way)
            for source in sources:
                if source != one:
                    take(source, way)
    return dict(sorted(reached.items(), key=lambda pair: (-round(pair[1].score, 6), pair[0])))
