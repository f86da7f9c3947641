"""The Neo4j that tests run on: the one that the environment names, a container, or a process from Maven Central.

`TWOHOP_TEST_NEO4J_URI` (`…_USER`, `…_PASSWORD`): a server whose database the tests may empty.
`TWOHOP_TEST_NEO4J_FROM=environment|docker|maven`: only this way of having one.
`TWOHOP_TEST_REQUIRE_NEO4J=1`: to have none is a failure, not a skip.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, NoReturn

import docker
import pytest
from docker.errors import DockerException
from neo4j import GraphDatabase
from testcontainers.community.neo4j import Neo4jContainer

import docker_engine
from neo4j_process import PASSWORD, USER, Neo4jProcess, missing

IMAGE = "neo4j:5.26-community"
WIPED_AT_ONCE = 5_000
SEEN = pytest.StashKey[str]()


@dataclass(frozen=True, slots=True)
class Neo4jServer:
    """A server that answers. Its one user database belongs to the tests, which run one after the other."""

    uri: str
    user: str
    password: str

    def wipe(self) -> None:
        """Delete every node and relationship; constraints and indexes stay."""
        with GraphDatabase.driver(self.uri, auth=(self.user, self.password)) as driver, driver.session() as session:
            session.run(
                "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF $rows ROWS", rows=WIPED_AT_ONCE
            ).consume()

    def version(self) -> str:
        """What the server says it is: name, version and edition."""
        with GraphDatabase.driver(self.uri, auth=(self.user, self.password)) as driver:
            found = driver.execute_query("CALL dbms.components() YIELD name, versions, edition").records[0]
        return f"{found['name']} {found['versions'][0]} {found['edition']}"


class Absent(Exception):
    """No server can be had this way; the text says what is missing."""


Way = Callable[[ExitStack, pytest.TempPathFactory], Neo4jServer]


def from_environment(_until: ExitStack, _folders: pytest.TempPathFactory) -> Neo4jServer:
    uri = os.environ.get("TWOHOP_TEST_NEO4J_URI")
    if not uri:
        raise Absent("TWOHOP_TEST_NEO4J_URI is not set")
    return Neo4jServer(
        uri,
        os.environ.get("TWOHOP_TEST_NEO4J_USER", "neo4j"),
        os.environ.get("TWOHOP_TEST_NEO4J_PASSWORD", ""),
    )


def from_docker(until: ExitStack, _folders: pytest.TempPathFactory) -> Neo4jServer:
    if not docker_engine.answers():
        raise Absent("no Docker engine answers")
    engine = docker.from_env()
    try:
        engine.images.get(IMAGE)
    except DockerException:
        try:
            engine.images.pull(IMAGE)
        except DockerException as e:
            raise Absent(f"Docker has no image {IMAGE} and can't pull it") from e
    finally:
        engine.close()
    container = until.enter_context(Neo4jContainer(IMAGE, username=USER, password=PASSWORD))
    return Neo4jServer(container.get_connection_url(), USER, PASSWORD)


def from_maven(until: ExitStack, folders: pytest.TempPathFactory) -> Neo4jServer:
    if lacking := missing():
        raise Absent(f"{' and '.join(lacking)} can't be found (Maven and Java 17 or later start one)")
    process = Neo4jProcess(folders.mktemp("neo4j"))
    until.callback(process.kill)
    return Neo4jServer(process.uri, process.user, process.password)


WAYS: dict[str, Way] = {"environment": from_environment, "docker": from_docker, "maven": from_maven}


@pytest.fixture(scope="session")
def neo4j_server(
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
    record_testsuite_property: Callable[[str, object], None],
) -> Iterator[Neo4jServer]:
    """One server for all tests."""
    only = os.environ.get("TWOHOP_TEST_NEO4J_FROM")
    lacking: list[str] = []
    with ExitStack() as until:
        for name in [only] if only else WAYS:
            try:
                server = WAYS[name](until, tmp_path_factory)
            except Absent as e:
                lacking.append(str(e))
                continue
            said = server.version()
            pytestconfig.stash[SEEN] = f"{said}, from {name}"
            record_testsuite_property("neo4j", pytestconfig.stash[SEEN])
            yield server
            return
    none_found(lacking)


@pytest.fixture
def neo4j_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jProcess]:
    """A server of the test's own, to stop, kill and start again."""
    if lacking := missing():
        none_found([f"{' and '.join(lacking)} can't be found, and only a server from Maven can be killed"])
    process = Neo4jProcess(tmp_path_factory.mktemp("neo4j"))
    yield process
    process.kill()


def none_found(lacking: list[str]) -> NoReturn:
    """Skip, or fail where a server is required, and say what would have made the test run."""
    reason = f"no Neo4j: {'; '.join(lacking)}"
    if os.environ.get("TWOHOP_TEST_REQUIRE_NEO4J") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say which server the tests ran on."""
    if SEEN in config.stash:
        terminalreporter.write_line(f"Neo4j of these tests: {config.stash[SEEN]}")
