"""No index behaves as an empty one that stays empty."""

import math

import pytest

from index_points import BUILT, by_vector, by_words, number, point, vector
from twohop.vector.none import NoIndex


async def test_it_takes_everything_and_holds_nothing() -> None:
    """Writes do nothing, every arm finds nothing, and nothing has to be filled."""
    index = NoIndex(**BUILT)
    await index.upsert([point(1)])
    await index.delete("ana", [number(1)])
    assert await index.query("ana", [by_vector(1), by_words(t1=1.0)]) == [[], []]
    assert set((await index.counts("ana")).values()) == {0}
    assert await index.stored("ana", 10) == []
    assert (await index.info()).points == 0
    assert not await index.fresh()


async def test_it_refuses_what_an_index_refuses() -> None:
    """A caller's mistake shows also where nothing is indexed."""
    index = NoIndex(**BUILT)
    with pytest.raises(ValueError, match="finite"):
        await index.upsert([point(1, dense=vector(math.nan))])
    with pytest.raises(ValueError, match="partition"):
        await index.query("", [by_vector(1)])
