"""Moving a ledger to another backend: everything arrives, it is compared, and it may be interrupted."""

import sqlite3
from pathlib import Path

import pytest

from ledger_files import empty, everything, told
from neo4j_server import Neo4jServer
from stories import ALICE, story, tell
from twohop.config import LlmSettings, Settings
from twohop.errors import Conflict, DataDirHeld, DataDirUnusable, InvalidInput, Misplaced
from twohop.graph.store import Ledger
from twohop.maintenance import open_url
from twohop.memory.upkeep.findings import Flaw
from twohop.memory.upkeep.migrate import Migrated, differences, migrate


async def moved(source: Ledger, target: Ledger) -> list[Migrated]:
    return [one async for one in migrate(source, target)]


async def test_everything_arrives_and_is_compared(tmp_path: Path) -> None:
    """The target holds the same rows, which wait for its projector; a second time nothing is new."""
    async with told(tmp_path) as app, empty(tmp_path) as target:
        for first in (True, False):
            done = await moved(app.ledger, target)
            assert len(done) == 3
            assert all(bool(one.new) == first and one.findings == () for one in done)
        assert await everything(target) == await everything(app.ledger)
        assert (await target.backlog()).waiting


async def test_what_is_not_the_same_is_named(tmp_path: Path) -> None:
    """A row that was changed, is missing or too many in the target is a finding with its table and id."""
    async with told(tmp_path) as app, empty(tmp_path) as target:
        await moved(app.ledger, target)
        connection = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
        connection.execute("UPDATE messages SET content = 'else' WHERE partition = ?", (ALICE.partition,))
        connection.execute("DELETE FROM vocabulary WHERE partition = ?", (ALICE.partition,))
        connection.execute("INSERT INTO memories VALUES (?, 'zzz', 1)", (ALICE.partition,))
        connection.close()
        found = await differences(app.ledger, target, ALICE.partition)
        assert {(one.flaw, one.table) for one in found} == {
            (Flaw.COPY, "messages"),
            (Flaw.COPY, "memories"),
            (Flaw.COPY, "vocabulary"),
        }
        assert next(one for one in found if one.table == "memories").id == "zzz"


async def test_a_target_with_other_data_is_refused(tmp_path: Path) -> None:
    """An owner that the target has with another past is named, and stays as it is."""
    async with told(tmp_path / "one") as app, story(tmp_path / "two") as other:
        await tell(other, "Alice likes tea")
        before = await everything(other.ledger)
        with pytest.raises(Conflict, match="user 'alice' of tenant 'default'"):
            await moved(app.ledger, other.ledger)
        after = await everything(other.ledger)
        assert {place: after[place] for place in before} == before


# -- ledgers by URL -----------------------------------------------------------------------------------------------


def settings(folder: Path) -> Settings:
    return Settings(data_dir=folder, llm=LlmSettings(provider="rules"))


async def test_a_url_opens_the_ledger_of_a_data_directory(tmp_path: Path) -> None:
    """A path with odd letters works, and nobody else can open the directory meanwhile."""
    async with told(tmp_path / "a b"):
        pass
    url = f"sqlite://{tmp_path}/a%20b/data"
    async with open_url(url, settings(tmp_path)) as ledger:
        assert ALICE.partition in await ledger.partitions(9)
        with pytest.raises(DataDirHeld):
            async with open_url(url, settings(tmp_path)):
                pass


async def test_a_server_that_runs_is_in_the_way(tmp_path: Path) -> None:
    """The ledger of a running process is not opened."""
    async with told(tmp_path) as app:
        with pytest.raises(DataDirHeld):
            async with open_url(f"sqlite://{app.settings.data_dir}", settings(tmp_path)):
                pass


NEO4J = ["neo4j://", "neo4j://host:7687/db", "neo4j://user:secret@host/db"]
"""A database needs a user, and no password belongs into a URL."""


@pytest.mark.parametrize("url", ["/a/path", "mysql://host/db", "sqlite://relative/path", "sqlite://", "", *NEO4J])
async def test_urls_of_no_ledger_are_refused(url: str, tmp_path: Path) -> None:
    """What names no ledger says what one looks like."""
    with pytest.raises(InvalidInput) as refused:
        async with open_url(url, settings(tmp_path)):
            pass
    assert "secret" not in refused.value.message


async def test_a_directory_without_a_ledger_is_no_source(tmp_path: Path) -> None:
    """A typing error doesn't begin an empty ledger; as a target it may."""
    url = f"sqlite://{tmp_path}/nothing"
    with pytest.raises(DataDirUnusable, match="holds no ledger"):
        async with open_url(url, settings(tmp_path)):
            pass
    assert not (tmp_path / "nothing").exists()
    async with open_url(url, settings(tmp_path), begin=True) as ledger:
        assert await ledger.partitions(9) == []


# -- Neo4j --------------------------------------------------------------------------------------------------------


@pytest.fixture
def database(neo4j_server: Neo4jServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty database."""
    neo4j_server.wipe()
    monkeypatch.setenv("TWOHOP_LEDGER__PASSWORD", neo4j_server.password)
    return neo4j_server.uri.replace("://", f"://{neo4j_server.user}@") + "/neo4j"


async def test_a_ledger_moves_to_neo4j_and_back(database: str, tmp_path: Path) -> None:
    """Every row comes back as it left, each way is compared, and verify finds nothing on the way."""
    async with told(tmp_path) as app, empty(tmp_path) as back:
        async with open_url(database, settings(tmp_path), begin=True) as neo4j:
            there = await moved(app.ledger, neo4j)
            assert [one.findings for one in there] == [(), (), ()]
            assert sum(one.new for one in await moved(app.ledger, neo4j)) == 0
        async with open_url(database, settings(tmp_path)) as neo4j:
            assert [one.findings for one in await moved(neo4j, back)] == [(), (), ()]
        assert await everything(back) == await everything(app.ledger)


@pytest.mark.parametrize("scheme", ["neo4j", "bolt"])
@pytest.mark.parametrize("security", ["", "+s", "+ssc"])
async def test_every_scheme_of_the_driver_names_a_ledger(scheme: str, security: str, tmp_path: Path) -> None:
    """A URL of each is read as one, and told what it lacks."""
    with pytest.raises(InvalidInput, match=r"give .*://user@host"):
        async with open_url(f"{scheme}{security}://host", settings(tmp_path)):
            pass


async def test_a_process_on_the_database_is_in_the_way(database: str, tmp_path: Path) -> None:
    """While a process works on the database it is not opened, and once that one has gone it is."""
    async with open_url(database, settings(tmp_path)):
        with pytest.raises(Misplaced, match="stop it first"):
            async with open_url(database, settings(tmp_path)):
                pass
    async with open_url(database, settings(tmp_path)) as ledger:
        assert await ledger.partitions(9) == []
