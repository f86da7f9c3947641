"""The judge that needs no model."""

import asyncio
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reading_rules import facts_of
from twohop.graph.model import Kind, Operation
from twohop.llm.rules.judge import RulesJudge
from twohop.memory.ports import Calls, Candidate, Claim, Fact, Polarity, Question, Verdict
from twohop.memory.predicates import PredicateTable

JUDGE = RulesJudge(PredicateTable.default())
KNOWN = Candidate(
    memory_id="m1",
    revision_id="r1",
    text="Alice works at Acme",
    kind=Kind.STATE,
    subject="Alice",
    predicate="works_at",
    object="Acme",
    valid_from="2025-01-01",
)
OTHER = replace(KNOWN, memory_id="m2", revision_id="r2", text="Emma works at Acme", subject="Emma")


def judge(fact: Fact, *candidates: Candidate) -> Verdict:
    judgement = asyncio.run(JUDGE.judge([Question(fact=fact, candidates=candidates)], Calls()))
    assert judgement.decider == "rules"
    (verdict,) = judgement.verdicts
    return verdict


def said(text: str) -> Fact:
    return facts_of(text)[0]


def test_the_same_words_are_already_known() -> None:
    """The same text, but for case and spaces, adds nothing."""
    verdict = judge(replace(said("I work at Acme."), text="alice  works at ACME"), OTHER, KNOWN)
    assert (verdict.operation, verdict.target) == (Operation.NOOP, 1)


def test_the_same_claim_in_fewer_words_is_already_known() -> None:
    """A vaguer wording of the same claim adds nothing."""
    known = replace(KNOWN, text="Alice works at Acme in Lisbon")
    assert judge(said("I work at Acme."), known).operation is Operation.NOOP


def test_a_fuller_wording_refines() -> None:
    """The same claim with more detail, and every old one kept, becomes the memory's text."""
    verdict = judge(said("I work at Acme in Lisbon."), OTHER, KNOWN)
    assert (verdict.operation, verdict.target, verdict.text) == (Operation.UPDATE, 1, "Alice works at Acme in Lisbon")


def test_a_wording_that_loses_a_detail_is_added() -> None:
    """A text that drops a name of the old one does not replace it."""
    known = replace(KNOWN, text="Alice works at Acme in Porto")
    assert judge(said("I work at Acme in Lisbon."), known).operation is Operation.ADD


def test_another_value_of_a_functional_slot_is_added() -> None:
    """A new employer is ADD: the timeline closes the old one, by world time."""
    verdict = judge(said("I work at Globex."), KNOWN)
    assert (verdict.operation, verdict.target, verdict.reason) == (
        Operation.ADD,
        None,
        "a new value of a functional slot",
    )


def test_what_ended_closes_the_memory_of_the_same_claim() -> None:
    """An end names the claim that it ends; another value or another subject is left alone."""
    assert judge(said("I no longer work at Acme."), OTHER, KNOWN).target == 1
    assert judge(said("I no longer work at Acme."), OTHER, KNOWN).operation is Operation.DELETE
    assert judge(said("I no longer work at Globex."), OTHER, KNOWN).operation is Operation.ADD


def test_a_denial_closes_the_memory_of_the_same_claim() -> None:
    """What is denied is deleted, and is never taken for the same words."""
    assert judge(said("I don't work at Acme."), KNOWN).operation is Operation.DELETE
    assert judge(said("I don't work at Acme."), replace(KNOWN, text="Alice does not work at Acme")).target == 0


def test_another_day_is_another_event() -> None:
    """The same words for another start are another event, a run on Monday and a run on Tuesday."""
    event = said("I visited Rome yesterday.")
    known = replace(
        KNOWN, text="Alice visited Rome", kind=Kind.EVENT, predicate="visited", object="Rome", valid_from="2025-01-01"
    )
    assert judge(event, known).operation is Operation.ADD
    assert judge(event, replace(known, valid_from="2025-03-11")).operation is Operation.NOOP


def test_a_fact_without_a_claim_is_added_or_known_by_its_words() -> None:
    """A caller's plain sentence has no claim to compare."""
    assert judge(Fact(text="Alice works at Acme"), KNOWN).operation is Operation.NOOP
    assert judge(Fact(text="Alice is off today"), KNOWN).operation is Operation.ADD


names = st.sampled_from(["Alice", "Emma", "Acme", "Globex"])


@given(names, names, st.sampled_from(list(Polarity)), st.lists(st.tuples(names, names), max_size=4))
def test_a_verdict_never_reaches_another_subject(
    subject: str, value: str, polarity: Polarity, known: list[tuple[str, str]]
) -> None:
    """Only a memory of the fact's own subject, predicate and object is rewritten, deleted or taken for the same."""
    fact = Fact(
        text=f"{subject} works at {value}",
        claims=(Claim(subject=subject, predicate="works for", object=value),),
        polarity=polarity,
    )
    shown = [replace(KNOWN, text=f"{s} works at {o}", subject=s, object=o) for s, o in known]
    verdict = judge(fact, *shown)
    if verdict.operation is Operation.ADD:
        assert verdict.target is None
        assert (subject, value) not in known
    else:
        assert verdict.target is not None
        assert known[verdict.target] == (subject, value)
