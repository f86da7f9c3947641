"""Recall when a part is down: it answers from what is left, and says what is missing."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from stories import ALICE, NOW, ask, facts_in, story, tell, texts_in
from twohop.app import App
from twohop.errors import ModelUnavailable
from twohop.graph.model import Axes
from twohop.memory.api import Degradation, RecallRequest, RecallResult
from twohop.memory.predicates import PredicateTable
from twohop.memory.recall.recall import Recaller
from twohop.vector.edge import EdgeIndex
from twohop.vector.index import Index
from twohop.vector.wordllama import WordLlamaEmbedder

TEAM = ("Alice works_at Acme", "Atlas part_of Acme", "Priya manages Atlas", "Bob works_at Birch", "Tom manages Birch")


class Failing(WordLlamaEmbedder):
    """The real embedder until it is told that its server is down."""

    down = False

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.down:
            raise ModelUnavailable("connection refused")
        return await super().embed(texts)


def recaller(app: App, index: Index | None, embedder: WordLlamaEmbedder | None = None) -> Recaller:
    return Recaller(
        ledger=app.ledger,
        index=index,
        embedder=embedder or WordLlamaEmbedder(),
        predicates=PredicateTable.default(),
        clock=lambda: NOW,
    )


async def recall(one: Recaller, query: str, **more: float) -> RecallResult:
    return await one.recall(RecallRequest(scope=ALICE, query=query, deadline=more.get("deadline")))


async def test_without_an_index_names_and_graph_answer(tmp_path: Path) -> None:
    """With no index at all the facts of what the question names are found, chains too, and it is said."""
    async with story(tmp_path) as app:
        await tell(app, *TEAM, day=1)
        one = recaller(app, None)
        assert facts_in(await recall(one, "Where does Bob work?"))[0] == "Bob works at Birch"
        result = await recall(one, "Who manages the team at Alice's company?")
        assert facts_in(result)[:3] == ["Alice works at Acme", "Atlas part of Acme", "Priya manages Atlas"]
        assert result.degradations == (Degradation.INDEX_UNAVAILABLE,)


async def test_without_an_index_words_answer(tmp_path: Path) -> None:
    """A question that names nothing finds facts and their messages by its words."""
    async with story(tmp_path) as app:
        await tell(app, *TEAM, "Bob likes opera", day=1)
        result = await recall(recaller(app, None), "What about the opera?")
        assert texts_in(result)[0] == "Bob likes opera"


async def test_without_an_index_run_and_times_narrow_as_ever(tmp_path: Path) -> None:
    """What another run, or a later time, said is not part of the answer."""
    async with story(tmp_path) as app:
        await tell(app, "Bob likes opera", day=1, scope=replace(ALICE, run_id="one"))
        then = (await ask(app, "Bob")).read_time
        await tell(app, "Bob likes opera", "Bob likes chess", day=2, scope=replace(ALICE, run_id="two"))
        one = recaller(app, None)
        narrowed = await one.recall(RecallRequest(scope=replace(ALICE, run_id="one"), query="What does Bob like?"))
        earlier = await one.recall(RecallRequest(scope=ALICE, query="What does Bob like?", axes=Axes(known_at=then)))
        for result in (narrowed, earlier):
            assert texts_in(result) == ["Bob likes opera"]
            assert [source.run_id for item in result.items for source in item.sources] == ["one"]


async def test_an_index_that_fails_is_named(tmp_path: Path) -> None:
    """An index that can't be reached any more costs meaning, not the answer."""
    async with story(tmp_path) as app:
        await tell(app, *TEAM, day=1)
        closed = await EdgeIndex.open(tmp_path / "other", model="m", dimension=256, encoder="e")
        await closed.close()
        result = await recall(recaller(app, closed), "Where does Bob work?")
        assert facts_in(result)[0] == "Bob works at Birch"
        assert result.degradations == (Degradation.INDEX_UNAVAILABLE,)


async def test_an_embedder_that_fails_is_named(tmp_path: Path) -> None:
    """Without vectors the words answer."""
    async with story(tmp_path) as app:
        await tell(app, *TEAM, day=1)
        embedder = Failing()
        embedder.down = True
        result = await recall(recaller(app, app.index, embedder), "Where does Bob work?")
        assert facts_in(result)[0] == "Bob works at Birch"
        assert result.degradations == (Degradation.EMBEDDER_UNAVAILABLE,)


async def test_a_deadline_that_is_over_leaves_the_graph_out(tmp_path: Path) -> None:
    """What was found in time is returned, and the answer says that time was up."""
    async with story(tmp_path) as app:
        await tell(app, *TEAM, day=1)
        past = asyncio.get_running_loop().time() - 1
        result = await recall(recaller(app, app.index), "Who manages the team at Alice's company?", deadline=past)
        assert result.items
        assert result.paths == ()
        assert result.degradations == (Degradation.DEADLINE,)


async def test_an_owner_without_anything_gets_nothing(tmp_path: Path) -> None:
    """A first question has an empty answer and no error, with and without an index."""
    async with story(tmp_path) as app:
        for one in (recaller(app, app.index), recaller(app, None)):
            assert (await recall(one, "Where does Alice work?")).items == ()


@pytest.mark.parametrize("query", ["???", "what is it?", "\U0001f600", "x" * 5_000])
async def test_a_question_without_words_breaks_nothing(tmp_path: Path, query: str) -> None:
    """Punctuation, stop words or noise alone get an answer in the usual form."""
    async with story(tmp_path) as app:
        await tell(app, *TEAM, day=1)
        for one in (recaller(app, app.index), recaller(app, None)):
            assert len((await recall(one, query)).items) <= len(TEAM)
