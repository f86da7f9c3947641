"""Results for people: tables, and facts with their dates; for programs: JSON."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

Shape = dict[str, Any]


PIPED_WIDTH = 200
"""Columns of a table that no terminal shows."""


def console() -> Console:
    """Standard output. What was remembered is never read as markup."""
    width = None if sys.stdout.isatty() else PIPED_WIDTH
    return Console(markup=False, highlight=False, emoji=False, width=width)


def as_json(value: object) -> None:
    """JSON on stdout."""
    print(json.dumps(value, ensure_ascii=False, indent=2))  # noqa: T201  # The command line's own output.


def as_json_line(value: object) -> None:
    """JSON on one line of stdout, at once: one of several answers."""
    print(json.dumps(value, ensure_ascii=False), flush=True)  # noqa: T201  # As above.


def table(columns: Sequence[str], rows: Iterable[Sequence[str | None]], *, empty: str) -> None:
    """A table; `empty` says that there is nothing."""
    made = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        made.add_row(*(Text(cell or "") for cell in row))
    console().print(made if made.row_count else Text(empty, style="dim"))


def fields(pairs: Iterable[tuple[str, str | None]]) -> None:
    """Names and values, one a line."""
    made = Table(box=None, pad_edge=False, show_header=False)
    for name, value in pairs:
        made.add_row(Text(name, style="bold"), Text(value or ""))
    console().print(made)


def line(text: str, style: str = "") -> None:
    """One line of text."""
    console().print(Text(text, style=style), soft_wrap=True)


def lasting(shape: Shape) -> str:
    """When something held: `since 2025-09`, `2021 to 2025-09`; empty when nobody said when."""
    start, end = "" if shape["granularity"] == "unknown" else day(shape["valid_from"]), day(shape["valid_to"])
    if start and end:
        return f"{start} to {end}"
    return f"since {start}" if start else f"until {end}" if end else ""


def dated(shape: Shape) -> str:
    """A fact with the time that it holds or held."""
    time = lasting(shape)
    return f"{shape['memory']}  ({time})" if time else str(shape["memory"])


def day(time: str | None) -> str:
    """The date of an ISO time; shorter dates stay as they are."""
    return (time or "")[: len("2025-09-08")]


def path(shape: Shape, indent: str = "") -> None:
    """A chain as readable facts, each with its direction and dates."""
    for place, fact in enumerate(shape["facts"], 1):
        arrow = f"—{fact['relationship']}→" if fact["forward"] else f"←{fact['relationship']}—"
        line(f"{indent}{place}. {dated(fact)}")
        line(f"{indent}   {fact['source']} {arrow} {fact['target']}", "dim")
