"""What a fact of the rules carries besides its claim: text, entities, cues, quote, kind, time."""

import pytest

from reading_rules import facts_of, turn
from twohop.graph.model import Kind
from twohop.memory.moment import When
from twohop.memory.ports import Cardinality, Fact, Named


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("I work for Acme.", "Alice works at Acme"),
        ("I used to work for Acme.", "Alice worked at Acme"),
        ("I don't work for Acme.", "Alice does not work at Acme"),
        ("I'm an engineer.", "Alice is an engineer"),
        ("Emma joined Acme as a nurse.", "Emma works at Acme"),
        ("My brother lives in Rome.", "Alice's brother lives in Rome"),
        ("Bob leads the Platform team.", "Bob leads the Platform team"),
        ("The Platform team is part of Acme.", "The Platform team is part of Acme"),
        ("Tom is Emma's husband.", "Tom is Emma's husband"),
        ("I have a dog named Rex.", "Alice has a dog named Rex"),
        ("I prefer tea to coffee.", "Alice prefers tea to coffee"),
        ("My favorite color is green.", "Alice's favourite colour is green"),
        ("I sold my car.", "Alice sold her car"),
        ("I'm 34 years old.", "Alice is 34 years old"),
        ("I was born on 8 March 1990.", "Alice was born on 8 March 1990"),
        ("I'm not allergic to nuts.", "Alice is not allergic to nuts"),
        ("I've been learning Italian for two years.", "Alice is learning Italian"),
        ("We want to visit Japan next year.", "Alice wants to visit Japan in 2026"),
        ("I speak French.", "Alice speaks French"),
        ("I live in the city of Porto.", "Alice lives in Porto"),
    ],
)
def test_texts_stand_alone_in_the_third_person(said: str, text: str) -> None:
    """A text names its subject, reads as English and means the same without the conversation."""
    assert facts_of(said)[0].text == text


def entity(said: str, name: str) -> Named:
    return next(named for fact in facts_of(said) for named in fact.entities if named.name == name)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("I work at Acme.", Named(name="Alice", type="person", proper=True)),
        ("I work at Acme.", Named(name="Acme", type="organisation", proper=True)),
        ("My sister Emma lives in Porto.", Named(name="Emma", type="person", proper=True, kinds=("sister",))),
        ("I live in the city of Porto.", Named(name="Porto", type="place", proper=True, kinds=("city",))),
        ("My dog Rex is old.", Named(name="Rex", type="thing", proper=True, kinds=("dog", "pet"))),
        ("I adopted a puppy named Bo.", Named(name="Bo", type="thing", proper=True, kinds=("puppy", "dog", "pet"))),
        (
            "Bob manages the Platform team.",
            Named(name="Platform team", type="organisation", proper=True, kinds=("team",)),
        ),
        (
            "I founded a startup called Lumen.",
            Named(name="Lumen", type="organisation", proper=True, kinds=("startup",)),
        ),
        ("My brother lives in Rome.", Named(name="Alice's brother", type="person", kinds=("brother",))),
        ("I love jazz.", Named(name="jazz")),
        ("I play the violin.", Named(name="violin", type="thing", kinds=("instrument",))),
        ("I went to a concert.", Named(name="concert", type="event")),
    ],
)
def test_entities_say_what_they_are(said: str, expected: Named) -> None:
    """Each entity has its name, coarse type, whether that is a proper name, and the common words for its kind."""
    assert entity(said, expected.name) == expected


def test_every_end_of_a_claim_is_an_entity() -> None:
    """No claim names an entity that the fact does not describe."""
    for fact in facts_of("My sister's husband Tom works at Fiat in Turin. I met Bob in Rome. I have a brother."):
        names = {named.name for named in fact.entities}
        assert {c.subject for c in fact.claims} | {c.object for c in fact.claims if not c.literal} <= names


@pytest.mark.parametrize(
    ("said", "cues"),
    [
        ("I work at Acme.", {"job", "employer", "company"}),
        ("Bob manages the Platform team.", {"team", "boss", "in charge"}),
        ("I have a dog named Rex.", {"dog", "pet"}),
        ("I prefer tea.", {"drink", "favourite"}),
    ],
)
def test_cues_are_the_tables_and_the_kinds(said: str, cues: set[str]) -> None:
    """A fact can be found by words that it doesn't hold: those of its predicate and of its ends' kinds, at most six."""
    found = facts_of(said)[0].cues
    assert cues <= set(found)
    assert len(found) <= 6


def test_a_quote_is_the_clause_with_its_time() -> None:
    """The quote is the words of the one clause, as written, and the message is its source."""
    said = "Well, Emma no longer works at Globex;  she joined Initech in May - finally!"
    first, second = facts_of(turn(said, place=7))
    assert (first.quote, second.quote) == ("Emma no longer works at Globex", "she joined Initech in May")
    assert first.sources == ("m7",)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("I work at Acme.", Kind.STATE),
        ("I love jazz.", Kind.PREFERENCE),
        ("I visited Rome.", Kind.EVENT),
        ("I plan to visit Rome.", Kind.PLAN),
        ("I'm 34.", Kind.ATTRIBUTE),
    ],
)
def test_kinds(said: str, kind: Kind) -> None:
    """A fact is a state, a preference, an event, a plan or an attribute."""
    assert facts_of(said)[0].kind is kind


def test_cardinality_is_the_tables() -> None:
    """One home at a time, many friends; what the table doesn't know stays unknown."""
    one, many, unknown = (
        facts_of(said)[0].cardinality for said in ("I live in Porto.", "Bob is my friend.", "I painted a fence.")
    )
    assert (one, many, unknown) == (Cardinality.ONE, Cardinality.MANY, Cardinality.UNKNOWN)


def test_yesterday_depends_on_the_speakers_zone() -> None:
    """A date is the speaker's own: late evening in Lisbon is the next day in Tokyo."""
    late = 1_741_737_600_000_000 - 3_600_000_000  # 2025-03-11T23:00Z
    days = {
        zone: facts_of(turn("I visited Rome yesterday.", at=late, zone=zone))[0].valid_from
        for zone in ("UTC", "Asia/Tokyo")
    }
    assert days == {"UTC": When("2025-03-10"), "Asia/Tokyo": When("2025-03-11")}


def test_a_fact_is_given_once() -> None:
    """Saying the same twice in an exchange gives one fact."""
    facts: tuple[Fact, ...] = facts_of("I work at Acme. As I said, I work at Acme!", "I work at Acme.")
    assert [f.text for f in facts] == ["Alice works at Acme"]


def test_a_long_conversation_has_bounded_texts() -> None:
    """However long the sentence, a text is at most 300 characters."""
    said = "I bought " + ", ".join(f"a red bike number {i}" for i in range(200)) + "."
    assert all(len(f.text) <= 300 for f in facts_of(said))
