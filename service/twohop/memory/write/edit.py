"""A caller's own changes: each is one commit under the owner's gate, and a decision in the same log as everybody's."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from twohop.errors import Conflict, EtagMismatch, NotFound, StaleRead
from twohop.graph.model import Axes, Decision, Memory, Metadata, Narrowing, Scope
from twohop.graph.store import Changes, Ledger, MemoryFilter, RequestKey
from twohop.memory.api import Changed, Edit, EntityChanged, Resolution, etag
from twohop.memory.clock import Clock, Ids
from twohop.memory.gates import Gates
from twohop.memory.narrowing import trimmed
from twohop.memory.predicates import PredicateTable
from twohop.memory.write.command import USER, Command, Desk, Done
from twohop.memory.write.entity_commands import UNKNOWN as NO_ENTITY
from twohop.memory.write.entity_commands import MergeTwo, SplitOff
from twohop.memory.write.memory_commands import UNKNOWN, Delete, Pin, Restore, Update
from twohop.memory.write.plan import Planner
from twohop.memory.write.resolve_conflict import Resolve
from twohop.memory.write.revert import Revert

NEVER = -1


class Editor:
    """Carries out commands. The same request id again gives the earlier result and does nothing."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        planner: Planner,
        predicates: PredicateTable,
        gates: Gates,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._ledger = ledger
        self._planner = planner
        self._predicates = predicates
        self._gates = gates
        self._clock = clock
        self._ids = ids

    async def update(self, scope: Scope, memory_id: str, edit: Edit, *, if_match: str, request_id: str) -> Memory:
        """A new revision with the fields of the mask. Relations that the new text no longer states are closed."""
        command = Update(memory_id=memory_id, edit=edit)
        return await self._memory(scope, memory_id, command, "UpdateMemory", if_match, request_id)

    async def delete(self, scope: Scope, memory_id: str, *, if_match: str, request_id: str) -> Memory:
        """Close the memory now; it stays in its history. One that no longer holds is left as it is."""
        command = Delete(memory_id=memory_id)
        return await self._memory(scope, memory_id, command, "DeleteMemory", if_match, request_id)

    async def restore(self, scope: Scope, memory_id: str, *, if_match: str, request_id: str) -> Memory:
        """Bring a closed, expired or retracted memory back."""
        command = Restore(memory_id=memory_id)
        return await self._memory(scope, memory_id, command, "RestoreMemory", if_match, request_id)

    async def pin(self, scope: Scope, memory_id: str, *, pinned: bool, if_match: str, request_id: str) -> Memory:
        """Pin the memory or unpin it."""
        command = Pin(memory_id=memory_id, pinned=pinned)
        return await self._memory(scope, memory_id, command, "PinMemory", if_match, request_id)

    async def resolve(self, scope: Scope, memory_id: str, resolution: Resolution, *, request_id: str) -> Changed:
        """Settle a conflict."""
        await self._stood(scope, memory_id)
        command = Resolve(memory_id=memory_id, resolution=resolution)
        return await self._decision(scope, command, "ResolveConflict", request_id)

    async def revert(self, scope: Scope, decision_id: str, *, request_id: str) -> Changed:
        """Undo a decision."""
        if await self._ledger.decision(scope.partition, decision_id, scope.narrows) is None:
            raise NotFound("no such decision for this owner")
        return await self._decision(scope, Revert(decision_id=decision_id), "RevertDecision", request_id)

    async def merge_entities(self, scope: Scope, entity_id: str, merged_id: str, *, request_id: str) -> EntityChanged:
        """Make two entities one."""
        command = MergeTwo(entity_id=entity_id, other_id=merged_id)
        key = request_key(scope, "MergeEntities", request_id, command.to_json())

        async def seen() -> None:
            await self._in_sight(scope, (entity_id, merged_id))

        return await self._entity(scope, command, key, lambda told: str(told["entity_id"]), before=seen)

    async def split_entity(
        self, scope: Scope, entity_id: str, memory_ids: Sequence[str], *, name: str, request_id: str
    ) -> EntityChanged:
        """Give memories to a new entity."""
        ids = tuple(dict.fromkeys(memory_ids))
        body = {"entity_id": entity_id, "memory_ids": ids, "name": name}
        command = SplitOff(entity_id=entity_id, other_id=self._ids(), memory_ids=ids, called=name)
        key = request_key(scope, "SplitEntity", request_id, body)

        async def seen() -> None:
            await self._in_sight(scope, (entity_id,), ids)

        return await self._entity(scope, command, key, lambda told: str(told["other_id"]), before=seen)

    async def _in_sight(self, scope: Scope, entity_ids: Sequence[str], memory_ids: Sequence[str] = ()) -> None:
        """Let pass what the scope's agent and run see: memories, and entities that one of those names.

        Raises:
            NotFound: they don't see one of them.
        """
        if scope.narrows == Narrowing():
            return
        for one in entity_ids:
            where = MemoryFilter(narrowing=scope.narrows, entity_ids=(one,))
            if not (await self._ledger.list_memories(scope.partition, where, Axes(), 1)).items:
                raise NotFound(NO_ENTITY)
        found = await self._ledger.memories(scope.partition, memory_ids, Axes(), scope.narrows)
        if unseen := set(memory_ids) - {memory.id for memory in found}:
            raise NotFound(f"no such memory for this owner: {min(unseen)}")

    async def _told(self, scope: Scope, decision: Decision) -> Decision:
        """The decision with its effects on memories that the scope's agent and run see, or saw until then."""
        if scope.narrows == Narrowing():
            return decision
        ids = [effect.memory_id for effect in decision.effects]
        seen: set[str] = set()
        for axes in (Axes(), Axes(known_at=decision.recorded_at - 1)):
            found = await self._ledger.memories(scope.partition, ids, axes, scope.narrows)
            seen.update(memory.id for memory in found)
        return replace(decision, effects=tuple(one for one in decision.effects if one.memory_id in seen))

    async def _entity(
        self,
        scope: Scope,
        command: Command,
        key: RequestKey | None,
        which: Callable[[Metadata], str],
        *,
        before: Any,
    ) -> EntityChanged:
        """Carry out a command about an entity, and give back that entity as the decision left it."""
        made = await self._carry_out(scope, command, key, before=before)
        decision = await self._ledger.decision(scope.partition, made)
        if decision is None:
            raise NotFound("the decision of the earlier request is gone")
        then = Axes(known_at=decision.recorded_at)
        (entity,) = await self._ledger.entities(scope.partition, [which(decision.input)], then)
        owner = await self._ledger.owner(scope.partition)
        told = await self._told(scope, decision)
        return EntityChanged(entity=entity, decision=told, seq=owner.seq if owner else 0)

    async def _memory(
        self, scope: Scope, memory_id: str, command: Command, method: str, if_match: str, request_id: str
    ) -> Memory:
        """Carry out a command about one memory, and give it back as it is then."""
        key = request_key(scope, method, request_id, {**command.to_json(), "etag": if_match})

        async def matches() -> None:
            memory = await self._stood(scope, memory_id)
            if if_match and if_match != etag(memory):
                raise EtagMismatch("the memory changed since it was read: read it again")

        await self._carry_out(scope, command, key, before=matches)
        return await self._stood(scope, memory_id)

    async def _decision(self, scope: Scope, command: Command, method: str, request_id: str) -> Changed:
        """Carry out a command about a decision, and give back what it changed."""
        key = request_key(scope, method, request_id, command.to_json())
        made = await self._carry_out(scope, command, key)
        decision = await self._ledger.decision(scope.partition, made)
        if decision is None:
            raise NotFound("the decision of the earlier request is gone")
        ids = list(dict.fromkeys(effect.memory_id for effect in decision.effects))
        owner = await self._ledger.owner(scope.partition)
        memories = await self._ledger.memories(scope.partition, ids, Axes(), scope.narrows)
        return Changed(
            decision=await self._told(scope, decision),
            memories=tuple(trimmed(memory, scope.narrows) for memory in memories),
            seq=owner.seq if owner else 0,
        )

    async def _carry_out(self, scope: Scope, command: Command, key: RequestKey | None, *, before: Any = None) -> str:
        """Plan and commit, again as long as others come between; the id of the decision, also of an earlier one."""
        partition = scope.partition
        async with self._gates.owner(partition):
            if earlier := await self._earlier(partition, key):
                return earlier
            while True:
                owner = await self._ledger.settled(partition)
                if before is not None:
                    await before()
                decision_id = self._ids()
                desk = Desk(
                    ledger=self._ledger,
                    planner=self._planner,
                    predicates=self._predicates,
                    partition=partition,
                    now=self._clock(),
                    ids=self._ids,
                    decision_id=decision_id,
                )
                changes = await plan_command(desk, command, self._planner)
                changes = replace(
                    changes,
                    expected_state=owner.state_seq if owner else 0,
                    request=key,
                    request_result=decision_id,
                )
                try:
                    committed = await self._ledger.commit(changes)
                except StaleRead:
                    now = await self._ledger.owner(partition)
                    if (now.state_seq if now else 0) == changes.expected_state:
                        raise  # Nobody came between: planning again would end the same.
                    continue
                return committed.earlier or decision_id

    async def _earlier(self, partition: str, key: RequestKey | None) -> str:
        """The result of this very request when it was carried out before, else empty.

        It is asked by a commit that no state of the owner lets pass.
        """
        if key is None:
            return ""
        try:
            committed = await self._ledger.commit(Changes(partition=partition, expected_state=NEVER, request=key))
        except StaleRead:
            return ""
        return committed.earlier

    async def _stood(self, scope: Scope, memory_id: str) -> Memory:
        """The memory as it is now, or, when it was retracted, as it stood before.

        Raises:
            NotFound: this scope never saw such a memory.
        """
        partition = scope.partition
        found = await self._ledger.memories(partition, [memory_id], Axes(), scope.narrows)
        if not found:
            history = await self._ledger.revisions(partition, memory_id)
            ended = history[-1].superseded_at if history else None
            then = Axes(known_at=None if ended is None else ended - 1)
            found = await self._ledger.memories(partition, [memory_id], then, scope.narrows)
        if not found:
            raise NotFound(UNKNOWN)
        return trimmed(found[0], scope.narrows)


async def plan_command(desk: Desk, command: Command, planner: Planner) -> Changes:
    """The commit that a command leads to; with nothing to do it holds nothing but the owner."""
    done = await command.carry_out(desk)
    if not done.changed:
        return Changes(partition=desk.partition)
    await known_still(desk, done)
    told = {**command.to_json(), "now": desk.now}
    done.draft.record(
        Decision(
            id=desk.decision_id,
            partition=desk.partition,
            job_id="",
            position=0,
            operation=done.operation,
            decider=USER,
            fact=done.revision.text if done.revision else "",
            memory_id=done.revision.memory_id if done.revision else "",
            revision_id=done.revision.id if done.revision else "",
            target_id=done.target,
            reason=done.reason,
            reverts=done.reverts,
            input=told,
        )
    )
    return done.names.into(await planner.complete(desk.ledger, done.draft, done.names.entities))


async def known_still(desk: Desk, done: Done) -> None:
    """Check that what comes back names nobody who has become part of another entity meanwhile.

    Raises:
        Conflict: it does.
    """
    triples = [triple for revision in done.draft.standing for triple in revision.triples]
    ends = {end for triple in triples for end in (triple.subject_id, triple.object_id) if end}
    asked = sorted(ends - done.names.entities.keys())
    found = {entity.id for entity in await desk.ledger.entities(desk.partition, asked)}
    if not found.issuperset(asked):
        raise Conflict("the memory names an entity that became part of another one since: revert the merge first")


def request_key(scope: Scope, method: str, request_id: str, body: Mapping[str, Any]) -> RequestKey | None:
    """The identity of a repeated call, or None for calls without a request id."""
    if not request_id:
        return None
    text = json.dumps({"partition": scope.partition, **body}, sort_keys=True, default=str, ensure_ascii=False)
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return RequestKey(tenant=scope.tenant, method=method, request_id=request_id, body_hash=digest)
