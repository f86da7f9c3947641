"""Where people went and what they attended."""

from dataclasses import replace

from twohop.graph.model import Kind
from twohop.llm.rules.chatter import VAGUE
from twohop.llm.rules.ends import others
from twohop.llm.rules.phrase import Phrase
from twohop.llm.rules.retell import Part, listed
from twohop.llm.rules.scene import Course, Scene, typed
from twohop.llm.rules.statement import Reading
from twohop.llm.rules.verbs import past
from twohop.llm.rules.wording import Tense, opening
from twohop.llm.rules.wordlist import words
from twohop.memory.ports import Claim, Fact, Polarity
from twohop.memory.times import Reach

TRIPS = words(
    """
    trip hike cruise tour safari vacation holiday retreat walk date adventure journey honeymoon expedition run
    ride
    """
)

GATHERINGS = words(
    """
    concert festival party wedding conference meeting workshop show exhibition funeral gig match game play race
    parade meetup fair retreat reunion class ceremony group support seminar lecture camp museum
    """
)


RIDES = words("bus train tram metro tube subway bike bicycle car ferry scooter motorbike")


def commute(scene: Scene) -> list[Fact]:
    """As in "Goes to work by bus"."""
    reading = scene.reading
    to, by = scene.part("to"), scene.part("by")
    if to is None or by is None or by.phrase is None or [t.low for t in to.tokens] not in (["work"], ["the", "office"]):
        return []
    if by.tokens[-1].low not in RIDES or reading.past or reading.perfect or reading.able:
        return []
    return scene.state("commutes_by", replace(by.phrase, type="thing"), text="commutes by")


def visit(scene: Scene) -> list[Fact]:
    """As in "went to Porto with Emma last week", "visited Rome", "has been to Japan", "attended a conference"."""
    reading = scene.reading
    part = goal(scene) if happened(reading) else None
    if part is None or part.phrase is None:
        return []
    members = listed(part.tokens)
    if len(members) > 1 and part.phrase.proper and len(scene.parts) == 1:
        rests = [(*reading.rest[: len(reading.rest) - len(part.tokens)], *member) for member in members]
        return [fact for rest in rests for fact in visit(replace(scene, reading=replace(reading, rest=rest)))]
    gathering = part.phrase.head in GATHERINGS and part.phrase.type != "place"
    predicate = "attended" if gathering or reading.lemma == "attend" else "visited"
    if part.preposition == "on":
        predicate = "went_on"
    verb = past(reading.lemma) if reading.lemma != "be" else "has been"
    rest = scene.tell(reading.rest)
    if not rest:
        return []
    end = replace(part.phrase, type=part.phrase.type or ("event" if predicate == "attended" else ""))
    return [
        event_fact(scene, f"{verb} {rest}", predicate, end, skip=part),
        *scene.asides(scene.subject, *(p.phrase for p in scene.parts)),
    ]


def happened(reading: Reading) -> bool:
    """Whether a clause tells of something that took place once."""
    if reading.doubt or reading.negated or reading.over or reading.plan or reading.used:
        return False
    return reading.past or reading.perfect


def goal(scene: Scene) -> Part | None:
    """Where one went, if it is a place, a person or an event of its own."""
    reading = scene.reading
    bare = scene.part("") is None
    if reading.lemma in {"visit", "attend"}:
        part = scene.part("")
    elif reading.lemma == "be":
        part = scene.part("to") if reading.perfect and bare else None
    else:
        part = scene.part("to") if bare else None
        outing = scene.part("on")
        if part is None and reading.lemma == "go" and outing and outing.phrase and outing.phrase.head in TRIPS:
            part = outing
    if part is None or part.phrase is None or part.phrase.speaker or not (part.phrase.proper or part.phrase.determiner):
        return None
    whole = part.complete or len(listed(part.tokens)) > 1
    vague = part.phrase.name.split()[0].lower() in VAGUE | {"see", "bed", "work", "sleep"}
    return part if whole and not vague else None


def event_fact(scene: Scene, said: str, predicate: str, end: Phrase, *, skip: Part) -> Fact:
    """Something that happened, with who and what else took part."""
    who = scene.subject
    more, entities = others(scene, skip)
    point = scene.time.begins if scene.time and scene.time.reach is not Reach.LENGTH else None
    span_end = scene.time.ends if scene.time and scene.time.reach is Reach.BETWEEN else None
    return scene.fact(
        f"{opening(who)} {said}",
        kind=Kind.EVENT,
        claims=(Claim(subject=who.name, predicate=predicate, object=end.name), *more),
        entities=(typed(who, "person" if who.speaker else ""), end.named, *entities),
        course=Course(polarity=Polarity.AFFIRMED, tense=Tense.PAST, begins=point, ends=span_end),
    )
