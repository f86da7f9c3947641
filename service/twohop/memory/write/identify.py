"""What facts say about who is whom: other names, and whom a role means. Done before any of the facts is resolved.

A statement of identity in one fact holds for all facts of the same exchange, so these come first.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from twohop.graph.model import Entity
from twohop.memory.names import normal
from twohop.memory.ports import Claim, Fact, Named, Polarity
from twohop.memory.predicates import NAMING, PredicateTable
from twohop.memory.roles import ANOTHER, ROLES, Role, fits, phrase
from twohop.memory.speech import USER
from twohop.memory.write.entities import EntityBook


def identify(
    facts: Sequence[Fact], book: EntityBook, predicates: PredicateTable, speakers: frozenset[str] = frozenset()
) -> None:
    """Note in the book what affirmed facts (understood ones) say about names and roles.

    `speakers`: normal forms of who speaks. A name that they give themselves never makes them somebody who is known.
    """
    affirmed = [fact for fact in facts if fact.polarity is Polarity.AFFIRMED]
    for fact in affirmed:
        for claim in fact.claims:
            if claim.predicate in NAMING:
                call(fact, claim, book, speakers)
    ways = ways_of(predicates)
    stood: list[tuple[Entity, str, Entity, str]] = []
    # Whoever is named plainly comes first: a role in another fact may mean them.
    told = [(fact, claim) for fact in affirmed for claim in fact.claims if claim.predicate in ways]
    for fact, claim in sorted(told, key=lambda one: any(phrase(end) for end in (one[1].subject, one[1].object))):
        if claim.literal:
            continue
        subject, end = (found(fact, name, book) for name in (claim.subject, claim.object))
        if subject is None or end is None:
            continue
        for forward, predicate in ways[claim.predicate]:
            owner, other = (subject, end) if forward else (end, subject)
            book.stand(owner, predicate, other, fact.text)
            stood.append((owner, predicate, other, fact.text))
    for owner, predicate, other, text in stood:
        take_role(owner, predicate, other, text, book)


def call(fact: Fact, claim: Claim, book: EntityBook, speakers: frozenset[str]) -> None:
    """A fact gives its subject another name: an alias, or two entities that are one."""
    name = claim.object
    if not normal(name) or normal(name) not in normal(f"{fact.text} {fact.quote}"):
        return
    subject = about(fact, claim.subject)
    theirs = book.find(name, subject.type)
    if phrase(subject.name) is not None:
        call_by_role(subject, name, theirs, book)
        return
    mine = book.find(subject.name, subject.type)
    if normal(subject.name) in speakers and theirs is not None and book.stored(theirs):
        call_speaker(mine or book.make(subject), name, theirs, book)
    elif theirs is None:
        book.call(mine or book.make(subject), name)
    elif mine is None:
        book.call(theirs, subject.name)
    elif mine.id != theirs.id and not (mine.type and theirs.type and mine.type != theirs.type):
        kept, merged = sorted((mine, theirs), key=lambda one: (not book.stored(one), not one.named, one.recorded_at))
        if not book.two(kept, merged):
            reason = f"{kept.name} and {merged.name} are one, it was said"
            book.merge(kept, merged, reason, named=True, said=names_both(fact, subject.name, name))


def call_speaker(me: Entity, name: str, theirs: Entity, book: EntityBook) -> None:
    """Somebody known already has the name that a speaker goes by: there are two of that name."""
    if me.id == theirs.id or me.normal == normal(name):
        return
    if book.stored(me):
        book.keep_apart(me, theirs, "speaker")
    if me.normal == USER:
        book.call(me, name)


def names_both(fact: Fact, *names: str) -> bool:
    """Whether the fact's text or its quote has each of the names as words of its own."""
    marks = [re.compile(rf"(?<!\w){re.escape(normal(name))}(?!\w)") for name in names]
    return any(all(mark.search(normal(text)) for mark in marks) for text in (fact.text, fact.quote))


def call_by_role(subject: Named, name: str, theirs: Entity | None, book: EntityBook) -> None:
    """Who was known by a role alone has that name ("Alice's dog is called Rex"), and nobody else who plays it."""
    known = book.exactly(normal(subject.name))
    if theirs is None:
        theirs = known[0] if known else book.make(subject)
        book.call(theirs, name)
    book.bind(subject.name, theirs)


def take_role(owner: Entity, predicate: str, other: Entity, text: str, book: EntityBook) -> None:
    """Who is known now takes the place of an entity that was only known as "Alice's brother"."""
    if ANOTHER.search(text) or phrase(other.name) is not None:
        return
    for word, role in ROLES.items():
        if role.predicate != predicate or not fits(word, role, text, other.kinds):
            continue
        for name in role_names((owner.normal, *map(normal, owner.aliases)), word):
            for said in book.exactly(name):
                rivals = [one for one in book.standing(owner.id, role, word) if phrase(one.name) is None]
                apart = said.type and other.type and said.type != other.type
                alone = said.id != other.id and not apart and [one.id for one in rivals] == [other.id]
                if alone and not book.two(other, said):
                    reason = f"{other.name} is who was known as {said.name}"
                    book.merge(other, said, reason, named=role.lasting, said=False)


def found(fact: Fact, name: str, book: EntityBook) -> Entity | None:
    """The entity of an end of a claim."""
    return book.entity(about(fact, name)) if normal(name) else None


def about(fact: Fact, name: str) -> Named:
    """What the fact's extractor knows of a name."""
    return next((named for named in fact.entities if normal(named.name) == normal(name)), Named(name=name))


def role_names(owner: Iterable[str], word: str) -> list[str]:
    """How somebody is called by what they are to whom has these names, in normal form."""
    names = dict.fromkeys(owner)
    return [f"{name}{mark} {word}" for name in names for mark in (("'s", "'") if name.endswith("s") else ("'s",))]


@lru_cache(maxsize=8)
def ways_of(predicates: PredicateTable) -> Mapping[str, Sequence[tuple[bool, str]]]:
    """Stored predicate -> for each role's predicate that it answers: (the owner is its subject, that predicate)."""
    ways: dict[str, list[tuple[bool, str]]] = {}
    for predicate in role_predicates():
        claim = predicates.directed(Claim(subject="owner", predicate=predicate, object="other"))
        forward = claim.subject == "owner"
        both = predicates.symmetric(claim.predicate)
        ways.setdefault(claim.predicate, []).extend((way, predicate) for way in ((True, False) if both else (forward,)))
    return ways


def role_predicates() -> Iterable[str]:
    """The predicates of all roles, each once."""
    return dict.fromkeys(role.predicate for role in ROLES.values())


def words_of(predicate: str) -> list[tuple[str, Role]]:
    """The role words of a role's predicate."""
    return [(word, role) for word, role in ROLES.items() if role.predicate == predicate]
