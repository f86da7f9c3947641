"""The job queue's worker: picks up adds that wait for a model, or that a stopped process left behind."""

import asyncio

import structlog

from twohop.errors import TwohopError
from twohop.graph.store import Ledger
from twohop.memory.clock import Clock
from twohop.memory.observe import Observer
from twohop.memory.write.add import Adder
from twohop.memory.write.payload import Payload

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
"""How often due jobs are looked for: a retry is never more than this late, and an idle look is one indexed read."""

BATCH = 32


class Worker:
    """Claims due jobs and runs them through the same code as an inline add."""

    def __init__(self, ledger: Ledger, adder: Adder, clock: Clock, observer: Observer) -> None:
        self._ledger = ledger
        self._adder = adder
        self._clock = clock
        self._observer = observer
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Poll until stopped. A store that is down is waited for."""
        while not self._stopped.is_set():
            try:
                await self.once()
                if self._adder.behind:
                    await self._adder.project()
                self._observer.lags(await self._ledger.outbox_size())
            except TwohopError as e:
                log.warning("worker.waits", reason=e.reason)
            except Exception:
                log.exception("worker.failed")
            try:
                await asyncio.wait_for(self._stopped.wait(), POLL_SECONDS)
            except TimeoutError:
                continue

    async def once(self) -> int:
        """Start every job that is due now; returns how many."""
        jobs = await self._ledger.claim_jobs(self._clock(), BATCH)
        for job in jobs:
            first = Payload.from_json(job.payload).messages[:1]
            messages = await self._ledger.messages(job.partition, first)
            self._adder.start(job, messages[0].session if messages else "default")
        return len(jobs)

    def stop(self) -> None:
        """End `run` after its current round."""
        self._stopped.set()
