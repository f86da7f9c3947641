"""The client: in process and over gRPC, with and without asyncio, the same results and the same errors."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from clients import MODES, driven
from twohop import errors
from twohop.errors import InvalidInput, TwohopError
from twohop.memory.ports import Fact

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+[+]00:00")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
pytestmark = pytest.mark.asyncio(loop_scope="module")

SAID = "2025-03-01T09:00:00Z"
EXCHANGE = [
    {"role": "user", "name": "Alice", "content": "Alice works at Acme. Alice likes tea.", "observed_at": SAID},
    {"role": "assistant", "content": "Noted.", "observed_at": SAID},
]
FACTS: list[Fact | str | dict[str, Any]] = [
    {"text": "Bob manages Platform", "subject": "Bob", "predicate": "manages", "object": "Platform", "sources": ["0"]},
    {"text": "Alice is on Platform", "claims": [["Alice", "works_on", "Platform"]], "valid_from": "2025-02"},
    Fact(text="Bob was born in 1990"),
    "Platform is a team",
]


@pytest_asyncio.fixture(params=MODES, scope="module", loop_scope="module")
async def memory(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    """Each of the four in turn, shared by the tests, which differ in their users."""
    async with driven(request.param, tmp_path_factory.mktemp("client") / "data") as client:
        yield client


async def story(memory: Any) -> list[Any]:
    """Everything that a client can do, and what came back."""
    told = []

    async def tell(call: Awaitable[Any]) -> Any:
        told.append(await call)
        return told[-1]

    first = await tell(memory.add(EXCHANGE, user_id="alice", run_id="r1", metadata={"app": "x", "n": 3, "l": [1.5]}))
    await tell(memory.add(EXCHANGE, user_id="alice", run_id="r1", request_id="once"))
    await tell(memory.add(EXCHANGE, user_id="alice", run_id="r1", request_id="once"))
    await tell(memory.add(EXCHANGE[0] | {"content": "Bob is my boss."}, user_id="alice", facts=FACTS))
    await tell(memory.add(EXCHANGE[1] | {"content": "Just saying."}, user_id="alice", infer=False))
    await tell(memory.job(first["job_id"], user_id="alice"))
    await tell(memory.search("Who manages Platform?", user_id="alice", limit=3))
    await tell(memory.search("tea", user_id="alice", as_of="2025-03-02", include_closed=True, include_messages=False))
    asked: dict[str, Any] = {"user_id": "alice", "token_budget": 300, "explain": True, "filters": {"run_ids": ["r1"]}}
    await tell(memory.search("Where does Alice work?", min_score=0.0, timeout=60, **asked))
    listed = await tell(memory.get_all(user_id="alice", limit=50))
    await tell(memory.get_all(user_id="alice", filters={"kinds": ["event"], "metadata": {"app": "x"}}))
    one = listed["results"][0]
    await tell(memory.get(one["id"], user_id="alice"))
    await tell(memory.update(one["id"], "Platform is a team of four", user_id="alice", etag=one["etag"]))
    await tell(memory.update(one["id"], user_id="alice", kind="attribute", categories=["team"], metadata={"a": None}))
    await tell(memory.delete(one["id"], user_id="alice"))
    await tell(memory.restore(one["id"], user_id="alice"))
    await tell(memory.pin(one["id"], user_id="alice"))
    await tell(memory.unpin(one["id"], user_id="alice"))
    await tell(memory.update(one["id"], user_id="alice", expires_at="2999-01-01"))
    versions = await tell(memory.history(one["id"], user_id="alice"))
    await tell(memory.history(one["id"], user_id="alice", as_of="2024-01-01"))
    await tell(memory.revert(versions[-1]["decision_id"], user_id="alice"))
    await tell(memory.pin(first["results"][0]["id"], user_id="alice"))
    later = EXCHANGE[0] | {"content": "Alice works at Birch.", "observed_at": "2025-06-01T09:00:00Z"}
    await tell(memory.add(later, user_id="alice"))
    (found,) = (await tell(memory.conflicts(user_id="alice")))["results"]
    await tell(memory.resolve(found["id"], "accept", user_id="alice"))
    await tell(memory.decisions(user_id="alice", job_id=first["job_id"]))
    await tell(memory.entities(user_id="alice"))
    await tell(memory.entities("ali", user_id="alice", limit=1))
    await tell(memory.relations(user_id="alice", include_closed=True))
    await tell(memory.paths("Bob", "Platform", user_id="alice"))
    return told


def without_ids(told: Any) -> Any:
    """The same with ids numbered in their order, and times other than what was told left out."""
    numbers: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return numbers.setdefault(found[0], f"id-{len(numbers)}")

    def clean(value: Any) -> Any:
        match value:
            case dict():
                return {key: clean(part) for key, part in value.items()}
            case list():
                return [clean(part) for part in value]
            case str():
                return INSTANT.sub(
                    lambda found: found[0] if found[0].startswith(SAID[:-1]) else "time", UUID.sub(number, value)
                )
            case _:
                return value

    return clean(told)


async def test_all_four_tell_the_same_story(tmp_path: Path) -> None:
    """A script that uses every method returns equal results on all four clients, ids and system times aside."""
    stories = []
    for mode in MODES:
        async with driven(mode, tmp_path / mode.replace(" ", "-")) as client:
            stories.append(without_ids(await story(client)))
    assert len(stories[0]) == 31
    assert stories[1] == stories[0]
    assert stories[2] == stories[0]
    assert stories[3] == stories[0]


async def test_all_four_give_an_answer_in_parts(tmp_path: Path) -> None:
    """First hits, then the answer that `recall` gives; leaving early is no error, and the client goes on."""
    for mode in MODES:
        async with driven(mode, tmp_path / mode.replace(" ", "-")) as client:
            await client.add(EXCHANGE, user_id="alice")
            whole = await client.recall("Where does Alice work?", user_id="alice", token_budget=100)
            asked: dict[str, Any] = {"user_id": "alice", "token_budget": 100}
            if mode.startswith("async"):
                parts = [part async for part in client.recall_stream("Where does Alice work?", **asked)]
            else:
                given = await client.recall_stream("Where does Alice work?", **asked)
                parts = await asyncio.to_thread(list, given)
                early = await client.recall_stream("Where does Alice work?", **asked)
                assert await asyncio.to_thread(next, early) == parts[0]
                await asyncio.to_thread(early.close)
            assert next(item.memory.revision.text for item in parts[0].items if item.memory) == "Alice works at Acme"
            assert parts[-1].final == whole == await client.recall("Where does Alice work?", **asked)


async def test_the_usual_loop(memory: Any) -> None:
    """Search before the prompt, add after it: the loop of other memory libraries, with their keyword names."""
    question = "Where does Alice work?"
    found = await memory.search(query=question, user_id="loop", limit=3)
    assert found["results"] == []
    messages = [{"role": "user", "content": question}, {"role": "user", "content": "Alice works at Acme."}]
    await memory.add(messages, user_id="loop")
    found = await memory.search(query=question, user_id="loop", limit=3)
    assert "Alice works at Acme" in "\n".join(f"- {entry['memory']}" for entry in found["results"])


async def test_a_repeated_add_answers_alike(memory: Any) -> None:
    """The same request id gives the same answer; another body under it is refused."""
    first = await memory.add("Alice works at Acme.", user_id="repeated", request_id="r")
    assert await memory.add("Alice works at Acme.", user_id="repeated", request_id="r") == first
    with pytest.raises(errors.RequestIdReused):
        await memory.add("Alice works at Birch.", user_id="repeated", request_id="r")


async def test_a_listing_is_read_over_its_pages(memory: Any) -> None:
    """A limit beyond one page gives everything up to it, each once."""
    facts = [f"Fact number {n}" for n in range(130)]
    for _ in range(2):
        await memory.add("Many.", user_id="many", facts=facts)
        facts = [f"Further {fact}" for fact in facts]
    listed = (await memory.get_all(user_id="many", limit=250))["results"]
    assert len({one["id"] for one in listed}) == 250
    assert len((await memory.get_all(user_id="many", limit=1_000))["results"]) == 260


BAD: dict[str, tuple[Callable[[Any], Awaitable[Any]], type[TwohopError], str]] = {
    "nobody": (lambda m: m.add("x"), InvalidInput, "scope"),
    "blank": (lambda m: m.add("  ", user_id="u"), InvalidInput, "messages[0].content"),
    "too long": (lambda m: m.add("x" * 40_000, user_id="u"), InvalidInput, "messages[0].content"),
    "10 MB": (lambda m: m.add("x" * 10_000_000, user_id="u"), InvalidInput, "messages[0].content"),
    "control": (lambda m: m.add("a\x07b", user_id="u"), InvalidInput, "messages[0].content"),
    "role": (lambda m: m.add({"role": "boss", "content": "x"}, user_id="u"), InvalidInput, "messages[0].role"),
    "no content": (lambda m: m.add({"role": "user"}, user_id="u"), InvalidInput, "messages[0].content"),
    "a key": (lambda m: m.add({"role": "user", "text": "x"}, user_id="u"), InvalidInput, "messages[0].text"),
    "a number": (lambda m: m.add([7], user_id="u"), InvalidInput, "messages[0]"),
    "zone": (
        lambda m: m.add({"role": "user", "content": "x", "time_zone": "Nowhere"}, user_id="u"),
        InvalidInput,
        "messages[0].time_zone",
    ),
    "said when": (
        lambda m: m.add({"role": "user", "content": "x", "observed_at": "soon"}, user_id="u"),
        InvalidInput,
        "messages[0].observed_at",
    ),
    "metadata": (lambda m: m.add("x", user_id="u", metadata={"a": object()}), InvalidInput, "metadata"),
    "triple": (
        lambda m: m.add("x", user_id="u", facts=[{"text": "t", "claims": [["a", "b"]]}]),
        InvalidInput,
        "facts[0].claims[0]",
    ),
    "polarity": (
        lambda m: m.add("x", user_id="u", facts=[{"text": "t", "polarity": "maybe"}]),
        InvalidInput,
        "facts[0].polarity",
    ),
    "limit": (lambda m: m.search("x", user_id="u", limit=0), InvalidInput, "limit"),
    "list limit": (lambda m: m.get_all(user_id="u", limit=0), InvalidInput, "limit"),
    "depth": (lambda m: m.recall("x", user_id="u", depth=9), InvalidInput, "depth"),
    "least score": (lambda m: m.recall("x", user_id="u", min_score=float("nan")), InvalidInput, "min_score"),
    "budget": (lambda m: m.recall("x", user_id="u", token_budget=0), InvalidInput, "render.token_budget"),
    "runs": (lambda m: m.recall("x", user_id="u", filters={"run_ids": ["a\nb"]}), InvalidInput, "filter.run_ids[0]"),
    "runs of a list": (lambda m: m.get_all(user_id="u", filters={"run_ids": ["a"]}), InvalidInput, "filter"),
    "as of": (lambda m: m.recall("x", user_id="u", as_of="whenever"), InvalidInput, "as_of"),
    "filter": (lambda m: m.recall("x", user_id="u", filters={"color": "red"}), InvalidInput, "filters.color"),
    "id": (lambda m: m.get("not-an-id", user_id="u"), InvalidInput, "memory_id"),
    "no change": (
        lambda m: m.update("01890a5d-ac96-774b-bcce-b302099a8057", user_id="u"),
        InvalidInput,
        "update_mask",
    ),
    "missing": (lambda m: m.get("01890a5d-ac96-774b-bcce-b302099a8057", user_id="u"), errors.NotFound, ""),
    "no history": (lambda m: m.history("01890a5d-ac96-774b-bcce-b302099a8057", user_id="u"), errors.NotFound, ""),
    "no paths": (lambda m: m.paths("Nobody", "Nothing", user_id="u"), errors.NotFound, ""),
}


@pytest.mark.parametrize("case", BAD)
async def test_all_four_refuse_alike(case: str, memory: Any) -> None:
    """The same bad input gives the same class of error on the same field, whichever client was used."""
    call, kind, field = BAD[case]
    with pytest.raises(kind) as caught:
        await call(memory)
    fields = [violation.field for violation in getattr(caught.value, "violations", ())]
    assert not field or field in fields


async def test_lone_surrogates_are_refused(memory: Any) -> None:
    """Text that is no Unicode is InvalidInput, before or behind the wire."""
    with pytest.raises(InvalidInput, match="Unicode"):
        await memory.add("\ud800", user_id="u")


async def test_an_unknown_argument_is_no_scope(memory: Any) -> None:
    """A misspelt keyword is a TypeError, not ignored."""
    with pytest.raises(TypeError, match="usr_id"):
        await memory.search("x", usr_id="u")


async def test_a_stale_etag_is_refused(memory: Any) -> None:
    """An update of what has changed since it was read is EtagMismatch and changes nothing."""
    added = await memory.add("x", user_id="etag", facts=["Alice works at Acme"])
    memory_id = added["results"][0]["id"]
    before = await memory.get(memory_id, user_id="etag")
    await memory.update(memory_id, "Alice works at Acme in Lisbon", user_id="etag")
    with pytest.raises(errors.EtagMismatch):
        await memory.delete(memory_id, user_id="etag", etag=before["etag"])
    assert (await memory.get(memory_id, user_id="etag"))["memory"] == "Alice works at Acme in Lisbon"


async def test_times_are_taken_as_datetimes_too(memory: Any) -> None:
    """A datetime and its ISO text mean the same instant; a naive one is UTC."""
    for said in (datetime(2025, 3, 1, 9, tzinfo=UTC), datetime(2025, 3, 1, 9), SAID):  # noqa: DTZ001  # On purpose.
        turn = {"role": "user", "content": "Alice works at Acme.", "observed_at": said}
        await memory.add(turn, user_id=f"at {said}")
        found = await memory.search("Acme", user_id=f"at {said}")
        assert {source["observed_at"] for one in found["results"] for source in one["sources"]} <= {
            "2025-03-01T09:00:00+00:00"
        }
