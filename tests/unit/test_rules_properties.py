"""What holds for the rules on any text."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reading_rules import facts_of, turn
from twohop.memory.predicates import PredicateTable

TABLE = PredicateTable.default()
WORDS = """
I you he she we they Alice Emma Tom Acme Porto Platform my her his Emma's Tom's our the a an of at in from to by with
sister husband dog team manager nurse city works work worked lives lived moved joined left manages leads is am was are
's not n't no longer never used plan going prefer prefers tea coffee love hate and but or if because who which that when
will named called Rex May 2021 until yesterday last month 34 years old married born . , ; ! ? - ( ) " \u2019s I'm don't
since favourite colour green actually sorry meant it Berlin Bern than over been have has had got new job as
"""
BY_WORD = [word for line in WORDS.splitlines() for word in line.split()]

sentences = st.lists(st.sampled_from(BY_WORD), max_size=24).map(" ".join)
anything = st.one_of(sentences, st.text(max_size=200), st.tuples(sentences, st.text(max_size=20)).map("".join))


@settings(max_examples=300, deadline=None)
@given(st.lists(anything, min_size=1, max_size=3), st.lists(anything, max_size=2))
def test_any_text_gives_whole_facts_or_none(said: list[str], before: list[str]) -> None:
    """Nothing makes the rules fail; each fact quotes its message and is bounded, named, in the table's own words."""
    recent = [turn(text, place=i, name="Bob") for i, text in enumerate(before)]
    exchange = [turn(text, place=100 + i) for i, text in enumerate(said)]
    contents = {message.id: message.content for message in exchange}
    for fact in facts_of(*exchange, recent=recent):
        (source,) = fact.sources
        assert fact.quote
        assert fact.quote in contents[source]
        assert 0 < len(fact.text) <= 300
        assert len(fact.cues) <= 6
        assert fact.claims
        names = {named.name for named in fact.entities}
        for claim in fact.claims:
            assert claim.subject.strip()
            assert claim.object.strip()
            assert claim.predicate == TABLE.normalise(claim.predicate) != ""
            assert claim.subject in names


@settings(max_examples=100, deadline=None)
@given(st.lists(anything, min_size=1, max_size=3))
def test_the_same_text_gives_the_same_facts(said: list[str]) -> None:
    """Reading is deterministic: no clock, no chance, nothing kept between calls."""
    assert facts_of(*said) == facts_of(*said)


@settings(max_examples=60, deadline=None)
@given(anything)
def test_a_question_states_nothing(said: str) -> None:
    """Whatever is asked, in one sentence, gives no fact."""
    one = " ".join(re.sub(r"[.!?…;\s]+", " ", said).split())
    assert facts_of(f"{one}?") == ()


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    [
        "I work at Acme. ",
        "and I work at Acme ",
        "Emma's ",
        "(",
        "my sister's ",
        "a, ",
        "last ",
        "from 2019 to ",
        "A",
        "no, ",
        "I ",
    ],
)
def test_a_very_long_message_is_read_in_time(piece: str) -> None:
    """Fifty thousand characters, of plain sentences or of one that never ends, don't keep the process busy."""
    assert len(facts_of(piece * (50_000 // len(piece)))) <= 1
