"""`SqliteLedger`: the ledger's contract on one writer thread and a pool of readers."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar
from uuid import uuid4

from twohop.graph.model import (
    AgentConfig,
    Axes,
    Decision,
    Entity,
    Job,
    JobKind,
    JobState,
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
from twohop.graph.sqlite import (
    conversations,
    directory,
    entities,
    jobs,
    listing,
    memories,
    outbox,
    place,
    raw,
    record,
    relations,
    statistics,
    summaries,
)
from twohop.graph.sqlite.accept import accept
from twohop.graph.sqlite.around import around
from twohop.graph.sqlite.commit import commit
from twohop.graph.sqlite.database import Database, Owned, Synchronous, connect, connect_reader, unusable
from twohop.graph.sqlite.kept import Kept
from twohop.graph.sqlite.readers import Readers
from twohop.graph.sqlite.schema import migrate
from twohop.graph.sqlite.writer import Writer
from twohop.graph.store import (
    NOW,
    Acceptance,
    Accepted,
    Backlog,
    Changes,
    Committed,
    JobUpdate,
    MemoryFilter,
    Outdated,
    Page,
    Reached,
    RequestKey,
    Row,
    Run,
    SummaryUpdate,
    Surroundings,
    Trail,
    unwatched,
)

P = ParamSpec("P")
T = TypeVar("T")

READERS = 4
"""Connections that read, each on a thread: SQLite lets go of the interpreter's lock while it works."""

OWNERS_A_STEP = 256
"""Owners looked up at a time by work over all of them."""


class SqliteLedger:
    """Implements `twohop.graph.store.Ledger` in one file, which one process opens.

    Every write is one durable transaction (write-ahead log, fsync before it is acknowledged); a read sees everything
    that was acknowledged before it began.
    """

    def __init__(self, writer: Writer, readers: Readers, kept: Kept, clock: Callable[[], int]) -> None:
        self._writer = writer
        self._readers = readers
        self._kept = kept
        self._clock = clock
        self._holder = uuid4().hex
        """Tells the jobs that run under this ledger from those that a process before it left behind."""

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        clock: Callable[[], int],
        synchronous: Synchronous = "FULL",
        reached: Reached = unwatched,
    ) -> Self:
        """The ledger in the file at `path`, made or brought to this program's schema when needed.

        `clock` gives microseconds since the epoch. `synchronous="OFF"` gives up durability (tests that need speed).
        `reached` is told of the moments around the transactions of `accept` and `commit`, in the writer's thread.

        Raises:
            DataDirUnusable: the file is no ledger, or can't be opened for writing.
            SchemaTooNew: a newer twohop wrote it.
            StorageFull: there is no room to make it.
        """
        writing, reading = await asyncio.to_thread(prepare, path, synchronous)
        kept = Kept()
        return cls(Writer(writing, reached), Readers(reading, kept), kept, clock)

    def now(self) -> int:
        """The time by the clock that it was opened with."""
        return self._clock()

    async def close(self) -> None:
        """Finish waiting writes and release the file."""
        await asyncio.to_thread(self._shut)

    def _shut(self) -> None:
        self._readers.close()
        self._writer.close()

    async def _read(
        self, partition: str, look: Callable[Concatenate[Owned, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._readers.read(lambda database: look(database.of(partition), *args, **kwargs), partition)

    async def _write(self, work: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._writer.write(lambda database: work(database, *args, **kwargs))

    async def _stamped(self, work: Callable[Concatenate[Database, int, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        # The clock is read in the writer's thread, so that instants follow the order of commits.
        return await self._writer.write(lambda database: work(database, self._clock(), *args, **kwargs))

    # Writes.

    async def accept(self, acceptance: Acceptance) -> Accepted:
        """Store messages, request id and job."""
        return await self._writer.write(
            lambda database: accept(database, self._clock(), self._holder, acceptance), "accept"
        )

    async def commit(self, changes: Changes) -> Committed:
        """Apply changes, or nothing."""
        [committed] = await self.commit_all([changes])
        return committed

    async def commit_all(self, changes: Sequence[Changes]) -> list[Committed]:
        """Apply commits of one owner in order, or nothing."""
        return await self._writer.write(
            lambda database: [commit(database, self._clock(), one) for one in changes],
            "commit",
            # In the writer's thread: the rows are changed whether or not the caller waits to hear of it.
            lambda done: self._kept.committed(changes, done),
        )

    async def set_session(
        self, scope: Scope, session: str, metadata: Metadata, request: RequestKey | None = None
    ) -> Session:
        """Replace a session's metadata."""
        return await self._stamped(directory.set_session, scope, session, metadata, request)

    async def set_agent_config(
        self, scope: Scope, config: AgentConfig, expected_version: int | None = None, request: RequestKey | None = None
    ) -> int:
        """Store the next version of an agent's configuration."""
        return await self._stamped(directory.set_agent_config, scope, config, expected_version, request)

    async def update_job(self, partition: str, update: JobUpdate) -> None:
        """Write a job's state."""
        await self._stamped(jobs.update, partition, update)

    async def set_summary(self, partition: str, update: SummaryUpdate) -> None:
        """Replace a session's rolling summary."""
        await self._stamped(summaries.set_summary, partition, update)

    async def set_mean(self, partition: str, name: str, version: int, count: int, mean: bytes) -> None:
        """Store a list's mean."""
        await self._stamped(statistics.set_mean, partition, name, version, count, mean)

    # Jobs and outbox.

    async def job(self, partition: str, job_id: str) -> Job | None:
        """One job."""
        return await self._read(partition, record.job, job_id)

    async def jobs(
        self,
        tenant: str,
        partition: str | None = None,
        *,
        states: Sequence[JobState] = (),
        limit: int = 100,
        after: str = "",
    ) -> Page[OwnedJob]:
        """A page of a tenant's jobs."""
        return await self._readers.read(lambda database: jobs.page(database, tenant, partition, states, limit, after))

    async def first_job(self, partition: str, kind: JobKind, session: str) -> Job | None:
        """A session's oldest unfinished job."""
        return await self._read(partition, jobs.first, kind, session)

    async def claim_jobs(
        self, limit: int, *, kind: JobKind = JobKind.ADD, per_owner: int = 1_000, after: str = ""
    ) -> list[Job]:
        """Take due jobs of all owners."""
        return await self._stamped(jobs.claim, self._holder, limit, kind, per_owner, after)

    async def queue_job(self, job: Job) -> bool:
        """Queue a job of which one is enough."""
        return await self._stamped(jobs.queue_job, job)

    async def cancel_job(self, partition: str, job_id: str, request: RequestKey | None = None) -> Job:
        """End a job."""
        return await self._stamped(jobs.cancel, partition, job_id, request)

    async def replay_job(self, partition: str, job_id: str, request: RequestKey | None = None) -> Job:
        """Queue a job again."""
        return await self._stamped(jobs.replay, partition, job_id, request)

    async def prune(self, outdated: Outdated, limit: int) -> int:
        """Remove what is outdated."""
        return await self._write(jobs.prune, outdated, limit)

    async def unsummarised(self, before: int, limit: int) -> list[tuple[str, str]]:
        """Sessions that wait for a summary."""
        return await self._readers.read(lambda database: summaries.unsummarised(database, before, limit))

    async def release_jobs(self, runs: Sequence[Run] = ()) -> int:
        """Put back what a process that had the file open before was working on, and what nobody here works on."""
        return await self._stamped(jobs.release, self._holder, runs)

    async def renew(self, runs: Sequence[Run]) -> None:
        """Nobody else has the file open: what this process holds is its own until it closes."""

    async def outbox(self, limit: int, partition: str | None = None) -> list[OutboxRow]:
        """The oldest waiting rows."""
        return await self._readers.read(lambda database: outbox.waiting(database, limit, partition))

    async def outbox_done(self, rows: Sequence[OutboxRow]) -> None:
        """Remove projected rows."""
        await self._write(outbox.done, rows)

    async def outbox_failed(self, rows: Sequence[OutboxRow], park_after: int) -> None:
        """Count a failed try, and park what failed too often."""
        await self._write(outbox.failed, rows, park_after)

    async def outbox_unpark(self) -> int:
        """Let parked rows wait again."""
        return await self._write(outbox.unpark)

    async def backlog(self, partition: str | None = None) -> Backlog:
        """What waits for the index."""
        return await self._readers.read(lambda database: outbox.backlog(database, partition))

    async def behind(self, partition: str) -> bool:
        """Whether something of an owner's waits for the index."""
        return await self._read(partition, outbox.behind)

    async def outbox_refill(self, partition: str | None = None) -> int:
        """Ask for everything to be projected: a transaction an owner, so that others can write between them."""
        if partition is not None:
            return await self._stamped(outbox.refill, partition)
        rows, after = 0, ""
        while found := await self.partitions(OWNERS_A_STEP, after):
            for owner in found:
                rows += await self._stamped(outbox.refill, owner)
            after = found[-1]
        await self._write(place.filled)
        return rows

    async def outbox_add(self, partition: str, ids: Mapping[str, Sequence[str]]) -> None:
        """Ask for some points to be projected."""
        await self._stamped(raw.outbox_add, partition, ids)

    # Maintenance.

    async def rows(self, partition: str, table: str, limit: int, after: str = "") -> Page[Row]:
        """A page of a table as it is stored."""
        return await self._read(partition, raw.rows, table, limit, after)

    async def load(self, partition: str, table: str, rows: Sequence[Row]) -> int:
        """Store rows as they are."""
        self._kept.pass_over(partition)
        return await self._write(raw.load, partition, table, rows)

    async def recount(self, partition: str) -> int:
        """Set the counters to what is stored."""
        return await self._stamped(raw.recount, partition)

    async def enter(self, index: str | None, *, exclusive: bool) -> bool:
        """Note what this process projects into; `exclusive` or not, it is the only one that has the file open."""
        del exclusive
        return await self._write(place.enter, index)

    async def partitions(self, limit: int, after: str = "") -> list[str]:
        """All partitions in order."""
        return await self._readers.read(lambda database: outbox.partitions(database, limit, after))

    # Owner, sessions, messages.

    async def owner(self, partition: str) -> Owner | None:
        """The owner's counters."""
        return await self._read(partition, conversations.owner)

    async def settled(self, partition: str) -> Owner | None:
        """The owner's counters, with all that they count to be seen."""
        return await self.owner(partition)

    async def owners(self, tenant: str, limit: int, after: str = "") -> Page[Owner]:
        """A page of a tenant's owners."""
        return await self._readers.read(lambda database: directory.owners(database, tenant, limit, after))

    async def session(self, partition: str, session: str) -> Session | None:
        """One session."""
        return await self._read(partition, conversations.session, session)

    async def sessions(self, partition: str, limit: int, after: str = "") -> Page[Session]:
        """A page of sessions."""
        return await self._read(partition, directory.sessions, limit, after)

    async def agent_config(self, partition: str, version: int | None = None) -> AgentConfig | None:
        """A version of an agent's configuration."""
        return await self._read(partition, directory.agent_config, version)

    async def messages(self, partition: str, ids: Sequence[str], known_at: int | None = None) -> list[Message]:
        """Messages by id."""
        return await self._read(partition, conversations.messages, ids, known_at)

    async def recent_messages(
        self, partition: str, session: str, limit: int, before: int | None = None
    ) -> list[Message]:
        """The end of a session."""
        return await self._read(partition, conversations.recent_messages, session, limit, before)

    async def windows(self, partition: str, ids: Sequence[str], radius: int) -> dict[str, list[Message]]:
        """Messages with their neighbours."""
        return await self._read(partition, conversations.windows, ids, radius)

    async def speakers(self, partition: str) -> dict[str, dict[str, int]]:
        """Speakers of each session."""
        return await self._read(partition, conversations.speakers)

    async def message_ids(self, partition: str, limit: int, after: str = "") -> list[str]:
        """Message ids in order."""
        return await self._read(partition, conversations.message_ids, limit, after)

    # Memories.

    async def memories(
        self, partition: str, ids: Sequence[str], axes: Axes, narrowing: Narrowing | None = None
    ) -> list[Memory]:
        """Memories by id."""
        return await self._read(partition, memories.memories, ids, axes, narrowing)

    async def memories_of_revisions(self, partition: str, revision_ids: Sequence[str]) -> dict[str, str]:
        """Revision id -> memory id."""
        return await self._read(partition, memories.memories_of_revisions, revision_ids)

    async def list_memories(
        self, partition: str, where: MemoryFilter, axes: Axes, limit: int, after: str = ""
    ) -> Page[Memory]:
        """A page of memories."""
        return await self._read(partition, listing.list_memories, where, axes, limit, after)

    async def revisions(self, partition: str, memory_id: str, known_at: int | None = None) -> list[Revision]:
        """A memory's revisions."""
        return await self._read(partition, memories.history, memory_id, known_at)

    async def revisions_by_id(self, partition: str, ids: Sequence[str], known_at: int | None = None) -> list[Revision]:
        """Revisions by id."""
        return await self._read(partition, memories.revisions_by_id, ids, known_at)

    async def slot(self, partition: str, slot_keys: Sequence[str]) -> list[Memory]:
        """The timelines of slots."""
        return await self._read(partition, memories.slot, slot_keys)

    async def by_text(self, partition: str, text_hashes: Sequence[str]) -> list[Memory]:
        """Memories that say the same."""
        return await self._read(partition, memories.by_text, text_hashes)

    async def by_triple(
        self, partition: str, keys: Sequence[str], known_at: int | None = None
    ) -> dict[str, list[Memory]]:
        """Memories that assert a triple."""
        return await self._read(partition, memories.by_triple, keys, known_at)

    async def by_subject(
        self, partition: str, pairs: Sequence[tuple[str, str]], limit: int, known_at: int | None = None
    ) -> list[Memory]:
        """Memories about a subject and predicate."""
        return await self._read(partition, memories.by_subject, pairs, limit, known_at)

    async def facts_of_messages(
        self, partition: str, message_ids: Sequence[str], axes: Axes
    ) -> dict[str, list[Memory]]:
        """Memories that rest on messages."""
        return await self._read(partition, memories.facts_of_messages, message_ids, axes)

    async def memory_ids(self, partition: str, limit: int, after: str = "") -> list[str]:
        """Memory ids in order."""
        return await self._read(partition, memories.memory_ids, limit, after)

    async def decision(self, partition: str, decision_id: str, narrowing: Narrowing | None = None) -> Decision | None:
        """One decision."""
        return await self._read(partition, record.decision, decision_id, narrowing)

    async def reverted(self, partition: str, decision_id: str) -> Decision | None:
        """What undid a decision."""
        return await self._read(partition, record.reverted, decision_id)

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
        """A page of decisions."""
        return await self._read(
            partition,
            record.decisions,
            job_id=job_id,
            memory_id=memory_id,
            limit=limit,
            after=after,
            known_at=known_at,
            narrowing=narrowing,
        )

    # Graph.

    async def entities(self, partition: str, ids: Sequence[str], axes: Axes = NOW) -> list[Entity]:
        """Entities by id."""
        return await self._read(partition, entities.entities, ids, axes)

    async def entities_named(
        self, partition: str, normals: Sequence[str], known_at: int | None = None
    ) -> dict[str, list[Entity]]:
        """Entities by name."""
        return await self._read(partition, entities.entities_named, normals, known_at)

    async def list_entities(
        self, partition: str, axes: Axes, limit: int, after: str = "", name: str = ""
    ) -> Page[Entity]:
        """A page of entities."""
        return await self._read(partition, entities.list_entities, axes, limit, after, name)

    async def relations_of(
        self, partition: str, entity_ids: Sequence[str], axes: Axes, limit: int
    ) -> dict[str, list[Relation]]:
        """Relations at entities."""
        return await self._read(partition, relations.relations_of, entity_ids, axes, limit)

    async def relations(self, partition: str, ids: Sequence[str], axes: Axes) -> list[Relation]:
        """Relations by id."""
        return await self._read(partition, relations.relations, ids, axes)

    async def relations_by_id(self, partition: str, ids: Sequence[str]) -> list[Relation]:
        """Relations by id, ended ones too."""
        return await self._read(partition, relations.relations_by_id, ids)

    async def relations_by_key(self, partition: str, keys: Sequence[str]) -> list[Relation]:
        """Current versions of relations."""
        return await self._read(partition, relations.relations_by_key, keys)

    async def relations_of_memories(
        self, partition: str, memory_ids: Sequence[str], axes: Axes
    ) -> dict[str, list[Relation]]:
        """Relations that rest on memories."""
        return await self._read(partition, relations.relations_of_memories, memory_ids, axes)

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
        """A page of relations."""
        return await self._read(
            partition, relations.list_relations, axes, limit, after, entity_id, predicate, narrowing
        )

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
        """One step over the graph."""
        return await self._read(partition, around, axes, entity_ids, memory_ids, limit, hot, through, narrowing)

    async def degrees(self, partition: str, entity_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Relations and messages of entities."""
        return await self._read(partition, entities.degrees, entity_ids)

    async def mentions_of(
        self, partition: str, entity_ids: Sequence[str], limit: int, known_at: int | None = None
    ) -> dict[str, list[str]]:
        """Messages that mention entities."""
        return await self._read(partition, entities.mentions_of, entity_ids, limit, known_at)

    async def mentions_in(self, partition: str, message_ids: Sequence[str], limit: int) -> dict[str, list[str]]:
        """Entities that messages mention."""
        return await self._read(partition, entities.mentions_in, message_ids, limit)

    async def mentions(self, partition: str, entity_id: str) -> list[Mention]:
        """Mentions of an entity."""
        return await self._read(partition, entities.mentions, entity_id)

    async def trail(self, partition: str, entity_ids: Sequence[str], at: int) -> Trail:
        """What a commit did to entities."""
        return await self._read(partition, entities.trail, entity_ids, at)

    # Statistics.

    async def vocabulary(self, partition: str, after: int = 0) -> tuple[list[tuple[str, str]], int]:
        """Stems since a mark."""
        return await self._read(partition, record.vocabulary, after)

    async def means(self, partition: str) -> dict[str, tuple[int, int, bytes]]:
        """Means of vectors."""
        return await self._read(partition, record.means)


def prepare(path: Path, synchronous: Synchronous) -> tuple[sqlite3.Connection, list[sqlite3.Connection]]:
    """The file at this program's schema, with its connections: one that writes, and the readers."""
    writing = connect(path, synchronous=synchronous)
    reading: list[sqlite3.Connection] = []
    try:
        migrate(writing)
        reading.extend(connect_reader(path) for _ in range(READERS))
    except BaseException as e:
        for connection in (*reading, writing):
            connection.close()
        if isinstance(e, sqlite3.Error):
            raise unusable(path, e) from e
        raise
    return writing, reading
