"""A caller's own changes of a memory: decisions in the same log, with `user` as their author."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from twohop.errors import EtagMismatch, NotFound, StaleRead
from twohop.graph.model import Axes, Decision, Entity, Granularity, Memory, Moment, Operation, Revision, Scope, Triple
from twohop.graph.store import Changes, Ledger, RequestKey
from twohop.memory.api import Edit, etag
from twohop.memory.clock import Clock, Ids
from twohop.memory.gates import Gates
from twohop.memory.names import normal
from twohop.memory.write.draft import Draft
from twohop.memory.write.plan import Planner
from twohop.memory.write.resolve import hash_of

USER = "user"
NEVER = -1


class Editor:
    """Updates and deletes by id, each one commit under the owner's gate."""

    def __init__(self, *, ledger: Ledger, planner: Planner, gates: Gates, clock: Clock, ids: Ids) -> None:
        self._ledger = ledger
        self._planner = planner
        self._gates = gates
        self._clock = clock
        self._ids = ids

    async def update(self, scope: Scope, memory_id: str, edit: Edit, *, if_match: str, request_id: str) -> Memory:
        """A new revision with the fields of the mask. Relations that the new text no longer names are closed."""
        body = {"memory_id": memory_id, "etag": if_match, **asdict(edit)}
        key = request_key(scope, "UpdateMemory", request_id, body)

        async def change(draft: Draft, memory: Memory) -> Revision:
            old = memory.revision
            changes: dict[str, Any] = {}
            if "text" in edit.mask:
                text = edit.text.strip()
                kept = await self._named_in(scope.partition, old.triples, text)
                changes |= {
                    "text": text,
                    "triples": kept,
                    "slot_key": old.slot_key if kept[:1] == old.triples[:1] else "",
                }
            if "kind" in edit.mask and edit.kind is not None:
                changes["kind"] = edit.kind
            if "metadata" in edit.mask:
                changes["metadata"] = dict(edit.metadata)
            if "categories" in edit.mask:
                changes["categories"] = edit.categories
            start = old.validity.valid_from
            stated = start.granularity is not Granularity.UNKNOWN
            changes["text_hash"] = hash_of(
                changes.get("text", old.text), changes.get("kind", old.kind), start, stated=stated
            )
            return draft.revise(old, operation=Operation.UPDATE, reason="changed by the caller", **changes)

        return await self._edit(scope, memory_id, change, if_match=if_match, key=key)

    async def delete(self, scope: Scope, memory_id: str, *, if_match: str, request_id: str) -> Memory:
        """Close the memory now; it stays in its history. One that no longer holds is left as it is."""
        body = {"memory_id": memory_id, "etag": if_match}
        key = request_key(scope, "DeleteMemory", request_id, body)

        async def change(draft: Draft, memory: Memory) -> Revision | None:
            now = Moment(self._clock())
            end = memory.revision.validity.valid_to
            if end is not None and end.at <= now.at:
                return None
            return draft.close(memory.revision, now, operation=Operation.DELETE, reason="deleted by the caller")

        return await self._edit(scope, memory_id, change, if_match=if_match, key=key)

    async def _edit(
        self, scope: Scope, memory_id: str, change: Callable[..., Any], *, if_match: str, key: RequestKey | None
    ) -> Memory:
        partition = scope.partition
        async with self._gates.owner(partition):
            while True:
                owner = await self._ledger.owner(partition)
                memory = await self._current(scope, memory_id)
                if if_match and if_match != etag(memory) and not await self._done(partition, key):
                    raise EtagMismatch("the memory changed since it was read: read it again")
                draft = Draft(partition, [memory], self._ids)
                decision_id = self._ids()
                draft.begin(decision_id, USER)
                revision = await change(draft, memory)
                if revision is not None:
                    draft.record(self._decision(decision_id, draft, memory, revision))
                changes = await self._planner.complete(draft, _no_entities())
                expected = owner.state_seq if owner else 0
                changes = replace(changes, expected_state=expected, request=key, request_result=memory_id)
                try:
                    committed = await self._ledger.commit(changes)
                except StaleRead:
                    continue
                return await self._current(scope, committed.earlier or memory_id)

    async def _done(self, partition: str, key: RequestKey | None) -> bool:
        """Whether this very request was carried out before: asked by a commit that no state of the owner lets pass."""
        if key is None:
            return False
        try:
            await self._ledger.commit(Changes(partition=partition, expected_state=NEVER, request=key))
        except StaleRead:
            return False
        return True

    async def _current(self, scope: Scope, memory_id: str) -> Memory:
        found = await self._ledger.memories(scope.partition, [memory_id], Axes(), scope.narrows)
        if not found:
            raise NotFound("no such memory for this owner")
        return found[0]

    async def _named_in(self, partition: str, triples: tuple[Triple, ...], text: str) -> tuple[Triple, ...]:
        ends = sorted({end for t in triples for end in (t.subject_id, t.object_id) if end})
        names = {entity.id: entity.normal for entity in await self._ledger.entities(partition, ends)}
        said = normal(text)
        return tuple(t for t in triples if (names.get(t.object_id) or normal(t.literal)) in said)

    def _decision(self, decision_id: str, draft: Draft, memory: Memory, revision: Revision) -> Decision:
        return Decision(
            id=decision_id,
            partition=draft.partition,
            job_id="",
            position=0,
            operation=revision.operation,
            decider=USER,
            fact=revision.text,
            memory_id=memory.id,
            revision_id=revision.id,
            target_id=memory.id,
            reason=revision.reason,
        )


def _no_entities() -> Mapping[str, Entity]:
    return {}


def request_key(scope: Scope, method: str, request_id: str, body: Mapping[str, Any]) -> RequestKey | None:
    """The identity of a repeated call, or None for calls without a request id."""
    if not request_id:
        return None
    text = json.dumps({"partition": scope.partition, **body}, sort_keys=True, default=str, ensure_ascii=False)
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return RequestKey(tenant=scope.tenant, method=method, request_id=request_id, body_hash=digest)
