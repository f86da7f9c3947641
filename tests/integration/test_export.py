"""Export and import: what is told to one ledger stands in another, and nothing of a file that isn't whole does."""

import asyncio
import gzip
import io
import json
import re
import tempfile
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_files import BOB, COACH, empty, everything, exported, loaded, told
from ledger_rows import acceptance
from stories import ALICE, ask, facts_in, paths_in, story, tell
from twohop.errors import Conflict, InvalidInput, LedgerUnavailable, NotFound, SchemaTooNew
from twohop.graph.model import JobState, Scope
from twohop.graph.sqlite import SqliteLedger
from twohop.graph.store import Page, Row
from twohop.graph.tables import TABLES
from twohop.memory.clock import uuid7
from twohop.memory.upkeep import reading
from twohop.memory.upkeep.export_file import check
from twohop.memory.upkeep.verify_ledger import verify_ledger


def projected(file: bytes) -> int:
    """How many rows of an export have points, or may have."""
    return sum(json.loads(line).get("table") in {"messages", "revisions", "relations"} for line in file.splitlines())


async def test_what_is_imported_is_what_was_exported(tmp_path: Path) -> None:
    """Every table of every owner holds the same rows, verify finds nothing, and a second time nothing is new."""
    async with told(tmp_path) as app, empty(tmp_path) as other:
        file = await exported(app.ledger)
        first = await loaded(other, file)
        assert {one.partition for one in first} == {ALICE.partition, BOB.partition, COACH.partition}
        assert sum(one.new for one in first) == len(file.splitlines()) - 2
        assert await everything(other) == await everything(app.ledger)
        for one in first:
            assert await verify_ledger(other, one.partition) == []
        backlog = await other.backlog()
        assert backlog.waiting == projected(file), "messages, revisions and relations wait for the projector"
        assert [one.new for one in await loaded(other, file)] == [0, 0, 0]
        assert await other.backlog() == backlog


async def test_another_deployment_answers_alike(tmp_path: Path) -> None:
    """After import and one projection, questions are answered with the same facts and the same paths."""
    questions = (
        "Where does Alice work?",
        "Where does Emma live?",
        "Who works at Birch?",
        "Where is Alice's colleague?",
    )
    async with told(tmp_path / "one") as app, story(tmp_path / "two") as other:
        await loaded(other.ledger, await exported(app.ledger))
        await other.projector.project()
        for question in questions:
            was, now = await ask(app, question), await ask(other, question)
            assert facts_in(now) == facts_in(was)
            assert paths_in(now) == paths_in(was)
            assert [item.scores for item in now.items] == [item.scores for item in was.items]


async def test_one_owner_is_exported_alone(tmp_path: Path) -> None:
    """A scope keeps its owner's rows in and all others out; an owner that isn't there is no empty file."""
    async with told(tmp_path) as app:
        lines = [json.loads(line) for line in (await exported(app.ledger, BOB)).splitlines()]
        assert lines[0]["scope"]["user_id"] == "bob"
        assert {line["row"]["partition"] for line in lines[1:-1]} == {BOB.partition}
        assert "Alice" not in json.dumps(lines)
        with pytest.raises(NotFound):
            await exported(app.ledger, Scope(user_id="nobody"))


async def test_jobs_that_ran_wait_where_they_are_imported(tmp_path: Path) -> None:
    """A job that a process works on is claimable in the other ledger, with its messages."""
    async with empty(tmp_path, "one") as ledger, empty(tmp_path, "two") as other:
        await ledger.accept(acceptance("m1"))
        [job] = await ledger.claim_jobs(9)
        assert job.state is JobState.RUNNING
        await loaded(other, await exported(ledger))
        [claimed] = await other.claim_jobs(9)
        assert (claimed.id, claimed.payload, claimed.run) == (job.id, job.payload, job.run + 1)


# -- files that are not whole -------------------------------------------------------------------------------------


def cut(lines: list[bytes]) -> list[bytes]:
    return lines[:-3]


def cut_within(lines: list[bytes]) -> list[bytes]:
    return [*lines[:-3], lines[-3][:20]]


def changed(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b"Alice", b"Alfie") for line in lines]


def moved(lines: list[bytes]) -> list[bytes]:
    """The last message stands behind the first row of the table after it."""
    place = max(place for place, line in enumerate(lines) if b'"table":"messages"' in line)
    return [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]


def doubled(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[1], lines[1], *lines[2:]]


def of_nobody(lines: list[bytes]) -> list[bytes]:
    return [line for line in lines if b'"table":"owners"' not in line]


def continued(lines: list[bytes]) -> list[bytes]:
    return [*lines, lines[1]]


def edited(table: str, change: Callable[[dict[str, Any]], None]) -> Callable[[list[bytes]], list[bytes]]:
    """A file in which the first row of a table is changed."""

    def edit(lines: list[bytes]) -> list[bytes]:
        place = next(place for place, line in enumerate(lines) if f'"table":"{table}"'.encode() in line)
        row = json.loads(lines[place])
        change(row)
        return [*lines[:place], json.dumps(row).encode() + b"\n", *lines[place + 1 :]]

    return edit


BROKEN: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "cut off": (cut, "cut off"),
    "cut off within a line": (cut_within, "damaged or cut off"),
    "another text": (changed, "checksum"),
    "lines moved": (moved, "moved or doubled"),
    "a line twice": (doubled, "moved or doubled|checksum"),
    "rows without their owner": (of_nobody, "without its owner"),
    "more behind the end": (continued, "behind the end"),
    "no header": (lambda lines: lines[1:], "no export"),
    "nothing": (lambda _: [], "no export"),
    "no JSON": (lambda _: [b"hello\n"], "no export"),
    "an unknown table": (edited("messages", lambda row: row.update(table="secrets")), "no table"),
    "an unknown column": (edited("messages", lambda row: row["row"].update(more=1)), "other columns"),
    "a column less": (edited("messages", lambda row: row["row"].pop("content")), "other columns"),
    "another type": (edited("messages", lambda row: row["row"].update(position="0")), "messages.position"),
    "a truth value": (edited("messages", lambda row: row["row"].update(position=True)), "messages.position"),
    "nothing where something must be": (edited("messages", lambda row: row["row"].update(content=None)), "content"),
    "no bytes": (edited("means", lambda row: row["row"].update(mean="§")), "base64"),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An export of two owners and an agent."""

    async def told_and_exported() -> bytes:
        async with told(tmp_path_factory.mktemp("whole")) as app:
            return await exported(app.ledger)

    return asyncio.run(told_and_exported())


@pytest.mark.parametrize("how", BROKEN)
async def test_nothing_of_a_damaged_file_is_imported(how: str, whole: bytes, tmp_path: Path) -> None:
    """A file that was cut or changed is refused with the line's number, and the ledger stays empty."""
    change, problem = BROKEN[how]
    async with empty(tmp_path) as other:
        lines = whole.splitlines(keepends=True)
        with pytest.raises(InvalidInput, match=problem) as refused:
            await loaded(other, b"".join(change(lines)))
        [violation] = refused.value.violations
        assert violation.field.startswith("line ")
        assert 1 <= int(violation.field.removeprefix("line ")) <= len(lines) + 1
        assert await other.partitions(9) == []


async def test_a_file_of_a_newer_twohop_is_refused(tmp_path: Path) -> None:
    """Another version of the format asks for an upgrade, whatever stands in it."""
    async with empty(tmp_path) as other:
        with pytest.raises(SchemaTooNew, match="version 2"):
            await loaded(other, b'{"format":"twohop-export","version":2,"new":"things"}\n')


def test_a_damaged_archive_is_refused(whole: bytes) -> None:
    """A compressed file that was cut off is named as such."""
    packed = gzip.compress(whole)
    with (
        gzip.open(io.BytesIO(packed[: len(packed) // 2])) as file,
        pytest.raises(InvalidInput, match="compressed file is damaged"),
    ):
        check(file)  # type: ignore[arg-type]  # A file of bytes, which its stub doesn't say.


# -- owners that are there, imports that are interrupted ----------------------------------------------------------


async def test_an_owner_with_other_data_is_refused(tmp_path: Path) -> None:
    """An owner that went on, or is another one of the same name, is named and left as it is."""
    async with told(tmp_path / "one") as app, story(tmp_path / "two") as other:
        file = await exported(app.ledger, ALICE)
        await tell(other, "Alice likes tea")
        before = await everything(other.ledger)
        with pytest.raises(Conflict, match="user 'alice' of tenant 'default'"):
            await loaded(other.ledger, file)
        assert await everything(other.ledger) == before
        await tell(app, "Alice works_at Cedar", day=60)
        with pytest.raises(Conflict, match="user 'alice'"):
            await loaded(app.ledger, file)


class Breaking(SqliteLedger):
    """A ledger whose store goes away after so many writes."""

    left = 0

    def write(self) -> None:
        if not self.left:
            raise LedgerUnavailable("gone")
        self.left -= 1

    async def load(self, partition: str, table: str, rows: Sequence[Row]) -> int:
        self.write()
        return await super().load(partition, table, rows)

    async def outbox_refill(self, partition: str | None = None) -> int:
        self.write()
        return await super().outbox_refill(partition)


async def test_an_interrupted_import_is_completed_by_another(tmp_path: Path) -> None:
    """Wherever an import breaks off, doing it again ends with the same rows, all of which wait for the projector."""
    async with told(tmp_path) as app:
        file = await exported(app.ledger, BOB)
    async with empty(tmp_path) as other:
        await loaded(other, file)
        whole = await everything(other)
    writes = 0
    for writes in count():
        ledger = await Breaking.open(tmp_path / f"broken-{writes}.db", clock=lambda: 7, synchronous="OFF")
        ledger.left = writes
        try:
            await loaded(ledger, file)
        except LedgerUnavailable:
            ledger.left = 1_000
            await loaded(ledger, file)
            assert await everything(ledger) == whole
            assert (await ledger.backlog()).waiting == projected(file)
        else:
            break
        finally:
            await ledger.close()
    assert writes > 10


# -- live traffic, size -------------------------------------------------------------------------------------------


class Written(SqliteLedger):
    """A ledger to which somebody writes while its messages are read, so many times."""

    writes = 0

    async def rows(self, partition: str, table: str, limit: int, after: str = "") -> Page[Row]:
        if table == "messages" and self.writes:
            self.writes -= 1
            await self.accept(acceptance(f"late-{uuid7()}"))
        return await super().rows(partition, table, limit, after)


async def test_an_owner_that_is_written_to_is_read_again(tmp_path: Path) -> None:
    """What is exported is one state of the owner; when there is no pause, the owner is named."""
    ledger = await Written.open(tmp_path / "written.db", clock=lambda: 7, synchronous="OFF")
    await ledger.accept(acceptance("first"))
    ledger.writes = reading.LOOKS - 1
    async with empty(tmp_path) as other:
        await loaded(other, await exported(ledger))
        [partition] = await other.partitions(9)
        assert await verify_ledger(other, partition) == []
        assert len(await other.message_ids(partition, 99)) == reading.LOOKS
    ledger.writes = reading.LOOKS
    with pytest.raises(Conflict, match="user 'ann'"):
        await exported(ledger)
    await ledger.close()


class Watched(SqliteLedger):
    """A ledger that notes how many rows go through at a time."""

    most = 0

    async def rows(self, partition: str, table: str, limit: int, after: str = "") -> Page[Row]:
        page = await super().rows(partition, table, limit, after)
        self.most = max(self.most, len(page.items))
        return page

    async def load(self, partition: str, table: str, rows: Sequence[Row]) -> int:
        self.most = max(self.most, len(rows))
        return await super().load(partition, table, rows)


async def test_a_large_owner_streams(tmp_path: Path) -> None:
    """Of ten thousand messages never more than a page is in hand, on the way out and on the way in."""
    one = await Watched.open(tmp_path / "one.db", clock=lambda: 7, synchronous="OFF")
    two = await Watched.open(tmp_path / "two.db", clock=lambda: 7, synchronous="OFF")
    for start in range(0, 10_000, 2_000):
        await one.accept(acceptance(*(f"m{number:05}" for number in range(start, start + 2_000)), job_id=f"job{start}"))
    [result] = await loaded(two, await exported(one))
    assert result.new > 10_000
    assert one.most <= reading.PAGE
    assert two.most <= reading.PAGE
    assert await everything(two) == await everything(one)
    await one.close()
    await two.close()


# -- any rows -----------------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
VALUES = {
    "str": TEXT,
    "int": st.integers(-(2**62), 2**62),
    "float": st.floats(allow_nan=False, allow_infinity=False, width=32),
    "bytes": st.binary(max_size=12),
}
FREE = ("sessions", "speakers", "agent_configs", "memories", "entities", "messages", "jobs", "vocabulary", "means")
"""Tables whose rows may say anything, as long as their keys differ."""


def rows_like(name: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Some rows of a table with different keys; one of a table that has one row an owner."""
    table = TABLES[name]
    row = st.fixed_dictionaries(
        {
            column: st.one_of(st.none(), VALUES[kind[:-1]]) if kind.endswith("?") else VALUES[kind]
            for column, kind in table.columns.items()
        }
    )
    if not table.key:
        return st.lists(row, min_size=1, max_size=1)
    return st.lists(row, max_size=3, unique_by=lambda one: tuple(one[column] for column in table.key))


@st.composite
def owners(draw: st.DrawFn) -> list[tuple[str, str, list[Row]]]:
    """Some owners' rows, in the order in which they are loaded."""
    found: list[tuple[str, str, list[Row]]] = []
    for partition in draw(st.lists(st.text("0123456789abcdef", min_size=4, max_size=4), max_size=3, unique=True)):
        for name in TABLES:
            if name == "owners" or name in FREE:
                rows = draw(rows_like(name))
                if name == "messages":
                    rows = [{**row, "position": place} for place, row in enumerate(rows)]
                found.append((partition, name, [{"partition": partition, **row} for row in rows]))
    return found


@settings(max_examples=25)
@given(rows=owners())
async def test_any_rows_survive_the_way_there_and_back(rows: list[tuple[str, str, list[Row]]]) -> None:
    """Exported, imported and exported again, the rows are the same to the byte."""
    with tempfile.TemporaryDirectory() as folder:
        async with empty(Path(folder), "one") as one, empty(Path(folder), "two") as two:
            for partition, name, theirs in rows:
                await one.load(partition, name, theirs)
            first = await exported(one)
            await loaded(two, first)
            assert lines_of(await exported(two)) == lines_of(first)


def lines_of(file: bytes) -> list[bytes]:
    """The lines but for the first and the last, without what moves when the index is filled."""
    lines = file.splitlines()[1:-1]
    return [
        re.sub(rb'"(seq|last_time)":-?[0-9]+', b"", line) if b'"table":"owners"' in line else line for line in lines
    ]
