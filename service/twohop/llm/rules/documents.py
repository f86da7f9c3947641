"""Passages: texts about what they are called by, in the third person, such as an article under its title.

Rules read few of their sentences. What is left is kept as it stands, clause by clause, each about the title and the
names in it: the link from what a text is about to the names it mentions is what leads from one text to the next.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from twohop.graph.model import Message
from twohop.llm.rules.grammar_words import ADVERBS, DETERMINERS, NOT_NAMES, PREPOSITIONS, SUBORDINATORS
from twohop.llm.rules.scene import MAX_TEXT
from twohop.llm.rules.tokens import sentences
from twohop.memory.calendar_words import MONTH_NAMES
from twohop.memory.names import normal
from twohop.memory.ports import Cardinality, Claim, Fact, Named
from twohop.vector.sparse import analyse

CAPITAL = r"(?![a-z\u00df-\u00ff])[^\W\d_]"
WORD = r"[\w'\u2019.&-]*"
NAME = re.compile(rf"{CAPITAL}{WORD}(?:(?:\s+(?:of|the|de|for|von|van|der|la|du|al|bin))*\s+(?:{CAPITAL}|\d){WORD})*")
"""A run of words with capitals, with the small words inside it."""

ADDRESSED = re.compile(
    r"(?:^|[.!?,;]\s+|\b(?:that|and|but|when|if|because|as|while|so)\s+)I\s+[a-z]|\bI['\u2019]\w|"
    r"\b(?:[Mm]e|[Mm]y|[Mm]ine|[Ww]e|[Oo]ur|[Yy]ou|[Yy]our)\b"
)
"""Words of somebody who speaks for themselves or to somebody."""

QUOTED = re.compile(r"[\"\u201c][^\"\u201c\u201d]*[\"\u201d]")
BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
SEPARATOR = re.compile(r"[,;:()]+")
POSSESSIVE = re.compile(r"['\u2019]s?$")

INSIDE = re.compile(rf"(?<=[\w,] )({CAPITAL}{WORD}\w)")
"""A word with a capital that doesn't open a sentence."""

SMALL = PREPOSITIONS | SUBORDINATORS | DETERMINERS | ADVERBS | NOT_NAMES
"""Words that have a capital only because they open a sentence."""

ASKED = re.compile(r"\?(?=[\"\u201d]?\s*(?:$|[\"\u201c]?[A-Z]))")
"""A question mark that ends a sentence; another one belongs to a name or a doubtful date."""

LONG = 40
"""Words of a text that is about its title without naming it, if nothing in it is as people talk."""

TALK = re.compile(
    r"!|\w['\u2019](?:t|re|ll|ve|d|m)\b|\b(?:it|that|there|here|he|she|let|what|who)['\u2019]s\b|['\u2019]cause\b",
    re.IGNORECASE,
)
"""Exclamations and short forms."""

LONGEST_PERSON = 2
"""Words of most people's names: what has more is a title."""

LEAST_WORDS = 2
"""Words without a capital that make a clause; a shorter piece belongs to what stands before it."""

MOST_NAMES = 8
"""Names of one clause: more are a list."""

RELATED = "related_to"


def is_passage(message: Message) -> bool:
    """Whether a message is a text about what it is called by, and not what somebody of that name says."""
    title = subject_of(message)
    about = (
        len(title.split()) > LONGEST_PERSON
        or (len(message.content.split()) >= LONG and TALK.search(message.content) is None)
        or bool(set(analyse(title)) & set(analyse(message.content)))
    )
    text = QUOTED.sub(" ", message.content.replace(title, " "))
    return about and ASKED.search(text) is None and ADDRESSED.search(text) is None


def subject_of(message: Message) -> str:
    """What a passage is about: its title, without what stands in brackets at its end."""
    return BRACKETS.sub("", message.name).strip() or message.name


def mentions(message: Message, read: Sequence[Fact]) -> Iterator[Fact]:
    """The clauses of a passage with the names that the facts read from it don't have."""
    title = subject_of(message)
    known = {normal(named.name) for fact in read for named in fact.entities} | {normal(title)}
    inside = set(INSIDE.findall(message.content))
    for sentence in sentences(message.content):
        for start, end in clauses(message.content, sentence.start, sentence.end):
            quote = message.content[start:end]
            names = names_in(quote, title, inside)
            if small_words(quote) < LEAST_WORDS or all(normal(name) in known for name in names):
                continue
            text = quote if normal(title) in normal(quote) else f"{title}: {quote}"
            if len(text) <= MAX_TEXT:
                yield Fact(
                    text=text,
                    claims=tuple(Claim(subject=title, predicate=RELATED, object=name) for name in names),
                    entities=tuple(Named(name=name, proper=True) for name in (title, *names)),
                    cardinality=Cardinality.MANY,
                    quote=quote,
                    sources=(message.id,),
                )


def clauses(content: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence's clauses as spans: its pieces between commas and brackets, small ones with what stands before."""
    pieces: list[tuple[int, int]] = []
    first = start
    for mark in (*SEPARATOR.finditer(content, start, end), None):
        last = mark.start() if mark else end
        if pieces and small_words(content[first:last]) < LEAST_WORDS:
            pieces[-1] = (pieces[-1][0], last)
        elif content[first:last].strip():
            pieces.append((first, last))
        first = mark.end() if mark else end
    for begin, beyond in pieces:
        piece = content[begin:beyond]
        yield begin + len(piece) - len(piece.lstrip()), beyond - (len(piece) - len(piece.rstrip()))


def small_words(text: str) -> int:
    """How many words don't begin with a capital."""
    return sum(word[:1].islower() for word in text.split())


def names_in(text: str, title: str, inside: Collection[str]) -> list[str]:
    """The names in a clause but for the title's own, at most `MOST_NAMES`.

    `inside`: the words that stand with a capital inside a sentence; any other may have it for opening one.
    """
    own: Collection[str] = {normal(title), *normal(title).split()}
    found: dict[str, str] = {}
    for run in NAME.finditer(text):
        words = run.group().strip(".&-").split()
        while words and (words[0].casefold() in SMALL or not analyse(words[0])):
            words = words[1:]
        name = POSSESSIVE.sub("", " ".join(words))
        opens = run.start() == 0 and len(words) == 1 and name not in inside
        dated = all(word.casefold() in MONTH_NAMES or word[0].isdigit() for word in words)
        if len(name) > LEAST_WORDS and not opens and not dated and normal(name) not in own:
            found.setdefault(normal(name), name)
    return list(found.values())[:MOST_NAMES]
