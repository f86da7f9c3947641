"""What every ledger does with writes, whatever it is made of."""

import asyncio
from dataclasses import replace

import pytest

from ledger_rows import (
    ANN,
    P,
    Ticks,
    acceptance,
    decision,
    entity,
    evidence,
    graph_of_ann,
    ids,
    job,
    key,
    message,
    relation,
    revision,
)
from twohop.errors import Conflict, NotFound, RequestIdReused, StaleRead
from twohop.graph.model import (
    Alias,
    Axes,
    Granularity,
    JobState,
    Kind,
    Memory,
    Mention,
    Moment,
    Operation,
    Revision,
    Scope,
    Triple,
    Validity,
)
from twohop.graph.store import Acceptance, Changes, JobUpdate, Ledger

NOW = Axes()


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
    mixed = Acceptance(scope=ANN, messages=(message("a"), message("b", scope=other), message("c")), job=job("j"))
    await ledger.accept(mixed)

    assert [m.position for m in await ledger.messages(P, ["a", "b", "c"])] == [0, 0, 1]
    assert ids(await ledger.recent_messages(P, "r", 5)) == ["b"]


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
    assert await ledger.claim_jobs(10) == []


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
    accepted = await asyncio.gather(*(ledger.accept(acceptance(f"m{i:03}", request=key("same"))) for i in range(200)))

    assert len({one.job.id for one in accepted}) == 1
    assert [one.repeated for one in accepted].count(False) == 1
    assert len(await ledger.message_ids(P, 300)) == 1


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
                evidence("mem", "m1", quote="adopted", agent_id="a", run_id="r"),
                recorded_at=done.recorded_at,
                observed_at=10,
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


async def test_commits_of_several_jobs_are_one(ledger: Ledger) -> None:
    """In order, each on the state that the one before leads to, with an instant of its own; a job that waited too."""
    first = await ledger.accept(acceptance("m1", job_id="j1"))
    second = await ledger.accept(acceptance("m2", job_id="j2"))
    [run] = await ledger.claim_jobs(9)
    assert (first.job.id, second.job.state) == (run.id, JobState.PENDING)

    done = await ledger.commit_all(
        [
            Changes(
                partition=P,
                expected_state=0,
                revisions=(revision("r1", "a"),),
                job=JobUpdate(id="j1", state=JobState.DONE, run=run.run),
            ),
            Changes(
                partition=P,
                expected_state=1,
                revisions=(revision("r2", "a", number=2),),
                ended_revisions=("r1",),
                job=JobUpdate(id="j2", state=JobState.DONE, run=0),
            ),
        ]
    )

    assert [one.state_seq for one in done] == [1, 2]
    assert done[0].recorded_at < done[1].recorded_at
    [then] = await ledger.memories(P, ["a"], Axes(known_at=done[0].recorded_at))
    [now] = await ledger.memories(P, ["a"], NOW)
    assert (then.revision.id, now.revision.id) == ("r1", "r2")
    assert [(await ledger.job(P, one) or run).state for one in ("j1", "j2")] == [JobState.DONE] * 2
    assert await ledger.commit_all([]) == []


async def test_of_commits_together_all_are_refused_or_none(ledger: Ledger) -> None:
    """When the last is stale, or its job did not wait any more, nothing of the others is written either."""
    await ledger.accept(acceptance("m1", job_id="j1"))
    await ledger.cancel_job(P, "j1")
    fine = Changes(partition=P, expected_state=0, revisions=(revision("r1", "a"),))
    stale = Changes(partition=P, expected_state=0, revisions=(revision("r2", "b"),))
    ended = Changes(partition=P, expected_state=1, job=JobUpdate(id="j1", state=JobState.DONE, run=0))

    for last, error in ((stale, StaleRead), (ended, Conflict)):
        with pytest.raises(error):
            await ledger.commit_all([fine, last])
        assert await ledger.memories(P, ["a"], NOW) == []


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

    await ledger.commit(Changes(partition=P, revisions=(revision("r2", "a", number=2),), ended_revisions=("r1",)))
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
    assert stored == replace(changed, aliases=("Bobby of ann",), recorded_at=first.recorded_at)


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
