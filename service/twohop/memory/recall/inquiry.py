"""One recall from question to answer, in one go or told in parts.

Two batches to the index give both scores of the best messages and facts; two more are the second query, where the gate
may open; one or two the chains, where the question names a kind of thing on the way.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar

from twohop.graph.model import Entity, Memory, Owner, Scope
from twohop.graph.store import Ledger
from twohop.memory.api import Degradation, Path, Placement, RecallPart, RecallRequest, RecallResult, Scores
from twohop.memory.names import normal
from twohop.memory.predicates import PredicateTable
from twohop.memory.recall.answer import Place, Unit, arrange, leader
from twohop.memory.recall.asked_time import Span, open_ended, told_by_event
from twohop.memory.recall.chain_search import ChainSearch, Means, read_around
from twohop.memory.recall.chains import Chain, leads
from twohop.memory.recall.context import PLACES, ContextWriter
from twohop.memory.recall.explain import Explainer
from twohop.memory.recall.facts import (
    HYDRATED,
    KEPT,
    KIND,
    LEADING,
    Fact,
    FactWords,
    answers,
    best_points,
    listed_score,
    score_facts,
)
from twohop.memory.recall.first_stage import Ranked, rank_by_meaning, rank_messages
from twohop.memory.recall.hop import Reached
from twohop.memory.recall.in_hand import InHand
from twohop.memory.recall.kinds import Likeness
from twohop.memory.recall.local import local_lists
from twohop.memory.recall.lookup import Lookup
from twohop.memory.recall.neighbourhood import Neighbourhood
from twohop.memory.recall.pace import Pace
from twohop.memory.recall.proofs import Seen, prove
from twohop.memory.recall.question import Question, longest_names
from twohop.memory.recall.reading import Reading
from twohop.memory.recall.render import Renderer
from twohop.memory.recall.search import Lists, Look
from twohop.memory.recall.second_stage import SecondStage
from twohop.memory.recall.timeline import elsewhen, ended, timeline
from twohop.memory.recall.view import View
from twohop.vector.model import PointKind
from twohop.vector.sparse import encode_query, stems_of
from twohop.vector.tokens import TokenCounter

T = TypeVar("T")
Tell: TypeAlias = Callable[[RecallPart], None]

MEANING = "vector"
"""Arms of a measurement by the dense list alone; any others are the first stage alone."""

SPEAKER = "user"
"""What an extractor calls a speaker without a name; "I" and "my" in a question are that one."""

LIKELY = 80
"""Facts that are read ahead, before both scores of all are known: of the best `HYDRATED` hardly one is not among them.

Those that are missing then cost another read."""

FIRST_PERSON = frozenset({"i", "me", "my", "mine", "myself"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What every recall of a process shares."""

    ledger: Ledger
    predicates: PredicateTable
    dense_weight: float
    fact_lexical_share: float
    like: Likeness
    counter: TokenCounter


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What one recall begins with. `weights`: the lexical query, stem to weight; `known`: entities by names asked.

    `behind`: the index does not yet hold all that the ledger does.
    """

    weights: Mapping[str, float]
    known: Mapping[str, Sequence[Entity]]
    behind: bool


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
        start: Start,
        parts: Parts,
    ) -> None:
        self._request = request
        self._question = question
        self._view = view
        self._owner = owner
        self._lookup = lookup
        self._start = start
        self._parts = parts
        self._ledger = parts.ledger
        self._hand = InHand(parts.ledger, view)
        self._near = Neighbourhood(parts.ledger, view, owner.message_count if owner else 0)
        self._seeds: list[Entity] = []
        self._then: Span | None = view.then
        self._event: list[Memory] = []
        self._words = FactWords(parts.predicates)
        self._pace = Pace(2)

    async def answer(self, tell: Tell | None = None) -> RecallResult:
        """The answer. `tell`: is given parts of it as they are found: what depth 0 answers, then paths hop by hop."""
        looks, lists = await self._looked_up()
        if tell is not None and self._walks:
            lists = await self._first(looks, lists)
            tell(RecallPart(items=(await self._first_answer(lists, render=False)).items))
        if self._walks:
            self._near.hot = lists[-1].ids
            self._seeds = self._named()
        lists = await self._first(looks, lists)
        if not self._walks:
            return await self._first_answer(lists)
        ranked, found = self._scored(lists)
        second = SecondStage(
            ledger=self._ledger,
            question=self._question,
            view=self._view,
            lookup=self._lookup,
            near=self._near,
            hand=self._hand,
            limit=self._request.limit,
            pace=self._pace,
        )
        # Side by side, so that what both read of the graph is read in the same steps.
        (gate, reached), (units, paths) = await asyncio.gather(self._second(second, found, ranked), self._chains(tell))
        order, scores = second.fuse(ranked, gate, reached)
        listed = self._listed(found)
        heads = [*units, *self._over_time(found), *self._leader(listed)]
        return await self._result(
            ranked, order, scores, listed, heads, paths, gate=gate, reached=reached, seen=second.seen
        )

    async def _first_answer(self, lists: Sequence[Lists], *, render: bool = True) -> RecallResult:
        """What the first stage answers by itself."""
        ranked, found = self._scored(lists)
        listed = self._listed(found)
        heads = [*self._over_time(found), *self._leader(listed)] if not self._request.arms else []
        return await self._result(ranked, ranked.order, ranked.scores, listed, heads, [], gate=0.0, render=render)

    async def _second(
        self, second: SecondStage, found: Sequence[Fact], ranked: Ranked
    ) -> tuple[float, dict[str, Reached]]:
        with self._pace:
            if self._lookup.up and not self._one_hop:
                return await self._in_time(second.take(found[:LEADING], ranked), (0.0, {}))
            return 0.0, {}

    @property
    def _one_hop(self) -> bool:
        """Whether the question asks for what is told of the things it names, with nothing on the way.

        Only where somebody said what these are: facts without types are as good as what they were taken from.
        """
        reading = self._reading()
        typed = all(seed.type or seed.kinds for seed in self._seeds)
        return typed and reading is not None and not reading.descriptions

    def _reading(self) -> Reading | None:
        return read_around(self._question, self._seeds, FIRST_PERSON & set(self._question.words), self._parts.like)

    @property
    def _walks(self) -> bool:
        """Whether the graph may take part."""
        return self._request.depth > 0 and not self._request.arms

    # -- first stage ----------------------------------------------------------------------------------------------

    async def _looked_up(self) -> tuple[list[Look], list[Lists]]:
        """The lists of messages, facts and relations as the index gives them; of messages alone for measurements."""
        view = self._view
        embedded = await self._lookup.embed([self._question.text])
        sparse = encode_query(self._start.weights)
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
        return looks, await self._lookup.fetch(looks)

    async def _first(self, looks: Sequence[Look], lists: Sequence[Lists]) -> list[Lists]:
        """The lists with both scores of the best messages and facts, also of those around what the question names.

        Reads the texts behind them. What was read and filled before is not asked for again.
        """
        likely = self._best(lists[1], LIKELY) if len(lists) > 1 else []
        await asyncio.gather(
            self._near.read([seed.id for seed in self._seeds], ahead=likely), self._hand.read(lists[0].ids)
        )
        around = [memory.revision.id for memory in self._near.memories.values()]
        pairs = [*zip(looks, lists, strict=True)]
        filled = await self._lookup.fill(pairs[:2], {PointKind.MEMORY: around})
        if not self._lookup.up:
            filled = list(await local_lists(self._ledger, self._view, self._start.weights, self._seeds, self._near))
            await self._hand.read(filled[0].ids)
        if len(filled) > 1:
            await self._near.hydrate(self._best(filled[1], HYDRATED))
        return [*filled, *lists[2:]]

    def _scored(self, lists: Sequence[Lists]) -> tuple[Ranked, list[Fact]]:
        """The messages in order, and the facts with their scores."""
        ranked = self._ranked(lists[0])
        if self._request.arms:
            return ranked, []
        facts = lists[1]
        self._set_time()
        points = best_points(facts, self._parts.fact_lexical_share)
        return ranked, score_facts(points, facts, self._near.memories, self._words, ranked)

    def _named(self) -> list[Entity]:
        """The entities that the question names; "I" is the owner by name, or a speaker without a name."""
        known = self._start.known
        found = longest_names(self._question, known)
        own = sorted(own_names(self._question, self._request.scope))
        found += [entity for name in own for entity in known.get(name, ()) if entity not in found]
        self._near.entities.update((entity.id, entity) for entity in found)
        return found

    def _best(self, facts: Lists, most: int) -> list[str]:
        """The memories of the best facts, best first."""
        points = best_points(facts, self._parts.fact_lexical_share)
        return [facts.memory[one] for one in sorted(facts.ids, key=lambda one: (-points[one], one))[:most]]

    def _ranked(self, messages: Lists) -> Ranked:
        self._hand.weigh(self._near.memories.values(), self._words)
        if self._request.arms == MEANING:
            return rank_by_meaning(messages, self._hand.turns)
        return rank_messages(
            self._question, messages, self._hand.turns, self._hand.rarity, self._start.weights, self._parts.dense_weight
        )

    # -- the answer -----------------------------------------------------------------------------------------------

    def _listed(self, found: Sequence[Fact]) -> list[tuple[Memory, float]]:
        """The facts that have a place in the list, best first: the kept ones and those of the things named."""
        seeds = {seed.id for seed in self._seeds}
        everything = not self._with_messages
        kept = [fact for place, fact in enumerate(found) if everything or place < KEPT or seeds & set(fact.ends)]
        scored = [
            (
                fact.memory,
                listed_score(fact, self._question, self._near.entities, seeds),
            )
            for fact in kept
            if self._view.wanted(fact.memory)
        ]
        behind = elsewhen((memory for memory, _ in scored), self._then)
        return sorted(
            scored, key=lambda pair: (pair[0].id in behind, -round(pair[1], 6), -pair[0].created_at, pair[0].id)
        )

    def _leader(self, listed: Sequence[tuple[Memory, float]]) -> list[Unit]:
        """The fact that leads the list: the best of those that have ended when the past is asked for."""
        past = ended(self._question, listed, self._view) if self._then is None else []
        return leader(past[:1] or listed)

    def _set_time(self) -> None:
        """Find the time that the question tells by an event, among the facts in hand."""
        self._then, self._event = self._view.then, []
        clause = self._view.clause
        if clause is None:
            return
        told = told_by_event(
            clause,
            filter(self._view.wanted, self._near.memories.values()),
            self._near.entities,
            {seed.id for seed in self._seeds},
            self._words,
            self._hand.rarity,
        )
        if told is not None:
            event, self._then = told
            self._event = [event]

    def _over_time(self, found: Sequence[Fact]) -> list[Unit]:
        """The values of what is asked for that changed: those of the time asked about with its event, or all."""
        if self._then is None and not self._view.every:
            return []
        asked = frozenset(stems_of(self._view.asked))
        seeds = {seed.id for seed in self._seeds}

        def fit(fact: Fact) -> float:
            far = [self._near.entities[end] for end in fact.ends if end in self._near.entities and end not in seeds]
            kind = KIND if answers(self._question, fact.memory, far) else 0.0
            return self._hand.rarity.share(fact.stems, asked) + kind

        values = timeline([fact for fact in found if self._view.wanted(fact.memory)], self._then, fit)
        together = (*values, *(one for one in self._event if one not in values))
        return [Unit(together, 1.0, Placement.CHANGE)] if values else []

    async def _chains(self, tell: Tell | None) -> tuple[list[Unit], list[Path]]:
        """The chains that stand first in the answer; each hop's paths are told as it is done."""
        with self._pace:
            if not self._seeds:
                return [], []
            means = Means(
                view=self._view,
                near=self._near,
                lookup=self._lookup,
                rarity=self._hand.rarity,
                words=self._words,
                like=self._parts.like,
                pace=self._pace,
            )
            past = self._question.past or self._then is not None
            reading = self._reading()
            if reading is None:
                return [], []
            search = ChainSearch(self._question, reading, self._seeds, means, past=past)
            behind = elsewhen(self._near.memories.values(), self._then)
            first: list[Chain] = []
            told: set[tuple[str, ...]] = set()

            async def follow() -> None:
                nonlocal first
                async for chains in search.find(self._request.depth):
                    first = self._leads(chains, behind)
                    fresh = [chain for chain in first if chain.memories not in told]
                    told.update(chain.memories for chain in fresh)
                    if tell is not None and fresh:
                        tell(RecallPart(paths=tuple(map(self._path, fresh))))

            await self._in_time(follow(), None)
            units = [
                Unit(tuple(link.memory for link in chain.links), chain.score, Placement.CHAIN, place)
                for place, chain in enumerate(first)
            ]
            return units, [self._path(chain) for chain in first]

    def _leads(self, chains: Sequence[Chain], behind: Collection[str]) -> list[Chain]:
        """Those of the chains that stand first, as far as the filter and the time asked about leave them in."""
        return [
            chain
            for chain in leads(chains)
            if all(self._view.wanted(link.memory) and link.memory.id not in behind for link in chain.links)
        ]

    def _path(self, chain: Chain) -> Path:
        steps = tuple(self._near.step(link) for link in chain.links)
        return Path(steps=steps, score=chain.score, answer=self._near.end_of(chain.links[-1]))

    async def _proofs(
        self,
        order: Sequence[str],
        scores: Mapping[str, Scores],
        reached: Mapping[str, Reached],
        seen: Seen,
    ) -> dict[str, Path]:
        """The evidence paths of the messages among the first that the graph brought there."""
        brought = {
            one: reached[one]
            for one in order[: self._request.limit]
            if one in reached and scores[one].hop + scores[one].walk > 0
        }
        proving = prove(self._ledger, self._view, self._near, brought, seen, self._request.depth)
        paths = await self._in_time(proving, {})
        return {one: path for one, path in paths.items() if all(self._view.wanted(step.memory) for step in path.steps)}

    async def _result(
        self,
        ranked: Ranked,
        order: Sequence[str],
        scores: Mapping[str, Scores],
        facts: Sequence[tuple[Memory, float]],
        units: Sequence[Unit],
        paths: Sequence[Path],
        *,
        gate: float,
        reached: Mapping[str, Reached] | None = None,
        seen: Seen | None = None,
        render: bool = True,
    ) -> RecallResult:
        request = self._request
        budget = request.token_budget if render else None
        whole = self._arranged(order, scores, facts, units, PLACES) if budget else []
        places = self._arranged(order, scores, facts, units, request.limit)
        renderer = Renderer(self._ledger, self._view, self._hand.turns, self._near)
        proven, messages = await asyncio.gather(
            self._proofs(order, scores, reached or {}, seen or Seen()) if gate else nothing(),
            renderer.sources([*places, *whole]),
        )
        result = renderer.result(
            places,
            paths if places else (),
            proven,
            messages,
            gate=gate,
            asked_time=open_ended(self._then) if self._then else None,
            degradations=self._degradations(),
            seq=self._owner.seq if self._owner else 0,
            explain=self._explainer(ranked, reached or {}) if request.explain else None,
        )
        if budget is None:
            return result
        shown = list(result.paths)
        items = renderer.items(whole, shown, proven, messages)
        writer = ContextWriter(
            self._parts.counter, self._question.stems, self._hand.rarity, messages=self._with_messages
        )
        # Counting tokens is work of milliseconds, of seconds for messages as long as they may be: not in this thread.
        context = await asyncio.to_thread(writer.write, items, shown, renderer.entities(items, shown), budget)
        return replace(result, context=context)

    def _arranged(
        self,
        order: Sequence[str],
        scores: Mapping[str, Scores],
        facts: Sequence[tuple[Memory, float]],
        units: Sequence[Unit],
        limit: int,
    ) -> list[Place]:
        min_score = self._request.min_score
        return arrange(order, scores, facts, units, limit, messages=self._with_messages, min_score=min_score)

    def _explainer(self, ranked: Ranked, reached: Mapping[str, Reached]) -> Explainer:
        return Explainer(
            question=self._question,
            view=self._view,
            then=self._then,
            ranked=ranked,
            reached=reached,
            memory_stems=self._words,
            message_stems=self._hand.stems,
        )

    def _degradations(self) -> tuple[str, ...]:
        found = dict(self._lookup.degradations)
        if self._lookup.up and self._start.behind:
            found[Degradation.INDEX_BEHIND] = None
        if self._near.spent:
            found[Degradation.BUDGET] = None
        return tuple(found)

    @property
    def _with_messages(self) -> bool:
        return self._request.include_messages and not self._view.about_memories

    async def _in_time(self, work: Coroutine[Any, Any, T], otherwise: T) -> T:
        """What the work gives, unless the caller's deadline comes first: the answer then says so, and work is ended."""
        try:
            async with asyncio.timeout_at(self._request.deadline) as limit:
                return await work
        except TimeoutError:
            if not limit.expired():
                raise
            self._lookup.degradations[Degradation.DEADLINE] = None
            return otherwise


def names_asked(question: Question, scope: Scope) -> list[str]:
    """The normal forms under which what the question names may be known."""
    names = {name for gram in question.grams() for name in (gram.name, gram.words)}
    return sorted(filter(None, names | own_names(question, scope)))


def own_names(question: Question, scope: Scope) -> set[str]:
    """The names of who asks, when the question speaks of them."""
    return {SPEAKER, normal(scope.user_id)} if FIRST_PERSON & set(question.words) else set()


async def nothing() -> dict[str, Path]:
    """No proofs."""
    return {}
