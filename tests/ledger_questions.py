"""Every question of the ledger's contract, asked with many arguments: what two backends must answer alike."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from twohop.graph.model import Axes, JobKind, JobState, Kind, Narrowing, Scope
from twohop.graph.store import Ledger, MemoryFilter, Page, Row
from twohop.graph.tables import TABLES

Answers: TypeAlias = AsyncIterator[tuple[str, object]]
Stored: TypeAlias = Mapping[str, Sequence[Row]]

NARROWINGS = (None, Narrowing(), Narrowing(agent_id="x"), Narrowing(run_id="s1"), Narrowing(agent_id="y", run_id="s2"))
METADATA: tuple[dict[str, Any], ...] = (
    {"n": 1}, {"n": 1.0}, {"n": "1"}, {"n": None}, {"on": True}, {"on": 1}, {"deep": {"b": [1, None], "a": "x"}},
    {"deep": {"a": "x", "b": [1, None]}}, {"quote": 'say "hi"', "ü": [1.5]}, {"missing": 0},
)  # fmt: skip
FILTERS = (
    MemoryFilter(),
    MemoryFilter(kinds=(Kind.EVENT,)),
    MemoryFilter(kinds=(Kind.EVENT, Kind.PLAN), categories=("work",)),
    MemoryFilter(categories=("home", "none")),
    MemoryFilter(disputed=True),
    MemoryFilter(disputed=False),
    *(MemoryFilter(narrowing=one) for one in NARROWINGS if one is not None),
    *(MemoryFilter(metadata=one) for one in METADATA),
)


def stored_in(path: Path) -> Mapping[str, Stored]:
    """Partition -> table -> rows in the order of their key, read from the file itself."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    found: dict[str, dict[str, list[Row]]] = {}
    for name, table in TABLES.items():
        order = ", ".join(table.key or ("partition",))
        for row in connection.execute(f"SELECT partition, {', '.join(table.columns)} FROM {name} ORDER BY {order}"):  # noqa: S608 - our own names.
            tables = found.setdefault(row["partition"], {one: [] for one in TABLES})
            tables[name].append(dict(row))
    connection.close()
    return found


def instants(rows: Sequence[Row]) -> list[int]:
    """Some instants of system time: the first, the last, and a few between and around."""
    times = sorted({row["recorded_at"] for row in rows})
    return [times[0] - 1, times[0], *times[1 :: max(len(times) // 2, 1)], times[-1] + 1] if times else [0]


def some(rows: Sequence[Row], column: str = "id") -> list[str]:
    """All values of a column, the last first, with one twice and one that nobody has."""
    values = list(dict.fromkeys(row[column] for row in reversed(rows) if row[column] is not None))
    return [*values, *values[:1], "nobody", ""]


async def pages(
    ask: Callable[..., Awaitable[Page[Any]]], limit: int, *values: object, **named: object
) -> list[Page[Any]]:
    """All pages of a list."""
    found = [await ask(*values, limit=limit, **named)]
    while found[-1].next_key:
        found.append(await ask(*values, limit=limit, after=found[-1].next_key, **named))
    return found


async def answers(ledger: Ledger, partition: str, stored: Stored) -> Answers:
    """Each question with its answer, for what an owner has stored."""
    for part in (of_conversations, of_memories, of_entities, of_relations, of_record):
        async for question, answer in part(ledger, partition, stored):
            yield question, answer


async def of_conversations(ledger: Ledger, partition: str, stored: Stored) -> Answers:
    yield "owner", await ledger.owner(partition)
    yield "speakers", await ledger.speakers(partition)
    for session in some(stored["sessions"]):
        yield f"session {session}", await ledger.session(partition, session)
        for limit, before in ((0, None), (3, None), (3, 2), (50, 0), (50, 100)):
            found = await ledger.recent_messages(partition, session, limit, before)
            yield f"recent {session} {limit} {before}", found
        for kind in JobKind:
            yield f"first job {session} {kind}", await ledger.first_job(partition, kind, session)
    ids = some(stored["messages"])
    for known_at in (None, *instants(stored["messages"])):
        yield f"messages {known_at}", await ledger.messages(partition, ids, known_at)
    yield "no messages", await ledger.messages(partition, [])
    for radius in (-1, 0, 2, 50):
        yield f"windows {radius}", await ledger.windows(partition, ids, radius)
    for limit in (1, 4, 1_000):
        yield f"sessions {limit}", await pages(ledger.sessions, limit, partition)
        yield f"message ids {limit}", await ledger.message_ids(partition, limit, ids[len(ids) // 2])
        yield f"memory ids {limit}", await ledger.memory_ids(partition, limit, "y1")
    yield "all ids", (await ledger.message_ids(partition, 10_000), await ledger.memory_ids(partition, 10_000))


async def of_memories(ledger: Ledger, partition: str, stored: Stored) -> Answers:
    ids, revisions = some(stored["memories"]), some(stored["revisions"])
    keys = some(stored["triples"], "key")
    pairs = [(row["subject_id"], row["predicate"]) for row in (*stored["triples"], *stored["triples"][:1])]
    subjects = some(stored["triples"], "subject_id")
    yield "of revisions", await ledger.memories_of_revisions(partition, revisions)
    yield "slot", await ledger.slot(partition, some(stored["revisions"], "slot_key"))
    yield "by text", await ledger.by_text(partition, some(stored["revisions"], "text_hash"))
    for known_at in (None, *instants(stored["revisions"])):
        yield f"revisions {known_at}", [await ledger.revisions(partition, one, known_at) for one in ids]
        yield f"revisions by id {known_at}", await ledger.revisions_by_id(partition, revisions, known_at)
        yield f"by triple {known_at}", await ledger.by_triple(partition, keys, known_at)
        for limit in (0, 1, 100):
            yield f"by subject {known_at} {limit}", await ledger.by_subject(partition, pairs, limit, known_at)
    for axes in looks(stored["revisions"]):
        for narrowing in NARROWINGS:
            yield f"memories {axes} {narrowing}", await ledger.memories(partition, ids, axes, narrowing)
        yield f"facts {axes}", await ledger.facts_of_messages(partition, some(stored["messages"]), axes)
        for where in (*FILTERS, *(MemoryFilter(entity_ids=tuple(some(subjects_of(one)))) for one in subjects[:3])):
            listed = await ledger.list_memories(partition, where, axes, 100)
            yield f"list {axes} {where}", listed
        for where in (MemoryFilter(), MemoryFilter(entity_ids=tuple(subjects))):
            turned = await pages(ledger.list_memories, 2, partition, where, axes)
            yield f"pages {axes} {where}", turned


def subjects_of(entity_id: str) -> list[Row]:
    return [{"id": entity_id}]


def looks(rows: Sequence[Row]) -> list[Axes]:
    """Now, then, and what held then."""
    some_times = instants(rows)
    return [
        Axes(),
        *(Axes(as_of=at) for at in (-1, 25)),
        *(Axes(known_at=at) for at in some_times),
        *(Axes(as_of=25, known_at=at) for at in some_times[-3:-1]),
    ]


async def of_entities(ledger: Ledger, partition: str, stored: Stored) -> Answers:
    ids = some(stored["entities"])
    normals = [*some(stored["entity_versions"], "normal"), *some(stored["aliases"], "normal")]
    yield "degrees", await ledger.degrees(partition, ids)
    yield "mentions", [await ledger.mentions(partition, one) for one in ids]
    for limit in (0, 1, 100):
        yield f"mentions in {limit}", await ledger.mentions_in(partition, some(stored["messages"]), limit)
    for known_at in (None, *instants(stored["entity_versions"])):
        yield f"named {known_at}", await ledger.entities_named(partition, normals, known_at)
        for limit in (0, 2, 100):
            yield f"mentions of {known_at} {limit}", await ledger.mentions_of(partition, ids, limit, known_at)
    for at in (row["recorded_at"] for table in ("entity_versions", "aliases", "mentions") for row in stored[table]):
        yield f"trail {at}", await ledger.trail(partition, ids, at)
    for axes in looks(stored["entity_versions"]):
        yield f"entities {axes}", await ledger.entities(partition, ids, axes)
        for name in ("", "an", "\U0001f600", "a" * 300):
            yield f"list entities {axes} {name}", await pages(ledger.list_entities, 2, partition, axes, name=name)


async def of_relations(ledger: Ledger, partition: str, stored: Stored) -> Answers:
    ids, relations, memories = some(stored["entities"]), some(stored["relations"]), some(stored["memories"])
    yield "relations by id", await ledger.relations_by_id(partition, relations)
    yield "relations by key", await ledger.relations_by_key(partition, some(stored["relations"], "key"))
    for axes in looks(stored["relations"]):
        yield f"relations {axes}", await ledger.relations(partition, relations, axes)
        yield f"of memories {axes}", await ledger.relations_of_memories(partition, memories, axes)
        for limit in (0, 2, 100):
            yield f"relations of {axes} {limit}", await ledger.relations_of(partition, ids, axes, limit)
            for through, narrowing in ((None, None), (2, NARROWINGS[2])):
                around = await ledger.around(
                    partition, axes, entity_ids=ids[:4], memory_ids=memories[:3], limit=limit, hot=relations,
                    through=through, narrowing=narrowing,
                )  # fmt: skip
                yield f"around {axes} {limit} {through}", around
        for entity_id, predicate in (("", ""), ("", "knows"), (ids[0], ""), (ids[1], "likes"), ("nobody", "")):
            for narrowing in NARROWINGS:
                asked: dict[str, Any] = {"entity_id": entity_id, "predicate": predicate, "narrowing": narrowing}
                yield f"list relations {axes} {asked}", await pages(ledger.list_relations, 3, partition, axes, **asked)


async def of_record(ledger: Ledger, partition: str, stored: Stored) -> Answers:
    jobs, decisions, memories = some(stored["jobs"]), some(stored["decisions"]), some(stored["memories"])
    yield "job", [await ledger.job(partition, one) for one in jobs]
    yield "reverted", [await ledger.reverted(partition, one) for one in decisions]
    yield "means", await ledger.means(partition)
    yield "backlog", await ledger.backlog(partition)
    for after in (0, 3, 10_000):
        yield f"vocabulary {after}", await ledger.vocabulary(partition, after)
    for narrowing in NARROWINGS:
        yield f"decision {narrowing}", [await ledger.decision(partition, one, narrowing) for one in decisions]
        for job_id in ("", *jobs[:3]):
            for memory_id in ("", *memories[:3]):
                for known_at in (None, instants(stored["decisions"])[2]):
                    asked: dict[str, Any] = {"job_id": job_id, "memory_id": memory_id, "known_at": known_at}
                    turned = await pages(ledger.decisions, 5, partition, narrowing=narrowing, **asked)
                    yield f"decisions {narrowing} {asked}", turned


async def over_owners(ledger: Ledger, partition: str) -> Answers:
    """What is asked about several owners."""
    for tenant in ("default", "other", "nobody"):
        for limit in (1, 2, 100):
            yield f"owners {tenant} {limit}", await pages(ledger.owners, limit, tenant)
            for of in (None, partition):
                for states in ((), (JobState.PENDING,), (JobState.FAILED, JobState.DONE)):
                    turned = await pages(ledger.jobs, limit, tenant, of, states=states)
                    yield f"jobs {tenant} {limit} {of} {states}", turned
    bot = Scope(agent_id="bot").partition
    yield "config", [await ledger.agent_config(bot, version) for version in (None, 1, 3, 4)]
    yield (
        "partitions",
        (await ledger.partitions(100), await ledger.partitions(1), await ledger.partitions(100, partition)),
    )
    yield "backlog", await ledger.backlog()
