"""Relations derived from memories: how long an assertion holds."""

from itertools import count

import pytest

from lives import PARTITION, moment
from twohop.graph.model import Kind, Moment, Operation, Revision, Triple, Validity
from twohop.memory.write.relations import derive

TRIPLE = Triple("ana", "works_at", object_id="acme")


def revision(memory_id: str, start: str, *, end: str = "", expires: str = "") -> Revision:
    return Revision(
        id=f"{memory_id}-1",
        memory_id=memory_id,
        partition=PARTITION,
        number=1,
        text="Ana works at Acme",
        kind=Kind.STATE,
        validity=Validity(moment(start), moment(end) if end else None),
        operation=Operation.ADD,
        decider="rules",
        triples=(TRIPLE,),
        expires_at=moment(expires).at if expires else None,
    )


def holding(*supporters: Revision) -> list[tuple[int, int | None]]:
    made = count(1)
    relations = derive(PARTITION, TRIPLE, supporters, "Ana works at Acme", lambda: f"r{next(made)}")
    return [(v.valid_from.at, v.valid_to.at if v.valid_to else None) for v in (r.validity for r in relations)]


def at(iso: str) -> int:
    found: Moment = moment(iso)
    return found.at


def test_a_relation_ends_when_the_memory_that_supports_it_expires() -> None:
    """An expired memory is not live, so nothing rests on it; a later end of its own changes nothing."""
    assert holding(revision("m", "2025-01-01", expires="2025-06-01")) == [(at("2025-01-01"), at("2025-06-01"))]
    assert holding(revision("m", "2025-01-01", end="2025-03-01", expires="2025-06-01")) == [
        (at("2025-01-01"), at("2025-03-01"))
    ]


def test_a_relation_outlives_one_of_two_memories() -> None:
    """What another memory still supports goes on after the first has expired."""
    first, second = revision("m", "2025-01-01", expires="2025-06-01"), revision("n", "2025-02-01")
    assert holding(first, second) == [(at("2025-01-01"), None)]


@pytest.mark.parametrize("expires", ["2024-01-01", "2025-01-01"])
def test_a_memory_that_expired_before_it_began_supports_nothing(expires: str) -> None:
    """Its relation never holds at any instant."""
    assert all(start == end for start, end in holding(revision("m", "2025-01-01", expires=expires)))
