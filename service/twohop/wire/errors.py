"""The error tree on the wire: each leaf has one gRPC code, and comes back as the same exception.

A status carries `google.rpc.ErrorInfo` (reason, domain `twohop`), `BadRequest` with the violations of `InvalidInput`,
and `RetryInfo` where another try may work.
"""

from collections.abc import Iterator
from typing import Any, Final, cast

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from twohop import errors
from twohop.errors import FieldViolation, InvalidInput, TwohopError
from twohop.v1 import error_pb2

DOMAIN: Final = "twohop"
MOST_VIOLATIONS: Final = 10
LONGEST_PART: Final = 150
LONGEST_MESSAGE: Final = 400
"""Bytes. These bound a status: gRPC carries it in a header block, and peers refuse blocks over 8 kB."""

CODES: Final[dict[type[TwohopError], grpc.StatusCode]] = {
    errors.InvalidInput: grpc.StatusCode.INVALID_ARGUMENT,
    errors.InvalidPageToken: grpc.StatusCode.INVALID_ARGUMENT,
    errors.NotServed: grpc.StatusCode.UNIMPLEMENTED,
    errors.NotFound: grpc.StatusCode.NOT_FOUND,
    errors.Conflict: grpc.StatusCode.ABORTED,
    errors.EtagMismatch: grpc.StatusCode.ABORTED,
    errors.RequestIdReused: grpc.StatusCode.ALREADY_EXISTS,
    errors.StaleRead: grpc.StatusCode.ABORTED,
    errors.Exhausted: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.TooBusy: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.StorageFull: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.Unavailable: grpc.StatusCode.UNAVAILABLE,
    errors.LedgerUnavailable: grpc.StatusCode.UNAVAILABLE,
    errors.IndexUnavailable: grpc.StatusCode.UNAVAILABLE,
    errors.ShuttingDown: grpc.StatusCode.UNAVAILABLE,
    errors.DeadlineExceeded: grpc.StatusCode.DEADLINE_EXCEEDED,
    errors.Unauthenticated: grpc.StatusCode.UNAUTHENTICATED,
    errors.PermissionDenied: grpc.StatusCode.PERMISSION_DENIED,
    errors.ModelError: grpc.StatusCode.INTERNAL,
    errors.ModelUnavailable: grpc.StatusCode.UNAVAILABLE,
    errors.ModelDenied: grpc.StatusCode.FAILED_PRECONDITION,
    errors.ModelCallsSpent: grpc.StatusCode.UNAVAILABLE,
    errors.ModelRejected: grpc.StatusCode.FAILED_PRECONDITION,
    errors.ModelContextExceeded: grpc.StatusCode.FAILED_PRECONDITION,
    errors.ModelOutputInvalid: grpc.StatusCode.INTERNAL,
    errors.Misconfigured: grpc.StatusCode.FAILED_PRECONDITION,
    errors.DataDirHeld: grpc.StatusCode.FAILED_PRECONDITION,
    errors.DataDirUnusable: grpc.StatusCode.FAILED_PRECONDITION,
    errors.SchemaTooNew: grpc.StatusCode.FAILED_PRECONDITION,
    errors.EmbedderMismatch: grpc.StatusCode.FAILED_PRECONDITION,
    errors.Misplaced: grpc.StatusCode.FAILED_PRECONDITION,
}
"""The one table. A test walks the tree and fails when a class is missing."""

WITHOUT_DETAILS: Final[dict[grpc.StatusCode, type[TwohopError]]] = {
    grpc.StatusCode.INVALID_ARGUMENT: errors.InvalidInput,
    grpc.StatusCode.UNIMPLEMENTED: errors.NotServed,
    grpc.StatusCode.NOT_FOUND: errors.NotFound,
    grpc.StatusCode.RESOURCE_EXHAUSTED: errors.Exhausted,
    grpc.StatusCode.UNAVAILABLE: errors.Unavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: errors.DeadlineExceeded,
    grpc.StatusCode.UNAUTHENTICATED: errors.Unauthenticated,
    grpc.StatusCode.PERMISSION_DENIED: errors.PermissionDenied,
}
"""What a status that gRPC itself or a proxy made stands for."""


def code_of(error: TwohopError) -> grpc.StatusCode:
    """The error's gRPC code."""
    return next(CODES[kind] for kind in type(error).__mro__ if kind in CODES)


def reason_of(error: TwohopError) -> Any:
    """The error's reason on the wire."""
    return error_pb2.ErrorReason.Value(f"ERROR_REASON_{error.reason}")


def violations_of(error: TwohopError) -> list[FieldViolation]:
    """What is wrong with the request, cut to what a status can carry."""
    if not isinstance(error, InvalidInput):
        return []
    cut = [
        FieldViolation(_cut(v.field, LONGEST_PART), _cut(v.description, LONGEST_PART))
        for v in error.violations[:MOST_VIOLATIONS]
    ]
    if left := len(error.violations) - len(cut):
        cut.append(FieldViolation("", f"and {left} more"))
    return cut


def pack_error(error: TwohopError) -> Status:
    """The status of an error that twohop raised on purpose."""
    info = error_details_pb2.ErrorInfo(
        reason=error.reason,
        domain=DOMAIN,
        metadata={**error.metadata, **_address(error)},
    )
    details: list[Any] = [info]
    if violations := violations_of(error):
        details.append(
            error_details_pb2.BadRequest(
                field_violations=[
                    error_details_pb2.BadRequest.FieldViolation(field=v.field, description=v.description)
                    for v in violations
                ]
            )
        )
    if (seconds := getattr(error, "retry_after", None)) is not None:
        details.append(error_details_pb2.RetryInfo(retry_delay=_duration(seconds)))
    return _status(code_of(error), error.message, details)


def pack_surprise(request_id: str) -> Status:
    """The status of an error that should not happen: nothing but the id under which the server logged it."""
    info = error_details_pb2.ErrorInfo(reason=TwohopError.reason, domain=DOMAIN)
    details = [info, error_details_pb2.RequestInfo(request_id=request_id)]
    return _status(grpc.StatusCode.INTERNAL, f"internal error; the server logged it as request {request_id}", details)


def pack_item_error(error: TwohopError) -> error_pb2.ItemError:
    """The error of one item of a batch."""
    return error_pb2.ItemError(
        reason=reason_of(error),
        message=_cut(error.message, LONGEST_MESSAGE),
        violations=[error_pb2.FieldViolation(field=v.field, description=v.description) for v in violations_of(error)],
    )


def unpack_error(error: grpc.aio.AioRpcError, peer: str) -> TwohopError:
    """The exception that the server raised, or what its absence means. `peer` is the address that was called."""
    status = _status_in(error)
    info = error_details_pb2.ErrorInfo()
    if status is None or not any(detail.Unpack(info) and info.domain == DOMAIN for detail in status.details):
        return _without_details(error, peer)
    kind = {kind.reason: kind for kind in CODES}.get(info.reason, TwohopError)
    metadata = dict(info.metadata)
    if issubclass(kind, InvalidInput):
        return kind(*_violations(status))
    if kind is errors.DataDirHeld:
        return errors.DataDirHeld(status.message, address=metadata.get("address", ""))
    if issubclass(kind, errors.ModelUnavailable):
        return kind(status.message, retry_after=_retry_after(status))
    return kind(status.message, metadata=metadata)


def _status(code: grpc.StatusCode, message: str, details: list[Any]) -> Status:
    status = Status(code=code.value[0], message=_cut(message, LONGEST_MESSAGE))
    for detail in details:
        packed = AnyMessage()
        packed.Pack(detail)
        status.details.append(packed)
    return status


def _status_in(error: grpc.aio.AioRpcError) -> Status | None:
    try:
        found: Status | None = rpc_status.from_call(cast("Any", error))
    except ValueError:
        return None
    return found


def _without_details(error: grpc.aio.AioRpcError, peer: str) -> TwohopError:
    text = error.details() or "no details"
    match WITHOUT_DETAILS.get(error.code(), TwohopError):
        case errors.InvalidInput:
            return InvalidInput(FieldViolation("request", text))
        case errors.Unavailable:
            return errors.Unavailable(f"no twohop server answers at {peer} ({text})")
        case errors.Exhausted:
            return errors.Exhausted(f"the request or its answer is too large ({text})")
        case kind:
            return kind(text)


def _violations(status: Status) -> Iterator[FieldViolation]:
    bad = error_details_pb2.BadRequest()
    for detail in status.details:
        if detail.Unpack(bad):
            for violation in bad.field_violations:
                yield FieldViolation(violation.field, violation.description)


def _retry_after(status: Status) -> float | None:
    retry = error_details_pb2.RetryInfo()
    for detail in status.details:
        if detail.Unpack(retry):
            return float(retry.retry_delay.ToTimedelta().total_seconds())
    return None


def _address(error: TwohopError) -> dict[str, str]:
    return {"address": error.address} if isinstance(error, errors.DataDirHeld) else {}


def _duration(seconds: float) -> Duration:
    whole, rest = divmod(round(seconds * 1_000), 1_000)
    return Duration(seconds=whole, nanos=rest * 1_000_000)


def _cut(text: str, most: int) -> str:
    data = text.encode(errors="replace")
    return text if len(data) <= most else f"{data[:most].decode(errors='ignore')}…"
