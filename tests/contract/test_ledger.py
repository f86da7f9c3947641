"""What every ledger does, whatever it is made of."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest

from ledger_rows import (
    ANN,
    P,
    Ticks,
    acceptance,
    decision,
    entity,
    evidence,
    job,
    message,
    relation,
    revision,
)
from twohop.errors import Conflict, InvalidPageToken, NotFound, RequestIdReused, StaleRead
from twohop.graph.model import (
    Alias,
    Axes,
    Granularity,
    JobState,
    Kind,
    Memory,
    Mention,
    Moment,
    Narrowing,
    Operation,
    OutboxRow,
    Relation,
    Revision,
    Scope,
    Triple,
    Validity,
)
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import Acceptance, Changes, Committed, JobUpdate, Ledger, MemoryFilter, RequestKey

Open: TypeAlias = Callable[[Path, Ticks], Awaitable[Ledger]]


async def open_sqlite(folder: Path, clock: Ticks) -> Ledger:
    return await SqliteLedger.open(folder / "ledger.db", clock=clock, synchronous="OFF")


BACKENDS: dict[str, Open] = {"sqlite": open_sqlite}
NOW = Axes()


@pytest.fixture
def clock() -> Ticks:
    return Ticks()


@pytest.fixture(params=list(BACKENDS))
async def ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: Ticks) -> AsyncIterator[Ledger]:
    opened = await BACKENDS[request.param](tmp_path, clock)
    yield opened
    await opened.close()


def key(request_id: str, body: str = "body", tenant: str = "default", method: str = "add") -> RequestKey:
    return RequestKey(tenant=tenant, method=method, request_id=request_id, body_hash=body)


def ids(rows: list[Memory] | list[Relation] | list[Revision] | tuple[Memory, ...]) -> list[str]:
    return [row.id for row in rows]


# -- accept -----------------------------------------------------------------------------------------------------------


async def test_accept_stores_messages_in_order(ledger: Ledger, clock: Ticks) -> None:
    """Accepted messages come back as given, with the stamp and the next positions of their session."""
    first = await ledger.accept(acceptance("m1", "m2"))
    clock.now = 5_000
    second = await ledger.accept(acceptance("m3"))

    assert (first.recorded_at, first.seq, second.recorded_at, second.seq) == (1_000, 1, 5_000, 2)
    assert await ledger.messages(P, ["m3", "missing", "m1"]) == [
        replace(message("m3"), position=2, recorded_at=5_000),
        replace(message("m1"), position=0, recorded_at=1_000),
    ]
    session = await ledger.session(P, "default")
    assert session is not None
    assert (session.message_count, session.created_at, session.updated_at) == (3, 1_000, 5_000)


async def test_accept_counts_each_session_apart(ledger: Ledger) -> None:
    """One acceptance may hold messages of several sessions; each has its own positions."""
    other = Scope(user_id="ann", run_id="r")
    mixed = Acceptance(
        scope=ANN, messages=(message("a"), message("b", scope=other), message("c")), job=job("j")
    )
    await ledger.accept(mixed)

    assert [m.position for m in await ledger.messages(P, ["a", "b", "c"])] == [0, 0, 1]
    assert ids_of(await ledger.recent_messages(P, "r", 5)) == ["b"]


def ids_of(rows: list[object]) -> list[str]:
    return [getattr(row, "id") for row in rows]  # noqa: B009 - any noun with an id.


async def test_accept_of_a_known_request_gives_the_earlier_job(ledger: Ledger) -> None:
    """The same request id with the same body finds the first job and writes nothing."""
    first = await ledger.accept(acceptance("m1", request=key("r1")))
    again = await ledger.accept(acceptance("m2", request=key("r1")))

    assert again.repeated
    assert not first.repeated
    assert again.job == first.job == await ledger.job(P, "job-m1")
    assert again.recorded_at == first.recorded_at
    assert await ledger.messages(P, ["m2"]) == []


@pytest.mark.parametrize(
    "second",
    [
        acceptance("m2", request=key("r1", body="other")),
        acceptance("m2", request=key("r1"), scope=Scope(user_id="bob")),
    ],
    ids=["body", "owner"],
)
async def test_request_id_is_not_taken_twice(ledger: Ledger, second: Acceptance) -> None:
    """Another body, or another owner of the tenant, under a used request id is refused and nothing is written."""
    await ledger.accept(acceptance("m1", request=key("r1")))

    with pytest.raises(RequestIdReused):
        await ledger.accept(second)
    assert await ledger.owner(Scope(user_id="bob").partition) is None
    assert await ledger.message_ids(P, 10) == ["m1"]


async def test_request_ids_belong_to_a_tenant_and_a_method(ledger: Ledger) -> None:
    """The same request id in another tenant or for another method is another request."""
    await ledger.accept(acceptance("m1", request=key("r1")))

    other = Scope(tenant="t2", user_id="ann")
    assert not (await ledger.accept(acceptance("m1", scope=other, request=key("r1", tenant="t2")))).repeated
    assert not (await ledger.accept(acceptance("m2", request=key("r1", method="batch")))).repeated


async def test_accept_keeps_a_running_job(ledger: Ledger) -> None:
    """A job may be accepted as running already: then nobody else claims it."""
    await ledger.accept(Acceptance(scope=ANN, messages=(message("m1"),), job=job("j", state=JobState.RUNNING)))

    stored = await ledger.job(P, "j")
    assert stored is not None
    assert (stored.state, stored.payload, stored.created_at) == (JobState.RUNNING, {"ids": ["x"]}, 1_000)
    assert await ledger.claim_jobs(10_000, 10) == []


async def test_accept_twice_with_one_message_id_is_refused_whole(ledger: Ledger) -> None:
    """A message id that exists refuses the whole acceptance."""
    await ledger.accept(acceptance("m1"))

    with pytest.raises(Conflict):
        await ledger.accept(acceptance("m2", "m1", job_id="j2"))
    assert await ledger.message_ids(P, 10) == ["m1"]
    assert await ledger.job(P, "j2") is None


async def test_foreign_rows_are_refused(ledger: Ledger) -> None:
    """A row that names another partition than its write is a fault, and nothing is written."""
    bob = Scope(user_id="bob")
    with pytest.raises(ValueError, match="another partition"):
        await ledger.accept(Acceptance(scope=bob, messages=(message("m1"),), job=job("j", scope=bob)))
    with pytest.raises(ValueError, match="another partition"):
        await ledger.commit(Changes(partition=bob.partition, revisions=(revision("r", "m"),)))
    assert await ledger.partitions(10) == []


async def test_a_new_message_asks_for_the_four_before_it(ledger: Ledger) -> None:
    """A new message queues itself and the four before it in its session, whose indexed words it changes."""
    await ledger.accept(acceptance(*(f"m{i}" for i in range(6))))
    await ledger.outbox_done(await ledger.outbox(100))
    await ledger.accept(acceptance("other", scope=Scope(user_id="ann", run_id="r")))
    await ledger.outbox_done(await ledger.outbox(100))

    await ledger.accept(acceptance("m6"))
    assert {row.id for row in await ledger.outbox(100)} == {"m2", "m3", "m4", "m5", "m6"}


async def test_two_hundred_concurrent_accepts(ledger: Ledger) -> None:
    """Two hundred callers at once: every one is stored, each with its own position and instant."""
    accepted = await asyncio.gather(*(ledger.accept(acceptance(f"m{i:03}")) for i in range(200)))

    assert len({one.recorded_at for one in accepted}) == 200
    assert sorted(one.seq for one in accepted) == list(range(1, 201))
    stored = await ledger.messages(P, [f"m{i:03}" for i in range(200)])
    assert sorted(m.position for m in stored) == list(range(200))
    owner = await ledger.owner(P)
    assert owner is not None
    assert (owner.message_count, owner.seq, owner.state_seq) == (200, 200, 0)


async def test_one_request_id_in_two_hundred_concurrent_accepts(ledger: Ledger) -> None:
    """Of two hundred concurrent calls with one request id one is stored and all get its job."""
    accepted = await asyncio.gather(
        *(ledger.accept(acceptance(f"m{i:03}", request=key("same"))) for i in range(200))
    )

    assert len({one.job.id for one in accepted}) == 1
    assert [one.repeated for one in accepted].count(False) == 1
    assert len(await ledger.message_ids(P, 300)) == 1


# -- commit -----------------------------------------------------------------------------------------------------------


async def test_commit_keeps_every_field(ledger: Ledger) -> None:
    """A memory comes back with every field that was written, and the stamp."""
    await ledger.accept(acceptance("m1"))
    full = Revision(
        id="r1",
        memory_id="mem",
        partition=P,
        number=3,
        text="Ann adopted Rex in May 2023 🐕",
        kind=Kind.EVENT,
        validity=Validity(
            Moment(5, Granularity.MONTH, "Europe/Lisbon"), Moment(9, Granularity.UNKNOWN, "Asia/Kolkata")
        ),
        operation=Operation.UPDATE,
        decider="gpt",
        reason="said so",
        decision_id="d1",
        triples=(Triple("ann", "has_pet", "rex"), Triple("ann", "age", "", "42")),
        slot_key="slot",
        text_hash="hash",
        cues=("dog", "pet"),
        occurred_until=Moment(8, Granularity.DAY, "UTC"),
        metadata={"a": [1, 2.5, None, {"b": "ü"}], "c": True},
        categories=("home", "pets"),
        pinned=True,
        expires_at=99,
        disputed=True,
        superseded_by="later",
        supersedes="earlier",
    )
    done = await ledger.commit(
        Changes(
            partition=P,
            revisions=(full,),
            entities=(entity("ann"), entity("rex")),
            evidence=(evidence("mem", "m1", quote="adopted", agent_id="a", run_id="r"),),
        )
    )
    (stored,) = await ledger.memories(P, ["mem"], NOW)
    assert stored == Memory(
        id="mem",
        partition=P,
        created_at=done.recorded_at,
        revision=replace(full, recorded_at=done.recorded_at),
        evidence=(
            replace(
                evidence("mem", "m1", quote="adopted", agent_id="a", run_id="r"), recorded_at=done.recorded_at
            ),
        ),
    )


async def test_commit_is_refused_when_the_state_moved(ledger: Ledger) -> None:
    """Changes planned on another state are refused, and nothing of them is written."""
    await ledger.commit(Changes(partition=P, expected_state=0, revisions=(revision("r1", "a"),)))

    with pytest.raises(StaleRead):
        await ledger.commit(
            Changes(partition=P, expected_state=0, revisions=(revision("r2", "b"),), vocabulary={"x": "xs"})
        )
    assert await ledger.memories(P, ["b"], NOW) == []
    assert await ledger.vocabulary(P) == ([], 0)
    assert (await ledger.commit(Changes(partition=P, expected_state=1))).state_seq == 1


@pytest.mark.parametrize(
    ("changes", "moves"),
    [
        (Changes(partition=P, revisions=(revision("r2", "b"),)), True),
        (Changes(partition=P, ended_revisions=("r1",)), True),
        (Changes(partition=P, evidence=(evidence("a", "m1"),)), True),
        (Changes(partition=P, entities=(entity("eve"),)), True),
        (Changes(partition=P, relations=(relation("x2", "ann", "knows", "bob"),)), True),
        (Changes(partition=P, ended_relations=("x1",)), True),
        (Changes(partition=P, decisions=(decision("d"),)), False),
        (Changes(partition=P, vocabulary={"dog": "dogs"}), False),
        (Changes(partition=P, touched_messages=("m1",)), False),
        (Changes(partition=P, mentions=(Mention(entity_id="ann", message_id="m1"),)), False),
        (Changes(partition=P, job=JobUpdate(id="job-m1", state=JobState.DONE)), False),
    ],
)
async def test_state_moves_with_what_plans_rest_on(ledger: Ledger, changes: Changes, *, moves: bool) -> None:
    """Every commit moves `seq`; only changes of facts, entities and relations move `state_seq`."""
    before = await graph_of_ann(ledger)
    after = await ledger.commit(changes)

    assert after.seq == before.seq + 1
    assert after.state_seq == before.state_seq + int(moves)
    owner = await ledger.owner(P)
    assert owner is not None
    assert (owner.seq, owner.state_seq, owner.last_time) == (after.seq, after.state_seq, after.recorded_at)


async def graph_of_ann(ledger: Ledger, partition: str = P) -> Committed:
    """Ann knows Bob: one message, one memory, two entities, one relation."""
    await ledger.accept(acceptance("m1", scope=ANN if partition == P else Scope(user_id="bob")))
    triple = Triple("ann", "knows", "bob")
    return await ledger.commit(
        Changes(
            partition=partition,
            revisions=(
                revision("r1", "a", partition=partition, triples=(triple,), slot_key="slot", text_hash="hash"),
            ),
            evidence=(evidence("a", "m1"),),
            entities=(entity("ann", partition=partition), entity("bob", partition=partition)),
            aliases=(Alias(entity_id="bob", normal="bobby", name="Bobby"),),
            mentions=(Mention(entity_id="ann", message_id="m1", start=0, end=3),),
            relations=(relation("x1", "ann", "knows", "bob", partition=partition, support=("a",)),),
            decisions=(decision("d1", partition=partition, job_id="job-m1", memory_id="a"),),
            vocabulary={"know": "knows"},
            touched_messages=("m1",),
        )
    )


async def test_a_commit_has_one_instant_and_the_next_a_later_one(ledger: Ledger, clock: Ticks) -> None:
    """All rows of a commit share its instant; instants of an owner rise even when the clock goes back."""
    first = await graph_of_ann(ledger)
    clock.now = 10
    second = await ledger.commit(Changes(partition=P, revisions=(revision("r2", "b"),)))

    assert first.recorded_at == 1_001
    assert second.recorded_at == 1_002
    (memory,) = await ledger.memories(P, ["a"], NOW)
    (bob,) = await ledger.entities(P, ["bob"])
    (known,) = await ledger.relations(P, ["x1"], NOW)
    stamps = {memory.created_at, memory.revision.recorded_at, memory.evidence[0].recorded_at}
    assert stamps | {bob.recorded_at, known.recorded_at} == {first.recorded_at}
    assert (await ledger.decisions(P)).items[0].recorded_at == first.recorded_at


async def test_a_repeated_commit_gives_its_earlier_result(ledger: Ledger) -> None:
    """A mutation's request id gives the earlier result and writes nothing, also when the state moved since."""
    changes = Changes(
        partition=P, expected_state=0, revisions=(revision("r1", "a"),), request=key("r"), request_result="a"
    )
    first = await ledger.commit(changes)
    again = await ledger.commit(replace(changes, revisions=(revision("r2", "b"),)))

    assert (first.earlier, again.earlier) == ("", "a")
    assert again.recorded_at == first.recorded_at
    assert await ledger.memory_ids(P, 10) == ["a"]
    with pytest.raises(RequestIdReused):
        await ledger.commit(replace(changes, request=key("r", body="other")))


async def test_ending_what_is_not_current_is_refused(ledger: Ledger) -> None:
    """A revision or relation that is unknown or has ended already can't be ended: the plan was stale."""
    await graph_of_ann(ledger)
    await ledger.commit(Changes(partition=P, ended_revisions=("r1",), ended_relations=("x1",)))

    for changes in (
        Changes(partition=P, ended_revisions=("r1",)),
        Changes(partition=P, ended_relations=("x1",)),
        Changes(partition=P, ended_revisions=("unknown",)),
    ):
        with pytest.raises(StaleRead):
            await ledger.commit(changes)


async def test_a_memory_has_one_current_revision(ledger: Ledger) -> None:
    """A second current revision of a memory is refused; a new one that ends the old takes its place."""
    await ledger.commit(Changes(partition=P, revisions=(revision("r1", "a"),)))
    with pytest.raises(StaleRead):
        await ledger.commit(Changes(partition=P, revisions=(revision("r2", "a", number=2),)))

    await ledger.commit(
        Changes(partition=P, revisions=(revision("r2", "a", number=2),), ended_revisions=("r1",))
    )
    assert [m.revision.id for m in await ledger.memories(P, ["a"], NOW)] == ["r2"]
    owner = await ledger.owner(P)
    assert owner is not None
    assert owner.memory_count == 1


async def test_what_a_commit_makes_and_ends_is_in_the_history_only(ledger: Ledger) -> None:
    """A revision that its own commit ends again is kept, but was never visible."""
    done = await ledger.commit(Changes(partition=P, revisions=(revision("r1", "a"),), ended_revisions=("r1",)))

    assert await ledger.memories(P, ["a"], NOW) == []
    assert await ledger.memories(P, ["a"], Axes(known_at=done.recorded_at)) == []
    assert ids(await ledger.revisions(P, "a")) == ["r1"]


async def test_commit_counts_for_nothing_when_a_part_points_nowhere(ledger: Ledger) -> None:
    """A row that points at something the owner doesn't have refuses the whole commit."""
    await ledger.accept(acceptance("m1"))
    for changes in (
        Changes(partition=P, revisions=(revision("r", "a"),), evidence=(evidence("a", "no such message"),)),
        Changes(partition=P, relations=(relation("x", "nobody", "knows", "nobody"),)),
        Changes(partition=P, mentions=(Mention(entity_id="nobody", message_id="m1"),)),
        Changes(partition=P, aliases=(Alias(entity_id="nobody", normal="n", name="N"),)),
    ):
        with pytest.raises(StaleRead):
            await ledger.commit(changes)
    with pytest.raises(NotFound):
        await ledger.commit(
            Changes(
                partition=P,
                revisions=(revision("r", "a"),),
                job=JobUpdate(id="no such job", state=JobState.DONE),
            )
        )
    assert await ledger.memory_ids(P, 10) == []


async def test_the_same_evidence_counts_once(ledger: Ledger) -> None:
    """The same quote of the same message is evidence once; another quote is further evidence."""
    await graph_of_ann(ledger)
    again = (evidence("a", "m1"), evidence("a", "m1", quote="knows Bob"))
    await ledger.commit(Changes(partition=P, evidence=again))

    (memory,) = await ledger.memories(P, ["a"], NOW)
    assert [one.quote for one in memory.evidence] == ["", "knows Bob"]


async def test_entities_are_updated_by_id(ledger: Ledger) -> None:
    """An entity that exists takes the new name, type and kinds; its first instant and key stay."""
    first = await graph_of_ann(ledger)
    changed = replace(entity("bob"), name="Robert", type="dog", named=False, kinds=("dog", "pet"))
    await ledger.commit(Changes(partition=P, entities=(changed,)))

    (stored,) = await ledger.entities(P, ["bob"])
    assert stored == replace(changed, aliases=("Bobby",), recorded_at=first.recorded_at)


async def test_two_entities_never_share_a_key(ledger: Ledger) -> None:
    """A second entity under a used key is refused: somebody else made it meanwhile."""
    await graph_of_ann(ledger)
    with pytest.raises(StaleRead):
        await ledger.commit(Changes(partition=P, entities=(replace(entity("bob"), id="another"),)))


async def test_commit_without_accept_makes_an_owner(ledger: Ledger) -> None:
    """An owner may begin with a commit; the first accept says whose it is."""
    await ledger.commit(Changes(partition=P, revisions=(revision("r", "a"),)))
    await ledger.accept(acceptance("m1", scope=Scope(user_id="ann", agent_id="x", run_id="y")))

    owner = await ledger.owner(P)
    assert owner is not None
    assert owner.scope == ANN
    assert (owner.message_count, owner.memory_count, owner.seq, owner.state_seq) == (1, 1, 2, 1)


# -- what is visible when ---------------------------------------------------------------------------------------------


async def test_world_time_is_checked_at_both_ends(ledger: Ledger) -> None:
    """A fact holds from its first instant to just before its end, and not while it is disputed or expired."""
    await ledger.commit(
        Changes(
            partition=P,
            revisions=(
                revision("r1", "closed", valid=(10, 20)),
                revision("r2", "open", valid=(10, None)),
                revision("r3", "expiring", valid=(10, None), expires_at=15),
                revision("r4", "disputed", valid=(10, None), disputed=True),
            ),
        )
    )
    every = ["closed", "open", "expiring", "disputed"]

    async def at(as_of: int | None) -> list[str]:
        return ids(await ledger.memories(P, every, Axes(as_of=as_of)))

    assert await at(9) == []
    assert await at(10) == ["closed", "open", "expiring"]
    assert await at(14) == ["closed", "open", "expiring"]
    assert await at(15) == ["closed", "open"]
    assert await at(20) == ["open"]
    assert await at(None) == every


async def test_system_time_shows_what_was_known(ledger: Ledger) -> None:
    """`known_at` shows the revision, evidence, entities, aliases, mentions and relations of that instant."""
    await ledger.accept(acceptance("m1"))
    first = await ledger.commit(
        Changes(
            partition=P,
            revisions=(revision("r1", "a"),),
            entities=(entity("ann"),),
            relations=(relation("x1", "ann", "is", "", literal="here", support=("a",)),),
            evidence=(evidence("a", "m1"),),
        )
    )
    accepted = await ledger.accept(acceptance("m2"))
    second = await ledger.commit(
        Changes(
            partition=P,
            revisions=(revision("r2", "a", number=2),),
            ended_revisions=("r1",),
            evidence=(evidence("a", "m2"),),
            entities=(entity("bob"),),
            aliases=(Alias(entity_id="ann", normal="annie", name="Annie"),),
            mentions=(Mention(entity_id="ann", message_id="m1"),),
            relations=(relation("x2", "ann", "knows", "bob", support=("a",)),),
            ended_relations=("x1",),
        )
    )

    async def seen(t: int | None) -> tuple[object, ...]:
        axes = Axes(known_at=t)
        found = await ledger.memories(P, ["a"], axes)
        return (
            [(m.revision.id, m.revision.superseded_at, [e.message_id for e in m.evidence]) for m in found],
            [(e.id, e.aliases) for e in await ledger.entities(P, ["ann", "bob"], t)],
            sorted(await ledger.entities_named(P, ["ann", "annie", "bob"], t)),
            [e.id for e in (await ledger.list_entities(P, 9, known_at=t)).items],
            {k: ids(v) for k, v in (await ledger.relations_of(P, ["ann"], axes, 9)).items()},
            ids(await ledger.relations(P, ["x1", "x2"], axes)),
            ids(list((await ledger.list_relations(P, axes, 9)).items)),
            {k: ids(v) for k, v in (await ledger.relations_of_memories(P, ["a"], axes)).items()},
            await ledger.mentions_of(P, ["ann"], 9, t),
            [m.id for m in await ledger.messages(P, ["m1", "m2"], t)],
            {k: ids(v) for k, v in (await ledger.facts_of_messages(P, ["m1", "m2"], axes)).items()},
            ids(await ledger.revisions(P, "a", t)),
            ids(await ledger.revisions_by_id(P, ["r2", "r1"], t)),
            ids((await ledger.list_memories(P, MemoryFilter(), axes, 9)).items),
        )

    nothing = ([], [], [], [], {}, [], [], {}, {}, ["m1"], {}, [], [], [])
    then = (
        [("r1", None, ["m1"])],
        [("ann", ())],
        ["ann"],
        ["ann"],
        {"ann": ["x1"]},
        ["x1"],
        ["x1"],
        {"a": ["x1"]},
        {},
        ["m1"],
        {"m1": ["a"]},
        ["r1"],
        ["r1"],
        ["a"],
    )
    now = (
        [("r2", None, ["m1", "m2"])],
        [("ann", ("Annie",)), ("bob", ())],
        ["ann", "annie", "bob"],
        ["ann", "bob"],
        {"ann": ["x2"]},
        ["x2"],
        ["x2"],
        {"a": ["x2"]},
        {"ann": ["m1"]},
        ["m1", "m2"],
        {"m1": ["a"], "m2": ["a"]},
        ["r1", "r2"],
        ["r2", "r1"],
        ["a"],
    )
    assert await seen(first.recorded_at - 1) == nothing
    assert await seen(first.recorded_at) == then
    assert await seen(accepted.recorded_at - 1) == then
    with_m2 = (*then[:9], ["m1", "m2"], *then[10:])
    assert await seen(second.recorded_at - 1) == with_m2
    assert await seen(second.recorded_at) == now
    assert await seen(None) == now


async def test_relations_hold_in_world_time(ledger: Ledger) -> None:
    """`as_of` leaves out relations that did not hold then."""
    await ledger.commit(
        Changes(
            partition=P,
            entities=(entity("ann"), entity("foo"), entity("bar")),
            relations=(
                relation("x1", "ann", "works_at", "foo", valid=(10, 20)),
                relation("x2", "ann", "works_at", "bar", valid=(20, None)),
            ),
        )
    )

    async def at(as_of: int) -> list[str]:
        found = await ledger.relations_of(P, ["ann"], Axes(as_of=as_of), 9)
        return ids(found.get("ann", []))

    assert [await at(t) for t in (9, 10, 19, 20)] == [[], ["x1"], ["x1"], ["x2"]]
    assert ids(await ledger.relations(P, ["x1", "x2"], Axes(as_of=20))) == ["x2"]


async def test_narrowing_follows_the_evidence(ledger: Ledger) -> None:
    """A memory is visible under an agent and a run that messages behind it belong to, once that is known."""
    await ledger.accept(acceptance("m1", "m2", "m3"))
    first = await ledger.commit(
        Changes(
            partition=P,
            revisions=tuple(revision(f"r-{m}", m) for m in ("both", "mixed", "agent", "bare")),
            evidence=(
                evidence("both", "m1", agent_id="a", run_id="r"),
                evidence("mixed", "m1", agent_id="a", run_id="other"),
                evidence("mixed", "m2", agent_id="other", run_id="r"),
                evidence("agent", "m1", agent_id="a"),
            ),
        )
    )
    await ledger.commit(Changes(partition=P, evidence=(evidence("agent", "m3", run_id="r"),)))
    every = ["both", "mixed", "agent", "bare"]

    async def under(narrowing: Narrowing | None, known_at: int | None = None) -> list[str]:
        axes = Axes(known_at=known_at)
        found = ids(await ledger.memories(P, every, axes, narrowing))
        listed = await ledger.list_memories(P, MemoryFilter(narrowing=narrowing or Narrowing()), axes, 9)
        assert sorted(ids(listed.items)) == sorted(found)
        return found

    assert await under(None) == every
    assert await under(Narrowing()) == every
    assert await under(Narrowing(agent_id="a")) == ["both", "mixed", "agent"]
    assert await under(Narrowing(run_id="r")) == ["both", "mixed", "agent"]
    assert await under(Narrowing(agent_id="a", run_id="r")) == ["both", "mixed", "agent"]
    assert await under(Narrowing(run_id="r"), first.recorded_at) == ["both", "mixed"]
    assert await under(Narrowing(agent_id="nobody")) == []


# -- look-ups ---------------------------------------------------------------------------------------------------------


async def test_memories_come_in_the_order_asked_for(ledger: Ledger) -> None:
    """Batches of thousands of ids come back in the order asked for, absent ones left out."""
    every = [f"m{i:04}" for i in range(2_000)]
    await ledger.commit(Changes(partition=P, revisions=tuple(revision(f"r-{m}", m) for m in every)))

    asked = [*reversed(every), "missing"]
    assert ids(await ledger.memories(P, asked, NOW)) == asked[:-1]
    assert await ledger.memories_of_revisions(P, ["r-m0001", "missing"]) == {"r-m0001": "m0001"}


async def test_slot_gives_the_timeline(ledger: Ledger) -> None:
    """The current values of slots come by their start, also closed and disputed ones, never superseded ones."""
    await ledger.commit(
        Changes(
            partition=P,
            revisions=(
                revision("r1", "a", valid=(30, None), slot_key="s"),
                revision("r2", "b", valid=(10, 20), slot_key="s"),
                revision("r3", "c", valid=(20, 30), slot_key="t", disputed=True),
                revision("r4", "d", valid=(0, None), slot_key="s"),
                revision("r5", "e"),
            ),
        )
    )
    await ledger.commit(Changes(partition=P, ended_revisions=("r4",)))

    assert ids(await ledger.slot(P, ["t", "s", "s", ""])) == ["b", "c", "a"]
    assert await ledger.slot(P, []) == []


async def test_by_text_finds_the_same_words(ledger: Ledger) -> None:
    """Memories are found by the hash of their current text, not by one they had, and never by an empty one."""
    await ledger.commit(
        Changes(
            partition=P,
            revisions=(revision("r1", "a", text_hash="old"), revision("r2", "b", text_hash="same")),
        )
    )
    await ledger.commit(
        Changes(
            partition=P,
            revisions=(revision("r3", "a", text_hash="same", number=2), revision("r4", "c")),
            ended_revisions=("r1",),
        )
    )

    assert ids(await ledger.by_text(P, ["same", "old", "same", ""])) == ["b", "a"]


async def test_by_triple_and_by_subject_find_current_assertions(ledger: Ledger) -> None:
    """Memories are found by what their current revision asserts, newest first a subject, up to the limit."""
    tea, cake = Triple("ann", "likes", "tea"), Triple("ann", "likes", "", "cake")
    people = (entity("ann"), entity("tea"))
    await ledger.commit(
        Changes(partition=P, entities=people, revisions=(revision("r1", "a", triples=(tea, cake)),))
    )
    await ledger.commit(Changes(partition=P, revisions=(revision("r2", "b", triples=(tea,)),)))
    await ledger.commit(Changes(partition=P, revisions=(revision("r3", "c", triples=(tea,)),)))
    await ledger.commit(Changes(partition=P, ended_revisions=("r3",)))

    found = await ledger.by_triple(P, [tea.key(P), cake.key(P), "unknown"])
    assert {k: ids(v) for k, v in found.items()} == {tea.key(P): ["a", "b"], cake.key(P): ["a"]}
    assert ids(await ledger.by_subject(P, [("ann", "likes"), ("ann", "hates"), ("ann", "likes")], 9)) == ["b", "a"]
    assert ids(await ledger.by_subject(P, [("ann", "likes")], 1)) == ["b"]


async def test_list_memories_pages_newest_first(ledger: Ledger) -> None:
    """A list goes on after its last item without gaps or repeats."""
    await ledger.commit(Changes(partition=P, revisions=tuple(revision(f"r{i}", f"m{i}") for i in range(7))))

    found, after = [], ""
    while True:
        page = await ledger.list_memories(P, MemoryFilter(), NOW, 3, after)
        found.append(ids(page.items))
        after = page.next_key
        if not after:
            break
    assert found == [["m6", "m5", "m4"], ["m3", "m2", "m1"], ["m0"]]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (MemoryFilter(kinds=(Kind.EVENT, Kind.PLAN)), ["b"]),
        (MemoryFilter(categories=("x", "z")), ["b", "a"]),
        (MemoryFilter(entity_ids=("bob",)), ["b", "a"]),
        (MemoryFilter(entity_ids=("ann",)), ["a"]),
        (MemoryFilter(include_disputed=False), ["b", "a"]),
        (MemoryFilter(metadata={"n": 1}), ["a"]),
        (MemoryFilter(metadata={"n": 1.0}), ["a"]),
        (MemoryFilter(metadata={"n": True}), ["b"]),
        (MemoryFilter(metadata={"n": "1"}), ["c"]),
        (MemoryFilter(metadata={'q"u.o\\te': "it's"}), ["a"]),
        (MemoryFilter(metadata={"nothing": None}), ["a"]),
        (MemoryFilter(metadata={"deep": {"x": [1, "é"]}}), ["a"]),
        (MemoryFilter(metadata={"n": 1, "nothing": 0}), []),
        (MemoryFilter(kinds=(Kind.STATE,), categories=("x",), entity_ids=("ann",), metadata={"n": 1}), ["a"]),
    ],
)
async def test_list_memories_by_filter(ledger: Ledger, where: MemoryFilter, expected: list[str]) -> None:
    """A list keeps what every part of its filter leaves in."""
    await ledger.commit(
        Changes(
            partition=P,
            entities=(entity("ann"), entity("bob")),
            revisions=(
                revision(
                    "r1",
                    "a",
                    categories=("x", "y"),
                    triples=(Triple("ann", "knows", "bob"),),
                    metadata={"n": 1, 'q"u.o\\te': "it's", "nothing": None, "deep": {"x": [1, "é"]}},
                ),
                revision(
                    "r2",
                    "b",
                    kind=Kind.EVENT,
                    categories=("z",),
                    triples=(Triple("bob", "is", "", "ok"),),
                    metadata={"n": True},
                ),
                revision("r3", "c", disputed=True, metadata={"n": "1"}),
            ),
        )
    )
    assert ids((await ledger.list_memories(P, where, NOW, 9)).items) == expected


async def test_decisions_are_listed_in_order(ledger: Ledger) -> None:
    """Decisions come in order of recording: of the owner, of a job, or about a memory made or touched."""
    await ledger.commit(
        Changes(
            partition=P,
            decisions=(decision("z", job_id="j1", memory_id="m1"), decision("y", job_id="j1", target_id="m1")),
        )
    )
    full = replace(decision("x", job_id="j2", memory_id="m1", target_id="m1", position=4), reason="why", status="S")
    done = await ledger.commit(Changes(partition=P, decisions=(full, decision("w"))))

    assert [d.id for d in (await ledger.decisions(P)).items] == ["z", "y", "x", "w"]
    assert [d.id for d in (await ledger.decisions(P, job_id="j1")).items] == ["z", "y"]
    about = await ledger.decisions(P, memory_id="m1")
    assert [d.id for d in about.items] == ["z", "y", "x"]
    assert about.items[2] == replace(full, recorded_at=done.recorded_at)
    assert [d.id for d in (await ledger.decisions(P, memory_id="m1", job_id="j2")).items] == ["x"]
    first = await ledger.decisions(P, memory_id="m1", limit=2)
    rest = await ledger.decisions(P, memory_id="m1", limit=2, after=first.next_key)
    assert [d.id for d in (*first.items, *rest.items)] == ["z", "y", "x"]
    assert rest.next_key == ""


@pytest.mark.parametrize("after", ["x", "null", "[1]", '["a",1]', "[1,2,3]", "{}"])
async def test_a_made_up_key_is_refused(ledger: Ledger, after: str) -> None:
    """A list can't go on after a key that it never gave."""
    with pytest.raises(InvalidPageToken):
        await ledger.decisions(P, after=after)
    with pytest.raises(InvalidPageToken):
        await ledger.list_entities(P, 5, after=after)


async def test_messages_around_others(ledger: Ledger) -> None:
    """Windows hold a message's neighbours in its own session, cut at the session's ends."""
    await ledger.accept(acceptance(*(f"m{i}" for i in range(6))))
    await ledger.accept(acceptance("z", scope=Scope(user_id="ann", run_id="r")))

    found = await ledger.windows(P, ["m0", "m3", "z", "missing"], 2)
    assert {k: [m.id for m in v] for k, v in found.items()} == {
        "m0": ["m0", "m1", "m2"],
        "m3": ["m1", "m2", "m3", "m4", "m5"],
        "z": ["z"],
    }
    assert [m.id for m in await ledger.recent_messages(P, "default", 2)] == ["m4", "m5"]
    assert [m.id for m in await ledger.recent_messages(P, "default", 2, before=3)] == ["m1", "m2"]
    assert await ledger.recent_messages(P, "default", 0) == []


async def test_speakers_are_counted_by_session(ledger: Ledger) -> None:
    """Speakers come with their number of messages in each session; unnamed ones are left out."""
    await ledger.accept(acceptance("m1", "m2", name="Ann"))
    await ledger.accept(acceptance("m3", name="Bob"))
    await ledger.accept(acceptance("m4", name="Ann"))
    await ledger.accept(acceptance("m5", name=""))
    await ledger.accept(acceptance("m6", name="Ann", scope=Scope(user_id="ann", run_id="r")))

    assert await ledger.speakers(P) == {"default": {"Ann": 3, "Bob": 1}, "r": {"Ann": 1}}


async def test_summaries_have_versions(ledger: Ledger) -> None:
    """A new summary replaces the old one under the next version and moves the owner's sequence."""
    await ledger.accept(acceptance("m1"))
    await ledger.set_summary(P, "default", "one")
    await ledger.set_summary(P, "default", "two")

    session, owner = await ledger.session(P, "default"), await ledger.owner(P)
    assert session is not None
    assert owner is not None
    assert (session.summary, session.summary_version, owner.seq, owner.state_seq) == ("two", 2, 3, 0)
    with pytest.raises(NotFound):
        await ledger.set_summary(P, "no such session", "x")


async def test_entities_are_found_by_name_and_alias(ledger: Ledger) -> None:
    """A name finds every entity that goes by it, whether as name or as alias, oldest first."""
    await ledger.commit(Changes(partition=P, entities=(entity("e1", name="Bob"), entity("e2", name="Robert"))))
    await ledger.commit(
        Changes(
            partition=P,
            entities=(entity("e3", name="Bob"),),
            aliases=(
                Alias(entity_id="e2", normal="bob", name="Bob"),
                Alias(entity_id="e2", normal="bob", name="again"),
            ),
        )
    )

    found = await ledger.entities_named(P, ["bob", "robert", "nobody"])
    assert {k: [e.id for e in v] for k, v in found.items()} == {"bob": ["e1", "e2", "e3"], "robert": ["e2"]}
    assert found["robert"][0].aliases == ("Bob",)


async def test_entities_are_listed_by_normal_form(ledger: Ledger) -> None:
    """Entities come in the order of their names, page by page, or only those whose name or alias holds a part."""
    names = {"e1": "Cleo", "e2": "Ann", "e3": "Bob", "e4": "Ann"}
    await ledger.commit(
        Changes(
            partition=P,
            entities=tuple(entity(id_, name=name) for id_, name in names.items()),
            aliases=(Alias(entity_id="e1", normal="annabel 100%", name="Annabel 100%"),),
        )
    )

    first = await ledger.list_entities(P, 3)
    rest = await ledger.list_entities(P, 3, after=first.next_key)
    assert [e.id for e in (*first.items, *rest.items)] == ["e2", "e4", "e3", "e1"]
    assert rest.next_key == ""
    assert [e.id for e in (await ledger.list_entities(P, 9, name="ann")).items] == ["e2", "e4", "e1"]
    assert [e.id for e in (await ledger.list_entities(P, 9, name="%")).items] == ["e1"]


async def test_relations_at_an_entity(ledger: Ledger) -> None:
    """Relations at either end come newest first, a loop once, up to the limit; ended ones don't count."""
    people = tuple(entity(id_) for id_ in ("ann", "bob", "cleo"))
    await ledger.commit(
        Changes(
            partition=P,
            entities=people,
            relations=(relation("x1", "ann", "knows", "bob"), relation("x2", "cleo", "knows", "ann")),
        )
    )
    await ledger.commit(
        Changes(
            partition=P,
            relations=(relation("x3", "ann", "knows", "ann"), relation("x4", "ann", "age", "", literal="42")),
        )
    )
    await ledger.commit(
        Changes(partition=P, relations=(relation("x5", "bob", "knows", "ann"),), ended_relations=("x1",))
    )

    found = await ledger.relations_of(P, ["ann", "bob", "nobody"], NOW, 9)
    assert {k: ids(v) for k, v in found.items()} == {"ann": ["x5", "x4", "x3", "x2"], "bob": ["x5"]}
    assert {k: ids(v) for k, v in (await ledger.relations_of(P, ["ann"], NOW, 2)).items()} == {"ann": ["x5", "x4"]}
    assert found["ann"][1].triple == Triple("ann", "age", "", "42")
    assert await ledger.degrees(P, ["ann", "bob", "cleo", "nobody"]) == {"ann": (4, 0), "bob": (1, 0), "cleo": (1, 0)}


async def test_relations_are_listed_and_found_by_key(ledger: Ledger) -> None:
    """Relations are listed newest id first, by end and predicate, and their current versions found by key."""
    await ledger.commit(
        Changes(
            partition=P,
            entities=(entity("ann"), entity("bob")),
            revisions=(revision("r1", "a"), revision("r2", "b")),
            relations=(
                relation("x1", "ann", "knows", "bob", support=("b", "a"), valid=(50, None)),
                relation("x2", "bob", "likes", "ann", support=("b",)),
                relation("x3", "bob", "age", "", literal="7"),
                relation("x4", "ann", "knows", "bob", valid=(10, 20)),
                relation("x5", "ann", "knows", "bob", valid=(30, 40)),
            ),
        )
    )
    await ledger.commit(Changes(partition=P, ended_relations=("x5",)))
    knows = Triple("ann", "knows", "bob").key(P)

    assert ids(await ledger.relations_by_key(P, [knows, "unknown"])) == ["x4", "x1"]
    (x1,) = await ledger.relations(P, ["x1"], NOW)
    assert x1.support == ("b", "a")
    first = await ledger.list_relations(P, NOW, 3)
    rest = await ledger.list_relations(P, NOW, 3, after=first.next_key)
    assert ids([*first.items, *rest.items]) == ["x4", "x3", "x2", "x1"]
    assert ids(list((await ledger.list_relations(P, NOW, 9, entity_id="ann")).items)) == ["x4", "x2", "x1"]
    assert ids(list((await ledger.list_relations(P, NOW, 9, predicate="likes")).items)) == ["x2"]
    supported = await ledger.relations_of_memories(P, ["b", "a", "c"], NOW)
    assert {k: ids(v) for k, v in supported.items()} == {"b": ["x1", "x2"], "a": ["x1"]}


async def test_mentions_both_ways(ledger: Ledger) -> None:
    """An entity's messages come newest first and once each; a message's entities in the order of their spans."""
    await ledger.accept(acceptance("m1", "m2"))
    await ledger.accept(acceptance("m0"))
    spans = [("ann", "m1", 9), ("ann", "m1", 20), ("bob", "m1", 2), ("ann", "m2", 0), ("ann", "m0", 0)]
    mentions = tuple(Mention(entity_id=e, message_id=m, start=s, end=s + 3) for e, m, s in spans)
    await ledger.commit(Changes(partition=P, entities=(entity("ann"), entity("bob")), mentions=mentions))
    await ledger.commit(Changes(partition=P, mentions=mentions))

    assert await ledger.mentions_of(P, ["ann", "bob", "x"], 9) == {"ann": ["m0", "m2", "m1"], "bob": ["m1"]}
    assert await ledger.mentions_of(P, ["ann"], 2) == {"ann": ["m0", "m2"]}
    assert await ledger.mentions_in(P, ["m1", "m2", "x"], 9) == {"m1": ["bob", "ann"], "m2": ["ann"]}
    assert await ledger.mentions_in(P, ["m1"], 1) == {"m1": ["bob"]}
    assert await ledger.degrees(P, ["ann", "bob"]) == {"ann": (0, 3), "bob": (0, 1)}


async def test_vocabulary_only_grows(ledger: Ledger) -> None:
    """Stems keep their first form; after a mark only newer ones come."""
    await ledger.commit(Changes(partition=P, vocabulary={"dog": "dogs", "cat": "cats"}))
    words, mark = await ledger.vocabulary(P)
    await ledger.commit(Changes(partition=P, vocabulary={"dog": "doggy"}))
    await ledger.add_vocabulary(P, {"cat": "catty", "hen": "hens"})
    before = await ledger.owner(P)
    await ledger.add_vocabulary(P, {"hen": "henny"})

    assert sorted(words) == [("cat", "cats"), ("dog", "dogs")]
    newer, later = await ledger.vocabulary(P, mark)
    assert newer == [("hen", "hens")]
    assert later > mark
    assert await ledger.vocabulary(P, later) == ([], later)
    assert await ledger.owner(P) == before


async def test_a_new_mean_asks_for_its_points_again(ledger: Ledger) -> None:
    """A list's mean is replaced under its new version and everything in that list is queued."""
    await graph_of_ann(ledger)
    await ledger.outbox_done(await ledger.outbox(100))
    await ledger.set_mean(P, "fact", 1, 40, b"\x00\x01")
    assert {(row.kind, row.id) for row in await ledger.outbox(100)} == {("memory", "r1"), ("relation", "x1")}
    await ledger.outbox_done(await ledger.outbox(100))
    await ledger.set_mean(P, "message", 1, 32, b"\x02")
    await ledger.set_mean(P, "fact", 2, 160, b"\x03")

    assert await ledger.means(P) == {"fact": (2, 160, b"\x03"), "message": (1, 32, b"\x02")}
    assert ("message", "m1") in {(row.kind, row.id) for row in await ledger.outbox(100)}


# -- jobs and outbox --------------------------------------------------------------------------------------------------


async def test_jobs_are_claimed_once_oldest_first(ledger: Ledger, clock: Ticks) -> None:
    """Due jobs are claimed oldest first, each by one caller, with one more attempt."""
    for i, name in enumerate(("m3", "m1", "m2")):
        clock.now = 1_000 + i
        await ledger.accept(acceptance(name))
    await ledger.update_job(P, JobUpdate(id="job-m1", state=JobState.PENDING, not_before=9_000))

    claims = await asyncio.gather(*(ledger.claim_jobs(8_000, 1) for _ in range(4)))
    assert sorted(one.id for claim in claims for one in claim) == ["job-m2", "job-m3"]
    assert claims[0][0].id == "job-m3"
    assert (claims[0][0].state, claims[0][0].attempts) == (JobState.RUNNING, 1)
    assert ids_of(list(await ledger.claim_jobs(9_000, 5))) == ["job-m1"]


async def test_running_jobs_are_released(ledger: Ledger) -> None:
    """Released jobs wait again and keep their attempts; final ones stay as they are."""
    await ledger.accept(acceptance("m1"))
    await ledger.accept(acceptance("m2"))
    await ledger.claim_jobs(9_000, 2)
    await ledger.update_job(P, JobUpdate(id="job-m2", state=JobState.DONE))

    assert await ledger.release_jobs() == 1
    assert await ledger.release_jobs() == 0
    (again,) = await ledger.claim_jobs(9_000, 9)
    assert (again.id, again.attempts) == ("job-m1", 2)


async def test_job_updates_leave_what_they_do_not_name(ledger: Ledger, clock: Ticks) -> None:
    """A job's state and error are written; payload and usage only when given; also within a commit."""
    await ledger.accept(acceptance("m1"))
    clock.now = 2_000
    await ledger.update_job(P, JobUpdate(id="job-m1", state=JobState.PENDING, error="later", usage={"calls": 1}))
    first = await ledger.job(P, "job-m1")
    await ledger.commit(Changes(partition=P, job=JobUpdate(id="job-m1", state=JobState.DONE, payload={"n": 1})))
    second = await ledger.job(P, "job-m1")

    assert first is not None
    assert second is not None
    assert (first.error, first.payload, first.usage, first.updated_at) == ("later", {"ids": ["x"]}, {"calls": 1}, 2_000)
    assert (second.state, second.error, second.payload, second.usage) == (JobState.DONE, "", {"n": 1}, {"calls": 1})
    with pytest.raises(NotFound):
        await ledger.update_job(P, JobUpdate(id="unknown", state=JobState.DONE))


async def test_the_outbox_asks_for_what_a_commit_touched(ledger: Ledger) -> None:
    """New and ended revisions and relations and the touched messages are queued, each under the commit's sequence."""
    await graph_of_ann(ledger)
    await ledger.outbox_done(await ledger.outbox(100))
    done = await ledger.commit(
        Changes(
            partition=P,
            revisions=(revision("r2", "a", number=2),),
            ended_revisions=("r1",),
            relations=(relation("x2", "bob", "knows", "ann"),),
            ended_relations=("x1",),
            touched_messages=("m1", "unknown"),
        )
    )

    assert set(await ledger.outbox(100)) == {
        OutboxRow(P, kind, id_, done.seq)
        for kind, id_ in (
            ("memory", "r1"),
            ("memory", "r2"),
            ("relation", "x1"),
            ("relation", "x2"),
            ("message", "m1"),
        )
    }


async def test_outbox_rows_written_again_stay(ledger: Ledger) -> None:
    """A row that is written again while it is projected is not removed with its older sequence."""
    await ledger.accept(acceptance("m1"))
    old = await ledger.outbox(10)
    await ledger.accept(acceptance("m2"))
    await ledger.outbox_done(old)
    assert [(row.id, row.seq) for row in await ledger.outbox(10)] == [("m1", 2), ("m2", 2)]
    await ledger.outbox_done(await ledger.outbox(10))
    assert await ledger.outbox_size() == 0


async def test_the_outbox_is_read_oldest_first(ledger: Ledger, clock: Ticks) -> None:
    """The oldest rows come first, of one owner or of all; rewriting a row does not put it back in the queue."""
    bob = Scope(user_id="bob")
    await ledger.accept(acceptance("m1"))
    clock.now = 2_000
    await ledger.accept(acceptance("b1", scope=bob))
    clock.now = 3_000
    await ledger.accept(acceptance("m2"))

    assert [row.id for row in await ledger.outbox(9)] == ["m1", "b1", "m2"]
    assert [row.id for row in await ledger.outbox(1)] == ["m1"]
    assert [row.id for row in await ledger.outbox(9, bob.partition)] == ["b1"]
    assert (await ledger.outbox_size(), await ledger.outbox_size(P)) == (3, 2)


async def test_a_lost_index_is_asked_for_again(ledger: Ledger) -> None:
    """A refill queues every revision, relation and message of all owners, also superseded ones: recall of the past
    needs their points."""
    await graph_of_ann(ledger)
    await ledger.commit(
        Changes(partition=P, revisions=(revision("r2", "a", number=2),), ended_revisions=("r1",))
    )
    await ledger.accept(acceptance("b1", scope=Scope(user_id="bob")))
    await ledger.outbox_done(await ledger.outbox(100))

    assert await ledger.outbox_refill() == 5
    assert {(row.kind, row.id) for row in await ledger.outbox(100)} == {
        ("message", "m1"),
        ("memory", "r1"),
        ("memory", "r2"),
        ("relation", "x1"),
        ("message", "b1"),
    }


async def test_ids_are_walked_in_order(ledger: Ledger) -> None:
    """Message ids, memory ids and partitions come in order, page by page."""
    await ledger.accept(acceptance("m2", "m1", "m3"))
    await ledger.commit(Changes(partition=P, revisions=(revision("r1", "b"), revision("r2", "a"))))
    await ledger.accept(acceptance("x", scope=Scope(user_id="bob")))
    bob = Scope(user_id="bob").partition

    assert await ledger.message_ids(P, 2) == ["m1", "m2"]
    assert await ledger.message_ids(P, 2, "m2") == ["m3"]
    assert await ledger.memory_ids(P, 9, "a") == ["b"]
    assert await ledger.partitions(1) == [min(P, bob)]
    assert await ledger.partitions(9, min(P, bob)) == [max(P, bob)]
