"""What a query leaves in, as conditions on payload fields: one meaning, which each store says in its own words."""

from dataclasses import dataclass
from typing import TypeAlias

from twohop.vector.model import FAR, PointKind, Where
from twohop.vector.payload import TENANT


@dataclass(frozen=True, slots=True)
class Match:
    """The field holds one of the values."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """The field's number lies within the bounds that are set.

    They are floats, as Qdrant compares: instants stay exact up to 2^53 µs, the year 2255.
    """

    name: str
    gt: float | None = None
    gte: float | None = None
    lt: float | None = None
    lte: float | None = None


@dataclass(frozen=True, slots=True)
class OneOf:
    """The point's id is one of these."""

    ids: tuple[str, ...]


Condition: TypeAlias = Match | Between | OneOf


def within(partition: str, kind: PointKind | None = None) -> list[Condition]:
    """The conditions that every query carries. Scores (idf) are over exactly these points.

    Raises:
        ValueError: no partition.
    """
    if not partition:
        raise ValueError("a query of the index needs a partition")
    conditions: list[Condition] = [Match(TENANT, (partition,))]
    if kind is not None:
        conditions.append(Match("kind", (kind.value,)))
    return conditions


def narrowing(kind: PointKind, where: Where) -> list[Condition]:
    """What `where` asks for. `observed_to` itself is outside; of several kinds or categories one is enough."""
    conditions: list[Condition] = []
    if where.as_of is not None and kind is not PointKind.MESSAGE:
        conditions += [
            Between(name="valid_from", lte=float(where.as_of)),
            Between(name="valid_to", gt=float(where.as_of)),
            Between(name="expires_at", gt=float(where.as_of)),
        ]
    if where.known_at is not None:
        conditions += [
            Between(name="recorded_at", lte=float(where.known_at)),
            Between(name="superseded_at", gt=float(where.known_at)),
        ]
    else:
        conditions.append(Between(name="superseded_at", gte=float(FAR)))
    if where.observed_from is not None:
        conditions.append(Between(name="observed_at", gte=float(where.observed_from)))
    if where.observed_to is not None:
        conditions.append(Between(name="observed_first", lt=float(where.observed_to)))
    one_of = (
        ("runs", (where.run_id,)),
        ("runs", where.runs),
        ("agents", (where.agent_id,)),
        ("fact_kind", where.fact_kinds),
        ("categories", where.categories),
    )
    conditions += [Match(name, values) for name, values in one_of if any(values)]
    if where.ids is not None:
        conditions.append(OneOf(where.ids))
    return conditions
