"""From what was found to the answer: places, proofs, the context for a prompt, and why each item is where it is."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from twohop.graph.model import Memory
from twohop.memory.api import Path, RecallResult, Scores
from twohop.memory.recall.asked_time import Span, open_ended
from twohop.memory.recall.case import Case
from twohop.memory.recall.context import PLACES, ContextWriter
from twohop.memory.recall.explain import Explainer
from twohop.memory.recall.first_stage import Ranked
from twohop.memory.recall.hop import Reached
from twohop.memory.recall.places import Place, Unit, arrange
from twohop.memory.recall.proofs import Seen, prove
from twohop.memory.recall.render import Renderer


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What one recall found. `ranked`: of the first stage; `order` and `scores`: of messages in the end.

    `facts`: with their scores among facts, best first; `units`: what stands first; `then`: the time asked about;
    `replaced`: messages that told the values before a fact, by its memory id; `gone`: facts that prove nothing now.
    """

    ranked: Ranked
    order: Sequence[str]
    scores: Mapping[str, Scores]
    facts: Sequence[tuple[Memory, float]] = ()
    units: Sequence[Unit] = ()
    paths: Sequence[Path] = ()
    then: Span | None = None
    gate: float = 0.0
    reached: Mapping[str, Reached] = field(default_factory=dict)
    seen: Seen = field(default_factory=Seen)
    replaced: Mapping[str, Sequence[str]] = field(default_factory=dict)
    gone: Collection[str] = ()


async def answer(case: Case, found: Findings, *, render: bool = True) -> RecallResult:
    """The answer. `render`: write the context too, if one is asked for."""
    budget = case.request.token_budget if render else None
    whole = arranged(case, found, PLACES) if budget else []
    places = arranged(case, found, case.request.limit)
    renderer = Renderer(case.ledger, case.view, case.hand.turns, case.near)
    proven, messages = await asyncio.gather(proofs(case, found), renderer.sources([*places, *whole]))
    result = renderer.result(
        places,
        found.paths if places else (),
        proven,
        messages,
        gate=found.gate,
        asked_time=open_ended(found.then) if found.then else None,
        degradations=case.degradations,
        seq=case.owner.seq if case.owner else 0,
        explain=explainer(case, found) if case.request.explain else None,
    )
    if budget is None:
        return result
    shown = list(result.paths)
    items = renderer.items(whole, shown, proven, messages)
    writer = ContextWriter(case.parts.counter, case.question.stems, case.hand.rarity, messages=case.with_messages)
    # Counting tokens is work of milliseconds, of seconds for messages as long as they may be: not in this thread.
    context = await asyncio.to_thread(writer.write, items, shown, renderer.entities(items, shown), budget)
    return replace(result, context=context)


def arranged(case: Case, found: Findings, limit: int) -> list[Place]:
    """The places of the answer, or of a longer one for the context."""
    return arrange(
        found.order,
        found.scores,
        found.facts,
        found.units,
        limit,
        messages=case.with_messages,
        replaced=found.replaced,
        min_score=case.request.min_score,
    )


async def proofs(case: Case, found: Findings) -> dict[str, Path]:
    """The evidence paths of the messages among the first that the graph brought there."""
    if not found.gate:
        return {}
    brought = {
        one: found.reached[one]
        for one in found.order[: case.request.limit]
        if one in found.reached and found.scores[one].hop + found.scores[one].walk > 0
    }
    proving = prove(case.ledger, case.view, case.near, brought, found.seen, case.request.depth)
    paths = await case.in_time(proving, {})
    return {
        one: path
        for one, path in paths.items()
        if all(case.view.wanted(step.memory) and step.memory.id not in found.gone for step in path.steps)
    }


def explainer(case: Case, found: Findings) -> Explainer:
    """What says why an item stands where it stands."""
    return Explainer(
        question=case.question,
        view=case.view,
        then=found.then,
        ranked=found.ranked,
        reached=found.reached,
        memory_stems=case.words,
        message_stems=case.hand.stems,
    )
