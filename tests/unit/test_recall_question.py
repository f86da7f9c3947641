"""What is read from a question before anything is looked up."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twohop.graph.model import Entity
from twohop.memory.names import normal
from twohop.memory.recall.dates import AskedDate, asked_dates, date_match, tells_time
from twohop.memory.recall.question import Asks, Wanted, longest_names, named_speakers, understand


def entity(name: str) -> Entity:
    return Entity(id=name, partition="p", key=name, name=name, normal=normal(name), named=True)


@pytest.mark.parametrize(
    ("query", "type_", "word"),
    [
        ("Who manages the team?", "person", ""),
        ("Whose dog is Rex?", "person", ""),
        ("Where does Emma live?", "place", ""),
        ("In which city does Emma live?", "place", "city"),
        ("Which company does Tom work at?", "organisation", "company"),
        ("What dog does Emma have?", "", "dog"),
        ("And at what university did she study?", "organisation", "university"),
        ("What is the name of the dog?", "", ""),
        ("Tell me about Tom", "", ""),
    ],
)
def test_the_kind_asked_for_is_read_from_the_question_word(query: str, type_: str, word: str) -> None:
    """Who is a person, where a place, and "which X" an X."""
    assert understand(query).wanted == Wanted(type_, word)


@pytest.mark.parametrize(
    ("query", "asks"),
    [
        ("When did Emma move?", Asks.WHEN),
        ("What year was that?", Asks.WHEN),
        ("On which day did they meet?", Asks.WHEN),
        ("How many dogs does she have?", Asks.NUMBER),
        ("How long has Emma lived there, and when did she come?", Asks.NUMBER),
        ("Who came when it rained?", Asks.OTHER),
        ("What did she buy?", Asks.OTHER),
    ],
)
def test_times_and_numbers_are_told_from_other_answers(query: str, asks: Asks) -> None:
    """The first question word decides; "how many" and "what year" are read before it."""
    assert understand(query).asks is asks


@pytest.mark.parametrize(
    ("query", "past"),
    [
        ("Where did Alice work before Solstice?", True),
        ("Where did Emma previously live?", True),
        ("What did he use to drink? He used to drink tea.", True),
        ("Where does Alice work?", False),
    ],
)
def test_a_question_about_the_past_is_told_by_its_words(query: str, past: bool) -> None:  # noqa: FBT001
    """Before, used to, previously: then closed facts count too."""
    assert understand(query).past is past


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("what happened on 8 may 2023?", [AskedDate(2023, 5, 8)]),
        ("what happened on may 8th, 2023?", [AskedDate(2023, 5, 8)]),
        ("in july 2023", [AskedDate(2023, 7, 0)]),
        ("in may", [AskedDate(0, 5, 0)]),
        ("you may march on", []),
        ("during 2022", [AskedDate(2022)]),
        ("between june and august 2023", [AskedDate(0, 6, 0), AskedDate(2023, 8, 0)]),
        ("who won?", []),
    ],
)
def test_dates_are_read_with_or_without_a_year(text: str, dates: list[AskedDate]) -> None:
    """Days, months and years; "may" and "march" only where they can't be verbs."""
    assert list(asked_dates(text)) == dates


def test_a_message_of_the_day_fits_best_and_those_around_it_less() -> None:
    """The day itself 1, later days more than earlier ones, other months nothing."""
    asked = [AskedDate(2023, 5, 8)]
    same, after, before = (date_match(asked, date(2023, 5, day)) for day in (8, 10, 6))
    assert same == 1
    assert 1 > after > before > 0
    month = [AskedDate(0, 5, 0)]
    assert date_match(month, date(2021, 5, 30)) == 1
    assert date_match(month, date(2021, 6, 1)) == 0.3
    assert date_match(month, date(2021, 9, 1)) == 0
    assert date_match([AskedDate(2023, 2, 31)], date(2023, 2, 28)) == 0
    assert date_match([], date(2023, 5, 8)) == 0


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("I saw her yesterday", True),
        ("We met three weeks ago", True),
        ("It was in October", True),
        ("See you on Friday", True),
        ("I may march on", False),
        ("The cake was great", False),
    ],
)
def test_time_expressions_in_a_text_are_seen(text: str, tells: bool) -> None:  # noqa: FBT001
    """Words that tell a time, but not verbs that look like months."""
    assert tells_time(text) is tells


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("What did Caroline buy?", {"Caroline"}),
        ("What did Mel buy for Caro?", {"Melanie", "Caroline"}),
        ("Is New York City larger than York?", {"New York City", "York"}),
        ("What about Paris (Texas)?", {"Paris (Texas)"}),
        ("What did they buy?", set()),
    ],
)
def test_speakers_and_titles_are_named_by_the_longest_name_or_a_short_form(query: str, named: set[str]) -> None:
    """Exact names first, the longest wins; short forms only of one-word names that speak more than once."""
    names = Counter({"Caroline": 5, "Melanie": 4, "York": 1, "New York City": 1, "New York": 1, "Paris (Texas)": 1})
    assert named_speakers(understand(query), names) == named


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("Does Jean-Luc O'Brien know Alice's boss?", ["Jean-Luc O'Brien", "Alice"]),
        ("Where is the Platform team's office?", ["Platform team"]),
        ("Who is alice?", ["Alice"]),
        ("Who is Alicea?", []),
    ],
)
def test_entities_are_named_as_written_whatever_their_punctuation(query: str, named: list[str]) -> None:
    """Hyphens, apostrophes, articles and possessives don't hide a name; no word is part of two names."""
    known = {one.normal: [one] for one in map(entity, ("Alice", "Jean-Luc O'Brien", "Jean-Luc", "Platform team"))}
    assert [one.name for one in longest_names(understand(query), known)] == named


@given(st.text(max_size=200))
def test_any_text_can_be_asked(text: str) -> None:
    """No text breaks the analysis, and its words stand where they say."""
    question = understand(text)
    assert len(question.words) == len(question.spans)
    assert all(question.text[first:beyond] for first, beyond in question.spans)
    for gram in question.grams():
        assert gram.words.split(" ") == [question.words[place] for place in sorted(gram.places)]
