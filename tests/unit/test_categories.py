"""Coarse categories of facts."""

import pytest

from twohop.graph.model import Kind
from twohop.memory.categories import OF_PREDICATE, categorised
from twohop.memory.ports import Claim, Fact
from twohop.memory.predicates import PredicateTable

TABLE = PredicateTable.default()


def fact(predicate: str, kind: Kind = Kind.STATE, categories: tuple[str, ...] = ()) -> Fact:
    claim = Claim(subject="Ana", predicate=predicate, object="x")
    return Fact(text="Ana", kind=kind, claims=(claim,), categories=categories)


@pytest.mark.parametrize(
    ("given", "categories"),
    [
        (fact("works for"), ("work",)),
        (fact("lives_in"), ("home",)),
        (fact("sister of"), ("family",)),
        (fact("friend_of"), ("relationships",)),
        (fact("allergic_to"), ("health",)),
        (fact("favourite_drink", Kind.PREFERENCE), ("food", "preferences")),
        (fact("favourite_author"), ("preferences",)),
        (fact("visited", Kind.PLAN), ("travel", "plans")),
        (fact("has_pet"), ("possessions",)),
        (fact("studies_at"), ("education",)),
        (fact("orbits"), ("other",)),
        (Fact(text="It rained."), ("other",)),
        (fact("works_at", categories=("Work", "secret")), ("Work", "secret")),
        (fact("orbits", categories=("space",)), ("space",)),
    ],
)
def test_a_fact_has_the_categories_of_its_predicate_and_kind(given: Fact, categories: tuple[str, ...]) -> None:
    """Its own come first, spelt as they are; then those of the table; `other` stands for none."""
    assert categorised(given, TABLE).categories == categories


def test_every_categorised_predicate_is_the_tables() -> None:
    """No predicate is listed under a name that facts never have."""
    assert [name for name in OF_PREDICATE if name not in TABLE.rows] == []
