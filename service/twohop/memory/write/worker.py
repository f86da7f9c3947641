"""The process's own work: jobs whose turn has come, summaries that are due, the index, what is outdated.

Any number of processes do it side by side. Each holds what it works on, renewed by a heartbeat, and takes up what a
process left that died.
"""

import asyncio
from contextlib import suppress

import structlog

from twohop.errors import Misplaced, TwohopError
from twohop.graph.store import LEASE, Ledger, Outdated
from twohop.memory.clock import Clock, Ids, Jitter
from twohop.memory.observe import Observer
from twohop.memory.settings import SummarySettings, WriteSettings
from twohop.memory.write.add import Adder
from twohop.memory.write.runner import Runner
from twohop.memory.write.summarise import summary_job

log = structlog.get_logger(__name__)

BEAT_SECONDS = LEASE / 3 / 1_000_000
"""Two beats may fail before a lease ends."""

POLL_SECONDS = 1.0
"""How often due jobs and those of dead processes are looked for, and an index that failed is tried again: a retry is
never more than this late, and an idle look is two indexed reads."""

BEGIN_SECONDS = 10.0
"""How long a start waits for the index: a small one begins whole, and a long backlog keeps nobody from working."""

SWEEP_SECONDS = 10.0
"""How often everything that waits for the index is projected, though each commit sees to its own: what dead processes
left, and rows that failed alone."""

CARE_SECONDS = 30
"""How often sessions that wait for a summary, and outdated rows, are looked for: both are about minutes and days."""

BATCH = 500
"""Rows removed in one transaction, or sessions looked at: some 10 ms, in which an add waits."""

DAY = 86_400_000_000


class Worker:
    """Does what no call does."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        runner: Runner,
        adder: Adder,
        observer: Observer,
        clock: Clock,
        ids: Ids,
        jitter: Jitter,
        settings: WriteSettings,
        summary: SummarySettings,
    ) -> None:
        self._ledger = ledger
        self._runner = runner
        self._adder = adder
        self._clock = clock
        self._observer = observer
        self._ids = ids
        self._jitter = jitter
        self._settings = settings
        self._summary = summary
        self._cared_at: int | None = None
        self._stopping = asyncio.Event()
        self._projected = asyncio.Event()

    async def run(self) -> None:
        """Work until stopped. A store that is down is waited for."""
        aside = [
            asyncio.create_task(self._index(), name="indexing"),
            asyncio.create_task(self._measure(), name="measuring"),
        ]
        try:
            await self.begun()
            await self._work()
        finally:
            # Wherever it is: what was not projected waits in the outbox.
            for task in aside:
                task.cancel()
            await asyncio.wait(aside)

    async def begun(self) -> None:
        """Wait until what waited for the index was projected, or could not be; not for a long backlog."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._projected.wait(), BEGIN_SECONDS)

    async def beat(self) -> None:
        """Hold this process's place and its jobs until cancelled: in a task of its own, which no long round delays."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await self._ledger.renew(self._runner.runs)
            except Misplaced as e:
                log.critical("process.misplaced", reason=e.reason, consequence="it takes no more work: stop it")
                self.stop()
                await self._adder.drain()
                return
            except TwohopError as e:
                log.warning("heartbeat.failed", reason=e.reason)
            except Exception:
                log.exception("heartbeat.failed")

    async def once(self) -> int:
        """Start every job whose turn it is, within the bounds; returns how many."""
        await self._runner.settle()
        started = await self._runner.fill()
        now = self._clock()
        if self._cared_at is None or now - self._cared_at >= CARE_SECONDS * 1_000_000:
            self._cared_at = now
            await self._queue_summaries(now)
            await self._prune(now)
        return started

    def stop(self) -> None:
        """End `run` after its current round."""
        self._stopping.set()
        self._projected.set()
        self._runner.wanted.set()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        look_at = loop.time()
        while not self._stopping.is_set():
            self._runner.wanted.clear()
            try:
                if loop.time() >= look_at:  # However often jobs end.
                    look_at = loop.time() + self._spread(POLL_SECONDS)
                    self._runner.queued()
                    if released := await self._ledger.release_jobs(self._runner.runs):
                        log.info("jobs.released", jobs=released)
                await self.once()
            except TwohopError as e:
                log.warning("worker.waits", reason=e.reason)
            except Exception:
                log.exception("worker.failed")
            if not self._stopping.is_set():
                try:
                    await asyncio.wait_for(self._runner.wanted.wait(), self._spread(POLL_SECONDS))
                except TimeoutError:
                    self._runner.queued()

    async def _index(self) -> None:
        """Keep the index up with the ledger."""
        loop = asyncio.get_running_loop()
        await self._adder.project()
        self._projected.set()
        sweep_at = loop.time() + self._spread(SWEEP_SECONDS)
        while True:
            if self._adder.behind or loop.time() >= sweep_at:
                sweep_at = loop.time() + self._spread(SWEEP_SECONDS)
                await self._adder.project()
            await asyncio.sleep(self._spread(POLL_SECONDS))

    async def _measure(self) -> None:
        """Tell how far behind the index is, however long projecting takes."""
        while True:
            try:
                self._observer.lags(await self._ledger.backlog(), self._clock())
            except TwohopError as e:
                log.warning("outbox.not_counted", reason=e.reason)
            except Exception:
                log.exception("outbox.not_counted")
            await asyncio.sleep(self._spread(POLL_SECONDS))

    def _spread(self, seconds: float) -> float:
        """So long at most, and half of it at least, so that processes don't all come at once."""
        return seconds * (0.5 + self._jitter() / 2)

    async def _queue_summaries(self, now: int) -> None:
        """Queue a summary for each session whose new messages have waited long enough."""
        due = await self._ledger.unsummarised(now - int(self._summary.seconds * 1_000_000), BATCH)
        for partition, session in due:
            await self._ledger.queue_job(summary_job(self._ids(), partition, session))
        if due:
            self._runner.queued()

    async def _prune(self, now: int) -> None:
        """Remove outdated rows, a batch a transaction, so that others write between them."""
        settings = self._settings
        outdated = Outdated(
            requests=now - settings.request_days * DAY,
            jobs=now - max(settings.job_days, settings.request_days) * DAY,
            dead_letters=now - max(settings.dead_letter_days, settings.request_days) * DAY,
        )
        while not self._stopping.is_set() and await self._ledger.prune(outdated, BATCH) >= BATCH:
            continue
