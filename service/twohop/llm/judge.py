"""Phase 2 with a language model: one call decides all facts that have something near."""

from collections.abc import Sequence
from dataclasses import replace

from twohop.errors import ModelOutputInvalid
from twohop.graph.model import Operation
from twohop.llm.ask import Reading, ask
from twohop.llm.openai import ChatModel
from twohop.llm.prompts import judgement_prompt
from twohop.llm.schemas import DECIDE, DecisionShape, Items
from twohop.memory.ports import Calls, Judgement, Phase, Question, Verdict

NOTHING_NEAR = Verdict(operation=Operation.ADD, reason="nothing near")


class ModelJudge:
    """A `Judge` over a chat model; its decider is the model's id."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    async def judge(self, questions: Sequence[Question], calls: Calls) -> Judgement:
        """One verdict a question. Questions without candidates are ADD; if there are no others, no call is made.

        A question that the model didn't answer, answered twice or answered with a target it was not shown, also after
        a repair try, has a verdict with an `error`.

        Raises:
            ModelUnavailable: the server can't be reached within the model's deadline.
            ModelRejected: the server or the model refused.
            ModelOutputInvalid: the answer is no list of decisions, also after a repair try.
            ModelCallsSpent: no call is left.
        """
        asked = [question for question in questions if question.candidates]
        if not asked:
            return Judgement(verdicts=tuple(NOTHING_NEAR for _ in questions), decider=self._model.model)
        ids = dict.fromkeys(near.memory_id for question in asked for near in question.candidates)
        numbers = {memory_id: number for number, memory_id in enumerate(ids, start=1)}
        prompt = judgement_prompt(asked, numbers)
        verdicts = await ask(self._model, prompt, DECIDE, lambda items: read(items, asked, numbers), calls, Phase.JUDGE)
        answers = iter(verdicts)
        return Judgement(
            verdicts=tuple(next(answers) if question.candidates else NOTHING_NEAR for question in questions),
            decider=self._model.model,
        )


def read(
    items: Items[DecisionShape], asked: Sequence[Question], numbers: dict[str, int]
) -> Reading[tuple[Verdict, ...]]:
    """A verdict for each fact, from the decision that names it."""
    decisions: dict[int, list[DecisionShape]] = {number: [] for number in range(1, len(asked) + 1)}
    defects = list(items.defects)
    for decision in items.valid:
        if decision.fact in decisions:
            decisions[decision.fact].append(decision)
        else:
            defects.append(f"there is no fact {decision.fact}")
    verdicts: list[Verdict] = []
    for number, question in enumerate(asked, start=1):
        places = {numbers[near.memory_id]: place for place, near in enumerate(question.candidates)}
        match decisions[number]:
            case [decision]:
                verdicts.append(verdict(decision, places))
            case []:
                verdicts.append(unusable("has no decision"))
            case _:
                verdicts.append(unusable("has more than one decision"))
        if verdicts[-1].error:
            defects.append(f"fact {number} {verdicts[-1].reason}")
    usable = sum(not verdict.error for verdict in verdicts)
    return Reading(value=tuple(verdicts), usable=usable, defects=tuple(defects))


def verdict(decision: DecisionShape, places: dict[int, int]) -> Verdict:
    """The decision in the core's terms: `places` gives the candidate behind each number that the fact was shown."""
    reason = " ".join(decision.reason.split())
    if decision.operation == "ADD":
        beside = places.get(decision.target) if decision.target is not None else None
        return Verdict(operation=Operation.ADD, target=beside, reason=reason)
    if decision.target not in places:
        return unusable(f"has {decision.operation} with a target that is not near it")
    found = Verdict(operation=Operation(decision.operation.lower()), target=places[decision.target], reason=reason)
    if found.operation is not Operation.UPDATE:
        return found
    text = " ".join((decision.text or "").split())
    return replace(found, text=text) if text else unusable("has UPDATE without a text")


def unusable(why: str) -> Verdict:
    """No decision for this fact: it is not lost, it waits or goes to another judge."""
    return Verdict(operation=Operation.ADD, reason=why, error=ModelOutputInvalid.reason)
