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
from twohop.memory.recall.chains import Chain, Steps, best_first, by_score, first, leads
from twohop.memory.recall.facts import FactWords
from twohop.memory.recall.kinds import RELATED, SURE, TYPED, Likeness
from twohop.memory.recall.neighbourhood import Link
from twohop.memory.recall.question import understand
from twohop.memory.recall.reading import Reading, read
from twohop.memory.recall.says import Says, told
from twohop.memory.recall.turns import Rarity
from twohop.vector.words import WordVectors

LIKE = Likeness(WordVectors())
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
    reading = reading_of(query)
    return Chain(links=links, reading=reading, described=len(reading.descriptions))


def says(query: str, entities: Mapping[str, Entity] = ENTITIES) -> Says:
    """What links say beside a question."""
    return Says(understand(query), reading_of(query), entities=entities, words=WORDS, rarity=Rarity([]), like=LIKE)


def steps(query: str, *links: Link, entities: Mapping[str, Entity] = ENTITIES) -> list[Steps]:
    """The steps from the start of a question by whose ends a chain may turn."""
    start, said = chain(query), says(query, entities)
    rows = said.rows(links)
    every = Steps(chain=start, asked=start.reading.asked, links=links, says=rows)
    return list(every.turning(said.fits(start.reading, rows)))


def fit(word: str, one: Link) -> float:
    return told(one, ENTITIES, WORDS).fits(word, LIKE)


def test_words_fit_by_kind_by_cue_and_by_meaning() -> None:
    """Sure are the kinds of a thing and the cues of the fact that leads to it; near words fit less."""
    acme = link("alice", "works_at", "acme")
    assert fit("employer", acme) == SURE
    assert 0.3 < fit("business", acme) <= SURE
    assert fit("puppies", link("alice", "walks", "rex")) < SURE
    assert fit("dogs", link("alice", "walks", "rex")) == SURE
    assert fit("weather", acme) == 0


def test_a_type_alone_fits_little_and_another_type_not_at_all() -> None:
    """A person is anybody; the boss is somebody in particular, of whom only the type is known to be right."""
    emma = link("alice", "greets", "emma")
    assert fit("person", emma) == TYPED
    assert fit("boss", emma) == RELATED
    assert fit("company", emma) == 0
    assert fit("boss", link("alice", "works_at", "acme")) == 0


def test_a_word_for_one_end_of_a_relation_does_not_fit_the_other() -> None:
    """Who mentors Alice is her mentor; whom she mentors is not. From both sides alike: a spouse."""
    assert fit("mentor", link("alice", "mentors", "emma", forward=False)) == SURE
    assert fit("mentor", link("alice", "mentors", "emma")) == RELATED
    assert fit("founder", link("acme", "founded", "alice", forward=False)) == SURE
    assert told(link("acme", "founded", "alice", forward=False), ENTITIES, WORDS).holds("founded", LIKE) == SURE
    assert {fit("spouse", link("alice", "married_to", "emma", forward=way)) for way in (True, False)} == {SURE}


def test_a_chain_turns_at_named_things_that_are_described() -> None:
    """Phrases and literals are no turning points, nor is what no description fits."""
    to = [link("alice", "works_at", one) for one in ("acme", "news", "emma", "")]
    [found] = steps("Where is the company of Alice?", *to)
    assert list(found.links) == to[:1]
    assert found.fits is not None
    assert found.fits.tolist() == [SURE]
    assert found.asked.text == "the company of Alice"
    assert not steps("Where does Alice live?", *to)


def test_a_chain_turns_at_what_its_end_fits_best() -> None:
    """Each end at the description of its own, however many there are."""
    company, sister = link("alice", "works_at", "acme"), link("alice", "knows", "emma")
    found = steps("Who runs the company of the sister of Alice?", company, sister)
    assert [(one.place, list(one.links)) for one in found] == [(0, [sister]), (1, [company])]


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
    """Its links, the kind asked for at its end, how things on the way fit, and descriptions that are passed over."""
    links = (link("alice", "works_at", "acme"), link("acme", "runs", "emma", forward=False))

    def scored(query: str = "Alice?", part: float = 0.5, **parts: Any) -> float:
        before = replace(chain(query, links[0]), parts=(0.5,), fits=(TYPED,), described=1)
        before = replace(before, **parts)
        said = says(query)
        rows = said.rows(links[1:])
        [score] = Steps(
            chain=before,
            asked=before.reading.asked,
            links=links[1:],
            says=rows,
            parts=np.array([part]),
            answers=said.answers(rows),
        ).scores.tolist()
        return float(score)

    assert scored(part=0.9) > scored()
    assert scored(parts=(0.9,)) > scored()
    assert scored("Who, Alice?") > scored()
    assert scored(fits=(SURE,)) > scored() > scored(fits=(RELATED,))
    assert scored(described=2) < scored()


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


def test_the_best_chains_lead_unless_they_turn_where_only_the_type_is_right() -> None:
    """Best first; equals by their length."""
    step = (link("alice", "works_at", "acme"), link("acme", "runs", "emma", forward=False))
    far = (*step, link("emma", "knows", "rex"))
    one = replace(chain("Alice?", *step), fits=(SURE,), score=1.0)
    some = [replace(one, links=far, fits=(SURE, TYPED)), replace(one, score=0.9), replace(one, links=far[1:]), one]
    assert [(len(each.links), each.score) for each in leads(best_first(some))] == [(2, 1.0), (2, 1.0)]
    assert leads([replace(one, fits=(SURE, RELATED)), one]) == [one]
    assert leads([]) == []
    assert one.telling
    assert not replace(one, links=(step[0], link("acme", "related_to", "emma"))).telling


def test_nothing_turns_at_what_nobody_said_the_kind_of() -> None:
    """A name of which neither type nor kinds are known fits no description, whatever the fact says."""
    plain = replace(ACME, type="")
    asked, on = "Where is the company of Alice?", link("alice", "works_at", "acme")
    assert not steps(asked, on, entities={**ENTITIES, "acme": plain})
    assert steps(asked, on, entities={**ENTITIES, "acme": replace(plain, kinds=("firm",))})
