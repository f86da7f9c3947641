from twohop.v1 import decision_pb2 as _decision_pb2
from twohop.v1 import graph_pb2 as _graph_pb2
from twohop.v1 import recall_pb2 as _recall_pb2
from twohop.v1 import scope_pb2 as _scope_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListEntitiesRequest(_message.Message):
    __slots__ = ("scope", "name", "view", "page_size", "page_token")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    name: str
    view: _scope_pb2.View
    page_size: int
    page_token: str
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., name: _Optional[str] = ..., view: _Optional[_Union[_scope_pb2.View, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListEntitiesResponse(_message.Message):
    __slots__ = ("entities", "next_page_token", "state")
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    entities: _containers.RepeatedCompositeFieldContainer[_graph_pb2.Entity]
    next_page_token: str
    state: _scope_pb2.ReadState
    def __init__(self, entities: _Optional[_Iterable[_Union[_graph_pb2.Entity, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., state: _Optional[_Union[_scope_pb2.ReadState, _Mapping]] = ...) -> None: ...

class GetEntityRequest(_message.Message):
    __slots__ = ("scope", "entity_id", "view")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    ENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    entity_id: str
    view: _scope_pb2.View
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., entity_id: _Optional[str] = ..., view: _Optional[_Union[_scope_pb2.View, _Mapping]] = ...) -> None: ...

class GetEntityResponse(_message.Message):
    __slots__ = ("entity", "state")
    ENTITY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    entity: _graph_pb2.Entity
    state: _scope_pb2.ReadState
    def __init__(self, entity: _Optional[_Union[_graph_pb2.Entity, _Mapping]] = ..., state: _Optional[_Union[_scope_pb2.ReadState, _Mapping]] = ...) -> None: ...

class BatchGetEntitiesRequest(_message.Message):
    __slots__ = ("scope", "entity_ids", "view")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    ENTITY_IDS_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    entity_ids: _containers.RepeatedScalarFieldContainer[str]
    view: _scope_pb2.View
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., entity_ids: _Optional[_Iterable[str]] = ..., view: _Optional[_Union[_scope_pb2.View, _Mapping]] = ...) -> None: ...

class BatchGetEntitiesResponse(_message.Message):
    __slots__ = ("entities", "state")
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    entities: _containers.RepeatedCompositeFieldContainer[_graph_pb2.Entity]
    state: _scope_pb2.ReadState
    def __init__(self, entities: _Optional[_Iterable[_Union[_graph_pb2.Entity, _Mapping]]] = ..., state: _Optional[_Union[_scope_pb2.ReadState, _Mapping]] = ...) -> None: ...

class ListRelationsRequest(_message.Message):
    __slots__ = ("scope", "entity_id", "predicate", "view", "include_closed", "page_size", "page_token")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    ENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    PREDICATE_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_CLOSED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    entity_id: str
    predicate: str
    view: _scope_pb2.View
    include_closed: bool
    page_size: int
    page_token: str
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., entity_id: _Optional[str] = ..., predicate: _Optional[str] = ..., view: _Optional[_Union[_scope_pb2.View, _Mapping]] = ..., include_closed: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRelationsResponse(_message.Message):
    __slots__ = ("relations", "entities", "next_page_token", "state")
    RELATIONS_FIELD_NUMBER: _ClassVar[int]
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    relations: _containers.RepeatedCompositeFieldContainer[_graph_pb2.Relation]
    entities: _containers.RepeatedCompositeFieldContainer[_graph_pb2.Entity]
    next_page_token: str
    state: _scope_pb2.ReadState
    def __init__(self, relations: _Optional[_Iterable[_Union[_graph_pb2.Relation, _Mapping]]] = ..., entities: _Optional[_Iterable[_Union[_graph_pb2.Entity, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., state: _Optional[_Union[_scope_pb2.ReadState, _Mapping]] = ...) -> None: ...

class FindPathsRequest(_message.Message):
    __slots__ = ("scope", "source", "target", "depth", "limit", "view")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    source: str
    target: str
    depth: int
    limit: int
    view: _scope_pb2.View
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., source: _Optional[str] = ..., target: _Optional[str] = ..., depth: _Optional[int] = ..., limit: _Optional[int] = ..., view: _Optional[_Union[_scope_pb2.View, _Mapping]] = ...) -> None: ...

class FindPathsResponse(_message.Message):
    __slots__ = ("paths", "state", "sources", "targets", "degradations")
    PATHS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    DEGRADATIONS_FIELD_NUMBER: _ClassVar[int]
    paths: _containers.RepeatedCompositeFieldContainer[_graph_pb2.Path]
    state: _scope_pb2.ReadState
    sources: _containers.RepeatedCompositeFieldContainer[LabelledEntity]
    targets: _containers.RepeatedCompositeFieldContainer[LabelledEntity]
    degradations: _containers.RepeatedScalarFieldContainer[_recall_pb2.Degradation]
    def __init__(self, paths: _Optional[_Iterable[_Union[_graph_pb2.Path, _Mapping]]] = ..., state: _Optional[_Union[_scope_pb2.ReadState, _Mapping]] = ..., sources: _Optional[_Iterable[_Union[LabelledEntity, _Mapping]]] = ..., targets: _Optional[_Iterable[_Union[LabelledEntity, _Mapping]]] = ..., degradations: _Optional[_Iterable[_Union[_recall_pb2.Degradation, str]]] = ...) -> None: ...

class LabelledEntity(_message.Message):
    __slots__ = ("entity", "label")
    ENTITY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    entity: _graph_pb2.Entity
    label: str
    def __init__(self, entity: _Optional[_Union[_graph_pb2.Entity, _Mapping]] = ..., label: _Optional[str] = ...) -> None: ...

class MergeEntitiesRequest(_message.Message):
    __slots__ = ("scope", "entity_id", "merged_id", "request_id")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    ENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    MERGED_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    entity_id: str
    merged_id: str
    request_id: str
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., entity_id: _Optional[str] = ..., merged_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class MergeEntitiesResponse(_message.Message):
    __slots__ = ("entity", "decision", "consistency_token")
    ENTITY_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    CONSISTENCY_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entity: _graph_pb2.Entity
    decision: _decision_pb2.Decision
    consistency_token: str
    def __init__(self, entity: _Optional[_Union[_graph_pb2.Entity, _Mapping]] = ..., decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ..., consistency_token: _Optional[str] = ...) -> None: ...

class SplitEntityRequest(_message.Message):
    __slots__ = ("scope", "entity_id", "memory_ids", "name", "request_id")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    ENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    MEMORY_IDS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    entity_id: str
    memory_ids: _containers.RepeatedScalarFieldContainer[str]
    name: str
    request_id: str
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., entity_id: _Optional[str] = ..., memory_ids: _Optional[_Iterable[str]] = ..., name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SplitEntityResponse(_message.Message):
    __slots__ = ("entity", "decision", "consistency_token")
    ENTITY_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    CONSISTENCY_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entity: _graph_pb2.Entity
    decision: _decision_pb2.Decision
    consistency_token: str
    def __init__(self, entity: _Optional[_Union[_graph_pb2.Entity, _Mapping]] = ..., decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ..., consistency_token: _Optional[str] = ...) -> None: ...
