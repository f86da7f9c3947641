"""A subject's life told in facts, settled against a draft alone: no store, no entities, no judge that matters."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from twohop.graph.model import Evidence, Granularity, Kind, Memory, Moment, Operation, Revision, Triple
from twohop.memory.moment import When
from twohop.memory.ports import Candidate, Fact, Polarity, Verdict
from twohop.memory.write.draft import Draft
from twohop.memory.write.resolve import ResolvedFact, hash_of, times_of
from twohop.memory.write.settle import Judged, Terms, in_order, settle

PARTITION = "0" * 32
ADD = Verdict(operation=Operation.ADD)
SLOTS = frozenset({"works_at", "lives_in", "married_to", "born_in"})


def moment(iso: str) -> Moment:
    return When(iso).moment("UTC")


class Story:
    """A subject's life told in facts; slots are those of `SLOTS`, everything else is multi-valued."""

    def __init__(self, *, cap: int = 10) -> None:
        self.ids: Iterator[int] = count(1)
        self.memories: dict[str, Revision] = {}
        self.cap = cap

    def id(self) -> str:
        return f"{next(self.ids):032}"

    def fact(
        self,
        text: str,
        said: str,
        *,
        polarity: Polarity = Polarity.AFFIRMED,
        valid_from: str | None = None,
        valid_to: str | None = None,
        kind: Kind = Kind.STATE,
        correction: bool = False,
        subject: str = "",
        slot: str = "",
    ) -> ResolvedFact:
        who, predicate, what = text.split(maxsplit=2)
        fact = Fact(
            text=text,
            kind=kind,
            polarity=polarity,
            correction=correction,
            valid_from=When(valid_from) if valid_from else None,
            valid_to=When(valid_to) if valid_to else None,
        )
        observed = replace(moment(said), granularity=Granularity.INSTANT)
        validity, until, stated = times_of(fact, observed)
        return ResolvedFact(
            place=0,
            fact=fact,
            subject_id=subject or who,
            triples=(Triple(subject or who, predicate, object_id=what),),
            slot_key=f"{who}/{predicate}{slot}" if predicate in SLOTS else "",
            mirror_key=f"{what}/{predicate}" if predicate == "married_to" else "",
            vague=predicate == "mentions",
            denial_key=f"denied/{text}",
            text_hash=hash_of(text, kind, validity.valid_from, stated=stated),
            validity=validity,
            occurred_until=until,
            stated=stated,
            observed=observed,
            evidence=(Evidence(memory_id="", message_id="m"),),
            mentions=(),
        )

    def draft(self) -> Draft:
        stored = [Memory(id=i, partition=PARTITION, created_at=0, revision=r) for i, r in self.memories.items()]
        return Draft(PARTITION, stored, self.id)

    def candidates(self) -> tuple[Candidate, ...]:
        return tuple(
            Candidate(
                memory_id=r.memory_id,
                revision_id=r.id,
                text=r.text,
                kind=r.kind,
                subject="",
                predicate="",
                object="",
                valid_from="",
            )
            for r in self.memories.values()
        )

    def tell(self, *facts: ResolvedFact, verdict: Verdict = ADD) -> Draft:
        draft = self.draft()
        shown = self.candidates()
        judged = [Judged(fact=fact, verdict=verdict, shown=shown, decider="rules") for fact in facts]
        for one in in_order(judged, draft):
            settle(draft, one, Terms(job_id="j", messages=("m",), cap=self.cap))
        for revision in draft.standing:
            self.memories[revision.memory_id] = revision
        for gone in draft.retracted:
            self.memories.pop(gone.memory_id, None)
        return draft

    def pin(self, text: str) -> None:
        for memory_id, revision in self.memories.items():
            if revision.text == text:
                self.memories[memory_id] = replace(revision, pinned=True)

    def at(self, iso: str) -> set[str]:
        return {r.text for r in self.memories.values() if r.live(moment(iso).at)}
