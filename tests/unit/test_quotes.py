"""Quotes are found as they stand, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twohop.llm.quotes import Quotable

CONTENT = "Well — I\u2019ve  moved\nto São Paulo, “the big one”, in May."


@pytest.mark.parametrize(
    ("quote", "span"),
    [
        ("moved\nto São Paulo", "moved\nto São Paulo"),
        ("I've moved to São Paulo", "I\u2019ve  moved\nto São Paulo"),
        ("i'VE MOVED", "I\u2019ve  moved"),
        ('"the big one"', "the big one"),
        ('São Paulo, "the big one", in', "São Paulo, “the big one”, in"),
        ("Sa\u0303o Paulo", "São Paulo"),
        ("Well - I've", "Well — I\u2019ve"),
        ("...in May.", "in May"),
    ],
)
def test_what_a_model_does_to_a_quote_does_not_matter(quote: str, span: str) -> None:
    """Case, white space, the shape of marks and the encoding of accents are undone."""
    assert Quotable(CONTENT).locate(quote) == span


@pytest.mark.parametrize("quote", ["", "  ", '"…"', "moved to Porto", "in May. And", "I have moved"])
def test_other_words_are_no_quote(quote: str) -> None:
    """A quote whose words don't stand in the message, or that has none, is not found."""
    assert Quotable(CONTENT).locate(quote) == ""


@given(st.text(max_size=60), st.data())
def test_every_span_is_found(content: str, data: st.DataObject) -> None:
    """Any span with words is found again, as a span of the content, also in capitals."""
    start = data.draw(st.integers(0, len(content)))
    quote = content[start : data.draw(st.integers(start, len(content)))]
    assert Quotable(content).locate(quote) == (quote if quote.strip() else "")
    assert Quotable(content).locate(quote.upper()) in content


@given(st.text(max_size=40), st.text(max_size=60))
def test_what_is_found_stands_in_the_content(quote: str, content: str) -> None:
    """Whatever is asked for, only a span of the content comes back."""
    assert Quotable(content).locate(quote) in content
