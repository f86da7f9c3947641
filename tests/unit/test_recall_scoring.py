"""The sums of recall: first stage, gate, second query."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twohop.graph.model import (
    Entity,
    Evidence,
    Kind,
    Memory,
    Message,
    Moment,
    Operation,
    Revision,
    Role,
    Triple,
    Validity,
)
from twohop.memory.recall.facts import LEADING, Fact, leading_on
from twohop.memory.recall.first_stage import rank_messages
from twohop.memory.recall.gate import flag, gain
from twohop.memory.recall.hop import Bridge, Match, bridges, is_hub, match, reach
from twohop.memory.recall.question import understand
from twohop.memory.recall.scale import minmax
from twohop.memory.recall.search import Lists
from twohop.memory.recall.second_stage import inside, runs, weight
from twohop.memory.recall.turns import Rarity, Turn, Turns
from twohop.vector.sparse import analyse

DAY = 86_400_000_000


def turn(one: str, content: str, *, name: str = "Bob", at: int = 0, before: str = "") -> Turn:
    def message(id_: str, text: str) -> Message:
        return Message(
            id=id_, partition="p", session="s", role=Role.USER, name=name, content=text, observed_at=at * DAY
        )

    return Turn(message(one, content), message(f"{one}-before", before) if before else None)


def ranked(
    query: str, *turns: Turn, lexical: dict[str, float] | None = None, dense: dict[str, float] | None = None
) -> list[str]:
    by_id = {one.message.id: one for one in turns}
    lists = Lists(ids=tuple(by_id), lexical=lexical or {}, dense=dense or dict.fromkeys(by_id, 0.5))
    question = understand(query)
    weights = dict.fromkeys(question.stems, 1.0)
    rarity = Rarity(one.stems for one in turns)
    return list(rank_messages(question, lists, by_id, rarity, weights, 0.4).order)


def fact(name: str, text: str, score: float, *sources: str) -> Fact:
    revision = Revision(
        id=f"r-{name}",
        memory_id=name,
        partition="p",
        number=1,
        text=text,
        kind=Kind.STATE,
        validity=Validity(Moment(0)),
        operation=Operation.ADD,
        decider="test",
    )
    evidence = tuple(Evidence(memory_id=name, message_id=one) for one in sources)
    memory = Memory(id=name, partition="p", created_at=0, revision=revision, evidence=evidence)
    return Fact(memory=memory, score=score, cosine=0.0, stems=frozenset(analyse(text)))


def entity(name: str, *, named: bool = True) -> Entity:
    return Entity(id=name, partition="p", key=name, name=name, normal=name.casefold(), named=named)


def test_the_lexical_list_leads_and_the_dense_one_counts_less() -> None:
    """A whole span of the lexical list beats a whole span of the dense one."""
    a, b = turn("a", "one two"), turn("b", "one two")
    assert ranked("x", a, b, lexical={"a": 2.0, "b": 1.0}, dense={"a": 0.0, "b": 1.0}) == ["a", "b"]
    assert ranked("x", a, b, lexical={}, dense={"a": 0.0, "b": 1.0}) == ["b", "a"]


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("What did Melanie do?", turn("b", "I did it", name="Melanie"), turn("a", "I did it", name="Caroline")),
        ("What was it?", turn("b", "A long tale about mountains, rivers, valleys"), turn("a", "Fine")),
        ("What was it?", turn("b", "It was great there"), turn("a", "It was great there?")),
        ("What happened on 3 January 1970?", turn("b", "Same words", at=2), turn("a", "Same words", at=90)),
        ("When did it rain?", turn("b", "Rain fell yesterday evening"), turn("a", "Rain fell heavily evening")),
        (
            "What is the best volcano?",
            turn("b", "Clearly Etna", before="Which volcano is best?"),
            turn("a", "Clearly Etna", before="I like tea."),
        ),
    ],
)
def test_each_small_term_decides_between_equals(query: str, better: Turn, worse: Turn) -> None:
    """Speaker, length, being a question, date, time expression, and replying to a question that matches."""
    assert ranked(query, worse, better) == ["b", "a"]


def test_equals_are_ordered_by_the_newest_then_by_text() -> None:
    """The order never depends on how messages were found."""
    a, b, c = turn("a", "same", at=1), turn("b", "same", at=2), turn("c", "same", at=2)
    assert ranked("x", a, b, c) == ranked("x", c, b, a) == ["b", "c", "a"]


@given(st.dictionaries(st.text(max_size=3), st.floats(-1e6, 1e6), max_size=20))
def test_scaled_scores_keep_their_order_between_0_and_1(scores: dict[str, float]) -> None:
    """Scaling never turns two scores around, and never leaves its bounds."""
    scaled = minmax(scores)
    assert all(0 <= value <= 1 for value in scaled.values())
    assert all(scaled[a] <= scaled[b] for a in scores for b in scores if scores[a] <= scores[b])


def test_the_flag_opens_with_the_share_of_facts_that_lead_on() -> None:
    """Closed up to a fifth of their weight, open from half of it."""
    kept = [fact(str(n), "x", 1.0) for n in range(10)]
    shares = [flag(kept, {str(n) for n in range(count)}) for count in range(11)]
    assert shares[:3] == [0, 0, 0]
    assert shares[5:] == [1] * 6
    assert 0 < shares[3] < shares[4] < 1
    assert flag([], set()) == 0


def test_the_gain_opens_when_two_steps_explain_what_no_message_does() -> None:
    """It is 0 when one message holds as much of the question as fact and message together."""
    question = analyse("capital river museum painter")
    rarity = Rarity([[stem] for stem in question])
    alone = [question[:2]]
    assert gain(question, alone, {"m": (question[:2], question[2:])}, rarity) == 1
    assert gain(question, [question], {"m": (question[:2], question[2:])}, rarity) == 0
    assert gain(question, alone, {}, rarity) == 0


def test_bridges_are_named_no_hubs_and_not_in_the_question() -> None:
    """Phrases, hubs and what the question already names lead nowhere new."""
    kept = [fact("f", "Alice adopted Rex from the old shelter in Porto", 1.0)]
    ends = {"f": [entity("Alice"), entity("Rex"), entity("old shelter", named=False), entity("Porto")]}
    question = understand("Which prize did the dog of Alice win?")
    found = bridges(question, kept, ends, {"Porto"}, Rarity([]))
    assert [bridge.entity.name for bridge in found] == ["Rex"]


def test_the_second_query_drops_what_the_fact_explained() -> None:
    """Explained words go, stop words stay for the embedder, and the bridge's name comes in."""
    kept = [fact("f", "Alice adopted Rex", 1.0)]
    question = understand("Which prize did the dog that Alice adopted win?")
    [bridge] = bridges(question, kept, {"f": [entity("Rex")]}, set(), Rarity([]))
    assert bridge.text(question) == "which prize did the dog that win Rex"
    assert set(bridge.stems()) == {"prize", "dog", "win", "rex"}


def test_dates_and_numbers_lead_nowhere() -> None:
    """What happened on the same day has nothing else in common."""
    kept = [fact("f", "Alice was born on 7 May 1988 in Porto", 1.0)]
    ends = {"f": [entity(name) for name in ("7 May 1988", "1988", "2009-2010", "May", "Porto", "May Fair")]}
    found = bridges(understand("What is her home famous for?"), kept, ends, set(), Rarity([]))
    assert {bridge.entity.name for bridge in found} == {"Porto", "May Fair"}


def way(text: str, *sources: str, to: str = "Rex", query: str = "Which prize did the dog win?") -> Bridge:
    [bridge] = bridges(understand(query), [fact("f", text, 1.0, *sources)], {"f": [entity(to)]}, set(), Rarity([]))
    return bridge


def scores(found: Match, texts: dict[str, str], query: str = "Which prize did the dog win?") -> dict[str, float]:
    stems = {one: frozenset(analyse(text)) for one, text in texts.items()}
    rarity = Rarity(stems.values())
    return {one: way.score for one, way in reach([found], understand(query).stems, stems, rarity).items()}


def test_a_message_that_mentions_the_bridge_counts_more() -> None:
    """The ledger's link counts as much as the name in the text; a message with neither has four fifths."""
    lists = Lists(ids=("a", "b", "c"), dense=dict.fromkeys("abc", 1.0) | {"z": 0.0}, lexical=dict.fromkeys("abc", 1.0))
    lists = Lists(ids=(*lists.ids, "z"), dense=lists.dense, lexical=lists.lexical)
    found = scores(
        match(way("Alice adopted Rex"), lists, {"a"}), {"a": "he won", "b": "Rex won", "c": "she won", "z": "no"}
    )
    assert found["a"] == pytest.approx(found["b"])
    assert found["a"] > found["c"] > 0
    assert found.get("z", 0.0) == 0


def test_what_few_messages_mention_leads_to_them_whatever_their_words() -> None:
    """The step to a message is the smaller, the more others mention the bridge."""
    lists = Lists(ids=("a", "b"), dense={"a": 0.0, "b": 1.0}, lexical={"a": 0.0, "b": 1.0})
    many = {f"m{n}" for n in range(40)}
    few = scores(match(way("Alice adopted Rex"), lists, {"a"}), {"a": "x", "b": "y"})
    crowd = scores(match(way("Alice adopted Rex"), lists, {"a", *many}), {"a": "x", "b": "y"})
    assert few["a"] > crowd["a"] > 0


def test_the_message_that_a_fact_was_taken_from_has_the_score_of_what_it_leads_to() -> None:
    """The two are one piece of evidence; and it is shown with the path to where it leads."""
    lists = Lists(ids=("a", "b"), dense={"a": 1.0, "b": 0.0}, lexical={"a": 1.0, "b": 0.0})
    bridge = way("Alice adopted Rex", "source")
    stems = {one: frozenset(analyse(text)) for one, text in {"a": "Rex won", "source": "I adopted him"}.items()}
    reached = reach([match(bridge, lists, {"a"})], understand("Which prize did the dog win?").stems, stems, Rarity([]))
    assert reached["source"].score == reached["a"].score
    assert reached["source"].leads_to == reached["a"].leads_to == "a"


def test_of_two_that_fit_alike_the_one_that_explains_more_comes_first() -> None:
    """Together with the message that led there."""
    lists = Lists(ids=("a", "b", "z"), dense={"a": 1.0, "b": 1.0, "z": 0.0}, lexical={"a": 1.0, "b": 1.0})
    found = scores(match(way("Alice adopted Rex"), lists, ()), {"a": "a prize to win", "b": "nothing of it", "z": "x"})
    assert found["a"] > found["b"]


@given(
    fits=st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 1), min_size=1),
    linked=st.sets(st.sampled_from("abcdefgh")),
    sources=st.sets(st.sampled_from("abgh"), max_size=2),
)
def test_scores_of_ways_are_bounded_and_don_t_depend_on_the_order_of_what_is_found(
    fits: dict[str, float], linked: set[str], sources: set[str]
) -> None:
    """Between 0 and 1.4, and the same for lists and links in any order."""
    bridge = way("Alice adopted Rex", *sorted(sources))
    texts = {one: f"prize {one}" for one in "abcdefgh"}
    found = scores(Match(bridge, fits, linked), texts)
    turned = scores(Match(bridge, dict(reversed(fits.items())), sorted(linked, reverse=True)), texts)
    assert found == turned
    assert list(found) == list(turned)
    assert all(0 < score <= 1.4 for score in found.values())


def test_the_names_inside_a_name_are_the_longest_and_share_no_word() -> None:
    """Nor numbers, nor single letters."""
    known = {name: [entity(name)] for name in ("hiran region", "hiran", "region", "somalia", "town in hiran")}
    assert inside("town in hiran region of somalia", known) == ["town in hiran", "region", "somalia"]
    assert inside("somalia", known) == []
    assert not runs("7 december 1988 x") & {"7", "1988", "x"}


@pytest.mark.parametrize(
    ("with_it", "messages", "hub"), [(20, 30, False), (21, 30, True), (63, 600, False), (64, 600, True)]
)
def test_a_hub_is_in_more_than_a_tenth_of_the_messages(with_it: int, messages: int, hub: bool) -> None:  # noqa: FBT001
    """And three, and in small stores in more than twenty."""
    assert is_hub(with_it, messages) is hub


def test_rare_words_weigh_more_and_shares_lie_between_0_and_1() -> None:
    """A word that no text holds is the rarest; a share of nothing is 0."""
    rarity = Rarity([["common", "rare"], ["common"], ["common"]])
    assert rarity("absent") > rarity("rare") > rarity("common") > 0
    assert rarity.share(["rare"], ["common", "rare"]) > 0.5
    assert rarity.share(["rare"], []) == 0
    assert rarity.share(["common", "rare"], ["common", "rare"]) == pytest.approx(1)


def test_what_stands_among_others_gains_less_by_a_second_query() -> None:
    """A turn is found by what was said around it; a passage has only itself."""
    passage = turn("p", "The Don joins the Azov.").message
    first, second = (replace(turn(one, "Yes.").message, position=at) for at, one in enumerate("ab"))
    found = Turns().of({"p": [passage], "a": [first, second], "b": [first, second]})
    assert (found["a"].previous, found["b"].previous) == (None, first)
    assert weight(found["a"]) == weight(found["b"]) < weight(found["p"]) / 2


def test_every_thing_that_the_question_names_leads_on() -> None:
    """Of two films to compare, one whose facts fit better does not fill all places."""

    def about(film: str, name: str, score: float) -> Fact:
        told = fact(name, f"{film} was made in Varna", score, f"m-{name}")
        revision = replace(told.memory.revision, triples=(Triple(film, "made_in", object_id="varna"),))
        return replace(told, memory=replace(told.memory, revision=revision))

    found = [about("billow", f"b{place}", 0.9 - place / 100) for place in range(LEADING + 2)]
    found += [about("crest", f"c{place}", 0.5 - place / 100) for place in range(5)]
    leading = leading_on(found, ["crest", "unknown"])
    names = [one.memory.id for one in leading]
    assert names == [*(f"b{place}" for place in range(LEADING)), "c0", "c1", "c2"]
    assert 0.5 < leading[-3].score < 0.9, "it is weighed as one of its own thing too, not as the best of all"
    assert leading_on(found, []) == found[:LEADING]
