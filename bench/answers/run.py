"""Every question answered from every kind of context, and every answer graded; or what that would cost."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from bench.answers.calls import Caller, Kept, key_of, tokens_of
from bench.answers.contexts import Chunks, Context, Everything, Recalled, Source
from bench.answers.data import Asked, Told
from bench.answers.overlap import bleu1, f1
from bench.answers.prompts import ANSWER, CRITERIA, GRADE, Leniency, answering, grading
from bench.embedders import embedder
from bench.locomo import Run, recorded, send
from bench.locomo_data import Conversation
from bench.serving import service
from rich.console import Console
from rich.progress import Progress

from twohop.errors import ModelOutputInvalid
from twohop.llm.openai import Mode
from twohop.llm.recorded import RecordedExtractor, content_key, replay
from twohop.vector.tokens import TokenCounter

SYSTEMS = ("twohop", "chunks", "full context")
ANSWER_TOKENS, GRADE_TOKENS = 40, 60
"""What a reply is taken to be long in an estimate: a phrase, and a sentence, in their JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """One answer: to a question of this category, from a context of so many tokens, found in so many seconds."""

    category: int
    f1: float
    bleu1: float
    correct: Mapping[Leniency, bool]
    context_tokens: int
    tokens_in: int
    tokens_out: int
    context_seconds: float
    answer_seconds: float


@dataclass(slots=True, kw_only=True)
class Cost:
    """Calls and tokens of one system; `kept`: calls among them whose replies are kept from earlier runs."""

    calls: int = 0
    kept: int = 0
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is run: how twohop extracts, what the vectors are, and how many tokens a context may take."""

    budget: int = 1_000
    extraction: str = "recorded"
    embedding: str = "wordllama"
    systems: tuple[str, ...] = SYSTEMS
    at_once: int = 4


class Work(Protocol):
    """What is done with a question and a context of it."""

    async def __call__(self, system: str, question: Asked, context: Context) -> None:
        """Do it."""
        ...


@dataclass(slots=True)
class Results:
    """Answers by system, and the embedder's id. `unusable`: replies that could not be read; they count as wrong."""

    embedder: str = ""
    graded: dict[str, list[Graded]] = field(default_factory=dict)
    unusable: int = 0


async def answer_all(told: Sequence[Told], plan: Plan, caller: Caller, console: Console) -> Results:
    """Answer and grade everything.

    Raises:
        ModelUnavailable, ModelRejected: run again later; what came back is kept.
    """
    results = Results(graded={system: [] for system in plan.systems})

    async def work(system: str, question: Asked, context: Context) -> None:
        results.graded[system].append(await graded(caller, question, context, results))

    results.embedder = await each(told, plan, work, console)
    return results


async def graded(caller: Caller, question: Asked, context: Context, results: Results) -> Graded:
    """One question answered and graded."""
    try:
        answer, reply = await caller.call(answering(question, context.text), ANSWER)
    except ModelOutputInvalid:
        results.unusable += 1
        text, tokens_in, tokens_out, seconds = "", 0, 0, 0.0
    else:
        text, tokens_in, tokens_out, seconds = answer.text, reply.tokens_in, reply.tokens_out, reply.seconds
    correct: dict[Leniency, bool] = {}
    for leniency in CRITERIA:
        correct[leniency] = False
        if text.strip():
            try:
                correct[leniency] = (await caller.call(grading(question, text, leniency), GRADE))[0].correct
            except ModelOutputInvalid:
                results.unusable += 1
    return Graded(
        category=question.category,
        f1=f1(text, question.answer),
        bleu1=bleu1(text, question.answer),
        correct=correct,
        context_tokens=context.tokens,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        context_seconds=context.seconds,
        answer_seconds=seconds,
    )


async def estimate(
    told: Sequence[Told], plan: Plan, model: str, mode: Mode, kept: Kept, console: Console
) -> dict[str, Cost]:
    """What answering everything would cost, by system. No model is called: the right answers stand in for replies."""
    costs = {system: Cost() for system in plan.systems}
    counter = TokenCounter()

    async def work(system: str, question: Asked, context: Context) -> None:
        cost, prompt = costs[system], answering(question, context.text)
        cost.calls += 1 + len(CRITERIA)
        # The context's own are known, and a whole conversation's take long to count.
        cost.tokens_in += tokens_of(answering(question, ""), ANSWER, counter) + context.tokens
        cost.tokens_out += ANSWER_TOKENS + len(CRITERIA) * GRADE_TOKENS
        reply = kept.get(key_of(model, mode, prompt, ANSWER))
        cost.kept += reply is not None
        said = reply.arguments[ANSWER.items][0]["text"] if reply else question.answer
        for leniency in CRITERIA:
            grade = grading(question, said, leniency)
            cost.tokens_in += tokens_of(grade, GRADE, counter)
            cost.kept += reply is not None and kept.get(key_of(model, mode, grade, GRADE)) is not None

    await each(told, plan, work, console)
    return costs


async def each(told: Sequence[Told], plan: Plan, work: Work, console: Console) -> str:
    """Do the work for every question and system, several at a time; returns the embedder's id."""
    async with sources([one.conversation for one in told], plan, console) as (found, model):
        gate = asyncio.Semaphore(plan.at_once)

        async def one(system: str, conversation: Conversation, question: Asked) -> None:
            async with gate:
                await work(system, question, await found[system].context(conversation, question.text))
                progress.advance(task)

        with Progress(console=console) as progress:
            task = progress.add_task("questions", total=len(plan.systems) * sum(len(one.questions) for one in told))
            async with asyncio.TaskGroup() as group:
                for system in plan.systems:
                    for tale in told:
                        for question in tale.questions:
                            group.create_task(one(system, tale.conversation, question))
    return model


@asynccontextmanager
async def sources(
    conversations: Sequence[Conversation], plan: Plan, console: Console
) -> AsyncIterator[tuple[dict[str, Source], str]]:
    """Where each system's contexts come from, with a server that was told the conversations; and the embedder's id."""
    counter = TokenCounter()
    found: dict[str, Source] = {"full context": Everything(counter)}
    extractor = None
    if plan.extraction == "recorded":
        extractor = RecordedExtractor(replay(recorded(conversations), content_key))
    with TemporaryDirectory(prefix="twohop-answers-") as folder, embedder(plan.embedding) as chosen:
        found["chunks"] = Chunks(chosen, counter, plan.budget)
        async with service(Path(folder), extractor, plan.embedding) as (client, model):
            run = Run()
            if "twohop" in plan.systems:
                found["twohop"] = Recalled(client, run.tenant, plan.budget)
                with Progress(console=console) as progress:
                    for conversation in conversations:
                        await send(client, conversation, run, progress)
            yield found, model
