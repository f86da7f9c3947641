"""Both times, and agent and run, on every read of a real server; pages that show one state."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger_rows import revision
from serving import Served, serving
from stories import DAY, JANUARY
from twohop.client.remote import RemoteCore
from twohop.errors import InvalidInput, NotFound
from twohop.graph.model import Axes, Evidence, Operation, Role, Scope
from twohop.graph.store import Changes
from twohop.memory.api import AddRequest, AddResult, Filter, NewMessage
from twohop.memory.ports import Claim, Fact

ANN = Scope(user_id="ann")
FIRST, SECOND = replace(ANN, run_id="first"), replace(ANN, run_id="second")
PAGE: dict[str, Any] = {"page_size": 50, "page_token": ""}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path / "data") as running:
        yield running


@pytest.fixture
async def core(served: Served) -> AsyncIterator[RemoteCore]:
    remote = RemoteCore(served.address)
    yield remote
    await remote.close()


async def tell(core: RemoteCore, line: str, *, day: int = 0, scope: Scope = ANN, **fact: Any) -> AddResult:
    subject, predicate, end = line.split()
    text = f"{subject} {predicate.replace('_', ' ')} {end}"
    claim = Claim(subject=subject, predicate=predicate, object=end)
    message = NewMessage(role=Role.USER, content=f"{text}.", observed_at=JANUARY + day * DAY)
    given = Fact(text=text, claims=(claim,), sources=("0",), **fact)
    return await core.add(AddRequest(scope=scope, messages=(message,), facts=(given,)))


def memory_of(result: AddResult) -> str:
    memory = result.outcomes[0].memory
    assert memory is not None
    return memory.id


async def test_a_history_is_read_at_both_times(core: RemoteCore) -> None:
    """`known_at` shows the versions known then, `as_of` those that held then, both together what both allow."""
    first = await tell(core, "Ann works_at Acme")
    old = memory_of(first)
    then = first.outcomes[0].decision.recorded_at
    await tell(core, "Ann works_at Birch", day=30)

    async def at(**axes: int) -> list[Operation]:
        return [one.operation for one in (await core.revisions(ANN, old, Axes(**axes), **PAGE)).items]

    assert await at() == [Operation.ADD, Operation.SUPERSEDE]
    assert await at(known_at=then) == [Operation.ADD]
    assert await at(as_of=JANUARY + DAY) == [Operation.ADD, Operation.SUPERSEDE]
    assert await at(as_of=JANUARY + 40 * DAY) == [Operation.ADD]
    assert await at(as_of=JANUARY - DAY) == []
    assert await at(as_of=JANUARY + 40 * DAY, known_at=then) == [Operation.ADD]
    (known,) = (await core.revisions(ANN, old, Axes(known_at=then), **PAGE)).items
    assert (known.superseded_at, known.validity.valid_to) == (None, None)
    with pytest.raises(NotFound):
        await core.revisions(ANN, old, Axes(known_at=then - 1), **PAGE)


async def test_decisions_are_read_as_they_were_known(core: RemoteCore) -> None:
    """`known_at` shows what had been decided by then; decisions have no world time."""
    first = await tell(core, "Ann works_at Acme")
    then = first.outcomes[0].decision.recorded_at
    await tell(core, "Ann works_at Birch", day=30)
    everything: dict[str, Any] = {"job_id": "", "memory_id": "", **PAGE}
    assert len((await core.decisions(ANN, Axes(), **everything)).items) == 2
    page = await core.decisions(ANN, Axes(known_at=then), **everything)
    assert ([one.id for one in page.items], page.read_time) == ([first.outcomes[0].decision.id], then)
    assert (await core.decisions(ANN, Axes(known_at=then - 1), **everything)).items == ()
    with pytest.raises(InvalidInput, match="no world time"):
        await core.decisions(ANN, Axes(as_of=then), **everything)


async def test_messages_are_read_as_they_were_known(core: RemoteCore) -> None:
    """`known_at` hides messages recorded later; `as_of` hides none, since they are evidence and not claims."""
    first, second = await tell(core, "Ann likes tea"), await tell(core, "Ann likes coffee", day=1)
    asked = [Evidence(memory_id="", message_id=one) for one in (*first.message_ids, *second.message_ids)]
    then = first.outcomes[0].decision.recorded_at
    assert list(await core.evidence(ANN, asked, Axes(known_at=then))) == list(first.message_ids)
    assert len(await core.evidence(ANN, asked, Axes(as_of=JANUARY - DAY))) == 2


async def test_a_first_page_shows_one_state(served: Served, core: RemoteCore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is committed while the first page is read is on no page, and is there when asked again."""
    for day, drink in enumerate(("tea", "coffee", "cocoa")):
        await tell(core, f"Ann likes {drink}", day=day)
    ledger = served.app.ledger
    look = ledger.settled

    async def owner_and_then_another_commit(partition: str) -> Any:
        found = await look(partition)
        monkeypatch.undo()
        late = revision("late", "z-late", partition=partition, text="Ann likes milk")
        await ledger.commit(Changes(partition=partition, revisions=(late,)))
        return found

    monkeypatch.setattr(ledger, "settled", owner_and_then_another_commit)
    every: dict[str, Any] = {"include_closed": True, "page_size": 2}
    first = await core.list(ANN, Filter(), Axes(), page_token="", **every)
    rest = await core.list(ANN, Filter(), Axes(), page_token=first.next_page_token, **every)
    assert [one.revision.text for one in (*first.items, *rest.items)] == [
        "Ann likes cocoa",
        "Ann likes coffee",
        "Ann likes tea",
    ]
    assert first.read_time == rest.read_time
    again = await core.list(ANN, Filter(), Axes(), page_token="", **every)
    assert again.items[0].revision.text == "Ann likes milk"


async def test_conflicts_of_the_past_stay(core: RemoteCore) -> None:
    """A conflict that was settled is listed as it was for a time before, with what it contradicted then."""
    kept = memory_of(await tell(core, "Ann works_at Acme"))
    await core.pin(ANN, kept, pinned=True, etag="", request_id="")
    disputed = await tell(core, "Ann works_at Birch", day=30)
    then = disputed.outcomes[0].decision.recorded_at
    before = await core.conflicts(ANN, Axes(known_at=then), **PAGE)
    assert [[one.id for one in found.kept] for found in before.items] == [[kept]]
    await core.delete(ANN, kept, etag="", request_id="")
    await core.delete(ANN, memory_of(disputed), etag="", request_id="")
    assert await core.conflicts(ANN, Axes(known_at=then), **PAGE) == replace(
        before, seq=(await core.conflicts(ANN, Axes(), **PAGE)).seq
    )


async def test_a_run_sees_its_own(core: RemoteCore) -> None:
    """Relations, decisions, jobs, conflicts and histories are visible under the runs whose messages they come from."""
    one = await tell(core, "Ann works_at Acme", scope=FIRST)
    two = await tell(core, "Ann likes tea", scope=SECOND)

    async def seen(scope: Scope) -> tuple[list[str], list[str]]:
        related = await core.relations(scope, entity_id="", predicate="", axes=Axes(), include_closed=False, **PAGE)
        decided = await core.decisions(scope, Axes(), job_id="", memory_id="", **PAGE)
        return [r.triple.predicate for r in related.items], [d.fact for d in decided.items]

    assert await seen(ANN) == (["likes", "works_at"], ["Ann works at Acme", "Ann likes tea"])
    assert await seen(FIRST) == (["works_at"], ["Ann works at Acme"])
    assert await seen(SECOND) == (["likes"], ["Ann likes tea"])
    assert (await core.job(FIRST, one.job_id)).job_id == one.job_id
    with pytest.raises(NotFound):
        await core.job(FIRST, two.job_id)
    with pytest.raises(NotFound):
        await core.job(replace(FIRST, agent_id="a"), one.job_id)
    with pytest.raises(NotFound):
        await core.revert(FIRST, two.outcomes[0].decision.id, request_id="")
    with pytest.raises(NotFound):
        await core.pin(FIRST, memory_of(two), pinned=True, etag="", request_id="")


async def test_a_run_that_says_it_too_sees_the_history(core: RemoteCore) -> None:
    """Evidence that came without a new version makes the history visible, as it does the memory."""
    one = memory_of(await tell(core, "Ann works_at Acme", scope=FIRST))
    again = await tell(core, "Ann works_at Acme", day=1, scope=SECOND)
    assert again.outcomes[0].decision.operation is Operation.NOOP
    assert (await core.get(SECOND, one, Axes())).id == one
    assert len((await core.revisions(SECOND, one, Axes(), **PAGE)).items) == 1
    await core.revert(SECOND, again.outcomes[0].decision.id, request_id="")
    with pytest.raises(NotFound):
        await core.get(SECOND, one, Axes())
    assert len((await core.revisions(FIRST, one, Axes(), **PAGE)).items) == 1
    decided = await core.decisions(SECOND, Axes(), job_id="", memory_id="", **PAGE)
    assert [d.operation for d in decided.items] == [Operation.ADD, Operation.NOOP, Operation.REVERT]
