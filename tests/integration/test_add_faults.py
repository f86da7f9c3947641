"""Every way in which a model fails, seen by a caller of AddMemories: the state that docs/model-failures.md gives.

Whatever happens the messages are stored, what was known stays as it was, the answer comes in time, and an add that
waits ends as if nothing had been wrong once the model answers again.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from model_server import (
    Answer,
    Exchange,
    by_phase,
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
from serving import Served, serving, tried_again
from twohop.config import LlmSettings
from twohop.graph.model import Scope as Owner
from twohop.memory.settings import WriteSettings
from twohop.v1 import job_pb2
from twohop.v1 import memory_service_pb2 as pb
from twohop.v1.decision_pb2 import OPERATION_FAIL
from twohop.v1.message_pb2 import NewMessage
from twohop.v1.scope_pb2 import Scope

TIMEOUT = 0.8
DEADLINE = 4.0
"""Seconds for one HTTP request and for one question to the model."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAITS, PARTIAL, DONE = job_pb2.JOB_STATE_PENDING, job_pb2.JOB_STATE_PARTIAL, job_pb2.JOB_STATE_DONE


@dataclass
class Model:
    """The model's behaviour at the moment, and how many requests it got since it was last changed."""

    answer: Answer = stall
    requests: int = 0

    async def __call__(self, exchange: Exchange) -> None:
        self.requests += 1
        await self.answer(exchange)

    def behave(self, answer: Answer) -> None:
        self.answer, self.requests = answer, 0


@dataclass(frozen=True, kw_only=True)
class World:
    """A server with a model that can be told how to behave, and names of users that nobody had yet."""

    served: Served
    model: Model
    users: Any = field(default_factory=lambda: (f"user-{n}" for n in count()))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    model = Model()
    async with model_server(model) as server:
        llm = LlmSettings(
            provider="openai",
            base_url=server.base_url,
            timeout_seconds=TIMEOUT,
            deadline_seconds=DEADLINE,
            max_retries=1,
            backoff_seconds=0.01,
        )
        path: Path = tmp_path_factory.mktemp("faults") / "data"
        async with serving(path, llm=llm, write=WriteSettings(backoff_seconds=3600)) as served:
            yield World(served=served, model=model)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What the model does, the state and the reason that follow, and the HTTP requests of the failing question."""

    answer: Answer
    state: int
    reason: str
    requests: int


def waits(answer: Answer, reason: str = "MODEL_UNAVAILABLE", requests: int = 2) -> Fault:
    return Fault(answer=answer, state=WAITS, reason=reason, requests=requests)


def fails(answer: Answer, reason: str = "MODEL_OUTPUT_INVALID", requests: int = 2) -> Fault:
    return Fault(answer=answer, state=PARTIAL, reason=reason, requests=requests)


BOTH = {
    "prose": fails(say("Sure! Ana works at Globex.")),
    "fenced JSON": fails(say('```json\n{"facts": [], "decisions": []}\n```')),
    "truncated JSON": fails(call('{"facts": [{"text": "An', finish="length")),
    "broken arguments": fails(call('{"facts": [')),
    "another tool": fails(call(facts(), name="forget_everything")),
    "wrong types": fails(call({"facts": {}, "decisions": {}})),
    "empty choices": fails(reply({**completion({}), "choices": []})),
    "a web page": fails(reply(b"<html>hello</html>")),
    "refusal": fails(say(None, refusal="I can't help with that."), "MODEL_REJECTED", 1),
    "content filter": fails(say("", finish="content_filter"), "MODEL_REJECTED", 1),
    "422": fails(refuse(422), "MODEL_REJECTED", 1),
    "context overflow": fails(refuse(400, code="context_length_exceeded"), "MODEL_CONTEXT_EXCEEDED", 1),
    "401": waits(refuse(401), "MODEL_DENIED", 1),
    "404": waits(refuse(404), "MODEL_DENIED", 1),
    "429": waits(refuse(429)),
    "429 with Retry-After": waits(refuse(429, headers={"retry-after": "0.01"})),
    "429 with a long Retry-After": waits(refuse(429, headers={"retry-after": "3600"}), requests=1),
    "500": waits(refuse(500)),
    "a stall": waits(stall),
    "a slow drip": waits(drip(0.02)),
    "a closed connection": waits(hang_up),
}
EXTRACTING = {
    **BOTH,
    "a fact of wrong types": fails(call({"facts": [{**fact(), "triples": "none"}]})),
}
JUDGING = {
    **BOTH,
    "unknown target": fails(call({"decisions": [decision(1, "DELETE", 99)]})),
    "unknown fact": fails(call({"decisions": [decision(9, "DELETE", 1)]})),
    "two decisions on one fact": fails(call({"decisions": [decision(1), decision(1, "DELETE", 1)]})),
    "no decision": fails(call({"decisions": []})),
}

ACME = fact(text="Ana works at Acme", quote="I work at Acme")
GLOBEX = fact(
    text="Ana works at Globex",
    quote="I work at Globex",
    triples=[{"subject": "Ana", "predicate": "works_at", "object": "Globex", "literal": False}],
)
CHESS = fact(
    text="Ana plays chess",
    cardinality="many",
    quote="I play chess",
    triples=[{"subject": "Ana", "predicate": "plays", "object": "chess", "literal": False}],
)
"""What has nothing near: it needs no judge."""

KNOWN = call({"facts": [ACME]})
NEWS = call({"facts": [CHESS, GLOBEX]})
SUPERSEDES = call({"decisions": [decision(1, "DELETE", 1)]})
HEALTHY = by_phase(extract=[NEWS], judge=[SUPERSEDES])
WORDS = "I play chess. I work at Globex"


async def add(world: World, user: str, text: str) -> job_pb2.Job:
    request = pb.AddMemoriesRequest(
        scope=Scope(user_id=user), messages=[NewMessage(role="ROLE_USER", name="Ana", content=text)]
    )
    answer: pb.AddMemoriesResponse = await world.served.memory.AddMemories(request)
    return answer.job


async def knowing(world: World) -> str:
    """A user of whom one fact is known."""
    user: str = next(world.users)
    world.model.behave(by_phase(extract=[KNOWN], judge=[SUPERSEDES]))
    await add(world, user, "I work at Acme")
    return user


async def retried(world: World, user: str, job: job_pb2.Job) -> job_pb2.Job:
    """The job after its next try."""
    await tried_again(world.served.app, Owner(user_id=user).partition, job.id)
    answer: pb.GetJobResponse = await world.served.memory.GetJob(
        pb.GetJobRequest(scope=Scope(user_id=user), job_id=job.id)
    )
    return answer.job


async def live(world: World, user: str, *, closed: bool = False) -> list[str]:
    page = await world.served.memory.ListMemories(
        pb.ListMemoriesRequest(scope=Scope(user_id=user), include_closed=closed)
    )
    return sorted(memory.revision.text for memory in page.memories)


async def stored(world: World, user: str, job: job_pb2.Job) -> list[str]:
    ids = list(job.message_ids)
    answer = await world.served.memory.BatchGetMessages(
        pb.BatchGetMessagesRequest(scope=Scope(user_id=user), message_ids=ids)
    )
    return [message.content for message in answer.messages]


async def timed(adding: Any) -> job_pb2.Job:
    """The add's answer, which comes no later than the deadline of the model's question."""
    async with asyncio.timeout(DEADLINE + 1):
        job: job_pb2.Job = await adding
    return job


async def healed(world: World, user: str, job: job_pb2.Job) -> None:
    """The model answers again: the waiting add ends as it would have without the fault."""
    world.model.behave(HEALTHY)
    finished = await retried(world, user, job)
    assert (finished.state, finished.error) == (DONE, "")
    assert await live(world, user) == ["Ana plays chess", "Ana works at Globex"]
    assert await live(world, user, closed=True) == ["Ana plays chess", "Ana works at Acme", "Ana works at Globex"]


async def test_without_a_fault_the_add_is_done(world: World) -> None:
    """What all waiting adds must end with: the new fact beside the one that it took the place of."""
    user = await knowing(world)
    world.model.behave(HEALTHY)
    job = await add(world, user, WORDS)
    assert (job.state, world.model.requests) == (DONE, 2)
    assert await live(world, user) == ["Ana plays chess", "Ana works at Globex"]
    assert await live(world, user, closed=True) == ["Ana plays chess", "Ana works at Acme", "Ana works at Globex"]


@pytest.mark.parametrize("fault", EXTRACTING.values(), ids=EXTRACTING)
async def test_a_fault_of_extraction(fault: Fault, world: World) -> None:
    """Nothing is decided before the facts are there: the add waits, or says that they could not be had."""
    user = await knowing(world)
    world.model.behave(by_phase(extract=[fault.answer], judge=[SUPERSEDES]))
    job = await timed(add(world, user, WORDS))
    assert (job.state, world.model.requests) == (fault.state, fault.requests)
    assert await live(world, user) == ["Ana works at Acme"]
    assert await stored(world, user, job) == [WORDS]
    if fault.state == WAITS:
        assert job.error.startswith(f"{fault.reason}: ")
        assert not job.outcomes
        await healed(world, user, job)
    else:
        assert fault.reason in {outcome.decision.status for outcome in job.outcomes}
        assert {outcome.decision.operation for outcome in job.outcomes} == {OPERATION_FAIL}


@pytest.mark.parametrize("fault", JUDGING.values(), ids=JUDGING)
async def test_a_fault_of_judging(fault: Fault, world: World) -> None:
    """Facts that need no judge are kept; the others wait or fail by name, and change nothing that was known."""
    user = await knowing(world)
    world.model.behave(by_phase(extract=[NEWS], judge=[fault.answer]))
    job = await timed(add(world, user, WORDS))
    assert (job.state, world.model.requests) == (fault.state, 1 + fault.requests)
    assert await live(world, user) == ["Ana plays chess", "Ana works at Acme"]
    assert await stored(world, user, job) == [WORDS]
    if fault.state == WAITS:
        assert job.error.startswith(f"{fault.reason}: ")
        assert [outcome.decision.fact for outcome in job.outcomes] == ["Ana plays chess"]
        await healed(world, user, job)
        assert world.model.requests == 1  # The facts are not extracted again.
    else:
        told = {outcome.decision.fact: outcome.decision.status for outcome in job.outcomes}
        assert told == {"Ana plays chess": "", "Ana works at Globex": fault.reason}


async def test_a_fact_that_was_not_judged_names_nobody(world: World) -> None:
    """Another name in a fact that is lost to the judge's fault is not kept by way of the facts beside it."""
    user = await knowing(world)
    named = [{"subject": "Ana", "predicate": "also_known_as", "object": "Nan", "literal": True}]
    alias = fact(text="Ana, who works at Acme, is called Nan", quote="I am called Nan", triples=named)
    news = call({"facts": [CHESS, alias]})
    world.model.behave(by_phase(extract=[news], judge=[say("Sure!")]))
    job = await add(world, user, "I play chess. I am called Nan")
    assert job.state == PARTIAL
    assert await live(world, user) == ["Ana plays chess", "Ana works at Acme"]
    assert await world.served.app.ledger.entities_named(Owner(user_id=user).partition, ["nan"]) == {}
