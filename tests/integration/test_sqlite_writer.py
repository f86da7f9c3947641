"""Group commit: callers share an fsync and nothing else."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ledger_rows import P, Ticks, acceptance, evidence, key, revision
from twohop.errors import LedgerUnavailable, RequestIdReused, StaleRead, StorageFull
from twohop.graph.model import Axes, Scope
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import Changes


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[SqliteLedger]:
    opened = await SqliteLedger.open(tmp_path / "ledger.db", clock=Ticks())
    yield opened
    await opened.close()


def count_commits(ledger: SqliteLedger) -> list[str]:
    ran: list[str] = []
    ledger._writer._connection.set_trace_callback(lambda sql: ran.append(sql) if sql == "COMMIT" else None)
    return ran


async def test_callers_that_wait_share_a_commit(ledger: SqliteLedger) -> None:
    """Hundreds of concurrent writes take a handful of transactions."""
    commits = count_commits(ledger)
    await asyncio.gather(*(ledger.accept(acceptance(f"m{i}")) for i in range(300)))

    assert len(commits) < 30
    assert len(await ledger.message_ids(P, 1_000)) == 300


async def test_a_refused_caller_undoes_only_itself(ledger: SqliteLedger) -> None:
    """Among many callers of a group the stale and the repeated ones fail, and everybody else's rows are there."""
    await ledger.accept(acceptance("m0", request=key("used")))

    def write(i: int) -> object:
        if i % 10 == 3:
            return ledger.commit(Changes(partition=P, expected_state=77, revisions=(revision(f"r{i}", f"a{i}"),)))
        if i % 10 == 5:
            return ledger.accept(acceptance(f"m{i}", request=key("used", body="other")))
        if i % 10 == 7:
            changes = Changes(
                partition=P, revisions=(revision(f"r{i}", f"a{i}"),), evidence=(evidence(f"a{i}", "no such message"),)
            )
            return ledger.commit(changes)
        return ledger.commit(Changes(partition=P, revisions=(revision(f"r{i}", f"a{i}"),)))

    commits = count_commits(ledger)
    results = await asyncio.gather(*(write(i) for i in range(100)), return_exceptions=True)  # type: ignore[call-overload]

    assert len(commits) < 20
    for i, result in enumerate(results):
        expected = {3: StaleRead, 5: RequestIdReused, 7: StaleRead}.get(i % 10)
        assert isinstance(result, expected) if expected else result.recorded_at, (i, result)
    there = set(await ledger.memory_ids(P, 1_000))
    assert there == {f"a{i}" for i in range(100) if i % 10 not in {3, 5, 7}}


async def test_a_commit_that_fails_fails_for_everybody(ledger: SqliteLedger) -> None:
    """When COMMIT itself fails every caller of the group hears of it, nothing is there, and the next write works."""
    writing = ledger._writer._connection

    def refuse(action: int, verb: str | None, *_: object) -> int:
        return sqlite3.SQLITE_DENY if (action, verb) == (sqlite3.SQLITE_TRANSACTION, "COMMIT") else sqlite3.SQLITE_OK

    writing.set_authorizer(refuse)
    results = await asyncio.gather(*(ledger.accept(acceptance(f"m{i}")) for i in range(20)), return_exceptions=True)
    writing.set_authorizer(None)

    assert {type(result) for result in results} == {LedgerUnavailable}
    assert await ledger.message_ids(P, 99) == []
    await ledger.accept(acceptance("m1"))
    assert await ledger.message_ids(P, 99) == ["m1"]


async def test_a_cancelled_caller_loses_nothing(ledger: SqliteLedger) -> None:
    """Cancelling the wait doesn't cancel the write, and doesn't harm those of others."""
    tasks = [asyncio.ensure_future(ledger.accept(acceptance(f"m{i:02}"))) for i in range(40)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)

    assert [isinstance(result, asyncio.CancelledError) for result in results] == [True, False] * 20
    await ledger.accept(acceptance("last"))
    assert len(await ledger.message_ids(P, 99)) == 41


async def test_close_finishes_what_waits(tmp_path: Path) -> None:
    """Writes that wait when the ledger is closed are done, acknowledged and durable."""
    path = tmp_path / "ledger.db"
    ledger = await SqliteLedger.open(path, clock=Ticks())
    waiting = [asyncio.ensure_future(ledger.accept(acceptance(f"m{i}"))) for i in range(50)]
    await asyncio.sleep(0)
    await ledger.close()
    await asyncio.gather(*waiting)

    again = await SqliteLedger.open(path, clock=Ticks())
    assert len(await again.message_ids(P, 99)) == 50
    await again.close()


async def test_a_read_sees_every_write_that_was_awaited(ledger: SqliteLedger) -> None:
    """Whichever reader answers, it sees what was acknowledged before it was asked."""

    async def write_then_read(i: int) -> bool:
        scope = Scope(user_id=f"user {i}")
        await ledger.accept(acceptance("m", scope=scope))
        return await ledger.message_ids(scope.partition, 9) == ["m"]

    assert all(await asyncio.gather(*(write_then_read(i) for i in range(200))))


async def test_a_fault_in_ones_work_stays_ones_own(ledger: SqliteLedger) -> None:
    """A fault that is no database error reaches its caller as it is, and the writer goes on."""
    odd = Changes(partition=P, revisions=(revision("r", "a", metadata={"x": object()}),))
    results = await asyncio.gather(ledger.accept(acceptance("m1")), ledger.commit(odd), return_exceptions=True)

    assert isinstance(results[1], TypeError)
    assert await ledger.message_ids(P, 9) == ["m1"]
    assert await ledger.memories(P, ["a"], Axes()) == []


async def test_a_full_disk_refuses_and_keeps(ledger: SqliteLedger) -> None:
    """With no room left writes say so and leave nothing behind; with room again they work."""
    writing = ledger._writer._connection
    await ledger.accept(acceptance("before"))
    (pages,) = writing.execute("PRAGMA page_count").fetchone()
    writing.execute(f"PRAGMA max_page_count = {pages + 4}")
    big = [
        ledger.commit(Changes(partition=P, revisions=(revision(f"r{i}", f"a{i}", text="x" * 20_000),)))
        for i in range(8)
    ]
    results = await asyncio.gather(*big, return_exceptions=True)

    full = [isinstance(result, StorageFull) for result in results]
    assert any(full)
    there = await ledger.memory_ids(P, 99)
    assert there == [f"a{i}" for i, refused in enumerate(full) if not refused]
    assert len(await ledger.memories(P, there, Axes())) == len(there)
    writing.execute("PRAGMA max_page_count = 1000000")
    await ledger.accept(acceptance("after"))
    assert await ledger.message_ids(P, 9) == ["after", "before"]


FILLS_THE_DISK = """
    import asyncio, resource, sys
    from pathlib import Path
    from ledger_rows import P, Ticks, acceptance, revision
    from twohop.errors import StorageFull
    from twohop.graph.sqlite import SqliteLedger
    from twohop.graph.store import Changes

    async def main():
        ledger = await SqliteLedger.open(Path(sys.argv[1]), clock=Ticks())
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, hard))
        refused = 0
        for n in range(40):
            try:
                long = revision(f"r{n:02}", f"a{n:02}", text="x" * 30_000)
                await ledger.commit(Changes(partition=P, revisions=(long,)))
            except StorageFull:
                refused += 1
            else:
                print(f"a{n:02}", flush=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        await ledger.commit(Changes(partition=P, revisions=(revision("last", "last"),)))
        print("last", flush=True)
        assert refused
        await ledger.close()

    asyncio.run(main())
"""


async def test_a_file_that_may_not_grow_refuses_and_keeps(tmp_path: Path) -> None:
    """When the log itself can't grow (a quota), refused commits leave nothing, acknowledged ones are all there."""
    path = tmp_path / "ledger.db"
    command = [sys.executable, "-c", textwrap.dedent(FILLS_THE_DISK), str(path)]
    done = await asyncio.to_thread(
        subprocess.run,
        command,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr

    ledger = await SqliteLedger.open(path, clock=Ticks())
    acknowledged = done.stdout.split()
    assert 0 < len(acknowledged) < 41
    assert await ledger.memory_ids(P, 99) == acknowledged
    assert len(await ledger.memories(P, acknowledged, Axes())) == len(acknowledged)
    await ledger.close()
