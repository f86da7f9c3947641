"""What an add may ask of a model: at most two calls on the normal path, never more than six a chunk, all counted."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from model_server import (
    Answer,
    Exchange,
    ModelServer,
    by_phase,
    call,
    decision,
    fact,
    model_server,
    refuse,
)
from serving import tried_again
from twohop.app import App, open_core
from twohop.config import LlmSettings, Settings
from twohop.graph.model import Axes, JobState, Operation, Role, Scope
from twohop.memory.api import AddRequest, AddResult, Filter, NewMessage
from twohop.memory.ports import Claim, Fact, Usage
from twohop.memory.settings import WriteSettings

ANA = Scope(user_id="ana")
TOKENS = {"prompt_tokens": 100, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 40}}


def settings(path: Path, server: ModelServer, **write: Any) -> Settings:
    llm = LlmSettings(
        provider="openai",
        base_url=server.base_url,
        model="tiny",
        max_retries=0,
        timeout_seconds=5,
        backoff_seconds=0.01,
    )
    return Settings(
        data_dir=path / "data", synchronous="OFF", llm=llm, write=WriteSettings(backoff_seconds=3600, **write)
    )


@asynccontextmanager
async def opened(path: Path, answer: Answer, **write: Any) -> AsyncIterator[tuple[App, ModelServer]]:
    async with model_server(answer) as server, open_core(settings(path, server, **write)) as app:
        yield app, server


async def add(app: App, *lines: str, run: str = "") -> AddResult:
    messages = tuple(NewMessage(role=Role.USER, name="Ana", content=line) for line in lines)
    return await app.core.add(AddRequest(scope=Scope(user_id="ana", run_id=run), messages=messages))


async def give(app: App, *texts: str) -> None:
    """Another writer's add, of facts that need no extraction."""
    await app.core.add(
        AddRequest(
            scope=Scope(user_id="ana", run_id="other"),
            messages=(NewMessage(role=Role.USER, name="Ana", content="All this."),),
            facts=tuple(
                Fact(
                    text=text, claims=(Claim(subject="Ana", predicate="likes", object=text.removeprefix("Ana likes ")),)
                )
                for text in texts
            ),
        )
    )


async def texts(app: App) -> list[str]:
    page = await app.core.list(ANA, Filter(), Axes(), include_closed=False, page_size=100, page_token="")
    return sorted(memory.revision.text for memory in page.items)


def likes(what: str, **parts: Any) -> dict[str, Any]:
    triple = {"subject": "Ana", "predicate": "likes", "object": what, "literal": False}
    return fact(text=f"Ana likes {what}", cardinality="many", triples=[triple], quote=f"I like {what}", **parts)


def said(*what: str) -> Answer:
    return call({"facts": [likes(one) for one in what]}, usage=TOKENS)


def decided(*items: dict[str, Any]) -> Answer:
    return call({"decisions": list(items)}, usage=TOKENS)


def of(server: ModelServer, text: str) -> list[Exchange]:
    """The requests that ask about a text."""
    return [request for request in server.requests if text in last_lines(request)]


def last_lines(request: Exchange) -> str:
    """What is asked: the latest exchange, or the facts."""
    told: str = request.body["messages"][1]["content"]
    return told.rpartition("Latest exchange:")[2].rpartition("Facts:")[2]


ADDED = decided(decision(1))


async def test_nothing_near_is_one_call(tmp_path: Path) -> None:
    """Facts that nothing known is near cost the extraction alone."""
    async with opened(tmp_path, by_phase(extract=[said("tea")], judge=[ADDED])) as (app, server):
        result = await add(app, "I like tea")
    assert (result.usage.extract_calls, result.usage.judge_calls, len(server.requests)) == (1, 0, 1)


async def test_nothing_extracted_is_one_call(tmp_path: Path) -> None:
    """An exchange with nothing worth keeping is never judged."""
    async with opened(tmp_path, by_phase(extract=[said("tea"), said()], judge=[ADDED])) as (app, server):
        await add(app, "I like tea")
        result = await add(app, "Hello again")
    assert (result.state, result.outcomes, len(server.requests)) == (JobState.DONE, (), 2)


async def test_the_normal_path_is_two_calls(tmp_path: Path) -> None:
    """However many facts have something near, they are judged in one call; the cost of both calls is told."""
    script = by_phase(
        extract=[said("tea"), said("coffee", "cocoa", "milk")], judge=[decided(*map(decision, (1, 2, 3)))]
    )
    async with opened(tmp_path, script) as (app, server):
        await add(app, "I like tea")
        result = await add(app, "I like coffee, I like cocoa and I like milk")
        assert len(await texts(app)) == 4
    assert len(server.requests) == 3
    assert result.usage == Usage(
        extract_calls=1,
        judge_calls=1,
        tokens_in=200,
        tokens_out=20,
        tokens_cached=80,
        tokens_full_context=result.usage.tokens_full_context,
    )


def interrupted(answer: Answer, meanwhile: Sequence[str], app: list[App]) -> Answer:
    """Answer after somebody else's add of these facts is committed."""

    async def late(exchange: Exchange) -> None:
        await give(app[0], *meanwhile)
        await answer(exchange)

    return late


def judging(mine: str, *script: Answer) -> Answer:
    """Answer judge's requests about my fact by the script, those of the other writers with ADD for all."""
    turns = list(script)

    async def answer(exchange: Exchange) -> None:
        asked = last_lines(exchange)
        if f'"{mine}"' in asked:
            await (turns.pop(0) if len(turns) > 1 else turns[0])(exchange)
        else:
            count = sum(json.loads(line).get("fact", 0) > 0 for line in asked.strip().splitlines())
            await decided(*map(decision, range(1, count + 1)))(exchange)

    return answer


MINE = "Ana likes Assam tea"
DEFECT = decided(decision(1, "DELETE", 77))
"""A decision that names a memory it wasn't shown: it takes a repair try and stays unusable if that says the same."""


async def test_two_writers_are_judged_again(tmp_path: Path) -> None:
    """What another writer committed near a fact meanwhile is judged once more, and counted as such."""
    mine: list[App] = []
    judge = judging(MINE, interrupted(ADDED, ["Ana likes Assam tea a lot"], mine), decided(decision(1, "ADD")))
    async with opened(tmp_path, by_phase(extract=[said("tea"), said("Assam tea")], judge=[judge])) as (app, server):
        mine.append(app)
        await add(app, "I like tea")
        result = await add(app, "I like Assam tea")
    assert result.state is JobState.DONE
    assert result.usage == Usage(
        extract_calls=1,
        judge_calls=1,
        rejudge_calls=1,
        tokens_in=300,
        tokens_out=30,
        tokens_cached=120,
        tokens_full_context=result.usage.tokens_full_context,
    )
    first, again = of(server, f'"{MINE}"')
    assert "a lot" not in first.text
    assert "a lot" in again.text


async def test_an_owner_that_never_rests_is_judged_again_twice_at_most(tmp_path: Path) -> None:
    """After two more judgements the fact is committed, whatever others still commit."""
    mine: list[App] = []
    busy = [interrupted(ADDED, [f"Ana likes Assam tea {often}"], mine) for often in ("a lot", "daily", "much", "too")]
    script = by_phase(extract=[said("tea"), said("Assam tea")], judge=[judging(MINE, *busy)])
    async with opened(tmp_path, script) as (app, server):
        mine.append(app)
        await add(app, "I like tea")
        result = await add(app, "I like Assam tea")
        assert MINE in await texts(app)
    assert (result.state, result.usage.judge_calls, result.usage.rejudge_calls) == (JobState.DONE, 1, 2)
    assert len(of(server, f'"{MINE}"')) == 3


async def test_the_cap_holds_whatever_happens(tmp_path: Path) -> None:
    """Repairs of extraction and of each judgement, and commits all the while: six calls, and the fact is kept."""
    mine: list[App] = []
    broken = call({"facts": [{**likes("Assam tea"), "kind": "gossip"}]}, usage=TOKENS)
    turns = [
        interrupted(DEFECT, ["Ana likes Assam tea a lot"], mine),
        ADDED,  # The repair of the first judgement.
        interrupted(DEFECT, ["Ana likes Assam tea daily"], mine),
        DEFECT,  # The repair of the second, as bad as before: the sixth call.
        ADDED,
    ]
    script = by_phase(extract=[said("tea"), broken, said("Assam tea")], judge=[judging(MINE, *turns)])
    async with opened(tmp_path, script) as (app, server):
        mine.append(app)
        await add(app, "I like tea")
        result = await add(app, "I like Assam tea")
        assert MINE in await texts(app)
    usage = result.usage
    assert (usage.extract_calls, usage.judge_calls, usage.rejudge_calls, usage.repair_calls) == (1, 1, 1, 3)
    assert len(of(server, "Assam tea")) - len(others(server)) == 6
    assert result.state is JobState.DONE


def others(server: ModelServer) -> list[Exchange]:
    """Requests about other writers' facts."""
    return [r for r in server.requests if "Facts:" in r.text and f'"{MINE}"' not in last_lines(r)]


async def test_the_last_usable_verdict_counts(tmp_path: Path) -> None:
    """A fact whose second judgement can't be used goes on with the first; it is not lost."""
    mine: list[App] = []
    turns = [interrupted(decided(decision(1, reason="first")), ["Ana likes Assam tea a lot"], mine), DEFECT]
    script = by_phase(extract=[said("tea"), said("Assam tea")], judge=[judging(MINE, *turns)])
    async with opened(tmp_path, script) as (app, _):
        mine.append(app)
        await add(app, "I like tea")
        result = await add(app, "I like Assam tea")
    (outcome,) = result.outcomes
    assert (result.state, outcome.decision.operation, outcome.decision.reason) == (
        JobState.DONE,
        Operation.ADD,
        "first",
    )


async def test_facts_without_a_verdict_wait_when_no_call_is_left(tmp_path: Path) -> None:
    """With one call a try the judge's comes on the next try; the error says why, and nothing is lost."""
    script = by_phase(extract=[said("tea"), said("coffee")], judge=[ADDED])
    async with opened(tmp_path, script, calls=1) as (app, server):
        await add(app, "I like tea")
        waiting = await add(app, "I like coffee")
        assert waiting.state is JobState.PENDING
        assert waiting.error.startswith("MODEL_CALLS_SPENT: ")
        assert await texts(app) == ["Ana likes tea"]
        result = await retried(app, waiting)
        assert await texts(app) == ["Ana likes coffee", "Ana likes tea"]
    assert (result.state, result.usage.extract_calls, result.usage.judge_calls) == (JobState.DONE, 1, 1)
    assert len(server.requests) == 3


async def retried(app: App, waiting: AddResult) -> AddResult:
    """The add after its next try."""
    await tried_again(app, ANA.partition, waiting.job_id)
    return await app.core.job(ANA, waiting.job_id)


@pytest.mark.parametrize("phase", ["extract", "judge"])
async def test_the_cost_of_all_tries_survives_a_restart(tmp_path: Path, phase: str) -> None:
    """Calls that failed before the process ended are in the usage of the finished add, and its tokens of all calls."""
    down = refuse(500)
    healthy = by_phase(extract=[said("coffee")], judge=[ADDED])
    failing = {
        "extract": by_phase(extract=[said("tea"), down], judge=[ADDED]),
        "judge": by_phase(extract=[said("tea"), said("coffee")], judge=[down]),
    }[phase]
    async with opened(tmp_path, failing) as (app, _):
        await add(app, "I like tea")
        waiting = await add(app, "I like coffee")
        assert waiting.state is JobState.PENDING
    async with opened(tmp_path, healthy) as (app, _):
        result = await retried(app, waiting)
    assert result.state is JobState.DONE
    failed = Usage(extract_calls=phase == "extract", judge_calls=phase == "judge")
    paid = Usage(extract_calls=1, judge_calls=1, tokens_in=200, tokens_out=20, tokens_cached=80)
    full = Usage(tokens_full_context=waiting.usage.tokens_full_context)
    assert result.usage == failed + paid + full
    assert full.tokens_full_context > 0
