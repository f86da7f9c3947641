"""Garbage collection for a process that holds much for long."""

import gc
import weakref

from twohop.garbage import YOUNG, long_lived


class Knot:
    """An object that holds itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_outlives_a_slow_full_collection_is_not_looked_at_again() -> None:
    """Until it is over; a quick one leaves all as it was."""
    before = gc.get_threshold()
    with long_lived(slow=0.0):
        gc.collect()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold()[0] == YOUNG
    assert gc.get_freeze_count() == 0
    assert gc.get_threshold() == before
    with long_lived(slow=60.0):
        gc.collect()
        assert gc.get_freeze_count() == 0


def test_garbage_is_still_collected() -> None:
    """Cycles that are made and lost between two collections."""
    with long_lived(slow=0.0):
        gc.collect()
        lost = weakref.ref(Knot())
        gc.collect()
        assert lost() is None
