import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from twohop.v1 import decision_pb2 as _decision_pb2
from twohop.v1 import moment_pb2 as _moment_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    KIND_UNSPECIFIED: _ClassVar[Kind]
    KIND_STATE: _ClassVar[Kind]
    KIND_EVENT: _ClassVar[Kind]
    KIND_PREFERENCE: _ClassVar[Kind]
    KIND_PLAN: _ClassVar[Kind]
    KIND_ATTRIBUTE: _ClassVar[Kind]
KIND_UNSPECIFIED: Kind
KIND_STATE: Kind
KIND_EVENT: Kind
KIND_PREFERENCE: Kind
KIND_PLAN: Kind
KIND_ATTRIBUTE: Kind

class Memory(_message.Message):
    __slots__ = ("id", "etag", "create_time", "revision", "evidence")
    ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    id: str
    etag: str
    create_time: _timestamp_pb2.Timestamp
    revision: MemoryRevision
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    def __init__(self, id: _Optional[str] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revision: _Optional[_Union[MemoryRevision, _Mapping]] = ..., evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ...) -> None: ...

class MemoryRevision(_message.Message):
    __slots__ = ("id", "memory_id", "number", "text", "kind", "validity", "occurred_until", "record_time", "supersede_time", "operation", "decider", "reason", "decision_id", "triples", "cues", "metadata", "categories", "pinned", "expire_time", "disputed", "superseded_by", "supersedes")
    ID_FIELD_NUMBER: _ClassVar[int]
    MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALIDITY_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    RECORD_TIME_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDE_TIME_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    DECIDER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    TRIPLES_FIELD_NUMBER: _ClassVar[int]
    CUES_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    PINNED_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    DISPUTED_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_BY_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDES_FIELD_NUMBER: _ClassVar[int]
    id: str
    memory_id: str
    number: int
    text: str
    kind: Kind
    validity: _moment_pb2.Validity
    occurred_until: _moment_pb2.Moment
    record_time: _timestamp_pb2.Timestamp
    supersede_time: _timestamp_pb2.Timestamp
    operation: _decision_pb2.Operation
    decider: str
    reason: str
    decision_id: str
    triples: _containers.RepeatedCompositeFieldContainer[Triple]
    cues: _containers.RepeatedScalarFieldContainer[str]
    metadata: _struct_pb2.Struct
    categories: _containers.RepeatedScalarFieldContainer[str]
    pinned: bool
    expire_time: _timestamp_pb2.Timestamp
    disputed: bool
    superseded_by: str
    supersedes: str
    def __init__(self, id: _Optional[str] = ..., memory_id: _Optional[str] = ..., number: _Optional[int] = ..., text: _Optional[str] = ..., kind: _Optional[_Union[Kind, str]] = ..., validity: _Optional[_Union[_moment_pb2.Validity, _Mapping]] = ..., occurred_until: _Optional[_Union[_moment_pb2.Moment, _Mapping]] = ..., record_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., supersede_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., operation: _Optional[_Union[_decision_pb2.Operation, str]] = ..., decider: _Optional[str] = ..., reason: _Optional[str] = ..., decision_id: _Optional[str] = ..., triples: _Optional[_Iterable[_Union[Triple, _Mapping]]] = ..., cues: _Optional[_Iterable[str]] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., categories: _Optional[_Iterable[str]] = ..., pinned: bool = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., disputed: bool = ..., superseded_by: _Optional[str] = ..., supersedes: _Optional[str] = ...) -> None: ...

class Evidence(_message.Message):
    __slots__ = ("message_id", "quote", "agent_id", "run_id", "record_time", "observe_time")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    QUOTE_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    RECORD_TIME_FIELD_NUMBER: _ClassVar[int]
    OBSERVE_TIME_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    quote: str
    agent_id: str
    run_id: str
    record_time: _timestamp_pb2.Timestamp
    observe_time: _timestamp_pb2.Timestamp
    def __init__(self, message_id: _Optional[str] = ..., quote: _Optional[str] = ..., agent_id: _Optional[str] = ..., run_id: _Optional[str] = ..., record_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., observe_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Triple(_message.Message):
    __slots__ = ("subject_id", "predicate", "object_id", "literal")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PREDICATE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    LITERAL_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    predicate: str
    object_id: str
    literal: str
    def __init__(self, subject_id: _Optional[str] = ..., predicate: _Optional[str] = ..., object_id: _Optional[str] = ..., literal: _Optional[str] = ...) -> None: ...

class Filter(_message.Message):
    __slots__ = ("kinds", "categories", "entity_ids", "metadata", "observed_from", "observed_to", "run_ids")
    KINDS_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    ENTITY_IDS_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_FROM_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_TO_FIELD_NUMBER: _ClassVar[int]
    RUN_IDS_FIELD_NUMBER: _ClassVar[int]
    kinds: _containers.RepeatedScalarFieldContainer[Kind]
    categories: _containers.RepeatedScalarFieldContainer[str]
    entity_ids: _containers.RepeatedScalarFieldContainer[str]
    metadata: _struct_pb2.Struct
    observed_from: _timestamp_pb2.Timestamp
    observed_to: _timestamp_pb2.Timestamp
    run_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, kinds: _Optional[_Iterable[_Union[Kind, str]]] = ..., categories: _Optional[_Iterable[str]] = ..., entity_ids: _Optional[_Iterable[str]] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., observed_from: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., observed_to: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., run_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class MemoryEdit(_message.Message):
    __slots__ = ("text", "kind", "metadata", "categories", "expire_time")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    text: str
    kind: Kind
    metadata: _struct_pb2.Struct
    categories: _containers.RepeatedScalarFieldContainer[str]
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, text: _Optional[str] = ..., kind: _Optional[_Union[Kind, str]] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., categories: _Optional[_Iterable[str]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
