"""Scores of retrieval at turn level: how much of a question's evidence stands in the first k turns of an answer."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from twohop.memory.api import RecallResult

CUTS = (5, 10, 20)
"""The k of every figure, in turns."""

TOGETHER = "1-4"
"""All answerable categories at once."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One question: its category, and for each cut the share of its evidence that was found."""

    category: int
    found: tuple[float, ...]


def turns(result: RecallResult, turn_of: Mapping[str, str]) -> list[str]:
    """The turns of an answer in reading order, each once: a message is its turn, a fact its source turns."""
    order: dict[str, None] = {}
    for item in result.items:
        messages = (item.message,) if item.message is not None else item.sources
        order.update((turn_of[message.id], None) for message in messages if message.id in turn_of)
    return list(order)


def scored(category: int, order: Sequence[str], evidence: Collection[str], cuts: Sequence[int] = CUTS) -> Scored:
    """One answer against the turns that hold the evidence."""
    return Scored(category, tuple(len(set(order[:cut]) & set(evidence)) / len(evidence) for cut in cuts))


def rows(
    system: str,
    embedder: str,
    split: str,
    scores: Sequence[Scored],
    *,
    dataset: str = "locomo",
    together: str = TOGETHER,
    cuts: Sequence[int] = CUTS,
) -> Iterable[dict[str, object]]:
    """The figures of one system, in percent: recall, and all evidence found, by category and together."""
    categories = sorted({score.category for score in scores})
    for name, chosen in [(str(c), {c}) for c in categories] + [(together, set(categories))]:
        some = [score for score in scores if score.category in chosen]
        for place, cut in enumerate(cuts):
            shares = [score.found[place] for score in some]
            for metric, value in (("recall", sum(shares)), ("all", sum(share >= 1 for share in shares))):
                share = 100 * value / len(some)
                yield row(system, embedder, split, name, metric, cut, share, len(some), dataset=dataset)


def row(
    system: str,
    embedder: str,
    split: str,
    category: str,
    metric: str,
    k: int | None,
    value: float,
    n: int,
    *,
    dataset: str = "locomo",
) -> dict[str, object]:
    """One figure."""
    return {
        "dataset": dataset,
        "split": split,
        "system": system,
        "embedder": embedder,
        "category": category,
        "metric": metric,
        "k": k,
        "value": round(value, 2),
        "n": n,
    }
