"""One recall from question to answer.

Two batches to the index give both scores of the best messages and facts; two more are the second query, where the gate
may open; one or two the chains, where the question names a kind of thing on the way.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from twohop.graph.model import Entity, Memory, Owner
from twohop.graph.store import Ledger
from twohop.memory.api import Degradation, Path, RecallRequest, RecallResult, Scores
from twohop.memory.names import normal
from twohop.memory.predicates import PredicateTable
from twohop.memory.recall.answer import Unit, arrange
from twohop.memory.recall.chain_search import ChainSearch
from twohop.memory.recall.chains import leads
from twohop.memory.recall.facts import HYDRATED, KEPT, Fact, FactWords, best_points, listed_score, score_facts
from twohop.memory.recall.first_stage import Ranked, best_first, rank_by_meaning, rank_messages
from twohop.memory.recall.gate import flag, gain
from twohop.memory.recall.hop import Bridge, Reached, bridges, reach
from twohop.memory.recall.local import local_lists
from twohop.memory.recall.lookup import Lookup
from twohop.memory.recall.neighbourhood import Neighbourhood
from twohop.memory.recall.past import ended_bonus, replaced
from twohop.memory.recall.proofs import prove
from twohop.memory.recall.question import LONGEST_NAME, Question, longest_names
from twohop.memory.recall.render import Renderer
from twohop.memory.recall.scale import minmax
from twohop.memory.recall.search import Lists, Look
from twohop.memory.recall.turns import Rarity, Turn, turns_of
from twohop.memory.recall.view import View, sources
from twohop.memory.recall.vocabulary import Vocabularies
from twohop.vector.model import PointKind
from twohop.vector.sparse import encode_query

HOP = 2.0
"""Weight of the second query's score (its best = 1) beside the first stage's (measured on MuSiQue and LoCoMo)."""

AHEAD = 10
"""Best messages that the gate compares with, and messages of each second query that it looks at."""

REACHED = 100
"""Messages of the second queries that join the list."""

LINKED = 1_000
"""Newest messages of a bridge that count as mentioning it: a thing in more is a hub in any store up to 10,000."""

MEANING, WORDS = "vector", "vector+bm25"
"""Arms of a measurement: the dense list alone, or the first stage alone."""

SPEAKER = "user"
"""What an extractor calls a speaker without a name; "I" and "my" in a question are that one."""

FIRST_PERSON = frozenset({"i", "me", "my", "mine", "myself"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What every recall of a process shares."""

    ledger: Ledger
    predicates: PredicateTable
    vocabularies: Vocabularies
    dense_weight: float
    fact_lexical_share: float


class Inquiry:
    """Holds what one recall has found so far."""

    def __init__(
        self,
        *,
        request: RecallRequest,
        question: Question,
        view: View,
        owner: Owner | None,
        lookup: Lookup,
        parts: Parts,
    ) -> None:
        self._request = request
        self._question = question
        self._view = view
        self._owner = owner
        self._lookup = lookup
        self._parts = parts
        self._ledger = parts.ledger
        self._turns: dict[str, Turn] = {}
        self._near = Neighbourhood(parts.ledger, view, owner.message_count if owner else 0)
        self._seeds: list[Entity] = []
        self._rarity = Rarity(())
        self._words = FactWords(parts.predicates)

    async def answer(self) -> RecallResult:
        """The answer."""
        messages, facts = await self._first()
        ranked = self._ranked(messages)
        if self._request.arms:
            return await self._result(ranked.order, ranked.scores, [], [], [], gate=0.0)
        found = self._facts(facts, ranked)
        gate, reached = await self._second(found[:KEPT], ranked) if self._in_time() else (0.0, {})
        order, scores = self._fused(ranked, gate, reached)
        units, paths = await self._heads(found)
        proven = await self._proofs(order, scores, reached) if gate else {}
        return await self._result(order, scores, self._listed(found), units, paths, gate=gate, proven=proven)

    # -- first stage ----------------------------------------------------------------------------------------------

    async def _first(self) -> tuple[Lists, Lists]:
        """Both scores of the best messages and facts, with the texts behind them."""
        view = self._view
        self._weights = await self._parts.vocabularies.expand(view.partition, self._question.words)
        embedded = await self._lookup.embed([self._question.text])
        sparse = encode_query(self._weights)
        looks: list[Look] = []
        for kind, where in (
            (PointKind.MESSAGE, view.messages),
            (PointKind.MEMORY, view.facts),
            (PointKind.RELATION, view.relations),
        ):
            dense = self._lookup.centred(embedded, kind)
            wordy = sparse if self._request.arms != MEANING and kind is not PointKind.RELATION else None
            looks.append(Look(kind=kind, where=where, dense=dense[0] if dense else None, sparse=wordy))
        if self._request.arms:
            looks = looks[:1]
        fetched = await self._lookup.fetch(looks)
        if not self._request.arms and self._request.depth:
            self._near.hot = fetched[2].ids
            self._seeds = await self._named()
            await self._near.links((seed.id for seed in self._seeds), through=False)
        around = [memory.revision.id for memory in self._near.memories.values()]
        lists = await self._lookup.fill([*zip(looks, fetched, strict=True)][:2], {PointKind.MEMORY: around})
        if not self._lookup.up:
            lists = list(await local_lists(self._ledger, view, self._weights, self._seeds, self._near))
        messages, facts = lists[0], lists[1] if len(lists) > 1 else Lists()
        await asyncio.gather(self._read(messages.ids), self._hydrate(facts))
        return messages, facts

    async def _named(self) -> list[Entity]:
        """The entities that the question names; "I" is the speaker without a name."""
        names = [normal(run) for _, _, run in self._question.grams()]
        asked_by_speaker = bool(FIRST_PERSON & set(self._question.words))
        known = await self._ledger.entities_named(
            self._view.partition, [*names, *([SPEAKER] if asked_by_speaker else [])], self._view.axes.known_at
        )
        found = longest_names(self._question, known)
        if asked_by_speaker:
            found.extend(entity for entity in known.get(SPEAKER, ()) if entity not in found)
        self._near.entities.update((entity.id, entity) for entity in found)
        return found

    async def _read(self, message_ids: Iterable[str]) -> None:
        """Read messages, with what stands before them, that the view sees."""
        fresh = [one for one in dict.fromkeys(message_ids) if one not in self._turns]
        if fresh:
            found = turns_of(await self._ledger.windows(self._view.partition, fresh, 1))
            self._turns.update((one, turn) for one, turn in found.items() if self._view.sees_message(turn.message))

    async def _hydrate(self, lists: Lists) -> None:
        """Read the best facts of the lists, and what is known of the things they are about."""
        self._points = best_points(lists, self._parts.fact_lexical_share)
        best = sorted(lists.ids, key=lambda one: (-self._points[one], one))[:HYDRATED]
        await self._near.hydrate(lists.memory[one] for one in best)
        await self._near.know(
            end
            for memory in self._near.memories.values()
            for triple in memory.revision.triples
            for end in (triple.subject_id, triple.object_id)
        )

    def _ranked(self, messages: Lists) -> Ranked:
        texts = {one: set(turn.stems) for one, turn in self._turns.items()}
        for memory in self._near.memories.values():
            stems = self._words(memory)
            for one in sources(memory):
                if one in texts:
                    texts[one] |= stems
        self._texts = texts
        self._rarity = Rarity(texts.values())
        if self._request.arms == MEANING:
            return rank_by_meaning(messages, self._turns)
        return rank_messages(
            self._question, messages, self._turns, self._rarity, self._weights, self._parts.dense_weight
        )

    def _facts(self, lists: Lists, ranked: Ranked) -> list[Fact]:
        return score_facts(self._points, lists, self._near.memories, self._words, ranked)

    # -- second stage ---------------------------------------------------------------------------------------------

    async def _second(self, kept: Sequence[Fact], ranked: Ranked) -> tuple[float, dict[str, Reached]]:
        """How far the graph takes part, and what the second queries found."""
        if not self._request.depth or not self._lookup.up:
            return 0.0, {}
        ways = bridges(self._question, kept, await self._ends(kept), self._near.hubs, self._rarity)
        opened = flag(kept, {way.fact.memory.id for way in ways})
        if not opened:
            return 0.0, {}
        found = await self._asked_again(ways)
        linked = await self._ledger.mentions_of(
            self._view.partition, [way.entity.id for way in ways], LINKED, self._view.axes.known_at
        )
        reached = reach(found, {one: set(few) for one, few in linked.items()})
        best = sorted(reached, key=lambda one: (-round(reached[one].score, 6), one))[:REACHED]
        await self._read(best)
        reached = {one: reached[one] for one in best if one in self._turns}
        together = {
            one: (reached[one].bridge.fact.stems, self._text(one))
            for way in ways
            for one in [one for one in reached if reached[one].bridge is way][:AHEAD]
        }
        alone = [self._text(one) for one in ranked.order[:AHEAD]]
        return opened * gain(self._question.stems, alone, together, self._rarity), reached

    async def _ends(self, kept: Sequence[Fact]) -> dict[str, list[Entity]]:
        """By memory id, what a fact is about, and the names inside those names."""
        near = self._near
        own = {fact.memory.id: [near.entities[end] for end in fact.ends if end in near.entities] for fact in kept}
        inside = {run for entities in own.values() for entity in entities for run in runs(entity.normal)}
        known = await self._ledger.entities_named(self._view.partition, sorted(inside), self._view.axes.known_at)
        await near.know(entity.id for few in known.values() for entity in few)
        return {
            memory_id: list(
                {
                    entity.id: entity
                    for one in entities
                    for entity in (one, *(e for run in runs(one.normal) for e in known.get(run, ())))
                }.values()
            )
            for memory_id, entities in own.items()
        }

    async def _asked_again(self, ways: Sequence[Bridge]) -> list[tuple[Bridge, Lists]]:
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

    def _fused(
        self, ranked: Ranked, gate: float, reached: Mapping[str, Reached]
    ) -> tuple[Sequence[str], Mapping[str, Scores]]:
        """The order of messages once the graph has had its say."""
        if not gate:
            return ranked.order, ranked.scores
        hop = minmax({**dict.fromkeys(ranked.order, 0.0), **{one: found.score for one, found in reached.items()}})
        scores = {
            one: replace(
                ranked.scores.get(one, Scores(total=0.0)),
                total=ranked.scaled.get(one, 0.0) + gate * HOP * hop[one],
                hop=gate * HOP * hop[one],
            )
            for one in hop
        }
        return best_first({one: score.total for one, score in scores.items()}, self._turns), scores

    # -- the answer -----------------------------------------------------------------------------------------------

    def _listed(self, found: Sequence[Fact]) -> list[tuple[Memory, float]]:
        """The facts that have a place in the list, best first: the kept ones and those of the things named."""
        seeds = {seed.id for seed in self._seeds}
        everything = not self._with_messages
        kept = [fact for place, fact in enumerate(found) if everything or place < KEPT or seeds & set(fact.ends)]
        scored = [
            (
                fact.memory,
                listed_score(fact, self._question, self._near.entities, seeds)
                + ended_bonus(self._question, fact.memory, self._view),
            )
            for fact in kept
            if self._view.wanted(fact.memory)
        ]
        return sorted(scored, key=lambda pair: (-round(pair[1], 6), -pair[0].created_at, pair[0].id))

    async def _heads(self, found: Sequence[Fact]) -> tuple[list[Unit], list[Path]]:
        """What stands first: the fact that the question's "before" asks for, and chains that answer it."""
        memories = [memory for memory in self._near.memories.values() if self._view.wanted(memory)]
        units: list[Unit] = []
        if pair := replaced(self._question, memories, self._near.entities, self._view):
            units.append(Unit(tuple(pair), score=1.0))
        if not self._seeds or not self._request.depth or not self._in_time():
            return units, []
        cosines = {fact.memory.revision.id: fact.cosine for fact in found}
        search = ChainSearch(self._question, self._seeds, self._near, self._lookup, self._rarity, self._words)
        paths: list[Path] = []
        for chain in leads(await search.find(cosines, self._request.depth)):
            if not all(self._view.wanted(link.memory) for link in chain.links):
                continue
            steps = tuple(self._near.step(link) for link in chain.links)
            units.append(Unit(tuple(link.memory for link in chain.links), chain.score, path=len(paths)))
            paths.append(Path(steps=steps, score=chain.score, answer=self._near.end_of(chain.links[-1])))
        return units, paths

    async def _proofs(
        self, order: Sequence[str], scores: Mapping[str, Scores], reached: Mapping[str, Reached]
    ) -> dict[str, Path]:
        """The evidence paths of the messages among the first that the graph brought there."""
        brought = {one: reached[one] for one in order[: self._request.limit] if one in reached and scores[one].hop > 0}
        return await prove(self._ledger, self._view, self._near, brought)

    async def _result(
        self,
        order: Sequence[str],
        scores: Mapping[str, Scores],
        facts: Sequence[tuple[Memory, float]],
        units: Sequence[Unit],
        paths: Sequence[Path],
        *,
        gate: float,
        proven: Mapping[str, Path] | None = None,
    ) -> RecallResult:
        places = arrange(order, scores, facts, units, self._request.limit, messages=self._with_messages)
        renderer = Renderer(self._ledger, self._view, self._turns, self._near)
        return await renderer.result(
            places,
            paths,
            proven or {},
            gate=gate,
            degradations=await self._degradations(),
            seq=self._owner.seq if self._owner else 0,
        )

    async def _degradations(self) -> tuple[str, ...]:
        found = dict(self._lookup.degradations)
        if self._lookup.up and await self._ledger.outbox_size(self._view.partition):
            found[Degradation.INDEX_BEHIND] = None
        if self._near.spent:
            found[Degradation.BUDGET] = None
        return tuple(found)

    @property
    def _with_messages(self) -> bool:
        return self._request.include_messages and not self._view.about_memories

    def _text(self, message_id: str) -> Collection[str]:
        """The stems of a message in hand and of the facts taken from it."""
        return self._texts.get(message_id) or self._turns[message_id].stems

    def _in_time(self) -> bool:
        """Whether the caller's deadline still lies ahead; if not, the answer says so."""
        deadline = self._request.deadline
        if deadline is None or asyncio.get_running_loop().time() < deadline:
            return True
        self._lookup.degradations[Degradation.DEADLINE] = None
        return False


def runs(name: str) -> set[str]:
    """The names that may stand inside a longer name: its runs of words, but for the whole."""
    words = name.split()
    return {
        " ".join(words[first : first + size])
        for size in range(1, min(LONGEST_NAME, len(words)))
        for first in range(len(words) - size + 1)
    }
