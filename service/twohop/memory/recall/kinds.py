"""Common words for kinds of things, and the coarse type of what they name.

They stand in for the kinds that an extractor gives with an entity, where it gave none.
"""

from collections.abc import Mapping

ORGANISATIONS = frozenset(
    "company employer firm business workplace organisation organization agency school university college club team "  # noqa: SIM905 - a list of words reads as one.
    "group department division unit band hospital clinic studio shop store office institute startup charity "
    "employed employs works studies plays".split()
)
PEOPLE = frozenset(
    "wife husband spouse partner boss manager lead head supervisor mother father parent mom dad brother sister "  # noqa: SIM905 - as above.
    "sibling twin friend daughter son child kid grandmother grandfather aunt uncle cousin niece nephew colleague "
    "coworker girlfriend boyfriend fiance fiancee married author director teacher doctor dentist neighbour neighbor "
    "roommate flatmate coach mentor founder".split()
)
PLACES = frozenset("city town country village state region hometown birthplace".split())  # noqa: SIM905 - as above.

TYPES: Mapping[str, str] = {
    **dict.fromkeys(ORGANISATIONS, "organisation"),
    **dict.fromkeys(PEOPLE, "person"),
    **dict.fromkeys(PLACES, "place"),
}
"""Word -> type, for things met on the way to an answer."""

ASKED: Mapping[str, str] = {**TYPES, "person": "person", "place": "place", "area": "place", "location": "place"}
"""Word -> type, for the word right after "which" or "what"."""
