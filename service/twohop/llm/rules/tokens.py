"""Messages into sentences and words, each with its place in the message."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

MAX_CONTENT = 20_000
"""Characters of a message that are read; a rule reader gains nothing from a pasted book."""

SENTENCE_END = re.compile(r"(?:(?<![.!?…])[.!?…]+[\"'”\u2019)\]]*(?=\s|$)|\n+|(?<=[a-z)])[.!?]+(?=[A-Z][a-z]))")
"""Marks that follow marks begin nothing: a long run of them is looked at once."""

ABBREVIATION = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|Inc|Ltd|Co|Corp|vs|etc|approx|No|e\.g|i\.e|a\.m|p\.m|U\.S|U\.K)|(?<![\w&])[A-Z])$"
)
CONTRACTION = r"n['\u2019]t\b|['\u2019](?:s|m|re|ve|ll|d)\b"
WORD = re.compile(
    rf"(?:\d+(?:[.,:]\d+)*(?:st|nd|rd|th|%|k|cm|kg|km)?\b|[^\W\d_](?:(?!{CONTRACTION})[\w&'\u2019.-])*(?<![.'\u2019-])|{CONTRACTION}|\S)",
    re.IGNORECASE,
)
IRREGULAR_NOT = {"ca": "can", "wo": "will", "sha": "shall"}
SPOKEN = {"gonna": ("going", "to"), "wanna": ("want", "to"), "gotta": ("have", "to"), "cannot": ("can", "not")}
FULL_FORMS = {"'m": "am", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would", "n't": "not"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word or mark: as written, in lower case with contractions spelt out, and its span in the message."""

    text: str
    low: str
    start: int
    end: int

    @property
    def capital(self) -> bool:
        """Whether it is written like a name."""
        return self.text[:1].isupper()

    @property
    def word(self) -> bool:
        """Whether it is a word, not a mark."""
        return self.text[:1].isalnum() or self.low in FULL_FORMS.values() or self.low == "'s"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: its span in the message, its words, and the mark that ends it."""

    start: int
    end: int
    tokens: tuple[Token, ...]
    mark: str

    @property
    def question(self) -> bool:
        """Whether it asks."""
        return "?" in self.mark


def sentences(content: str) -> Iterator[Sentence]:
    """The sentences of a message, in order."""
    content = content[:MAX_CONTENT]
    start = 0
    for end in SENTENCE_END.finditer(content):
        if "." in end[0] and ABBREVIATION.search(content[start : end.start()]):
            continue
        yield sentence(content, start, end.start(), end[0])
        start = end.end()
    if content[start:].strip():
        yield sentence(content, start, len(content), "")


def sentence(content: str, start: int, end: int, mark: str) -> Sentence:
    """One sentence."""
    return Sentence(start, end, tuple(tokens(content, start, end)), mark.strip())


def tokens(content: str, start: int, end: int) -> list[Token]:
    """The words and marks between two places of a message."""
    found: list[Token] = []
    for match in WORD.finditer(content, start, end):
        text = match[0]
        low = text.lower().replace("\u2019", "'")
        last = found[-1] if found else None
        joined = last is not None and last.end == match.start()
        if low == ".":
            if last is not None and joined:
                found[-1] = replace(last, text=f"{last.text}.", end=match.end())  # An abbreviation's full stop.
            continue
        if low == "'" and last is not None and joined and last.low.endswith("s"):
            low = "'s"
        if low in SPOKEN:
            first, second = SPOKEN[low]
            middle = match.start() + len(text) // 2
            found.append(Token(content[match.start() : middle], first, match.start(), middle))
            found.append(Token(content[middle : match.end()], second, middle, match.end()))
            continue
        if low in IRREGULAR_NOT and content[match.end() : match.end() + 3].lower().replace("\u2019", "'") == "n't":
            low = IRREGULAR_NOT[low]
        found.append(Token(text, FULL_FORMS.get(low, low), match.start(), match.end()))
    return found
