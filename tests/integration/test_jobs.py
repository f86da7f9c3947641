"""Jobs over a real server: watched, cancelled, given up, replayed; bounded and fair, in the order of their sessions."""

import asyncio
import itertools
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest

from ledger_rows import message
from serving import Served, serving, settings_for
from twohop.app import open_core
from twohop.config import Settings
from twohop.errors import Conflict, DeadlineExceeded, NotFound, ShuttingDown, TooBusy, TwohopError
from twohop.errors import ModelUnavailable as Down
from twohop.graph.model import Job, JobKind, JobState
from twohop.graph.model import Scope as Owner
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import Acceptance
from twohop.memory.clock import system_clock, uuid7
from twohop.memory.ports import Calls, Claim, Extraction, ExtractionRequest, Fact
from twohop.memory.settings import WriteSettings
from twohop.memory.write.payload import Payload
from twohop.memory.write.retry import delay
from twohop.v1 import job_pb2
from twohop.v1 import memory_service_pb2 as pb
from twohop.v1.fact_pb2 import GivenFacts
from twohop.v1.job_pb2 import JOB_STATE_CANCELLED, JOB_STATE_DONE, JOB_STATE_FAILED, JOB_STATE_PENDING
from twohop.v1.message_pb2 import NewMessage
from twohop.v1.scope_pb2 import Scope
from twohop.wire.errors import unpack_error

ANN, BOB = Scope(user_id="ann"), Scope(user_id="bob")
NOTHING = GivenFacts()
QUICK = WriteSettings(attempts=2, backoff_seconds=0.01)
HOUR = 3_600_000_000


class Model:
    """Stands for a language model: each message is a fact; what holds `stalls` waits for `let_go`, `down` fails.

    `asked` is what it was asked, in order; `most` how much of it at a time, in all and of one speaker.
    """

    def __init__(self, *, stalls: str = "", down: str = "") -> None:
        self.stalls = stalls
        self.down = down
        self.let_go = asyncio.Event()
        self.asked: list[str] = []
        self.news = asyncio.Condition()
        self.stalled = asyncio.Event()
        self.ended: list[str] = []
        self.running: Counter[str] = Counter()
        self.most = self.most_of_one = 0

    async def was_asked(self, times: int) -> None:
        """Wait until it was asked that often."""
        async with self.news:
            await self.news.wait_for(lambda: len(self.asked) >= times)

    async def extract(self, request: ExtractionRequest, _: Calls) -> Extraction:
        contents = [one.content for one in request.exchange]
        who = request.exchange[0].name
        async with self.news:
            self.asked.append(contents[0])
            self.news.notify_all()
        self.running[who] += 1
        self.most = max(self.most, self.running.total())
        self.most_of_one = max(self.most_of_one, self.running[who])
        try:
            if self.stalls and any(self.stalls in content for content in contents):
                self.stalled.set()
                await self.let_go.wait()
            if self.down and any(self.down in content for content in contents):
                raise Down("no answer")
        finally:
            self.running[who] -= 1
            self.ended.append(contents[0])
        facts = tuple(Fact(text=text, claims=claims(text), quote=text) for text in contents)
        return Extraction(facts=facts, decider="model")


def claims(text: str) -> tuple[Claim, ...]:
    words = text.split(maxsplit=2)
    return (Claim(subject=words[0], predicate=words[1], object=words[2]),) if len(words) == 3 else ()


@asynccontextmanager
async def at_work(
    folder: Path, model: Model, *, clock: Callable[[], int] = system_clock, **parts: Any
) -> AsyncIterator[Served]:
    """A server over the model; whatever stalls is let go at the end, so that it drains."""
    settings = settings_for(folder / "data", drain_seconds=1).model_copy(update=parts)
    try:
        async with serving(folder / "data", extractor=model, settings=settings, clock=clock) as served:
            try:
                yield served
            finally:
                model.let_go.set()
    finally:
        model.let_go.set()


def adding(*contents: str, scope: Scope = ANN, name: str = "Ann", **fields: Any) -> pb.AddMemoriesRequest:
    messages = [NewMessage(role="ROLE_USER", name=name, content=content) for content in contents]
    return pb.AddMemoriesRequest(scope=scope, messages=messages, **fields)


async def behind(served: Served, *contents: str, **fields: Any) -> job_pb2.Job:
    """An add that is not waited for."""
    added: pb.AddMemoriesResponse = await served.memory.AddMemories(adding(*contents, wait=False, **fields))
    return added.job


async def final(served: Served, job: job_pb2.Job, scope: Scope = ANN) -> job_pb2.Job:
    """The job as it ends."""
    last = job
    async for change in served.memory.WatchJob(pb.WatchJobRequest(scope=scope, job_id=job.id), timeout=30):
        last = change.job
    return last


async def refused(call: Any) -> TwohopError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return unpack_error(caught.value, "server")


async def texts(served: Served, scope: Scope = ANN) -> list[str]:
    page = await served.memory.ListMemories(pb.ListMemoriesRequest(scope=scope, page_size=1_000))
    return sorted(memory.revision.text for memory in page.memories)


# -- watching ----------------------------------------------------------------------------------------------------------


async def test_a_watch_shows_the_job_until_it_is_final(tmp_path: Path) -> None:
    """The job comes at once, then whenever it changes; the last one is final and holds what was decided."""
    model = Model(stalls="Acme")
    async with at_work(tmp_path, model) as served:
        job = await behind(served, "Ann works_at Acme")
        await model.stalled.wait()
        watch = aiter(served.memory.WatchJob(pb.WatchJobRequest(scope=ANN, job_id=job.id), timeout=30))
        first = await anext(watch)
        assert first.job.state == job_pb2.JOB_STATE_RUNNING
        assert (first.job.kind, first.job.session) == (job_pb2.JOB_KIND_ADD, "default")
        model.let_go.set()
        changes = [change async for change in watch]
        assert changes[-1].job.state == JOB_STATE_DONE
        assert [outcome.memory.revision.text for outcome in changes[-1].job.outcomes] == ["Ann works_at Acme"]
        assert changes[-1].consistency_token
        assert all(earlier != later for earlier, later in itertools.pairwise(changes))
        assert await final(served, job) == changes[-1].job


async def test_a_watch_ends_with_its_caller(tmp_path: Path) -> None:
    """At the caller's deadline, and when it leaves; its place among the streams is free again, and adds need none."""
    model = Model(stalls="Acme")
    settings = settings_for(tmp_path / "data", max_concurrent_streams=1)
    async with at_work(tmp_path, model, server=settings.server) as served:
        job = await behind(served, "Ann works_at Acme")
        request = pb.WatchJobRequest(scope=ANN, job_id=job.id)
        late = served.memory.WatchJob(request, timeout=0.2)
        assert isinstance(await refused(drained(late)), DeadlineExceeded)
        watch = await admitted(served, request)
        assert isinstance(await refused(drained(served.memory.WatchJob(request))), TooBusy)
        await behind(served, "Bob works_at Birch", scope=BOB)
        watch.cancel()
        (await admitted(served, request)).cancel()
        unknown = pb.WatchJobRequest(scope=BOB, job_id=job.id)
        error: TwohopError = TooBusy("")
        while isinstance(error, TooBusy):
            error = await refused(drained(served.memory.WatchJob(unknown)))
        assert isinstance(error, NotFound)


async def drained(watch: Any) -> None:
    async for _ in watch:
        pass


async def admitted(served: Served, request: pb.WatchJobRequest) -> Any:
    """A watch that has begun; the server hears a moment later that an earlier one ended."""
    while True:
        watch = served.memory.WatchJob(request)
        try:
            if await watch.read() is not grpc.aio.EOF:
                return watch
        except grpc.aio.AioRpcError as e:
            if not isinstance(unpack_error(e, "server"), TooBusy):
                raise


async def test_a_watch_ends_when_the_server_drains(tmp_path: Path) -> None:
    """Its caller is told to watch elsewhere, and the drain does not wait for it."""
    model = Model(stalls="Acme")
    async with at_work(tmp_path, model) as served:
        job = await behind(served, "Ann works_at Acme")
        watch = aiter(served.memory.WatchJob(pb.WatchJobRequest(scope=ANN, job_id=job.id)))
        await anext(watch)
        stopping = asyncio.ensure_future(served.server.stop())
        assert isinstance(await refused(anext(watch)), ShuttingDown)
        await stopping


# -- cancelling --------------------------------------------------------------------------------------------------------


async def test_a_cancelled_job_commits_nothing_more(tmp_path: Path) -> None:
    """A running job ends at once with its model call and keeps what it committed; the next of its session goes on."""
    model = Model(stalls="tea 21")
    async with at_work(tmp_path, model) as served:
        job = await behind(served, *(f"Ann likes tea {n}" for n in range(30)))
        following = await behind(served, "Ann works_at Acme")
        await model.stalled.wait()
        cancelled = await served.memory.CancelJob(pb.CancelJobRequest(scope=ANN, job_id=job.id))
        assert cancelled.job.state == JOB_STATE_CANCELLED
        assert (await final(served, following)).state == JOB_STATE_DONE
        assert "Ann likes tea 20" in model.ended
        model.let_go.set()
        assert (await final(served, job)).state == JOB_STATE_CANCELLED
        assert await texts(served) == sorted([*(f"Ann likes tea {n}" for n in range(20)), "Ann works_at Acme"])


async def test_a_waiting_job_is_cancelled_at_once(tmp_path: Path) -> None:
    """It is never started; a final one stays as it is; the same request id again changes nothing."""
    model = Model(stalls="Acme")
    async with at_work(tmp_path, model) as served:
        running = await behind(served, "Ann works_at Acme")
        waiting = await behind(served, "Ann likes tea")
        assert waiting.state == JOB_STATE_PENDING
        request = pb.CancelJobRequest(scope=ANN, job_id=waiting.id, request_id="c-1")
        assert (await served.memory.CancelJob(request)).job.state == JOB_STATE_CANCELLED
        model.let_go.set()
        assert (await final(served, running)).state == JOB_STATE_DONE
        done = await served.memory.CancelJob(pb.CancelJobRequest(scope=ANN, job_id=running.id))
        assert done.job.state == JOB_STATE_DONE
        await served.memory.ReplayJob(pb.ReplayJobRequest(scope=ANN, job_id=waiting.id))
        assert (await final(served, waiting)).state == JOB_STATE_DONE
        assert (await served.memory.CancelJob(request)).job.state == JOB_STATE_DONE
        assert model.asked == ["Ann works_at Acme", "Ann likes tea"]


# -- dead letters ------------------------------------------------------------------------------------------------------


async def test_a_job_that_is_given_up_is_listed_and_replayed(tmp_path: Path) -> None:
    """After its last try a job is a dead letter of its tenant; replayed, it goes on, once a request id."""
    model = Model(down="Acme")
    async with at_work(tmp_path, model, write=QUICK) as served:
        job = await behind(served, "Ann works_at Acme")
        dead = await final(served, job)
        assert (dead.state, dead.attempts, len(model.asked)) == (JOB_STATE_FAILED, 2, 2)
        assert dead.error == "MODEL_UNAVAILABLE: no answer"
        await behind(served, "Bob works_at Birch", scope=Scope(tenant="other", user_id="bob"), facts=NOTHING)
        listed = await served.memory.ListJobs(pb.ListJobsRequest(states=[JOB_STATE_FAILED]))
        assert [(one.scope.user_id, one.job.id, list(one.job.message_ids)) for one in listed.jobs] == [
            ("ann", job.id, list(job.message_ids))
        ]
        model.down = ""
        request = pb.ReplayJobRequest(scope=ANN, job_id=job.id, request_id="r-1")
        assert (await served.memory.ReplayJob(request)).job.attempts == 0
        assert (await final(served, job)).state == JOB_STATE_DONE
        assert (await served.memory.ReplayJob(request)).job.state == JOB_STATE_DONE
        assert len(model.asked) == 3
        request.request_id = "r-2"
        assert isinstance(await refused(served.memory.ReplayJob(request)), Conflict)


def test_retries_wait_longer_each_time_within_their_bounds() -> None:
    """The wait doubles up to its cap and is spread by chance; a server's wish is kept up to its own cap."""
    settings = WriteSettings(backoff_seconds=2, backoff_cap_seconds=100, retry_after_cap_seconds=500)
    assert [delay(settings, n, None, 1.0) for n in (0, 1, 2, 9, 10_000)] == [2, 4, 8, 100, 100]
    assert [delay(settings, n, None, 0.0) for n in (0, 1, 9)] == [1, 2, 50]
    assert [delay(settings, 0, wish, 1.0) for wish in (0.5, 30, 9_000)] == [2, 30, 500]


# -- order and fairness ------------------------------------------------------------------------------------------------


async def test_a_session_keeps_its_order_across_retries(tmp_path: Path) -> None:
    """While an add waits for a model, the next of its session waits behind it, and other sessions go on."""
    now = [1_700_000_000_000_000]
    model = Model(down="Acme")
    async with at_work(tmp_path, model, clock=lambda: now[0]) as served:
        first = (await served.memory.AddMemories(adding("Ann works_at Acme"))).job
        second = (await served.memory.AddMemories(adding("Ann works_at Birch"))).job
        other = await served.memory.AddMemories(adding("Ann likes tea", scope=Scope(user_id="ann", run_id="r")))
        assert (first.state, second.state, other.job.state) == (JOB_STATE_PENDING, JOB_STATE_PENDING, JOB_STATE_DONE)
        assert model.asked == ["Ann works_at Acme", "Ann likes tea"]
        assert first.next_attempt_time.ToMicroseconds() > now[0]
        model.down = ""
        now[0] += HOUR
        assert (await final(served, second)).state == JOB_STATE_DONE
        assert model.asked[2:] == ["Ann works_at Acme", "Ann works_at Birch"]
        assert await texts(served) == ["Ann likes tea", "Ann works_at Birch"]


async def test_an_add_behind_a_slow_one_is_pending_at_its_deadline(tmp_path: Path) -> None:
    """An add that waits for its session's earlier one answers in time, and is done after it."""
    model = Model(stalls="Acme")
    async with at_work(tmp_path, model) as served:
        first = await behind(served, "Ann works_at Acme")
        second = (await served.memory.AddMemories(adding("Ann works_at Birch"), timeout=1)).job
        assert second.state == JOB_STATE_PENDING
        model.let_go.set()
        assert (await final(served, second)).state == JOB_STATE_DONE
        assert (await final(served, first)).state == JOB_STATE_DONE
        assert model.asked == ["Ann works_at Acme", "Ann works_at Birch"]


async def test_a_slow_owner_blocks_nobody_else(tmp_path: Path) -> None:
    """However many adds of one owner wait for a stalled model, another owner's is done at once."""
    model = Model(stalls="Ann")
    async with at_work(tmp_path, model) as served:
        for n in range(40):
            await behind(served, f"Ann likes tea {n}", scope=Scope(user_id="ann", run_id=str(n)))
        await model.stalled.wait()
        added = await served.memory.AddMemories(adding("Bob works_at Birch", scope=BOB, name="Bob"), timeout=20)
        assert added.job.state == JOB_STATE_DONE
        assert model.most_of_one == WriteSettings().concurrent_jobs_per_owner


async def test_a_thousand_due_jobs_start_a_few_at_a_time(tmp_path: Path) -> None:
    """A backlog is worked on within the bounds, and an owner with one job does not wait for another's thousand."""
    settings = settings_for(tmp_path / "data").model_copy(
        update={"synchronous": "OFF", "write": WriteSettings(concurrent_jobs=6, concurrent_jobs_per_owner=4)}
    )
    await queue_up(settings, 1_000)
    model = Model(stalls="wait")
    async with open_core(settings, extractor=model) as app:
        await model.stalled.wait()
        await model.was_asked(6)
        assert Counter(text.split()[0] for text in model.asked) == {"ann": 4, "bob": 1, "cleo": 1}
        model.stalls = ""
        model.let_go.set()
        await model.was_asked(60)
        assert (model.most, model.most_of_one) == (6, 4)
        assert len((await app.ledger.jobs("default", states=[JobState.RUNNING])).items) <= 6


async def queue_up(settings: Settings, many: int) -> None:
    """A ledger that a stopped process left behind: many jobs of Ann's, then one of Bob's and one of Cleo's."""
    settings.data_dir.mkdir(mode=0o700)
    ledger = await SqliteLedger.open(settings.data_dir / "ledger.db", clock=system_clock, synchronous="OFF")
    owners = [*(Owner(user_id="ann", run_id=str(n)) for n in range(many)), Owner(user_id="bob"), Owner(user_id="cleo")]
    await asyncio.gather(*(ledger.accept(left_behind(scope, n)) for n, scope in enumerate(owners)))
    await ledger.close()


def left_behind(scope: Owner, n: int) -> Acceptance:
    said = message(uuid7(), scope=scope, name=scope.user_id, content=f"{scope.user_id} said wait {n}")
    job = Job(
        id=uuid7(),
        partition=scope.partition,
        kind=JobKind.ADD,
        session=scope.session,
        state=JobState.PENDING,
        payload=Payload(messages=(said.id,), until=1).to_json(),
    )
    return Acceptance(scope=scope, messages=(said,), job=job)


# -- a store in trouble ------------------------------------------------------------------------------------------------


async def test_a_job_that_could_not_be_given_back_goes_on(tmp_path: Path) -> None:
    """When the ledger takes neither a job's commit nor its return to the queue, the job goes on once it does again."""
    model = Model(stalls="Acme")
    async with at_work(tmp_path, model, write=QUICK) as served:
        job = await behind(served, "Ann works_at Acme")
        await model.stalled.wait()
        ledger = served.app.ledger
        assert isinstance(ledger, SqliteLedger)
        await ledger._writer.write(lambda database: database.maintain("PRAGMA busy_timeout = 0"))
        foreign = sqlite3.connect(tmp_path / "data" / "ledger.db", isolation_level=None)
        foreign.execute("BEGIN IMMEDIATE")
        model.let_go.set()
        assert await served.app.runner._running[job.id] is JobState.PENDING
        stuck = (await served.memory.GetJob(pb.GetJobRequest(scope=ANN, job_id=job.id))).job
        assert stuck.state == job_pb2.JOB_STATE_RUNNING
        foreign.execute("ROLLBACK")
        foreign.close()
        done = await final(served, job)
        assert (done.state, done.attempts) == (JOB_STATE_DONE, 0)
        assert await texts(served) == ["Ann works_at Acme"]


async def test_old_rows_are_pruned(tmp_path: Path) -> None:
    """A finished job is gone after its time; what it decided stays."""
    now = [1_700_000_000_000_000]
    async with at_work(tmp_path, Model(), clock=lambda: now[0]) as served:
        added = await served.memory.AddMemories(adding("Ann works_at Acme", request_id="a-1"))
        request = pb.GetJobRequest(scope=ANN, job_id=added.job.id)
        now[0] += 31 * 24 * HOUR
        found: Any = None
        while not isinstance(found, NotFound):
            try:
                found = await served.memory.GetJob(request)
            except grpc.aio.AioRpcError as e:
                found = unpack_error(e, "server")
        decisions = await served.memory.ListDecisions(pb.ListDecisionsRequest(scope=ANN, job_id=added.job.id))
        assert [one.fact for one in decisions.decisions] == ["Ann works_at Acme"]
        assert (await served.memory.AddMemories(adding("Ann works_at Acme", request_id="a-1"))).job.id != added.job.id
