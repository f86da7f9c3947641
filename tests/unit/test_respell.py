"""When two spellings of what is taken back are one thing, and when a number is one that changes."""

import pytest

from twohop.graph.model import Kind, Triple
from twohop.memory.ports import Cardinality, Fact
from twohop.memory.predicates import PredicateTable
from twohop.memory.write.resolve import slot_of
from twohop.memory.write.respell import folded

TABLE = PredicateTable.default()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Friday", "Fridays"),
        ("Cadiz", "Cádiz"),
        ("Sem's Taylor guitar", "Taylor guitar"),
        ("her yoga lessons", "yoga lesson"),
        ("her house", "the house"),
    ],
)
def test_spellings_of_one_thing_fold_to_the_same(one: str, other: str) -> None:
    """Accents, plural endings and whose it is make no difference to what is taken back."""
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("tea", "green tea"), ("555-0101", "555-0102"), ("v1.2", "v1.20"), ("RAV4", "RAV 4"), ("Bern", "Berlin")],
)
def test_different_things_stay_different(one: str, other: str) -> None:
    """What contains another name, or differs in a number or code, is another thing."""
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    ("literal", "kind", "opinion", "one"),
    [
        ("20", Kind.STATE, Cardinality.UNKNOWN, True),
        ("12 km", Kind.ATTRIBUTE, Cardinality.UNKNOWN, True),
        ("20", Kind.EVENT, Cardinality.UNKNOWN, False),
        ("20", Kind.STATE, Cardinality.MANY, False),
        ("AB-123-CD", Kind.STATE, Cardinality.UNKNOWN, False),
        ("blue", Kind.STATE, Cardinality.UNKNOWN, False),
    ],
)
def test_an_amount_that_nobody_has_an_opinion_on_is_one_at_a_time(
    literal: str, kind: Kind, opinion: Cardinality, *, one: bool
) -> None:
    """A bare number of a state changes; events, codes and what the extractor calls many don't replace each other."""
    fact = Fact(text="Hugo does some push-ups", kind=kind, cardinality=opinion)
    slot = slot_of("0" * 32, fact, Triple("hugo", "push_ups_per_morning", literal=literal), TABLE)
    assert bool(slot) is one
