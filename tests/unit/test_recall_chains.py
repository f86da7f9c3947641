"""Which chains are looked for, how they are scored, and when they stand first."""

import pytest

from twohop.graph.model import (
    Entity,
    Granularity,
    Kind,
    Memory,
    Moment,
    Operation,
    Relation,
    Revision,
    Triple,
    Validity,
)
from twohop.memory.predicates import PredicateTable
from twohop.memory.recall.chains import (
    Chain,
    asked_of,
    extended,
    kinds_named,
    leads,
    score,
    turning_points,
)
from twohop.memory.recall.facts import FactWords
from twohop.memory.recall.neighbourhood import Link
from twohop.memory.recall.question import understand
from twohop.memory.recall.turns import Rarity

ACME = Entity(id="acme", partition="p", key="acme", name="Acme", normal="acme", type="organisation", named=True)
ALICE = Entity(id="alice", partition="p", key="alice", name="Alice", normal="alice", type="person", named=True)
EMMA = Entity(
    id="emma", partition="p", key="emma", name="Emma", normal="emma", type="person", named=True, kinds=("sister",)
)
REX = Entity(id="rex", partition="p", key="rex", name="Rex", normal="rex", named=True, kinds=("dog", "guide dog"))
NEWS = Entity(id="news", partition="p", key="news", name="good news", normal="good news")
ENTITIES = {one.id: one for one in (ACME, ALICE, EMMA, REX, NEWS)}


def link(source: str, predicate: str, target: str, *, forward: bool = True) -> Link:
    subject, end = (source, target) if forward else (target, source)
    triple = Triple(subject, predicate, object_id=end)
    name = f"{subject} {predicate} {end}"
    validity = Validity(Moment(0, Granularity.UNKNOWN))
    revision = Revision(
        id=f"r-{name}",
        memory_id=name,
        partition="p",
        number=1,
        text=name.replace("_", " "),
        kind=Kind.STATE,
        validity=validity,
        operation=Operation.ADD,
        decider="test",
        triples=(triple,),
    )
    memory = Memory(id=name, partition="p", created_at=0, revision=revision)
    relation = Relation(id=name, partition="p", key=name, triple=triple, text=name, validity=validity, support=(name,))
    return Link(relation=relation, memory=memory, source=source, target=target, forward=forward)


@pytest.mark.parametrize(
    ("query", "entity", "words"),
    [
        ("Who manages Alice's company?", ACME, {"company"}),
        ("Which company is Acme part of?", ACME, set()),
        ("Who walks Alice's dogs?", REX, {"dogs"}),
        ("Where does Alice's sister live?", EMMA, {"sister"}),
        ("Where does Alice's wife live?", EMMA, {"wife"}),
        ("Who is Alice's sister?", EMMA, set()),
        ("Who is the boss of Alice's sister?", EMMA, {"sister"}),
        ("Where does Alice live?", EMMA, set()),
    ],
)
def test_a_kind_on_the_way_is_named_by_a_word_that_does_not_ask(query: str, entity: Entity, words: set[str]) -> None:
    """Its own kinds, or the common words of its type; of the kind asked for, only a second word."""
    assert set(kinds_named(understand(query), entity)) == words


def test_a_chain_turns_at_named_things_only_and_at_those_of_a_kind_first() -> None:
    """Phrases, hubs and where it came from are no turning points; the kind that the question names goes first."""
    links = [link("alice", "knows", one) for one in ("rex", "news", "acme", "emma", "alice")]
    question = understand("Where is the company of Alice?")
    assert turning_points(question, links, ENTITIES, {"emma", "alice"}, 5) == ["acme", "rex"]
    assert turning_points(question, links, ENTITIES, {"emma", "alice"}, 1) == ["acme"]


def test_the_question_reads_on_from_the_thing_reached() -> None:
    """Names and aliases give way to the name reached; parts of other words don't."""
    question = understand("Who manages Alice's company in Alicetown?")
    assert asked_of(question, [ALICE], ACME) == "Who manages Acme's company in Alicetown?"


def test_a_longer_chain_never_goes_back_or_repeats_a_fact() -> None:
    """From the turning point on, but not to a place it passed, and not by the same fact."""
    first = Chain(links=(link("alice", "works_at", "acme"),), cosines=(0.5,))
    on = [
        link("acme", "works_at", "alice", forward=False),
        link("acme", "manages", "emma", forward=False),
    ]
    longer = extended(understand("Who manages Alice's company?"), [first], {"acme": on}, ENTITIES, {"alice"})
    assert [chain.links[-1].target for chain in longer] == ["emma"]
    assert longer[0].kinds == (frozenset({"company"}),)


def test_every_part_of_a_chains_score_counts() -> None:
    """Cosines, the kind asked for at the end, kinds named on the way, and the words that it explains."""
    words = FactWords(PredicateTable.default())

    def scored(query: str, cosines: tuple[float, float] = (0.5, 0.5), end: str = "emma") -> float:
        question = understand(query)
        first = Chain(links=(link("alice", "works_at", "acme"),), cosines=cosines)
        [chain] = extended(question, [first], {"acme": [link("acme", "runs", end, forward=False)]}, ENTITIES, {"alice"})
        return score(question, chain, ENTITIES, words, {"alice"}, Rarity([]))

    plain = scored("Alice?", end="rex")
    assert scored("Alice?", (0.9, 0.5), end="rex") > plain
    assert scored("Who, Alice?") > plain
    assert scored("Alice company?", end="rex") > scored("Alice weather?", end="rex")
    assert scored("Alice runs?", end="rex") > scored("Alice weather?", end="rex")


def test_chains_lead_only_when_the_best_has_a_kind_named_on_its_way() -> None:
    """Then the two best, whatever the second is; otherwise none."""
    step = (link("alice", "works_at", "acme"), link("acme", "runs", "emma", forward=False))
    with_kind = Chain(links=step, kinds=(frozenset({"company"}),), score=1.0)
    without = Chain(links=step, kinds=(frozenset(),), score=0.9)
    assert leads([with_kind, without, without]) == [with_kind, without]
    assert leads([without, with_kind]) == []
    assert leads([]) == []


def test_each_word_names_one_thing_on_the_way() -> None:
    """One word can't stand for two inner ends, nor two words for one."""
    step = (link("alice", "works_at", "acme"),)

    def named(*kinds: set[str]) -> int:
        return Chain(links=step, kinds=tuple(frozenset(few) for few in kinds)).kinds_named

    assert named({"company"}, {"company"}) == 1
    assert named({"company", "team"}, set()) == 1
    assert named({"company", "team"}, {"team"}) == 2
    assert named() == 0
