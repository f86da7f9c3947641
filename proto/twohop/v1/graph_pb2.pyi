import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from twohop.v1 import memory_pb2 as _memory_pb2
from twohop.v1 import moment_pb2 as _moment_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Direction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DIRECTION_UNSPECIFIED: _ClassVar[Direction]
    DIRECTION_FORWARD: _ClassVar[Direction]
    DIRECTION_BACKWARD: _ClassVar[Direction]
DIRECTION_UNSPECIFIED: Direction
DIRECTION_FORWARD: Direction
DIRECTION_BACKWARD: Direction

class Entity(_message.Message):
    __slots__ = ("id", "name", "type", "named", "kinds", "aliases", "record_time")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    NAMED_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    RECORD_TIME_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    type: str
    named: bool
    kinds: _containers.RepeatedScalarFieldContainer[str]
    aliases: _containers.RepeatedScalarFieldContainer[str]
    record_time: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., type: _Optional[str] = ..., named: bool = ..., kinds: _Optional[_Iterable[str]] = ..., aliases: _Optional[_Iterable[str]] = ..., record_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Relation(_message.Message):
    __slots__ = ("id", "triple", "text", "validity", "memory_ids", "confidence", "record_time", "supersede_time")
    ID_FIELD_NUMBER: _ClassVar[int]
    TRIPLE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    VALIDITY_FIELD_NUMBER: _ClassVar[int]
    MEMORY_IDS_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    RECORD_TIME_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDE_TIME_FIELD_NUMBER: _ClassVar[int]
    id: str
    triple: _memory_pb2.Triple
    text: str
    validity: _moment_pb2.Validity
    memory_ids: _containers.RepeatedScalarFieldContainer[str]
    confidence: float
    record_time: _timestamp_pb2.Timestamp
    supersede_time: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., triple: _Optional[_Union[_memory_pb2.Triple, _Mapping]] = ..., text: _Optional[str] = ..., validity: _Optional[_Union[_moment_pb2.Validity, _Mapping]] = ..., memory_ids: _Optional[_Iterable[str]] = ..., confidence: _Optional[float] = ..., record_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., supersede_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PathStep(_message.Message):
    __slots__ = ("relation", "direction", "memory", "source", "target")
    RELATION_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    relation: Relation
    direction: Direction
    memory: _memory_pb2.Memory
    source: Entity
    target: Entity
    def __init__(self, relation: _Optional[_Union[Relation, _Mapping]] = ..., direction: _Optional[_Union[Direction, str]] = ..., memory: _Optional[_Union[_memory_pb2.Memory, _Mapping]] = ..., source: _Optional[_Union[Entity, _Mapping]] = ..., target: _Optional[_Union[Entity, _Mapping]] = ...) -> None: ...

class Path(_message.Message):
    __slots__ = ("steps", "score", "answer")
    STEPS_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    steps: _containers.RepeatedCompositeFieldContainer[PathStep]
    score: float
    answer: str
    def __init__(self, steps: _Optional[_Iterable[_Union[PathStep, _Mapping]]] = ..., score: _Optional[float] = ..., answer: _Optional[str] = ...) -> None: ...
