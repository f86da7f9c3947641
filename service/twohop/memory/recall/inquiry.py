"""One recall from question to answer, in one go or told in parts.

Two batches to the index give both scores of the best messages and facts; two more are the second query, where the gate
may open; one or two the chains, where the question names a kind of thing on the way.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from twohop.graph.model import Memory
from twohop.memory.api import RecallPart, RecallResult
from twohop.memory.recall.answer import Findings, answer
from twohop.memory.recall.case import Case
from twohop.memory.recall.facts import HYDRATED, Fact, best_points, leading_on, score_facts
from twohop.memory.recall.first_stage import Ranked, rank_by_meaning, rank_messages
from twohop.memory.recall.hop import Reached
from twohop.memory.recall.leading import Leading, Tell
from twohop.memory.recall.local import local_lists
from twohop.memory.recall.named import named
from twohop.memory.recall.replaced import replaced
from twohop.memory.recall.search import Lists, Look
from twohop.memory.recall.second_stage import SecondStage
from twohop.memory.recall.timeline import given_way
from twohop.vector.model import PointKind
from twohop.vector.sparse import encode_query

MEANING = "vector"
"""Arms of a measurement by the dense list alone; any others are the first stage alone."""

LIKELY = 80
"""Facts that are read ahead, before both scores of all are known: of the best `HYDRATED` hardly one is not among them.

Those that are missing then cost another read."""


class Inquiry:
    """Answers one question."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def answer(self, tell: Tell | None = None) -> RecallResult:
        """The answer. `tell`: is given parts of it as they are found: what depth 0 answers, then paths hop by hop."""
        case = self._case
        looks, lists = await self._looked_up()
        if tell is not None and case.walks:
            lists = await self._first(looks, lists)
            tell(RecallPart(items=(await self._first_answer(lists, render=False)).items))
        if case.walks:
            case.near.hot = lists[-1].ids
            case.seeds = named(case.question, case.request.scope, case.start.known)
            case.near.entities.update((entity.id, entity) for entity in case.seeds)
        lists = await self._first(looks, lists)
        if not case.walks:
            return await self._first_answer(lists)
        ranked, found = self._scored(lists)
        leading = Leading(case)
        second = SecondStage(case)
        # Side by side, so that what both read of the graph is read in the same steps.
        (gate, reached), (units, paths) = await asyncio.gather(
            self._second(second, self._leading_on(found, leading), ranked, wanted=not leading.one_hop),
            leading.chains(tell),
        )
        order, scores = second.fuse(ranked, gate, reached)
        listed = leading.listed(found)
        findings = Findings(
            ranked=ranked,
            order=order,
            scores=scores,
            facts=listed,
            units=[*units, *leading.singles(found, listed)],
            paths=paths,
            then=leading.then,
            gate=gate,
            reached=reached,
            seen=second.seen,
            replaced=await self._replaced(listed),
            gone=self._gone(leading),
        )
        return await answer(case, findings)

    async def _first_answer(self, lists: Sequence[Lists], *, render: bool = True) -> RecallResult:
        """What the first stage answers by itself."""
        case = self._case
        ranked, found = self._scored(lists)
        findings = Findings(ranked=ranked, order=ranked.order, scores=ranked.scores)
        if not case.request.arms:
            leading = Leading(case)
            listed = leading.listed(found)
            findings = replace(
                findings,
                facts=listed,
                units=leading.singles(found, listed),
                then=leading.then,
                replaced=await self._replaced(listed),
            )
        return await answer(case, findings, render=render)

    async def _second(
        self, second: SecondStage, kept: Sequence[Fact], ranked: Ranked, *, wanted: bool
    ) -> tuple[float, dict[str, Reached]]:
        with self._case.pace:
            if wanted and self._case.lookup.up:
                return await self._case.in_time(second.take(kept, ranked), (0.0, {}))
            return 0.0, {}

    def _leading_on(self, found: Sequence[Fact], leading: Leading) -> list[Fact]:
        """The facts from which ways lead on."""
        gone = self._gone(leading)
        standing = [fact for fact in found if fact.memory.id not in gone]
        return leading_on(standing, [seed.id for seed in self._case.seeds])

    def _gone(self, leading: Leading) -> frozenset[str]:
        """The facts in hand that gave way to others, unless it is the past that is asked for: no path goes over one."""
        case = self._case
        return frozenset() if leading.past else given_way(case.near.memories.values(), case.view)

    async def _replaced(self, listed: Sequence[tuple[Memory, float]]) -> dict[str, tuple[str, ...]]:
        """The messages that told the values before those listed."""
        return await replaced(self._case.ledger, self._case.view, (memory for memory, _ in listed))

    async def _looked_up(self) -> tuple[list[Look], list[Lists]]:
        """The lists of messages, facts and relations as the index gives them; of messages alone for measurements."""
        case = self._case
        view = case.view
        embedded = await case.in_time(case.lookup.embed([case.question.text]), None)
        sparse = encode_query(case.start.weights)
        looks: list[Look] = []
        for kind, where in (
            (PointKind.MESSAGE, view.messages),
            (PointKind.MEMORY, view.facts),
            (PointKind.RELATION, view.relations),
        ):
            dense = case.lookup.centred(embedded, kind)
            wordy = sparse if case.request.arms != MEANING and kind is not PointKind.RELATION else None
            looks.append(Look(kind=kind, where=where, dense=dense[0] if dense else None, sparse=wordy))
        if case.request.arms:
            looks = looks[:1]
        elif not case.walks:
            looks = looks[:2]  # Relations only tell which way to walk.
        return looks, await case.in_time(case.lookup.fetch(looks), [Lists() for _ in looks])

    async def _first(self, looks: Sequence[Look], lists: Sequence[Lists]) -> list[Lists]:
        """The lists with both scores of the best messages and facts, also of those around what the question names.

        Reads the texts behind them. What was read and filled before is not asked for again.
        """
        case = self._case
        likely = self._best(lists[1], LIKELY) if len(lists) > 1 else []
        await asyncio.gather(
            case.near.read([seed.id for seed in case.seeds], ahead=likely), case.hand.read(lists[0].ids)
        )
        around = [memory.revision.id for memory in case.near.memories.values()]
        pairs = [*zip(looks, lists, strict=True)][:2]
        filled = await case.in_time(case.lookup.fill(pairs, {PointKind.MEMORY: around}), [few for _, few in pairs])
        if not any(one.ids for one in filled) and not case.lookup.up:
            filled = list(await local_lists(case.ledger, case.view, case.start.weights, case.seeds, case.near))
            await case.hand.read(filled[0].ids)
        if len(filled) > 1:
            await case.near.hydrate(self._best(filled[1], HYDRATED))
        return [*filled, *lists[2:]]

    def _scored(self, lists: Sequence[Lists]) -> tuple[Ranked, list[Fact]]:
        """The messages in order, and the facts with their scores."""
        case = self._case
        ranked = self._ranked(lists[0])
        if case.request.arms:
            return ranked, []
        points = best_points(lists[1], case.parts.fact_lexical_share)
        return ranked, score_facts(points, lists[1], case.near.memories, case.words, ranked)

    def _best(self, facts: Lists, most: int) -> list[str]:
        """The memories of the best facts, best first."""
        points = best_points(facts, self._case.parts.fact_lexical_share)
        return [facts.memory[one] for one in sorted(facts.ids, key=lambda one: (-points[one], one))[:most]]

    def _ranked(self, messages: Lists) -> Ranked:
        case = self._case
        case.hand.weigh(case.near.memories.values(), case.words)
        if case.request.arms == MEANING:
            return rank_by_meaning(messages, case.hand.turns)
        return rank_messages(
            case.question,
            messages,
            case.hand.turns,
            case.hand.rarity,
            case.start.weights,
            case.parts.dense_weight,
        )
