"""What is written to a Neo4j ledger stands there as it does in the SQLite one: every row of every table."""

import asyncio
from pathlib import Path

import pytest

from ledger_questions import pages
from ledger_rows import P, Ticks
from ledger_tales import made_up
from ledgers import empty
from neo4j_server import Neo4jServer
from twohop.graph.neo4j import Neo4jLedger
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import Ledger, Row
from twohop.graph.tables import TABLES

SOME = 100


async def rows_in(ledger: Ledger, partition: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for table in TABLES:
        turned = await pages(ledger.rows, SOME, partition, table)
        found[table] = [row for page in turned for row in page.items]
    return found


@pytest.mark.parametrize("seed", [3, 4])
async def test_a_history_leaves_the_same_rows(neo4j_server: Neo4jServer, tmp_path: Path, seed: int) -> None:
    """Acceptances, commits that begin and end everything, summaries, jobs, means: told to both, row for row."""
    await asyncio.to_thread(empty, neo4j_server)
    clocks = Ticks(), Ticks()
    sqlite = await SqliteLedger.open(tmp_path / "ledger.db", clock=clocks[0], synchronous="OFF")
    neo4j = await Neo4jLedger.open(
        neo4j_server.uri,
        user=neo4j_server.user,
        password=neo4j_server.password,
        database="neo4j",
        clock=clocks[1],
    )
    await made_up(sqlite, clocks[0], seed)
    await made_up(neo4j, clocks[1], seed)
    partitions = await sqlite.partitions(99)
    assert await neo4j.partitions(99) == partitions
    for partition in partitions:
        expected, found = await rows_in(sqlite, partition), await rows_in(neo4j, partition)
        for table in TABLES:
            assert found[table] == expected[table], table
    assert await neo4j.recount(P) == 0
    await sqlite.close()
    await neo4j.close()
