"""Writes of the statistics that recall keeps: the vocabulary and the means of vectors."""

from collections.abc import Mapping
from typing import Any

from twohop.graph.neo4j.outbox import EVERYTHING, queue_all
from twohop.graph.neo4j.properties import properties
from twohop.graph.neo4j.stamp import ADVANCE, LATER
from twohop.graph.neo4j.writes import Owning, Unwritten

LISTS = {"message": ("message",), "fact": ("memory", "relation")}
"""List of vectors -> the kinds of points in it."""

ADD_WORDS = """
CALL (o) {
  UNWIND $words AS q
  MERGE (w:Word {partition: $partition, key: q.key})
  ON CREATE SET w += q, w.seq = o.seq
  RETURN count(*) AS words
}
"""
"""Add stems with the write's sequence as their mark; known ones keep their surface form."""

SET_MEAN = "\n".join(
    (
        ADVANCE,
        "CALL (at) {",
        "MERGE (m:Mean {partition: $partition, name: $name})",
        "ON CREATE SET m.version = -1",
        "WITH m WHERE m.version < $version",
        "SET m.version = $version, m.count = $count, m.mean = $mean",
        "RETURN count(*) AS newer",
        "}",
        "WITH o, now, at WHERE newer = 1",
        *(queue_all(kind) for kind in EVERYTHING),
        "RETURN o.seq AS seq",
    )
)


def words(partition: str, vocabulary: Mapping[str, str]) -> list[dict[str, Any]]:
    """The values of `ADD_WORDS`."""
    return [
        properties("vocabulary", partition, {"stem": stem, "surface": surface, "seq": LATER})
        for stem, surface in vocabulary.items()
    ]


async def set_mean(own: Owning, name: str, version: int, count: int, mean: bytes) -> None:
    """Store a newer mean and ask for every point of its list to be projected again."""
    row = await own.one(SET_MEAN, name=name, version=version, count=count, mean=mean, kinds=list(LISTS.get(name, ())))
    if row is None:
        raise Unwritten(None)
