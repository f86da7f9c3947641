"""Many writers on one owner: `make soak` (SECONDS=30, WRITERS=64).

Two client processes write to one real server; afterwards nothing may be lost, doubled or half linked. Exits with 1 and
says what is wrong otherwise.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.soak.check import Found, Sent, findings
from bench.soak.story import Crowd, introductions, owner
from bench.soak.writer import Acknowledged, Told
from demo.run import server

from twohop.client.remote import RemoteCore
from twohop.config import Settings
from twohop.graph.model import Axes, Evidence, JobState, Scope
from twohop.maintenance import open_stores
from twohop.memory.api import Filter, Listing
from twohop.memory.upkeep.reading import all_partitions
from twohop.memory.upkeep.verify import verify_owner

ROOT = Path(__file__).parents[2]
PROCESSES = 2
PAGE = 1_000
SETTLE_SECONDS = 120.0
"""How long the last adds may take after the writers stopped."""

MOST_SHOWN = 5
"""Findings of one rule that are printed."""

GONE = "UNAVAILABLE UNAVAILABLE"
"""What a caller hears of a server that was killed."""

RUNNING = {JobState.PENDING, JobState.RUNNING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was measured, and what is wrong."""

    crowd: Crowd
    acknowledged: int
    pending: int
    errors: Counter[str]
    seconds: float
    latencies: Sequence[float]
    memories: int
    findings: Mapping[str, Sequence[str]]

    @property
    def wrong(self) -> list[str]:
        """All findings."""
        return [finding for several in self.findings.values() for finding in several]


def soak(folder: Path, *, seconds: float, writers: int) -> Report:
    """Write to a server in `folder` for so many seconds, then look at what it holds."""
    with server(folder / "data") as target:
        report = measured([target], Crowd(writers=writers), seconds)
    return with_verify(report, Settings(data_dir=folder / "data"))


def measured(
    targets: Sequence[str], crowd: Crowd, seconds: float, halfway: Callable[[], Sequence[str]] | None = None
) -> Report:
    """Let the crowd write to the servers, then look at what they hold.

    `halfway` is called when half of the time is over, and gives the addresses that are left.
    """
    asyncio.run(introduce(targets[0], crowd))
    told, left = run_writers(targets, crowd, seconds, halfway)
    acknowledged = [one for few in told for one in few.acknowledged]
    errors = sum((few.errors for few in told), Counter[str]())
    unexpected = errors.keys() - ({GONE} if halfway else set())
    every: dict[str, list[str]] = {}
    memories = 0
    for number in range(crowd.owners):
        scope = owner(number)
        theirs = [one for one in acknowledged if crowd.owner(one.writer) == scope]
        sent = [
            Sent(said=crowd.said(one.writer, one.round), job_id=one.job_id, message_ids=one.message_ids)
            for one in theirs
        ]
        found = asyncio.run(look(left[number % len(left)], scope, theirs))
        memories += len(found.memories)
        for rule, several in findings(sent, unexpected, found).items():
            every.setdefault(rule, []).extend(several)
    return Report(
        crowd=crowd,
        acknowledged=len(acknowledged),
        pending=sum(one.state == JobState.PENDING for one in acknowledged),
        errors=errors,
        seconds=max(few.seconds for few in told),
        latencies=sorted(one.seconds for one in acknowledged),
        memories=memories,
        findings=every,
    )


def with_verify(report: Report, settings: Settings) -> Report:
    """The report with what verify names in the stores, which no server has open any more."""
    return replace(report, findings={**report.findings, "verify": asyncio.run(verified(settings))})


async def verified(settings: Settings) -> list[str]:
    """What verify names, of all owners."""
    async with open_stores(settings) as stores:
        found = [
            await verify_owner(stores.ledger, stores.index, partition, centred=stores.embedder.centred)
            async for partition in all_partitions(stores.ledger)
        ]
    return [f"{one.flaw.value} in {one.table} {one.id}: {one.detail}" for owner in found for one in owner.findings]


async def introduce(target: str, crowd: Crowd) -> None:
    """Make the names known that the writers speak of."""
    core = RemoteCore(target)
    try:
        await asyncio.gather(*(core.add(introductions(owner(number))) for number in range(crowd.owners)))
    finally:
        await core.close()


def run_writers(
    targets: Sequence[str], crowd: Crowd, seconds: float, halfway: Callable[[], Sequence[str]] | None
) -> tuple[list[Told], Sequence[str]]:
    """Share the writers among client processes, wait for what they were told, and say which servers are left."""
    bounds = [crowd.writers * n // PROCESSES for n in range(PROCESSES + 1)]
    processes = [
        subprocess.Popen(  # noqa: S603  # Our own module.
            [
                *(sys.executable, "-m", "bench.soak.writer", ",".join(targets)),
                *map(str, (first, last, crowd.writers, crowd.owners, seconds)),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for first, last in pairwise(bounds)
    ]
    for process in processes:
        if process.stdout is not None:
            process.stdout.readline()  # It says that it begins.
    left = targets
    if halfway is not None:
        time.sleep(seconds / 2)
        left = halfway()
    printed = [process.communicate()[0] for process in processes]
    if any(process.returncode for process in processes):
        raise RuntimeError("a client process failed; what it said stands above")
    return [Told.from_json(text) for text in printed], left


async def look(target: str, scope: Scope, acknowledged: Sequence[Acknowledged]) -> Found:
    """An owner's state, once every acknowledged add has ended."""
    core = RemoteCore(target)
    try:
        jobs = {one.job_id: JobState(one.state) for one in acknowledged}
        give_up = time.monotonic() + SETTLE_SECONDS
        while (waiting := [job_id for job_id in jobs if jobs[job_id] in RUNNING]) and time.monotonic() < give_up:
            for job_id in waiting:
                jobs[job_id] = (await core.job(scope, job_id)).state
            await asyncio.sleep(0.05)  # The jobs need the processor more than the questions after them.
        ids = [message_id for one in acknowledged for message_id in one.message_ids]
        rows = [Evidence(memory_id="", message_id=message_id) for message_id in ids]
        return Found(
            memories=await pages(
                lambda token: core.list(scope, Filter(), Axes(), include_closed=True, page_size=PAGE, page_token=token)
            ),
            decisions=await pages(
                lambda token: core.decisions(scope, Axes(), job_id="", memory_id="", page_size=PAGE, page_token=token)
            ),
            jobs=jobs,
            messages=(await core.evidence(scope, rows, Axes())).keys(),
        )
    finally:
        await core.close()


async def pages(read: Callable[[str], Awaitable[Listing[Any]]]) -> list[Any]:
    """A listing to its end."""
    page = await read("")
    items = list(page.items)
    while page.next_page_token:
        page = await read(page.next_page_token)
        items.extend(page.items)
    return items


def show(report: Report) -> None:
    """Print the figures and what is wrong."""
    crowd = report.crowd
    owners = "one owner" if crowd.owners == 1 else f"{crowd.owners} owners"
    print(f"{crowd.writers} writers in {PROCESSES} processes on {owners} for {report.seconds:.1f} s")
    print(f"  acknowledged  {report.acknowledged} adds, {report.acknowledged / report.seconds:.1f} adds/s")
    if len(report.latencies) > 1:
        cuts = statistics.quantiles(report.latencies, n=20, method="inclusive")
        print(f"  waited        p50 {cuts[9] * 1000:.0f} ms, p95 {cuts[18] * 1000:.0f} ms")
    print(f"  went on after {report.pending} of the answers")
    print(f"  errors        {', '.join(f'{count} {name}' for name, count in report.errors.items()) or 'none'}")
    print(f"  memories      {report.memories}")
    for rule, several in report.findings.items():
        print(f"  {rule:12}  {len(several) or 'nothing'} wrong")
        for finding in several[:MOST_SHOWN]:
            print(f"                {finding}")
    print(f"soak: {len(report.wrong)} findings")


def main(seconds: float, writers: int) -> int:
    """The process's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        report = soak(Path(folder), seconds=seconds, writers=writers)
    show(report)
    return 1 if report.wrong or not report.acknowledged else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--writers", type=int, default=64)
    sys.exit(main(**vars(parser.parse_args())))
