"""What was measured, as a table for people and as JSON for programs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.truth.play import Played, Row
from bench.truth.score import Check, CheckKind
from rich.console import Console
from rich.table import Table

TOGETHER = "all themes"


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many."""

    passed: int
    total: int

    @classmethod
    def of(cls, passed: Iterable[bool]) -> "Share":
        """The share that is true."""
        every = list(passed)
        return cls(sum(every), len(every))

    @property
    def percent(self) -> float | None:
        """In percent with one digit; None of nothing."""
        return round(100 * self.passed / self.total, 1) if self.total else None

    def __str__(self) -> str:
        return f"{self.passed}/{self.total}" if self.total else "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of some scenarios in one row."""

    scenarios: int
    shares: Mapping[CheckKind, Share]
    wrongly_retired: int
    right: Share

    @classmethod
    def of(cls, played: Sequence[Played]) -> "Figures":
        """Add them up."""
        checks = [check for one in played for check in one.checks]
        return cls(
            scenarios=len(played),
            shares={kind: Share.of(c.passed for c in checks if c.kind is kind) for kind in CheckKind},
            wrongly_retired=sum(len(one.retired) for one in played),
            right=Share.of(one.right for one in played),
        )

    def cells(self, *, percent: bool) -> list[str]:
        """A table's row; with `percent` each share has a second line."""

        def cell(share: Share) -> str:
            return f"{share}\n{share.percent} %" if percent and share.total else str(share)

        return [*(cell(self.shares[kind]) for kind in CheckKind), str(self.wrongly_retired), cell(self.right)]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "scenarios": self.scenarios,
            "checks": {str(kind): {**asdict(share), "percent": share.percent} for kind, share in self.shares.items()},
            "wrongly_retired": self.wrongly_retired,
            "all_right": asdict(self.right),
        }


Results = Mapping[Row, Sequence[Played]]


def themes(played: Sequence[Played]) -> dict[str, list[Played]]:
    """Scenarios by theme, in the order of the themes' names."""
    found: dict[str, list[Played]] = {}
    for one in sorted(played, key=lambda p: p.theme):
        found.setdefault(one.theme, []).append(one)
    return found


def failed(played: Sequence[Played]) -> list[tuple[Played, Check]]:
    """The failed checks, in order."""
    return [(one, check) for one in played for check in one.checks if not check.passed]


def show(results: Results, console: Console) -> None:
    """All themes together with shares in %, then each theme's counts, a line for each row; then what went missing."""
    table = Table(title="Truth: checks passed, of how many")
    table.add_column("theme", overflow="fold")
    table.add_column("row", overflow="fold")
    for column in (*CheckKind, "wrongly retired", "all right"):
        table.add_column(str(column), justify="right")
    last = [*results][-1]
    for name in (TOGETHER, *themes([one for played in results.values() for one in played])):
        for row, played in results.items():
            chosen = played if name == TOGETHER else themes(played).get(name, [])
            cells = Figures.of(chosen).cells(percent=name == TOGETHER)
            table.add_row(name if row is next(iter(results)) else "", row.name, *cells, end_section=row is last)
    console.print(table)
    for row, played in results.items():
        for one in played:
            for error in one.errors:
                console.print(f"not remembered, {row.name}, {one.scenario}: {error}", markup=False)
            for lost in one.retired:
                line = f"wrongly retired, {row.name}, {one.scenario}: {lost.text!r}, {lost.why}; now {lost.found}"
                console.print(line, markup=False)


def as_json(results: Results) -> dict[str, Any]:
    """Everything, with what was found instead for every failed check."""
    return {
        row.name: {
            "figures": Figures.of(played).as_json(),
            "themes": {theme: Figures.of(some).as_json() for theme, some in themes(played).items()},
            "failed": [
                {"scenario": one.scenario, "theme": one.theme, **asdict(check)} for one, check in failed(played)
            ],
            "wrongly_retired": [
                {"scenario": one.scenario, "theme": one.theme, **asdict(lost)} for one in played for lost in one.retired
            ],
            "errors": [{"scenario": one.scenario, "error": error} for one in played for error in one.errors],
            "all_right": [one.scenario for one in played if one.right],
        }
        for row, played in results.items()
    }
