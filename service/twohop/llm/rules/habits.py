"""Habits that someone avoids or has given up."""

from twohop.graph.model import Kind
from twohop.llm.rules.chatter import VAGUE
from twohop.llm.rules.general import ENTITY
from twohop.llm.rules.scene import Course, Scene, Tense, opening, typed
from twohop.llm.rules.verbs import gerund, past, third
from twohop.llm.rules.wordlist import words
from twohop.memory.ports import Claim, Fact, Polarity
from twohop.memory.times import Reach

AVOIDED = words("eat drink smoke use drive watch wear")

ADDICTIONS = words("smoke drink gamble vape")


def avoided(scene: Scene) -> list[Fact]:
    """As in "Doesn't eat meat", "can't eat gluten", "never drinks alcohol": a denied habit."""
    reading = scene.reading
    if not reading.negated or reading.lemma not in AVOIDED:
        return []
    part = scene.part("")
    if (
        part is None
        or part.phrase is None
        or part.phrase.speaker
        or reading.past
        or reading.perfect
        or reading.progressive
    ):
        return []
    if not part.complete or len(scene.parts) > 1 or part.phrase.determiner or any(t.low in VAGUE for t in part.tokens):
        return []
    who = scene.subject
    denied = f"can not {reading.lemma}" if reading.able else f"does not {reading.lemma}"
    return [
        scene.fact(
            f"{opening(who)} {denied} {part.phrase.text}",
            kind=Kind.STATE,
            claims=(Claim(subject=who.name, predicate=third(reading.lemma), object=part.phrase.name),),
            entities=(typed(who, "person" if who.speaker else ""), part.phrase.named),
            course=Course(polarity=Polarity.NEGATED, tense=Tense.DENIED),
        )
    ]


def given_up(scene: Scene) -> list[Fact]:
    """As in "No longer eats meat", "quit smoking": a habit that ended."""
    reading = scene.reading
    if not reading.over or reading.doubt or scene.subject.addressed:
        return []
    said = scene.tell(reading.rest)
    if (
        (reading.rest and not said)
        or reading.lemma in {"be", "have"}
        or (not reading.rest and reading.lemma not in ADDICTIONS)
    ):
        return []
    who = scene.subject
    value = said or gerund(reading.lemma)
    predicate = (
        "_".join([third(reading.lemma), *(scene.parts[0].preposition.split() if said else ())]) if said else "habit"
    )
    part = scene.parts[0] if scene.parts else None
    short = part is not None and part.phrase is not None and part.complete and len(part.phrase.name.split()) <= ENTITY
    end = part.phrase if short and part is not None else None
    ends = scene.time.begins if scene.time and scene.time.reach is Reach.AT else None
    return [
        scene.fact(
            f"{opening(who)} {past(reading.lemma)} {said}".strip(),
            kind=Kind.STATE,
            claims=(
                Claim(subject=who.name, predicate=predicate, object=end.name if end else value, literal=end is None),
            ),
            entities=(typed(who, "person" if who.speaker else ""), *((end.named,) if end else ())),
            course=Course(polarity=Polarity.ENDED, tense=Tense.PAST, ends=ends),
        )
    ]
