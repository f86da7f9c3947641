import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Granularity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GRANULARITY_UNSPECIFIED: _ClassVar[Granularity]
    GRANULARITY_UNKNOWN: _ClassVar[Granularity]
    GRANULARITY_YEAR: _ClassVar[Granularity]
    GRANULARITY_MONTH: _ClassVar[Granularity]
    GRANULARITY_WEEK: _ClassVar[Granularity]
    GRANULARITY_DAY: _ClassVar[Granularity]
    GRANULARITY_INSTANT: _ClassVar[Granularity]
GRANULARITY_UNSPECIFIED: Granularity
GRANULARITY_UNKNOWN: Granularity
GRANULARITY_YEAR: Granularity
GRANULARITY_MONTH: Granularity
GRANULARITY_WEEK: Granularity
GRANULARITY_DAY: Granularity
GRANULARITY_INSTANT: Granularity

class Moment(_message.Message):
    __slots__ = ("instant", "granularity", "time_zone")
    INSTANT_FIELD_NUMBER: _ClassVar[int]
    GRANULARITY_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    instant: _timestamp_pb2.Timestamp
    granularity: Granularity
    time_zone: str
    def __init__(self, instant: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., granularity: _Optional[_Union[Granularity, str]] = ..., time_zone: _Optional[str] = ...) -> None: ...

class Validity(_message.Message):
    __slots__ = ("valid_from", "valid_to")
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    VALID_TO_FIELD_NUMBER: _ClassVar[int]
    valid_from: Moment
    valid_to: Moment
    def __init__(self, valid_from: _Optional[_Union[Moment, _Mapping]] = ..., valid_to: _Optional[_Union[Moment, _Mapping]] = ...) -> None: ...
