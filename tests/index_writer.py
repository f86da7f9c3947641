"""A process that writes to an index until it is killed: `python index_writer.py FOLDER`.

It writes `+N` when point N is written and `-N` when it is deleted again, each after the index said so. The index is
optimised over and over meanwhile, so that a kill meets every moment of a swap too.
"""

import asyncio
import sys
from itertools import count
from pathlib import Path

from index_points import edge, number, point


async def write(folder: Path) -> None:
    index = await edge(folder, optimise_after=1, flush_seconds=0.0)
    for value in count(1):
        await index.upsert([point(value)])
        sys.stdout.write(f"+{value}\n")
        sys.stdout.flush()
        if value % 3 == 0:
            await index.delete("ana", [number(value - 1)])
            sys.stdout.write(f"-{value - 1}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1])))
