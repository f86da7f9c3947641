"""Lives in which entities are merged and split too."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from state_machine.machine import MOSTLY_ONE, Life
from state_machine.rows import State
from twohop.graph.model import Axes, Scope

SAME_SORT = (("ana", "ben"), ("ben", "ana"), ("rome", "oslo"), ("acme", "birch"))
"""Names that a caller may say are one's."""


class Merging(Life):
    """As `Life`. What was decided before a merge or a split is not reverted after it."""

    @rule(scope=MOSTLY_ONE, pair=st.sampled_from(SAME_SORT))
    def merge(self, scope: Scope, pair: tuple[str, str]) -> None:
        """A caller says that two of the people, or of the places, are one."""
        ids = self.named(scope)
        if set(pair) <= ids.keys():
            kept, merged = (ids[name] for name in pair)
            core = self.world.core
            if self.called(scope, core.merge_entities(scope, kept, merged, request_id="")) is not None:
                self.one.add(frozenset(pair))
                self.let_go(self.before[scope], self.state(scope))
                self.fixed[scope] = len(self.before[scope].decisions)

    def let_go(self, before: State, after: State) -> None:
        """A claim whose two ends became one says nothing; what else its memory says is not in any slot."""
        for memory, one in after.current().items():
            was = before.current().get(memory)
            if was is not None and [t[1] for t in was.triples[:1]] != [t[1] for t in one.triples[:1]]:
                self.exempt.add(memory)

    @rule(scope=MOSTLY_ONE, name=st.sampled_from(("ana", "ben")), number=st.integers(0, 12))
    def split(self, scope: Scope, name: str, number: int) -> None:
        """A caller says that a memory is about another one of that name."""
        ids, memory = self.named(scope), self.chosen(scope, number)
        if name in ids and memory is not None:
            core = self.world.core
            split = core.split_entity(scope, ids[name], [memory], name="Zoe", request_id="")
            if self.called(scope, split) is not None:
                self.fixed[scope] = len(self.before[scope].decisions)

    def named(self, scope: Scope) -> dict[str, str]:
        """Normal form -> the entity of that name, as it is now."""
        page = self.runner.run(self.world.ledger.list_entities(scope.partition, Axes(), 1_000))
        return {entity.normal: entity.id for entity in page.items}
