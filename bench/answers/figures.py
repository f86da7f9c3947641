"""Answers as rows and tables."""

import statistics
from collections.abc import Mapping, Sequence

from bench.answers.run import Cost, Graded, Plan, Results
from bench.scoring import TOGETHER, row
from rich.table import Table

SHARES = ("f1", "bleu1", "lenient", "strict")
"""In percent."""

COSTS = ("context_tokens", "tokens_in", "tokens_out")
TIMES = ("context", "answer")
MILLION = 1_000_000


def figures(results: Results, split: str, model: str, plan: Plan) -> list[dict[str, object]]:
    """All rows: shares by category and together, mean tokens and times together. `k` is the budget in tokens."""
    found: list[dict[str, object]] = []
    for system, graded in results.graded.items():
        name = f"{system}, {model}"

        def more(category: str, metric: str, value: float, n: int, name: str = name) -> None:
            found.append(
                row(name, results.embedder, split, category, metric, plan.budget, value, n, dataset="locomo-answers")
            )

        categories = sorted({one.category for one in graded})
        for category, chosen in [(str(c), {c}) for c in categories] + [(TOGETHER, set(categories))]:
            some = [one for one in graded if one.category in chosen]
            for metric in SHARES:
                more(category, metric, 100 * statistics.fmean(share(one, metric) for one in some), len(some))
        for metric in COSTS:
            more(TOGETHER, metric, statistics.fmean(getattr(one, metric) for one in graded), len(graded))
        for what in TIMES:
            taken = sorted(1e3 * getattr(one, f"{what}_seconds") for one in graded)
            for quantile, part in (("p50", 0.5), ("p95", 0.95)):
                value = taken[min(len(taken) - 1, int(part * len(taken)))]
                more(TOGETHER, f"{what}_{quantile}_ms", value, len(taken))
    return found


def share(one: Graded, metric: str) -> float:
    """A figure of one answer, 0 to 1."""
    match metric:
        case "f1":
            return one.f1
        case "bleu1":
            return one.bleu1
        case "lenient":
            return float(one.correct["lenient"])
        case _:
            return float(one.correct["strict"])


def table(rows: Sequence[Mapping[str, object]]) -> Table:
    """Shares by category number, then tokens and times."""
    cells = {(str(r["system"]), str(r["category"]), str(r["metric"])): float(str(r["value"])) for r in rows}
    shown = Table(title="Answers: right in %, by category number; tokens of a question; ms p50 / p95")
    for column in (
        "system",
        "category",
        "F1",
        "BLEU-1",
        "lenient",
        "strict",
        "context",
        "sent",
        "found in",
        "answered in",
    ):
        shown.add_column(column, justify="left" if column in {"system", "category"} else "right")
    for system in dict.fromkeys(str(r["system"]) for r in rows):
        for category in dict.fromkeys(str(r["category"]) for r in rows if r["system"] == system):
            shares = [f"{cells[system, category, metric]:.1f}" for metric in SHARES]
            rest: list[str] = []
            if category == TOGETHER:
                rest = [f"{cells[system, category, metric]:,.0f}" for metric in COSTS[:2]]
                for what in TIMES:
                    pair = (cells[system, category, f"{what}_{part}_ms"] for part in ("p50", "p95"))
                    rest.append(" / ".join(f"{one:,.0f}" for one in pair))
            shown.add_row(system, category, *shares, *rest, end_section=category == TOGETHER)
    return shown


def costs_table(costs: Mapping[str, Cost], price_in: float, price_out: float) -> Table:
    """Calls, tokens, and their price where one was given."""
    shown = Table(
        title="What it takes, counted by the default tokenizer; replies are guessed at a phrase and a sentence"
    )
    for column in ("system", "calls", "kept already", "tokens sent", "tokens received", "price"):
        shown.add_column(column, justify="left" if column == "system" else "right")
    every = list(costs.values())
    total = Cost(
        calls=sum(one.calls for one in every),
        kept=sum(one.kept for one in every),
        tokens_in=sum(one.tokens_in for one in every),
        tokens_out=sum(one.tokens_out for one in every),
    )
    for system, one in (*costs.items(), ("together", total)):
        price = (one.tokens_in * price_in + one.tokens_out * price_out) / MILLION
        priced = f"{price:,.2f}" if price_in or price_out else "-"
        counts = (one.calls, one.kept, one.tokens_in, one.tokens_out)
        shown.add_row(system, *(f"{count:,}" for count in counts), priced)
    return shown
