"""The ledger compared with itself: what must hold of an owner's rows, at every world and system time."""

from collections import Counter
from collections.abc import Iterable, Iterator

from twohop.graph.model import FAR, Relation, Revision, Triple
from twohop.graph.store import Ledger
from twohop.memory.upkeep.books import Books, read
from twohop.memory.upkeep.findings import Finding, Flaw
from twohop.memory.write.relations import derive, end_of


async def verify_ledger(ledger: Ledger, partition: str) -> list[Finding]:
    """Everything that is wrong with one owner's rows; a look at all of them, of which ids and instants are kept."""
    books = await read(ledger, partition)
    for check in (counters, positions, entities, current, slots, relations, decisions, jobs):
        check(books)
    return books.findings


def counters(books: Books) -> None:
    """Owner, sessions, speakers and entities count what is stored."""

    def compare(table: str, id_: str, column: str, told: int, stored: int) -> None:
        if told != stored:
            books.note(Flaw.COUNTER, table, id_, f"{column} is {told}, stored are {stored}")

    positions, names = books.positions, books.names
    if books.owner is not None:
        stored = {
            "message_count": len(books.ids["messages"]),
            "memory_count": len(books.ids["memories"]),
            "session_count": len(books.ids["sessions"]),
            "entity_count": len(books.entity_keys),
        }
        for column, number in stored.items():
            compare("owners", "", column, books.owner[column], number)
    for session, told in books.session_counts.items():
        compare("sessions", session, "message_count", told, len(positions.get(session, ())))
    for session, name in books.speaker_counts.keys() | names.keys():
        told = books.speaker_counts.get((session, name), 0)
        compare("speakers", session, "message_count", told, names[session, name])
    ends = Counter(end for one in current_relations(books) for end in ends_of(one.triple))
    messages = Counter(entity_id for entity_id, _ in books.mentioned)
    for entity_id, (told_relations, told_messages) in books.entity_counts.items():
        compare("entities", entity_id, "relation_count", told_relations, ends[entity_id])
        compare("entities", entity_id, "message_count", told_messages, messages[entity_id])


def positions(books: Books) -> None:
    """The messages of a session stand one behind the other, from 0 on."""
    for session, found in books.positions.items():
        wanted = range(len(found))
        wrong = [place for place, position in zip(wanted, sorted(found), strict=True) if place != position]
        if wrong:
            books.note(Flaw.POSITIONS, "sessions", session, f"no message, or one too many, before position {wrong[0]}")


def entities(books: Books) -> None:
    """An entity has one current version at most, and a key one entity."""
    for entity_id, number in Counter(one for one, _ in books.entity_keys).items():
        if number > 1:
            books.note(Flaw.ENTITY, "entity_versions", entity_id, f"{number} current versions")
    holders: dict[str, set[str]] = {}
    for entity_id, key in books.entity_keys:
        holders.setdefault(key, set()).add(entity_id)
    for several in holders.values():
        if len(several) > 1:
            first, *others = sorted(several)
            books.note(Flaw.ENTITY, "entity_versions", first, f"shares its key with {', '.join(others)}")


def current(books: Books) -> None:
    """A memory has revisions, and one current one at most."""
    standing = Counter(one.memory_id for one in books.revisions if one.superseded_at is None)
    for memory_id, number in standing.items():
        if number > 1:
            books.note(Flaw.CURRENT, "memories", memory_id, f"{number} current revisions")
    for memory_id in books.ids["memories"] - {one.memory_id for one in books.revisions}:
        books.note(Flaw.CURRENT, "memories", memory_id, "no revision")


def slots(books: Books) -> None:
    """A slot holds one value at a time, in the world and at every system time."""
    lines: dict[str, list[Revision]] = {}
    for one in books.revisions:
        held = one.validity.valid_from.at < end_of(one.validity) and one.superseded_at != one.recorded_at
        if one.slot_key and held and not one.disputed:
            lines.setdefault(one.slot_key, []).append(one)
    for line in lines.values():
        for earlier, later in overlapping(line):
            if earlier.memory_id != later.memory_id and known_together(earlier, later):
                books.note(
                    Flaw.SLOT, "revisions", later.id, f"holds while revision {earlier.id} of the same slot holds"
                )


def overlapping(line: list[Revision]) -> Iterator[tuple[Revision, Revision]]:
    """Pairs whose intervals in the world share an instant."""
    open_ones: list[Revision] = []
    for one in sorted(line, key=lambda revision: revision.validity.valid_from.at):
        open_ones = [other for other in open_ones if end_of(other.validity) > one.validity.valid_from.at]
        yield from ((other, one) for other in open_ones)
        open_ones.append(one)


def known_together(a: Revision, b: Revision) -> bool:
    """Whether both were current at some system time."""
    ends = [FAR if one.superseded_at is None else one.superseded_at for one in (a, b)]
    return max(a.recorded_at, b.recorded_at) < min(ends)


def relations(books: Books) -> None:
    """The current relations are those that follow from the current memories."""
    asserting: dict[Triple, list[Revision]] = {}
    for one in books.revisions:
        if one.superseded_at is None:
            for triple in dict.fromkeys(books.triples.get(one.id, ())):
                asserting.setdefault(triple, []).append(one)
    wanted = {
        told(relation)
        for triple, revisions in asserting.items()
        for relation in derive(books.partition, triple, revisions, "", str)
    }
    stored: set[tuple[str, int, int, frozenset[str]]] = set()
    for relation in current_relations(books):
        saying = told(relation, books.supports.get(relation.id, ()))
        if saying not in wanted or saying in stored:
            books.note(
                Flaw.RELATION_SURPLUS, "relations", relation.id, "it follows from no current memory as it stands"
            )
        stored.add(saying)
    for key, _, _, support in wanted - stored:
        books.note(
            Flaw.RELATION_MISSING, "triples", key, f"no current relation, asserted by {', '.join(sorted(support))}"
        )


def told(relation: Relation, support: Iterable[str] | None = None) -> tuple[str, int, int, frozenset[str]]:
    """What makes two relations the same: the triple, when it holds, and the memories behind it."""
    validity = relation.validity
    behind = relation.support if support is None else support
    return relation.key, validity.valid_from.at, end_of(validity), frozenset(behind)


def current_relations(books: Books) -> Iterator[Relation]:
    """Relations that are not superseded in system time."""
    return (one for one in books.relations if one.superseded_at is None)


def ends_of(triple: Triple) -> set[str]:
    """The entities at the ends: one for a loop or a literal."""
    return {triple.subject_id, triple.object_id} - {""}


def decisions(books: Books) -> None:
    """What a decision did is there to be looked at, and undone."""
    for decision_id, revision_id in books.effects:
        if revision_id not in books.ids["revisions"]:
            books.note(Flaw.EFFECTS, "decisions", decision_id, f"its effect, revision {revision_id}, is not there")


def jobs(books: Books) -> None:
    """The messages that unfinished jobs are about are there."""
    for job_id, message_id in books.job_messages:
        if message_id not in books.ids["messages"]:
            books.note(Flaw.JOB_MESSAGES, "jobs", job_id, f"its message {message_id} is not there")
