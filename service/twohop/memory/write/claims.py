"""What a fact's claims say: names in place of pronouns, predicates in one direction, values told from things."""

from collections.abc import Sequence
from dataclasses import replace

from twohop.graph.model import Message
from twohop.memory.names import normal
from twohop.memory.ports import Cardinality, Claim, Fact, Named
from twohop.memory.predicates import NAMING, PredicateTable
from twohop.memory.roles import phrase
from twohop.memory.speech import Speech, speech_of
from twohop.memory.values import plain
from twohop.memory.write.resolve import evidence_of

IS = frozenset({"is_a", "is", "be"})
"""Predicates by which a role is told who plays it: "Robert is Alice's brother"."""


def understood(fact: Fact, exchange: Sequence[Message], predicates: PredicateTable) -> Fact:
    """The fact with claims that resolve without knowing who spoke. Understanding it again changes nothing."""
    said_in = evidence_of(fact, exchange)[0].message_id
    speech = speech_of(next(one for one in exchange if one.id == said_in), exchange)
    proper = {normal(named.name) for named in fact.entities if named.proper}
    said = [(claim, _understood(claim, speech, proper, predicates)) for claim in fact.claims]
    claims = tuple(dict.fromkeys(one for _, claim in said for one in (claim, *_also(claim, predicates))))
    ends = {normal(end) for claim in claims for end in (claim.subject, "" if claim.literal else claim.object)}
    values = {normal(claim.object) for claim in claims if claim.literal} - ends
    entities: dict[str, Named] = {}
    for named in fact.entities:
        meant = replace(named, name=speech.meant(named.name))
        # A value is not somebody or something because an extractor listed it among its entities.
        if normal(meant.name) in ends or named.proper or not (normal(meant.name) in values or plain(named.name)):
            entities.setdefault(normal(meant.name), meant)
    # How many values the other end has at a time is nothing that was asked about this one.
    turned = bool(said) and said[0][1].predicate != predicates.normalise(said[0][0].predicate)
    cardinality = Cardinality.UNKNOWN if turned else fact.cardinality
    return replace(fact, claims=claims, entities=tuple(entities.values()), cardinality=cardinality)


def _understood(claim: Claim, speech: Speech, proper: set[str], predicates: PredicateTable) -> Claim:
    subject = speech.meant(claim.subject)
    end = claim.object if claim.literal else speech.meant(claim.object)
    predicate = predicates.normalise(claim.predicate)
    if predicate in IS and (role := _role_of(subject, end)) is not None:
        return predicates.directed(role)
    value = predicate in NAMING or predicates.object_type(predicate) == "literal"
    value = value or (plain(end) and normal(claim.object) not in proper)
    return predicates.directed(Claim(subject=subject, predicate=predicate, object=end, literal=claim.literal or value))


def _also(claim: Claim, predicates: PredicateTable) -> tuple[Claim, ...]:
    """What a name of somebody known by a role says besides: "Alice's dog is called Rex" gives Alice the dog Rex."""
    role = _role_of(claim.subject, claim.object) if claim.predicate in NAMING else None
    return () if role is None else (predicates.directed(role),)


def _role_of(subject: str, end: str) -> Claim | None:
    """The relation in "Alice's brother is Robert", whichever way round; None when neither end alone is a role."""
    mine, theirs = phrase(subject), phrase(end)
    if mine is not None and theirs is None and end[:1].isupper():
        return Claim(subject=_owner(subject, mine.owner), predicate=mine.role.predicate, object=end)
    if theirs is not None and mine is None:
        return Claim(subject=_owner(end, theirs.owner), predicate=theirs.role.predicate, object=subject)
    return None


def _owner(name: str, owner: str) -> str:
    """The owner in a role's name as it is written there."""
    place = name.casefold().find(owner)
    return name[place : place + len(owner)] if place >= 0 else owner
