"""A snapshot answers what the ledger would, whatever was asked of it before, and asks the ledger once."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_rows import P, Ticks
from ledger_tales import made_up
from twohop.graph.model import Axes
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import NOW, Ledger, MemoryFilter
from twohop.memory.write.snapshot import Reads, Snapshot, States

SEED = 3
Ask = Callable[[Reads, list[Any]], Any]

ASKED: dict[str, Ask] = {
    "memories": lambda reads, ids: reads.memories(P, ids, NOW),
    "slot": lambda reads, keys: reads.slot(P, keys),
    "by_text": lambda reads, hashes: reads.by_text(P, hashes),
    "by_triple": lambda reads, keys: reads.by_triple(P, keys),
    "by_subject": lambda reads, pairs: reads.by_subject(P, pairs, 2),
    "entities": lambda reads, ids: reads.entities(P, ids),
    "entities_named": lambda reads, names: reads.entities_named(P, names),
    "relations_by_key": lambda reads, keys: reads.relations_by_key(P, keys),
    "list_memories": lambda reads, ids: reads.list_memories(P, MemoryFilter(entity_ids=tuple(ids[:1])), NOW, 3),
    "list_relations": lambda reads, ids: reads.list_relations(P, NOW, 3, entity_id=[*ids, ""][0]),
    "mentions": lambda reads, ids: reads.mentions(P, [*ids, "nobody"][0]),
}
"""Everything that planning asks, for some keys."""


async def keys_in(ledger: Ledger) -> dict[str, list[Any]]:
    """For each question, everything that it finds something by, and a key that finds nothing."""
    memories = (await ledger.list_memories(P, MemoryFilter(), NOW, 1_000)).items
    relations = (await ledger.list_relations(P, NOW, 1_000)).items
    entities = (await ledger.list_entities(P, NOW, 1_000)).items
    triples = [triple for memory in memories for triple in memory.revision.triples]
    ids = [entity.id for entity in entities]
    found: dict[str, list[Any]] = {
        "memories": [memory.id for memory in memories],
        "slot": [key for m in memories for key in (m.revision.slot_key, m.revision.mirror_key) if key],
        "by_text": [memory.revision.text_hash for memory in memories if memory.revision.text_hash],
        "by_triple": [triple.key(P) for triple in triples],
        "by_subject": [(triple.subject_id, triple.predicate) for triple in triples],
        "entities": ids,
        "entities_named": [name for entity in entities for name in (entity.normal, *entity.aliases)],
        "relations_by_key": [relation.key for relation in relations],
        "list_memories": ids,
        "list_relations": ids,
        "mentions": ids,
    }
    nothing = {name: ("nobody", "nothing") if name == "by_subject" else "nothing" for name in found}
    return {name: sorted({*keys, nothing[name]}) for name, keys in found.items()}


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[SqliteLedger]:
    clock = Ticks()
    opened = await SqliteLedger.open(tmp_path / "ledger.db", clock=clock, synchronous="OFF")
    await made_up(opened, clock, SEED)
    yield opened
    await opened.close()


async def test_a_snapshot_answers_as_the_ledger_does_in_any_order(ledger: SqliteLedger) -> None:
    """Questions overlap, repeat and come side by side; each answer is the ledger's own, order included."""
    keys = await keys_in(ledger)
    assert all(len(them) > 1 for them in keys.values())
    rng = random.Random(SEED)
    for _ in range(30):
        snapshot = Snapshot(ledger, P)
        await snapshot.begin()
        for _ in range(6):
            names = rng.choices(list(ASKED), k=3)
            some = [rng.sample(keys[name], min(len(keys[name]), rng.randint(0, 4))) for name in names]
            asked = list(zip(names, some, strict=True))
            theirs = [await ASKED[name](ledger, few) for name, few in asked]
            assert await asyncio.gather(*(ASKED[name](snapshot, few) for name, few in asked)) == theirs


class Counted:
    """A ledger whose calls are counted."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        self.calls[name] += 1
        return getattr(self._ledger, name)


async def test_what_was_asked_is_not_asked_again(ledger: SqliteLedger) -> None:
    """Neither found nor missing keys; and memories that came by another way are known by their ids."""
    counted, keys = Counted(ledger), await keys_in(ledger)
    snapshot = Snapshot(cast("Ledger", counted), P)
    for _ in range(2):
        for name, ask in ASKED.items():
            if name != "memories":
                await ask(snapshot, keys[name])
    memories = [memory.id for memory in await snapshot.by_text(P, keys["by_text"])]
    await snapshot.memories(P, memories, NOW)
    assert set(counted.calls.values()) == {1}
    assert "memories" not in counted.calls


async def test_a_snapshot_refuses_what_it_does_not_hold(ledger: SqliteLedger) -> None:
    """Another owner, or what was known before."""
    snapshot = Snapshot(ledger, P)
    with pytest.raises(ValueError, match="one owner"):
        await snapshot.memories("another", [], NOW)
    with pytest.raises(ValueError, match="one owner"):
        await snapshot.entities(P, [], Axes(known_at=1))


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9))))
def test_states_only_go_forward(puts: list[tuple[str, int]]) -> None:
    """The hint is never older than the state that a plan was made on."""
    states = States()
    for partition, state in puts:
        states.put(partition, state)
    for partition in "abc":
        last = [state for one, state in puts if one == partition][-1:]
        assert states.get(partition, 5) == max([5, *last])
