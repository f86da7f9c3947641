"""Writes of the statistics that recall keeps: the vocabulary and the means of vectors."""

from collections.abc import Mapping
from typing import Any

from twohop.graph.neo4j.outbox import EVERYTHING, REFILLED_AT_ONCE, next_behind, queue_next, refill
from twohop.graph.neo4j.properties import properties
from twohop.graph.neo4j.stamp import ADVANCE, LATER, LOCK
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
        "SET m.version = $version, m.count = $count, m.mean = $mean, m.unasked = null",
        "RETURN count(*) AS newer",
        "}",
        "WITH o, now, at WHERE newer = 1",
        *(queue_next(kind) for kind in EVERYTHING),
        "RETURN " + ", ".join(f"queued_{kind}, last_{kind}" for kind in EVERYTHING),
    )
)
"""Store a newer mean and ask for the first points of its list."""

UNASKED = f"""
{LOCK}
MATCH (m:Mean {{partition: $partition, name: $name}})
RETURN m.unasked AS unasked
"""

SET_UNASKED = """
MATCH (m:Mean {partition: $partition, name: $name})
SET m.unasked = $unasked
RETURN m.version AS version
"""
"""Note up to where a mean's points were asked for: "kind:id" of each kind of which some are left. It stands beside the
mean, so that another process goes on there when this one dies."""

UNFINISHED = "MATCH (m:Mean) WHERE m.unasked IS NOT NULL RETURN m.partition AS partition, m.name AS name LIMIT $limit"
"""Means of which not every point was asked for yet, of all owners."""


def words(partition: str, vocabulary: Mapping[str, str]) -> list[dict[str, Any]]:
    """The values of `ADD_WORDS`."""
    return [
        properties("vocabulary", partition, {"stem": stem, "surface": surface, "seq": LATER})
        for stem, surface in vocabulary.items()
    ]


async def set_mean(own: Owning, name: str, version: int, count: int, mean: bytes) -> bool:
    """Store a newer mean and ask for the first points of its list to be projected again; whether there are more."""
    kinds = LISTS.get(name, ())
    row = await own.one(
        SET_MEAN,
        name=name,
        version=version,
        count=count,
        mean=mean,
        kinds=list(kinds),
        after="",
        limit=REFILLED_AT_ONCE,
    )
    if row is None:
        raise Unwritten(answer=False)
    left = [f"{kind}:{last}" for kind in kinds if (last := next_behind(kind, row))]
    if left:
        await own.one(SET_UNASKED, name=name, unasked=left)
    return bool(left)


async def ask_on(own: Owning, name: str) -> bool:
    """Ask for the next points of a list whose mean is new; whether there are more."""
    row = await own.one(UNASKED, name=name)
    if row is None or row["unasked"] is None:
        raise Unwritten(answer=False)
    place, *others = row["unasked"]
    kind, _, after = place.partition(":")
    _, last = await refill(own, kind, after)
    left = [f"{kind}:{last}", *others] if last else others
    await own.one(SET_UNASKED, name=name, unasked=left or None)
    return bool(left)
