"""Corrections: the speaker puts right what was said before, so the wrong value, or the wrong time, never held."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from twohop.graph.model import Granularity, Moment, Operation, Revision, Validity
from twohop.memory.names import proper, words
from twohop.memory.write.draft import Draft
from twohop.memory.write.resolve import ResolvedFact
from twohop.memory.write.timeline import Make, MayCut, Settled, before, earliest, ends_at, overlaps, place, retract


@dataclass(frozen=True, slots=True)
class Corrected:
    """How a correction was settled; None inside = it would touch what must not be touched."""

    settled: Settled | None


def correct(draft: Draft, fact: ResolvedFact, make: Make, may_cut: MayCut) -> Corrected | None:
    """Put a value of a slot right, or its time; None when nothing known is wrong then."""
    line = draft.slot(fact.slot_key)
    if (retimed := retime(draft, fact, line, may_cut=may_cut)) is not None:
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
    new = draft.revise(settled.revision, operation=Operation.SUPERSEDE, reason=reason, supersedes=wrong.memory_id)
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


def retime(draft: Draft, fact: ResolvedFact, line: Sequence[Revision], *, may_cut: MayCut) -> Settled | None:
    """A correction that keeps the value and gives another time for it; None when it is not one."""
    if not fact.stated:
        return None
    start = fact.validity.valid_from
    for value in line:
        validity = Validity(start, fact.validity.valid_to or value.validity.valid_to)
        if value.triples[:1] != fact.triples[:1] or value.validity == validity or not may_cut(value):
            continue
        cut = [earlier for earlier in line if follows(earlier, value)]
        others = [other for other in line if other is not value and other not in cut]
        if any(other.validity.holds(start.at) for other in others) or not all(fits(one, start) for one in cut):
            continue
        draft.spend(value.memory_id)
        reason = "a correction: the time was wrong"
        limit = earliest(*(v.validity.valid_from for v in others if v.validity.valid_from.at > start.at))
        until = earliest(validity.valid_to, limit)
        revision = draft.revise(value, operation=Operation.UPDATE, reason=reason, validity=Validity(start, until))
        for earlier in cut:
            began = earlier.validity.valid_from
            moved = Validity(began, start) if began.at < start.at else Validity(*before(began, start, others))
            draft.revise(earlier, operation=Operation.SUPERSEDE, reason=reason, validity=moved)
        return Settled(operation=Operation.UPDATE, revision=revision, target=value, reason=reason)
    return None


def fits(earlier: Revision, end: Moment) -> bool:
    """Whether a value that was cut short can end at another time: not pinned, and it began before, so far as known."""
    began = earlier.validity.valid_from
    return not earlier.pinned and (began.at < end.at or began.granularity is Granularity.UNKNOWN)


def follows(earlier: Revision, value: Revision) -> bool:
    """Whether `value` cut `earlier` short."""
    return (
        earlier.superseded_by == value.memory_id
        and earlier.operation is Operation.SUPERSEDE
        and ends_at(earlier, value.validity.valid_from)
    )
