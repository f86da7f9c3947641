"""Checks of one scenario's end state and answers: one for each thing that the scenario expects."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from bench.truth.compare import Matcher, dated
from bench.truth.scenario import Asked, Expected, Scenario
from bench.truth.state import State

from twohop.graph.model import FAR, Kind, Memory
from twohop.memory.api import RecallResult
from twohop.memory.moment import written
from twohop.memory.ports import Cardinality

SHOWN = 6
"""Most memories that a failed check tells as found instead."""


class CheckKind(StrEnum):
    """What is checked. The last two are ours beside the format's, and no part of "everything right".

    RELATIONS: the relations that hold say what `live` and `closed` say. SLOTS: no subject ever has two values at once
    of a predicate that takes one (unless the scenario rightly does).
    """

    LIVE = "live"
    CLOSED = "closed"
    ABSENT = "absent"
    QUESTIONS = "questions"
    COUNT = "count"
    RELATIONS = "relations"
    SLOTS = "slots"


FORMAT_KINDS = (CheckKind.LIVE, CheckKind.CLOSED, CheckKind.ABSENT, CheckKind.QUESTIONS, CheckKind.COUNT)
"""The kinds that make a scenario right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check. `id` is unique in a row; `found` says what was there instead when it failed."""

    id: str
    kind: CheckKind
    passed: bool
    expected: str
    found: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that an answer returned, in reading order: the words in it, and whether it held at the time asked."""

    words: str
    valid: bool


def check_state(scenario: Scenario, state: State, matcher: Matcher, *, counted: bool) -> Iterator[Check]:
    """The checks of the end state; `counted` = also how many memories there are (fed the ideal extraction)."""
    expect = scenario.expect

    def check(kind: CheckKind, place: int, expected: object, instead: str | None) -> Check:
        return Check(
            id=f"{scenario.id}/{kind}/{place}",
            kind=kind,
            passed=instead is None,
            expected=str(expected),
            found=instead or "",
        )

    relations = 0
    for place, entry in enumerate(expect.live):
        found = any(state.live(m) and dated(m, entry) for m in state.memories if matcher.holds(m, entry, state))
        yield check(CheckKind.LIVE, place, entry, None if found else instead_of(entry, state, matcher))
        related = relation_holds(entry, state, matcher)
        yield check(CheckKind.RELATIONS, relations, entry, None if related else "no such relation holds")
        relations += 1
    for place, entry in enumerate(expect.closed):
        found = any(state.closed(m) and dated(m, entry) for m in state.memories if matcher.holds(m, entry, state))
        yield check(CheckKind.CLOSED, place, entry, None if found else instead_of(entry, state, matcher))
        if not any(matcher.same_claim(entry, live) for live in expect.live):
            related = relation_holds(entry, state, matcher)
            yield check(
                CheckKind.RELATIONS, relations, f"closed: {entry}", "the relation still holds" if related else None
            )
            relations += 1
    for place, text in enumerate(expect.absent):
        holding = [m for m in state.memories if state.live(m) and text.casefold() in m.revision.text.casefold()]
        yield check(CheckKind.ABSENT, place, text, told(holding, state) if holding else None)
    most = expect.memory_count_max
    if counted and most is not None:
        many = len(state.memories) > most
        found_many = f"{len(state.memories)}: {told(state.memories, state)}" if many else None
        yield check(CheckKind.COUNT, 0, f"at most {most} memories", found_many)
    doubles = [" and ".join(map(state.told, pair)) for pair in doubled(scenario, state, matcher)]
    yield check(CheckKind.SLOTS, 0, "one value at a time", "; ".join(doubles) or None)


def relation_holds(entry: Expected, state: State, matcher: Matcher) -> bool:
    """Whether one of the relations that hold makes the claim."""
    return any(matcher.says(relation.triple, entry, state) for relation in state.relations)


def instead_of(entry: Expected, state: State, matcher: Matcher) -> str:
    """What the memory holds in place of an expected fact: the claim itself, else the like of it, else all."""
    for chosen in (
        [m for m in state.memories if matcher.holds(m, entry, state)],
        [m for m in state.memories if matcher.near(m, entry, state)],
    ):
        if chosen:
            return told(chosen, state)
    return f"no such claim among: {told(state.memories, state)}"


def told(memories: Sequence[Memory], state: State) -> str:
    """Memories in a line, at most six."""
    more = f"; and {len(memories) - SHOWN} more" if len(memories) > SHOWN else ""
    return ("; ".join(state.told(memory) for memory in memories[:SHOWN]) or "nothing") + more


def doubled(scenario: Scenario, state: State, matcher: Matcher) -> Iterator[tuple[Memory, Memory]]:
    """Pairs of memories that give one subject two values at once of a predicate that takes one.

    Where the table doesn't know the predicate, the scenario's extraction says whether it takes one. Events are true
    from when they happened on, so two of them always overlap.
    """
    table = matcher.predicates
    opinions = {
        table.normalise(claim.predicate): fact.cardinality
        for fact in scenario.facts_since(0)
        for claim in fact.claims
        if fact.cardinality is Cardinality.ONE
    }
    exempt = {table.normalise(predicate) for predicate in scenario.concurrent}
    held = [m for m in state.memories if m.revision.triples and not m.revision.disputed]
    for a, b in combinations([m for m in held if m.revision.kind is not Kind.EVENT], 2):
        mine, other = a.revision.triples[0], b.revision.triples[0]
        same_slot = (mine.subject_id, mine.predicate) == (other.subject_id, other.predicate)
        if not same_slot or mine == other or mine.predicate in exempt:
            continue
        if table.functional(mine.predicate, opinions.get(mine.predicate, Cardinality.UNKNOWN)) and overlap(a, b):
            yield a, b


def overlap(a: Memory, b: Memory) -> bool:
    """Whether there is an instant at which both hold."""
    mine, other = a.revision.validity, b.revision.validity
    end = min(v.valid_to.at if v.valid_to else FAR for v in (mine, other))
    return max(mine.valid_from.at, other.valid_from.at) < end


def check_answer(scenario: Scenario, place: int, asked: Asked, result: RecallResult, at: int, state: State) -> Check:
    """The check of one question, asked about the world time `at`."""
    entries = list(read_answer(result, at, state))
    fault = fault_of(asked, entries)
    expected = f"{asked.text} ({f'as of {asked.as_of.iso}' if asked.as_of else 'now'}): {list(asked.answer)}"
    returned = "; ".join(f"{entry.words!r}{'' if entry.valid else ' (not valid then)'}" for entry in entries)
    return Check(
        id=f"{scenario.id}/{CheckKind.QUESTIONS}/{place}",
        kind=CheckKind.QUESTIONS,
        passed=not fault,
        expected=expected + (f", not {list(asked.unwanted)}" if asked.unwanted else ""),
        found=f"{fault}; returned: {returned or 'nothing but messages'}" if fault else "",
    )


def fault_of(asked: Asked, entries: Sequence[Entry]) -> str:
    """Why an answer is wrong, or empty.

    An answer of several strings is given once the last of them has been read. What stands in the same entry as the
    answer does not stand before it.
    """
    given = [first(text, entries) for text in asked.answer]
    missing = [text for text, where in zip(asked.answer, given, strict=True) if where == len(entries)]
    if missing:
        return f"{missing} not found"
    before = entries[: max(given)] if given else entries
    early = [text for text in asked.unwanted if any(e.valid and text.casefold() in e.words.casefold() for e in before)]
    if early:
        return f"{early} stands before the answer" if given else f"{early} is said to hold"
    return ""


def first(text: str, entries: Sequence[Entry]) -> int:
    """The place of the first entry that holds the text; the number of entries if none does."""
    places = (place for place, entry in enumerate(entries) if text.casefold() in entry.words.casefold())
    return next(places, len(entries))


def read_answer(result: RecallResult, at: int, state: State) -> Iterator[Entry]:
    """What counts of an answer, in reading order: its memories, then the facts of its paths. Messages don't count.

    A memory is its text, its triples and its dates.
    """
    for item in result.items:
        if item.memory is not None:
            yield Entry(words=words_of(item.memory, state), valid=item.memory.revision.live(at))
    for path in result.paths:
        for step in path.steps:
            ends = (step.source.name, step.target.name if step.target else step.relation.triple.literal)
            yield Entry(
                words=" | ".join((words_of(step.memory, state), step.relation.text, *ends)),
                valid=step.memory.revision.live(at) and step.relation.validity.holds(at),
            )


def words_of(memory: Memory, state: State) -> str:
    """All that a returned memory says."""
    revision = memory.revision
    parts = [revision.text]
    for triple in revision.triples:
        ends = [state.entities[end].name for end in (triple.subject_id, triple.object_id) if end in state.entities]
        parts.append(" ".join((*ends, triple.literal)).strip())
    parts.extend(filter(None, (written(revision.validity.valid_from), written(revision.validity.valid_to))))
    return " | ".join(parts)
