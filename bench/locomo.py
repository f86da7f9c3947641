"""Retrieval on conversations in LoCoMo's format, through the real server: `make eval DATA=folder OUT=eval.json`.

Every turn is sent by gRPC with its speaker and its session's date; extraction is replayed from the facts and entities
that were recorded for the conversations, through the port of an extracting model. Then every answerable question is
asked, three ways, and scored by the turns that hold its evidence.

The stores are those that the environment names (`TWOHOP_LEDGER__…`, `TWOHOP_INDEX__…`), embedded ones by default. On a
server what was sent stays: give it one of its own.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from bench.locomo_context import Contexts, show_contexts
from bench.locomo_data import Conversation, Session
from bench.scoring import CUTS, TOGETHER, Scored, row, rows, scored, turns
from bench.serving import service
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from twohop.client.remote import RemoteCore
from twohop.graph.model import JobState, Role, Scope
from twohop.llm.recorded import RecordedExtractor, content_key, replay
from twohop.memory.api import AddRequest, NewMessage, RecallRequest
from twohop.memory.clock import uuid7
from twohop.memory.moment import micros
from twohop.memory.ports import Fact

SYSTEMS = {"vector": "vector", "vector+bm25": "vector+bm25", "vector+bm25+graph": ""}
"""Name in the table -> arms of the request; the last one is what `Recall` returns."""

GRAPH, BASELINE = "vector+bm25+graph", "vector+bm25"

EXCHANGE = 2
"""Turns of one add: what one says and what the other answers."""

AT_ONCE = 4
"""Conversations that are sent at the same time."""

ITEMS = 60
"""Items asked for, so that twenty turns are among them whatever facts share."""


@dataclass(slots=True)
class Run:
    """What was measured."""

    tenant: str = field(default_factory=uuid7)
    """The conversations' own, whatever earlier runs left on the same stores."""
    turn_of: dict[str, str] = field(default_factory=dict)
    adds: int = 0
    add_seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    scores: dict[str, list[Scored]] = field(default_factory=lambda: {system: [] for system in SYSTEMS})
    changed: int = 0
    contexts: Contexts = field(default_factory=Contexts)


def recorded(conversations: Sequence[Conversation]) -> Mapping[str, Sequence[Fact]]:
    """The recorded facts by what their turn says."""
    facts: dict[str, tuple[Fact, ...]] = {}
    for conversation in conversations:
        for session in conversation.sessions:
            for turn in session.turns:
                if few := conversation.facts.get(turn.id):
                    facts[turn.key] = (*facts.get(turn.key, ()), *few)
    return facts


async def send(client: RemoteCore, conversation: Conversation, run: Run, progress: Progress) -> None:
    """One conversation, exchange by exchange."""
    task = progress.add_task(f"sending {conversation.name}", total=conversation.turns)
    for session in conversation.sessions:
        for start in range(0, len(session.turns), EXCHANGE):
            await add(client, conversation, session, start, run)
            progress.update(task, advance=min(EXCHANGE, len(session.turns) - start))


async def add(client: RemoteCore, conversation: Conversation, session: Session, start: int, run: Run) -> None:
    """One exchange."""
    exchange = session.turns[start : start + EXCHANGE]
    result = await client.add(
        AddRequest(
            scope=Scope(tenant=run.tenant, user_id=conversation.name, run_id=f"session-{session.number}"),
            messages=tuple(
                NewMessage(
                    role=Role.USER,
                    name=turn.speaker,
                    content=turn.content,
                    observed_at=micros(session.observed_at),
                )
                for turn in exchange
            ),
        )
    )
    if result.state is not JobState.DONE:
        raise RuntimeError(f"an add of {conversation.name} ended as {result.state}: {result.error}")
    run.adds += 1
    ids = (f"{conversation.name}/{turn.id}" for turn in exchange)
    run.turn_of.update(zip(result.message_ids, ids, strict=True))


class Timed(Protocol):
    """What is measured over messages that stand for something."""

    turn_of: dict[str, str]
    milliseconds: list[float]


async def asked(client: RemoteCore, question: RecallRequest, run: Timed) -> dict[str, list[str]]:
    """System -> what its answer shows, in order, each system after the other; the time of the whole one is noted."""
    orders: dict[str, list[str]] = {}
    for system, arms in SYSTEMS.items():
        began = time.perf_counter()
        result = await client.recall(replace(question, arms=arms))
        if system == GRAPH:
            run.milliseconds.append(1_000 * (time.perf_counter() - began))
        orders[system] = turns(result, run.turn_of)
    return orders


async def ask(client: RemoteCore, conversation: Conversation, run: Run, progress: Progress) -> None:
    """Every question of a conversation, each system after the other."""
    scope = Scope(tenant=run.tenant, user_id=conversation.name)
    for question in progress.track(conversation.questions, description=f"asking {conversation.name}"):
        evidence = {f"{conversation.name}/{turn}" for turn in question.evidence}
        orders = await asked(client, RecallRequest(scope=scope, query=question.text, limit=ITEMS), run)
        for system, order in orders.items():
            run.scores[system].append(scored(question.category, order, evidence))
        run.changed += orders[GRAPH][:10] != orders[BASELINE][:10]
        await run.contexts.ask(client, scope, conversation, question, run.turn_of)


async def measure(
    conversations: Sequence[Conversation],
    console: Console,
    *,
    embedding: str = "wordllama",
    extraction: str = "recorded",
) -> tuple[Run, str]:
    """Send all conversations, and ask all their questions; what was measured, and the embedder's id.

    `extraction`: the `recorded` one, or that of our `rules`.
    """
    run = Run()
    extractor = RecordedExtractor(replay(recorded(conversations), content_key)) if extraction == "recorded" else None
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with tempfile.TemporaryDirectory(prefix="twohop-eval-") as folder:
        async with service(Path(folder), extractor, embedding) as (client, embedder):
            with Progress(*columns, console=console) as progress:
                began = time.perf_counter()
                gate = asyncio.Semaphore(AT_ONCE)

                async def sending(conversation: Conversation) -> None:
                    async with gate:
                        await send(client, conversation, run, progress)

                await asyncio.gather(*(sending(conversation) for conversation in conversations))
                run.add_seconds = time.perf_counter() - began
                for conversation in conversations:
                    await ask(client, conversation, run, progress)
    return run, embedder


def figures(run: Run, embedder: str, split: str) -> list[dict[str, object]]:
    """All rows."""
    found = [one for system, scores in run.scores.items() for one in rows(system, embedder, split, scores)]
    asked = len(run.milliseconds)
    quantiles = statistics.quantiles(run.milliseconds, n=20)

    def more(metric: str, k: int | None, value: float, n: int) -> dict[str, object]:
        return row(GRAPH, embedder, split, TOGETHER, metric, k, value, n)

    return [
        *found,
        *run.contexts.rows(embedder, split),
        more("changed", 10, 100 * run.changed / asked, asked),
        more("adds_per_second", None, run.adds / run.add_seconds, run.adds),
        more("recall_p50_ms", None, statistics.median(run.milliseconds), asked),
        more("recall_p95_ms", None, quantiles[-1], asked),
    ]


def show(found: Sequence[Mapping[str, object]], console: Console) -> None:
    """The table."""
    cells = {(r["system"], r["category"], r["metric"], r["k"]): r["value"] for r in found}
    categories = sorted(
        {str(r["category"]) for r in found if r["metric"] == "recall"}, key=lambda c: (c != TOGETHER, c)
    )
    table = Table(title="Evidence found among the first k turns, recall / all, in %")
    table.add_column("system", min_width=len("vector+bm25+graph"), no_wrap=True)
    table.add_column("category")
    for cut in CUTS:
        table.add_column(f"@{cut}", justify="right")
    table.add_column("questions", justify="right")
    for category in categories:
        count = next(r["n"] for r in found if r["category"] == category)
        for system in SYSTEMS:
            values = [
                f"{cells[system, category, 'recall', k]:.1f} / {cells[system, category, 'all', k]:.1f}" for k in CUTS
            ]
            table.add_row(system, category, *values, str(count), end_section=system == GRAPH)
    console.print(table)
    by_metric = {r["metric"]: r["value"] for r in found if r["metric"] not in {"recall", "all"}}
    console.print(
        f"the graph changes the first ten turns of {by_metric['changed']:.1f} % of the questions; "
        f"{by_metric['adds_per_second']:.1f} adds/s ({EXCHANGE} turns each, {AT_ONCE} conversations at a time); "
        f"recall p50 {by_metric['recall_p50_ms']:.1f} ms, p95 {by_metric['recall_p95_ms']:.1f} ms"
    )
    show_contexts(found, console)
