"""How Neo4j walks to what recall and the write path ask for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from neo4j import Driver, GraphDatabase

from ledger_rows import Ticks, graph_of_ann
from ledgers import open_neo4j
from neo4j_server import Neo4jServer
from twohop.graph.neo4j import (
    around,
    claims,
    conversations,
    directory,
    entities,
    listing,
    memories,
    outbox,
    record,
    relations,
    statistics,
    table_rows,
)
from twohop.graph.neo4j.database import sent
from twohop.graph.neo4j.look import Look

MODULES = (around, conversations, entities, listing, memories, record, relations, statistics)
LOOKS: dict[str, str] = {
    f"{module.__name__.rpartition('.')[2]}.{name}": one.cypher
    for module in MODULES
    for name, one in vars(module).items()
    if isinstance(one, Look)
} | {f"rows.{table}": one.cypher for table, one in table_rows.PAGES.items()}
LISTS = {
    "OWNERS": directory.OWNERS,
    "OF_TENANT": directory.OF_TENANT,
    "OF_OWNER": directory.OF_OWNER,
    "PARTITIONS": directory.PARTITIONS,
}

WALKS = (
    "AllNodes",
    "LabelScan",
    "AllRelationships",
    "TypeScan",
    "IndexScan",
    "CartesianProduct",
    "HashJoin",
    "VarLength",
)
"""Operators that go over everything, or over all that a label has, or along paths of any length."""

IN_ORDER = {
    "conversations.SESSIONS",
    "conversations.RECENT",
    "conversations.MESSAGE_IDS",
    "conversations.AGENT_CONFIG",
    "entities.LISTED",
    "entities.MENTIONS_OF",
    "memories.BY_SUBJECT",
    "memories.MEMORY_IDS",
    "record.DECISIONS",
    "relations.LISTED",
    "rows.messages",
    "rows.revisions",
    "rows.evidence",
    "rows.relations",
    "rows.supports",
    "rows.decisions",
}
"""What ends when it has enough: the index gives the order, so that nothing is read only to be sorted."""

QUEUES = {
    "outbox.OLDEST": outbox.OLDEST,
    "outbox.OLDEST_OF_OWNER": outbox.OLDEST_OF_OWNER,
    "outbox.PARKED": outbox.PARKED,
    "directory.BACKLOG": directory.BACKLOG,
    "claims.DUE": claims.DUE,
    "claims.CLAIM": claims.CLAIM,
    "claims.ABANDONED": claims.ABANDONED,
    "claims.RELEASE": claims.RELEASE,
    "claims.RENEW": claims.RENEW,
    "claims.LET_JOBS_GO": claims.LET_JOBS_GO,
    "claims.LET_ROWS_GO": claims.LET_ROWS_GO,
    "claims.PRUNE_REQUESTS": claims.PRUNE_REQUESTS,
    "claims.OUTDATED": claims.OUTDATED,
    "claims.PRUNE_JOBS": claims.PRUNE_JOBS,
}
"""What every process asks of all owners, some of it once a second."""

WAITING = 2_000
"""Rows that wait for the index."""

BUSY = 3_000
"""Relations of a busy entity."""

ENOUGH = 8


@pytest.fixture(scope="module")
def driver(neo4j_server: Neo4jServer) -> Iterator[Driver]:
    with GraphDatabase.driver(
        neo4j_server.uri, auth=(neo4j_server.user, neo4j_server.password), notifications_min_severity="OFF"
    ) as opened:
        yield opened


@pytest.fixture
async def _schema(neo4j_server: Neo4jServer, tmp_path: Path) -> None:
    ledger = await open_neo4j(neo4j_server, tmp_path, Ticks())
    await graph_of_ann(ledger)
    await ledger.close()


def asked(cypher: str) -> str:
    """The statement that a look is sent in."""
    return f"UNWIND $q0 AS q CALL (q) {{ {cypher} }} RETURN 0 AS part, q.i AS i, x"


def operators(plan: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """All operators of a plan with what they say."""
    yield plan["operatorType"].partition("@")[0], plan.get("args", {})
    for child in plan.get("children", ()):
        yield from operators(child)


def explained(driver: Driver, statement: str, **values: Any) -> list[str]:
    with driver.session() as session:
        given = {"q0": [], "limit": 5, "partition": "p", **values}
        plan = session.run(f"EXPLAIN {sent(statement)}", given=given).consume().plan  # pyright: ignore[reportArgumentType]
    assert plan is not None
    return [name for name, _ in operators(plan)]


@pytest.mark.usefixtures("_schema")
@pytest.mark.parametrize("name", LOOKS)
def test_no_look_walks_over_everything(driver: Driver, name: str) -> None:
    """Every statement begins at what an index finds, and goes on from there; lists come out of it in their order."""
    found = explained(driver, asked(LOOKS[name]), q0=[], limit=5, partition="p")
    assert [one for one in found if any(walk in one for walk in WALKS)] == []
    if name in IN_ORDER:
        assert not {"Top", "PartialTop", "Limit"}.isdisjoint(found)
        assert "Top" not in found


@pytest.mark.usefixtures("_schema")
@pytest.mark.parametrize("name", LISTS)
def test_no_list_of_owners_walks_over_everything(driver: Driver, name: str) -> None:
    """What goes over several owners steps from one to the next in an index."""
    values = dict.fromkeys(("created_at", "limit"), 0) | dict.fromkeys(("tenant", "partition", "after", "id"), "")
    with driver.session() as session:
        plan = session.run(
            f"EXPLAIN {sent(LISTS[name])}",  # pyright: ignore[reportArgumentType]
            given={**values, "user_id": "", "agent_id": "", "run_id": "", "states": []},
        ).consume()
    assert plan.plan is not None
    found = [one for one, _ in operators(plan.plan)]
    assert [one for one in found if any(walk in one for walk in WALKS if walk != "IndexScan")] == []


@pytest.mark.usefixtures("_schema")
@pytest.mark.parametrize("name", QUEUES)
def test_no_look_at_a_queue_walks_over_everything(driver: Driver, name: str) -> None:
    """What is asked of all owners' jobs and outbox rows begins at what an index finds."""
    found = explained(driver, sent(QUEUES[name]), given={})
    # What a count gives is one row, and so is what is put beside it.
    assert [one for one in found if any(walk in one for walk in WALKS if walk != "CartesianProduct")] == []


@pytest.mark.usefixtures("_schema")
@pytest.mark.parametrize("name", ["outbox.OLDEST", "outbox.OLDEST_OF_OWNER", "directory.BACKLOG"])
def test_a_long_outbox_costs_what_is_asked_of_it(driver: Driver, name: str) -> None:
    """The oldest few of thousands of waiting rows are read, and no others: else a rebuild takes its square."""
    with driver.session() as session:
        session.run(
            "UNWIND range(1, $rows) AS n CREATE (:Outbox {partition: 'busy', kind: 'message', id: 'x' + n,"
            " queued_at: n, seq: n, attempts: 0, parked: false, holder: 'me', leased_until: 0})",
            rows=WAITING,
        ).consume()
        values = {"partition": "busy", "limit": ENOUGH, "holder": "me", "now": WAITING, "lease": 1}
        result = session.run(f"PROFILE {sent(QUEUES[name])}", given=values)  # pyright: ignore[reportArgumentType]
        rows = list(result)
        profile = result.consume().profile
    assert profile is not None
    long = [(name, said.get("Details")) for name, said in operators(profile) if int(said.get("Rows", 0)) > 3 * ENOUGH]
    assert long == []
    if name != "directory.BACKLOG":
        assert [row["id"] for row in rows] == [f"x{n}" for n in range(1, ENOUGH + 1)]


@pytest.mark.usefixtures("_schema")
@pytest.mark.parametrize("end", ["subject_id", "object_id"])
def test_a_busy_entity_costs_what_is_asked_of_it(driver: Driver, end: str) -> None:
    """The newest few relations of an entity with thousands are read, and no others."""
    with driver.session() as session:
        session.run(
            "UNWIND range(1, $busy) AS n CREATE ()-[r:RELATION {partition: 'busy', id: 'x' + n, subject_id: 'one',"
            " object_id: 'other', recorded_at: n / 100, valid_from: 0, valid_to: 9}]->() SET r += $hub",
            busy=BUSY,
            hub={end: "hub"},
        ).consume()
        values = {"i": 0, "ids": ["hub"], "known_at": BUSY, "as_of": 5}
        statement = asked(relations.OF_ENTITIES.cypher)
        given = {"q0": [values], "limit": ENOUGH, "partition": "busy"}
        result = session.run(f"PROFILE {sent(statement)}", given=given)  # pyright: ignore[reportArgumentType]
        [row] = list(result)
        profile = result.consume().profile
    assert len(row["x"][0][1]) == ENOUGH
    assert profile is not None
    busy = [(name, said.get("Details")) for name, said in operators(profile) if int(said.get("Rows", 0)) > 3 * ENOUGH]
    assert busy == []
