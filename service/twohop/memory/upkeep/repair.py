"""Repair: what verify found is mended where nothing has to be guessed. Each step may be repeated.

Counters are counted again, relations derived again from the memories that assert them, points made again from the rows
behind them. What says who was told what, and when, is never changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from twohop.errors import StaleRead
from twohop.graph.model import Relation, Triple
from twohop.graph.store import NOW, Changes, Ledger
from twohop.memory.clock import Ids
from twohop.memory.predicates import PredicateTable
from twohop.memory.project import Projector
from twohop.memory.upkeep.findings import Finding, Flaw
from twohop.memory.upkeep.reading import LOOKS, rows_of
from twohop.memory.upkeep.verify import verify_owner
from twohop.memory.upkeep.verify_index import TABLES
from twohop.memory.upkeep.verify_ledger import ends_of, told
from twohop.memory.write.relations import derive, difference, sentence
from twohop.vector.index import Index

RELATIONS = {Flaw.RELATION_MISSING, Flaw.RELATION_SURPLUS}
ABSENT = {Flaw.POINT_MISSING, Flaw.POINT_STALE}
WRONG = {Flaw.POINT_SURPLUS, Flaw.POINT_AHEAD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What was wrong with an owner and is not any more, and what still is."""

    partition: str
    mended: tuple[Finding, ...]
    left: tuple[Finding, ...]


class Repairer:
    """Mends owners of one deployment. `index` and `projector` None = the ledger alone."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        index: Index | None,
        projector: Projector | None,
        predicates: PredicateTable,
        ids: Ids,
        centred: bool,
    ) -> None:
        self._ledger = ledger
        self._index = index
        self._projector = projector
        self._predicates = predicates
        self._ids = ids
        self._centred = centred

    async def begin(self) -> int:
        """Put jobs back that no living process works on, let parked rows be tried again; how many jobs and rows."""
        released = await self._ledger.release_jobs()
        parked = (await self._ledger.backlog()).parked
        return released + (await self._ledger.outbox_unpark() if parked else 0)

    async def repair(self, partition: str) -> Repaired:
        """Verify the owner, mend what can be mended, and verify it again.

        Raises:
            LedgerUnavailable, IndexUnavailable: a store can't be reached.
            ModelError: the embedder failed; what it was to embed waits in the outbox.
        """
        before = await self._verify(partition)
        flaws = {one.flaw for one in before}
        if flaws & RELATIONS:
            await self._derive_again(partition, before)
        if Flaw.COUNTER in flaws or flaws & RELATIONS:
            await self._ledger.recount(partition)
        await self._mend_points(partition, before)
        if self._projector is not None:
            await self._projector.project(partition)
        after = await self._verify(partition) if before else ()
        return Repaired(
            partition=partition, mended=tuple(one for one in before if one not in set(after)), left=tuple(after)
        )

    async def _verify(self, partition: str) -> tuple[Finding, ...]:
        return (await verify_owner(self._ledger, self._index, partition, centred=self._centred)).findings

    async def _mend_points(self, partition: str, findings: Sequence[Finding]) -> None:
        if self._index is None:
            return
        if gone := [one.id for one in findings if one.flaw in WRONG]:
            await self._index.delete(partition, gone)
        if lost := {one.id for one in findings if one.flaw in ABSENT | {Flaw.POINT_AHEAD}}:
            await self._ledger.outbox_add(partition, await self._kinds(partition, lost))

    async def _kinds(self, partition: str, ids: set[str]) -> dict[str, list[str]]:
        """Kind of point -> those of the ids."""
        found: dict[str, list[str]] = {}
        for table, kind in TABLES.items():
            theirs = [row["id"] async for row in rows_of(self._ledger, partition, table) if row["id"] in ids]
            if theirs:
                found[kind.value] = theirs
        return found

    # -- relations ------------------------------------------------------------------------------------------------

    async def _derive_again(self, partition: str, findings: Sequence[Finding]) -> None:
        """Make the relations behind these findings what the current memories assert."""
        missing = {one.id for one in findings if one.flaw is Flaw.RELATION_MISSING}
        surplus = {one.id for one in findings if one.flaw is Flaw.RELATION_SURPLUS}
        for _ in range(LOOKS):
            owner = await self._ledger.settled(partition)
            changes = await self._changes(partition, missing, surplus)
            try:
                await self._ledger.commit(
                    Changes(
                        partition=partition,
                        expected_state=owner.state_seq if owner else 0,
                        relations=tuple(changes[0]),
                        ended_relations=tuple(changes[1]),
                    )
                )
            except StaleRead:
                continue  # Somebody else committed; what is to be derived is read again.
            return

    async def _changes(self, partition: str, missing: set[str], surplus: set[str]) -> tuple[list[Relation], list[str]]:
        keys = {*missing, *(one.key for one in await self._ledger.relations(partition, sorted(surplus), NOW))}
        stored = await self._ledger.relations_by_key(partition, sorted(keys))
        asserting = await self._ledger.by_triple(partition, sorted(keys))
        standing = [memory.revision for found in asserting.values() for memory in found]
        triples: dict[str, Triple] = {one.key: one.triple for one in stored}
        for revision in standing:
            triples.update((triple.key(partition), triple) for triple in revision.triples)
        ends = {end for triple in triples.values() for end in ends_of(triple)}
        entities = {one.id: one for one in await self._ledger.entities(partition, sorted(ends))}
        # Without its entities a relation has no words. That they are gone is a finding of its own.
        mended = {
            key: triples[key] for key in sorted(keys & triples.keys()) if ends_of(triples[key]) <= entities.keys()
        }
        wanted: list[Relation] = []
        for key, triple in mended.items():
            behind = [memory.revision for memory in asserting.get(key, ()) if triple in memory.revision.triples]
            wanted.extend(derive(partition, triple, behind, sentence(triple, entities, self._predicates), self._ids))
        stored = [relation for relation in stored if relation.key in mended]
        added, ended = difference(stored, wanted)
        return added, [*ended, *doubled(stored, ended)]


def doubled(stored: Sequence[Relation], ended: Sequence[str]) -> list[str]:
    """Of relations that say the same and stay, all but one."""
    kept: set[tuple[str, int, int, frozenset[str]]] = set()
    more: list[str] = []
    for relation in stored:
        if relation.id not in ended:
            if told(relation) in kept:
                more.append(relation.id)
            kept.add(told(relation))
    return more
