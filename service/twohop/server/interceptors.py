"""What every call of our services goes through, outermost first: errors, concurrency, deadline, decoding.

Health and reflection pass by all four, so that a probe is answered under any load.
"""

import asyncio
import traceback
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import grpc
import structlog
from google.protobuf.message import DecodeError
from google.rpc.status_pb2 import Status

from twohop.errors import FieldViolation, InvalidInput, TooBusy, TwohopError
from twohop.graph.deadline import answered_by
from twohop.memory.clock import Ids
from twohop.wire.errors import code_of, pack_error, pack_surprise

log = structlog.get_logger(__name__)

Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]
Unary: TypeAlias = Callable[[Any, Context], Awaitable[Any]]
Stream: TypeAlias = Callable[[Any, Context], AsyncIterator[Any]]
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"

OURS = "/twohop."
DETAILS = "grpc-status-details-bin"


class Around(grpc.aio.ServerInterceptor):
    """Puts something around every call of our services; requests and responses are as the next one inside has them."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """The handler with this interceptor around it."""
        handler: Any = await continuation(handler_call_details)
        method = str(handler_call_details.method)
        if handler is None or not method.startswith(OURS):
            return handler
        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(self.stream(handler, handler.unary_stream, method))
        return grpc.unary_unary_rpc_method_handler(self.unary(handler, handler.unary_unary, method))

    @abstractmethod
    def unary(self, handler: Any, inner: Unary, method: str) -> Any:
        """A call with one answer."""

    @abstractmethod
    def stream(self, handler: Any, inner: Stream, method: str) -> Any:
        """A call with a stream of answers."""


class ErrorBoundary(Around):
    """Maps the error tree to statuses, once. Of anything else the caller sees a request id, and the log the place."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids

    def unary(self, handler: Any, inner: Unary, method: str) -> Any:  # noqa: ARG002  # The base's signature.
        """A call with one answer."""

        async def call(request: Any, context: Context) -> Any:
            try:
                return await inner(request, context)
            except Exception as e:  # noqa: BLE001  # The boundary: nothing unexpected may pass with its text.
                await abort(context, self.status(e, method))

        return call

    def stream(self, handler: Any, inner: Stream, method: str) -> Any:  # noqa: ARG002  # The base's signature.
        """A call with a stream of answers."""

        async def call(request: Any, context: Context) -> AsyncIterator[Any]:
            try:
                async for response in inner(request, context):
                    yield response
            except Exception as e:  # noqa: BLE001  # As in `unary`.
                await abort(context, self.status(e, method))

        return call

    def status(self, error: Exception, method: str) -> Status:
        """What the caller may know of an error."""
        if isinstance(error, TwohopError) and type(error) is not TwohopError:
            log.info("call.refused", method=method, reason=error.reason, code=code_of(error).name)
            return pack_error(error)
        return pack_surprise(self.report(error, method))

    def report(self, error: Exception, method: str) -> str:
        """Log where something unexpected happened; its text stays out, since it may quote what was said.

        Returns:
            The request id under which it stands in the log.
        """
        request_id = self._ids()
        places = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
        log.error("call.failed", method=method, request_id=request_id, error=type(error).__qualname__, trace=places)
        return request_id


class ConcurrencyLimit(Around):
    """Refuses calls beyond `most` at a time, so that those taken are answered.

    Streams wait more than they work, so they are counted apart: watchers keep no adds out.
    """

    def __init__(self, most: int, most_streams: int) -> None:
        self._calls = Places(most, "calls")
        self._streams = Places(most_streams, "streams")

    def unary(self, handler: Any, inner: Unary, method: str) -> Any:  # noqa: ARG002  # The base's signature.
        """A call with one answer."""

        async def call(request: Any, context: Context) -> Any:
            with self._calls:
                return await inner(request, context)

        return call

    def stream(self, handler: Any, inner: Stream, method: str) -> Any:  # noqa: ARG002  # The base's signature.
        """A call with a stream of answers."""

        async def call(request: Any, context: Context) -> AsyncIterator[Any]:
            with self._streams:
                async for response in inner(request, context):
                    yield response

        return call


class Places:
    """A bounded number of places, each held by a `with`."""

    def __init__(self, most: int, what: str) -> None:
        self._most = most
        self._what = what
        self._taken = 0

    def __enter__(self) -> None:
        if self._taken >= self._most:
            raise TooBusy(f"{self._most} {self._what} are running, no more are taken at a time; try again shortly")
        self._taken += 1

    def __exit__(self, *_: object) -> None:
        self._taken -= 1


class Deadline(Around):
    """Bounds what a call reads by the time that its caller waits. What outlives the call (jobs) is not bounded by it.

    Streams wait as long as their callers do.
    """

    def unary(self, handler: Any, inner: Unary, method: str) -> Any:  # noqa: ARG002  # The base's signature.
        """A call with one answer."""

        async def call(request: Any, context: Context) -> Any:
            remaining = context.time_remaining()
            until = None if remaining is None else asyncio.get_running_loop().time() + remaining
            with answered_by(until):
                return await inner(request, context)

        return call

    def stream(self, handler: Any, inner: Stream, method: str) -> Any:  # noqa: ARG002  # The base's signature.
        """A call with a stream of answers."""
        return inner


class Codec(Around):
    """Decodes requests and encodes responses inside the boundary, where a malformed request is an error of ours."""

    def unary(self, handler: Any, inner: Unary, method: str) -> Any:  # noqa: ARG002  # The base's signature.
        """A call with one answer."""

        async def call(request: bytes, context: Context) -> Any:
            return handler.response_serializer(await inner(decode(handler.request_deserializer, request), context))

        return call

    def stream(self, handler: Any, inner: Stream, method: str) -> Any:  # noqa: ARG002  # The base's signature.
        """A call with a stream of answers."""

        async def call(request: bytes, context: Context) -> AsyncIterator[Any]:
            async for response in inner(decode(handler.request_deserializer, request), context):
                yield handler.response_serializer(response)

        return call


def decode(deserializer: Callable[[bytes], Any], request: bytes) -> Any:
    """The request's message.

    Raises:
        InvalidInput: it is none, or a string in it is not UTF-8.
    """
    try:
        return deserializer(request)
    except (DecodeError, UnicodeDecodeError) as e:
        violation = FieldViolation("request", "is malformed, or holds a string that is not valid UTF-8")
        raise InvalidInput(violation) from e


async def abort(context: Context, status: Status) -> None:
    """End the call with a status and its details."""
    code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
    await context.abort(code, status.message, trailing_metadata=((DETAILS, status.SerializeToString()),))
