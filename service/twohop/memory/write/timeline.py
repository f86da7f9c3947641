"""The timeline of a functional slot: supersession follows world time, not arrival.

The current revisions of a slot (subject, predicate with one value at a time) never overlap. A new value cuts the line
at its own start; one that lies before later values is inserted and ends where the next begins; a correction ends the
wrong value in system time only, since it never held, and what that one had cut short holds on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from twohop.graph.model import FAR, Granularity, Moment, Operation, Revision, Validity
from twohop.memory.moment import end_of
from twohop.memory.write.draft import Draft
from twohop.memory.write.resolve import ResolvedFact


class Make(Protocol):
    """Plans the fact's own first revision. `beside`: outside of its slot's timeline, next to another value."""

    def __call__(
        self,
        validity: Validity,
        operation: Operation,
        reason: str,
        *,
        beside: bool = False,
        disputed: bool = False,
    ) -> Revision:
        """The planned revision."""
        ...


MayCut: TypeAlias = Callable[[Revision], bool]
"""Whether a value may be closed by this add: not pinned, and the cap is not reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How a fact was settled: what the decision records."""

    operation: Operation
    revision: Revision | None = None
    target: Revision | None = None
    reason: str = ""


def retract(draft: Draft, wrong: Revision, reason: str) -> Settled:
    """End a value that never held; what it had cut short holds on until the next value."""
    draft.spend(wrong.memory_id)
    draft.retract(wrong)
    heal(draft, wrong, reason or "what had replaced it was retracted")
    return Settled(operation=Operation.RETRACT, target=wrong, reason=reason)


def heal(draft: Draft, gone: Revision, reason: str) -> None:
    """Reopen what a value that is gone had cut short, as far as the line leaves room."""
    for earlier in draft.all():
        if earlier.superseded_by != gone.memory_id or earlier.pinned:
            continue
        cut_short = earlier.operation is Operation.SUPERSEDE and ends_at(earlier, gone.validity.valid_from)
        until = earlier.validity.valid_to
        follower = ""
        if cut_short:
            later = [
                v
                for v in draft.line((earlier.slot_key, earlier.mirror_key))
                if v.validity.valid_from.at > earlier.validity.valid_from.at
            ]
            ends = [v.validity.valid_from for v in later]
            until = earliest(gone.validity.valid_to, *ends)
            follower = next((v.memory_id for v in later if until and v.validity.valid_from.at == until.at), "")
        draft.revise(
            earlier,
            operation=Operation.UPDATE if until is None else earlier.operation,
            reason=reason,
            validity=Validity(earlier.validity.valid_from, until),
            superseded_by=follower,
        )


def restate(draft: Draft, fact: ResolvedFact, line: Sequence[Revision], *, may_cut: MayCut) -> Settled | None:
    """The same value again: more evidence, or a start or an end that was unknown; None when it is another stint."""
    start, end = fact.validity.valid_from, fact.validity.valid_to
    after, _ = span(fact, line)
    for value in line:
        if value.triples[:1] != fact.triples[:1]:
            continue
        known = Settled(operation=Operation.NOOP, revision=value, target=value, reason="already known")
        if begins_anew(fact, value):
            moved = move(draft, fact, value, line, may_cut=may_cut, reason="the start is another one now")
            if moved is not None:
                return moved
        # One of several values of that very instant, which give way to each other by microseconds.
        among = end is None and not fact.stated and start.at <= value.validity.valid_from.at < after.at
        if value.validity.holds(start.at) or among or (end is None and value.validity.holds(after.at)):
            return prolong(draft, fact, value, may_cut=may_cut) or known
        later = value.validity.valid_from.at > start.at
        reaches = end is None or end.at >= value.validity.valid_from.at
        if not (later and reaches):
            continue
        if value.validity.valid_from.granularity is Granularity.UNKNOWN:
            retimed = retime(draft, fact, line, may_cut=may_cut, reason="the start is known now")
            if retimed is not None:
                return retimed
        between = (v.validity.valid_from.at for v in line if v is not value)
        if not any(start.at <= begins < value.validity.valid_from.at for begins in between):
            return known
    return None


def retime(
    draft: Draft, fact: ResolvedFact, line: Sequence[Revision], *, may_cut: MayCut, reason: str
) -> Settled | None:
    """The same value with another start; what it had cut short then ends there. None when the line has no room."""
    same = (value for value in line if fact.stated and value.triples[:1] == fact.triples[:1])
    moved = (move(draft, fact, value, line, may_cut=may_cut, reason=reason) for value in same)
    return next((settled for settled in moved if settled is not None), None)


def move(
    draft: Draft, fact: ResolvedFact, value: Revision, line: Sequence[Revision], *, may_cut: MayCut, reason: str
) -> Settled | None:
    """Give a value of a line the fact's start, and its end if it has one; None when the line has no room."""
    cut = [earlier for earlier in line if follows(earlier, value)]
    others = [other for other in line if other is not value and other not in cut]
    start, _ = span(fact, [*cut, *others])
    validity = Validity(start, fact.validity.valid_to or value.validity.valid_to)
    if value.validity == validity or not may_cut(value):
        return None
    if any(other.validity.holds(start.at) for other in others) or not all(fits(one, start) for one in cut):
        return None
    limit = earliest(*(v.validity.valid_from for v in others if v.validity.valid_from.at > start.at))
    until = earliest(validity.valid_to, limit)
    if until is not None and until.at <= start.at:
        return None
    draft.spend(value.memory_id)
    revision = draft.revise(value, operation=Operation.UPDATE, reason=reason, validity=Validity(start, until))
    for earlier in cut:
        began = earlier.validity.valid_from
        moved = Validity(began, start) if began.at < start.at else Validity(*before(began, start, others))
        draft.revise(earlier, operation=Operation.SUPERSEDE, reason=reason, validity=moved)
    return Settled(operation=Operation.UPDATE, revision=revision, target=value, reason=reason)


def begins_anew(fact: ResolvedFact, value: Revision) -> bool:
    """Whether the fact gives the same stint another start.

    It says it more exactly ("in 2020", then "in September 2020"), or it moves one that has not come yet ("the move
    slips by a month"): what has not begun is no stint to come back to.
    """
    told, known = fact.validity.valid_from, value.validity.valid_from
    if not fact.stated or known.granularity is Granularity.UNKNOWN or within(known, told):
        return False
    return within(told, known) or known.at > fact.observed.at


def within(inner: Moment, outer: Moment) -> bool:
    """Whether one granule lies in another."""
    return outer.at <= inner.at and end_of(inner).at <= end_of(outer).at


def follows(earlier: Revision, value: Revision) -> bool:
    """Whether `value` cut `earlier` short."""
    return (
        earlier.superseded_by == value.memory_id
        and earlier.operation is Operation.SUPERSEDE
        and ends_at(earlier, value.validity.valid_from)
    )


def fits(earlier: Revision, end: Moment) -> bool:
    """Whether a value that was cut short can end at another time: not pinned, and it began before, so far as known."""
    began = earlier.validity.valid_from
    return not earlier.pinned and (began.at < end.at or began.granularity is Granularity.UNKNOWN)


def relink(draft: Draft, slot_key: str) -> None:
    """Link the neighbours of a line both ways, where one ends as the next begins; pinned values are left alone."""
    line = draft.slot(slot_key)
    alone = not any(value.mirror_key for value in line)
    for place, value in enumerate(line):
        # Values of one line don't overlap: only the next one by start can begin where this one ends.
        near = line[max(place - 1, 0) : place + 2] if alone else draft.line((value.slot_key, value.mirror_key))
        by, of = neighbours(value, near)
        if (value.superseded_by, value.supersedes) != (by, of) and not value.pinned:
            draft.revise(value, operation=value.operation, reason=value.reason, superseded_by=by, supersedes=of)


def neighbours(value: Revision, line: Sequence[Revision]) -> tuple[str, str]:
    """The memories that took a value's place and whose place it took, on its own line or on that of its other end."""
    after = (v.memory_id for v in line if v is not value and ends_at(value, v.validity.valid_from))
    before_ = (v.memory_id for v in line if v is not value and ends_at(v, value.validity.valid_from))
    return next(after, ""), next(before_, "")


def prolong(draft: Draft, fact: ResolvedFact, value: Revision, *, may_cut: MayCut) -> Settled | None:
    """The same value with another end ("I can stay until April now"); None when the fact gives none, or the same."""
    end = fact.validity.valid_to
    if end is None or end == value.validity.valid_to or not may_cut(value):
        return None
    line = draft.line((value.slot_key, value.mirror_key))
    limit = earliest(*(v.validity.valid_from for v in line if v.validity.valid_from.at > value.validity.valid_from.at))
    until = earliest(end, limit)
    if until is None or until.at <= value.validity.valid_from.at:
        return None
    draft.spend(value.memory_id)
    reason = "the end is another one now" if value.validity.valid_to else "the end is known now"
    validity = Validity(value.validity.valid_from, until)
    revision = draft.revise(value, operation=Operation.UPDATE, reason=reason, validity=validity)
    draft.witness(revision.memory_id, fact.evidence)
    return Settled(operation=Operation.UPDATE, revision=revision, target=value, reason=reason)


def place(draft: Draft, fact: ResolvedFact, make: Make, *, may_cut: MayCut) -> Settled | None:
    """Give the fact its place in the slot's line; None when it would have to cut a value that must not be touched."""
    line = draft.line(fact.slots)
    start, end = span(fact, line)
    covering = [value for value in line if value.validity.holds(start.at)]
    following = next((value for value in line if value.validity.valid_from.at > start.at), None)
    until = earliest(end, following.validity.valid_from if following else None)
    reason = "another value of the same slot from then on"
    if not covering:
        left = next((v for v in line if ends_at(v, start) and draft.planned(v.memory_id)), None)
        if left is not None and not left.superseded_by:
            # "Switched from tea to coffee": the end and the new value were said together.
            new = make(Validity(start, until), Operation.SUPERSEDE, reason)
            return Settled(operation=Operation.SUPERSEDE, revision=new, target=left, reason=reason)
        operation = Operation.INSERT if following else Operation.ADD
        reason = "an earlier value of the slot" if following else ""
        return Settled(operation=operation, revision=make(Validity(start, until), operation, reason), reason=reason)
    if not all(may_cut(value) for value in covering):
        return None
    new = make(Validity(start, until), Operation.SUPERSEDE, reason)
    # Two at most: a new marriage may end one of each.
    for value in covering:
        draft.spend(value.memory_id)
        draft.close(value, start, operation=Operation.SUPERSEDE, reason=reason)
        former_end = value.validity.valid_to
        if until is not None and until == end and (former_end is None or former_end.at > until.at):
            resume(draft, fact, value, until)
    return Settled(operation=Operation.SUPERSEDE, revision=new, target=covering[0], reason=reason)


def resume(draft: Draft, fact: ResolvedFact, covering: Revision, until: Moment) -> None:
    """What a temporary value had interrupted holds again after it, as a memory with the same grounds."""
    resumed = draft.add(
        replace(
            covering,
            id=draft.ids(),
            memory_id=draft.ids(),
            number=1,
            validity=Validity(until, covering.validity.valid_to),
            operation=Operation.INSERT,
            reason="holds again after a value that was temporary",
            recorded_at=0,
        )
    )
    draft.witness(resumed.memory_id, (*draft.grounds(covering.memory_id), *fact.evidence))


def span(fact: ResolvedFact, line: Sequence[Revision]) -> tuple[Moment, Moment | None]:
    """Where the fact's interval starts and ends among the values of the line.

    "I moved last month", said after "I live in Lisbon" was noted in the same month, can't have begun before that
    note: an open-ended start whose granule holds the starts of known values begins just after the last of them.
    A past value of unknown start ("no longer works at X") ends no later than the value that was there by then.
    """
    start, end = fact.validity.valid_from, fact.validity.valid_to
    if end is None:
        granule = max(end_of(start).at, start.at + 1)
        starts = {v.validity.valid_from.at for v in line}
        at = max((begins + 1 for begins in starts if start.at <= begins < granule), default=start.at)
        while at in starts:  # Several values of one instant stand a microsecond apart, in the order told.
            at += 1
        return replace(start, at=at), None
    if start.granularity is Granularity.UNKNOWN:
        return before(start, end, line)
    return start, end


def before(start: Moment, end: Moment, line: Sequence[Revision]) -> tuple[Moment, Moment]:
    """An interval of unknown start that ends at `end`, or before the values that were there already."""
    while (covering := next((v for v in line if v.validity.holds(end.at - 1)), None)) is not None:
        end = covering.validity.valid_from
    free = max(
        (v.validity.valid_to.at for v in line if v.validity.valid_to and v.validity.valid_to.at < end.at), default=0
    )
    return replace(start, at=max(min(start.at, end.at - 1), free)), end


def overlaps(validity: Validity, start: int, end: int) -> bool:
    """Whether an interval has an instant in common with [start, end)."""
    return validity.valid_from.at < end and start < (validity.valid_to.at if validity.valid_to else FAR)


def ends_at(value: Revision, at: Moment) -> bool:
    """Whether a value ends at that instant."""
    return value.validity.valid_to is not None and value.validity.valid_to.at == at.at


def earliest(*moments: Moment | None) -> Moment | None:
    """The first of those that are given."""
    return min((m for m in moments if m is not None), key=lambda m: m.at, default=None)
