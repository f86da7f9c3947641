"""Optimises one shard in a process of its own: it takes a minute for 60,000 points, and Edge holds the GIL throughout.

Run as `python -m twohop.vector.edge_optimise FOLDER PARENT` on a copy that nobody else has open; PARENT is the process
that waits for it.
"""

import ctypes
import os
import signal
import sys

import qdrant_edge as edge

POLITE = 10
"""Niceness: the server's own work goes first."""

PR_SET_PDEATHSIG = 1
"""From Linux's <sys/prctl.h>."""


def optimise(folder: str) -> None:
    """Build the folder's vector indexes and merge its segments."""
    os.nice(POLITE)
    shard = edge.EdgeShard.load(folder)
    shard.optimize()
    shard.flush()
    shard.close()


def die_with(parent: int) -> None:
    """End with the parent, however it ends: its successor removes the folder and begins anew."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    die_with(int(sys.argv[2]))
    optimise(sys.argv[1])
