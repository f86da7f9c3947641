"""From names to entities, from written times to moments: a fact made ready to be decided."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from twohop.graph.model import (
    Entity,
    Evidence,
    Granularity,
    Kind,
    Mention,
    Message,
    Moment,
    Triple,
    Validity,
    digest,
)
from twohop.memory.moment import end_of, written
from twohop.memory.names import normal
from twohop.memory.ports import Cardinality, Fact, Named
from twohop.memory.predicates import PredicateTable
from twohop.memory.values import amount
from twohop.memory.write.entities import EntityBook


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedFact:
    """A fact with its entities, moments and evidence. `stated` = the text itself named when it began.

    `slot_key` is set when its predicate holds one value at a time for its subject, `mirror_key` when it does so for its
    object too. `denial_key` is the slot of the
    sentence that denies its own triple: that a thing is so and that it isn't are two values of one question. `vague`:
    neither the table nor the extractor knows the predicate well, so that one claim ("mentions the garden") may be two
    statements.
    """

    place: int
    fact: Fact
    subject_id: str
    triples: tuple[Triple, ...]
    slot_key: str
    mirror_key: str
    denial_key: str
    vague: bool
    text_hash: str
    validity: Validity
    occurred_until: Moment | None
    stated: bool
    observed: Moment
    evidence: tuple[Evidence, ...]
    mentions: tuple[Mention, ...]

    @property
    def slots(self) -> tuple[str, ...]:
        """The keys of the timelines that the fact has its place on."""
        return tuple(key for key in (self.slot_key, self.mirror_key) if key)

    @property
    def predicate(self) -> str:
        """The predicate of the fact's own triple, or empty."""
        return self.triples[0].predicate if self.triples else ""


def resolve(
    place: int, fact: Fact, exchange: Sequence[Message], book: EntityBook, predicates: PredicateTable
) -> ResolvedFact:
    """Make an understood fact ready.

    Its evidence is the message of its quote, or its sources, or the whole exchange.
    """
    evidence = evidence_of(fact, exchange)
    observed = said_at(fact, exchange)
    partition = exchange[0].partition
    about = {normal(named.name): named for named in fact.entities}
    entities: dict[str, Entity] = {}

    def entity(name: str, hint: str) -> Entity:
        key = normal(name)
        if key not in entities:
            entities[key] = book.entity(about.get(key, Named(name=name)), hint)
        return entities[key]

    triples: list[Triple] = []
    for claim in fact.claims:
        if normal(claim.subject) and claim.predicate and normal(claim.object):
            subject = entity(claim.subject, predicates.object_type(predicates.inverse(claim.predicate)))
            if claim.literal:
                triples.append(Triple(subject.id, claim.predicate, literal=claim.object.strip()))
            else:
                end = entity(claim.object, predicates.object_type(claim.predicate))
                triples.append(joined(subject.id, claim.predicate, end.id, predicates))
    for name in filter(None, about):
        entity(name, "")
    validity, occurred_until, stated = times_of(fact, observed)
    return ResolvedFact(
        place=place,
        fact=fact,
        subject_id=triples[0].subject_id if triples else "",
        triples=tuple(dict.fromkeys(triples)),
        slot_key=slot_of(partition, fact, triples[0], predicates) if triples else "",
        mirror_key=mirror_of(partition, triples[0], predicates, plan=fact.kind is Kind.PLAN) if triples else "",
        denial_key=denial_of(partition, triples[0]) if triples else "",
        vague=bool(triples) and fact.cardinality is Cardinality.UNKNOWN and not predicates.knows(triples[0].predicate),
        text_hash=hash_of(fact.text, fact.kind, validity.valid_from, stated=stated),
        validity=validity,
        occurred_until=occurred_until,
        stated=stated,
        observed=observed,
        evidence=evidence,
        mentions=mentions_of(entities, evidence, exchange),
    )


def joined(subject_id: str, predicate: str, object_id: str, predicates: PredicateTable) -> Triple:
    """The triple between two entities; what says the same from both sides starts at the one that was known first."""
    if predicates.symmetric(predicate) and object_id < subject_id:
        subject_id, object_id = object_id, subject_id
    return Triple(subject_id, predicate, object_id)


def slot_of(partition: str, fact: Fact, own: Triple, predicates: PredicateTable) -> str:
    """The slot whose one value at a time the fact's own triple is, or empty.

    What is planned is another slot than what is so. Opposites (likes, dislikes) of one thing share a slot.
    """
    if predicates.functional(own.predicate, fact.cardinality):
        plan = (Kind.PLAN.value,) if fact.kind is Kind.PLAN else ()
        return digest(partition, own.subject_id, own.predicate, *plan)
    if one_amount(fact, own, predicates):
        return digest(partition, own.subject_id, own.predicate)
    if opposite := predicates.opposite(own.predicate):
        pair = "|".join(sorted((predicates.normalise(opposite), own.predicate)))
        return digest(partition, own.subject_id, pair, own.object_id, own.literal)
    return ""


def one_amount(fact: Fact, own: Triple, predicates: PredicateTable) -> bool:
    """Whether the fact is a bare amount of something that neither the table nor the extractor has an opinion about.

    "Does 20 push-ups" and later "45" are one number that changed. A code or a plate is no amount.
    """
    silent = Cardinality.UNKNOWN in {fact.cardinality} & {predicates.cardinality(own.predicate)}
    return silent and fact.kind in {Kind.STATE, Kind.ATTRIBUTE} and amount(own.literal)


def mirror_of(partition: str, own: Triple, predicates: PredicateTable, *, plan: bool) -> str:
    """The slot of the other end, if one value at a time holds for both ("is married to")."""
    one_each = predicates.symmetric(own.predicate) and predicates.cardinality(own.predicate) is Cardinality.ONE
    if not own.object_id or not one_each:
        return ""
    return digest(partition, own.object_id, own.predicate, *((Kind.PLAN.value,) if plan else ()))


def denial_of(partition: str, own: Triple) -> str:
    """The slot of the sentence that denies a triple."""
    return digest(partition, "denied", own.key(partition))


def evidence_of(fact: Fact, exchange: Sequence[Message]) -> tuple[Evidence, ...]:
    """Where the fact stands: its quote's message, else its sources, else the whole exchange."""
    if fact.quote:
        found = [message for message in exchange if fact.quote in message.content]
        named = [message for message in found if message.id in fact.sources]
        messages, quote = (named or found)[:1], fact.quote
    else:
        messages, quote = [message for message in exchange if message.id in fact.sources], ""
    return tuple(
        Evidence(memory_id="", message_id=m.id, quote=quote, agent_id=m.agent_id, run_id=m.run_id)
        for m in messages or exchange
    )


def said_at(fact: Fact, exchange: Sequence[Message]) -> Moment:
    """When the first message that the fact rests on was said."""
    first = evidence_of(fact, exchange)[0].message_id
    said = next(message for message in exchange if message.id == first)
    return Moment(said.observed_at, Granularity.INSTANT, said.time_zone)


def times_of(fact: Fact, observed: Moment) -> tuple[Validity, Moment | None, bool]:
    """Validity, an event's end, and whether the start is stated. An unknown start is when it was said."""
    zone = observed.time_zone
    start = fact.valid_from.moment(zone) if fact.valid_from else None
    end = fact.valid_to.moment(zone) if fact.valid_to else None
    begin = start or Moment(observed.at, Granularity.UNKNOWN, zone)
    if end and end.at <= begin.at:
        # "In 2019" given as 2019 to 2019 means the whole year; an end before an unknown start moves the start.
        end = end_of(end) if start else end
        begin = begin if start else Moment(end.at - 1, Granularity.UNKNOWN, zone)
        end = end if begin.at < end.at else None
    if fact.kind is Kind.PLAN and begin.at > observed.at:
        # A plan is true from the day it is said, whenever it is for.
        begin = observed
    if fact.kind is Kind.EVENT:
        # An event is true from when it happened on; its end is its length.
        return Validity(begin), end, start is not None
    return Validity(begin, end), None, start is not None


def hash_of(text: str, kind: Kind, valid_from: Moment, *, stated: bool) -> str:
    """What makes two facts the same memory: text, kind and start at its granularity.

    A start that nobody stated does not tell two states apart, but a run on Monday and a run on Tuesday are two events.
    """
    day = (
        replace(valid_from, granularity=Granularity.DAY)
        if valid_from.granularity is Granularity.UNKNOWN
        else valid_from
    )
    start = written(day) if stated or kind is Kind.EVENT else ""
    return digest(normal(text), kind, start)


def mentions_of(
    entities: Mapping[str, Entity], evidence: Sequence[Evidence], exchange: Sequence[Message]
) -> tuple[Mention, ...]:
    """Each entity in each message of evidence, with the span where the name by which the fact knows it stands there."""
    contents = {message.id: message.content for message in exchange}
    mentions: list[Mention] = []
    for said, entity in entities.items():
        # Mostly the two differ in case alone, which is one search.
        names = {name.lower(): name for name in (entity.name, said)}.values()
        for row in evidence:
            spans = (span_of(name, contents[row.message_id]) for name in names)
            start, end = next(filter(None, spans), (0, 0))
            mentions.append(Mention(entity_id=entity.id, message_id=row.message_id, start=start, end=end))
    return tuple(dict.fromkeys(mentions))


def span_of(name: str, text: str) -> tuple[int, int] | None:
    """Where a name first stands in a text as a word of its own, in whatever case."""
    if not (name.isascii() and text.isascii()):
        # Beyond ASCII another case may be of another length: places are those of the text as it is.
        mark = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE).search(text)
        return None if mark is None else mark.span()
    # Most names are new, and a pattern costs a hundred times what it finds.
    name, text = name.lower(), text.lower()
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        if not (in_word(text[start - 1 : start]) or in_word(text[end : end + 1])):
            return start, end
        start = text.find(name, start + 1)
    return None


def in_word(character: str) -> bool:
    """Whether it is a character of a word; at the end of a text there is none."""
    return character.isalnum() or character == "_"
