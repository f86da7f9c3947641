"""Exact look-ups of the ledger: owners and what they have, sessions, the configuration of agents."""

from dataclasses import replace

import pytest

from ledger_rows import ANN, P, Ticks, acceptance, entity, graph_of_ann, key, summary
from twohop.errors import Conflict, InvalidPageToken, RequestIdReused
from twohop.graph.model import AgentConfig, Scope
from twohop.graph.store import Changes, Ledger

COACH = Scope(agent_id="coach")


async def test_an_owner_counts_what_it_has(ledger: Ledger) -> None:
    """Messages, memories, sessions and entities are counted once each, however often they are written."""
    await graph_of_ann(ledger)
    await ledger.accept(acceptance("m2"))
    await ledger.accept(acceptance("m3", scope=replace(ANN, run_id="trip")))
    await ledger.commit(Changes(partition=P, entities=(entity("ann", name="Anna"), entity("cat"))))
    await ledger.set_session(ANN, "default", {"n": 1})
    await ledger.set_session(ANN, "planned", {})

    owner = await ledger.owner(P)
    assert owner is not None
    assert (owner.message_count, owner.memory_count, owner.session_count, owner.entity_count) == (3, 1, 3, 3)


async def test_owners_are_listed_by_their_ids_within_their_tenant(ledger: Ledger) -> None:
    """A tenant sees its own owners only, in the order of their ids, page by page."""
    for number, scope in enumerate(
        (
            Scope(user_id="zoe"),
            Scope(user_id="ann", agent_id="coach", run_id="r"),
            Scope(agent_id="coach"),
            Scope(run_id="night"),
            Scope(tenant="other", user_id="bob"),
        )
    ):
        await ledger.accept(acceptance(f"m{number}", scope=scope))

    first = await ledger.owners("default", 3)
    second = await ledger.owners("default", 3, first.next_key)
    assert [owner.scope for owner in (*first.items, *second.items)] == [
        Scope(run_id="night"),
        Scope(agent_id="coach"),
        Scope(user_id="ann"),
        Scope(user_id="zoe"),
    ]
    assert (len(first.items), second.next_key) == (3, "")
    assert [owner.scope.user_id for owner in (await ledger.owners("other", 9)).items] == ["bob"]
    assert (await ledger.owners("nobody", 9)).items == ()
    with pytest.raises(InvalidPageToken):
        await ledger.owners("default", 3, "[1]")


async def test_sessions_are_listed_by_their_ids(ledger: Ledger) -> None:
    """An owner's sessions come in order, page by page, and nobody else's do."""
    for number, run in enumerate(("b", "a", "c")):
        await ledger.accept(acceptance(f"m{number}", scope=replace(ANN, run_id=run)))
    await ledger.accept(acceptance("m9", scope=Scope(user_id="bob", run_id="d")))

    first = await ledger.sessions(P, 2)
    second = await ledger.sessions(P, 2, first.next_key)
    assert [[session.id for session in page.items] for page in (first, second)] == [["a", "b"], ["c"]]
    assert second.next_key == ""


async def test_metadata_of_a_session_is_replaced_as_a_whole(ledger: Ledger, clock: Ticks) -> None:
    """New metadata takes the place of the old; counts and summary stay; a session without messages is begun."""
    await ledger.accept(acceptance("m1"))
    await ledger.set_summary(P, summary("Ann says hello."))
    await ledger.set_session(ANN, "default", {"topic": "tea", "n": 1})
    clock.now = 9_000
    changed = await ledger.set_session(ANN, "default", {"topic": "coffee"})
    assert changed == await ledger.session(P, "default")
    assert changed.metadata == {"topic": "coffee"}
    assert (changed.message_count, changed.summary, changed.summary_version) == (1, "Ann says hello.", 1)
    assert (changed.created_at, changed.updated_at) == (1_000, 9_000)

    begun = await ledger.set_session(Scope(user_id="new"), "first", {"a": [1]})
    assert (begun.message_count, begun.metadata) == (0, {"a": [1]})
    owner = await ledger.owner(Scope(user_id="new").partition)
    assert owner is not None
    assert owner.scope == Scope(user_id="new")


async def test_a_repeated_update_of_a_session_gives_what_the_first_gave(ledger: Ledger) -> None:
    """The same request again changes nothing, even after others did; another body under its id is refused."""
    first = await ledger.set_session(ANN, "default", {"n": 1}, key("r1", method="set"))
    last = await ledger.set_session(ANN, "default", {"n": 2})
    assert await ledger.set_session(ANN, "default", {"n": 1}, key("r1", method="set")) == first
    assert await ledger.session(P, "default") == last
    with pytest.raises(RequestIdReused):
        await ledger.set_session(ANN, "default", {"n": 3}, key("r1", "other", method="set"))


async def test_every_version_of_a_configuration_is_kept(ledger: Ledger, clock: Ticks) -> None:
    """Versions count from 1 and stay readable; the latest is the default; times increase whatever the clock does."""
    assert await ledger.agent_config(COACH.partition) is None
    first = AgentConfig(instructions="Mind meals.", keep_categories=("food", "health"), retention_days=30)
    second = AgentConfig(ignore_categories=("work",), model="big")
    assert await ledger.set_agent_config(COACH, first) == 1
    clock.now = 5
    assert await ledger.set_agent_config(COACH, second) == 2

    assert await ledger.agent_config(COACH.partition, 1) == replace(first, version=1, recorded_at=1_000)
    assert await ledger.agent_config(COACH.partition) == replace(second, version=2, recorded_at=1_001)
    assert await ledger.agent_config(COACH.partition, 3) is None
    for other in (Scope(agent_id="cook"), Scope(tenant="other", agent_id="coach"), Scope(user_id="coach")):
        assert await ledger.agent_config(other.partition) is None
    assert await ledger.owner(COACH.partition) is None, "a configuration makes no owner"


async def test_a_configuration_is_replaced_only_by_who_knows_it(ledger: Ledger) -> None:
    """With an expected version a write passes only when that is the latest; 0 expects that there is none."""
    assert await ledger.set_agent_config(COACH, AgentConfig(), expected_version=0) == 1
    assert await ledger.set_agent_config(COACH, AgentConfig(model="a"), expected_version=1) == 2
    for stale in (0, 1, 3):
        with pytest.raises(Conflict, match="version 2"):
            await ledger.set_agent_config(COACH, AgentConfig(model="b"), expected_version=stale)
    assert await ledger.set_agent_config(COACH, AgentConfig(model="c")) == 3


async def test_a_repeated_configuration_is_stored_once(ledger: Ledger) -> None:
    """The same request again gives the version it stored, though that is no longer the expected one."""
    request = key("r1", method="set")
    assert await ledger.set_agent_config(COACH, AgentConfig(), 0, request) == 1
    assert await ledger.set_agent_config(COACH, AgentConfig(), 0, request) == 1
    latest = await ledger.agent_config(COACH.partition)
    assert latest is not None
    assert latest.version == 1
