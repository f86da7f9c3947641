"""Bugs that are planted on purpose: the state machine must find each of them, or it proves nothing."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from state_machine.machine import Life
from twohop.graph.model import Operation, Relation, Revision
from twohop.graph.sqlite import commit, conversations, listing, memories, stamp
from twohop.memory.write import decide, guard, plan, relations, replay, resolve, settle, timeline
from twohop.memory.write.draft import Draft

FOUND = settings(
    max_examples=200,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=False,
    phases=(Phase.generate,),
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
        HealthCheck.large_base_example,
    ],
    report_multiple_bugs=False,
)
"""Lives within which a planted bug must be found. It is not made smaller: that it is found is the point."""


def found_by(expected: str) -> None:
    """Run lives until one breaks, for the reason that was expected."""
    with pytest.raises((AssertionError, Exception), match=expected):
        run_state_machine_as_test(Life, settings=FOUND)


def test_a_judge_that_is_always_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without guardrails a memory of another subject is changed, or a fact is lost in it."""

    def believe(fact: Any, verdict: Any, shown: Any, draft: Draft, cap: int) -> guard.Ruling:
        del fact, cap
        target = None
        if verdict.target is not None and 0 <= verdict.target < len(shown):
            target = draft.current(shown[verdict.target].memory_id)
        operation = verdict.operation if target else Operation.ADD
        return guard.Ruling(operation=operation, target=target, text=verdict.text or "x", reason="believed")

    monkeypatch.setattr(settle, "guard", believe)
    found_by("another subject|kept|lost its claim")


def test_a_noop_that_swallows_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fact that is taken for what merely stands near is lost."""
    monkeypatch.setattr(guard, "says_the_same", lambda *_: True)
    found_by("kept")


def test_a_slot_that_is_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A functional predicate without its slot gets two values at a time."""
    monkeypatch.setattr(resolve, "slot_of", lambda *_: "")
    found_by("two values of")


def test_a_timeline_that_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new value that does not end the old one overlaps it."""

    def beside(draft: Draft, fact: resolve.ResolvedFact, make: timeline.Make, **_: Any) -> timeline.Settled:
        del draft
        return timeline.Settled(operation=Operation.ADD, revision=make(fact.validity, Operation.ADD, "uncut"))

    monkeypatch.setattr(settle, "place", beside)
    found_by("overlap")


def test_a_pin_that_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan that does not know about pins changes what is pinned."""
    current = Draft.current

    def unpinned(self: Draft, memory_id: str) -> Revision | None:
        found = current(self, memory_id)
        return None if found is None else replace(found, pinned=False)

    monkeypatch.setattr(Draft, "current", unpinned)
    found_by("a pinned memory changed")


@pytest.mark.parametrize(
    ("added", "ended", "expected"),
    [(True, False, "a relation holds"), (False, True, "relation is missing")],
    ids=["never closed", "never opened"],
)
def test_relations_that_do_not_follow(
    monkeypatch: pytest.MonkeyPatch, *, added: bool, ended: bool, expected: str
) -> None:
    """A relation outlives its memory, or a memory stands without its relation."""
    whole = relations.difference

    def part(stored: Any, wanted: Any) -> tuple[list[Relation], list[str]]:
        new, old = whole(stored, wanted)
        return new if added else [], old if ended else []

    monkeypatch.setattr(plan, "difference", part)
    found_by(expected)


def test_effects_that_are_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decision that does not say what it did can't be undone."""
    record = Draft.record

    def forget(self: Draft, decision: Any) -> None:
        self._effects = {}
        record(self, decision)

    monkeypatch.setattr(Draft, "record", forget)
    found_by("effects are missing")


def test_a_verdict_that_is_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log without what the judge said does not lead to the same rows."""
    monkeypatch.setattr(replay, "verdict_of", lambda _: decide.ADD)
    found_by("the log led elsewhere|became")


@pytest.mark.parametrize(("module", "name"), [(listing, "revisions"), (memories, "linked"), (conversations, "known")])
def test_a_past_that_is_not_kept(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """A read that forgets when it is to be known reads otherwise later: memories, their evidence, messages."""
    whole = getattr(module, name)

    def now(alias: str, asked: Any) -> str:
        return str(whole(alias, replace(asked, known_at=None) if name == "revisions" else None))

    monkeypatch.setattr(module, name, now)
    found_by("the past reads otherwise")


def test_an_instant_that_the_clock_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """System time that follows a clock which was set back records in the past."""
    advance = stamp.advance
    monkeypatch.setattr(commit, "advance", lambda own, now, **more: replace(advance(own, now, **more), at=now))
    found_by("in the past|recorded before")


def test_an_outbox_row_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The outbox names a row that is not there."""
    queue = stamp.queue
    monkeypatch.setattr(commit, "queue", lambda own, kind, ids, at: queue(own, kind, [*ids, "ghost"], at))
    found_by("the outbox refers")
