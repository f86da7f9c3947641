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
DEGRADATION_UNSPECIFIED: Degradation
DEGRADATION_INDEX_BEHIND: Degradation
DEGRADATION_INDEX_UNAVAILABLE: Degradation
DEGRADATION_EMBEDDER_UNAVAILABLE: Degradation
DEGRADATION_DEADLINE: Degradation
DEGRADATION_BUDGET: Degradation
ARMS_UNSPECIFIED: Arms
ARMS_VECTOR: Arms
ARMS_VECTOR_BM25: Arms

class RecallItem(_message.Message):
    __slots__ = ("memory", "message", "scores", "sources", "path")
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SCORES_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    memory: _memory_pb2.Memory
    message: _message_pb2.Message
    scores: Scores
    sources: _containers.RepeatedCompositeFieldContainer[_message_pb2.Message]
    path: int
    def __init__(self, memory: _Optional[_Union[_memory_pb2.Memory, _Mapping]] = ..., message: _Optional[_Union[_message_pb2.Message, _Mapping]] = ..., scores: _Optional[_Union[Scores, _Mapping]] = ..., sources: _Optional[_Iterable[_Union[_message_pb2.Message, _Mapping]]] = ..., path: _Optional[int] = ...) -> None: ...

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
    __slots__ = ("text", "tokens", "tokenizer")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    TOKENIZER_FIELD_NUMBER: _ClassVar[int]
    text: str
    tokens: int
    tokenizer: str
    def __init__(self, text: _Optional[str] = ..., tokens: _Optional[int] = ..., tokenizer: _Optional[str] = ...) -> None: ...
