"""Opening the stores that the settings name."""

import asyncio
import shutil
from urllib.parse import urlsplit

from twohop.config import IndexSettings, LedgerSettings, Settings
from twohop.errors import Misconfigured
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.statement import Ran, unheard
from twohop.graph.store import Ledger, Reached, unwatched
from twohop.memory.clock import Clock, system_clock
from twohop.vector.edge import EdgeIndex
from twohop.vector.embed import Embedder
from twohop.vector.index import Index
from twohop.vector.none import NoIndex
from twohop.vector.sparse import ENCODER

LEDGER_FILE = "ledger.db"
"""The SQLite ledger in a data directory."""

QDRANT_PORT = 6333
"""Where the client of Qdrant looks when an address names no port."""


async def open_ledger(settings: Settings, clock: Clock, step: Reached = unwatched, ran: Ran = unheard) -> Ledger:
    """The ledger of the settings. Processes that share one go by its clock, not by their machines'.

    `ran` is told of every statement that goes to a server.

    Raises:
        Misconfigured: it can't be opened as configured.
        SchemaTooNew: a newer twohop wrote it.
        LedgerUnavailable: its server did not answer in time.
    """
    match settings.ledger.backend:
        case "sqlite":
            return await SqliteLedger.open(
                settings.data_dir / LEDGER_FILE, clock=clock, synchronous=settings.synchronous, reached=step
            )
        case "neo4j":
            return await open_neo4j(settings.ledger, None if clock is system_clock else clock, step, ran)


async def open_neo4j(settings: LedgerSettings, clock: Clock | None, step: Reached, ran: Ran) -> Ledger:
    """As `open_ledger`, on a server."""
    if not settings.uri:
        raise Misconfigured("set TWOHOP_LEDGER__URI to the address of the Neo4j server")
    # Its driver takes a moment to import, which every start without one is spared.
    from twohop.graph.neo4j import Neo4jLedger  # noqa: PLC0415

    return await Neo4jLedger.open(
        settings.uri,
        user=settings.user,
        password=settings.secret(),
        database=settings.database,
        clock=clock,
        pool=settings.pool,
        wait_seconds=settings.wait_seconds,
        reached=step,
        ran=ran,
    )


async def open_index(settings: Settings, embedder: Embedder, *, replace: bool = False) -> Index:
    """The index of the settings, for vectors of this embedder.

    `replace`: what stands there will be replaced, so it isn't looked at. Edge's is dropped at once, as nobody else asks
    it; a server's is asked by others until another one is built beside it.

    Raises:
        EmbedderMismatch: it was built with another model, dimension or encoder.
        SchemaTooNew: a newer twohop wrote it.
        Misconfigured: it has no address, or can't be used.
        IndexUnavailable: one in this process can't be read or written.
    """
    model, dimension = embedder.model, embedder.dimension
    match settings.index.backend:
        case "edge":
            folder = settings.data_dir / "index"
            if replace:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            return await EdgeIndex.open(folder, model=model, dimension=dimension, encoder=ENCODER)
        case "qdrant":
            return await open_qdrant(settings.index, model, dimension, replace=replace)
        case "none":
            return NoIndex(model=model, dimension=dimension, encoder=ENCODER)


async def open_qdrant(settings: IndexSettings, model: str, dimension: int, *, replace: bool) -> Index:
    """As `open_index`, on a server."""
    if not settings.url:
        raise Misconfigured("set TWOHOP_INDEX__URL to the address of the Qdrant server")
    # Its client takes a second to import, which every start without one is spared.
    from twohop.vector.qdrant import QdrantIndex  # noqa: PLC0415
    from twohop.vector.qdrant_schema import Layout  # noqa: PLC0415
    from twohop.vector.qdrant_server import connect  # noqa: PLC0415

    client = connect(
        url=settings.url,
        api_key=settings.key(),
        prefer_grpc=settings.prefer_grpc,
        grpc_port=settings.grpc_port,
        timeout=settings.timeout_seconds,
    )
    return await QdrantIndex.open(
        client,
        model=model,
        dimension=dimension,
        encoder=ENCODER,
        collection=settings.collection,
        layout=Layout(
            shard_number=settings.shard_number,
            replication_factor=settings.replication_factor,
            write_consistency_factor=settings.write_consistency_factor,
            on_disk=settings.on_disk,
        ),
        timeout_seconds=settings.timeout_seconds,
        replace=replace,
    )


def index_place(settings: IndexSettings, instance: str) -> str:
    """What this process projects into, by which processes on one ledger know that they share an index; "" = nothing.

    `instance`: the data directory's own id, in which an index of this process stands.
    """
    match settings.backend:
        case "edge":
            return f"edge:{instance}"
        case "qdrant":
            address = urlsplit(settings.url)
            return f"qdrant:{address.hostname}:{address.port or QDRANT_PORT}/{settings.collection}"
        case "none":
            return ""
