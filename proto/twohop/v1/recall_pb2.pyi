import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from twohop.v1 import memory_pb2 as _memory_pb2
from twohop.v1 import message_pb2 as _message_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Degradation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DEGRADATION_UNSPECIFIED: _ClassVar[Degradation]
    DEGRADATION_INDEX_BEHIND: _ClassVar[Degradation]
    DEGRADATION_INDEX_UNAVAILABLE: _ClassVar[Degradation]
    DEGRADATION_EMBEDDER_UNAVAILABLE: _ClassVar[Degradation]
    DEGRADATION_DEADLINE: _ClassVar[Degradation]
    DEGRADATION_BUDGET: _ClassVar[Degradation]

class Arms(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ARMS_UNSPECIFIED: _ClassVar[Arms]
    ARMS_VECTOR: _ClassVar[Arms]
    ARMS_VECTOR_BM25: _ClassVar[Arms]

class Placement(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLACEMENT_UNSPECIFIED: _ClassVar[Placement]
    PLACEMENT_CHANGE: _ClassVar[Placement]
    PLACEMENT_CHAIN: _ClassVar[Placement]
    PLACEMENT_LEADER: _ClassVar[Placement]
    PLACEMENT_SOURCE: _ClassVar[Placement]
    PLACEMENT_MESSAGE: _ClassVar[Placement]
    PLACEMENT_REST: _ClassVar[Placement]
DEGRADATION_UNSPECIFIED: Degradation
DEGRADATION_INDEX_BEHIND: Degradation
DEGRADATION_INDEX_UNAVAILABLE: Degradation
DEGRADATION_EMBEDDER_UNAVAILABLE: Degradation
DEGRADATION_DEADLINE: Degradation
DEGRADATION_BUDGET: Degradation
ARMS_UNSPECIFIED: Arms
ARMS_VECTOR: Arms
ARMS_VECTOR_BM25: Arms
PLACEMENT_UNSPECIFIED: Placement
PLACEMENT_CHANGE: Placement
PLACEMENT_CHAIN: Placement
PLACEMENT_LEADER: Placement
PLACEMENT_SOURCE: Placement
PLACEMENT_MESSAGE: Placement
PLACEMENT_REST: Placement

class RecallItem(_message.Message):
    __slots__ = ("memory", "message", "scores", "sources", "path", "explanation")
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SCORES_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    memory: _memory_pb2.Memory
    message: _message_pb2.Message
    scores: Scores
    sources: _containers.RepeatedCompositeFieldContainer[_message_pb2.Message]
    path: int
    explanation: Explanation
    def __init__(self, memory: _Optional[_Union[_memory_pb2.Memory, _Mapping]] = ..., message: _Optional[_Union[_message_pb2.Message, _Mapping]] = ..., scores: _Optional[_Union[Scores, _Mapping]] = ..., sources: _Optional[_Iterable[_Union[_message_pb2.Message, _Mapping]]] = ..., path: _Optional[int] = ..., explanation: _Optional[_Union[Explanation, _Mapping]] = ...) -> None: ...

class Explanation(_message.Message):
    __slots__ = ("text", "placement", "words", "first_rank", "bridge", "bridge_memory_id")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PLACEMENT_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    FIRST_RANK_FIELD_NUMBER: _ClassVar[int]
    BRIDGE_FIELD_NUMBER: _ClassVar[int]
    BRIDGE_MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    text: str
    placement: Placement
    words: _containers.RepeatedScalarFieldContainer[str]
    first_rank: int
    bridge: str
    bridge_memory_id: str
    def __init__(self, text: _Optional[str] = ..., placement: _Optional[_Union[Placement, str]] = ..., words: _Optional[_Iterable[str]] = ..., first_rank: _Optional[int] = ..., bridge: _Optional[str] = ..., bridge_memory_id: _Optional[str] = ...) -> None: ...

class Interval(_message.Message):
    __slots__ = ("start_time", "end_time")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Scores(_message.Message):
    __slots__ = ("total", "lexical", "dense", "small_terms", "walk", "hop", "fact")
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    LEXICAL_FIELD_NUMBER: _ClassVar[int]
    DENSE_FIELD_NUMBER: _ClassVar[int]
    SMALL_TERMS_FIELD_NUMBER: _ClassVar[int]
    WALK_FIELD_NUMBER: _ClassVar[int]
    HOP_FIELD_NUMBER: _ClassVar[int]
    FACT_FIELD_NUMBER: _ClassVar[int]
    total: float
    lexical: float
    dense: float
    small_terms: float
    walk: float
    hop: float
    fact: float
    def __init__(self, total: _Optional[float] = ..., lexical: _Optional[float] = ..., dense: _Optional[float] = ..., small_terms: _Optional[float] = ..., walk: _Optional[float] = ..., hop: _Optional[float] = ..., fact: _Optional[float] = ...) -> None: ...

class RenderOptions(_message.Message):
    __slots__ = ("token_budget",)
    TOKEN_BUDGET_FIELD_NUMBER: _ClassVar[int]
    token_budget: int
    def __init__(self, token_budget: _Optional[int] = ...) -> None: ...

class RenderedContext(_message.Message):
    __slots__ = ("text", "tokens", "tokenizer", "citations")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    TOKENIZER_FIELD_NUMBER: _ClassVar[int]
    CITATIONS_FIELD_NUMBER: _ClassVar[int]
    text: str
    tokens: int
    tokenizer: str
    citations: _containers.RepeatedCompositeFieldContainer[Citation]
    def __init__(self, text: _Optional[str] = ..., tokens: _Optional[int] = ..., tokenizer: _Optional[str] = ..., citations: _Optional[_Iterable[_Union[Citation, _Mapping]]] = ...) -> None: ...

class Citation(_message.Message):
    __slots__ = ("memory_id", "message_ids")
    MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    memory_id: str
    message_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, memory_id: _Optional[str] = ..., message_ids: _Optional[_Iterable[str]] = ...) -> None: ...
