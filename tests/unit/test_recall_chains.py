"""Which chains are looked for, how they are scored, and when they stand first."""

from dataclasses import replace
from typing import Any

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
from twohop.memory.recall.chains import Chain, best_first, explained, extended, leads, score, told, turned
from twohop.memory.recall.facts import FactWords
from twohop.memory.recall.kinds import RELATED, SURE, TYPED, Likeness, Said
from twohop.memory.recall.neighbourhood import Link
from twohop.memory.recall.question import understand
from twohop.memory.recall.reading import read
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


def chain(query: str, *links: Link, name: str = "Alice") -> Chain:
    """A chain at the start of a question."""
    reading = read(understand(query), [name])
    assert reading is not None
    return Chain(links=links, reading=reading, described=len(reading.descriptions))


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
    query = "Where is the company of Alice?"
    found = [
        turned(chain(query, link("alice", "works_at", one)), ENTITIES, WORDS, LIKE)
        for one in ("acme", "news", "rex", "")
    ]
    assert [one.fits if one else None for one in found[:2]] == [(SURE,), None]
    assert found[3] is None
    assert turned(chain("Where does Alice live?", link("alice", "works_at", "acme")), ENTITIES, WORDS, LIKE) is None


def test_a_longer_chain_never_goes_back_or_repeats_a_fact() -> None:
    """From the turning point on, but not to a place it passed, and not by the same fact."""
    first = chain("Who manages Alice's company?", link("alice", "works_at", "acme"))
    on = [
        link("acme", "works_at", "alice", forward=False),
        link("acme", "manages", "emma", forward=False),
    ]
    longer = extended(first, on, "Acme", {"alice"})
    assert [one.end for one in longer] == ["emma"]
    assert longer[0].reading.asked.text == "Who manages Acme"


def test_what_a_link_says_of_the_question_counts() -> None:
    """Words of the fact, cues and kinds explain; names and stop words are not asked about."""
    asked = chain("Who manages Alice's company?").reading.onward(0, "Acme").asked
    rarity = Rarity([])
    runs = told(link("acme", "manages", "emma", forward=False), ENTITIES, WORDS)
    assert explained(asked, runs, rarity, LIKE) == 1
    assert explained(asked, Said((), ()), rarity, LIKE) == 0


def test_every_part_of_a_chains_score_counts() -> None:
    """Its links, the kind asked for at its end, how things on the way fit, and descriptions that are passed over."""
    links = (link("alice", "works_at", "acme"), link("acme", "runs", "emma", forward=False))

    def scored(query: str = "Alice?", **parts: Any) -> float:
        one = replace(chain(query, *links), parts=(0.5, 0.5), fits=(TYPED,), described=1)
        one = replace(one, **parts)
        return score(understand(query), one, ENTITIES, told(links[1], ENTITIES, WORDS), LIKE)

    assert scored(parts=(0.9, 0.5)) > scored()
    assert scored("Who, Alice?") > scored()
    assert scored(fits=(SURE,)) > scored() > scored(fits=(RELATED,))
    assert scored(described=2) < scored()


def test_the_two_best_chains_lead_and_no_set_of_facts_twice() -> None:
    """Best first; equals by their length. One that turns where no more than the type is right does not lead."""
    step = (link("alice", "works_at", "acme"), link("acme", "runs", "emma", forward=False))
    far = (*step, link("emma", "knows", "rex"))
    one = replace(chain("Alice?", *step), fits=(SURE,), score=1.0)
    some = [one, replace(one, score=0.9), replace(one, links=far, fits=(SURE, TYPED)), replace(one, links=far[1:])]
    assert [(len(each.links), each.score) for each in leads(best_first(some))] == [(2, 1.0), (2, 1.0)]
    assert leads([replace(one, fits=(SURE, RELATED)), one]) == [one]
    assert leads([]) == []


def test_nothing_turns_at_what_nobody_said_the_kind_of() -> None:
    """A name of which neither type nor kinds are known fits no description, whatever the fact says."""
    plain = replace(ACME, type="")
    on = chain("Where is the company of Alice?", link("alice", "works_at", "acme"))
    assert turned(on, {**ENTITIES, "acme": plain}, WORDS, LIKE) is None
    assert turned(on, {**ENTITIES, "acme": replace(plain, kinds=("firm",))}, WORDS, LIKE) is not None
