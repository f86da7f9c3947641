"""An answer in parts, over real stores."""

from contextlib import aclosing
from pathlib import Path

import pytest

from stories import ALICE, ask, story, tell
from twohop.app import App
from twohop.memory.api import Path as Answered
from twohop.memory.api import RecallPart, RecallRequest

TEAM = ("Alice works_at Acme", "Atlas part_of Acme", "Priya manages Atlas", "Bob works_at Birch", "Tom manages Birch")
CHAINED = "Who manages the team at Alice's company?"
QUESTIONS = [CHAINED, "Where does Bob work?", "Where did Alice work before Acme?", "opera", "???"]


async def stream(app: App, query: str, depth: int = 3) -> list[RecallPart]:
    request = RecallRequest(scope=ALICE, query=query, depth=depth)
    async with aclosing(app.core.recall_stream(request)) as parts:
        return [part async for part in parts]


@pytest.mark.parametrize("query", QUESTIONS)
async def test_parts_lead_from_first_hits_to_the_whole_answer(tmp_path: Path, query: str) -> None:
    """The first part is what depth 0 answers, the last one what Recall answers; only that one is final."""
    async with story(tmp_path) as app:
        await tell(app, *TEAM, "Bob likes opera", day=1)
        first, *more = await stream(app, query)
        assert first.items == (await ask(app, query, depth=0)).items
        assert more[-1] == RecallPart(final=await ask(app, query))
        assert [part.final for part in (first, *more[:-1])] == [None] * len(more)
        assert await stream(app, query, depth=0) == [RecallPart(final=await ask(app, query, depth=0))]


async def test_paths_come_as_hops_complete(tmp_path: Path) -> None:
    """A chain of two is told before one of three, each once, and both before the answer that they lead."""
    async with story(tmp_path) as app:
        await tell(app, *TEAM, day=1)
        _, *found, last = await stream(app, CHAINED)
        assert last.final is not None
        lengths = [[len(path.steps) for path in part.paths] for part in found]
        assert lengths[0] == [2] * len(lengths[0])
        assert 3 in lengths[1]
        told = [ids(path) for part in found for path in part.paths]
        leading = [last.final.paths[item.path] for item in last.final.items if item.path is not None]
        assert ids(leading[0]) in told
        assert len(told) == len(set(told))


def ids(path: Answered) -> tuple[str, ...]:
    return tuple(step.memory.id for step in path.steps)
