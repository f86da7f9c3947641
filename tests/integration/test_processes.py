"""One process beside others: what it holds, what it takes up after them, and what it hears of them.

A ledger in a file is open in one process at a time. What another one does is done here behind the core's back, straight
in the ledger: nobody tells the core of it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger_rows import message
from twohop.app import App, open_core
from twohop.config import LlmSettings, Settings
from twohop.errors import Misplaced, ShuttingDown, StaleRead
from twohop.graph.model import Job, JobKind, JobState, Message, Role, Scope
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import Acceptance, Changes, Committed, JobUpdate, Run
from twohop.memory.api import AddRequest, AddResult, Edit, NewMessage
from twohop.memory.clock import system_clock, uuid7
from twohop.memory.ports import Calls, Claim, Extraction, ExtractionRequest, Extractor, Fact
from twohop.memory.write import worker
from twohop.memory.write.add import request_key
from twohop.memory.write.payload import Payload
from twohop.vector.edge import EdgeIndex
from twohop.vector.model import Point

ANN = Scope(user_id="ann")


@asynccontextmanager
async def process(folder: Path, extractor: Extractor | None = None) -> AsyncIterator[App]:
    settings = Settings(data_dir=folder / "data", llm=LlmSettings(provider="rules"), synchronous="OFF")
    async with open_core(settings, extractor=extractor) as app:
        yield app


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it holds."""
    async with asyncio.timeout(15):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.01)


def adding(text: str = "I work at Acme.", **more: Any) -> AddRequest:
    return AddRequest(scope=ANN, messages=(NewMessage(role=Role.USER, name="Ann", content=text),), **more)


def accepting(text: str = "I work at Acme.", **more: Any) -> Acceptance:
    """An add as another process accepts it, which works on it at once."""
    said: Message = replace(message(uuid7(), scope=ANN, content=text), observed_at=system_clock())
    job = Job(
        id=uuid7(),
        partition=ANN.partition,
        kind=JobKind.ADD,
        session=ANN.session,
        state=JobState.RUNNING,
        payload=Payload(messages=(said.id,), until=1).to_json(),
        run=1,
    )
    return Acceptance(scope=ANN, messages=(said,), job=job, **more)


async def state(app: App, job_id: str) -> JobState:
    job = await app.ledger.job(ANN.partition, job_id)
    assert job is not None
    return job.state


async def memories(app: App) -> list[str]:
    ids = await app.ledger.memory_ids(ANN.partition, 9)
    return [history[-1].text for history in [await app.ledger.revisions(ANN.partition, one) for one in ids]]


# -- after a death -----------------------------------------------------------------------------------------------------


async def test_the_job_of_a_dead_process_is_finished_by_the_next(tmp_path: Path) -> None:
    """What a process was working on when it died is done, and indexed, by the one that opens the ledger after it."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    ledger = await SqliteLedger.open(folder / "ledger.db", clock=system_clock, synchronous="OFF")
    accepted = await ledger.accept(accepting())
    await ledger.close()

    async with process(tmp_path) as app:

        async def done() -> bool:
            return await state(app, accepted.job.id) is JobState.DONE

        await eventually(done)
        assert await memories(app) == ["Ann works at Acme"]

        async def indexed() -> bool:
            return not (await app.ledger.backlog()).waiting

        await eventually(indexed)


async def test_the_job_of_another_process_is_taken_up_when_it_dies(tmp_path: Path) -> None:
    """A process that runs already takes it up too, and works on it from where it stopped."""
    async with process(tmp_path) as app:
        ledger = app.ledger
        assert isinstance(ledger, SqliteLedger)
        accepted = await ledger.accept(accepting())
        await ledger._writer.write(lambda db: db.maintain("UPDATE jobs SET holder = 'dead' RETURNING id"))

        async def done() -> bool:
            return await state(app, accepted.job.id) is JobState.DONE

        await eventually(done)
        found = await ledger.job(ANN.partition, accepted.job.id)
        assert found is not None
        assert (found.run, found.attempts) == (2, 0)


async def test_rows_that_nobody_projects_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another process committed and did not project is projected without a commit of our own."""
    monkeypatch.setattr(worker, "SWEEP_SECONDS", 0.01)
    async with process(tmp_path) as app:
        await app.ledger.accept(accepting())

        async def indexed() -> bool:
            return not (await app.ledger.backlog()).waiting

        await eventually(indexed)


async def test_parked_rows_get_another_try_with_each_process(tmp_path: Path) -> None:
    """A row that one process could not project, the next one may: it starts with all of them waiting."""
    async with process(tmp_path) as app:
        await app.ledger.accept(accepting())
        await app.ledger.outbox_failed(await app.ledger.outbox(9), 1)
        assert (await app.ledger.backlog()).parked == 1
    async with process(tmp_path) as app:
        assert (await app.ledger.backlog()).parked == 0


async def test_an_index_that_is_another_is_filled(tmp_path: Path) -> None:
    """A ledger that was projected into another folder's index is projected into this one; its own needs nothing."""
    async with process(tmp_path) as app:
        await app.core.add(adding())
        seq = (await app.core.directory.owner(ANN)).seq
    async with process(tmp_path) as app:
        assert (await app.core.directory.owner(ANN)).seq == seq
    (tmp_path / "data" / "instance").unlink()
    async with process(tmp_path) as app:
        assert (await app.core.directory.owner(ANN)).seq > seq
        assert not (await app.ledger.backlog()).waiting


async def test_a_start_does_not_wait_for_a_long_backlog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While an index is filled the process works, and tells how much is left; in the end nothing is."""
    async with process(tmp_path) as app:
        await app.core.add(adding())
    (tmp_path / "data" / "instance").unlink()
    let_go, upsert = asyncio.Event(), EdgeIndex.upsert

    async def slow(index: EdgeIndex, points: Sequence[Point]) -> None:
        await let_go.wait()
        await upsert(index, points)

    monkeypatch.setattr(EdgeIndex, "upsert", slow)
    monkeypatch.setattr(worker, "BEGIN_SECONDS", 0.05)
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.01)
    async with process(tmp_path) as app:

        async def measured() -> float:
            return app.metrics.registry.get_sample_value("twohop_outbox_rows") or 0

        async def told() -> bool:
            return await measured() > 1

        async def caught_up() -> bool:
            return await measured() == 0

        await eventually(told)
        assert (await app.core.add(adding("I like tea.", wait=False))).job_id
        let_go.set()
        await eventually(caught_up)


# -- the heartbeat -----------------------------------------------------------------------------------------------------


class Stalled:
    """An extractor that takes until it is let go."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.let_go = asyncio.Event()

    async def extract(self, request: ExtractionRequest, _: Calls) -> Extraction:
        self.asked.set()
        await self.let_go.wait()
        text = request.exchange[0].content
        subject, predicate, end = text.split(maxsplit=2)
        claim = Claim(subject=subject, predicate=predicate, object=end)
        return Extraction(facts=(Fact(text=text, claims=(claim,), quote=text),), decider="model")


async def test_a_heartbeat_holds_what_is_worked_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each beat renews the process's place and the runs of the moment, also while it drains; then it ends."""
    beats: list[list[Run]] = []

    async def renew(_: SqliteLedger, runs: Sequence[Run]) -> None:
        beats.append(list(runs))

    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(SqliteLedger, "renew", renew)
    model = Stalled()

    async def beaten_with(*jobs: str) -> None:
        seen = len(beats)

        async def held() -> bool:
            return [run.job_id for run in (beats[-1] if len(beats) > seen else [Run("", "", 0)])] == list(jobs)

        await eventually(held)

    async with process(tmp_path, model) as app:
        await beaten_with()
        added = await app.core.add(adding("Ann works_at Acme", wait=False))
        await model.asked.wait()
        await beaten_with(added.job_id)
        leaving = asyncio.create_task(app.runner.drain())
        await beaten_with(added.job_id)
        model.let_go.set()
        await leaving
        await beaten_with()
    assert "heartbeat" not in {task.get_name() for task in asyncio.all_tasks()}


async def test_a_misplaced_process_takes_no_more_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once another process with another index has its place, callers are sent to that one, and so are jobs."""

    async def renew(_: SqliteLedger, runs: Sequence[Run]) -> None:
        del runs
        raise Misplaced("another index")

    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(SqliteLedger, "renew", renew)
    async with process(tmp_path) as app:

        async def refused() -> bool:
            try:
                await app.core.add(adding())
            except ShuttingDown:
                return True
            return False

        await eventually(refused)

        async def idle() -> bool:
            return not {"worker", "indexing", "measuring"} & {task.get_name() for task in asyncio.all_tasks()}

        await eventually(idle)


# -- what nobody tells -------------------------------------------------------------------------------------------------


async def test_an_add_hears_of_its_job_in_another_process(tmp_path: Path) -> None:
    """A repeated call joins the first one, whichever process works on that, and answers with what came of it."""
    async with process(tmp_path) as app:
        request = adding(request_id="r-1")
        accepted = await app.ledger.accept(accepting(request=request_key(request)))
        joined = asyncio.create_task(app.core.add(request))
        await asyncio.wait([joined], timeout=0.1)
        assert not joined.done()
        await app.ledger.update_job(ANN.partition, JobUpdate(id=accepted.job.id, state=JobState.DONE))
        async with asyncio.timeout(15):
            result = await joined
        assert (result.job_id, result.state) == (accepted.job.id, JobState.DONE)


async def test_an_add_behind_one_of_another_process_takes_its_turn(tmp_path: Path) -> None:
    """An add of a session whose earlier one runs elsewhere is worked on here once that is done."""
    async with process(tmp_path) as app:
        first = await app.ledger.accept(accepting("I like tea."))
        second = asyncio.create_task(app.core.add(adding()))
        await asyncio.wait([second], timeout=0.1)
        assert not second.done()
        await app.ledger.update_job(ANN.partition, JobUpdate(id=first.job.id, state=JobState.DONE))
        async with asyncio.timeout(15):
            assert (await second).state is JobState.DONE
        assert await memories(app) == ["Ann works at Acme"]


async def test_a_watch_hears_of_another_process(tmp_path: Path) -> None:
    """Every change of a job that runs elsewhere is shown, each once, to its end."""
    async with process(tmp_path) as app:
        accepted = await app.ledger.accept(accepting())
        shown: list[AddResult] = []
        async with asyncio.timeout(15):
            async for result in app.core.watch_job(ANN, accepted.job.id):
                shown.append(result)
                if len(shown) == 1:
                    update = JobUpdate(id=accepted.job.id, state=JobState.RUNNING, usage={"tokens_in": 7}, run=1)
                    await app.ledger.update_job(ANN.partition, update)
                if len(shown) == 2:
                    await app.ledger.update_job(ANN.partition, JobUpdate(id=accepted.job.id, state=JobState.DONE))
        assert [(one.state, one.usage.tokens_in) for one in shown] == [
            (JobState.RUNNING, 0),
            (JobState.RUNNING, 7),
            (JobState.DONE, 7),
        ]


async def test_an_edit_that_the_ledger_never_takes_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused though nobody came between, a change is not planned again for ever."""
    async with process(tmp_path) as app:
        added = await app.core.add(adding())
        [outcome] = added.outcomes
        assert outcome.memory is not None

        async def commit(_: SqliteLedger, changes: Changes) -> Committed:
            raise StaleRead(f"no such luck for {changes.partition}")

        monkeypatch.setattr(SqliteLedger, "commit", commit)
        async with asyncio.timeout(15):
            edit = Edit(mask=("categories",), categories=("work",))
            with pytest.raises(StaleRead):
                await app.core.update(ANN, outcome.memory.id, edit, etag="", request_id="")
