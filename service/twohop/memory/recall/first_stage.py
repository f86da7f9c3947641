"""The first stage: messages in order by one sum over a lexical list, a dense list and small terms.

Complete on its own for conversations. Weights are round numbers that serve conversations and passages alike, measured
on LoCoMo and MuSiQue development halves; each is a share of the lexical list's span.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log1p

from twohop.graph.model import digest
from twohop.memory.api import Scores
from twohop.memory.points import speaker
from twohop.memory.recall.dates import date_match, tells_time
from twohop.memory.recall.question import Asks, Question, named_speakers
from twohop.memory.recall.scale import minmax
from twohop.memory.recall.search import Lists
from twohop.memory.recall.turns import Rarity, Turn
from twohop.vector.sparse import MESSAGE_LENGTH, MESSAGE_SLOPE, SATURATION

SPEAKER = 0.4
"""For a message of a speaker (or with a title) whom the question names: soft, so that nothing is excluded."""

LENGTH = 0.2
"""For the longest message, by the logarithm of its words: short ones rarely hold the answer."""

QUESTION = -0.06
"""For a message that is a question itself."""

DATE = 0.25
"""For a message of the day or month that the question names."""

TIME = 0.25
"""For a message with a time expression, when the question asks when."""

REPLY = 0.2
"""For the reply to a question that matches best."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """Messages in order. `scores`: the parts of each; `scaled`: its total between 0 and 1 over the list."""

    order: tuple[str, ...] = ()
    scores: Mapping[str, Scores]
    scaled: Mapping[str, float]


def rank_messages(
    question: Question,
    lists: Lists,
    turns: Mapping[str, Turn],
    rarity: Rarity,
    weights: Mapping[str, float],
    dense_weight: float,
) -> Ranked:
    """The messages of both lists in the order of the first stage. `weights`: the lexical query, stem to weight."""
    ids = [one for one in lists.ids if one in turns]
    lexical = minmax({one: lists.lexical.get(one, 0.0) for one in ids})
    dense = minmax({one: lists.dense[one] for one in ids if one in lists.dense})
    small = small_terms(question, {one: turns[one] for one in ids}, rarity, weights)
    scores = {
        one: Scores(
            total=lexical[one] + dense_weight * dense.get(one, 0.0) + small[one],
            lexical=lexical[one],
            dense=dense_weight * dense.get(one, 0.0),
            small_terms=small[one],
        )
        for one in ids
    }
    totals = {one: score.total for one, score in scores.items()}
    return Ranked(order=tuple(best_first(totals, turns)), scores=scores, scaled=minmax(totals))


def rank_by_meaning(lists: Lists, turns: Mapping[str, Turn]) -> Ranked:
    """The messages by their dense score alone, for measurements."""
    totals = {one: lists.dense[one] for one in lists.ids if one in turns and one in lists.dense}
    scores = {one: Scores(total=total, dense=total) for one, total in totals.items()}
    return Ranked(order=tuple(best_first(totals, turns)), scores=scores, scaled=minmax(totals))


def small_terms(
    question: Question, turns: Mapping[str, Turn], rarity: Rarity, weights: Mapping[str, float]
) -> dict[str, float]:
    """The sum of a message's small terms."""
    names = Counter(speaker(turn.message) for turn in turns.values())
    named = named_speakers(question, names)
    length = minmax({one: log1p(len(turn.words)) for one, turn in turns.items()})
    replies = (one for one, turn in turns.items() if turn.previous is not None and "?" in turn.previous.content)
    reply = minmax({**dict.fromkeys(turns, 0.0), **{one: before(turns[one], rarity, weights) for one in replies}})
    found: dict[str, float] = {}
    for one, turn in turns.items():
        content = turn.message.content
        score = LENGTH * length[one]
        if speaker(turn.message) in named:
            score += SPEAKER
        if content.rstrip().endswith("?"):
            score += QUESTION
        if question.dates:
            score += DATE * date_match(question.dates, turn.day)
        if question.asks is Asks.WHEN and tells_time(content):
            score += TIME
        score += REPLY * reply[one]
        found[one] = score
    return found


def before(turn: Turn, rarity: Rarity, weights: Mapping[str, float]) -> float:
    """The lexical score of what was said right before a message, by its own words."""
    counts = Counter(turn.previous_words)
    norm = SATURATION * (1 - MESSAGE_SLOPE + MESSAGE_SLOPE * sum(counts.values()) / MESSAGE_LENGTH)
    return sum(
        weights[stem] * rarity(stem) * (SATURATION + 1) * count / (count + norm)
        for stem, count in counts.items()
        if stem in weights
    )


def best_first(totals: Mapping[str, float], turns: Mapping[str, Turn]) -> list[str]:
    """Ids by score; equals by the newest, then by text, so that the order never depends on how they were found."""

    def key(one: str) -> tuple[float, int, str, str]:
        message = turns[one].message
        return -round(totals[one], DIGITS), -message.observed_at, digest(message.content), one

    return sorted(totals, key=key)


DIGITS = 6
"""Decimals in which scores are compared: below it lies the noise of summing."""


def scaled_or_zero(ranked: Ranked, ids: Iterable[str]) -> float:
    """The best scaled score of some messages; 0 when none of them is in the list."""
    return max((ranked.scaled.get(one, 0.0) for one in ids), default=0.0)
