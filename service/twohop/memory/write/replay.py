"""Replay: an owner's state made again from its messages and its decision log, in an empty ledger.

Every decision keeps what it was made from, so the log is enough: the messages are accepted again as they were, and each
commit is planned again at the instant it was recorded, by the code that planned it first. Memories, revisions and
decisions get new ids; the effects of the decisions say which old one each of them is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, TypeVar

from twohop.errors import Misconfigured
from twohop.graph.model import Axes, Decision, Effect, Job, JobKind, JobState, Kind, Message, Operation
from twohop.graph.store import Acceptance, Changes, Ledger
from twohop.memory.clock import Ids
from twohop.memory.ports import Candidate, Fact, Verdict
from twohop.memory.predicates import PredicateTable
from twohop.memory.write.command import Command, Desk
from twohop.memory.write.edit import plan_command
from twohop.memory.write.entity_commands import MergeTwo, SplitOff
from twohop.memory.write.memory_commands import Delete, Pin, Restore, Update
from twohop.memory.write.payload import Payload, fact_from_json
from twohop.memory.write.plan import Planner
from twohop.memory.write.resolve import resolve
from twohop.memory.write.resolve_conflict import Resolve
from twohop.memory.write.revert import Revert
from twohop.memory.write.sameness import identified
from twohop.memory.write.settle import Judged, Terms

T = TypeVar("T", Decision, Message)

PAGE = 500
"""Rows read at a time: bounds memory, not the result."""

COMMANDS = {one.name: one for one in (Update, Delete, Restore, Pin, Resolve, Revert, MergeTwo, SplitOff)}


@dataclass(slots=True)
class Told:
    """The clock of the ledger that is made: it shows the instant at which the replayed write was recorded."""

    at: int = 0

    def __call__(self) -> int:
        """The recorded instant."""
        return self.at


@dataclass(frozen=True, slots=True)
class Renamed:
    """Old ids -> those of the same rows in the new ledger."""

    ids: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, old: str) -> str:
        return self.ids.get(old, old)

    def learn(self, old: Sequence[Decision], new: Sequence[Decision]) -> None:
        """Take two logs of one commit side by side.

        Raises:
            Misconfigured: they do not say the same.
        """
        if len(old) != len(new):
            raise Misconfigured(f"a commit of {len(old)} decisions became one of {len(new)}")
        for was, now in zip(old, new, strict=True):
            if (was.operation, was.fact, len(was.effects)) != (now.operation, now.fact, len(now.effects)):
                raise Misconfigured(f"decision {was.id} was {was.operation.value} and became {now.operation.value}")
            self.ids[was.id] = now.id
            self.match(was.effects, now.effects)

    def match(self, old: Sequence[Effect], new: Sequence[Effect]) -> None:
        """Find each effect's counterpart: that on the same memory, and those that began one in their order.

        Raises:
            Misconfigured: a memory was changed that now is not.
        """
        changed = {effect.memory_id: effect for effect in new}
        begun = iter([effect for effect in new if not effect.before])
        for effect in old:
            other = changed.get(self[effect.memory_id]) if effect.before else next(begun, None)
            if other is None:
                raise Misconfigured(f"memory {effect.memory_id} was changed and now is not")
            self.ids[effect.memory_id] = other.memory_id
            if effect.after:
                self.ids[effect.after] = other.after


async def replay(source: Ledger, target: Ledger, clock: Told, predicates: PredicateTable, ids: Ids) -> None:
    """Make every owner of `source` again in the empty ledger `target`, whose clock is `clock`.

    `predicates` must be the table that the log was made with.

    Raises:
        Misconfigured: the log does not lead to what it says (it was changed, or the table is another one).
    """
    after = ""
    while partitions := await source.partitions(PAGE, after):
        for partition in partitions:
            await Replay(source, target, clock, predicates, ids, partition).run()
        after = partitions[-1]


class Replay:
    """One owner's way from its messages and decisions to its rows."""

    def __init__(
        self, source: Ledger, target: Ledger, clock: Told, predicates: PredicateTable, ids: Ids, partition: str
    ) -> None:
        self._source = source
        self._target = target
        self._clock = clock
        self._predicates = predicates
        self._ids = ids
        self._partition = partition
        self._planner = Planner(predicates, ids)
        self._renamed = Renamed()

    async def run(self) -> None:
        """Accepts and commits in the order in which they were recorded: no two of an owner share an instant."""
        decisions = await self._decisions()
        jobs = {message: one.job_id for one in decisions for message in one.input.get("messages", ())}
        steps: list[list[Decision] | list[Message]] = [*together(decisions), *together(await self._messages())]
        for step in sorted(steps, key=lambda step: step[0].recorded_at):
            self._clock.at = step[0].recorded_at
            if isinstance(step[0], Message):
                await self._accept([one for one in step if isinstance(one, Message)], jobs)
            else:
                await self._commit([one for one in step if isinstance(one, Decision)])

    # -- what is read ---------------------------------------------------------------------------------------------

    async def _decisions(self) -> list[Decision]:
        found: list[Decision] = []
        after = ""
        while True:
            page = await self._source.decisions(self._partition, limit=PAGE, after=after)
            found.extend(page.items)
            if not page.next_key:
                return found
            after = page.next_key

    async def _messages(self) -> list[Message]:
        found: list[Message] = []
        after = ""
        while ids := await self._source.message_ids(self._partition, PAGE, after):
            found.extend(await self._source.messages(self._partition, ids))
            after = ids[-1]
        return sorted(found, key=lambda one: (one.recorded_at, one.session, one.position))

    # -- what is made ---------------------------------------------------------------------------------------------

    async def _accept(self, messages: Sequence[Message], jobs: Mapping[str, str]) -> None:
        owner = await self._source.owner(self._partition)
        if owner is None:
            raise Misconfigured("messages of an owner that never wrote")
        ids = tuple(message.id for message in messages)
        job = Job(
            id=next((jobs[one] for one in ids if jobs.get(one)), "") or self._ids(),
            partition=self._partition,
            kind=JobKind.ADD,
            state=JobState.DONE,
            payload=Payload(messages=ids, done=len(ids), until=len(ids)).to_json(),
        )
        await self._target.accept(Acceptance(scope=owner.scope, messages=tuple(messages), job=job))

    async def _commit(self, decisions: list[Decision]) -> None:
        if decisions[0].job_id:
            changes = await self._add(decisions)
        else:
            changes = await self._command(decisions[0])
        self._renamed.learn(decisions, changes.decisions)
        await self._target.commit(changes)

    async def _command(self, decision: Decision) -> Changes:
        desk = Desk(
            ledger=self._target,
            planner=self._planner,
            predicates=self._predicates,
            partition=self._partition,
            now=decision.input["now"],
            ids=self._ids,
            decision_id=self._ids(),
        )
        return await plan_command(desk, await self._read(decision), self._planner)

    async def _read(self, decision: Decision) -> Command:
        """The command of a decision, about the rows of the new ledger."""
        told = dict(decision.input)
        for key in ("memory_id", "decision_id"):
            if key in told:
                told[key] = self._renamed[told[key]]
        if "memory_ids" in told:
            told["memory_ids"] = [self._renamed[one] for one in told["memory_ids"]]
        for key in ("entity_id", "other_id"):
            if key in told:
                told[key] = await self._entity(told[key], decision.recorded_at - 1)
        return COMMANDS[told["edit"]].from_json(told)

    async def _entity(self, old: str, known_at: int) -> str:
        """The entity of the same key in the new ledger; one that is made by the command keeps its id."""
        for entity in await self._source.entities(self._partition, [old], Axes(known_at=known_at)):
            found = await self._target.entities_named(self._partition, [entity.normal])
            return next((one.id for one in found.get(entity.normal, ()) if one.key == entity.key), old)
        return old

    async def _add(self, decisions: Sequence[Decision]) -> Changes:
        """The facts of one exchange, in the order told, judged as they were. What the code adds to them follows."""
        lost = tuple(replace(one, id=self._ids()) for one in decisions if not one.input)
        kept = sorted((one for one in decisions if "fact" in one.input), key=lambda one: one.position)
        if not kept:
            return Changes(partition=self._partition, decisions=lost)
        told = kept[0].input
        terms = Terms(
            job_id=kept[0].job_id,
            messages=tuple(told["messages"]),
            cap=told["cap"],
            metadata=told["metadata"],
            expires_at=told["expires_at"],
            position=min(one.position for one in decisions),
        )
        exchange = await self._target.messages(self._partition, terms.messages)
        if len(exchange) < len(terms.messages):
            raise Misconfigured(f"decision {kept[0].id} is recorded before the messages that it was made from")
        facts: list[Fact] = [fact_from_json(one.input["fact"]) for one in kept]
        book = await identified(
            self._target,
            self._partition,
            facts,
            exchange,
            predicates=self._predicates,
            ids=self._ids,
            cap=terms.cap,
        )
        judged = [
            Judged(
                fact=resolve(one.position, fact, exchange, book, self._predicates),
                verdict=verdict_of(one.input["verdict"]),
                shown=tuple(self._candidate(*ids) for ids in one.input["shown"]),
                decider=one.decider,
            )
            for one, fact in zip(kept, facts, strict=True)
        ]
        owner = await self._target.owner(self._partition)
        state = owner.state_seq if owner else 0
        changes = await self._planner.changes(
            self._target, self._partition, judged, book, terms, job=None, expected_state=state
        )
        return replace(changes, decisions=(*changes.decisions, *lost))

    def _candidate(self, memory_id: str, revision_id: str) -> Candidate:
        """What the judge was shown, as far as the guardrails look at it."""
        return Candidate(
            memory_id=self._renamed[memory_id],
            revision_id=self._renamed[revision_id],
            text="",
            kind=Kind.STATE,
            subject="",
            predicate="",
            object="",
            valid_from="",
        )


def verdict_of(told: Sequence[Any]) -> Verdict:
    """A verdict from its record."""
    operation, target, text, reason = told
    return Verdict(operation=Operation(operation), target=target, text=text, reason=reason)


def together(rows: Iterable[T]) -> list[list[T]]:
    """Rows in the order of recording, those of one write together: they share an instant."""
    return [list(group) for _, group in groupby(rows, key=lambda one: one.recorded_at)]
