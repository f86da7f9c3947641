"""Garbage collection for a process that holds much for long.

A full collection looks at every object that is held, and all threads wait: 200 ms with the rows and points of an owner
of 10,000 memories. What is held that way is no garbage, and has no cycles: reference counts free it.
"""

import gc
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

OLDEST = 2
"""The generation whose collection is a full one."""

SLOW = 0.01
"""Seconds of processor time from which a full collection is not to be repeated over the same objects."""

YOUNG = 10_000
"""New objects from which the youngest are looked at: a recall makes some thousand, and hardly any in cycles."""


@contextmanager
def long_lived(slow: float = SLOW) -> Iterator[None]:
    """While this lasts, what is there after a slow full collection is left out of the later ones."""
    began = 0.0

    def heard(phase: str, about: Mapping[str, Any]) -> None:
        nonlocal began
        if about["generation"] < OLDEST:
            return
        if phase == "start":
            began = time.thread_time()
        elif time.thread_time() - began >= slow:
            gc.freeze()

    before = gc.get_threshold()
    gc.set_threshold(YOUNG, *before[1:])
    gc.callbacks.append(heard)
    try:
        yield
    finally:
        gc.callbacks.remove(heard)
        gc.set_threshold(*before)
        gc.unfreeze()
