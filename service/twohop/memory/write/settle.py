"""One fact against the owner's state: what is written, and the decision that says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from twohop.graph.model import Decision, Kind, Operation, Revision, Validity
from twohop.memory.moment import end_of
from twohop.memory.names import adds_no_details, words
from twohop.memory.ports import Candidate, Polarity, Verdict
from twohop.memory.write.beside import held_beside
from twohop.memory.write.correct import correct, corrects
from twohop.memory.write.draft import Draft
from twohop.memory.write.guard import Ruling, guard
from twohop.memory.write.negate import deny, end, past_of
from twohop.memory.write.payload import fact_to_json
from twohop.memory.write.plans import plans_of
from twohop.memory.write.resolve import ResolvedFact
from twohop.memory.write.timeline import Make, MayCut, Settled, begins_anew, place, prolong, relink, restate

NEWS = 3
"""New words from which the same value in other words says more than was known; fewer are another way to put it."""

ALIKE = 0.6
"""Least share of common words at which two texts of one vague claim are one memory."""

MOST_CUES = 8
"""Most cues that a memory keeps over its rewordings: six of one fact, and room for two more."""

TOO_MUCH = "it would close a pinned memory, or more memories than one add may change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A resolved fact with the judge's verdict, the candidates it was shown and who decided."""

    fact: ResolvedFact
    verdict: Verdict
    shown: tuple[Candidate, ...]
    decider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What all facts of one commit share: job, exchange, how many memories may be closed, what new memories bear.

    `position`: where the commit's decisions begin among the job's. `resolves`: the disputed memory that a caller lets
    in. Then neither pins nor the cap hold the fact back.
    """

    job_id: str
    messages: tuple[str, ...]
    cap: int
    position: int = 0
    metadata: Mapping[str, Any] = field(default_factory=dict)
    expires_at: int | None = None
    resolves: Revision | None = None


def settle(draft: Draft, judged: Judged, terms: Terms) -> None:
    """Plan what the fact changes, and its decision. At most `cap` memories are closed or rewritten in one draft."""
    fact = judged.fact
    decision_id = draft.ids()
    draft.begin(decision_id, judged.decider)
    settled, ruling = change(draft, judged, terms)
    line_up(draft, fact)
    now = draft.current(settled.revision.memory_id) if settled.revision else None
    draft.record(
        Decision(
            id=decision_id,
            partition=draft.partition,
            job_id=terms.job_id,
            position=fact.place,
            operation=settled.operation,
            decider=judged.decider,
            fact=fact.fact.text.strip(),
            memory_id=now.memory_id if now else "",
            revision_id=now.id if now else "",
            target_id=settled.target.memory_id if settled.target else "",
            reason=settled.reason or ruling.reason,
            refused=ruling.refused,
            rule=ruling.rule,
            input=told(judged, terms),
        )
    )


def line_up(draft: Draft, fact: ResolvedFact) -> None:
    """Link the neighbours on the lines that the fact may have changed."""
    for slot_key in (*fact.slots, fact.denial_key):
        relink(draft, slot_key)


def change(draft: Draft, judged: Judged, terms: Terms) -> tuple[Settled, Ruling]:
    """Plan what the fact changes within the draft's decision, and say what the guardrails made of the verdict."""
    fact = judged.fact

    def make(
        validity: Validity,
        operation: Operation,
        reason: str,
        *,
        beside: bool = False,
        disputed: bool = False,
    ) -> Revision:
        if terms.resolves is not None:
            # What holds beside another value has no place on their timeline, also when a caller lets it in.
            apart = {"slot_key": "", "mirror_key": ""} if beside else {}
            return draft.revise(
                terms.resolves,
                operation=operation,
                reason=reason,
                validity=validity,
                disputed=False,
                **apart,
            )
        denial = fact.fact.polarity is Polarity.NEGATED
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
                # A denial is remembered as a sentence; it asserts no relation.
                triples=() if denial else fact.triples,
                slot_key=fact.denial_key if denial else "" if beside else fact.slot_key,
                mirror_key="" if denial or beside else fact.mirror_key,
                text_hash=fact.text_hash,
                cues=fact.fact.cues,
                categories=fact.fact.categories,
                metadata=terms.metadata,
                expires_at=terms.expires_at,
                disputed=disputed,
            )
        )
        draft.witness(revision.memory_id, fact.evidence)
        return revision

    def may_cut(value: Revision) -> bool:
        if terms.resolves is not None:
            return True
        return not value.pinned and (draft.destructive < terms.cap or draft.born(value.memory_id))

    ruling = guard(fact, judged.verdict, judged.shown, draft, terms.cap)
    before = draft.snapshot()
    match fact.fact.polarity:
        case Polarity.NEGATED:
            settled = deny(draft, fact, make, may_cut)
        case Polarity.ENDED:
            settled = end(draft, fact, make, may_cut)
        case Polarity.AFFIRMED:
            settled = affirm(draft, fact, ruling, make, may_cut)
            settled = settled and renewed(draft, fact, settled, terms)
    if settled is None:
        draft.rewind(before)
        ended = fact.fact.polarity is Polarity.ENDED
        revision = make(past_of(fact) if ended else fact.validity, Operation.DISPUTE, TOO_MUCH, disputed=True)
        settled = Settled(operation=Operation.DISPUTE, revision=revision, reason=TOO_MUCH)
    if settled.operation in {Operation.NOOP, Operation.DELETE, Operation.RETRACT} and settled.target is not None:
        draft.witness(settled.target.memory_id, fact.evidence)
    return settled, ruling


def renewed(draft: Draft, fact: ResolvedFact, settled: Settled, terms: Terms) -> Settled:
    """What is said again after its memory expired holds anew, for as long as a new memory would."""
    value = settled.revision
    if value is None or value.pinned or value.expires_at is None or fact.observed.at < value.expires_at:
        return settled
    reason = "said again after it had expired"
    revision = draft.revise(value, operation=Operation.UPDATE, reason=reason, expires_at=terms.expires_at)
    draft.witness(revision.memory_id, fact.evidence)
    return Settled(operation=Operation.UPDATE, revision=revision, target=settled.target, reason=reason)


def told(judged: Judged, terms: Terms) -> dict[str, Any]:
    """What a decision is made from, as JSON: enough to make it again on the same messages and memories."""
    verdict = judged.verdict
    return {
        "fact": fact_to_json(judged.fact.fact),
        "verdict": [verdict.operation.value, verdict.target, verdict.text, verdict.reason],
        "shown": [[candidate.memory_id, candidate.revision_id] for candidate in judged.shown],
        "messages": list(terms.messages),
        "metadata": dict(terms.metadata),
        "expires_at": terms.expires_at,
        "cap": terms.cap,
    }


def affirm(draft: Draft, fact: ResolvedFact, ruling: Ruling, make: Make, may_cut: MayCut) -> Settled | None:
    """The fact holds."""
    for denial in draft.slot(fact.denial_key):
        if denial.validity.holds(fact.validity.valid_from.at) or fact.validity.holds(denial.validity.valid_from.at):
            if not may_cut(denial):
                return None
            draft.spend(denial.memory_id)
            at = fact.validity.valid_from
            # What was denied later than it is said to have begun is over from when that is said.
            at = at if at.at > denial.validity.valid_from.at else fact.observed
            draft.close(denial, at, operation=Operation.DELETE, reason="it holds now")
    if fact.fact.kind is not Kind.PLAN:
        fulfil(draft, fact, may_cut)
    return known(draft, fact, ruling, make, may_cut) or anew(draft, fact, ruling, make, may_cut)


def fulfil(draft: Draft, fact: ResolvedFact, may_cut: MayCut) -> None:
    """A plan is over once what was planned holds; what was before the plan is not what was planned."""
    at, until = fact.validity.valid_from, fact.validity.valid_to
    last = max(end_of(at).at, at.at + 1) if until is None else until.at
    for claim in (claim for own in fact.triples[:1] for claim in plans_of(own)):
        for plan in draft.by_triple(claim.subject_id, claim.predicate, claim.object_id, claim.literal):
            open_still = plan.validity.valid_to is None or plan.validity.valid_to.at > at.at
            before_it = last <= plan.validity.valid_from.at
            if plan.kind is not Kind.PLAN or not open_still or before_it or plan.disputed or not may_cut(plan):
                continue
            draft.spend(plan.memory_id)
            end_ = at if at.at > plan.validity.valid_from.at else fact.observed
            draft.close(plan, end_, operation=Operation.DELETE, reason="what was planned came true")


def known(draft: Draft, fact: ResolvedFact, ruling: Ruling, make: Make, may_cut: MayCut) -> Settled | None:
    """What says the same already: by its words, by the judge's word, or by its claim; None when nothing does."""
    start = fact.validity.valid_from
    for value in draft.worded(fact.text_hash):
        same = value.triples[:1] == fact.triples[:1]
        if same and not value.disputed and value.live(start.at) and not corrects(draft, fact):
            if fact.slot_key and begins_anew(fact, value):
                continue  # The timeline moves its start.
            noop = Settled(operation=Operation.NOOP, revision=value, target=value, reason="already known")
            return more(draft, fact, value, make, may_cut) or noop
    if ruling.operation is Operation.UPDATE and ruling.target is not None:
        return reword(draft, fact, ruling, ruling.target)
    if ruling.operation is Operation.NOOP and ruling.target is not None:
        noop = Settled(operation=Operation.NOOP, revision=ruling.target, target=ruling.target, reason=ruling.reason)
        return more(draft, fact, ruling.target, make, may_cut) or noop
    for own in fact.triples[:1]:
        for value in draft.by_triple(own.subject_id, own.predicate, own.object_id, own.literal):
            if value.slot_key == fact.slot_key and fact.slot_key:
                continue  # The timeline knows more about values of a slot.
            alike = value.kind is fact.fact.kind and (not fact.vague or same_words(fact.fact.text, value.text))
            if alike and value.live(start.at) and same_time(fact, value):
                noop = Settled(operation=Operation.NOOP, revision=value, target=value, reason="already known")
                return more(draft, fact, value, make, may_cut) or noop
    return None


def same_words(one: str, other: str) -> bool:
    """Whether one text says the other in hardly any other words."""
    mine, theirs = words(one), words(other)
    return mine <= theirs or theirs <= mine or len(mine & theirs) >= ALIKE * len(mine | theirs)


def same_time(fact: ResolvedFact, value: Revision) -> bool:
    """Whether a claim that holds already is the very same: a state goes on, an event is another one on another day."""
    if fact.fact.kind is Kind.EVENT:
        return fact.stated and value.validity.valid_from == fact.validity.valid_from
    return not fact.stated or value.validity.valid_from.at <= fact.validity.valid_from.at


def anew(draft: Draft, fact: ResolvedFact, ruling: Ruling, make: Make, may_cut: MayCut) -> Settled | None:
    """A new statement: its place on a timeline, or beside what is known."""
    if not fact.slot_key:
        revision = make(fact.validity, Operation.ADD, ruling.reason)
        return Settled(operation=Operation.ADD, revision=revision, reason=ruling.reason)
    line = draft.line(fact.slots)
    if corrects(draft, fact) and (corrected := correct(draft, fact, make, may_cut)) is not None:
        return corrected.settled
    restated = restate(draft, fact, line, may_cut=may_cut)
    if restated is not None:
        if restated.operation is Operation.NOOP and restated.revision is not None:
            return more(draft, fact, restated.revision, make, may_cut) or restated
        return restated
    beside = ruling.beside or held_beside(draft, fact, line)
    if beside is not None:
        reason = "it holds beside another value of the same slot"
        revision = make(fact.validity, Operation.ADD, reason, beside=True)
        return Settled(operation=Operation.ADD, revision=revision, target=beside, reason=reason)
    return place(draft, fact, make, may_cut=may_cut)


def reword(draft: Draft, fact: ResolvedFact, ruling: Ruling, target: Revision) -> Settled:
    """The judge's new wording of a memory, after the guard let it through; one that says no more changes nothing."""
    text = ruling.text.strip()
    mine, theirs = words(text), words(target.text)
    if not theirs <= mine and len(mine - theirs) < NEWS and set(fact.triples) <= set(target.triples):
        return Settled(operation=Operation.NOOP, revision=target, target=target, reason="the same in other words")
    draft.spend(target.memory_id)
    revision = draft.revise(
        target,
        operation=Operation.UPDATE,
        reason=ruling.reason,
        text=text,
        text_hash=fact.text_hash if text == fact.fact.text.strip() else target.text_hash,
        triples=tuple(dict.fromkeys((*target.triples[:1], *fact.triples, *target.triples))),
        cues=tuple(dict.fromkeys((*target.cues, *fact.fact.cues)))[:MOST_CUES],
    )
    draft.witness(revision.memory_id, fact.evidence)
    return Settled(operation=Operation.UPDATE, revision=revision, target=target, reason=ruling.reason)


def more(draft: Draft, fact: ResolvedFact, value: Revision, make: Make, may_cut: MayCut) -> Settled | None:
    """What a fact says beyond a known value: another end, or details; None when it says nothing else.

    A pinned value stays as it is: what is new is kept beside it.
    """
    if value.pinned:
        end_ = fact.validity.valid_to
        if not says_more(fact, value) and (end_ is None or end_ == value.validity.valid_to):
            return None
        reason = "more about a pinned memory"
        revision = make(fact.validity, Operation.ADD, reason, beside=True)
        return Settled(operation=Operation.ADD, revision=revision, target=value, reason=reason)
    return prolong(draft, fact, value, may_cut=may_cut) or enrich(draft, fact, value)


def says_more(fact: ResolvedFact, value: Revision) -> bool:
    """Whether a fact has a name, number, relation or several words that a memory of the same value has not."""
    text = fact.fact.text.strip()
    told = set(fact.triples) <= set(value.triples) and adds_no_details(text, value.text)
    return not told or len(words(text) - words(value.text)) >= NEWS


def enrich(draft: Draft, fact: ResolvedFact, value: Revision) -> Settled | None:
    """More about what is known, added to its memory so that it ends with it; None when nothing is new."""
    text = fact.fact.text.strip()
    if not says_more(fact, value):
        return None
    joined = text if words(value.text) <= words(text) else f"{value.text.rstrip('.')}. {text}"
    revision = draft.revise(
        value,
        operation=Operation.UPDATE,
        reason="more about what is known",
        text=joined,
        triples=tuple(dict.fromkeys((*value.triples, *fact.triples))),
        cues=tuple(dict.fromkeys((*value.cues, *fact.fact.cues)))[:MOST_CUES],
    )
    draft.witness(revision.memory_id, fact.evidence)
    return Settled(operation=Operation.UPDATE, revision=revision, target=value, reason=revision.reason)


def in_order(judged: Sequence[Judged], draft: Draft) -> list[Judged]:
    """What the speaker takes back goes first, so that what is said in its place is not taken for known.

    A denial of what this very exchange said before stays behind it: it takes that back.
    """

    def takes_back(one: Judged) -> bool:
        if one.fact.fact.polarity is not Polarity.NEGATED or not one.fact.triples:
            return False
        own = one.fact.triples[0]
        return bool(draft.by_triple(own.subject_id, own.predicate, own.object_id, own.literal))

    return sorted(judged, key=lambda one: not takes_back(one))
