"""The rolling summary of a session, refreshed by a job of its own: no call waits for it."""

from dataclasses import asdict

import structlog

from twohop.errors import ModelError, ModelUnavailable, StaleRead
from twohop.graph.model import Job, JobKind, JobState, Session
from twohop.graph.store import JobUpdate, Ledger, SummaryUpdate
from twohop.memory.clock import Jitter
from twohop.memory.observe import Observer
from twohop.memory.ports import Calls, Summariser, Summary, SummaryRequest, Usage
from twohop.memory.settings import SummarySettings, WriteSettings
from twohop.memory.write.retry import delay

log = structlog.get_logger(__name__)

CALLS = 2
"""Model calls of one try at one chunk: the question, and a repair."""


class SummaryWriter:
    """Brings summaries up to date. `extractive` takes over when the summariser fails for good."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        summariser: Summariser,
        extractive: Summariser,
        observer: Observer,
        jitter: Jitter,
        settings: SummarySettings,
        retries: WriteSettings,
    ) -> None:
        self._ledger = ledger
        self._summariser = summariser
        self._extractive = extractive
        self._observer = observer
        self._jitter = jitter
        self._settings = settings
        self._retries = retries

    async def work(self, job: Job) -> JobState:
        """Summarise what is in no summary yet, a chunk at a time; each chunk is durable before the next begins."""
        usage = Usage(**job.usage) if job.usage else Usage()
        least = 1
        while True:
            session = await self._ledger.session(job.partition, job.session)
            if session is None or session.message_count - session.summarised_count < least:
                done = JobUpdate(id=job.id, state=JobState.DONE, usage=asdict(usage), run=job.run)
                await self._ledger.update_job(job.partition, done)
                return JobState.DONE
            calls = Calls(CALLS)
            until = min(session.summarised_count + self._settings.chunk, session.message_count)
            try:
                summary = await self._summary(job, session, until, calls)
            except ModelUnavailable as e:
                return await self._later(job, usage + calls.usage, e)
            finally:
                for phase, tokens in calls.made:
                    self._observer.called(phase, tokens)
            usage += calls.usage
            update = SummaryUpdate(
                session=session.id,
                text=summary.text,
                author=summary.author,
                count=until,
                expected_version=session.summary_version,
                job=JobUpdate(id=job.id, state=JobState.RUNNING, usage=asdict(usage), run=job.run),
            )
            try:
                await self._ledger.set_summary(job.partition, update)
            except StaleRead:
                continue  # Someone else wrote a summary meanwhile: go on from that one.
            # Messages that came meanwhile queued no other job, so this one goes on with them if they are enough.
            least = 1 if until < session.message_count else self._settings.messages

    async def _summary(self, job: Job, session: Session, until: int, calls: Calls) -> Summary:
        """The summary of the first `until` messages.

        Raises:
            ModelUnavailable: another try may work.
        """
        start = session.summarised_count
        messages = await self._ledger.recent_messages(job.partition, session.id, until - start, before=until)
        request = SummaryRequest(previous=session.summary, messages=messages, chars=self._settings.chars)
        try:
            return await self._summariser.summarise(request, calls)
        except ModelUnavailable as e:
            if job.attempts + 1 < self._retries.attempts:
                raise
            log.warning("summary.extractive", job_id=job.id, reason=e.reason)
        except ModelError as e:
            log.warning("summary.extractive", job_id=job.id, reason=e.reason)
        return await self._extractive.summarise(request, calls)

    async def _later(self, job: Job, usage: Usage, error: ModelUnavailable) -> JobState:
        wait = delay(self._retries, job.attempts, error.retry_after, self._jitter())
        update = JobUpdate(
            id=job.id,
            state=JobState.PENDING,
            error=f"{error.reason}: {error.message}",
            usage=asdict(usage),
            retry_after=int(wait * 1_000_000),
            attempts=job.attempts + 1,
            run=job.run,
        )
        await self._ledger.update_job(job.partition, update)
        return JobState.PENDING


def summary_job(job_id: str, partition: str, session: str) -> Job:
    """The job that refreshes a session's summary."""
    return Job(
        id=job_id, partition=partition, kind=JobKind.SUMMARY, session=session, state=JobState.PENDING, payload={}
    )
