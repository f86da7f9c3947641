"""A real write path on a real ledger for the state machine: everything but the index, which here finds anything.

Durability is off and nothing is projected, so that thousands of steps take minutes. The outbox keeps its rows.
"""

import asyncio
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from twohop.errors import ModelUnavailable
from twohop.graph.model import Operation
from twohop.graph.sqlite import SqliteLedger
from twohop.llm.rules.extractor import RulesExtractor
from twohop.memory.clock import Ids
from twohop.memory.gates import Gates
from twohop.memory.ports import Calls, Judgement, Models, Phase, Question, Verdict
from twohop.memory.predicates import PredicateTable
from twohop.memory.project import Projector
from twohop.memory.settings import Limits, WriteSettings
from twohop.memory.write.add import Adder
from twohop.memory.write.candidates import CandidateFinder
from twohop.memory.write.conversation import Conversations
from twohop.memory.write.edit import Editor
from twohop.memory.write.guidance import Agents
from twohop.memory.write.plan import Planner
from twohop.memory.write.process import Processor
from twohop.memory.write.worker import Worker
from twohop.metrics import Metrics
from twohop.vector.embed import Embedder
from twohop.vector.model import Arm, Counts, Hit, IndexInfo, Point
from twohop.vector.sparse import ENCODER
from twohop.vector.tokens import TokenCounter
from twohop.vector.wordllama import WordLlamaEmbedder

PREDICATES = PredicateTable.default()

SETTINGS = WriteSettings(destructive=3)
"""A low cap, so that a few facts reach it."""


@cache
def embedder() -> Embedder:
    return WordLlamaEmbedder()


@cache
def counter() -> TokenCounter:
    return TokenCounter()


class Hand:
    """A clock that the machine moves: microseconds."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def numbered(start: int = 1) -> Ids:
    """Ids that sort by time of making, the same in every run."""
    made = start - 1

    def make() -> str:
        nonlocal made
        made += 1
        return f"{made:08x}-0000-7000-8000-{made:012x}"

    return make


class Whim:
    """A judge that says whatever the machine chose, about whatever it is shown."""

    def __init__(self) -> None:
        self.verdicts: Sequence[Verdict] = ()
        self.down = False

    async def judge(self, questions: Sequence[Question], calls: Calls, /) -> Judgement:
        calls.begin(Phase.JUDGE)
        if self.down:
            raise ModelUnavailable("the judge is away")
        chosen = [*self.verdicts, *(Verdict(operation=Operation.ADD) for _ in questions)]
        return Judgement(verdicts=tuple(chosen[: len(questions)]), decider="whim")


class AnythingIsNear:
    """An index as wrong as it can be: whatever is asked, every memory that the owner ever had is near."""

    def __init__(self, ledger: SqliteLedger) -> None:
        self._ledger = ledger

    async def info(self) -> IndexInfo:
        return IndexInfo(model=embedder().model, dimension=embedder().dimension, encoder=ENCODER, points=0)

    async def upsert(self, points: Sequence[Point]) -> None:
        raise NotImplementedError

    async def delete(self, partition: str, ids: Sequence[str]) -> None:
        raise NotImplementedError

    async def query(self, partition: str, arms: Sequence[Arm]) -> list[list[Hit]]:
        ids = await self._ledger.memory_ids(partition, 1_000)
        return [[Hit(id=one, memory_id=one, score=1.0) for one in ids] for _ in arms]

    async def counts(self, partition: str) -> Counts:
        raise NotImplementedError

    async def ids(self, partition: str, limit: int, after: str = "") -> list[str]:
        raise NotImplementedError

    async def close(self) -> None:
        return


class NeverProjected(Projector):
    """Leaves the outbox as it is, for the machine to look at."""

    async def project(self, partition: str | None = None, limit: int = 0) -> int:
        del partition, limit
        return 0


class World:
    """The open write path of a folder; `restart` closes it and opens it again."""

    def __init__(self, folder: Path, clock: Hand, ids: Ids, judge: Whim) -> None:
        self.path = folder / "ledger.db"
        self._clock = clock
        self._ids = ids
        self._judge = judge
        self.ledger: SqliteLedger
        self.editor: Editor
        self.adder: Adder
        self.worker: Worker

    async def open(self) -> None:
        ledger = await SqliteLedger.open(self.path, clock=self._clock, synchronous="OFF")
        index = AnythingIsNear(ledger)
        gates, metrics = Gates(), Metrics()
        planner = Planner(ledger, PREDICATES, self._ids)
        processor = Processor(
            ledger=ledger,
            agents=Agents(ledger, Models(RulesExtractor(PREDICATES), self._judge), PREDICATES),
            embedder=embedder(),
            finder=CandidateFinder(ledger, index, embedder(), SETTINGS),
            conversations=Conversations(ledger, counter()),
            observer=metrics,
            predicates=PREDICATES,
            gates=gates,
            clock=self._clock,
            ids=self._ids,
            settings=SETTINGS,
        )
        self.adder = Adder(
            ledger=ledger,
            processor=processor,
            projector=NeverProjected(ledger, index, embedder()),
            gates=gates,
            observer=metrics,
            clock=self._clock,
            ids=self._ids,
            limits=Limits(),
        )
        self.editor = Editor(
            ledger=ledger, planner=planner, predicates=PREDICATES, gates=gates, clock=self._clock, ids=self._ids
        )
        self.ledger = ledger
        self.worker = Worker(ledger, self.adder, self._clock, metrics)
        await ledger.release_jobs()

    async def close(self) -> None:
        await self.adder.drain()
        await self.ledger.close()

    async def restart(self) -> None:
        await self.close()
        await self.open()

    async def work(self) -> None:
        """Run the jobs that are due now to their end."""
        await self.worker.once()
        await asyncio.gather(*self.adder._running.values())
