"""Names of entities in the form that look-ups compare, and the details that make two texts say different things."""

import re
import unicodedata
from functools import lru_cache

NORMAL_FORM = "nfkc-casefold-2"
"""Version of `normal`, stored with the data: another version needs a rebuild of names."""

ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
FOLDED = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u02bc`"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-"),
}
ARTICLE = re.compile(r"^(?:(?:the|an?(?!\s+\d))\s+)+(?=\S)")
MEASURE = re.compile(r"\d['\"]$")
POSSESSIVE = re.compile(r"(?:'s|(?<=s)')$")
NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
NEGATION = re.compile(r"\b(?:not|never|no|none|nobody|nothing|without|cannot|neither|nor)\b|n't\b", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=16_384)
def normal(name: str) -> str:
    """The form in which names are compared: width and case folded, quotes and dashes folded, spaces collapsed.

    A leading article and a trailing possessive are not part of a name ("the Platform team's" = "platform team").
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    text = unicodedata.normalize("NFKC", text).translate(FOLDED).translate(ZERO_WIDTH)
    before = None
    while text != before:
        before = text
        # Of ".5" and "5", or 5' and 5", the marks are all that tells them apart.
        text = " ".join(text.split()).lstrip(" ,;:!?\"'")
        text = text.rstrip(" ,;:!?" if MEASURE.search(text) else " .,;:!?\"'")
        text = POSSESSIVE.sub("", ARTICLE.sub("", text))
    return text


def numbers(text: str) -> frozenset[str]:
    """The numbers, dates and codes in a text, as written."""
    return frozenset(NUMBER.findall(text))


def proper(text: str) -> frozenset[str]:
    """Capitalised words of any script, case-folded; also those that open a sentence, since names do that too."""
    return frozenset(word.casefold() for word in WORD.findall(text) if word[0].isupper())


def negated(text: str) -> bool:
    """Whether a text holds a negation."""
    return bool(NEGATION.search(text))


def words(text: str) -> frozenset[str]:
    """The words of a text, case-folded."""
    return frozenset(WORD.findall(text.casefold()))


def keeps_details(new: str, old: str) -> bool:
    """Whether `new` keeps every number, name and negation of `old`."""
    return numbers(old) <= numbers(new) and proper(old) <= words(new) and (not negated(old) or negated(new))


def adds_no_details(new: str, *known: str) -> bool:
    """Whether each number, name and negation of `new` already stands in one of the `known` texts."""
    seen_numbers = frozenset[str]().union(*(numbers(text) for text in known))
    seen_words = frozenset[str]().union(*(words(text) for text in known))
    seen_negation = any(negated(text) for text in known)
    return numbers(new) <= seen_numbers and proper(new) <= seen_words and (seen_negation or not negated(new))
