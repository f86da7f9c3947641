"""The benchmark of the deployments at its smallest: it measures what it says, on a core as it is served."""

import json
from pathlib import Path

import pytest
from bench.deployments.__main__ import main


def test_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One owner and several, with times and rates, printed and written; no statement is counted without a server."""
    sizes = {"memories": 12, "owners": 2, "questions": 6, "seconds": 0.2}
    flags = [part for name, size in sizes.items() for part in (f"--{name}", str(size))]
    assert main([*flags, "--only", "SQLite + Edge", "--out", str(tmp_path / "rows.json")]) == 0
    rows = json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))
    assert [row["case"] for row in rows] == ["1 owner, 12 memories, 36 relations", "2 owners, 10 memories each"]
    for row in rows:
        assert 0 < row["recall_p50_ms"] <= row["recall_p95_ms"]
        assert row["adds_per_second"] > 0
        assert row["adds_per_second_16_writers"] > 0
        assert row["recall_statements"] == row["add_statements"] == [0, 0]
    assert "SQLite + Edge" in capsys.readouterr().out
