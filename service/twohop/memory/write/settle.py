"""One fact against the owner's state: what is written, and the decision that says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from twohop.graph.model import Decision, Moment, Operation, Revision, Validity
from twohop.memory.names import adds_no_details, words
from twohop.memory.ports import Candidate, Polarity, Verdict
from twohop.memory.write.draft import Draft
from twohop.memory.write.guard import Ruling, guard
from twohop.memory.write.resolve import ResolvedFact
from twohop.memory.write.timeline import Make, MayCut, Settled, before, correct, place, restate, retract

ENDED = "it ended"

NEWS = 3
"""New words from which the same value in other words says more than was known; fewer are another way to put it."""

MOST_CUES = 8
"""Most cues that a memory keeps over its rewordings: six of one fact, and room for two more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A resolved fact with the judge's verdict, the candidates it was shown and who decided."""

    fact: ResolvedFact
    verdict: Verdict
    shown: tuple[Candidate, ...]
    decider: str


def settle(draft: Draft, judged: Judged, *, job_id: str, cap: int, metadata: Mapping[str, Any]) -> None:
    """Plan what the fact changes, and its decision. At most `cap` memories are closed or rewritten in one draft."""
    fact = judged.fact
    draft.decider = judged.decider
    decision_id = draft.ids()

    def make(
        validity: Validity, operation: Operation, reason: str, supersedes: str, *, disputed: bool = False
    ) -> Revision:
        retraction = fact.fact.polarity is Polarity.NEGATED
        revision = draft.add(
            Revision(
                id=draft.ids(),
                memory_id=draft.ids(),
                partition=draft.partition,
                number=1,
                text=fact.fact.text.strip(),
                kind=fact.fact.kind,
                validity=validity,
                occurred_until=fact.occurred_until,
                operation=operation,
                decider=judged.decider,
                reason=reason,
                decision_id=decision_id,
                # A denial is remembered as a sentence; it asserts no relation.
                triples=() if retraction else fact.triples,
                slot_key="" if retraction else fact.slot_key,
                text_hash=fact.text_hash,
                cues=fact.fact.cues,
                categories=fact.fact.categories,
                metadata=metadata,
                disputed=disputed,
                supersedes=supersedes,
            )
        )
        draft.witness(revision.memory_id, fact.evidence)
        return revision

    def may_cut(value: Revision) -> bool:
        return not value.pinned and (draft.destructive < cap or draft.born(value.memory_id))

    ruling = guard(fact, judged.verdict, judged.shown, draft, cap)
    match fact.fact.polarity:
        case Polarity.NEGATED:
            settled = deny(draft, fact, make, may_cut)
        case Polarity.ENDED:
            settled = end(draft, fact, make, may_cut)
        case Polarity.AFFIRMED:
            settled = affirm(draft, fact, ruling, make, may_cut)
    if settled is None:
        reason = "it would close a pinned memory, or more memories than one add may change"
        revision = make(fact.validity, Operation.DISPUTE, reason, "", disputed=True)
        settled = Settled(operation=Operation.DISPUTE, revision=revision, reason=reason)
    if settled.operation in {Operation.NOOP, Operation.DELETE, Operation.RETRACT} and settled.target is not None:
        draft.witness(settled.target.memory_id, fact.evidence)
    draft.record(decision(draft, judged, ruling, settled, decision_id=decision_id, job_id=job_id))


def affirm(  # noqa: PLR0911 - one return a case: known, reworded, corrected, placed, restated, enriched, new.
    draft: Draft, fact: ResolvedFact, ruling: Ruling, make: Make, may_cut: MayCut
) -> Settled | None:
    """The fact holds."""
    for known in draft.all():
        same = known.text_hash == fact.text_hash and known.triples[:1] == fact.triples[:1]
        if same and not known.disputed and known.live(fact.validity.valid_from.at):
            return Settled(operation=Operation.NOOP, revision=known, target=known, reason="already known")
    if ruling.operation is Operation.UPDATE and ruling.target is not None:
        return reword(draft, fact, ruling, ruling.target)
    if ruling.operation is Operation.NOOP and ruling.target is not None:
        return Settled(operation=Operation.NOOP, revision=ruling.target, target=ruling.target, reason=ruling.reason)
    if fact.slot_key:
        line = draft.slot(fact.slot_key)
        if fact.fact.correction and (wrong := wrong_value(draft, fact, line)) is not None:
            return correct(draft, fact, wrong, make, may_cut=may_cut)
        restated = restate(draft, fact, line)
        if restated is None:
            return place(draft, fact, make, may_cut=may_cut)
        if restated.operation is Operation.NOOP and restated.revision is not None:
            return enrich(draft, fact, restated.revision) or restated
        return restated
    revision = make(fact.validity, Operation.ADD, ruling.reason, "")
    return Settled(operation=Operation.ADD, revision=revision, reason=ruling.reason)


def reword(draft: Draft, fact: ResolvedFact, ruling: Ruling, target: Revision) -> Settled:
    """The judge's new wording of a memory, after the guard let it through."""
    text = ruling.text.strip()
    draft.spend(target.memory_id)
    revision = draft.revise(
        target,
        operation=Operation.UPDATE,
        reason=ruling.reason,
        text=text,
        text_hash=fact.text_hash if text == fact.fact.text.strip() else target.text_hash,
        triples=tuple(dict.fromkeys((*fact.triples, *target.triples))),
        cues=tuple(dict.fromkeys((*target.cues, *fact.fact.cues)))[:MOST_CUES],
    )
    draft.witness(revision.memory_id, fact.evidence)
    return Settled(operation=Operation.UPDATE, revision=revision, target=target, reason=ruling.reason)


def enrich(draft: Draft, fact: ResolvedFact, known: Revision) -> Settled | None:
    """More about a known value of a slot, added to its memory so that it ends with it; None when nothing is new."""
    text = fact.fact.text.strip()
    told = set(fact.triples) <= set(known.triples) and adds_no_details(text, known.text)
    if known.pinned or (told and len(words(text) - words(known.text)) < NEWS):
        return None
    joined = text if words(known.text) <= words(text) else f"{known.text.rstrip('.')}. {text}"
    revision = draft.revise(
        known,
        operation=Operation.UPDATE,
        reason="more about what is known",
        text=joined,
        triples=tuple(dict.fromkeys((*known.triples, *fact.triples))),
        cues=tuple(dict.fromkeys((*known.cues, *fact.fact.cues)))[:MOST_CUES],
    )
    draft.witness(revision.memory_id, fact.evidence)
    return Settled(operation=Operation.UPDATE, revision=revision, target=known, reason=revision.reason)


def wrong_value(draft: Draft, fact: ResolvedFact, line: Sequence[Revision]) -> Revision | None:
    """The value that a correction puts right: one just retracted, else the one that holds when it is said."""
    for value in reversed(draft.retracted):
        if value.slot_key == fact.slot_key:
            return value
    for value in line:
        if value.validity.holds(fact.observed.at) and value.triples[:1] != fact.triples[:1]:
            return value
    return None


def end(draft: Draft, fact: ResolvedFact, make: Make, may_cut: MayCut) -> Settled | None:
    """The fact held and stopped: close it, or note it as past when it was never known."""
    at = fact.validity.valid_to or fact.observed
    if fact.triples:
        holding = [known for known in said_by(draft, fact) if held_until(known, fact, at)]
        if any(not may_cut(known) for known in holding):
            return None
        closed = [finish(draft, fact, known, at) for known in holding]
        if closed:
            return Settled(operation=Operation.DELETE, revision=closed[0], target=holding[0], reason=ENDED)
        over = [known for known in said_by(draft, fact) if known.text_hash == fact.text_hash]
        if over and not fact.slot_key:
            return Settled(
                operation=Operation.NOOP, revision=over[0], target=over[0], reason="already known to be over"
            )
    past = Validity(fact.validity.valid_from, at)
    if not past.valid_from.at < at.at:
        past = Validity(replace(past.valid_from, at=at.at - 1), at)
    ended = replace(fact, validity=past)
    if fact.slot_key:
        return restate_past(draft, ended) or place(draft, ended, make, may_cut=may_cut)
    return Settled(operation=Operation.ADD, revision=make(past, Operation.ADD, "it is over", ""), reason="it is over")


def said_by(draft: Draft, fact: ResolvedFact) -> list[Revision]:
    """The undisputed memories that assert the fact's own triple."""
    own = fact.triples[0]
    found = draft.by_triple(own.subject_id, own.predicate, own.object_id, own.literal)
    return [known for known in found if not known.disputed]


def held_until(known: Revision, fact: ResolvedFact, at: Moment) -> bool:
    """Whether a memory still held when the fact says that it ended, and not only in a later stint."""
    validity = known.validity
    open_then = validity.valid_to is None or validity.valid_to.at > at.at
    return open_then and not (fact.stated and validity.valid_from.at >= at.at)


def finish(draft: Draft, fact: ResolvedFact, known: Revision, at: Moment) -> Revision:
    """Close a memory at the end that the fact gives."""
    draft.spend(known.memory_id)
    if known.validity.valid_from.at < at.at:
        return draft.close(known, at, operation=Operation.DELETE, reason=ENDED)
    # It was noted after it had ended: its unknown start was only the note's time.
    others = [value for value in draft.slot(known.slot_key) if value is not known]
    past = Validity(*before(fact.validity.valid_from, at, others))
    return draft.revise(known, operation=Operation.DELETE, reason=ENDED, validity=past)


def restate_past(draft: Draft, fact: ResolvedFact) -> Settled | None:
    """A past stint that is already known as such."""
    for value in draft.slot(fact.slot_key):
        same = value.triples[:1] == fact.triples[:1] and value.validity.valid_to is not None
        if same and (not fact.stated or value.validity.holds(fact.validity.valid_from.at)):
            return Settled(operation=Operation.NOOP, revision=value, target=value, reason="already known to be over")
    return None


def deny(draft: Draft, fact: ResolvedFact, make: Make, may_cut: MayCut) -> Settled | None:
    """The fact never held: retract it, or remember the denial when nothing said so."""
    if fact.triples:
        own = fact.triples[0]
        for known in draft.by_triple(own.subject_id, own.predicate, own.object_id, own.literal):
            if known.disputed or not known.validity.holds(fact.observed.at):
                continue
            if not may_cut(known):
                return None
            return retract(draft, known, "the speaker says that it never held")
        gone = [r for r in draft.retracted if r.triples[:1] == fact.triples[:1]]
        if gone:
            return Settled(operation=Operation.NOOP, target=gone[-1], reason="already corrected")
    for known in draft.all():
        if known.text_hash == fact.text_hash and not known.triples and known.live(fact.observed.at):
            return Settled(operation=Operation.NOOP, revision=known, target=known, reason="already denied")
    reason = "a denial"
    return Settled(operation=Operation.ADD, revision=make(fact.validity, Operation.ADD, reason, ""), reason=reason)


def decision(
    draft: Draft, judged: Judged, ruling: Ruling, settled: Settled, *, decision_id: str, job_id: str
) -> Decision:
    """The record of it."""
    return Decision(
        id=decision_id,
        partition=draft.partition,
        job_id=job_id,
        position=judged.fact.place,
        operation=settled.operation,
        decider=judged.decider,
        fact=judged.fact.fact.text.strip(),
        memory_id=settled.revision.memory_id if settled.revision else "",
        revision_id=settled.revision.id if settled.revision else "",
        target_id=settled.target.memory_id if settled.target else "",
        reason=settled.reason or ruling.reason,
        refused=ruling.refused,
    )
