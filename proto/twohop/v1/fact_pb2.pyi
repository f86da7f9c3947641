from twohop.v1 import memory_pb2 as _memory_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Polarity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    POLARITY_UNSPECIFIED: _ClassVar[Polarity]
    POLARITY_AFFIRMED: _ClassVar[Polarity]
    POLARITY_ENDED: _ClassVar[Polarity]
    POLARITY_NEGATED: _ClassVar[Polarity]

class Cardinality(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CARDINALITY_UNSPECIFIED: _ClassVar[Cardinality]
    CARDINALITY_ONE: _ClassVar[Cardinality]
    CARDINALITY_MANY: _ClassVar[Cardinality]
POLARITY_UNSPECIFIED: Polarity
POLARITY_AFFIRMED: Polarity
POLARITY_ENDED: Polarity
POLARITY_NEGATED: Polarity
CARDINALITY_UNSPECIFIED: Cardinality
CARDINALITY_ONE: Cardinality
CARDINALITY_MANY: Cardinality

class GivenFacts(_message.Message):
    __slots__ = ("facts",)
    FACTS_FIELD_NUMBER: _ClassVar[int]
    facts: _containers.RepeatedCompositeFieldContainer[Fact]
    def __init__(self, facts: _Optional[_Iterable[_Union[Fact, _Mapping]]] = ...) -> None: ...

class Fact(_message.Message):
    __slots__ = ("text", "kind", "claims", "entities", "polarity", "cardinality", "correction", "valid_from", "valid_to", "quote", "sources", "cues", "categories")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CLAIMS_FIELD_NUMBER: _ClassVar[int]
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    POLARITY_FIELD_NUMBER: _ClassVar[int]
    CARDINALITY_FIELD_NUMBER: _ClassVar[int]
    CORRECTION_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    VALID_TO_FIELD_NUMBER: _ClassVar[int]
    QUOTE_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    CUES_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    text: str
    kind: _memory_pb2.Kind
    claims: _containers.RepeatedCompositeFieldContainer[Claim]
    entities: _containers.RepeatedCompositeFieldContainer[NamedEntity]
    polarity: Polarity
    cardinality: Cardinality
    correction: bool
    valid_from: str
    valid_to: str
    quote: str
    sources: _containers.RepeatedScalarFieldContainer[str]
    cues: _containers.RepeatedScalarFieldContainer[str]
    categories: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, text: _Optional[str] = ..., kind: _Optional[_Union[_memory_pb2.Kind, str]] = ..., claims: _Optional[_Iterable[_Union[Claim, _Mapping]]] = ..., entities: _Optional[_Iterable[_Union[NamedEntity, _Mapping]]] = ..., polarity: _Optional[_Union[Polarity, str]] = ..., cardinality: _Optional[_Union[Cardinality, str]] = ..., correction: bool = ..., valid_from: _Optional[str] = ..., valid_to: _Optional[str] = ..., quote: _Optional[str] = ..., sources: _Optional[_Iterable[str]] = ..., cues: _Optional[_Iterable[str]] = ..., categories: _Optional[_Iterable[str]] = ...) -> None: ...

class Claim(_message.Message):
    __slots__ = ("subject", "predicate", "object", "literal")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    PREDICATE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    LITERAL_FIELD_NUMBER: _ClassVar[int]
    subject: str
    predicate: str
    object: str
    literal: bool
    def __init__(self, subject: _Optional[str] = ..., predicate: _Optional[str] = ..., object: _Optional[str] = ..., literal: bool = ...) -> None: ...

class NamedEntity(_message.Message):
    __slots__ = ("name", "type", "proper", "kinds")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PROPER_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: str
    proper: bool
    kinds: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., type: _Optional[str] = ..., proper: bool = ..., kinds: _Optional[_Iterable[str]] = ...) -> None: ...
