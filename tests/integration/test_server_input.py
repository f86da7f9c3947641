"""Bad input over the wire: a clear refusal, and nothing written."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import pytest
import pytest_asyncio
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.struct_pb2 import Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp

from serving import Served, serving
from twohop.errors import InvalidInput, NotServed, TwohopError
from twohop.v1 import fact_pb2, memory_pb2
from twohop.v1 import graph_service_pb2 as graph_pb
from twohop.v1 import memory_service_pb2 as pb
from twohop.v1.message_pb2 import NewMessage
from twohop.v1.scope_pb2 import Scope, View
from twohop.wire.errors import unpack_error

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCOPE = Scope(user_id="careful")
ID = "01890a5d-ac96-774b-bcce-b302099a8057"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with serving(tmp_path_factory.mktemp("input") / "data") as running:
        yield running


async def refused(call: Any) -> TwohopError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return unpack_error(caught.value, "server")


def said(**fields: Any) -> NewMessage:
    return NewMessage(**{"role": "ROLE_USER", "content": "Ann works at Acme.", **fields})


def adding(**fields: Any) -> pb.AddMemoriesRequest:
    return pb.AddMemoriesRequest(**{"scope": SCOPE, "messages": [said()], **fields})


def deep(levels: int) -> Struct:
    inner = Struct(fields={"x": Value(number_value=1)})
    for _ in range(levels - 1):
        inner = Struct(fields={"x": Value(struct_value=inner)})
    return inner


CLAIM = fact_pb2.Claim(subject="Ann", predicate="works_at", object="Acme")


def giving(**fields: Any) -> pb.AddMemoriesRequest:
    return adding(facts=fact_pb2.GivenFacts(facts=[fact_pb2.Fact(text="Ann works at Acme.", **fields)]))


BAD_ADDS: dict[str, tuple[pb.AddMemoriesRequest, str]] = {
    "no scope": (pb.AddMemoriesRequest(messages=[said()]), "scope"),
    "a scope of spaces": (adding(scope=Scope(user_id="  ")), "scope"),
    "a line break in the user's id": (adding(scope=Scope(user_id="a\nb")), "scope.user_id"),
    "no messages": (adding(messages=[]), "messages"),
    "a blank message": (adding(messages=[said(content=" \n")]), "messages[0].content"),
    "a control character": (adding(messages=[said(), said(content="a\x00b")]), "messages[1].content"),
    "a message of 10 MB": (adding(messages=[said(content="x" * 10_000_000)]), "messages[0].content"),
    "201 messages": (adding(messages=[said()] * 201), "messages"),
    "no role": (adding(messages=[NewMessage(content="hello")]), "messages[0].role"),
    "an unknown role": (adding(messages=[NewMessage(role=99, content="hello")]), "messages[0].role"),  # type: ignore[arg-type]
    "an unknown zone": (adding(messages=[said(time_zone="Mars/Olympus")]), "messages[0].time_zone"),
    "a time beyond the calendar": (
        adding(messages=[said(observe_time=Timestamp(seconds=2**40))]),
        "messages[0].observe_time",
    ),
    "negative nanoseconds": (adding(messages=[said(observe_time=Timestamp(nanos=-1))]), "messages[0].observe_time"),
    "metadata nested too deep": (adding(metadata=deep(6)), "metadata"),
    "metadata too large": (adding(metadata=Struct(fields={"x": Value(string_value="y" * 17_000)})), "metadata"),
    "a number that is none": (adding(metadata=Struct(fields={"x": Value(number_value=float("nan"))})), "metadata.x"),
    "a value without a kind": (adding(metadata=Struct(fields={"x": Value()})), "metadata.x"),
    "a request id of 300 characters": (adding(request_id="r" * 300), "request_id"),
    "a fact of an unknown kind": (
        adding(facts=fact_pb2.GivenFacts(facts=[fact_pb2.Fact(text="x", kind=77)])),  # type: ignore[arg-type]
        "facts[0].kind",
    ),
    "a fact since no date": (
        adding(facts=fact_pb2.GivenFacts(facts=[fact_pb2.Fact(text="x", valid_from="soon")])),
        "facts[0].valid_from",
    ),
    "a fact of 9 claims": (giving(claims=[CLAIM] * 9), "facts[0].claims"),
    "a fact of 33 entities": (giving(entities=[fact_pb2.NamedEntity(name="Ann")] * 33), "facts[0].entities"),
    "a fact from 201 sources": (giving(sources=["0"] * 201), "facts[0].sources"),
    "a fact with 17 cues": (giving(cues=["job"] * 17), "facts[0].cues"),
    "a fact of 17 categories": (giving(categories=["work"] * 17), "facts[0].categories"),
    "an entity of 17 kinds": (
        giving(entities=[fact_pb2.NamedEntity(name="Ann", kinds=["dog"] * 17)]),
        "facts[0].entities[0].kinds",
    ),
    "a source of 5,000 digits": (giving(sources=["9" * 5_000]), "facts[0].sources[0]"),
    "a long category": (giving(categories=["work", "w" * 300]), "facts[0].categories[1]"),
    "a long type": (
        giving(entities=[fact_pb2.NamedEntity(name="Ann", type="t" * 300)]),
        "facts[0].entities[0].type",
    ),
    "a long kind": (
        giving(entities=[fact_pb2.NamedEntity(name="Ann", kinds=["k" * 300])]),
        "facts[0].entities[0].kinds[0]",
    ),
}


@pytest.mark.parametrize("case", BAD_ADDS)
async def test_a_bad_add_is_refused_and_nothing_is_written(case: str, served: Served) -> None:
    """A request that can't be served names its field, and leaves no message and no memory behind."""
    request, field = BAD_ADDS[case]
    error = await refused(served.memory.AddMemories(request))
    assert isinstance(error, InvalidInput)
    assert field in [violation.field for violation in error.violations]
    assert await served.app.ledger.partitions(10) == []


async def test_a_source_that_is_no_place_is_taken_for_what_it_says(served: Served) -> None:
    """A source of more digits than the request has places, or of other digits than ours, breaks nothing."""
    for source in ("9" * 200, "\u0663", "\u00b2"):
        request = giving(sources=[source])
        request.dry_run = True
        added = await served.memory.AddMemories(request)
        assert [outcome.memory.revision.text for outcome in added.job.outcomes] == ["Ann works at Acme."]


async def test_every_violation_is_named_at_once(served: Served) -> None:
    """Two wrong roles and a wrong time are told together."""
    request = adding(
        messages=[NewMessage(content="a"), NewMessage(content="b"), said(observe_time=Timestamp(nanos=-5))]
    )
    error = await refused(served.memory.AddMemories(request))
    assert isinstance(error, InvalidInput)
    assert [v.field for v in error.violations] == ["messages[0].role", "messages[1].role", "messages[2].observe_time"]


def recall(**fields: Any) -> pb.RecallRequest:
    return pb.RecallRequest(**{"scope": SCOPE, "query": "Where does Ann work?", **fields})


def streamed(question: pb.RecallRequest) -> pb.RecallStreamRequest:
    return pb.RecallStreamRequest(scope=SCOPE, recall=question)


BAD_READS: dict[str, tuple[Callable[[Served], Any], str]] = {
    "a blank question": (lambda s: s.memory.Recall(recall(query=" ")), "query"),
    "a question of 20,000 characters": (lambda s: s.memory.Recall(recall(query="why " * 5_000)), "query"),
    "a limit of 0": (lambda s: s.memory.Recall(recall(limit=0)), "limit"),
    "a limit below 0": (lambda s: s.memory.Recall(recall(limit=-3)), "limit"),
    "a huge limit": (lambda s: s.memory.Recall(recall(limit=2**31 - 1)), "limit"),
    "depth 5": (lambda s: s.memory.Recall(recall(depth=5)), "depth"),
    "depth below 0": (lambda s: s.memory.Recall(recall(depth=-1)), "depth"),
    "a budget of 0": (lambda s: s.memory.Recall(recall(render={"token_budget": 0})), "render.token_budget"),
    "a budget of 100,001": (lambda s: s.memory.Recall(recall(render={"token_budget": 100_001})), "render.token_budget"),
    "a least score that is none": (lambda s: s.memory.Recall(recall(min_score=float("inf"))), "min_score"),
    "an empty run": (
        lambda s: s.memory.Recall(recall(filter=memory_pb2.Filter(run_ids=["r", ""]))),
        "filter.run_ids[1]",
    ),
    "1,001 runs": (
        lambda s: s.memory.Recall(recall(filter=memory_pb2.Filter(run_ids=["r"] * 1_001))),
        "filter.run_ids",
    ),
    "memories of a run": (
        lambda s: s.memory.ListMemories(pb.ListMemoriesRequest(scope=SCOPE, filter=memory_pb2.Filter(run_ids=["r"]))),
        "filter",
    ),
    "a stream of depth 5": (lambda s: s.memory.RecallStream(streamed(recall(depth=5))).read(), "depth"),
    "a stream about someone else": (
        lambda s: s.memory.RecallStream(streamed(recall(scope=Scope(user_id="other")))).read(),
        "recall.scope",
    ),
    "arms that are none": (lambda s: s.memory.Recall(recall(arms=9)), "arms"),
    "a kind that is none": (
        lambda s: s.memory.Recall(recall(filter=memory_pb2.Filter(kinds=[1, 50]))),  # type: ignore[list-item]
        "filter.kinds[1]",
    ),
    "as of no time": (lambda s: s.memory.Recall(recall(view=View(as_of=Timestamp(seconds=-(2**50))))), "view.as_of"),
    "a token that is none": (lambda s: s.memory.Recall(recall(view=View(at_least="zzz"))), "view.at_least"),
    "a page that is too large": (
        lambda s: s.memory.ListMemories(pb.ListMemoriesRequest(scope=SCOPE, page_size=1_001)),
        "page_size",
    ),
    "a page size below 0": (
        lambda s: s.graph.ListEntities(graph_pb.ListEntitiesRequest(scope=SCOPE, page_size=-1)),
        "page_size",
    ),
    "a malformed memory id": (
        lambda s: s.memory.GetMemory(pb.GetMemoryRequest(scope=SCOPE, memory_id="7")),
        "memory_id",
    ),
    "a malformed job id": (lambda s: s.memory.GetJob(pb.GetJobRequest(scope=SCOPE, job_id="")), "job_id"),
    "no ids": (lambda s: s.memory.BatchGetMessages(pb.BatchGetMessagesRequest(scope=SCOPE)), "message_ids"),
    "1,001 ids": (
        lambda s: s.graph.BatchGetEntities(graph_pb.BatchGetEntitiesRequest(scope=SCOPE, entity_ids=[ID] * 1_001)),
        "entity_ids",
    ),
    "no adds in a batch": (
        lambda s: s.memory.BatchAddMemories(pb.BatchAddMemoriesRequest(scope=SCOPE)),
        "requests",
    ),
    "an update of nothing": (
        lambda s: s.memory.UpdateMemory(pb.UpdateMemoryRequest(scope=SCOPE, memory_id=ID)),
        "update_mask",
    ),
    "an update of what can't be changed": (
        lambda s: s.memory.UpdateMemory(
            pb.UpdateMemoryRequest(scope=SCOPE, memory_id=ID, update_mask=FieldMask(paths=["etag"]))
        ),
        "update_mask",
    ),
    "an update to no kind": (
        lambda s: s.memory.UpdateMemory(
            pb.UpdateMemoryRequest(scope=SCOPE, memory_id=ID, update_mask=FieldMask(paths=["kind"]))
        ),
        "memory.kind",
    ),
    "a job as of": (
        lambda s: s.memory.GetJob(pb.GetJobRequest(scope=SCOPE, job_id=ID, view=View(as_of=Timestamp(seconds=1)))),
        "view.as_of",
    ),
    "a job known at": (
        lambda s: s.memory.GetJob(pb.GetJobRequest(scope=SCOPE, job_id=ID, view=View(known_at=Timestamp(seconds=1)))),
        "view.known_at",
    ),
    "decisions as of": (
        lambda s: s.memory.ListDecisions(pb.ListDecisionsRequest(scope=SCOPE, view=View(as_of=Timestamp(seconds=1)))),
        "as_of",
    ),
    "no resolution": (
        lambda s: s.memory.ResolveConflict(pb.ResolveConflictRequest(scope=SCOPE, memory_id=ID)),
        "resolution",
    ),
    "a resolution of 9": (
        lambda s: s.memory.ResolveConflict(
            pb.ResolveConflictRequest(scope=SCOPE, memory_id=ID, resolution=9)  # type: ignore[arg-type]  # Of a newer version.
        ),
        "resolution",
    ),
    "a mask of ours": (
        lambda s: s.memory.UpdateMemory(
            pb.UpdateMemoryRequest(scope=SCOPE, memory_id=ID, update_mask=FieldMask(paths=["expires_at"]))
        ),
        "update_mask",
    ),
    "paths of depth 9": (
        lambda s: s.graph.FindPaths(graph_pb.FindPathsRequest(scope=SCOPE, source="a", target="b", depth=9)),
        "depth",
    ),
}


@pytest.mark.parametrize("case", BAD_READS)
async def test_a_bad_request_names_its_field(case: str, served: Served) -> None:
    """What is out of range or malformed is INVALID_ARGUMENT with the field's path."""
    call, field = BAD_READS[case]
    error = await refused(call(served))
    assert isinstance(error, InvalidInput)
    assert field in [violation.field for violation in error.violations]


@pytest.mark.parametrize("token", ["!!!", "aGVsbG8=", "W10", "x" * 5_000])
@pytest.mark.parametrize("method", ["ListMemories", "ListDecisions"])
async def test_a_malformed_page_token_has_its_own_reason(method: str, token: str, served: Served) -> None:
    """A page token of another kind is INVALID_PAGE_TOKEN, whatever it holds."""
    request = getattr(pb, f"{method}Request")(scope=SCOPE, page_token=token)
    error = await refused(getattr(served.memory, method)(request))
    assert error.reason == "INVALID_PAGE_TOKEN"


@pytest.mark.parametrize("request_bytes", [b"\x12\x02\xff\xfe", b"\x0a\xff", b"\xff" * 40], ids=["utf8", "cut", "junk"])
async def test_bytes_that_are_no_request_are_refused(request_bytes: bytes, served: Served) -> None:
    """Invalid UTF-8 in a string and malformed messages are InvalidInput, like any other."""
    raw: Any = served.channel.unary_unary("/twohop.v1.MemoryService/Recall")
    error = await refused(raw(request_bytes))
    assert isinstance(error, InvalidInput)
    assert "UTF-8" in error.message


async def test_a_request_beyond_the_transport_is_refused(served: Served) -> None:
    """20 MB are refused by the transport itself, as a limit that is reached."""
    error = await refused(served.memory.AddMemories(adding(messages=[said(content="x" * 20_000_000)])))
    assert error.reason == "EXHAUSTED"
    assert "too large" in error.message


async def test_an_unknown_method_is_unimplemented(served: Served) -> None:
    """A method of a newer version is UNIMPLEMENTED."""
    raw: Any = served.channel.unary_unary("/twohop.v1.MemoryService/Dream")
    error = await refused(raw(b""))
    assert isinstance(error, NotServed)
