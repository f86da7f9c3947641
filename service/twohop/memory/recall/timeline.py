"""What held when: the facts that have ended, that held at the time asked about, and the values that something had."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from twohop.graph.model import Granularity, Kind, Memory, Validity
from twohop.memory.recall.asked_time import Span
from twohop.memory.recall.facts import Fact
from twohop.memory.recall.question import Question
from twohop.memory.recall.view import View

Claim: TypeAlias = tuple[str, str]

FITS = 0.5
"""Share of a question's words from which a fact says what is asked."""

VALUES = 8
"""Values of one thing that stand together, the newest ones."""


def ended(question: Question, facts: Sequence[tuple[Memory, float]], view: View) -> Sequence[tuple[Memory, float]]:
    """The facts that no longer hold, when the past is asked for."""
    return [(memory, score) for memory, score in facts if view.closed(memory)] if question.past else []


def elsewhen(facts: Iterable[Memory], then: Span | None) -> frozenset[str]:
    """The facts (memory ids) that did not hold at the time which the question names.

    Events are left alone: they may be what happened then however late they were told. So is a fact of unknown start,
    unless another one says the same of the same subject for that time.
    """
    if then is None:
        return frozenset()
    first, beyond = then
    states = [memory for memory in facts if memory.revision.kind is not Kind.EVENT]
    held = {one.id for one in states if overlaps(one.revision.validity, first, beyond)}
    answered = {claim(one) for one in states if one.id in held} - {None}
    return frozenset(
        one.id
        for one in states
        if one.id not in held
        and (one.revision.validity.valid_from.granularity is not Granularity.UNKNOWN or claim(one) in answered)
    )


def given_way(memories: Iterable[Memory], view: View) -> frozenset[str]:
    """The facts (memory ids) that no longer hold, where what took their place is among them."""
    known = {memory.id: memory for memory in memories}
    return frozenset(one.id for one in known.values() if one.revision.superseded_by in known and view.closed(one))


def claim(memory: Memory) -> Claim | None:
    """What a state says something about: subject and predicate; None for an event."""
    triples = memory.revision.triples if memory.revision.kind is not Kind.EVENT else ()
    return (triples[0].subject_id, triples[0].predicate) if triples else None


def overlaps(validity: Validity, first: int, beyond: int) -> bool:
    """Whether it held at an instant from `first` on and before `beyond`."""
    return validity.valid_from.at < beyond and (validity.valid_to is None or first < validity.valid_to.at)


def timeline(facts: Sequence[Fact], then: Span | None, fit: Callable[[Fact], float]) -> list[Memory]:
    """The values of what is asked for, newest first: those that held at the time asked about, or all.

    `facts`: what may answer, best first. `fit`: how well a fact says what is asked, by its words (1 = all of them) and
    what it ends in; told are the values of what the best one says something about. Empty when that never changed, or
    the best says less than half.
    """
    values: dict[Claim, list[Memory]] = {}
    for fact in facts:
        if said := claim(fact.memory):
            values.setdefault(said, []).append(fact.memory)
    changed = {said for said, few in values.items() if any(one.revision.validity.valid_to for one in few)}
    # Who asks for all that something was asks about what changed; at a time it may be anything.
    told = changed if then is None else values.keys()
    fits = [(round(fit(one), 6), one.score, said) for one in facts if (said := claim(one.memory)) in told and said]
    best = max(fits, default=(0.0, 0.0, None))
    if best[0] < FITS or best[-1] not in changed:
        return []
    held = [one for one in values[best[-1]] if then is None or overlaps(one.revision.validity, *then)]
    return sorted(held, key=lambda one: (one.revision.validity.valid_from.at, one.id), reverse=True)[:VALUES]
