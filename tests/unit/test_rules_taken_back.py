"""What is taken back: jokes, denials that shorten a name, plans that are called off."""

import pytest

from reading_rules import facts_of, read, shown, turn


def over(*said: str) -> list[str]:
    """The facts of the last message; the ones before are earlier messages."""
    *before, last = said
    recent = [turn(content, place=place) for place, content in enumerate(before)]
    return [shown(fact) for fact in facts_of(last, recent=recent)]


@pytest.mark.parametrize("joke", ["Just kidding!", "I was joking.", "April Fools!", "haha, that was a joke"])
def test_a_joke_is_taken_back_in_the_next_sentence(joke: str) -> None:
    """The sentence before a "just kidding" states nothing; the one before that still does."""
    assert read(f"I live in Porto. I moved to Mars. {joke}") == ["+ Alice lives_in Porto"]


def test_a_joke_of_the_last_message_is_denied() -> None:
    """A joke that is all of a message denies the one thing that the speaker's last message stated."""
    assert over("I work at Dublin Zoo.", "April Fools!") == ["! Alice works_at Dublin Zoo"]


@pytest.mark.parametrize(
    "said",
    [
        ("I work at Acme. I live in Porto.", "Just kidding!"),
        ("I work at Acme.", "Nice weather today.", "Just kidding!"),
        ("I work at Acme.", "I was joking around with Tom yesterday."),
        ("I work at Acme.", "Are you kidding?"),
    ],
)
def test_a_joke_that_may_mean_something_else_denies_nothing(said: tuple[str, ...]) -> None:
    """Of two statements either may be meant, and what was said two messages ago is settled."""
    assert [fact for fact in over(*said) if fact.startswith("!")] == []


@pytest.mark.parametrize(
    ("before", "said", "facts"),
    [
        ("I work at Dublin Zoo.", "I don't work at the zoo.", ["! Alice works_at Dublin Zoo"]),
        ("I work at Acme Labs.", "I left Acme in May.", ["- Alice works_at Acme Labs @..2024-05"]),
        ("I work at Acme Labs.", "I left Globex in May.", ["- Alice works_at Globex @..2024-05"]),
        ("Tom works at Acme Labs.", "I left Acme in May.", ["- Alice works_at Acme @..2024-05"]),
        (
            "Tom works at Acme Labs. Tom goes by Tommy.",
            "Tommy left Acme in May.",
            ["- Tommy works_at Acme Labs @..2024-05"],
        ),
        ("I work at Dublin Zoo.", "I work at the zoo.", ["+ Alice works_at zoo"]),
    ],
)
def test_a_shortened_name_means_what_was_said_of_the_same_subject(before: str, said: str, facts: list[str]) -> None:
    """The beginning or end of a longer name said before of the same subject and predicate is that name."""
    assert over(before, said) == facts


@pytest.mark.parametrize(
    "said", ["Japan is off.", "Japan is cancelled.", "I'm not visiting Japan any more.", "I cancelled Japan."]
)
def test_a_plan_called_off_ends(said: str) -> None:
    """The one plan that speaks of what is called off ends."""
    assert over("I plan to visit Japan in May.", said) == ["- Alice plans =visit Japan in May 2025"]


@pytest.mark.parametrize("said", ["Japan is great.", "Peru is off.", "Japan isn't off.", "I'm not visiting Peru."])
def test_a_plan_stays_when_something_else_is_said_of_it(said: str) -> None:
    """What is not called off, or is another plan, ends nothing."""
    assert over("I plan to visit Japan in May.", said) == []


def test_of_two_plans_with_the_same_words_none_is_called_off() -> None:
    """When two plans speak of the same thing it is not clear which is meant."""
    assert over("I plan to visit Japan in May.", "I plan to leave Japan in June.", "Japan is off.") == []
