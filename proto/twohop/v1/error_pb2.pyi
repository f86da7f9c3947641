from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_REASON_UNSPECIFIED: _ClassVar[ErrorReason]
    ERROR_REASON_INVALID_INPUT: _ClassVar[ErrorReason]
    ERROR_REASON_INVALID_PAGE_TOKEN: _ClassVar[ErrorReason]
    ERROR_REASON_NOT_SERVED: _ClassVar[ErrorReason]
    ERROR_REASON_NOT_FOUND: _ClassVar[ErrorReason]
    ERROR_REASON_CONFLICT: _ClassVar[ErrorReason]
    ERROR_REASON_ETAG_MISMATCH: _ClassVar[ErrorReason]
    ERROR_REASON_REQUEST_ID_REUSED: _ClassVar[ErrorReason]
    ERROR_REASON_STALE_READ: _ClassVar[ErrorReason]
    ERROR_REASON_EXHAUSTED: _ClassVar[ErrorReason]
    ERROR_REASON_TOO_BUSY: _ClassVar[ErrorReason]
    ERROR_REASON_STORAGE_FULL: _ClassVar[ErrorReason]
    ERROR_REASON_UNAVAILABLE: _ClassVar[ErrorReason]
    ERROR_REASON_LEDGER_UNAVAILABLE: _ClassVar[ErrorReason]
    ERROR_REASON_INDEX_UNAVAILABLE: _ClassVar[ErrorReason]
    ERROR_REASON_SHUTTING_DOWN: _ClassVar[ErrorReason]
    ERROR_REASON_DEADLINE_EXCEEDED: _ClassVar[ErrorReason]
    ERROR_REASON_UNAUTHENTICATED: _ClassVar[ErrorReason]
    ERROR_REASON_PERMISSION_DENIED: _ClassVar[ErrorReason]
    ERROR_REASON_MODEL_ERROR: _ClassVar[ErrorReason]
    ERROR_REASON_MODEL_UNAVAILABLE: _ClassVar[ErrorReason]
    ERROR_REASON_MODEL_DENIED: _ClassVar[ErrorReason]
    ERROR_REASON_MODEL_CALLS_SPENT: _ClassVar[ErrorReason]
    ERROR_REASON_MODEL_REJECTED: _ClassVar[ErrorReason]
    ERROR_REASON_MODEL_CONTEXT_EXCEEDED: _ClassVar[ErrorReason]
    ERROR_REASON_MODEL_OUTPUT_INVALID: _ClassVar[ErrorReason]
    ERROR_REASON_MISCONFIGURED: _ClassVar[ErrorReason]
    ERROR_REASON_DATA_DIR_HELD: _ClassVar[ErrorReason]
    ERROR_REASON_DATA_DIR_UNUSABLE: _ClassVar[ErrorReason]
    ERROR_REASON_SCHEMA_TOO_NEW: _ClassVar[ErrorReason]
    ERROR_REASON_EMBEDDER_MISMATCH: _ClassVar[ErrorReason]
    ERROR_REASON_MISPLACED: _ClassVar[ErrorReason]
    ERROR_REASON_INTERNAL: _ClassVar[ErrorReason]
ERROR_REASON_UNSPECIFIED: ErrorReason
ERROR_REASON_INVALID_INPUT: ErrorReason
ERROR_REASON_INVALID_PAGE_TOKEN: ErrorReason
ERROR_REASON_NOT_SERVED: ErrorReason
ERROR_REASON_NOT_FOUND: ErrorReason
ERROR_REASON_CONFLICT: ErrorReason
ERROR_REASON_ETAG_MISMATCH: ErrorReason
ERROR_REASON_REQUEST_ID_REUSED: ErrorReason
ERROR_REASON_STALE_READ: ErrorReason
ERROR_REASON_EXHAUSTED: ErrorReason
ERROR_REASON_TOO_BUSY: ErrorReason
ERROR_REASON_STORAGE_FULL: ErrorReason
ERROR_REASON_UNAVAILABLE: ErrorReason
ERROR_REASON_LEDGER_UNAVAILABLE: ErrorReason
ERROR_REASON_INDEX_UNAVAILABLE: ErrorReason
ERROR_REASON_SHUTTING_DOWN: ErrorReason
ERROR_REASON_DEADLINE_EXCEEDED: ErrorReason
ERROR_REASON_UNAUTHENTICATED: ErrorReason
ERROR_REASON_PERMISSION_DENIED: ErrorReason
ERROR_REASON_MODEL_ERROR: ErrorReason
ERROR_REASON_MODEL_UNAVAILABLE: ErrorReason
ERROR_REASON_MODEL_DENIED: ErrorReason
ERROR_REASON_MODEL_CALLS_SPENT: ErrorReason
ERROR_REASON_MODEL_REJECTED: ErrorReason
ERROR_REASON_MODEL_CONTEXT_EXCEEDED: ErrorReason
ERROR_REASON_MODEL_OUTPUT_INVALID: ErrorReason
ERROR_REASON_MISCONFIGURED: ErrorReason
ERROR_REASON_DATA_DIR_HELD: ErrorReason
ERROR_REASON_DATA_DIR_UNUSABLE: ErrorReason
ERROR_REASON_SCHEMA_TOO_NEW: ErrorReason
ERROR_REASON_EMBEDDER_MISMATCH: ErrorReason
ERROR_REASON_MISPLACED: ErrorReason
ERROR_REASON_INTERNAL: ErrorReason

class ItemError(_message.Message):
    __slots__ = ("reason", "message", "violations")
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    reason: ErrorReason
    message: str
    violations: _containers.RepeatedCompositeFieldContainer[FieldViolation]
    def __init__(self, reason: _Optional[_Union[ErrorReason, str]] = ..., message: _Optional[str] = ..., violations: _Optional[_Iterable[_Union[FieldViolation, _Mapping]]] = ...) -> None: ...

class FieldViolation(_message.Message):
    __slots__ = ("field", "description")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    field: str
    description: str
    def __init__(self, field: _Optional[str] = ..., description: _Optional[str] = ...) -> None: ...
