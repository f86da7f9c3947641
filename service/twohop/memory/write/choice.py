"""What is to become of the facts of a chunk: those that can be planned, those that are lost, those that still wait."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from twohop.graph.model import Decision, Job, Operation
from twohop.memory.clock import Ids
from twohop.memory.ports import UNWANTED, Candidate, Dropped, Fact, Verdict
from twohop.memory.write.resolve import ResolvedFact
from twohop.memory.write.settle import Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What is to become of a fact: a verdict on the candidates that were shown, and whose it is."""

    verdict: Verdict
    shown: tuple[Candidate, ...]
    decider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Facts by what is known of each: with its place among the job's decisions and its opinion.

    `usable`: those of the `settled` that can be planned (their `facts`); a fact that nobody could judge says nothing of
    names either: it is not kept. `left`: facts that wait for an opinion. `beyond`: the first place after the settled.
    """

    settled: Sequence[tuple[int, Fact, Opinion]]
    usable: Sequence[tuple[int, Fact, Opinion]]
    left: tuple[Fact, ...]
    beyond: int

    @classmethod
    def of(cls, facts: Sequence[Fact], opinions: Sequence[Opinion | None], position: int) -> "Choice":
        """From one opinion a fact; None = it waits. `position`: the first place."""
        told = list(zip(facts, opinions, strict=True))
        decided = [(fact, opinion) for fact, opinion in told if opinion is not None]
        settled = [(place, *one) for place, one in enumerate(decided, position)]
        return cls(
            settled=settled,
            usable=[one for one in settled if not one[-1].verdict.error],
            left=tuple(fact for fact, opinion in told if opinion is None),
            beyond=position + len(settled),
        )

    @property
    def facts(self) -> list[Fact]:
        """The facts to plan."""
        return [fact for _, fact, _ in self.usable]

    def judged(self, resolved: Sequence[ResolvedFact]) -> list[Judged]:
        """The facts to plan, `resolved`, with their verdicts."""
        return [
            Judged(
                fact=replace(fact, place=place),
                verdict=opinion.verdict,
                shown=opinion.shown,
                decider=opinion.decider,
            )
            for fact, (place, _, opinion) in zip(resolved, self.usable, strict=True)
        ]

    def lost(self, job: Job, dropped: Iterable[Dropped], ids: Ids) -> list[Decision]:
        """The records of the facts that are not kept: nobody could judge them, or they were `dropped` before."""
        unjudged = [(place, fact, opinion.verdict) for place, fact, opinion in self.settled if opinion.verdict.error]
        return [
            *(failure(job, place, fact.text, verdict.error, verdict.reason, ids) for place, fact, verdict in unjudged),
            *(
                failure(job, place, one.text, one.reason, one.detail, ids)
                for place, one in enumerate(dropped, self.beyond)
            ),
        ]


def failure(job: Job, position: int, text: str, status: str, detail: str, ids: Ids) -> Decision:
    """The record of a fact that was not kept."""
    return Decision(
        id=ids(),
        partition=job.partition,
        job_id=job.id,
        position=position,
        operation=Operation.DROP if status in UNWANTED else Operation.FAIL,
        decider="code",
        fact=text,
        reason=detail,
        status=status,
    )
