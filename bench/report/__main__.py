"""`docs/benchmarks.md` from the rows of measurements: `make benchmarks ROWS="eval.json speed.json …"`.

A file holds a list of rows, or an object with `rows` and the `machine` on which they were measured. A file that is not
there is left out, and what it would have told is said to be not measured.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.report.sections import machine_of, report
from bench.speed.show import described


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the page."""
    parser = argparse.ArgumentParser(prog="bench.report", description=__doc__)
    parser.add_argument("rows", type=Path, nargs="*", help="files of rows, as JSON")
    rows: list[dict[str, object]] = []
    machines: dict[str, None] = {}
    for path in parser.parse_args(arguments).rows:
        if not path.exists():
            print(f"{path} is not there: what it would tell is not measured", file=sys.stderr)
            continue
        found = json.loads(path.read_text(encoding="utf-8"))
        rows += found["rows"] if isinstance(found, dict) else found
        if machine := machine_of(found):
            machines[described(machine)] = None
    print(report(rows, list(machines)), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
