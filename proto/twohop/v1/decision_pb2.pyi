import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Operation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OPERATION_UNSPECIFIED: _ClassVar[Operation]
    OPERATION_ADD: _ClassVar[Operation]
    OPERATION_UPDATE: _ClassVar[Operation]
    OPERATION_DELETE: _ClassVar[Operation]
    OPERATION_NOOP: _ClassVar[Operation]
    OPERATION_SUPERSEDE: _ClassVar[Operation]
    OPERATION_INSERT: _ClassVar[Operation]
    OPERATION_RETRACT: _ClassVar[Operation]
    OPERATION_DISPUTE: _ClassVar[Operation]
    OPERATION_DROP: _ClassVar[Operation]
    OPERATION_FAIL: _ClassVar[Operation]
    OPERATION_RESTORE: _ClassVar[Operation]
    OPERATION_REVERT: _ClassVar[Operation]
    OPERATION_RESOLVE: _ClassVar[Operation]
    OPERATION_MERGE: _ClassVar[Operation]
    OPERATION_SPLIT: _ClassVar[Operation]
OPERATION_UNSPECIFIED: Operation
OPERATION_ADD: Operation
OPERATION_UPDATE: Operation
OPERATION_DELETE: Operation
OPERATION_NOOP: Operation
OPERATION_SUPERSEDE: Operation
OPERATION_INSERT: Operation
OPERATION_RETRACT: Operation
OPERATION_DISPUTE: Operation
OPERATION_DROP: Operation
OPERATION_FAIL: Operation
OPERATION_RESTORE: Operation
OPERATION_REVERT: Operation
OPERATION_RESOLVE: Operation
OPERATION_MERGE: Operation
OPERATION_SPLIT: Operation

class Effect(_message.Message):
    __slots__ = ("memory_id", "revision_before", "revision_after")
    MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_BEFORE_FIELD_NUMBER: _ClassVar[int]
    REVISION_AFTER_FIELD_NUMBER: _ClassVar[int]
    memory_id: str
    revision_before: str
    revision_after: str
    def __init__(self, memory_id: _Optional[str] = ..., revision_before: _Optional[str] = ..., revision_after: _Optional[str] = ...) -> None: ...

class Decision(_message.Message):
    __slots__ = ("id", "job_id", "position", "operation", "decider", "fact", "memory_id", "revision_id", "target_id", "reason", "refused", "status", "record_time", "effects", "reverts", "rule")
    ID_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    DECIDER_FIELD_NUMBER: _ClassVar[int]
    FACT_FIELD_NUMBER: _ClassVar[int]
    MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_ID_FIELD_NUMBER: _ClassVar[int]
    TARGET_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    RECORD_TIME_FIELD_NUMBER: _ClassVar[int]
    EFFECTS_FIELD_NUMBER: _ClassVar[int]
    REVERTS_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    id: str
    job_id: str
    position: int
    operation: Operation
    decider: str
    fact: str
    memory_id: str
    revision_id: str
    target_id: str
    reason: str
    refused: Operation
    status: str
    record_time: _timestamp_pb2.Timestamp
    effects: _containers.RepeatedCompositeFieldContainer[Effect]
    reverts: str
    rule: str
    def __init__(self, id: _Optional[str] = ..., job_id: _Optional[str] = ..., position: _Optional[int] = ..., operation: _Optional[_Union[Operation, str]] = ..., decider: _Optional[str] = ..., fact: _Optional[str] = ..., memory_id: _Optional[str] = ..., revision_id: _Optional[str] = ..., target_id: _Optional[str] = ..., reason: _Optional[str] = ..., refused: _Optional[_Union[Operation, str]] = ..., status: _Optional[str] = ..., record_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., effects: _Optional[_Iterable[_Union[Effect, _Mapping]]] = ..., reverts: _Optional[str] = ..., rule: _Optional[str] = ...) -> None: ...
