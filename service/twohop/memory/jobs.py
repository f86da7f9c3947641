"""What callers and operators do with jobs: list, watch, cancel, replay."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

from twohop.errors import ShuttingDown
from twohop.graph.model import Job, JobState, Scope
from twohop.graph.store import Ledger
from twohop.memory import paging
from twohop.memory.api import AddResult, ListedJob, Listing
from twohop.memory.narrowing import of_scope
from twohop.memory.notices import Notices
from twohop.memory.settings import Limits
from twohop.memory.validate import Check, check_id
from twohop.memory.write.answer import Answers, outline
from twohop.memory.write.edit import request_key
from twohop.memory.write.runner import Runner, line_of


class Jobs:
    """Jobs, as they are seen and steered from outside."""

    def __init__(self, *, ledger: Ledger, answers: Answers, runner: Runner, notices: Notices, limits: Limits) -> None:
        self._ledger = ledger
        self._answers = answers
        self._runner = runner
        self._notices = notices
        self._limits = limits

    async def list(
        self, scope: Scope, *, states: Sequence[JobState], page_size: int, page_token: str
    ) -> Listing[ListedJob]:
        """Jobs of an owner, or of all owners of the tenant, newest first. A list of what is there now: no view.

        Agent and run beside the owner leave the adds of theirs; a page may then have fewer jobs than asked for.
        """
        request = ("jobs", scope, tuple(states))
        after, _ = paging.after(request, page_token)
        partition = scope.partition if scope.owner[1] else None
        page = await self._ledger.jobs(scope.tenant, partition, states=states, limit=page_size, after=after)
        listed = [ListedJob(scope=one.scope, job=outline(one.job)) for one in page.items]
        return Listing(
            items=tuple([one for one in listed if await of_scope(self._ledger, scope, one.job.message_ids)]),
            next_page_token=paging.token(request, page.next_key, 0),
            read_time=0,
            seq=0,
        )

    async def watch(self, scope: Scope, job_id: str) -> AsyncGenerator[AddResult, None]:
        """The job at once, and again whenever it changes, until it is final.

        Raises:
            NotFound: the owner has no such job.
            ShuttingDown: this process drains; the job goes on.
        """
        check_id(scope, "job_id", job_id, self._limits)
        seen: AddResult | None = None
        looked_at: tuple[Job | None, bool] | None = None
        with self._notices.watching(job_id) as watch:
            while True:
                # A final job that this process still works on gets its place in the index, which is a change too.
                worked_on = self._runner.works_on(job_id)
                found = await self._ledger.job(scope.partition, job_id), worked_on
                if found != looked_at:
                    looked_at = found
                    result = await self._answers.of(scope, job_id)
                    if seen is None or replace(result, seq=seen.seq) != seen:
                        seen = result
                        yield result
                    if result.state.final and (self._notices.closed or not worked_on):
                        return
                if self._notices.closed:
                    raise ShuttingDown("this process is shutting down: watch the job at another one, or again later")
                await watch.change()

    async def cancel(self, scope: Scope, job_id: str, *, request_id: str) -> AddResult:
        """End the job: nothing that it still does is written, what it committed stays."""
        await self._check(scope, job_id, request_id)
        key = request_key(scope, "CancelJob", request_id, {"job_id": job_id})
        job = await self._ledger.cancel_job(scope.partition, job_id, key)
        if job.state is JobState.CANCELLED:
            self._runner.stop(job_id)
        self._notices.tell(job_id, line_of(job))
        self._runner.queued()
        return await self._answers.of(scope, job_id)

    async def replay(self, scope: Scope, job_id: str, *, request_id: str) -> AddResult:
        """Queue a failed or cancelled job again, from where it stopped."""
        await self._check(scope, job_id, request_id)
        key = request_key(scope, "ReplayJob", request_id, {"job_id": job_id})
        await self._ledger.replay_job(scope.partition, job_id, key)
        self._notices.tell(job_id)
        self._runner.queued()
        return await self._answers.of(scope, job_id)

    async def _check(self, scope: Scope, job_id: str, request_id: str) -> None:
        check = Check(self._limits)
        check.scope(scope)
        check.uuid("job_id", job_id)
        check.id("request_id", request_id)
        check.done()
        await self._answers.known(scope, job_id)
