"""Which of the entities that facts call one an add may make one.

One sentence can move all that is known of somebody to somebody else. So it may only do what hurts nobody: few memories
move, none of them pinned, nothing gives way; a value may only be settled with another's where a statement names both
names. A merge that is refused is recorded, and the two stay apart.
"""

from collections.abc import Mapping, Sequence

from twohop.graph.model import Axes, Message, Operation
from twohop.graph.store import MemoryFilter
from twohop.memory.clock import Ids
from twohop.memory.names import normal
from twohop.memory.ports import Fact
from twohop.memory.predicates import PredicateTable
from twohop.memory.speech import USER
from twohop.memory.write.acquaint import acquaint
from twohop.memory.write.draft import Draft
from twohop.memory.write.entities import Apart, EntityBook, Merge
from twohop.memory.write.identify import identify
from twohop.memory.write.merge import move
from twohop.memory.write.snapshot import Reads

MOST_MOVED = 64
"""Most memories that the merges of one add move. Whoever has more is merged by a caller, who sees what happens."""

ROUNDS = 3
"""How often names are resolved again without what was refused; after that nothing is merged."""


async def identified(
    reads: Reads,
    partition: str,
    facts: Sequence[Fact],
    exchange: Sequence[Message],
    *,
    predicates: PredicateTable,
    ids: Ids,
    cap: int,
) -> EntityBook:
    """The entities of these facts (understood ones), and the merges that an add may make. `cap`: see `Terms`."""
    known = await acquaint(reads, partition, facts, predicates, exchange[-1].observed_at)
    speakers = frozenset({USER, *(normal(message.name) for message in exchange if normal(message.name))})
    apart: dict[frozenset[str], Apart] = {}

    def read(*, merging: bool = True) -> EntityBook:
        book = EntityBook(partition, known, ids, apart, merging=merging)
        identify(facts, book, predicates, speakers)
        return book

    for _ in range(ROUNDS):
        book = read()
        refused = await _refused(reads, book, predicates, ids, partition, cap)
        if not refused:
            return book
        apart.update(refused)
    return read(merging=False)


async def _refused(
    reads: Reads, book: EntityBook, predicates: PredicateTable, ids: Ids, partition: str, cap: int
) -> Mapping[frozenset[str], Apart]:
    """The pairs that can't be made one, each with the rule that it would break."""
    draft = Draft(partition, (), ids)
    refused: dict[frozenset[str], Apart] = {}
    kept: set[str] = set()
    for merge in book.merges:
        before = draft.snapshot()
        rule = "chained" if merge.merged_id in kept else await _broken(reads, draft, merge, book, predicates, cap)
        if rule:
            draft.rewind(before)
            refused[frozenset({merge.kept_id, merge.merged_id})] = Apart(merge.kept_id, merge.merged_id, rule)
        else:
            kept.add(merge.kept_id)
    return refused


async def _broken(
    reads: Reads, draft: Draft, merge: Merge, book: EntityBook, predicates: PredicateTable, cap: int
) -> str:
    """The rule that a merge would break, or empty. It is planned on the draft."""
    pair = {merge.kept_id, merge.merged_id}
    before, lost = len(draft.changed), given_up(draft)
    where = MemoryFilter(entity_ids=(merge.merged_id,))
    page = await reads.list_memories(draft.partition, where, Axes(), MOST_MOVED + 1)
    if before + len(page.items) > MOST_MOVED:
        return "many"
    ends = [{t.subject_id, t.object_id} for memory in page.items for t in memory.revision.triples]
    if book.related(merge.kept_id) or any(pair <= two for two in ends):
        return "related"
    draft.begin(draft.ids(), "")
    await move(
        reads,
        draft,
        page.items,
        merge.merged_id,
        merge.kept_id,
        predicates,
        operation=Operation.MERGE,
        reason=merge.reason,
    )
    if any(was.pinned for was, _ in draft.changed):
        return "pinned"
    now = given_up(draft)
    if now > lost and not merge.said:
        return "gives_way"
    return "cap" if len(now) > cap else ""


def given_up(draft: Draft) -> set[str]:
    """The stored memories that a plan takes back, closes or disputes."""
    return {
        was.memory_id
        for was, now in draft.changed
        if now is None or now.validity != was.validity or now.disputed != was.disputed
    }
