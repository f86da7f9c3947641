"""Processing an accepted add, chunk by chunk: extract, then decide. One code path for all callers."""

from dataclasses import asdict

import structlog

from twohop.errors import ModelContextExceeded, ModelError, ModelUnavailable
from twohop.graph.model import Job, JobState
from twohop.graph.store import JobUpdate, Ledger, Reached, unwatched
from twohop.memory.clock import Jitter
from twohop.memory.observe import Observer
from twohop.memory.ports import Calls, Extraction, Usage
from twohop.memory.settings import WriteSettings
from twohop.memory.steps import Step
from twohop.memory.write.answer import Trace
from twohop.memory.write.conversation import Conversations
from twohop.memory.write.decide import Decider, Work, finished
from twohop.memory.write.extracting import Extracting, lost
from twohop.memory.write.guidance import Agents
from twohop.memory.write.payload import Payload
from twohop.memory.write.retry import delay
from twohop.memory.write.scene import Scene

log = structlog.get_logger(__name__)


class Processor:
    """Runs accepted jobs."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        agents: Agents,
        extracting: Extracting,
        decider: Decider,
        conversations: Conversations,
        observer: Observer,
        jitter: Jitter,
        settings: WriteSettings,
        step: Reached = unwatched,
    ) -> None:
        self._ledger = ledger
        self._agents = agents
        self._extracting = extracting
        self._decider = decider
        self._conversations = conversations
        self._observer = observer
        self._jitter = jitter
        self._settings = settings
        self._step = step

    async def process(self, job: Job, scene: Scene, trace: Trace) -> JobState:
        """Work on a RUNNING job until it is DONE, PARTIAL, or PENDING for a later try; its rows say what happened.

        What is committed is noted in the `trace`.
        """
        job, guidance = await self._agents.guidance(job, scene)
        payload = Payload.from_json(job.payload)
        usage = await self._conversations.usage(job, scene.messages)
        most = self._settings.chunk
        while payload.done < len(payload.messages):
            payload, exchange = self._extracting.next(payload, scene, most)
            calls = Calls(self._settings.calls)
            extraction: Extraction | None = None
            error: ModelUnavailable | None = None
            try:
                extraction = await self._extracting.extract(payload, scene, exchange, guidance.extractor, calls)
            except ModelUnavailable as e:
                error = e
            except ModelContextExceeded as e:
                if len(exchange) > 1:
                    most = len(exchange) // 2
                else:
                    extraction = lost(e)
            except ModelError as e:
                extraction = lost(e)
            if extraction is not None:
                self._step(Step.EXTRACTED)
                payload, error = await self._decider.decide(
                    Work(
                        job=job,
                        guidance=guidance,
                        payload=payload,
                        exchange=exchange,
                        extraction=extraction,
                        calls=calls,
                        usage=usage,
                        trace=trace,
                    )
                )
            usage += calls.usage
            for phase, tokens in calls.made:
                self._observer.called(phase, tokens)
            if error is not None:
                return await self._later(job, payload, usage, error)
        return finished(payload)

    async def _later(self, job: Job, payload: Payload, usage: Usage, error: ModelUnavailable) -> JobState:
        """Keep the job for another try, or give it up (its messages and what it committed stay)."""
        wait = delay(self._settings, job.attempts, error.retry_after, self._jitter())
        state = JobState.PENDING if job.attempts + 1 < self._settings.attempts else JobState.FAILED
        log.warning("add.waits", job_id=job.id, reason=error.reason, attempts=job.attempts, state=state.value)
        update = JobUpdate(
            id=job.id,
            state=state,
            payload=payload.to_json(),
            error=f"{error.reason}: {error.message}",
            usage=asdict(usage),
            retry_after=int(wait * 1_000_000) if state is JobState.PENDING else 0,
            attempts=job.attempts + 1,
            run=job.run,
        )
        await self._ledger.update_job(job.partition, update)
        return state
