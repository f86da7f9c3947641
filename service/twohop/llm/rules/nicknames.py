"""Other names: "goes by Kit", "everyone calls him Bob", "is known as the Foundry"."""

from twohop.graph.model import Kind
from twohop.llm.rules.scene import Scene
from twohop.memory.names import normal
from twohop.memory.ports import Fact

MARKS = (("called",), ("nicknamed",), ("known", "as"))
"""What stands between "is" and another name."""


def nickname(scene: Scene) -> list[Fact]:
    """As in "Everyone calls him Bob", "goes by Kit"."""
    reading = scene.reading
    part = scene.part("by") if reading.lemma == "go" else scene.part("")
    if part is None or part.phrase is None or not (part.phrase.proper and part.complete) or len(scene.parts) > 1:
        return []
    if reading.past or reading.perfect or part.phrase.type == "place" or part.phrase.owner:
        return []
    return another(scene, part.phrase.name)


def known_as(scene: Scene) -> list[Fact]:
    """As in "Bob is known as Bobby", "the Growth squad is called Journey": of someone who has a name already."""
    lows = tuple(token.low for token in scene.reading.rest)
    mark = next((mark for mark in MARKS if lows[: len(mark)] == mark), None)
    if mark is None or not scene.subject.proper or scene.reading.past:
        return []
    phrase = scene.read(scene.reading.rest[len(mark) :])
    return another(scene, phrase.name) if phrase is not None and phrase.proper else []


def another(scene: Scene, name: str) -> list[Fact]:
    """That the subject has this name, too."""
    if normal(name) == normal(scene.subject.name):
        return []
    return scene.state("also_known_as", name, kind=Kind.ATTRIBUTE)
