"""Which chains are looked for, how they are scored, and when they stand first."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

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
from twohop.memory.recall.chain_search import shared
from twohop.memory.recall.chains import Chain, Steps, by_score, first, leads
from twohop.memory.recall.facts import FactWords
from twohop.memory.recall.kinds import Likeness
from twohop.memory.recall.meant import fit, led_to, real
from twohop.memory.recall.neighbourhood import Link
from twohop.memory.recall.nouns import Nouns
from twohop.memory.recall.question import understand
from twohop.memory.recall.reading import Reading, read
from twohop.memory.recall.says import Says
from twohop.memory.recall.turns import Rarity
from twohop.vector.words import WordVectors

VECTORS = WordVectors()
LIKE = Likeness(VECTORS)
NOUNS = Nouns(VECTORS)
WORDS = FactWords(PredicateTable.default())
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


def reading_of(query: str, name: str = "Alice") -> Reading:
    """A question around a name."""
    reading = read(understand(query), [name])
    assert reading is not None
    return reading


def chain(query: str, *links: Link) -> Chain:
    """A chain at the start of a question."""
    return Chain(links=links, reading=reading_of(query))


def says(query: str, entities: Mapping[str, Entity] = ENTITIES) -> Says:
    """What links say beside a question."""
    return Says(
        understand(query),
        reading_of(query),
        entities=entities,
        words=WORDS,
        rarity=Rarity([]),
        like=LIKE,
        nouns=NOUNS,
    )


def steps(query: str, *links: Link, entities: Mapping[str, Entity] = ENTITIES) -> list[Steps]:
    """The steps from the start of a question by whose ends a chain may turn."""
    start, said = chain(query), says(query, entities)
    rows = said.rows(links)
    every = Steps(chain=start, asked=start.reading.asked, links=links, says=rows)
    fits = said.fits(start.reading, rows)
    return list(every.turning(fits, [real(one, said.asking, NOUNS) for one in start.reading.descriptions]))


def kind(word: str, entity: Entity | None) -> float:
    """How well a word is for what is led to."""
    return led_to(NOUNS.types(word), word, entity, LIKE)


def test_words_say_what_types_of_things_they_may_name() -> None:
    """Listed words surely, others by those near to them, and strange ones nothing."""
    assert max(NOUNS.types("firm"), key=NOUNS.types("firm").__getitem__) == "organisation"
    assert max(NOUNS.types("squad"), key=NOUNS.types("squad").__getitem__) == "organisation"
    assert max(NOUNS.types("one"), key=NOUNS.types("one").__getitem__) == "person"
    assert len(set(NOUNS.types("aisle").values())) == 1
    assert NOUNS.sure("firm") == 1 > NOUNS.sure("squad") > NOUNS.sure("aisle") == 0
    assert all(abs(sum(NOUNS.types(word).values()) - 1) < 1e-6 for word in ("firm", "squad", "one", "aisle"))


def test_question_words_say_what_may_answer() -> None:
    """By the word for it, else by the question word."""
    for query, best in (("Which town?", "place"), ("Where?", "place"), ("Who?", "person"), ("When?", "literal")):
        types = NOUNS.asked_for(understand(query))
        assert max(types, key=types.__getitem__) == best
    assert len(set(NOUNS.asked_for(understand("Is it?")).values())) == 1


def test_what_is_led_to_counts_by_kind_and_type() -> None:
    """A word among its kinds says most, one that is near says less, another type speaks against it."""
    assert kind("dogs", REX) > kind("puppies", REX) > kind("weather", REX)
    assert kind("company", ACME) > 0 > kind("person", ACME)
    assert kind("person", EMMA) > 0 > kind("company", EMMA)
    assert kind("date", None) > 0 > kind("person", None)
    assert kind("company", replace(ACME, type="")) == 0


def test_a_description_is_real_if_it_acts_or_relations_are_asked_by_it() -> None:
    """And so is one whose type is known; a strange word may be no more than a word."""

    def found(query: str) -> float:
        [one, *_] = reading_of(query).descriptions
        return real(one, WORDS.asking, NOUNS)

    sure = found("Which firm pays the boss of Alice?")
    assert found("Where does the pen behind Alice live?") == sure
    assert found("Which firm pays for the aisle of Alice?") < 0.5 < sure


def test_what_is_asked_fits_one_relation_better_than_those_at_large() -> None:
    """Without any word in common; what all relations say alike counts nothing."""
    phrases = ["works at job employer company", "has the pet dog animal", "lives in home city"]
    large = VECTORS.embed(WORDS.at_large)
    [fits], [[level]] = fit(VECTORS.embed(["pays salary"]), VECTORS.embed(phrases), large)
    assert fits.argmax() == 0
    [same], _ = fit(VECTORS.embed(["pays salary"]), large.mean(axis=0, keepdims=True), large)
    assert fits[0] > same[0] == 0
    assert level > 0


def test_a_word_for_one_end_of_a_relation_does_not_fit_the_other() -> None:
    """Who mentors Alice is her mentor; whom she mentors is not. From both sides alike: a spouse."""
    links = [link("alice", one, "emma", forward=way) for one in ("mentors", "married_to") for way in (True, False)]
    for query, wrong in (("the mentor of Alice", [1, 0, 0, 0]), ("the spouse of Alice", [0, 0, 0, 0])):
        said = says(query)
        assert said.wrong_end(reading_of(query).asked, said.rows(links)).tolist() == wrong


def test_words_by_which_relations_are_asked_for_are_missed_where_a_link_lacks_them() -> None:
    """So that "the spouse of the boss" is not the boss. Other words are not missed."""
    said = says("the spouse of Alice in Paris")
    rows = said.rows([link("alice", "married_to", "emma"), link("alice", "manages", "emma")])
    [spouse, other] = said.unsaid(reading_of("the spouse of Alice in Paris").asked, rows).tolist()
    assert spouse == 0
    assert 0 < other <= 1


def test_of_many_that_a_relation_leads_to_each_is_meant_less() -> None:
    """By their facts' cosines; never more than one of as many as it usually leads to."""
    relations = np.array([0, 0, 1, 2])
    [one, other, alone, usual] = shared(np.array([0.5, 0.4, 0.1, 0.1]), relations, np.array([2, 1, 4])).tolist()
    assert 0 == alone > one > other
    assert one <= -np.log(2)
    assert usual == -np.log(4)


def test_a_chain_turns_at_named_things_that_are_described() -> None:
    """Phrases and literals are no turning points; each other end may be what any description is of."""
    to = [link("alice", "works_at", one) for one in ("acme", "news", "emma", "")]
    [found] = steps("Where is the company of Alice?", *to)
    assert list(found.links) == [to[0], to[2]]
    assert found.turns is not None
    assert found.turns[0] > found.turns[1]
    assert found.asked.text == "the company of Alice"
    assert not steps("Where does Alice live?", *to)


def test_passing_a_description_over_costs_by_how_real_it_is() -> None:
    """An end behind two descriptions may be of the outer one, if the inner one is of nothing."""
    company = link("alice", "works_at", "acme")
    [inner, outer] = steps("Who runs the company of the sister of Alice?", company)
    assert (inner.place, inner.passed) == (0, 0)
    assert outer.place == 1
    assert outer.passed < -1


def test_a_longer_chain_never_goes_back_or_repeats_a_fact() -> None:
    """From the turning point on, but not to a place it passed, and not by the same fact."""
    one = link("alice", "works_at", "acme")
    turned = chain("Who manages Alice's company?", one).onward("Acme")
    on = [
        link("acme", "works_at", "alice", forward=False),
        link("acme", "manages", "emma", forward=False),
        replace(one, source="acme", target="rex"),
    ]
    assert [one.target for one in turned.ways(on, {"alice"})] == ["emma"]
    assert turned.reading.asked.text == "Who manages Acme"


def test_what_a_link_says_of_the_question_counts() -> None:
    """Words of the fact, cues and kinds explain; names and stop words are not asked about."""
    query = "Who manages Alice's company?"
    said = says(query)
    rows = said.rows([link("acme", "manages", "emma", forward=False), link("acme", "sells", "rex")])
    assert said.explained(reading_of(query).onward(0, "Acme").asked, rows).tolist() == [1, 0]
    assert said.explained(reading_of("Is she Alice?").asked, rows).tolist() == [0, 0]


def test_links_that_say_the_same_are_looked_at_once() -> None:
    """By the same predicate to the same kind of thing, with the same words of the question, whoever it is."""
    beta = replace(ACME, id="beta", name="Beta")
    works, also = link("alice", "works_at", "acme"), link("alice", "works_at", beta.id)
    said = says("Who manages Alice's company?", {**ENTITIES, beta.id: beta})
    rows = said.rows([works, also, link("alice", "works_at", "emma"), link("alice", "manages", "acme")])
    assert rows.tolist() == [0, 0, 1, 2]


def test_every_part_of_a_chains_score_counts() -> None:
    """Its links, the things on the way, the kind asked for at its end, and descriptions that are passed over."""
    links = (link("alice", "works_at", "acme"), link("acme", "runs", "emma", forward=False))

    def scored(query: str = "Alice?", part: float = -0.5, passed: float = 0.0, **parts: Any) -> float:
        before = replace(chain(query, links[0]), parts=(-0.5,), turns=(-0.5,))
        before = replace(before, **parts)
        said = says(query)
        rows = said.rows(links[1:])
        [score] = Steps(
            chain=before,
            asked=before.reading.asked,
            links=links[1:],
            says=rows,
            passed=passed,
            parts=np.array([part]),
            answers=said.answers(rows),
        ).scores.tolist()
        return float(score)

    assert scored(part=-0.1) > scored()
    assert scored(parts=(-0.1,)) > scored()
    assert scored("Who, Alice?") > scored()
    assert scored(turns=(1.0,)) > scored() > scored(turns=(-1.0,))
    assert scored(passed=-1.0) < scored()


def test_chains_come_best_first_and_no_set_of_facts_twice() -> None:
    """Whatever steps they come from; equals by their facts, and none is lost where many are equal."""
    works, likes, knows = (link("alice", "works_at", one) for one in ("acme", "rex", "emma"))
    start = chain("Alice?")
    none = np.zeros(2)
    rows = np.zeros(2, np.intp)
    one = Steps(
        chain=start,
        asked=start.reading.asked,
        links=(works, likes),
        says=rows,
        parts=np.array([0.2, 0.5]),
        answers=none,
    )
    other = replace(one, links=(knows, works), parts=np.array([0.5, 0.9]))
    assert [(each.end, each.score) for each in by_score([one, other])] == [("acme", 0.9), ("rex", 0.5), ("emma", 0.5)]
    assert [each.end for each in first(by_score([one, other]), 2)] == ["acme", "emma"]
    assert list(by_score([])) == []


def test_the_best_chains_lead_and_those_hardly_worse_that_share_their_facts() -> None:
    """As many as five facts tell; none where the best is unlikely, and none that is much worse."""
    step = (link("alice", "works_at", "acme"), link("acme", "runs", "emma", forward=False))
    one = replace(chain("Alice?", *step), score=-1.0)
    shares = replace(one, links=(step[0], link("acme", "sells", "rex")), score=-1.6)
    apart = replace(one, links=(link("alice", "knows", "emma"), link("emma", "walks", "rex")), score=-1.5)
    far = replace(one, links=(*apart.links, link("rex", "eats", "news")), score=-1.4)
    assert leads([one, far, apart, shares]) == [one, shares, apart]
    assert leads([one, replace(shares, score=-9.0)]) == [one]
    assert leads([replace(one, score=-99.0)]) == []
    assert leads([]) == []
    assert one.telling
    assert not replace(one, links=(step[0], link("acme", "related_to", "emma"))).telling
    assert 0 < replace(one, score=-99.0).likely < one.likely < replace(one, score=9.0).likely == 1


def test_nothing_turns_at_what_nobody_said_the_kind_of() -> None:
    """A name of which neither type nor kinds are known fits no description, whatever the fact says."""
    plain = replace(ACME, type="")
    asked, on = "Where is the company of Alice?", link("alice", "works_at", "acme")
    assert not steps(asked, on, entities={**ENTITIES, "acme": plain})
    assert steps(asked, on, entities={**ENTITIES, "acme": replace(plain, kinds=("firm",))})
