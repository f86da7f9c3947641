"""Reads sentences with the offline rules and shows their facts in one line each."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from twohop.graph.model import Message, Role
from twohop.llm.rules.extractor import RulesExtractor
from twohop.memory.moment import micros
from twohop.memory.ports import Calls, ExtractionRequest, Fact, Polarity
from twohop.memory.predicates import PredicateTable

SAID = micros(datetime(2025, 3, 12, 15, 0, tzinfo=UTC))
"""A Wednesday."""

EXTRACTOR = RulesExtractor(PredicateTable.default())
MARKS = {Polarity.AFFIRMED: "+", Polarity.ENDED: "-", Polarity.NEGATED: "!"}


def turn(
    content: str, *, name: str = "Alice", place: int = 0, role: Role = Role.USER, at: int = SAID, zone: str = "UTC"
) -> Message:
    return Message(
        id=f"m{place}",
        partition="p",
        session="s",
        role=role,
        name=name,
        content=content,
        observed_at=at,
        time_zone=zone,
        position=place,
    )


def facts_of(*said: str | Message, recent: Sequence[Message] = (), owner_is_agent: bool = False) -> tuple[Fact, ...]:
    exchange = [turn(m, place=100 + i) if isinstance(m, str) else m for i, m in enumerate(said)]
    request = ExtractionRequest(exchange=exchange, recent=recent, owner_is_agent=owner_is_agent)
    return asyncio.run(EXTRACTOR.extract(request, Calls())).facts


def shown(fact: Fact) -> str:
    """`+ Alice works_at Acme @2021..`: mark, own claim (=value for a plain one), and times if any are stated."""
    claim = fact.claims[0]
    value = f"={claim.object}" if claim.literal else claim.object
    begins = fact.valid_from.iso if fact.valid_from else ""
    ends = fact.valid_to.iso if fact.valid_to else ""
    time = f" @{begins}..{ends}" if begins or ends else ""
    return f"{MARKS[fact.polarity]} {claim.subject} {claim.predicate} {value}{time}"


def read(*said: str | Message) -> list[str]:
    return [shown(fact) for fact in facts_of(*said)]
