"""Worlds put into a data directory: the rows first, then the index from them."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.speed.rows import Rows, pages
from bench.speed.world import World

from twohop.app import make_embedder
from twohop.config import LlmSettings, Settings
from twohop.graph.model import Scope
from twohop.graph.store import Ledger
from twohop.maintenance import open_deployment
from twohop.memory.project import Projector
from twohop.vector.edge import OPTIMISE_AFTER, EdgeIndex
from twohop.vector.sparse import ENCODER

PAGE = 5_000
"""Rows of one transaction."""

STEP = 2_048
"""Rows of one step of the projection, which nobody waits for here."""

FEW = 10
"""Memories of each of many owners."""

BIG = Scope(user_id="big")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """How long each part took, in seconds: the rows, the points, and the vector index over them."""

    rows: float
    points: float
    index: float


def embedded(folder: Path) -> Settings:
    """A core on stores in this folder, without a model."""
    return Settings(data_dir=folder, llm=LlmSettings(provider="rules"))


def small(owners: int) -> list[Scope]:
    """The many owners."""
    return [Scope(user_id=f"owner-{n}") for n in range(owners)]


def everybody(memories: int, owners: int) -> list[tuple[Scope, int]]:
    """All owners, with how much each was told: one of them much, the many little."""
    return [(BIG, memories), *((scope, FEW) for scope in small(owners))]


async def load(folder: Path, memories: int, owners: int) -> Loaded:
    """Fill a data directory that holds nothing yet. Nothing is flushed before its end."""
    began = time.perf_counter()
    settings = embedded(folder).model_copy(update={"synchronous": "OFF"})
    async with open_deployment(settings, begin=True) as deployment:
        await put(deployment.ledger, everybody(memories, owners))
        await deployment.ledger.outbox_refill()
        stored = time.perf_counter()
        embedder = make_embedder(settings.embedder)
        # Else it would be optimised again with every fifth that it grows by.
        index = await EdgeIndex.open(
            folder / "index",
            model=embedder.model,
            dimension=embedder.dimension,
            encoder=ENCODER,
            optimise_after=1 << 40,
        )
        try:
            index.filling()
            await Projector(deployment.ledger, index, embedder).project(limit=STEP)
            made = time.perf_counter()
            if (await index.info()).points >= OPTIMISE_AFTER:
                await index.optimise()
        finally:
            await index.close()
            await embedder.close()
    return Loaded(rows=stored - began, points=made - stored, index=time.perf_counter() - made)


async def put(ledger: Ledger, owners: Iterable[tuple[Scope, int]]) -> None:
    """The rows of owners that were told so much each."""
    for scope, count in owners:
        rows = Rows(scope, World(scope.user_id, count), count)
        for table, stored in rows.tables():
            for page in pages(stored, PAGE):
                await ledger.load(rows.partition, table, page)
