"""The page of benchmarks: every figure of the rows stands in it, and what no row tells is said to be not measured."""

import json
from pathlib import Path
from typing import Any

import pytest
from bench.report.__main__ import main
from bench.report.claims import CLAIMS
from bench.report.sections import SECTIONS
from bench.scoring import row
from bench.speed.figures import figure

TREE = Path(__file__).parents[2]
MACHINE: dict[str, Any] = {
    "cpu": "Abacus",
    "cores": 2,
    "memory_gib": 8,
    "system": "Linux x86_64",
    "python": "3.11.0",
    "versions": {"twohop": "0.1.0"},
    "load": 0.5,
}
SPEED = [
    figure("NumPy scan", 10_000, "one owner", "first_hits_p50_ms", 2.0, 50),
    figure("NumPy scan", 10_000, "one owner", "first_hits_p95_ms", 3.0, 50),
    figure("SQLite + Edge, core", 10_000, "one owner", "recall_p50_ms", 12.0, 50),
    figure("SQLite + Edge, core", 10_000, "one owner", "recall_p95_ms", 46.0, 50),
    figure("mem0ai 2.2.1", 500, "one owner", "adds_per_second", 63.0, 500, k=1),
]
LOCOMO = [row("vector+bm25+graph", "wordllama/256", "dev", "1-4", "recall", 10, 82.4, 900)]


def page(capsys: pytest.CaptureFixture[str], *files: Path) -> str:
    assert main([str(path) for path in files]) == 0
    return capsys.readouterr().out


def cells(text: str, first: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(f"| {first}"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_figures_stand_beside_their_targets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A target that is met, one that is missed and by how much, the machine, and the ratio to the floor."""
    (tmp_path / "speed.json").write_text(json.dumps({"machine": MACHINE, "rows": SPEED}))
    (tmp_path / "eval.json").write_text(json.dumps(LOCOMO))
    text = page(capsys, tmp_path / "speed.json", tmp_path / "eval.json")
    assert cells(text, "LoCoMo 1-4, recall @10, wordllama")[1:3] == ["82.4", "≥ 82 %"]
    assert cells(text, "LoCoMo 1-4 by rules, recall @10, wordllama")[1] == "not measured"
    assert cells(text, "Recall with paths, p50, 10,000 memories")[1:3] == ["12.0", "≤ 15 ms"]
    assert cells(text, "Recall with paths, p95, 10,000 memories")[1:3] == ["46.0 (missed by 6.00)", "≤ 40 ms"]
    assert cells(text, "recall_ms | SQLite + Edge, core")[-2:] == ["-", "12.0 / 46.0"]
    assert cells(text, "recall_p50_ms | SQLite + Edge, core")[-1] == "6.00 x"
    assert cells(text, "adds_per_second | mem0ai 2.2.1")[-2:] == ["63.0", "-"]
    assert "- Abacus, 2 processors, 8 GiB, Linux x86_64, Python 3.11.0, twohop 0.1.0; load 0.5" in text


def test_a_variant_is_no_other_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a data set measured in several ways each claim takes its own; a difference takes both rows from one way."""
    found: list[dict[str, object]] = []
    for variant, graph, words in (("recorded, 60 % of the triples dropped", 48.5, 48.0), ("recorded", 75.0, 54.0)):
        for system, value in (("vector+bm25+graph", graph), ("vector+bm25", words)):
            found.append(
                row(system, "wordllama/256", f"dev, {variant}", "all", "recall", 2, value, 50, dataset="musique")
            )
    (tmp_path / "rows.json").write_text(json.dumps(found))
    text = page(capsys, tmp_path / "rows.json")
    assert cells(text, "MuSiQue, recall @2, wordllama")[1] == "75.0"
    assert cells(text, "MuSiQue by rules, recall @5")[1] == "not measured"
    assert cells(text, "MuSiQue, 60 % of the triples dropped: recall @2")[1:3] == ["0.50", "≥ 0 points"]


def test_without_rows_nothing_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every claim and every section says so, and a file that is not there is named, not on the page."""
    assert main([str(tmp_path / "gone.json")]) == 0
    told = capsys.readouterr()
    assert "gone.json is not there" in told.err
    assert told.out.count("| not measured |") == len(CLAIMS)
    assert told.out.count("\nNot measured.\n") == len(SECTIONS)
    assert str(tmp_path) not in told.out


@pytest.mark.parametrize("dataset", sorted({name for section in SECTIONS for name in section.datasets} - {"speed"}))
def test_every_row_of_a_data_set_is_shown(dataset: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also of a system, split, category and metric that the page has never heard of."""
    rows = [row("odd", "other", "split-7", "cat-9", "metric-3", 4, 12.34, 77, dataset=dataset)]
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    text = page(capsys, tmp_path / "rows.json")
    assert f"### {dataset}, split-7" in text
    assert cells(text, "system")[-1] == "metric-3 @4"
    assert cells(text, "odd") == ["odd", "other", "cat-9", "77", "12.3"]


def test_every_claim_can_be_told() -> None:
    """Each belongs to a section, has one target, and says how to repeat it by a target of the Makefile."""
    targets = {line.partition(":")[0] for line in (TREE / "Makefile").read_text(encoding="utf-8").splitlines()}
    known = {name for section in SECTIONS for name in section.datasets}
    for claim in CLAIMS:
        assert claim.where["dataset"] in known
        assert (claim.least is None) != (claim.most is None)
        assert claim.repeat.split()[1] in targets
    assert len({claim.what for claim in CLAIMS}) == len(CLAIMS)
