"""Couples: since when they are together, and that they broke up."""

from dataclasses import replace

from twohop.llm.rules.kinds import RELATIONS
from twohop.llm.rules.phrase import Phrase
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
    if other is None or told_already(scene, other) or not someone(other) or not (scene.subject.speaker or someone(scene.subject)):
        return []
    return scene.state(bond(scene, other), replace(other, type="person"), aspect=Aspect.ENDS)


def told_already(scene: Scene, other: Phrase) -> bool:
    """Whether the clause was read for the other of the two: a bond is told once."""
    return bool(scene.reading.companions) and other.start < scene.subject.start


def someone(phrase: Phrase) -> bool:
    """Whether a phrase names one person."""
    return phrase.speaker or (phrase.type in {"", "person"} and (phrase.proper or phrase.head in RELATIONS))


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
