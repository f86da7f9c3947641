"""How two entities are connected: all shortest paths and the best of the others, within bounds, over a real server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest

from serving import settings_for
from stories import ALICE, story, tell
from twohop.app import App
from twohop.errors import InvalidInput, NotFound
from twohop.graph.model import Axes
from twohop.memory.api import PathsRequest
from twohop.memory.recall.neighbourhood import FAN
from twohop.server import Server
from twohop.v1 import graph_service_pb2 as pb
from twohop.v1 import recall_pb2
from twohop.v1.graph_service_pb2_grpc import GraphServiceStub
from twohop.v1.scope_pb2 import Scope
from twohop.wire.errors import unpack_error


@asynccontextmanager
async def graph(folder: Path) -> AsyncIterator[tuple[App, Any]]:
    """A core and its server's GraphService."""
    async with story(folder) as app:
        server = Server(app.core, settings_for(folder / "data"))
        async with grpc.aio.insecure_channel(f"127.0.0.1:{await server.start()}") as channel:
            yield app, GraphServiceStub(channel)
        await server.stop()


def between(source: str, target: str, **more: Any) -> pb.FindPathsRequest:
    return pb.FindPathsRequest(scope=Scope(user_id="alice"), source=source, target=target, **more)


def names(found: pb.FindPathsResponse) -> list[list[str]]:
    return [[path.steps[0].source.name, *(step.target.name for step in path.steps)] for path in found.paths]


async def test_all_shortest_paths_come_first_then_the_best_of_the_others(tmp_path: Path) -> None:
    """Both short ways, and of the longer ones first the one through things that are connected with little else."""
    async with graph(tmp_path) as (app, service):
        await tell(
            app,
            "Alice knows Bob", "Bob knows Priya", "Alice knows Tom", "Tom knows Priya",
            "Alice lives_in Lisbon", "Lisbon near Porto", "Porto home_of Priya",
            "Alice adopted Rex", "Rex born_in Braga", "Braga home_of Priya",
            *(f"Lisbon near Town{n}" for n in range(12)),
        )  # fmt: skip
        found = await service.FindPaths(between("Alice", "Priya"))
        assert sorted(names(found)[:2]) == [["Alice", "Bob", "Priya"], ["Alice", "Tom", "Priya"]]
        assert names(found)[2:] == [["Alice", "Rex", "Braga", "Priya"], ["Alice", "Lisbon", "Porto", "Priya"]]
        scores = [path.score for path in found.paths]
        assert scores == sorted(scores, reverse=True)
        assert names(await service.FindPaths(between("Alice", "Priya", limit=3))) == names(found)[:3]
        assert list(found.degradations) == []
        assert [one.label for one in (*found.sources, *found.targets)] == ["Alice", "Priya"]


async def test_the_two_ends_are_not_the_same(tmp_path: Path) -> None:
    """By name, by another spelling of it or by id: there is no path from something to itself."""
    async with graph(tmp_path) as (app, service):
        told = await tell(app, "Alice works_at Acme")
        memory = told.outcomes[0].memory
        assert memory is not None
        for target in ("Alice", "alice", memory.revision.triples[0].subject_id):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await service.FindPaths(between("Alice", target))
            error = unpack_error(refused.value, "server")
            assert isinstance(error, InvalidInput)
            assert [violation.field for violation in error.violations] == ["target"]


async def test_a_run_finds_what_it_named_alone(tmp_path: Path) -> None:
    """What another run alone named isn't there for it, under no name and no id."""
    async with graph(tmp_path) as (app, service):
        runs = {run: Scope(user_id="alice", run_id=run) for run in ("spring", "winter")}
        await tell(app, "Alice works_at Acme", scope=replace(ALICE, run_id="spring"))
        told = await tell(app, "Acme owns Birch", scope=replace(ALICE, run_id="winter"))
        memory = told.outcomes[0].memory
        assert memory is not None
        birch = memory.revision.triples[0].object_id
        for scope, target in ((runs["spring"], "Birch"), (runs["spring"], birch), (runs["winter"], "Alice")):
            request = pb.FindPathsRequest(scope=scope, source="Acme", target=target)
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await service.FindPaths(request)
            assert isinstance(unpack_error(refused.value, "server"), NotFound)
        found = await service.FindPaths(pb.FindPathsRequest(scope=runs["winter"], source="Acme", target="Birch"))
        assert names(found) == [["Acme", "Birch"]]
        assert names(await service.FindPaths(between("Alice", "Birch"))) == [["Alice", "Acme", "Birch"]]


async def test_two_of_one_name_are_both_meant_and_told_apart(tmp_path: Path) -> None:
    """Paths of both, each with the id of its own, and labels; an id means the one alone."""
    async with graph(tmp_path) as (app, service):
        told = await tell(app, "Bob works_at Acme", "Bob likes opera", "Alice works_at Acme", "Alice likes opera")
        second = told.outcomes[1].memory
        assert second is not None
        first = second.revision.triples[0].subject_id
        made = await app.core.split_entity(ALICE, first, [second.id], name="", request_id="server")
        found = await service.FindPaths(between("Bob", "Alice", depth=2))
        assert [one.entity.id for one in found.sources] == [first, made.entity.id]
        assert [one.label for one in found.sources] == ["Bob (person 1)", "Bob (person 2)"]
        assert {path.steps[0].source.id: path.steps[-1].source.name for path in found.paths} == {
            first: "Acme",
            made.entity.id: "opera",
        }
        one = await service.FindPaths(between(made.entity.id, "Alice", depth=2))
        assert [path.steps[-1].source.name for path in one.paths] == ["opera"]


@pytest.mark.parametrize(("source", "target"), [("Alice", "Nobody"), ("Nobody", "Alice")])
async def test_a_name_that_nobody_has_is_not_found(tmp_path: Path, source: str, target: str) -> None:
    """The error says which of the two, and what to do."""
    async with graph(tmp_path) as (app, service):
        await tell(app, "Alice works_at Acme")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await service.FindPaths(between(source, target))
        error = unpack_error(caught.value, "server")
        assert isinstance(error, NotFound)
        assert "source" in error.message or target == "Nobody"
        assert "ListEntities" in error.message


async def test_a_busy_person_loses_no_path_and_a_busy_thing_is_bounded(tmp_path: Path) -> None:
    """All relations of the two are read; of a thing between with very many the newest, and then the answer says so."""
    async with graph(tmp_path) as (app, service):
        await tell(app, "Alice knows Bob", "Bob knows Priya")
        for start in range(0, 2 * FAN, FAN):
            await tell(app, *(f"Alice knows Person{n}" for n in range(start, start + FAN)), day=2 + start)
        found = await service.FindPaths(between("Alice", "Priya", depth=2))
        assert names(found) == [["Alice", "Bob", "Priya"]]
        assert list(found.degradations) == []
        for start in range(0, 2 * FAN, FAN):
            await tell(app, *(f"Rex visited Town{n}" for n in range(start, start + FAN)), day=150 + start)
        await tell(app, "Priya adopted Rex", "Faro near Town1", day=300)
        found = await service.FindPaths(between("Priya", "Faro", depth=4))
        assert list(found.degradations) == [recall_pb2.DEGRADATION_BUDGET]


async def test_a_deadline_that_is_over_is_told(tmp_path: Path) -> None:
    """What was read by then is answered from."""
    async with story(tmp_path) as app:
        await tell(app, "Alice works_at Acme")
        past = asyncio.get_running_loop().time() - 1
        found = await app.core.paths(PathsRequest(scope=ALICE, source="Alice", target="Acme", deadline=past))
        assert found.paths == ()
        assert found.degradations == ("DEADLINE",)
        again = await app.core.paths(PathsRequest(scope=ALICE, source="Alice", target="Acme", axes=Axes(as_of=1)))
        assert again.paths == ()
        assert again.degradations == ()
