"""Memories that were wrongly retired: committed, true by the scenario, and lost, disputed or changed at the end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.truth.compare import Matcher, compatible, dated, fits
from bench.truth.scenario import Expected, HostileDecision, Scenario
from bench.truth.state import State

from twohop.graph.model import Memory, Operation
from twohop.memory.names import keeps_details, normal
from twohop.memory.ports import Fact, Polarity


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """One memory that should stand; `why` says what it was expected as, `found` how it stands at the end."""

    memory_id: str
    text: str
    why: str
    found: str


def wrongly_retired(
    scenario: Scenario, states: Sequence[State], matcher: Matcher, *, hostile: bool
) -> tuple[Retired, ...]:
    """Each such memory once. `states`: the state after each exchange, the last one being the end."""
    found: dict[str, Retired] = {}
    for one in facts_lost(scenario, states, matcher):
        found.setdefault(one.memory_id, one)
    if hostile:
        for decision in scenario.hostile:
            for one in targets_lost(scenario, decision, states, matcher):
                found.setdefault(one.memory_id, one)
    return tuple(found.values())


def facts_lost(scenario: Scenario, states: Sequence[State], matcher: Matcher) -> Iterator[Retired]:
    """Memories of facts that are expected live and that no live memory holds at the end.

    A memory that is rightly history (an earlier stint of the same) is not lost.
    """
    end = states[-1]
    for entry in scenario.expect.live:
        if any(end.live(m) for m in end.memories if matcher.holds(m, entry, end)):
            continue
        for memory, state in committed(states).values():
            past = any(
                matcher.same_claim(entry, closed) and dated(now, closed)
                for closed in scenario.expect.closed
                for now in end.memories
                if now.id == memory.id and end.closed(now)
            )
            if matcher.holds(memory, entry, state) and starts_as(memory, entry) and not past:
                yield retired(memory, end, f"expected live: {entry}")


def starts_as(memory: Memory, entry: Expected) -> bool:
    """Whether a memory began when the entry says, so that it is that stint and not another one."""
    return fits(memory.revision.validity.valid_from, entry.valid_from)


def targets_lost(
    scenario: Scenario, hostile: HostileDecision, states: Sequence[State], matcher: Matcher
) -> Iterator[Retired]:
    """The target of a hostile DELETE or UPDATE, if it should stand and no live memory has its text at the end."""
    if hostile.decision not in {Operation.DELETE, Operation.UPDATE}:
        return
    told = [
        (place, fact)
        for place, exchange in enumerate(scenario.exchanges[: hostile.exchange])
        for fact in exchange.facts
        if fact.text == hostile.target
    ]
    place, fact = told[-1]
    end = states[-1]
    if rightly_superseded(scenario, place, fact, matcher) or any(
        end.live(m) and stands(scenario, m, hostile, fact, matcher) for m in end.memories
    ):
        return
    before = committed(states[: hostile.exchange])
    for memory, state in before.values():
        if memory.revision.text == hostile.target and state.live(memory):
            yield retired(memory, end, f"target of {hostile.decision.name} in exchange {hostile.exchange}")


def stands(scenario: Scenario, memory: Memory, hostile: HostileDecision, fact: Fact, matcher: Matcher) -> bool:
    """Whether a memory is the target with its text, or with more where the scenario tells the same claim again."""
    text = memory.revision.text
    if text == hostile.target:
        return True
    again = [
        later
        for later in scenario.facts_since(hostile.exchange)
        if later.polarity is fact.polarity and matcher.same_claim(later.claims[0], fact.claims[0])
    ]
    return any(normal(later.text) in normal(text) for later in again) and keeps_details(text, hostile.target)


def rightly_superseded(scenario: Scenario, place: int, fact: Fact, matcher: Matcher) -> bool:
    """Whether the end state has no room for a fact: it is not expected live, and it is history or was contested.

    `live` is complete for what the conversation settles; what is in neither list counts as retracted only if something
    said with or after it speaks of the same subject in the same way.
    """
    claim = fact.claims[0]

    def among(expected: Sequence[Expected]) -> bool:
        """Whether the fact is one of these; the same claim from another time is another fact."""
        return any(matcher.same_claim(claim, one) and compatible(fact.valid_from, one.valid_from) for one in expected)

    if fact.polarity is Polarity.AFFIRMED and among(scenario.expect.live):
        return False
    if fact.polarity is Polarity.ENDED or among(scenario.expect.closed):
        return True
    for later in scenario.facts_since(place):
        other = later.claims[0]
        if later is fact or not matcher.same_subject(claim, other):
            continue
        same = matcher.same_claim(claim, other)
        one_value = matcher.predicates.functional(claim.predicate, later.cardinality)
        if (same and later.polarity is not fact.polarity) or (not same and one_value):
            return True
    return False


def committed(states: Sequence[State]) -> Mapping[str, tuple[Memory, State]]:
    """Every memory that ever stood after an exchange, as it first stood, with that state."""
    found: dict[str, tuple[Memory, State]] = {}
    for state in states:
        for memory in state.memories:
            found.setdefault(memory.id, (memory, state))
    return found


def retired(memory: Memory, end: State, why: str) -> Retired:
    """The record of it."""
    now = next((m for m in end.memories if m.id == memory.id), None)
    found = end.told(now) if now else "retracted"
    return Retired(memory_id=memory.id, text=memory.revision.text, why=why, found=found)
