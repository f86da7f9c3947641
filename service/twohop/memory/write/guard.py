"""Guardrails after any judge: what a verdict may do, whatever the model said.

A judge sees a few memories and can be wrong, confused or talked into something by the text it reads. So code decides
what its words may destroy: only memories it was shown, about the same subject, for a reason that the fact itself
carries. A refused verdict becomes ADD (the timeline then settles functional slots), and the refusal is recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from twohop.graph.model import Kind, Operation, Revision
from twohop.memory.names import adds_no_details, keeps_details, normal, words
from twohop.memory.ports import Candidate, Polarity, Verdict
from twohop.memory.write.draft import Draft
from twohop.memory.write.instead import sets_against
from twohop.memory.write.resolve import ResolvedFact

NEAR_IDENTICAL = 0.8
"""Least share of common words at which one text may stand for another without the same triple."""

RULES = {
    "unknown_operation": "a judge can't say that",
    "not_shown": "the target is not one of the candidates",
    "gone": "the target is gone",
    "other_subject": "the target is about another subject",
    "not_then": "the target does not hold then",
    "not_the_same": "the target does not say the same",
    "not_affirmed": "an update needs a fact that holds",
    "pinned": "the target is pinned",
    "changed": "the target changed since it was shown",
    "cap": "this add already changed as many memories as one add may",
    "other_predicate": "the target says something else about the subject",
    "no_text": "the new text is empty",
    "other_time": "the target happened at another time",
    "invents": "the new text holds a number, name or negation that nobody said",
    "other_value": "another value is not a new wording",
    "loses": "the new text loses a number, name or negation",
    "not_ended": "nothing says that the target ended",
    "other_ended": "another value ended",
    "other_slot": "only another value of the same slot can be beside it",
    "instead": "the speaker puts the new value in its place",
    "speaker": "a name that speakers give themselves may be somebody else's too",
    "related": "who stands in a relation to somebody is somebody else",
    "many": "more memories would move than an add may move",
    "gives_way": "a memory would give way, and no statement names both names",
    "chained": "one of the two became one with somebody else just now",
}
"""What each guardrail says when it overrules a judge or refuses a merge, by its short name (in decisions, answers and
metrics)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What is allowed: an operation with its target; `refused` names the judge's operation that was not, by `rule`.

    `beside`: the value of the fact's slot that the judge says holds at the same time ("two jobs").
    """

    operation: Operation
    target: Revision | None = None
    beside: Revision | None = None
    text: str = ""
    reason: str = ""
    refused: str = ""
    rule: str = ""


def guard(fact: ResolvedFact, verdict: Verdict, shown: Sequence[Candidate], draft: Draft, cap: int) -> Ruling:
    """Allow the verdict, or turn it into ADD with the reason of the refusal."""
    if verdict.operation is Operation.ADD and verdict.target is None:
        return Ruling(operation=Operation.ADD, reason=verdict.reason)
    rule, target = refuse(fact, verdict, shown, draft, cap)
    if rule:
        return Ruling(operation=Operation.ADD, reason=RULES[rule], refused=verdict.operation.value, rule=rule)
    if verdict.operation is Operation.ADD:
        return Ruling(operation=Operation.ADD, beside=target, reason=verdict.reason)
    return Ruling(operation=verdict.operation, target=target, text=verdict.text, reason=verdict.reason)


def refuse(  # noqa: C901, PLR0911 - one return a rule: they read as the list of rules.
    fact: ResolvedFact, verdict: Verdict, shown: Sequence[Candidate], draft: Draft, cap: int
) -> tuple[str, Revision | None]:
    """The rule by which the verdict is not allowed (empty = it is), and the memory it is about."""
    if verdict.operation not in {Operation.ADD, Operation.UPDATE, Operation.DELETE, Operation.NOOP}:
        return "unknown_operation", None
    if verdict.target is None or not 0 <= verdict.target < len(shown):
        return "not_shown", None
    target = draft.current(shown[verdict.target].memory_id)
    if target is None:
        return "gone", None
    if not fact.subject_id or not target.triples or target.triples[0].subject_id != fact.subject_id:
        return "other_subject", None
    if not target.live(fact.validity.valid_from.at):
        return "not_then", None
    if verdict.operation is Operation.ADD:
        beside = fact.slot_key and fact.slot_key == target.slot_key and fact.triples[:1] != target.triples[:1]
        if not beside or fact.fact.polarity is not Polarity.AFFIRMED:
            return "other_slot", target
        return ("instead" if sets_against(fact, target) else ""), target
    if verdict.operation is Operation.NOOP:
        return ("" if says_the_same(fact, target) else "not_the_same"), target
    if target.pinned:
        return "pinned", None
    if not draft.stands(target.memory_id, shown[verdict.target].revision_id):
        return "changed", None
    if draft.destructive >= cap:
        return "cap", None
    if verdict.operation is Operation.UPDATE:
        return refuse_update(fact, verdict.text, target), target
    return refuse_delete(fact, target), target


def says_the_same(fact: ResolvedFact, target: Revision) -> bool:
    """Whether a NOOP loses nothing: same words for the same kind and start, or same triple and no new detail."""
    if fact.text_hash == target.text_hash and fact.triples[:1] == target.triples[:1]:
        return True
    if fact.fact.polarity is not Polarity.AFFIRMED or fact.fact.kind != target.kind:
        return False
    if fact.stated and fact.validity.valid_from != target.validity.valid_from:
        return False
    if not adds_no_details(fact.fact.text, target.text):
        return False
    if fact.triples[:1] != target.triples[:1]:
        return False
    mine, theirs = words(fact.fact.text), words(target.text)
    return fact.triples == target.triples or len(mine & theirs) >= NEAR_IDENTICAL * len(mine | theirs)


def refuse_update(  # noqa: PLR0911 - as `refuse`.
    fact: ResolvedFact, text: str, target: Revision
) -> str:
    """An UPDATE rewrites the same statement: it invents nothing, and drops nothing that the fact doesn't replace."""
    if fact.fact.polarity is not Polarity.AFFIRMED:
        return "not_affirmed"
    if fact.predicate != target.triples[0].predicate:
        return "other_predicate"
    if not normal(text):
        return "no_text"
    quotes = [row.quote or fact.fact.text for row in fact.evidence]
    if not adds_no_details(text, target.text, fact.fact.text, *quotes):
        return "invents"
    if fact.triples[0] != target.triples[0]:
        return "other_value"
    if Kind.EVENT in {fact.fact.kind, target.kind} and fact.validity.valid_from != target.validity.valid_from:
        return "other_time"
    if not keeps_details(text, target.text):
        return "loses"
    return ""


def refuse_delete(fact: ResolvedFact, target: Revision) -> str:
    """A DELETE needs a statement that the target ended or never was, or a new value in the same functional slot."""
    mine, theirs = fact.triples[0], target.triples[0]
    if fact.fact.polarity is Polarity.AFFIRMED:
        same_slot = fact.slot_key and fact.slot_key == target.slot_key
        return "" if same_slot else "not_ended" if mine.predicate == theirs.predicate else "other_predicate"
    if mine.predicate != theirs.predicate:
        return "other_predicate"
    return "" if (mine.object_id, mine.literal) == (theirs.object_id, theirs.literal) else "other_ended"
