import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from twohop.v1 import decision_pb2 as _decision_pb2
from twohop.v1 import graph_pb2 as _graph_pb2
from twohop.v1 import memory_pb2 as _memory_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class JobState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JOB_STATE_UNSPECIFIED: _ClassVar[JobState]
    JOB_STATE_PENDING: _ClassVar[JobState]
    JOB_STATE_RUNNING: _ClassVar[JobState]
    JOB_STATE_DONE: _ClassVar[JobState]
    JOB_STATE_PARTIAL: _ClassVar[JobState]
    JOB_STATE_FAILED: _ClassVar[JobState]
    JOB_STATE_CANCELLED: _ClassVar[JobState]

class JobKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JOB_KIND_UNSPECIFIED: _ClassVar[JobKind]
    JOB_KIND_ADD: _ClassVar[JobKind]
    JOB_KIND_SUMMARY: _ClassVar[JobKind]
JOB_STATE_UNSPECIFIED: JobState
JOB_STATE_PENDING: JobState
JOB_STATE_RUNNING: JobState
JOB_STATE_DONE: JobState
JOB_STATE_PARTIAL: JobState
JOB_STATE_FAILED: JobState
JOB_STATE_CANCELLED: JobState
JOB_KIND_UNSPECIFIED: JobKind
JOB_KIND_ADD: JobKind
JOB_KIND_SUMMARY: JobKind

class Job(_message.Message):
    __slots__ = ("id", "state", "message_ids", "outcomes", "entities", "usage", "indexed", "error", "kind", "session", "attempts", "next_attempt_time", "create_time", "update_time")
    ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    INDEXED_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_ATTEMPT_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    id: str
    state: JobState
    message_ids: _containers.RepeatedScalarFieldContainer[str]
    outcomes: _containers.RepeatedCompositeFieldContainer[Outcome]
    entities: _containers.RepeatedCompositeFieldContainer[_graph_pb2.Entity]
    usage: Usage
    indexed: bool
    error: str
    kind: JobKind
    session: str
    attempts: int
    next_attempt_time: _timestamp_pb2.Timestamp
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., state: _Optional[_Union[JobState, str]] = ..., message_ids: _Optional[_Iterable[str]] = ..., outcomes: _Optional[_Iterable[_Union[Outcome, _Mapping]]] = ..., entities: _Optional[_Iterable[_Union[_graph_pb2.Entity, _Mapping]]] = ..., usage: _Optional[_Union[Usage, _Mapping]] = ..., indexed: bool = ..., error: _Optional[str] = ..., kind: _Optional[_Union[JobKind, str]] = ..., session: _Optional[str] = ..., attempts: _Optional[int] = ..., next_attempt_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Outcome(_message.Message):
    __slots__ = ("decision", "memory", "target", "relations")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    RELATIONS_FIELD_NUMBER: _ClassVar[int]
    decision: _decision_pb2.Decision
    memory: _memory_pb2.Memory
    target: _memory_pb2.Memory
    relations: _containers.RepeatedCompositeFieldContainer[_graph_pb2.Relation]
    def __init__(self, decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ..., memory: _Optional[_Union[_memory_pb2.Memory, _Mapping]] = ..., target: _Optional[_Union[_memory_pb2.Memory, _Mapping]] = ..., relations: _Optional[_Iterable[_Union[_graph_pb2.Relation, _Mapping]]] = ...) -> None: ...

class Usage(_message.Message):
    __slots__ = ("extract_calls", "judge_calls", "repair_calls", "tokens_in", "tokens_out", "tokens_cached", "tokens_full_context", "rejudge_calls")
    EXTRACT_CALLS_FIELD_NUMBER: _ClassVar[int]
    JUDGE_CALLS_FIELD_NUMBER: _ClassVar[int]
    REPAIR_CALLS_FIELD_NUMBER: _ClassVar[int]
    TOKENS_IN_FIELD_NUMBER: _ClassVar[int]
    TOKENS_OUT_FIELD_NUMBER: _ClassVar[int]
    TOKENS_CACHED_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FULL_CONTEXT_FIELD_NUMBER: _ClassVar[int]
    REJUDGE_CALLS_FIELD_NUMBER: _ClassVar[int]
    extract_calls: int
    judge_calls: int
    repair_calls: int
    tokens_in: int
    tokens_out: int
    tokens_cached: int
    tokens_full_context: int
    rejudge_calls: int
    def __init__(self, extract_calls: _Optional[int] = ..., judge_calls: _Optional[int] = ..., repair_calls: _Optional[int] = ..., tokens_in: _Optional[int] = ..., tokens_out: _Optional[int] = ..., tokens_cached: _Optional[int] = ..., tokens_full_context: _Optional[int] = ..., rejudge_calls: _Optional[int] = ...) -> None: ...
