"""The figures of all sizes as one table: a line for each of a system, a column for each size."""

from collections.abc import Iterable, Sequence

from bench.speed.figures import Row
from rich.console import Console
from rich.table import Table

Key = tuple[str, str, str, str]
"""Metric, system, whose, and k."""

PAIRED = ("_p50_ms", "_p95_ms")
WIDTH = 130
"""Columns of a table: a pipe has 80 for rich, which would cut the names."""

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


def table(rows: Iterable[Row]) -> Table:
    """Times as half / 95 % of the calls; a dash where a size has no such figure."""
    cells: dict[Key, dict[int, list[str]]] = {}
    sizes: dict[int, None] = {}
    for row in rows:
        metric, size = str(row["metric"]), int(str(row["split"]))
        name = metric
        for ending in PAIRED:
            name = name.replace(ending, "_ms")
        key = (name, str(row["system"]), str(row["category"]), "" if row["k"] is None else str(row["k"]))
        cells.setdefault(key, {}).setdefault(size, []).append(number(float(str(row["value"]))))
        sizes[size] = None
    shown = Table(title="Speed and size, by the memories of the one owner; times p50 / p95")
    for column in ("", "system", "whose", "k"):
        shown.add_column(column, no_wrap=True)
    for size in sorted(sizes):
        shown.add_column(f"{size:,}", justify="right", no_wrap=True)
    before = ""
    for key in sorted(cells, key=place):
        metric, system, whose, k = key
        if before and metric != before:
            shown.add_section()
        values = [" / ".join(cells[key].get(size, ["-"])) for size in sorted(sizes)]
        shown.add_row(metric if metric != before else "", system, whose, k, *values)
        before = metric
    return shown


def place(key: Key) -> tuple[int, Key]:
    """Where a line stands."""
    metric = key[0]
    begins = [n for n, name in enumerate(ORDER) if metric.startswith(name)]
    # The longest name that fits: adds_per_second is no add.
    return max(begins, key=lambda n: len(ORDER[n]), default=len(ORDER)), key


def number(value: float) -> str:
    """Three figures, or as many as stand before the point."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def show(machine: dict[str, object], rows: Sequence[Row]) -> None:
    """The machine, then the table."""
    console = Console(width=WIDTH)
    console.print(described(machine))
    console.print(table(rows))


def described(machine: dict[str, object]) -> str:
    """The machine in a sentence."""
    versions = machine["versions"]
    told = ", ".join(f"{name} {version}" for name, version in versions.items()) if isinstance(versions, dict) else ""
    return (
        f"{machine['cpu']}, {machine['cores']} processors, {machine['memory_gib']} GiB, {machine['system']}, "
        f"Python {machine['python']}, {told}; load {machine['load']} at the end (above the number of processors others "
        "had their share, and times only compare)."
    )
