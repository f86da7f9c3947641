"""What a fact does to what is known, case by case: corrections, ends, denials, plans, values beside each other."""

from dataclasses import replace

import pytest

from lives import Story, moment
from twohop.graph.model import Kind, Operation
from twohop.memory.ports import Cardinality, Polarity


def test_a_correction_of_a_past_time_leaves_the_present_value() -> None:
    """Saying "No, in 2019 I worked at Cedar" puts the value of 2019 right, not today's."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10", valid_from="2018"))
    story.tell(story.fact("Ana works_at Birch", "2025-01-11", valid_from="2023"))
    story.tell(story.fact("Ana works_at Cedar", "2025-02-01", valid_from="2019", valid_to="2020", correction=True))
    assert story.at("2019-06-01") == {"Ana works_at Cedar"}
    assert story.at("2025-03-01") == {"Ana works_at Birch"}


def test_a_correction_is_about_the_value_that_it_names() -> None:
    """Saying "Not Birch" says which value was wrong, whatever the dates suggest."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10", valid_from="2018"))
    story.tell(story.fact("Ana works_at Birch", "2025-01-11", valid_from="2023"))
    fact = story.fact("Ana works_at Cedar", "2025-02-01", valid_from="2019", correction=True)
    quoted = replace(fact, evidence=tuple(replace(row, quote="Cedar, not Birch") for row in fact.evidence))
    story.tell(quoted)
    assert story.at("2025-03-01") == {"Ana works_at Cedar"}
    assert story.at("2018-06-01") == {"Ana works_at Acme"}


def test_a_correction_of_the_time_moves_the_boundary() -> None:
    """The same value with another start is one memory; what it had cut short ends at the new start."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10", valid_from="2020"))
    story.tell(story.fact("Ana works_at Birch", "2025-06-10", valid_from="2025-06-01"))
    story.tell(story.fact("Ana works_at Birch", "2025-06-11", valid_from="2025-03-01", correction=True))
    assert len(story.memories) == 2
    assert story.at("2025-04-01") == {"Ana works_at Birch"}
    assert story.at("2025-02-01") == {"Ana works_at Acme"}


def test_taking_back_a_value_reopens_what_it_had_replaced() -> None:
    """Saying "I never moved to Birch": Acme goes on, as if nothing had been said."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10"))
    story.tell(story.fact("Ana works_at Birch", "2025-06-10"))
    story.tell(story.fact("Ana works_at Birch", "2025-06-11", polarity=Polarity.NEGATED))
    assert story.at("2025-07-01") == {"Ana works_at Acme"}
    (acme,) = story.memories.values()
    assert acme.superseded_by == ""


def test_taking_back_a_value_does_not_reopen_what_was_said_to_have_ended() -> None:
    """An end that was said stays an end, also when the value after it turns out to be wrong."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10"))
    story.tell(
        story.fact("Ana works_at Acme", "2025-06-10", polarity=Polarity.ENDED),
        story.fact("Ana works_at Birch", "2025-06-10"),
    )
    story.tell(story.fact("Ana works_at Birch", "2025-06-11", polarity=Polarity.NEGATED))
    assert story.at("2025-07-01") == set()


def test_a_future_value_that_is_called_off_leaves_the_present_one() -> None:
    """Saying "I won't start at Birch after all": the value that would have begun is gone, today's goes on."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10"))
    story.tell(story.fact("Ana works_at Birch", "2025-05-01", valid_from="2025-09-01"))
    story.tell(story.fact("Ana works_at Birch", "2025-06-01", polarity=Polarity.NEGATED))
    assert story.at("2025-10-01") == {"Ana works_at Acme"}


@pytest.mark.parametrize(("words", "left"), [("I never worked at Acme", set()), ("I don't", {"Ana works_at Acme"})])
def test_only_words_that_reach_back_take_back_what_is_over(words: str, left: set[str]) -> None:
    """Saying "Never" retracts a closed value; a plain "not" is about now and leaves history alone."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10", valid_from="2020"))
    story.tell(story.fact("Ana works_at Acme", "2025-03-10", polarity=Polarity.ENDED))
    fact = story.fact("Ana works_at Acme", "2025-06-01", polarity=Polarity.NEGATED)
    story.tell(replace(fact, evidence=tuple(replace(row, quote=words) for row in fact.evidence)))
    assert {text for text in story.at("2021-01-01") if "not" not in text} == left


def test_a_denial_is_over_once_the_contrary_holds() -> None:
    """Saying "I don't eat meat" is closed by "I eat meat again", and kept as history."""
    story = Story()
    denial = story.fact("Ana eats meat", "2025-01-10", polarity=Polarity.NEGATED)
    story.tell(replace(denial, text_hash="denied", fact=replace(denial.fact, text="Ana does not eat meat")))
    story.tell(story.fact("Ana eats meat", "2025-06-10"))
    assert story.at("2025-03-01") == {"Ana does not eat meat"}
    assert story.at("2025-07-01") == {"Ana eats meat"}


def test_an_end_within_the_month_of_the_note_lets_it_hold_until_then() -> None:
    """Saying "It ended this month", of something noted this month: it held when it was noted, and not afterwards."""
    story = Story()
    story.tell(story.fact("Ana lives_in Faro", "2025-09-05"))
    story.tell(story.fact("Ana lives_in Faro", "2025-09-20", polarity=Polarity.ENDED, valid_to="2025-09"))
    assert story.at("2025-09-10") == {"Ana lives_in Faro"}
    assert story.at("2025-09-21") == set()


def test_what_was_planned_is_over_once_it_holds() -> None:
    """A plan is closed by the fact that it came true, under the predicate of the plan or its verb in the past."""
    story = Story()
    story.tell(story.fact("Ana plans_to_visit Rome", "2025-01-10", kind=Kind.PLAN))
    story.tell(story.fact("Ana lives_in Oslo", "2025-01-10", kind=Kind.PLAN, slot="plan"))
    story.tell(story.fact("Ana visited Rome", "2025-06-10", kind=Kind.EVENT, valid_from="2025-06-01"))
    story.tell(story.fact("Ana lives_in Oslo", "2025-07-10", valid_from="2025-07-01"))
    assert {r.text for r in story.memories.values() if r.kind is Kind.PLAN and r.validity.valid_to is None} == set()
    assert story.at("2025-08-01") == {"Ana visited Rome", "Ana lives_in Oslo"}


@pytest.mark.parametrize(
    ("plan", "state"),
    [
        ("Ana plans_to_move_to Oslo", "Ana lives_in Oslo"),
        ("Ana hopes_to_join Acme", "Ana works_at Acme"),
        ("Ana wants_to_own Skiff", "Ana owns Skiff"),
        ("Ana intends_to_buy Skiff", "Ana owns Skiff"),
    ],
)
def test_a_plan_is_over_once_the_state_that_it_leads_to_holds(plan: str, state: str) -> None:
    """Whoever planned to move to Oslo and lives there has moved, on the day since when that holds."""
    story = Story()
    story.tell(story.fact(plan, "2025-01-10", kind=Kind.PLAN))
    story.tell(story.fact(state.replace(state.split()[2], "Elsewhere"), "2025-02-10"))
    assert plan in story.at("2025-03-01")
    story.tell(story.fact(state, "2025-07-10", valid_from="2025-07-01"))
    assert plan in story.at("2025-06-30")
    assert plan not in story.at("2025-07-02")


@pytest.mark.parametrize("words", ["Besides Acme, which I keep, I started at Birch", "On top of the school, Birch"])
def test_a_value_that_is_said_to_come_on_top_replaces_nothing(words: str) -> None:
    """Two jobs at once: the new one stands outside of the timeline, says beside which, and ends by itself."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10"))
    fact = story.fact("Ana works_at Birch", "2025-06-10")
    draft = story.tell(replace(fact, fact=replace(fact.fact, quote=words)))
    assert story.at("2025-07-01") == {"Ana works_at Acme", "Ana works_at Birch"}
    (decision,) = draft.decisions
    assert decision.operation is Operation.ADD
    assert story.memories[decision.target_id].text == "Ana works_at Acme"
    story.tell(story.fact("Ana works_at Birch", "2025-07-10"))
    assert len(story.memories) == 2
    story.tell(story.fact("Ana works_at Birch", "2025-08-10", polarity=Polarity.ENDED))
    assert story.at("2025-09-01") == {"Ana works_at Acme"}


def test_two_values_affirmed_in_one_exchange_are_both_kept_if_there_can_be_several() -> None:
    """The extractor's word that there can be several counts when one exchange affirms two values."""
    story = Story()
    facts = [story.fact(f"Ana works_at {firm}", "2025-01-10") for firm in ("Acme", "Birch")]
    story.tell(*(replace(one, fact=replace(one.fact, cardinality=Cardinality.MANY)) for one in facts))
    assert story.at("2025-02-01") == {"Ana works_at Acme", "Ana works_at Birch"}


def test_places_that_one_telling_gives_for_a_birth_lie_in_one_another() -> None:
    """The town and its country are both kept; of two homes the second is where one moved."""
    story = Story()
    story.tell(*(story.fact(f"Ana born_in {place}", "2025-01-10") for place in ("Faro", "Portugal")))
    assert story.at("2025-02-01") == {"Ana born_in Faro", "Ana born_in Portugal"}
    story.tell(*(story.fact(f"Ana lives_in {place}", "2025-01-10") for place in ("Faro", "Braga")))
    assert story.at("2025-02-01") == {"Ana born_in Faro", "Ana born_in Portugal", "Ana lives_in Braga"}


def test_places_of_two_messages_are_not_one_telling() -> None:
    """What another message says, or another sentence of one, takes the place of what was said before."""
    for message, quote in (("later", ""), ("", "Sorry, Ana was born in Braga.")):
        story = Story()
        first, second = (story.fact(f"Ana born_in {place}", "2025-01-10") for place in ("Faro", "Braga"))
        said = [replace(row, message_id=message or row.message_id, quote=quote or row.quote) for row in second.evidence]
        story.tell(first, replace(second, evidence=tuple(said)))
        assert story.at("2025-02-01") == {"Ana born_in Braga"}


def test_an_end_that_moves_is_the_same_stay() -> None:
    """Saying "I can stay until April now": one memory with a later end."""
    story = Story()
    story.tell(story.fact("Ana lives_in Faro", "2025-03-01", valid_from="2025-03-01", valid_to="2025-03-10"))
    story.tell(story.fact("Ana lives_in Faro", "2025-03-08", valid_from="2025-03-01", valid_to="2025-04-02"))
    assert len(story.memories) == 1
    assert story.at("2025-03-20") == {"Ana lives_in Faro"}


def test_a_temporary_value_lets_the_former_one_resume_on_its_own_grounds() -> None:
    """After a stay with an end the old home holds again, and rests on the message that told of it."""
    story = Story()
    story.tell(story.fact("Ana lives_in Faro", "2025-01-10"))
    draft = story.tell(story.fact("Ana lives_in Porto", "2025-03-01", valid_from="2025-03-01", valid_to="2025-04-01"))
    assert story.at("2025-05-01") == {"Ana lives_in Faro"}
    (resumed,) = [r for r in draft.revisions if r.validity.valid_from == moment("2025-04-01")]
    assert {row.memory_id for row in draft.evidence} >= {resumed.memory_id}
    assert {effect.memory_id for effect in draft.decisions[0].effects} >= {resumed.memory_id}


def test_a_marriage_is_the_one_of_both() -> None:
    """Whoever of the two marries again ends the first marriage, and taking that back brings it back."""
    story = Story()
    story.tell(story.fact("Ana married_to Bo", "2015-01-10", valid_from="2010"))
    story.tell(story.fact("Cy married_to Di", "2015-01-10", valid_from="2012"))
    story.tell(story.fact("Bo married_to Di", "2021-01-10", valid_from="2020"))
    assert story.at("2015-06-01") == {"Ana married_to Bo", "Cy married_to Di"}
    assert story.at("2021-06-01") == {"Bo married_to Di"}
    story.tell(story.fact("Bo married_to Di", "2021-02-10", polarity=Polarity.NEGATED))
    assert story.at("2021-06-01") == {"Ana married_to Bo", "Cy married_to Di"}


def test_a_vague_claim_in_other_words_is_another_memory() -> None:
    """Saying "mentions the garden" may be said of many things: only nearly the same words are the same memory."""
    story = Story()
    story.tell(story.fact("Ana mentions garden", "2025-01-10"))
    for number, text in enumerate(("Ana planted roses in the garden", "Ana still mentions garden")):
        fact = story.fact("Ana mentions garden", "2025-02-10")
        story.tell(replace(fact, text_hash=str(number), fact=replace(fact.fact, text=text)))
    assert len(story.memories) == 2


def test_what_happened_before_a_plan_was_made_is_not_its_fulfilment() -> None:
    """Having been to Rome in 2015 does not settle a plan of today, nor does having lived there once."""
    story = Story()
    story.tell(story.fact("Ana plans_to_visit Rome", "2025-01-10", kind=Kind.PLAN))
    story.tell(story.fact("Ana visited Rome", "2025-06-10", kind=Kind.EVENT, valid_from="2015"))
    assert "Ana plans_to_visit Rome" in story.at("2025-07-01")


def test_a_plan_that_was_replaced_is_not_prolonged_by_its_fulfilment() -> None:
    """What another plan had replaced ended then, whatever is told of it later: plans of one slot never overlap."""
    story = Story()
    story.tell(story.fact("Ana lives_in Oslo", "2025-01-10", kind=Kind.PLAN, slot="plan"))
    story.tell(story.fact("Ana lives_in Bern", "2025-02-10", kind=Kind.PLAN, slot="plan"))
    story.tell(story.fact("Ana lives_in Oslo", "2030-01-10", kind=Kind.EVENT, valid_to="2019"))
    story.tell(story.fact("Ana lives_in Oslo", "2030-02-10", valid_from="2025-01-10"))
    oslo, bern = (
        next(r for r in story.memories.values() if r.kind is Kind.PLAN and city in r.text) for city in ("Oslo", "Bern")
    )
    assert oslo.validity.valid_to == bern.validity.valid_from


def test_a_longer_stay_ends_where_the_next_value_begins() -> None:
    """An end that moves never runs over another value of the slot, on either end's line."""
    story = Story()
    story.tell(story.fact("Tom married_to Priya", "2025-01-10", valid_from="2000", valid_to="2010"))
    story.tell(story.fact("Priya married_to Bob", "2025-01-11", valid_from="2011"))
    story.tell(story.fact("Tom married_to Priya", "2025-01-12", valid_from="2000", valid_to="2020"))
    assert story.at("2015-01-01") == {"Priya married_to Bob"}


def test_a_disputed_end_claims_no_present() -> None:
    """Saying "no longer at Acme", held back by a pin, is kept as a past stint that waits, not as one that goes on."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10"))
    story.pin("Ana works_at Acme")
    story.tell(story.fact("Ana works_at Acme", "2025-03-10", polarity=Polarity.ENDED))
    (waiting,) = [r for r in story.memories.values() if r.disputed]
    assert waiting.validity.valid_to is not None


def test_more_about_a_pinned_memory_is_kept_beside_it() -> None:
    """A pin keeps the wording, and loses nothing that is new."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10"))
    story.pin("Ana works_at Acme")
    fact = story.fact("Ana works_at Acme", "2025-03-10")
    told = "Ana works_at Acme as chief engineer of the tidal turbines"
    story.tell(replace(fact, text_hash="more", fact=replace(fact.fact, text=told)))
    assert story.at("2025-04-01") == {"Ana works_at Acme", told}


@pytest.mark.parametrize(
    "said", ["My mistake cost me the flat, so I live in Bern", "I got my plans mixed up but from today I live in Bern"]
)
def test_words_of_error_about_something_else_take_nothing_back(said: str) -> None:
    """News that speaks of a mistake is news: the former value is history, not an error."""
    story = Story()
    story.tell(story.fact("Ana lives_in Basel", "2025-01-10", valid_from="2020"))
    fact = story.fact("Ana lives_in Bern", "2025-06-10", valid_from="2025-06-10")
    story.tell(replace(fact, fact=replace(fact.fact, quote=said), evidence=(replace(fact.evidence[0], quote=said),)))
    assert story.at("2022-01-01") == {"Ana lives_in Basel"}


def test_the_cap_counts_every_end_that_is_moved() -> None:
    """Six facts with past ends close no more memories than one add may."""
    story = Story(cap=1)
    facts = [story.fact(f"Ana attends Club{n}", "2025-01-10") for n in range(6)]
    story.tell(*facts)
    ends = [story.fact(f"Ana attends Club{n}", "2025-06-10", valid_from="2020", valid_to="2025-02") for n in range(6)]
    story.tell(*ends)
    assert len(story.at("2025-06-01")) >= 5


def test_neighbours_of_a_timeline_are_linked_both_ways() -> None:
    """Whatever the order of telling, each value names the one that took its place and the one whose place it took."""
    story = Story()
    for city, start in (("Faro", "2025-03-01"), ("Porto", "2025-02-01"), ("Braga", "2025-02-15")):
        story.tell(story.fact(f"Ana lives_in {city}", "2025-06-01", valid_from=start))
    line = sorted(story.memories.values(), key=lambda r: r.validity.valid_from.at)
    assert [r.text.split()[-1] for r in line] == ["Porto", "Braga", "Faro"]
    assert [r.superseded_by for r in line] == [line[1].memory_id, line[2].memory_id, ""]
    assert [r.supersedes for r in line] == ["", line[0].memory_id, line[1].memory_id]


def test_what_is_said_thrice_at_one_instant_is_one_value() -> None:
    """A start that had to give way to another value of the same instant is still the same start."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10"))
    for _ in range(3):
        story.tell(story.fact("Ana works_at Birch", "2025-01-10"))
    assert len(story.memories) == 2


def test_many_values_of_one_instant_stand_in_the_order_told_each_once() -> None:
    """Rivals that several writers tell at one instant, again and again, leave one live value and no empty one."""
    story = Story()
    for firm in ("Acme", "Birch", "Cedar", "Birch", "Acme", "Dune", "Cedar"):
        story.tell(story.fact(f"Ana works_at {firm}", "2025-01-10"))
    line = sorted(story.memories.values(), key=lambda r: r.validity.valid_from.at)
    assert [r.text.split()[-1] for r in line] == ["Acme", "Birch", "Cedar", "Dune"]
    assert [r.validity.valid_to for r in line[:-1]] == [r.validity.valid_from for r in line[1:]]
    assert all(r.validity.valid_to is None or r.validity.valid_from.at < r.validity.valid_to.at for r in line)


def test_what_can_t_be_done_whole_is_not_done_at_all() -> None:
    """A correction that would have to cut a pinned value is kept as disputed, and the wrong value stays."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10", valid_from="2020"))
    story.tell(story.fact("Ana works_at Birch", "2025-02-10", valid_from="2025-02-01"))
    story.pin("Ana works_at Acme")
    story.tell(story.fact("Ana works_at Cedar", "2025-03-01", valid_from="2024-01-01", correction=True))
    assert story.at("2025-04-01") == {"Ana works_at Birch"}
    assert [r.text for r in story.memories.values() if r.disputed] == ["Ana works_at Cedar"]


def test_what_is_taken_back_goes_before_what_is_said_in_its_place() -> None:
    """Saying "From March, not May": the right start is not taken for the known value and lost with it."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-06-01", valid_from="2025-05"))
    story.tell(
        story.fact("Ana works_at Acme", "2025-06-02", valid_from="2025-03"),
        story.fact("Ana works_at Acme", "2025-06-02", valid_from="2025-05", polarity=Polarity.NEGATED),
    )
    assert story.at("2025-04-01") == {"Ana works_at Acme"}
