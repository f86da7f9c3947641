"""Where the values told before a fact were told: what asks for them is answered by the fact that took their place."""

from collections.abc import Iterable

from twohop.graph.model import Axes, Memory
from twohop.graph.store import Ledger
from twohop.memory.recall.view import View, sources

STEPS = 4
"""Values back that are looked for; what changed more often has its newest ones by then."""


async def replaced(ledger: Ledger, view: View, facts: Iterable[Memory]) -> dict[str, tuple[str, ...]]:
    """Memory id -> the messages that the values before it rest on; empty when the question is not about now."""
    told: dict[str, tuple[str, ...]] = {}
    if view.axes.as_of is None:
        return told
    before = {one.id: one.revision.supersedes for one in facts if one.revision.supersedes}
    for _ in range(STEPS):
        if not before:
            break
        axes = Axes(known_at=view.axes.known_at)
        read = await ledger.memories(view.partition, sorted(set(before.values())), axes, view.narrowing)
        known = {memory.id: memory for memory in view.seen(read)}
        for one, earlier in before.items():
            if earlier in known:
                told[one] = (*told.get(one, ()), *sources(known[earlier]))
        before = {
            one: known[earlier].revision.supersedes
            for one, earlier in before.items()
            if earlier in known and known[earlier].revision.supersedes
        }
    return told
