"""A process that is killed in the middle of its commits."""

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

from ledger_rows import P, Ticks
from twohop.graph.model import Axes
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import MemoryFilter

PARTS = 3
"""Memories that each commit of the writing process makes: all of them or none."""

WRITES_FOR_EVER = """
    import asyncio, itertools, os, sys, time
    from pathlib import Path
    from ledger_rows import P, acceptance, decision, entity, evidence, relation, revision
    from twohop.graph.sqlite import SqliteLedger
    from twohop.graph.store import Changes

    async def write(ledger, name):
        for n in itertools.count():
            id = f"{name}.{n:05}"
            await ledger.accept(acceptance(f"m-{id}"))
            os.write(1, f"m-{id}\\n".encode())
            parts = [f"{id}.{part}" for part in range(3)]
            await ledger.commit(Changes(
                partition=P,
                revisions=tuple(revision(f"r-{part}", part) for part in parts),
                evidence=tuple(evidence(part, f"m-{id}") for part in parts),
                entities=tuple(entity(f"e-{part}") for part in parts),
                relations=tuple(
                    relation(f"x-{part}", f"e-{part}", "is", f"e-{part}", support=(part,)) for part in parts
                ),
                decisions=tuple(decision(f"d-{part}", memory_id=part) for part in parts),
                touched_messages=(f"m-{id}",),
            ))
            os.write(1, f"c-{id}\\n".encode())

    async def main():
        ledger = await SqliteLedger.open(Path(sys.argv[1]), clock=lambda: time.time_ns() // 1000)
        await asyncio.gather(*(write(ledger, f"{sys.argv[2]}.{i}") for i in range(8)))

    asyncio.run(main())
"""


def write_until_killed(path: Path, name: str, lines: int) -> list[str]:
    """Let a process write, kill it after about so many acknowledgements, and give all that it acknowledged."""
    command = [sys.executable, "-c", textwrap.dedent(WRITES_FOR_EVER), str(path), name]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        told.extend(process.stdout.readlines())
    return [line.decode().strip() for line in told if line.endswith(b"\n")]


async def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """Every acknowledged accept and commit is there after the kill, and no half of one that was not."""
    path, random_ = tmp_path / "ledger.db", random.Random(4)
    acknowledged: list[str] = []
    for round_ in range(10):
        told = await asyncio.to_thread(write_until_killed, path, f"w{round_}", random_.randint(1, 300))
        assert told, "the process wrote before it was killed"
        acknowledged += told
        ledger = await SqliteLedger.open(path, clock=Ticks())
        await check(ledger, acknowledged)
        await ledger.close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


async def check(ledger: SqliteLedger, acknowledged: list[str]) -> None:
    messages = set(await ledger.message_ids(P, 1_000_000))
    memories = await ledger.memory_ids(P, 1_000_000)
    commits = {memory_id.rsplit(".", 1)[0] for memory_id in memories}
    assert {line for line in acknowledged if line.startswith("m-")} <= messages
    assert {line.removeprefix("c-") for line in acknowledged if line.startswith("c-")} <= commits

    parts = sorted(f"{one}.{part}" for one in commits for part in range(PARTS))
    assert memories == parts
    full = await ledger.memories(P, parts, Axes())
    assert [len(memory.evidence) for memory in full] == [1] * len(parts)
    assert len(await ledger.entities(P, [f"e-{part}" for part in parts])) == len(parts)
    assert len(await ledger.relations_of_memories(P, parts, Axes())) == len(parts)
    assert len((await ledger.decisions(P, limit=1_000_000)).items) == len(parts)
    waiting = {(row.kind, row.id) for row in await ledger.outbox(1_000_000)}
    assert waiting == {("message", id_) for id_ in messages} | {
        (kind, f"{letter}-{part}") for kind, letter in (("memory", "r"), ("relation", "x")) for part in parts
    }
    owner = await ledger.owner(P)
    assert owner is not None
    assert (owner.message_count, owner.memory_count) == (len(messages), len(memories))
    assert owner.seq == len(messages) + len(commits)
    assert (await ledger.list_memories(P, MemoryFilter(), Axes(), 1)).items[0].id == max(memories, default="")
