"""Rolling summaries: written by a job behind the adds, by a model or by picking sentences, and never lost."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from model_server import call, model_server, refuse
from twohop.app import App, open_core
from twohop.config import LlmSettings, Settings
from twohop.errors import ModelOutputInvalid, ModelUnavailable
from twohop.graph.model import JobKind, JobState, Message, Role, Scope, Session
from twohop.llm.openai import ChatModel
from twohop.llm.rules.summariser import ExtractiveSummariser
from twohop.llm.summariser import ModelSummariser
from twohop.memory.api import AddRequest, AddResult, NewMessage
from twohop.memory.ports import Calls, Extraction, ExtractionRequest, Summary, SummaryRequest
from twohop.memory.settings import SummarySettings, WriteSettings

ANN = Scope(user_id="ann")
NOW = 1_700_000_000_000_000
MINUTE = 60_000_000


class Writer:
    """A summariser that counts what it is told; it waits for `let_go` at the message `stalls`, and fails as told."""

    def __init__(self, *, stalls: str = "", error: Exception | None = None) -> None:
        self.stalls = stalls
        self.error = error
        self.let_go = asyncio.Event()
        self.stalled = asyncio.Event()
        self.requests: list[SummaryRequest] = []

    async def summarise(self, request: SummaryRequest, _: Calls) -> Summary:
        self.requests.append(request)
        if self.stalls in [message.content for message in request.messages]:
            self.stalled.set()
            await self.let_go.wait()
        if self.error is not None:
            raise self.error
        told = f"{request.previous} {len(request.messages)} from {request.messages[0].content};"
        return Summary(text=told.strip(), author="writer")


class Reader:
    """An extractor that takes nothing, and keeps what it was shown."""

    def __init__(self) -> None:
        self.requests: list[ExtractionRequest] = []

    async def extract(self, request: ExtractionRequest, _: Calls) -> Extraction:
        self.requests.append(request)
        return Extraction(facts=(), decider="reader")


def settings(folder: Path, **summary: float) -> Settings:
    return Settings(
        data_dir=folder,
        synchronous="OFF",
        llm=LlmSettings(provider="rules"),
        summary=SummarySettings(**summary),  # type: ignore[arg-type]  # Whole numbers where they are asked for.
        write=WriteSettings(attempts=2, backoff_seconds=0.01),
    )


async def said(app: App, *contents: str, scope: Scope = ANN) -> AddResult:
    messages = tuple(NewMessage(role=Role.USER, name="Ann", content=content) for content in contents)
    return await app.core.add(AddRequest(scope=scope, messages=messages))


async def summarised(app: App, until: Callable[[Session], bool], scope: Scope = ANN) -> Session:
    """The session once a summary job made it so."""
    while True:
        for listed in (await app.core.list_jobs(scope, states=[], page_size=100, page_token="")).items:
            if listed.job.kind is JobKind.SUMMARY:
                async for _ in app.core.watch_job(scope, listed.job.job_id):
                    pass
        session = await app.ledger.session(scope.partition, scope.session)
        if session is not None and until(session):
            return session


def numbered(first: int, last: int) -> list[str]:
    return [f"m{n}" for n in range(first, last + 1)]


async def test_a_summary_is_written_behind_the_adds(tmp_path: Path) -> None:
    """The add whose message makes it due is answered while the summary waits; the next extraction sees it."""
    writer, reader = Writer(stalls="m4"), Reader()
    async with open_core(settings(tmp_path, messages=4), summariser=writer, extractor=reader) as app:
        await said(app, *numbered(1, 3))
        assert writer.requests == []
        assert (await said(app, "m4")).state is JobState.DONE
        await writer.stalled.wait()
        assert (await said(app, "m5")).state is JobState.DONE
        writer.let_go.set()
        session = await summarised(app, lambda s: s.summary_version > 0)
        assert (session.summary, session.summary_author, session.summary_version) == ("4 from m1;", "writer", 1)
        assert (session.summarised_count, session.message_count) == (4, 5)
        await said(app, "m6")
        assert [request.summary for request in reader.requests] == ["", "", "", "4 from m1;"]


async def test_a_conversation_that_paused_is_summarised(tmp_path: Path) -> None:
    """A few messages are summarised too, once they have waited for the time of the settings; then nothing is due."""
    now = [NOW]
    writer = Writer()
    async with open_core(settings(tmp_path, seconds=600), summariser=writer, clock=lambda: now[0]) as app:
        await said(app, "m1", "m2")
        now[0] += 11 * MINUTE
        session = await summarised(app, lambda s: s.summary_version > 0)
        assert (session.summary, session.summarised_count) == ("2 from m1;", 2)
        assert await app.ledger.unsummarised(2 * NOW, 9) == []


async def test_one_summary_a_session_at_a_time(tmp_path: Path) -> None:
    """However many messages come while one is written, there is no second job beside it; sessions don't share one."""
    writer = Writer(stalls="m2")
    other = Scope(user_id="ann", run_id="other")
    async with open_core(settings(tmp_path, messages=2), summariser=writer) as app:
        await said(app, "m1", "m2")
        await writer.stalled.wait()
        await said(app, *numbered(3, 8))
        await said(app, "o1", "o2", scope=other)
        jobs = (await app.core.list_jobs(ANN, states=[], page_size=100, page_token="")).items
        kinds = [(listed.job.kind, listed.job.session) for listed in jobs if listed.job.kind is JobKind.SUMMARY]
        assert sorted(kinds) == [(JobKind.SUMMARY, "default"), (JobKind.SUMMARY, "other")]
        writer.let_go.set()
        session = await summarised(app, lambda s: s.summarised_count == 8)
        assert session.summary == "2 from m1; 6 from m3;"


async def test_a_crash_in_the_middle_of_a_summary_loses_nothing(tmp_path: Path) -> None:
    """What was summarised before the crash stands, and the next process goes on from there, telling nothing twice."""
    writer = Writer(stalls="m6")
    async with open_core(settings(tmp_path / "a", messages=10, chunk=5), summariser=writer) as app:
        await said(app, *numbered(1, 12))
        await writer.stalled.wait()
        # The files as they stand now are what a crash leaves behind.
        (tmp_path / "b").mkdir(mode=0o700)
        for file in (tmp_path / "a").glob("ledger.db*"):
            shutil.copy(file, tmp_path / "b" / file.name)
        writer.let_go.set()
    after = Writer()
    async with open_core(settings(tmp_path / "b", messages=10, chunk=5), summariser=after) as app:
        session = await summarised(app, lambda s: s.summarised_count == 12)
        assert session.summary == "5 from m1; 5 from m6; 2 from m11;"
        assert (session.summary_version, [len(request.messages) for request in after.requests]) == (3, [5, 2])


@pytest.mark.parametrize(
    ("error", "tries"), [(ModelUnavailable("no answer"), 2), (ModelOutputInvalid("prose"), 1)], ids=["down", "prose"]
)
async def test_a_model_that_fails_for_good_leaves_an_extractive_summary(
    tmp_path: Path, error: Exception, tries: int
) -> None:
    """After its tries, or at once when another try can't help, sentences are picked, and marked as such."""
    writer = Writer(error=error)
    async with open_core(settings(tmp_path, messages=2), summariser=writer) as app:
        await said(app, "I moved to Lisbon in May 2024.", "Good morning!")
        session = await summarised(app, lambda s: s.summary_version > 0)
        assert (session.summary, session.summary_author) == ("Ann: I moved to Lisbon in May 2024.", "extractive")
        assert len(writer.requests) == tries


def message(content: str, *, name: str = "Ann", role: Role = Role.USER) -> Message:
    return Message(id="m", partition="p", session="s", role=role, name=name, content=content, observed_at=NOW)


def asking(*contents: str, previous: str = "", chars: int = 1_000) -> SummaryRequest:
    return SummaryRequest(previous=previous, messages=[message(content) for content in contents], chars=chars)


async def test_picked_sentences_tell_who_and_when() -> None:
    """Statements with names and numbers are kept in the order said; small talk and repetitions are not."""
    request = asking(
        "Hi! How are you doing today?",
        "I started at Acme in Lisbon on 3 May 2024.",
        "It was really quite a nice day, you know.",
        "My sister Emma moved to Porto with her two dogs.",
        "I started at Acme in Lisbon on 3 May 2024.",
        chars=110,
    )
    summary = await ExtractiveSummariser().summarise(request, Calls())
    assert summary.text.splitlines() == [
        "Ann: My sister Emma moved to Porto with her two dogs.",
        "Ann: I started at Acme in Lisbon on 3 May 2024.",
    ]
    assert summary == await ExtractiveSummariser().summarise(request, Calls())


async def test_a_picked_summary_rolls_on_within_its_length() -> None:
    """The old summary's sentences stand for another pick with the new ones; the text never grows beyond its bound."""
    summary = ""
    for n in range(30):
        request = asking(f"Emma visited city number {n} with Tom{n}.", previous=summary, chars=200)
        summary = (await ExtractiveSummariser().summarise(request, Calls())).text
        assert len(summary) <= 200
    assert summary.splitlines()[-1] == "Ann: Emma visited city number 29 with Tom29."
    assert len(summary.splitlines()) > 1


def sentences(*texts: str) -> dict[str, list[dict[str, str]]]:
    return {"sentences": [{"text": text} for text in texts]}


@pytest.mark.parametrize("mode", ["tools", "json_schema"])
async def test_a_model_writes_the_summary_in_one_call(mode: str) -> None:
    """It is told the summary so far and what people said since; its whole sentences are kept while there is room."""
    async with model_server(call(sentences("Ann lives in Porto.", " Emma visits  her.", "x" * 50))) as server:
        model = ChatModel(base_url=server.base_url, api_key="k", mode=mode)  # type: ignore[arg-type]  # Of two texts.
        request = SummaryRequest(
            previous="Ann lives in Lisbon.",
            messages=[message("I moved to Porto."), message("secret", role=Role.SYSTEM)],
            chars=60,
        )
        summary = await ModelSummariser(model).summarise(request, Calls())
        await model.close()
        assert (summary.text, summary.author) == ("Ann lives in Porto. Emma visits her.", "gpt-4.1-nano")
        (asked,) = server.requests
        assert "Ann lives in Lisbon." in asked.text
        assert "I moved to Porto." in asked.text
        assert "secret" not in asked.text


async def test_a_refused_or_empty_answer_is_a_typed_failure() -> None:
    """Nothing usable in the answer, also after a repair try, and a server that is down, are errors of their kinds."""
    for answer, kind, requests in (
        (call(sentences(" ")), ModelOutputInvalid, 2),
        (refuse(503), ModelUnavailable, 1),
    ):
        async with model_server(answer) as server:
            model = ChatModel(base_url=server.base_url, api_key="k", max_retries=0)
            with pytest.raises(kind):
                await ModelSummariser(model).summarise(asking("I moved to Porto."), Calls())
            await model.close()
            assert len(server.requests) == requests
