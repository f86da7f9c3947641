"""The commands over a Neo4j that servers share: memories, upkeep beside what runs, and what is in the way of it."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from neo4j import GraphDatabase
from typer.testing import CliRunner, Result

from ledger_files import everything
from ledgers import empty
from neo4j_server import Neo4jServer
from server_process import running
from twohop.cli.main import app
from twohop.config import LlmSettings, Settings
from twohop.graph.datadir import DataDir
from twohop.maintenance import open_deployment, open_url

pytestmark = pytest.mark.timeout(600)

SAID = "Alice works at Acme. Alice likes tea."

Twohop = Callable[..., Result]


@pytest.fixture
def deployment(neo4j_server: Neo4jServer, tmp_path: Path) -> dict[str, str]:
    """The settings of processes on an empty database, without an index."""
    empty(neo4j_server)
    return {
        "TWOHOP_DATA_DIR": str(tmp_path / "data"),
        "TWOHOP_LLM__PROVIDER": "rules",
        "TWOHOP_LEDGER__BACKEND": "neo4j",
        "TWOHOP_LEDGER__URI": neo4j_server.uri,
        "TWOHOP_LEDGER__USER": neo4j_server.user,
        "TWOHOP_LEDGER__PASSWORD": neo4j_server.password,
        "TWOHOP_INDEX__BACKEND": "none",
    }


@pytest.fixture
def twohop(deployment: dict[str, str]) -> Twohop:
    """The command line in this process, with the deployment's settings and those that are given beside them."""
    unset = {name: None for name in os.environ if name.startswith(("TWOHOP_", "OPENAI_"))}

    def run(*arguments: str, **more: str) -> Result:
        return CliRunner(env={**unset, **deployment, **more}).invoke(app, [*arguments])

    return run


@pytest.fixture
def served(deployment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The address of a server on the database, with a data directory of its own."""
    more = {name: value for name, value in deployment.items() if name != "TWOHOP_DATA_DIR"}
    with running(tmp_path / "server", **more) as server:
        yield server.address


@pytest.fixture
def served_with_edge(deployment: dict[str, str], tmp_path: Path) -> Iterator[Path]:
    """The data directory of a server on the database that has an index of its own."""
    more = {name: value for name, value in deployment.items() if name != "TWOHOP_DATA_DIR"}
    with running(tmp_path / "server", **{**more, "TWOHOP_INDEX__BACKEND": "edge"}):
        yield tmp_path / "server"


def answer(done: Result, code: int = 0) -> Any:
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def damage(server: Neo4jServer) -> None:
    """Make a counter wrong."""
    with GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver:
        driver.execute_query("MATCH (o:Owner {user_id: 'alice'}) SET o.memory_count = 99")


async def held_by(url: str) -> Any:
    """All rows of the ledger that a URL names."""
    async with open_url(url, Settings(llm=LlmSettings(provider="rules"))) as ledger:
        return await everything(ledger)


def test_upkeep_runs_beside_a_server(twohop: Twohop, served: str, neo4j_server: Neo4jServer, tmp_path: Path) -> None:
    """While a server runs, memories are added and found without it too, damage is named and mended, all is exported.

    An import is refused: it would mix its rows with what the server writes.
    """
    assert twohop("add", SAID, "-u", "alice", "--name", "Alice", "--target", served).exit_code == 0
    assert twohop("add", "Bob lives in Faro.", "-u", "bob", "--name", "Bob").exit_code == 0
    found = answer(twohop("recall", "Where does Alice work?", "-u", "alice", "--json"))
    assert found["results"][0]["memory"] == "Alice works at Acme"
    damage(neo4j_server)
    [finding] = answer(twohop("verify", "--json"), code=1)["findings"]
    assert (finding["flaw"], finding["owner"]) == ("counter", "user 'alice' of tenant 'default'")
    mended = answer(twohop("repair", "--json"))
    assert ([one["flaw"] for one in mended["mended"]], mended["left"]) == (["counter"], [])
    assert answer(twohop("verify", "--json")) == {"owners": 2, "waiting": 0, "findings": []}
    out = tmp_path / "all.jsonl"
    assert answer(twohop("export", str(out), "--json"))["owners"] == 2
    refused = twohop("import", str(out))
    assert refused.exit_code == 1
    assert "a process has the ledger open: stop it first" in refused.stderr


def test_a_process_beside_an_import_is_refused(twohop: Twohop, deployment: dict[str, str], tmp_path: Path) -> None:
    """While an import holds the ledger no process of the deployment opens it; afterwards it does."""
    assert twohop("add", SAID, "-u", "alice", "--name", "Alice").exit_code == 0
    out = str(tmp_path / "all.jsonl")
    assert twohop("export", out).exit_code == 0

    async def imports() -> Result:
        with pytest.MonkeyPatch.context() as environment:
            for name, value in deployment.items():
                environment.setenv(name, value)
            async with open_deployment(Settings(), begin=True, alone=True):
                return await asyncio.to_thread(twohop, "export", out)

    refused = asyncio.run(imports())
    assert refused.exit_code == 1
    assert "for itself alone" in refused.stderr
    assert answer(twohop("import", out, "--json")) == {"owners": 1, "new": 0}


def test_a_data_directory_that_holds_nothing_leads_nowhere(twohop: Twohop, tmp_path: Path) -> None:
    """Where both stores are servers, whoever has the data directory open serves other memories."""
    held = DataDir.acquire(tmp_path / "data")
    held.publish("127.0.0.1:1")
    assert twohop("add", SAID, "-u", "alice", "--name", "Alice").exit_code == 0
    held.release()


async def test_an_export_brings_every_row_to_sqlite_and_back(
    twohop: Twohop, neo4j_server: Neo4jServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one ledger holds the other one does after an import, row by row, whichever way it goes."""
    monkeypatch.setenv("TWOHOP_LEDGER__PASSWORD", neo4j_server.password)
    sqlite, out = {"TWOHOP_LEDGER__BACKEND": "sqlite"}, str(tmp_path / "all.jsonl.gz")
    database = neo4j_server.uri.replace("://", f"://{neo4j_server.user}@") + "/neo4j"
    await in_thread(twohop, "add", SAID, "-u", "alice", "--name", "Alice")
    await in_thread(twohop, "add", "Alice works at Birch now.", "-u", "alice", "--name", "Alice")
    before = await held_by(database)
    await in_thread(twohop, "export", out)
    await in_thread(twohop, "import", out, **sqlite)
    assert await held_by(f"sqlite://{tmp_path}/data") == before
    empty(neo4j_server)
    await in_thread(twohop, "export", out, **sqlite)
    await in_thread(twohop, "import", out)
    assert await held_by(database) == before


async def in_thread(twohop: Twohop, *arguments: str, **more: str) -> None:
    """A command, which has an event loop of its own."""
    done = await asyncio.to_thread(twohop, *arguments, **more)
    assert done.exit_code == 0, done.output


def test_an_index_of_a_server_s_own_is_in_the_way(twohop: Twohop, served_with_edge: Path, tmp_path: Path) -> None:
    """Beside a server with an index of its own nothing is opened: not from its data directory, nor from elsewhere."""
    out = str(tmp_path / "out")
    for command in (["verify"], ["repair"], ["export", out], ["reindex"]):
        elsewhere = twohop(*command, TWOHOP_INDEX__BACKEND="edge")
        assert elsewhere.exit_code == 1, elsewhere.output
        assert "another process has this ledger open" in elsewhere.stderr
    at_home = twohop("verify", TWOHOP_INDEX__BACKEND="edge", TWOHOP_DATA_DIR=str(served_with_edge))
    assert at_home.exit_code == 4
    assert "127.0.0.1:" in at_home.stderr
    assert not Path(out).exists()


def test_an_index_in_the_process_is_built_again(twohop: Twohop) -> None:
    """Reindexing fills the index of a deployment that has one in its data directory; without any it says so."""
    assert twohop("add", SAID, "-u", "alice", "--name", "Alice").exit_code == 0
    refused = twohop("reindex")
    assert refused.exit_code == 1
    assert "no index" in refused.stderr
    for _ in range(2):
        assert answer(twohop("reindex", "--json", TWOHOP_INDEX__BACKEND="edge"))["points"] > 2
    assert answer(twohop("verify", "--json", TWOHOP_INDEX__BACKEND="edge")) == {
        "owners": 1,
        "waiting": 0,
        "findings": [],
    }
