"""Looks of one turn go together, and each is answered for itself."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ledger_rows import P, Ticks, acceptance
from ledgers import open_neo4j
from neo4j_server import Neo4jServer
from twohop.graph.neo4j import Neo4jLedger
from twohop.graph.neo4j.look import Look

NODES: Look[int] = Look("MATCH (m:Message {partition: $partition}) RETURN count(m) AS x", int)
UNREADABLE: Look[Any] = Look("RETURN 'no number' AS x", int)


@pytest.fixture
async def ledger(neo4j_server: Neo4jServer, tmp_path: Path) -> AsyncIterator[Neo4jLedger]:
    opened = await open_neo4j(neo4j_server, tmp_path, Ticks())
    assert isinstance(opened, Neo4jLedger)
    await opened.accept(acceptance("m1"))
    yield opened
    await opened.close()


async def test_an_answer_that_cant_be_read_is_its_askers_alone(ledger: Neo4jLedger) -> None:
    """The others of the turn get theirs."""
    bad, good = await asyncio.gather(ledger._ask(P, UNREADABLE), ledger._ask(P, NODES), return_exceptions=True)
    assert isinstance(bad, ValueError)
    assert good == 1


async def test_who_leaves_takes_nobody_along(ledger: Neo4jLedger) -> None:
    """Neither when one of them goes, nor when all do."""
    leaving, staying = (asyncio.ensure_future(ledger._ask(P, NODES)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == 1
    alone = asyncio.ensure_future(ledger._ask(P, NODES))
    await asyncio.sleep(0)
    alone.cancel()
    await asyncio.wait([alone])
    assert await ledger._ask(P, NODES) == 1
