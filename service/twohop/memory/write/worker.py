"""The job queue's worker: starts jobs whose turn has come, queues summaries that are due, removes what is outdated."""

import asyncio
from contextlib import suppress

import structlog

from twohop.errors import TwohopError
from twohop.graph.store import Ledger, Outdated
from twohop.memory.clock import Clock, Ids
from twohop.memory.observe import Observer
from twohop.memory.settings import SummarySettings, WriteSettings
from twohop.memory.write.add import Adder
from twohop.memory.write.runner import Runner
from twohop.memory.write.summarise import summary_job

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
"""How often due jobs are looked for: a retry is never more than this late, and an idle look is one indexed read."""

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
        settings: WriteSettings,
        summary: SummarySettings,
    ) -> None:
        self._ledger = ledger
        self._runner = runner
        self._adder = adder
        self._clock = clock
        self._observer = observer
        self._ids = ids
        self._settings = settings
        self._summary = summary
        self._cared_at: int | None = None
        self._stopped = False

    async def run(self) -> None:
        """Work until stopped. A store that is down is waited for."""
        loop = asyncio.get_running_loop()
        look_at = loop.time()
        while not self._stopped:
            self._runner.wanted.clear()
            try:
                await self.once()
                if loop.time() >= look_at:  # However often jobs end: an index that fails needs time.
                    look_at = loop.time() + POLL_SECONDS
                    if self._adder.behind:
                        await self._adder.project()
                    self._observer.lags(await self._ledger.outbox_size())
            except TwohopError as e:
                log.warning("worker.waits", reason=e.reason)
            except Exception:
                log.exception("worker.failed")
            if not self._stopped:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._runner.wanted.wait(), POLL_SECONDS)

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
        self._stopped = True
        self._runner.wanted.set()

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
        while not self._stopped and await self._ledger.prune(outdated, BATCH) >= BATCH:
            continue
