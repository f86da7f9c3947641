"""Who stands in for the language models: an extractor that reads from the script, and a judge that means harm."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.truth.scenario import HostileDecision

from twohop.graph.model import Operation
from twohop.memory.ports import Calls, Extraction, ExtractionRequest, Fact, Judge, Judgement, Question, Verdict

DECIDER = "script"


@dataclass(slots=True)
class Stage:
    """What is being played: the scenario's time in microseconds, and the exchange's facts and hostile decisions.

    One scenario plays at a time; the service's clock, extractor and judge all look here. `run` tells its owners from
    those of earlier runs on the same stores.
    """

    run: str = ""
    now: int = 0
    facts: tuple[Fact, ...] = ()
    hostile: tuple[HostileDecision, ...] = ()

    def clock(self) -> int:
        """The scenario's time."""
        return self.now


class IdealExtractor:
    """An `Extractor` that gives the scripted facts of the exchange."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def extract(self, request: ExtractionRequest, _: Calls) -> Extraction:
        """The facts whose quote stands in these messages: a long exchange comes in several pieces."""
        contents = [message.content for message in request.exchange]
        facts = tuple(fact for fact in self._stage.facts if any(fact.quote in content for content in contents))
        return Extraction(facts=facts, decider=DECIDER)


class HostileJudge:
    """A `Judge` that says what the scenario's hostile decisions say, whatever it is asked; else it asks `judge`."""

    def __init__(self, stage: Stage, judge: Judge) -> None:
        self._stage = stage
        self._judge = judge

    async def judge(self, questions: Sequence[Question], calls: Calls) -> Judgement:
        """One hostile verdict a question; several decisions of one exchange take turns."""
        hostile = self._stage.hostile
        if not hostile:
            return await self._judge.judge(questions, calls)
        verdicts = tuple(against(question, hostile[n % len(hostile)]) for n, question in enumerate(questions))
        return Judgement(verdicts=verdicts, decider="hostile")


def against(question: Question, hostile: HostileDecision) -> Verdict:
    """The decision on its target; a number that was not shown when the target isn't among the candidates."""
    shown = [number for number, candidate in enumerate(question.candidates) if candidate.text == hostile.target]
    return Verdict(
        operation=hostile.decision,
        target=shown[0] if shown else len(question.candidates),
        text=question.fact.text if hostile.decision is Operation.UPDATE else "",
        reason="hostile",
    )
