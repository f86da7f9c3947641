"""What the speaker's own words settle, when neither the extractor nor the judge says it."""

from dataclasses import replace

import pytest

from lives import Story
from twohop.graph.model import Operation
from twohop.memory.ports import Polarity, Verdict
from twohop.memory.write.resolve import ResolvedFact


def quoted(fact: ResolvedFact, quote: str) -> ResolvedFact:
    return replace(fact, evidence=tuple(replace(row, quote=quote) for row in fact.evidence))


@pytest.mark.parametrize(
    "words",
    [
        "Sorry, I typed nonsense: it's Berlin",
        "Ah, I meant Berlin",
        "Correction: Berlin",
        "it's Berlin, so I told you wrong",
        "Berlin, not Bern",
        "Berlin. It isn't Bern",
        "it is actually Berlin",
        "No, Berlin!",
    ],
)
def test_words_that_put_right_make_a_correction(words: str) -> None:
    """Without the extractor's flag the wrong value is taken back all the same: it never held."""
    story = Story()
    story.tell(story.fact("Ana lives_in Bern", "2025-01-10"))
    story.tell(quoted(story.fact("Ana lives_in Berlin", "2025-02-10"), words))
    assert story.at("2025-01-20") == {"Ana lives_in Berlin"}
    assert len(story.memories) == 1


@pytest.mark.parametrize(
    ("words", "start"),
    [
        ("I live in Berlin now, not Bern", None),
        ("Berlin since Monday, not Bern any more", None),
        ("I moved to Berlin, not to Bonn", None),
        ("from February Berlin, not Bern", "2025-02"),
        ("Berlin it is. I'm not sorry", None),
        ("I actually moved to Berlin", None),
        ("No longer Bern: Berlin", None),
    ],
)
def test_news_that_names_the_old_value_is_no_correction(words: str, start: str | None) -> None:
    """A value that the new one replaces was true until then."""
    story = Story()
    story.tell(story.fact("Ana lives_in Bern", "2025-01-10"))
    story.tell(quoted(story.fact("Ana lives_in Berlin", "2025-02-10", valid_from=start), words))
    assert story.at("2025-01-20") == {"Ana lives_in Bern"}
    assert story.at("2025-03-01") == {"Ana lives_in Berlin"}


def test_the_right_time_in_words_moves_the_start() -> None:
    """Saying "Correction: in May, not in March" leaves one memory that begins in May."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2024-01-10", valid_from="2023-03"))
    right = story.fact("Ana works_at Acme", "2024-01-12", valid_from="2023-05")
    story.tell(quoted(right, "Correction: I joined Acme in May, not in March"))
    assert (story.at("2023-04-10"), story.at("2023-06-01")) == (set(), {"Ana works_at Acme"})
    assert len(story.memories) == 1


def test_a_judge_can_not_put_beside_what_the_speaker_puts_in_its_place() -> None:
    """Saying "Birch rather than Acme" leaves one job, also when the judge sees two."""
    for words, jobs in (("Birch rather than Acme", 1), ("I work at Birch", 2)):
        story = Story()
        story.tell(story.fact("Ana works_at Acme", "2025-01-10"))
        verdict = Verdict(operation=Operation.ADD, target=0)
        story.tell(quoted(story.fact("Ana works_at Birch", "2025-02-10"), words), verdict=verdict)
        assert len(story.at("2025-03-01")) == jobs


def test_a_new_wording_that_says_no_more_leaves_the_text() -> None:
    """A judge that swaps a word for a synonym changes nothing; one that brings news does."""
    story = Story()
    story.tell(story.fact("Ana likes tea", "2025-01-10"))
    again = Verdict(operation=Operation.UPDATE, target=0, text="Ana enjoys tea")
    draft = story.tell(story.fact("Ana likes tea", "2025-02-10", subject="Ana"), verdict=again)
    assert draft.decisions[0].operation is Operation.NOOP
    other = story.fact("Ana likes tea", "2025-02-11")
    more = replace(other, fact=replace(other.fact, text="Ana enjoys tea most in the early afternoon"), text_hash="more")
    story.tell(more, verdict=replace(again, text=more.fact.text))
    assert story.at("2025-03-01") == {more.fact.text}


def test_an_end_is_no_correction_for_beginning_with_no() -> None:
    """Saying "No Bern" of what ended leaves the value that was said with it."""
    story = Story()
    story.tell(story.fact("Ana lives_in Bern", "2025-01-10"))
    story.tell(
        quoted(story.fact("Ana lives_in Berlin", "2025-02-10"), "we'll try Berlin"),
        quoted(story.fact("Ana lives_in Bern", "2025-02-10", polarity=Polarity.ENDED), "No Bern"),
    )
    assert (story.at("2025-01-20"), story.at("2025-03-01")) == ({"Ana lives_in Bern"}, {"Ana lives_in Berlin"})


def test_an_end_in_words_of_a_correction_puts_the_past_right() -> None:
    """The value of a past stint is put right within its interval."""
    story = Story()
    for town, said, words in (("Leiden", "2025-01-10", ""), ("Utrecht", "2025-02-10", "I mixed that up")):
        fact = story.fact(f"Ana lives_in {town}", said, polarity=Polarity.ENDED, valid_from="2017", valid_to="2020")
        story.tell(quoted(fact, words))
    assert story.at("2018-06-01") == {"Ana lives_in Utrecht"}
