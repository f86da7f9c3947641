"""Times and counts of one open deployment: recalls one after the other, adds by one writer and by many at a time."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from bench.speed.world import World, adding

from twohop.graph.model import JobState, Role, Scope
from twohop.graph.statement import Statement
from twohop.memory.api import AddRequest, Core, Depth, NewMessage, RecallRequest

T = TypeVar("T")

COUNTING: ContextVar[list[Statement] | None] = ContextVar("counting", default=None)
"""Where the statements of the call go that runs in this context; those of the background go nowhere."""


def ran(statement: Statement) -> None:
    """Hears every statement of the ledger's server."""
    counted = COUNTING.get()
    if counted is not None:
        counted.append(statement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Calls of one kind: seconds of each, its statements, and how long all took together."""

    seconds: Sequence[float]
    statements: Sequence[int]
    total: float

    def quantile(self, share: float) -> float:
        """The seconds in which this share of the calls was done."""
        return quantile(self.seconds, share)

    @property
    def rate(self) -> float:
        """Calls in a second."""
        return len(self.seconds) / self.total

    @property
    def trips(self) -> tuple[int, int]:
        """Statements of the call in the middle, and of the one with most."""
        return round(statistics.median(self.statements)), max(self.statements)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


async def one_call(work: Callable[[], Awaitable[T]]) -> tuple[T, float, int]:
    """What a call gives, its seconds, and how many statements it sent, those of the job that it starts included."""
    counted: list[Statement] = []
    token = COUNTING.set(counted)
    began = time.perf_counter()
    try:
        result = await work()
    finally:
        COUNTING.reset(token)
    return result, time.perf_counter() - began, len(counted)


async def recalls(core: Core, asked: Sequence[tuple[Scope, str]], depth: int = Depth.DEFAULT) -> Measured:
    """Ask these questions one after the other."""
    seconds: list[float] = []
    statements: list[int] = []
    began = time.perf_counter()
    for scope, question in asked:
        request = RecallRequest(scope=scope, query=question, depth=depth)
        _, took, sent = await one_call(partial(core.recall, request))
        seconds.append(took)
        statements.append(sent)
    return Measured(seconds=seconds, statements=statements, total=time.perf_counter() - began)


async def adds(core: Core, writers: Sequence[tuple[Scope, World]], until_seconds: float) -> Measured:
    """Each writer adds one fact after the other, waiting for each to be remembered, for so long."""
    seconds: list[float] = []
    statements: list[int] = []
    began = time.perf_counter()

    async def write(scope: Scope, world: World) -> None:
        while time.perf_counter() - began < until_seconds:
            request = exchange(scope, world)
            result, took, sent = await one_call(partial(core.add, request))
            if result.state is not JobState.DONE:
                raise RuntimeError(f"an add ended as {result.state}")
            seconds.append(took)
            statements.append(sent)

    await asyncio.gather(*(write(scope, world) for scope, world in writers))
    return Measured(seconds=seconds, statements=statements, total=time.perf_counter() - began)


def exchange(scope: Scope, world: World, facts: int = 1) -> AddRequest:
    """The next that somebody says, with the facts of it given, and what is answered."""
    said = adding(scope, [world.fact() for _ in range(facts)], day=400)
    answer = NewMessage(role=Role.ASSISTANT, content="Good to know.", observed_at=said.messages[-1].observed_at)
    return replace(said, messages=(*said.messages, answer))


def mixed(scopes: Sequence[Scope], worlds: Sequence[World], count: int) -> Iterator[tuple[Scope, str]]:
    """Questions of one, two and three hops in turn, of the owners in turn."""
    for n in range(count):
        place = n % len(scopes)
        yield scopes[place], worlds[place].question(n % 3 + 1).text
