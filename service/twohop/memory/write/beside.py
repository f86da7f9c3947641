"""Two values of a slot that hold at one time ("two jobs"): what the speaker says, whatever a judge makes of it."""

import re
from collections.abc import Sequence

from twohop.graph.model import Revision
from twohop.memory.ports import Cardinality, Fact
from twohop.memory.write.correct import corrects
from twohop.memory.write.draft import Draft
from twohop.memory.write.resolve import ResolvedFact

DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?)?"
NEXT_TO = (
    r"besides|in addition to|on top of|alongside|in parallel|at the same time|second (?:job|home|flat|office)|"
    r"side (?:job|gig|hustle)|two jobs|both jobs|which i keep|while keeping"
)
STRONG = re.compile(rf"\b(?:{NEXT_TO})\b", re.IGNORECASE)
"""Words that put a value next to another one, wherever they stand."""

WEAK = re.compile(
    rf"\b(?:{NEXT_TO}|also|as well|too|other|both|on (?:the side|weekends)|at weekends|evenings?|{DAY} to {DAY})\b",
    re.IGNORECASE,
)
"""Words that do so when they belong to the statement itself; in a quote they may belong to another clause."""

NESTED = frozenset({"located_in", "born_in", "grew_up_in", "comes_from"})
"""Predicates whose values lie in one another and don't change within one telling: the town, its county, the country."""


def held_beside(draft: Draft, fact: ResolvedFact, line: Sequence[Revision]) -> Revision | None:
    """The value that goes on when the fact's begins, if the speaker says that both hold."""
    if corrects(draft, fact):
        return None
    start = fact.validity.valid_from.at
    covering = next((value for value in line if value.validity.holds(start)), None)
    if covering is not None and says_beside(fact.fact):
        return covering
    now = max(start, fact.observed.at)
    born = [value for value in line if draft.born(value.memory_id) and value.validity.holds(now)]
    if fact.fact.cardinality is not Cardinality.MANY:
        born = [value for value in born if nested(draft, fact, value)]
    # One exchange that affirms two values of which the extractor says that there can be several, or which are nested.
    return next(iter(born), None)


def nested(draft: Draft, fact: ResolvedFact, value: Revision) -> bool:
    """Whether one quote tells both places without a time: one lies in the other, whichever is the larger."""
    if fact.stated or all(triple.predicate not in NESTED for triple in fact.triples[:1]):
        return False
    told = {(row.message_id, row.quote) for row in fact.evidence}
    return any((row.message_id, row.quote) in told for row in draft.grounds(value.memory_id))


def says_beside(fact: Fact) -> bool:
    """Whether the words put the value next to another one; weak ones in the quote need the extractor's word too."""
    if WEAK.search(fact.text) or STRONG.search(fact.quote):
        return True
    return fact.cardinality is Cardinality.MANY and bool(WEAK.search(fact.quote))
