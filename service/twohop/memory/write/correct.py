"""Corrections: the speaker puts right what was said before, so the wrong value, or the wrong time, never held."""

import re
from dataclasses import dataclass, replace

from twohop.graph.model import Operation, Revision
from twohop.memory.names import proper, words
from twohop.memory.ports import Polarity
from twohop.memory.write.draft import Draft
from twohop.memory.write.instead import sets_against
from twohop.memory.write.resolve import ResolvedFact
from twohop.memory.write.timeline import Make, MayCut, Settled, overlaps, place, retime, retract

SIGN = re.compile(
    r"\b(?:correction\s*[:,]|i meant\b|misspoke|mistyped|(?:a|was) typo|scratch that|no,? wait|wait,? no|"
    r"(?:told|wrote|typed|said|gave) (?:\w+ ){0,2}(?:wrong|wrongly|nonsense|incorrectly))",
    re.IGNORECASE,
)
"""Words that only someone uses who puts right what was said before."""

HINT = re.compile(
    r"\bactually\b|^\W*(?:no|nope|nah|sorry|oops)\b(?! longer)|\bmy (?:mistake|bad|error)\b|"
    r"\b(?:had|got|remembered) (?:\w+ ){0,2}wrong|\b(?:mixed|muddled) (?:\w+ ){0,4}up|"
    r"\bconfused (?:it|that|them|the (?:two|words?|names?))",
    re.IGNORECASE,
)
"""Words that put right what is known, unless others say that it changed or that both hold."""

NEWS = re.compile(
    r"\b(?:now|nowadays|any ?more|any longer|no longer|since|these days|new|changed|moved|switched|quit|left|joined|"
    r"started|began|became|bought|also|too|as well|besides|both|another|second)\b",
    re.IGNORECASE,
)
"""Words that turn "X, not Y" and "actually X" into news: Y held until then, or goes on."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """How a correction was settled; None inside = it would touch what must not be touched."""

    settled: Settled | None


def corrects(draft: Draft, fact: ResolvedFact) -> bool:
    """Whether the speaker puts right what was said before: by the extractor's word, or by the speaker's own.

    "X, not Y" and "actually X" do it alone when another value is known and nothing says that it changed.
    """
    if fact.fact.correction:
        return True
    quotes = [row.quote for row in fact.evidence]
    said = " ".join((fact.fact.text, *quotes))
    if SIGN.search(said):
        return True
    if fact.stated or fact.fact.polarity is not Polarity.AFFIRMED or NEWS.search(said):
        return False
    others = [value for value in draft.line(fact.slots) if value.triples[:1] != fact.triples[:1]]
    hinted = any(HINT.search(quote) for quote in quotes)
    return any(value.live(fact.observed.at) and (hinted or sets_against(fact, value)) for value in others)


def correct(draft: Draft, fact: ResolvedFact, make: Make, may_cut: MayCut) -> Corrected | None:
    """Put a value of a slot right, or its time; None when nothing known is wrong then."""
    line = draft.line(fact.slots)
    retimed = retime(draft, fact, line, may_cut=may_cut, reason="a correction: the time was wrong")
    if retimed is not None:
        return Corrected(retimed)
    wrong = wrong_value(draft, fact, line)
    return None if wrong is None else Corrected(put_right(draft, fact, wrong, make, may_cut=may_cut))


def put_right(draft: Draft, fact: ResolvedFact, wrong: Revision, make: Make, *, may_cut: MayCut) -> Settled | None:
    """Put the right value where the wrong one stood, with the wrong one's interval unless the speaker gives another."""
    if draft.current(wrong.memory_id) is not None:
        if not may_cut(wrong):
            return None
        retract(draft, wrong, "")
    reason = "a correction: the earlier value never held"
    validity = fact.validity if fact.stated else wrong.validity
    settled = place(draft, replace(fact, validity=validity), make, may_cut=may_cut)
    if settled is None or settled.revision is None:
        return settled
    new = draft.revise(settled.revision, operation=Operation.SUPERSEDE, reason=reason)
    return Settled(operation=Operation.SUPERSEDE, revision=new, target=wrong, reason=reason)


def wrong_value(draft: Draft, fact: ResolvedFact, line: list[Revision]) -> Revision | None:
    """The value that a correction puts right: one just retracted, one that it names, else one of the time it is about.

    A correction without a time is about what holds now; one with an interval about what held in it; one that only says
    since when about the value whose start is nearest: people put right what they said, not what went before.
    """
    for value in reversed(draft.retracted):
        if value.slot_key == fact.slot_key:
            return value
    others = [value for value in line if value.triples[:1] != fact.triples[:1]]
    said = words(" ".join((fact.fact.text, *(row.quote for row in fact.evidence))))
    named = [value for value in others if (proper(value.text) - proper(fact.fact.text)) & said]
    start, until = fact.validity.valid_from, fact.validity.valid_to
    likely = named or others
    if not fact.stated:
        fitting = [value for value in likely if value.validity.holds(fact.observed.at)] or named
    elif until is not None:
        fitting = [value for value in likely if overlaps(value.validity, start.at, until.at)]
    else:
        fitting = [value for value in likely if value.validity.valid_to is None or value.validity.holds(start.at)]
    return min(fitting, key=lambda value: abs(value.validity.valid_from.at - start.at), default=None)
