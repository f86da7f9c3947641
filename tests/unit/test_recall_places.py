"""How the list is put together from ranked messages, facts and units."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from twohop.graph.model import Evidence, Granularity, Kind, Memory, Moment, Operation, Revision, Validity
from twohop.memory.api import Placement, Scores
from twohop.memory.recall.places import Place, Unit, arrange, leader

MESSAGES = [f"m{n}" for n in range(8)]


def memory(name: str, *sources: str) -> Memory:
    revision = Revision(
        id=f"r-{name}",
        memory_id=name,
        partition="p",
        number=1,
        text=name,
        kind=Kind.STATE,
        validity=Validity(Moment(0, Granularity.UNKNOWN)),
        operation=Operation.ADD,
        decider="test",
    )
    evidence = tuple(Evidence(memory_id=name, message_id=one) for one in sources)
    return Memory(id=name, partition="p", created_at=0, revision=revision, evidence=evidence)


def listed(
    order: Sequence[str],
    facts: Sequence[tuple[Memory, float]],
    heads: Sequence[Unit] = (),
    limit: int = 20,
    *,
    messages: bool = True,
) -> list[str]:
    scores = {one: Scores(total=1.0) for one in order}
    return [name(place) for place in arrange(order, scores, facts, heads, limit, messages=messages)]


def name(place: Place) -> str:
    return place.memory.id if place.memory else place.message_id


def test_a_fact_takes_the_place_of_its_best_source() -> None:
    """The message is shown under its fact, not again, and other sources of it aren't repeated either."""
    assert listed(["m0", "m1", "m2", "m3"], [(memory("a", "m3", "m1"), 1.0)]) == ["m0", "a", "m2"]


def test_a_fact_stands_before_the_messages_of_values_that_it_replaced() -> None:
    """Their place is its own, if that is the better one; those messages are shown behind it."""
    facts = [(memory("new", "m2"), 1.0)]
    scores = {one: Scores(total=1.0) for one in ("m0", "m1", "m2")}
    for replaced, names in (({"new": ["m1"]}, ["m0", "new", "m1"]), ({"new": ["m7"]}, ["m0", "m1", "new"])):
        places = arrange(list(scores), scores, facts, [], 9, messages=True, replaced=replaced)
        assert [name(place) for place in places] == names


def test_facts_of_one_source_stand_in_their_own_order() -> None:
    """The better fact first; facts without a ranked source come last."""
    facts = [(memory("a", "m1"), 3.0), (memory("b", "m9"), 2.0), (memory("c", "m1"), 1.0)]
    assert listed(["m0", "m1"], facts) == ["m0", "a", "c", "b"]


def test_units_come_first_and_are_never_cut() -> None:
    """A unit that doesn't fit is left out whole; its facts may then stand where they rank."""
    chain = (memory("a", "m2"), memory("b", "m3"))
    facts = [(one, 1.0) for one in chain]
    assert listed(["m0", "m2", "m3"], facts, [Unit(chain, 1.0, Placement.CHAIN, path=0)]) == ["a", "b", "m0"]
    assert listed(["m0", "m2", "m3"], facts, [Unit(chain, 1.0, Placement.CHAIN, path=0)], limit=1) == ["m0"]


def test_a_least_score_leaves_out_items_and_whole_units() -> None:
    """What scores less has no place; a unit leads, so that its total is no less than what follows."""
    chain = (memory("a", "m1"), memory("b", "m2"))
    scores = {"m0": Scores(total=2.0), "m1": Scores(total=1.0), "m2": Scores(total=0.5)}
    for least, names in ((0.6, ["a", "b", "m0"]), (1.9, ["a", "b", "m0"]), (2.5, [])):
        heads = [Unit(chain, 0.8, Placement.CHAIN, path=0)]
        found = arrange(list(scores), scores, [(one, 1.0) for one in chain], heads, 9, messages=True, min_score=least)
        assert [name(place) for place in found] == names
        assert {place.scores.total for place in found} <= {2.0}


def test_facts_without_a_ranked_source_score_no_more_than_what_stands_before_them() -> None:
    """Where no message ranks, by their own score: a least score then chooses among them."""
    facts = [(memory("a", "m8"), 1.5), (memory("b", "m9"), 0.4)]
    scores = {"m0": Scores(total=0.9)}
    assert [place.scores.total for place in arrange(["m0"], scores, facts, [], 9, messages=True)] == [0.9, 0.9, 0.4]
    assert [name(place) for place in arrange([], {}, facts, [], 9, messages=True, min_score=0.5)] == ["a"]


def test_messages_can_be_left_out() -> None:
    """Without messages only facts have places."""
    assert listed(["m0", "m1"], [(memory("a", "m1"), 1.0)], messages=False) == ["a"]


def test_the_best_fact_leads_only_when_it_stands_clear() -> None:
    """Ahead of the next by as much as a kind counts; a lone fact leads."""
    a, b = memory("a", "m1"), memory("b", "m2")
    assert [unit.memories for unit in leader([(a, 1.0), (b, 0.5)])] == [(a,)]
    assert leader([(a, 1.0), (b, 0.9)]) == []
    assert [unit.memories for unit in leader([(a, 1.0)])] == [(a,)]
    assert leader([]) == []


@given(
    order=st.permutations(MESSAGES),
    sources=st.lists(st.lists(st.sampled_from([*MESSAGES, "elsewhere"]), min_size=1, max_size=3), max_size=8),
    head=st.integers(0, 3),
    limit=st.integers(1, 12),
)
def test_nothing_is_listed_twice_and_nothing_is_lost(
    order: list[str], sources: list[list[str]], head: int, limit: int
) -> None:
    """Each fact and message at most once, at most `limit` of them; with room for all, every message is told."""
    memories = [memory(f"f{n}", *few) for n, few in enumerate(sources)]
    facts = [(one, 1.0) for one in memories]
    units = [Unit(tuple(memories[:head]), 1.0, Placement.CHAIN)]
    names = listed(order, facts, units, limit)
    assert len(names) == len(set(names)) <= limit
    everything = arrange(order, {one: Scores(total=1.0) for one in order}, facts, units, 100, messages=True)
    told = {place.message_id for place in everything}
    told |= {row.message_id for place in everything if place.memory for row in place.memory.evidence}
    assert told >= set(order)
    assert {place.memory.id for place in everything if place.memory} == {one.id for one in memories}
