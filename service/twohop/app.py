"""The composition root: opens stores and models by the settings and joins them into one core."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from twohop.config import EmbedderSettings, LlmSettings, Settings
from twohop.errors import Misconfigured
from twohop.graph.datadir import DataDir
from twohop.graph.model import JobKind
from twohop.graph.statement import Ran, Statement, unheard
from twohop.graph.store import Ledger, Reached
from twohop.llm.rules.extractor import RulesExtractor
from twohop.llm.rules.judge import RulesJudge
from twohop.llm.rules.summariser import ExtractiveSummariser
from twohop.memory.clock import Clock, Ids, Jitter, system_clock, uuid7
from twohop.memory.core import MemoryCore
from twohop.memory.directory import LedgerDirectory
from twohop.memory.gates import Gates
from twohop.memory.jobs import Jobs
from twohop.memory.notices import Notices
from twohop.memory.ports import Extractor, Judge, Models, Summariser
from twohop.memory.predicates import PredicateTable
from twohop.memory.project import Projector
from twohop.memory.recall.recall import Recaller
from twohop.memory.steps import fault_point
from twohop.memory.write.add import Adder
from twohop.memory.write.answer import Answers
from twohop.memory.write.candidates import CandidateFinder
from twohop.memory.write.capacity import Capacity
from twohop.memory.write.conversation import Conversations
from twohop.memory.write.decide import Decider
from twohop.memory.write.edit import Editor
from twohop.memory.write.extracting import Extracting
from twohop.memory.write.guidance import Agents
from twohop.memory.write.line import LineWorker
from twohop.memory.write.lines import Lines
from twohop.memory.write.naming import NameResolver
from twohop.memory.write.plan import Planner
from twohop.memory.write.preview import Previewer
from twohop.memory.write.process import Processor
from twohop.memory.write.runner import Lane, Runner
from twohop.memory.write.summarise import SummaryWriter
from twohop.memory.write.worker import Worker
from twohop.metrics import Metrics
from twohop.stores import index_place, open_index, open_ledger
from twohop.vector.embed import Embedder
from twohop.vector.index import Index
from twohop.vector.none import NoIndex
from twohop.vector.tokens import TokenCounter
from twohop.vector.wordllama import WordLlamaEmbedder


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An open core with the parts that operations need."""

    core: MemoryCore
    ledger: Ledger
    index: Index
    embedder: Embedder
    projector: Projector
    runner: Runner
    metrics: Metrics
    data_dir: DataDir | None
    settings: Settings


@asynccontextmanager
async def open_core(
    settings: Settings,
    *,
    extractor: Extractor | None = None,
    judge: Judge | None = None,
    summariser: Summariser | None = None,
    embedder: Embedder | None = None,
    clock: Clock = system_clock,
    ids: Ids = uuid7,
    jitter: Jitter = random.random,
    ran: Ran = unheard,
) -> AsyncIterator[App]:
    """Open the stores of the settings and everything over them; on leaving, finish running adds and close in order.

    `extractor`, `judge`, `summariser` and `embedder` (which is closed too) replace those of the settings (replay,
    tests, measurements). `ran` is told of every statement that goes to the ledger's server.

    Raises:
        Misconfigured: the data directory is held, unusable or too new, or a model is not what the index was built with.
    """
    predicates = PredicateTable.default().extended(settings.predicates)
    step = fault_point(settings.fault_point)
    metrics = Metrics()

    def told(statement: Statement) -> None:
        metrics.ran(statement)
        ran(statement)

    async with AsyncExitStack() as stack:
        data_dir = DataDir.acquire(settings.data_dir) if settings.in_data_dir() else None
        if data_dir is not None:
            stack.callback(data_dir.release)
        ledger = await open_ledger(settings, clock, step, told)
        stack.push_async_callback(ledger.close)
        embedder = embedder or make_embedder(settings.embedder)
        stack.push_async_callback(embedder.close)
        index = await open_index(settings, embedder)
        stack.push_async_callback(index.close)
        projector = Projector(ledger, index, None if isinstance(index, NoIndex) else embedder, step)
        models = replaced(make_models(settings.llm, predicates, stack), extractor, judge, summariser)
        joined = join(
            settings,
            ledger=ledger,
            index=index,
            embedder=embedder,
            projector=projector,
            predicates=predicates,
            models=models,
            counter=TokenCounter(),
            clock=ledger.now,
            ids=ids,
            jitter=jitter,
            step=step,
            metrics=metrics,
        )
        place = index_place(settings.index, "" if data_dir is None else data_dir.instance())
        if await ledger.enter(place, exclusive=settings.index.backend == "edge") and place:
            projector.refill()
        # What could not be projected is tried again by each new process: it may be the one that can.
        await ledger.outbox_unpark()
        await ledger.release_jobs()
        running = asyncio.create_task(joined.worker.run(), name="worker")
        beating = asyncio.create_task(joined.worker.beat(), name="heartbeat")
        try:
            await joined.worker.begun()
            yield App(
                core=joined.core,
                ledger=ledger,
                index=index,
                embedder=embedder,
                projector=projector,
                runner=joined.runner,
                metrics=joined.metrics,
                data_dir=data_dir,
                settings=settings,
            )
        finally:
            joined.worker.stop()
            try:
                await running
            finally:
                await joined.drain()
                beating.cancel()
                await asyncio.wait([beating])


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Everything that works on open stores."""

    core: MemoryCore
    adder: Adder
    runner: Runner
    worker: Worker
    metrics: Metrics

    async def drain(self) -> None:
        """Take no more adds, and wait for what runs."""
        await self.adder.drain()
        await self.runner.drain()


def join(
    settings: Settings,
    *,
    ledger: Ledger,
    index: Index,
    embedder: Embedder,
    projector: Projector,
    predicates: PredicateTable,
    models: Models,
    counter: TokenCounter,
    clock: Clock,
    ids: Ids,
    jitter: Jitter,
    step: Reached,
    metrics: Metrics,
) -> Joined:
    """Put together what works on these stores. Nothing runs yet."""
    gates, notices = Gates(), Notices(jitter)
    searched = None if isinstance(index, NoIndex) else index
    finder = CandidateFinder(ledger, searched, embedder, settings.write)
    agents = Agents(ledger, models, predicates)
    names = NameResolver(predicates, ids, settings.write.destructive)
    planner = Planner(predicates, ids)
    decider = Decider(
        ledger=ledger,
        names=names,
        planner=planner,
        embedder=embedder,
        finder=finder,
        observer=metrics,
        gates=gates,
        notices=notices,
        clock=clock,
        ids=ids,
        settings=settings.write,
        step=step,
    )
    extracting = Extracting(ledger, names, finder, clock, settings.write)
    conversations = Conversations(ledger, counter)
    processor = Processor(
        ledger=ledger,
        agents=agents,
        extracting=extracting,
        decider=decider,
        conversations=conversations,
        observer=metrics,
        jitter=jitter,
        settings=settings.write,
        step=step,
    )
    runner = Runner(ledger=ledger, notices=notices, observer=metrics, jitter=jitter, settings=settings.write)
    answers = Answers(ledger, settings.limits)
    adder = Adder(
        ledger=ledger,
        runner=runner,
        previewer=Previewer(
            ledger=ledger,
            agents=agents,
            extracting=extracting,
            decider=decider,
            names=names,
            planner=planner,
            clock=clock,
            ids=ids,
            settings=settings.write,
        ),
        projector=projector,
        notices=notices,
        observer=metrics,
        clock=clock,
        ids=ids,
        limits=settings.limits,
        answers=answers,
        lines=Lines(
            LineWorker(
                ledger=ledger,
                agents=agents,
                extracting=extracting,
                finder=finder,
                decider=decider,
                names=names,
                conversations=conversations,
                gates=gates,
                clock=clock,
                settings=settings.write,
                step=step,
            ).work
        ),
        summary=settings.summary,
        recent=settings.write.recent_messages,
        step=step,
    )
    writer = SummaryWriter(
        ledger=ledger,
        summariser=models.summariser,
        extractive=ExtractiveSummariser(),
        observer=metrics,
        jitter=jitter,
        settings=settings.summary,
        retries=settings.write,
    )
    adds = Capacity(settings.write.concurrent_jobs, settings.write.concurrent_jobs_per_owner)
    runner.serve(JobKind.ADD, Lane(partial(adder.work, processor.process), adds))
    runner.serve(JobKind.SUMMARY, Lane(writer.work, Capacity(settings.summary.concurrent, 1)))
    jobs = Jobs(ledger=ledger, answers=answers, runner=runner, notices=notices, limits=settings.limits)
    editor = Editor(ledger=ledger, planner=planner, predicates=predicates, gates=gates, clock=clock, ids=ids)
    recaller = Recaller(
        ledger=ledger, index=searched, embedder=embedder, predicates=predicates, clock=clock, counter=counter
    )
    core = MemoryCore(
        ledger=ledger,
        adder=adder,
        answers=answers,
        jobs=jobs,
        editor=editor,
        recaller=recaller,
        directory=LedgerDirectory(ledger, settings.limits, models=models.named is not None),
        clock=clock,
        limits=settings.limits,
    )
    worker = Worker(
        ledger=ledger,
        runner=runner,
        adder=adder,
        observer=metrics,
        clock=clock,
        ids=ids,
        jitter=jitter,
        settings=settings.write,
        summary=settings.summary,
    )
    return Joined(core=core, adder=adder, runner=runner, worker=worker, metrics=metrics)


def make_embedder(settings: EmbedderSettings) -> Embedder:
    """The embedder of the settings.

    Raises:
        Misconfigured: a model or dimension is missing, or the extra is not installed.
    """
    match settings.provider:
        case "wordllama":
            return WordLlamaEmbedder()
        case "openai":
            if not (settings.model and settings.dimension):
                raise Misconfigured("set TWOHOP_EMBEDDER__MODEL and TWOHOP_EMBEDDER__DIMENSION for the openai embedder")
            from twohop.vector.openai import OpenAIEmbedder  # noqa: PLC0415  The client takes half a second to import.

            return OpenAIEmbedder(
                base_url=settings.base_url,
                api_key=settings.key(),
                model=settings.model,
                dimension=settings.dimension,
            )
        case "fastembed":
            from twohop.vector.fastembed import FastEmbedEmbedder  # noqa: PLC0415  An optional extra.

            return FastEmbedEmbedder(model=settings.model or "BAAI/bge-small-en-v1.5")


def make_models(settings: LlmSettings, predicates: PredicateTable, stack: AsyncExitStack) -> Models:
    """The extractor, judge and summariser of the settings, and both deciders with another model at the same server."""
    rules_extractor, rules_judge = RulesExtractor(predicates), RulesJudge(predicates)
    if settings.chosen() == "rules":
        return Models(rules_extractor, rules_judge, ExtractiveSummariser())
    # The client of the models takes half a second to import, which every start without one is spared.
    from twohop.llm.extractor import ModelExtractor  # noqa: PLC0415
    from twohop.llm.fallback import FallbackExtractor, FallbackJudge  # noqa: PLC0415
    from twohop.llm.judge import ModelJudge  # noqa: PLC0415
    from twohop.llm.openai import ChatModel  # noqa: PLC0415
    from twohop.llm.summariser import ModelSummariser  # noqa: PLC0415

    model = ChatModel(
        base_url=settings.url(),
        api_key=settings.key(),
        model=settings.model,
        mode=settings.mode,
        timeout=settings.timeout_seconds,
        deadline=settings.deadline_seconds,
        max_retries=settings.max_retries,
        backoff=settings.backoff_seconds,
    )
    stack.push_async_callback(model.close)

    def deciding(model: ChatModel) -> tuple[Extractor, Judge]:
        extractor, judge = ModelExtractor(model, predicates), ModelJudge(model)
        if settings.fallback == "rules":
            return FallbackExtractor(extractor, rules_extractor), FallbackJudge(judge, rules_judge)
        return extractor, judge

    return Models(*deciding(model), ModelSummariser(model), named=lambda name: deciding(model.named(name)))


def replaced(models: Models, extractor: Extractor | None, judge: Judge | None, summariser: Summariser | None) -> Models:
    """The models with these in place of the configured ones, whichever model an agent names."""

    def instead(deciding: tuple[Extractor, Judge]) -> tuple[Extractor, Judge]:
        return extractor or deciding[0], judge or deciding[1]

    named = models.named
    return Models(
        *instead((models.extractor, models.judge)),
        summariser or models.summariser,
        named and (lambda name: instead(named(name))),
    )
