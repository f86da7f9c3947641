"""The other named ends of a statement: with whom, where, for what."""

from twohop.llm.rules.retell import Part
from twohop.llm.rules.scene import Scene
from twohop.llm.rules.verbs import past, third
from twohop.memory.ports import Claim, Named


def linking(scene: Scene) -> str:
    """The verb of a side claim; "has an appointment with" is named after what is had."""
    reading = scene.reading
    main = scene.part("")
    if reading.lemma == "have" and main is not None:
        return f"has_{main.tokens[-1].low}"
    return past(reading.lemma) if reading.past else third(reading.lemma)


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
