"""What is read from a Neo4j ledger: each method is one round trip, and looks asked side by side are one together."""

from collections.abc import Sequence
from typing import Any, TypeVar

from twohop.graph import keyset
from twohop.graph.model import (
    FAR,
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
    Narrowing,
    OwnedJob,
    Owner,
    Relation,
    Revision,
    Session,
)
from twohop.graph.neo4j import (
    around,
    conversations,
    directory,
    entities,
    listing,
    memories,
    record,
    relations,
    statistics,
    table_rows,
)
from twohop.graph.neo4j.axes import at, known_then, narrowing_values
from twohop.graph.neo4j.database import Database
from twohop.graph.neo4j.look import Look, Reader
from twohop.graph.neo4j.properties import LAST, head, ordered, text_key
from twohop.graph.store import NOW, Backlog, MemoryFilter, Page, Row, Surroundings, Trail

T = TypeVar("T")


class Reads:
    """The reading half of `twohop.graph.store.Ledger`, and the loading of rows as they are."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reader = Reader(database)

    async def _ask(self, partition: str, look: Look[T], **values: Any) -> T:
        return await self._reader.ask(partition, look, **values)

    # Jobs and outbox.

    async def job(self, partition: str, job_id: str) -> Job | None:
        """One job."""
        return await self._ask(partition, record.JOB, id=job_id)

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
        return await directory.jobs(self._database, tenant, partition, states, limit, after)

    async def first_job(self, partition: str, kind: JobKind, session: str) -> Job | None:
        """A session's oldest unfinished job."""
        return await self._ask(partition, record.FIRST_JOB, kind=kind.value, session_key=text_key(session))

    async def backlog(self, partition: str | None = None) -> Backlog:
        """What waits for the index."""
        if partition is None:
            return await directory.backlog(self._database)
        return await self._ask(partition, record.BACKLOG)

    async def behind(self, partition: str) -> bool:
        """Whether something of an owner's waits for the index."""
        return await self._ask(partition, record.BEHIND_INDEX)

    # Maintenance.

    async def partitions(self, limit: int, after: str = "") -> list[str]:
        """All partitions in order."""
        return await directory.partitions(self._database, limit, after)

    async def rows(self, partition: str, table: str, limit: int, after: str = "") -> Page[Row]:
        """A page of a table's rows."""
        return await table_rows.rows(self._reader, partition, table, limit, after)

    async def load(self, partition: str, table: str, rows: Sequence[Row]) -> int:
        """Store rows as they are."""
        return await table_rows.load(self._database, partition, table, rows)

    # Owner, sessions, messages.

    async def owner(self, partition: str) -> Owner | None:
        """The owner's counters."""
        return await self._ask(partition, conversations.OWNER)

    async def settled(self, partition: str) -> Owner | None:
        """The owner's counters, with all that they count to be seen."""
        return await self._ask(partition, conversations.SETTLED)

    async def owners(self, tenant: str, limit: int, after: str = "") -> Page[Owner]:
        """A page of a tenant's owners."""
        return await directory.owners(self._database, tenant, limit, after)

    async def session(self, partition: str, session: str) -> Session | None:
        """One session."""
        return await self._ask(partition, conversations.SESSION, key=text_key(session))

    async def sessions(self, partition: str, limit: int, after: str = "") -> Page[Session]:
        """A page of sessions."""
        found = await self._ask(
            partition, conversations.SESSIONS, head=head(after), after=ordered(after), limit=limit + 1
        )
        return keyset.page(found, limit, lambda one: one.id)

    async def agent_config(self, partition: str, version: int | None = None) -> AgentConfig | None:
        """A version of an agent's configuration."""
        least, most = (0, FAR) if version is None else (version, version)
        return await self._ask(partition, conversations.AGENT_CONFIG, least=least, most=most)

    async def messages(self, partition: str, ids: Sequence[str], known_at: int | None = None) -> list[Message]:
        """Messages by id."""
        return await self._ask(partition, conversations.MESSAGES, ids=list(ids), **known_then(known_at))

    async def recent_messages(
        self, partition: str, session: str, limit: int, before: int | None = None
    ) -> list[Message]:
        """The end of a session."""
        return await self._ask(
            partition,
            conversations.RECENT,
            session_key=text_key(session),
            before=FAR if before is None else before,
            limit=limit,
        )

    async def windows(self, partition: str, ids: Sequence[str], radius: int) -> dict[str, list[Message]]:
        """Messages with their neighbours."""
        return await self._ask(partition, conversations.WINDOWS, ids=once(ids), radius=radius)

    async def speakers(self, partition: str) -> dict[str, dict[str, int]]:
        """Speakers of each session."""
        return await self._ask(partition, conversations.SPEAKERS)

    async def message_ids(self, partition: str, limit: int, after: str = "") -> list[str]:
        """Message ids in order."""
        return await self._ask(partition, conversations.MESSAGE_IDS, limit=limit, after=after)

    # Memories.

    async def memories(
        self, partition: str, ids: Sequence[str], axes: Axes, narrowing: Narrowing | None = None
    ) -> list[Memory]:
        """Memories by id."""
        return await self._ask(partition, memories.MEMORIES, ids=list(ids), **at(axes), **narrowing_values(narrowing))

    async def memories_of_revisions(self, partition: str, revision_ids: Sequence[str]) -> dict[str, str]:
        """Revision id -> memory id."""
        return await self._ask(partition, memories.OF_REVISIONS, ids=once(revision_ids))

    async def list_memories(
        self, partition: str, where: MemoryFilter, axes: Axes, limit: int, after: str = ""
    ) -> Page[Memory]:
        """A page of memories."""
        look = listing.ABOUT if where.entity_ids else listing.LISTED
        found = await self._ask(partition, look, limit=limit + 1, **listing.values(where, axes, after))
        return keyset.page(found, limit, lambda one: one.id)

    async def revisions(self, partition: str, memory_id: str, known_at: int | None = None) -> list[Revision]:
        """A memory's revisions."""
        return await self._ask(partition, memories.HISTORY, id=memory_id, **known_then(known_at))

    async def revisions_by_id(self, partition: str, ids: Sequence[str], known_at: int | None = None) -> list[Revision]:
        """Revisions by id."""
        return await self._ask(partition, memories.REVISIONS, ids=list(ids), **known_then(known_at))

    async def slot(self, partition: str, slot_keys: Sequence[str]) -> list[Memory]:
        """The timelines of slots."""
        return await self._ask(partition, memories.SLOT, keys=once(slot_keys, ""), **known_then(None))

    async def by_text(self, partition: str, text_hashes: Sequence[str]) -> list[Memory]:
        """Memories that say the same."""
        return await self._ask(partition, memories.BY_TEXT, hashes=once(text_hashes, ""), **known_then(None))

    async def by_triple(
        self, partition: str, keys: Sequence[str], known_at: int | None = None
    ) -> dict[str, list[Memory]]:
        """Memories that assert a triple."""
        return await self._ask(partition, memories.BY_TRIPLE, keys=once(keys), **known_then(known_at))

    async def by_subject(
        self, partition: str, pairs: Sequence[tuple[str, str]], limit: int, known_at: int | None = None
    ) -> list[Memory]:
        """Memories about a subject and predicate."""
        wanted = [list(pair) for pair in dict.fromkeys(pairs)]
        return await self._ask(partition, memories.BY_SUBJECT, pairs=wanted, limit=limit, **known_then(known_at))

    async def facts_of_messages(
        self, partition: str, message_ids: Sequence[str], axes: Axes
    ) -> dict[str, list[Memory]]:
        """Memories that rest on messages."""
        return await self._ask(partition, memories.OF_MESSAGES, ids=once(message_ids), **at(axes))

    async def memory_ids(self, partition: str, limit: int, after: str = "") -> list[str]:
        """Memory ids in order."""
        return await self._ask(partition, memories.MEMORY_IDS, limit=limit, after=after)

    async def decision(self, partition: str, decision_id: str, narrowing: Narrowing | None = None) -> Decision | None:
        """One decision."""
        return await self._ask(partition, record.DECISION_BY_ID, id=decision_id, **narrowing_values(narrowing))

    async def reverted(self, partition: str, decision_id: str) -> Decision | None:
        """What undid a decision."""
        return await self._ask(partition, record.REVERTED, id=decision_id)

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
        recorded_at, ordinal = keyset.numbers(after)
        look = record.OF_MEMORY if memory_id else record.OF_JOB if job_id else record.DECISIONS
        found = await self._ask(
            partition,
            look,
            job_id=job_id,
            memory_id=memory_id,
            recorded_at=recorded_at,
            ordinal=ordinal,
            limit=limit + 1,
            **known_then(known_at),
            **narrowing_values(narrowing),
        )
        page = keyset.page(found, limit, lambda one: keyset.key(one[0].recorded_at, one[1]))
        return Page(tuple(decision for decision, _ in page.items), page.next_key)

    # Graph.

    async def entities(self, partition: str, ids: Sequence[str], axes: Axes = NOW) -> list[Entity]:
        """Entities by id."""
        return await self._ask(partition, entities.ENTITIES, ids=list(ids), **at(axes))

    async def entities_named(
        self, partition: str, normals: Sequence[str], known_at: int | None = None
    ) -> dict[str, list[Entity]]:
        """Entities by name."""
        names = {normal: text_key(normal) for normal in normals}
        wanted = [list(name) for name in names.items()]
        found = await self._ask(partition, entities.NAMED, names=wanted, **known_then(known_at))
        return {normal: found[normal] for normal in names if normal in found}

    async def list_entities(
        self, partition: str, axes: Axes, limit: int, after: str = "", name: str = ""
    ) -> Page[Entity]:
        """A page of entities."""
        normal, entity_id = keyset.texts(after)
        found = await self._ask(
            partition,
            entities.LISTED,
            head=head(normal),
            normal=ordered(normal),
            id=entity_id,
            name=name,
            limit=limit + 1,
            **at(axes),
        )
        return keyset.page(found, limit, lambda one: keyset.key(one.normal, one.id))

    async def relations_of(
        self, partition: str, entity_ids: Sequence[str], axes: Axes, limit: int
    ) -> dict[str, list[Relation]]:
        """Relations at entities."""
        return await self._ask(partition, relations.OF_ENTITIES, ids=once(entity_ids), limit=limit, **at(axes))

    async def relations(self, partition: str, ids: Sequence[str], axes: Axes) -> list[Relation]:
        """Relations by id."""
        return await self._ask(partition, relations.RELATIONS, ids=list(ids), **at(axes))

    async def relations_by_id(self, partition: str, ids: Sequence[str]) -> list[Relation]:
        """Relations by id, also those that ended."""
        return await self._ask(partition, relations.BY_ID, ids=list(ids))

    async def relations_by_key(self, partition: str, keys: Sequence[str]) -> list[Relation]:
        """Current versions of relations."""
        return await self._ask(partition, relations.BY_KEY, keys=once(keys))

    async def relations_of_memories(
        self, partition: str, memory_ids: Sequence[str], axes: Axes
    ) -> dict[str, list[Relation]]:
        """Relations that rest on memories."""
        return await self._ask(partition, relations.OF_MEMORIES, ids=once(memory_ids), **at(axes))

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
        found = await self._ask(
            partition,
            relations.LISTED_AT if entity_id else relations.LISTED,
            before=after or LAST,
            entity_id=entity_id,
            predicate=predicate,
            limit=limit + 1,
            **at(axes),
            **narrowing_values(narrowing),
        )
        return keyset.page(found, limit, lambda one: one.id)

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
        return await self._ask(
            partition,
            around.AROUND,
            entity_ids=once(entity_ids),
            memory_ids=once(memory_ids),
            limit=limit,
            hot=once(hot),
            through=through,
            **at(axes),
            **narrowing_values(narrowing),
        )

    async def degrees(self, partition: str, entity_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Relations and messages of entities."""
        return await self._ask(partition, entities.DEGREES, ids=once(entity_ids))

    async def mentions_of(
        self, partition: str, entity_ids: Sequence[str], limit: int, known_at: int | None = None
    ) -> dict[str, list[str]]:
        """Messages that mention entities."""
        return await self._ask(
            partition, entities.MENTIONS_OF, ids=once(entity_ids), limit=limit, **known_then(known_at)
        )

    async def mentions_in(self, partition: str, message_ids: Sequence[str], limit: int) -> dict[str, list[str]]:
        """Entities that messages mention."""
        return await self._ask(partition, entities.MENTIONS_IN, ids=once(message_ids), limit=max(limit, 0))

    async def mentions(self, partition: str, entity_id: str) -> list[Mention]:
        """Mentions of an entity."""
        return await self._ask(partition, entities.MENTIONS, id=entity_id)

    async def trail(self, partition: str, entity_ids: Sequence[str], at: int) -> Trail:
        """What a commit did to entities."""
        return await self._ask(partition, entities.TRAIL, ids=once(entity_ids), at=at)

    # Statistics.

    async def vocabulary(self, partition: str, after: int = 0) -> tuple[list[tuple[str, str]], int]:
        """Stems since a mark."""
        return await self._ask(partition, statistics.VOCABULARY, after=after)

    async def means(self, partition: str) -> dict[str, tuple[int, int, bytes]]:
        """Means of vectors."""
        return await self._ask(partition, statistics.MEANS)


def once(texts: Sequence[str], *but: str) -> list[str]:
    """The texts in their order, each once."""
    return [text for text in dict.fromkeys(texts) if text not in but]
