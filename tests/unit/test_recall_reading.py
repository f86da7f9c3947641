"""How a question reads from its name outwards: what is described on the way, and what is left once that is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twohop.memory.recall.question import understand
from twohop.memory.recall.reading import MOST, Reading, read


def reading(text: str, *names: str) -> Reading:
    found = read(understand(text), names)
    assert found is not None
    return found


def described(text: str, *names: str) -> list[str]:
    return [" ".join(one.words) for one in reading(text, *names).descriptions]


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("Who manages the company Alice works at?", "Alice", ["company"]),
        ("Who governs the city the boss of Veluja lives in?", "Veluja", ["boss", "city"]),
        ("Who manages the team at Alice's company?", "Alice", ["company", "team"]),
        ("Where does Emma's younger sister's dog sleep?", "Emma", ["younger sister", "dog sleep"]),
        ("Where does my sister live?", "my", ["sister live"]),
        ("What is the dog of Emma's sister called?", "Emma", ["sister called"]),
        ("Who is the boss of the mentor of Ann?", "Ann", ["mentor"]),
        ("Where does Alice work?", "Alice", []),
        ("Who is Emma's sister?", "Emma", []),
        ("Who is the manager of Acme?", "Acme", []),
        ("Who is the founder of the maker of Hava married to?", "Hava", ["maker", "founder"]),
        ("Which company does Alice work at?", "Alice", []),
    ],
)
def test_things_on_the_way_are_read_innermost_first(text: str, name: str, words: list[str]) -> None:
    """Possessives from the name on, then articles back to the start; what a question asks for is not on the way."""
    assert described(text, name) == words


def test_the_innermost_of_very_many_descriptions_are_read() -> None:
    """What follows from each of them is looked at, so that their number is bounded."""
    assert described("Who is " + "the boss of " * 900 + "the mentor of Emma?", "Emma") == [
        "mentor",
        *["boss"] * (MOST - 1),
    ]


@pytest.mark.parametrize(
    ("text", "name", "inner", "rest"),
    [
        ("Who founded the company Ann works at?", "Ann", "the company Ann works at", "Who founded X"),
        (
            "In which city is the firm Ann works at located?",
            "Ann",
            "the firm Ann works at",
            "In which city is X located",
        ),
        ("Who runs the city where Ann has a home?", "Ann", "the city where Ann has a home", "Who runs X"),
        ("Which tool does the boss of Ann rely on?", "Ann", "the boss of Ann", "Which tool does X rely on"),
        ("Where does Emma's sister live?", "Emma", "Emma s sister", "Where does X live"),
    ],
)
def test_the_question_reads_on_from_the_thing_described(text: str, name: str, inner: str, rest: str) -> None:
    """A description gives way to the name of its thing; a clause takes its verb with it, a possessive doesn't."""
    one = reading(text, name)
    assert one.inner(0).text == inner
    assert one.onward(0, "X").asked.text == rest


def test_each_step_of_a_long_question_is_asked_by_itself() -> None:
    """Three facts: three questions, each about one name."""
    one = reading("Who governs the city the boss of Veluja lives in?", "Veluja")
    assert one.inner(0).text == "the boss of Veluja"
    two = one.onward(0, "Ann")
    assert two.inner(0).text == "the city Ann lives in"
    assert two.inner(0).words == ("city", "lives")
    assert two.onward(0, "Porto").asked.text == "Who governs Porto"


def test_the_last_place_of_the_longest_name_counts() -> None:
    """A question is read around the longest name; without any there is nothing to read."""
    assert reading("Does Ann know the dog of Ann Lee?", "Ann", "Ann Lee").tokens[-2:] == ("Ann", "Lee")
    assert read(understand("Who is it?"), ["Ann"]) is None


WORDS = st.lists(st.sampled_from("the of Ann s dog who where at in boss my is city that".split()), max_size=12)  # noqa: SIM905


@given(WORDS)
def test_any_words_can_be_read_to_the_end(words: list[str]) -> None:
    """Whatever a question says, every description has words, and following each one ends."""
    found = read(understand(" ".join([*words, "Ann"])), ["Ann"])
    assert found is not None
    left = len(found.descriptions)
    while found.descriptions:
        assert all(one.words for one in found.descriptions)
        assert "X" in found.onward(0, "X").tokens
        found = found.onward(0, "X")
        assert found.tokens[found.first : found.beyond] == ("X",)
        assert len(found.descriptions) == (left := left - 1)
