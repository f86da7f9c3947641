"""The core's requests and answers, free of any wire. The server maps them to protobuf, the local client uses them."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from twohop.graph.model import (
    AgentConfig,
    Axes,
    Decision,
    Entity,
    Evidence,
    JobKind,
    JobState,
    Kind,
    Memory,
    Message,
    Metadata,
    Owner,
    Relation,
    Revision,
    Role,
    Scope,
    Session,
)
from twohop.memory.ports import Fact, Usage

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A turn to remember. `observed_at`: when it was said, microseconds; None = now. `time_zone`: IANA name."""

    role: Role
    content: str
    name: str = ""
    observed_at: int | None = None
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRequest:
    """The latest exchange. `facts`, when given, are taken instead of calling the extractor (author `user`).

    A fact's `sources` name messages of this request by their place ("0", "1", …); none and no quote = all of them.
    `request_id` empty = the call is not idempotent. `wait` False = return after the durable accept. `dry_run` = plan
    and write nothing.
    """

    scope: Scope
    messages: tuple[NewMessage, ...]
    request_id: str = ""
    facts: tuple[Fact, ...] | None = None
    metadata: Metadata = field(default_factory=dict)
    wait: bool = True
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one fact: the decision, the memory as it is now, its relations, and the memory it replaced."""

    decision: Decision
    memory: Memory | None = None
    target: Memory | None = None
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddResult:
    """What an add, or another job, did so far.

    `state`: DONE, PARTIAL (some facts failed for good), PENDING (accepted; the rest goes on or waits), RUNNING (never
    in an add's own answer), FAILED (given up: a dead letter), CANCELLED. `attempts`: tries that failed and are
    repeated, the next one at `next_attempt_at` (None = it doesn't wait for a time). Times: microseconds.
    `indexed` False = committed, but not yet found by meaning. `error`: why the job waits (an error's reason and text).
    """

    job_id: str
    state: JobState
    message_ids: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    entities: tuple[Entity, ...] = ()
    usage: Usage = field(default_factory=Usage)
    indexed: bool = True
    error: str = ""
    seq: int = 0
    kind: JobKind = JobKind.ADD
    session: str = ""
    attempts: int = 0
    next_attempt_at: int | None = None
    created_at: int = 0
    updated_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedJob:
    """A job, without what it led to, and its owner."""

    scope: Scope
    job: AddResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What list and recall leave in; empty or None = everything. Times are microseconds.

    `observed_from`, `observed_to` and `run_ids` say of which messages: what rests on none of them is left out, and so
    is all else that a memory rests on. They are for recall alone.
    """

    kinds: tuple[Kind, ...] = ()
    categories: tuple[str, ...] = ()
    entity_ids: tuple[str, ...] = ()
    metadata: Metadata = field(default_factory=dict)
    observed_from: int | None = None
    observed_to: int | None = None
    run_ids: tuple[str, ...] = ()


class Depth:
    """How far recall follows relations (RECALL.md: 3 unless asked; 0 = the first stage alone)."""

    DEFAULT = 3
    MAX = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallRequest:
    """A question. `axes.as_of` None = now; `include_closed` also returns what no longer holds.

    `min_score`: items whose total score is less are left out, chains as units (None = nothing is). `token_budget`: also
    render a context of at most so many tokens (None = no context). `explain`: say of each item why it ranks there.
    `arms` narrows the scoring for measurements: `vector`, `vector+bm25`, or empty for everything.
    `deadline` is the loop's clock time after which partial results are returned (None = no limit).
    """

    scope: Scope
    query: str
    limit: int = 10
    depth: int = Depth.DEFAULT
    axes: Axes = Axes()
    include_closed: bool = False
    where: Filter = Filter()
    arms: str = ""
    include_messages: bool = True
    min_score: float | None = None
    token_budget: int | None = None
    explain: bool = False
    deadline: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The parts of an item's score, each as it went into the sum (see RECALL.md for their meaning)."""

    total: float
    lexical: float = 0.0
    dense: float = 0.0
    small_terms: float = 0.0
    walk: float = 0.0
    hop: float = 0.0
    fact: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One fact of a path: from `source` to `target` along `relation`; `forward` False = against its direction."""

    relation: Relation
    memory: Memory
    source: Entity
    target: Entity | None
    forward: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A chain of facts that proves an answer, in reading order. `answer` is the name at its end."""

    steps: tuple[Step, ...]
    score: float
    answer: str = ""


class Placement(StrEnum):
    """What gave an item its place."""

    CHANGE = "change"
    """The question asks about the past or about change: the values of the time asked about, or all, the newest first,
    then the event that tells that time."""

    CHAIN = "chain"
    """Part of a chain of facts that answers the question."""

    LEADER = "leader"
    """A fact that answers clearly better than all others."""

    SOURCE = "source"
    """A fact in the place of the best message that it, or a value before it, rests on."""

    MESSAGE = "message"
    """A message in the order of messages."""

    REST = "rest"
    """A fact none of whose messages rank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why an item ranks where it does. `text`: all of it in one line.

    `words`: those of the question that the item explains by its own words and cues. `first_rank`: its message's place
    (from 1) by words and meaning alone, before the graph had its say; None = it had none. `bridge`: the name by which
    the graph led to it, and `bridge_memory_id` the fact that holds the name; empty = the graph did not.
    """

    text: str
    placement: Placement
    words: tuple[str, ...] = ()
    first_rank: int | None = None
    bridge: str = ""
    bridge_memory_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One result: a memory with the messages it rests on, or a message. `path` = place in `RecallResult.paths`.

    Items of one chain stand together, in the path's order, and share `path`. `explanation`: only when asked for.
    """

    scores: Scores
    memory: Memory | None = None
    message: Message | None = None
    sources: tuple[Message, ...] = ()
    path: int | None = None
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What a line of a context says: a fact (`memory_id`) and the messages behind it, or a message alone."""

    memory_id: str = ""
    message_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedContext:
    """The best of what was found as text for a prompt: chains and facts, then messages by day.

    `[n]` in the text is the n-th of the `citations`, from 1. `tokens`: what it takes, by the `tokenizer` named.
    """

    text: str
    tokens: int
    tokenizer: str
    citations: tuple[Citation, ...] = ()


class Degradation:
    """What a recall had to do without; empty = nothing."""

    INDEX_BEHIND = "INDEX_BEHIND"
    INDEX_UNAVAILABLE = "INDEX_UNAVAILABLE"
    EMBEDDER_UNAVAILABLE = "EMBEDDER_UNAVAILABLE"
    DEADLINE = "DEADLINE"
    BUDGET = "BUDGET"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallResult:
    """Items best first (at most `limit`), the evidence paths, what it had to do without, and the state it read.

    `gate` is how far the graph took part (0 = the first stage's order stands, 1 = fully). `read_time`: pass it as
    `known_at` to read the same state again. `asked_time`: the time that the question tells, from its first instant to
    the one after its last (None = it is open). `context`: when asked for; the limit on items doesn't bound it.
    """

    items: tuple[Item, ...]
    paths: tuple[Path, ...]
    entities: tuple[Entity, ...]
    gate: float
    degradations: tuple[str, ...]
    read_time: int
    seq: int
    asked_time: tuple[int, int | None] | None = None
    context: RenderedContext | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallPart:
    """What has been found of an answer since the part before.

    `items`: the list so far, in place of the one before; empty = as it was. `paths`: new ones. `final`: the whole
    answer, the same as without parts; the last part has it and nothing else.
    """

    items: tuple[Item, ...] = ()
    paths: tuple[Path, ...] = ()
    final: RecallResult | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PathsRequest:
    """How are two entities (each an id or a name) connected? `deadline`: as in `RecallRequest`."""

    scope: Scope
    source: str
    target: str
    depth: int = Depth.DEFAULT
    limit: int = 10
    axes: Axes = Axes()
    deadline: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """An entity, and a name that tells it from the others here: its own, with what it is when several share it."""

    entity: Entity
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PathsResult:
    """Paths, the shortest first, then the best-scored of the longer ones; none = not connected within the depth.

    `sources`, `targets`: the entities that the two names stand for.
    """

    paths: tuple[Path, ...]
    sources: tuple[Labelled, ...]
    targets: tuple[Labelled, ...]
    degradations: tuple[str, ...]
    read_time: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[T]):
    """One page; `next_page_token` empty at the end. `read_time`, `seq`: 0 where a list shows no one owner's state."""

    items: tuple[T, ...]
    next_page_token: str
    read_time: int = 0
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A caller's change of a memory: only fields named in `mask` are taken.

    They are text, kind, metadata, categories and expires_at (microseconds; None = never).
    """

    mask: tuple[str, ...]
    text: str = ""
    kind: Kind | None = None
    metadata: Metadata = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    expires_at: int | None = None


class Resolution(StrEnum):
    """How a conflict is settled: the disputed fact takes its place, is taken back, or holds beside the other."""

    ACCEPT = "accept"
    REJECT = "reject"
    KEEP_BOTH = "keep_both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A disputed memory, the memories that it contradicts, and why neither could be settled."""

    disputed: Memory
    kept: tuple[Memory, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityChanged:
    """What a caller said of an entity: the entity that stayed or was made, and the decision."""

    entity: Entity
    decision: Decision
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What a caller's decision changed: the decision, and the memories of its effects that still stand."""

    decision: Decision
    memories: tuple[Memory, ...]
    seq: int


class Directory(Protocol):
    """Exact look-ups by key, and what callers set there; nothing is embedded or searched. They show what is known now.

    Agent and run beside an owner narrow nothing here: sessions are the owner's. Errors are those of `Core`.
    """

    async def owner(self, scope: Scope) -> Owner:
        """The owner's counts."""
        ...

    async def owners(self, tenant: str, *, page_size: int, page_token: str) -> Listing[Owner]:
        """The owners of a tenant, in the order of their user, agent and run ids. Raises `InvalidPageToken` too."""
        ...

    async def session(self, scope: Scope, session_id: str) -> Session:
        """One session; an empty id = the scope's own."""
        ...

    async def sessions(self, scope: Scope, *, page_size: int, page_token: str) -> Listing[Session]:
        """The owner's sessions, in the order of their ids. Raises `InvalidPageToken` too."""
        ...

    async def update_session(self, scope: Scope, session_id: str, metadata: Metadata, *, request_id: str) -> Session:
        """Replace a session's metadata as a whole; a session without messages is begun. Raises `RequestIdReused` too.

        The same request id again gives the session as the first call left it.
        """
        ...

    async def agent_config(self, scope: Scope, *, version: int) -> AgentConfig:
        """A version (0 = the latest) of the configuration of the scope's agent; the empty one when none was ever set.

        `scope` holds the tenant and the agent alone. Raises `NotFound` for a version that isn't there.
        """
        ...

    async def set_agent_config(
        self, scope: Scope, config: AgentConfig, *, expected_version: int | None, request_id: str
    ) -> int:
        """Store a new version of the agent's configuration; returns its number. Later adds of the agent follow it.

        Raises `Conflict` when `expected_version` (0 = none, None = don't check) is not the latest, `RequestIdReused`.
        """
        ...


class Core(Protocol):
    """Everything that twohop does, as the server and the in-process client call it. Input is validated here.

    All methods raise `InvalidInput` for input that can't be served (with nothing written), `NotFound` for ids that
    this owner doesn't have, `LedgerUnavailable`, `StorageFull`.
    """

    @property
    def directory(self) -> Directory:
        """Owners, sessions and the configuration of agents."""
        ...

    async def add(self, request: AddRequest) -> AddResult:
        """Remember an exchange. Raises `RequestIdReused` too."""
        ...

    async def job(self, scope: Scope, job_id: str) -> AddResult:
        """An add's result as it stands now."""
        ...

    def watch_job(self, scope: Scope, job_id: str) -> AsyncGenerator[AddResult, None]:
        """The job at once, and again whenever it changes, until it is final. Raises `ShuttingDown` when it drains."""
        ...

    async def list_jobs(
        self, scope: Scope, *, states: Sequence[JobState], page_size: int, page_token: str
    ) -> Listing[ListedJob]:
        """Jobs of the owner, or of all owners of the tenant for a scope without ids, newest first; no states = any."""
        ...

    async def cancel_job(self, scope: Scope, job_id: str, *, request_id: str) -> AddResult:
        """End a job; what it committed stays. One that is final is left as it is. Raises `RequestIdReused` too."""
        ...

    async def replay_job(self, scope: Scope, job_id: str, *, request_id: str) -> AddResult:
        """Queue a failed or cancelled job again. Raises `Conflict` for others, and `RequestIdReused`."""
        ...

    async def recall(self, request: RecallRequest) -> RecallResult:
        """The facts, messages and evidence paths that answer a question. No model call."""
        ...

    def recall_stream(self, request: RecallRequest) -> AsyncGenerator[RecallPart, None]:
        """As `recall`, in parts: first hits at once, paths as hops complete, then the answer. Closing it ends work."""
        ...

    async def get(self, scope: Scope, memory_id: str, axes: Axes) -> Memory:
        """One memory as of now or as asked (closed ones too unless `axes.as_of` is given)."""
        ...

    async def list(
        self, scope: Scope, where: Filter, axes: Axes, *, include_closed: bool, page_size: int, page_token: str
    ) -> Listing[Memory]:
        """Memories, newest first; only what is true now unless asked otherwise. Raises `InvalidPageToken` too."""
        ...

    async def update(self, scope: Scope, memory_id: str, edit: Edit, *, etag: str, request_id: str) -> Memory:
        """A new revision by the caller. `etag` empty = don't check. Raises `EtagMismatch`, `RequestIdReused` too."""
        ...

    async def delete(self, scope: Scope, memory_id: str, *, etag: str, request_id: str) -> Memory:
        """Close a memory (it is kept and stays in its history). Raises `EtagMismatch`, `RequestIdReused` too."""
        ...

    async def restore(self, scope: Scope, memory_id: str, *, etag: str, request_id: str) -> Memory:
        """Bring a closed or retracted memory back. Raises `Conflict` while another value of its slot holds."""
        ...

    async def pin(self, scope: Scope, memory_id: str, *, pinned: bool, etag: str, request_id: str) -> Memory:
        """Pin a memory, so that no add closes or rewrites it, or unpin it."""
        ...

    async def revert(self, scope: Scope, decision_id: str, *, request_id: str) -> Changed:
        """Undo a decision, with everything that hung on it. Raises `Conflict` when that is not possible any more."""
        ...

    async def conflicts(self, scope: Scope, axes: Axes, *, page_size: int, page_token: str) -> Listing[Contradiction]:
        """Disputed memories with what they contradict, newest first; with `as_of`, those that would have held then."""
        ...

    async def resolve(self, scope: Scope, memory_id: str, resolution: Resolution, *, request_id: str) -> Changed:
        """Settle a conflict. Raises `Conflict` when the memory is not disputed."""
        ...

    async def revisions(
        self, scope: Scope, memory_id: str, axes: Axes, *, page_size: int, page_token: str
    ) -> Listing[Revision]:
        """Every version of a memory, oldest first: those known at `known_at`, of them those that held at `as_of`."""
        ...

    async def evidence(self, scope: Scope, evidence: Sequence[Evidence], axes: Axes) -> dict[str, Message]:
        """The messages that evidence points at, by message id, as far as known at `known_at`; `as_of` hides none."""
        ...

    async def decisions(
        self, scope: Scope, axes: Axes, *, job_id: str, memory_id: str, page_size: int, page_token: str
    ) -> Listing[Decision]:
        """What was decided, by whom and why, in order. They have no world time: `as_of` is refused."""
        ...

    async def entities(
        self, scope: Scope, *, name: str, axes: Axes, page_size: int, page_token: str
    ) -> Listing[Entity]:
        """Entities in the order of their names; `name` keeps those whose name or alias contains it.

        `axes.as_of` keeps those at an end of a memory that held then, or named by a message observed by then.
        """
        ...

    async def relations(
        self,
        scope: Scope,
        *,
        entity_id: str,
        predicate: str,
        axes: Axes,
        include_closed: bool,
        page_size: int,
        page_token: str,
    ) -> Listing[Relation]:
        """Relations, newest first; only what holds now unless asked otherwise."""
        ...

    async def entities_by_id(self, scope: Scope, ids: Sequence[str], axes: Axes) -> dict[str, Entity]:
        """Entities by id in the version of `axes.known_at`; `axes.as_of` keeps those that took part by then."""
        ...

    async def merge_entities(self, scope: Scope, entity_id: str, merged_id: str, *, request_id: str) -> EntityChanged:
        """Say that two entities are one; reverting the decision takes it back. Raises `NotFound`, `RequestIdReused`."""
        ...

    async def split_entity(
        self, scope: Scope, entity_id: str, memory_ids: Sequence[str], *, name: str, request_id: str
    ) -> EntityChanged:
        """Say that some memories are about another entity, of the same name unless `name` is given.

        Raises:
            Conflict: a memory doesn't name the entity.
        """
        ...

    async def paths(self, request: PathsRequest) -> PathsResult:
        """How two entities are connected."""
        ...


def etag(memory: Memory) -> str:
    """What changes whenever the memory does: the id of its current revision."""
    return memory.revision.id
