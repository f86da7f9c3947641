"""The judge that needs no model: the same, a fuller wording, an end, or something new."""

from collections.abc import Sequence

from twohop.graph.model import Operation
from twohop.memory.names import keeps_details, normal, words
from twohop.memory.ports import Calls, Candidate, Fact, Immediate, Judgement, Polarity, Question, Verdict
from twohop.memory.predicates import PredicateTable

DECIDER = "rules"


class RulesJudge(Immediate):
    """Decides by comparing triples and words; pure and deterministic. Implements `twohop.memory.ports.Judge`."""

    def __init__(self, predicates: PredicateTable) -> None:
        self._predicates = predicates

    async def judge(self, questions: Sequence[Question], _: Calls) -> Judgement:
        """One verdict a question. A new value of a functional slot is ADD: the timeline then closes the old one."""
        return Judgement(verdicts=tuple(self._decide(question) for question in questions), decider=DECIDER)

    def _decide(self, question: Question) -> Verdict:
        fact = question.fact
        if fact.polarity is not Polarity.AFFIRMED:
            return self._close(fact, question.candidates)
        for number, candidate in enumerate(question.candidates):
            if (
                normal(candidate.text) == normal(fact.text)
                and candidate.kind is fact.kind
                and not dated(fact, candidate)
            ):
                return Verdict(operation=Operation.NOOP, target=number, reason="the same words")
        same = [n for n, candidate in enumerate(question.candidates) if self._same_claim(fact, candidate)]
        for number in same:
            candidate = question.candidates[number]
            if candidate.kind is not fact.kind or dated(fact, candidate):
                continue
            if refines(fact.text, candidate.text):
                return Verdict(
                    operation=Operation.UPDATE, target=number, text=fact.text, reason="the same, told in more detail"
                )
            if words(fact.text) <= words(candidate.text):
                return Verdict(operation=Operation.NOOP, target=number, reason="already known in more detail")
        if self._replaces(fact, question.candidates):
            return Verdict(operation=Operation.ADD, reason="a new value of a functional slot")
        return Verdict(operation=Operation.ADD, reason="new")

    def _close(self, fact: Fact, candidates: Sequence[Candidate]) -> Verdict:
        """What ended or never was closes the memory that said so."""
        ended = fact.polarity is Polarity.ENDED
        for number, candidate in enumerate(candidates):
            if self._same_claim(fact, candidate):
                reason = "the speaker says that it ended" if ended else "the speaker says that it is not so"
                return Verdict(operation=Operation.DELETE, target=number, reason=reason)
        return Verdict(operation=Operation.ADD, reason="nothing known that it would close")

    def _same_claim(self, fact: Fact, candidate: Candidate) -> bool:
        """Whether a memory makes the fact's own claim."""
        if not fact.claims:
            return False
        claim = self._predicates.directed(fact.claims[0])
        if claim.predicate != self._predicates.normalise(candidate.predicate):
            return False
        mine, theirs = ((normal(one.subject), normal(one.object)) for one in (claim, candidate))
        return mine == theirs or (self._predicates.symmetric(claim.predicate) and mine == theirs[::-1])

    def _replaces(self, fact: Fact, candidates: Sequence[Candidate]) -> bool:
        """Whether the fact gives a slot that holds one value another one."""
        if not fact.claims:
            return False
        claim = self._predicates.directed(fact.claims[0])
        if not self._predicates.functional(claim.predicate, fact.cardinality):
            return False
        return any(
            normal(claim.subject) == normal(candidate.subject)
            and claim.predicate == self._predicates.normalise(candidate.predicate)
            for candidate in candidates
        )


def dated(fact: Fact, candidate: Candidate) -> bool:
    """Whether the fact names another start than the memory has: another run, another stint."""
    return fact.valid_from is not None and not candidate.valid_from.startswith(fact.valid_from.iso)


def refines(new: str, old: str) -> bool:
    """Whether a text says all that the old one does, and more."""
    return words(old) < words(new) and keeps_details(new, old)
