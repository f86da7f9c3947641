"""One Qdrant server as this process sees it: every call ends in time, and every failure is one of ours."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from qdrant_client import AsyncQdrantClient
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException

from twohop.errors import IndexUnavailable

T = TypeVar("T")

BACKOFF_MS = 1_000
"""The longest that the channel waits before it tries a lost connection again; gRPC's own longest is two minutes."""

KEEPALIVE_MS = 10_000
"""After this much silence the channel asks whether the other side is there, and waits as long for the answer."""

TOO_MANY, SERVER_ERROR = 429, 500

MEANINGS: dict[int | str, str] = {
    **dict.fromkeys((401, 403, "UNAUTHENTICATED", "PERMISSION_DENIED"), "doesn't take this TWOHOP_INDEX__API_KEY"),
    **dict.fromkeys((408, 504, "DEADLINE_EXCEEDED"), "did not answer in time"),
    **dict.fromkeys((TOO_MANY, "RESOURCE_EXHAUSTED"), "takes no more requests now"),
    **dict.fromkeys(("UNAVAILABLE", "CANCELLED"), "can't be reached"),
    **dict.fromkeys(("INTERNAL", "UNKNOWN", "DATA_LOSS", "ABORTED"), "failed"),
}
"""What the statuses mean after which asking at once for something else would be no use."""


class Refused(IndexUnavailable):
    """The server is up and doesn't do this one thing: most often its collection is gone."""


class Server:
    """A client whose calls end within `timeout` seconds.

    What is raised says nothing that settings or server said: no address, no key, no body.
    """

    def __init__(self, client: AsyncQdrantClient, timeout: float) -> None:
        self.client = client
        self.timeout = timeout

    async def ask(self, call: Awaitable[T], seconds: float = 0.0) -> T:
        """The answer to a call of the client, which may take `seconds` if that is longer than others may.

        Raises:
            Refused: the server won't do it.
            IndexUnavailable: it can't be reached, fails, or takes too long.
        """
        try:
            async with asyncio.timeout(max(self.timeout, seconds)):
                return await call
        except Exception as e:
            raise failure(e) from e


def connect(*, url: str, api_key: str, prefer_grpc: bool, grpc_port: int, timeout: float) -> AsyncQdrantClient:
    """A client for the server at this address (https = TLS, for gRPC too). Nothing is sent yet."""
    return AsyncQdrantClient(
        url=url,
        api_key=api_key or None,
        prefer_grpc=prefer_grpc,
        grpc_port=grpc_port,
        timeout=max(1, round(timeout)),
        # Its own check asks at once, in a thread, and prints what it thinks.
        check_compatibility=False,
        grpc_options={
            "grpc.initial_reconnect_backoff_ms": BACKOFF_MS // 10,
            "grpc.min_reconnect_backoff_ms": round(timeout * 1_000),  # What one attempt to connect may take.
            "grpc.max_reconnect_backoff_ms": BACKOFF_MS,
            "grpc.keepalive_time_ms": KEEPALIVE_MS,
            "grpc.keepalive_timeout_ms": KEEPALIVE_MS,
        },
    )


def failure(error: Exception) -> IndexUnavailable:
    """What a failed call comes to."""
    answer = answered(error)
    if answer in MEANINGS:
        meaning = MEANINGS[answer]
    elif isinstance(answer, int) and answer >= SERVER_ERROR:
        meaning = "failed"
    elif isinstance(error, TimeoutError):
        meaning = "did not answer in time"
    elif isinstance(error, ResponseHandlingException | OSError):
        meaning = "can't be reached"
    elif isinstance(error, RuntimeError):
        meaning = "is closed"  # So the client says it.
    else:
        return Refused(f"the vector index refused a request ({answer or type(error).__name__})")
    return IndexUnavailable(f"the vector index {meaning}" + (f" ({answer})" if answer else ""))


def answered(error: Exception) -> int | str:
    """The status that came back: HTTP's number, or the name of gRPC's code; "" when nothing did."""
    if isinstance(error, ResourceExhaustedResponse):
        return TOO_MANY
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return status
    code: Any = getattr(error, "code", None)  # By shape: the index knows no gRPC of its own.
    return str(getattr(code(), "name", "")) if callable(code) else ""
