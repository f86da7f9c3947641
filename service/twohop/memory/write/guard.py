"""Guardrails after any judge: what a verdict may do, whatever the model said.

A judge sees a few memories and can be wrong, confused or talked into something by the text it reads. So code decides
what its words may destroy: only memories it was shown, about the same subject, for a reason that the fact itself
carries. A refused verdict becomes ADD (the timeline then settles functional slots), and the refusal is recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from twohop.graph.model import Operation, Revision
from twohop.memory.names import adds_no_details, keeps_details, normal, words
from twohop.memory.ports import Candidate, Polarity, Verdict
from twohop.memory.write.draft import Draft
from twohop.memory.write.resolve import ResolvedFact

NEAR_IDENTICAL = 0.8
"""Least share of common words at which one text may stand for another without the same triple."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What is allowed: an operation with its target; `refused` names the judge's operation that was not."""

    operation: Operation
    target: Revision | None = None
    text: str = ""
    reason: str = ""
    refused: str = ""


def guard(fact: ResolvedFact, verdict: Verdict, shown: Sequence[Candidate], draft: Draft, cap: int) -> Ruling:
    """Allow the verdict, or turn it into ADD with the reason of the refusal."""
    if verdict.operation is Operation.ADD:
        return Ruling(operation=Operation.ADD, reason=verdict.reason)
    refusal, target = refuse(fact, verdict, shown, draft, cap)
    if refusal:
        return Ruling(operation=Operation.ADD, reason=refusal, refused=verdict.operation.value)
    return Ruling(operation=verdict.operation, target=target, text=verdict.text, reason=verdict.reason)


def refuse(  # noqa: C901, PLR0911 - one return a rule: they read as the list of rules.
    fact: ResolvedFact, verdict: Verdict, shown: Sequence[Candidate], draft: Draft, cap: int
) -> tuple[str, Revision | None]:
    """Why the verdict is not allowed (empty = it is), and the memory it is about."""
    if verdict.operation not in {Operation.UPDATE, Operation.DELETE, Operation.NOOP}:
        return f"a judge can't say {verdict.operation.value}", None
    if verdict.target is None or not 0 <= verdict.target < len(shown):
        return "the target is not one of the candidates", None
    target = draft.current(shown[verdict.target].memory_id)
    if target is None:
        return "the target is gone", None
    if not fact.subject_id or not target.triples or target.triples[0].subject_id != fact.subject_id:
        return "the target is about another subject", None
    if not target.live(fact.validity.valid_from.at):
        return "the target does not hold then", None
    if verdict.operation is Operation.NOOP:
        return ("" if says_the_same(fact, target) else "the target does not say the same"), target
    if target.pinned:
        return "the target is pinned", None
    if not draft.stands(target.memory_id, shown[verdict.target].revision_id):
        return "the target changed since it was shown", None
    if draft.destructive >= cap:
        return f"this add already changed {cap} memories", None
    if verdict.operation is Operation.UPDATE:
        return refuse_update(fact, verdict.text, target), target
    return refuse_delete(fact, target), target


def says_the_same(fact: ResolvedFact, target: Revision) -> bool:
    """Whether a NOOP loses nothing: same words for the same kind and start, or same triple and no new detail."""
    if fact.text_hash == target.text_hash:
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


def refuse_update(fact: ResolvedFact, text: str, target: Revision) -> str:
    """An UPDATE rewrites the same statement: it invents nothing, and drops nothing that the fact doesn't replace."""
    if fact.predicate != target.triples[0].predicate:
        return "the target says something else about the subject"
    if not normal(text):
        return "the new text is empty"
    quotes = [row.quote or fact.fact.text for row in fact.evidence]
    if not adds_no_details(text, target.text, fact.fact.text, *quotes):
        return "the new text holds a number, name or negation that nobody said"
    if fact.triples[0] != target.triples[0]:
        return "another value is not a new wording"
    if not keeps_details(text, target.text):
        return "the new text loses a number, name or negation"
    return ""


def refuse_delete(fact: ResolvedFact, target: Revision) -> str:
    """A DELETE needs a statement that the target ended or never was, or a new value in the same functional slot."""
    mine, theirs = fact.triples[0], target.triples[0]
    if mine.predicate != theirs.predicate:
        return "the target says something else about the subject"
    if fact.fact.polarity is Polarity.AFFIRMED:
        return "" if fact.slot_key and fact.slot_key == target.slot_key else "nothing says that the target ended"
    return "" if (mine.object_id, mine.literal) == (theirs.object_id, theirs.literal) else "another value ended"
