"""What has a number: weight, height, rent, salary, codes."""

from dataclasses import replace

from twohop.graph.model import Kind
from twohop.llm.rules.phrase import person
from twohop.llm.rules.scene import Scene
from twohop.llm.rules.tokens import Token
from twohop.llm.rules.wordlist import words
from twohop.memory.ports import Cardinality, Fact

MEASURED = words("salary rent mortgage wage income pension budget weight height code")
"""Nouns that one has one of, as a number."""

WEIGHTS = words("kg kilos kilograms kilo pounds lbs stone")
LENGTHS = words("cm m metres meters")
PERIODS = words("a an per every each month year week hour day monthly yearly gross net before after tax")
NUMBERS = {
    word: place
    for place, word in enumerate(
        (
            *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
            *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
        ),
        1,
    )
}
LONGEST = 5
"""Words of a measure: "410,000 naira a month"."""


def number(token: Token) -> int:
    """A whole number in digits or in words; 0 for anything else."""
    return int(token.text) if token.text.isdigit() else NUMBERS.get(token.low, 0)


def measure(scene: Scene) -> list[Fact]:
    """As in "My rent is 950 euros", "Emma's salary is 5,000 a month since May"."""
    subject, rest = scene.subject, list(scene.reading.rest)
    if subject.determiner != "poss" or subject.head not in MEASURED or not rest or scene.reading.past:
        return []
    if not any(char.isdigit() for char in rest[0].text) or len(rest) > LONGEST:
        return []
    while len(rest) > 1 and rest[-1].low in PERIODS:
        rest.pop()
    value = scene.message.content[rest[0].start : rest[-1].end]
    name = subject.name.removeprefix(f"{subject.owner}'s ").lower()
    owner = person(subject.owner, scene.talk)
    facts = scene.state(name.replace(" ", "_").replace("-", "_"), value, subject=owner, text="has", kind=Kind.ATTRIBUTE)
    return single(facts, f"{owner.text}'s {name} is {value}")


def weigh(scene: Scene) -> list[Fact]:
    """As in "Weighs 82 kg", "is 1.80 m tall", "is 82 kg"."""
    rest = scene.reading.rest
    if len(rest) not in {2, 3} or not rest[0].text[:1].isdigit() or scene.subject.type not in {"", "person"}:
        return []
    if scene.reading.past or not (scene.subject.speaker or scene.subject.type == "person"):
        return []
    unit = rest[1].low
    tall = [token.low for token in rest[2:]]
    value = scene.message.content[rest[0].start : rest[1].end]
    if unit in WEIGHTS and not tall and scene.reading.lemma in {"weigh", "be"}:
        return single(scene.state("weight", value, text="weighs", kind=Kind.ATTRIBUTE))
    if unit in LENGTHS and tall in (["tall"], []) and scene.reading.lemma == "be" and (tall or unit != "m"):
        return single(scene.state("height", value, text="is", tail="tall", kind=Kind.ATTRIBUTE))
    return []


def single(facts: list[Fact], text: str = "") -> list[Fact]:
    """The measure as one that has one value at a time."""
    return [
        replace(fact, cardinality=Cardinality.ONE, text=text or fact.text) if place == 0 else fact
        for place, fact in enumerate(facts)
    ]
