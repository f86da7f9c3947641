"""Several servers on one Neo4j, one of them killed half-way: `make soak-many` (SECONDS=60 WRITERS=64 OWNERS=8).

They share a Qdrant server when `TWOHOP_TEST_QDRANT_URL` names one, and have no index else.
"""

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from uuid import uuid4

import pytest
from bench.soak.check import RULES
from bench.soak.run import GONE, Report, measured, show, with_verify
from bench.soak.story import Crowd
from pydantic import SecretStr

from failures import environment, on_neo4j
from indexes import over_http
from ledgers import empty
from neo4j_server import Neo4jServer
from server_process import running
from twohop.config import IndexSettings

pytestmark = pytest.mark.timeout(600)

SERVERS = 3
SECONDS = float(os.environ.get("SECONDS", "6"))
CROWD = Crowd(writers=int(os.environ.get("WRITERS", "12")), owners=int(os.environ.get("OWNERS", "2")))


@pytest.fixture(scope="module")
def index() -> Iterator[IndexSettings]:
    """The index that all servers share."""
    url = os.environ.get("TWOHOP_TEST_QDRANT_URL", "")
    if not url:
        yield IndexSettings(backend="none")
        return
    key = os.environ.get("TWOHOP_TEST_QDRANT_API_KEY", "")
    port = int(os.environ.get("TWOHOP_TEST_QDRANT_GRPC_PORT", "6334"))
    name = f"soak-{uuid4().hex}"
    yield IndexSettings(backend="qdrant", url=url, api_key=SecretStr(key), grpc_port=port, collection=name)

    async def remove() -> None:
        client = over_http(url, api_key=key)
        await client.delete_collection(f"{name}-1")
        await client.close()

    asyncio.run(remove())


@pytest.fixture(scope="module")
def report(neo4j_server: Neo4jServer, index: IndexSettings, tmp_path_factory: pytest.TempPathFactory) -> Report:
    empty(neo4j_server)
    settings = on_neo4j(tmp_path_factory.mktemp("soak"), neo4j_server, index=index)
    with ExitStack() as stack:
        servers = [stack.enter_context(running(settings.data_dir, **environment(settings))) for _ in range(SERVERS)]

        def kill_one() -> Sequence[str]:
            servers[-1].kill()
            return [server.address for server in servers[:-1]]

        written = measured([server.address for server in servers], CROWD, SECONDS, kill_one)
        for server in servers[:-1]:
            assert server.stop() == 0
    report = with_verify(written, settings)
    show(report)
    return report


def test_writers_of_a_killed_server_go_on_at_another(report: Report) -> None:
    """Adds are acknowledged before and after the kill; those it cut off are repeated and answered by another server."""
    assert report.acknowledged >= CROWD.writers
    assert report.errors[GONE] > 0


@pytest.mark.parametrize("rule", [*RULES, "verify"])
def test_servers_that_share_a_ledger_leave_nothing_wrong(rule: str, report: Report) -> None:
    """Nothing acknowledged is lost, doubled or half linked, and errors are those that are documented."""
    assert report.findings[rule] == []
