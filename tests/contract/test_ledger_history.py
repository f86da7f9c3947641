"""Random histories of an owner, against a plain model of what is visible when."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger_rows import P, Ticks, acceptance, entity, evidence, ids, relation, revision
from ledgers import Open
from twohop.graph.model import Axes, Evidence, Memory, Mention, Narrowing, Relation, Revision, Triple
from twohop.graph.store import Changes, Ledger, MemoryFilter

INSTANTS = (0, 10, 20, 30)
MESSAGES = ("m0", "m1", "m2")
PEOPLE = ("ann", "bob", "cleo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One commit: which memories and relations it makes, rewrites or ends, and how the clock moves before it."""

    clock: int
    memory: int
    makes: bool
    ends: bool
    start: int
    length: int | None
    expires_at: int | None
    disputed: bool
    person: str
    message: str
    agent: str
    witnesses: bool


STEPS = st.lists(
    st.builds(
        Step,
        clock=st.integers(-50, 50),
        memory=st.integers(0, 3),
        makes=st.booleans(),
        ends=st.booleans(),
        start=st.sampled_from(INSTANTS),
        length=st.sampled_from([None, 10, 20]),
        expires_at=st.sampled_from([None, 15, 25]),
        disputed=st.booleans(),
        person=st.sampled_from(PEOPLE),
        message=st.sampled_from(MESSAGES),
        agent=st.sampled_from(["", "x", "y"]),
        witnesses=st.booleans(),
    ),
    max_size=14,
)


@dataclass
class Model:
    """What was written, as plain rows."""

    revisions: list[Revision] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    mentions: set[tuple[str, str]] = field(default_factory=set)

    def current(self, memory_id: str) -> Revision | None:
        return next((r for r in self.revisions if r.memory_id == memory_id and r.superseded_at is None), None)

    def plan(self, step: Step, number: int) -> Changes:
        memory_id = f"mem{step.memory}"
        old = self.current(memory_id)
        ends = old is not None and (step.makes or step.ends)
        valid = (step.start, None if step.length is None else step.start + step.length)
        triple = Triple("ann", "knows", step.person)
        new = revision(
            f"r{number:02}",
            memory_id,
            number=1 + sum(r.memory_id == memory_id for r in self.revisions),
            valid=valid,
            triples=(triple,),
            slot_key=f"slot-{step.person}",
            text_hash=f"hash-{step.person}",
            expires_at=step.expires_at,
            disputed=step.disputed,
        )
        known = step.makes or any(r.memory_id == memory_id for r in self.revisions)
        shown = tuple(r.id for r in self.relations if r.superseded_at is None and r.support == (memory_id,))
        return Changes(
            partition=P,
            revisions=(new,) if step.makes else (),
            ended_revisions=(old.id,) if ends and old is not None else (),
            relations=(
                (relation(f"x{number:02}", "ann", "knows", step.person, support=(memory_id,), valid=valid),)
                if step.makes
                else ()
            ),
            ended_relations=shown if ends else (),
            evidence=(
                (evidence(memory_id, step.message, quote=f"q{number}", agent_id=step.agent),)
                if known and step.witnesses
                else ()
            ),
            mentions=(Mention(entity_id=step.person, message_id=step.message),) if step.witnesses else (),
        )

    def apply(self, changes: Changes, at: int) -> None:
        self.revisions = [
            replace(r, superseded_at=at) if r.id in changes.ended_revisions else r for r in self.revisions
        ]
        self.relations = [
            replace(r, superseded_at=at) if r.id in changes.ended_relations else r for r in self.relations
        ]
        self.revisions += [replace(r, recorded_at=at) for r in changes.revisions]
        self.relations += [replace(r, recorded_at=at) for r in changes.relations]
        self.evidence += [replace(e, recorded_at=at) for e in changes.evidence]
        self.mentions |= {(m.entity_id, m.message_id) for m in changes.mentions}

    def memories(self, axes: Axes, agent: str) -> list[tuple[str, str, list[str]]]:
        """(memory, revision, quotes) that the axes and the agent see."""
        found: list[tuple[str, str, list[str]]] = []
        for one in self.revisions:
            witnesses = [e for e in self.evidence if e.memory_id == one.memory_id and was_there(e, axes)]
            lives = axes.as_of is None or one.live(axes.as_of)
            seen = not agent or any(e.agent_id == agent for e in witnesses)
            if stood(one, axes) and lives and seen:
                found.append((one.memory_id, one.id, [e.quote for e in witnesses]))
        return sorted(found)

    def edges(self, axes: Axes, entity_id: str) -> list[str]:
        """Relations at an entity, newest first."""
        found = [
            r
            for r in self.relations
            if stood(r, axes)
            and (axes.as_of is None or r.validity.holds(axes.as_of))
            and entity_id in {r.triple.subject_id, r.triple.object_id}
        ]
        return [r.id for r in sorted(found, key=lambda r: (r.recorded_at, r.id), reverse=True)]


def was_there(row: Evidence, axes: Axes) -> bool:
    return axes.known_at is None or row.recorded_at <= axes.known_at


def stood(row: Revision | Relation, axes: Axes) -> bool:
    if axes.known_at is None:
        return row.superseded_at is None
    return row.recorded_at <= axes.known_at and (row.superseded_at is None or row.superseded_at > axes.known_at)


def told(memories: Sequence[Memory]) -> list[tuple[str, str, list[str]]]:
    return sorted((m.id, m.revision.id, [e.quote for e in m.evidence]) for m in memories)


async def everything(ledger: Ledger, axes: Axes) -> list[object]:
    """All that a read at the axes tells, in full."""
    every = [f"mem{i}" for i in range(4)]
    return [
        await ledger.memories(P, every, axes),
        await ledger.list_memories(P, MemoryFilter(), axes, 99),
        await ledger.relations_of(P, PEOPLE, axes, 99),
        await ledger.list_relations(P, axes, 99),
        await ledger.relations_of_memories(P, every, axes),
        await ledger.facts_of_messages(P, MESSAGES, axes),
        await ledger.entities(P, PEOPLE, axes),
        await ledger.mentions_of(P, PEOPLE, 99, axes.known_at),
        [await ledger.revisions(P, memory_id, axes.known_at) for memory_id in every],
    ]


async def live_through(ledger: Ledger, clock: Ticks, steps: Sequence[Step]) -> None:
    await ledger.accept(acceptance(*MESSAGES))
    began = await ledger.commit(Changes(partition=P, entities=tuple(entity(name) for name in PEOPLE)))
    model, stamps, past = Model(), [began.recorded_at], {}
    for number, step in enumerate(steps):
        clock.now += step.clock
        changes = model.plan(step, number)
        done = await ledger.commit(changes)
        assert done.recorded_at > stamps[-1], "instants rise, whatever the clock does"
        model.apply(changes, done.recorded_at)
        stamps.append(done.recorded_at)
        for as_of in (None, *INSTANTS):
            axes = Axes(as_of=as_of, known_at=done.recorded_at)
            past[axes] = await everything(ledger, axes)

    for known_at, as_of in itertools.product((None, *stamps, stamps[-1] + 99), (None, *INSTANTS, 15)):
        axes = Axes(as_of=as_of, known_at=known_at)
        for agent in ("", "x"):
            expected = model.memories(axes, agent)
            narrowing = Narrowing(agent_id=agent)
            found = await ledger.memories(P, [f"mem{i}" for i in range(4)], axes, narrowing)
            assert told(found) == expected
            page = await ledger.list_memories(P, MemoryFilter(narrowing=narrowing), axes, 99)
            assert told(page.items) == expected
        edges = await ledger.relations_of(P, PEOPLE, axes, 99)
        assert {name: ids(edges.get(name, [])) for name in PEOPLE} == {name: model.edges(axes, name) for name in PEOPLE}
    for axes, then in past.items():
        assert await everything(ledger, axes) == then, "the past never changes"
    await check_look_ups(ledger, model)


async def check_look_ups(ledger: Ledger, model: Model) -> None:
    current = [r for r in model.revisions if r.superseded_at is None]
    for person in PEOPLE:
        about = sorted(r.memory_id for r in current if r.triples[0].object_id == person)
        key = Triple("ann", "knows", person).key(P)
        assert sorted(ids(await ledger.slot(P, [f"slot-{person}"]))) == about
        assert sorted(ids(await ledger.by_text(P, [f"hash-{person}"]))) == about
        assert sorted(ids((await ledger.by_triple(P, [key])).get(key, []))) == about
    assert sorted(ids(await ledger.by_subject(P, [("ann", "knows")], 99))) == sorted(r.memory_id for r in current)
    assert await ledger.degrees(P, PEOPLE) == {
        name: (len(model.edges(Axes(), name)), sum(entity_id == name for entity_id, _ in model.mentions))
        for name in PEOPLE
    }


@pytest.mark.timeout(600)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_any_history_is_seen_as_it_was(opening: Open, steps: list[Step]) -> None:
    """At every pair of instants exactly the model's rows are visible, and what was seen once is seen for ever."""

    async def run() -> None:
        with TemporaryDirectory() as folder:
            clock = Ticks()
            ledger = await opening(Path(folder), clock)
            try:
                await live_through(ledger, clock, steps)
            finally:
                await ledger.close()

    asyncio.run(run())
