"""The backends that the ledger's contract is checked on: how to open an empty one in a folder."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pytest
from neo4j import GraphDatabase

from ledger_rows import Ticks
from neo4j_server import Neo4jServer
from twohop.graph.neo4j import Neo4jLedger
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import Ledger

Open: TypeAlias = Callable[[Path, Ticks], Awaitable[Ledger]]


async def open_sqlite(folder: Path, clock: Ticks) -> Ledger:
    return await SqliteLedger.open(folder / "ledger.db", clock=clock, synchronous="OFF")


def empty(server: Neo4jServer) -> None:
    """Delete every node but the schema's, so that the server keeps its indexes and its plans."""
    with GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver, driver.session() as session:
        session.run(
            "MATCH (n) WHERE NOT n:Schema CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF $rows ROWS", rows=5_000
        ).consume()
        session.run("MATCH (s:Schema) REMOVE s.projects_into, s.filled").consume()


async def open_neo4j(server: Neo4jServer, folder: Path, clock: Ticks) -> Ledger:
    """The one database of the server stands for the folder; what an earlier folder stood for is gone then."""
    begun = folder / "begun"
    if not begun.exists():
        await asyncio.to_thread(empty, server)
        begun.touch()
    return await Neo4jLedger.open(server.uri, user=server.user, password=server.password, database="neo4j", clock=clock)


LEDGERS = ("sqlite", "neo4j")


def backend(name: str, request: pytest.FixtureRequest) -> Open:
    """How to open a backend's ledger; asks for the server that it needs."""
    if name == "neo4j":
        server: Neo4jServer = request.getfixturevalue("neo4j_server")
        return partial(open_neo4j, server)
    return open_sqlite
