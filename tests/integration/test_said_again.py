"""What is said again in another conversation, or later, is found there too, and no longer when that was taken back."""

from dataclasses import replace
from pathlib import Path

import pytest

from stories import ALICE, DAY, JANUARY, ask, fact, facts_in, story, tell
from twohop.app import App
from twohop.graph.model import Axes, Scope
from twohop.graph.store import Changes
from twohop.memory.api import Filter
from twohop.memory.upkeep.verify import verify_owner
from twohop.vector.model import Arm, PointKind, Where
from twohop.vector.sparse import encode_query, stem

FIRST = Scope(user_id=ALICE.user_id, run_id="first", agent_id="one")
SECOND = Scope(user_id=ALICE.user_id, run_id="second", agent_id="two")
ACME = "Alice works at Acme"

NARROWED = {
    "run": (SECOND, Filter()),
    "runs": (ALICE, Filter(run_ids=("second",))),
    "time": (ALICE, Filter(observed_from=JANUARY + 40 * DAY)),
    "agent": (Scope(user_id=ALICE.user_id, agent_id="two"), Filter()),
}


@pytest.mark.parametrize("narrowed", NARROWED)
async def test_what_is_said_again_is_found_where_it_was(tmp_path: Path, narrowed: str) -> None:
    """One memory that two conversations tell is an answer in each of them; the index is as the ledger has it."""
    scope, where = NARROWED[narrowed]
    async with story(tmp_path) as app:
        await tell(app, "Alice works_at Acme", day=1, scope=FIRST)
        assert facts_in(await ask(app, "Where does Alice work?", scope=scope, where=where)) == []
        await tell(app, "Alice works_at Acme", day=50, scope=SECOND)
        assert len((await app.ledger.list_relations(ALICE.partition, Axes(), 10)).items) == 1, "it is one fact"
        assert facts_in(await ask(app, "Where does Alice work?", scope=scope, where=where)) == [ACME]
        assert facts_in(await ask(app, "Where does Alice work?", scope=FIRST)) == [ACME]
        assert await in_order(app)


async def test_what_is_said_again_is_still_found_when_it_was_said_first(tmp_path: Path) -> None:
    """A fact told on the first day and the fiftieth is an answer in the first week, and not in between."""
    async with story(tmp_path) as app:
        for day, scope in ((1, FIRST), (50, SECOND)):
            await tell(app, "Alice works_at Acme", day=day, scope=scope)
        early = Filter(observed_to=JANUARY + 8 * DAY)
        between = Filter(observed_from=JANUARY + 8 * DAY, observed_to=JANUARY + 40 * DAY)
        assert facts_in(await ask(app, "Where does Alice work?", where=early)) == [ACME]
        assert facts_in(await ask(app, "Where does Alice work?", where=between)) == []


async def test_a_relation_is_found_where_its_fact_was_said_again(tmp_path: Path) -> None:
    """A relation in other words than its memory is found under the runs of all that is known to say it."""
    async with story(tmp_path) as app:
        told = replace(fact("Alice works_at Acme"), text="Alice codes for Acme these days")
        await tell(app, told, day=1, scope=FIRST)
        await tell(app, told, day=50, scope=SECOND)
        [relation] = (await app.ledger.list_relations(ALICE.partition, Axes(), 10)).items
        for where in (Where(run_id="first"), Where(run_id="second"), Where(observed_from=JANUARY + 40 * DAY)):
            arm = Arm(kind=PointKind.RELATION, where=where, limit=9, sparse=encode_query({stem("works"): 1.0}))
            [hits] = await app.index.query(ALICE.partition, [arm])
            assert [hit.id for hit in hits] == [relation.id]
        assert await in_order(app)


async def test_what_is_taken_back_is_not_found_there(tmp_path: Path) -> None:
    """Once the second saying is withdrawn, the fact is the first conversation's alone, in the index too."""
    async with story(tmp_path) as app:
        await tell(app, "Alice works_at Acme", day=1, scope=FIRST)
        await tell(app, "Alice works_at Acme", day=50, scope=SECOND)
        [item] = (await ask(app, "Where does Alice work?")).items[:1]
        assert item.memory
        [decision] = {row.decision_id for row in item.memory.evidence if row.run_id == "second"}
        await app.ledger.commit(Changes(partition=ALICE.partition, withdrawn=(decision,)))
        await app.projector.project(ALICE.partition)
        assert facts_in(await ask(app, "Where does Alice work?", scope=SECOND)) == []
        assert await in_order(app)


async def in_order(app: App) -> bool:
    """Whether the index says what the ledger does."""
    verified = await verify_owner(app.ledger, app.index, ALICE.partition, centred=app.embedder.centred)
    return verified.findings == () and verified.waiting == 0
