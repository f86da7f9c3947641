"""Studying and teaching."""

from twohop.graph.model import Kind
from twohop.llm.rules.phrase import Phrase
from twohop.llm.rules.scene import Aspect, Scene
from twohop.llm.rules.wordlist import words
from twohop.llm.rules.work import employer
from twohop.memory.ports import Fact

SUBJECT = 4
"""Words of a subject of study: "history of modern art"."""


PUPILS = words("a the my me him her us them you how")
"""Words that begin whom one teaches, not what."""


def study(scene: Scene) -> list[Fact]:
    """As in "Studies physics at MIT", "graduated from Porto", "attends the University of Porto"."""
    reading = scene.reading
    school = scene.part("at", "from") or (scene.part("") if reading.lemma == "attend" else None)
    subject = scene.part("", "in") if reading.lemma in {"study", "major", "graduate"} else None
    facts: list[Fact] = []
    name = employer(school)
    if reading.lemma == "attend" and (name is None or not is_school(name)):
        return []
    past = reading.past or reading.used or reading.perfect
    if name is not None:
        predicate = "studied_at" if past or reading.lemma == "graduate" else "studies_at"
        text = "graduated from" if reading.lemma == "graduate" else ""
        aspect = Aspect.BEGINS if past and not reading.used else Aspect.HOLDS
        facts += scene.state(predicate, name, aspect=aspect, text=text, kind=Kind.EVENT if past else Kind.STATE)
    if subject is not None and subject.preposition == ("in" if reading.lemma in {"major", "graduate"} else ""):
        what = scene.tell(subject.tokens)
        plain = (
            what
            and len(what.split()) <= SUBJECT
            and subject.tokens[0].low not in {"hard", "abroad", "a", "the", "my", "it"}
        )
        if plain and not subject.tokens[0].text[:1].isdigit():
            aspect = Aspect.BEGINS if past else Aspect.HOLDS
            text = "majored in" if reading.lemma == "major" else ""
            facts += scene.state("studied" if past else "studies", what, aspect=aspect, text=text)
    return facts


def is_school(phrase: Phrase) -> bool:
    """Whether a name or noun is that of a school."""
    words = phrase.name.lower().split()
    return any(word in {"university", "college", "school", "academy", "institute"} for word in words)


def teach(scene: Scene) -> list[Fact]:
    """As in "Teaches maths at the Lincoln School"."""
    part = scene.part("")
    facts: list[Fact] = []
    if part is not None and part.phrase is not None and len(part.tokens) <= SUBJECT and part.phrase.type != "person":
        what = scene.tell(part.tokens)
        if what and part.tokens[0].low not in PUPILS and part.tokens[-1].low != "how":
            facts += scene.state("teaches", what, past_is_event=True)
    company = employer(scene.part("at"))
    if company is not None:
        facts += scene.state("works_at", company, text="teaches at", past_is_event=False)
    return facts
