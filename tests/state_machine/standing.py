"""What must hold of an owner's rows at any system time, whatever led there."""

from collections.abc import Iterable
from itertools import combinations

from state_machine.rows import Own, State, Version
from state_machine.world import PREDICATES
from twohop.graph.model import Kind
from twohop.memory.ports import Cardinality


def stands(state: State, exempt: frozenset[str], at: int | None = None) -> None:
    """Check the state known at `at` (None = now). `exempt`: memories that were let stand beside others."""
    current = [one for one in state.revisions if one.known(at)]
    relations = [one for one in state.relations if one.known(at)]
    assert len({one.memory for one in current}) == len(current), "a memory has two current revisions"
    slots_do_not_overlap(current)
    functional_values_are_alone(state, current, exempt)
    relations_follow_memories(state, current, relations)


def stood(state: State, exempt: frozenset[str]) -> None:
    """Check every system time at which the owner's state changed."""
    for at in sorted({one.recorded for one in (*state.revisions, *state.relations)}):
        stands(state, exempt, at)


def slots_do_not_overlap(current: Iterable[Version]) -> None:
    lines: dict[str, list[Version]] = {}
    for one in current:
        if one.slot and not one.disputed:
            lines.setdefault(one.slot, []).append(one)
    for line in lines.values():
        for a, b in combinations(line, 2):
            apart = max(a.start, b.start) >= min(a.end, b.end)
            assert apart, f"intervals of one slot overlap: {a.text!r} and {b.text!r}"


def functional_values_are_alone(state: State, current: Iterable[Version], exempt: frozenset[str]) -> None:
    """At most one value at a time of a predicate that the table calls functional, asked without slot keys."""
    lines: dict[tuple[str, str, bool], list[Version]] = {}
    for one in current:
        if not one.triples or one.disputed or one.memory in exempt:
            continue
        subject, predicate, _, _ = one.triples[0]
        if PREDICATES.functional(predicate, Cardinality.UNKNOWN):
            lines.setdefault((subject, predicate, one.kind == Kind.PLAN), []).append(one)
    for (subject, predicate, _), line in lines.items():
        for a, b in combinations(line, 2):
            who = state.entities[subject][0]
            assert not overlap(a, b), f"two values of {who} {predicate} at a time: {a.text!r} and {b.text!r}"


def overlap(a: Version, b: Version) -> bool:
    return max(a.start, b.start) < min(a.end, a.expires, b.end, b.expires)


def relations_follow_memories(state: State, current: Iterable[Version], relations: Iterable[Version]) -> None:
    """At every instant the live relations are the claims of the live memories, and rest on them."""
    standing, asserted = list(current), list(relations)
    edges = {edge for one in (*standing, *asserted) for edge in (one.start, one.end, one.expires)}
    for world in sorted({instant for edge in edges for instant in (edge - 1, edge)}):
        claims: dict[Own, set[str]] = {}
        for one in standing:
            if one.live(world):
                for own in one.triples:
                    claims.setdefault(own, set()).add(one.memory)
        supported: dict[Own, set[str]] = {}
        for one in asserted:
            if one.live(world):
                assert one.triples[0] not in supported, f"a relation holds twice: {state.named(one.triples[0])}"
                supported[one.triples[0]] = set(one.support)
        for own in claims.keys() - supported.keys():
            raise AssertionError(f"a live memory's relation is missing: {state.named(own)}")
        for own in supported.keys() - claims.keys():
            raise AssertionError(f"a relation holds without a live memory: {state.named(own)}")
        for own, memories in claims.items():
            assert memories <= supported[own], f"a relation does not rest on all that assert it: {own}"


def links_lead_somewhere(state: State) -> None:
    """What a revision says took its place, or gave it its own, is a memory that was written."""
    memories = {one.memory for one in state.revisions}
    for one in state.revisions:
        assert {one.superseded_by, one.supersedes} <= memories | {""}, f"a link of {one.text!r} leads nowhere"


def outbox_refers(state: State) -> None:
    """No outbox row refers to a row that is not there."""
    there = {
        "memory": state.by_id.keys(),
        "relation": {one.id for one in state.relations},
        "message": state.messages.keys(),
    }
    for kind, id_ in state.outbox:
        assert id_ in there[kind], f"the outbox refers to a missing {kind}"


def time_moved_on(before: State, after: State) -> None:
    """System time is strictly increasing, whatever the clock does, and no row of the past is taken away."""
    assert after.last_time >= before.last_time
    kept = {one.id for one in after.revisions}
    for one in before.revisions:
        assert one.id in kept, "a revision is gone"
        now = after.by_id[one.id]
        assert (now.text, now.start, now.end, now.recorded) == (one.text, one.start, one.end, one.recorded)
        if one.superseded is None and now.superseded is not None:
            assert now.superseded > before.last_time, "a revision ended in the past"
    for one in after.revisions:
        assert one.id in before.by_id or one.recorded > before.last_time, "a revision was recorded in the past"
    assert len(after.decisions) >= len(before.decisions)
    assert after.decisions[: len(before.decisions)] == before.decisions, "the decision log changed"
