"""An answer in parts, over real stores and over a real server."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from numpy.typing import NDArray

from serving import settings_for
from stories import ALICE, NOW, ask, story, tell
from twohop.app import App
from twohop.client.remote import RemoteCore
from twohop.memory.api import Degradation, RecallPart, RecallRequest
from twohop.memory.api import Path as Chain
from twohop.memory.predicates import PredicateTable
from twohop.memory.recall.recall import Recaller
from twohop.server import Server
from twohop.v1 import memory_service_pb2 as pb
from twohop.v1.memory_service_pb2_grpc import MemoryServiceStub
from twohop.v1.scope_pb2 import Scope
from twohop.vector.wordllama import WordLlamaEmbedder

TEAM = ("Alice works_at Acme", "Atlas part_of Acme", "Priya manages Atlas", "Bob works_at Birch", "Tom manages Birch")
CHAINED = "Who manages the team at Alice's company?"
OTHER = "opera"
QUESTIONS = [
    CHAINED,
    "Where does Bob work?",
    "Where did Alice work before she worked at Acme?",
    "Where did Alice work in January 2025?",
    OTHER,
    "???",
]


async def stream(app: App, query: str, depth: int = 3, **more: Any) -> list[RecallPart]:
    request = RecallRequest(scope=ALICE, query=query, depth=depth, **more)
    async with aclosing(app.core.recall_stream(request)) as parts:
        return [part async for part in parts]


@pytest.mark.parametrize("query", QUESTIONS)
async def test_parts_lead_from_first_hits_to_the_whole_answer(tmp_path: Path, query: str) -> None:
    """The first part is what depth 0 answers, the last one what Recall answers; only that one is final."""
    async with story(tmp_path) as app:
        await tell(app, "Alice works_at Birch", day=1)
        await tell(app, *TEAM, "Bob likes opera", day=20)
        asked: dict[str, Any] = {"token_budget": 300, "explain": True}
        first, *more = await stream(app, query, **asked)
        assert first.items == (await ask(app, query, depth=0, explain=True)).items
        assert more[-1] == RecallPart(final=await ask(app, query, **asked))
        assert [part.final for part in (first, *more[:-1])] == [None] * len(more)
        assert await stream(app, query, depth=0) == [RecallPart(final=await ask(app, query, depth=0))]


async def test_paths_come_as_hops_complete(tmp_path: Path) -> None:
    """A chain of two is told before one of three, each once, and both before the answer that they lead."""
    async with story(tmp_path) as app:
        await tell(app, *TEAM, day=1)
        _, *found, last = await stream(app, CHAINED)
        assert last.final is not None
        lengths = [[len(path.steps) for path in part.paths] for part in found]
        assert lengths[0] == [2] * len(lengths[0])
        assert 3 in lengths[1]
        told = [ids(path) for part in found for path in part.paths]
        assert len(told) == len(set(told))
        leading = [last.final.paths[item.path] for item in last.final.items if item.path is not None]
        assert ids(leading[0]) in told


def ids(path: Chain) -> tuple[str, ...]:
    return tuple(step.memory.id for step in path.steps)


class Gated(WordLlamaEmbedder):
    """The real embedder, which makes all but the questions themselves wait until the gate opens."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting, self.gate, self.given_up = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if list(texts) not in ([CHAINED], [OTHER]):
            self.waiting.set()
            try:
                await self.gate.wait()
            except asyncio.CancelledError:
                self.given_up.set()
                raise
        return await super().embed(texts)


class Counting:
    """What it stands for, with its calls counted."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        self.calls += 1
        return getattr(self._inner, name)


class Elsewhere:
    """A core with another read path."""

    def __init__(self, core: Any, recaller: Recaller) -> None:
        self._core = core
        self.recall, self.recall_stream = recaller.recall, recaller.stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._core, name)


@asynccontextmanager
async def gated(folder: Path) -> AsyncIterator[tuple[str, Gated, Counting, Counting]]:
    """A server whose recalls stop where the graph's questions are embedded; its embedder, ledger and index."""
    async with story(folder) as app:
        await tell(app, *TEAM, day=1)
        embedder, ledger, index = Gated(), Counting(app.ledger), Counting(app.index)
        stores: dict[str, Any] = {"ledger": ledger, "index": index}
        recaller: Any = Recaller(
            **stores,
            embedder=embedder,
            predicates=PredicateTable.default(),
            clock=lambda: NOW,
        )
        core: Any = Elsewhere(app.core, recaller)
        server = Server(core, settings_for(folder / "data"))
        try:
            yield f"127.0.0.1:{await server.start()}", embedder, ledger, index
        finally:
            embedder.gate.set()
            await server.stop()


def request(query: str = CHAINED) -> pb.RecallStreamRequest:
    return pb.RecallStreamRequest(scope=Scope(user_id="alice"), recall=pb.RecallRequest(query=query))


@pytest.mark.parametrize("how", ["cancelled", "disconnected"])
async def test_a_caller_who_leaves_ends_the_work(tmp_path: Path, how: str) -> None:
    """First hits come while the graph is still asked; when the caller goes, nothing more is read for it."""
    async with gated(tmp_path) as (address, embedder, ledger, index), grpc.aio.insecure_channel(address) as stable:
        nobody = ledger.calls, index.calls
        await answered(stable)
        one_answer = ledger.calls - nobody[0], index.calls - nobody[1]
        channel = grpc.aio.insecure_channel(address)
        memory: Any = MemoryServiceStub(channel)
        call = memory.RecallStream(request())
        first = await call.read()
        assert len(first.items) == len(TEAM)
        async with asyncio.timeout(30):
            await embedder.waiting.wait()
            before = ledger.calls, index.calls
            if how == "cancelled":
                call.cancel()
            await channel.close()
            await embedder.given_up.wait()
        embedder.gate.set()
        # Another answer gives the server the time to go on with the first one, if it would.
        await answered(stable)
        assert (ledger.calls - before[0], index.calls - before[1]) == one_answer


async def answered(channel: grpc.aio.Channel) -> None:
    """Another question, read to its end."""
    memory: Any = MemoryServiceStub(channel)
    result = await memory.Recall(pb.RecallRequest(scope=Scope(user_id="alice"), query=OTHER, depth=0))
    assert len(result.items) == len(TEAM)


async def test_leaving_a_client_s_stream_ends_the_work(tmp_path: Path) -> None:
    """Closing the client's generator is enough."""
    async with gated(tmp_path) as (address, embedder, _, _):
        remote = RemoteCore(address)
        async with asyncio.timeout(30):
            async with aclosing(remote.recall_stream(RecallRequest(scope=ALICE, query=CHAINED))) as parts:
                assert (await anext(parts)).items
                await embedder.waiting.wait()
            await embedder.given_up.wait()
        await remote.close()


async def test_a_deadline_gives_what_was_found_and_says_so(tmp_path: Path) -> None:
    """The last part comes in time, without what was still asked for, and is marked."""
    async with gated(tmp_path) as (address, embedder, _, _):
        remote = RemoteCore(address)
        deadline = asyncio.get_running_loop().time() + 5
        asked = RecallRequest(scope=ALICE, query=CHAINED, deadline=deadline)
        async with aclosing(remote.recall_stream(asked)) as parts:
            *_, last = [part async for part in parts]
        assert asyncio.get_running_loop().time() < deadline
        assert last.final is not None
        assert last.final.degradations == (Degradation.DEADLINE,)
        assert len(last.final.items) == len(TEAM)
        assert embedder.given_up.is_set()
        await remote.close()
