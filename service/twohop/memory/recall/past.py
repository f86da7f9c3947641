"""Questions about what used to be: what stood before the thing that the question names, and what has ended."""

from collections.abc import Iterable, Mapping, Sequence

from twohop.graph.model import Entity, Granularity, Kind, Memory, Triple, Validity
from twohop.memory.recall.question import Question
from twohop.memory.recall.view import View
from twohop.vector.sparse import stems_of


def ended(question: Question, facts: Sequence[tuple[Memory, float]], view: View) -> Sequence[tuple[Memory, float]]:
    """The facts that no longer hold, when the past is asked for."""
    return [(memory, score) for memory, score in facts if view.closed(memory)] if question.past else []


def elsewhen(facts: Iterable[Memory], view: View) -> frozenset[str]:
    """The facts (memory ids) that did not hold at the time which the question names.

    Events are left alone: they may be what happened then however late they were told. So is a fact of unknown start,
    unless another one says the same of the same subject for that time.
    """
    if view.then is None:
        return frozenset()
    first, beyond = view.then
    states = [memory for memory in facts if memory.revision.kind is not Kind.EVENT]
    held = {one.id for one in states if overlaps(one.revision.validity, first, beyond)}
    answered = {claim(one) for one in states if one.id in held} - {None}
    return frozenset(
        one.id
        for one in states
        if one.id not in held
        and (one.revision.validity.valid_from.granularity is not Granularity.UNKNOWN or claim(one) in answered)
    )


def claim(memory: Memory) -> tuple[str, str] | None:
    """What the memory says something about: subject and predicate."""
    triples = memory.revision.triples
    return (triples[0].subject_id, triples[0].predicate) if triples else None


def overlaps(validity: Validity, first: int, beyond: int) -> bool:
    """Whether it held at an instant from `first` on and before `beyond`."""
    return validity.valid_from.at < beyond and (validity.valid_to is None or first < validity.valid_to.at)


def replaced(
    question: Question, memories: Iterable[Memory], entities: Mapping[str, Entity], view: View
) -> list[Memory]:
    """For "before X": the fact that ended last before X, said of the same subject in the same way, and X's fact.

    Empty when the question names nothing that came after, or no such fact is in hand.
    """
    if not question.before:
        return []
    asserting = [(memory, memory.revision.triples[0]) for memory in memories if memory.revision.triples]
    found: list[tuple[Memory, Memory]] = []
    for later, triple in asserting:
        end = end_stems(triple, entities)
        if not end or not end <= question.before:
            continue
        start = later.revision.validity.valid_from.at
        earlier = [
            memory
            for memory, other in asserting
            if (other.subject_id, other.predicate) == (triple.subject_id, triple.predicate)
            and memory.id != later.id
            and view.closed(memory)
            and memory.revision.validity.valid_from.at < start
        ]
        if earlier:
            found.append((max(earlier, key=lambda m: (m.revision.validity.valid_from.at, m.id)), later))
    if not found:
        return []
    last = max(found, key=lambda pair: (pair[1].revision.validity.valid_from.at, pair[1].id))
    return list(last)


def end_stems(triple: Triple, entities: Mapping[str, Entity]) -> frozenset[str]:
    """The stems of what a triple ends in."""
    entity = entities.get(triple.object_id)
    return frozenset(stems_of(entity.name if entity else triple.literal))
