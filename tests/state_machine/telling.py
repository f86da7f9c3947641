"""What an add may do: only to the subjects it is about, never to what is pinned, and without losing a fact."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from state_machine.rows import State, Version
from state_machine.world import PREDICATES
from twohop.graph.model import Operation
from twohop.memory.names import normal, words
from twohop.memory.ports import Fact, Polarity

KEPT = frozenset({"add", "supersede", "insert", "update", "noop", "dispute"})
"""Operations whose decision's memory says what the fact says."""


def own(fact: Fact) -> tuple[str, str, str]:
    """What a fact says, by names, in the direction in which its relation is kept."""
    claim = PREDICATES.directed(fact.claims[0])
    return normal(claim.subject), PREDICATES.normalise(claim.predicate), normal(claim.object)


class Told:
    """One add as the machine knows it: the facts that were sent, and the owner's rows before and after."""

    def __init__(
        self,
        facts: Sequence[Fact],
        before: State,
        after: State,
        subjects: Mapping[str, str],
        one: Collection[frozenset[str]],
    ) -> None:
        self.facts = facts
        self.before = before
        self.after = after
        self.subjects = subjects
        self.one = one
        self.made = after.decisions[len(before.decisions) :]

    def check(self) -> None:
        self.each_fact_is_decided()
        self.effects_say_what_changed()
        self.only_its_subject_is_touched()
        self.nothing_pinned_is_touched()
        for decision in self.made:
            self.value_is_kept(self.facts[decision["position"]], decision)

    def each_fact_is_decided(self) -> None:
        """Exactly one decision a fact."""
        assert sorted(decision["position"] for decision in self.made) == list(range(len(self.facts)))

    def effects_say_what_changed(self) -> None:
        """The effects of the decisions, one after the other, lead from the state before to the state after."""
        stood = {memory: one.id for memory, one in self.before.current().items()}
        for decision in self.made:
            for memory, was, now in decision["effects"]:
                assert stood.get(memory, "") == was, "an effect begins at a revision that did not stand"
                stood.pop(memory, None)
                if now:
                    stood[memory] = now
        assert stood == {memory: one.id for memory, one in self.after.current().items()}, "effects are missing"

    def touched(self) -> dict[str, Version]:
        """What the add changed of what was there, as it stood before."""
        after = self.after.current()
        return {m: one for m, one in self.before.current().items() if m not in after or after[m].id != one.id}

    def only_its_subject_is_touched(self) -> None:
        """No memory of another subject is changed by a fact, by what was sent and not by what the core resolved."""
        theirs = {own(fact)[0] for fact in self.facts}
        for memory, one in self.touched().items():
            assert any(self.same(self.subjects[memory], name) for name in theirs), (
                f"a memory of another subject changed: {one.text!r}"
            )
        for decision in self.made:
            subject = own(self.facts[decision["position"]])[0]
            for memory, was, _ in decision["effects"]:
                if was and memory in self.subjects:
                    assert self.same(self.subjects[memory], subject), (
                        f"{decision['fact']!r} changed another subject's memory"
                    )

    def nothing_pinned_is_touched(self) -> None:
        for one in self.touched().values():
            assert not one.pinned, f"a pinned memory changed: {one.text!r}"

    def same(self, a: str, b: str) -> bool:
        """Whether two names are one's, as far as callers said."""
        return a == b or frozenset((a, b)) in self.one

    def says(self, one: Version, value: tuple[str, str, str]) -> bool:
        """Whether a revision's own triple is what was told."""
        subject, predicate, thing = self.after.named(one.triples[0])
        return predicate == value[1] and self.same(subject, value[0]) and self.same(thing, value[2])

    def value_is_kept(self, fact: Fact, decision: Mapping[str, Any]) -> None:
        """The memory of the fact's decision says what the fact says."""
        value = own(fact)
        operation = decision["operation"]
        if operation in {Operation.DROP, Operation.FAIL}:
            self.loss_is_owned(fact, decision)
            return
        if operation == Operation.RETRACT or (operation == Operation.NOOP and not decision["revision_id"]):
            past = [one for one in self.after.revisions if one.memory == decision["target_id"] and one.triples]
            taken_back = not decision["target_id"]  # Begun and taken back in one exchange: no row is left to name.
            assert taken_back or any(self.says(one, value) for one in past), "another was retracted"
            return
        one = self.after.by_id[decision["revision_id"]]
        if fact.polarity is Polarity.NEGATED and not one.triples:
            assert one.text == fact.text or one.slot, "a denial is lost"
            return
        assert one.triples, f"a fact lost its claim: {fact.text!r}"
        assert self.says(one, value), f"{operation} of {fact.text!r} kept {one.text!r}"
        kept = any(self.same(value[2], word) for word in (value[2], *words(one.text)) if word in one.text.casefold())
        assert kept, f"{operation} of {fact.text!r} kept only {one.text!r}"

    def loss_is_owned(self, fact: Fact, decision: Mapping[str, Any]) -> None:
        """A fact is dropped only when the same exchange takes it back."""
        subject = own(fact)[0]
        back = [one for one in self.facts if one is not fact and self.same(own(one)[0], subject)]
        taken_back = any(one.polarity is Polarity.NEGATED or one.correction for one in back)
        assert decision["operation"] == Operation.DROP, f"a fact failed: {decision['reason']}"
        assert taken_back, f"a fact was dropped: {fact.text!r}"
