"""What a claim is: a figure by the row that tells it, its target, and how to repeat it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Row: TypeAlias = Mapping[str, object]
Where: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A figure and what it should be: `least` or `most`.

    `where`: what its row must be like. `variant`: what the row's split says behind the slice's name, part by part. With
    `beside`, the figure is the difference to the row that is like that in its other columns.
    """

    what: str
    where: Where
    least: float | None = None
    most: float | None = None
    unit: str = "%"
    variant: tuple[str, ...] = ()
    beside: Where = field(default_factory=dict)
    repeat: str
    limits: str = ""

    def found(self, rows: Sequence[Row]) -> float | None:
        """The figure, if it was measured."""
        value = self._row(rows, self.where)
        if value is None or not self.beside:
            return value
        other = self._row(rows, {**self.where, **self.beside})
        return None if other is None else value - other

    def _row(self, rows: Iterable[Row], where: Where) -> float | None:
        for row in rows:
            named = all(row[name] == value for name, value in where.items())
            if named and ("split" in where or parts(row)[1:] == self.variant):
                return float(str(row["value"]))
        return None

    @property
    def target(self) -> str:
        """What it should be, in words."""
        return f"≥ {self.least:g} {self.unit}" if self.least is not None else f"≤ {self.most:g} {self.unit}"

    def missed(self, value: float) -> float:
        """By how much the target is missed; 0 = met."""
        if self.least is not None:
            return max(0.0, self.least - value)
        return max(0.0, value - self.most) if self.most is not None else 0.0


def parts(row: Row) -> tuple[str, ...]:
    """A row's split: the name of the slice, then what was different."""
    return tuple(part.strip() for part in str(row["split"]).split(","))
