"""Any other plain statement: a clear subject, a verb that does something, and what it does it to."""

from dataclasses import replace

from twohop.graph.model import Kind
from twohop.llm.rules import kinds
from twohop.llm.rules.chatter import CHATTER, VAGUE
from twohop.llm.rules.dates import dated
from twohop.llm.rules.grammar_words import PREPOSITIONS, UNCLEAR
from twohop.llm.rules.phrase import Phrase
from twohop.llm.rules.retell import Part, listed
from twohop.llm.rules.scene import MAX_TEXT, Course, Scene, Tense, opening, typed
from twohop.llm.rules.verbs import Form, gerund, has_form, past, third
from twohop.llm.rules.wordlist import words
from twohop.memory.ports import Claim, Fact, Named, Polarity
from twohop.memory.times import Reach

WITH_OBJECT = words("buy get take make run find give send share hold catch see change lead show end use have")
"""Chatter verbs that state something when their object is a thing with a name, an owner or a number of its own."""

AVOIDED = words("eat drink smoke use drive watch wear")
LESSONS = words("class classes course courses lesson lessons")
ADDICTIONS = words("smoke drink gamble vape")
STATED = words("have own drive use wear")
"""Verbs whose present is a standing fact even of a plain thing."""

TRIPS = words(
    """
    trip hike cruise tour safari vacation holiday retreat walk date adventure journey honeymoon expedition run
    ride
    """
)
GO_NOUNS = words(
    """
    concert festival party wedding conference meeting workshop show exhibition funeral gig match game play race
    parade meetup fair retreat reunion class ceremony group support seminar lecture camp museum
    """
)


def visit(scene: Scene) -> list[Fact]:
    """As in "Went to Porto with Emma last week", "visited Rome", "has been to Japan", "attended a conference"."""
    reading = scene.reading
    if (
        reading.doubt
        or reading.negated
        or reading.over
        or reading.plan
        or not (reading.past or reading.perfect)
        or reading.used
    ):
        return []
    if reading.lemma in {"visit", "attend"}:
        part = scene.part("")
    elif reading.lemma == "be":
        part = scene.part("to") if reading.perfect and scene.part("") is None else None
    else:
        part = scene.part("to") if scene.part("") is None else None
        trip = scene.part("on")
        if (
            part is None
            and reading.lemma == "go"
            and trip is not None
            and trip.phrase is not None
            and trip.phrase.head in TRIPS
        ):
            part = trip
    if (
        part is None
        or part.phrase is None
        or part.phrase.speaker
        or part.phrase.name.split()[0].lower() in VAGUE | {"see", "bed", "work", "sleep"}
    ):
        return []
    if not (part.phrase.proper or part.phrase.determiner) or not (part.complete or len(listed(part.tokens)) > 1):
        return []
    trip = part.preposition == "on"
    event = part.phrase.head in GO_NOUNS and not part.phrase.type == "place"
    predicate = "went_on" if trip else "attended" if event or reading.lemma == "attend" else "visited"
    members = listed(part.tokens)
    if len(members) > 1 and part.phrase.proper and len(scene.parts) == 1:
        rests = [(*reading.rest[: len(reading.rest) - len(part.tokens)], *member) for member in members]
        return [fact for rest in rests for fact in visit(replace(scene, reading=replace(reading, rest=rest)))]
    person = part.phrase.type == "person"
    verb = past(reading.lemma) if reading.lemma != "be" else "has been"
    rest = scene.tell(reading.rest)
    if not rest:
        return []
    kind = "event" if predicate == "attended" else ""
    place = part.phrase if person else replace(part.phrase, type=part.phrase.type or kind)
    return [
        event_fact(scene, f"{verb} {rest}", predicate, place, skip=part),
        *scene.asides(scene.subject, *(p.phrase for p in scene.parts)),
    ]


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


def others(scene: Scene, skip: Part | None) -> tuple[list[Claim], list[Named]]:
    """The other named ends of a statement: with whom, where, for what."""
    claims: list[Claim] = []
    entities: list[Named] = []
    for part in scene.parts:
        phrase = part.phrase
        if phrase is None or phrase.speaker or not phrase.proper or (skip is not None and part == skip):
            continue
        name = "_".join([linking(scene), *part.preposition.split()])
        if phrase.name != scene.subject.name:
            claims.append(Claim(subject=scene.subject.name, predicate=name, object=phrase.name))
            entities.append(phrase.named)
    return claims, entities


def intend(scene: Scene) -> list[Fact]:
    """As in "Is planning a trip to Japan in April"."""
    reading = scene.reading
    main = next(iter(scene.parts), None)
    said = scene.tell(reading.rest)
    if (
        main is None
        or main.preposition
        or main.phrase is None
        or not said
        or reading.past
        or reading.perfect
        or reading.negated
    ):
        return []
    if (
        reading.doubt
        or scene.subject.addressed
        or any(t.low in VAGUE - {"plan"} for t in main.tokens)
        or main.phrase.determiner == ""
    ):
        return []
    who = scene.subject
    doing = f"{said} {dated(scene.time, scene.message.time_zone)}".strip()
    more, entities = others(scene, main)
    return [
        scene.fact(
            f"{opening(who)} plans {doing}",
            kind=Kind.PLAN,
            claims=(Claim(subject=who.name, predicate="plans", object=doing, literal=True), *more),
            entities=(typed(who, "person" if who.speaker else ""), *entities),
            course=Course(polarity=Polarity.AFFIRMED, tense=Tense.PRESENT),
        )
    ]


def linking(scene: Scene) -> str:
    """The verb of a side claim; "has an appointment with" is named after what is had."""
    reading = scene.reading
    main = scene.part("")
    if reading.lemma == "have" and main is not None:
        return f"has_{main.tokens[-1].low}"
    return past(reading.lemma) if reading.past else third(reading.lemma)


def general(scene: Scene) -> list[Fact]:
    """Any other statement that says something of its subject; chatter, feelings and vague things are left out."""
    reading = scene.reading
    subject = scene.subject
    if reading.negated and reading.lemma in AVOIDED:
        return avoided(scene)
    if reading.doubt or reading.able or reading.used or reading.negated or reading.plan:
        return []
    if reading.over:
        return given_up(scene)
    if not reading.rest:
        return []
    if subject.addressed:
        return []
    main = next(iter(scene.parts), None)
    if (
        main is not None
        and reading.lemma in STATED
        and len(members := listed(main.tokens)) > 1
        and len(scene.parts) == 1
    ):
        alone = [general(replace(scene, reading=replace(reading, rest=tuple(member)))) for member in members]
        return [fact for facts in alone for fact in facts] if all(alone) else []
    if main is None or not telling(scene, main):
        return []
    said = scene.tell(reading.rest)
    if not said or len(said) > MAX_TEXT // 2:
        return []
    happened = reading.past or reading.perfect
    if not happened and not standing(scene, main):
        return []
    verb = conjugated(scene)
    name = past(reading.lemma) if happened else third(reading.lemma)
    predicate = "_".join([name, *main.preposition.split()])
    end = main.phrase
    plain = end is not None and main.complete and not end.speaker and (end.proper or len(end.name.split()) <= 4)
    value = end.name if plain and end is not None else scene.tell(main.tokens)
    if not value:
        return []
    claim = Claim(subject=subject.name, predicate=predicate, object=value, literal=not plain)
    more, entities = others(scene, main)
    point = scene.time.begins if scene.time and scene.time.reach in {Reach.AT, Reach.BETWEEN} else None
    if scene.time and scene.time.reach in {Reach.SINCE, Reach.LENGTH} and not reading.past:
        point = scene.time.begins
        happened = False
    due = not happened and scene.ahead
    if due:
        said, point = f"{said} {dated(scene.time, scene.message.time_zone)}", None
    fact = scene.fact(
        f"{opening(subject)} {verb} {said}",
        kind=Kind.EVENT if happened else Kind.PLAN if due else Kind.STATE,
        claims=(claim, *more),
        entities=(
            typed(subject, "person" if subject.speaker else ""),
            *((end.named,) if plain and end else ()),
            *entities,
        ),
        course=Course(polarity=Polarity.AFFIRMED, tense=Tense.PAST, begins=point),
    )
    return [fact, *scene.asides(subject, *(part.phrase for part in scene.parts))]


def avoided(scene: Scene) -> list[Fact]:
    """As in "Doesn't eat meat", "can't eat gluten", "never drinks alcohol": a denied habit."""
    reading = scene.reading
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
    short = part is not None and part.phrase is not None and part.complete and len(part.phrase.name.split()) <= 3
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


def conjugated(scene: Scene) -> str:
    """The verb of a text about someone else."""
    reading = scene.reading
    if reading.perfect and not reading.progressive and not reading.past:
        return f"has {reading.word}"
    if reading.perfect and reading.progressive:
        return f"has been {reading.word}"
    if reading.progressive:
        return f"{'was' if reading.past else 'is'} {reading.word}"
    return past(reading.lemma) if reading.past else third(reading.lemma)


def telling(scene: Scene, main: Part) -> bool:
    """Whether verb and object say something worth keeping."""
    reading = scene.reading
    first, last = main.tokens[0], main.tokens[-1]
    lows = [token.low for token in main.tokens]
    content = [t for t in main.tokens if t.word and t.low not in UNCLEAR]
    if "," in lows or reading.rest[-1].low in PREPOSITIONS:
        return False
    if not content or first.low in {
        "to",
        "how",
        "what",
        "if",
        "when",
        "where",
        "me",
        "you",
        "him",
        "us",
        "as",
        "like",
        "so",
        "it",
    }:
        return False
    if main.phrase is None or main.phrase.speaker or any(low in VAGUE for low in lows):
        return False
    if (
        has_form(first.low, Form.GERUND)
        and not first.capital
        and reading.lemma not in {"practise", "practice", "start", "begin", "go", "try"}
    ):
        return False
    if any(low in {"you", "your"} for low in (t.low for t in reading.rest)):
        return False
    if reading.lemma not in CHATTER:
        return True
    specific = (
        main.phrase.proper
        or main.phrase.determiner in {"a", "an"}
        or main.phrase.determiner.isdigit()
        or main.phrase.determiner
        in {
            "two",
            "three",
            "four",
            "five",
            "six",
            "poss",
        }
    )
    if reading.lemma in STATED:
        owned = main.phrase.determiner == "poss" and reading.lemma == "have"
        return main.preposition == "" and specific and not owned and last.low not in VAGUE
    if (reading.lemma == "go" and has_form(first.low, Form.GERUND)) or (
        reading.lemma == "take" and last.low in LESSONS
    ):
        return True
    specific = specific or any(token.capital for token in main.tokens[1:])
    return main.preposition == "" and reading.lemma in WITH_OBJECT and specific and (reading.past or reading.perfect)


def standing(scene: Scene, main: Part) -> bool:
    """Whether a present tense states a lasting fact, not what is going on this minute."""
    reading = scene.reading
    if reading.progressive:
        return main.phrase is not None and (
            main.phrase.proper or main.phrase.determiner in {"a", "an", "poss"} or main.phrase.plural
        )
    return main.phrase is not None and (
        main.phrase.proper
        or bool(main.phrase.determiner)
        or main.phrase.plural
        or main.phrase.head in kinds.SPORTS
        or main.complete
    )
