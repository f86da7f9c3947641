"""Facts that say what no longer holds, or never did: they close, retract, or are remembered as past or as a denial."""

import re
from collections.abc import Sequence
from dataclasses import replace

from twohop.graph.model import FAR, Granularity, Moment, Operation, Revision, Validity
from twohop.memory.moment import end_of
from twohop.memory.write.correct import correct, corrects
from twohop.memory.write.draft import Draft
from twohop.memory.write.resolve import ResolvedFact
from twohop.memory.write.timeline import Make, MayCut, Settled, before, move, overlaps, place, retract

ENDED = "it ended"

NEVER = re.compile(
    r"\b(?:never|wasn't|weren't|didn't|not true|untrue|wrong|mistaken|mistake|misspoke|made .* up)\b", re.IGNORECASE
)
"""Words by which a speaker takes back the past too, and not only the present."""


def end(draft: Draft, fact: ResolvedFact, make: Make, may_cut: MayCut) -> Settled | None:
    """The fact held and stopped: close it, or note it as past when it was never known."""
    at = fact.validity.valid_to or fact.observed
    if fact.triples:
        same = said_by(draft, fact)
        holding = [value for value in same if held_until(value, fact, at)]
        closed: list[Revision] = []
        for value in holding:
            if not may_cut(value):
                return None
            closed.append(finish(draft, fact, value, at))
        if closed:
            return Settled(operation=Operation.DELETE, revision=closed[0], target=holding[0], reason=ENDED)
        over = [value for value in same if value.text_hash == fact.text_hash]
        if over and not fact.slot_key:
            return Settled(
                operation=Operation.NOOP, revision=over[0], target=over[0], reason="already known to be over"
            )
    past = past_of(fact)
    ended = replace(fact, validity=past)
    if fact.slot_key:
        if corrects(draft, fact) and (corrected := correct(draft, ended, make, may_cut)) is not None:
            return corrected.settled
        return restate_past(draft, ended, may_cut) or place(draft, ended, make, may_cut=may_cut)
    return Settled(operation=Operation.ADD, revision=make(past, Operation.ADD, "it is over"), reason="it is over")


def past_of(fact: ResolvedFact) -> Validity:
    """The interval of what is over: up to the end that is said, or to when it was said."""
    at = fact.validity.valid_to or fact.observed
    start = fact.validity.valid_from
    return Validity(start if start.at < at.at else replace(start, at=at.at - 1), at)


def said_by(draft: Draft, fact: ResolvedFact) -> list[Revision]:
    """The undisputed memories that assert the fact's own triple."""
    own = fact.triples[0]
    found = draft.by_triple(own.subject_id, own.predicate, own.object_id, own.literal)
    return [value for value in found if not value.disputed]


def held_until(value: Revision, fact: ResolvedFact, at: Moment) -> bool:
    """Whether a memory still held when the fact says that it ended, and not only in a later stint."""
    validity = value.validity
    open_then = validity.valid_to is None or validity.valid_to.at > at.at
    return open_then and not (fact.stated and validity.valid_from.at >= at.at)


def finish(draft: Draft, fact: ResolvedFact, value: Revision, at: Moment) -> Revision:
    """Close a memory at the end that the fact gives."""
    draft.spend(value.memory_id)
    if at.at <= value.validity.valid_from.at < end_of(at).at:
        # "It ended this month", of what was noted this month: it held when it was noted.
        within = min(max(fact.observed.at, value.validity.valid_from.at + 1), end_of(at).at)
        at = replace(at, at=within)
    if value.validity.valid_from.at < at.at:
        return draft.close(value, at, operation=Operation.DELETE, reason=ENDED)
    # It was noted after it had ended: its unknown start was only the note's time.
    others = [other for other in draft.line((value.slot_key, value.mirror_key)) if other is not value]
    past = Validity(*before(fact.validity.valid_from, at, others))
    return draft.revise(value, operation=Operation.DELETE, reason=ENDED, validity=past)


def restate_past(draft: Draft, fact: ResolvedFact, may_cut: MayCut) -> Settled | None:
    """A past stint that is already known as such; one that is told with another start or end takes it."""
    line = draft.line(fact.slots)
    start, until = fact.validity.valid_from, fact.validity.valid_to
    for value in line:
        if value.triples[:1] != fact.triples[:1] or value.validity.valid_to is None:
            continue
        began = value.validity.valid_from
        reaches = start.at <= began.at and (until is None or until.at >= began.at)
        unknown = reaches and began.granularity is Granularity.UNKNOWN
        if fact.stated and (unknown or start == began or until == value.validity.valid_to):
            moved = move(draft, fact, value, line, may_cut=may_cut, reason="its time is another one now")
            if moved is not None:
                return moved
        if not fact.stated or value.validity.holds(start.at):
            return Settled(operation=Operation.NOOP, revision=value, target=value, reason="already known to be over")
    return None


def deny(draft: Draft, fact: ResolvedFact, make: Make, may_cut: MayCut) -> Settled | None:
    """The fact never held: retract it, or remember the denial when nothing said so."""
    if fact.triples:
        denied = meant(fact, said_by(draft, fact))
        settled: list[Settled] = []
        for value in denied:
            if not may_cut(value):
                return None
            settled.append(retract(draft, value, "the speaker says that it never held"))
        if settled:
            return settled[0]
        gone = [value for value in draft.retracted if value.triples[:1] == fact.triples[:1]]
        if gone:
            return Settled(operation=Operation.NOOP, target=gone[-1], reason="already corrected")
    for value in (*draft.slot(fact.denial_key), *draft.all()):
        same = value.slot_key == fact.denial_key or (value.text_hash == fact.text_hash and not value.triples)
        if same and (value.live(fact.observed.at) or covers(value.validity, fact.validity)):
            return Settled(operation=Operation.NOOP, revision=value, target=value, reason="already denied")
    if fact.denial_key:
        return place(draft, replace(fact, slot_key=fact.denial_key, mirror_key=""), make, may_cut=may_cut)
    reason = "a denial"
    return Settled(operation=Operation.ADD, revision=make(fact.validity, Operation.ADD, reason), reason=reason)


def covers(known: Validity, told: Validity) -> bool:
    """Whether an interval lies within one that is known."""
    end = told.valid_to.at if told.valid_to else FAR
    return known.holds(told.valid_from.at) and known.holds(max(told.valid_from.at, end - 1))


def meant(fact: ResolvedFact, values: Sequence[Revision]) -> list[Revision]:
    """Which of the memories that say so a denial takes back.

    One with a time: those of that time. Without: those that hold when it is said, or would later; if there are none,
    what is over only when the words reach back ("I never worked there").
    """
    if fact.stated:
        start = fact.validity.valid_from
        until = fact.validity.valid_to or end_of(start)
        return [v for v in values if overlaps(v.validity, start.at, max(until.at, start.at + 1))]
    now = [value for value in values if value.validity.holds(fact.observed.at)]
    now = now or [value for value in values if value.validity.valid_from.at > fact.observed.at]
    quotes = " ".join(row.quote for row in fact.evidence)
    if now or not (fact.fact.correction or NEVER.search(f"{fact.fact.text} {quotes}")):
        return now
    return list(values)
