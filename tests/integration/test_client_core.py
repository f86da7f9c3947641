"""The core behind the wire is the core: every call gives what the one in process gives, on the same data."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
import pytest_asyncio

from serving import Served, serving
from twohop.client.remote import RemoteCore
from twohop.errors import NotFound
from twohop.graph.model import AgentConfig, Axes, Entity, Evidence, Kind, Owner, Revision, Role, Scope
from twohop.memory.api import AddRequest, Core, Directory, Edit, Filter, Listing, NewMessage, RecallRequest
from twohop.memory.ports import Claim, Fact

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCOPE = Scope(tenant="t", user_id="u", agent_id="a", run_id="r")
PAGE: dict[str, Any] = {"page_size": 2, "page_token": ""}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Served, RemoteCore]]:
    async with serving(tmp_path_factory.mktemp("core") / "data") as served:
        for text in ("Alice works at Acme", "Bob manages Acme", "Alice works at Birch"):
            await served.app.core.add(adding(text))
        remote = RemoteCore(served.address)
        yield served, remote
        await remote.close()


def adding(text: str, request_id: str = "") -> AddRequest:
    subject, predicate, value = text.replace("works at", "works_at").split()
    claim = Claim(subject=subject, predicate=predicate, object=value)
    return AddRequest(
        scope=SCOPE,
        messages=(NewMessage(role=Role.USER, content=f"{text}.", observed_at=1_700_000_000_000_000),),
        facts=(Fact(text=text, claims=(claim,), quote=text),),
        metadata={"app": "x"},
        request_id=request_id,
    )


def shown(value: Any) -> Any:
    """The value without what stays inside the service."""
    if isinstance(value, Revision):
        return replace(value, text_hash="", slot_key="")
    if isinstance(value, Entity):
        return replace(value, key="", normal="")
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{part.name: shown(getattr(value, part.name)) for part in fields(value)})
    if isinstance(value, tuple | list):
        return tuple(shown(part) for part in value)
    if isinstance(value, dict):
        return {key: shown(part) for key, part in value.items()}
    return value


async def known(core: Core) -> dict[str, str]:
    """Ids of a job, a memory that changed, an entity and a message."""
    memories = await core.list(SCOPE, Filter(), Axes(), include_closed=True, page_size=10, page_token="")
    closed = next(m for m in memories.items if m.revision.validity.valid_to is not None)
    decided = await core.decisions(SCOPE, job_id="", memory_id=closed.id, **PAGE)
    entity = closed.revision.triples[0].subject_id
    return {
        "memory": closed.id,
        "job": decided.items[0].job_id,
        "entity": entity,
        "message": closed.evidence[0].message_id,
    }


Ask = Callable[[Core, dict[str, str]], Awaitable[Any]]
READS: dict[str, Ask] = {
    "add": lambda core, _: core.add(adding("Alice works at Acme", request_id="again")),
    "job": lambda core, ids: core.job(SCOPE, ids["job"]),
    "recall": lambda core, _: core.recall(RecallRequest(scope=SCOPE, query="Who manages Acme?", include_closed=True)),
    "get": lambda core, ids: core.get(SCOPE, ids["memory"], Axes()),
    "list": lambda core, _: core.list(SCOPE, Filter(kinds=(Kind.STATE,)), Axes(), include_closed=True, **PAGE),
    "update": lambda core, ids: core.update(
        SCOPE, ids["memory"], Edit(mask=("metadata",), metadata={"n": 1}), etag="", request_id="update"
    ),
    "delete": lambda core, ids: core.delete(SCOPE, ids["memory"], etag="", request_id="delete"),
    "revisions": lambda core, ids: core.revisions(SCOPE, ids["memory"], **PAGE),
    "evidence": lambda core, ids: core.evidence(SCOPE, [Evidence(memory_id="", message_id=ids["message"])] * 2),
    "decisions": lambda core, ids: core.decisions(SCOPE, job_id=ids["job"], memory_id="", **PAGE),
    "entities": lambda core, _: core.entities(SCOPE, name="", axes=Axes(), **PAGE),
    "relations": lambda core, _: core.relations(
        SCOPE, entity_id="", predicate="", axes=Axes(), include_closed=True, **PAGE
    ),
    "entities_by_id": lambda core, ids: core.entities_by_id(SCOPE, [ids["entity"], ids["memory"]], Axes()),
    "paths": lambda core, _: core.paths(SCOPE, source="Bob", target="Acme", depth=2, limit=3, axes=Axes()),
}


AGENT = Scope(tenant="t", agent_id="a")
CONFIG = AgentConfig(instructions="Mind meals.", keep_categories=("food",), ignore_categories=("x",), retention_days=9)
LOOKUPS: dict[str, Callable[[Directory], Awaitable[Any]]] = {
    "owner": lambda directory: directory.owner(SCOPE),
    "owners": lambda directory: directory.owners("t", **PAGE),
    "session": lambda directory: directory.session(SCOPE, ""),
    "sessions": lambda directory: directory.sessions(SCOPE, **PAGE),
    "update_session": lambda directory: directory.update_session(
        SCOPE, "", {"l": [1, {"x": None}]}, request_id="session"
    ),
    "agent_config": lambda directory: directory.agent_config(AGENT, version=0),
    "set_agent_config": lambda directory: directory.set_agent_config(
        AGENT, CONFIG, expected_version=0, request_id="config"
    ),
}


@pytest.mark.parametrize("name", LOOKUPS)
async def test_each_look_up_gives_what_the_core_gives(name: str, both: tuple[Served, RemoteCore]) -> None:
    """Equal values, typed, from both sides; mutations are repeated under one request id."""
    served, remote = both
    await LOOKUPS["set_agent_config"](served.app.core.directory)
    here = await LOOKUPS[name](served.app.core.directory)
    if isinstance(here, Owner):
        here = replace(here, state_seq=0)
    if isinstance(here, Listing):
        here = replace(here, items=tuple(replace(x, state_seq=0) if isinstance(x, Owner) else x for x in here.items))
    assert await LOOKUPS[name](remote.directory) == here


@pytest.mark.parametrize("name", READS)
async def test_each_call_gives_what_the_core_gives(name: str, both: tuple[Served, RemoteCore]) -> None:
    """Equal values, typed, from both sides; mutations are repeated under one request id."""
    served, remote = both
    ids = await known(served.app.core)
    here = await READS[name](served.app.core, ids)
    assert await READS[name](remote, ids) == shown(here)


async def test_no_call_is_left_out() -> None:
    """Every method of the core's protocol is compared."""
    for protocol, compared in ((Core, READS), (Directory, LOOKUPS)):
        methods = {name for name, _ in inspect.getmembers(protocol, inspect.isfunction) if not name.startswith("_")}
        assert set(compared) == methods


async def test_pages_continue_on_either_side(both: tuple[Served, RemoteCore]) -> None:
    """A page token of the core continues over the wire, and ends where the core's list ends."""
    served, remote = both
    first = await served.app.core.list(SCOPE, Filter(), Axes(), include_closed=True, page_size=1, page_token="")
    token = first.next_page_token
    here = await served.app.core.list(SCOPE, Filter(), Axes(), include_closed=True, page_size=5, page_token=token)
    there = await remote.list(SCOPE, Filter(), Axes(), include_closed=True, page_size=5, page_token=token)
    assert there == shown(here)
    assert there.next_page_token == ""


async def test_more_ids_than_one_request_takes(both: tuple[Served, RemoteCore]) -> None:
    """Thousands of ids are asked for in several requests; unknown ones are left out."""
    served, remote = both
    ids = await known(served.app.core)
    unknown = [f"01890a5d-ac96-774b-bcce-{n:012x}" for n in range(2_500)]
    found = await remote.entities_by_id(SCOPE, [*unknown, ids["entity"]], Axes())
    assert list(found) == [ids["entity"]]
    assert await remote.evidence(SCOPE, []) == {}


async def test_a_narrower_scope_hides_what_another_run_said(both: tuple[Served, RemoteCore]) -> None:
    """Agent and run travel with the scope: under another run the memory isn't there."""
    served, remote = both
    ids = await known(served.app.core)
    with pytest.raises(NotFound):
        await remote.get(replace(SCOPE, run_id="other"), ids["memory"], Axes())
