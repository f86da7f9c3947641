"""A process that opens an index on a server and writes one point: `python qdrant_opener.py URL NUMBER`."""

import asyncio
import sys

from index_points import point
from indexes import over_http, qdrant


async def run(url: str, value: int) -> None:
    index = await qdrant(over_http(url))
    await index.upsert([point(value)])
    await index.close()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], int(sys.argv[2])))
