"""What the writers say: the same facts at once, competing first values, updates out of order, facts of their own."""

from dataclasses import dataclass

from twohop.graph.model import Role, Scope
from twohop.memory.api import AddRequest, NewMessage
from twohop.memory.ports import Claim, Fact, Named

START = 1_735_689_600_000_000
"""1 January 2025."""

HOUR = 3_600_000_000
RIVALS = 4
"""Values that compete to be a slot's first one."""

MOVERS = 8
"""Slots that are updated all the time."""

KNOWN = 40
"""Names of each kind that are known before the writers start: a new name by itself already orders the adds about it."""

LIKES, WORKS, LIVES = "likes", "works at", "lives in"
PREDICATES = {LIKES: "likes", WORKS: "works_at", LIVES: "lives_in"}
ONE_VALUE = (WORKS, LIVES)
TYPES = {"Firm": "organisation", "Town": "place", "Village": "place"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One fact in plain words; `dated`: it holds from `observed_at` on, before and after others of its slot."""

    subject: str
    verb: str
    object: str
    observed_at: int
    dated: bool = False

    @property
    def text(self) -> str:
        """The sentence, which is also the memory's text."""
        return f"{self.subject} {self.verb} {self.object}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """So many writers, numbered from 0, shared evenly among so many owners."""

    writers: int
    owners: int = 1

    def owner(self, writer: int) -> Scope:
        """Whose memory a writer writes to."""
        return owner(writer % self.owners)

    def said(self, writer: int, round_: int) -> Said:
        """What a writer says in a round, among the writers of its owner."""
        return said(writer // self.owners, -(-self.writers // self.owners), round_)


def owner(number: int) -> Scope:
    """One of the owners."""
    return Scope(user_id=f"soak-{number}")


def said(writer: int, writers: int, round_: int) -> Said:
    """What a writer says in a round: four kinds of facts in turn, so that at any time all of them are said."""
    number = round_ // 4
    match (round_ + writer) % 4:
        case 0:
            return Said(subject=f"Guest{number}", verb=LIKES, object=f"Game{number}", observed_at=START + number * HOUR)
        case 1:
            rival = writer // 4 % RIVALS
            return Said(subject=f"Nova{number}", verb=WORKS, object=f"Firm{rival}", observed_at=START)
        case 2:
            place = number * writers + writer
            return Said(
                subject=f"Mover{place // 4 % MOVERS}",
                verb=LIVES,
                object=f"Town{place}",
                observed_at=START + place * HOUR,
                dated=True,
            )
        case _:
            own = f"{writer}x{number}"
            return Said(subject=f"Host{own}", verb=LIVES, object=f"Village{own}", observed_at=START)


def introductions(scope: Scope) -> AddRequest:
    """The add of an owner that brings in the names which the same facts and first values are about."""
    guests = (Said(subject=f"Guest{n}", verb=LIKES, object="Tea", observed_at=START) for n in range(KNOWN))
    games = (Said(subject=f"Nova{n}", verb=LIKES, object=f"Game{n}", observed_at=START) for n in range(KNOWN))
    firms = (Said(subject="Nova0", verb=LIKES, object=f"Firm{n}", observed_at=START) for n in range(RIVALS))
    message = NewMessage(role=Role.USER, name="Alice", content="Let me introduce everybody.", observed_at=START)
    facts = tuple(given(fact) for fact in (*guests, *games, *firms))
    return AddRequest(scope=scope, messages=(message,), facts=facts)


def request(crowd: Crowd, writer: int, round_: int) -> AddRequest:
    """The exchange: half of the writers give the fact themselves, the others leave it to the rules to read it."""
    fact = crowd.said(writer, round_)
    message = NewMessage(role=Role.USER, name="Alice", content=f"{fact.text}.", observed_at=fact.observed_at)
    return AddRequest(
        scope=Scope(user_id=crowd.owner(writer).user_id, run_id=f"writer-{writer}"),
        messages=(message,),
        facts=(given(fact),) if writer // crowd.owners // 4 % 2 else None,
        request_id=f"{writer}-{round_}",
    )


def given(fact: Said) -> Fact:
    """The fact as a caller gives it."""
    return Fact(
        text=fact.text,
        claims=(Claim(subject=fact.subject, predicate=PREDICATES[fact.verb], object=fact.object),),
        entities=(
            Named(name=fact.subject, proper=True),
            Named(name=fact.object, proper=True, type=TYPES.get(fact.object.rstrip("0123456789x"), "")),
        ),
    )
