"""What a caller may ask of recall, over a real server: the same bytes twice, tight filters, reasons, contexts."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
import pytest_asyncio
from google.protobuf.struct_pb2 import Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp

from serving import settings_for
from stories import ALICE, DAY, JANUARY, fact, story
from twohop.app import App
from twohop.graph.model import Kind, Role, Scope
from twohop.memory.api import AddRequest, Filter, NewMessage, PathsRequest, RecallRequest
from twohop.memory.ports import Claim, Fact
from twohop.server import Server
from twohop.v1 import memory_pb2, recall_pb2
from twohop.v1 import memory_service_pb2 as pb
from twohop.v1.memory_service_pb2_grpc import MemoryServiceStub
from twohop.v1.scope_pb2 import Scope as WireScope

pytestmark = pytest.mark.asyncio(loop_scope="module")

MARCH = JANUARY + 60 * DAY
IN, OUT = "spring", "winter"
"""The two conversations: what the filters leave in, and what they don't."""

SPRING = ("Alice works_at Acme", "Alice likes opera", "Atlas part_of Acme")
WINTER = ("Alice works_at Birch", "Priya manages Atlas", "Bob manages Birch", "Bob likes opera")
SECRET = ("Birch", "Priya", "Bob")
"""Words that stand in the second conversation alone."""

QUESTIONS = (
    "Who manages the team at Alice's company?",
    "Where did Alice work before she worked at Acme?",
    "Where does Alice work?",
    "Who likes opera?",
    "How has Alice's work changed?",
    "Birch Priya Bob",
)


async def say(app: App, *lines: str, run: str, at: int, kind: Kind, category: str, app_name: str) -> None:
    facts: tuple[Fact, ...] = tuple(
        fact(line, place=place, kind=kind, categories=(category,)) for place, line in enumerate(lines)
    )
    messages = tuple(
        NewMessage(role=Role.USER, name="Alice", content=f"{one.text}, I say.", observed_at=at) for one in facts
    )
    scope = Scope(user_id=ALICE.user_id, run_id=run)
    await app.core.add(AddRequest(scope=scope, messages=messages, facts=facts, metadata={"app": app_name}))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def memory(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    """Two conversations of one user, told apart by run, time, kind, category and metadata."""
    folder: Path = tmp_path_factory.mktemp("wire")
    async with story(folder) as app:
        await say(app, *WINTER, run=OUT, at=JANUARY, kind=Kind.STATE, category="past", app_name="b")
        await say(app, *SPRING, run=IN, at=MARCH, kind=Kind.PREFERENCE, category="now", app_name="a")
        # Said again in the other conversation: what rests on both is shown with the evidence that is left in.
        await say(app, SPRING[1], run=OUT, at=MARCH + DAY, kind=Kind.PREFERENCE, category="now", app_name="b")
        server = Server(app.core, settings_for(folder / "data"))
        async with grpc.aio.insecure_channel(f"127.0.0.1:{await server.start()}") as channel:
            yield MemoryServiceStub(channel)
        await server.stop()


def asking(query: str, **fields: Any) -> pb.RecallRequest:
    return pb.RecallRequest(
        query=query,
        **{
            "scope": WireScope(user_id=ALICE.user_id),
            "include_closed": True,
            "explain": True,
            "render": recall_pb2.RenderOptions(token_budget=600),
            "limit": 30,
            **fields,
        },
    )


FILTERS = {
    "run": memory_pb2.Filter(run_ids=[IN, "elsewhere"]),
    "time": memory_pb2.Filter(
        observed_from=Timestamp(seconds=MARCH // 1_000_000), observed_to=Timestamp(seconds=MARCH // 1_000_000 + 1)
    ),
    "kind": memory_pb2.Filter(kinds=[memory_pb2.KIND_PREFERENCE]),
    "category": memory_pb2.Filter(categories=["now"]),
    "metadata": memory_pb2.Filter(metadata=Struct(fields={"app": Value(string_value="a")})),
}


@pytest.mark.parametrize("depth", [0, 3])
@pytest.mark.parametrize("name", FILTERS)
async def test_nothing_outside_a_filter_comes_through(memory: Any, name: str, depth: int) -> None:
    """No item, source, quote, path, entity, reason or line of the context comes from what is left out."""
    found = 0
    for query in QUESTIONS:
        answer = await memory.Recall(asking(query, filter=FILTERS[name], depth=depth))
        told = answer.SerializeToString().decode(errors="replace")
        assert [word for word in SECRET if word in told.replace(query, "")] == []
        found += sum(item.HasField("memory") for item in answer.items)
        if name in {"run", "time"}:
            messages = [one for item in answer.items for one in (item.message, *item.sources) if one.id]
            rows = [row for item in answer.items for row in item.memory.evidence]
            assert {message.run_id for message in messages} | {row.run_id for row in rows} <= {IN}
    assert found


@pytest.mark.parametrize("depth", [0, 3])
async def test_nothing_of_another_run_comes_through_a_narrowed_scope(memory: Any, depth: int) -> None:
    """What both runs said is shown with the words of one alone, and relations name no memory that isn't seen."""
    found = walked = 0
    for query in QUESTIONS:
        narrowed = WireScope(user_id=ALICE.user_id, run_id=IN)
        answer = await memory.Recall(asking(query, scope=narrowed, depth=depth))
        told = answer.SerializeToString().decode(errors="replace")
        assert [word for word in SECRET if word in told.replace(query, "")] == []
        steps = [step for path in answer.paths for step in path.steps]
        facts = [item.memory for item in answer.items if item.HasField("memory")] + [step.memory for step in steps]
        sources = [one for item in answer.items for one in (item.message, *item.sources) if one.id]
        assert {row.run_id for one in facts for row in one.evidence} | {one.run_id for one in sources} <= {IN}
        cited = {one for citation in answer.context.citations for one in citation.message_ids}
        assert cited <= {one.message_id for fact in facts for one in fact.evidence} | {one.id for one in sources}
        for step in steps:
            seen = await memory.ListMemories(pb.ListMemoriesRequest(scope=narrowed, include_closed=True))
            assert step.memory.id in step.relation.memory_ids
            assert set(step.relation.memory_ids) <= {one.id for one in seen.memories}
        found += len(facts)
        walked += len(steps)
    assert found
    assert bool(walked) is bool(depth)


async def test_a_memory_shows_no_words_of_another_run(memory: Any) -> None:
    """Got, listed or changed by one run, a memory of both comes with the evidence of that run alone."""
    narrowed = WireScope(user_id=ALICE.user_id, run_id=IN)
    listed = await memory.ListMemories(pb.ListMemoriesRequest(scope=narrowed))
    [both] = [one for one in listed.memories if one.revision.text == SPRING[1]]
    whole = await memory.GetMemory(pb.GetMemoryRequest(scope=WireScope(user_id=ALICE.user_id), memory_id=both.id))
    got = await memory.GetMemory(pb.GetMemoryRequest(scope=narrowed, memory_id=both.id))
    pinned = await memory.PinMemory(pb.PinMemoryRequest(scope=narrowed, memory_id=both.id, pinned=False))
    assert {row.run_id for row in whole.memory.evidence} == {IN, OUT}
    assert {row.run_id for one in (both, got.memory, pinned.memory) for row in one.evidence} == {IN}


async def test_a_relation_names_no_memory_of_another_run(tmp_path: Path) -> None:
    """It rests on a fact of each run, of which a narrowed scope sees one."""
    near = fact("Alice likes Acme")
    more = replace(
        near,
        text="Alice likes Acme and Birch",
        claims=(Claim(subject="Alice", predicate="likes", object="Birch"), *near.claims),
        entities=(*near.entities, *fact("Alice likes Birch").entities[1:]),
    )
    async with story(tmp_path) as app:
        for run, said in ((IN, near), (OUT, more)):
            scope = Scope(user_id=ALICE.user_id, run_id=run)
            message = NewMessage(role=Role.USER, name="Alice", content=f"{said.text}.", observed_at=JANUARY)
            await app.core.add(AddRequest(scope=scope, messages=(message,), facts=(said,)))
        for scope, count in ((ALICE, 2), (Scope(user_id=ALICE.user_id, run_id=IN), 1)):
            found = await app.core.paths(PathsRequest(scope=scope, source="Alice", target="Acme"))
            [step] = [step for path in found.paths for step in path.steps]
            assert step.memory.id in step.relation.support
            assert len(step.relation.support) == count


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"observed_to": JANUARY + DAY}, {JANUARY}),
        ({"observed_from": JANUARY + DAY}, {JANUARY + 100 * DAY}),
        ({}, {JANUARY, JANUARY + 100 * DAY}),
        ({"observed_to": JANUARY}, set()),
        ({"observed_from": JANUARY + DAY, "observed_to": JANUARY + 99 * DAY}, set()),
        ({"observed_from": JANUARY + 101 * DAY}, set()),
    ],
)
async def test_a_fact_is_of_every_time_at_which_it_was_said(
    tmp_path: Path, said: dict[str, Any], shown: set[int]
) -> None:
    """A filter by time leaves in what was said within it, whatever was said before and after."""
    async with story(tmp_path) as app:
        lasting = replace(fact("Alice likes opera"), sources=("0", "1"))
        messages = tuple(
            NewMessage(role=Role.USER, name="Alice", content="Alice likes opera.", observed_at=at)
            for at in (JANUARY, JANUARY + 100 * DAY)
        )
        await app.core.add(AddRequest(scope=ALICE, messages=messages, facts=(lasting,)))
        where = Filter(kinds=(Kind.STATE,), **said)
        answer = await app.core.recall(RecallRequest(scope=ALICE, query="Who likes opera?", where=where))
        assert {row.observed_at for item in answer.items if item.memory for row in item.memory.evidence} == shown


async def test_memories_of_one_entity_alone(memory: Any) -> None:
    """With an entity as filter every fact and every step of a path has it at an end."""
    everything = await memory.Recall(asking("Who manages the team at Alice's company?"))
    [acme] = [entity.id for entity in everything.entities if entity.name == "Acme"]
    answer = await memory.Recall(
        asking("Who manages the team at Alice's company?", filter=memory_pb2.Filter(entity_ids=[acme]))
    )
    facts = [item.memory for item in answer.items] + [step.memory for path in answer.paths for step in path.steps]
    ends = [{end for triple in one.revision.triples for end in (triple.subject_id, triple.object_id)} for one in facts]
    assert ends
    assert all(acme in both for both in ends)
    assert [word for word in SECRET if word in answer.context.text] == []


@pytest.mark.parametrize("query", QUESTIONS)
async def test_the_same_question_has_the_same_bytes(memory: Any, query: str) -> None:
    """On one store an answer is repeated to the byte, with everything that can be asked for, and its stream too."""
    request = asking(query)
    once, again = [(await memory.Recall(request)).SerializeToString(deterministic=True) for _ in range(2)]
    assert once == again
    streamed = pb.RecallStreamRequest(scope=request.scope, recall=request)
    *_, last = [part async for part in memory.RecallStream(streamed)]
    assert last.final.SerializeToString(deterministic=True) == once


async def test_a_least_score_bounds_totals(memory: Any) -> None:
    """No item has a lower total, none of a higher one is lost, and what is left out is in no context either."""
    query = "Who manages the team at Alice's company?"
    whole = await memory.Recall(asking(query))
    totals = sorted({item.scores.total for item in whole.items})
    for least in (totals[1], totals[-1], totals[-1] + 1):
        answer = await memory.Recall(asking(query, min_score=least))
        assert all(item.scores.total >= least for item in answer.items)
        kept = {named(item) for item in whole.items if item.scores.total >= least}
        assert kept <= {named(item) for item in answer.items}
        assert len(answer.context.citations) <= len(whole.context.citations)
    assert answer.context.text == ""
    assert list(answer.paths) == []


def named(item: recall_pb2.RecallItem) -> str:
    return item.memory.id or item.message.id


async def test_every_item_says_why(memory: Any) -> None:
    """Each has a reason that names its place, its words, and whether it held at the time asked about."""
    chained = await memory.Recall(asking("Who manages the team at Alice's company?", include_closed=False))
    reasons = {item.memory.revision.text: item.explanation for item in chained.items if item.HasField("memory")}
    assert all(item.explanation.text for item in chained.items)
    assert reasons["Priya manages Atlas"].placement == recall_pb2.PLACEMENT_CHAIN
    assert "manages" in reasons["Priya manages Atlas"].words
    before = await memory.Recall(asking("Where did Alice work in January 2025?"))
    reasons = {item.memory.revision.text: item.explanation for item in before.items if item.HasField("memory")}
    assert (
        "held in the time asked about, from 1 January 2025 to 31 January 2025" in reasons["Alice works at Birch"].text
    )
    assert before.asked_time.start_time.seconds == JANUARY // 1_000_000
    plain = await memory.Recall(asking("Where does Alice work?", explain=False, render=None))
    assert not any(item.HasField("explanation") for item in plain.items)
    assert not plain.HasField("context")


async def test_every_reference_of_a_context_resolves(memory: Any) -> None:
    """`[n]` stands for the n-th citation: a fact that is remembered, with its messages, or a message."""
    answer = await memory.Recall(asking("Who manages the team at Alice's company?", include_closed=False, limit=1))
    assert len(answer.items) == 1
    lines = answer.context.text.splitlines()
    assert lines[0] == "Connected facts"
    assert lines[1].startswith("[1] Alice works at Acme (said 2 March 2025) → [2] Atlas part of Acme")
    assert answer.context.tokenizer == "llama-2"
    assert 0 < answer.context.tokens <= 600
    scope = WireScope(user_id=ALICE.user_id)
    for number, cited in enumerate(answer.context.citations, 1):
        assert f"[{number}] " in answer.context.text
        got = await memory.BatchGetMessages(pb.BatchGetMessagesRequest(scope=scope, message_ids=cited.message_ids))
        assert len(got.messages) == len(cited.message_ids) > 0
        if cited.memory_id:
            one = await memory.GetMemory(pb.GetMemoryRequest(scope=scope, memory_id=cited.memory_id))
            assert f"[{number}] {one.memory.revision.text}" in answer.context.text
        else:
            assert got.messages[0].content in answer.context.text
    assert len(answer.context.citations) == answer.context.text.count("[")


async def test_values_that_changed_stand_together_in_a_context(memory: Any) -> None:
    """The newest first, each that ended with its end; one that holds alone when nobody asks about change."""
    changed = await memory.Recall(asking("How has Alice's work changed?", include_closed=False))
    values = ["Alice works at Acme (said 2 March 2025)", "Alice works at Birch (until 2 March 2025)"]
    assert re.findall(r"Alice works at \w+ \(.*?\)", changed.context.text) == values
    now = await memory.Recall(asking("Where does Alice work?", include_closed=False))
    assert [line for line in now.context.text.splitlines() if "until" in line] == []


async def test_a_budget_is_kept(memory: Any) -> None:
    """From one token on no context takes more than it may, and the default is a thousand."""
    for budget in (1, 7, 20, 50, 100):
        answer = await memory.Recall(asking("Alice", render=recall_pb2.RenderOptions(token_budget=budget)))
        assert answer.context.tokens <= budget
    full = await memory.Recall(asking("Alice", render=recall_pb2.RenderOptions()))
    assert 100 < full.context.tokens <= 1_000
