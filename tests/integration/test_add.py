"""The write path over real stores: accepted once, decided once, nothing lost when a model fails."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from twohop.app import App, open_core
from twohop.config import Settings
from twohop.errors import EtagMismatch, InvalidInput, ModelOutputInvalid, ModelUnavailable, NotFound, RequestIdReused
from twohop.graph.model import Axes, JobState, Operation, Role, Scope
from twohop.llm.recorded import RecordedExtractor
from twohop.memory.api import AddRequest, AddResult, Edit, Filter, NewMessage, RecallRequest
from twohop.memory.moment import When
from twohop.memory.ports import (
    Calls,
    Claim,
    Extraction,
    ExtractionRequest,
    Fact,
    Judgement,
    Phase,
    Question,
    Usage,
    Verdict,
)

ALICE = Scope(user_id="alice")


@dataclass
class Model:
    """Stands for a language model: takes "X verb Y" sentences as facts, decides as told, fails when told."""

    extract_errors: list[Exception] = field(default_factory=list)
    judge_errors: list[Exception] = field(default_factory=list)
    verdict: Callable[[Question], Verdict] = lambda _: Verdict(operation=Operation.ADD)
    extractions: int = 0
    judgements: int = 0

    async def extract(self, request: ExtractionRequest, calls: Calls) -> Extraction:
        self.extractions += 1
        calls.begin(Phase.EXTRACT)
        calls.cost(Usage(tokens_in=100))
        if self.extract_errors:
            raise self.extract_errors.pop(0)
        facts = [
            Fact(text=line, claims=(claim(line),), quote=line)
            for message in request.exchange
            for line in message.content.split(". ")
        ]
        return Extraction(facts=tuple(facts), decider="model")

    async def judge(self, questions: Sequence[Question], calls: Calls) -> Judgement:
        self.judgements += 1
        calls.begin(Phase.JUDGE)
        if self.judge_errors:
            raise self.judge_errors.pop(0)
        verdicts = tuple(self.verdict(question) for question in questions)
        return Judgement(verdicts=verdicts, decider="model")


def claim(line: str) -> Claim:
    subject, predicate, what = line.split(maxsplit=2)
    return Claim(subject=subject, predicate=predicate, object=what)


def settings(path: Path) -> Settings:
    return Settings(data_dir=path / "data", synchronous="OFF")


def exchange(*lines: str, request_id: str = "", scope: Scope = ALICE, wait: bool = True) -> AddRequest:
    messages = tuple(NewMessage(role=Role.USER, name="Alice", content=line) for line in lines)
    return AddRequest(scope=scope, messages=messages, request_id=request_id, wait=wait)


async def texts(app: App, scope: Scope = ALICE) -> list[str]:
    page = await app.core.list(scope, Filter(), Axes(), include_closed=False, page_size=100, page_token="")
    return sorted(memory.revision.text for memory in page.items)


async def finished(app: App, result: AddResult, scope: Scope = ALICE) -> AddResult:
    """The add's result once no process works on it any more."""
    while not result.state.final:
        await asyncio.sleep(0)
        result = await app.core.job(scope, result.job_id)
    return result


async def test_two_hundred_identical_adds_leave_one_memory(tmp_path: Path) -> None:
    """Concurrent adds of the same text by one owner, in one session or in many, are one memory."""
    model = Model()
    async with open_core(settings(tmp_path), extractor=model, judge=model) as app:
        scopes = [Scope(user_id="alice", run_id=f"run-{n % 8}") for n in range(200)]
        results = await asyncio.gather(
            *(app.core.add(exchange("Alice works_at Acme", scope=scope)) for scope in scopes)
        )
        assert {result.state for result in results} == {JobState.DONE}
        assert await texts(app) == ["Alice works_at Acme"]
        operations = [outcome.decision.operation for result in results for outcome in result.outcomes]
        assert sorted(operations) == [Operation.ADD] + [Operation.NOOP] * 199


async def test_concurrent_first_values_of_one_slot_leave_one_live(tmp_path: Path) -> None:
    """Different values of a functional slot, added at once, end with one that holds."""
    model = Model()
    async with open_core(settings(tmp_path), extractor=model, judge=model) as app:
        scopes = [Scope(user_id="alice", run_id=f"run-{n}") for n in range(12)]
        await asyncio.gather(
            *(app.core.add(exchange(f"Alice works_at Firm{n}", scope=scope)) for n, scope in enumerate(scopes))
        )
        assert len(await texts(app)) == 1


async def test_a_repeated_request_id_answers_the_same_without_a_model_call(tmp_path: Path) -> None:
    """The same request id, also concurrently, is extracted once and gives the same answer."""
    model = Model()
    async with open_core(settings(tmp_path), extractor=model, judge=model) as app:
        request = exchange("Alice works_at Acme", request_id="r-1")
        first, second = await asyncio.gather(app.core.add(request), app.core.add(request))
        await app.core.add(exchange("Alice works_at Birch"))
        third = await app.core.add(request)
        assert model.extractions == 2
        assert first.outcomes == second.outcomes == third.outcomes
        assert first.message_ids == second.message_ids == third.message_ids
        with pytest.raises(RequestIdReused):
            await app.core.add(exchange("Alice works_at Cedar", request_id="r-1"))


async def test_a_model_that_is_down_leaves_the_add_waiting(tmp_path: Path) -> None:
    """The messages stay, the answer is PENDING and says why, and a later try completes it."""
    now = [1_700_000_000_000_000]
    model = Model(extract_errors=[ModelUnavailable("connection refused")])
    async with open_core(settings(tmp_path), extractor=model, judge=model, clock=lambda: now[0]) as app:
        result = await app.core.add(exchange("Alice works_at Acme"))
        assert result.state is JobState.PENDING
        assert "MODEL_UNAVAILABLE" in result.error
        assert await texts(app) == []
        assert len(await app.ledger.messages(ALICE.partition, result.message_ids)) == 1
        now[0] += 3_600_000_000
        result = await finished(app, result)
        assert result.state is JobState.DONE
        assert await texts(app) == ["Alice works_at Acme"]


async def test_a_judge_that_is_down_holds_back_only_what_needs_it(tmp_path: Path) -> None:
    """Facts with nothing near are kept at once; the others wait for the judge, without another extraction."""
    now = [1_700_000_000_000_000]
    model = Model()
    async with open_core(settings(tmp_path), extractor=model, judge=model, clock=lambda: now[0]) as app:
        await app.core.add(exchange("Alice likes tea"))
        model.judge_errors.append(ModelUnavailable("429"))
        extractions = model.extractions
        result = await app.core.add(exchange("Alice likes coffee. Zoltan repairs_clocks Vienna"))
        assert result.state is JobState.PENDING
        assert await texts(app) == ["Alice likes tea", "Zoltan repairs_clocks Vienna"]
        now[0] += 3_600_000_000
        result = await finished(app, result)
        assert await texts(app) == ["Alice likes coffee", "Alice likes tea", "Zoltan repairs_clocks Vienna"]
        assert model.extractions == extractions + 1


async def test_unusable_model_output_is_a_typed_failure(tmp_path: Path) -> None:
    """The answer is PARTIAL with the reason; nothing half-written; the messages are found by recall."""
    model = Model(extract_errors=[ModelOutputInvalid("prose instead of JSON")])
    async with open_core(settings(tmp_path), extractor=model, judge=model) as app:
        result = await app.core.add(exchange("Alice works_at Acme"))
        assert result.state is JobState.PARTIAL
        assert [(o.decision.operation, o.decision.status) for o in result.outcomes] == [
            (Operation.FAIL, "MODEL_OUTPUT_INVALID")
        ]
        recalled = await app.core.recall(RecallRequest(scope=ALICE, query="Alice works Acme"))
        assert [item.message.content for item in recalled.items if item.message] == ["Alice works_at Acme"]


async def test_one_unusable_verdict_fails_one_fact(tmp_path: Path) -> None:
    """A broken verdict is recorded against its fact; the other facts of the add are kept."""
    model = Model()
    async with open_core(settings(tmp_path), extractor=model, judge=model) as app:
        await app.core.add(exchange("Alice likes tea"))
        model.verdict = lambda q: Verdict(
            operation=Operation.ADD, error="MODEL_OUTPUT_INVALID" if "coffee" in q.fact.text else ""
        )
        result = await app.core.add(exchange("Alice likes coffee. Alice likes cocoa"))
        assert result.state is JobState.PARTIAL
        assert await texts(app) == ["Alice likes cocoa", "Alice likes tea"]
        assert {o.decision.fact: o.decision.status for o in result.outcomes}["Alice likes coffee"] == (
            "MODEL_OUTPUT_INVALID"
        )


async def test_a_fact_that_nobody_said_is_dropped(tmp_path: Path) -> None:
    """A quote that stands in no message drops its fact, visibly."""
    invented = Fact(text="Alice works_at Acme", claims=(claim("Alice works_at Acme"),), quote="I work at Acme")
    extractor = RecordedExtractor(lambda _: [invented])
    async with open_core(settings(tmp_path), extractor=extractor) as app:
        result = await app.core.add(exchange("Good morning"))
        assert result.state is JobState.DONE
        assert [(o.decision.operation, o.decision.status) for o in result.outcomes] == [
            (Operation.DROP, "QUOTE_NOT_FOUND")
        ]
        assert await texts(app) == []


async def test_a_hostile_judge_retires_nothing_about_others(tmp_path: Path) -> None:
    """A judge that deletes whatever it sees can't touch memories that the fact is not about."""
    model = Model()
    async with open_core(settings(tmp_path), extractor=model, judge=model) as app:
        await app.core.add(exchange("Bob works_at Acme. Bob likes tea. Alice likes tea"))
        model.verdict = lambda _: Verdict(operation=Operation.DELETE, target=0)
        result = await app.core.add(exchange("Alice likes green tea"))
        assert await texts(app) == ["Alice likes green tea", "Alice likes tea", "Bob likes tea", "Bob works_at Acme"]
        assert result.outcomes[0].decision.refused == "delete"


async def test_an_accepted_add_survives_a_restart(tmp_path: Path) -> None:
    """What was accepted and not finished is finished by the next process."""
    model = Model(extract_errors=[ModelUnavailable("down")])
    async with open_core(settings(tmp_path), extractor=model, judge=model) as app:
        result = await app.core.add(exchange("Alice works_at Acme"))
        assert result.state is JobState.PENDING
    late = [10**16]
    async with open_core(settings(tmp_path), extractor=model, judge=model, clock=lambda: late[0]) as app:
        result = await finished(app, result)
        assert await texts(app) == ["Alice works_at Acme"]


async def test_an_add_of_many_messages_is_taken_in_chunks_and_in_order(tmp_path: Path) -> None:
    """A whole session in one request is extracted chunk by chunk; later facts supersede earlier ones."""
    model = Model()
    async with open_core(settings(tmp_path), extractor=model, judge=model) as app:
        await app.core.add(exchange(*(f"Alice works_at Firm{n}" for n in range(45))))
        assert model.extractions == 3
        assert await texts(app) == ["Alice works_at Firm44"]


@pytest.mark.parametrize(
    ("request_", "field_"),
    [
        (AddRequest(scope=Scope(), messages=(NewMessage(role=Role.USER, content="hi"),)), "scope"),
        (exchange(), "messages"),
        (exchange("   "), "messages[0].content"),
        (exchange("x" * 32_001), "messages[0].content"),
        (exchange("bell \x07"), "messages[0].content"),
        (exchange("lone \ud800 surrogate"), "messages[0].content"),
        (exchange(*["hi"] * 201), "messages"),
        (exchange("hi", request_id="a\nb"), "request_id"),
    ],
)
async def test_bad_input_writes_nothing(tmp_path: Path, request_: AddRequest, field_: str) -> None:
    """Input that can't be served is refused with the field's name, and no row is written."""
    async with open_core(settings(tmp_path)) as app:
        with pytest.raises(InvalidInput) as caught:
            await app.core.add(request_)
        assert field_ in {violation.field for violation in caught.value.violations}
        assert await app.ledger.partitions(10) == []


async def test_update_and_delete_by_the_caller_are_decisions(tmp_path: Path) -> None:
    """An update is a new revision, a delete closes; both stay in the history with their author."""
    model = Model()
    async with open_core(settings(tmp_path), extractor=model, judge=model) as app:
        added = await app.core.add(exchange("Alice works_at Acme"))
        memory = added.outcomes[0].memory
        assert memory is not None
        edit = Edit(mask=("text",), text="Alice works at Acme as a baker")
        updated = await app.core.update(ALICE, memory.id, edit, etag=memory.revision.id, request_id="u-1")
        again = await app.core.update(ALICE, memory.id, edit, etag=memory.revision.id, request_id="u-1")
        assert updated.revision.id == again.revision.id
        await app.core.delete(ALICE, memory.id, etag="", request_id="")
        assert await texts(app) == []
        history = await app.core.revisions(ALICE, memory.id, Axes(), page_size=10, page_token="")
        assert [(r.operation, r.decider) for r in history.items] == [
            (Operation.ADD, "model"),
            (Operation.UPDATE, "user"),
            (Operation.DELETE, "user"),
        ]
        relations = await app.core.relations(
            ALICE, entity_id="", predicate="", axes=Axes(), include_closed=False, page_size=10, page_token=""
        )
        assert relations.items == ()
        with pytest.raises(NotFound):
            await app.core.get(Scope(user_id="bob"), memory.id, Axes())
        for _ in range(2):
            with pytest.raises(EtagMismatch):
                await app.core.update(ALICE, memory.id, edit, etag=memory.revision.id, request_id="u-2")


async def test_an_index_that_fails_leaves_the_add_committed(tmp_path: Path) -> None:
    """Whatever goes wrong behind the commit, the add is answered, and the index catches up later."""
    model = Model()
    async with open_core(settings(tmp_path), extractor=model, judge=model) as app:
        await app.index.close()
        result = await app.core.add(exchange("Alice works_at Acme"))
        assert (result.state, result.indexed) == (JobState.DONE, False)
        assert await texts(app) == ["Alice works_at Acme"]
    async with open_core(settings(tmp_path), extractor=model, judge=model) as app:
        assert (await app.ledger.backlog()).waiting == 0
        found = await app.core.recall(RecallRequest(scope=ALICE, query="Where does Alice work?"))
        assert found.items


@pytest.mark.parametrize(
    ("fact", "field_"),
    [
        (Fact(text="Alice works at Acme", quote="nobody said this"), "facts[0].quote"),
        (Fact(text="Alice works at Acme", valid_from=When("9999")), "facts[0].valid_from"),
        (Fact(text="Alice works at Acme", valid_from=When("2025-00-00")), "facts[0].valid_from"),
    ],
)
async def test_a_given_fact_must_rest_on_what_was_said(tmp_path: Path, fact: Fact, field_: str) -> None:
    """A caller's quote and dates are checked before anything is written."""
    async with open_core(settings(tmp_path)) as app:
        with pytest.raises(InvalidInput) as caught:
            await app.core.add(replace(exchange("I work at Acme."), facts=(fact,)))
        assert [violation.field for violation in caught.value.violations] == [field_]


SAID = (
    "I'm Alice and I work at Acme as an engineer. I live in Lisbon.",
    "I moved to Berlin in May. My brother Bob lives in Porto.",
    "I work at Acme as an engineer.",
    "I no longer like hiking. I don't own a car.",
    "No, I meant that I live in Munich.",
    "Actually Bob is called Robert. Robert manages the team at Acme.",
    "Nothing worth remembering here, thanks!",
)


async def test_the_answer_of_an_add_is_what_its_job_says_later(tmp_path: Path) -> None:
    """What is answered right after the commit, from one step of reading, is what anybody reads of the job."""
    async with open_core(settings(tmp_path)) as app:
        operations: set[Operation] = set()
        for said in SAID:
            told = await app.core.add(exchange(*said.split("\n")))
            operations |= {outcome.decision.operation for outcome in told.outcomes}
            assert told.indexed
            assert told == await app.core.job(ALICE, told.job_id)
        assert len(operations) > 3
