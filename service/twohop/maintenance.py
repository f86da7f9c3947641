"""Stores opened for upkeep: as the settings name them, or a ledger by its URL. Nothing is served and no job runs."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from twohop.app import make_embedder
from twohop.config import Settings
from twohop.errors import DataDirUnusable, FieldViolation, InvalidInput
from twohop.graph.datadir import DataDir
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import Ledger
from twohop.memory.clock import system_clock
from twohop.memory.predicates import PredicateTable
from twohop.memory.project import Projector
from twohop.stores import index_place, open_index
from twohop.vector.embed import Embedder
from twohop.vector.index import Index
from twohop.vector.model import IndexInfo
from twohop.vector.sparse import ENCODER

LEDGER_FILE = "ledger.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The open stores of a deployment, and what fills the index."""

    ledger: Ledger
    index: Index
    embedder: Embedder
    projector: Projector
    predicates: PredicateTable


@asynccontextmanager
async def open_stores(settings: Settings) -> AsyncIterator[Stores]:
    """The ledger and the index of the settings. An index that has to be filled has its points waiting.

    Raises:
        DataDirHeld: a server has the data directory open.
        Misconfigured: it is unusable or too new, or the index was built with another model.
    """
    async with AsyncExitStack() as stack:
        data_dir = stack.enter_context(held(settings.data_dir))
        ledger = await stack.enter_async_context(opened(settings.data_dir, settings))
        embedder = make_embedder(settings.embedder)
        stack.push_async_callback(embedder.close)
        index = await open_index(settings, embedder)
        stack.push_async_callback(index.close)
        place = index_place(settings.index, data_dir.instance())
        if await ledger.enter(place, exclusive=True) or await index.fresh():
            await ledger.outbox_refill()
            index.filling()
        yield Stores(
            ledger=ledger,
            index=index,
            embedder=embedder,
            projector=Projector(ledger, index, embedder),
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


BACKENDS: Mapping[str, Callable[..., AbstractAsyncContextManager[Ledger]]] = {"sqlite": open_sqlite}
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
