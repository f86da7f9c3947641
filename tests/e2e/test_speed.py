"""The benchmark of speed and size at its smallest: it measures what it says, on stores such as the service writes."""

import json
from pathlib import Path

import pytest
from bench.speed import mem0ai
from bench.speed.__main__ import main
from bench.speed.load import BIG, embedded, load, small
from bench.speed.rows import Rows
from bench.speed.world import World, told

from twohop.app import open_core
from twohop.graph.model import Scope
from twohop.graph.tables import TABLES
from twohop.memory.api import RecallRequest
from twohop.memory.upkeep.reading import rows_of
from twohop.memory.upkeep.verify_index import verify_index
from twohop.memory.upkeep.verify_ledger import verify_ledger

MEMORIES, OWNERS = 120, 2
SYSTEMS = {"SQLite + Edge, core", "SQLite + Edge, gRPC", "NumPy scan", "gRPC echo", "fdatasync"}
SAME = ("sessions", "messages", "memories", "entities", "evidence", "mentions")
"""Tables of which a loaded world has as many rows as one that was told, where some facts end others."""


async def test_a_loaded_world_is_such_as_the_service_writes(tmp_path: Path) -> None:
    """No row contradicts another, the index holds the points of the rows, and a question finds its fact."""
    await load(tmp_path / "data", MEMORIES, OWNERS)
    world = World(BIG.user_id, MEMORIES)
    name = world.people[next(world.distinct(MEMORIES)).one]
    async with open_core(embedded(tmp_path / "data")) as app:
        for scope in (BIG, *small(OWNERS)):
            assert await verify_ledger(app.ledger, scope.partition) == []
            compared = await verify_index(app.ledger, app.index, scope.partition, centred=app.embedder.centred)
            assert (compared.findings, compared.waiting) == ([], 0)
        result = await app.core.recall(RecallRequest(scope=BIG, query=f"Which places did {name} visit?"))
    assert result.degradations == ()
    assert result.items[0].memory is not None
    assert name in result.items[0].memory.revision.text


async def test_a_loaded_world_is_as_large_as_a_told_one(tmp_path: Path) -> None:
    """The service, told the same facts, stores as many rows of what was said and who is named, and the same words."""
    scope = Scope(user_id="told")
    loaded = {name: list(rows) for name, rows in Rows(scope, World("told", MEMORIES), MEMORIES).tables()}
    async with open_core(embedded(tmp_path / "data").model_copy(update={"synchronous": "OFF"})) as app:
        for request in told(scope, World("told", MEMORIES), MEMORIES):
            await app.core.add(request)
        stored = {name: [row async for row in rows_of(app.ledger, scope.partition, name)] for name in TABLES}
    assert {name: len(loaded[name]) for name in SAME} == {name: len(stored[name]) for name in SAME}
    assert {row["content"] for row in loaded["messages"]} == {row["content"] for row in stored["messages"]}
    assert {row["stem"] for row in loaded["vocabulary"]} == {row["stem"] for row in stored["vocabulary"]}
    assert all(row.keys() - {"partition"} == TABLES[name].columns.keys() for name in loaded for row in loaded[name])


def test_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Recall and adds in process and over gRPC, and the floor: printed, and written with the machine's description.

    Also when a part that comes later can't be measured: without mem0ai it is said how it gets there.
    """
    monkeypatch.setattr(mem0ai, "PYTHON", tmp_path / "python")
    sizes = {"sizes": 60, "owners": 2, "questions": 6, "seconds": 0.2}
    flags = [part for name, size in sizes.items() for part in (f"--{name}", str(size))]
    with pytest.raises(RuntimeError, match=r"make \.tools/mem0/\.installed"):
        main([*flags, "--only", "sizes", "--only", "mem0", "--out", str(tmp_path / "rows.json")])
    found = json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))
    values = {(row["system"], row["category"], row["metric"], row["k"]): row["value"] for row in found["rows"]}
    assert {row["system"] for row in found["rows"]} == SYSTEMS
    assert {row["split"] for row in found["rows"]} == {"60"}
    for system in ("SQLite + Edge, core", "SQLite + Edge, gRPC"):
        for whose in ("one owner", "many owners"):
            for what in ("recall", "first_hits"):
                assert (
                    0 < values[system, whose, f"{what}_p50_ms", None] <= values[system, whose, f"{what}_p95_ms", None]
                )
    served = "SQLite + Edge, gRPC"
    assert values[served, "one owner", "first_message_p50_ms", None] > 0
    assert values[served, "one owner", "adds_per_second", 1] > 0
    assert values[served, "many owners", "adds_per_second", 16] > 0
    assert values[served, "one owner", "facts_per_second_20x10", 20] > 0
    assert values[served, "machine", "disk_mib", None] > 0
    assert found["machine"]["cores"] > 0
    assert served in capsys.readouterr().out


@pytest.mark.skipif(not mem0ai.PYTHON.exists(), reason="mem0ai is not installed: make .tools/mem0/.installed")
def test_mem0ai_adds_and_searches() -> None:
    """It remembers the same texts without a model, and is searched at the size that it reached."""
    rows = list(mem0ai.measure(40, 3, 30.0))
    values = {row["metric"]: float(str(row["value"])) for row in rows}
    assert {(row["system"], row["split"]) for row in rows} == {("mem0ai 2.2.1", "40")}
    assert 0 < values["first_hits_p50_ms"] <= values["first_hits_p95_ms"]
    assert values["adds_per_second"] > 0
    assert values["disk_mib"] > 0
