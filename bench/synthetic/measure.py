"""Asking a made-up world: how often the whole chain is found, how often the answer, and how long it takes."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.scoring import row
from bench.synthetic.questions import Group, Question
from bench.synthetic.world import World

from twohop.graph.model import Axes, Scope
from twohop.memory.api import Core, Depth, Item, RecallRequest

CHAIN_FIRST, ANSWER_FIRST = 5, 3
"""Items among which the whole chain, and the fact with the answer, have to stand."""

CHAINS = 2
"""Paths that stand first as chains."""

ARMS = {"graph": int(Depth.DEFAULT), "no graph": 0}
"""Name of an arm -> the depth that is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What came of one question. `wrong`: it was led over a fact that doesn't hold at the time asked about."""

    question: Question
    chain: bool
    answer: bool
    pointed: bool
    wrong: bool
    seconds: float


async def ask(core: Core, scope: Scope, world: World, question: Question, depth: int) -> Score:
    """Ask one question."""
    request = RecallRequest(scope=scope, query=question.text, depth=depth, axes=Axes(as_of=question.as_of))
    began = time.perf_counter()
    result = await core.recall(request)
    seconds = time.perf_counter() - began
    texts = [world.facts[place].text for place in question.chain]
    wrong = {world.facts[place].text for place in question.wrong}
    first = [told(item) for item in result.items[:CHAIN_FIRST]]
    # A path of one step is the proof of a fact, and such a fact may well be one of the past.
    chains = [path for path in result.paths[:CHAINS] if len(path.steps) > 1]
    return Score(
        question=question,
        chain=set(texts) <= set().union(*first),
        answer=texts[-1] in set().union(*first[:ANSWER_FIRST]),
        pointed=bool(result.paths) and result.paths[0].answer == question.answer,
        wrong=any(step.memory.revision.text in wrong for path in chains for step in path.steps),
        seconds=seconds,
    )


def told(item: Item) -> set[str]:
    """What an item says: its fact and the messages under it, or its message."""
    messages = (item.message,) if item.message is not None else item.sources
    said = {message.content.removesuffix(".") for message in messages}
    return said | ({item.memory.revision.text} if item.memory else set())


async def ask_all(core: Core, scope: Scope, world: World, asked: Sequence[Question]) -> dict[str, list[Score]]:
    """Every question by every arm."""
    return {arm: [await ask(core, scope, world, question, depth) for question in asked] for arm, depth in ARMS.items()}


def rows(arm: str, embedder: str, split: str, scores: Sequence[Score]) -> list[dict[str, object]]:
    """The figures of an arm, in percent, by group, wording and hops; the latency in milliseconds over all."""
    found: list[dict[str, object]] = []
    for category, some in by_category(scores).items():
        figures = [
            ("chain", CHAIN_FIRST, [score.chain for score in some]),
            ("answer", ANSWER_FIRST, [score.answer for score in some]),
            ("pointed out", 1, [score.pointed for score in some]),
            ("over what does not hold", None, [score.wrong for score in some]),
        ]
        for metric, k, hits in figures:
            share = 100 * statistics.fmean(hits)
            found.append(row(arm, embedder, split, category, metric, k, share, len(some), dataset="synthetic"))
    seconds = sorted(score.seconds for score in scores)
    for metric, share in (("p50 ms", 0.5), ("p95 ms", 0.95)):
        value = 1_000 * seconds[min(len(seconds) - 1, int(share * len(seconds)))]
        found.append(row(arm, embedder, split, "all", metric, None, value, len(seconds), dataset="synthetic"))
    return found


def by_category(scores: Sequence[Score]) -> dict[str, list[Score]]:
    """Scores by what sort of question they are of."""
    found: dict[str, list[Score]] = {}
    for score in scores:
        found.setdefault(category(score.question), []).append(score)
    return found


def category(question: Question) -> str:
    """The name of a question's sort."""
    hops = f"{question.hops} hop{'s' if question.hops > 1 else ''}"
    if question.group in {Group.CHANGED, Group.AS_OF}:
        return f"{hops}, {question.group}"
    return f"{hops}, {question.group}, {question.wording}"
