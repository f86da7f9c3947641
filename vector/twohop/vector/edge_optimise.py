"""Optimises one shard in a process of its own: it takes a minute for 60,000 points, and Edge holds the GIL throughout.

Run as `python -m twohop.vector.edge_optimise FOLDER` on a copy that nobody else has open.
"""

import os
import sys

import qdrant_edge as edge

POLITE = 10
"""Niceness: the server's own work goes first."""


def optimise(folder: str) -> None:
    """Build the folder's vector indexes and merge its segments."""
    os.nice(POLITE)
    shard = edge.EdgeShard.load(folder)
    shard.optimize()
    shard.flush()
    shard.close()


if __name__ == "__main__":
    optimise(sys.argv[1])
