"""Reads what the ledger knows about the names in some facts: the entities, and who plays the roles they speak of."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from twohop.graph.model import Axes
from twohop.graph.store import NOW
from twohop.memory.names import normal
from twohop.memory.ports import Claim, Fact, Polarity
from twohop.memory.predicates import NAMING, PredicateTable
from twohop.memory.roles import MOST_OWNERS, Phrase, phrase
from twohop.memory.write.entities import EntityBook, Holder, Known
from twohop.memory.write.identify import role_names, ways_of, words_of
from twohop.memory.write.snapshot import Reads

MOST_HOLDERS = 64
"""Most relations of one owner and predicate that are looked at: whoever has more friends than that has many."""


async def acquaint(reads: Reads, partition: str, facts: Sequence[Fact], predicates: PredicateTable, at: int) -> Known:
    """What is known about the names of these facts (understood ones). `at`: the world time at which roles count."""
    phrases = dict.fromkeys(said for name in names_in(facts) for said in chained(name))
    known = Known(by_name=await reads.entities_named(partition, sorted(names_asked(facts, predicates))))
    known, stated = await known_by_role(reads, partition, facts, known, predicates)
    read: set[tuple[str, str]] = set()
    for _ in range(MOST_OWNERS):
        book = EntityBook(partition, known, ids=str)
        owners = {(owner.id, p.role.predicate) for p in phrases if (owner := book.find(p.owner)) is not None}
        if not (wanted := (owners | stated) - read):
            break
        read |= wanted
        known = await with_holders(reads, partition, known, sorted(wanted), predicates, at)
    return known


def names_asked(facts: Sequence[Fact], predicates: PredicateTable) -> set[str]:
    """All names (normal forms) by which somebody may be known whom these facts are about."""
    names = names_in(facts)
    owners = (said.owner for name in names for said in chained(name))
    strangers = (name for owner, _, word in roles_in(facts, predicates) for name in role_names([owner], word))
    return {*names, *owners, *strangers}


async def known_by_role(
    reads: Reads, partition: str, facts: Sequence[Fact], known: Known, predicates: PredicateTable
) -> tuple[Known, set[tuple[str, str]]]:
    """Entities that are known only by a role which these facts give to somebody, and whose roles these are."""
    roles: dict[str, tuple[str, str]] = {}
    for owner, predicate, word in roles_in(facts, predicates):
        for entity in known.by_name.get(owner, ()):
            names = (owner, entity.normal, *map(normal, entity.aliases))
            roles.update(dict.fromkeys(role_names(names, word), (entity.id, predicate)))
    asked = sorted(roles.keys() - known.by_name.keys())
    found = await reads.entities_named(partition, asked) if asked else {}
    by_name = {**known.by_name, **found}
    return replace(known, by_name=by_name), {roles[name] for name in roles if name in by_name}


def roles_in(facts: Sequence[Fact], predicates: PredicateTable) -> Iterator[tuple[str, str, str]]:
    """What the facts give somebody: (normal form of whose role it is, its predicate, its word)."""
    ways = ways_of(predicates)
    for fact in facts:
        for claim in fact.claims if fact.polarity is Polarity.AFFIRMED else ():
            for forward, predicate in () if claim.literal else ways.get(claim.predicate, ()):
                for word, _ in words_of(predicate):
                    yield normal(claim.subject if forward else claim.object), predicate, word


async def with_holders(
    reads: Reads,
    partition: str,
    known: Known,
    wanted: Iterable[tuple[str, str]],
    predicates: PredicateTable,
    at: int,
) -> Known:
    """What is known, and who stands in these relations (owner's id, role's predicate) at a time."""
    others: dict[tuple[str, str], list[tuple[str, tuple[str, ...]]]] = {}
    asked = [
        (owner_id, predicate, predicates.directed(Claim(subject="owner", predicate=predicate, object="other")))
        for owner_id, predicate in wanted
    ]
    pages = await asyncio.gather(
        *(
            reads.list_relations(partition, Axes(as_of=at), MOST_HOLDERS, entity_id=owner_id, predicate=claim.predicate)
            for owner_id, _, claim in asked
        )
    )
    for (owner_id, predicate, claim), page in zip(asked, pages, strict=True):
        forward, both = claim.subject == "owner", predicates.symmetric(claim.predicate)
        for relation in page.items:
            ends = (relation.triple.subject_id, relation.triple.object_id)
            mine, theirs = ends if (ends[0] == owner_id if both else forward) else ends[::-1]
            if mine == owner_id and theirs:
                others.setdefault((owner_id, predicate), []).append((theirs, relation.support))
    supports = sorted({one for them in others.values() for _, support in them for one in support})
    ids = sorted({other for them in others.values() for other, _ in them} - known.by_id.keys())
    supporting, read = await asyncio.gather(reads.memories(partition, supports, NOW), reads.entities(partition, ids))
    texts = {memory.id: memory.revision.text for memory in supporting}
    holders = {
        pair: [Holder(other, " ".join(texts.get(one, "") for one in support)) for other, support in them]
        for pair, them in others.items()
    }
    by_id = {**known.by_id, **{entity.id: entity for entity in read}}
    return replace(known, holders={**known.holders, **holders}, by_id=by_id)


def names_in(facts: Iterable[Fact]) -> list[str]:
    """Normal forms of all names that the facts hold."""
    names: dict[str, None] = {}
    for fact in facts:
        ends = [(claim.subject, claim.object if names_something(claim) else "") for claim in fact.claims]
        for name in (*(named.name for named in fact.entities), *(end for pair in ends for end in pair)):
            names[normal(name)] = None
    return [name for name in names if name]


def by_names_alone(facts: Sequence[Fact], predicates: PredicateTable) -> bool:
    """Whether who the facts are about hangs on nothing but the entities that go by the names in them."""
    if any(fact.polarity is not Polarity.AFFIRMED for fact in facts) or next(roles_in(facts, predicates), None):
        return False
    return not any(phrase(name) for name in names_in(facts))


def names_something(claim: Claim) -> bool:
    """Whether a claim's object is a name: an entity's, or another name of its subject."""
    return not claim.literal or claim.predicate in NAMING


def chained(name: str) -> list[Phrase]:
    """The roles that a name is made of, outermost first."""
    said: list[Phrase] = []
    while (one := phrase(name)) is not None:
        said.append(one)
        name = one.owner
    return said
