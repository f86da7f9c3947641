"""The second stage: how far the graph takes part in the order of messages, and what it brings."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from twohop.graph.model import Entity
from twohop.memory.api import Scores
from twohop.memory.recall.case import Case
from twohop.memory.recall.facts import KEPT, Fact
from twohop.memory.recall.first_stage import Ranked, best_first
from twohop.memory.recall.gate import flag, gain
from twohop.memory.recall.hop import Bridge, Reached, bridges, likely, match, reach
from twohop.memory.recall.proofs import Seen
from twohop.memory.recall.question import LONGEST_NAME
from twohop.memory.recall.scale import minmax
from twohop.memory.recall.search import Lists, Look
from twohop.memory.recall.turns import Turn
from twohop.vector.model import PointKind
from twohop.vector.sparse import encode_query

HOP = 3.0
"""Weight of the second query's score (its best = 1) beside the first stage's (measured on MuSiQue and LoCoMo)."""

AMONG = 0.5
"""The same for a turn of a conversation: it is found by what was said around it too, so there is less to add.

On LoCoMo, where the gate opens for one question in six, 2 costs .4 points @10, and .5 a tenth.
"""

AHEAD = 10
"""Best messages that the gate compares with, and messages of each second query that it looks at."""

TOLD = 2
"""Reached messages whose facts are read with them, in lengths of the answer: of those shown hardly one is missing."""

REACHED = 100
"""Messages of the second queries that join the list."""

SHORTEST_NAME = 3
"""Letters of a name that may stand inside another one."""

LINKED = 1_000
"""Newest messages of a bridge that count as mentioning it: a thing in more is a hub in any store up to 10,000."""


class SecondStage:
    """The second queries of one recall."""

    def __init__(self, case: Case) -> None:
        self._ledger = case.ledger
        self._question = case.question
        self._view = case.view
        self._lookup = case.lookup
        self._near = case.near
        self._hand = case.hand
        self._limit = case.request.limit
        self._pace = case.pace
        self._mentions: dict[str, Collection[str]] = {}
        self.seen = Seen()
        """What was read of the facts behind the best messages that were reached, and of those that led there."""

    async def take(self, kept: Sequence[Fact], ranked: Ranked) -> tuple[float, dict[str, Reached]]:
        """How far the graph takes part (0 … 1), and what the second queries found, by message."""
        rarity = self._hand.rarity
        ways = bridges(self._question, kept, await self._ends(kept), self._near.hubs, rarity)
        opened = flag(kept[:KEPT], {way.fact.memory.id for way in ways})
        if not opened:
            return 0.0, {}
        found, linked = await asyncio.gather(self._ask_again(ways), self._linked(way.entity.id for way in ways))
        matches = [match(way, lists, linked.get(way.entity.id, ())) for way, lists in found]
        best = likely(matches, REACHED)
        view = self._view
        told_of = best[: TOLD * self._limit]
        # Of the facts behind them, those that are known already: hardly one is not, and then costs another read.
        steps = [*(way.fact.memory.id for way in ways), *self._near.resting_on(told_of)]
        await self._pace.step()
        _, told, related = await asyncio.gather(
            self._hand.read([*best, *(one for way in ways for one in way.fact.sources)]),
            self._ledger.facts_of_messages(view.partition, told_of, view.axes),
            self._ledger.relations_of_memories(view.partition, steps, view.axes),
        )
        self.seen = Seen(
            told={one: told.get(one, ()) for one in told_of}, related={one: related.get(one, ()) for one in steps}
        )
        texts = {one: self._hand.stems(one) for one in best if one in self._hand.turns}
        texts |= {one: self._hand.stems(one) for way in ways for one in way.fact.sources if one in self._hand.turns}
        reached = reach(matches, self._question.stems, texts, rarity)
        together = {
            one: (way.fact.stems, texts[one])
            for way in ways
            for one in [one for one in reached if reached[one].bridge is way][:AHEAD]
        }
        alone = [self._hand.stems(one) for one in ranked.order[:AHEAD]]
        return opened * gain(self._question.stems, alone, together, rarity), reached

    async def _ends(self, kept: Sequence[Fact]) -> dict[str, list[Entity]]:
        """By memory id, what a fact is about, and the names inside those names."""
        near = self._near
        own = {fact.memory.id: [near.entities[end] for end in fact.ends if end in near.entities] for fact in kept}
        names = {run for entities in own.values() for entity in entities for run in runs(entity.normal)}
        known: dict[str, list[Entity]] = {}
        if names:
            # What the facts are about is what most ways lead over: what mentions it is read in the same step.
            about = [one.id for few in own.values() for one in few if one.named and one.id not in near.hubs]
            known, _ = await asyncio.gather(
                self._ledger.entities_named(self._view.partition, sorted(names), self._view.axes.known_at),
                self._linked(about),
            )
        await near.know(entity.id for few in known.values() for entity in few)
        ends: dict[str, list[Entity]] = {}
        for memory_id, entities in own.items():
            all_ = [*entities, *(e for one in entities for name in inside(one.normal, known) for e in known[name])]
            ends[memory_id] = list({entity.id: entity for entity in all_}.values())
        return ends

    async def _linked(self, entity_ids: Iterable[str]) -> Mapping[str, Collection[str]]:
        """Entity id -> the newest messages that mention it."""
        if fresh := [one for one in dict.fromkeys(entity_ids) if one not in self._mentions]:
            view = self._view
            found = await self._ledger.mentions_of(view.partition, fresh, LINKED, view.axes.known_at)
            self._mentions.update((one, set(found.get(one, ()))) for one in fresh)
        return self._mentions

    async def _ask_again(self, ways: Sequence[Bridge]) -> list[tuple[Bridge, Lists]]:
        """The second queries' lists: all bridges in one batch, and one more for the scores that are missing."""
        embedded = await self._lookup.embed([way.text(self._question) for way in ways])
        dense = self._lookup.centred(embedded, PointKind.MESSAGE)
        looks = [
            Look(
                kind=PointKind.MESSAGE,
                where=self._view.messages,
                dense=dense[place] if dense else None,
                sparse=encode_query(way.stems()),
            )
            for place, way in enumerate(ways)
        ]
        fetched = await self._lookup.fetch(looks)
        return list(zip(ways, await self._lookup.fill([*zip(looks, fetched, strict=True)], {}), strict=True))

    def fuse(
        self, ranked: Ranked, gate: float, reached: Mapping[str, Reached]
    ) -> tuple[Sequence[str], Mapping[str, Scores]]:
        """The order of messages once the graph has had its say, and their scores."""
        if not gate:
            return ranked.order, ranked.scores
        hop = minmax({**dict.fromkeys(ranked.order, 0.0), **{one: found.score for one, found in reached.items()}})
        scores: dict[str, Scores] = {}
        for one, scaled in hop.items():
            brought = gate * weight(self._hand.turns[one]) * scaled
            walked = brought * reached[one].walked if one in reached else 0.0
            scores[one] = replace(
                ranked.scores.get(one, Scores(total=0.0)),
                total=ranked.scaled.get(one, 0.0) + brought,
                hop=brought - walked,
                walk=walked,
            )
        return best_first({one: score.total for one, score in scores.items()}, self._hand.turns), scores


def weight(turn: Turn) -> float:
    """What the best second query's answer counts beside the first stage's best."""
    return AMONG if turn.among else HOP


def runs(name: str) -> set[str]:
    """The names that may stand inside a longer name: its runs of words, but for the whole, numbers and initials."""
    words = name.split()
    return {
        run
        for size in range(1, min(LONGEST_NAME, len(words)))
        for first in range(len(words) - size + 1)
        if len(run := " ".join(words[first : first + size])) >= SHORTEST_NAME and not run.isdigit()
    }


def inside(name: str, known: Mapping[str, Collection[Entity]]) -> list[str]:
    """The known names that stand inside a longer name, from left to right: the longest ones, no word in two."""
    words = name.split()
    longest = min(LONGEST_NAME, len(words) - 1)
    found: list[str] = []
    first = 0
    while first < len(words):
        for size in range(min(longest, len(words) - first), 0, -1):
            if known.get(run := " ".join(words[first : first + size])):
                found.append(run)
                first += size
                break
        else:
            first += 1
    return found
