"""The judge over a real HTTP server: what a model decides becomes verdicts, each usable or with its error."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from model_server import Answer, ModelServer, call, decision, fact, model_server, refuse, say
from twohop.errors import ModelOutputInvalid, ModelRejected, ModelUnavailable
from twohop.graph.model import Kind, Message, Operation, Role
from twohop.llm.extractor import ModelExtractor
from twohop.llm.fallback import FallbackExtractor, FallbackJudge
from twohop.llm.judge import ModelJudge
from twohop.llm.openai import ChatModel, Mode
from twohop.llm.recorded import RecordedExtractor
from twohop.memory.ports import Calls, Candidate, ExtractionRequest, Fact, Judgement, Question, Usage, Verdict
from twohop.memory.predicates import PredicateTable


def near(memory_id: str) -> Candidate:
    return Candidate(
        memory_id=memory_id,
        revision_id="r",
        text=f"memory {memory_id}",
        kind=Kind.STATE,
        subject="Ana",
        predicate="works_at",
        object="Acme",
        valid_from="2021",
    )


def question(text: str, *memory_ids: str) -> Question:
    return Question(fact=Fact(text=text), candidates=tuple(near(memory_id) for memory_id in memory_ids))


ASKED = (question("one", "a", "b"), question("alone"), question("two", "b", "c"))
"""The model is asked about two facts; it sees a, b, c as 1, 2, 3."""


@asynccontextmanager
async def judge(
    *script: Answer, mode: Mode = "tools", model: str = "tiny"
) -> AsyncIterator[tuple[ModelJudge, ModelServer]]:
    async with model_server(*script) as server:
        chat = ChatModel(base_url=server.base_url, api_key="sk-1", model=model, mode=mode, max_retries=0)
        try:
            yield ModelJudge(chat), server
        finally:
            await chat.close()


async def judged(*script: Answer, asked: tuple[Question, ...] = ASKED, calls: Calls | None = None) -> Judgement:
    async with judge(*script) as (found, _):
        return await found.judge(asked, calls or Calls())


def decisions(*items: dict[str, Any]) -> Answer:
    return call({"decisions": list(items)})


@pytest.mark.parametrize("mode", ["tools", "json_schema"])
async def test_one_call_decides_all(mode: Mode) -> None:
    """Decisions come back in the questions' order, targets as places among the question's own candidates."""
    answer = call(
        {"decisions": [decision(2, "UPDATE", 3, text="both \n words"), decision(1, "DELETE", 2)]},
        usage={"prompt_tokens": 50, "completion_tokens": 5},
    )
    calls = Calls()
    async with judge(answer, mode=mode) as (found, server):
        judgement = await found.judge(ASKED, calls)
    assert judgement == Judgement(
        verdicts=(
            Verdict(operation=Operation.DELETE, target=1, reason="because"),
            Verdict(operation=Operation.ADD, reason="nothing near"),
            Verdict(operation=Operation.UPDATE, target=1, text="both words", reason="because"),
        ),
        decider="tiny",
    )
    assert calls.usage == Usage(judge_calls=1, tokens_in=50, tokens_out=5)
    assert len(server.requests) == 1


async def test_nothing_near_costs_nothing() -> None:
    """Facts without candidates are added without a call."""
    calls = Calls()
    async with judge(decisions()) as (found, server):
        judgement = await found.judge([question("alone"), question("lonely")], calls)
        assert [verdict.operation for verdict in judgement.verdicts] == [Operation.ADD, Operation.ADD]
        assert (await found.judge([], calls)).verdicts == ()
    assert (calls.usage, server.requests) == (Usage(), [])


async def test_add_needs_no_target() -> None:
    """A target beside ADD says nothing and is left out."""
    judgement = await judged(decisions(decision(1, "ADD", 99), decision(2)))
    assert [(verdict.operation, verdict.target, verdict.error) for verdict in judgement.verdicts] == [
        (Operation.ADD, None, "")
    ] * 3


GOOD = decision(1, "NOOP", 1)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ([GOOD], "no decision"),
        ([GOOD, decision(2, "DELETE", 1)], "not near it"),
        ([GOOD, decision(2, "DELETE", 99)], "not near it"),
        ([GOOD, decision(2, "NOOP")], "not near it"),
        ([GOOD, decision(2, "UPDATE", 3)], "without a text"),
        ([GOOD, decision(2, "UPDATE", 3, text=" ")], "without a text"),
        ([GOOD, decision(2), decision(2, "DELETE", 3)], "more than one decision"),
        ([GOOD, decision(2, "MERGE", 3)], "no decision"),
        ([GOOD, {**decision(2), "fact": "two"}], "no decision"),
        ([GOOD, {**decision(2), "extra": 1}], "no decision"),
        ([GOOD, decision(7)], "no decision"),
    ],
)
async def test_a_verdict_that_can_not_be_used_has_an_error(answer: list[dict[str, Any]], why: str) -> None:
    """Missing, unknown, double and broken decisions are repaired once; then that fact alone has an error."""
    calls = Calls()
    async with judge(decisions(*answer)) as (found, server):
        judgement = await found.judge(ASKED, calls)
    first, alone, second = judgement.verdicts
    assert (first.operation, first.target, first.error, alone.error) == (Operation.NOOP, 0, "", "")
    assert second.error == "MODEL_OUTPUT_INVALID"
    assert why in second.reason
    assert (len(server.requests), calls.usage.repair_calls) == (2, 1)
    assert "fact" in server.requests[1].body["messages"][-1]["content"]


async def test_a_decision_for_no_fact_is_asked_again() -> None:
    """An unknown fact number beside good decisions costs a repair try and then nothing."""
    calls = Calls()
    judgement = await judged(decisions(GOOD, decision(2), decision(7)), calls=calls)
    assert [verdict.error for verdict in judgement.verdicts] == ["", "", ""]
    assert calls.usage.repair_calls == 1


async def test_the_repaired_answer_counts() -> None:
    """The second answer is taken when it is not worse."""
    judgement = await judged(decisions(GOOD), decisions(GOOD, decision(2, "DELETE", 2)))
    assert [verdict.operation for verdict in judgement.verdicts] == [Operation.NOOP, Operation.ADD, Operation.DELETE]
    assert not any(verdict.error for verdict in judgement.verdicts)


async def test_a_worse_second_answer_does_not_count() -> None:
    """The first answer's usable verdicts stand when the repair try brings fewer."""
    judgement = await judged(decisions(GOOD), decisions())
    assert [verdict.error for verdict in judgement.verdicts] == ["", "", "MODEL_OUTPUT_INVALID"]


async def test_a_single_wrong_target_is_an_error_of_that_fact() -> None:
    """With one fact asked the list is still an answer: the verdict bears the error."""
    judgement = await judged(decisions(decision(1, "DELETE", 5)), asked=(question("one", "a"),))
    assert [verdict.error for verdict in judgement.verdicts] == ["MODEL_OUTPUT_INVALID"]


async def test_an_answer_without_a_list_fails_the_call() -> None:
    """Facts where decisions were asked for are no judgement."""
    with pytest.raises(ModelOutputInvalid):
        await judged(call({"facts": [fact()]}))


MESSAGE = Message(id="m", partition="p", session="s", role=Role.USER, name="Ana", content="Hi", observed_at=0)


async def test_the_fallback_extractor_takes_over_and_is_named() -> None:
    """When the model fails the second extractor's facts come, recorded under its own name."""
    second = RecordedExtractor(lambda exchange: [Fact(text=message.content) for message in exchange], decider="second")
    async with model_server(refuse(500)) as server:
        model = ChatModel(base_url=server.base_url, max_retries=0)
        first = ModelExtractor(model, PredicateTable.default())
        request = ExtractionRequest(exchange=[MESSAGE])
        extraction = await FallbackExtractor(first, second).extract(request, Calls())
        with pytest.raises(ModelUnavailable):
            await FallbackExtractor(first, second, on=(ModelRejected,)).extract(request, Calls())
        await model.close()
    assert ([kept.text for kept in extraction.facts], extraction.decider) == (["Hi"], "second")


async def test_the_fallback_judge_takes_over_and_is_named() -> None:
    """When the model fails as configured the second judge decides; other failures are raised on."""
    async with judge(say("no idea")) as (first, _), judge(decisions(GOOD, decision(2)), model="second") as (second, _):
        judgement = await FallbackJudge(first, second).judge(ASKED, Calls())
        with pytest.raises(ModelOutputInvalid):
            await FallbackJudge(first, second, on=(ModelUnavailable,)).judge(ASKED, Calls())
    assert (judgement.decider, judgement.verdicts[0].operation) == ("second", Operation.NOOP)


async def test_the_fallback_judge_decides_single_failed_verdicts() -> None:
    """A verdict with an error is asked of the second judge alone and bears its name; the others stay."""
    async with (
        judge(decisions(GOOD)) as (first, _),
        judge(decisions(decision(1, "DELETE", 2)), model="second") as (
            second,
            server,
        ),
    ):
        judgement = await FallbackJudge(first, second).judge(ASKED, Calls())
        kept = await FallbackJudge(first, second, on=(ModelUnavailable,)).judge(ASKED, Calls())
    assert [(verdict.operation, verdict.decider) for verdict in judgement.verdicts] == [
        (Operation.NOOP, ""),
        (Operation.ADD, ""),
        (Operation.DELETE, "second"),
    ]
    assert len(server.requests) == 1
    assert kept.verdicts[2].error == "MODEL_OUTPUT_INVALID"
