"""What a Neo4j ledger answers is what the SQLite one answers, with the same rows in it: in every detail."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import pytest

from ledger_questions import Stored, answers, over_owners, pages, stored_in
from ledger_rows import P, Ticks
from ledger_tales import made_up, remembered
from ledgers import open_neo4j
from neo4j_server import Neo4jServer
from twohop.errors import Conflict, InvalidPageToken
from twohop.graph.model import Axes
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import Ledger, Row
from twohop.graph.tables import TABLES

SOME = 7
"""Rows loaded, or listed, at a time: few, so that what belongs together is torn apart."""


@pytest.fixture
async def neo4j(neo4j_server: Neo4jServer, tmp_path: Path) -> AsyncIterator[Ledger]:
    """An empty ledger in Neo4j."""
    ledger = await open_neo4j(neo4j_server, tmp_path, Ticks())
    yield ledger
    await ledger.close()


async def copy(stored: Mapping[str, Stored], ledger: Ledger) -> int:
    """Load all rows, a few at a time; how many were new."""
    return sum(
        [
            await ledger.load(partition, table, rows[i : i + SOME])
            for partition, tables in stored.items()
            for table, rows in tables.items()
            for i in range(0, len(rows), SOME)
        ]
    )


async def rows_in(ledger: Ledger, partition: str) -> Stored:
    """All rows of an owner, a few at a time."""
    found: dict[str, Sequence[Row]] = {}
    for table in TABLES:
        turned = await pages(ledger.rows, SOME, partition, table)
        found[table] = [row for page in turned for row in page.items]
    return found


def plain(answer: object) -> object:
    """An answer with the order of its mappings."""
    return list(answer.items()) if isinstance(answer, dict) else answer


async def compare(sqlite: SqliteLedger, neo4j: Ledger, partition: str, stored: Stored) -> int:
    """Ask both everything; how many questions that was."""
    asked = 0
    theirs = answers(neo4j, partition, stored)
    async for question, expected in answers(sqlite, partition, stored):
        told, found = await anext(theirs)
        assert told == question
        assert found == expected, question
        assert plain(found) == plain(expected), f"order of {question}"
        asked += 1
    return asked


@pytest.mark.parametrize("seed", range(2))
async def test_a_made_up_ledger(tmp_path: Path, neo4j: Ledger, seed: int) -> None:
    """Rows of all kinds go over and come back as they were, once; every question has the same answer in both."""
    clock = Ticks()
    sqlite = await SqliteLedger.open(tmp_path / "ledger.db", clock=clock, synchronous="OFF")
    await made_up(sqlite, clock, seed)
    stored = stored_in(tmp_path / "ledger.db")
    count = sum(len(rows) for tables in stored.values() for rows in tables.values())
    assert all(stored[P][table] for table in TABLES if table != "agent_configs"), "the tale tells of every table"

    assert await copy(stored, neo4j) == count
    assert await copy(stored, neo4j) == 0
    for partition, tables in stored.items():
        assert await rows_in(neo4j, partition) == tables

    assert await compare(sqlite, neo4j, P, stored[P]) > 500
    theirs = over_owners(neo4j, P)
    async for question, expected in over_owners(sqlite, P):
        assert await anext(theirs) == (question, expected)
    assert await neo4j.memories("nobody", ["y0"], Axes()) == []
    await sqlite.close()


async def test_the_demo(tmp_path: Path, neo4j: Ledger) -> None:
    """What the real core remembers of the demo's conversations reads the same in both."""
    scope = await remembered(tmp_path / "data")
    path = tmp_path / "data" / "ledger.db"
    sqlite = await SqliteLedger.open(path, clock=Ticks(), synchronous="OFF")
    stored = stored_in(path)
    await copy(stored, neo4j)
    await compare(sqlite, neo4j, scope.partition, stored[scope.partition])
    await sqlite.close()


async def test_another_content_is_refused(tmp_path: Path, neo4j: Ledger) -> None:
    """A row that is stored with another content stays as it is, and so does everything that came with the other."""
    clock = Ticks()
    sqlite = await SqliteLedger.open(tmp_path / "ledger.db", clock=clock, synchronous="OFF")
    await made_up(sqlite, clock, 0)
    await sqlite.close()
    stored = stored_in(tmp_path / "ledger.db")[P]
    await copy({P: stored}, neo4j)
    for table, rows in stored.items():
        for row in rows[:1]:
            new = changed(table, row, new=True)
            other = changed(table, row, new=False)
            if other == row:
                continue
            with pytest.raises(Conflict):
                await neo4j.load(P, table, [new, other] if TABLES[table].key else [other])
    assert await rows_in(neo4j, P) == stored


def changed(table: str, row: Row, *, new: bool) -> Row:
    """The row with another key, or with another content."""
    key = TABLES[table].key
    for name, kind in TABLES[table].columns.items():
        if (name in key) == new and not name.endswith("_id") and kind.startswith(("str", "int")) and name != "tenant":
            return {**row, name: f"{row[name]}+" if kind.startswith("str") else (row[name] or 0) + 1_000_000}
    return row


async def test_rows_that_point_at_nothing_are_refused(neo4j: Ledger) -> None:
    """A row is stored after what it points at, or not at all."""
    alias = {"partition": P, "entity_id": "e", "normal": "n", "name": "N", "recorded_at": 1, "superseded_at": None}
    with pytest.raises(Conflict):
        await neo4j.load(P, "aliases", [alias])
    with pytest.raises(ValueError, match="another partition"):
        await neo4j.load("other", "aliases", [alias])
    assert (await neo4j.rows(P, "aliases", 5)).items == ()


async def test_tokens_of_other_lists_are_refused(neo4j: Ledger) -> None:
    """A page token that no list has given is told as such."""
    for token in ("x", '["a"]', "[1]", "null"):
        with pytest.raises(InvalidPageToken):
            await neo4j.decisions(P, after=token)
        with pytest.raises(InvalidPageToken):
            await neo4j.list_entities(P, Axes(), 3, token)
        with pytest.raises(InvalidPageToken):
            await neo4j.rows(P, "decisions", 3, token)
