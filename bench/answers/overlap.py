"""How much of the expected answer an answer repeats: token F1 and BLEU-1."""

import math
import re
from collections import Counter

ARTICLES = frozenset({"a", "an", "the", "and"})
WORD = re.compile(r"\w+(?:'\w+)?")


def tokens(text: str) -> list[str]:
    """The words of an answer, folded, without articles and marks."""
    return [word for word in WORD.findall(text.casefold().replace(",", "")) if word not in ARTICLES]


def f1(answer: str, right: str) -> float:
    """The harmonic mean of the shares of each one's words that the other has, 0 to 1 (Rajpurkar et al., 2016)."""
    given, wanted = tokens(answer), tokens(right)
    common = (Counter(given) & Counter(wanted)).total()
    return 2 * common / (len(given) + len(wanted)) if common else 0.0


def bleu1(answer: str, right: str) -> float:
    """The share of the answer's words that the right one has, less for an answer that is shorter (Papineni, 2002)."""
    given, wanted = tokens(answer), tokens(right)
    if not given:
        return 0.0
    precision = (Counter(given) & Counter(wanted)).total() / len(given)
    return precision * min(1.0, math.exp(1 - len(wanted) / len(given)))
