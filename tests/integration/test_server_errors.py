"""What a caller sees of every error, and of nothing else."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import pytest_asyncio
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from serving import Served, serving
from twohop import errors
from twohop.errors import FieldViolation, IndexUnavailable, InvalidInput, LedgerUnavailable, TwohopError
from twohop.graph.neo4j.database import Unreached
from twohop.v1 import error_pb2
from twohop.v1 import memory_service_pb2 as pb
from twohop.v1.message_pb2 import NewMessage
from twohop.v1.scope_pb2 import Scope
from twohop.vector.qdrant_server import Refused
from twohop.wire.errors import CODES, pack_error, unpack_error

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with serving(tmp_path_factory.mktemp("errors") / "data") as running:
        yield running


def tree(root: type[TwohopError] = TwohopError) -> list[type[TwohopError]]:
    """The errors that are part of the API. What a store tells apart for itself, a caller sees as its public kind."""
    below = [kind for child in root.__subclasses__() for kind in tree(child)]
    public = root is not TwohopError and root.__module__ == errors.__name__
    return [*([root] if public else []), *below]


@pytest.mark.parametrize(("kind", "public"), [(Unreached, LedgerUnavailable), (Refused, IndexUnavailable)])
async def test_what_a_store_tells_apart_is_its_public_kind(kind: type[TwohopError], public: type[TwohopError]) -> None:
    """Code, reason and what the client raises are those of the kind."""
    told = pack_error(kind("no answer"))
    assert told == pack_error(public("no answer"))


def made(kind: type[TwohopError]) -> TwohopError:
    if issubclass(kind, InvalidInput):
        return kind(FieldViolation("query", "is too odd"), FieldViolation("limit", "is too large"))
    if kind is errors.DataDirHeld:
        return errors.DataDirHeld("held by another", address="127.0.0.1:9")
    if issubclass(kind, errors.ModelUnavailable):
        return kind("no answer", retry_after=2.5)
    return kind("something to do about it")


async def failing(served: Served, monkeypatch: pytest.MonkeyPatch, error: Exception) -> grpc.aio.AioRpcError:
    async def recall(_: Any) -> None:
        raise error

    monkeypatch.setattr(served.app.core, "recall", recall)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await served.memory.Recall(pb.RecallRequest(scope=Scope(user_id="u"), query="q"))
    return caught.value


def detail(error: grpc.aio.AioRpcError, kind: type[Any]) -> Any:
    status: Any = rpc_status.from_call(error)  # type: ignore[arg-type]  # It has what a call has.
    found = kind()
    return found if any(part.Unpack(found) for part in status.details) else None


@pytest.mark.parametrize("kind", tree(), ids=lambda kind: kind.__name__)
async def test_each_error_has_its_code_and_reason(
    kind: type[TwohopError], served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each class of the tree arrives with its own code, its reason and our domain."""
    error = await failing(served, monkeypatch, made(kind))
    info = detail(error, error_details_pb2.ErrorInfo)
    assert (error.code(), info.reason, info.domain) == (CODES[kind], kind.reason, "twohop")
    assert f"ERROR_REASON_{kind.reason}" in error_pb2.ErrorReason.keys()  # noqa: SIM118  # An enum wrapper, no dict.


@pytest.mark.parametrize("kind", tree(), ids=lambda kind: kind.__name__)
async def test_the_client_raises_what_the_core_raised(
    kind: type[TwohopError], served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error comes back as the same class with the same message, violations and hints."""
    sent = made(kind)
    back = unpack_error(await failing(served, monkeypatch, sent), served.address)
    assert type(back) is kind
    assert back.message == sent.message
    for hint in ("violations", "retry_after", "address"):
        assert getattr(back, hint, None) == getattr(sent, hint, None)


@pytest.mark.parametrize("reason", error_pb2.ErrorReason.keys())
async def test_no_reason_stands_without_its_error(reason: str) -> None:
    """Every value of the wire's reasons but the zero belongs to a class of the tree."""
    known = {f"ERROR_REASON_{kind.reason}" for kind in tree()}
    assert reason in known | {"ERROR_REASON_UNSPECIFIED", f"ERROR_REASON_{TwohopError.reason}"}


@pytest.mark.parametrize("kind", [errors.TooBusy, errors.StorageFull, errors.LedgerUnavailable])
async def test_what_is_worth_another_try_says_when(kind: Any, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits and lost parts carry RetryInfo with the seconds of their class."""
    error = await failing(served, monkeypatch, made(kind))
    retry = detail(error, error_details_pb2.RetryInfo)
    assert retry.retry_delay.ToTimedelta().total_seconds() == kind.retry_after


async def test_many_long_violations_still_fit_a_status(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty violations of long non-Latin texts are cut to what gRPC's headers carry, and say that some are left out."""
    violations = [FieldViolation(f"messages[{n}].{'é' * 500}", "ü" * 500) for n in range(50)]
    back = unpack_error(await failing(served, monkeypatch, InvalidInput(*violations)), served.address)
    assert isinstance(back, InvalidInput)
    assert back.violations[0].field.startswith("messages[0].é")
    assert back.violations[-1].description == "and 40 more"


@pytest.mark.parametrize("surprise", [ValueError("the secret"), KeyError("the secret"), TwohopError("the secret")])
async def test_a_surprise_shows_a_request_id_only(
    surprise: Exception, served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What should not happen is INTERNAL without its text; the log has the same request id and the place."""
    error = await failing(served, monkeypatch, surprise)
    request_id = detail(error, error_details_pb2.RequestInfo).request_id
    logged = capsys.readouterr().out
    assert error.code() is grpc.StatusCode.INTERNAL
    assert request_id in (error.details() or "")
    assert "secret" not in f"{error.details()}{error.trailing_metadata()}{logged}"
    assert request_id in logged
    assert "test_server_errors.py" in logged


async def test_a_surprise_in_a_batch_costs_that_item_only(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch tells what became of each add, also when one of them fails unexpectedly."""
    add = served.app.core.add

    async def sometimes(request: Any) -> Any:
        if request.request_id == "bad":
            raise ValueError("the secret")
        return await add(request)

    monkeypatch.setattr(served.app.core, "add", sometimes)
    message = NewMessage(role="ROLE_USER", content="Ann likes tea.")
    response = await served.memory.BatchAddMemories(
        pb.BatchAddMemoriesRequest(
            scope=Scope(user_id="batch"),
            requests=[
                pb.AddMemoriesRequest(messages=[message], request_id="good"),
                pb.AddMemoriesRequest(messages=[message], request_id="bad"),
                pb.AddMemoriesRequest(request_id="empty"),
                pb.AddMemoriesRequest(scope=Scope(tenant="other", user_id="x"), messages=[message]),
            ],
        )
    )
    kinds = [result.WhichOneof("result") for result in response.results]
    assert kinds == ["response", "error", "error", "error"]
    assert [result.error.reason for result in response.results[1:]] == [
        error_pb2.ERROR_REASON_INTERNAL,
        error_pb2.ERROR_REASON_INVALID_INPUT,
        error_pb2.ERROR_REASON_INVALID_INPUT,
    ]
    assert "secret" not in str(response)
    assert response.results[2].error.violations[0].field == "messages"


async def test_nobody_at_the_address(tmp_path: Path) -> None:
    """A server that isn't there is Unavailable and says which address was tried."""
    async with grpc.aio.insecure_channel(f"unix:{tmp_path}/nobody.sock") as channel:
        call: Any = channel.unary_unary("/twohop.v1.MemoryService/Recall")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(b"")
    back = unpack_error(caught.value, "nobody.sock")
    assert type(back) is errors.Unavailable
    assert "nobody.sock" in back.message
