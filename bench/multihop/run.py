"""Passages sent to a server, and questions over them asked and scored."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.locomo import BASELINE, GRAPH, SYSTEMS, asked
from bench.multihop.data import Corpus, Passage, dropped
from bench.scoring import Scored, row, rows, scored
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

CUTS = (2, 5, 8, 10)
"""The k of every figure, in passages."""

OBSERVED = datetime(2022, 1, 1, tzinfo=UTC)
"""When every passage was said: they have no dates."""

AT_ONCE = 16
"""Passages that are sent at the same time."""

ITEMS = 40
"""Items asked for, so that ten passages are among them whatever facts share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """How a data set is measured. `extraction`: `recorded` triples or our `rules`; `drop`: share of them lost."""

    embedding: str = "wordllama"
    extraction: str = "recorded"
    drop: float = 0.0
    seed: int = 0

    @property
    def split(self) -> str:
        """The part of a row's split that names the variant."""
        lost = f", {100 * self.drop:.0f} % of the triples dropped" if self.drop else ""
        return f"{self.extraction}{lost}"


@dataclass(slots=True)
class Run:
    """What was measured."""

    tenant: str = field(default_factory=uuid7)
    turn_of: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    scores: dict[str, list[Scored]] = field(default_factory=lambda: {system: [] for system in SYSTEMS})
    changed: int = 0


async def measure(corpus: Corpus, variant: Variant, console: Console) -> tuple[Run, str]:
    """Send the passages of a data set, and ask its questions; what was measured, and the embedder's id."""
    run = Run()
    facts = dropped(corpus.facts, variant.drop, variant.seed)
    extractor = RecordedExtractor(replay(facts, content_key)) if variant.extraction == "recorded" else None
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with tempfile.TemporaryDirectory(prefix="twohop-eval-") as folder:
        async with service(Path(folder), extractor, variant.embedding) as (client, embedder):
            with Progress(*columns, console=console) as progress:
                began = time.perf_counter()
                await send(client, corpus, run, progress)
                run.seconds = time.perf_counter() - began
                await ask(client, corpus, run, progress)
    return run, embedder


async def send(client: RemoteCore, corpus: Corpus, run: Run, progress: Progress) -> None:
    """All passages, each as a message of its own session, by its title."""
    task = progress.add_task(f"sending {corpus.name}", total=len(corpus.passages))
    waiting = iter(corpus.passages)

    async def sending() -> None:
        for passage in waiting:
            await add(client, corpus, passage, run)
            progress.update(task, advance=1)

    await asyncio.gather(*(sending() for _ in range(AT_ONCE)))


async def add(client: RemoteCore, corpus: Corpus, passage: Passage, run: Run) -> None:
    """One passage."""
    message = NewMessage(role=Role.USER, name=passage.title, content=passage.text, observed_at=micros(OBSERVED))
    scope = Scope(tenant=run.tenant, user_id=corpus.name, run_id=f"passage-{passage.id}")
    result = await client.add(AddRequest(scope=scope, messages=(message,)))
    if result.state is not JobState.DONE:
        raise RuntimeError(f"the add of {passage.title!r} ended as {result.state}: {result.error}")
    run.turn_of[result.message_ids[0]] = passage.id


async def ask(client: RemoteCore, corpus: Corpus, run: Run, progress: Progress) -> None:
    """Every question, each system after the other."""
    scope = Scope(tenant=run.tenant, user_id=corpus.name)
    for question in progress.track(corpus.questions, description=f"asking {corpus.name}"):
        orders = await asked(client, RecallRequest(scope=scope, query=question.text, limit=ITEMS), run)
        for system, order in orders.items():
            run.scores[system].append(scored(question.hops, order, question.gold, CUTS))
        run.changed += orders[GRAPH][: CUTS[-1]] != orders[BASELINE][: CUTS[-1]]


def figures(run: Run, corpus: Corpus, variant: Variant, embedder: str, split: str) -> list[dict[str, object]]:
    """All rows."""
    named = f"{split}, {variant.split}"
    asked = len(run.milliseconds)

    def more(metric: str, k: int | None, value: float, n: int) -> dict[str, object]:
        return row(GRAPH, embedder, named, "all", metric, k, value, n, dataset=corpus.name)

    found: list[dict[str, object]] = []
    for system, scores in run.scores.items():
        found += rows(system, embedder, named, scores, dataset=corpus.name, together="all", cuts=CUTS)
    return [
        *found,
        more("changed", CUTS[-1], 100 * run.changed / asked, asked),
        more("adds_per_second", None, len(corpus.passages) / run.seconds, len(corpus.passages)),
        more("recall_p50_ms", None, statistics.median(run.milliseconds), asked),
        more("recall_p95_ms", None, statistics.quantiles(run.milliseconds, n=20)[-1], asked),
    ]


def show(found: Sequence[Mapping[str, object]], console: Console) -> None:
    """The table of one data set."""
    cells = {(r["system"], r["category"], r["metric"], r["k"]): r["value"] for r in found}
    first = found[0]
    title = f"{first['dataset']} ({first['split']}; {first['embedder']}): passages found among the first k"
    table = Table(title=f"{title}, recall / all, in %")
    table.add_column("system", min_width=len(GRAPH), no_wrap=True)
    table.add_column("steps")
    for cut in CUTS:
        table.add_column(f"@{cut}", justify="right")
    table.add_column("questions", justify="right")
    for category in dict.fromkeys(str(r["category"]) for r in found if r["metric"] == "recall"):
        for system in SYSTEMS:
            values = (
                f"{cells[system, category, 'recall', k]:.1f} / {cells[system, category, 'all', k]:.1f}" for k in CUTS
            )
            table.add_row(system, category, *values, str(count(found, category)), end_section=system == GRAPH)
    console.print(table)
    by_metric = {r["metric"]: r["value"] for r in found if r["metric"] not in {"recall", "all"}}
    console.print(
        f"the graph changes the first ten passages of {by_metric['changed']:.1f} % of the questions; "
        f"{by_metric['adds_per_second']:.1f} adds/s ({AT_ONCE} at a time); "
        f"recall p50 {by_metric['recall_p50_ms']:.1f} ms, p95 {by_metric['recall_p95_ms']:.1f} ms"
    )


def count(found: Iterable[Mapping[str, object]], category: str) -> object:
    """How many questions a category has."""
    return next(r["n"] for r in found if r["category"] == category)
