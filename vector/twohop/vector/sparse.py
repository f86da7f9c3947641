"""The lexical half of the index: texts to sparse vectors whose plain dot product is windowed BM25F.

A stored value is the saturated frequency of a term in a text's fields, a query's value is the weight of a word; the
index multiplies by idf. So any store of sparse vectors serves the ranking, and all of them give the same scores.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

import snowballstemmer

from twohop.vector.model import Sparse
from twohop.vector.stopwords import STOP
from twohop.vector.text_cache import TextCache

ENCODER = "bm25f/1"
"""Version of everything here that decides what is stored: raise it when stored vectors would change."""

WINDOW: Mapping[int, float] = {-4: 0.1, -3: 0.2, -2: 0.3, -1: 0.5, 0: 1.0, 1: 0.4, 2: 0.2, 3: 0.1, 4: 0.1}
"""Weight of a message's and its neighbours' words by the distance in the session.

Measured on LoCoMo's development half: +15.7 points of recall@10; random neighbours instead lose 6.
"""

RADIUS = max(WINDOW)
"""Neighbours on each side that a message's vector holds: so many before a new message are encoded again."""

WHO = 2.0
"""Weight of the speaker's or title's words; the date's words and the facts' count once."""

SATURATION = 1.2
"""k1 of BM25 (Robertson and Zaragoza 2009)."""

MESSAGE_SLOPE, MESSAGE_LENGTH = 0.5, 60.0
"""b of BM25, and the length in weighted words that counts as average: fixed, so that a vector never goes stale."""

FACT_SLOPE, FACT_LENGTH = 0.75, 10.0
"""As for messages. LoCoMo's recorded facts have 9.3 stems on average, before cues."""

WORD = re.compile(r"[^\W_]+")

STEMS: TextCache[tuple[str, ...]] = TextCache(4_000_000)
BODIES: TextCache[tuple[str, ...]] = TextCache(1_000_000)
"""Stems of whole texts, and of bodies without names. A character takes some 10 bytes with them."""

SHORT_FORMS = (3, 4)
"""Letters of a speaker's name that also name the speaker: Mel, Caro."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFields:
    """What a message is found by.

    `who`: speaker or title. `date`: as people write it (8 May 2023). `neighbours`: bodies of the messages around it in
    its session by offset (-1 = the one before); offsets beyond `RADIUS` count nothing. `facts`: texts (and cues) of
    the facts taken from it. `drop_names`: the session's named speakers; when there are several their names, which
    every turn holds, are taken out of the bodies.
    """

    who: str
    date: str
    body: str
    neighbours: Mapping[int, str] = field(default_factory=dict)
    facts: Sequence[str] = ()
    drop_names: Sequence[str] = ()


def words(text: str) -> list[str]:
    """The words of a text: letters and digits, folded."""
    return WORD.findall(fold(text))


def analyse(text: str) -> list[str]:
    """The stems of a text in order, without stop words."""
    return [stem(word) for word in words(text) if word not in STOP]


def stems_of(text: str) -> tuple[str, ...]:
    """As `analyse`, for texts that are met again and again: what stands in a ledger doesn't change."""
    return STEMS.get(text, text, lambda: tuple(analyse(text)))


def surfaces(text: str) -> dict[str, str]:
    """For each stem of the text the word that stands for it most often (the first of equals)."""
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for word in words(text):
        if word not in STOP:
            seen[stem(word)][word] += 1
    return {key: forms.most_common(1)[0][0] for key, forms in seen.items()}


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The Snowball (English) stem of a folded word."""
    # A stemmer holds its word as state: one for each call is safe in all threads.
    stemmed: str = snowballstemmer.stemmer("english").stemWord(word)
    return stemmed


@lru_cache(maxsize=65_536)
def term_id(stem: str) -> int:
    """The stem's place in sparse vectors: 31 bits, the same in every process and version."""
    return int.from_bytes(blake2b(stem.encode(), digest_size=4).digest()) >> 1


def encode_message(fields: MessageFields) -> Sparse:
    """The sparse vector of a message: its words, its neighbours' by distance, speaker, date and facts."""
    frequencies: defaultdict[str, float] = defaultdict(float)
    add(frequencies, analyse(fields.who), WHO)
    add(frequencies, analyse(fields.date), 1.0)
    for fact in fields.facts:
        add(frequencies, analyse(fact), 1.0)
    names = tuple(fields.drop_names)
    for offset, body in {**fields.neighbours, 0: fields.body}.items():
        if weight := WINDOW.get(offset):
            add(frequencies, body_stems(body, names), weight)
    return saturated(frequencies, MESSAGE_SLOPE, MESSAGE_LENGTH)


def encode_fact(text: str, cues: Sequence[str] = ()) -> Sparse:
    """The sparse vector of a fact or a relation's text: its words and the words by which someone would ask for it."""
    frequencies: defaultdict[str, float] = defaultdict(float)
    for part in (text, *cues):
        add(frequencies, analyse(part), 1.0)
    return saturated(frequencies, FACT_SLOPE, FACT_LENGTH)


def encode_query(weights: Mapping[str, float]) -> Sparse:
    """The sparse vector of a query: stems and their weights; those without a positive weight are left out."""
    return summed((term_id(key), weight) for key, weight in weights.items() if weight > 0)


def body_stems(body: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The stems of a body without the speakers' names. Cached, since a message stands in nine windows."""

    def make() -> tuple[str, ...]:
        pattern = naming(names)
        return tuple(analyse(pattern.sub(" ", fold(body)) if pattern else body))

    return BODIES.get((body, names), body, make)


@lru_cache(maxsize=1_024)
def naming(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """What names one of several speakers in a folded text, also shortened or possessive; None for a lone speaker."""
    folded = {name for name in (fold(name).strip() for name in names) if name}
    if len(folded) <= 1:
        return None
    forms = folded | {name[:letters] for name in folded for letters in SHORT_FORMS}
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})(?:['\u2019]s)?\b")


def add(frequencies: defaultdict[str, float], stems: Iterable[str], weight: float) -> None:
    """Count the stems, each by the weight."""
    for key in stems:
        frequencies[key] += weight


def saturated(frequencies: Mapping[str, float], slope: float, average: float) -> Sparse:
    """BM25's value of each frequency, (k1 + 1) tf / (tf + k1 (1 - b + b len / average)), idf left to the index."""
    norm = SATURATION * (1 - slope + slope * sum(frequencies.values()) / average)
    return summed((term_id(key), (SATURATION + 1) * tf / (tf + norm)) for key, tf in frequencies.items())


def summed(terms: Iterable[tuple[int, float]]) -> Sparse:
    """A sparse vector with ascending ids; the values of stems that share an id are added."""
    values: defaultdict[int, float] = defaultdict(float)
    for key, value in terms:
        values[key] += value
    ordered = sorted(values.items())
    return Sparse(ids=tuple(key for key, _ in ordered), values=tuple(value for _, value in ordered))


def fold(text: str) -> str:
    """The form in which texts are compared: compatibility characters unified, case folded."""
    return unicodedata.normalize("NFKC", text).casefold()
