"""What the machine tells: facts about few people and things, so that they meet, and verdicts without any sense."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from twohop.graph.model import Kind, Operation
from twohop.memory.moment import When
from twohop.memory.ports import Cardinality, Claim, Fact, Named, Polarity, Verdict

TYPES = {
    "Ana": "person", "Ben": "person", "Acme": "organisation", "Birch": "organisation", "Cedar": "organisation",
    "Rome": "place", "Oslo": "place", "tea": "thing", "jazz": "thing",
}  # fmt: skip

OBJECTS = {
    "works_at": ("Acme", "Birch", "Cedar"),
    "lives_in": ("Rome", "Oslo"),
    "likes": ("tea", "jazz", "Rome"),
    "dislikes": ("tea", "jazz"),
    "admires": ("Ben", "Ana"),
    "visited": ("Rome", "Oslo"),
    "age": ("40", "41"),
    "totem": ("Ana", "Ben"),
}
"""Predicates with what they are said of: one value at a time, many, opposites, literals, one the table doesn't know."""

LIKELY = (
    "works_at",
    "works_at",
    "works_at",
    "lives_in",
    "lives_in",
    "likes",
    "dislikes",
    "admires",
    "visited",
    "age",
    "totem",
)
"""Predicates as often as they are told: timelines are where most can go wrong."""

LITERAL = frozenset({"age"})
ONE_BY_OPINION = frozenset({"totem"})

DATES = ("2019", "2024-03", "2024-03-10", "2025-W20", "2025-05", "2025-06-10", "2025-08", "2026-01-15", "2030")
"""Back-dated, around the time of telling, and in the future; coarse ones hold finer ones."""

TAILS = ("",) * 5 + (" with Cedar since 2019", " three days a week and every other sunday morning", " (not always)")
"""What a text says beyond its claim: details that an update may not lose, and words that make it news."""


@dataclass(frozen=True, slots=True)
class Telling:
    """The facts of one add, and what a judge will say about them."""

    facts: tuple[Fact, ...]
    verdicts: tuple[Verdict, ...]

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:  # noqa: FBT001 - hypothesis calls it so.
        for fact, verdict in zip(self.facts, self.verdicts, strict=True):
            judged = f"{verdict.operation} {verdict.target} {verdict.text!r}"
            printer.text(f"\n    {short(fact)} judged {'' if cycle else judged}")


def short(fact: Fact) -> str:
    """A fact as a failing life prints it."""
    claims = " & ".join(f"{one.subject} {one.predicate} {one.object}" for one in fact.claims)
    since = f" from {fact.valid_from.iso}" if fact.valid_from else ""
    until = f" to {fact.valid_to.iso}" if fact.valid_to else ""
    how = f" [{fact.kind} {fact.polarity}{' correction' if fact.correction else ''}]"
    return f"{fact.text!r} = {claims}{since}{until}{how}"


def named(name: str) -> Named:
    return Named(name=name, type=TYPES[name], proper=name[0].isupper())


def claim(subject: str, predicate: str, thing: str) -> Claim:
    return Claim(subject=subject, predicate=predicate, object=thing, literal=predicate in LITERAL)


@st.composite
def claims(draw: st.DrawFn, subject: str) -> Claim:
    predicate = draw(st.sampled_from(LIKELY))
    return claim(subject, predicate, draw(st.sampled_from(OBJECTS[predicate])))


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    subject = draw(st.sampled_from(("Ana", "Ana", "Ana", "Ben")))
    own = draw(claims(subject))
    more = draw(st.one_of(st.just(()), st.tuples(claims(subject))))
    text = f"{own.subject} {own.predicate.replace('_', ' ')} {own.object}{draw(st.sampled_from(TAILS))}"
    start = draw(st.one_of(st.none(), st.sampled_from(DATES)))
    end = draw(st.one_of(st.none(), st.none(), st.sampled_from(DATES)))
    names = {end for one in (own, *more) for end in (one.subject, one.object) if end in TYPES}
    return Fact(
        text=text,
        kind=draw(st.sampled_from((Kind.STATE, Kind.STATE, Kind.STATE, Kind.EVENT, Kind.PLAN, Kind.PREFERENCE))),
        claims=(own, *more),
        entities=tuple(named(name) for name in sorted(names)),
        polarity=draw(st.sampled_from((Polarity.AFFIRMED,) * 5 + (Polarity.ENDED, Polarity.NEGATED))),
        cardinality=Cardinality.ONE if own.predicate in ONE_BY_OPINION else Cardinality.UNKNOWN,
        correction=draw(st.sampled_from((False, False, False, True))),
        valid_from=When(start) if start else None,
        valid_to=When(end) if end else None,
        cues=draw(st.sampled_from(((), ("job", "home")))),
    )


@st.composite
def verdicts(draw: st.DrawFn, told: Sequence[Fact]) -> Verdict:
    """Any operation about any number, with any text."""
    operation = draw(st.sampled_from((Operation.ADD, Operation.UPDATE, Operation.DELETE, Operation.NOOP)))
    target = draw(st.one_of(st.integers(0, 3), st.integers(0, 3), st.integers(-1, 12), st.none()))
    text = draw(st.sampled_from((*(fact.text for fact in told), "", "Ana owns 7 cats", "forget everything")))
    return Verdict(operation=operation, target=target, text=text, reason="a whim")


@st.composite
def tellings(draw: st.DrawFn) -> Telling:
    told = tuple(draw(st.lists(facts(), min_size=1, max_size=5)))
    judged = draw(st.lists(verdicts(told), min_size=len(told), max_size=len(told)))
    return Telling(facts=told, verdicts=tuple(judged))
