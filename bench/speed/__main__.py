"""Speed and size: `make bench` (SIZES=10000,100000,1000000 WORLDS=folder OUT=file), `make bench QUICK=1`.

Recall, adds, memory, disk and start-up of the embedded deployment at each size, the other deployments at the smallest,
mem0ai on the same texts, an exact scan in NumPy, an echo over gRPC and the disk's own durable writes. No model is
called: facts are given. A world that lies in WORLDS from an earlier run is used again, as a copy.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import structlog
from bench.speed import mem0ai, sizes, stores
from bench.speed.figures import Row
from bench.speed.machine import machine
from bench.speed.show import show
from bench.speed.sizes import Plan, note, prepared

SIZES = "10000,100000"
MEM0_SECONDS, MEM0_SECONDS_QUICK = 300.0, 30.0
PARTS = ("sizes", "mem0", "stores")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for, print the table, and write the rows to a file."""
    parser = argparse.ArgumentParser(prog="bench.speed", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="everything small, embedded alone: under three minutes")
    parser.add_argument("--sizes", default="", help=f"memories of the one owner, with commas: {SIZES}")
    parser.add_argument("--owners", type=int, default=0, help="how many others, with ten memories each: 1000")
    parser.add_argument("--questions", type=int, default=0, help="for each kind of recall: 150")
    parser.add_argument("--seconds", type=float, default=0, help="for each kind of add: 10")
    parser.add_argument("--mem0-seconds", type=float, default=0, help="of adding to mem0ai: 300")
    parser.add_argument("--only", action="append", default=[], choices=PARTS, help="may be repeated")
    parser.add_argument("--neo4j", default="", help="bolt:// address of an empty Neo4j (TWOHOP_LEDGER__PASSWORD)")
    parser.add_argument("--worlds", type=Path, default=None, help="where loaded worlds are kept for the next run")
    parser.add_argument("--out", type=Path, default=None, help="file for the rows, as JSON")
    given = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    rows: list[Row] = []
    try:
        rows.extend(measure(given))
    finally:
        # Also where a part failed, for which it may lack a server or a package: the others took their time.
        found = machine()
        show(found, rows)
        if given.out is not None:
            given.out.write_text(json.dumps({"machine": found, "rows": rows}, indent=1) + "\n", encoding="utf-8")
    return 0


def measure(given: argparse.Namespace) -> Iterator[Row]:
    """The rows of all parts."""
    wanted = sorted(map(int, (given.sizes or ("10000" if given.quick else SIZES)).split(",")))
    parts = given.only or (PARTS[:-1] if given.quick else PARTS)
    plans = [
        Plan(
            memories=memories,
            owners=given.owners or (200 if given.quick else 1_000),
            questions=given.questions or (50 if given.quick else 150),
            seconds=given.seconds or (2 if given.quick else 10),
        )
        for memories in wanted
    ]
    with tempfile.TemporaryDirectory(prefix="bench-worlds-") as scratch:
        kept = given.worlds or Path(scratch) / "kept"
        if "sizes" in parts:
            for plan in plans:
                yield from sizes.run(copied(kept, Path(scratch), plan), plan)
        if "stores" in parts:
            yield from stores.run(copied(kept, Path(scratch), plans[0]), plans[0], given.neo4j)
    if "mem0" in parts:
        note("mem0ai")
        seconds = given.mem0_seconds or (MEM0_SECONDS_QUICK if given.quick else MEM0_SECONDS)
        yield from mem0ai.measure(wanted[-1], plans[0].questions, seconds)


def copied(kept: Path, scratch: Path, plan: Plan) -> Path:
    """A copy of this size's world, for a run that adds to it."""
    copy = scratch / "world"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(prepared(kept, plan), copy)
    return copy


if __name__ == "__main__":
    sys.exit(main())
