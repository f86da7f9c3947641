"""Any other plain statement: a clear subject, a verb that does something, and what it does it to."""

from dataclasses import replace

from twohop.graph.model import Kind
from twohop.llm.rules import kinds
from twohop.llm.rules.chatter import CHATTER, VAGUE
from twohop.llm.rules.dates import dated
from twohop.llm.rules.ends import others
from twohop.llm.rules.grammar_words import PREPOSITIONS, UNCLEAR
from twohop.llm.rules.retell import Part, listed
from twohop.llm.rules.scene import MAX_TEXT, Course, Scene, Tense, opening, typed
from twohop.llm.rules.verbs import Form, has_form, past, third
from twohop.llm.rules.wordlist import words
from twohop.memory.ports import Claim, Fact, Polarity
from twohop.memory.times import Reach

WITH_OBJECT = words("buy get take make run find give send share hold catch see change lead show end use have")
"""Chatter verbs that state something when their object is a thing with a name, an owner or a number of its own."""

ENTITY = 4
"""Words of a common phrase that still makes an entity; a longer one is a plain value."""

QUESTION_WORDS = words("how what where when who why which to")
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


def general(scene: Scene) -> list[Fact]:  # noqa: C901, PLR0911 - a case of the language for each branch.
    """Any other statement that says something of its subject; chatter, feelings and vague things are left out."""
    reading = scene.reading
    subject = scene.subject
    if reading.doubt or reading.able or reading.used or reading.negated or reading.plan or reading.over:
        return []
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
    plain = end is not None and main.complete and not end.speaker and (end.proper or len(end.name.split()) <= ENTITY)
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


def telling(scene: Scene, main: Part) -> bool:  # noqa: PLR0911 - a case of the language for each branch.
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
    if last.low in QUESTION_WORDS or (
        first.low == "that" and has_form(main.tokens[1].low if main.tokens[1:] else "", Form.GERUND)
    ):
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
