"""A noun phrase as a value: what it names, how it is told from outside, and what it says aside."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from twohop.llm.rules import kinds
from twohop.llm.rules.discourse import Discourse
from twohop.llm.rules.tokens import Token
from twohop.memory.names import normal
from twohop.memory.ports import Claim, Named


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A statement inside a noun phrase: "my sister Emma" says that Emma is the speaker's sister."""

    text: str
    claim: Claim
    entities: tuple[Named, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A noun phrase: the name of what it means, how it is written in a fact, what it is, and what it says aside.

    `recalled`: the name was not said in it, but before ("my boss", after "my boss Dana").
    """

    name: str
    text: str
    type: str = ""
    proper: bool = False
    recalled: bool = False
    kinds: tuple[str, ...] = ()
    speaker: bool = False
    addressed: bool = False
    plural: bool = False
    head: str = ""
    determiner: str = ""
    owner: str = ""
    asides: tuple[Aside, ...] = ()
    start: int = 0
    end: int = 0

    @property
    def named(self) -> Named:
        """As an entity of a fact."""
        return Named(name=self.name, type=self.type, proper=self.proper, kinds=self.kinds)


def written(tokens: Sequence[Token]) -> str:
    """The words as in the message, spaces collapsed."""
    parts: list[str] = []
    for place, token in enumerate(tokens):
        gap = place > 0 and token.start > tokens[place - 1].end
        parts.append(f" {token.text}" if gap else token.text)
    return " ".join("".join(parts).split())


def person(name: str, talk: Discourse) -> Phrase:
    """A person known by name; the unnamed speaker reads "User" in texts."""
    text = name.capitalize() if name in {"user", "assistant"} else name
    owner, _, noun = name.rpartition("'s ")
    unnamed = bool(owner) and noun in kinds.RELATIONS
    return Phrase(
        name=name,
        text=text,
        type="person",
        proper=not unnamed and name not in {"user", "assistant"},
        kinds=(noun,) if unnamed else (),
        speaker=normal(name) == normal(talk.speaker),
        owner=owner if unnamed else "",
        head=noun if unnamed else "",
    )


def with_pet(kind: str) -> tuple[str, ...]:
    """A kind with the wider words for it."""
    if kind in kinds.PETS:
        return tuple(dict.fromkeys((kind, *(("dog",) if kind in kinds.DOGS else ()), "pet")))
    return (kind,) if kind else ()


def type_of_kind(kind: str) -> str:
    """The coarse type of what a common noun names."""
    if kind in kinds.RELATIONS:
        return "person"
    if kind in kinds.PETS:
        return "thing"
    if kind in kinds.COMPANIES | kinds.CLUBS | kinds.TEAMS:
        return "organisation"
    return "place" if kind in kinds.PLACE_KINDS else ""


def article(noun: str) -> str:
    """As in "a" or "an"."""
    return "an" if noun[:1].lower() in "aeio" else "a"


def kinship(owner: Phrase, noun: str, phrase: Phrase) -> Aside:
    """That a person is someone's sister, boss or friend."""
    relation = kinds.RELATIONS[noun]
    ends = (owner.name, phrase.name) if relation.owner_first else (phrase.name, owner.name)
    text = f"{phrase.text} is {owner.text}'s {noun}" if phrase.proper else f"{owner.text} has a {noun}"
    return Aside(
        text=text,
        claim=Claim(subject=ends[0], predicate=relation.predicate, object=ends[1]),
        entities=(phrase.named, replace(owner, type=owner.type or "person").named),
        start=phrase.start,
        end=phrase.end,
    )


def membership(team: Phrase, whole: Phrase) -> Aside:
    """That a team belongs to an organisation."""
    return Aside(
        text=f"The {team.name} is part of {whole.text}",
        claim=Claim(subject=team.name, predicate="part_of", object=whole.name),
        entities=(team.named, whole.named),
        start=team.start,
        end=whole.end,
    )
