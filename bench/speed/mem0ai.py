"""mem0ai beside it: the same texts and questions, in a process and an environment of its own."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.speed.figures import Row, figure, quantiles, timed
from bench.speed.load import BIG
from bench.speed.machine import disk_mib
from bench.speed.sizes import MACHINE, ONE
from bench.speed.world import World

SYSTEM = "mem0ai 2.2.1"
PYTHON = Path(__file__).parents[2] / ".tools/mem0/bin/python"
PROCESS = Path(__file__).with_name("mem0ai_process.py")
MOST = 1_000
"""Adds in a second that it won't reach."""

CHECKPOINTS = (1_000, 10_000, 100_000, 1_000_000)
"""Memories at which it is searched on the way."""


def measure(memories: int, questions: int, until_seconds: float) -> Iterator[Row]:
    """Adds for so long, and searches at every size that was reached, at most `memories`.

    Raises:
        RuntimeError: its environment is not there.
    """
    if not PYTHON.exists():
        raise RuntimeError("mem0ai is not installed: run `make bench`, or `make .tools/mem0/.installed`")
    world = World(BIG.user_id, memories)
    with tempfile.TemporaryDirectory(prefix="mem0-") as folder:
        task = {
            "texts": [world.text(saying) for saying in world.distinct(min(memories, int(MOST * until_seconds)))],
            "questions": [world.question(n % 3 + 1).text for n in range(questions)],
            "seconds": until_seconds,
            "checkpoints": [count for count in CHECKPOINTS if count <= memories],
            "folder": folder,
        }
        # -P: what lies beside the script is not looked at for imports.
        done = subprocess.run(  # noqa: S603 - our own script, in the environment that make made for it.
            [PYTHON, "-P", PROCESS], input=json.dumps(task), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"mem0ai failed: {done.stderr.strip().splitlines()[-1:]}")
        disk = disk_mib(Path(folder))
    told = [json.loads(line) for line in done.stdout.splitlines()]
    for one in told:
        size, seconds = one["memories"], one["adding_seconds"]
        yield from quantiles(SYSTEM, size, ONE, "first_hits", timed(one["search_seconds"]))
        yield figure(SYSTEM, size, ONE, "adds_per_second", size / seconds, size, k=1)
        for mib in one["memory_mib"]:
            yield figure(SYSTEM, size, MACHINE, "memory_mib", mib, 1)
    yield figure(SYSTEM, told[-1]["memories"], MACHINE, "disk_mib", disk, 1)
