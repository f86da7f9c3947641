"""Where a name stands in a text: the first place where it is a word of its own, in whatever case."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twohop.memory.write.resolve import span_of

ASCII = st.text("abcAB1_ -.'", max_size=12)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Ann", "Annabel met ANN.", (12, 15)),
        ("Ann", "Annabel", None),
        ("ann", "my_ann, ann1, ann", (14, 17)),
        ("C++", "C++ and c++x", (0, 3)),
        ("\u0130zmir", "we saw \u0130zmir", (7, 12)),
        ("Zo\u00eb", "zo\u00eb, not Zo\u00ebs", (0, 3)),
        ("aXa", "aXaXa", None),
        ("a a", "ba a a", (3, 6)),
    ],
)
def test_a_name_is_found_as_a_word(name: str, text: str, expected: tuple[int, int] | None) -> None:
    assert span_of(name, text) == expected


@given(ASCII.filter(str.strip), ASCII)
def test_plain_names_are_found_where_a_pattern_finds_them(name: str, text: str) -> None:
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
    assert span_of(name, text) == (found.span() if found else None)
