"""Verify and repair: each kind of damage is named, what follows from other rows is mended, nothing else is touched."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ledger_files import BOB, everything, told
from stories import ALICE, fact, story, tell
from twohop.app import App
from twohop.graph.model import FAR
from twohop.memory.clock import uuid7
from twohop.memory.predicates import PredicateTable
from twohop.memory.upkeep.findings import REMEDIES, Finding, Flaw
from twohop.memory.upkeep.repair import Repairer
from twohop.memory.upkeep.verify import Verified, verify_owner
from twohop.memory.upkeep.verify_index import points_of, wanted
from twohop.vector.model import Point, Stored

SOURCES = ("messages", "memories", "revisions", "evidence", "mentions", "decisions", "entity_versions", "aliases")
"""Tables that nothing can be derived from others: repair leaves them alone."""

DAMAGE: dict[str, tuple[list[str], set[Flaw]]] = {
    "a message is gone": (
        ["DELETE FROM messages WHERE partition = :p AND position = 0"],
        {Flaw.DANGLING, Flaw.POSITIONS, Flaw.COUNTER, Flaw.POINT_SURPLUS},
    ),
    "a memory's only revision is gone": (
        [
            "DELETE FROM triples WHERE revision_id = (SELECT id FROM revisions WHERE text = 'Emma knows Tom')",
            "DELETE FROM revisions WHERE partition = :p AND text = 'Emma knows Tom'",
        ],
        {Flaw.CURRENT, Flaw.EFFECTS, Flaw.RELATION_SURPLUS, Flaw.POINT_SURPLUS, Flaw.POINT_MISSING},
    ),
    "a revision ended before it began": (
        ["UPDATE revisions SET superseded_at = recorded_at - 1 WHERE partition = :p AND superseded_at IS NOT NULL"],
        {Flaw.TIMES, Flaw.POINT_STALE, Flaw.POINT_MISSING},
    ),
    "a row is later than its owner": (
        ["UPDATE entity_versions SET recorded_at = recorded_at + 9999999 WHERE partition = :p AND name = 'Emma'"],
        {Flaw.TIMES},
    ),
    "a memory has two current revisions": (
        ["DROP INDEX revisions_current", "UPDATE revisions SET superseded_at = NULL WHERE partition = :p"],
        {Flaw.CURRENT, Flaw.SLOT, Flaw.RELATION_MISSING, Flaw.RELATION_SURPLUS, Flaw.POINT_STALE},
    ),
    "two values of one slot hold at a time": (
        ["UPDATE revisions SET valid_to = :far WHERE partition = :p AND superseded_at IS NULL"],
        {Flaw.SLOT, Flaw.RELATION_MISSING, Flaw.RELATION_SURPLUS, Flaw.POINT_STALE},
    ),
    "two entities share a key": (
        [
            "DROP INDEX entity_versions_key",
            "UPDATE entity_versions SET key = 'same' WHERE partition = :p AND name IN ('Emma', 'Tom')",
        ],
        {Flaw.ENTITY},
    ),
    "an entity has two current versions": (
        [
            "DROP INDEX entity_versions_current",
            (
                "INSERT INTO entity_versions SELECT partition, entity_id, 'other', name, normal, type, named, kinds, "
                "recorded_at - 1, NULL FROM entity_versions WHERE partition = :p AND name = 'Emma'"
            ),
        ],
        {Flaw.ENTITY, Flaw.COUNTER},
    ),
    "a session has a hole": (
        ["UPDATE messages SET position = position + 10 WHERE partition = :p AND position = 4"],
        {Flaw.POSITIONS},
    ),
    "a decision did what is not there": (
        ["""UPDATE decisions SET effects = '[["a","","gone"]]' WHERE partition = :p AND ordinal = 0"""],
        {Flaw.EFFECTS},
    ),
    "a job is about a message that is not there": (
        [
            (
                """UPDATE jobs SET state = 'pending', not_before = :far, payload = '{"messages":["gone"]}' """
                "WHERE partition = :p"
            )
        ],
        {Flaw.JOB_MESSAGES},
    ),
    "counters are wrong": (
        [
            "UPDATE owners SET memory_count = 99, entity_count = 0 WHERE partition = :p",
            "UPDATE sessions SET message_count = 99 WHERE partition = :p",
            "UPDATE speakers SET message_count = 99 WHERE partition = :p",
            "UPDATE entities SET relation_count = 99, message_count = 99 WHERE partition = :p",
        ],
        {Flaw.COUNTER},
    ),
    "a relation ended though its memory holds": (
        ["UPDATE relations SET superseded_at = recorded_at + 1 WHERE partition = :p AND text LIKE 'Emma knows%'"],
        {Flaw.RELATION_MISSING, Flaw.COUNTER},
    ),
    "a relation stands though no memory asserts it": (
        ["UPDATE relations SET superseded_at = NULL WHERE partition = :p"],
        {Flaw.RELATION_SURPLUS, Flaw.COUNTER},
    ),
    "a relation rests on nothing": (
        ["DELETE FROM supports WHERE partition = :p"],
        {Flaw.RELATION_MISSING, Flaw.RELATION_SURPLUS, Flaw.POINT_UNMADE},
    ),
    "a row can't be projected": (
        [
            (
                "INSERT INTO outbox (partition, kind, id, seq, queued_at, attempts, parked) "
                "SELECT partition, 'message', id, 1, 1, 9, 1 FROM messages WHERE partition = :p AND position = 0"
            )
        ],
        {Flaw.OUTBOX_PARKED},
    ),
}
"""What is done to Alice's rows -> everything that verify finds then."""

MENDED = {
    "counters are wrong",
    "a relation ended though its memory holds",
    "a relation stands though no memory asserts it",
    "a row can't be projected",
}
"""Damage of which nothing is left after repair."""


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with told(tmp_path) as opened:
        yield opened


def damage(app: App, *statements: str) -> None:
    """Change Alice's rows past the ledger."""
    connection = sqlite3.connect(app.settings.data_dir / "ledger.db", isolation_level=None)
    for statement in statements:
        connection.execute(statement, {"p": ALICE.partition, "far": FAR})
    connection.close()


async def verify(app: App, partition: str = ALICE.partition) -> Verified:
    return await verify_owner(app.ledger, app.index, partition, centred=app.embedder.centred)


def flaws(findings: tuple[Finding, ...]) -> set[Flaw]:
    return {one.flaw for one in findings}


def repairer(app: App) -> Repairer:
    return Repairer(
        ledger=app.ledger,
        index=app.index,
        projector=app.projector,
        predicates=PredicateTable.default(),
        ids=uuid7,
        centred=app.embedder.centred,
    )


async def sources(app: App) -> dict[tuple[str, str], list[object]]:
    return {place: list(rows) for place, rows in (await everything(app.ledger)).items() if place[1] in SOURCES}


async def test_what_is_in_order_has_no_findings(app: App) -> None:
    """A story with changed facts is clean, and repair mends nothing and writes nothing."""
    before = await everything(app.ledger)
    for partition in await app.ledger.partitions(9):
        assert (await verify(app, partition)).findings == ()
        done = await repairer(app).repair(partition)
        assert (done.mended, done.left) == ((), ())
    assert await everything(app.ledger) == before


@pytest.mark.parametrize("what", DAMAGE)
async def test_damage_in_the_ledger_is_named_and_mended_if_it_can_be(what: str, app: App) -> None:
    """Exactly what is wrong is found, in that owner alone; repair changes no row that others are derived from."""
    statements, expected = DAMAGE[what]
    damage(app, *statements)
    found = await verify(app)
    assert flaws(found.findings) == expected
    assert {one.partition for one in found.findings} == {ALICE.partition}
    assert (await verify(app, BOB.partition)).findings == ()
    assert not [one for one in found.findings if "Alice" in f"{one.id} {one.detail}"], "no text of a memory is told"
    kept = await sources(app)
    mending = repairer(app)
    await mending.begin()
    done = await mending.repair(ALICE.partition)
    assert done.left == (await verify(app)).findings
    assert bool(done.left) == (what not in MENDED)
    assert await sources(app) == kept
    again = await mending.repair(ALICE.partition)
    assert (again.mended, again.left) == ((), done.left)


def test_every_flaw_is_planted_and_has_a_remedy() -> None:
    """No kind of finding goes untested, or leaves the reader alone."""
    planted = {flaw for _, expected in DAMAGE.values() for flaw in expected}
    assert planted | {Flaw.POINT_MISSING, Flaw.POINT_AHEAD, Flaw.COPY} == set(Flaw)
    assert set(REMEDIES) == set(Flaw)


# -- the index ----------------------------------------------------------------------------------------------------


async def stored(app: App) -> dict[str, Stored]:
    return {point.id: point async for point in points_of(app.index, ALICE.partition)}


async def points(app: App) -> list[Point]:
    """Alice's points as the projector would make them, with some vector."""
    owner = await app.ledger.owner(ALICE.partition)
    assert owner
    vector = np.ones(app.embedder.dimension, np.float32)
    return [replace(one, dense=vector) async for _, one, _ in wanted(app.ledger, ALICE.partition, owner.seq) if one]


async def test_points_that_are_gone_are_made_again(app: App) -> None:
    """Each missing point is named, and stands there again after repair as it did before."""
    before = await stored(app)
    gone = [*before][::2]
    await app.index.delete(ALICE.partition, gone)
    found = await verify(app)
    assert {(one.flaw, one.id) for one in found.findings} == {(Flaw.POINT_MISSING, id_) for id_ in gone}
    done = await repairer(app).repair(ALICE.partition)
    assert (set(done.mended), done.left) == (set(found.findings), ())
    now = await stored(app)
    assert {id_: replace(one, seq=0) for id_, one in now.items()} == {
        id_: replace(one, seq=0) for id_, one in before.items()
    }


async def test_points_that_should_not_be_there_are_removed(app: App) -> None:
    """A point without a row is named and removed; the points of another owner stay."""
    [first, *_] = await points(app)
    before = await stored(app)
    other = replace(first, id=uuid7())
    await app.index.upsert([other])
    [finding] = (await verify(app)).findings
    assert (finding.flaw, finding.id) == (Flaw.POINT_SURPLUS, other.id)
    assert (await repairer(app).repair(ALICE.partition)).left == ()
    assert await stored(app) == before


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("valid_to", 77),
        ("superseded_at", 77),
        ("expires_at", 77),
        ("memory_id", "another"),
        ("mean_version", 77),
        ("runs", ("another",)),
        ("agents", ("another",)),
        ("observed_at", 77),
    ],
)
async def test_points_that_say_something_else_are_made_again(column: str, wrong: Any, app: App) -> None:
    """A point with another time, memory, run, agent or mean is named with what differs, and corrected."""
    point = next(one for one in await points(app) if one.memory_id and one.superseded_at == FAR)
    await app.index.upsert([replace(point, **{column: wrong})])
    findings = (await verify(app)).findings
    assert [(one.flaw, one.id) for one in findings] == [(Flaw.POINT_STALE, point.id)]
    assert column in findings[0].detail
    assert (await repairer(app).repair(ALICE.partition)).left == ()
    assert getattr((await stored(app))[point.id], column) != wrong


async def test_an_index_newer_than_the_ledger_is_put_right(app: App) -> None:
    """After the restore of an older ledger no write could replace a point from the future: repair does."""
    [point, *_] = await points(app)
    await app.index.upsert([replace(point, seq=point.seq + 1_000)])
    findings = (await verify(app)).findings
    assert [(one.flaw, one.id) for one in findings] == [(Flaw.POINT_AHEAD, point.id)]
    assert (await repairer(app).repair(ALICE.partition)).left == ()
    assert (await stored(app))[point.id].seq < point.seq + 1_000


async def test_what_waits_for_the_projector_is_no_difference(app: App) -> None:
    """A point whose row waits in the outbox is counted, not reported."""
    [message, *_] = await app.ledger.message_ids(ALICE.partition, 1)
    await app.index.delete(ALICE.partition, [message])
    await app.ledger.outbox_add(ALICE.partition, {"message": [message]})
    found = await verify(app)
    assert (found.findings, found.waiting) == ((), 1)
    await app.projector.project()
    assert await verify(app) == Verified(partition=ALICE.partition, findings=(), waiting=0)


async def test_the_ledger_alone_can_be_verified(app: App) -> None:
    """Without an index its points are not missed."""
    await app.index.delete(ALICE.partition, [*await stored(app)])
    assert (await verify_owner(app.ledger, None, ALICE.partition, centred=False)).findings == ()


async def test_verify_finds_nothing_while_others_write(tmp_path: Path) -> None:
    """Under adds that come all the time, and their projection, nothing is reported that isn't there."""
    async with story(tmp_path) as app:
        await tell(app, "Alice works_at Acme")
        writing = asyncio.create_task(written(app))
        looked = 0
        while not writing.done():
            assert (await verify(app)).findings == ()
            looked += 1
        await writing
        assert looked > 1
        assert (await verify(app)).findings == ()


async def written(app: App) -> None:
    places = ("Birch", "Cedar", "Acme")
    for day in range(2, 20):
        await tell(app, f"Alice works_at {places[day % 3]}", fact(f"Emma likes day{day}"), day=day)


async def test_jobs_that_nobody_works_on_are_set_free(app: App) -> None:
    """A job that was running when its process died is claimable after repair."""
    damage(app, "UPDATE jobs SET state = 'running', holder = 'dead', not_before = :far WHERE partition = :p")
    count = len((await app.ledger.jobs("default", ALICE.partition)).items)
    assert await repairer(app).begin() == count
    assert await repairer(app).begin() == 0
