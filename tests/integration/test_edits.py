"""Callers change, undo and settle what is remembered, through a client over a real server."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ledger_rows import Ticks
from serving import settings_for
from twohop.app import open_core
from twohop.client import AsyncMemory
from twohop.errors import Conflict, EtagMismatch, InvalidInput, NotFound, RequestIdReused
from twohop.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

JANUARY = 1_735_689_600_000_000
DAY = 86_400_000_000
YEAR = 365 * DAY


class Told:
    """A client and the clock of its server; every owner of its own starts empty."""

    def __init__(self, client: AsyncMemory, clock: Ticks) -> None:
        self.client = client
        self.clock = clock

    async def add(
        self, user: str, line: str, *, at: str = "2025-02-01", agent: str = "", **fact: Any
    ) -> dict[str, Any]:
        """A line like "Alice works_at Acme", said on a day; gives its outcome."""
        subject, predicate, end = line.split(maxsplit=2)
        text = f"{subject} {predicate.replace('_', ' ')} {end}"
        claim = {"text": text, "subject": subject, "predicate": predicate, "object": end, "sources": ["0"]}
        turn = {"role": "user", "name": "Alice", "content": f"{text}.", "observed_at": at}
        added = await self.client.add(turn, user_id=user, agent_id=agent, facts=[claim | fact])
        assert len(added["results"]) == 1
        outcome: dict[str, Any] = added["results"][0]
        return outcome

    async def live(self, user: str) -> list[str]:
        """What holds now, in words."""
        return sorted(one["memory"] for one in (await self.client.get_all(user_id=user))["results"])

    async def edges(self, user: str) -> list[str]:
        """The relations that hold now."""
        found = (await self.client.relations(user_id=user))["results"]
        return sorted(f"{one['source']} {one['relationship']} {one['destination']}" for one in found)

    async def recalled(self, user: str, query: str) -> list[str]:
        """The facts that recall finds."""
        found = await self.client.search(query, user_id=user, include_messages=False)
        return [one["memory"] for one in found["results"]]

    async def spans(self, user: str) -> dict[str, tuple[str, str | None]]:
        """Every memory that was not retracted, with the days of its start and end."""
        found = (await self.client.get_all(user_id=user, include_closed=True))["results"]
        return {one["memory"]: (one["valid_from"][:10], one["valid_to"] and one["valid_to"][:10]) for one in found}


@asynccontextmanager
async def telling(folder: Path) -> AsyncIterator[Told]:
    clock = Ticks(JANUARY + YEAR)
    settings = settings_for(folder / "data")
    async with open_core(settings, clock=clock) as app:
        server = Server(app.core, settings)
        address = f"127.0.0.1:{await server.start()}"
        try:
            async with AsyncMemory(address) as client:
                yield Told(client, clock)
        finally:
            await server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Told]:
    """One server for all tests, which differ in their users; its clock only moves on."""
    async with telling(tmp_path_factory.mktemp("edits")) as found:
        yield found


# -- restore ------------------------------------------------------------------------------------------------------


async def test_what_was_deleted_is_restored(told: Told) -> None:
    """A deleted memory comes back with its validity and its relations, and recall finds it again."""
    one = await told.add("restore", "Alice works_at Acme")
    await told.client.delete(one["id"], user_id="restore")
    assert await told.live("restore") == await told.edges("restore") == []
    back = await told.client.restore(one["id"], user_id="restore")
    assert (back["valid_to"], back["memory"]) == (None, "Alice works at Acme")
    assert await told.edges("restore") == ["Alice works_at Acme"]
    assert await told.recalled("restore", "Where does Alice work?") == ["Alice works at Acme"]
    history = await told.client.history(one["id"], user_id="restore")
    assert [(version["event"], version["decider"]) for version in history] == [
        ("ADD", "user"),
        ("DELETE", "user"),
        ("RESTORE", "user"),
    ]
    assert all(version["decision_id"] for version in history)


async def test_a_place_that_is_taken_is_not_given_back(told: Told) -> None:
    """While another value of the slot holds, a restore is refused and changes nothing; afterwards it works."""
    old = await told.add("taken", "Alice works_at Acme")
    new = await told.add("taken", "Alice works_at Birch", at="2025-06-01")
    with pytest.raises(Conflict, match="holds another value"):
        await told.client.restore(old["id"], user_id="taken")
    assert await told.live("taken") == ["Alice works at Birch"]
    await told.client.revert(new["decision_id"], user_id="taken")
    assert await told.live("taken") == ["Alice works at Acme"]


async def test_what_was_retracted_is_restored(told: Told) -> None:
    """A memory that a correction took back, and one whose add was reverted, can be brought back."""
    wrong = await told.add("retracted", "Alice likes tea")
    await told.client.revert(wrong["decision_id"], user_id="retracted")
    with pytest.raises(NotFound):
        await told.client.get(wrong["id"], user_id="retracted")
    back = await told.client.restore(wrong["id"], user_id="retracted")
    assert back["valid_to"] is None
    assert [row["quote"] for row in back["evidence"]] == [""]
    assert await told.edges("retracted") == ["Alice likes tea"]
    assert await told.recalled("retracted", "What does Alice like?") == ["Alice likes tea"]


async def test_the_opposite_keeps_a_memory_from_coming_back(told: Told) -> None:
    """What is denied now is not restored, nor a denial of what holds now; without the other one it is."""
    denied = await told.add("opposite", "Alice likes Rex", polarity="negated", text="Alice does not like Rex")
    liked = await told.add("opposite", "Alice likes Rex", at="2025-03-01")
    with pytest.raises(Conflict, match="opposite"):
        await told.client.restore(denied["id"], user_id="opposite")
    assert await told.live("opposite") == ["Alice likes Rex"]
    await told.client.revert(liked["decision_id"], user_id="opposite")
    assert await told.live("opposite") == ["Alice does not like Rex"]
    tea = await told.add("opposite", "Alice likes tea")
    await told.client.delete(tea["id"], user_id="opposite")
    no_tea = await told.add(
        "opposite", "Alice likes tea", at="2026-02-01", polarity="negated", text="Alice does not like tea"
    )
    assert no_tea["event"] == "ADD"
    with pytest.raises(Conflict, match="opposite"):
        await told.client.restore(tea["id"], user_id="opposite")
    await told.client.revert(no_tea["decision_id"], user_id="opposite")
    assert (await told.client.restore(tea["id"], user_id="opposite"))["valid_to"] is None


async def test_a_rejected_dispute_is_restored_as_one(told: Told) -> None:
    """What was taken back when a conflict was settled waits again, beside what it contradicts, to be settled."""
    kept, other = await disputed(told, "rejected")
    await told.client.resolve(other, "reject", user_id="rejected")
    assert (await told.client.restore(other, user_id="rejected"))["disputed"]
    (found,) = (await told.client.conflicts(user_id="rejected"))["results"]
    assert (found["id"], [one["id"] for one in found["contradicts"]]) == (other, [kept])
    with pytest.raises(Conflict, match="ResolveConflict"):
        await told.client.restore(other, user_id="rejected")
    await told.client.resolve(other, "accept", user_id="rejected")
    assert await told.live("rejected") == ["Alice works at Birch"]


async def test_what_names_somebody_merged_away_waits_for_the_merge(told: Told) -> None:
    """A memory of an entity that became part of another one is not brought back before the merge is undone."""
    one = await told.add("merged away", "Bob works_at Birch")
    await told.client.revert(one["decision_id"], user_id="merged away")
    await told.add("merged away", "Tom works_at Acme")
    await told.add("merged away", "Bob likes Rex")
    ids = {e["name"]: e["id"] for e in (await told.client.entities(user_id="merged away"))["results"]}
    merged = await told.client.merge_entities(ids["Tom"], ids["Bob"], user_id="merged away")
    with pytest.raises(Conflict, match="revert the merge first"):
        await told.client.restore(one["id"], user_id="merged away")
    await told.client.revert(merged["decision"]["id"], user_id="merged away")
    await told.client.restore(one["id"], user_id="merged away")
    assert await told.edges("merged away") == ["Bob likes Rex", "Bob works_at Birch", "Tom works_at Acme"]


# -- kinds --------------------------------------------------------------------------------------------------------


async def test_a_memory_of_another_kind_is_on_another_timeline(told: Told) -> None:
    """A state that its caller calls a plan gives way to no state any more; as a state again it does."""
    one = await told.add("kinds", "Alice works_at Birch")
    await told.client.update(one["id"], kind="plan", user_id="kinds")
    acme = await told.add("kinds", "Alice works_at Acme", at="2025-03-01")
    assert acme["event"] == "ADD"
    assert await told.live("kinds") == ["Alice works at Acme", "Alice works at Birch"]
    await told.client.revert(acme["decision_id"], user_id="kinds")
    await told.client.update(one["id"], kind="state", user_id="kinds")
    assert (await told.add("kinds", "Alice works_at Cedar", at="2025-04-01"))["event"] == "SUPERSEDE"
    assert await told.live("kinds") == ["Alice works at Cedar"]


async def test_a_plan_called_a_state_holds_beside_what_is_there(told: Told) -> None:
    """A plan that its caller calls a state closes nothing: another value of that time stays as it is."""
    one = await told.add("beside", "Alice works_at Birch")
    await told.client.update(one["id"], kind="plan", user_id="beside")
    await told.add("beside", "Alice works_at Acme", at="2025-03-01")
    await told.client.update(one["id"], kind="state", user_id="beside")
    assert await told.live("beside") == ["Alice works at Acme", "Alice works at Birch"]
    assert (await told.add("beside", "Alice works_at Cedar", at="2025-04-01"))["event"] == "SUPERSEDE"
    assert await told.live("beside") == ["Alice works at Birch", "Alice works at Cedar"]


# -- pins and conflicts -------------------------------------------------------------------------------------------


async def disputed(told: Told, user: str) -> tuple[str, str]:
    """A pinned job and one that contradicts it: their ids."""
    kept = await told.add(user, "Alice works_at Acme")
    assert (await told.client.pin(kept["id"], user_id=user))["pinned"]
    other = await told.add(user, "Alice works_at Birch", at="2025-06-01")
    assert other["event"] == "DISPUTE"
    return kept["id"], other["id"]


async def test_a_pinned_memory_is_not_superseded(told: Told) -> None:
    """What contradicts a pinned memory is kept as disputed: listed with what it contradicts, not recalled or walked."""
    kept, other = await disputed(told, "pinned")
    assert await told.live("pinned") == ["Alice works at Acme"]
    assert await told.edges("pinned") == ["Alice works_at Acme"]
    assert await told.recalled("pinned", "Where does Alice work?") == ["Alice works at Acme"]
    (found,) = (await told.client.conflicts(user_id="pinned"))["results"]
    assert found["id"] == found["disputed"]["id"] == other
    assert [one["id"] for one in found["contradicts"]] == [kept]
    assert found["reason"]
    assert (await told.client.conflicts(user_id="pinned", as_of="2025-03-01"))["results"] == []
    assert (await told.client.conflicts(user_id="pinned", as_of="2025-07-01"))["results"] == [found]


async def test_an_accepted_fact_takes_its_place(told: Told) -> None:
    """Accepting closes the pinned value where the other begins, with its relation, and leaves no conflict."""
    kept, other = await disputed(told, "accept")
    settled = await told.client.resolve(other, "accept", user_id="accept")
    assert settled["decision"]["event"] == "RESOLVE"
    assert {one["memory_id"] for one in settled["decision"]["effects"]} == {kept, other}
    assert await told.spans("accept") == {
        "Alice works at Acme": ("2025-02-01", "2025-06-01"),
        "Alice works at Birch": ("2025-06-01", None),
    }
    assert await told.edges("accept") == ["Alice works_at Birch"]
    assert (await told.client.conflicts(user_id="accept"))["results"] == []
    with pytest.raises(Conflict, match="not disputed"):
        await told.client.resolve(other, "accept", user_id="accept")


async def test_an_accepted_fact_that_holds_beside_another_has_no_place_on_its_timeline(told: Told) -> None:
    """What was said to hold next to another value ends nothing when it is let in, and nothing later ends it."""
    denial = await told.add(
        "let in beside", "Alice works_at Acme", polarity="negated", text="Alice does not work at Acme"
    )
    await told.client.pin(denial["id"], user_id="let in beside")
    await told.add("let in beside", "Alice works_at Birch", at="2025-03-01")
    other = await told.add("let in beside", "Alice works_at Acme", at="2025-04-01", text="Alice also works at Acme")
    assert other["event"] == "DISPUTE"
    await told.client.resolve(other["id"], "accept", user_id="let in beside")
    assert {"Alice works at Birch", "Alice also works at Acme"} <= set(await told.live("let in beside"))
    await told.add("let in beside", "Alice works_at Cedar", at="2025-06-01")
    assert set(await told.live("let in beside")) == {"Alice also works at Acme", "Alice works at Cedar"}


async def edit_metadata(told: Told, user: str, memory_id: str) -> None:
    await told.client.update(memory_id, user_id=user, metadata={"checked": True})


async def pin_and_unpin(told: Told, user: str, memory_id: str) -> None:
    await told.client.pin(memory_id, user_id=user)
    await told.client.unpin(memory_id, user_id=user)


async def reword(told: Told, user: str, memory_id: str) -> None:
    await told.client.update(memory_id, "Alice works at Birch now", user_id=user)


@pytest.mark.parametrize("edit", [edit_metadata, pin_and_unpin, reword])
async def test_an_edited_dispute_is_accepted(edit: Callable[[Told, str, str], Awaitable[None]], told: Told) -> None:
    """What its caller changed in a disputed memory stays, and it can take its place all the same."""
    user = f"accept {edit.__name__}"
    kept, other = await disputed(told, user)
    await edit(told, user, other)
    edited = await told.client.get(other, user_id=user)
    await told.client.resolve(other, "accept", user_id=user)
    now = await told.client.get(other, user_id=user)
    assert (now["memory"], now["metadata"], now["disputed"]) == (edited["memory"], edited["metadata"], False)
    assert await told.live(user) == [edited["memory"]]
    assert (await told.client.get(kept, user_id=user))["valid_to"][:10] == "2025-06-01"
    assert await told.edges(user) == ["Alice works_at Birch"]


async def test_a_dispute_about_another_of_the_name_is_accepted(told: Told) -> None:
    """A disputed memory that was given to another entity is let in there, and leaves the pinned one alone."""
    kept, other = await disputed(told, "accept split")
    ids = {one["name"]: one["id"] for one in (await told.client.entities(user_id="accept split"))["results"]}
    await told.client.split_entity(ids["Alice"], [other], user_id="accept split")
    named = len((await told.client.entities(user_id="accept split"))["results"])
    await told.client.resolve(other, "accept", user_id="accept split")
    assert await told.live("accept split") == ["Alice works at Acme", "Alice works at Birch"]
    assert (await told.client.get(kept, user_id="accept split"))["pinned"]
    assert len((await told.client.entities(user_id="accept split"))["results"]) == named


async def test_a_rejected_fact_never_held(told: Told) -> None:
    """Rejecting retracts the disputed fact and leaves the pinned one as it was."""
    kept, other = await disputed(told, "reject")
    settled = await told.client.resolve(other, "reject", user_id="reject")
    assert settled["results"] == []
    assert settled["decision"]["effects"][0]["after"] is None
    assert await told.spans("reject") == {"Alice works at Acme": ("2025-02-01", None)}
    assert await told.edges("reject") == ["Alice works_at Acme"]
    assert (await told.client.conflicts(user_id="reject"))["results"] == []
    assert (await told.client.get(kept, user_id="reject"))["pinned"]


async def test_both_are_kept(told: Told) -> None:
    """Keeping both lets both hold, each with its relation."""
    _, other = await disputed(told, "both")
    await told.client.resolve(other, "keep_both", user_id="both")
    assert await told.live("both") == ["Alice works at Acme", "Alice works at Birch"]
    assert await told.edges("both") == ["Alice works_at Acme", "Alice works_at Birch"]
    assert (await told.client.conflicts(user_id="both"))["results"] == []
    assert set(await told.recalled("both", "Where does Alice work?")) == {"Alice works at Acme", "Alice works at Birch"}


async def test_an_unpinned_memory_is_superseded_again(told: Told) -> None:
    """Unpinning lets the next add close the memory."""
    kept, _ = await disputed(told, "unpinned")
    assert not (await told.client.unpin(kept, user_id="unpinned"))["pinned"]
    assert (await told.add("unpinned", "Alice works_at Cedar", at="2025-07-01"))["event"] == "SUPERSEDE"
    assert await told.live("unpinned") == ["Alice works at Cedar"]


# -- revert -------------------------------------------------------------------------------------------------------


async def test_an_add_is_undone_and_done_again(told: Told) -> None:
    """Reverting an add retracts its memory and relation; reverting that brings both back."""
    one = await told.add("undo", "Alice likes tea")
    undone = await told.client.revert(one["decision_id"], user_id="undo")
    assert undone["decision"]["reverts"] == one["decision_id"]
    assert (undone["results"], undone["decision"]["effects"][0]["after"]) == ([], None)
    assert await told.live("undo") == await told.edges("undo") == []
    assert await told.recalled("undo", "What does Alice like?") == []
    redone = await told.client.revert(undone["decision"]["id"], user_id="undo")
    assert [memory["id"] for memory in redone["results"]] == [one["id"]]
    assert await told.edges("undo") == ["Alice likes tea"]
    assert (await told.client.get(one["id"], user_id="undo"))["evidence"]
    assert await told.recalled("undo", "What does Alice like?") == ["Alice likes tea"]


async def test_a_supersession_is_undone(told: Told) -> None:
    """Reverting it retracts the new value and reopens the old one, with its relation."""
    await told.add("reopen", "Alice works_at Acme")
    new = await told.add("reopen", "Alice works_at Birch", at="2025-06-01")
    undone = await told.client.revert(new["decision_id"], user_id="reopen")
    assert [one["memory"] for one in undone["results"]] == ["Alice works at Acme"]
    assert await told.spans("reopen") == {"Alice works at Acme": ("2025-02-01", None)}
    assert await told.edges("reopen") == ["Alice works_at Acme"]
    assert await told.recalled("reopen", "Where does Alice work?") == ["Alice works at Acme"]


async def test_an_update_is_undone(told: Told) -> None:
    """Reverting a caller's update gives back text, metadata and the relation that it had closed."""
    one = await told.add("reword", "Alice works_at Acme")
    changed = await told.client.update(one["id"], "Alice left", user_id="reword", metadata={"a": 1}, kind="event")
    assert await told.edges("reword") == []
    history = await told.client.history(one["id"], user_id="reword")
    await told.client.revert(history[-1]["decision_id"], user_id="reword")
    back = await told.client.get(one["id"], user_id="reword")
    assert (back["memory"], back["metadata"], back["kind"]) == ("Alice works at Acme", {}, "state")
    assert back["etag"] != changed["etag"]
    assert await told.edges("reword") == ["Alice works_at Acme"]


async def test_a_deletion_is_undone(told: Told) -> None:
    """Reverting a caller's deletion, and an end that was told, opens the memory again."""
    one = await told.add("reopened", "Alice works_at Acme")
    await told.client.delete(one["id"], user_id="reopened")
    deleted = (await told.client.history(one["id"], user_id="reopened"))[-1]
    await told.client.revert(deleted["decision_id"], user_id="reopened")
    assert await told.live("reopened") == ["Alice works at Acme"]
    ended = await told.add("reopened", "Alice works_at Acme", at="2025-08-01", polarity="ended")
    assert await told.live("reopened") == []
    await told.client.revert(ended["decision_id"], user_id="reopened")
    assert await told.live("reopened") == ["Alice works at Acme"]
    assert await told.edges("reopened") == ["Alice works_at Acme"]


async def test_an_end_is_undone_whatever_came_before_it(told: Told) -> None:
    """Reverting an end opens the memory again, also when an earlier value has been linked to it since."""
    await told.add("linked", "Alice lives_in Lisbon", valid_from="2020-01-01")
    ended = await told.add("linked", "Alice lives_in Lisbon", at="2025-03-01", polarity="ended", valid_to="2024-06-01")
    await told.add("linked", "Alice lives_in Porto", at="2025-04-01", valid_from="2018-01-01", valid_to="2020-01-01")
    porto = ("2018-01-01", "2020-01-01")
    lisbon = ("2020-01-01", "2024-06-01")
    assert await told.spans("linked") == {"Alice lives in Porto": porto, "Alice lives in Lisbon": lisbon}
    await told.client.revert(ended["decision_id"], user_id="linked")
    assert await told.spans("linked") == {"Alice lives in Porto": porto, "Alice lives in Lisbon": ("2020-01-01", None)}
    history = await told.client.history(ended["id"], user_id="linked")
    assert history[-1]["event"] == "REVERT"


async def test_further_evidence_is_withdrawn(told: Told) -> None:
    """Reverting a NOOP takes the message away from the memory's evidence, and nothing else."""
    one = await told.add("noop", "Alice works_at Acme")
    again = await told.add("noop", "Alice works_at Acme", at="2025-03-01")
    assert again["event"] == "NOOP"
    assert len((await told.client.get(one["id"], user_id="noop"))["evidence"]) == 2
    undone = await told.client.revert(again["decision_id"], user_id="noop")
    assert len((await told.client.get(one["id"], user_id="noop"))["evidence"]) == 1
    assert await told.live("noop") == ["Alice works at Acme"]
    redone = await told.client.revert(undone["decision"]["id"], user_id="noop")
    assert len((await told.client.get(one["id"], user_id="noop"))["evidence"]) == 2
    await told.client.revert(redone["decision"]["id"], user_id="noop")
    assert len((await told.client.get(one["id"], user_id="noop"))["evidence"]) == 1


async def test_a_retraction_is_undone(told: Told) -> None:
    """Reverting the denial of a fact brings back what it had retracted."""
    await told.add("denied", "Alice works_at Acme")
    denied = await told.add("denied", "Alice works_at Acme", at="2025-03-01", polarity="negated", correction=True)
    assert await told.live("denied") == []
    await told.client.revert(denied["decision_id"], user_id="denied")
    assert await told.live("denied") == ["Alice works at Acme"]
    assert await told.edges("denied") == ["Alice works_at Acme"]


async def test_nothing_is_undone_twice(told: Told) -> None:
    """A second revert of one decision is refused and says what to do; an unknown decision is not found."""
    one = await told.add("twice", "Alice likes tea")
    await told.client.revert(one["decision_id"], user_id="twice")
    with pytest.raises(Conflict, match="undone already"):
        await told.client.revert(one["decision_id"], user_id="twice")
    with pytest.raises(NotFound, match="no such decision"):
        await told.client.revert(one["id"], user_id="twice")


async def test_a_long_chain_of_undoing_is_followed(told: Told) -> None:
    """A decision is undone or not by the last of those that undid one another, however many there are."""
    one = await told.add("chain", "Alice likes tea")
    decided = one["decision_id"]
    for _ in range(5):
        decided = (await told.client.revert(decided, user_id="chain"))["decision"]["id"]
    assert await told.live("chain") == []
    with pytest.raises(Conflict, match="undone already"):
        await told.client.revert(one["decision_id"], user_id="chain")
    await told.client.revert(decided, user_id="chain")
    assert await told.live("chain") == ["Alice likes tea"]
    await told.client.revert(one["decision_id"], user_id="chain")
    assert await told.live("chain") == []


async def test_an_agent_sees_no_memory_of_another_in_what_it_changed(told: Told) -> None:
    """Conflicts and the answers to changes hold the memories that agent and run see, and no others."""
    kept = await told.add("narrow", "Alice works_at Acme", agent="a")
    await told.client.pin(kept["id"], user_id="narrow")
    other = await told.add("narrow", "Alice works_at Birch", at="2025-06-01", agent="b")
    (found,) = (await told.client.conflicts(user_id="narrow", agent_id="b"))["results"]
    assert (found["id"], found["contradicts"]) == (other["id"], [])
    (found,) = (await told.client.conflicts(user_id="narrow"))["results"]
    assert [one["id"] for one in found["contradicts"]] == [kept["id"]]
    settled = await told.client.resolve(other["id"], "accept", user_id="narrow", agent_id="b")
    assert [one["id"] for one in settled["results"]] == [other["id"]]


# -- the same request again, and what changed meanwhile -----------------------------------------------------------

Change = Callable[[AsyncMemory, dict[str, str], dict[str, Any]], Awaitable[Any]]
REPEATED: dict[str, Change] = {
    "update": lambda c, ids, more: c.update(ids["live"], "Alice likes green tea", **more),
    "expire": lambda c, ids, more: c.update(ids["live"], expires_at="2999-01-01", **more),
    "delete": lambda c, ids, more: c.delete(ids["live"], **more),
    "restore": lambda c, ids, more: c.restore(ids["closed"], **more),
    "pin": lambda c, ids, more: c.pin(ids["live"], **more),
    "unpin": lambda c, ids, more: c.unpin(ids["pinned"], **more),
    "revert": lambda c, ids, more: c.revert(ids["decision"], **more),
    "accept": lambda c, ids, more: c.resolve(ids["disputed"], "accept", **more),
    "reject": lambda c, ids, more: c.resolve(ids["disputed"], "reject", **more),
    "keep both": lambda c, ids, more: c.resolve(ids["disputed"], "keep_both", **more),
}


@pytest.mark.parametrize("name", REPEATED)
async def test_a_repeated_request_does_nothing(name: str, told: Told) -> None:
    """The same request id gives the same answer and no further decision; another body under it is refused."""
    user = f"repeat {name}"
    pinned, other = await disputed(told, user)
    live = await told.add(user, "Alice likes tea")
    closed = await told.add(user, "Alice likes coffee")
    further = await told.add(user, "Alice likes cocoa")
    await told.client.delete(closed["id"], user_id=user)
    ids = {
        "live": live["id"], "closed": closed["id"], "pinned": pinned, "disputed": other, "decision": live["decision_id"]
    }  # fmt: skip
    first = await REPEATED[name](told.client, ids, {"user_id": user, "request_id": f"r {name}"})
    decided = await told.client.decisions(user_id=user)
    assert await REPEATED[name](told.client, ids, {"user_id": user, "request_id": f"r {name}"}) == first
    assert await told.client.decisions(user_id=user) == decided
    others = dict.fromkeys(ids, further["id"]) | {"decision": further["decision_id"]}
    with pytest.raises(RequestIdReused):
        await REPEATED[name](told.client, others, {"user_id": user, "request_id": f"r {name}"})


@pytest.mark.parametrize("name", ["update", "expire", "delete", "restore", "pin", "unpin"])
async def test_what_changed_since_it_was_read_is_left_alone(name: str, told: Told) -> None:
    """An old etag is refused and nothing is decided; the memory's own is taken."""
    user = f"etag {name}"
    one = await told.add(user, "Alice likes tea")
    read = await told.client.get(one["id"], user_id=user)
    ids: dict[str, str] = dict.fromkeys(["live", "closed", "pinned"], str(one["id"]))
    if name == "restore":
        await told.client.delete(one["id"], user_id=user)
    else:
        await told.client.pin(one["id"], user_id=user)
    decided = await told.client.decisions(user_id=user)
    with pytest.raises(EtagMismatch):
        await REPEATED[name](told.client, ids, {"user_id": user, "etag": read["etag"]})
    assert await told.client.decisions(user_id=user) == decided
    now = await told.client.get(one["id"], user_id=user)
    await REPEATED[name](told.client, ids, {"user_id": user, "etag": now["etag"]})


# -- expiry -------------------------------------------------------------------------------------------------------


async def test_a_memory_expires_at_its_time(told: Told) -> None:
    """It is listed and recalled until its time, then hidden but kept; a restore clears the expiry."""
    one = await told.add("expiry", "Alice likes tea")
    end = told.clock.now + DAY
    told_at = await told.client.update(one["id"], expires_at="2026-01-02T00:00:00Z", user_id="expiry")
    assert told_at["expires_at"] == "2026-01-02T00:00:00+00:00"
    assert await told.live("expiry") == ["Alice likes tea"]
    assert await told.recalled("expiry", "What does Alice like?") == ["Alice likes tea"]
    told.clock.now = end + 1
    assert await told.live("expiry") == []
    assert await told.recalled("expiry", "What does Alice like?") == []
    assert (await told.client.get(one["id"], user_id="expiry"))["memory"] == "Alice likes tea"
    back = await told.client.restore(one["id"], user_id="expiry")
    assert back["expires_at"] is None
    assert await told.live("expiry") == ["Alice likes tea"]
    assert await told.recalled("expiry", "What does Alice like?") == ["Alice likes tea"]


async def test_an_expiry_is_taken_back(told: Told) -> None:
    """`never` clears an expiry, and reverting an update of the expiry gives the old one back."""
    one = await told.add("never", "Alice likes tea")
    await told.client.update(one["id"], expires_at="2999-01-01", user_id="never")
    cleared = await told.client.update(one["id"], expires_at="never", user_id="never")
    assert cleared["expires_at"] is None
    last = (await told.client.history(one["id"], user_id="never"))[-1]
    (back,) = (await told.client.revert(last["decision_id"], user_id="never"))["results"]
    assert back["expires_at"] == "2999-01-01T00:00:00+00:00"


BAD: dict[str, tuple[Callable[[AsyncMemory, str], Awaitable[Any]], str]] = {
    "expires": (lambda c, i: c.update(i, expires_at="soon", user_id="bad"), "expires_at"),
    "beyond": (lambda c, i: c.update(i, expires_at=datetime(1, 1, 1, tzinfo=UTC), user_id="bad"), "memory.expires_at"),
    "resolution": (lambda c, i: c.resolve(i, "maybe", user_id="bad"), "resolution"),
    "memory": (lambda c, _: c.restore("7", user_id="bad"), "memory_id"),
    "pin": (lambda c, _: c.pin("7", user_id="bad"), "memory_id"),
    "decision": (lambda c, _: c.revert("7", user_id="bad"), "decision_id"),
    "request": (lambda c, i: c.revert(i, user_id="bad", request_id="x" * 257), "request_id"),
    "request of a pin": (lambda c, i: c.pin(i, user_id="bad", request_id="x" * 257), "request_id"),
    "request of an update": (lambda c, i: c.update(i, "x", user_id="bad", request_id="x" * 257), "request_id"),
}


@pytest.mark.parametrize("name", BAD)
async def test_bad_input_is_named(name: str, told: Told) -> None:
    """What can't be carried out is refused on its field."""
    call, field = BAD[name]
    with pytest.raises(InvalidInput) as caught:
        await call(told.client, "01890a5d-ac96-774b-bcce-b302099a8057")
    assert field in [violation.field for violation in caught.value.violations]
