"""The state machine: one life of two owners, told, edited, restarted and out of time, checked after every step."""

import asyncio
import tempfile
from collections.abc import Coroutine
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from state_machine import standing
from state_machine.dump import dump
from state_machine.remembered import Sample, look
from state_machine.rows import State, connect, read
from state_machine.tales import DATES, Telling, tellings
from state_machine.telling import Told, own
from state_machine.world import PREDICATES, Hand, Whim, World, numbered
from twohop.errors import Conflict, NotFound
from twohop.graph.model import Axes, JobState, Kind, Operation, Role, Scope
from twohop.graph.sqlite import SqliteLedger
from twohop.memory.api import AddRequest, Edit, NewMessage, Resolution
from twohop.memory.moment import When
from twohop.memory.upkeep.verify_ledger import verify_ledger
from twohop.memory.write.replay import Told as Recorded
from twohop.memory.write.replay import replay

OWNERS = (Scope(user_id="one"), Scope(user_id="two"))
MOSTLY_ONE = st.sampled_from((*OWNERS[:1] * 3, *OWNERS))
NOW = When("2025-06-01").moment("UTC").at
HOUR = 3_600_000_000
SAMPLES = 6
"""Past reads that are kept and read again: more than that cost more time than they find."""


class Life(RuleBasedStateMachine):
    """Random writes against the real ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="twohop-")
        self.runner = asyncio.Runner()
        self.clock = Hand(NOW)
        self.judge = Whim()
        self.world = World(Path(self.folder.name), self.clock, numbered(), self.judge)
        self.runner.run(self.world.open())
        self.rows = connect(self.world.path)
        self.subjects: dict[str, str] = {}
        """Memory -> the subject it was told about, by name."""
        self.one: set[frozenset[str]] = set()
        """Names that a caller said are one's."""
        self.exempt: set[str] = set()
        self.fixed = dict.fromkeys(OWNERS, 0)
        """How much of each owner's log is not gone back to."""
        self.samples: list[tuple[Scope, Sample]] = []
        self.last: AddRequest | None = None
        self.before = {scope: self.state(scope) for scope in OWNERS}

    def state(self, scope: Scope) -> State:
        return read(self.rows, scope.partition)

    # -- adds -----------------------------------------------------------------------------------------------------

    @initialize(telling=tellings(), pinned=st.booleans())
    def begin(self, telling: Telling, *, pinned: bool) -> None:
        """A life begins with something told, half of the time pinned, and looked at once."""
        self.tell(OWNERS[0], telling, None, "")
        self.before[OWNERS[0]] = self.state(OWNERS[0])
        if pinned:
            self.pin(OWNERS[0], 0, pinned=True)
            self.before[OWNERS[0]] = self.state(OWNERS[0])
        self.remember(OWNERS[0], None)

    @rule(telling=tellings())
    def add(self, telling: Telling) -> None:
        """Tell facts now."""
        self.tell(OWNERS[0], telling, None, "")

    @rule(telling=tellings(), said=st.sampled_from(DATES))
    def add_late(self, telling: Telling, said: str) -> None:
        """Tell facts that were said at another time."""
        self.tell(OWNERS[0], telling, said, "")

    @rule(telling=tellings())
    def add_often(self, telling: Telling) -> None:
        """As `add`: rules are chosen evenly, and most of what can go wrong begins with an add."""
        self.tell(OWNERS[0], telling, None, "")

    @rule(
        scope=MOSTLY_ONE,
        telling=tellings(),
        said=st.one_of(st.none(), st.sampled_from(DATES)),
        request_id=st.sampled_from(("", "once")),
    )
    def tell(self, scope: Scope, telling: Telling, said: str | None, request_id: str) -> None:
        """Tell either owner facts, one message each, now or with another date."""
        observed = When(said).moment("UTC").at if said else None
        request = AddRequest(
            scope=scope,
            messages=tuple(
                NewMessage(role=Role.USER, content=f"{fact.text}.", name="Ana", observed_at=observed)
                for fact in telling.facts
            ),
            facts=tuple(replace(fact, sources=(str(place),)) for place, fact in enumerate(telling.facts)),
            request_id=f"{request_id}-{scope.user_id}-{len(self.before[scope].messages)}" if request_id else "",
        )
        self.judge.verdicts = telling.verdicts
        before = self.before[scope]
        result = self.runner.run(self.world.core.add(request))
        assert result.state is JobState.DONE, result.error
        after = self.state(scope)
        self.learn(telling, before, after)
        Told(telling.facts, before, after, self.subjects, self.one).check()
        self.last = request if request_id else self.last

    def learn(self, telling: Telling, before: State, after: State) -> None:
        """Whom each new memory is about, and which stands beside another value."""
        for decision in after.decisions[len(before.decisions) :]:
            subject, _, _ = own(telling.facts[decision["position"]])
            for memory, was, _ in decision["effects"]:
                if not was:
                    self.subjects.setdefault(memory, subject)
            if decision["operation"] == Operation.ADD and decision["target_id"]:
                self.exempt.add(decision["memory_id"])

    @precondition(lambda self: self.last is not None)
    @rule()
    def repeat(self) -> None:
        """The same request again changes nothing."""
        assert self.last is not None
        before = self.before[self.last.scope]
        self.runner.run(self.world.core.add(self.last))
        after = self.state(self.last.scope)
        assert (after.state_seq, after.decisions, after.messages) == (
            before.state_seq,
            before.decisions,
            before.messages,
        )

    # -- a caller's own changes -----------------------------------------------------------------------------------

    def chosen(self, scope: Scope, number: int) -> str | None:
        """A current memory of the owner."""
        current = list(self.before[scope].current())
        return current[number % len(current)] if current else None

    def called(self, scope: Scope, change: Coroutine[Any, Any, Any]) -> Any:
        """What a caller's change gives; None when the state does not allow it, and then nothing is written."""
        try:
            return self.runner.run(change)
        except (Conflict, NotFound):
            assert self.state(scope).decisions == self.before[scope].decisions, "a refused change was written"
            return None

    @rule(
        scope=MOSTLY_ONE,
        number=st.integers(0, 12),
        mask=st.sets(st.sampled_from(("text", "kind", "metadata", "categories", "expires_at")), min_size=1).map(sorted),
        text=st.sampled_from(("Ana works at Acme", "nothing of it", "{} indeed", "{} indeed")),
        kind=st.sampled_from([kind for kind in Kind if kind is not Kind.PLAN]),
        expires=st.one_of(st.none(), st.sampled_from(DATES)),
    )
    def update(self, scope: Scope, number: int, mask: list[str], text: str, kind: Kind, expires: str | None) -> None:
        """A caller rewrites a memory, or gives it another time to live."""
        if memory := self.chosen(scope, number):
            now = self.before[scope].current()[memory]
            plan = now.kind == Kind.PLAN  # What is planned stays planned: its slot is another one.
            edit = Edit(
                mask=tuple(name for name in mask if not (plan and name == "kind")) or ("categories",),
                text=text.format(now.text),
                kind=kind,
                metadata={"by": "caller"},
                categories=("x",),
                expires_at=When(expires).moment("UTC").at if expires else None,
            )
            self.called(scope, self.world.core.update(scope, memory, edit, etag="", request_id=""))
            self.exempt.add(memory)

    @rule(scope=MOSTLY_ONE, number=st.integers(0, 12))
    def delete(self, scope: Scope, number: int) -> None:
        """A caller closes a memory."""
        if memory := self.chosen(scope, number):
            self.called(scope, self.world.core.delete(scope, memory, etag="", request_id=""))

    @rule(scope=MOSTLY_ONE, number=st.integers(0, 20))
    def restore(self, scope: Scope, number: int) -> None:
        """A caller brings back what was closed, retracted, or neither."""
        log = self.before[scope].decisions[self.fixed[scope] :]
        ever = list(dict.fromkeys(effect[0] for decision in log for effect in decision["effects"]))
        if ever:
            memory = ever[number % len(ever)]
            self.called(scope, self.world.core.restore(scope, memory, etag="", request_id=""))

    @rule(scope=MOSTLY_ONE, number=st.integers(0, 12), pinned=st.sampled_from((True, True, False)))
    def pin(self, scope: Scope, number: int, *, pinned: bool) -> None:
        """A caller pins a memory, or lets it go."""
        if memory := self.chosen(scope, number):
            self.called(scope, self.world.core.pin(scope, memory, pinned=pinned, etag="", request_id=""))

    @rule(scope=MOSTLY_ONE, number=st.integers(0, 20))
    def revert(self, scope: Scope, number: int) -> None:
        """A caller undoes one of the last decisions."""
        decisions = self.before[scope].decisions[self.fixed[scope] :]
        if decisions:
            decision = decisions[-1 - number % len(decisions)]["id"]
            self.called(scope, self.world.core.revert(scope, decision, request_id=""))

    @rule(scope=MOSTLY_ONE, number=st.integers(0, 4), resolution=st.sampled_from(list(Resolution)))
    def resolve(self, scope: Scope, number: int, resolution: Resolution) -> None:
        """A caller settles a conflict, if there is one."""
        disputed = [memory for memory, one in self.before[scope].current().items() if one.disputed]
        if disputed:
            memory = disputed[number % len(disputed)]
            self.called(scope, self.world.core.resolve(scope, memory, resolution, request_id=""))
            if resolution is Resolution.KEEP_BOTH:
                self.exempt.add(memory)

    # -- time and processes ---------------------------------------------------------------------------------------

    @rule(hours=st.sampled_from((-24 * 400, -1, 0, 1, 24 * 30, 24 * 400)))
    def jump(self, hours: int) -> None:
        """The clock is set."""
        self.clock.now += hours * HOUR

    @rule()
    def restart(self) -> None:
        """The process ends and starts again."""
        self.rows.close()
        self.runner.run(self.world.restart())
        self.rows = connect(self.world.path)
        for scope in OWNERS:
            assert self.state(scope) == self.before[scope]

    @rule(scope=MOSTLY_ONE, as_of=st.one_of(st.none(), st.sampled_from(DATES)))
    def remember(self, scope: Scope, as_of: str | None) -> None:
        """Read the state as it is known now, to read it again later."""
        if (known_at := self.before[scope].last_time) and len(self.samples) < SAMPLES:
            world = When(as_of).moment("UTC").at if as_of else None
            axes = Axes(as_of=world, known_at=known_at)
            self.samples.append((scope, self.runner.run(look(self.world.ledger, scope.partition, axes))))

    # -- checks ---------------------------------------------------------------------------------------------------

    @invariant()
    def everything_holds(self) -> None:
        """After every step: what each owner's rows say is in order, and the past reads as it did."""
        for scope in OWNERS:
            state = self.state(scope)
            if state == self.before[scope]:
                continue
            standing.time_moved_on(self.before[scope], state)
            standing.stands(state, frozenset(self.exempt))
            standing.links_lead_somewhere(state)
            standing.outbox_refers(state)
            self.before[scope] = state
            for theirs, sample in self.samples:
                if theirs == scope:
                    again = self.runner.run(look(self.world.ledger, scope.partition, sample.axes))
                    assert again == sample, "the past reads otherwise than it did"

    def teardown(self) -> None:
        """At the end: every past state was in order."""
        try:
            for scope in OWNERS:
                standing.stood(self.state(scope), frozenset(self.exempt))
                findings = self.runner.run(verify_ledger(self.world.ledger, scope.partition))
                assert not findings, f"verify finds something in what is in order: {findings[0]}"
            self.runner.run(self.replayed())
        finally:
            self.rows.close()
            self.runner.run(self.world.close())
            self.runner.close()
            self.folder.cleanup()

    async def replayed(self) -> None:
        """The messages and the decision log, replayed into an empty ledger, give the same rows."""
        clock = Recorded()
        path = Path(self.folder.name) / "again.db"
        target = await SqliteLedger.open(path, clock=clock, synchronous="OFF")
        try:
            await replay(self.world.ledger, target, clock, PREDICATES, numbered(1_000_000))
            again = connect(path)
            try:
                for scope in OWNERS:
                    was, now = dump(self.rows, scope.partition), dump(again, scope.partition)
                    other = next((f"{a} became {b}" for a, b in zip_longest(was, now) if a != b), "")
                    assert not other, f"the log led elsewhere: {other}"
            finally:
                again.close()
        finally:
            await target.close()
