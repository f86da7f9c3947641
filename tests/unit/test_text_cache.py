"""What is kept of texts takes memory by their length, not by their number."""

import tracemalloc

from twohop.vector.sparse import MessageFields, analyse, encode_message, stems_of
from twohop.vector.text_cache import TextCache

LONG = "a gardener waters the lemon tree before breakfast " * 400
"""20,000 characters."""

MEBIBYTE = 2**20


def test_what_is_kept_is_bounded_by_characters() -> None:
    """The one unasked for longest goes first; what alone is too long is not kept."""
    cache: TextCache[str] = TextCache(10)
    made: list[str] = []

    def ask(text: str) -> str:
        def make() -> str:
            made.append(text)
            return text.upper()

        return cache.get(text, text, make)

    assert [ask(text) for text in ("abcde", "fgh", "abcde", "ijkl")] == ["ABCDE", "FGH", "ABCDE", "IJKL"]
    assert made == ["abcde", "fgh", "ijkl"]
    assert cache.characters == len("abcde" + "ijkl")
    assert ask("abcde") == "ABCDE"
    assert [ask("longer than ten") for _ in range(2)] == ["LONGER THAN TEN"] * 2
    assert [ask(text) for text in ("abcde", "fgh", "abcde")] == ["ABCDE", "FGH", "ABCDE"]
    assert made[3:] == [*["longer than ten"] * 2, "fgh"]


def test_many_long_messages_take_bounded_memory() -> None:
    """Five hundred messages of 20,000 characters, as they are read and as they are indexed."""
    tracemalloc.start()
    try:
        for number in range(500):
            text = f"{number} {LONG}"
            assert stems_of(text)[0] == str(number)
            encode_message(MessageFields(who="Ana", date="", body=text))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 16 * MEBIBYTE
    assert stems_of(LONG) == tuple(analyse(LONG))
