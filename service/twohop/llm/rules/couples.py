"""Couples and friends: who is with whom since when, who married, and who broke up."""

from dataclasses import replace

from twohop.graph.model import Kind
from twohop.llm.rules import kinds
from twohop.llm.rules.given_names import is_given_name
from twohop.llm.rules.phrase import Phrase, person
from twohop.llm.rules.scene import Aspect, Scene
from twohop.memory.names import normal
from twohop.memory.ports import Fact, Polarity

PARTING = {"break": ("up",), "split": ("up", ""), "separate": ("",)}
"""Verbs of parting, and the particle that each needs."""

BONDS = ("married_to", "engaged_to", "dating")
COUPLE = (("together",), ("back", "together"), ("a", "couple"))


def part_ways(scene: Scene) -> list[Fact]:
    """As in "Tom and I broke up in May", "broke up with Tom", "Emma and Tom separated": their bond ends."""
    reading = scene.reading
    lows = [token.low for token in reading.rest]
    particle = lows[0] if lows[:1] == ["up"] else ""
    if particle not in PARTING.get(reading.lemma, ()):
        return []
    part = scene.part("up with" if particle else "with", "from")
    other = part.phrase if part is not None else None
    if part is None and lows[len(particle.split()) :] == [] and len(reading.companions) == 1:
        other = reading.companions[0]
    if (
        other is None
        or told_already(scene, other)
        or not someone(other)
        or not (scene.subject.speaker or someone(scene.subject))
    ):
        return []
    return scene.state(bond(scene, other), replace(other, type="person"), aspect=Aspect.ENDS)


def told_already(scene: Scene, other: Phrase) -> bool:
    """Whether the clause was read for the other of the two: a bond is told once."""
    return bool(scene.reading.companions) and other.start < scene.subject.start


def someone(phrase: Phrase) -> bool:
    """Whether a phrase names one person."""
    return phrase.speaker or (phrase.type in {"", "person"} and (phrase.proper or phrase.head in kinds.RELATIONS))


def bond(scene: Scene, other: Phrase) -> str:
    """What the two were to each other, as said before; without a word of it, they were dating."""
    pair = {normal(scene.subject.name), normal(other.name)}
    for fact in reversed(scene.talk.facts):
        for claim in fact.claims[:1]:
            if (
                fact.polarity is Polarity.AFFIRMED
                and claim.predicate in BONDS
                and {normal(claim.subject), normal(claim.object)} == pair
            ):
                return claim.predicate
    return "dating"


def together(scene: Scene) -> list[Fact]:
    """As in "Tom and I have been together since 2020", "Emma and Tom are back together"."""
    reading = scene.reading
    said = tuple(token.low for token in reading.rest)
    if said not in COUPLE or len(reading.companions) != 1:
        return []
    if said == ("together",) and not (reading.perfect and scene.time):
        return []  # "Tom and I are together" may be in a room.
    other = reading.companions[0]
    if told_already(scene, other) or not someone(other):
        return []
    return scene.state("dating", replace(other, type="person"), text="is dating")


def bound(scene: Scene) -> list[Fact]:
    """As in "Is friends with Bob", "is married to Tom", "is dating Ana", "is engaged to Ana"."""
    rest = scene.reading.rest
    first = rest[0].low if rest else ""
    if first in {"single", "divorced", "widowed"} and not rest[1:]:
        return marital(scene, first)
    table = {"friends": ("friend_of", "with"), "married": ("married_to", "to"), "engaged": ("engaged_to", "to")}
    if first not in table:
        return []
    predicate, preposition = table[first]
    part = scene.part(preposition)
    if part is None and len(scene.reading.companions) == 1 and not rest[1:]:
        return scene.state(predicate, replace(scene.reading.companions[0], type="person"))
    if part is None or part.phrase is None or part.phrase.type not in {"", "person"} or part.phrase.speaker:
        return marital(scene, first) if part is None and first != "friends" else []
    if not (part.phrase.proper or part.phrase.head in kinds.RELATIONS):
        return []
    return scene.state(predicate, replace(part.phrase, type="person"))


def attached(scene: Scene) -> list[Fact]:
    """As in "Is in a relationship", "is in a relationship with Tom"."""
    rest = scene.reading.rest
    if [token.low for token in rest[:3]] != ["in", "a", "relationship"]:
        return []
    part = scene.part("with")
    if part is not None and part.phrase is not None and someone(part.phrase):
        return scene.state("dating", replace(part.phrase, type="person"), text="is in a relationship with")
    return [] if rest[3:] else marital(scene, "in a relationship")


def marital(scene: Scene, word: str) -> list[Fact]:
    """As in "Is single", "is married", "is divorced"."""
    return scene.state("marital_status", word, text="is", kind=Kind.ATTRIBUTE)


def marry(scene: Scene) -> list[Fact]:
    """As in "Married Tom in 2020", "got married to Tom", "got engaged to Ana", "got divorced"."""
    reading = scene.reading
    part = scene.part("")
    word = part.tokens[0].low if part else ""
    if reading.lemma == "marry":
        who = part
        predicate = "married_to"
    elif reading.lemma == "get" and word in {"married", "engaged", "divorced", "hitched"}:
        who = scene.part("to", "from")
        predicate = {"engaged": "engaged_to", "divorced": "married_to"}.get(word, "married_to")
    elif reading.lemma == "divorce":
        who, word, predicate = part, "divorced", "married_to"
    else:
        return []
    if who is None and word != "divorced" and (spouse := known_spouse(scene)):
        return scene.state("married_to", spouse, aspect=Aspect.BEGINS) if word != "engaged" else []
    other = (
        who.phrase
        if who and who.phrase and who.phrase.type in {"", "person"} and (who.phrase.proper or who.phrase.owner)
        else None
    )
    if other is None and who is None and len(reading.companions) == 1:
        other = reading.companions[0]
    if other is None:
        state = "married" if word == "hitched" else word
        return (
            scene.state("marital_status", state, aspect=Aspect.BEGINS, text="is", kind=Kind.ATTRIBUTE)
            if state and who is None
            else []
        )
    aspect = Aspect.ENDS if word == "divorced" else Aspect.BEGINS
    return scene.state(predicate, replace(other, type="person"), aspect=aspect)


def known_spouse(scene: Scene) -> Phrase | None:
    """Whom "we married in 2009" means after "my husband Tom"; nobody when one married again."""
    first, last = scene.span
    if not scene.subject.speaker or scene.reading.companions or "again" in scene.message.content[first:last].lower():
        return None
    keys = [(normal(scene.subject.name), noun) for noun in ("husband", "wife")]
    names = [name for key in keys if (name := scene.talk.relatives.get(key))]
    return person(names[0], scene.talk) if len(names) == 1 else None


def date(scene: Scene) -> list[Fact]:
    """As in "Is dating Ana", "met Ana"."""
    part = scene.part("")
    if part is None or part.phrase is None or part.phrase.speaker or part.phrase.type not in {"", "person"}:
        return []
    if not part.phrase.proper or not part.complete:
        return []
    who = replace(part.phrase, type="person")
    if scene.reading.lemma == "date":
        return scene.state("dating", who, text="is dating")
    if scene.reading.lemma == "know":
        known = who.kinds or is_given_name(who.name.split()[0])
        return scene.state("knows", who, past_is_event=True) if known else []
    return []
