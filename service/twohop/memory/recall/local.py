"""Lists without an index: what names and the graph lead to, scored by its words as the index would."""

from collections.abc import Mapping, Sequence

from twohop.graph.model import Entity, Memory
from twohop.graph.store import Ledger, MemoryFilter
from twohop.memory.points import RADIUS, fields
from twohop.memory.recall.neighbourhood import FAN, Neighbourhood
from twohop.memory.recall.search import DEPTH, Lists
from twohop.memory.recall.turns import Rarity
from twohop.memory.recall.view import View, sources, unique
from twohop.vector.model import Sparse
from twohop.vector.sparse import analyse, encode_fact, encode_message, term_id

NEWEST = 2 * DEPTH
"""Newest facts that are looked at beside those of the things named."""


async def local_lists(
    ledger: Ledger, view: View, weights: Mapping[str, float], seeds: Sequence[Entity], near: Neighbourhood
) -> tuple[Lists, Lists]:
    """The lists of messages and facts, by words alone."""
    where = MemoryFilter(
        narrowing=view.narrowing, kinds=view.filter.kinds, categories=view.filter.categories, disputed=False
    )
    newest = await ledger.list_memories(view.partition, where, view.axes, NEWEST)
    near.memories.update((memory.id, memory) for memory in view.seen(newest.items))
    memories = list(near.memories.values())
    mentioned = await ledger.mentions_of(view.partition, [seed.id for seed in seeds], FAN, view.axes.known_at)
    ids = unique(
        [*(one for few in mentioned.values() for one in few), *(one for memory in memories for one in sources(memory))]
    )
    windows = await ledger.windows(view.partition, ids, RADIUS)
    facts = await ledger.facts_of_messages(view.partition, ids, view.axes)
    texts = [analyse(memory.revision.text) for memory in memories]
    texts += [analyse(message.content) for one, window in windows.items() for message in window if message.id == one]
    rarity = Rarity(texts)
    terms = {term_id(stem): weight * rarity(stem) for stem, weight in weights.items()}
    messages = {
        one: product(encode_message(fields(message, window, facts.get(one, ()))), terms)
        for one, window in windows.items()
        for message in window
        if message.id == one and view.sees_message(message)
    }
    points = {
        memory.revision.id: product(encode_fact(memory.revision.text, memory.revision.cues), terms)
        for memory in memories
    }
    return (
        Lists(ids=best(messages), lexical=messages),
        Lists(ids=best(points), lexical=points, memory=points_of(memories)),
    )


def product(sparse: Sparse, terms: Mapping[int, float]) -> float:
    """The dot product that the index would give."""
    return sum(value * terms[key] for key, value in zip(sparse.ids, sparse.values, strict=True) if key in terms)


def best(scores: Mapping[str, float]) -> tuple[str, ...]:
    """As many ids as a list of the index has, best first."""
    return tuple(sorted(scores, key=lambda one: (-round(scores[one], 4), one))[:DEPTH])


def points_of(memories: Sequence[Memory]) -> dict[str, str]:
    """Revision id -> memory id."""
    return {memory.revision.id: memory.id for memory in memories}
