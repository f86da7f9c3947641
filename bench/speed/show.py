"""The figures of all sizes as one table: a line for each of a system, a column for each size."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.speed.figures import Row
from rich.console import Console
from rich.table import Table

PAIRED = ("_p50_ms", "_p95_ms")
ORDER = (
    "recall",
    "first_hits",
    "first_message",
    "embed",
    "echo",
    "add",
    "adds_per_second",
    "facts_per_second",
    "write",
    "memory",
    "disk",
    "start",
)
"""How the lines follow one another: by what their metric begins with."""

WIDTH = 130
"""Columns of a table: a pipe has 80 for rich, which would cut the names."""


@dataclass(frozen=True, slots=True)
class Line:
    """A figure over the sizes: times as the half and 95 % of the calls; a dash where a size has none."""

    metric: str
    system: str
    whose: str
    k: str
    values: tuple[str, ...]


def sizes_of(rows: Iterable[Mapping[str, object]]) -> list[int]:
    """The sizes that were measured."""
    return sorted({int(str(row["split"])) for row in rows})


def lines(rows: Sequence[Mapping[str, object]]) -> list[Line]:
    """The figures, a line each, those of one metric together."""
    sizes = sizes_of(rows)
    cells: dict[tuple[str, str, str, str], dict[int, list[str]]] = {}
    for row in rows:
        metric = str(row["metric"])
        for ending in PAIRED:
            metric = metric.replace(ending, "_ms")
        key = (metric, str(row["system"]), str(row["category"]), "" if row["k"] is None else str(row["k"]))
        cells.setdefault(key, {}).setdefault(int(str(row["split"])), []).append(number(float(str(row["value"]))))
    found = [
        Line(*key, tuple(" / ".join(by_size.get(size, ["-"])) for size in sizes)) for key, by_size in cells.items()
    ]
    return sorted(found, key=lambda line: (place(line.metric), line.metric, line.system, line.whose, line.k))


def place(metric: str) -> int:
    """Where a metric's lines stand. The longest name that fits: adds_per_second is no add."""
    begins = [n for n, name in enumerate(ORDER) if metric.startswith(name)]
    return max(begins, key=lambda n: len(ORDER[n]), default=len(ORDER))


def number(value: float) -> str:
    """Three figures, or as many as stand before the point."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def show(machine: Mapping[str, object], rows: Sequence[Row]) -> None:
    """The machine, then the table."""
    table = Table(title="Speed and size, by the memories of the one owner; times p50 / p95")
    for column in ("", "system", "whose", "k"):
        table.add_column(column, no_wrap=True)
    for size in sizes_of(rows):
        table.add_column(f"{size:,}", justify="right", no_wrap=True)
    before = ""
    for line in lines(rows):
        if before and line.metric != before:
            table.add_section()
        table.add_row("" if line.metric == before else line.metric, line.system, line.whose, line.k, *line.values)
        before = line.metric
    console = Console(width=WIDTH)
    console.print(described(machine))
    console.print(table)


def described(machine: Mapping[str, object]) -> str:
    """The machine in a sentence."""
    versions = machine["versions"]
    told = ", ".join(f"{name} {version}" for name, version in versions.items()) if isinstance(versions, dict) else ""
    return (
        f"{machine['cpu']}, {machine['cores']} processors, {machine['memory_gib']} GiB, {machine['system']}, "
        f"Python {machine['python']}, {told}; load {machine['load']} at the end (above the number of processors others "
        "had their share, and times only compare)."
    )
