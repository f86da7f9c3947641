"""The wire's mapping loses nothing: what is packed comes back equal."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twohop.errors import InvalidInput, TwohopError
from twohop.graph.model import (
    Axes,
    Decision,
    Effect,
    Entity,
    Evidence,
    JobState,
    Kind,
    Memory,
    Message,
    Moment,
    Operation,
    Relation,
    Revision,
    Role,
    Scope,
    Triple,
    Validity,
)
from twohop.memory.api import (
    AddRequest,
    AddResult,
    Citation,
    Contradiction,
    Degradation,
    Edit,
    Explanation,
    Filter,
    Item,
    Labelled,
    NewMessage,
    Outcome,
    Path,
    PathsResult,
    Placement,
    RecallPart,
    RecallRequest,
    RecallResult,
    RenderedContext,
    Resolution,
    Scores,
    Step,
)
from twohop.memory.moment import When
from twohop.memory.ports import Claim, Fact, Named, Usage
from twohop.v1 import memory_service_pb2 as pb
from twohop.v1 import scope_pb2
from twohop.wire.adds import pack_add, pack_job, unpack_add, unpack_job
from twohop.wire.changes import pack_conflict, unpack_conflict, unpack_resolution
from twohop.wire.edits import pack_edit, pack_filter, unpack_edit, unpack_filter
from twohop.wire.enums import KINDS, RESOLUTIONS
from twohop.wire.metadata import pack_metadata, unpack_metadata
from twohop.wire.paths import pack_paths, unpack_paths_result
from twohop.wire.reading import Reader
from twohop.wire.recalls import pack_answer, pack_part, pack_recall, unpack_answer, unpack_part, unpack_recall
from twohop.wire.scopes import pack_scope, pack_view, unpack_axes, unpack_scope
from twohop.wire.tokens import pack_token, sequence_in, unpack_token

SCOPE = Scope(user_id="u")
MINE = SCOPE.partition

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
word = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
micros = st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999)
number = st.floats(allow_nan=False)
small = st.integers(0, 2**31 - 1)
json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
metadata = st.dictionaries(text, json, max_size=3)


def several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, max_size=2).map(tuple)


moments = st.builds(Moment, at=micros, time_zone=st.sampled_from(["UTC", "Asia/Tokyo"]))
validities = st.builds(Validity, moments, st.none() | moments)
triples = st.builds(Triple, text, text, word, st.just("")) | st.builds(Triple, text, text, st.just(""), text)
messages = st.builds(
    Message,
    id=text,
    partition=st.just(MINE),
    session=text,
    role=st.sampled_from(Role),
    name=text,
    content=text,
    observed_at=micros,
    time_zone=text,
    agent_id=text,
    run_id=text,
    position=small,
    recorded_at=micros,
)
revisions = st.builds(
    Revision,
    id=text,
    memory_id=text,
    partition=st.just(MINE),
    number=small,
    text=text,
    kind=st.sampled_from(Kind),
    validity=validities,
    operation=st.sampled_from(Operation),
    decider=text,
    reason=text,
    decision_id=text,
    triples=several(triples),
    slot_key=st.just(""),
    text_hash=st.just(""),
    cues=several(text),
    occurred_until=st.none() | moments,
    metadata=metadata,
    categories=several(text),
    expires_at=st.none() | micros,
    superseded_by=text,
    supersedes=text,
    recorded_at=micros,
    superseded_at=st.none() | micros,
)


@st.composite
def memories(draw: st.DrawFn) -> Memory:
    memory_id = draw(text)
    evidence = st.builds(
        Evidence,
        memory_id=st.just(memory_id),
        message_id=text,
        quote=text,
        agent_id=text,
        run_id=text,
        recorded_at=micros,
    )
    return Memory(
        id=memory_id,
        partition=MINE,
        created_at=draw(micros),
        revision=draw(revisions),
        evidence=draw(several(evidence)),
    )


entities = st.builds(
    Entity,
    id=text,
    partition=st.just(MINE),
    key=st.just(""),
    name=text,
    normal=st.just(""),
    type=text,
    kinds=several(text),
    aliases=several(text),
    recorded_at=micros,
)


@st.composite
def relations(draw: st.DrawFn) -> Relation:
    triple = draw(triples)
    return Relation(
        id=draw(text),
        partition=MINE,
        key=triple.key(MINE),
        triple=triple,
        text=draw(text),
        validity=draw(validities),
        support=draw(several(text)),
        confidence=draw(number),
        recorded_at=draw(micros),
        superseded_at=draw(st.none() | micros),
    )


steps = st.builds(Step, relation=relations(), memory=memories(), source=entities, target=st.none() | entities)
paths = st.builds(Path, steps=several(steps), score=number, answer=text)
scores = st.builds(Scores, **dict.fromkeys(Scores.__slots__, number))
items = st.builds(
    Item,
    scores=scores,
    memory=memories(),
    message=st.none(),
    sources=several(messages),
    path=st.none() | small,
    explanation=st.none(),
) | st.builds(
    Item,
    scores=scores,
    memory=st.none(),
    message=messages,
    sources=st.just(()),
    path=st.none() | small,
    explanation=st.builds(
        Explanation,
        text=text,
        placement=st.sampled_from(Placement),
        words=several(text),
        first_rank=st.none() | small,
        bridge=text,
        bridge_memory_id=text,
    ),
)
contexts = st.builds(
    RenderedContext,
    text=text,
    tokens=small,
    tokenizer=text,
    citations=several(st.builds(Citation, memory_id=text, message_ids=several(text))),
)
degradations = [value for name, value in vars(Degradation).items() if name.isupper()]
answers = st.builds(
    RecallResult,
    items=several(items),
    paths=several(paths),
    entities=several(entities),
    gate=number,
    degradations=several(st.sampled_from(degradations)),
    read_time=micros,
    seq=small,
    asked_time=st.none() | st.tuples(micros, st.none() | micros),
    context=st.none() | contexts,
)
labelled = several(st.builds(Labelled, entity=entities, label=text))
connections = st.builds(
    PathsResult,
    paths=several(paths),
    sources=labelled,
    targets=labelled,
    degradations=several(st.sampled_from(degradations)),
    read_time=micros,
    seq=small,
)
decisions = st.builds(
    Decision,
    id=text,
    partition=st.just(MINE),
    job_id=text,
    position=small,
    operation=st.sampled_from(Operation),
    decider=text,
    fact=text,
    memory_id=text,
    revision_id=text,
    target_id=text,
    reason=text,
    refused=st.sampled_from(["", *Operation]).map(str),
    rule=text,
    status=text,
    effects=several(st.builds(Effect, text, text, text)),
    reverts=text,
    recorded_at=micros,
)
outcomes = st.builds(
    Outcome,
    decision=decisions,
    memory=st.none() | memories(),
    target=st.none() | memories(),
    relations=several(relations()),
)
results = st.builds(
    AddResult,
    job_id=text,
    state=st.sampled_from(JobState),
    message_ids=several(text),
    outcomes=several(outcomes),
    entities=several(entities),
    usage=st.builds(Usage, **dict.fromkeys(Usage.__slots__, small)),
    error=text,
    seq=small,
)
facts = st.builds(
    Fact,
    text=text,
    claims=several(st.builds(Claim, subject=text, predicate=text, object=text)),
    entities=several(st.builds(Named, name=text, type=text, kinds=several(text))),
    valid_from=st.none() | st.builds(When, word),
    valid_to=st.none() | st.builds(When, word),
    quote=text,
    sources=several(text),
    cues=several(text),
    categories=several(text),
)
filters = st.builds(
    Filter,
    categories=several(text),
    entity_ids=several(text),
    metadata=metadata,
    observed_from=st.none() | micros,
    observed_to=st.none() | micros,
    run_ids=several(text),
)
axes = st.builds(Axes, as_of=st.none() | micros, known_at=st.none() | micros)
adds = st.builds(
    AddRequest,
    scope=st.just(SCOPE),
    messages=several(st.builds(NewMessage, content=text, name=text, observed_at=st.none() | micros, time_zone=word)),
    request_id=text,
    facts=st.none() | several(facts),
    metadata=metadata,
)
questions = st.builds(
    RecallRequest,
    scope=st.just(SCOPE),
    query=text,
    limit=small,
    depth=small,
    axes=axes,
    where=filters,
    arms=st.sampled_from(["", "vector", "vector+bm25"]),
    min_score=st.none() | number,
    token_budget=st.none() | small,
    explain=st.booleans(),
    deadline=st.none(),
)


@given(adds)
def test_an_add_arrives_as_sent(add: AddRequest) -> None:
    """Messages, given facts and metadata survive the wire, an absent list apart from an empty one."""
    assert unpack_add(pb.AddMemoriesRequest.FromString(pack_add(add).SerializeToString()), SCOPE) == add


@given(questions)
def test_a_question_arrives_as_sent(question: RecallRequest) -> None:
    """Limits, axes, filters, arms and what else is wanted survive the wire."""
    assert (
        unpack_recall(pb.RecallRequest.FromString(pack_recall(question).SerializeToString()), SCOPE, None) == question
    )


@given(answers)
def test_an_answer_arrives_as_given(answer: RecallResult) -> None:
    """Items, score parts, paths with both directions, contexts and degradations survive the wire, in parts too."""
    assert unpack_answer(pack_answer(answer, SCOPE), MINE) == answer
    for part in (RecallPart(items=answer.items, paths=answer.paths), RecallPart(final=answer)):
        assert unpack_part(pack_part(part, SCOPE), MINE) == part


@given(connections)
def test_paths_arrive_as_given(found: PathsResult) -> None:
    """Paths, the labels of what they connect and what is missing survive the wire."""
    assert unpack_paths_result(pack_paths(found, SCOPE), MINE) == found


@given(results)
def test_a_job_arrives_as_given(result: AddResult) -> None:
    """Outcomes, usage and state survive the wire."""
    assert unpack_job(pack_job(result), MINE, result.seq) == result


@given(filters, axes)
def test_filters_and_axes_arrive_as_sent(where: Filter, at: Axes) -> None:
    """What narrows a list, and the state it asks for, survive the wire."""
    reader = Reader()
    assert unpack_filter(reader, pack_filter(where)) == where
    assert unpack_axes(reader, pack_view(at)) == at
    reader.done()


edits = st.builds(
    Edit,
    mask=several(st.sampled_from(["text", "metadata", "categories", "expires_at"])),
    text=text,
    metadata=metadata,
    categories=several(text),
    expires_at=st.none() | micros,
)


@given(edits)
def test_an_edit_arrives_as_sent(edit: Edit) -> None:
    """A change and its mask survive the wire."""
    memory, mask = pack_edit(edit)
    assert unpack_edit(Reader(), memory, mask.paths) == edit


def test_an_expiry_has_the_wires_name() -> None:
    """The mask names the field as the message does."""
    _, mask = pack_edit(Edit(mask=("expires_at",), expires_at=1))
    assert mask.paths == ["expire_time"]


@given(st.builds(Contradiction, disputed=memories(), kept=several(memories()), reason=text))
def test_a_conflict_arrives_as_given(conflict: Contradiction) -> None:
    """A disputed memory and what it contradicts survive the wire."""
    assert unpack_conflict(pack_conflict(conflict), MINE) == conflict


@given(st.sampled_from(Resolution))
def test_a_resolution_arrives_as_sent(resolution: Resolution) -> None:
    """No way to settle a conflict is taken for another."""
    assert unpack_resolution(Reader(), RESOLUTIONS.pack(resolution)) is resolution


@given(st.builds(Scope, tenant=word, user_id=text, agent_id=text, run_id=text))
def test_a_scope_arrives_as_sent(scope: Scope) -> None:
    """No part of a scope is mixed up with another."""
    assert unpack_scope(pack_scope(scope)) == scope


def test_an_empty_tenant_is_the_default_one() -> None:
    """A request without a tenant is the default tenant's."""
    assert unpack_scope(scope_pb2.Scope(user_id="u")) == SCOPE


@given(metadata)
def test_metadata_arrives_as_sent(value: dict[str, Any]) -> None:
    """JSON survives the wire, whole numbers as integers."""
    assert unpack_metadata(pack_metadata(value)) == value


@pytest.mark.parametrize("value", [{"x": 2**53 + 1}, {"x": {1, 2}}, {1: "x"}, {"x": {2: 3}}])
def test_what_a_struct_cannot_hold_is_refused(value: dict[Any, Any]) -> None:
    """An integer beyond a double, and what is no JSON, is InvalidInput rather than changed."""
    with pytest.raises(InvalidInput):
        pack_metadata(value)


@given(st.integers(1, 2**53), st.text(max_size=20))
def test_a_token_is_read_by_its_owner_only(sequence: int, junk: str) -> None:
    """A consistency token gives its sequence back, is refused for another owner, and junk is no token."""
    token = pack_token(SCOPE, sequence)
    assert unpack_token(SCOPE, token) == sequence_in(token) == sequence
    with pytest.raises(InvalidInput, match="another owner"):
        unpack_token(Scope(tenant="t", user_id="u"), token)
    if junk:
        with pytest.raises(InvalidInput):
            unpack_token(SCOPE, junk)


def test_a_value_of_a_newer_server_is_no_default() -> None:
    """An enum value that this client doesn't know is an error that says so."""
    with pytest.raises(TwohopError, match="upgrade"):
        KINDS.unpack(99)
