"""The soak's checks, on states with one thing wrong each."""

from dataclasses import replace
from typing import Any

from bench.soak.check import RULES, Found, Sent, findings
from bench.soak.story import START, Said

from twohop.graph.model import (
    Decision,
    Granularity,
    JobState,
    Kind,
    Memory,
    Moment,
    Operation,
    Revision,
    Validity,
)

HOUR = 3_600_000_000
SAID = [
    Said(subject="Mover1", verb="lives in", object=f"Town{n}", observed_at=START + n * HOUR, dated=True)
    for n in range(3)
]
SENT = [Sent(said=said, job_id=f"job-{n}", message_ids=(f"message-{n}",)) for n, said in enumerate(SAID)]


def memory(place: int, **changes: Any) -> Memory:
    """The place-th value of the slot, linked to its neighbours."""
    last = place == len(SAID) - 1
    start = SAID[place].observed_at
    revision = Revision(
        id=f"revision-{place}",
        memory_id=f"memory-{place}",
        partition="p",
        number=1,
        text=SAID[place].text,
        kind=Kind.STATE,
        validity=Validity(moment(start), None if last else moment(start + HOUR)),
        operation=Operation.ADD,
        decider="rules",
        superseded_by="" if last else f"memory-{place + 1}",
        supersedes=f"memory-{place - 1}" if place else "",
    )
    return Memory(
        id=revision.memory_id, partition="p", created_at=0, revision=replace(revision, **changes), evidence=()
    )


def moment(at: int) -> Moment:
    return Moment(at=at, granularity=Granularity.UNKNOWN, time_zone="UTC")


def decision(place: int, **changes: Any) -> Decision:
    made = Decision(
        id=f"decision-{place}",
        partition="p",
        job_id=f"job-{place}",
        position=0,
        operation=Operation.ADD,
        decider="rules",
        fact=SAID[place].text,
        memory_id=f"memory-{place}",
        reason="",
    )
    return replace(made, **changes)


def sound() -> Found:
    places = range(len(SAID))
    return Found(
        memories=[memory(place) for place in places],
        decisions=[decision(place) for place in places],
        jobs={f"job-{place}": JobState.DONE for place in places},
        messages={f"message-{place}" for place in places},
    )


def broken(found: Found, *errors: str) -> set[str]:
    """The rules that are broken."""
    return {rule for rule, several in findings(SENT, errors, found).items() if several}


def with_memories(*memories: Memory) -> Found:
    return replace(sound(), memories=memories)


def test_a_sound_state_breaks_no_rule() -> None:
    """All that was said is there, in one line of linked values."""
    assert findings(SENT, ["RESOURCE_EXHAUSTED TOO_BUSY"], sound()) == {rule: [] for rule in RULES}


def test_an_undocumented_error_is_found() -> None:
    """What no caller has to expect."""
    assert broken(sound(), "INTERNAL INTERNAL") == {"documented"}


def test_what_is_missing_of_an_acknowledged_add_is_found() -> None:
    """Its message, its job's end, its decision, or what the decision kept."""
    assert broken(replace(sound(), messages={"message-0", "message-1"})) == {"lost"}
    assert broken(replace(sound(), jobs={**sound().jobs, "job-1": JobState.FAILED})) == {"lost"}
    assert broken(replace(sound(), decisions=sound().decisions[1:])) == {"lost"}
    for wrong in ({"memory_id": "memory-2"}, {"operation": Operation.FAIL}):
        assert broken(replace(sound(), decisions=[decision(0, **wrong), *sound().decisions[1:]])) == {"lost"}


def test_a_memory_that_is_there_twice_is_found() -> None:
    """Two live memories of one text, kind and start."""
    twin = replace(memory(2), id="twin")
    assert "doubled" in broken(with_memories(*sound().memories, twin))


def test_a_second_live_value_is_found() -> None:
    """A value that was never closed."""
    open_ = memory(1, validity=Validity(moment(SAID[1].observed_at), None))
    assert "live" in broken(with_memories(memory(0), open_, memory(2)))


def test_a_value_that_is_not_in_its_place_is_found() -> None:
    """A hole, a value that is nowhere, one that begins at another time."""
    early = memory(0, validity=Validity(moment(SAID[0].observed_at), moment(SAID[0].observed_at + 1)))
    assert broken(with_memories(early, memory(1), memory(2))) == {"timeline"}
    assert "timeline" in broken(with_memories(memory(0), memory(2)))
    late = memory(0, validity=Validity(moment(START + 1), moment(SAID[1].observed_at)))
    assert broken(with_memories(late, memory(1), memory(2))) == {"timeline"}


def test_a_missing_link_is_found() -> None:
    """In either direction."""
    assert broken(with_memories(memory(0, superseded_by=""), memory(1), memory(2))) == {"links"}
    assert broken(with_memories(memory(0), memory(1, supersedes=""), memory(2))) == {"links"}


def test_a_memory_that_never_held_is_found() -> None:
    """It ends when it begins."""
    at = moment(SAID[1].observed_at)
    nothing = memory(1, validity=Validity(at, at))
    assert "empty" in broken(with_memories(memory(0), nothing, memory(2)))
