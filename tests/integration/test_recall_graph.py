"""Chains, second queries and paths between two things, over real stores."""

from pathlib import Path
from typing import Any

import pytest

from stories import ALICE, DAY, JANUARY, ask, event, fact, facts_in, paths_in, story, tell, texts_in
from twohop.errors import NotFound
from twohop.graph.model import Axes, Scope
from twohop.memory.api import Degradation, PathsRequest
from twohop.memory.ports import Claim, Fact

TEAM = ("Alice works_at Acme", "Atlas part_of Acme", "Priya manages Atlas", "Bob works_at Birch", "Tom manages Birch")


async def test_a_chain_is_a_unit_with_everything_that_proves_it(tmp_path: Path) -> None:
    """Facts of a chain stand first, in order, with direction, entities, memories and source messages."""
    async with story(tmp_path) as app:
        await tell(app, *TEAM, day=1)
        result = await ask(app, "Who manages the team at Alice's company?")
        assert facts_in(result)[:3] == ["Alice works at Acme", "Atlas part of Acme", "Priya manages Atlas"]
        assert [item.path for item in result.items[:3]] == [0, 0, 0]
        path = result.paths[0]
        assert paths_in(result)[0] == ["Alice -> Acme", "Acme <- Atlas", "Atlas -> Priya"]
        assert path.answer == "Priya"
        assert [step.memory.id for step in path.steps] == [i.memory.id for i in result.items[:3] if i.memory]
        assert all(step.memory.id in step.relation.support for step in path.steps)
        assert all(step.memory.evidence for step in path.steps)
        assert {entity.name for entity in result.entities} >= {"Alice", "Acme", "Atlas", "Priya"}


async def test_a_thing_that_nothing_is_related_to_any_more_starts_no_chain(tmp_path: Path) -> None:
    """What is described around it can't be reached; the answer is what words and meaning give."""
    async with story(tmp_path) as app:
        await tell(app, "Alice works_at Acme", day=1)
        await tell(app, "Alice works_at Birch", day=30)
        result = await ask(app, "Who runs the city of the company Acme?")
        assert result.paths == ()
        assert "Alice works at Acme." in texts_in(result)


@pytest.mark.parametrize("depth", [0, 1, 2, 3, 4])
async def test_depth_bounds_the_paths(tmp_path: Path, depth: int) -> None:
    """No path is longer than the depth asked for; at 0 the graph has no part, at 3 the whole chain is found."""
    async with story(tmp_path) as app:
        await tell(app, *TEAM, day=1)
        result = await ask(app, "Who manages the team at Alice's company?", depth=depth)
        assert max((len(path.steps) for path in result.paths), default=0) == min(depth, 3)
        assert (result.gate > 0) <= (depth > 0)


async def test_a_question_about_one_fact_is_not_led_away(tmp_path: Path) -> None:
    """A question that names no kind on the way gets its fact first, not a chain."""
    async with story(tmp_path) as app:
        await tell(app, *TEAM, day=1)
        result = await ask(app, "Where does Alice work?")
        assert facts_in(result)[0] == "Alice works at Acme"
        assert result.items[0].path is None


async def test_two_words_for_persons_ask_for_a_chain(tmp_path: Path) -> None:
    """The question "who is the boss of Emma's husband" names a person on the way; "who is Emma's husband" does not."""
    async with story(tmp_path) as app:
        await tell(app, "Emma married_to Tom", "Priya manages Tom", "Bob manages Emma", "Emma lives_in Porto")
        result = await ask(app, "Who is the manager of Emma's husband?")
        assert facts_in(result)[:2] == ["Emma married to Tom", "Priya manages Tom"]
        assert facts_in(await ask(app, "Who is Emma's husband?"))[0] == "Emma married to Tom"


async def test_a_chain_never_uses_what_no_longer_holds(tmp_path: Path) -> None:
    """When a link is closed the chain over it is gone, and the one over its successor takes its place."""
    async with story(tmp_path) as app:
        await tell(app, *TEAM, day=1)
        await tell(app, "Alice works_at Birch", day=30)
        result = await ask(app, "Who manages Alice's company?")
        assert facts_in(result)[:2] == ["Alice works at Birch", "Tom manages Birch"]
        assert all("Alice -> Acme" not in path for path in paths_in(result))


async def test_a_chain_is_that_of_both_times(tmp_path: Path) -> None:
    """Each link is the one that held at `as_of` as far as was known at `known_at`, on every combination of the two."""
    async with story(tmp_path) as app:
        await tell(app, "Alice works_at Acme", "Priya manages Acme", "Tom manages Birch", day=1)
        first = (await ask(app, "Alice")).read_time
        await tell(app, "Alice works_at Birch", day=30)
        second = (await ask(app, "Alice")).read_time
        await tell(app, "Bob manages Birch", day=60)

        async def chain(day: int | None, known_at: int | None) -> list[str]:
            axes = Axes(as_of=None if day is None else JANUARY + day * DAY, known_at=known_at)
            return paths_in(await ask(app, "Who manages Alice's company?", axes=axes))[0]

        acme, tom, bob = (
            ["Alice -> Acme", "Acme -> Priya"],
            ["Alice -> Birch", "Birch -> Tom"],
            ["Alice -> Birch", "Birch -> Bob"],
        )
        assert await chain(None, None) == bob
        assert [await chain(day, None) for day in (10, 40, 70)] == [acme, tom, bob]
        assert [await chain(None, known) for known in (first, second)] == [acme, tom]
        assert [await chain(day, second) for day in (10, 40, 70)] == [acme, tom, tom]
        assert [await chain(day, first) for day in (10, 40, 70)] == [acme] * 3


async def test_a_date_ends_a_chain_that_asks_when(tmp_path: Path) -> None:
    """Asked when, a plain value that reads as a date is an answer, and one that doesn't is none."""
    async with story(tmp_path) as app:
        told = (("birthday", "has the birthday 3 May 1987", "3 May 1987"), ("drives", "drives a red car", "a red car"))
        facts = [
            Fact(
                text=f"Tom {text}",
                claims=(Claim(subject="Tom", predicate=predicate, object=value, literal=True),),
                sources=(str(place),),
            )
            for place, (predicate, text, value) in enumerate(told, start=1)
        ]
        await tell(app, fact("Emma married_to Tom"), *facts)
        assert (await ask(app, "When was the husband of Emma born?")).paths[0].answer == "3 May 1987"
        assert (await ask(app, "What does the husband of Emma drive?")).paths[0].answer == "a red car"


async def test_chains_keep_to_the_run(tmp_path: Path) -> None:
    """Under a run a chain is made of memories with evidence in that run only."""
    async with story(tmp_path) as app:
        await tell(app, "Alice works_at Acme", scope=Scope(user_id="alice", run_id="one"))
        await tell(app, "Priya manages Acme", scope=Scope(user_id="alice", run_id="two"))
        whole = await ask(app, "Who manages Alice's company?")
        assert facts_in(whole)[:2] == ["Alice works at Acme", "Priya manages Acme"]
        narrowed = await ask(app, "Who manages Alice's company?", scope=Scope(user_id="alice", run_id="one"))
        assert texts_in(narrowed) == ["Alice works at Acme"]
        assert narrowed.paths == ()


async def test_a_literal_ends_a_chain(tmp_path: Path) -> None:
    """A plain value is the end of a path: its step has no target entity and the value is the answer."""
    async with story(tmp_path) as app:
        born = Fact(
            text="Tom was born on 3 May",
            claims=(Claim(subject="Tom", predicate="birthday", object="3 May", literal=True),),
            sources=("1",),
        )
        await tell(app, fact("Emma married_to Tom"), born)
        result = await ask(app, "When is the birthday of Emma's husband?")
        assert facts_in(result)[:2] == ["Emma married to Tom", "Tom was born on 3 May"]
        assert result.paths[0].steps[-1].target is None
        assert result.paths[0].answer == "3 May"


async def test_the_second_query_brings_what_shares_no_word_with_the_question(tmp_path: Path) -> None:
    """Where kept facts lead to a named thing the gate opens, and what is said about that thing joins the first ten."""
    async with story(tmp_path) as app:
        noise = [f"Bob likes hobby{n}" for n in range(40)]
        await tell(app, "Alice adopted Rex", *noise, day=1)
        await tell(
            app,
            event("Rex won Braga", "2025-02-02"),
            *noise[:20],
            day=40,
            said=("Rex took the silver cup in Braga!", *noise[:20]),
        )
        result = await ask(app, "Which prize did the animal adopted by Alice win?")
        assert result.gate > 0
        assert "Rex won Braga" in facts_in(result)
        assert ["Alice -> Rex", "Rex -> Braga"] in paths_in(result)


def between(source: str, target: str, **more: Any) -> PathsRequest:
    return PathsRequest(scope=ALICE, source=source, target=target, **more)


async def test_paths_between_two_names_are_found_shortest_first(tmp_path: Path) -> None:
    """Both directions are walked, simple paths only, each step with its proof."""
    async with story(tmp_path) as app:
        await tell(app, *TEAM, "Alice friend_of Priya", "Priya lives_in Porto")
        paths = (await app.core.paths(between("Alice", "priya"))).paths
        shapes = [[(s.source.name, s.forward, s.target.name if s.target else "") for s in path.steps] for path in paths]
        assert shapes == [
            [("Alice", True, "Priya")],
            [("Alice", True, "Acme"), ("Acme", False, "Atlas"), ("Atlas", True, "Priya")],
        ]
        assert all(step.memory.id in step.relation.support for path in paths for step in path.steps)


@pytest.mark.parametrize(("depth", "found"), [(1, 1), (2, 1), (3, 2), (4, 2)])
async def test_paths_keep_to_depth_and_limit(tmp_path: Path, depth: int, found: int) -> None:
    """No more relations than asked for, no more paths than asked for."""
    async with story(tmp_path) as app:
        await tell(app, *TEAM, "Alice friend_of Priya")
        paths = (await app.core.paths(between("Alice", "Priya", depth=depth))).paths
        assert len(paths) == found
        one = (await app.core.paths(between("Alice", "Priya", depth=depth, limit=1))).paths
        assert len(one) == 1


async def test_paths_are_those_of_the_time_asked_about(tmp_path: Path) -> None:
    """A closed relation connects as of then and not now; what was learned later is not known earlier."""
    async with story(tmp_path) as app:
        await tell(app, "Alice works_at Acme", "Priya manages Acme", day=1)
        known = (await ask(app, "Alice")).read_time
        await tell(app, "Alice works_at Birch", day=30)
        assert (await app.core.paths(between("Alice", "Priya"))).paths == ()
        for axes in (Axes(as_of=1_736_000_000_000_000), Axes(known_at=known)):
            (path,) = (await app.core.paths(between("Alice", "Priya", axes=axes))).paths
            assert path.answer == "Priya"


async def test_paths_of_another_owner_are_not_found(tmp_path: Path) -> None:
    """A name that this owner doesn't have, also when another one has it, is not found."""
    async with story(tmp_path) as app:
        await tell(app, "Alice works_at Acme")
        await tell(app, "Bob works_at Birch", scope=Scope(user_id="bob"))
        for target in ("Bob", "Birch", "nobody"):
            with pytest.raises(NotFound):
                await app.core.paths(between("Alice", target))


async def test_a_budget_bounds_what_is_read(tmp_path: Path) -> None:
    """A busy hub is read to its newest relations; the answer still comes, and the fact that fits is among them."""
    async with story(tmp_path) as app:
        await tell(app, "Alice adopted Rex", day=1)
        for start in range(0, 180, 60):
            await tell(app, *(f"Alice knows Person{n}" for n in range(start, start + 60)), day=2 + start)
        result = await ask(app, "Which dog did Alice adopt?")
        assert facts_in(result)[0] == "Alice adopted Rex"
        assert Degradation.BUDGET not in result.degradations
