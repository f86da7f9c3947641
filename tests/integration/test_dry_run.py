"""A dry run shows what an add would decide, and leaves no trace."""

from pathlib import Path

from stories import ALICE, DAY, JANUARY, fact, story, tell
from twohop.app import App
from twohop.graph.model import Axes, JobState, Operation, Role
from twohop.memory.api import AddRequest, AddResult, Filter, NewMessage


async def rehearse(app: App, *texts: str, day: int) -> AddResult:
    """What telling these facts would do."""
    facts = tuple(fact(text, place=place) for place, text in enumerate(texts))
    said = tuple(NewMessage(role=Role.USER, content=f"{text}.", observed_at=JANUARY + day * DAY) for text in texts)
    return await app.core.add(AddRequest(scope=ALICE, messages=said, facts=facts, dry_run=True))


async def everything(app: App) -> tuple[object, ...]:
    """All that an owner's store could show of an add."""
    memories = await app.core.list(ALICE, Filter(), Axes(), include_closed=True, page_size=100, page_token="")
    decisions = await app.core.decisions(ALICE, Axes(), job_id="", memory_id="", page_size=100, page_token="")
    partition = ALICE.partition
    return (
        memories,
        decisions,
        await app.ledger.owner(partition),
        await app.ledger.message_ids(partition, 100),
        (await app.ledger.backlog()).waiting,
        (await app.ledger.list_entities(partition, Axes(), 100)).items,
    )


async def test_a_dry_run_shows_the_decisions_and_writes_nothing(tmp_path: Path) -> None:
    """The new value, what it would replace and its relation are told; every look at the owner is as before."""
    async with story(tmp_path) as app:
        await tell(app, "Alice works_at Acme", day=1)
        before = await everything(app)
        shown = await rehearse(app, "Alice works_at Birch", "Alice likes opera", day=40)
        assert await everything(app) == before
    assert (shown.job_id, shown.message_ids, shown.state) == ("", (), JobState.DONE)
    first, second = shown.outcomes
    assert first.decision.operation is Operation.SUPERSEDE
    assert first.memory is not None
    assert first.target is not None
    assert (first.memory.revision.text, first.target.revision.text) == ("Alice works at Birch", "Alice works at Acme")
    assert first.target.revision.validity.valid_to is not None
    assert [relation.text for relation in first.relations] == ["Alice works at Birch"]
    assert second.decision.operation is Operation.ADD


async def test_a_dry_run_of_a_new_owner_leaves_no_owner(tmp_path: Path) -> None:
    """Nobody becomes known by a rehearsal."""
    async with story(tmp_path) as app:
        shown = await rehearse(app, "Alice works_at Acme", day=1)
        assert [outcome.decision.operation for outcome in shown.outcomes] == [Operation.ADD]
        assert await app.ledger.owner(ALICE.partition) is None
