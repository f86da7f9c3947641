"""The extractor over a real HTTP server: what a model says becomes facts, or a reason."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from model_server import Answer, ModelServer, call, decision, fact, facts, hang_up, model_server
from twohop.errors import ModelOutputInvalid
from twohop.graph.model import Kind, Message, Role
from twohop.llm.extractor import ModelExtractor
from twohop.llm.openai import ChatModel, Mode
from twohop.llm.recorded import RecordedExtractor, content_key, replay
from twohop.memory.moment import When
from twohop.memory.ports import (
    Calls,
    Cardinality,
    Claim,
    Dropped,
    Extraction,
    ExtractionRequest,
    Fact,
    Named,
    Polarity,
    Usage,
)
from twohop.memory.predicates import PredicateTable
from twohop.memory.settings import Limits

SAID = "Guess what: “I work at  Acme” is true since Monday!"


def message(content: str = SAID, *, id: str = "m1", role: Role = Role.USER, name: str = "Ana") -> Message:  # noqa: A002 - the field's own name
    return Message(
        id=id,
        partition="p",
        session="s",
        role=role,
        name=name,
        content=content,
        observed_at=1_757_372_400_000_000,
        time_zone="Europe/Lisbon",
    )


@asynccontextmanager
async def extractor(
    *script: Answer, mode: Mode = "tools", limits: Limits | None = None
) -> AsyncIterator[tuple[ModelExtractor, ModelServer]]:
    async with model_server(*script) as server:
        model = ChatModel(base_url=server.base_url, api_key="sk-1", model="tiny", mode=mode, max_retries=0)
        try:
            yield ModelExtractor(model, PredicateTable.default(), limits=limits), server
        finally:
            await model.close()


async def extracted(
    *script: Answer, exchange: tuple[Message, ...] = (message(),), calls: Calls | None = None, **settings: Any
) -> Extraction:
    async with extractor(*script, **settings) as (found, _):
        return await found.extract(ExtractionRequest(exchange=exchange), calls or Calls())


@pytest.mark.parametrize("mode", ["tools", "json_schema"])
async def test_one_call_gives_facts_and_triples(mode: Mode) -> None:
    """A well-formed answer becomes facts with triples, entities, times, cues and the exact quote, with its cost."""
    answer = facts(
        {
            "text": " Ana works\nat Acme ",
            "valid_from": "2025-09-08",
            "quote": '"i work at Acme"',
            "triples": [
                {"subject": "Ana", "predicate": "employed by", "object": "Acme", "literal": False},
                {"subject": "Acme", "predicate": "founded_in", "object": "1990", "literal": True},
                {"subject": "Acme", "predicate": "", "object": "nothing", "literal": False},
            ],
            "entities": [
                {"name": "Ana", "type": "person", "proper": True, "kinds": []},
                {"name": "Acme", "type": "other", "proper": True, "kinds": ["Company", "company"]},
            ],
            "cues": ["Job", "job", "employer", "a", "b", "c", "d"],
        }
    )
    usage = {"prompt_tokens": 700, "completion_tokens": 90, "prompt_tokens_details": {"cached_tokens": 512}}
    calls = Calls()
    async with extractor(call(answer, usage=usage), mode=mode) as (found, server):
        extraction = await found.extract(ExtractionRequest(exchange=[message()]), calls)
    assert extraction == Extraction(
        facts=(
            Fact(
                text="Ana works at Acme",
                kind=Kind.STATE,
                claims=(
                    Claim(subject="Ana", predicate="works_at", object="Acme"),
                    Claim(subject="Acme", predicate="founded_in", object="1990", literal=True),
                ),
                entities=(
                    Named(name="Ana", type="person", proper=True),
                    Named(name="Acme", proper=True, kinds=("company",)),
                ),
                polarity=Polarity.AFFIRMED,
                cardinality=Cardinality.ONE,
                valid_from=When("2025-09-08"),
                quote="I work at  Acme",
                sources=("m1",),
                cues=("job", "employer", "a", "b", "c", "d"),
            ),
        ),
        decider="tiny",
    )
    assert calls.usage == Usage(extract_calls=1, tokens_in=700, tokens_out=90, tokens_cached=512)
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == "Bearer sk-1"
    assert (request.body["model"], request.body["temperature"]) == ("tiny", 0)
    assert ("tools" in request.body, "response_format" in request.body) == (mode == "tools", mode == "json_schema")


async def test_the_schema_is_forced() -> None:
    """Tools mode forces the one strict function, schema mode the strict response format, with the same schema."""
    async with extractor(call(facts())) as (found, server):
        await found.extract(ExtractionRequest(exchange=[message()]), Calls())
        body = server.requests[0].body
    assert body["tools"][0]["function"]["strict"] is True
    assert body["tool_choice"]["function"]["name"] == body["tools"][0]["function"]["name"]
    async with extractor(call(facts()), mode="json_schema") as (found, server):
        await found.extract(ExtractionRequest(exchange=[message()]), Calls())
        response_format = server.requests[0].body["response_format"]
    assert response_format["json_schema"]["strict"] is True
    assert response_format["json_schema"]["schema"] == body["tools"][0]["function"]["parameters"]


async def test_nothing_to_extract_from_costs_nothing() -> None:
    """An exchange without a message that facts may rest on makes no call."""
    async with extractor(call(facts({}))) as (found, server):
        extraction = await found.extract(ExtractionRequest(exchange=[message(role=Role.ASSISTANT)]), Calls())
    assert extraction == Extraction(facts=(), decider="tiny")
    assert server.requests == []


async def test_no_facts_is_an_answer() -> None:
    """An empty list is a whole answer: nothing was worth keeping, nothing is asked again."""
    calls = Calls()
    extraction = await extracted(call(facts()), calls=calls)
    assert (extraction.facts, extraction.dropped) == ((), ())
    assert calls.usage == Usage(extract_calls=1)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"quote": "I work at Globex"}, "QUOTE_NOT_FOUND"),
        ({"quote": "   "}, "QUOTE_NOT_FOUND"),
        ({"quote": "How nice for you"}, "QUOTE_NOT_FOUND"),
        ({"text": " \n"}, "MODEL_OUTPUT_INVALID"),
        ({"text": "x" * 2_001}, "MODEL_OUTPUT_INVALID"),
        (
            {"triples": [{"subject": "x" * 2_001, "predicate": "p", "object": "o", "literal": False}]},
            "MODEL_OUTPUT_INVALID",
        ),
    ],
)
async def test_a_fact_that_can_not_be_kept_is_dropped_with_the_reason(parts: dict[str, Any], reason: str) -> None:
    """Quotes outside the allowed messages and blank or oversized texts cost that fact alone, and no call."""
    exchange = (message(), message("How nice for you", id="m2", role=Role.ASSISTANT))
    calls = Calls()
    extraction = await extracted(call(facts(parts, {})), exchange=exchange, calls=calls)
    assert [kept.quote for kept in extraction.facts] == ["I work at  Acme"]
    (dropped,) = extraction.dropped
    assert dropped.reason == reason
    assert len(dropped.text) <= 2_000
    assert calls.usage.repair_calls == 0


@pytest.mark.parametrize(
    "written", ["", "soon", "2025-13", "2025-02-30", "0001-01-01", "9999-12-31", "Monday", "2025-W60"]
)
async def test_a_bad_date_costs_the_date_only(written: str) -> None:
    """Dates that don't exist, prose and stand-ins for "open" are left out, and the fact is kept."""
    extraction = await extracted(call(facts({"valid_from": written, "valid_to": written})))
    (kept,) = extraction.facts
    assert (kept.valid_from, kept.valid_to, extraction.dropped) == (None, None, ())


@pytest.mark.parametrize("written", ["2025", "2025-09", "2025-W37", "2025-09-08", "2025-09-08T10:00:00"])
async def test_dates_keep_the_exactness_that_was_said(written: str) -> None:
    """Every ISO prefix comes through as written."""
    (kept,) = (await extracted(call(facts({"valid_from": written})))).facts
    assert kept.valid_from == When(written)


async def test_the_source_is_the_message_that_holds_the_quote() -> None:
    """Of two messages with different words the fact rests on the one it quotes."""
    extraction = await extracted(call(facts({})), exchange=(message("Hello", id="m0"), message(id="m1")))
    assert [kept.sources for kept in extraction.facts] == [("m1",)]


async def test_an_exact_quote_wins() -> None:
    """A message that holds the quote letter for letter is its source, also after one that nearly does."""
    exchange = (message("i work at acme", id="m0"), message("I work at Acme", id="m1"))
    (kept,) = (await extracted(call(facts({})), exchange=exchange)).facts
    assert (kept.quote, kept.sources) == ("I work at Acme", ("m1",))


async def test_more_facts_than_the_limit_are_dropped_and_told() -> None:
    """An answer with too many facts is cut at the limit, and each fact beyond it is listed."""
    extraction = await extracted(call(facts({}, {}, {})), limits=Limits(facts=2))
    assert (len(extraction.facts), len(extraction.dropped)) == (2, 1)


BROKEN = fact(kind="opinion", text="Ana is tall")


async def test_a_broken_fact_is_repaired() -> None:
    """One fact breaks the schema: the model is told what and where, once, and its second answer counts."""
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    script = call({"facts": [fact(), BROKEN]}, usage=usage), call(facts({}, {"text": "Ana is tall"}), usage=usage)
    calls = Calls()
    async with extractor(*script) as (found, server):
        extraction = await found.extract(ExtractionRequest(exchange=[message()]), calls)
    assert [kept.text for kept in extraction.facts] == ["Ana works at Acme", "Ana is tall"]
    assert calls.usage == Usage(extract_calls=1, repair_calls=1, tokens_in=200, tokens_out=20)
    first, second = server.requests
    assert second.body["messages"][:-1] == first.body["messages"]
    assert "facts[1].kind" in second.body["messages"][-1]["content"]


@pytest.mark.parametrize(
    "second",
    [call({"facts": [fact(), BROKEN]}), call("sorry"), call({"facts": [BROKEN]}), hang_up],
    ids=["same", "prose", "worse", "closed"],
)
async def test_a_fact_that_stays_broken_is_dropped_and_the_others_are_kept(second: Answer) -> None:
    """When the repair try doesn't help, what was usable of the first answer counts and the rest is told."""
    calls = Calls()
    extraction = await extracted(call({"facts": [fact(), BROKEN]}), second, calls=calls)
    assert [kept.text for kept in extraction.facts] == ["Ana works at Acme"]
    (dropped,) = extraction.dropped
    assert dropped == Dropped(text="Ana is tall", reason="MODEL_OUTPUT_INVALID", detail=dropped.detail)
    assert dropped.detail.startswith("facts[1].kind:")
    assert calls.usage.repair_calls == 1


@pytest.mark.parametrize(
    "item",
    [
        BROKEN,
        {"text": "Ana is tall"},
        fact(extra="Ana is tall"),
        fact(text="\ud800"),
        fact(text="bell \x07"),
        fact(correction="yes"),
        fact(triples=[["Ana", "works_at", "Acme"]]),
        "Ana works at Acme",
        None,
    ],
)
async def test_an_answer_without_a_usable_fact_is_an_error(item: object) -> None:
    """If no fact fits the schema, also after the repair try, the call failed; the error holds nothing of the answer."""
    async with extractor(call({"facts": [item]})) as (found, server):
        with pytest.raises(ModelOutputInvalid) as caught:
            await found.extract(ExtractionRequest(exchange=[message()]), Calls())
    assert len(server.requests) == 2
    assert "Ana" not in caught.value.message


async def test_decisions_are_no_facts() -> None:
    """An answer in the shape of the other phase is refused."""
    with pytest.raises(ModelOutputInvalid):
        await extracted(call({"decisions": [decision(1)]}))


async def test_recorded_facts_come_through_the_same_port() -> None:
    """Facts recorded by message are given again for that message, with the message as their source."""
    recorded = {content_key(message()): (Fact(text="Ana works at Acme"), Fact(text="It is Monday", quote="Monday"))}
    found = RecordedExtractor(replay(recorded, content_key))
    extraction = await found.extract(ExtractionRequest(exchange=[message("Hello", id="m0"), message(id="m7")]), Calls())
    assert [(kept.text, kept.sources) for kept in extraction.facts] == [
        ("Ana works at Acme", ("m7",)),
        ("It is Monday", ()),
    ]
    assert extraction.decider == "recorded"


async def test_the_prompt_holds_the_exchange_as_it_was_said() -> None:
    """What the model reads has the message's text letter for letter."""
    async with extractor(call(facts())) as (found, server):
        await found.extract(ExtractionRequest(exchange=[message()], summary="They met in Rome."), Calls())
    user = server.requests[0].body["messages"][1]["content"]
    texts = [json.loads(line) for line in user.splitlines() if line.startswith("{")]
    assert [line.get("text") or line.get("summary") for line in texts] == ["They met in Rome.", SAID]
