"""A measurement's figures as rows, in the form that all measurements share."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from bench.scoring import row
from bench.speed.measure import Measured

DATASET = "speed"
EMBEDDER = "wordllama/256"

Row: TypeAlias = dict[str, object]


def figure(system: str, size: int, category: str, metric: str, value: float, n: int, *, k: int | None = None) -> Row:
    """One figure. `size`: memories of the one owner; `category`: whose; `n`: calls or points that it rests on."""
    told = row(system, EMBEDDER, str(size), category, metric, k, value, n, dataset=DATASET)
    # Parts of a millisecond count here.
    return {**told, "value": round(value, 4)}


def quantiles(
    system: str, size: int, category: str, what: str, found: Measured, *, k: int | None = None
) -> Iterator[Row]:
    """Milliseconds in which half of the calls, and 95 % of them, were done."""
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        yield figure(system, size, category, f"{what}_{name}_ms", 1e3 * found.quantile(share), len(found.seconds), k=k)


def timed(seconds: Sequence[float]) -> Measured:
    """Calls of which nothing but the time was noted."""
    return Measured(seconds=seconds, statements=[0] * len(seconds), total=sum(seconds))
