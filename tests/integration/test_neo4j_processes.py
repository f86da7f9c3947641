"""Several processes write to one Neo4j at once, as operating-system processes of their own."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from neo4j import GraphDatabase

from ledger_rows import acceptance, key, revision
from ledgers import empty
from neo4j_server import Neo4jServer
from tcp import proxy
from twohop.errors import LedgerUnavailable, Misplaced
from twohop.graph.model import JobState, Scope
from twohop.graph.neo4j import Neo4jLedger, claims, clock, vocabulary
from twohop.graph.neo4j.outbox import REFILLED_AT_ONCE
from twohop.graph.statement import Ran, Statement, unheard
from twohop.graph.store import LEASE, Changes, JobUpdate, Outdated, Run
from twohop.memory.clock import system_clock

PROCESSES = 3
ROUNDS = 15
OWNERS = 2
SECONDS = 240

WRITER = Path(__file__).parents[1] / "neo4j_writer.py"


def owner(number: int) -> Scope:
    return Scope(user_id=f"owner-{number}")


@pytest.fixture
async def ledger(neo4j_server: Neo4jServer) -> AsyncIterator[Neo4jLedger]:
    await asyncio.to_thread(empty, neo4j_server)
    opened = await open_on(neo4j_server)
    yield opened
    await opened.close()


async def open_on(server: Neo4jServer, ran: Ran = unheard) -> Neo4jLedger:
    return await Neo4jLedger.open(server.uri, user=server.user, password=server.password, database="neo4j", ran=ran)


def bare(server: Neo4jServer) -> None:
    """Take the database back to where it was before anybody opened a ledger in it."""
    server.wipe()
    with GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver, driver.session() as session:
        for name in session.run("SHOW CONSTRAINTS YIELD name").value("name"):
            session.run(f"DROP CONSTRAINT {name}").consume()  # pyright: ignore[reportArgumentType]
        for name in session.run("SHOW INDEXES YIELD name, type WHERE type = 'RANGE'").value("name"):
            session.run(f"DROP INDEX {name}").consume()  # pyright: ignore[reportArgumentType]


async def race(server: Neo4jServer) -> list[dict[str, Any]]:
    """What each of the processes says of its writes."""
    arguments = [server.uri, server.user, server.password, str(OWNERS), str(ROUNDS)]
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            str(WRITER),
            str(number),
            *arguments,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        for number in range(PROCESSES)
    ]
    told = []
    async with asyncio.timeout(SECONDS):
        for process in running:
            out, err = await process.communicate()
            assert process.returncode == 0, err.decode()
            told.append(json.loads(out))
    return told


async def test_processes_that_write_to_the_same_owners_are_serial(
    ledger: Neo4jLedger, neo4j_server: Neo4jServer
) -> None:
    """Of three that commit on one state, accept one request, or begin one owner, exactly one wins; no other error."""
    told = await race(neo4j_server)

    assert {error for one in told for error in one["errors"]} <= {"StaleRead"}
    for number in range(OWNERS):
        p = owner(number).partition
        known = await ledger.owner(p)
        assert known is not None
        rounds = [f"{number}-{n}" for n in range(ROUNDS)]
        won = Counter(name for one in told for name in one["committed"] if name in rounds)
        assert won == Counter(rounds), "each state is followed by exactly one commit"
        accepted = [(name, one["accepted"][name]) for one in told for name in one["accepted"] if name in rounds]
        assert len(accepted) == PROCESSES * ROUNDS
        assert len(set(accepted)) == ROUNDS, "one request id is one job, whoever asks"
        assert (known.message_count, known.memory_count, known.state_seq) == (ROUNDS, ROUNDS, ROUNDS)
        assert len(await ledger.message_ids(p, 999)) == ROUNDS
        assert [one.position for one in await ledger.recent_messages(p, "default", 999)] == list(range(ROUNDS))
        stamps = [at for one in told for name, at in one["stamps"] if name in rounds]
        assert len(stamps) == len(set(stamps)) == 2 * ROUNDS, "no two writes of an owner have one instant"
        for one in told:
            own = [at for name, at in one["stamps"] if name in rounds]
            assert own == sorted(own)


async def test_one_job_is_claimed_by_one_process(ledger: Neo4jLedger, neo4j_server: Neo4jServer) -> None:
    """Two ledgers that claim at once share the jobs; what one holds the other neither claims nor releases."""
    other = await open_on(neo4j_server)
    try:
        for n in range(20):
            await ledger.accept(acceptance(f"m{n}", scope=Scope(user_id=f"u{n}")))
        claims = await asyncio.gather(*(one.claim_jobs(5) for one in (ledger, other) * 4))
        names = [job.id for claim in claims for job in claim]
        assert sorted(names) == sorted(f"job-m{n}" for n in range(20))
        assert [await one.release_jobs() for one in (ledger, other)] == [0, 0]
        done = (await ledger.accept(acceptance("x"))).job
        assert done.state is JobState.PENDING
    finally:
        await other.close()
    assert await ledger.release_jobs() == sum(len(claim) for claim in claims[1::2])


async def test_what_was_claimed_is_told_though_the_database_is_lost(
    ledger: Neo4jLedger, neo4j_server: Neo4jServer
) -> None:
    """Of two rounds the second finds no database: the caller hears of the first one's job, which runs in its name."""
    for n in range(2):
        one = acceptance(f"m{n}")
        await ledger.accept(replace(one, job=replace(one.job, session=f"s{n}")))
    address = urlsplit(neo4j_server.uri)
    async with proxy(address.port) as between:
        looks = 0

        def ran(statement: Statement) -> None:
            nonlocal looks
            looks += statement.text == claims.DUE
            if looks == 2:
                between.reset()

        uri = address._replace(netloc=f"{address.hostname}:{between.port}").geturl()
        other = await open_on(replace(neo4j_server, uri=uri), ran)
        try:
            assert [one.id for one in await other.claim_jobs(2)] == ["job-m0"]
        finally:
            await between.serve()
            await other.close()


async def test_what_a_dead_process_left_unasked_of_a_new_mean_is_asked_for(
    ledger: Neo4jLedger, neo4j_server: Neo4jServer
) -> None:
    """A long list is asked for in several transactions; when they break off, another process goes on there."""
    p = owner(0).partition
    await ledger.accept(acceptance("m", scope=owner(0)))
    with GraphDatabase.driver(neo4j_server.uri, auth=(neo4j_server.user, neo4j_server.password)) as driver:
        driver.execute_query(
            "UNWIND range(1, $some) AS n CREATE (:Message {partition: $p, id: 'n' + n})", p=p, some=2 * REFILLED_AT_ONCE
        )
    address = urlsplit(neo4j_server.uri)
    async with proxy(address.port) as between:

        def ran(statement: Statement) -> None:
            if statement.text == vocabulary.UNASKED:
                between.reset()

        uri = address._replace(netloc=f"{address.hostname}:{between.port}").geturl()
        other = await open_on(replace(neo4j_server, uri=uri), ran)
        try:
            with pytest.raises(LedgerUnavailable):
                await other.set_mean(p, "message", 1, 32, b"mean")
        finally:
            between.target = None
            await other.close()
    assert (await ledger.means(p))["message"][0] == 1
    assert (await ledger.backlog(p)).waiting <= REFILLED_AT_ONCE + 1

    while await ledger.outbox(1) == []:
        pass
    assert (await ledger.backlog(p)).waiting == 2 * REFILLED_AT_ONCE + 1


async def test_a_request_id_belongs_to_one_owner_of_the_tenant(ledger: Neo4jLedger, neo4j_server: Neo4jServer) -> None:
    """Two owners that use one id at the same time: one is written, the other is refused as reused."""
    other = await open_on(neo4j_server)
    try:
        for n in range(10):
            scopes = [Scope(user_id=f"{who}{n}") for who in ("a", "b")]
            answers = await asyncio.gather(
                *(
                    one.accept(acceptance("m", scope=scope, request=key(f"r{n}")))
                    for one, scope in zip((ledger, other), scopes, strict=True)
                ),
                return_exceptions=True,
            )
            assert sorted(type(one).__name__ for one in answers) == ["Accepted", "RequestIdReused"]
            owners = [await ledger.owner(scope.partition) for scope in scopes]
            assert sum(one is not None for one in owners) == 1
    finally:
        await other.close()


async def test_a_place_is_taken_beside_equals_only(ledger: Neo4jLedger, neo4j_server: Neo4jServer) -> None:
    """Processes with one shared index stand beside each other; another index, or one of its own, is refused."""
    assert await ledger.enter("qdrant:one", exclusive=False)
    await ledger.outbox_refill()
    other = await open_on(neo4j_server)
    try:
        for index, exclusive in (("qdrant:two", False), ("qdrant:one", True), ("edge:here", True)):
            with pytest.raises(Misplaced):
                await other.enter(index, exclusive=exclusive)
        assert not await other.enter("qdrant:one", exclusive=False), "it is filled already"
        await ledger.renew([])
    finally:
        await other.close()
    assert not await ledger.enter("qdrant:one", exclusive=True), "the other one left, and this one has its own place"


async def test_a_process_goes_by_the_clock_of_the_database(
    neo4j_server: Neo4jServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the machine's clock is an hour ahead, no time given out is later than what is written after it."""
    hour = 3_600_000_000
    monkeypatch.setattr(clock, "machine", lambda: system_clock() + hour)
    ahead = await open_on(neo4j_server)
    try:
        now = ahead.now()
        accepted = await ahead.accept(acceptance("m", scope=Scope(user_id="clock")))
        assert now <= accepted.recorded_at < now + hour // 10
        await ahead.renew([])
        assert ahead.now() < accepted.recorded_at + hour // 10
    finally:
        await ahead.close()


async def test_who_has_the_index_locked_takes_the_place_of_the_dead(
    ledger: Neo4jLedger, neo4j_server: Neo4jServer
) -> None:
    """A process that died in its data directory is succeeded at once; should it live after all, it is told."""
    await ledger.enter("edge:here", exclusive=True)
    other = await open_on(neo4j_server)
    try:
        with pytest.raises(Misplaced):
            await other.enter("edge:there", exclusive=True)
        await other.enter("edge:here", exclusive=True)
        await other.renew([])
        with pytest.raises(Misplaced):
            await ledger.renew([])
        await other.renew([])
    finally:
        await other.close()


async def test_an_index_counts_as_filled_for_who_filled_it(ledger: Neo4jLedger, neo4j_server: Neo4jServer) -> None:
    """A refill that ends after another process has taken the place says nothing of that one's index."""
    await ledger.enter("edge:here", exclusive=True)
    other = await open_on(neo4j_server)
    try:
        await other.enter("edge:here", exclusive=True)
        await ledger.outbox_refill()
        assert await other.enter("edge:here", exclusive=True)
        await other.outbox_refill()
        assert not await other.enter("edge:here", exclusive=True)
    finally:
        await other.close()


async def test_leases_are_renewed_apart_and_in_time(ledger: Neo4jLedger, neo4j_server: Neo4jServer) -> None:
    """While somebody has the places locked the jobs are renewed, and the beat gives up long before a lease is over."""
    await ledger.enter("qdrant:one", exclusive=False)
    await ledger.accept(acceptance("m"))
    (job,) = await ledger.claim_jobs(1)
    auth = (neo4j_server.user, neo4j_server.password)
    with GraphDatabase.driver(neo4j_server.uri, auth=auth) as driver, driver.session() as session:
        leased = "MATCH (j:Job {id: $id}) RETURN j.leased_until AS x"
        before = driver.execute_query(leased, id=job.id).records[0]["x"]
        with session.begin_transaction() as holding:
            holding.run("MATCH (s:Schema {id: 'twohop'}) SET s.version = s.version").consume()
            began = time.monotonic()
            with pytest.raises(LedgerUnavailable):
                await ledger.renew([Run(acceptance().scope.partition, job.id, job.run)])
            assert time.monotonic() - began < LEASE / 2_000_000
            holding.rollback()
        assert driver.execute_query(leased, id=job.id).records[0]["x"] > before


async def test_a_refused_write_is_its_own(ledger: Neo4jLedger) -> None:
    """A write that fails by itself does not fail those of its owner that wait behind it."""
    await ledger.accept(acceptance("m0", request=key("r")))
    await ledger.update_job(acceptance().scope.partition, JobUpdate(id="job-m0", state=JobState.DONE))
    later = 2**62
    await ledger.prune(Outdated(requests=0, jobs=later, dead_letters=0), 9)
    answers = await asyncio.gather(
        ledger.accept(acceptance("m0", request=key("r"))),
        *(ledger.accept(acceptance(f"m{n}")) for n in range(1, 4)),
        return_exceptions=True,
    )
    assert [type(one).__name__ for one in answers] == ["Conflict", "Accepted", "Accepted", "Accepted"]


async def test_a_new_index_is_filled_once(ledger: Neo4jLedger) -> None:
    """An index that nobody filled has to be; after a refill of all it need not, until another one is named."""
    await ledger.commit(
        Changes(partition=owner(0).partition, revisions=(revision("r", "a", partition=owner(0).partition),))
    )
    assert await ledger.enter("a", exclusive=False)
    assert await ledger.enter("a", exclusive=False)
    assert await ledger.outbox_refill() == 1
    assert not await ledger.enter("a", exclusive=False)
    assert await ledger.enter("b", exclusive=False)


async def test_ledgers_that_open_at_once_make_the_schema_once(neo4j_server: Neo4jServer) -> None:
    """On a database without a schema several opens wait for one another, and all of them work."""
    await asyncio.to_thread(bare, neo4j_server)
    opened = await asyncio.gather(*(open_on(neo4j_server) for _ in range(4)))
    for n, ledger in enumerate(opened):
        await ledger.accept(acceptance(f"m{n}"))
    assert len(await opened[0].message_ids(acceptance().scope.partition, 9)) == 4
    for ledger in opened:
        await ledger.close()
