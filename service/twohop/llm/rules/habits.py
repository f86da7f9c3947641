"""Habits that someone avoids or has given up."""

from collections.abc import Sequence
from dataclasses import replace

from twohop.graph.model import Kind
from twohop.llm.rules.chatter import VAGUE
from twohop.llm.rules.general import ENTITY
from twohop.llm.rules.scene import Course, Scene, typed
from twohop.llm.rules.verbs import gerund, past, third
from twohop.llm.rules.wording import Tense, opening
from twohop.llm.rules.wordlist import words
from twohop.memory.ports import Claim, Fact, Polarity
from twohop.memory.times import Reach

AVOIDED = words("eat drink smoke use drive watch wear")

ADDICTIONS = words("smoke drink gamble vape")


PRACTISED = words(
    """
    swim run jog cycle meditate fast climb train row ski hike garden paint bake sing dance volunteer skate surf
    exercise
    """
)
"""What people do at set times, told by the verb alone."""

DAYS = words("monday tuesday wednesday thursday friday saturday sunday")
TIMES = DAYS | words("day morning evening night week weekend month afternoon")


def regular(scene: Scene) -> list[Fact]:
    """As in "Swims every Tuesday", "stopped running on Fridays": a habit, known by what is done and when."""
    reading = scene.reading
    lows = [token.low for token in reading.rest]
    when = recurring(lows)
    if not when or reading.lemma not in PRACTISED or reading.doubt or reading.able or reading.plan:
        return []
    lasting = reading.perfect or not reading.past
    if not (lasting or reading.over or reading.used):
        return []
    said = " ".join(filter(None, (verb_of(scene), when)))
    facts = scene.state("regular_activity", f"{gerund(reading.lemma)} {when}")
    return [replace(fact, text=f"{opening(scene.subject)} {said}") for fact in facts[:1]] + facts[1:]


def verb_of(scene: Scene) -> str:
    """The verb of a habit in a text."""
    reading = scene.reading
    if reading.over or reading.used or reading.past:
        return past(reading.lemma)
    return f"does not {reading.lemma}" if reading.negated else third(reading.lemma)


def recurring(lows: Sequence[str]) -> str:
    """As in "on Tuesdays" for "every Tuesday"; empty when nothing recurs."""
    match list(lows):
        case ["every" | "each", time] if time in TIMES:
            return f"on {time.capitalize()}s" if time in DAYS else f"every {time}"
        case ["on", times] if times.removesuffix("s") in DAYS and times.endswith("s"):
            return f"on {times.capitalize()}"
        case _:
            return ""


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
