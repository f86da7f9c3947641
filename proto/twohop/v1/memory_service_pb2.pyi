from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from twohop.v1 import decision_pb2 as _decision_pb2
from twohop.v1 import error_pb2 as _error_pb2
from twohop.v1 import fact_pb2 as _fact_pb2
from twohop.v1 import graph_pb2 as _graph_pb2
from twohop.v1 import job_pb2 as _job_pb2
from twohop.v1 import memory_pb2 as _memory_pb2
from twohop.v1 import message_pb2 as _message_pb2
from twohop.v1 import recall_pb2 as _recall_pb2
from twohop.v1 import scope_pb2 as _scope_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Resolution(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESOLUTION_UNSPECIFIED: _ClassVar[Resolution]
    RESOLUTION_ACCEPT: _ClassVar[Resolution]
    RESOLUTION_REJECT: _ClassVar[Resolution]
    RESOLUTION_KEEP_BOTH: _ClassVar[Resolution]
RESOLUTION_UNSPECIFIED: Resolution
RESOLUTION_ACCEPT: Resolution
RESOLUTION_REJECT: Resolution
RESOLUTION_KEEP_BOTH: Resolution

class AddMemoriesRequest(_message.Message):
    __slots__ = ("scope", "messages", "request_id", "facts", "metadata", "wait", "dry_run")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    messages: _containers.RepeatedCompositeFieldContainer[_message_pb2.NewMessage]
    request_id: str
    facts: _fact_pb2.GivenFacts
    metadata: _struct_pb2.Struct
    wait: bool
    dry_run: bool
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., messages: _Optional[_Iterable[_Union[_message_pb2.NewMessage, _Mapping]]] = ..., request_id: _Optional[str] = ..., facts: _Optional[_Union[_fact_pb2.GivenFacts, _Mapping]] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., wait: bool = ..., dry_run: bool = ...) -> None: ...

class AddMemoriesResponse(_message.Message):
    __slots__ = ("job", "consistency_token")
    JOB_FIELD_NUMBER: _ClassVar[int]
    CONSISTENCY_TOKEN_FIELD_NUMBER: _ClassVar[int]
    job: _job_pb2.Job
    consistency_token: str
    def __init__(self, job: _Optional[_Union[_job_pb2.Job, _Mapping]] = ..., consistency_token: _Optional[str] = ...) -> None: ...

class BatchAddMemoriesRequest(_message.Message):
    __slots__ = ("scope", "requests")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    requests: _containers.RepeatedCompositeFieldContainer[AddMemoriesRequest]
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., requests: _Optional[_Iterable[_Union[AddMemoriesRequest, _Mapping]]] = ...) -> None: ...

class BatchAddMemoriesResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchAddMemoriesResult]
    def __init__(self, results: _Optional[_Iterable[_Union[BatchAddMemoriesResult, _Mapping]]] = ...) -> None: ...

class BatchAddMemoriesResult(_message.Message):
    __slots__ = ("response", "error")
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    response: AddMemoriesResponse
    error: _error_pb2.ItemError
    def __init__(self, response: _Optional[_Union[AddMemoriesResponse, _Mapping]] = ..., error: _Optional[_Union[_error_pb2.ItemError, _Mapping]] = ...) -> None: ...

class GetJobRequest(_message.Message):
    __slots__ = ("scope", "job_id", "view")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    job_id: str
    view: _scope_pb2.View
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., job_id: _Optional[str] = ..., view: _Optional[_Union[_scope_pb2.View, _Mapping]] = ...) -> None: ...

class GetJobResponse(_message.Message):
    __slots__ = ("job", "state")
    JOB_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    job: _job_pb2.Job
    state: _scope_pb2.ReadState
    def __init__(self, job: _Optional[_Union[_job_pb2.Job, _Mapping]] = ..., state: _Optional[_Union[_scope_pb2.ReadState, _Mapping]] = ...) -> None: ...

class WatchJobRequest(_message.Message):
    __slots__ = ("scope", "job_id")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    job_id: str
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., job_id: _Optional[str] = ...) -> None: ...

class WatchJobResponse(_message.Message):
    __slots__ = ("job", "consistency_token")
    JOB_FIELD_NUMBER: _ClassVar[int]
    CONSISTENCY_TOKEN_FIELD_NUMBER: _ClassVar[int]
    job: _job_pb2.Job
    consistency_token: str
    def __init__(self, job: _Optional[_Union[_job_pb2.Job, _Mapping]] = ..., consistency_token: _Optional[str] = ...) -> None: ...

class ListJobsRequest(_message.Message):
    __slots__ = ("scope", "states", "page_size", "page_token")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    states: _containers.RepeatedScalarFieldContainer[_job_pb2.JobState]
    page_size: int
    page_token: str
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., states: _Optional[_Iterable[_Union[_job_pb2.JobState, str]]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListJobsResponse(_message.Message):
    __slots__ = ("jobs", "next_page_token")
    JOBS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    jobs: _containers.RepeatedCompositeFieldContainer[OwnedJob]
    next_page_token: str
    def __init__(self, jobs: _Optional[_Iterable[_Union[OwnedJob, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class OwnedJob(_message.Message):
    __slots__ = ("scope", "job")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    JOB_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    job: _job_pb2.Job
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., job: _Optional[_Union[_job_pb2.Job, _Mapping]] = ...) -> None: ...

class CancelJobRequest(_message.Message):
    __slots__ = ("scope", "job_id", "request_id")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    job_id: str
    request_id: str
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., job_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CancelJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: _job_pb2.Job
    def __init__(self, job: _Optional[_Union[_job_pb2.Job, _Mapping]] = ...) -> None: ...

class ReplayJobRequest(_message.Message):
    __slots__ = ("scope", "job_id", "request_id")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    job_id: str
    request_id: str
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., job_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ReplayJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: _job_pb2.Job
    def __init__(self, job: _Optional[_Union[_job_pb2.Job, _Mapping]] = ...) -> None: ...

class RecallRequest(_message.Message):
    __slots__ = ("scope", "query", "limit", "depth", "view", "include_closed", "filter", "include_messages", "min_score", "render", "explain", "arms")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_CLOSED_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_MESSAGES_FIELD_NUMBER: _ClassVar[int]
    MIN_SCORE_FIELD_NUMBER: _ClassVar[int]
    RENDER_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_FIELD_NUMBER: _ClassVar[int]
    ARMS_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    query: str
    limit: int
    depth: int
    view: _scope_pb2.View
    include_closed: bool
    filter: _memory_pb2.Filter
    include_messages: bool
    min_score: float
    render: _recall_pb2.RenderOptions
    explain: bool
    arms: _recall_pb2.Arms
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., query: _Optional[str] = ..., limit: _Optional[int] = ..., depth: _Optional[int] = ..., view: _Optional[_Union[_scope_pb2.View, _Mapping]] = ..., include_closed: bool = ..., filter: _Optional[_Union[_memory_pb2.Filter, _Mapping]] = ..., include_messages: bool = ..., min_score: _Optional[float] = ..., render: _Optional[_Union[_recall_pb2.RenderOptions, _Mapping]] = ..., explain: bool = ..., arms: _Optional[_Union[_recall_pb2.Arms, str]] = ...) -> None: ...

class RecallResponse(_message.Message):
    __slots__ = ("items", "paths", "entities", "gate", "degradations", "state", "context", "asked_time")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    PATHS_FIELD_NUMBER: _ClassVar[int]
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    GATE_FIELD_NUMBER: _ClassVar[int]
    DEGRADATIONS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    ASKED_TIME_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[_recall_pb2.RecallItem]
    paths: _containers.RepeatedCompositeFieldContainer[_graph_pb2.Path]
    entities: _containers.RepeatedCompositeFieldContainer[_graph_pb2.Entity]
    gate: float
    degradations: _containers.RepeatedScalarFieldContainer[_recall_pb2.Degradation]
    state: _scope_pb2.ReadState
    context: _recall_pb2.RenderedContext
    asked_time: _recall_pb2.Interval
    def __init__(self, items: _Optional[_Iterable[_Union[_recall_pb2.RecallItem, _Mapping]]] = ..., paths: _Optional[_Iterable[_Union[_graph_pb2.Path, _Mapping]]] = ..., entities: _Optional[_Iterable[_Union[_graph_pb2.Entity, _Mapping]]] = ..., gate: _Optional[float] = ..., degradations: _Optional[_Iterable[_Union[_recall_pb2.Degradation, str]]] = ..., state: _Optional[_Union[_scope_pb2.ReadState, _Mapping]] = ..., context: _Optional[_Union[_recall_pb2.RenderedContext, _Mapping]] = ..., asked_time: _Optional[_Union[_recall_pb2.Interval, _Mapping]] = ...) -> None: ...

class RecallStreamRequest(_message.Message):
    __slots__ = ("scope", "recall")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    RECALL_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    recall: RecallRequest
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., recall: _Optional[_Union[RecallRequest, _Mapping]] = ...) -> None: ...

class RecallStreamResponse(_message.Message):
    __slots__ = ("items", "paths", "final")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    PATHS_FIELD_NUMBER: _ClassVar[int]
    FINAL_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[_recall_pb2.RecallItem]
    paths: _containers.RepeatedCompositeFieldContainer[_graph_pb2.Path]
    final: RecallResponse
    def __init__(self, items: _Optional[_Iterable[_Union[_recall_pb2.RecallItem, _Mapping]]] = ..., paths: _Optional[_Iterable[_Union[_graph_pb2.Path, _Mapping]]] = ..., final: _Optional[_Union[RecallResponse, _Mapping]] = ...) -> None: ...

class GetMemoryRequest(_message.Message):
    __slots__ = ("scope", "memory_id", "view")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    memory_id: str
    view: _scope_pb2.View
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., memory_id: _Optional[str] = ..., view: _Optional[_Union[_scope_pb2.View, _Mapping]] = ...) -> None: ...

class GetMemoryResponse(_message.Message):
    __slots__ = ("memory", "state")
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    memory: _memory_pb2.Memory
    state: _scope_pb2.ReadState
    def __init__(self, memory: _Optional[_Union[_memory_pb2.Memory, _Mapping]] = ..., state: _Optional[_Union[_scope_pb2.ReadState, _Mapping]] = ...) -> None: ...

class ListMemoriesRequest(_message.Message):
    __slots__ = ("scope", "filter", "view", "include_closed", "page_size", "page_token")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_CLOSED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    filter: _memory_pb2.Filter
    view: _scope_pb2.View
    include_closed: bool
    page_size: int
    page_token: str
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., filter: _Optional[_Union[_memory_pb2.Filter, _Mapping]] = ..., view: _Optional[_Union[_scope_pb2.View, _Mapping]] = ..., include_closed: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMemoriesResponse(_message.Message):
    __slots__ = ("memories", "next_page_token", "state")
    MEMORIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    memories: _containers.RepeatedCompositeFieldContainer[_memory_pb2.Memory]
    next_page_token: str
    state: _scope_pb2.ReadState
    def __init__(self, memories: _Optional[_Iterable[_Union[_memory_pb2.Memory, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., state: _Optional[_Union[_scope_pb2.ReadState, _Mapping]] = ...) -> None: ...

class BatchGetMessagesRequest(_message.Message):
    __slots__ = ("scope", "message_ids", "view")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    message_ids: _containers.RepeatedScalarFieldContainer[str]
    view: _scope_pb2.View
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., message_ids: _Optional[_Iterable[str]] = ..., view: _Optional[_Union[_scope_pb2.View, _Mapping]] = ...) -> None: ...

class BatchGetMessagesResponse(_message.Message):
    __slots__ = ("messages", "state")
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    messages: _containers.RepeatedCompositeFieldContainer[_message_pb2.Message]
    state: _scope_pb2.ReadState
    def __init__(self, messages: _Optional[_Iterable[_Union[_message_pb2.Message, _Mapping]]] = ..., state: _Optional[_Union[_scope_pb2.ReadState, _Mapping]] = ...) -> None: ...

class UpdateMemoryRequest(_message.Message):
    __slots__ = ("scope", "memory_id", "memory", "update_mask", "etag", "request_id")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    memory_id: str
    memory: _memory_pb2.MemoryEdit
    update_mask: _field_mask_pb2.FieldMask
    etag: str
    request_id: str
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., memory_id: _Optional[str] = ..., memory: _Optional[_Union[_memory_pb2.MemoryEdit, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class UpdateMemoryResponse(_message.Message):
    __slots__ = ("memory", "consistency_token")
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    CONSISTENCY_TOKEN_FIELD_NUMBER: _ClassVar[int]
    memory: _memory_pb2.Memory
    consistency_token: str
    def __init__(self, memory: _Optional[_Union[_memory_pb2.Memory, _Mapping]] = ..., consistency_token: _Optional[str] = ...) -> None: ...

class DeleteMemoryRequest(_message.Message):
    __slots__ = ("scope", "memory_id", "etag", "request_id")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    memory_id: str
    etag: str
    request_id: str
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., memory_id: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteMemoryResponse(_message.Message):
    __slots__ = ("memory", "consistency_token")
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    CONSISTENCY_TOKEN_FIELD_NUMBER: _ClassVar[int]
    memory: _memory_pb2.Memory
    consistency_token: str
    def __init__(self, memory: _Optional[_Union[_memory_pb2.Memory, _Mapping]] = ..., consistency_token: _Optional[str] = ...) -> None: ...

class RestoreMemoryRequest(_message.Message):
    __slots__ = ("scope", "memory_id", "etag", "request_id")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    memory_id: str
    etag: str
    request_id: str
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., memory_id: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RestoreMemoryResponse(_message.Message):
    __slots__ = ("memory", "consistency_token")
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    CONSISTENCY_TOKEN_FIELD_NUMBER: _ClassVar[int]
    memory: _memory_pb2.Memory
    consistency_token: str
    def __init__(self, memory: _Optional[_Union[_memory_pb2.Memory, _Mapping]] = ..., consistency_token: _Optional[str] = ...) -> None: ...

class PinMemoryRequest(_message.Message):
    __slots__ = ("scope", "memory_id", "pinned", "etag", "request_id")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    PINNED_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    memory_id: str
    pinned: bool
    etag: str
    request_id: str
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., memory_id: _Optional[str] = ..., pinned: bool = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class PinMemoryResponse(_message.Message):
    __slots__ = ("memory", "consistency_token")
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    CONSISTENCY_TOKEN_FIELD_NUMBER: _ClassVar[int]
    memory: _memory_pb2.Memory
    consistency_token: str
    def __init__(self, memory: _Optional[_Union[_memory_pb2.Memory, _Mapping]] = ..., consistency_token: _Optional[str] = ...) -> None: ...

class RevertDecisionRequest(_message.Message):
    __slots__ = ("scope", "decision_id", "request_id")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    decision_id: str
    request_id: str
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., decision_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RevertDecisionResponse(_message.Message):
    __slots__ = ("decision", "memories", "consistency_token")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    MEMORIES_FIELD_NUMBER: _ClassVar[int]
    CONSISTENCY_TOKEN_FIELD_NUMBER: _ClassVar[int]
    decision: _decision_pb2.Decision
    memories: _containers.RepeatedCompositeFieldContainer[_memory_pb2.Memory]
    consistency_token: str
    def __init__(self, decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ..., memories: _Optional[_Iterable[_Union[_memory_pb2.Memory, _Mapping]]] = ..., consistency_token: _Optional[str] = ...) -> None: ...

class ListMemoryRevisionsRequest(_message.Message):
    __slots__ = ("scope", "memory_id", "view", "page_size", "page_token")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    memory_id: str
    view: _scope_pb2.View
    page_size: int
    page_token: str
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., memory_id: _Optional[str] = ..., view: _Optional[_Union[_scope_pb2.View, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMemoryRevisionsResponse(_message.Message):
    __slots__ = ("revisions", "next_page_token", "state")
    REVISIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    revisions: _containers.RepeatedCompositeFieldContainer[_memory_pb2.MemoryRevision]
    next_page_token: str
    state: _scope_pb2.ReadState
    def __init__(self, revisions: _Optional[_Iterable[_Union[_memory_pb2.MemoryRevision, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., state: _Optional[_Union[_scope_pb2.ReadState, _Mapping]] = ...) -> None: ...

class ListDecisionsRequest(_message.Message):
    __slots__ = ("scope", "job_id", "memory_id", "view", "page_size", "page_token")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    job_id: str
    memory_id: str
    view: _scope_pb2.View
    page_size: int
    page_token: str
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., job_id: _Optional[str] = ..., memory_id: _Optional[str] = ..., view: _Optional[_Union[_scope_pb2.View, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDecisionsResponse(_message.Message):
    __slots__ = ("decisions", "next_page_token", "state")
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    decisions: _containers.RepeatedCompositeFieldContainer[_decision_pb2.Decision]
    next_page_token: str
    state: _scope_pb2.ReadState
    def __init__(self, decisions: _Optional[_Iterable[_Union[_decision_pb2.Decision, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., state: _Optional[_Union[_scope_pb2.ReadState, _Mapping]] = ...) -> None: ...

class ListConflictsRequest(_message.Message):
    __slots__ = ("scope", "view", "page_size", "page_token")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    view: _scope_pb2.View
    page_size: int
    page_token: str
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., view: _Optional[_Union[_scope_pb2.View, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListConflictsResponse(_message.Message):
    __slots__ = ("conflicts", "next_page_token", "state")
    CONFLICTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    conflicts: _containers.RepeatedCompositeFieldContainer[Conflict]
    next_page_token: str
    state: _scope_pb2.ReadState
    def __init__(self, conflicts: _Optional[_Iterable[_Union[Conflict, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., state: _Optional[_Union[_scope_pb2.ReadState, _Mapping]] = ...) -> None: ...

class Conflict(_message.Message):
    __slots__ = ("disputed", "kept", "reason")
    DISPUTED_FIELD_NUMBER: _ClassVar[int]
    KEPT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    disputed: _memory_pb2.Memory
    kept: _containers.RepeatedCompositeFieldContainer[_memory_pb2.Memory]
    reason: str
    def __init__(self, disputed: _Optional[_Union[_memory_pb2.Memory, _Mapping]] = ..., kept: _Optional[_Iterable[_Union[_memory_pb2.Memory, _Mapping]]] = ..., reason: _Optional[str] = ...) -> None: ...

class ResolveConflictRequest(_message.Message):
    __slots__ = ("scope", "memory_id", "resolution", "request_id")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    RESOLUTION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    scope: _scope_pb2.Scope
    memory_id: str
    resolution: Resolution
    request_id: str
    def __init__(self, scope: _Optional[_Union[_scope_pb2.Scope, _Mapping]] = ..., memory_id: _Optional[str] = ..., resolution: _Optional[_Union[Resolution, str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ResolveConflictResponse(_message.Message):
    __slots__ = ("decision", "consistency_token", "memories")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    CONSISTENCY_TOKEN_FIELD_NUMBER: _ClassVar[int]
    MEMORIES_FIELD_NUMBER: _ClassVar[int]
    decision: _decision_pb2.Decision
    consistency_token: str
    memories: _containers.RepeatedCompositeFieldContainer[_memory_pb2.Memory]
    def __init__(self, decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ..., consistency_token: _Optional[str] = ..., memories: _Optional[_Iterable[_Union[_memory_pb2.Memory, _Mapping]]] = ...) -> None: ...
