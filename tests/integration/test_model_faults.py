"""Every way in which a model's server fails, over real sockets: the documented error, bounded requests, no secrets."""

import json
import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any

import pytest

from model_server import (
    Answer,
    ModelServer,
    call,
    completion,
    decision,
    drip,
    fact,
    facts,
    hang_up,
    model_server,
    refuse,
    reply,
    say,
    stall,
)
from twohop.errors import (
    Misconfigured,
    ModelContextExceeded,
    ModelDenied,
    ModelError,
    ModelOutputInvalid,
    ModelRejected,
    ModelUnavailable,
)
from twohop.graph.model import Kind, Message, Role
from twohop.llm.extractor import ModelExtractor
from twohop.llm.judge import ModelJudge
from twohop.llm.openai import ChatModel, Mode
from twohop.memory.moment import instant
from twohop.memory.ports import Calls, Candidate, Extraction, ExtractionRequest, Fact, Judgement, Question, Usage
from twohop.memory.predicates import PredicateTable

KEY = "sk-very-secret"
WORDS = "The vault code is 4711"
NOW = 1_757_372_400_000_000
HOUR = 3_600_000_000

EXCHANGE = ExtractionRequest(
    exchange=[Message(id="m", partition="p", session="s", role=Role.USER, name="Ana", content=WORDS, observed_at=NOW)]
)
NEAR = Candidate(
    memory_id="a", revision_id="r", text=WORDS, kind=Kind.STATE, subject="", predicate="", object="", valid_from=""
)
QUESTIONS = [Question(fact=Fact(text=WORDS), candidates=(NEAR,))]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A script, the error it must lead to, and how many HTTP requests it takes with one retry allowed."""

    script: tuple[Answer, ...]
    error: type[ModelError]
    requests: int
    timeout: float


def fault(*script: Answer, error: type[ModelError], requests: int, timeout: float = 5.0) -> Fault:
    return Fault(script=script, error=error, requests=requests, timeout=timeout)


EMPTY = {**completion({}), "choices": []}
INVALID = ModelOutputInvalid
FAULTS = {
    "prose": fault(say("Sure! Ana works at Acme."), error=INVALID, requests=2),
    "fenced JSON": fault(say('```json\n{"facts": [], "decisions": []}\n```'), error=INVALID, requests=2),
    "no content": fault(say(None), error=INVALID, requests=2),
    "truncated JSON": fault(call('{"facts": [{"text": "An', finish="length"), error=INVALID, requests=2),
    "whole JSON at the token limit": fault(call(facts(), finish="length"), error=INVALID, requests=2),
    "broken arguments": fault(call('{"facts": ['), error=INVALID, requests=2),
    "two objects": fault(call('{"facts": []} {"facts": []}'), error=INVALID, requests=2),
    "a list": fault(call([fact()]), error=INVALID, requests=2),
    "wrong types": fault(call({"facts": {}, "decisions": {}}), error=INVALID, requests=2),
    "deep nesting": fault(call("[" * 100_000), error=INVALID, requests=2),
    "empty choices": fault(reply(EMPTY), error=INVALID, requests=2),
    "choices that are none": fault(reply({"choices": "none"}), error=INVALID, requests=2),
    "an error as success": fault(reply({"error": {"message": WORDS}}), error=INVALID, requests=2),
    "a web page": fault(reply(b"<html>hello</html>"), error=INVALID, requests=2),
    "invalid UTF-8": fault(reply(b'{"choices": "\xff\xfe"}'), error=INVALID, requests=2),
    "refusal": fault(say(None, refusal=WORDS), error=ModelRejected, requests=1),
    "content filter": fault(say("", finish="content_filter"), error=ModelRejected, requests=1),
    "refusal after prose": fault(say(WORDS), say(None, refusal=WORDS), error=ModelRejected, requests=2),
    "context overflow": fault(refuse(400, code="context_length_exceeded"), error=ModelContextExceeded, requests=1),
    "401": fault(refuse(401, code="invalid_api_key"), error=ModelDenied, requests=1),
    "403": fault(refuse(403), error=ModelDenied, requests=1),
    "404": fault(refuse(404), error=ModelDenied, requests=1),
    "413": fault(refuse(413), error=ModelContextExceeded, requests=1),
    "422": fault(refuse(422), error=ModelRejected, requests=1),
    "408": fault(refuse(408), error=ModelUnavailable, requests=2),
    "409": fault(refuse(409), error=ModelUnavailable, requests=2),
    "429": fault(refuse(429), error=ModelUnavailable, requests=2),
    "429 with Retry-After": fault(refuse(429, headers={"retry-after": "0.01"}), error=ModelUnavailable, requests=2),
    "429 with a long Retry-After": fault(
        refuse(429, headers={"retry-after": "3600"}), error=ModelUnavailable, requests=1
    ),
    "429 with Retry-After beyond the deadline": fault(
        refuse(429, headers={"retry-after": "10"}), error=ModelUnavailable, requests=1
    ),
    "429 with nonsense to wait for": fault(
        refuse(429, headers={"retry-after": "inf"}), error=ModelUnavailable, requests=2
    ),
    "500 for ever": fault(refuse(500), error=ModelUnavailable, requests=2),
    "503 for ever": fault(refuse(503), error=ModelUnavailable, requests=2),
    "500 and then a refusal": fault(refuse(500), refuse(401), error=ModelDenied, requests=2),
    "prose and then 500": fault(say(WORDS), refuse(500), error=ModelUnavailable, requests=3),
    "a stall": fault(stall, error=ModelUnavailable, requests=2, timeout=0.2),
    "a slow drip": fault(drip(0.02), error=ModelUnavailable, requests=2, timeout=0.2),
    "a closed connection": fault(hang_up, error=ModelUnavailable, requests=2),
}


@asynccontextmanager
async def served(*script: Answer, **settings: Any) -> AsyncIterator[tuple[ChatModel, ModelServer]]:
    """A model with one retry allowed, on a server that follows the script."""
    async with model_server(*script) as server:
        quick: dict[str, Any] = {
            "base_url": server.base_url,
            "api_key": KEY,
            "timeout": 5.0,
            "deadline": 9.0,
            "max_retries": 1,
            "backoff": 0.01,
            "clock": lambda: NOW,
        }
        model = ChatModel(**{**quick, **settings})
        try:
            yield model, server
        finally:
            await model.close()


async def run(phase: str, model: ChatModel) -> Extraction | Judgement:
    if phase == "extract":
        return await ModelExtractor(model, PredicateTable.default()).extract(EXCHANGE, Calls())
    return await ModelJudge(model).judge(QUESTIONS, Calls())


@pytest.mark.parametrize("mode", ["tools", "json_schema"])
@pytest.mark.parametrize("phase", ["extract", "judge"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_fault_is_a_typed_error(fault: Fault, phase: str, mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    """The error is the documented one after a bounded number of requests; it tells no key and no text, nor do logs."""
    caplog.set_level(logging.DEBUG)
    async with served(*fault.script, mode=mode, timeout=fault.timeout) as (model, server):
        with pytest.raises(ModelError) as caught:
            await run(phase, model)
    assert type(caught.value) is fault.error
    assert len(server.requests) == fault.requests
    shown = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert KEY not in shown
    assert WORDS not in shown


@pytest.mark.parametrize("mode", ["tools", "json_schema"])
@pytest.mark.parametrize(
    "trouble",
    [
        refuse(500),
        refuse(429),
        refuse(429, headers={"retry-after": "0.01"}),
        hang_up,
        stall,
        say("Well, let me think."),
        reply(b"\xff"),
    ],
    ids=["500", "429", "429 with Retry-After", "closed", "stall", "prose", "bytes"],
)
async def test_trouble_that_passes_is_not_seen(trouble: Answer, mode: Mode) -> None:
    """One failed request or one unusable answer, then a good one: the good one counts."""
    async with served(trouble, call({"decisions": [decision(1, "NOOP", 1)]}), mode=mode, timeout=0.5) as (
        model,
        server,
    ):
        judgement = await ModelJudge(model).judge(QUESTIONS, Calls())
    assert [verdict.target for verdict in judgement.verdicts] == [0]
    assert len(server.requests) == 2


async def test_another_tool_is_no_answer() -> None:
    """A call of a function that wasn't asked for is refused, whatever its arguments."""
    async with served(call(facts(), name="forget_everything")) as (model, server):
        with pytest.raises(ModelOutputInvalid):
            await run("extract", model)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("header", "seconds"), [("10", 10), ("3600", 3_600), (format_datetime(instant(NOW + HOUR)), 3_600)]
)
async def test_a_servers_wish_to_wait_is_passed_on(header: str, seconds: float) -> None:
    """A Retry-After beyond the deadline or the cap comes with the error, in seconds, also when given as a date."""
    async with served(refuse(429, headers={"retry-after": header})) as (model, _):
        with pytest.raises(ModelUnavailable) as caught:
            await run("judge", model)
    assert caught.value.retry_after == seconds


async def test_a_wish_beyond_the_cap_is_not_waited_for() -> None:
    """A Retry-After above the cap ends the call at once, however far the deadline is."""
    async with served(refuse(429, headers={"retry-after": "0.1"}), retry_after_cap=0.05) as (model, server):
        with pytest.raises(ModelUnavailable):
            await run("judge", model)
    assert len(server.requests) == 1


async def test_the_deadline_bounds_all_tries() -> None:
    """When the deadline is over before a reply is whole or the retries are used up, the call ends."""
    async with served(drip(0.02), timeout=1_000, deadline=0.2) as (model, server):
        with pytest.raises(ModelUnavailable):
            await run("judge", model)
    assert len(server.requests) == 1


async def test_nobody_there() -> None:
    """A server that doesn't listen is unavailable."""
    async with model_server(call(facts())) as server:
        base_url = server.base_url
    async with served(call(facts()), base_url=base_url) as (model, _):
        with pytest.raises(ModelUnavailable):
            await run("judge", model)


@pytest.mark.parametrize("key", ["sk-secret\n", "sk-sécret"])
def test_a_key_that_no_header_takes_is_refused_at_once(key: str) -> None:
    """A key with line breaks or other than ASCII is a configuration error that doesn't repeat the key."""
    with pytest.raises(Misconfigured) as caught:
        ChatModel(api_key=key)
    assert "cret" not in caught.value.message


@pytest.mark.parametrize("usage", [None, {}, "many", {"prompt_tokens": -1, "completion_tokens": "9"}])
async def test_a_reply_without_usage_costs_nothing_known(usage: object) -> None:
    """Servers that count no tokens, or count them oddly, still serve."""
    body = {**completion({"content": json.dumps({"decisions": [decision(1)]})}), "usage": usage}
    async with served(reply(body), mode="json_schema") as (model, _):
        calls = Calls()
        await ModelJudge(model).judge(QUESTIONS, calls)
    assert calls.usage == Usage(judge_calls=1)


async def test_newer_servers_get_their_field_names() -> None:
    """The token limit can go by its newer name, and the temperature be left to the server."""
    settings = {"tokens_field": "max_completion_tokens", "temperature": None, "max_tokens": 77}
    async with served(call(facts()), **settings) as (model, server):
        await run("extract", model)
    body = server.requests[0].body
    assert body["max_completion_tokens"] == 77
    assert not {"max_tokens", "temperature"} & set(body)
