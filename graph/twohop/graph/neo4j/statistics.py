"""Looks at the statistics that recall keeps."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from twohop.graph.neo4j.look import Look

Words: TypeAlias = tuple[list[tuple[str, str]], int]


def words(x: Any) -> Words:
    """What came after the mark, and the new mark (the owner's sequence at the newest word)."""
    after, rows = x
    return [(stem, surface) for stem, surface, _ in rows], rows[-1][2] if rows else after


VOCABULARY = Look(
    """
    MATCH (w:Word {partition: $partition})
    WHERE w.seq > q.after
    WITH w ORDER BY w.partition, w.seq, w.stem
    WITH collect([w.stem, w.surface, w.seq]) AS found
    RETURN [q.after, found] AS x
    """,
    words,
)
"""Stems since a mark."""


def means(rows: Sequence[Any]) -> dict[str, tuple[int, int, bytes]]:
    """List name -> (version, count, mean)."""
    return {name: (version, count, bytes(mean)) for name, version, count, mean in rows}


MEANS = Look(
    """
    MATCH (a:Mean {partition: $partition})
    WHERE a.name IS NOT NULL
    RETURN collect([a.name, a.version, a.count, a.mean]) AS x
    """,
    means,
)
"""The means of vectors."""
