"""The two time axes as conditions: what was known, and of that what held."""

from twohop.graph.model import Axes, Narrowing
from twohop.graph.tables import Value


def at(axes: Axes) -> dict[str, Value]:
    """The values that the conditions below name."""
    return {"as_of": axes.as_of, "known_at": axes.known_at}


def versions(alias: str, axes: Axes) -> str:
    """Rows with an end in both times, as seen at the axes (relations; revisions need `revisions` too).

    What is current is asked for in the very words of the partial indexes.
    """
    known = f"AND {alias}.superseded_at IS NULL"
    if axes.known_at is not None:
        known = (
            f"AND {alias}.recorded_at <= :known_at AND "
            f"({alias}.superseded_at IS NULL OR {alias}.superseded_at > :known_at)"
        )
    if axes.as_of is None:
        return known
    return f"{known} AND {alias}.valid_from <= :as_of AND {alias}.valid_to > :as_of"


def revisions(alias: str, axes: Axes) -> str:
    """Revisions as seen at the axes; asked what holds, neither disputed nor expired ones."""
    seen = versions(alias, axes)
    if axes.as_of is None:
        return seen
    return f"{seen} AND {alias}.disputed = 0 AND {alias}.expires_at > :as_of"


def known(alias: str, known_at: int | None) -> str:
    """Rows without an end that were there then."""
    return "" if known_at is None else f"AND {alias}.recorded_at <= :known_at"


def linked(alias: str, known_at: int | None) -> str:
    """Links of memories to messages, as they were then."""
    if known_at is None:
        return f"AND {alias}.superseded_at IS NULL"
    return (
        f"AND {alias}.recorded_at <= :known_at AND ({alias}.superseded_at IS NULL OR {alias}.superseded_at > :known_at)"
    )


def narrowed(memory_id: str, narrowing: Narrowing | None, known_at: int | None) -> str:
    """Memories that have a message of the agent, and one of the run, as evidence known then."""
    if narrowing is None:
        return ""
    conditions = [
        f"AND EXISTS (SELECT 1 FROM evidence AS w WHERE w.partition = :partition AND w.memory_id = {memory_id} "  # noqa: S608 - own text.
        f"AND w.{column} = :{column} {linked('w', known_at)})"
        for column, value in (("agent_id", narrowing.agent_id), ("run_id", narrowing.run_id))
        if value
    ]
    return " ".join(conditions)


def narrowing_values(narrowing: Narrowing | None) -> dict[str, Value]:
    """The values that `narrowed` names."""
    if narrowing is None:
        return {}
    return {"agent_id": narrowing.agent_id, "run_id": narrowing.run_id}
