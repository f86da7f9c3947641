"""The two time axes as conditions: what was known, and of that what held.

`q.known_at` is `FAR` for what is known now, `q.as_of` None for whatever time it holds at. What is visible at the axes
has no end in system time as known then, so its map carries none.

What need not be asked for is a CASE, never an OR with a subquery: for an OR the database looks for each side by itself.
"""

from typing import Any

from twohop.graph.model import FAR, Axes, Narrowing


def known_then(known_at: int | None) -> dict[str, Any]:
    """The value that `known` and `current` name."""
    return {"known_at": FAR if known_at is None else known_at}


def at(axes: Axes) -> dict[str, Any]:
    """The values that all conditions here name."""
    return {"as_of": axes.as_of, **known_then(axes.known_at)}


def narrowing_values(narrowing: Narrowing | None) -> dict[str, Any]:
    """The values that `narrowed` names."""
    narrowing = narrowing or Narrowing()
    return {"agent_id": narrowing.agent_id, "run_id": narrowing.run_id}


def known(x: str) -> str:
    """What was recorded by then, ended or not."""
    return f"{x}.recorded_at <= q.known_at"


def current(x: str) -> str:
    """What was current in system time then."""
    return f"{known(x)} AND coalesce({x}.superseded_at, q.known_at + 1) > q.known_at"


def held(x: str) -> str:
    """Versions with a validity, as seen at the axes (relations; revisions need `live` too)."""
    return f"{current(x)} AND (q.as_of IS NULL OR {x}.valid_from <= q.as_of AND {x}.valid_to > q.as_of)"


def live(x: str) -> str:
    """Revisions as seen at the axes; asked what holds, neither disputed nor expired ones."""
    return f"{held(x)} AND (q.as_of IS NULL OR {x}.disputed = 0 AND {x}.expires_at > q.as_of)"


def ended(x: str) -> str:
    """The entry of a map that says when it ended, as known then: what ended later had no end yet."""
    return f"superseded_at: CASE WHEN {x}.superseded_at <= q.known_at THEN {x}.superseded_at END"


def narrowed(memory: str) -> str:
    """Memories that have a message of the agent, and one of the run, as evidence known then."""
    return " AND ".join(
        f"CASE WHEN q.{id_} = '' THEN true ELSE "
        f"EXISTS {{ MATCH ({memory})-[w:EVIDENCE]->() WHERE w.{id_} = q.{id_} AND {current('w')} }} END"
        for id_ in ("agent_id", "run_id")
    )
