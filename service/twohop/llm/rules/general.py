"""Any other plain statement: a clear subject, a verb that does something, and what it does it to."""

import re
from dataclasses import replace

from twohop.graph.model import Kind
from twohop.llm.rules.chatter import CHATTER, VAGUE
from twohop.llm.rules.dates import dated
from twohop.llm.rules.ends import others
from twohop.llm.rules.grammar_words import DETERMINERS, NUMERALS, PREPOSITIONS, UNCLEAR
from twohop.llm.rules.phrase import Phrase
from twohop.llm.rules.retell import Part, listed
from twohop.llm.rules.scene import MAX_TEXT, Course, Scene, typed
from twohop.llm.rules.verbs import Form, has_form, past, third
from twohop.llm.rules.wording import Tense, opening
from twohop.llm.rules.wordlist import words
from twohop.memory.ports import Claim, Fact, Polarity
from twohop.memory.times import Reach

WITH_OBJECT = words("buy get take make run find give send share hold catch see change lead show end use have")
"""Chatter verbs that state something when their object is a thing with a name, an owner or a number of its own."""

ENTITY = 4
"""Words of a common phrase that still makes an entity; a longer one is a plain value."""

QUESTION_WORDS = words("how what where when who why which to called named")
POINTERS = words("to how what if when where me you him us as like so it back")
"""Words that begin an object which says nothing by itself."""

ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
"""A day of the month, which is no thing."""

PURSUED = words("practise practice start begin go try")
"""Verbs whose object may be a doing: "went hiking"."""

LESSONS = words("class classes course courses lesson lessons")

STATED = words("have own drive use wear")
"""Verbs whose present is a standing fact even of a plain thing."""


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


def general(scene: Scene) -> list[Fact]:
    """Any other statement that says something of its subject; chatter, feelings and vague things are left out."""
    reading = scene.reading
    if reading.doubt or reading.able or reading.used or reading.negated or reading.plan or reading.over:
        return []
    main = next(iter(scene.parts), None)
    if main is None or scene.subject.addressed:
        return []
    if (place := aside_at(main)) and reading.rest[: reading.rest.index(main.tokens[place])]:
        # "A Fiat Panda, the green one": what is set off only describes.
        rest = reading.rest[: reading.rest.index(main.tokens[place])]
        return general(replace(scene, reading=replace(reading, rest=rest)))
    members = listed(main.tokens)
    if reading.lemma in STATED and len(members) > 1:
        # What follows the list belongs to its last member: "a car and a bike for the kids".
        after = reading.rest[reading.rest.index(main.tokens[-1]) + 1 :]
        rests = [*(tuple(member) for member in members[:-1]), (*members[-1], *after)]
        alone = [general(replace(scene, reading=replace(reading, rest=rest))) for rest in rests]
        return [fact for facts in alone for fact in facts] if all(alone) else []
    lasting = not (reading.past or reading.perfect)
    if not telling(scene, main) or (lasting and not standing(scene, main)):
        return []
    return [*stated(scene, main), *scene.asides(scene.subject, *(part.phrase for part in scene.parts))]


def aside_at(main: Part) -> int:
    """The place of the comma that sets off a description of the object; 0 when there is none or it is a list."""
    lows = [token.low for token in main.tokens]
    if "," not in lows or main.phrase is None or not specific(main.phrase) or {"and", "or", "&"} & set(lows):
        return 0
    return lows.index(",") if lows[lows.index(",") + 1 :][:1] in (["the"], ["a"], ["an"], ["which"]) else 0


def stated(scene: Scene, main: Part) -> list[Fact]:
    """The statement as a fact about its subject; empty when its words can't be told from outside."""
    reading, time = scene.reading, scene.time
    said, value = scene.tell(reading.rest), scene.tell(main.tokens)
    if not said or not value or len(said) > MAX_TEXT // 2:
        return []
    done = reading.past or reading.perfect
    verb = past(reading.lemma) if done else third(reading.lemma)
    begins = time.begins if time and time.reach in {Reach.AT, Reach.BETWEEN} else None
    # "Owns a car from 2011" tells the car's age.
    dates_thing = (
        time is not None and reading.lemma in STATED and scene.message.content[time.start :][:4].lower() == "from"
    )
    if time and time.reach in {Reach.SINCE, Reach.LENGTH} and not (reading.past or dates_thing):
        # "Has sung in a choir since 2019": it goes on.
        begins, done = time.begins, False
    due = not done and scene.ahead
    if due:
        said, begins = f"{said} {dated(time, scene.message.time_zone)}", None
    who, end = scene.subject, main.phrase
    whole = main.complete and end is not None and (end.proper or len(end.name.split()) <= ENTITY)
    own = Claim(
        subject=who.name,
        predicate="_".join([verb, *main.preposition.split()]),
        object=end.name if whole and end else value,
        literal=not whole,
    )
    more, entities = others(scene, main)
    return [
        scene.fact(
            f"{opening(who)} {conjugated(scene)} {said}",
            kind=Kind.EVENT if done else Kind.PLAN if due else Kind.STATE,
            claims=(own, *more),
            entities=(
                typed(who, "person" if who.speaker else ""),
                *((end.named,) if whole and end else ()),
                *entities,
            ),
            course=Course(polarity=Polarity.AFFIRMED, tense=Tense.PAST, begins=begins),
        )
    ]


def conjugated(scene: Scene) -> str:
    """The verb of a text about someone else."""
    reading = scene.reading
    has, is_, was = ("have", "are", "were") if scene.subject.plural else ("has", "is", "was")
    if reading.perfect and reading.progressive:
        return f"{has} been {reading.word}"
    if reading.perfect and not reading.past:
        return f"{has} {reading.word}"
    if reading.progressive:
        return f"{was if reading.past else is_} {reading.word}"
    if reading.past:
        return past(reading.lemma)
    return reading.lemma if scene.subject.plural else third(reading.lemma)


def telling(scene: Scene, main: Part) -> bool:  # noqa: PLR0911 - a case of the language for each branch.
    """Whether verb and object say something worth keeping."""
    reading = scene.reading
    if (
        main.phrase is None
        or main.phrase.speaker
        or rambling(main)
        or reading.rest[-1].low in PREPOSITIONS | DETERMINERS
    ):
        return False
    if any(token.low in {"you", "your"} for token in reading.rest):
        return False
    first, last = main.tokens[0], main.tokens[-1]
    if reading.lemma == "take" and last.low in LESSONS:
        return True
    if has_form(first.low, Form.GERUND) and not first.capital:
        return reading.lemma in PURSUED
    if reading.lemma not in CHATTER:
        return True
    if main.preposition:
        return False
    if reading.lemma in STATED:
        return specific(main.phrase) and not (main.phrase.determiner == "poss" and reading.lemma == "have")
    singled_out = specific(main.phrase) or any(token.capital for token in main.tokens[1:])
    return reading.lemma in WITH_OBJECT and singled_out and (reading.past or reading.perfect)


def rambling(main: Part) -> bool:
    """Whether the object is vague, a clause of its own or a list gone wrong."""
    lows = [token.low for token in main.tokens]
    if "," in lows or lows[0] in POINTERS or lows[-1] in QUESTION_WORDS or any(low in VAGUE for low in lows):
        return True
    if ORDINAL.fullmatch(lows[-1]) or lows[0] in {"every", "each"}:
        return True
    if lows[0] == "that" and lows[1:] and has_form(lows[1], Form.GERUND):
        return True
    return not any(token.word and token.low not in UNCLEAR for token in main.tokens)


def specific(phrase: Phrase) -> bool:
    """Whether a phrase means a thing of its own: a name, one of its kind, a number of them, somebody's."""
    return phrase.proper or phrase.determiner in {"a", "an", "poss", *NUMERALS} or phrase.determiner.isdigit()


def standing(scene: Scene, main: Part) -> bool:
    """Whether a present tense states a lasting fact, not what is going on this minute."""
    phrase = main.phrase
    if phrase is None:
        return False
    if scene.reading.progressive:
        return phrase.proper or phrase.determiner in {"a", "an", "poss"} or phrase.plural
    return phrase.proper or bool(phrase.determiner) or phrase.plural or main.complete
