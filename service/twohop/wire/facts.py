"""Caller-given facts on the wire."""

from twohop.graph.model import Kind
from twohop.memory.moment import When
from twohop.memory.ports import Cardinality, Claim, Fact, Named, Polarity
from twohop.v1 import fact_pb2
from twohop.wire.enums import CARDINALITIES, KINDS, POLARITIES
from twohop.wire.reading import Reader


def pack_fact(fact: Fact) -> fact_pb2.Fact:
    """A fact as a caller gives it."""
    return fact_pb2.Fact(
        text=fact.text,
        kind=KINDS.pack(fact.kind),
        claims=[
            fact_pb2.Claim(subject=claim.subject, predicate=claim.predicate, object=claim.object, literal=claim.literal)
            for claim in fact.claims
        ],
        entities=[
            fact_pb2.NamedEntity(name=named.name, type=named.type, proper=named.proper, kinds=named.kinds)
            for named in fact.entities
        ],
        polarity=POLARITIES.pack(fact.polarity),
        cardinality=CARDINALITIES.pack(fact.cardinality),
        correction=fact.correction,
        valid_from="" if fact.valid_from is None else fact.valid_from.iso,
        valid_to="" if fact.valid_to is None else fact.valid_to.iso,
        quote=fact.quote,
        sources=fact.sources,
        cues=fact.cues,
        categories=fact.categories,
    )


def unpack_fact(reader: Reader, fact: fact_pb2.Fact, field: str) -> Fact:
    """A fact as a caller gives it."""
    return Fact(
        text=fact.text,
        kind=reader.member(f"{field}.kind", KINDS, fact.kind, Kind.STATE),
        claims=tuple(
            Claim(subject=claim.subject, predicate=claim.predicate, object=claim.object, literal=claim.literal)
            for claim in fact.claims
        ),
        entities=tuple(
            Named(name=named.name, type=named.type, proper=named.proper, kinds=tuple(named.kinds))
            for named in fact.entities
        ),
        polarity=reader.member(f"{field}.polarity", POLARITIES, fact.polarity, Polarity.AFFIRMED),
        cardinality=reader.member(f"{field}.cardinality", CARDINALITIES, fact.cardinality, Cardinality.UNKNOWN),
        correction=fact.correction,
        valid_from=When(fact.valid_from) if fact.valid_from else None,
        valid_to=When(fact.valid_to) if fact.valid_to else None,
        quote=fact.quote,
        sources=tuple(fact.sources),
        cues=tuple(fact.cues),
        categories=tuple(fact.categories),
    )
