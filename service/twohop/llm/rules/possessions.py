"""Things that are bought to be kept, and things that are sold."""

from dataclasses import replace

from twohop.llm.rules.general import general
from twohop.llm.rules.phrase import Phrase, article, person
from twohop.llm.rules.scene import Aspect, Scene
from twohop.llm.rules.wordlist import words
from twohop.memory.ports import Fact

DURABLES = words(
    """
    car van truck jeep motorbike motorcycle scooter moped bike bicycle e-bike caravan campervan boat yacht kayak
    canoe sailboat house flat apartment cottage cabin condo piano guitar violin cello keyboard telescope
    laptop tablet phone smartphone camera drone printer freezer fridge dishwasher
    """
)
"""Things that whoever buys one has from then on."""

PASSING = words("new brand-new used second-hand secondhand nice lovely beautiful cheap")
"""Adjectives of a purchase, not of the thing."""


def buy(scene: Scene) -> list[Fact]:
    """As in "Bought a car last week": beside what happened, who owns it since."""
    facts = general(scene)
    part = scene.part("")
    if not facts or part is None or part.phrase is None or scene.part("for", "to") is not None:
        return facts
    phrase = part.phrase
    if phrase.determiner not in {"a", "an"} or phrase.head not in DURABLES or scene.reading.progressive:
        return facts
    return [*facts, *scene.state("owns", named_bare(phrase), aspect=Aspect.BEGINS)]


def sell(scene: Scene) -> list[Fact]:
    """As in "Sold the car in May": what happened, and that it is owned no more."""
    facts = general(scene)
    part = scene.part("")
    if not facts or part is None or part.phrase is None or not part.complete or scene.reading.progressive:
        return facts
    phrase = scene.mentioned("owns", part.phrase)
    if phrase is part.phrase and phrase.head not in DURABLES:
        return facts
    return [*facts, *scene.state("owns", phrase, aspect=Aspect.ENDS)]


def mine(scene: Scene) -> list[Fact]:
    """As in "My car is a Skoda Fabia"."""
    subject = scene.subject
    phrase = scene.read(scene.reading.rest) if scene.reading.rest else None
    if subject.determiner != "poss" or subject.head not in DURABLES or scene.reading.past or phrase is None:
        return []
    if not phrase.proper or phrase.determiner not in {"a", "an"} or phrase.type in {"person", "place"}:
        return []
    thing = replace(phrase, type="thing", kinds=(subject.head,))
    return scene.state("owns", thing, subject=person(subject.owner, scene.talk))


def named_bare(phrase: Phrase) -> Phrase:
    """The thing as it is owned: a car stays one when it is no longer new."""
    name = " ".join(word for word in phrase.name.split() if word.lower() not in PASSING)
    return replace(phrase, name=name, text=f"{article(name)} {name}", type=phrase.type or "thing")
