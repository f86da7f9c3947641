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
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.soak.check import Found, Sent, findings
from bench.soak.story import OWNER, introductions, said
from bench.soak.writer import Acknowledged, Told
from demo.run import server

from twohop.client.remote import RemoteCore
from twohop.config import Settings
from twohop.graph.model import Axes, Evidence, JobState
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

RUNNING = {JobState.PENDING, JobState.RUNNING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was measured, and what is wrong."""

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
        asyncio.run(introduce(target))
        told = run_writers(target, writers, seconds)
        acknowledged = [one for few in told for one in few.acknowledged]
        sent = [
            Sent(said=said(one.writer, writers, one.round), job_id=one.job_id, message_ids=one.message_ids)
            for one in acknowledged
        ]
        found = asyncio.run(look(target, acknowledged))
    differences = asyncio.run(verified(folder / "data"))
    errors = sum((few.errors for few in told), Counter[str]())
    return Report(
        acknowledged=len(acknowledged),
        pending=sum(one.state == JobState.PENDING for one in acknowledged),
        errors=errors,
        seconds=max(few.seconds for few in told),
        latencies=sorted(one.seconds for one in acknowledged),
        memories=len(found.memories),
        findings={**findings(sent, errors, found), "verify": differences},
    )


async def verified(data_dir: Path) -> list[str]:
    """What verify names in the directory, which no server has open any more."""
    async with open_stores(Settings(data_dir=data_dir)) as stores:
        found = [
            await verify_owner(stores.ledger, stores.index, partition, centred=stores.embedder.centred)
            async for partition in all_partitions(stores.ledger)
        ]
    return [f"{one.flaw.value} in {one.table} {one.id}: {one.detail}" for owner in found for one in owner.findings]


async def introduce(target: str) -> None:
    """Make the names known that the writers speak of."""
    core = RemoteCore(target)
    try:
        await core.add(introductions())
    finally:
        await core.close()


def run_writers(target: str, writers: int, seconds: float) -> list[Told]:
    """Share the writers among client processes and wait for what they were told."""
    bounds = [writers * n // PROCESSES for n in range(PROCESSES + 1)]
    processes = [
        subprocess.Popen(  # noqa: S603  # Our own module.
            [sys.executable, "-m", "bench.soak.writer", target, *map(str, (first, last, writers, seconds))],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for first, last in pairwise(bounds)
    ]
    printed = [process.communicate()[0] for process in processes]
    if any(process.returncode for process in processes):
        sys.exit("a client process failed; what it said stands above")
    return [Told.from_json(text) for text in printed]


async def look(target: str, acknowledged: Sequence[Acknowledged]) -> Found:
    """The owner's state, once every acknowledged add has ended."""
    core = RemoteCore(target)
    try:
        jobs = {one.job_id: JobState(one.state) for one in acknowledged}
        give_up = time.monotonic() + SETTLE_SECONDS
        while (waiting := [job_id for job_id in jobs if jobs[job_id] in RUNNING]) and time.monotonic() < give_up:
            for job_id in waiting:
                jobs[job_id] = (await core.job(OWNER, job_id)).state
            await asyncio.sleep(0.05)  # The jobs need the processor more than the questions after them.
        ids = [message_id for one in acknowledged for message_id in one.message_ids]
        rows = [Evidence(memory_id="", message_id=message_id) for message_id in ids]
        return Found(
            memories=await pages(
                lambda token: core.list(OWNER, Filter(), Axes(), include_closed=True, page_size=PAGE, page_token=token)
            ),
            decisions=await pages(
                lambda token: core.decisions(OWNER, Axes(), job_id="", memory_id="", page_size=PAGE, page_token=token)
            ),
            jobs=jobs,
            messages=(await core.evidence(OWNER, rows, Axes())).keys(),
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


def show(report: Report, writers: int) -> None:
    """Print the figures and what is wrong."""
    print(f"{writers} writers in {PROCESSES} processes on one owner for {report.seconds:.1f} s")
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
    show(report, writers)
    return 1 if report.wrong or not report.acknowledged else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--writers", type=int, default=64)
    sys.exit(main(**vars(parser.parse_args())))
