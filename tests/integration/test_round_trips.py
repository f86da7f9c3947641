"""How many statements each operation sends to Neo4j: what a network between them costs is this many times its delay.

Nothing runs here but the calls and the jobs that they start: no worker, whose statements would count as theirs.
"""

from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeVar

import pytest
from pydantic import SecretStr

from ledgers import empty
from neo4j_server import Neo4jServer
from stories import ALICE, JANUARY, NOW, fact, facts_in
from twohop.app import join, make_embedder, make_models
from twohop.config import LedgerSettings, LlmSettings, Settings
from twohop.graph.model import Axes, JobState, Operation, Role
from twohop.graph.statement import Statement
from twohop.graph.store import unwatched
from twohop.memory.api import AddRequest, AddResult, Core, NewMessage, PathsRequest, RecallRequest, RecallResult
from twohop.memory.clock import uuid7
from twohop.memory.predicates import PredicateTable
from twohop.memory.project import Projector
from twohop.metrics import Metrics
from twohop.stores import open_index, open_ledger
from twohop.vector.tokens import TokenCounter

T = TypeVar("T")


class Counted:
    """A core over an empty Neo4j and an index in this process, with what it sends to the one."""

    def __init__(self, core: Core, sent: list[Statement]) -> None:
        self.core = core
        self._sent = sent

    async def call(self, work: Awaitable[T]) -> tuple[T, int]:
        """What a call gives, and how many statements it sent."""
        self._sent.clear()
        return await work, len(self._sent)

    async def tell(self, *lines: str, request_id: str = "") -> tuple[AddResult, int]:
        """Add a message for each line, with its fact."""
        facts = tuple(fact(line, place=place) for place, line in enumerate(lines))
        messages = tuple(
            NewMessage(role=Role.USER, name="Alice", content=f"{one.text}.", observed_at=JANUARY) for one in facts
        )
        request = AddRequest(scope=ALICE, messages=messages, facts=facts, request_id=request_id)
        result, count = await self.call(self.core.add(request))
        assert result.state is JobState.DONE
        assert result.indexed
        return result, count

    async def ask(self, query: str, depth: int) -> tuple[RecallResult, int]:
        """Recall."""
        return await self.call(self.core.recall(RecallRequest(scope=ALICE, query=query, depth=depth)))


@pytest.fixture
async def counted(neo4j_server: Neo4jServer, tmp_path: Path) -> AsyncIterator[Counted]:
    """An empty one."""
    empty(neo4j_server)
    ledger_settings = LedgerSettings(
        backend="neo4j",
        uri=neo4j_server.uri,
        user=neo4j_server.user,
        password=SecretStr(neo4j_server.password),
    )
    settings = Settings(data_dir=tmp_path / "data", llm=LlmSettings(provider="rules"), ledger=ledger_settings)
    settings.data_dir.mkdir()
    sent: list[Statement] = []
    predicates = PredicateTable.default()
    async with AsyncExitStack() as stack:
        ledger = await open_ledger(settings, lambda: NOW, ran=sent.append)
        stack.push_async_callback(ledger.close)
        embedder = make_embedder(settings.embedder)
        index = await open_index(settings, embedder)
        stack.push_async_callback(index.close)
        index.filling()  # There is nothing to fill it with.
        joined = join(
            settings,
            ledger=ledger,
            index=index,
            embedder=embedder,
            projector=Projector(ledger, index, embedder),
            predicates=predicates,
            models=make_models(settings.llm, predicates, stack),
            counter=TokenCounter(),
            clock=lambda: NOW,
            ids=uuid7,
            jitter=lambda: 0.0,
            step=unwatched,
            metrics=Metrics(),
        )
        stack.push_async_callback(joined.drain)
        yield Counted(joined.core, sent)


STORY = (
    "Alice works_on Atlas",
    "Bob manages Atlas",
    "Bob lives_in Porto",
    "Emma lives_in Lisbon",
    "Tom works_at Cedar",
    "Tom knows Emma",
)


async def test_adding(counted: Counted) -> None:
    """An add takes six when nothing that is known comes near, whether it is about one thing or several.

    Two of them are its two commits. What is near is shown to the judge by name, which is a step more; to replace it
    takes two more. A repeated add finds what the first led to.
    """
    assert (await counted.tell("Alice works_at Acme", request_id="first"))[1] <= 6
    assert (await counted.tell("Priya lives_in Porto"))[1] <= 6
    assert (await counted.tell(*STORY))[1] <= 7
    assert (await counted.tell("Alice knows Priya"))[1] <= 7
    result, count = await counted.tell("Alice works_at Birch")
    assert [one.decision.operation for one in result.outcomes] == [Operation.SUPERSEDE]
    assert count <= 9
    assert (await counted.tell("Alice works_at Acme", request_id="first"))[1] <= 7


async def test_recalling(counted: Counted) -> None:
    """A recall takes two and one a hop, however many facts and messages it looks at.

    At a depth of one its second query still goes on from what the facts are about, which is another hop.
    """
    await counted.tell(*STORY)
    for query, hops in (
        ("Where does Tom work?", 1),
        ("Who manages the team that Alice works on?", 2),
        ("Where does the manager of Alice's team live?", 3),
    ):
        for depth in range(5):
            result, count = await counted.ask(query, depth)
            assert count <= 2 + (max(depth, 2) if depth else 0), (query, depth)
            longest = max((len(path.steps) for path in result.paths), default=0)
            assert longest >= min(hops, depth) * (hops > 1), (query, depth)
            assert hops < 3 or depth < 3 or "Bob lives in Porto" in facts_in(result)


async def test_looking_up(counted: Counted) -> None:
    """What is known by its key takes one; a path between two things one, and one a step."""
    result, _ = await counted.tell(*STORY)
    memory, core = result.outcomes[0].memory, counted.core
    assert memory is not None
    assert (await counted.call(core.get(ALICE, memory.id, Axes())))[1] == 1
    for depth in range(1, 5):
        found, count = await counted.call(
            core.paths(PathsRequest(scope=ALICE, source="Alice", target="Porto", depth=depth, limit=5))
        )
        assert count <= 1 + depth
        assert [len(path.steps) for path in found.paths] == [3] * (depth > 2)
