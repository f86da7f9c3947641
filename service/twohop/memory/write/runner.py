"""Running jobs in this process: a bounded number at a time, each to its end, whoever waits for it.

The order is the ledger's: of a session the oldest unfinished job comes first, and the next one waits for it, also while
it waits for another try. A job that is accepted while it has to wait, or finds no place, is stored PENDING and claimed
when its turn comes.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from twohop.errors import Conflict, Exhausted, NotFound, TwohopError, Unavailable
from twohop.graph.deadline import answered_by
from twohop.graph.model import Job, JobKind, JobState
from twohop.graph.store import JobUpdate, Ledger, Run
from twohop.memory.clock import Jitter
from twohop.memory.notices import Notices
from twohop.memory.observe import Observer
from twohop.memory.settings import WriteSettings
from twohop.memory.write.capacity import Capacity
from twohop.memory.write.retry import delay

log = structlog.get_logger(__name__)

TURN_SECONDS = 0.25
"""How often at most a job that somebody waits for here makes this process look whose turn it is: one look a quarter of
a second, however many wait."""

UNEXPECTED = 2
"""Tries again after something that is no model failure: a bug does not go away by repeating it for hours."""


@dataclass(slots=True)
class Lane:
    """Jobs of one kind: what is done with them, and how many at a time. `after`: the owner who was served last."""

    work: Callable[[Job], Awaitable[JobState]]
    capacity: Capacity
    after: str = ""


def line_of(job: Job) -> str:
    """What those who wait behind a job watch: its session's line of jobs of this kind."""
    return f"{job.partition}/{job.kind}/{job.session}"


class Runner:
    """Works on jobs, by kind."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        notices: Notices,
        observer: Observer,
        jitter: Jitter,
        settings: WriteSettings,
    ) -> None:
        self._ledger = ledger
        self._lanes: dict[JobKind, Lane] = {}
        self._notices = notices
        self._observer = observer
        self._jitter = jitter
        self._settings = settings
        self._running: dict[str, asyncio.Task[JobState]] = {}
        self._runs: dict[str, Run] = {}
        self._lines: Counter[str] = Counter()
        self._unwritten: dict[str, tuple[Job, JobUpdate]] = {}
        self._queued: set[JobKind] = set(JobKind)
        self._next_turn = 0.0
        self.wanted = asyncio.Event()
        """Set when there may be a job to claim."""

    def serve(self, kind: JobKind, lane: Lane) -> None:
        """Work on jobs of this kind from now on."""
        self._lanes[kind] = lane

    def take(self, job: Job) -> bool:
        """Take a place for a job that is about to be accepted, if there is one: `start` it, or `give` it back."""
        return self._lanes[job.kind].capacity.take(job.partition)

    def give(self, job: Job) -> None:
        """Give back the place of a job that doesn't start."""
        self._lanes[job.kind].capacity.give(job.partition)

    def queued(self, *kinds: JobKind) -> None:
        """A job was stored PENDING; of any kind unless they are named."""
        self._queued.update(kinds or JobKind)
        self.wanted.set()

    def turn(self) -> None:
        """A job that waits may be the next of its session: what was before it may have ended in another process."""
        now = asyncio.get_running_loop().time()
        if now >= self._next_turn:
            self._next_turn = now + TURN_SECONDS
            self.queued(JobKind.ADD)

    def start(self, job: Job) -> asyncio.Task[JobState]:
        """Work on a RUNNING job that has a place."""
        with answered_by(None):  # A job outlives the call that starts it.
            task = asyncio.create_task(self._run(job), name=f"{job.kind}-{job.id}")
        self._running[job.id] = task
        self._lines[line_of(job)] += 1
        self._runs[job.id] = Run(job.partition, job.id, job.run)
        task.add_done_callback(lambda done: self._ended(job, done))
        self._notices.tell(job.id)
        return task

    @property
    def runs(self) -> list[Run]:
        """What this process works on."""
        return list(self._runs.values())

    def works_on(self, job_id: str) -> bool:
        """Whether this process works on the job."""
        return job_id in self._running

    def busy(self, line: str) -> bool:
        """Whether this process works on a job of this line."""
        return line in self._lines

    def stop(self, job_id: str) -> None:
        """End the work on a job that was cancelled: the ledger takes nothing of it any more, so any point is safe."""
        task = self._running.get(job_id)
        if task is not None:
            task.cancel()

    async def fill(self) -> int:
        """Claim jobs of the kinds that were queued for all free places and start them; returns how many."""
        started = 0
        for kind in self._queued & self._lanes.keys():
            started += await self._fill(kind, self._lanes[kind])
        return started

    async def _fill(self, kind: JobKind, lane: Lane) -> int:
        free = lane.capacity.hold()
        claimed: list[Job] = []
        # What runs may have others behind it, which can be claimed once it is done.
        self._queued.discard(kind)
        try:
            if free:
                claimed = await self._ledger.claim_jobs(
                    free, kind=kind, per_owner=lane.capacity.per_owner, after=lane.after
                )
        except BaseException:
            self._queued.add(kind)
            raise
        finally:
            lane.capacity.fill([job.partition for job in claimed])
            if lane.capacity.taken:
                self._queued.add(kind)
        for job in claimed:
            self.start(job)
            lane.after = job.partition
        return len(claimed)

    async def settle(self) -> None:
        """Write what the ledger did not take when a job ended, so that none stays RUNNING with nobody at work.

        Raises:
            StorageFull: there is still no space.
            LedgerUnavailable: it still can't be reached.
        """
        for job, update in list(self._unwritten.values()):
            try:
                await self._ledger.update_job(job.partition, update)
            except (Conflict, NotFound):
                log.info("job.ended_meanwhile", job_id=job.id)
            del self._unwritten[job.id]
            self._notices.tell(job.id, line_of(job))

    async def drain(self) -> None:
        """Wait for what runs."""
        while running := list(self._running.values()):
            await asyncio.wait(running)

    async def _run(self, job: Job) -> JobState:
        try:
            return await self._lanes[job.kind].work(job)
        except TwohopError as e:
            log.warning("job.interrupted", job_id=job.id, reason=e.reason)
            # A store's trouble is not the job's: it is tried for as long as that lasts.
            counts = not isinstance(e, Exhausted | Unavailable)
            return await self._give_back(job, f"{e.reason}: {e.message}", counts=counts)
        except Exception:
            log.exception("job.failed", job_id=job.id)
            return await self._give_back(job, "INTERNAL: see the server's log", counts=True)

    async def _give_back(self, job: Job, error: str, *, counts: bool) -> JobState:
        """Leave the job for a later try; three strikes and it is a dead letter."""
        attempts = job.attempts + counts
        state = JobState.FAILED if counts and attempts > UNEXPECTED else JobState.PENDING
        wait = delay(self._settings, job.attempts, None, self._jitter())
        update = JobUpdate(
            id=job.id,
            state=state,
            error=error,
            retry_after=int(wait * 1_000_000) if state is JobState.PENDING else 0,
            attempts=attempts,
            run=job.run,
        )
        try:
            await self._ledger.update_job(job.partition, update)
        except (Conflict, NotFound):
            return JobState.CANCELLED
        except TwohopError as e:
            log.warning("job.not_given_back", job_id=job.id, reason=e.reason)
            self._unwritten[job.id] = (job, update)
        return state

    def _ended(self, job: Job, done: "asyncio.Task[JobState]") -> None:
        """Give the place to the next, unless the job was started again meanwhile, and tell those who wait."""
        if self._running.get(job.id) is done:
            del self._running[job.id], self._runs[job.id]
        self.give(job)
        line = line_of(job)
        self._lines[line] -= 1
        if not self._lines[line]:
            del self._lines[line]
        state = JobState.CANCELLED if done.cancelled() else done.result()
        self._observer.worked(state)
        # Behind a job that waits for another try, nobody has to wait for an answer.
        self._notices.tell(job.id, *([line] if state is JobState.PENDING else []))
        if job.kind in self._queued:
            self.wanted.set()
