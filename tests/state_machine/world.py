"""A real write path on a real ledger for the state machine: everything but the index, which here finds anything.

Durability is off and nothing is projected, so that thousands of steps take minutes. The outbox keeps its rows.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from twohop.app import Joined, join
from twohop.config import Settings
from twohop.graph.model import Operation
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import unwatched
from twohop.llm.rules.extractor import RulesExtractor
from twohop.llm.rules.summariser import ExtractiveSummariser
from twohop.memory.clock import Ids
from twohop.memory.core import MemoryCore
from twohop.memory.ports import Calls, Judgement, Models, Phase, Question, Verdict
from twohop.memory.predicates import PredicateTable
from twohop.memory.project import Projector
from twohop.memory.settings import WriteSettings
from twohop.metrics import Metrics
from twohop.vector.embed import Embedder
from twohop.vector.model import Arm, Counts, Hit, IndexInfo, Point, Stored
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

    async def judge(self, questions: Sequence[Question], calls: Calls, /) -> Judgement:
        calls.begin(Phase.JUDGE)
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

    async def stored(self, partition: str, limit: int, after: str = "") -> list[Stored]:
        raise NotImplementedError

    async def fresh(self) -> bool:
        return False

    def filling(self) -> None:
        return

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
        self.core: MemoryCore
        self.joined: Joined

    async def open(self) -> None:
        self.ledger = ledger = await SqliteLedger.open(self.path, clock=self._clock, synchronous="OFF")
        index = AnythingIsNear(ledger)
        self.joined = join(
            Settings(data_dir=self.path.parent, write=SETTINGS),
            ledger=ledger,
            index=index,
            embedder=embedder(),
            projector=NeverProjected(ledger, index, embedder()),
            predicates=PREDICATES,
            models=Models(RulesExtractor(PREDICATES), self._judge, ExtractiveSummariser()),
            counter=counter(),
            clock=self._clock,
            ids=self._ids,
            jitter=lambda: 0.0,
            step=unwatched,
            metrics=Metrics(),
        )
        self.core = self.joined.core
        await ledger.release_jobs()

    async def close(self) -> None:
        await self.joined.drain()
        await self.ledger.close()

    async def restart(self) -> None:
        await self.close()
        await self.open()
