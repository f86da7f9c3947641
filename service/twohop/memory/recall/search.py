"""Ranked lists from the index, filled: every item of a dense and a sparse list has both scores.

Without filling, an item that only one list holds is scored as if the other knew nothing of it, which costs .5 points of
recall on LoCoMo and 2 to 4 on MuSiQue (development halves).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from twohop.vector.index import Index
from twohop.vector.model import Arm, Hit, PointKind, Sparse, Vector, Where

DEPTH = 100
"""Length of each list; 200 and 500 add nothing when missing scores are filled in (measured there)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A pair of lists to fetch; None = that list isn't wanted."""

    kind: PointKind
    where: Where
    dense: Vector | None = None
    sparse: Sparse | None = None
    depth: int = DEPTH

    def arms(self) -> list[Arm]:
        """The lists, the dense one first."""
        whole = Arm(kind=self.kind, where=self.where, limit=self.depth)
        found: list[Arm] = []
        if self.dense is not None:
            found.append(replace(whole, dense=self.dense))
        if self.sparse is not None and self.sparse.ids:
            found.append(replace(whole, sparse=self.sparse))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Both scores of the union of two lists (`ids`, best lists first) and of further points that were asked for.

    A lexical score that is missing is 0 (no word in common); a point without a dense vector has no dense score.
    `memory` maps points of memories and relations to their memory.
    """

    ids: tuple[str, ...] = ()
    dense: Mapping[str, float] = field(default_factory=dict)
    lexical: Mapping[str, float] = field(default_factory=dict)
    memory: Mapping[str, str] = field(default_factory=dict)


async def fetch(index: Index, partition: str, looks: Sequence[Look]) -> list[Lists]:
    """The lists as they come, in one batch."""
    found = await ask(index, partition, [look.arms() for look in looks])
    return [joined(Lists(), look.arms(), hits) for look, hits in zip(looks, found, strict=True)]


async def fill(
    index: Index, partition: str, fetched: Sequence[tuple[Look, Lists]], also: Mapping[PointKind, Collection[str]]
) -> list[Lists]:
    """The lists with the scores that are missing from them, in one batch; `also`: further points to score, by kind."""
    missing = [list(fills(look, lists, also.get(look.kind, ()))) for look, lists in fetched]
    found = await ask(index, partition, missing)
    return [
        replace(joined(lists, arms, hits), ids=lists.ids)
        for (_, lists), arms, hits in zip(fetched, missing, found, strict=True)
    ]


async def cosines(
    index: Index, partition: str, asked: Sequence[tuple[PointKind, Vector, Collection[str]]]
) -> list[dict[str, float]]:
    """The cosine of each vector with each of its points, in one batch; points without a vector are left out."""
    arms = [
        [Arm(kind=kind, where=Where(ids=tuple(ids)), limit=len(ids), dense=vector)] if ids else []
        for kind, vector, ids in asked
    ]
    return [{hit.id: hit.score for hits in found for hit in hits} for found in await ask(index, partition, arms)]


async def ask(index: Index, partition: str, groups: Sequence[Sequence[Arm]]) -> list[list[list[Hit]]]:
    """One batch for groups of arms; no call when there is nothing to ask."""
    flat = [arm for group in groups for arm in group]
    found = iter(await index.query(partition, flat) if flat else [])
    return [[next(found) for _ in group] for group in groups]


def fills(look: Look, lists: Lists, also: Collection[str]) -> Iterator[Arm]:
    """The arms that score what each list lacks."""
    for arm in look.arms():
        have = lists.lexical if arm.dense is None else lists.dense
        lacking = tuple(one for one in dict.fromkeys((*lists.ids, *also)) if one not in have)
        if lacking:
            yield replace(arm, where=replace(arm.where, ids=lacking), limit=len(lacking))


def joined(lists: Lists, arms: Sequence[Arm], found: Sequence[Sequence[Hit]]) -> Lists:
    """Lists with more answers."""
    dense, lexical, memory = dict(lists.dense), dict(lists.lexical), dict(lists.memory)
    for arm, hits in zip(arms, found, strict=True):
        (lexical if arm.dense is None else dense).update((hit.id, hit.score) for hit in hits)
        memory.update((hit.id, hit.memory_id) for hit in hits)
    ids = tuple(dict.fromkeys((*lists.ids, *(hit.id for hits in found for hit in hits))))
    return Lists(ids=ids, dense=dense, lexical=lexical, memory=memory)
