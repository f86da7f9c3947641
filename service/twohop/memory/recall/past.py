"""Questions about what used to be: what stood before the thing that the question names, and what has ended."""

from collections.abc import Iterable, Mapping

from twohop.graph.model import Entity, Memory, Triple
from twohop.memory.recall.question import Question
from twohop.memory.recall.view import View
from twohop.vector.sparse import analyse

ENDED = 0.3
"""For a fact that no longer holds, when the question asks for the past: as much as its cosine usually spans."""


def ended_bonus(question: Question, memory: Memory, view: View) -> float:
    """What a fact gains when the past is asked for."""
    return ENDED if question.past and view.closed(memory) else 0.0


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
    return frozenset(analyse(entity.name if entity else triple.literal))
