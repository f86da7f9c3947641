"""A process that writes to an index until it is killed: `python index_writer.py FOLDER`.

It writes `+N` when point N is written and `-N` when it is deleted again, each after the index said so. The index is
optimised over and over meanwhile, so that a kill meets rebuilds and swaps too.
"""

import asyncio
import sys
from itertools import count
from pathlib import Path

from index_points import edge, number, point
from twohop.vector.edge import EdgeIndex

WRITES = 30


async def run(folder: Path) -> None:
    index = await edge(folder)
    for start in count(1, WRITES):
        await asyncio.gather(index.optimise(), write(index, start))


async def write(index: EdgeIndex, start: int) -> None:
    for value in range(start, start + WRITES):
        await index.upsert([point(value)])
        tell(f"+{value}")
        if value % 3 == 0:
            await index.delete("ana", [number(value - 1)])
            tell(f"-{value - 1}")


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1])))
