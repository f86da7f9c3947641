"""The embedded index on disk: reopening, kills, damage, mismatches, and the swap to an optimised shard."""

import asyncio
import json
import os
import random
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from index_points import by_vector, by_words, edge, number, point, stored_ids, vector
from twohop.errors import EmbedderMismatch, IndexUnavailable, SchemaTooNew
from twohop.vector.edge import EdgeIndex
from twohop.vector.model import Point, PointKind
from twohop.vector.payload import FORMAT

TREE = Path(__file__).parents[2]


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[EdgeIndex]:
    opened = await edge(tmp_path)
    yield opened
    await opened.close()


def shards(folder: Path) -> list[Path]:
    return sorted(folder.glob("shard-*"))


async def test_what_was_written_is_there_after_reopening(tmp_path: Path) -> None:
    """A new index is fresh, since the ledger has to fill it; one that holds its points is not."""
    first = await edge(tmp_path)
    assert await first.fresh()
    await first.upsert([point(1), point(2, dense=None)])
    asked = [by_vector(1), by_words(t1=1.0)]
    answer = await first.query("ana", asked)
    await first.close()

    again = await edge(tmp_path)

    assert not await again.fresh()
    assert await again.query("ana", asked) == answer
    await again.close()


@pytest.mark.parametrize("swaps", [0, 1])
async def test_a_killed_process_loses_nothing_that_it_was_told_is_written(tmp_path: Path, swaps: int) -> None:
    """After kill -9, before and after swaps and while the next copy is built, every acknowledged change holds."""
    kept: set[int] = set()
    ending = random.Random(swaps).randint(20, 100)
    path = os.pathsep.join(part for part in [str(TREE / "tests"), *sys.path] if part)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        TREE / "tests" / "index_writer.py",
        tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    seen: set[str] = set()
    async for line in process.stdout:
        value = int(line[1:])
        kept = kept | {value} if line.startswith(b"+") else kept - {value}
        seen.add(json.loads((tmp_path / "index.json").read_text())["shard"])
        ending -= len(seen) > swaps
        if ending == 0:
            process.kill()
    await process.wait()
    assert ending <= 0

    index = await edge(tmp_path)

    assert not await index.fresh()
    ids = set(await stored_ids(index, "ana", 10_000))
    in_flight = {max(kept) + 1, max(kept) - 1}  # What it was doing when it died may have happened or not.
    assert {number(value) for value in kept - in_flight} <= ids <= {number(value) for value in kept | in_flight}
    assert len(shards(tmp_path)) == 1
    await index.close()


async def test_a_machine_that_went_down_asks_for_a_refill_and_keeps_what_it_has(tmp_path: Path) -> None:
    """Writes that were not flushed may be lost then: the index says that it is fresh but doesn't start empty."""
    index = await edge(tmp_path)
    await index.upsert([point(1)])
    await index.close()
    (tmp_path / "open").write_text("another boot")

    again = await edge(tmp_path)

    assert await again.fresh()
    assert await stored_ids(again, "ana", 10) == [number(1)]
    await again.close()


def cut_manifest(folder: Path) -> None:
    (folder / "index.json").write_text('{"format": 1, "mod')


def older_format(folder: Path) -> None:
    manifest = json.loads((folder / "index.json").read_text())
    (folder / "index.json").write_text(json.dumps(manifest | {"format": 0}))


def cut_shard(folder: Path) -> None:
    for segment in folder.glob("shard-*/segments/*/segment.json"):
        segment.write_text("{")


def no_shard(folder: Path) -> None:
    shutil.rmtree(shards(folder)[0])


def no_manifest(folder: Path) -> None:
    (folder / "index.json").unlink()


@pytest.mark.parametrize("damage", [cut_manifest, older_format, cut_shard, no_shard, no_manifest])
async def test_an_unreadable_index_is_set_aside_and_begun_again(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    """The index is derived: damage costs a refill, never the start. What was there lies aside, once."""
    for _ in range(2):
        index = await edge(tmp_path)
        await index.upsert([point(1)])
        await index.close()
        damage(tmp_path)

    index = await edge(tmp_path)

    assert await index.fresh()
    assert (await index.info()).points == 0
    await index.upsert([point(2)])
    assert await stored_ids(index, "ana", 10) == [number(2)]
    await index.close()
    assert len(shards(tmp_path)) == 1
    assert (tmp_path / "aside").is_dir()


@pytest.mark.parametrize("other", [{"model": "other/4"}, {"dimension": 8}, {"encoder": "words/2"}])
async def test_an_index_of_other_vectors_is_refused_with_what_to_run(tmp_path: Path, other: dict[str, str]) -> None:
    """Another model, dimension or encoder raises, names both, and leaves everything as it was."""
    index = await edge(tmp_path)
    await index.upsert([point(1)])
    await index.close()

    with pytest.raises(EmbedderMismatch, match=r"test/4 \(4 numbers, encoder words/1\).*twohop reindex"):
        await edge(tmp_path, **other)

    again = await edge(tmp_path)
    assert await stored_ids(again, "ana", 10) == [number(1)]
    await again.close()


async def test_an_index_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """A newer format is neither read nor set aside."""
    await (await edge(tmp_path)).close()
    manifest = json.loads((tmp_path / "index.json").read_text())
    (tmp_path / "index.json").write_text(json.dumps(manifest | {"format": FORMAT + 1}))

    with pytest.raises(SchemaTooNew):
        await edge(tmp_path)

    assert len(shards(tmp_path)) == 1


async def test_a_closed_index_says_so(tmp_path: Path) -> None:
    """Calls after close raise IndexUnavailable."""
    index = await edge(tmp_path)
    await index.close()

    with pytest.raises(IndexUnavailable):
        await index.query("ana", [by_vector(1)])


async def test_writes_during_a_rebuild_are_in_the_rebuilt_shard(index: EdgeIndex, tmp_path: Path) -> None:
    """New, replaced and deleted points, before and while a child optimises the copy, are as if nothing happened."""
    expected: dict[str, Point] = {}

    async def put(value: int, seq: int) -> None:
        fresh = point(value, seq=seq, dense=vector(1, value, seq), runs=(f"run-{seq}",))
        await index.upsert([fresh])
        expected[fresh.id] = fresh

    async def drop(value: int) -> None:
        await index.delete("ana", [number(value)])
        expected.pop(number(value), None)

    for value in range(1, 301):
        await put(value, 1)
    await drop(7)
    [before] = shards(tmp_path)

    rebuild = asyncio.create_task(index.optimise())
    value = 300
    while not rebuild.done():
        value += 1
        await put(value, 1)
        await put(value - 290, 2)
        await drop(value - 291)
        assert await stored_ids(index, "ana", 10_000) == sorted(expected)
    await rebuild

    assert value > 310, "the rebuild was over before anything was written during it"
    [after] = shards(tmp_path)
    assert after != before
    assert json.loads((tmp_path / "index.json").read_text())["shard"] == after.name
    assert await stored_ids(index, "ana", 10_000) == sorted(expected)
    for each in expected.values():
        assert each.dense is not None
        lists = await index.query(
            "ana", [by_vector(*each.dense, ids=(each.id,), run_id=each.runs[0]), by_vector(1, ids=(each.id,))]
        )
        assert [(hit.id, hit.memory_id) for hit in lists[0]] == [(each.id, each.memory_id)]
        assert lists[0][0].score == 1.0
        assert len(lists[1]) == 1
    assert (await index.counts("ana"))[PointKind.MEMORY] == len(expected)


async def test_an_older_write_is_still_ignored_after_the_swap(index: EdgeIndex) -> None:
    """The seq of a point moves with it."""
    await index.upsert([point(1, seq=5)])
    await index.optimise()

    await index.upsert([point(1, seq=4, dense=vector(0, 1))])

    [[hit]] = await index.query("ana", [by_vector(1)])
    assert hit.score == 1.0


async def test_the_index_optimises_itself_when_enough_has_come(tmp_path: Path) -> None:
    """Past the threshold a rebuild runs in the background, and the rebuilt shard is the one that is opened next."""
    index = await edge(tmp_path, optimise_after=50, flush_seconds=0.0)
    [before] = shards(tmp_path)
    await index.upsert([point(value) for value in range(1, 61)])

    while json.loads((tmp_path / "index.json").read_text())["optimised"] == 0:
        assert len(await stored_ids(index, "ana", 100)) == 60
    await index.close()

    [after] = shards(tmp_path)
    assert after != before
    again = await edge(tmp_path)
    assert len(await stored_ids(again, "ana", 100)) == 60
    await again.close()


async def test_closing_during_a_rebuild_gives_it_up(tmp_path: Path) -> None:
    """The child ends, its copy goes, and nothing written is lost."""
    index = await edge(tmp_path, optimise_after=50, flush_seconds=0.0)
    await index.upsert([point(value) for value in range(1, 61)])
    while len(shards(tmp_path)) == 1:
        await index.info()

    await index.close()

    assert len(shards(tmp_path)) == 1
    again = await edge(tmp_path)
    assert len(await stored_ids(again, "ana", 100)) == 60
    await again.close()


async def test_a_failing_optimiser_leaves_the_index_as_it_was(
    index: EdgeIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child that can't start or that fails costs speed only."""
    await index.upsert([point(1)])
    for program in ("false", "no-such-program"):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", shutil.which(program) or program)
            with pytest.raises(IndexUnavailable):
                await index.optimise()

    assert len(shards(tmp_path)) == 1
    await index.upsert([point(2)])
    assert await stored_ids(index, "ana", 10) == [number(1), number(2)]


async def test_a_query_that_nobody_waits_for_any_more_does_no_harm(index: EdgeIndex) -> None:
    """Cancelled calls leave the index working."""
    await index.upsert([point(value) for value in range(1, 200)])
    calls = [asyncio.create_task(index.query("ana", [by_vector(1)])) for _ in range(20)]
    await asyncio.sleep(0)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)

    assert len(await stored_ids(index, "ana", 1_000)) == 199


async def test_the_optimiser_takes_nothing_from_the_current_folder(
    index: EdgeIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that happens to lie where the server was started is not imported in place of the library."""
    (tmp_path / "qdrant_edge.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)

    await index.optimise()

    assert json.loads((tmp_path / "index.json").read_text())["optimised"] == 0
