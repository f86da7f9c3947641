"""When something stored is what a scenario expects: the same triple, and dates to the granularity given."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.truth.scenario import Expected, Scenario
from bench.truth.state import State

from twohop.graph.model import Granularity, Memory, Moment, Triple
from twohop.memory.moment import When, end_of, written
from twohop.memory.names import normal
from twohop.memory.ports import Claim
from twohop.memory.predicates import PredicateTable


@dataclass(frozen=True, slots=True)
class Matcher:
    """Compares facts by the predicate table's names for predicates, and by entities for their ends.

    `aliases` maps the normal form of a name to the one that the scenario itself gives the same entity first.
    """

    predicates: PredicateTable
    aliases: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, predicates: PredicateTable, scenario: Scenario) -> "Matcher":
        """With the other names that the scenario's facts give."""
        aliases: dict[str, str] = {}
        for claim in (fact.claims[0] for exchange in scenario.exchanges for fact in exchange.facts):
            if predicates.normalise(claim.predicate) == "also_known_as":
                first = aliases.get(normal(claim.subject), normal(claim.subject))
                aliases[normal(claim.object)] = first
        return cls(predicates, aliases)

    def known_as(self, name: str) -> str:
        """The name that stands for all names of its entity."""
        return self.aliases.get(normal(name), normal(name))

    def same_claim(self, a: Expected | Claim, b: Expected | Claim) -> bool:
        """Whether two facts of a scenario make the same claim."""
        return self.same_subject(a, b) and self.known_as(a.object) == self.known_as(b.object)

    def same_subject(self, a: Expected | Claim, b: Expected | Claim) -> bool:
        """Whether two facts of a scenario say something of the same kind about the same subject."""
        same = self.predicates.normalise(a.predicate) == self.predicates.normalise(b.predicate)
        return same and self.known_as(a.subject) == self.known_as(b.subject)

    def says(self, triple: Triple, expected: Expected | Claim, state: State) -> bool:
        """Whether a stored triple makes the claim, from either side ("Ana manages Ben" = "Ben reports to Ana")."""
        subjects, objects = state.names(triple)
        stored, wanted = self.predicates.normalise(triple.predicate), self.predicates.normalise(expected.predicate)
        subject, end = normal(expected.subject), normal(expected.object)
        if stored == wanted and subject in subjects and end in objects:
            return True
        inverse = self.predicates.inverse(wanted)
        return bool(inverse) and stored == inverse and subject in objects and end in subjects

    def holds(self, memory: Memory, expected: Expected | Claim, state: State) -> bool:
        """Whether one of a memory's triples makes the claim."""
        return any(self.says(triple, expected, state) for triple in memory.revision.triples)

    def near(self, memory: Memory, expected: Expected, state: State) -> bool:
        """Whether a memory says something of the same kind about the same subject."""
        wanted, subject = self.predicates.normalise(expected.predicate), normal(expected.subject)
        return any(
            self.predicates.normalise(triple.predicate) == wanted and subject in state.names(triple)[0]
            for triple in memory.revision.triples
        )


def dated(memory: Memory, expected: Expected) -> bool:
    """Whether a memory's interval is the expected one, where a date is expected. An event's end is its length."""
    revision = memory.revision
    end = revision.validity.valid_to or revision.occurred_until
    return fits(revision.validity.valid_from, expected.valid_from) and fits(end, expected.valid_to)


def fits(stored: Moment | None, expected: When | None) -> bool:
    """Whether the stored granule lies within the expected one.

    2025-09-08 fits an expected 2025-09; a stored 2025 does not, it says less than was told. A stored moment of unknown
    granularity counts as the instant that it stands for, since that is what comparisons use.
    """
    if expected is None:
        return True
    if stored is None:
        return False
    if stored.granularity not in {Granularity.UNKNOWN, Granularity.INSTANT}:
        # A value may begin later in its granule than the first instant, where another one held until then.
        stored = When(written(stored)).moment(stored.time_zone)
    return within(stored, expected.moment(stored.time_zone))


def within(inner: Moment, outer: Moment) -> bool:
    """Whether one granule, given by its first instant, lies within another."""
    if outer.granularity is Granularity.INSTANT:
        return inner.at == outer.at
    return outer.at <= inner.at < end_of(outer).at and end_of(inner).at <= end_of(outer).at


def compatible(one: When | None, other: When | None) -> bool:
    """Whether two dates of a scenario can mean the same: one lies within the other, or one is not given."""
    if one is None or other is None:
        return True
    a, b = one.moment("UTC"), other.moment("UTC")
    return within(a, b) or within(b, a)


def asked_at(as_of: When | None, now: int) -> int | None:
    """The instant that a question's `as_of` means; None = now.

    A date is meant with all that happened on it: the last microsecond of its granule, or now if that comes first.
    """
    if as_of is None:
        return None
    moment = as_of.moment("UTC")
    if moment.granularity is Granularity.INSTANT:
        return moment.at
    last = end_of(moment).at - 1
    return now if moment.at <= now < last else last
