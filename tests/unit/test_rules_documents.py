"""What the rules keep of passages: clauses with the names that they mention."""

import pytest

from reading_rules import facts_of, turn
from twohop.graph.model import Message
from twohop.llm.rules.documents import is_passage
from twohop.llm.rules.tokens import SENTENCE_END

FILM = (
    "Billow is a 1999 drama film about a lighthouse, directed by Mara Quist and starring Edda Brandt. "
    "During the shooting, Quist was assisted by the Harbour Guild of Varna. It opened in May 2000."
)


def said(name: str, content: str) -> Message:
    return turn(content, name=name)


def test_what_a_passage_mentions_is_related_to_its_title() -> None:
    """Each clause is a memory of its own, quoted word for word; dates and words that open sentences are no names."""
    message = said("Billow (film)", FILM)
    facts = facts_of(message)
    related = {claim.object: fact for fact in facts for claim in fact.claims if claim.subject == "Billow"}
    assert {"Mara Quist", "Edda Brandt", "Harbour Guild", "Varna"} <= {
        part for name in related for part in (name, *name.split(" of "))
    }
    assert not {"During", "May", "May 2000", "It"} & related.keys()
    assert all(fact.quote in FILM for fact in facts)
    assert related["Mara Quist"].text == "Billow: directed by Mara Quist and starring Edda Brandt"
    assert all(named.proper for named in related["Mara Quist"].entities)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Mara", "I filmed at Varna with Edda Brandt, and Mara is what they call me there."),
        ("Mara", "Edda Brandt opened the Harbour Guild in Varna."),
        ("Mara", "Did Mara Quist meet Edda Brandt in Varna?"),
        ("Mara", "Mara here! You must see the Harbour Guild."),
    ],
)
def test_what_somebody_says_is_no_passage(name: str, content: str) -> None:
    """Who speaks of themselves or to somebody, asks, or isn't the topic of what they say, is no title."""
    assert not is_passage(said(name, content))


LONG = (
    "It lies between two rivers and was founded by Edda Brandt in 1731, after the old harbour of Varna had silted up. "
    "Her friends built the first lighthouse there, and the Harbour Guild has kept the lamp and the light in it since."
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("DJ Sand?", "DJ Sand? is a musician; his first record, with Edda Brandt, came out in Varna."),
        ("Ruben Holt", "Ruben Holt (died 1318?) was a bailiff of Varna under Edda Brandt."),
        ("Low Quay", LONG),
    ],
)
def test_a_passage_need_not_name_its_title_and_may_be_in_doubt(name: str, content: str) -> None:
    """A question mark inside a sentence asks nothing, and a long text that nobody would say is about its title."""
    assert is_passage(said(name, content))


def test_a_long_story_that_somebody_tells_is_no_passage() -> None:
    """Short forms and exclamations are how people talk."""
    assert not is_passage(said("Mara", LONG.replace("Her friends built", "They're the ones who built")))


def test_no_run_of_marks_takes_long() -> None:
    """Work that grew with the square of the run would not end within the time that any test has."""
    assert is_passage(said("Open Window Story", "\u201c" * 200_000 + " A window."))
    assert SENTENCE_END.search("." * 200_000 + "x") is None


def test_what_the_rules_read_is_not_told_twice() -> None:
    """A plain statement of somebody about themselves by name keeps the one memory that the rules make of it."""
    facts = facts_of(said("Alice", "Alice lives in Paris."))
    assert [fact.claims[0].predicate for fact in facts] == ["lives_in"]
