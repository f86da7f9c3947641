"""Two entities become one, or one becomes two: memories move from entity to entity, and back again.

Nothing is overwritten. A memory that moves gets a new revision with its triples rewritten; the names and mentions of an
entity end in system time and begin again elsewhere, so that an earlier instant shows what was known then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from twohop.graph.model import (
    FAR,
    Alias,
    Axes,
    Decision,
    Entity,
    Granularity,
    Kind,
    Memory,
    Mention,
    Operation,
    Revision,
    Triple,
    Validity,
    digest,
)
from twohop.graph.store import Changes, Ledger, MemoryFilter, Trail
from twohop.memory.names import normal, words
from twohop.memory.predicates import PredicateTable
from twohop.memory.write.draft import Draft
from twohop.memory.write.resolve import hash_of, joined, mirror_of
from twohop.memory.write.settle import MOST_CUES
from twohop.memory.write.snapshot import Reads
from twohop.memory.write.timeline import relink

PAGE = 500
"""Memories read at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The rows of entities, other names and mentions that a change begins and ends."""

    entities: Mapping[str, Entity] = field(default_factory=dict)
    ended_entities: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()
    ended_aliases: tuple[Alias, ...] = ()
    mentions: tuple[Mention, ...] = ()
    ended_mentions: tuple[Mention, ...] = ()

    def into(self, changes: Changes) -> Changes:
        """The commit with these rows."""
        entities = {**{entity.id: entity for entity in changes.entities}, **self.entities}
        return replace(
            changes,
            entities=tuple(entities.values()),
            ended_entities=(*changes.ended_entities, *self.ended_entities),
            aliases=(*changes.aliases, *self.aliases),
            ended_aliases=(*changes.ended_aliases, *self.ended_aliases),
            mentions=(*changes.mentions, *self.mentions),
            ended_mentions=(*changes.ended_mentions, *self.ended_mentions),
        )


async def naming(reads: Reads, partition: str, entity_id: str) -> list[Memory]:
    """Every memory whose current revision names an entity."""
    found: list[Memory] = []
    after = ""
    while True:
        page = await reads.list_memories(partition, MemoryFilter(entity_ids=(entity_id,)), Axes(), PAGE, after)
        found.extend(page.items)
        if not page.next_key:
            return found
        after = page.next_key


async def move(
    reads: Reads,
    draft: Draft,
    memories: Sequence[Memory],
    source: str,
    target: str,
    predicates: PredicateTable,
    *,
    operation: Operation,
    reason: str,
) -> None:
    """Plan that memories are about `target` where they named `source`; timelines that meet are settled."""
    draft.load(memories)
    rewritten: dict[str, tuple[tuple[Triple, ...], str, str]] = {}
    left: set[str] = set()
    for memory in memories:
        now = draft.current(memory.id)
        if now is not None:
            triples = tuple(dict.fromkeys(moved(now.triples, source, target, predicates)))
            slot = slot_after(draft.partition, now, triples, predicates)
            mirror = mirror_of(draft.partition, triples[0], predicates, plan=now.kind is Kind.PLAN) if slot else ""
            rewritten[memory.id] = (triples, slot, mirror)
            left |= {now.slot_key, now.mirror_key}
    slots = sorted({key for _, *keys in rewritten.values() for key in keys if key})
    left = {slot for slot in left if slot} - set(slots)
    draft.load(await reads.slot(draft.partition, [*slots, *sorted(left)]))
    for memory_id, (triples, slot, mirror) in rewritten.items():
        now = draft.current(memory_id)
        if now is not None and (triples, slot, mirror) != (now.triples, now.slot_key, now.mirror_key):
            open_ended = now.validity.valid_to is None
            draft.revise(
                now,
                # What closed it stays readable in the revision: a timeline may have to open it again.
                operation=operation if open_ended else now.operation,
                reason=reason,
                triples=triples,
                slot_key=slot,
                mirror_key=mirror,
            )
    both = await reads.entities(draft.partition, sorted({source, target}))
    called = frozenset().union(*(words(name) for one in both for name in (one.name, *one.aliases)))
    for slot in slots:
        settle_line(draft, slot, rewritten.keys(), called, operation=operation, reason=reason)
    for slot in sorted(left):
        relink(draft, slot)


def moved(triples: Iterable[Triple], source: str, target: str, predicates: PredicateTable) -> Iterable[Triple]:
    """The triples with one entity in place of another; what would relate an entity to itself is left out."""
    for triple in triples:
        subject = target if triple.subject_id == source else triple.subject_id
        end = target if triple.object_id == source else triple.object_id
        if not end:
            yield replace(triple, subject_id=subject)
        elif subject != end or triple.subject_id == triple.object_id:
            yield joined(subject, triple.predicate, end, predicates)


def slot_after(partition: str, revision: Revision, triples: Sequence[Triple], predicates: PredicateTable) -> str:
    """The slot of a revision whose triples were rewritten: of the same sort as the one it had, or none."""
    if not revision.slot_key or not triples or not revision.triples:
        return revision.slot_key if triples == revision.triples else ""
    old, new = revision.triples[0], triples[0]
    if old.predicate != new.predicate:
        return ""
    before = slots_of(partition, old, predicates)
    after = slots_of(partition, new, predicates)
    return next((key for was, key in zip(before, after, strict=True) if was == revision.slot_key), "")


def slots_of(partition: str, own: Triple, predicates: PredicateTable) -> tuple[str, str, str]:
    """The slots that a triple can be in: what is so, what is planned, and one with its opposite."""
    pair = "|".join(sorted((predicates.normalise(predicates.opposite(own.predicate)), own.predicate)))
    return (
        digest(partition, own.subject_id, own.predicate),
        digest(partition, own.subject_id, own.predicate, Kind.PLAN.value),
        digest(partition, own.subject_id, pair, own.object_id, own.literal),
    )


def settle_line(
    draft: Draft, slot: str, came: Iterable[str], called: frozenset[str], *, operation: Operation, reason: str
) -> None:
    """Make one timeline of two: the same value is one memory, and a later value cuts an earlier one.

    `called`: the words of the names of the one whose line it is, which say nothing new.
    """
    newcomers = set(came)
    while (pair := clash(draft, slot)) is not None:
        earlier, later = pair
        if earlier.triples[:1] == later.triples[:1]:
            kept, gone = (later, earlier) if later.pinned and not earlier.pinned else pair
            absorb(draft, kept, gone, called, operation=operation, reason=reason)
        elif earlier.pinned or earlier.validity.valid_from.at == later.validity.valid_from.at:
            # Neither can give way: the one that came is kept, and waits for somebody to say which is right.
            other = earlier if earlier.memory_id in newcomers and not earlier.pinned else later
            draft.revise(other, operation=Operation.DISPUTE, reason=reason, disputed=True)
        else:
            draft.revise(
                earlier,
                operation=Operation.SUPERSEDE,
                reason=reason,
                validity=Validity(earlier.validity.valid_from, later.validity.valid_from),
                superseded_by=later.memory_id,
            )
    relink(draft, slot)


def clash(draft: Draft, slot: str) -> tuple[Revision, Revision] | None:
    """The first two values of a line that can't stand beside each other."""
    line = draft.slot(slot)
    for place, earlier in enumerate(line):
        end = earlier.validity.valid_to.at if earlier.validity.valid_to else FAR
        for later in line[place + 1 :]:
            if later.validity.valid_from.at < end:
                return earlier, later
    return None


def absorb(
    draft: Draft, kept: Revision, gone: Revision, called: frozenset[str], *, operation: Operation, reason: str
) -> None:
    """Plan that one memory stands for two that say the same of one time, with all that either says besides."""
    text = joined_text(kept.text, gone.text, called)
    start = min(kept.validity.valid_from, gone.validity.valid_from, key=lambda moment: moment.at)
    ends = [one for one in (kept, gone) if one.validity.valid_to is None] or [kept, gone]
    last = max(ends, key=lambda one: one.validity.valid_to.at if one.validity.valid_to else FAR)
    stated = start.granularity is not Granularity.UNKNOWN
    draft.witness(kept.memory_id, draft.grounds(gone.memory_id))
    draft.retract(gone)
    draft.revise(
        kept,
        operation=operation if last.validity.valid_to is None else last.operation,
        reason=reason,
        text=text,
        text_hash=kept.text_hash if text == kept.text else hash_of(text, kept.kind, start, stated=stated),
        triples=tuple(dict.fromkeys((*kept.triples, *gone.triples))),
        cues=tuple(dict.fromkeys((*kept.cues, *gone.cues)))[:MOST_CUES],
        validity=Validity(start, last.validity.valid_to),
        superseded_by=last.superseded_by,
    )


def joined_text(kept: str, gone: str, called: frozenset[str]) -> str:
    """The text that says what both say: one of them where it does, else both. Words of `called` are no news."""
    mine, theirs = words(kept) - called, words(gone) - called
    if theirs <= mine:
        return kept
    return gone if mine <= theirs else f"{kept.rstrip('.')}. {gone}"


async def merged_names(reads: Reads, kept: Entity, merged: Entity, *, named: bool) -> Names:
    """The rows by which one entity becomes part of another. `named`: its names become other names of the one kept."""
    mentions = await reads.mentions(kept.partition, merged.id)
    names = [] if not named else [name for name in (merged.name, *merged.aliases) if normal(name) != kept.normal]
    return Names(
        entities={
            kept.id: replace(
                kept,
                type=kept.type or merged.type,
                named=kept.named or merged.named,
                kinds=tuple(dict.fromkeys((*kept.kinds, *merged.kinds))),
            )
        },
        ended_entities=(merged.id,),
        aliases=tuple(Alias(entity_id=kept.id, normal=normal(name), name=name) for name in names),
        ended_aliases=aliases_of(merged),
        mentions=tuple(replace(one, entity_id=kept.id) for one in mentions),
        ended_mentions=tuple(mentions),
    )


def aliases_of(entity: Entity) -> tuple[Alias, ...]:
    """The other names of an entity as rows."""
    return tuple(Alias(entity_id=entity.id, normal=normal(name), name=name) for name in entity.aliases)


async def names_before(ledger: Ledger, decision: Decision) -> Names:
    """The rows that undo what a merge, a split, or the undoing of one did to entities, their names and mentions.

    Memories go back by the decision's effects. Names and mentions that came since stay with the entity that they went
    to.
    """
    origin: Decision | None = decision
    while origin is not None and origin.operation is Operation.REVERT:
        origin = await ledger.decision(decision.partition, origin.reverts)
    if origin is None or origin.operation not in {Operation.MERGE, Operation.SPLIT}:
        return Names()
    kept, other = origin.input["entity_id"], origin.input["other_id"]
    trail = await ledger.trail(decision.partition, [kept, other], decision.recorded_at)
    begun = {entity.id for entity in trail.entities}
    ended = {entity.id: entity for entity in trail.ended_entities}
    entities = {}
    if other in ended and other not in begun:
        entities[other] = await free(ledger, ended[other])
    if kept in ended and kept in begun and not origin.job_id:
        made = next(entity for entity in trail.entities if entity.id == kept)
        now = await ledger.entities(decision.partition, [kept])
        if [told_of(one) for one in now] == [told_of(made)]:
            entities[kept] = ended[kept]
    mine = {mention_key(one) for one in (*trail.mentions, *trail.ended_mentions) if one.entity_id == other}
    called = names_of(trail, other)
    return Names(
        entities=entities,
        ended_entities=(other,) if other in begun and other not in ended else (),
        aliases=tuple(one for one in trail.ended_aliases if one.entity_id == other or one.normal in called),
        ended_aliases=tuple(one for one in trail.aliases if one.entity_id == other or one.normal in called),
        mentions=tuple(one for one in trail.ended_mentions if mention_key(one) in mine),
        ended_mentions=tuple(one for one in trail.mentions if mention_key(one) in mine),
    )


async def free(reads: Reads, entity: Entity) -> Entity:
    """The entity with a key that no other one has taken meanwhile."""
    found = await reads.entities_named(entity.partition, [entity.normal])
    if all(one.key != entity.key for one in found.get(entity.normal, ())):
        return entity
    return replace(entity, key=digest(entity.partition, entity.normal, entity.type, entity.id))


def told_of(entity: Entity) -> Entity:
    """An entity without what a version of it doesn't hold."""
    return replace(entity, aliases=(), recorded_at=0)


def names_of(trail: Trail, entity_id: str) -> set[str]:
    """The normal forms by which an entity went before or after a commit."""
    entities = (one.normal for one in (*trail.entities, *trail.ended_entities) if one.id == entity_id)
    aliases = (one.normal for one in (*trail.aliases, *trail.ended_aliases) if one.entity_id == entity_id)
    return {*entities, *aliases}


def mention_key(mention: Mention) -> tuple[str, int, int]:
    """Where somebody is named, whoever it is."""
    return mention.message_id, mention.start, mention.end
