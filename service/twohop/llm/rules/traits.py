"""What someone is: age, birthday, diet, allergies, languages, instruments."""

import re
from collections.abc import Sequence
from dataclasses import replace

from twohop.graph.model import Granularity, Kind
from twohop.llm.rules import kinds
from twohop.llm.rules.dates import bare
from twohop.llm.rules.measures import number
from twohop.llm.rules.phrase import Phrase, article, person, with_pet
from twohop.llm.rules.retell import listed
from twohop.llm.rules.scene import Aspect, Scene
from twohop.llm.rules.tastes import things
from twohop.llm.rules.tokens import Token
from twohop.llm.rules.wordlist import words
from twohop.memory.calendar_words import MONTH_NAMES
from twohop.memory.ports import Fact
from twohop.memory.times import Reach

OLDEST = 120
"""Years beyond which a number is no age."""

GAME = 3
"""Words of an instrument or sport: "acoustic bass guitar"."""

IDENTITY = 5
"""Words of what someone is: "mother of two small kids"."""

DIETS = words("vegetarian vegan pescatarian kosher halal gluten-free lactose-intolerant")
DISEASES = words(
    """
    disease syndrome asthma diabetes epilepsy arthritis adhd eczema hypertension insomnia dyslexia endometriosis
    migraines psoriasis fibromyalgia anaemia anemia sciatica tinnitus scoliosis
    """
)
STANDING = kinds.FAITHS | words(
    """
    pregnant deaf blind diabetic asthmatic dyslexic colour-blind color-blind left-handed right-handed
    transgender gay lesbian bisexual autistic epileptic bilingual adopted christian
    """
)
DATE = re.compile(
    rf"(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{'|'.join(MONTH_NAMES)})|(?:{'|'.join(MONTH_NAMES)}) \d{{1,2}}",
    re.IGNORECASE,
)


def age(scene: Scene) -> list[Fact]:
    """As in "Is 34 years old", "turned 30 last week"."""
    rest = scene.reading.rest
    subject = scene.subject
    alive = subject.speaker or subject.type == "person" or bool(set(subject.kinds) & kinds.PETS)
    if not rest or not (alive or (subject.proper and not subject.type)) or subject.plural:
        return []
    if scene.message.content[subject.start : subject.end].lower() == "we":
        return []  # "We are three" counts heads.
    years = number(rest[0])
    if not 0 < years <= OLDEST or (rest[0].low == "one" and not rest[1:]):
        return []
    tail = " ".join(token.low for token in rest[1:])
    if scene.reading.lemma == "turn" and not tail:
        return scene.state("age", f"{years}", aspect=Aspect.BEGINS, text="is", tail="years old", kind=Kind.ATTRIBUTE)
    if scene.reading.lemma == "be" and tail in {"", "years old", "year old", "years of age"} and not scene.reading.past:
        return scene.state("age", f"{years}", text="is", tail="years old", kind=Kind.ATTRIBUTE)
    return []


def birthday(scene: Scene) -> list[Fact]:
    """As in "My birthday is on 8 March"."""
    subject, time = scene.subject, scene.time
    if subject.head != "birthday" or subject.determiner != "poss" or time is None or time.begins is None:
        return []
    if time.granularity is not Granularity.DAY or time.reach is not Reach.AT or scene.reading.doubt:
        return []
    said = scene.message.content[time.start : time.end]
    if not DATE.search(said) and scene.reading.rest:
        return []
    date = bare(time.begins, scene.message.time_zone)
    owner = person(subject.owner, scene.talk)
    value = " ".join(date.split()[:2])
    yearless = replace(scene, times=(), reading=replace(scene.reading, past=False))
    return [
        replace(fact, text=f"{owner.text}'s birthday is on {value}")
        for fact in yearless.state("birthday", value, subject=owner, kind=Kind.ATTRIBUTE)
    ]


def condition(scene: Scene) -> list[Fact]:  # noqa: PLR0911 - a case of the language for each branch.
    """As in "Is allergic to peanuts", "is vegetarian", "is Portuguese", "has diabetes"."""
    rest = scene.reading.rest
    first = rest[0].low if rest else ""
    if scene.subject.type not in {"", "person"} or not first:
        return []
    lows = [token.low for token in rest]
    if "allergic" in lows[:2] and "to" in lows:
        return [
            f
            for one in things(rest[lows.index("to") + 1 :], scene)
            for f in scene.state("allergic_to", one, kind=Kind.ATTRIBUTE)
        ]
    alone = lows[1:] if first in {"a", "an"} else lows
    if lows[1:] == ["intolerant"]:
        return [
            f
            for one in things(rest[:1], scene)
            for f in scene.state("allergic_to", one, text="is intolerant to", kind=Kind.ATTRIBUTE)
        ]
    if len(alone) == 1 and alone[0] in DIETS:
        return scene.state("diet", alone[0], text=f"is {first}" if first in {"a", "an"} else "is", kind=Kind.ATTRIBUTE)
    if len(lows) == 1 and first in STANDING:
        return scene.state("is_a", rest[0].text, text="is", kind=Kind.ATTRIBUTE)
    if len(lows) == 1 and first in kinds.NATIONALITIES and rest[0].capital:
        return scene.state("nationality", rest[0].text, text="is", kind=Kind.ATTRIBUTE)
    if lows[:1] == ["fluent"] and "in" in lows:
        return languages(scene, 2)
    if lows[:2] == ["diagnosed", "with"] and rest[2:]:
        return [
            f
            for one in things(rest[2:], scene)
            for f in scene.state("health", one.text, aspect=Aspect.BEGINS, text="has")
        ]
    return []


def disease(scene: Scene) -> list[Fact]:
    """As in "Has asthma", "doesn't have coeliac disease"."""
    rest = [token for token in scene.reading.rest if token.word]
    if not rest or len(rest) > IDENTITY or rest[-1].low not in DISEASES or rest[0].low in {"no", "to", "any"}:
        return []
    if scene.subject.type not in {"", "person"} or len(scene.parts) > 1 or any(t.low in {"and", "or"} for t in rest):
        return []
    value = scene.tell([token for token in rest if token.low not in {"a", "an", "the"}])
    return scene.state("health", value, text="has", kind=Kind.STATE) if value else []


def take_up(scene: Scene) -> list[Fact]:
    """As in "Took up the violin"."""
    return taken(scene, Aspect.BEGINS)


def give_up(scene: Scene) -> list[Fact]:
    """As in "Gave up handball in August"."""
    return taken(scene, Aspect.ENDS)


def taken(scene: Scene, aspect: Aspect) -> list[Fact]:
    """A game or an instrument that begins or ends to be played."""
    part = scene.part("up")
    if part is None or scene.reading.plan or scene.reading.doubt:
        return []
    words = [token for token in part.tokens if token.low not in {"the", "playing"}]
    return scene.state("plays", played(scene, words), aspect=aspect) if playable(words) else []


def contact(scene: Scene) -> list[Fact]:
    """As in "My phone number is 555-1234", "my email is a@b.c": what follows "is", as written."""
    subject, rest = scene.subject, scene.reading.rest
    head = {"number": "phone_number", "phone": "phone_number", "email": "email", "e-mail": "email", "address": ""}.get(
        subject.head
    )
    if head is None or subject.determiner != "poss" or not rest or scene.reading.past:
        return []
    value = scene.message.content[rest[0].start : rest[-1].end]
    if head == "":
        head = "email" if "mail" in subject.name.lower() else "address"
    if (head == "phone_number" and not any(c.isdigit() for c in value)) or (head == "email" and "@" not in value):
        return []
    owner = person(subject.owner, scene.talk)
    text = f"{owner.text}'s {scene.predicates.phrase(head).removeprefix('has the ')} is {value}"
    return [replace(fact, text=text) for fact in scene.state(head, value, subject=owner, kind=Kind.ATTRIBUTE)]


def speak(scene: Scene) -> list[Fact]:
    """As in "Speaks Portuguese and French", "can speak German", "is learning Greek"."""
    return languages(scene, 0)


def languages(scene: Scene, start: int) -> list[Fact]:
    """One fact for each language named; adverbs of fluency stay out."""
    learning = scene.reading.lemma in {"learn", "study"}
    predicate = "learns" if learning else "speaks"
    facts: list[Fact] = []
    for member in listed(
        [
            t
            for t in scene.reading.rest[start:]
            if t.low not in {"some", "fluent", "basic", "both", "a", "little", "bit", "of"}
        ]
    ):
        if member[0].low not in kinds.LANGUAGES:
            return facts
        name = member[0].text.capitalize()
        phrase = replace(
            scene.subject,
            name=name,
            text=name,
            type="thing",
            proper=True,
            speaker=False,
            kinds=("language",),
            asides=(),
            determiner="",
            owner="",
            head=member[0].low,
        )
        facts += scene.state(predicate, phrase, past_is_event=True)
        if len(member) > 1 and member[1].low not in {"fluently", "well", "at", "with"}:
            break
    return facts


def play(scene: Scene) -> list[Fact]:
    """As in "Plays the violin", "can play chess", "plays for Benfica"."""
    part = scene.part("")
    facts: list[Fact] = []
    if part is None:
        club = scene.part("for")
        if club is not None and club.phrase is not None and club.phrase.proper:
            return scene.state("member_of", replace(club.phrase, type="organisation"), text="plays for")
        return []
    for member in listed(part.tokens):
        words = [t for t in member if t.low not in {"the", "a", "an", "some", "my", "her", "his", "their", "our"}]
        if not playable(words):
            return facts
        facts += scene.state("plays", played(scene, words), past_is_event=True)
    return facts


def playable(words: Sequence[Token]) -> bool:
    """Whether words name an instrument or a game."""
    return 0 < len(words) <= GAME and words[-1].low in kinds.INSTRUMENTS | kinds.SPORTS


def played(scene: Scene, words: Sequence[Token]) -> Phrase:
    """An instrument or a game as a thing."""
    name = " ".join(t.text for t in words)
    kind = "instrument" if words[-1].low in kinds.INSTRUMENTS else "sport"
    return replace(
        scene.subject,
        name=name,
        text=f"the {name}" if kind == "instrument" else name,
        type="thing",
        proper=False,
        speaker=False,
        plural=False,
        kinds=(kind,),
        asides=(),
        determiner="",
        owner="",
        head=words[-1].low,
    )


def identity(scene: Scene) -> list[Fact]:  # noqa: PLR0911 - a case of the language for each branch.
    """As in "Is a morning person", "is a mother of two", "Acme is a robotics company"."""
    rest = scene.reading.rest
    if not rest[1:] or rest[0].low not in {"a", "an"} or scene.reading.past:
        return []
    cut = next(
        (
            i
            for i, t in enumerate(rest)
            if t.low in {"at", "in", "for", "with", "that", "who", "which", ",", "based", "located", "called", "named"}
            and i
        ),
        len(rest),
    )
    words = list(rest[1:cut])
    if not words or len(words) > IDENTITY:
        return []
    head_at = next((i for i, t in enumerate(words) if t.low == "of"), len(words))
    head = words[head_at - 1].low if head_at else ""
    text = scene.tell(words)
    if not text:
        return []
    subject = scene.subject
    if head in kinds.PETS and subject.proper and not subject.speaker:
        pet = replace(subject, type="thing", kinds=tuple(dict.fromkeys((*subject.kinds, *with_pet(head)))))
        return scene.state("is_a", text, text=f"is {article(text)}", subject=pet, kind=Kind.ATTRIBUTE)
    if subject.proper and not subject.speaker and subject.type != "person" and type_known(head):
        named = replace(
            subject, type=subject.type or type_known(head), kinds=tuple(dict.fromkeys((*subject.kinds, head)))
        )
        return scene.state("is_a", text, text=f"is {article(text)}", subject=named, kind=Kind.ATTRIBUTE)
    member = head in kinds.IDENTITIES or (
        head in {"person", "owl", "bird"}
        and not words[2:]
        and words[0].low in {"morning", "dog", "cat", "night", "early", "people"}
    )
    if not member or subject.type not in {"", "person"}:
        return []
    return scene.state("is_a", text, text=f"is {article(text)}", kind=Kind.ATTRIBUTE)


def type_known(head: str) -> str:
    """The coarse type that a noun names, where it is one for names."""
    if head in kinds.COMPANIES | kinds.CLUBS:
        return "organisation"
    return "place" if head in kinds.PLACE_KINDS else ""
