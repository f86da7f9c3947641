"""The system of record's contract: every backend (SQLite, Neo4j) implements `Ledger` with the same answers.

Every call takes the partition (owner) it is about; rows of another partition are never read, written or counted.
Lists come in the order of the ids asked for, absent ids left out, unless a method says otherwise. All methods raise
`LedgerUnavailable` when the store can't be reached and `StorageFull` when a write finds no space.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from twohop.graph.model import (
    AgentConfig,
    Alias,
    Axes,
    Decision,
    Entity,
    Evidence,
    Job,
    JobKind,
    JobState,
    Kind,
    Memory,
    Mention,
    Message,
    Metadata,
    Narrowing,
    OutboxRow,
    OwnedJob,
    Owner,
    Relation,
    Revision,
    Scope,
    Session,
)

T = TypeVar("T")

NOW = Axes()
"""What is known now, whenever it held."""

LEASE = 30_000_000
"""Microseconds for which a process holds jobs, outbox rows and its place without renewing them: longer than any pause
of a living process, so that a lease only ever ends under a dead one. Nothing is wrong when it does under a living one:
what an older run writes is refused, and projecting twice is harmless."""

LOCKED = "edge:"
"""Begins the name of an index in a data directory, which one process at a time has locked: whoever names it in `enter`
knows by that lock that the one before is dead."""

WINDOW = 4
"""Messages before a new one whose indexed words change with it: a message is found by its neighbours' words too."""

Row: TypeAlias = Mapping[str, Any]
"""A stored row by column name (`twohop.graph.tables`): strings, numbers, bytes and None."""

Reached: TypeAlias = Callable[[str], None]
"""Told the name of each step of an add as it is reached, in the thread that reaches it. Never raises."""


def unwatched(step: str) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """What makes a mutation idempotent: (tenant, method, request id) is unique; another `body_hash` is refused."""

    tenant: str
    method: str
    request_id: str
    body_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What one transaction makes durable before an add is processed: messages, request id and job.

    The ledger stamps `recorded_at`, and gives each message the next `position` of its session. A job that is to be
    RUNNING at once is stored as PENDING when an earlier one of its session is not final: they take effect in order.
    `summary`, if any, is queued too when `summary_after` messages of its session are in no summary yet and no other
    summary job of the session is unfinished. `vocabulary`: the words of the messages, as in `Changes`. `recent`: how
    many messages before these are told back.
    """

    scope: Scope
    messages: tuple[Message, ...]
    job: Job
    request: RequestKey | None = None
    summary: Job | None = None
    summary_after: int = 0
    vocabulary: Mapping[str, str] = field(default_factory=dict)
    recent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """`job` is the stored job: an earlier one, `repeated`, when the request id was seen before. `seq`: owner's seq.

    Unless it is repeated, what stands there now is told too, so that nobody has to read it again: the owner, the
    session, the `messages` as stored, those `before` them in their session (oldest first), and the outbox rows
    `queued`.
    """

    job: Job
    repeated: bool
    seq: int
    recorded_at: int
    owner: Owner | None = None
    session: Session | None = None
    messages: tuple[Message, ...] = ()
    before: tuple[Message, ...] = ()
    queued: tuple[OutboxRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobUpdate:
    """The job's new state, written in the same transaction as what it did. None = leave as it is.

    `run` is the run that writes: a job that is not RUNNING in it any more (cancelled, queued again) refuses the whole
    transaction. 0 = before its first run: it must be PENDING, and nobody ever began it. None = whatever the job's
    state. `retry_after`: microseconds from now, by the ledger's clock, before
    which a PENDING one is not started again.
    """

    id: str
    state: JobState
    payload: Metadata | None = None
    error: str = ""
    usage: Metadata | None = None
    retry_after: int = 0
    attempts: int | None = None
    run: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryUpdate:
    """A session's new rolling summary of its first `count` messages, and the job that wrote it.

    `expected_version` is the version that it replaces: if it moved, `StaleRead` is raised and nothing is written.
    """

    session: str
    text: str
    author: str
    count: int
    expected_version: int
    job: JobUpdate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits in the outbox, its oldest row's time (None = nothing waits), and how many rows are parked."""

    waiting: int
    parked: int = 0
    oldest_at: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a job."""

    partition: str
    job_id: str
    run: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """What is pruned: all that was recorded, or became final, before these instants.

    `jobs` is for DONE, PARTIAL and CANCELLED ones (their decisions stay), `dead_letters` for FAILED ones.
    """

    requests: int
    jobs: int
    dead_letters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """One commit. The ledger stamps one `recorded_at` = max(now, the owner's last + 1) on every new row.

    `expected_state` is the owner's `state_seq` that the changes were planned on: if it moved, `StaleRead` is raised
    and nothing is written (None = don't check). What is ended gets `superseded_at` = the stamp. `entities` are
    inserted, or given a new version by id; one that is also among `ended_entities` (ids) was never visible. A mention
    moved from one entity to another is ended and made again. Outbox rows are written for every revision, ended
    revision, relation, ended relation and for every message in `touched_messages` (their sparse vectors hold the texts
    of their facts); not for revisions that begin and end in this very commit: nobody can see them. `withdrawn` are
    decisions whose evidence ends in system time. A memory that gains or loses evidence has outbox rows written for its
    current revision, and for the current relations that rest on it: their points tell by whom and when it was said.

    `vocabulary` maps stem to the most telling surface form; existing stems are kept.
    `request`, with the changed memory's id in `Changes.request_result`, makes a caller's mutation idempotent.
    """

    partition: str
    expected_state: int | None = None
    revisions: tuple[Revision, ...] = ()
    ended_revisions: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    withdrawn: tuple[str, ...] = ()
    entities: tuple[Entity, ...] = ()
    ended_entities: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()
    ended_aliases: tuple[Alias, ...] = ()
    mentions: tuple[Mention, ...] = ()
    ended_mentions: tuple[Mention, ...] = ()
    relations: tuple[Relation, ...] = ()
    ended_relations: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    touched_messages: tuple[str, ...] = ()
    vocabulary: Mapping[str, str] = field(default_factory=dict)
    job: JobUpdate | None = None
    request: RequestKey | None = None
    request_result: str = ""

    def refuse_foreign(self) -> None:
        """A row of another owner in a commit is a fault of the caller's code.

        Raises:
            ValueError: there is one.
        """
        for rows in (self.revisions, self.entities, self.relations, self.decisions):
            if any(row.partition != self.partition for row in rows):
                raise ValueError("a row belongs to another partition than the commit")

    @property
    def moves_state(self) -> bool:
        """Whether what others planned on moves with it."""
        return bool(
            self.revisions
            or self.ended_revisions
            or self.evidence
            or self.withdrawn
            or self.entities
            or self.ended_entities
            or self.aliases
            or self.ended_aliases
            or self.relations
            or self.ended_relations
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """The owner's counters after the commit, and the stamp. `earlier`: result of a repeated `request`, unwritten.

    `queued`: the outbox rows that it wrote.
    """

    seq: int
    state_seq: int
    recorded_at: int
    earlier: str = ""
    queued: tuple[OutboxRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """What the commit of one instant did to some entities: the versions, names and mentions it began and ended."""

    entities: tuple[Entity, ...] = ()
    ended_entities: tuple[Entity, ...] = ()
    ended_aliases: tuple[Alias, ...] = ()
    ended_mentions: tuple[Mention, ...] = ()
    aliases: tuple[Alias, ...] = ()
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is around entities and behind memories.

    `relations`: entity id -> its relations, newest first. `memories`: those asked for and those behind the relations;
    `entities`: those asked for and those at the ends of all of these, with their `degrees`.
    """

    relations: Mapping[str, list[Relation]] = field(default_factory=dict)
    memories: Mapping[str, Memory] = field(default_factory=dict)
    entities: Mapping[str, Entity] = field(default_factory=dict)
    degrees: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryFilter:
    """What a list leaves in; empty or None = everything.

    `disputed` True with an `as_of`: the disputed ones whose validity holds it.
    """

    narrowing: Narrowing = Narrowing()
    kinds: tuple[Kind, ...] = ()
    categories: tuple[str, ...] = ()
    entity_ids: tuple[str, ...] = ()
    metadata: Metadata = field(default_factory=dict)
    disputed: bool | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Up to the asked number of items; `next_key` continues after the last (keyset), empty at the end."""

    items: tuple[T, ...]
    next_key: str = ""


class Ledger(Protocol):
    """The system of record of all owners."""

    def now(self) -> int:
        """Microseconds since the epoch by the ledger's clock, which all processes on it go by, whatever theirs say.

        Never later than the stamp of a write that begins after it.
        """
        ...

    # -- writes ---------------------------------------------------------------------------------------------------

    async def accept(self, acceptance: Acceptance) -> Accepted:
        """Store messages, request id and job in one durable transaction (fsync done when it returns).

        A request id seen before with the same body returns the earlier job and writes nothing.

        Raises:
            RequestIdReused: the request id was used with another body.
            Conflict: the job of this request id is gone.
        """
        ...

    async def commit(self, changes: Changes) -> Committed:
        """Apply `changes` in one durable transaction, or nothing.

        Raises:
            StaleRead: the owner's `state_seq` is not `expected_state`.
            RequestIdReused: `changes.request` was used with another body.
            Conflict: the job is not RUNNING in `changes.job.run` any more.
        """
        ...

    async def commit_all(self, changes: Sequence[Changes]) -> list[Committed]:
        """Apply commits of one owner in order, each as `commit` does, all in one durable transaction, or nothing.

        Each has a stamp of its own and expects the state that those before it lead to.

        Raises:
            As `commit`.
        """
        ...

    async def set_session(
        self, scope: Scope, session: str, metadata: Metadata, request: RequestKey | None = None
    ) -> Session:
        """Replace a session's metadata in one durable transaction; a session without messages is begun.

        A request id seen before with the same body returns the session as that call left it and writes nothing.

        Raises:
            RequestIdReused: the request id was used with another body.
        """
        ...

    async def set_agent_config(
        self, scope: Scope, config: AgentConfig, expected_version: int | None = None, request: RequestKey | None = None
    ) -> int:
        """Store the next version of the configuration of `scope`'s agent, in its tenant; returns the version.

        `scope` holds the agent alone: its partition is the configuration's key. `expected_version` is what the latest
        version must be (0 = there is none; None = don't check). A request id seen before with the same body returns
        that call's version and writes nothing.

        Raises:
            Conflict: another version is the latest.
            RequestIdReused: the request id was used with another body.
        """
        ...

    async def update_job(self, partition: str, update: JobUpdate) -> None:
        """Write a job's state outside a commit (retry later, failed).

        Raises:
            NotFound: the owner has no such job.
            Conflict: it is not RUNNING in `update.run` any more.
        """
        ...

    # -- jobs, outbox ---------------------------------------------------------------------------------------------

    async def job(self, partition: str, job_id: str) -> Job | None:
        """The job, or None."""
        ...

    async def jobs(
        self,
        tenant: str,
        partition: str | None = None,
        *,
        states: Sequence[JobState] = (),
        limit: int = 100,
        after: str = "",
    ) -> Page[OwnedJob]:
        """Jobs of one owner of the tenant, or of all of them, newest first; `states` empty = any."""
        ...

    async def first_job(self, partition: str, kind: JobKind, session: str) -> Job | None:
        """The oldest job of the session that is PENDING or RUNNING: the one that the others wait for."""
        ...

    async def claim_jobs(
        self, limit: int, *, kind: JobKind = JobKind.ADD, per_owner: int = 1_000, after: str = ""
    ) -> list[Job]:
        """Jobs of all owners that are PENDING and due, marked RUNNING in a new run that this process holds for `LEASE`.

        Of a session only its oldest unfinished job is taken, and none while another one runs. Owners take turns in the
        order of their partitions, beginning behind `after`; none gets more than `per_owner` RUNNING ones of the kind,
        and its oldest come first.
        """
        ...

    async def queue_job(self, job: Job) -> bool:
        """Queue a job unless its session has an unfinished one of its kind. Returns whether it did."""
        ...

    async def cancel_job(self, partition: str, job_id: str, request: RequestKey | None = None) -> Job:
        """End a job that is not final: from now on nothing that it does is written. A final one stays as it is.

        Raises:
            NotFound: the owner has no such job.
            RequestIdReused: the request id was used with another body.
        """
        ...

    async def replay_job(self, partition: str, job_id: str, request: RequestKey | None = None) -> Job:
        """Queue a FAILED or CANCELLED job again, from where it stopped, as if it had not been tried yet.

        Raises:
            NotFound: the owner has no such job.
            Conflict: it is in another state.
            RequestIdReused: the request id was used with another body.
        """
        ...

    async def release_jobs(self, runs: Sequence[Run] = ()) -> int:
        """Turn RUNNING jobs that nobody works on back to PENDING. Returns how many.

        Those are the jobs whose lease is over, this process's own too, but for `runs`, which it works on: what it
        began and was never told of, because the answer was lost, is nobody's. A ledger that one process at a time has
        open knows that the others are dead, and does not wait for their leases.
        """
        ...

    async def renew(self, runs: Sequence[Run]) -> None:
        """Hold the place taken by `enter`, and these jobs, for another `LEASE`. One that was lost meanwhile stays lost.

        Raises:
            Misplaced: the place was lost, and another process with another index has taken it.
        """
        ...

    async def prune(self, outdated: Outdated, limit: int) -> int:
        """Remove up to `limit` request ids, and as many jobs, that are outdated. Returns how many rows went."""
        ...

    async def outbox(self, limit: int, partition: str | None = None) -> list[OutboxRow]:
        """The oldest waiting rows, of one owner or of all, but for parked ones and those that another process holds.

        The process that writes a row holds it for `LEASE`, and so does one that gets it here.
        """
        ...

    async def outbox_failed(self, rows: Sequence[OutboxRow], park_after: int) -> None:
        """Count a failed try of rows that can't be projected; after `park_after` of them a row is parked.

        A parked row waits for nobody: it is handed out again once the ledger writes it anew or `outbox_unpark` asks.
        """
        ...

    async def outbox_unpark(self) -> int:
        """Let parked rows wait again. Returns how many."""
        ...

    async def outbox_done(self, rows: Sequence[OutboxRow]) -> None:
        """Remove rows whose projection is durable; a row written again meanwhile (higher seq) stays."""
        ...

    async def backlog(self, partition: str | None = None) -> Backlog:
        """What waits for the index, whoever holds it."""
        ...

    async def behind(self, partition: str) -> bool:
        """Whether anything of the owner's waits for the index, parked rows left out: cheap, however much it is."""
        ...

    async def outbox_refill(self, partition: str | None = None) -> int:
        """Write an outbox row for every revision, relation and message, of one owner or of all: mends a lost index.

        Returns how many rows that were.
        """
        ...

    async def outbox_add(self, partition: str, ids: Mapping[str, Sequence[str]]) -> None:
        """Write an outbox row for each of these ids, by kind of point: mends points that are missing or outdated."""
        ...

    # -- processes, maintenance -----------------------------------------------------------------------------------

    async def enter(self, index: str | None, *, exclusive: bool) -> bool:
        """Take this process's place beside the others; `index` names what it projects into, "" = nothing.

        None: it projects nothing either, and leaves what others project into as it was noted.

        Returns whether the index has to be filled: since another one was named, or none, no `outbox_refill` of all
        owners has ended. `exclusive`: the index is this process's own, so no other may run. One that is `LOCKED` is
        taken over from a process that died, without waiting for its lease.

        Raises:
            Misplaced: a living process has another index, or one of the two is exclusive.
        """
        ...

    async def rows(self, partition: str, table: str, limit: int, after: str = "") -> Page[Row]:
        """The stored rows of a table as they are, in the order of their key: what export, verify and dumps read."""
        ...

    async def load(self, partition: str, table: str, rows: Sequence[Row]) -> int:
        """Store rows as they are, in one durable transaction; those that stand there stay. Returns how many were new.

        Tables are loaded in the order of `twohop.graph.tables.TABLES`.

        Raises:
            Conflict: a row with the same key says something else, or one points at a row that is not there.
        """
        ...

    async def recount(self, partition: str) -> int:
        """Set the counters of owner, sessions, speakers and entities to what is stored; how many rows were wrong."""
        ...

    # -- owner, session, messages ---------------------------------------------------------------------------------

    async def owner(self, partition: str) -> Owner | None:
        """The owner's counters, or None if it never wrote."""
        ...

    async def settled(self, partition: str) -> Owner | None:
        """As `owner`; waits for a commit that can be seen in part only, which `owner` may have counted.

        What is asked for beside it, in the same turn of the event loop, is never older than these counters: a plan that
        expects their `state_seq`, or a point stamped with their `seq`, misses nothing.
        """
        ...

    async def owners(self, tenant: str, limit: int, after: str = "") -> Page[Owner]:
        """The owners of a tenant, in the order of their user, agent and run ids."""
        ...

    async def session(self, partition: str, session: str) -> Session | None:
        """The session's exact look-up."""
        ...

    async def sessions(self, partition: str, limit: int, after: str = "") -> Page[Session]:
        """The owner's sessions in the order of their ids."""
        ...

    async def agent_config(self, partition: str, version: int | None = None) -> AgentConfig | None:
        """A version of the configuration of the agent whose own partition this is (None = the latest), or None."""
        ...

    async def set_summary(self, partition: str, update: SummaryUpdate) -> None:
        """Replace the rolling summary, and write the job's state; the summary's version goes up by one.

        Raises:
            NotFound: the owner has no such session, or no such job.
            StaleRead: the summary has another version than expected.
            Conflict: the job is not RUNNING in `update.job.run` any more.
        """
        ...

    async def unsummarised(self, before: int, limit: int) -> list[tuple[str, str]]:
        """(partition, session) of all owners with messages that wait for a summary since `before`, longest first."""
        ...

    async def messages(self, partition: str, ids: Sequence[str], known_at: int | None = None) -> list[Message]:
        """Messages by id."""
        ...

    async def recent_messages(
        self, partition: str, session: str, limit: int, before: int | None = None
    ) -> list[Message]:
        """The last `limit` messages of a session, oldest first; only those at a position < `before` when given."""
        ...

    async def windows(self, partition: str, ids: Sequence[str], radius: int) -> dict[str, list[Message]]:
        """For each message id, the messages of its session at most `radius` positions away, in order."""
        ...

    async def speakers(self, partition: str) -> dict[str, dict[str, int]]:
        """Session -> {speaker name: number of messages}, for all sessions of the owner; empty names left out."""
        ...

    # -- memories -------------------------------------------------------------------------------------------------

    async def memories(
        self, partition: str, ids: Sequence[str], axes: Axes, narrowing: Narrowing | None = None
    ) -> list[Memory]:
        """Memories by id with the revision visible at `axes` (as_of given: live at it, disputed left out)."""
        ...

    async def memories_of_revisions(self, partition: str, revision_ids: Sequence[str]) -> dict[str, str]:
        """Revision id -> memory id."""
        ...

    async def list_memories(
        self, partition: str, where: MemoryFilter, axes: Axes, limit: int, after: str = ""
    ) -> Page[Memory]:
        """Memories visible at `axes`, newest memory id first."""
        ...

    async def revisions(self, partition: str, memory_id: str, known_at: int | None = None) -> list[Revision]:
        """All revisions of a memory, also those ended in system time, oldest first."""
        ...

    async def revisions_by_id(self, partition: str, ids: Sequence[str], known_at: int | None = None) -> list[Revision]:
        """Revisions by id, also those ended in system time (the projector's look at a batch of outbox rows)."""
        ...

    async def slot(self, partition: str, slot_keys: Sequence[str]) -> list[Memory]:
        """Memories whose current revision has one of the keys as its slot or mirror key, by valid_from."""
        ...

    async def by_text(self, partition: str, text_hashes: Sequence[str]) -> list[Memory]:
        """The memories whose current revision has one of the text hashes."""
        ...

    async def by_triple(
        self, partition: str, keys: Sequence[str], known_at: int | None = None
    ) -> dict[str, list[Memory]]:
        """Triple key -> the memories whose revision known then asserts it."""
        ...

    async def by_subject(
        self, partition: str, pairs: Sequence[tuple[str, str]], limit: int, known_at: int | None = None
    ) -> list[Memory]:
        """Memories whose revision known then asserts (subject id, predicate), newest first, at most `limit` a pair."""
        ...

    async def facts_of_messages(
        self, partition: str, message_ids: Sequence[str], axes: Axes
    ) -> dict[str, list[Memory]]:
        """Message id -> memories (visible at `axes`) that it is evidence for."""
        ...

    async def decision(self, partition: str, decision_id: str, narrowing: Narrowing | None = None) -> Decision | None:
        """The decision, or None; narrowed as `decisions`."""
        ...

    async def reverted(self, partition: str, decision_id: str) -> Decision | None:
        """The decision that undid this one and was not undone itself, or None."""
        ...

    async def decisions(
        self,
        partition: str,
        *,
        job_id: str = "",
        memory_id: str = "",
        limit: int = 100,
        after: str = "",
        known_at: int | None = None,
        narrowing: Narrowing | None = None,
    ) -> Page[Decision]:
        """Decisions of a job, about a memory (made or touched), or of the owner; in order of recording.

        Narrowed to those that made or touched a memory which ever rested on messages of the agent and the run, and
        those of a job with such a message.
        """
        ...

    # -- graph ----------------------------------------------------------------------------------------------------

    async def entities(self, partition: str, ids: Sequence[str], axes: Axes = NOW) -> list[Entity]:
        """Entities by id with their aliases, in the version of `known_at`; one that had ended by then is absent.

        `as_of` keeps those that took part in a memory live at it, or were named by a message observed by then.
        """
        ...

    async def entities_named(
        self, partition: str, normals: Sequence[str], known_at: int | None = None
    ) -> dict[str, list[Entity]]:
        """Normal form -> entities that have it as name or alias, oldest first (several when two share a name)."""
        ...

    async def list_entities(
        self, partition: str, axes: Axes, limit: int, after: str = "", name: str = ""
    ) -> Page[Entity]:
        """Entities visible at `axes` in the order of their normal form.

        `name` keeps those whose normal form or an alias contains it.
        """
        ...

    async def relations_of(
        self, partition: str, entity_ids: Sequence[str], axes: Axes, limit: int
    ) -> dict[str, list[Relation]]:
        """Entity id -> relations at either end visible at `axes`, newest first, at most `limit` each."""
        ...

    async def relations(self, partition: str, ids: Sequence[str], axes: Axes) -> list[Relation]:
        """Relations by id, visible at `axes`."""
        ...

    async def relations_by_id(self, partition: str, ids: Sequence[str]) -> list[Relation]:
        """Relations by id, also those ended in system time (the projector's look at a batch of outbox rows)."""
        ...

    async def relations_by_key(self, partition: str, keys: Sequence[str]) -> list[Relation]:
        """Current relation versions (not superseded in system time) of these triple keys."""
        ...

    async def relations_of_memories(
        self, partition: str, memory_ids: Sequence[str], axes: Axes
    ) -> dict[str, list[Relation]]:
        """Memory id -> relations visible at `axes` that it supports."""
        ...

    async def list_relations(
        self,
        partition: str,
        axes: Axes,
        limit: int,
        after: str = "",
        entity_id: str = "",
        predicate: str = "",
        narrowing: Narrowing | None = None,
    ) -> Page[Relation]:
        """Relations visible at `axes`, newest id first; narrowed to those that a memory so visible supports."""
        ...

    async def around(
        self,
        partition: str,
        axes: Axes,
        *,
        entity_ids: Sequence[str] = (),
        memory_ids: Sequence[str] = (),
        limit: int = 0,
        hot: Sequence[str] = (),
        through: int | None = None,
        narrowing: Narrowing | None = None,
    ) -> Surroundings:
        """One step over the graph, in one read: relations, the memories that prove them, and what they lead to.

        Relations are those of `relations_of`, at most `limit` an entity; an entity that has as many also gets those of
        the relations `hot` (ids) that it has. Entities with more than `through` relations are not expanded (None = all
        are). Memories are as `memories` gives them; entities are as known at `axes.known_at`, degrees as they are now.
        """
        ...

    async def degrees(self, partition: str, entity_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Entity id -> (current relations at either end, messages that mention it)."""
        ...

    async def mentions_of(
        self, partition: str, entity_ids: Sequence[str], limit: int, known_at: int | None = None
    ) -> dict[str, list[str]]:
        """Entity id -> message ids that mention it, newest first, at most `limit` each."""
        ...

    async def mentions(self, partition: str, entity_id: str) -> list[Mention]:
        """All current mentions of an entity with their spans, oldest message first."""
        ...

    async def trail(self, partition: str, entity_ids: Sequence[str], at: int) -> Trail:
        """What the commit recorded at `at` did to these entities: what undoing a merge or a split starts from."""
        ...

    async def mentions_in(self, partition: str, message_ids: Sequence[str], limit: int) -> dict[str, list[str]]:
        """Message id -> ids of the entities it mentions now, at most `limit` each."""
        ...

    # -- statistics that recall needs -----------------------------------------------------------------------------

    async def vocabulary(self, partition: str, after: int = 0) -> tuple[list[tuple[str, str]], int]:
        """(stem, surface form) pairs added after the mark `after`, and the new mark; grows only."""
        ...

    async def means(self, partition: str) -> dict[str, tuple[int, int, bytes]]:
        """List name ("message", "fact") -> (version, vectors averaged, float32 mean): the centring of dense vectors."""
        ...

    async def set_mean(self, partition: str, name: str, version: int, count: int, mean: bytes) -> None:
        """Store a list's mean under a new version; points encoded with an older one are projected again.

        A version that is not newer than the stored one is left out: two processes may take the same mean at once.
        """
        ...

    async def message_ids(self, partition: str, limit: int, after: str = "") -> list[str]:
        """All message ids of an owner in id order (rebuilds, means)."""
        ...

    async def memory_ids(self, partition: str, limit: int, after: str = "") -> list[str]:
        """All memory ids of an owner in id order."""
        ...

    async def partitions(self, limit: int, after: str = "") -> list[str]:
        """All partitions in order, those that hold an agent's configuration and nothing else too (maintenance)."""
        ...

    async def close(self) -> None:
        """Finish waiting writes and release the store."""
        ...
