"""What every ledger shows at which instants, and under which agent and run."""

from dataclasses import replace
from typing import Any

from ledger_rows import (
    ANN,
    P,
    acceptance,
    decision,
    entity,
    evidence,
    ids,
    job,
    relation,
    revision,
)
from twohop.graph.model import (
    Alias,
    Axes,
    Mention,
    Narrowing,
    Triple,
)
from twohop.graph.store import Changes, Ledger, MemoryFilter

NOW = Axes()


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
            [(e.id, e.aliases) for e in await ledger.entities(P, ["ann", "bob"], axes)],
            sorted(await ledger.entities_named(P, ["ann", "annie", "bob"], t)),
            [e.id for e in (await ledger.list_entities(P, axes, 9)).items],
            {k: ids(v) for k, v in (await ledger.relations_of(P, ["ann"], axes, 9)).items()},
            ids(await ledger.relations(P, ["x1", "x2"], axes)),
            ids((await ledger.list_relations(P, axes, 9)).items),
            {k: ids(v) for k, v in (await ledger.relations_of_memories(P, ["a"], axes)).items()},
            await ledger.mentions_of(P, ["ann"], 9, t),
            [m.id for m in await ledger.messages(P, ["m1", "m2"], t)],
            {k: ids(v) for k, v in (await ledger.facts_of_messages(P, ["m1", "m2"], axes)).items()},
            ids(await ledger.revisions(P, "a", t)),
            ids(await ledger.revisions_by_id(P, ["r2", "r1"], t)),
            ids((await ledger.list_memories(P, MemoryFilter(), axes, 9)).items),
        )

    nothing: tuple[object, ...] = ([], [], [], [], {}, [], [], {}, {}, ["m1"], {}, [], [], [])
    then: tuple[object, ...] = (
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


async def test_a_relation_is_seen_with_its_support(ledger: Ledger) -> None:
    """Under an agent and a run, relations are listed that one memory visible there supports."""
    await ledger.accept(acceptance("m1", "m2"))
    first = await ledger.commit(
        Changes(
            partition=P,
            revisions=tuple(revision(f"r-{m}", m) for m in ("both", "agent", "run")),
            evidence=(
                evidence("both", "m1", agent_id="a", run_id="r"),
                evidence("agent", "m1", agent_id="a"),
                evidence("run", "m2", run_id="r"),
            ),
            entities=(entity("ann"),),
            relations=(
                relation("x1", "ann", "is", "", literal="one", support=("agent", "both")),
                relation("x2", "ann", "is", "", literal="two", support=("agent", "run")),
                relation("x3", "ann", "is", "", literal="three", support=("run",)),
                relation("x4", "ann", "is", "", literal="four"),
            ),
        )
    )
    await ledger.commit(Changes(partition=P, evidence=(evidence("run", "m1", agent_id="a"),)))

    async def under(narrowing: Narrowing | None, known_at: int | None = None) -> list[str]:
        page = await ledger.list_relations(P, Axes(known_at=known_at), 9, entity_id="ann", narrowing=narrowing)
        assert page == await ledger.list_relations(P, Axes(known_at=known_at), 9, narrowing=narrowing)
        return ids(page.items)

    assert await under(None) == await under(Narrowing()) == ["x4", "x3", "x2", "x1"]
    assert await under(Narrowing(run_id="r")) == ["x3", "x2", "x1"]
    assert await under(Narrowing(agent_id="a"), first.recorded_at) == ["x2", "x1"]
    assert await under(Narrowing(agent_id="a", run_id="r"), first.recorded_at) == ["x1"]
    assert await under(Narrowing(agent_id="a", run_id="r")) == ["x3", "x2", "x1"]
    first_page = await ledger.list_relations(P, NOW, 2, narrowing=Narrowing(run_id="r"))
    assert (ids(first_page.items), first_page.next_key) == (["x3", "x2"], "x2")


async def test_a_decision_is_seen_with_its_memory_or_its_job(ledger: Ledger) -> None:
    """Under an agent and a run: decisions about memories that ever rested on their messages, and of their jobs."""
    run = replace(ANN, agent_id="a", run_id="r")
    said = acceptance("m1", scope=run, job_id="theirs")
    await ledger.accept(replace(said, job=job("theirs", scope=run, payload={"messages": ["m1"]})))
    await ledger.accept(acceptance("m2", job_id="other"))
    await ledger.commit(
        Changes(
            partition=P,
            revisions=tuple(revision(f"r-{m}", m) for m in ("seen", "hidden")),
            evidence=(
                replace(evidence("seen", "m1", agent_id="a", run_id="r"), decision_id="made"),
                evidence("hidden", "m2", agent_id="a"),
            ),
            decisions=(
                decision("made", job_id="other", memory_id="seen"),
                decision("touched", memory_id="hidden", target_id="seen"),
                decision("dropped", job_id="theirs"),
                decision("foreign", job_id="other", memory_id="hidden"),
                decision("bare"),
            ),
        )
    )
    done = await ledger.commit(
        Changes(partition=P, withdrawn=("made",), decisions=(decision("late", memory_id="seen"),))
    )
    every = ["made", "touched", "dropped", "foreign", "bare", "late"]

    async def under(narrowing: Narrowing | None, **more: Any) -> list[str]:
        found = ids((await ledger.decisions(P, narrowing=narrowing, **more)).items)
        if not more:
            assert found == [d for d in every if await ledger.decision(P, d, narrowing) is not None]
        return found

    assert await under(None) == await under(Narrowing()) == every
    assert await under(Narrowing(agent_id="a", run_id="r")) == ["made", "touched", "dropped", "late"]
    assert await under(Narrowing(agent_id="a")) == ["made", "touched", "dropped", "foreign", "late"]
    assert await under(Narrowing(run_id="other")) == []
    assert await under(Narrowing(run_id="r"), known_at=done.recorded_at - 1) == ["made", "touched", "dropped"]
    assert await under(None, known_at=done.recorded_at - 1) == every[:-1]
    assert await under(Narrowing(run_id="r"), memory_id="hidden") == ["touched"]
    assert await under(Narrowing(run_id="r"), job_id="other") == ["made"]


async def test_what_was_asserted_then(ledger: Ledger) -> None:
    """`known_at` finds the memories that asserted a triple, or about a subject, at that instant."""
    tea, coffee = Triple("ann", "likes", "", "tea"), Triple("ann", "likes", "", "coffee")
    first = await ledger.commit(
        Changes(partition=P, entities=(entity("ann"),), revisions=(revision("r1", "a", triples=(tea,)),))
    )
    await ledger.commit(
        Changes(partition=P, ended_revisions=("r1",), revisions=(revision("r2", "a", number=2, triples=(coffee,)),))
    )

    async def found(known_at: int | None) -> list[str]:
        by_key = await ledger.by_triple(P, [tea.key(P), coffee.key(P)], known_at)
        about = await ledger.by_subject(P, [("ann", "likes")], 9, known_at)
        said = [memory.revision.id for them in by_key.values() for memory in them]
        assert [memory.revision.id for memory in about] == said
        return said

    assert await found(first.recorded_at) == ["r1"]
    assert await found(None) == ["r2"]
    assert await found(0) == []


async def test_disputes_are_listed_by_their_time(ledger: Ledger) -> None:
    """Asked for disputed memories as of an instant, those are listed whose time holds it."""
    await ledger.commit(
        Changes(
            partition=P,
            revisions=(
                revision("r1", "a", valid=(10, 20), disputed=True),
                revision("r2", "b", valid=(15, None), disputed=True),
                revision("r3", "c", valid=(0, None)),
            ),
        )
    )
    disputed = MemoryFilter(disputed=True)
    assert [ids((await ledger.list_memories(P, disputed, Axes(as_of=at), 9)).items) for at in (9, 10, 15, 20)] == [
        [],
        ["a"],
        ["b", "a"],
        ["b"],
    ]
    assert ids((await ledger.list_memories(P, disputed, NOW, 9)).items) == ["b", "a"]
