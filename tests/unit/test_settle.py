"""One fact against what is known: what the timeline, the guardrails and the decision make of it."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lives import Story
from twohop.graph.model import Kind, Operation, Triple
from twohop.memory.moment import When
from twohop.memory.ports import Polarity, Verdict


def test_a_new_job_closes_the_old_one_at_its_start() -> None:
    """A new value of a functional slot closes the old one in world time, with links both ways."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10"))
    story.tell(story.fact("Ana works_at Birch", "2025-06-10", valid_from="2025-06-01"))
    assert story.at("2025-03-01") == {"Ana works_at Acme"}
    assert story.at("2025-07-01") == {"Ana works_at Birch"}
    acme, birch = story.memories.values()
    assert (acme.superseded_by, birch.supersedes) == (birch.memory_id, acme.memory_id)


def test_a_back_dated_job_does_not_close_the_current_one() -> None:
    """Said today, "in 2019 I worked at Foo" is history: the current job stays."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10", valid_from="2022"))
    past = story.fact("Ana works_at Foo", "2025-06-10", polarity=Polarity.ENDED, valid_from="2019", valid_to="2020")
    story.tell(past)
    assert story.at("2025-07-01") == {"Ana works_at Acme"}
    assert story.at("2019-06-01") == {"Ana works_at Foo"}
    assert story.at("2020-06-01") == set()


def test_an_open_ended_back_dated_value_ends_where_the_next_begins() -> None:
    """A value that began before later known ones is inserted and closed at the next one's start."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10", valid_from="2022"))
    story.tell(story.fact("Ana works_at Foo", "2025-06-10", valid_from="2019"))
    assert story.at("2021-06-01") == {"Ana works_at Foo"}
    assert story.at("2025-07-01") == {"Ana works_at Acme"}


def test_a_correction_ends_the_wrong_value_in_system_time_only() -> None:
    """Saying "no, it was Berlin, not Bern" leaves no move behind: Berlin takes Bern's place from its start on."""
    story = Story()
    story.tell(story.fact("Ana lives_in Bern", "2025-01-10", valid_from="2024-03"))
    draft = story.tell(
        story.fact("Ana lives_in Berlin", "2025-02-10", correction=True),
        story.fact("Ana lives_in Bern", "2025-02-10", polarity=Polarity.NEGATED),
    )
    assert story.at("2024-06-01") == {"Ana lives_in Berlin"}
    assert story.at("2025-07-01") == {"Ana lives_in Berlin"}
    assert len(story.memories) == 1
    assert [d.operation for d in draft.decisions] == [Operation.RETRACT, Operation.SUPERSEDE]


def test_a_correction_works_in_either_order() -> None:
    """The denial may come before the right value."""
    story = Story()
    story.tell(story.fact("Ana lives_in Bern", "2025-01-10", valid_from="2024-03"))
    story.tell(
        story.fact("Ana lives_in Bern", "2025-02-10", polarity=Polarity.NEGATED),
        story.fact("Ana lives_in Berlin", "2025-02-10", correction=True),
    )
    assert story.at("2024-06-01") == {"Ana lives_in Berlin"}
    assert len(story.memories) == 1


def test_a_retraction_reopens_what_it_had_closed() -> None:
    """A move that never happened leaves the earlier home as it was."""
    story = Story()
    story.tell(story.fact("Ana lives_in Bern", "2025-01-10"))
    story.tell(story.fact("Ana lives_in Berlin", "2025-02-10"))
    story.tell(story.fact("Ana lives_in Berlin", "2025-03-10", polarity=Polarity.NEGATED))
    assert story.at("2025-07-01") == {"Ana lives_in Bern"}


def test_a_future_start_keeps_the_present_until_then() -> None:
    """A job that starts in January closes the present one in January."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10"))
    story.tell(story.fact("Ana works_at Birch", "2025-11-10", valid_from="2026-01"))
    assert story.at("2025-12-01") == {"Ana works_at Acme"}
    assert story.at("2026-02-01") == {"Ana works_at Birch"}


def test_a_move_last_month_follows_a_home_noted_in_that_month() -> None:
    """An imprecise start never begins before what was known to hold within its granule."""
    story = Story()
    story.tell(story.fact("Ana lives_in Bern", "2025-04-20"))
    story.tell(story.fact("Ana lives_in Berlin", "2025-05-10", valid_from="2025-04"))
    assert story.at("2025-05-11") == {"Ana lives_in Berlin"}


def test_a_temporary_value_lets_the_old_one_resume() -> None:
    """A value with an end inside another one's interval gives way again."""
    story = Story()
    story.tell(story.fact("Ana lives_in Bern", "2025-01-10", valid_from="2020"))
    story.tell(story.fact("Ana lives_in Rome", "2025-02-10", valid_from="2025-03", valid_to="2025-05"))
    assert story.at("2025-02-01") == {"Ana lives_in Bern"}
    assert story.at("2025-04-01") == {"Ana lives_in Rome"}
    assert story.at("2025-06-01") == {"Ana lives_in Bern"}


def test_ended_closes_only_its_own_value() -> None:
    """Saying "no longer works at Birch" doesn't touch the job at Acme."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10"))
    story.tell(story.fact("Ana works_at Birch", "2025-02-10", polarity=Polarity.ENDED))
    assert story.at("2025-03-01") == {"Ana works_at Acme"}
    story.tell(story.fact("Ana works_at Acme", "2025-04-10", polarity=Polarity.ENDED))
    assert story.at("2025-05-01") == set()
    assert "Ana works_at Acme" in story.at("2025-02-01")


def test_an_end_and_a_new_value_said_together_are_linked() -> None:
    """Saying "switched from Acme to Birch" links the two values both ways."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10"))
    story.tell(
        story.fact("Ana works_at Acme", "2025-06-10", polarity=Polarity.ENDED),
        story.fact("Ana works_at Birch", "2025-06-10"),
    )
    acme, birch = story.memories.values()
    assert (acme.superseded_by, birch.supersedes) == (birch.memory_id, acme.memory_id)
    assert story.at("2025-07-01") == {"Ana works_at Birch"}


def test_the_same_statement_twice_is_one_memory() -> None:
    """Repeating a state adds evidence; repeating a run on another day is another event."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10"))
    draft = story.tell(story.fact("Ana works_at Acme", "2025-02-10"))
    assert [d.operation for d in draft.decisions] == [Operation.NOOP]
    story.tell(story.fact("Ana ran 5k", "2025-01-10", kind=Kind.EVENT, valid_from="2025-01-10"))
    story.tell(story.fact("Ana ran 5k", "2025-01-12", kind=Kind.EVENT, valid_from="2025-01-12"))
    assert len(story.memories) == 3


def test_a_stated_start_replaces_an_unknown_one() -> None:
    """Saying "been there since 2021" tells when the known job began."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10"))
    story.tell(story.fact("Ana works_at Acme", "2025-02-10", valid_from="2021"))
    assert story.at("2022-01-01") == {"Ana works_at Acme"}
    assert len(story.memories) == 1


def test_a_start_told_more_exactly_moves_the_known_one() -> None:
    """A start in September 2020, told after "in 2020", is the same job; and a later day is no news of its start."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10", valid_from="2020"))
    story.tell(story.fact("Ana works_at Acme", "2025-02-10", valid_from="2020-09"))
    assert (story.at("2020-08-01"), story.at("2020-10-01")) == (set(), {"Ana works_at Acme"})
    story.tell(story.fact("Ana works_at Acme", "2025-03-10", valid_from="2022-09"))
    assert story.at("2020-10-01") == {"Ana works_at Acme"}
    assert len(story.memories) == 1


def test_a_start_that_has_not_come_can_be_put_off() -> None:
    """Saying "it slips by a month" moves the boundary, also when the new start lies within what was announced."""
    story = Story()
    story.tell(story.fact("Ana lives_in Bern", "2025-01-10", valid_from="2023"))
    for said, start in (("2025-05-10", "2025-08-01"), ("2025-07-10", "2025-09-01")):
        story.tell(story.fact("Ana lives_in Rome", said, valid_from=start))
    assert (story.at("2025-08-15"), story.at("2025-09-02")) == ({"Ana lives_in Bern"}, {"Ana lives_in Rome"})
    assert len(story.memories) == 2


def test_a_past_stint_told_with_another_start_is_the_same_one() -> None:
    """What ended at the same time began earlier than was said; no second stint is made up."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10", valid_from="2020"))
    for said, start in (("2025-01-10", "2016"), ("2025-01-12", "2014")):
        past = story.fact("Ana works_at Birch", said, polarity=Polarity.ENDED, valid_from=start, valid_to="2020")
        story.tell(past)
    assert len(story.memories) == 2
    assert (story.at("2015-01-01"), story.at("2021-01-01")) == ({"Ana works_at Birch"}, {"Ana works_at Acme"})


def test_a_return_told_with_its_day_begins_on_it() -> None:
    """What a temporary value had interrupted resumes on the day that the speaker names; until then that one goes on."""
    story = Story()
    story.tell(story.fact("Ana lives_in York", "2023-01-10", valid_from="2015"))
    leeds = story.fact(
        "Ana lives_in Leeds", "2024-09-01", polarity=Polarity.ENDED, valid_from="2024-01", valid_to="2024-06"
    )
    story.tell(leeds, story.fact("Ana lives_in York", "2024-09-01", valid_from="2024-06-17"))
    assert (story.at("2024-06-10"), story.at("2024-06-18")) == ({"Ana lives_in Leeds"}, {"Ana lives_in York"})


def test_the_start_of_a_past_stint_may_be_told_after_its_end() -> None:
    """Saying "I left in 2023", then "I'd joined in 2017" is one stint."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2024-01-10", polarity=Polarity.ENDED, valid_to="2023"))
    joined = story.fact("Ana works_at Acme", "2024-02-10", polarity=Polarity.ENDED, valid_from="2017", valid_to="2023")
    story.tell(joined)
    assert len(story.memories) == 1
    assert (story.at("2018-01-01"), story.at("2023-06-01")) == ({"Ana works_at Acme"}, set())


def test_a_pinned_value_is_disputed_not_closed() -> None:
    """A second value beside a pinned one is kept, but is not live."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10"))
    story.pin("Ana works_at Acme")
    draft = story.tell(story.fact("Ana works_at Birch", "2025-06-10"))
    assert story.at("2025-07-01") == {"Ana works_at Acme"}
    assert draft.decisions[0].operation is Operation.DISPUTE
    assert len(story.memories) == 2


def test_one_add_changes_at_most_so_many_memories() -> None:
    """Past the cap a new value is disputed instead of closing yet another memory."""
    story = Story(cap=1)
    for who in ("Ana", "Ben"):
        story.tell(story.fact(f"{who} works_at Acme", "2025-01-10"))
    story.tell(
        story.fact("Ana works_at Birch", "2025-06-10"),
        story.fact("Ben works_at Birch", "2025-06-10"),
    )
    assert story.at("2025-07-01") == {"Ana works_at Birch", "Ben works_at Acme"}


@pytest.mark.parametrize("operation", [Operation.UPDATE, Operation.DELETE, Operation.NOOP])
@pytest.mark.parametrize("target", [0, 1, 7, None])
def test_no_verdict_touches_another_subject(operation: Operation, target: int | None) -> None:
    """Whatever a judge says about a memory of another subject, it stays as it was and the fact is kept."""
    story = Story()
    story.tell(story.fact("Ben works_at Acme", "2025-01-10"), story.fact("Ben likes tea", "2025-01-10"))
    before = dict(story.memories)
    verdict = Verdict(operation=operation, target=target, text="Ana works_at Acme and owns 7 cats")
    draft = story.tell(story.fact("Ana works_at Acme", "2025-06-10"), verdict=verdict)
    assert {i: story.memories[i] for i in before} == before
    assert "Ana works_at Acme" in story.at("2025-07-01")
    assert draft.decisions[0].refused == operation.value


@pytest.mark.parametrize(
    "text",
    ["", "Ana likes tea", "Ana likes tea with 3 sugars", "Ana likes tea, not coffee", "Ana likes tea at Rosie's"],
)
def test_an_update_neither_loses_nor_invents(text: str) -> None:
    """A new wording must keep every number, name and negation, and hold none that nobody said."""
    story = Story()
    story.tell(story.fact("Ana likes tea from Ceylon since 2019", "2025-01-10"))
    story.memories = {
        i: replace(r, triples=(Triple("Ana", "likes", object_id="tea"),)) for i, r in story.memories.items()
    }
    verdict = Verdict(operation=Operation.UPDATE, target=0, text=text)
    story.tell(story.fact("Ana likes tea", "2025-06-10"), verdict=verdict)
    assert "Ana likes tea from Ceylon since 2019" in story.at("2025-07-01")


def test_a_noop_that_would_lose_something_is_refused() -> None:
    """A fact with a detail that the candidate lacks is not swallowed."""
    story = Story()
    story.tell(story.fact("Ana likes tea", "2025-01-10"))
    verdict = Verdict(operation=Operation.NOOP, target=0)
    story.tell(story.fact("Ana likes coffee", "2025-06-10"), verdict=verdict)
    assert story.at("2025-07-01") == {"Ana likes tea", "Ana likes coffee"}


def test_what_the_same_exchange_takes_back_is_never_written() -> None:
    """A slip that is put right at once leaves no memory, no evidence and no link behind, only the decisions."""
    story = Story()
    draft = story.tell(
        story.fact("Ana lives_in Berlin", "2025-02-10"),
        story.fact("Ana lives_in Berlin", "2025-02-10", polarity=Polarity.NEGATED),
        story.fact("Ana lives_in Bern", "2025-02-10", correction=True),
    )
    assert [(r.text, r.supersedes) for r in draft.revisions] == [("Ana lives_in Bern", "")]
    assert {row.memory_id for row in draft.evidence} == {r.memory_id for r in draft.revisions}
    assert [d.operation for d in draft.decisions] == [Operation.DROP, Operation.RETRACT, Operation.SUPERSEDE]
    assert [d.target_id for d in draft.decisions] == ["", "", ""]


def test_an_update_does_not_change_who_it_is_about() -> None:
    """A new wording can't put another name in, at the start of the sentence or in any script."""
    story = Story()
    story.tell(story.fact("Ana likes tea", "2025-01-10"))
    for text in ("Ben likes tea", "Ana likes tea, and Łucja too"):
        story.tell(
            story.fact("Ana likes tea", "2025-06-10"), verdict=Verdict(operation=Operation.UPDATE, target=0, text=text)
        )
    assert story.at("2025-07-01") == {"Ana likes tea"}


def test_an_end_closes_every_memory_that_says_it() -> None:
    """Two wordings of one statement end together."""
    story = Story()
    story.tell(story.fact("Ana likes tea", "2025-01-10"))
    other = story.fact("Ana likes tea", "2025-01-11", kind=Kind.PREFERENCE)
    fact = replace(other.fact, text="Ana enjoys a cup of tea")
    story.tell(replace(other, fact=fact, text_hash="other"))
    assert len(story.at("2025-02-01")) == 2
    story.tell(story.fact("Ana likes tea", "2025-03-10", polarity=Polarity.ENDED))
    assert story.at("2025-04-01") == set()


def test_more_about_a_known_value_is_kept_with_it() -> None:
    """A detail about the current job joins its memory, and ends with it."""
    story = Story()
    story.tell(story.fact("Ana works_at Acme", "2025-01-10"))
    more = story.fact("Ana works_at Acme", "2025-02-10")
    story.tell(replace(more, fact=replace(more.fact, text="Ana is the CTO of Acme in Oslo"), text_hash="more"))
    assert story.at("2025-03-01") == {"Ana works_at Acme. Ana is the CTO of Acme in Oslo"}
    story.tell(story.fact("Ana works_at Birch", "2025-06-10"))
    assert story.at("2025-07-01") == {"Ana works_at Birch"}


def test_a_return_to_what_the_same_exchange_ended_is_kept() -> None:
    """A judge that saw the old memory can't swallow the new stint into it."""
    story = Story()
    story.tell(story.fact("Ana likes tea", "2025-01-10"))
    verdict = Verdict(operation=Operation.NOOP, target=0)
    story.tell(
        story.fact("Ana likes tea", "2025-03-10", polarity=Polarity.ENDED, valid_to="2025-02-01"),
        story.fact("Ana likes tea", "2025-03-10"),
        verdict=verdict,
    )
    assert story.at("2025-04-01") == {"Ana likes tea"}


def test_the_same_denial_twice_is_one_memory() -> None:
    """Repeating that something isn't so adds evidence."""
    story = Story()
    for day in ("2025-01-10", "2025-01-11"):
        story.tell(story.fact("Ana eats meat", day, polarity=Polarity.NEGATED))
    assert len(story.memories) == 1


JOBS = st.lists(
    st.tuples(
        st.sampled_from(["Acme", "Birch", "Cedar"]),
        st.integers(2015, 2024),
        st.one_of(st.none(), st.integers(1, 3)),
        st.sampled_from(list(Polarity)),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@given(JOBS)
def test_a_slot_never_holds_two_values_at_once(jobs: list[tuple[str, int, int | None, Polarity, bool, bool]]) -> None:
    """Whatever is said in whatever order, the intervals of one functional slot don't overlap."""
    story = Story()
    for said, (firm, start, length, polarity, stated, correction) in enumerate(jobs):
        story.tell(
            story.fact(
                f"Ana works_at {firm}",
                f"2025-{said + 1:02}-01",
                polarity=polarity,
                valid_from=str(start) if stated else None,
                valid_to=str(start + length) if stated and length else None,
                correction=correction,
            )
        )
        line = sorted(
            (r.validity for r in story.memories.values() if r.slot_key == "Ana/works_at" and not r.disputed),
            key=lambda v: v.valid_from.at,
        )
        for earlier, later in pairwise(line):
            assert earlier.valid_to is not None
            assert earlier.valid_to.at <= later.valid_from.at


def test_nothing_written_is_linked_to_what_was_taken_back_at_once() -> None:
    """A value told and taken back in one exchange leaves no link in the revisions that it cut short meanwhile."""
    story = Story()
    draft = story.tell(
        story.fact("Ana works_at Cedar", "2025-06-10", valid_from="2018", valid_to="2019"),
        story.fact("Ana works_at Acme", "2025-06-10", valid_from="2019"),
        story.fact("Ana works_at Acme", "2025-06-10", valid_from="2019", polarity=Polarity.NEGATED),
    )
    written = {revision.memory_id for revision in draft.revisions}
    linked = {link for r in draft.revisions for link in (r.supersedes, r.superseded_by) if link}
    assert linked <= written


def test_a_denial_of_a_past_time_told_twice_is_one_denial() -> None:
    """Denials of one claim share a line: the same one again adds evidence, and another time does not overlap it."""
    story = Story()
    for _ in range(2):
        story.tell(
            story.fact(
                "Ana likes jazz", "2025-06-10", polarity=Polarity.NEGATED, valid_from="2024-03", valid_to="2024-05"
            )
        )
    assert len(story.memories) == 1
    story.tell(
        story.fact("Ana likes jazz", "2025-06-10", polarity=Polarity.NEGATED, valid_from="2024-04", valid_to="2024-09")
    )
    spans = [r.validity for r in story.memories.values()]
    assert all(first.valid_to is not None for first in spans)
    assert sum(span.holds(When("2024-04-10").moment("UTC").at) for span in spans) == 1
