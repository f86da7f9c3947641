"""What recall shows of what is, was and will be true, over real stores."""

from dataclasses import replace
from pathlib import Path

import pytest

from stories import ALICE, DAY, JANUARY, NOW, ask, event, fact, facts_in, paths_in, story, tell, texts_in
from twohop.graph.model import Axes, Kind, Operation
from twohop.graph.store import Changes
from twohop.memory.api import Degradation, Edit, Filter
from twohop.memory.moment import When


async def test_only_what_holds_now_is_shown(tmp_path: Path) -> None:
    """A superseded value of a slot is not in the answer; the message that said it still is."""
    async with story(tmp_path) as app:
        await tell(app, "Alice works_at Acme", day=1)
        await tell(app, "Alice works_at Birch", day=30)
        result = await ask(app, "Where does Alice work?")
        assert facts_in(result) == ["Alice works at Birch"]
        assert "Alice works at Acme." in texts_in(result)


async def test_an_old_value_is_never_read_before_the_one_that_took_its_place(tmp_path: Path) -> None:
    """However well the old value's message fits the question, the fact that holds now stands before it."""
    async with story(tmp_path) as app:
        for day, firm in ((1, "Acme"), (30, "Birch"), (60, "Cedar")):
            await tell(app, f"Alice works_at {firm}", day=day)
        await tell(app, *(f"Alice visited {place}" for place in ("Porto", "Oslo", "Rome")), day=70)
        for firm in ("Acme", "Birch"):
            texts = texts_in(await ask(app, f"Alice visited the {firm} works of {firm}"))
            assert texts.index("Alice works at Cedar") < texts.index(f"Alice works at {firm}.")


async def test_as_of_shows_what_held_then(tmp_path: Path) -> None:
    """World time asked for decides which value is shown, as of any day between the changes."""
    async with story(tmp_path) as app:
        for day, firm in ((1, "Acme"), (30, "Birch"), (60, "Cedar")):
            await tell(app, f"Alice works_at {firm}", day=day)
        for day, firm in ((10, "Acme"), (40, "Birch"), (70, "Cedar")):
            result = await ask(app, "Where does Alice work?", axes=Axes(as_of=JANUARY + day * DAY))
            assert facts_in(result) == [f"Alice works at {firm}"]
        result = await ask(app, "Where does Alice work?", axes=Axes(as_of=JANUARY))
        assert facts_in(result) == []


async def test_known_at_shows_what_was_known_then(tmp_path: Path) -> None:
    """The state that an answer was read from can be read again, whatever was written since."""
    async with story(tmp_path) as app:
        await tell(app, "Alice works_at Acme", "Alice lives_in Lisbon", day=1)
        before = await ask(app, "Where does Alice work?")
        await tell(app, "Alice works_at Birch", day=30)
        added = await tell(app, "Alice likes opera", day=31)
        memory = added.outcomes[0].memory
        assert memory is not None
        await app.core.update(
            ALICE, memory.id, Edit(mask=("text",), text="Alice likes opera a lot"), etag="", request_id=""
        )
        after = await ask(app, "Where does Alice work?", axes=Axes(known_at=before.read_time))
        assert set(texts_in(after)) == set(texts_in(before))
        assert {item.memory.revision.id for item in after.items if item.memory} == {
            item.memory.revision.id for item in before.items if item.memory
        }
        assert facts_in(await ask(app, "Where does Alice work?"))[0] == "Alice works at Birch"


async def test_past_events_are_recalled_and_future_facts_are_not(tmp_path: Path) -> None:
    """An event stays true from when it happened on; what starts later than now is not shown yet."""
    async with story(tmp_path) as app:
        await tell(
            app,
            event("Alice visited Porto", "2025-03-01"),
            fact("Alice works_at Cedar", place=1, valid_from=When("2027-01")),
        )
        assert facts_in(await ask(app, "Which places did Alice visit, and where does she work?")) == [
            "Alice visited Porto"
        ]


async def test_closed_facts_are_shown_when_asked_for(tmp_path: Path) -> None:
    """`include_closed` adds what no longer holds."""
    async with story(tmp_path) as app:
        await tell(app, "Alice works_at Acme", day=1)
        await tell(app, "Alice works_at Birch", day=30)
        result = await ask(app, "Where does Alice work?", include_closed=True)
        assert sorted(facts_in(result)) == ["Alice works at Acme", "Alice works at Birch"]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Where did Alice work before Cedar?", "Alice works at Birch"),
        ("Where did Alice work before Birch?", "Alice works at Acme"),
        ("Where did Alice work before she joined Cedar?", "Alice works at Birch"),
    ],
)
async def test_a_question_about_before_finds_the_value_right_before(tmp_path: Path, query: str, first: str) -> None:
    """A question about "before X" is answered by what X replaced, first in the list, and by X's fact."""
    async with story(tmp_path) as app:
        for day, firm in ((1, "Acme"), (30, "Birch"), (60, "Cedar")):
            await tell(app, f"Alice works_at {firm}", "Alice likes opera", day=day)
        await tell(app, "Atlas part_of Cedar", "Atlas part_of Birch", day=70)  # Later facts of the same names.
        assert facts_in(await ask(app, query))[0] == first


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Where did Alice work when we last spoke in January 2025?", "Alice works at Acme"),
        ("Where did Alice work in February 2025?", "Alice works at Birch"),
        ("Where was Alice working on 10 March 2025?", "Alice works at Cedar"),
        ("Where did Alice work until February 2025?", "Alice works at Acme"),
        ("Where does Alice work today?", "Alice works at Cedar"),
    ],
)
async def test_the_question_s_own_words_name_the_time(tmp_path: Path, query: str, first: str) -> None:
    """A time that a question names puts what held then first, with no parameter given."""
    async with story(tmp_path) as app:
        for day, firm in ((1, "Acme"), (33, "Birch"), (62, "Cedar")):
            await tell(app, f"Alice works_at {firm}", "Alice likes opera", day=day)
        assert facts_in(await ask(app, query))[0] == first


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Where did Alice live while she worked at Acme?", "Alice lives in Oslo"),
        ("When she worked at Birch, where did Alice live?", "Alice lives in Bergen"),
        ("Where did Alice work before she moved to Bergen?", "Alice works at Acme"),
        ("Where did Alice live before Madrid?", "Alice lives in Bergen"),
        ("Where did Alice live after she joined Cedar?", "Alice lives in Madrid"),
    ],
)
async def test_an_event_names_the_time(tmp_path: Path, query: str, first: str) -> None:
    """A time told by an event puts what held then first, also for something else than what the event changed."""
    async with story(tmp_path) as app:
        for day, (firm, city) in ((1, ("Acme", "Oslo")), (30, ("Birch", "Bergen")), (60, ("Cedar", "Madrid"))):
            await tell(app, f"Alice works_at {firm}", f"Alice lives_in {city}", "Alice likes opera", day=day)
        assert facts_in(await ask(app, query))[0] == first


@pytest.mark.parametrize(
    "query",
    [
        "How has Alice's employer changed over time?",
        "Which firms has Alice worked for?",
        "Does Alice still work at Acme?",
    ],
)
async def test_what_changed_is_told_newest_first(tmp_path: Path, query: str) -> None:
    """A question about change lists every value with the newest ahead, and each has its interval."""
    async with story(tmp_path) as app:
        for day, firm in ((1, "Acme"), (30, "Birch"), (60, "Cedar")):
            await tell(app, f"Alice works_at {firm}", "Alice likes opera", day=day)
        result = await ask(app, query)
        assert facts_in(result)[:3] == [f"Alice works at {firm}" for firm in ("Cedar", "Birch", "Acme")]
        ends = [item.memory.revision.validity.valid_to for item in result.items[:3] if item.memory]
        assert [end is None for end in ends] == [True, False, False]


async def test_a_chain_goes_through_what_held_at_the_time_named(tmp_path: Path) -> None:
    """Two hops "in January" lead over the employer of January, not over today's."""
    async with story(tmp_path) as app:
        await tell(app, "Alice works_at Acme", "Acme located_in Aveiro", "Birch located_in Braga", day=1)
        await tell(app, "Alice works_at Birch", day=40)
        result = await ask(app, "In which city was Alice's employer in January 2025?")
        assert result.paths[0].answer == "Aveiro"
        assert (await ask(app, "In which city is Alice's employer?")).paths[0].answer == "Braga"


@pytest.mark.parametrize(("first", "second"), [("Lisbon", "Porto"), ("Porto", "Lisbon")])
async def test_used_to_puts_what_has_ended_first(tmp_path: Path, first: str, second: str) -> None:
    """A question about what used to be finds the closed fact ahead of the one that holds."""
    async with story(tmp_path) as app:
        await tell(app, f"Alice lives_in {first}", day=1)
        await tell(app, f"Alice lives_in {second}", day=30)
        assert (
            facts_in(await ask(app, "In which city did Alice use to live previously?"))[0] == f"Alice lives in {first}"
        )


async def test_disputed_facts_are_never_shown(tmp_path: Path) -> None:
    """A second value against a pinned one is kept but not recalled, not even among closed facts."""
    async with story(tmp_path) as app:
        added = await tell(app, "Alice works_at Acme", day=1)
        revision = added.outcomes[0].memory
        assert revision is not None
        draft = (await app.ledger.memories(ALICE.partition, [revision.id], Axes()))[0].revision
        pinned = replace(draft, id="01900000-0000-7000-8000-000000000001", number=2, pinned=True)
        await app.ledger.commit(Changes(partition=ALICE.partition, revisions=(pinned,), ended_revisions=(draft.id,)))
        second = await tell(app, "Alice works_at Birch", day=30)
        assert [outcome.decision.operation for outcome in second.outcomes] == [Operation.DISPUTE]
        for closed in (False, True):
            result = await ask(app, "Where does Alice work?", include_closed=closed)
            assert facts_in(result) == ["Alice works at Acme"]


async def test_expired_facts_are_never_shown(tmp_path: Path) -> None:
    """A memory past its expiry is no answer, though it was true."""
    async with story(tmp_path) as app:
        added = await tell(app, "Alice likes opera", "Alice likes chess", day=1)
        memory = added.outcomes[0].memory
        assert memory is not None
        expired = replace(memory.revision, id="01900000-0000-7000-8000-000000000001", number=2, expires_at=NOW - DAY)
        await app.ledger.commit(
            Changes(partition=ALICE.partition, revisions=(expired,), ended_revisions=(memory.revision.id,))
        )
        await app.projector.project(ALICE.partition)
        for closed in (False, True):
            assert facts_in(await ask(app, "What does Alice like?", include_closed=closed)) == ["Alice likes chess"]


async def test_an_index_that_is_behind_shows_nothing_superseded(tmp_path: Path) -> None:
    """What the ledger closed is not shown as current, though its point is still in the index; the answer says so."""
    async with story(tmp_path) as app:
        added = await tell(app, "Alice likes opera", "Alice likes chess", day=1)
        memory = added.outcomes[0].memory
        assert memory is not None
        validity = replace(
            memory.revision.validity, valid_to=replace(memory.revision.validity.valid_from, at=NOW - DAY)
        )
        closed = replace(memory.revision, id="01900000-0000-7000-8000-000000000001", number=2, validity=validity)
        await app.ledger.commit(
            Changes(partition=ALICE.partition, revisions=(closed,), ended_revisions=(memory.revision.id,))
        )
        result = await ask(app, "What does Alice like?")
        assert facts_in(result) == ["Alice likes chess"]
        assert Degradation.INDEX_BEHIND in result.degradations
        await app.projector.project(ALICE.partition)
        assert (await ask(app, "What does Alice like?")).degradations == ()


async def test_agent_and_run_narrow_messages_and_memories(tmp_path: Path) -> None:
    """Under a run only its messages and the memories that they are evidence for are seen."""
    async with story(tmp_path) as app:
        await tell(app, "Alice likes opera", scope=replace(ALICE, run_id="one"))
        await tell(app, "Alice likes chess", scope=replace(ALICE, run_id="two", agent_id="helper"))
        assert sorted(facts_in(await ask(app, "What does Alice like?"))) == ["Alice likes chess", "Alice likes opera"]
        for scope in (replace(ALICE, run_id="two"), replace(ALICE, agent_id="helper")):
            result = await ask(app, "What does Alice like?", scope=scope)
            assert texts_in(result) == ["Alice likes chess"]
            assert [source.content for item in result.items for source in item.sources] == ["Alice likes chess."]


async def test_filters_speak_about_memories(tmp_path: Path) -> None:
    """A filter on what only memories have leaves messages out as results; they stay as sources."""
    async with story(tmp_path) as app:
        liked = fact("Alice likes opera", kind=Kind.PREFERENCE, categories=("music",))
        await tell(app, liked, fact("Alice likes chess", place=1, kind=Kind.STATE), day=1)
        for where in (Filter(kinds=(Kind.PREFERENCE,)), Filter(categories=("music",))):
            result = await ask(app, "What does Alice like?", where=where)
            assert texts_in(result) == ["Alice likes opera"]
            assert result.items[0].sources[0].content == "Alice likes opera."


async def test_entities_and_metadata_filter_facts_and_chains(tmp_path: Path) -> None:
    """Only facts about the entity, or with the metadata, are shown; a chain needs all of its facts to pass."""
    async with story(tmp_path) as app:
        await tell(app, "Alice works_at Acme", "Priya manages Acme", "Alice likes opera", day=1)
        page = await app.ledger.entities_named(ALICE.partition, ["alice", "acme"])
        query = "Who manages Alice's company?"
        about_alice = await ask(app, query, where=Filter(entity_ids=(page["alice"][0].id,)))
        assert sorted(facts_in(about_alice)) == ["Alice likes opera", "Alice works at Acme"]
        assert about_alice.paths == ()
        about_acme = await ask(app, query, where=Filter(entity_ids=(page["acme"][0].id,)))
        assert facts_in(about_acme) == ["Alice works at Acme", "Priya manages Acme"]
        assert facts_in(await ask(app, query, where=Filter(metadata={"source": "mail"}))) == []
        assert (await ask(app, query, where=Filter(kinds=(Kind.EVENT,)))).items == ()


async def test_observation_times_filter_messages_and_facts(tmp_path: Path) -> None:
    """Only what was said in the interval asked for is shown."""
    async with story(tmp_path) as app:
        await tell(app, "Alice likes opera", day=1)
        await tell(app, "Alice likes chess", day=10)
        where = Filter(observed_from=JANUARY + 5 * DAY, observed_to=JANUARY + 20 * DAY)
        assert texts_in(await ask(app, "What does Alice like?", where=where)) == ["Alice likes chess"]


async def test_messages_can_be_left_out(tmp_path: Path) -> None:
    """Without messages as items every fact in reach is listed, with its sources."""
    async with story(tmp_path) as app:
        await tell(app, "Alice likes opera", "Bob likes chess", said=("I like opera!", "Bob? Chess."))
        result = await ask(app, "What does Alice like?", include_messages=False)
        assert sorted(texts_in(result)) == ["Alice likes opera", "Bob likes chess"]


async def test_two_owners_never_meet(tmp_path: Path) -> None:
    """The same names under another user are other things: nothing of them is found."""
    async with story(tmp_path) as app:
        await tell(app, "Bob works_at Acme", "Priya manages Acme")
        other = replace(ALICE, user_id="carol")
        await tell(app, "Bob works_at Birch", "Tom manages Birch", scope=other)
        for scope, boss in ((ALICE, "Priya"), (other, "Tom")):
            result = await ask(app, "Who manages the company Bob works at?", scope=scope)
            assert boss in " ".join(facts_in(result)[:2])
            assert {"Priya": "Tom", "Tom": "Priya"}[boss] not in " ".join(texts_in(result))
            assert all(boss in path[-1] for path in paths_in(result)[:1])


async def test_the_same_question_has_the_same_answer(tmp_path: Path) -> None:
    """Nothing in the order depends on the run: equals stand by time, text and id."""
    async with story(tmp_path) as app:
        await tell(app, *(f"Bob likes hobby{n}" for n in range(30)))
        first = await ask(app, "What does Bob like?", limit=50)
        for _ in range(3):
            assert (await ask(app, "What does Bob like?", limit=50)).items == first.items
