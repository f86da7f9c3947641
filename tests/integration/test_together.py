"""Adds that wait for one another are worked on as one, and come out as if they had been told one after the other."""

import asyncio
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from serving import serving
from state_machine.dump import dump
from state_machine.tales import facts
from stories import ALICE, JANUARY, fact, story
from twohop.app import App
from twohop.errors import InvalidInput
from twohop.graph.model import JobState, Operation, Role, Scope
from twohop.graph.store import NOW, Changes, Committed
from twohop.memory.api import AddRequest, AddResult, NewMessage
from twohop.memory.ports import Claim, Fact
from twohop.v1 import decision_pb2 as pb_decision
from twohop.v1 import fact_pb2 as pb_fact
from twohop.v1 import memory_service_pb2 as pb
from twohop.v1 import message_pb2 as pb_message
from twohop.v1 import scope_pb2 as pb_scope

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SYSTEM_TIME = re.compile(r'"(?:recorded_at|superseded_at|created_at|updated_at|message_at|at)": (\d+)')


def telling(scope: Scope, told: Sequence[Fact], day: int = 1, **more: Any) -> AddRequest:
    messages = tuple(
        NewMessage(role=Role.USER, name="Ana", content=f"{one.text}.", observed_at=JANUARY + day * 86_400_000_000)
        for one in told
    )
    placed = tuple(replace(one, sources=(str(place),)) for place, one in enumerate(told))
    return AddRequest(scope=scope, messages=messages, facts=placed, **more)


def held(app: App, scope: Scope) -> list[str]:
    """All that is known of an owner; ids and instants become the order in which they came up."""
    assert app.settings.data_dir is not None
    with closing(sqlite3.connect(app.settings.data_dir / "ledger.db")) as connection:
        connection.row_factory = sqlite3.Row
        lines = dump(connection, scope.partition)
        instants = {
            row[0]: f"{table} {rank}"
            for table in ("messages", "decisions")
            for rank, row in enumerate(
                connection.execute(
                    f"SELECT DISTINCT recorded_at FROM {table} WHERE partition = ? ORDER BY 1",  # noqa: S608 - own names.
                    (scope.partition,),
                )
            )
        }
    ids: dict[str, str] = {}
    return [
        SYSTEM_TIME.sub(
            lambda found: found[0].replace(found[1], instants.get(int(found[1]), "?")),
            UUID.sub(lambda found: ids.setdefault(found[0], f"id {len(ids)}"), line),
        )
        for line in lines
    ]


def outcomes(result: AddResult) -> list[tuple[object, ...]]:
    return [
        (
            one.decision.operation,
            one.decision.reason,
            one.decision.refused,
            one.decision.rule,
            one.memory and one.memory.revision.text,
            one.memory and one.memory.revision.validity,
            one.target and one.target.revision.text,
            [(relation.text, relation.validity) for relation in one.relations],
        )
        for one in result.outcomes
    ]


@contextmanager
def committing(app: App) -> Iterator[list[int]]:
    """How many commits went together, each time, while this goes on."""
    sizes: list[int] = []
    commit_all = app.ledger.commit_all

    async def watched(changes: Sequence[Changes]) -> list[Committed]:
        sizes.append(len(changes))
        return await commit_all(changes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.ledger, "commit_all", watched)
        yield sizes


def test_adds_at_once_lead_to_what_adds_in_turn_lead_to(tmp_path: Path) -> None:
    """Whatever they say: the same answers, and the same rows, each commit with an instant of its own."""
    stack = AsyncExitStack()
    owners = iter(range(10_000))

    async def compare(in_turn: App, at_once: App, told: Sequence[Sequence[Fact]]) -> None:
        scope = Scope(user_id=f"user-{next(owners)}")
        requests = [telling(scope, few, day) for day, few in enumerate(told)]
        theirs = [await in_turn.core.add(request) for request in requests]
        ours = await asyncio.gather(*(at_once.core.add(request) for request in requests))
        assert [outcomes(one) for one in ours] == [outcomes(one) for one in theirs]
        assert held(at_once, scope) == held(in_turn, scope)
        assert all(one.indexed for one in ours)
        assert await at_once.index.counts(scope.partition) == await in_turn.index.counts(scope.partition)

    with asyncio.Runner() as runner, capture_logs() as logged:
        in_turn = runner.run(stack.enter_async_context(story(tmp_path / "in turn")))
        at_once = runner.run(stack.enter_async_context(story(tmp_path / "at once")))

        @settings(max_examples=40, deadline=None)
        @given(st.lists(st.lists(facts(), min_size=1, max_size=3), min_size=3, max_size=7))
        def hold(told: list[list[Fact]]) -> None:
            runner.run(compare(in_turn, at_once, told))

        try:
            with committing(at_once) as sizes:
                hold()
        finally:
            runner.run(stack.aclose())
    assert not [line for line in logged if line["event"] == "line.alone"], "a plan was refused that nobody disturbed"
    assert max(sizes) > 1


async def test_one_of_them_that_is_refused_or_repeated_keeps_no_other_back(tmp_path: Path) -> None:
    """Each is told its own: an invalid one its error, one with a request id that was used its first answer."""
    async with story(tmp_path) as app:
        told = [fact(f"Alice likes {thing}") for thing in ("tea", "jazz", "chess", "rain", "fog")]
        requests = [telling(ALICE, [one], request_id=f"r{place}") for place, one in enumerate(told)]
        requests.insert(2, requests[1])
        requests.insert(4, replace(requests[4], messages=(), request_id="r-bad"))
        results = await asyncio.gather(*(app.core.add(one) for one in requests), return_exceptions=True)
        done = [one for one in results if isinstance(one, AddResult)]
        assert [one.state for one in done] == [JobState.DONE] * 6
        assert results[1] == results[2]
        assert isinstance(results[4], InvalidInput)
        assert len({one.job_id for one in done}) == 5
        owner = await app.ledger.owner(ALICE.partition)
        assert owner is not None
        assert owner.memory_count == 5


async def test_what_all_of_them_say_is_one_memory(tmp_path: Path) -> None:
    """Sixteen callers say the same at once: one adds it, the others find it known, and all are evidence."""
    async with story(tmp_path) as app:
        request = telling(ALICE, [fact("Alice works_at Acme")])
        results = await asyncio.gather(*(app.core.add(request) for _ in range(16)))
        [memory] = {one.outcomes[0].decision.memory_id for one in results}
        assert sorted(one.outcomes[0].decision.operation for one in results) == ["add"] + ["noop"] * 15
        [stored] = await app.ledger.memories(ALICE.partition, [memory], NOW)
        assert len(stored.evidence) == 16


async def test_sessions_that_speak_at_once_are_one_commit(tmp_path: Path) -> None:
    """Each on top of those before it: one value of a slot stands, and nobody's plan was undone by another's."""
    async with story(tmp_path) as app:
        scopes = [replace(ALICE, run_id=f"run-{n}") for n in range(12)]
        told = [[fact(f"Alice works_at Employer{n}"), fact(f"Alice likes Thing{n}")] for n in range(12)]
        with capture_logs() as logged, committing(app) as sizes:
            results = await asyncio.gather(
                *(app.core.add(telling(scope, few)) for scope, few in zip(scopes, told, strict=True))
            )
        assert [(one.state, one.indexed) for one in results] == [(JobState.DONE, True)] * 12
        assert not [line for line in logged if line["event"] == "line.alone"]
        assert sum(sizes) == 12
        assert max(sizes) > 1
        memories = await app.ledger.memory_ids(ALICE.partition, 100)
        current = await app.ledger.memories(ALICE.partition, memories, NOW)
        works = [one.revision for one in current if one.revision.triples[0].predicate == "works_at"]
        assert len(current) == 24
        assert len([one for one in works if one.validity.valid_to is None]) == 1


async def test_one_that_goes_alone_keeps_no_other_session_back(tmp_path: Path) -> None:
    """A merge of two entities is planned on what is committed: those before and behind it are not lost."""
    async with story(tmp_path) as app:
        await app.core.add(telling(ALICE, [fact("Rob likes tea")], 1))
        await app.core.add(telling(ALICE, [fact("Robert likes jazz")], 2))
        merging = Fact(
            text="Rob is also called Robert",
            claims=(Claim(subject="Rob", predicate="also_known_as", object="Robert", literal=True),),
        )
        said = [[fact("Alice likes fog")], [merging], [fact("Robert likes chess")], [fact("Rob likes rain")]]
        results = await asyncio.gather(
            *(app.core.add(telling(replace(ALICE, run_id=f"run-{n}"), few, 3)) for n, few in enumerate(said))
        )
        assert [one.state for one in results] == [JobState.DONE] * 4
        operations = [[one.decision.operation for one in result.outcomes] for result in results]
        assert Operation.MERGE in operations[1]
        assert [few for n, few in enumerate(operations) if n != 1] == [[Operation.ADD]] * 3
        [person] = {
            result.outcomes[0].memory.revision.triples[0].subject_id
            for result in results[2:]
            if result.outcomes[0].memory
        }
        assert person


def asking(scope: pb_scope.Scope | None, line: str, **more: Any) -> pb.AddMemoriesRequest:
    subject, predicate, end = line.split(maxsplit=2)
    claim = pb_fact.Claim(subject=subject, predicate=predicate, object=end)
    given = pb_fact.GivenFacts(facts=[pb_fact.Fact(text=f"{line}.", claims=[claim])])
    message = pb_message.NewMessage(role="ROLE_USER", content=f"{line}.")
    return pb.AddMemoriesRequest(scope=scope, messages=[message], facts=given, **more)


async def test_a_batch_is_one_commit_and_each_add_has_its_own_answer(tmp_path: Path) -> None:
    """In the order of the batch, also of an owner's sessions, and what is only shown sees what came before it."""
    ann = pb_scope.Scope(user_id="ann")
    works = [f"Ann works_at Employer{n}" for n in range(8)]
    async with serving(tmp_path / "data") as served:
        with committing(served.app) as sizes:
            told = await served.memory.BatchAddMemories(
                pb.BatchAddMemoriesRequest(
                    scope=ann,
                    requests=[
                        *(asking(None, line) for line in works),
                        asking(None, works[-1], request_id="again"),
                        asking(None, works[-1], request_id="again"),
                        asking(None, "Ann works_at Shown", dry_run=True),
                        asking(pb_scope.Scope(user_id="ann", run_id="later"), "Ann works_at Last"),
                        asking(pb_scope.Scope(user_id="bob"), "Bob works_at Employer0"),
                    ],
                )
            )
        answers = [one.response for one in told.results]
        assert [one.WhichOneof("result") for one in told.results] == ["response"] * 13
        operations = [[pb_decision.Operation.Name(one.decision.operation) for one in a.job.outcomes] for a in answers]
        assert operations == [
            ["OPERATION_ADD"],
            *[["OPERATION_SUPERSEDE"]] * 7,
            *[["OPERATION_NOOP"]] * 2,
            *[["OPERATION_SUPERSEDE"]] * 2,
            ["OPERATION_ADD"],
        ]
        assert answers[8] == answers[9]
        assert max(sizes) > 1
        listed = await served.memory.ListMemories(pb.ListMemoriesRequest(scope=ann))
        assert [memory.revision.text for memory in listed.memories] == ["Ann works_at Last."]
