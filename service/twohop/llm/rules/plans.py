"""What lies ahead: plans, wishes, and plans that are given up."""

from dataclasses import replace

from twohop.graph.model import Kind
from twohop.llm.rules.chatter import CHATTER, VAGUE
from twohop.llm.rules.dates import dated
from twohop.llm.rules.general import general
from twohop.llm.rules.grammar_words import DETERMINERS, PREPOSITIONS
from twohop.llm.rules.scene import Course, Scene, typed
from twohop.llm.rules.verbs import gerund
from twohop.llm.rules.wording import Tense, opening
from twohop.llm.rules.wordlist import words
from twohop.memory.names import normal
from twohop.memory.ports import Claim, Fact, Polarity

CONCRETE = words("go run take have get start buy come")
"""Verbs that make a plan once it says when, where or with whom."""

OFF = (("off",), ("cancelled",), ("canceled",), ("scrapped",), ("called", "off"))
"""What stands after "is" when a plan is given up."""


def plan(scene: Scene) -> list[Fact]:
    """What lies ahead: "plans to visit Porto in June 2025". It holds until done, dropped or replaced."""
    reading = scene.reading
    if not reading.rest or not intended(scene):
        return []
    if reading.doubt or reading.negated or reading.over or reading.used or (reading.past and not reading.plan):
        return []
    rest = scene.tell(reading.rest)
    if not rest or reading.rest[-1].low in PREPOSITIONS:
        return []
    doing = " ".join(filter(None, (reading.lemma, rest, dated(scene.time, scene.message.time_zone))))
    verb = reading.plan if reading.plan not in {"", "will"} else "plans"
    if verb == "considers":
        doing = " ".join(filter(None, (gerund(reading.lemma), rest, dated(scene.time, scene.message.time_zone))))
    intent = f"is considering {doing}" if verb == "considers" else f"{verb} to {doing}"
    text = f"{opening(scene.subject)} {intent}"
    main = Claim(
        subject=scene.subject.name,
        predicate="wants" if verb in {"wants", "hopes"} else "plans",
        object=doing,
        literal=True,
    )
    course = Course(polarity=Polarity.AFFIRMED, tense=Tense.PRESENT)
    found = [part.phrase.named for part in scene.parts if part.phrase is not None and part.phrase.proper]
    links = [
        Claim(
            subject=scene.subject.name,
            predicate="_".join(["plans_to", reading.lemma, *part.preposition.split()]),
            object=part.phrase.name,
        )
        for part in scene.parts
        if part.phrase is not None and part.phrase.proper
    ]
    return [
        scene.fact(
            text,
            kind=Kind.PLAN,
            claims=(main, *links),
            entities=(typed(scene.subject, "person" if scene.subject.speaker else ""), *found),
            course=course,
        ),
        *scene.asides(scene.subject, *(part.phrase for part in scene.parts)),
    ]


def intended(scene: Scene) -> bool:
    """Whether a plan is one's own, of something to do; "will" alone is a promise unless it says when or who."""
    reading = scene.reading
    said = [token.low for token in reading.rest]
    if reading.lemma == "get" and said[0] in {"married", "engaged", "divorced", "promoted"}:
        return True
    named = any(part.phrase is not None and part.phrase.proper for part in scene.parts)
    doing = reading.lemma not in CHATTER | {"be"} or (reading.lemma in CONCRETE and (named or scene.time is not None))
    if scene.subject.addressed or not doing or any(word in VAGUE for word in said):
        return False
    return reading.plan != "will" or scene.time is not None or named


def off(scene: Scene) -> list[Fact]:
    """As in "The trip to Japan is off", "Porto is cancelled": the plan that speaks of it ends."""
    said = tuple(token.low for token in scene.reading.rest)
    if said not in OFF or scene.reading.negated or scene.reading.doubt or scene.subject.speaker:
        return []
    return dropped(scene, scene.talk.speaker, scene.subject.name.removeprefix(f"{scene.subject.owner}'s "))


def cancel(scene: Scene) -> list[Fact]:
    """As in "Cancelled the trip to Japan": beside what happened, the plan that speaks of it ends."""
    reading, part = scene.reading, scene.part("", "off")
    if part is None or reading.negated or reading.plan or reading.doubt or not (reading.past or reading.perfect):
        return general(scene)
    rest = [token.text for token in reading.rest if token.low not in DETERMINERS | PREPOSITIONS | {"my", "our"}]
    return dropped(scene, scene.subject.name, " ".join(rest)) or general(scene)


def given_up(scene: Scene) -> list[Fact]:
    """As in "I'm not moving to Berlin any more", "I'm not going to join Acme after all"."""
    reading = scene.reading
    if (
        not (reading.negated or reading.over)
        or reading.past
        or reading.doubt
        or not (reading.plan or reading.progressive)
    ):
        return []
    return dropped(scene, scene.subject.name, " ".join([reading.lemma, *(token.text for token in reading.rest)]))


def dropped(scene: Scene, who: str, about: str) -> list[Fact]:
    """The end of the one plan, said before, that has all these words; nothing when two have them."""
    sought = set(normal(about).split()) - DETERMINERS
    found = {
        fact.text: fact
        for fact in scene.talk.facts
        if fact.kind is Kind.PLAN and fact.claims and fact.claims[0].subject == who
        and sought and sought <= set(normal(fact.text).split())
    }  # fmt: skip
    if len(found) != 1:
        return []
    (fact,) = found.values()
    first, last = scene.span
    return [
        replace(
            fact,
            text=fact.text.replace(" plans ", " no longer plans ", 1).replace(" wants ", " no longer wants ", 1),
            polarity=Polarity.ENDED,
            valid_from=None,
            valid_to=scene.time.begins if scene.time else None,
            quote=scene.message.content[first:last],
            sources=(scene.message.id,),
        )
    ]
