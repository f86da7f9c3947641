"""Categories of facts: coarse ones from the predicate table, finer ones as an extractor or a caller names them."""

from dataclasses import replace

from twohop.graph.model import Kind
from twohop.memory.ports import Fact
from twohop.memory.predicates import FAVOURITE, PredicateTable

OTHER = "other"
"""The category of a fact that has no other."""

PREDICATES = {
    "work": "works_at employs job_title work_status works_in works_on manages managed_by part_of has_part member_of "
    "has_member colleague_of mentors mentored_by founded founded_by",
    "education": "studies_at studied_at studies studied teaches taught_by learns speaks",
    "home": "lives_in lives_with born_in grew_up_in comes_from nationality located_in address neighbour_of",
    "family": "married_to engaged_to sibling_of parent_of child_of grandparent_of grandchild_of relative_of",
    "relationships": "dating friend_of neighbour_of knows met colleague_of marital_status",
    "health": "allergic_to health vital_status height",
    "food": "diet favourite_drink favourite_food",
    "preferences": "likes dislikes prefers interested_in afraid_of wants",
    "travel": "visited",
    "plans": "plans",
    "possessions": "has_pet pet_of owns owned_by drives uses bought sold adopted",
}
"""Category -> the predicates that it is about; a few are about two. What is missing here is `other`."""

OF_KIND = {Kind.PREFERENCE: "preferences", Kind.PLAN: "plans"}
"""Kinds of fact that are a category, whatever they are about."""

OF_PREDICATE: dict[str, tuple[str, ...]] = {
    predicate: tuple(category for category, names in PREDICATES.items() if predicate in names.split())
    for predicate in " ".join(PREDICATES.values()).split()
}


def categorised(fact: Fact, predicates: PredicateTable) -> Fact:
    """The fact with its categories: those it has, then those of its own predicate and its kind, else `other`."""
    found = list(fact.categories)
    if fact.claims:
        predicate = predicates.normalise(fact.claims[0].predicate)
        found += OF_PREDICATE.get(predicate, ("preferences",) if FAVOURITE.match(predicate) else ())
    if fact.kind in OF_KIND:
        found.append(OF_KIND[fact.kind])
    once: dict[str, str] = {}
    for category in found:
        once.setdefault(folded(category), category)
    return replace(fact, categories=tuple(once.values()) or (OTHER,))


def folded(category: str) -> str:
    """What two spellings of one category share."""
    return " ".join(category.casefold().split())
