"""Generated two-hop questions: the graph finds whole chains where look-alike search does not."""

from bench.twohop_questions import measure


async def test_chains_are_found_with_the_graph_and_not_without() -> None:
    """With the relations' words or cues, nine in ten whole chains are in the first five; without the graph few are."""
    world, shares = await measure(seed=1)
    assert len(world.questions) == 60
    assert shares["A", True] >= 0.9
    assert shares["A", False] < 0.2
    assert shares["B", True] > shares["B", False]
