"""The core behind the wire is the core: every call gives what the one in process gives, on the same data."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from serving import Served, serving
from twohop.client.remote import RemoteCore
from twohop.errors import Conflict, NotFound
from twohop.graph.model import (
    AgentConfig,
    Axes,
    Decision,
    Entity,
    Evidence,
    JobState,
    Kind,
    Owner,
    Revision,
    Role,
    Scope,
)
from twohop.memory.api import (
    AddRequest,
    AddResult,
    Core,
    Directory,
    Edit,
    Filter,
    Listing,
    NewMessage,
    PathsRequest,
    RecallPart,
    RecallRequest,
    Resolution,
)
from twohop.memory.ports import Claim, Fact

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCOPE = Scope(tenant="t", user_id="u", agent_id="a", run_id="r")
FAR_AWAY = 4_000_000_000_000_000
PAGE: dict[str, Any] = {"page_size": 2, "page_token": ""}


class Both(NamedTuple):
    """The core in process and the one behind the wire, on the same data, and ids of what is there."""

    served: Served
    remote: RemoteCore
    ids: dict[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Both]:
    async with serving(tmp_path_factory.mktemp("core") / "data") as served:
        core = served.app.core
        for text in ("Alice works at Acme", "Bob manages Acme", "Alice works at Birch", "Bob leads Delta"):
            await core.add(adding(text))
        pinned = (await core.add(adding("Carol works at Cedar"))).outcomes[0].decision.memory_id
        await core.pin(SCOPE, pinned, pinned=True, etag="", request_id="")
        await core.add(adding("Carol works at Dune"))
        remote = RemoteCore(served.address)
        yield Both(served, remote, await known(core))
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


INSIDE: dict[type, dict[str, Any]] = {
    Decision: {"input": {}},
    Entity: {"key": "", "normal": ""},
    Evidence: {"decision_id": ""},
    Revision: {"text_hash": "", "slot_key": ""},
}
"""What stays inside the service, as a client sees it."""


def shown(value: Any) -> Any:
    """The value without what stays inside the service."""
    value = replace(value, **INSIDE[type(value)]) if type(value) in INSIDE else value
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{part.name: shown(getattr(value, part.name)) for part in fields(value)})
    if isinstance(value, tuple | list):
        return tuple(shown(part) for part in value)
    if isinstance(value, dict):
        return {key: shown(part) for key, part in value.items()}
    return value


async def known(core: Core) -> dict[str, str]:
    """Ids of a job, memories that changed and that are disputed, a decision, an entity and a message."""
    memories = await core.list(SCOPE, Filter(), Axes(), include_closed=True, page_size=10, page_token="")
    closed = next(m for m in memories.items if m.revision.validity.valid_to is not None)
    decided = await core.decisions(SCOPE, Axes(), job_id="", memory_id=closed.id, **PAGE)
    entity = closed.revision.triples[0].subject_id
    return {
        "memory": closed.id,
        "job": decided.items[0].job_id,
        "entity": entity,
        "message": closed.evidence[0].message_id,
        "other": closed.revision.triples[0].object_id,
        "ended": next(m.id for m in memories.items if m.revision.text == "Bob manages Acme"),
        "decision": next(m.revision.decision_id for m in memories.items if m.revision.text == "Bob leads Delta"),
        "disputed": next(m.id for m in memories.items if m.revision.text == "Carol works at Dune"),
    }


async def watched(core: Core, job_id: str) -> tuple[AddResult, ...]:
    return tuple([change async for change in core.watch_job(SCOPE, job_id)])


async def told_of(steered: Awaitable[AddResult]) -> AddResult | str:
    """The job, whose owner's sequence doesn't travel with it, or why it can't be steered so."""
    try:
        return replace(await steered, seq=0)
    except Conflict as e:
        return str(e)


QUESTION = RecallRequest(
    scope=SCOPE,
    query="Who managed Acme in 2023?",
    min_score=0.0,
    token_budget=300,
    explain=True,
    where=Filter(run_ids=("r", "elsewhere")),
)


async def every(parts: AsyncIterator[RecallPart]) -> tuple[RecallPart, ...]:
    return tuple([part async for part in parts])


Ask = Callable[[Core, dict[str, str]], Awaitable[Any]]
READS: dict[str, Ask] = {
    "add": lambda core, _: core.add(adding("Alice works at Acme", request_id="again")),
    "job": lambda core, ids: core.job(SCOPE, ids["job"]),
    "watch_job": lambda core, ids: watched(core, ids["job"]),
    "list_jobs": lambda core, _: core.list_jobs(SCOPE, states=[JobState.DONE], **PAGE),
    "cancel_job": lambda core, ids: told_of(core.cancel_job(SCOPE, ids["job"], request_id="cancel")),
    "replay_job": lambda core, ids: told_of(core.replay_job(SCOPE, ids["job"], request_id="replay")),
    "recall": lambda core, _: core.recall(QUESTION),
    "recall_stream": lambda core, _: every(core.recall_stream(replace(QUESTION, include_closed=True))),
    "get": lambda core, ids: core.get(SCOPE, ids["memory"], Axes()),
    "list": lambda core, _: core.list(SCOPE, Filter(kinds=(Kind.STATE,)), Axes(), include_closed=True, **PAGE),
    "update": lambda core, ids: core.update(
        SCOPE,
        ids["memory"],
        Edit(mask=("metadata", "expires_at"), metadata={"n": 1}, expires_at=FAR_AWAY),
        etag="",
        request_id="update",
    ),
    "delete": lambda core, ids: core.delete(SCOPE, ids["memory"], etag="", request_id="delete"),
    "restore": lambda core, ids: core.restore(SCOPE, ids["ended"], etag="", request_id="restore"),
    "pin": lambda core, ids: core.pin(SCOPE, ids["memory"], pinned=True, etag="", request_id="pin"),
    "revert": lambda core, ids: core.revert(SCOPE, ids["decision"], request_id="revert"),
    "conflicts": lambda core, _: core.conflicts(SCOPE, Axes(), **PAGE),
    "resolve": lambda core, ids: core.resolve(SCOPE, ids["disputed"], Resolution.REJECT, request_id="resolve"),
    "revisions": lambda core, ids: core.revisions(SCOPE, ids["memory"], Axes(), **PAGE),
    "evidence": lambda core, ids: core.evidence(SCOPE, [Evidence(memory_id="", message_id=ids["message"])] * 2, Axes()),
    "decisions": lambda core, ids: core.decisions(SCOPE, Axes(), job_id=ids["job"], memory_id="", **PAGE),
    "entities": lambda core, _: core.entities(SCOPE, name="", axes=Axes(), **PAGE),
    "split_entity": lambda core, ids: core.split_entity(
        SCOPE, ids["entity"], [ids["memory"]], name="Bob Two", request_id="split"
    ),
    "merge_entities": lambda core, ids: core.merge_entities(SCOPE, ids["entity"], ids["other"], request_id="merge"),
    "relations": lambda core, _: core.relations(
        SCOPE, entity_id="", predicate="", axes=Axes(), include_closed=True, **PAGE
    ),
    "entities_by_id": lambda core, ids: core.entities_by_id(SCOPE, [ids["entity"], ids["memory"]], Axes()),
    "paths": lambda core, _: core.paths(PathsRequest(scope=SCOPE, source="Bob", target="Acme", depth=2, limit=3)),
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
async def test_each_look_up_gives_what_the_core_gives(name: str, both: Both) -> None:
    """Equal values, typed, from both sides; mutations are repeated under one request id."""
    served, remote, _ = both
    await LOOKUPS["set_agent_config"](served.app.core.directory)
    here = await LOOKUPS[name](served.app.core.directory)
    if isinstance(here, Owner):
        here = replace(here, state_seq=0)
    if isinstance(here, Listing):
        here = replace(here, items=tuple(replace(x, state_seq=0) if isinstance(x, Owner) else x for x in here.items))
    assert await LOOKUPS[name](remote.directory) == here


@pytest.mark.parametrize("name", READS)
async def test_each_call_gives_what_the_core_gives(name: str, both: Both) -> None:
    """Equal values, typed, from both sides; mutations are repeated under one request id."""
    served, remote, ids = both
    here = await READS[name](served.app.core, ids)
    assert await READS[name](remote, ids) == shown(here)


async def test_no_call_is_left_out() -> None:
    """Every method of the core's protocol is compared."""
    for protocol, compared in ((Core, READS), (Directory, LOOKUPS)):
        methods = {name for name, _ in inspect.getmembers(protocol, inspect.isfunction) if not name.startswith("_")}
        assert set(compared) == methods


async def test_pages_continue_on_either_side(both: Both) -> None:
    """A page token of the core continues over the wire, and ends where the core's list ends."""
    served, remote, _ = both
    first = await served.app.core.list(SCOPE, Filter(), Axes(), include_closed=True, page_size=1, page_token="")
    token = first.next_page_token
    here = await served.app.core.list(SCOPE, Filter(), Axes(), include_closed=True, page_size=5, page_token=token)
    there = await remote.list(SCOPE, Filter(), Axes(), include_closed=True, page_size=5, page_token=token)
    assert there == shown(here)
    assert there.next_page_token == ""


async def test_more_ids_than_one_request_takes(both: Both) -> None:
    """Thousands of ids are asked for in several requests; unknown ones are left out."""
    _, remote, ids = both
    unknown = [f"01890a5d-ac96-774b-bcce-{n:012x}" for n in range(2_500)]
    found = await remote.entities_by_id(SCOPE, [*unknown, ids["entity"]], Axes())
    assert list(found) == [ids["entity"]]
    assert await remote.evidence(SCOPE, [], Axes()) == {}


async def test_a_narrower_scope_hides_what_another_run_said(both: Both) -> None:
    """Agent and run travel with the scope: under another run the memory isn't there."""
    _, remote, ids = both
    with pytest.raises(NotFound):
        await remote.get(replace(SCOPE, run_id="other"), ids["memory"], Axes())
