"""One recall from question to answer.

Two batches to the index give both scores of the best messages and facts; two more are the second query, where the gate
may open; one or two the chains, where the question names a kind of thing on the way.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twohop.graph.model import Entity, Memory, Owner, Scope
from twohop.graph.store import Ledger
from twohop.memory.api import Degradation, Path, RecallRequest, RecallResult, Scores
from twohop.memory.names import normal
from twohop.memory.predicates import PredicateTable
from twohop.memory.recall.answer import Unit, arrange, leader
from twohop.memory.recall.chain_search import ChainSearch, Means
from twohop.memory.recall.chains import leads
from twohop.memory.recall.facts import HYDRATED, KEPT, Fact, FactWords, best_points, listed_score, score_facts
from twohop.memory.recall.first_stage import Ranked, rank_by_meaning, rank_messages
from twohop.memory.recall.hop import Reached
from twohop.memory.recall.in_hand import InHand
from twohop.memory.recall.kinds import Likeness
from twohop.memory.recall.local import local_lists
from twohop.memory.recall.lookup import Lookup
from twohop.memory.recall.neighbourhood import Neighbourhood
from twohop.memory.recall.pace import Pace
from twohop.memory.recall.past import elsewhen, ended, replaced
from twohop.memory.recall.proofs import Seen, prove
from twohop.memory.recall.question import Question, longest_names
from twohop.memory.recall.render import Renderer
from twohop.memory.recall.search import Lists, Look
from twohop.memory.recall.second_stage import SecondStage
from twohop.memory.recall.view import View
from twohop.vector.model import PointKind
from twohop.vector.sparse import encode_query

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
        self._words = FactWords(parts.predicates)
        self._pace = Pace(2)

    async def answer(self) -> RecallResult:
        """The answer."""
        messages, facts = await self._first()
        ranked = self._ranked(messages)
        if self._request.arms:
            return await self._result(ranked.order, ranked.scores, [], [], [], gate=0.0)
        found = self._facts(facts, ranked)
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
        (gate, reached), (units, paths) = await asyncio.gather(self._second(second, found, ranked), self._heads(found))
        order, scores = second.fuse(ranked, gate, reached)
        listed = self._listed(found)
        return await self._result(
            order, scores, listed, [*units, *self._leader(listed)], paths, gate=gate, reached=reached, seen=second.seen
        )

    async def _second(
        self, second: SecondStage, found: Sequence[Fact], ranked: Ranked
    ) -> tuple[float, dict[str, Reached]]:
        with self._pace:
            if self._request.depth and self._lookup.up and self._in_time():
                return await second.take(found[:KEPT], ranked)
            return 0.0, {}

    # -- first stage ----------------------------------------------------------------------------------------------

    async def _first(self) -> tuple[Lists, Lists]:
        """Both scores of the best messages and facts, with the texts behind them."""
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
        fetched = await self._lookup.fetch(looks)
        if not self._request.arms and self._request.depth:
            self._near.hot = fetched[2].ids
            self._seeds = self._named()
        likely = self._best(fetched[1], LIKELY) if len(fetched) > 1 else []
        await asyncio.gather(
            self._near.read([seed.id for seed in self._seeds], ahead=likely), self._hand.read(fetched[0].ids)
        )
        around = [memory.revision.id for memory in self._near.memories.values()]
        lists = await self._lookup.fill([*zip(looks, fetched, strict=True)][:2], {PointKind.MEMORY: around})
        if not self._lookup.up:
            lists = list(await local_lists(self._ledger, view, self._start.weights, self._seeds, self._near))
            await self._hand.read(lists[0].ids)
        messages, facts = lists[0], lists[1] if len(lists) > 1 else Lists()
        self._points = best_points(facts, self._parts.fact_lexical_share)
        await self._near.hydrate(self._best(facts, HYDRATED))
        return messages, facts

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

    def _facts(self, lists: Lists, ranked: Ranked) -> list[Fact]:
        return score_facts(self._points, lists, self._near.memories, self._words, ranked)

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
        behind = elsewhen((memory for memory, _ in scored), self._view)
        return sorted(
            scored, key=lambda pair: (pair[0].id in behind, -round(pair[1], 6), -pair[0].created_at, pair[0].id)
        )

    def _leader(self, listed: Sequence[tuple[Memory, float]]) -> list[Unit]:
        """The fact that leads the list: the best of those that have ended when the past is asked for."""
        past = ended(self._question, listed, self._view) if self._view.then is None else []
        return leader(past[:1] or listed)

    async def _heads(self, found: Sequence[Fact]) -> tuple[list[Unit], list[Path]]:
        """What stands first: the fact that the question's "before" asks for, and chains that answer it."""
        with self._pace:
            return await self._chains(found)

    async def _chains(self, found: Sequence[Fact]) -> tuple[list[Unit], list[Path]]:
        memories = [memory for memory in self._near.memories.values() if self._view.wanted(memory)]
        units: list[Unit] = []
        if pair := replaced(self._question, memories, self._near.entities, self._view):
            units.append(Unit(tuple(pair), score=1.0))
        if not self._seeds or not self._request.depth or not self._in_time():
            return units, []
        means = Means(
            view=self._view,
            near=self._near,
            lookup=self._lookup,
            rarity=self._hand.rarity,
            words=self._words,
            like=self._parts.like,
            pace=self._pace,
        )
        search = ChainSearch(self._question, self._seeds, FIRST_PERSON & set(self._question.words), means)
        paths: list[Path] = []
        behind = elsewhen(self._near.memories.values(), self._view)
        for chain in leads(await search.find(self._request.depth)):
            if not all(self._view.wanted(link.memory) and link.memory.id not in behind for link in chain.links):
                continue
            steps = tuple(self._near.step(link) for link in chain.links)
            units.append(Unit(tuple(link.memory for link in chain.links), chain.score, path=len(paths)))
            paths.append(Path(steps=steps, score=chain.score, answer=self._near.end_of(chain.links[-1])))
        return units, paths

    async def _proofs(
        self,
        order: Sequence[str],
        scores: Mapping[str, Scores],
        reached: Mapping[str, Reached],
        seen: Seen,
    ) -> dict[str, Path]:
        """The evidence paths of the messages among the first that the graph brought there."""
        brought = {one: reached[one] for one in order[: self._request.limit] if one in reached and scores[one].hop > 0}
        paths = await prove(self._ledger, self._view, self._near, brought, seen, self._request.depth)
        return {one: path for one, path in paths.items() if all(self._view.wanted(step.memory) for step in path.steps)}

    async def _result(
        self,
        order: Sequence[str],
        scores: Mapping[str, Scores],
        facts: Sequence[tuple[Memory, float]],
        units: Sequence[Unit],
        paths: Sequence[Path],
        *,
        gate: float,
        reached: Mapping[str, Reached] | None = None,
        seen: Seen | None = None,
    ) -> RecallResult:
        places = arrange(order, scores, facts, units, self._request.limit, messages=self._with_messages)
        renderer = Renderer(self._ledger, self._view, self._hand.turns, self._near)
        proven, messages = await asyncio.gather(
            self._proofs(order, scores, reached or {}, seen or Seen()) if gate else nothing(), renderer.sources(places)
        )
        return renderer.result(
            places,
            paths,
            proven,
            messages,
            gate=gate,
            degradations=self._degradations(),
            seq=self._owner.seq if self._owner else 0,
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

    def _in_time(self) -> bool:
        """Whether the caller's deadline still lies ahead; if not, the answer says so."""
        deadline = self._request.deadline
        if deadline is None or asyncio.get_running_loop().time() < deadline:
            return True
        self._lookup.degradations[Degradation.DEADLINE] = None
        return False


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
