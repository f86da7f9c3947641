"""The Neo4j that other tests run on: it keeps its data, and it does not outlive them."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from neo4j import GraphDatabase

from neo4j_process import Neo4jProcess, missing
from neo4j_server import Neo4jServer

ENDS_WITHIN_SECONDS = 10.0

OWNER = """
import sys, time
from pathlib import Path
from neo4j_process import Neo4jProcess
print(Neo4jProcess(Path(sys.argv[1])).uri, flush=True)
time.sleep(3600)
"""


def nodes(server: Neo4jServer | Neo4jProcess) -> int:
    with GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver:
        return int(driver.execute_query("MATCH (n:Kept) RETURN count(n) AS n").records[0]["n"])


def test_the_shared_server_can_be_emptied(neo4j_server: Neo4jServer) -> None:
    """A test that needs an empty database gets one, whatever ran before."""
    with GraphDatabase.driver(neo4j_server.uri, auth=(neo4j_server.user, neo4j_server.password)) as driver:
        driver.execute_query("UNWIND range(1, 10) AS i CREATE (:Kept)-[:NEAR]->(:Kept)")

    neo4j_server.wipe()

    assert nodes(neo4j_server) == 0


def test_a_killed_server_has_its_data_when_it_is_started_again(neo4j_process: Neo4jProcess) -> None:
    """Tests of failures see what a real server does: what was committed is there, on the port it had."""
    with GraphDatabase.driver(neo4j_process.uri, auth=(neo4j_process.user, neo4j_process.password)) as driver:
        driver.execute_query("CREATE (:Kept)")
    before = neo4j_process.uri

    neo4j_process.kill()
    neo4j_process.start()

    assert neo4j_process.uri == before
    assert nodes(neo4j_process) == 1


@pytest.mark.skipif(bool(missing()), reason="Maven and Java start this server; one is not here")
def test_a_server_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    """A run of the tests that is killed leaves no server behind."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    port = int(owner.stdout.readline().rsplit(":", 1)[1])

    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()

    assert ended(port)


def ended(port: int) -> bool:
    deadline = time.monotonic() + ENDS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            return True
        time.sleep(0.05)
    return False
