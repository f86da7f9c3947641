"""Memories that a caller pasted into a prompt: seen again in a message, they are no new evidence.

Callers put what they recalled before or into the user's words, as a list or a block of context. Were it extracted
again, every memory would confirm itself for ever. Only such lines count, and only those that repeat a memory: someone
who says once more, in a sentence of their own, where they live, still says it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from twohop.graph.model import Message
from twohop.memory.names import normal
from twohop.memory.ports import Candidate, Fact

ITEM = re.compile(r"\s*(?:[-*+\u2022\u2023\u2013\u2014]|\(?\d{1,3}[.)]|>+)\s+(?P<text>\S.*)")
"""A list item or a quoted line."""

OPENS = re.compile(
    r"\s*(?:<(?:\w+[-_ ])?(?:context|memory|memories|facts|profile|background)\b[^>]*>|```.*|"
    r".*\b(?:memor(?:y|ies)|context|facts|background|profile|(?:you )?(?:know|remember)\b.*)\b[^.?!]*:)\s*",
    re.IGNORECASE,
)
"""A line that opens a block of context: a tag, a fence, or a heading that speaks of what is known."""

CLOSES = re.compile(r"\s*(?:</[^>]*>|```)?\s*")
"""A line that closes it: a blank one, a closing tag or a fence."""

ASIDE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
"""What a caller may add at the end of a memory: a date, a score."""


def pasted(fact: Fact, exchange: Sequence[Message]) -> frozenset[str]:
    """The pasted lines, in normal form, in which the fact's quote stands; empty when it stands anywhere else too."""
    if not fact.quote:
        return frozenset()
    holding = [message for message in exchange if fact.quote in message.content]
    found: set[str] = set()
    for message in [message for message in holding if message.id in fact.sources] or holding:
        lines = list(pasted_lines(message.content))
        for place in occurrences(fact.quote, message.content):
            around = [text for start, end, text in lines if start <= place and place + len(fact.quote) <= end]
            if not around:
                return frozenset()
            found.update(form for text in around for form in forms(text))
    return frozenset(found)


def repeats(lines: frozenset[str], known: Iterable[Candidate]) -> bool:
    """Whether one of the pasted lines says, word for word, what a memory says."""
    return any(normal(candidate.text) in lines for candidate in known)


def pasted_lines(content: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and text of the lines that are list items or stand in a block of context."""
    inside = False
    start = 0
    for line in content.splitlines(keepends=True):
        end = start + len(line)
        item = ITEM.match(line)
        if item:
            yield start, end, item["text"]
        elif inside and CLOSES.fullmatch(line):
            inside = False
        elif inside:
            yield start, end, line
        elif OPENS.fullmatch(line):
            inside = True
        start = end


def occurrences(quote: str, content: str) -> Iterator[int]:
    """Where the quote starts."""
    place = content.find(quote)
    while place >= 0:
        yield place
        place = content.find(quote, place + 1)


def forms(text: str) -> set[str]:
    """The line in normal form, with and without what follows it in brackets."""
    return {normal(text), normal(ASIDE.sub("", text))}
