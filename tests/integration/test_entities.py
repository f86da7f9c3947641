"""Who is whom: names, roles, merges and splits, over real stores."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from stories import ALICE, NOW, story, tell
from twohop.app import App
from twohop.errors import Conflict, InvalidInput, NotFound
from twohop.graph.model import Axes, Entity, Memory, Operation
from twohop.graph.sqlite import SqliteLedger
from twohop.memory.api import Filter
from twohop.memory.ports import Claim, Fact, Named, Polarity
from twohop.memory.predicates import PredicateTable
from twohop.memory.write.replay import Told, replay

P = ALICE.partition


def said(text: str, subject: str, predicate: str, end: str, *named: Named, place: int = 0, **more: object) -> Fact:
    return Fact(
        text=text,
        claims=(Claim(subject=subject, predicate=predicate, object=end),),
        entities=named,
        sources=(str(place),),
        **more,  # type: ignore[arg-type]
    )


async def everybody(app: App, known_at: int | None = None) -> dict[str, Entity]:
    page = await app.ledger.list_entities(P, Axes(known_at=known_at), 99)
    return {entity.name: entity for entity in page.items}


async def memories(app: App, axes: Axes = Axes()) -> list[Memory]:
    page = await app.core.list(ALICE, Filter(), axes, include_closed=True, page_size=99, page_token="")
    return list(page.items)


async def live(app: App) -> list[str]:
    page = await app.core.list(ALICE, Filter(), Axes(as_of=NOW), include_closed=False, page_size=99, page_token="")
    return sorted(memory.revision.text for memory in page.items)


async def subjects(app: App) -> dict[str, str]:
    """Text -> name of its subject."""
    names = {entity.id: entity.name for entity in (await everybody(app)).values()}
    return {m.revision.text: names[m.revision.triples[0].subject_id] for m in await memories(app) if m.revision.triples}


async def operations(app: App) -> list[Operation]:
    page = await app.core.decisions(ALICE, Axes(), job_id="", memory_id="", page_size=99, page_token="")
    return [decision.operation for decision in page.items]


async def test_another_name_is_no_entity_of_its_own(tmp_path: Path) -> None:
    """Going by a name gives the subject another name: the relation ends in a value, and the name finds the subject."""
    async with story(tmp_path) as app:
        await tell(app, said("Robert goes by Bob", "Robert", "goes_by", "Bob"))
        await tell(app, said("Bob lives in Rome", "Bob", "lives_in", "Rome"), day=1)
        people = await everybody(app)
        assert sorted(people) == ["Robert", "Rome"]
        assert people["Robert"].aliases == ("Bob",)
        assert (await subjects(app))["Bob lives in Rome"] == "Robert"


@pytest.mark.parametrize(
    ("polarity", "types", "merged"),
    [
        (Polarity.AFFIRMED, ("person", "person"), True),
        (Polarity.AFFIRMED, ("person", ""), True),
        (Polarity.NEGATED, ("person", "person"), False),
        (Polarity.AFFIRMED, ("person", "place"), False),
    ],
)
async def test_a_fact_that_names_two_entities_as_one_merges_them(
    tmp_path: Path, polarity: Polarity, types: Sequence[str], *, merged: bool
) -> None:
    """Two known entities are one when an affirmed fact says so and their types allow it; the past stays as it was."""
    robert, bob = (Named(name=n, type=t, proper=True) for n, t in zip(("Robert", "Bob"), types, strict=True))
    async with story(tmp_path) as app:
        await tell(app, said("Robert works at Acme", "Robert", "works_at", "Acme", robert))
        await tell(app, said("Bob likes tea", "Bob", "likes", "tea", bob), day=1)
        before = await everybody(app)
        owner = await app.ledger.owner(P)
        assert owner is not None
        await tell(app, said("Robert is called Bob", "Robert", "nickname", "Bob", robert, polarity=polarity), day=2)
        assert (Operation.MERGE in await operations(app)) == merged
        assert ("Bob" not in await everybody(app)) == merged
        assert ((await subjects(app))["Bob likes tea"] == "Robert") == merged
        assert await everybody(app, owner.last_time) == before


async def test_a_role_means_who_plays_it(tmp_path: Path) -> None:
    """The words "my brother" mean the one brother that is known; a sister is not; of two brothers neither is meant."""
    async with story(tmp_path) as app:
        await tell(app, said("Tom is Alice's brother", "Tom", "brother of", "Alice"))
        await tell(app, said("My brother lives in Rome", "my brother", "lives_in", "Rome"), day=1)
        await tell(app, said("My sister lives in Oslo", "Alice's sister", "lives_in", "Oslo"), day=2)
        who = await subjects(app)
        assert who["My brother lives in Rome"] == "Tom"
        assert who["My sister lives in Oslo"] == "Alice's sister"
        await tell(app, said("Max is Alice's other brother", "Max", "brother of", "Alice"), day=3)
        await tell(app, said("My brother paints", "my brother", "likes", "painting"), day=4)
        assert (await subjects(app))["My brother paints"] == "Alice's brother"


async def test_who_was_known_by_a_role_gets_a_name(tmp_path: Path) -> None:
    """What was said of "Alice's brother" is said of Tom as soon as he is known, and of nobody if that is undone."""
    async with story(tmp_path) as app:
        await tell(app, said("My brother lives in Rome", "my brother", "lives_in", "Rome"))
        await tell(app, said("Tom is Alice's brother", "Tom", "sibling_of", "Alice"), day=1)
        assert (await subjects(app))["My brother lives in Rome"] == "Tom"
        assert "Alice's brother" not in await everybody(app)

        page = await app.core.decisions(ALICE, Axes(), job_id="", memory_id="", page_size=99, page_token="")
        (merge,) = [one for one in page.items if one.operation is Operation.MERGE]
        assert merge.decider == "code"
        await app.core.revert(ALICE, merge.id, request_id="")
        assert (await subjects(app))["My brother lives in Rome"] == "Alice's brother"
        assert (await everybody(app))["Tom"].aliases == ()


async def test_first_person_is_the_speaker(tmp_path: Path) -> None:
    """The words "I", "me" and "user" mean the speaker; one without a name is one user, who may get a name later."""
    async with story(tmp_path) as app:
        lines = [said("I like tea", "I", "likes", "tea"), said("User likes jam", "user", "likes", "jam", place=1)]
        await tell(app, *lines)
        assert set((await subjects(app)).values()) == {"Alice"}
    async with story(tmp_path / "nameless") as app:
        await tell(app, *lines, name="")
        await tell(app, said("My name is Ann", "I", "name", "Ann"), name="", day=1)
        assert set((await subjects(app)).values()) == {"Ann"}
        assert (await everybody(app))["Ann"].aliases == ("user",)


async def test_both_ways_of_saying_it_fill_one_slot(tmp_path: Path) -> None:
    """That Solstice employs Alice takes the place of her work at Acme; a marriage is the same from both sides."""
    async with story(tmp_path) as app:
        await tell(app, "Alice works_at Acme", "Ann married_to Bo")
        await tell(app, said("Solstice employs Alice", "Solstice", "employs", "Alice"), day=5)
        await tell(app, said("Bo is Ann's husband", "Bo", "husband_of", "Ann"), day=6)
        assert "Alice works at Acme" not in await live(app)
        married = await app.ledger.list_relations(P, Axes(), 9, predicate="married_to")
        assert len(married.items) == 1


async def test_values_are_no_entities(tmp_path: Path) -> None:
    """Dates, amounts, numbers and versions end relations as they are, whoever calls them entities."""
    async with story(tmp_path) as app:
        values = ("v1.2", "v1.20", "555-0101", "555-0102", "12 kg", "5 May 2024")
        facts = [
            said(f"It has {value}", "It", "has_value", value, Named(name=value), place=place)
            for place, value in enumerate(values)
        ]
        await tell(app, *facts)
        assert list(await everybody(app)) == ["It"]
        relations = await app.ledger.list_relations(P, Axes(), 9)
        assert {relation.triple.literal for relation in relations.items} == set(values)


async def merged_pair(app: App) -> tuple[Entity, Entity]:
    """Robert and Bob: two jobs at a time, one home in common."""
    await tell(app, "Robert works_at Acme", "Robert lives_in Rome")
    await tell(app, "Bob works_at Birch", "Bob lives_in Rome", "Bob likes tea", day=10)
    people = await everybody(app)
    return people["Robert"], people["Bob"]


async def test_a_merge_makes_one_of_two(tmp_path: Path) -> None:
    """Memories, names and mentions move; one slot has one value, the later one; the same value is one memory."""
    async with story(tmp_path) as app:
        robert, bob = await merged_pair(app)
        before, state = await memories(app), await app.ledger.owner(P)
        assert state is not None
        changed = await app.core.merge_entities(ALICE, robert.id, bob.id, request_id="r")
        again = await app.core.merge_entities(ALICE, robert.id, bob.id, request_id="r")
        assert again.decision == changed.decision
        assert (changed.entity.id, changed.entity.aliases) == (robert.id, ("Bob",))
        assert changed.decision.operation is Operation.MERGE
        assert await live(app) == ["Bob likes tea", "Bob works at Birch", "Robert lives in Rome"]
        (home,) = [m for m in await memories(app) if m.revision.text == "Robert lives in Rome"]
        assert len(home.evidence) == 2
        assert set((await subjects(app)).values()) == {"Robert"}
        assert len((await app.ledger.mentions_of(P, [robert.id], 99))[robert.id]) == 5
        assert await memories(app, Axes(known_at=state.last_time)) == before
        assert (await everybody(app, state.last_time))["Bob"] == bob
        with pytest.raises(NotFound):
            await app.core.merge_entities(ALICE, robert.id, bob.id, request_id="")
        with pytest.raises(InvalidInput):
            await app.core.merge_entities(ALICE, robert.id, robert.id, request_id="")


async def test_a_merge_can_be_undone_and_done_again(tmp_path: Path) -> None:
    """Reverting a merge gives both their memories, names and mentions back; reverting that merges them again."""
    async with story(tmp_path) as app:
        robert, bob = await merged_pair(app)
        who, now = await subjects(app), await live(app)
        mentions = await app.ledger.mentions_of(P, [robert.id, bob.id], 99)
        changed = await app.core.merge_entities(ALICE, robert.id, bob.id, request_id="")
        undone = await app.core.revert(ALICE, changed.decision.id, request_id="")
        assert (await subjects(app), await live(app)) == (who, now)
        assert await everybody(app) == await everybody(app, changed.decision.recorded_at - 1)
        assert await app.ledger.mentions_of(P, [robert.id, bob.id], 99) == mentions

        await app.core.revert(ALICE, undone.decision.id, request_id="")
        assert set((await subjects(app)).values()) == {"Robert"}
        assert (await everybody(app))["Robert"].aliases == ("Bob",)
        assert "Bob" not in await everybody(app)


async def test_a_split_makes_two_of_one(tmp_path: Path) -> None:
    """Memories of another Ana move to an entity of her own; what stays is found by the bare name; it can be undone."""
    async with story(tmp_path) as app:
        await tell(app, "Ana works_at Acme", "Ana likes tea")
        await tell(app, "Ana lives_in Porto", day=1)
        (ana,) = [one for one in (await everybody(app)).values() if one.name == "Ana"]
        texts = {m.revision.text: m for m in await memories(app)}
        moving = [texts["Ana lives in Porto"].id]
        changed = await app.core.split_entity(ALICE, ana.id, moving, name="", request_id="")
        assert changed.entity.name == "Ana"
        assert changed.entity.id != ana.id
        assert [len(them) for them in (await app.ledger.mentions_of(P, [ana.id, changed.entity.id], 9)).values()] == [
            2,
            1,
        ]
        await tell(app, "Ana likes jam", day=2)
        (jam,) = [m for m in await memories(app) if m.revision.text == "Ana likes jam"]
        assert jam.revision.triples[0].subject_id == ana.id

        await app.core.revert(ALICE, changed.decision.id, request_id="")
        assert {m.revision.triples[0].subject_id for m in await memories(app)} == {ana.id}
        assert [one.id for one in (await app.ledger.entities_named(P, ["ana"]))["ana"]] == [ana.id]


async def test_a_split_takes_only_what_names_the_entity(tmp_path: Path) -> None:
    """A memory about somebody else can't be split off, and nothing is written then."""
    async with story(tmp_path) as app:
        await tell(app, "Ana likes tea", "Bob likes jam")
        ana = (await everybody(app))["Ana"]
        foreign = [m.id for m in await memories(app) if m.revision.text == "Bob likes jam"]
        with pytest.raises(Conflict):
            await app.core.split_entity(ALICE, ana.id, foreign, name="Ana Lopes", request_id="")
        assert "Ana Lopes" not in await everybody(app)


async def test_a_name_with_a_discriminator_is_its_own(tmp_path: Path) -> None:
    """Neither "Ana (cousin)" nor "Ana Lopes" is Ana; the bare name finds its exact match."""
    async with story(tmp_path) as app:
        names = ("Ana", "Ana (cousin)", "Ana Lopes")
        facts = [said(f"{n} likes tea", n, "likes", "tea", place=place) for place, n in enumerate(names)]
        await tell(app, *facts)
        await tell(app, said("Ana likes jam", "Ana", "likes", "jam"), day=1)
        assert set(names) < set(await everybody(app))
        assert (await subjects(app))["Ana likes jam"] == "Ana"


async def refused(app: App) -> list[str]:
    """The rules by which merges were refused."""
    page = await app.core.decisions(ALICE, Axes(), job_id="", memory_id="", page_size=99, page_token="")
    return [one.rule for one in page.items if one.refused == Operation.MERGE.value]


PRIYA = Named(name="Priya", type="person", proper=True)


@pytest.mark.parametrize("speaker", ["", "Sam"])
async def test_a_name_that_a_speaker_takes_makes_them_nobody_else(tmp_path: Path, speaker: str) -> None:
    """That my name is Priya leaves my friend Priya and me two, also when it is the first that I say of myself."""
    async with story(tmp_path) as app:
        await tell(app, said("Priya works at Acme", "Priya", "works_at", "Acme", PRIYA))
        await tell(app, said("My name is Priya", "I", "name", "Priya"), name=speaker, day=1)
        await tell(app, said("I work at Birch", "I", "works_at", "Birch"), name=speaker, day=2)
        await tell(app, said("I am called Priya", "I", "also_known_as", "Priya"), name=speaker, day=3)
        assert {"Priya works at Acme", "I work at Birch"} < set(await live(app))
        works = [m.revision.triples[0].subject_id for m in await memories(app) if " work" in m.revision.text]
        assert len(set(works)) == 2
        assert Operation.MERGE not in await operations(app)


async def test_a_statement_makes_two_one_unless_a_pin_a_relation_or_their_number_holds_them(tmp_path: Path) -> None:
    """What an add refuses to merge stays as it was, and the decision says by which rule; one pin holds all of it."""
    alias = said("Robert is also known as Bob", "Robert", "also_known_as", "Bob")
    async with story(tmp_path / "pinned") as app:
        await tell(app, "Robert works_at Acme")
        told = await tell(app, "Bob works_at Birch", day=1)
        memory = told.outcomes[0].memory
        assert memory is not None
        await app.core.pin(ALICE, memory.id, pinned=True, etag="", request_id="")
        before = await subjects(app)
        await tell(app, alias, day=2)
        assert before.items() <= (await subjects(app)).items()
        assert await refused(app) == ["pinned"]
    async with story(tmp_path / "related") as app:
        await tell(app, "Robert managed_by Bob")
        await tell(app, alias, day=2)
        assert {"Robert", "Bob"} <= set(await everybody(app))
        assert await refused(app) == ["related"]
    async with story(tmp_path / "many") as app:
        await tell(app, "Robert works_at Acme")
        await tell(app, *[f"Bob likes T{n}" for n in range(65)], day=1)
        await tell(app, alias, day=2)
        assert set((await subjects(app)).values()) == {"Robert", "Bob"}
        assert await refused(app) == ["many"]


@pytest.mark.parametrize(("text", "merged"), [("Robert is also known as Bob", True), ("He goes by Bob", False)])
async def test_a_value_gives_way_only_where_both_names_are_said(tmp_path: Path, text: str, *, merged: bool) -> None:
    """Two who work elsewhere become one, at the later work, by a sentence with both names; else nothing gives way.

    The decisions lead to the same when they are made again.
    """
    async with story(tmp_path) as app:
        await tell(app, "Robert works_at Acme")
        await tell(app, "Bob works_at Birch", day=1)
        await tell(app, said(text, "Robert", "also_known_as", "Bob"), day=2)
        assert ("Robert works at Acme" in await live(app)) != merged
        assert await refused(app) == ([] if merged else ["gives_way"])
        clock = Told()
        again = await SqliteLedger.open(tmp_path / "again.db", clock=clock, synchronous="OFF")
        try:
            await replay(app.ledger, again, clock, PredicateTable.default(), lambda: str(uuid4()))
            told = [(one.operation, one.rule) for one in (await again.decisions(P)).items]
            assert told == [(one.operation, one.rule) for one in (await app.ledger.decisions(P)).items]
            assert len((await again.list_entities(P, Axes(), 9)).items) == len(await everybody(app))
        finally:
            await again.close()


async def test_a_mention_is_a_place_in_the_message_as_it_is(tmp_path: Path) -> None:
    """A span counts the message's own characters, also behind letters that folding makes longer, and is a word."""
    content = "\u00df\u00df\u00df Straying Ray: RAY lives in Rome."
    async with story(tmp_path) as app:
        await tell(app, said("Ray lives in Rome", "Ray", "lives_in", "Rome"), said=[content])
        (ray,) = await app.ledger.mentions(P, (await everybody(app))["Ray"].id)
        assert content[ray.start : ray.end] == "Ray"
        assert content[: ray.start].endswith("Straying ")


async def test_one_memory_of_two_says_what_both_said(tmp_path: Path) -> None:
    """Where a merge makes one memory of two that state the same, no detail, relation or cue of either is lost."""
    async with story(tmp_path) as app:
        more = Fact(
            text="Bob lives in Rome with 3 cats",
            claims=(
                Claim(subject="Bob", predicate="lives_in", object="Rome"),
                Claim(subject="Bob", predicate="has_pet", object="cats"),
            ),
            cues=("pets",),
            sources=("0",),
        )
        await tell(app, "Robert lives_in Rome")
        await tell(app, more, day=1)
        people = await everybody(app)
        await app.core.merge_entities(ALICE, people["Robert"].id, people["Bob"].id, request_id="")
        (home,) = [one.revision for one in await memories(app)]
        assert home.text == "Bob lives in Rome with 3 cats"
        assert [triple.predicate for triple in home.triples] == ["lives_in", "has_pet"]
        assert home.cues == ("pets",)


async def test_what_names_an_entity_that_was_merged_away_comes_back_after_the_merge_is_undone(tmp_path: Path) -> None:
    """A memory retracted before a merge can't name who is no more: the conflict says to revert the merge first."""
    async with story(tmp_path) as app:
        told = await tell(app, "Bob works_at Birch")
        memory = told.outcomes[0].memory
        assert memory is not None
        await app.core.revert(ALICE, told.outcomes[0].decision.id, request_id="")
        await tell(app, "Tom works_at Acme", "Bob likes Rex", day=1)
        people = await everybody(app)
        merge = (await app.core.merge_entities(ALICE, people["Tom"].id, people["Bob"].id, request_id="")).decision
        with pytest.raises(Conflict, match="revert the merge first"):
            await app.core.restore(ALICE, memory.id, etag="", request_id="")
        await app.core.revert(ALICE, merge.id, request_id="")
        await app.core.restore(ALICE, memory.id, etag="", request_id="")
        assert "Bob works at Birch" in await live(app)


async def test_an_agent_merges_and_splits_only_what_it_sees(tmp_path: Path) -> None:
    """Entities and memories of other agents alone are unknown to one; what else a merge moved is not told to it."""
    mine, theirs = replace(ALICE, agent_id="mine"), replace(ALICE, agent_id="theirs")
    async with story(tmp_path) as app:
        await tell(app, "Bob likes tea", "Robert likes jam", scope=mine)
        await tell(app, "Bob likes Rex", "Ana likes Rex", scope=theirs, day=1)
        who = await everybody(app)
        (foreign,) = [one.id for one in await memories(app) if one.revision.text == "Bob likes Rex"]
        for first, second in (("Bob", "Ana"), ("Ana", "Bob")):
            with pytest.raises(NotFound):
                await app.core.merge_entities(mine, who[first].id, who[second].id, request_id="")
        with pytest.raises(NotFound):
            await app.core.split_entity(mine, who["Bob"].id, [foreign], name="Bo", request_id="")
        with pytest.raises(NotFound):
            await app.core.split_entity(mine, who["Ana"].id, [foreign], name="Bo", request_id="")
        assert await everybody(app) == who

        changed = await app.core.merge_entities(mine, who["Robert"].id, who["Bob"].id, request_id="")
        texts = {one.id: one.revision.text for one in await memories(app)}
        assert [texts[effect.memory_id] for effect in changed.decision.effects] == ["Bob likes tea"]
        assert (await subjects(app))["Bob likes Rex"] == "Robert"
