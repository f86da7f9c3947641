"""The checked-in figures of our own scenarios: what passed once must go on passing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.truth.report import Figures, Results, failed


def summary(results: Results) -> dict[str, Any]:
    """What the baseline keeps: scenarios, and for each row its counts and the ids of failed checks."""
    played = next(iter(results.values()))
    return {
        "scenarios": sorted(one.scenario for one in played),
        "rows": {
            row.name: {
                "passed": {str(kind): str(share) for kind, share in Figures.of(some).shares.items()},
                "wrongly_retired": Figures.of(some).wrongly_retired,
                "failed": sorted(check.id for _, check in failed(some)),
            }
            for row, some in results.items()
        },
    }


def write(path: Path, results: Results) -> None:
    """Make these results the baseline."""
    path.write_text(json.dumps(summary(results), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def regressions(path: Path, results: Results) -> Iterator[str]:
    """What is worse than the baseline, in a line each.

    A check of a scenario that the baseline doesn't know is no regression. With the ideal extraction nothing may be
    wrongly retired, whatever the baseline says; what the rules misread may, but not more of it than before.
    """
    known = json.loads(path.read_text(encoding="utf-8"))
    scenarios = set(known["scenarios"])
    for row, played in results.items():
        before = known["rows"].get(row.name, {"failed": [], "wrongly_retired": 0})
        for one, check in failed(played):
            if one.scenario in scenarios and check.id not in before["failed"]:
                yield f"{row.name}: {check.id} passed before: expected {check.expected}; found {check.found}"
        lost = Figures.of(played).wrongly_retired
        allowed = 0 if row.ideal else before["wrongly_retired"]
        if lost > allowed:
            yield f"{row.name}: {lost} memories wrongly retired, at most {allowed} may be"
