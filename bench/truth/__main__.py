"""The truth benchmark: `make truth`, or `make truth DATA=folder OUT=file` for any folder of scenarios.

Each scenario is played three ways: with the rules alone, with an ideal extraction judged by the rules, and with an
ideal extraction judged by someone hostile. The end state and the answers are compared with what the scenario expects.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.truth import baseline
from bench.truth.play import ROWS, Played, Row, play_all
from bench.truth.reader import load
from bench.truth.report import as_json, show
from bench.truth.scenario import Scenario
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from twohop.memory.predicates import PredicateTable

HERE = Path(__file__).parent
OURS = HERE / "scenarios"
BASELINE = HERE / "baseline.json"

WIDTH = 200
"""Columns of the table where the output is no terminal: it then wraps nothing."""


async def measure(scenarios: Sequence[Scenario], console: Console) -> dict[Row, list[Played]]:
    """Play all scenarios in all rows."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    results: dict[Row, list[Played]] = {}
    with Progress(*columns, console=console) as progress:
        for row in ROWS:
            with tempfile.TemporaryDirectory(prefix="twohop-truth-") as folder:
                told = progress.track(scenarios, description=row.name)
                results[row] = await play_all(told, row, Path(folder))
    return results


def judge(results: dict[Row, list[Played]], path: Path, console: Console) -> int:
    """Compare our scenarios with the baseline; 1 when something got worse."""
    if not path.exists():
        console.print(f"there is no {path.name}: make truth TRUTH_FLAGS=--write-baseline writes it")
        return 1
    worse = list(baseline.regressions(path, results))
    for line in worse:
        console.print(line, style="red", markup=False)
    console.print(f"{len(worse)} regressions against {path.name}" if worse else f"nothing is worse than {path.name}")
    return 1 if worse else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Play, show the table, write the results, compare; 1 on a regression, 2 when scenarios can't be run."""
    parser = argparse.ArgumentParser(prog="make truth", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with *.jsonl scenarios (default: ours, against the baseline)")
    parser.add_argument("--out", type=Path, help="where all results go, as JSON")
    parser.add_argument("--write-baseline", action="store_true", help="make these results of ours the baseline")
    given = parser.parse_args(arguments)
    if given.data and given.write_baseline:
        parser.error("the baseline holds our own scenarios: leave out DATA")
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    scenarios, faults = load(given.data or OURS, PredicateTable.default())
    for fault in faults:
        print(fault, file=sys.stderr)
    if not scenarios:
        return 2
    results = asyncio.run(measure(scenarios, console))
    show(results, console)
    if given.out:
        text = json.dumps({"rows": as_json(results), "malformed": faults}, indent=1, ensure_ascii=False)
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(text + "\n", encoding="utf-8")
        console.print(f"all results are in {given.out}")
    if faults:
        print(f"{len(faults)} lines hold no scenario that can be played; they are named above", file=sys.stderr)
        return 2
    if given.write_baseline:
        baseline.write(BASELINE, results)
        console.print(f"{BASELINE.name} holds these results now")
        return 0
    return 0 if given.data else judge(results, BASELINE, console)


if __name__ == "__main__":
    sys.exit(main())
