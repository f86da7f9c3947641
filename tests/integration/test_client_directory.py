"""Exact look-ups through the client, in process and over gRPC, with and without asyncio."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from clients import MODES, driven
from twohop.errors import Conflict, InvalidInput, NotFound, RequestIdReused

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAID = "Alice works at Acme. Alice likes tea."


@pytest_asyncio.fixture(params=MODES, scope="module", loop_scope="module")
async def memory(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    """Each of the four in turn, shared by the tests, which differ in their users."""
    async with driven(request.param, tmp_path_factory.mktemp("client") / "data") as client:
        yield client


async def test_owners_are_counted_and_listed(memory: Any) -> None:
    """What an owner has is told by key; a list goes through all pages; nobody is not found."""
    for number in range(3):
        await memory.add(SAID, user_id=f"owner-{number}", run_id="r")
    one = await memory.owner(user_id="owner-1")
    assert {name: one[name] for name in ("user_id", "messages", "memories", "sessions", "entities")} == {
        "user_id": "owner-1",
        "messages": 1,
        "memories": 2,
        "sessions": 1,
        "entities": 3,
    }
    listed = [owner["user_id"] for owner in (await memory.owners(limit=500))["results"]]
    assert [user for user in listed if user and user.startswith("owner-")] == ["owner-0", "owner-1", "owner-2"]
    assert len((await memory.owners(limit=2))["results"]) == 2
    with pytest.raises(NotFound):
        await memory.owner(user_id="nobody")
    with pytest.raises(InvalidInput):
        await memory.owner()


async def test_sessions_keep_metadata(memory: Any) -> None:
    """Metadata is replaced as a whole, once a request id; the session may be told by its run or by its id."""
    await memory.add(SAID, user_id="talker", run_id="monday")
    changed = await memory.update_session({"topic": "tea"}, user_id="talker", run_id="monday", request_id="s1")
    assert (changed["id"], changed["messages"], changed["metadata"]) == ("monday", 1, {"topic": "tea"})
    await memory.update_session({"mood": "good"}, session_id="monday", user_id="talker")
    again = await memory.update_session({"topic": "tea"}, user_id="talker", run_id="monday", request_id="s1")
    assert again == changed
    assert (await memory.session("monday", user_id="talker"))["metadata"] == {"mood": "good"}
    await memory.update_session({}, user_id="talker")
    assert [one["id"] for one in (await memory.sessions(user_id="talker"))["results"]] == ["default", "monday"]
    with pytest.raises(NotFound):
        await memory.session("tuesday", user_id="talker")
    with pytest.raises(RequestIdReused):
        await memory.update_session({"topic": "rum"}, user_id="talker", run_id="monday", request_id="s1")
    with pytest.raises(InvalidInput):
        await memory.update_session({"x": "y" * 20_000}, user_id="talker")


async def test_an_agent_is_configured(memory: Any) -> None:
    """A configuration is read back, versioned, replaced only by who knows it, and followed by the next add."""
    assert (await memory.agent_config(agent_id="coach"))["version"] == 0
    stored = await memory.set_agent_config(
        agent_id="coach", ignore_categories=["work"], retention_days=7, expected_version=0, request_id="c1"
    )
    assert stored == {"version": 1}
    found = await memory.agent_config(agent_id="coach")
    assert (found["ignore_categories"], found["retention_days"], found["version"]) == (["work"], 7, 1)
    added = await memory.add(SAID, user_id="coached", agent_id="coach")
    assert [(one["memory"], one["status"]) for one in added["results"]] == [
        ("Alice likes tea", None),
        ("Alice works at Acme", "CATEGORY_IGNORED"),
    ]
    assert added["results"][0]["expires_at"] is not None
    with pytest.raises(Conflict):
        await memory.set_agent_config(agent_id="coach", expected_version=0)
    with pytest.raises(InvalidInput, match="no language model"):
        await memory.set_agent_config(agent_id="coach", model="big")
    with pytest.raises(InvalidInput):
        await memory.agent_config(agent_id="coach", user_id="alice")
