"""What a reader keeps in mind along a conversation: who speaks, who was mentioned, what was said last."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from twohop.graph.model import Message, Role
from twohop.llm.rules.given_names import gender
from twohop.memory.names import normal
from twohop.memory.ports import Fact, Polarity


class Named(Protocol):
    """What a clause was about."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def type(self) -> str:
        """Its coarse type."""
        ...

    @property
    def proper(self) -> bool:
        """Whether the name is proper."""
        ...


REACH = 2
"""Messages back in which a pronoun's person is looked for; further back it is a guess."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person mentioned: name, pronoun (f, m or unknown), and in which message and clause, whether as its subject."""

    name: str
    gender: str
    message: int
    clause: int
    subject: bool = False


@dataclass(slots=True)
class Discourse:
    """The state of one reading; it lives as long as one extraction.

    `latest` is everyone's latest message, `before` the speaker's before this one.
    """

    speakers: tuple[str, ...] = ()
    speaker: str = ""
    addressee: str = ""
    before: str = ""
    latest: dict[str, str] = field(default_factory=dict)
    message: int = 0
    clause: int = 0
    people: list[Person] = field(default_factory=list)
    genders: dict[str, str] = field(default_factory=dict)
    relatives: dict[tuple[str, str], str] = field(default_factory=dict)
    identified: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    facts: list[Fact] = field(default_factory=list)

    def turn(self, message: Message) -> None:
        """The next message: its speaker, and whom it addresses when only one other named speaker is there."""
        self.message += 1
        self.speaker = speaker_of(message)
        self.before = self.latest.get(self.speaker, "")
        self.latest[self.speaker] = message.id
        others = [name for name in self.speakers if name != self.speaker]
        self.addressee = others[0] if len(others) == 1 else ""

    def mention(self, name: str, *, sex: str = "", subject: bool = False) -> None:
        """Someone is named; the speaker is nobody's "she"."""
        name = self.identified.get(name, name)
        key = normal(name)
        if sex:
            self.genders[key] = sex
        if key == normal(self.speaker):
            return
        known = self.genders.get(key) or gender(name)
        self.people.append(Person(name, known, self.message, self.clause, subject))

    def full_name(self, first: str) -> str:
        """The one full name that a first name stands for, or empty."""
        names = {p.name for p in self.people if " " in p.name and p.name.split()[0] == first and "'" not in p.name}
        names |= {name for name in self.speakers if " " in name and name.split()[0] == first}
        return names.pop() if len(names) == 1 else ""

    def names_of(self, name: str) -> set[str]:
        """All the names, normalised, of who has this one, as said before."""
        names = {normal(name)}
        for fact in self.facts:
            for claim in fact.claims[:1]:
                pair = {normal(claim.subject), normal(claim.object)}
                if claim.predicate == "also_known_as" and fact.polarity is Polarity.AFFIRMED and pair & names:
                    names |= pair
        return names

    def identify(self, unnamed: str, name: str) -> None:
        """Who was known as "Alice's sister" has a name."""
        self.identified[unnamed] = name
        self.people = [replace(p, name=name) if p.name == unnamed else p for p in self.people]

    def mention_subject(self, phrase: "Named") -> None:
        """A clause was about someone."""
        if phrase.type in {"", "person"} and (phrase.proper or phrase.type == "person"):
            self.mention(phrase.name, subject=True)

    def person(self, sex: str) -> str:
        """The one that "he" or "she" means, or empty when nobody or more than one fits."""
        for message in range(self.message, self.message - REACH - 1, -1):
            fitting = list(self._fitting(sex, message))
            if not fitting:
                continue
            names = {normal(p.name): p.name for p in fitting}
            if len(names) == 1:
                return next(iter(names.values()))
            sure = {normal(p.name): p.name for p in fitting if p.gender}
            if len(sure) == 1:
                return next(iter(sure.values()))
            last = max(p.clause for p in fitting)
            subjects = {normal(p.name): p.name for p in fitting if p.subject and p.clause == last}
            others = {normal(p.name) for p in fitting if not p.subject and p.clause == last}
            return next(iter(subjects.values())) if len(subjects) == 1 and not others else ""
        return ""

    def _fitting(self, sex: str, message: int) -> Iterator[Person]:
        outside = {normal(self.speaker), normal(self.addressee)}
        for person in self.people:
            known = person.gender or self.genders.get(normal(person.name), "")
            if person.message == message and known in {"", sex} and normal(person.name) not in outside:
                yield replace(person, gender=known)

    def pronoun(self, name: str) -> str:
        """As in "f", "m" or empty for a person."""
        return self.genders.get(normal(name)) or gender(name)


def speaker_of(message: Message) -> str:
    """The name that "I" stands for."""
    if message.name.strip():
        return " ".join(message.name.split())
    return "user" if message.role is Role.USER else "assistant"
