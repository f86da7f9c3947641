"""A value set against another one: "Corsica rather than Crete", "Bern, not Basel"."""

import re

from twohop.graph.model import Revision
from twohop.memory.names import words
from twohop.memory.write.resolve import ResolvedFact

AGAINST = re.compile(
    r"(?:\b(?:not|rather than|instead of|in place of|no longer)|n't)\s+(?P<named>[\w'-]+(?:\s+[\w'-]+){0,3})",
    re.IGNORECASE,
)
"""What puts away the value that is named right behind it, in up to four words ("not in the old town")."""


def sets_against(fact: ResolvedFact, value: Revision) -> bool:
    """Whether the speaker's words put the fact in the place of another value, which they name."""
    if value.triples[:1] == fact.triples[:1]:
        return False
    of_value = {word for word in words(value.text) - words(fact.fact.text) if len(word) > 1}
    said = (fact.fact.text, *(row.quote for row in fact.evidence))
    return any(of_value & words(found["named"]) for text in said for found in AGAINST.finditer(text))
