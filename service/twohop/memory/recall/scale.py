"""Scores of different lists on one scale."""

from collections.abc import Iterable, Mapping


def minmax(scores: Mapping[str, float], over: Iterable[str] | None = None) -> dict[str, float]:
    """Scores mapped so that the lowest is 0 and the highest 1; all 0 when they are equal.

    `over`: the ids whose scores span the scale (None = all); others are cut to it.
    """
    span = [scores[one] for one in over if one in scores] if over is not None else list(scores.values())
    if not span:
        return dict.fromkeys(scores, 0.0)
    low, high = min(span), max(span)
    if high <= low:
        return dict.fromkeys(scores, 0.0)
    width = high - low
    if over is None:
        return {one: (score - low) / width for one, score in scores.items()}
    return {
        one: 0.0 if score <= low else 1.0 if score >= high else (score - low) / width for one, score in scores.items()
    }


def clip(value: float) -> float:
    """The value cut to 0 … 1."""
    return min(1.0, max(0.0, value))
