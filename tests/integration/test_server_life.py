"""The server's life: what it listens on, health, reflection, load, deadlines, and how it ends."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import pytest_asyncio
from google.protobuf.field_mask_pb2 import FieldMask
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from structlog.testing import capture_logs

from serving import Served, serving, settings_for
from twohop.errors import DeadlineExceeded, Misconfigured, TooBusy, TwohopError, Unavailable
from twohop.memory.ports import Calls, Extraction, ExtractionRequest, Fact
from twohop.server import Server
from twohop.server.listener import SERVICES, address, loopback
from twohop.v1 import memory_service_pb2 as pb
from twohop.v1.job_pb2 import JOB_STATE_DONE, JOB_STATE_PENDING, JOB_STATE_RUNNING
from twohop.v1.memory_pb2 import MemoryEdit
from twohop.v1.message_pb2 import NewMessage
from twohop.v1.recall_pb2 import DEGRADATION_INDEX_BEHIND
from twohop.v1.scope_pb2 import Scope, View
from twohop.wire.errors import unpack_error

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING
SCOPE = Scope(user_id="patient")


class Held:
    """An extractor that takes one fact, once it is let go."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.let_go = asyncio.Event()

    async def extract(self, request: ExtractionRequest, _: Calls) -> Extraction:
        self.asked.set()
        await self.let_go.wait()
        content = request.exchange[0].content
        return Extraction(facts=(Fact(text=content, quote=content),), decider="held")


@pytest_asyncio.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path / "data") as running:
        yield running


def adding(content: str = "Ann works at Acme.", **fields: Any) -> pb.AddMemoriesRequest:
    return pb.AddMemoriesRequest(scope=SCOPE, messages=[NewMessage(role="ROLE_USER", content=content)], **fields)


def question() -> pb.RecallRequest:
    return pb.RecallRequest(scope=SCOPE, query="Where does Ann work?")


async def refused(call: Any) -> TwohopError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return unpack_error(caught.value, "server")


@pytest.mark.parametrize("service", ["", *SERVICES])
async def test_health_is_told_for_the_process_and_each_service(service: str, served: Served) -> None:
    """A probe sees SERVING for the whole process and for each service."""
    stub: Any = health_pb2_grpc.HealthStub(served.channel)
    answer = await stub.Check(health_pb2.HealthCheckRequest(service=service))
    assert answer.status == SERVING


async def test_reflection_lists_the_services(served: Served) -> None:
    """A tool without our protos finds both services and health."""
    channel: Any = served.channel
    stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)
    call = stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
    answer = await call.read()
    names = {service.name for service in answer.list_services_response.service}
    assert {*SERVICES, "grpc.health.v1.Health"} <= names


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "example.org"])  # noqa: S104  # It is refused.
async def test_only_loopback_is_listened_on(host: str, served: Served, tmp_path: Path) -> None:
    """Without authentication an address beyond this machine is refused, and the error says what to set."""
    with pytest.raises(Misconfigured, match="TWOHOP_SERVER__HOST"):
        await Server(served.app.core, settings_for(tmp_path, host=host)).start()


async def test_an_insecure_bind_is_taken_and_said_aloud(served: Served, tmp_path: Path) -> None:
    """Whoever says that the network is trusted is served on every address, and the log says what that means."""
    open_to_all = Server(served.app.core, settings_for(tmp_path, host="0.0.0.0", insecure_bind=True))  # noqa: S104
    with capture_logs() as logged:
        port = await open_to_all.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.2:{port}") as channel:
            stub: Any = health_pb2_grpc.HealthStub(channel)
            assert (await stub.Check(health_pb2.HealthCheckRequest())).status == SERVING
    finally:
        await open_to_all.stop()
    assert [(line["event"], line["log_level"], line["address"]) for line in logged] == [
        ("server.insecure_bind", "warning", f"0.0.0.0:{port}")
    ]


async def test_a_port_that_is_taken_is_refused(served: Served, tmp_path: Path) -> None:
    """Two servers never share a port."""
    port = int(served.address.rpartition(":")[2])
    second = Server(served.app.core, settings_for(tmp_path, port=port))
    with pytest.raises(Misconfigured, match=served.address):
        await second.start()


def test_addresses_of_both_families() -> None:
    """An IPv6 host is written in brackets, and both loopbacks are loopback."""
    assert address("::1", 50051) == "[::1]:50051"
    assert address("127.0.0.1", 50051) == "127.0.0.1:50051"
    assert [loopback(host) for host in ("::1", "127.0.0.9", "localhost", "10.0.0.1")] == [True, True, True, False]


async def test_calls_beyond_the_limit_are_refused_and_probes_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one call allowed, a second one is TooBusy while health answers; later calls are taken again."""
    async with serving(tmp_path / "data", max_concurrent_calls=1) as served:
        recall, entered, let_go = served.app.core.recall, asyncio.Event(), asyncio.Event()

        async def slowly(request: Any) -> Any:
            entered.set()
            await let_go.wait()
            return await recall(request)

        monkeypatch.setattr(served.app.core, "recall", slowly)
        first = asyncio.ensure_future(served.memory.Recall(question()))
        await entered.wait()
        assert isinstance(await refused(served.memory.Recall(question())), TooBusy)
        stub: Any = health_pb2_grpc.HealthStub(served.channel)
        assert (await stub.Check(health_pb2.HealthCheckRequest())).status == SERVING
        let_go.set()
        await first
        await served.memory.Recall(question())


async def test_an_add_that_outlasts_its_deadline_is_pending_and_goes_on(tmp_path: Path) -> None:
    """The answer comes before the deadline, and the job is done afterwards with one memory."""
    held = Held()
    async with serving(tmp_path / "data", extractor=held) as served:
        added = await served.memory.AddMemories(adding(), timeout=2)
        assert added.job.state == JOB_STATE_PENDING
        assert len(added.job.message_ids) == 1
        held.let_go.set()
        job = added.job
        while job.state in {JOB_STATE_PENDING, JOB_STATE_RUNNING}:
            job = (await served.memory.GetJob(pb.GetJobRequest(scope=SCOPE, job_id=added.job.id))).job
        assert job.state == JOB_STATE_DONE
        assert [outcome.memory.revision.text for outcome in job.outcomes] == ["Ann works at Acme."]
        assert list(job.message_ids) == list(added.job.message_ids)


async def test_wait_false_returns_after_the_accept(tmp_path: Path) -> None:
    """The caller gets the job at once, while the extractor has not answered."""
    held = Held()
    async with serving(tmp_path / "data", extractor=held) as served:
        added = await served.memory.AddMemories(adding(wait=False))
        assert added.job.state == JOB_STATE_PENDING
        held.let_go.set()


async def test_leaving_does_not_end_the_job(tmp_path: Path) -> None:
    """An add whose caller cancels is kept and processed all the same."""
    held = Held()
    async with serving(tmp_path / "data", extractor=held) as served:
        call = served.memory.AddMemories(adding(request_id="mine"))
        await held.asked.wait()
        call.cancel()
        held.let_go.set()
        again = await served.memory.AddMemories(adding(request_id="mine"))
        assert again.job.state == JOB_STATE_DONE
        assert [outcome.decision.decider for outcome in again.job.outcomes] == ["held"]


async def test_an_accept_that_outlasts_the_deadline_says_so(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """When not even the accept is done in time, the caller is told that, and its call is not left hanging."""
    let_go = asyncio.Event()

    async def stuck(_: Any) -> None:
        await let_go.wait()

    monkeypatch.setattr(served.app.core, "add", stuck)
    assert isinstance(await refused(served.memory.AddMemories(adding(), timeout=1)), DeadlineExceeded)
    let_go.set()


async def test_a_recall_knows_the_time_that_is_left(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The core gets a deadline just before the caller's, and none when the caller has none."""
    recall, deadlines = served.app.core.recall, []

    async def noting(request: Any) -> Any:
        deadlines.append(request.deadline)
        return await recall(request)

    monkeypatch.setattr(served.app.core, "recall", noting)
    start = asyncio.get_running_loop().time()
    await served.memory.Recall(question(), timeout=60)
    await served.memory.Recall(question())
    assert start + 30 < deadlines[0] < asyncio.get_running_loop().time() + 60
    assert deadlines[1] is None


async def test_a_read_is_never_older_than_its_token(served: Served) -> None:
    """A write's token is satisfied by every later read; a token of a state that isn't here yet is Unavailable."""
    token = (await served.memory.AddMemories(adding())).consistency_token
    page = await served.memory.ListMemories(pb.ListMemoriesRequest(scope=SCOPE, view=View(at_least=token)))
    assert page.state.consistency_token
    ahead = await served.memory.UpdateMemory(
        pb.UpdateMemoryRequest(
            scope=SCOPE,
            memory_id=page.memories[0].id,
            memory=MemoryEdit(text="Ann works at Acme in Lisbon."),
            update_mask=FieldMask(paths=["text"]),
        )
    )
    async with serving(served.app.settings.data_dir.with_name("restored")) as restored:
        view = View(at_least=ahead.consistency_token)
        request = pb.ListMemoriesRequest(scope=SCOPE, view=view)
        assert isinstance(await refused(restored.memory.ListMemories(request)), Unavailable)
        answer = await restored.memory.Recall(pb.RecallRequest(scope=SCOPE, query="Ann", view=view))
        assert list(answer.degradations) == [DEGRADATION_INDEX_BEHIND]


async def test_the_read_time_reads_the_same_state_again(served: Served) -> None:
    """What a memory was at an answer's read time stays readable after it changed."""
    added = await served.memory.AddMemories(adding())
    memory_id = added.job.outcomes[0].memory.id
    before = await served.memory.GetMemory(pb.GetMemoryRequest(scope=SCOPE, memory_id=memory_id))
    await served.memory.DeleteMemory(pb.DeleteMemoryRequest(scope=SCOPE, memory_id=memory_id))
    view = View(known_at=before.state.read_time)
    again = await served.memory.GetMemory(pb.GetMemoryRequest(scope=SCOPE, memory_id=memory_id, view=view))
    now = await served.memory.GetMemory(pb.GetMemoryRequest(scope=SCOPE, memory_id=memory_id))
    assert again.memory == before.memory
    assert now.memory != before.memory
    assert now.state.sequence > before.state.sequence


async def test_a_drain_finishes_what_runs_and_takes_no_more(tmp_path: Path) -> None:
    """While it drains, the server answers the call that runs, refuses new ones, and health says so."""
    held = Held()
    async with serving(tmp_path / "data", extractor=held) as served:
        stub: Any = health_pb2_grpc.HealthStub(served.channel)
        watch = stub.Watch(health_pb2.HealthCheckRequest())
        assert (await watch.read()).status == SERVING
        running = asyncio.ensure_future(served.memory.AddMemories(adding()))
        await held.asked.wait()
        stopping = asyncio.ensure_future(served.server.stop())
        assert (await watch.read()).status == NOT_SERVING
        async with grpc.aio.insecure_channel(served.address) as another:
            raw: Any = another.unary_unary("/twohop.v1.MemoryService/Recall")
            assert isinstance(await refused(raw(b"")), Unavailable)
        held.let_go.set()
        assert (await running).job.state == JOB_STATE_DONE
        watch.cancel()
        await stopping
