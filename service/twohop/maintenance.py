"""Stores opened for upkeep: as the settings name them, or a ledger by its URL. Nothing is served and no job runs."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import SplitResult, unquote, urlsplit

import structlog

from twohop.app import make_embedder
from twohop.config import Settings
from twohop.errors import DataDirUnusable, FieldViolation, InvalidInput, Misplaced, TwohopError
from twohop.graph.datadir import DataDir
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import Ledger
from twohop.memory.clock import system_clock
from twohop.memory.predicates import PredicateTable
from twohop.memory.project import Projector
from twohop.memory.write.worker import BEAT_SECONDS
from twohop.stores import LEDGER_FILE, index_place, open_index, open_ledger
from twohop.vector.embed import Embedder
from twohop.vector.index import Index
from twohop.vector.model import IndexInfo
from twohop.vector.sparse import ENCODER

log = structlog.get_logger(__name__)

NEO4J_PORT = 7687
NEO4J_SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
PASSWORD = "TWOHOP_LEDGER__PASSWORD"  # noqa: S105  The name of a variable.


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The open stores of a deployment, and what fills the index; None = it has no index."""

    ledger: Ledger
    index: Index | None
    embedder: Embedder
    projector: Projector | None
    predicates: PredicateTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """The ledger of a deployment, with a place in it; `index` names what this process projects into, "" = nothing.

    `unfilled`: that has to be filled from the ledger.
    """

    ledger: Ledger
    index: str
    unfilled: bool


@asynccontextmanager
async def open_deployment(settings: Settings, *, begin: bool = False, alone: bool = False) -> AsyncIterator[Entered]:
    """The ledger of the settings, in a place beside the processes that share both stores with it.

    `begin`: a data directory may be one that holds no ledger yet. `alone`: no other process may have the ledger open,
    nor open it meanwhile.

    Raises:
        DataDirHeld: a server has the data directory open.
        Misplaced: a process has the ledger open with another index, or with one of its own; `alone`, with any.
        Misconfigured: the ledger can't be opened as configured, or is too new.
        LedgerUnavailable: its server did not answer in time.
    """
    async with AsyncExitStack() as stack:
        on_server = settings.ledger.backend != "sqlite"
        holds = held(settings.data_dir, begin=begin or on_server) if settings.in_data_dir() else None
        data_dir = None if holds is None else stack.enter_context(holds)
        ledger = await open_ledger(settings, system_clock)
        stack.push_async_callback(ledger.close)
        index = index_place(settings.index, "" if data_dir is None else data_dir.instance())
        try:
            unfilled = await ledger.enter(index, exclusive=alone or settings.index.backend == "edge")
        except Misplaced as e:
            if not alone:
                raise
            raise Misplaced("a process has the ledger open: stop it first") from e
        await stack.enter_async_context(holding(ledger))
        yield Entered(ledger=ledger, index=index, unfilled=unfilled)


@asynccontextmanager
async def open_stores(settings: Settings, *, replace: bool = False) -> AsyncIterator[Stores]:
    """The ledger and the index of the settings. An index that has to be filled has its points waiting.

    `replace`: the index will be built again, whatever it was built with. Edge's is dropped here, all its points wait;
    a server's stays as it is until another one takes its place.

    Raises:
        As `open_deployment`, and
        Misconfigured: the index was built with another model, or can't be used.
    """
    async with open_deployment(settings) as deployment, AsyncExitStack() as stack:
        ledger, place = deployment.ledger, deployment.index
        embedder = make_embedder(settings.embedder)
        stack.push_async_callback(embedder.close)
        index = await open_index(settings, embedder, replace=replace)
        stack.push_async_callback(index.close)
        unasked = replace and settings.index.backend == "qdrant"
        if (deployment.unfilled and place) or (not unasked and await index.fresh()):
            await ledger.outbox_refill()
            index.filling()
        yield Stores(
            ledger=ledger,
            index=index if place else None,
            embedder=embedder,
            projector=Projector(ledger, index, embedder) if place else None,
            predicates=PredicateTable.default().extended(settings.predicates),
        )


@asynccontextmanager
async def open_data_dir(path: Path, settings: Settings, *, begin: bool = False) -> AsyncIterator[Ledger]:
    """The ledger in a data directory, held as long as it is open. `begin`: one is begun where none is.

    Raises:
        DataDirHeld: a server has the data directory open.
        Misconfigured: it is unusable or too new, or holds no ledger.
    """
    with held(path, begin=begin):
        async with opened(path, settings) as ledger:
            yield ledger


@contextmanager
def held(path: Path, *, begin: bool = False) -> Iterator[DataDir]:
    """A data directory with a ledger, which nobody else opens meanwhile.

    Raises:
        DataDirHeld: a server has it open; the error has its address.
        DataDirUnusable: it holds no ledger, or can't be used.
    """
    if not begin and not (path / LEDGER_FILE).exists():
        raise DataDirUnusable(f"{path} holds no ledger: give the data directory of a twohop")
    data_dir = DataDir.acquire(path)
    try:
        yield data_dir
    finally:
        data_dir.release()


@asynccontextmanager
async def opened(path: Path, settings: Settings) -> AsyncIterator[Ledger]:
    """The ledger in a data directory that this process holds."""
    ledger = await SqliteLedger.open(path / LEDGER_FILE, clock=system_clock, synchronous=settings.synchronous)
    try:
        yield ledger
    finally:
        await ledger.close()


def open_sqlite(url: SplitResult, settings: Settings, *, begin: bool) -> AbstractAsyncContextManager[Ledger]:
    """`sqlite:///path/to/data/directory`."""
    if url.netloc or not url.path:
        raise InvalidInput(FieldViolation(url.geturl(), "give three slashes and the directory's absolute path"))
    return open_data_dir(Path(unquote(url.path)), settings, begin=begin)


@asynccontextmanager
async def open_neo4j(url: SplitResult, settings: Settings, *, begin: bool) -> AsyncIterator[Ledger]:
    """`neo4j://user@host:port/database`, with the password of the environment and no other process on it.

    Raises:
        Misplaced: a process has the ledger open.
    """
    del settings, begin  # A database that is empty is one to begin with.
    if not url.hostname or not url.username or url.password:
        wanted = f"give {url.scheme}://user@host:port/database, and the password as {PASSWORD}"
        raise InvalidInput(FieldViolation("url", wanted))
    # The driver takes half a second to import, which every start without it is spared.
    from twohop.graph.neo4j import Neo4jLedger  # noqa: PLC0415

    place = f"{url.hostname}:{url.port or NEO4J_PORT}"
    ledger = await Neo4jLedger.open(
        f"{url.scheme}://{place}",
        user=unquote(url.username),
        password=os.environ.get(PASSWORD, ""),
        database=unquote(url.path.strip("/")) or "neo4j",
    )
    try:
        try:
            await ledger.enter(None, exclusive=True)
        except Misplaced as e:
            raise Misplaced(f"a process has the ledger at {place} open: stop it first") from e
        async with holding(ledger):
            yield ledger
    finally:
        await ledger.close()


@asynccontextmanager
async def holding(ledger: Ledger) -> AsyncIterator[None]:
    """Hold the place that was taken, however long it takes.

    A ledger that does not answer is asked again with the next beat.

    Raises:
        Misplaced: another process took it meanwhile; what goes on under it is cancelled.
    """
    body = cast("asyncio.Task[object]", asyncio.current_task())
    lost: Misplaced | None = None

    async def beat() -> None:
        nonlocal lost
        while lost is None:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await ledger.renew(())
            except Misplaced as e:
                lost = e
                body.cancel()
            except TwohopError as e:
                log.warning("heartbeat.failed", reason=e.reason)
            except Exception:
                log.exception("heartbeat.failed")

    beating = asyncio.create_task(beat(), name="heartbeat")
    try:
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.wait([beating])
    except asyncio.CancelledError as e:
        if lost is None:
            raise
        body.uncancel()
        raise lost from e


BACKENDS: Mapping[str, Callable[..., AbstractAsyncContextManager[Ledger]]] = {
    "sqlite": open_sqlite,
    **dict.fromkeys(NEO4J_SCHEMES, open_neo4j),
}
"""Scheme of a ledger's URL -> what opens it, so that nobody else writes to it meanwhile."""


def open_url(url: str, settings: Settings, *, begin: bool = False) -> AbstractAsyncContextManager[Ledger]:
    """The ledger that a URL names, with nobody else writing to it. `begin`: one is begun where none is.

    Raises:
        InvalidInput: it is no URL of a ledger.
        DataDirHeld, Misplaced: a living process has it open.
        Misconfigured: it can't be opened.
    """
    parts = urlsplit(url)
    if parts.scheme not in BACKENDS:
        known = ", ".join(f"{scheme}://" for scheme in BACKENDS)
        raise InvalidInput(FieldViolation("url", f"a ledger's URL begins with one of {known}"))
    return BACKENDS[parts.scheme](parts, settings, begin=begin)


def built_with(embedder: Embedder) -> IndexInfo:
    """What vectors are made with here."""
    return IndexInfo(model=embedder.model, dimension=embedder.dimension, encoder=ENCODER)
