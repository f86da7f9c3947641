"""Teams: who leads them, who is on them, what they are part of."""

from dataclasses import replace

from twohop.graph.model import Kind
from twohop.llm.rules import kinds
from twohop.llm.rules.phrase import Phrase
from twohop.llm.rules.scene import Aspect, Scene
from twohop.llm.rules.wordlist import words
from twohop.memory.ports import Fact, Polarity

LEADS = words("manage lead head oversee supervise direct run")

RUNNABLE = (
    kinds.TEAMS | kinds.COMPANIES | kinds.CLUBS | {"project", "business", "podcast", "blog", "shop", "site", "division"}
)

LEAD_NOUNS = words("manager head lead leader director chief boss captain supervisor")

PASSIVES = words("led managed headed run supervised directed overseen owned founded")


def lead(scene: Scene) -> list[Fact]:  # noqa: PLR0911 - a case of the language for each branch.
    """As in "Manages the Platform team at Acme", "took over the Data team from Bob"."""
    part = scene.part("")
    over = scene.part("over")
    reading = scene.reading
    if reading.lemma == "replace" and part is not None and part.phrase is not None and part.phrase.proper:
        team = leads_what(
            replace(
                scene,
                reading=replace(reading, rest=tuple(t for p in scene.parts if p.preposition == "as" for t in p.tokens)),
            )
        )
        if team is None:
            return []
        facts = scene.state("manages", team, aspect=Aspect.BEGINS)
        gone = scene.state("manages", team, aspect=Aspect.BEGINS, subject=replace(part.phrase, type="person"))
        return [*(ended(fact) for fact in gone[:1]), *facts]
    if reading.lemma == "take" and over is not None and over.phrase is not None and over.phrase.head in kinds.TEAMS:
        facts = scene.state("manages", over.phrase, aspect=Aspect.BEGINS)
        before = scene.part("from")
        if facts and before is not None and before.phrase is not None and before.phrase.type == "person":
            gone = scene.state("manages", over.phrase, aspect=Aspect.BEGINS, subject=before.phrase)
            facts = [*(ended(fact) for fact in gone[:1]), *facts]
        return facts
    if part is None or part.phrase is None or reading.lemma not in LEADS:
        return []
    phrase = part.phrase
    if reading.lemma in {"run", "direct", "lead"} and not (
        phrase.head in RUNNABLE or (phrase.proper and reading.lemma == "lead")
    ):
        return []
    if not (phrase.proper or phrase.head in RUNNABLE):
        return []
    verb = {"manage": "manages", "lead": "leads", "head": "heads", "run": "runs"}.get(
        reading.lemma, f"{reading.lemma}s"
    )
    return scene.state("manages", phrase, text=verb)


def ended(fact: Fact) -> Fact:
    """A fact that began for one ends for another."""
    return replace(
        fact,
        polarity=Polarity.ENDED,
        valid_from=None,
        valid_to=fact.valid_from,
        text=fact.text.replace(" manages ", " managed ", 1),
    )


def led_by(scene: Scene) -> list[Fact]:
    """As in "Is led by Bob": Bob manages."""
    rest = scene.reading.rest
    by = scene.part("by")
    first = rest[0].low if rest else ""
    if by is None or by.phrase is None or not by.phrase.proper or first not in PASSIVES:
        return []
    if first == "founded":
        founder = replace(by.phrase, type=by.phrase.type or "person")
        return scene.state(
            "founded",
            replace(scene.subject, type="organisation"),
            subject=founder,
            aspect=Aspect.BEGINS,
            kind=Kind.EVENT,
        )
    if scene.reading.past:
        return []
    if first == "owned":
        return scene.state("owns", scene.subject, subject=replace(by.phrase, type=by.phrase.type or "person"))
    if not (scene.subject.proper or scene.subject.owner):
        return []
    boss = replace(by.phrase, type="person")
    return [*scene.state("manages", scene.subject, subject=boss)]


def report(scene: Scene) -> list[Fact]:
    """As in "Reports to Dana": Dana manages."""
    part = scene.part("to")
    if part is None or part.phrase is None or not (part.phrase.proper and part.phrase.type in {"", "person"}):
        return []
    boss = replace(part.phrase, type="person")
    return scene.state("manages", scene.subject, subject=boss)


def leads_what(scene: Scene) -> Phrase | None:
    """The team of "the manager of the Platform team", "head of design" excluded: a field is no team."""
    lows = [token.low for token in scene.reading.rest]
    if "charge" in lows[:2] and "of" in lows:
        after = lows.index("of") + 1
    elif "responsible" in lows[:1] and "for" in lows:
        after = lows.index("for") + 1
    else:
        at = next((i for i, low in enumerate(lows[:4]) if low in LEAD_NOUNS), None)
        if at is None or at + 1 >= len(lows) or lows[at + 1] not in {"of", "for"}:
            return None
        after = at + 2
    phrase = scene.read(scene.reading.rest[after:])
    if phrase is None or not (phrase.proper or phrase.head in RUNNABLE):
        return None
    return phrase


def member(scene: Scene) -> list[Fact]:
    """As in "Is on the Platform team", "is a member of the Green Club", "is part of Acme"."""
    rest = scene.reading.rest
    lows = [token.low for token in rest]
    if lows[:1] in (["on"], ["in"]) and len(lows) > 1:
        after = 1
    elif ("member" in lows[:3] and "of" in lows[:4]) or lows[:2] == ["part", "of"] or lows[:3] == ["a", "part", "of"]:
        after = lows.index("of") + 1
    else:
        return []
    phrase = scene.read(rest[after:])
    if phrase is None or not phrase.proper or phrase.type not in {"", "organisation"}:
        return []
    if lows[0] == "in" and phrase.head not in kinds.TEAMS - {"office", "branch", "lab"}:
        return []  # "In the Lisbon office" may be today.
    group = replace(phrase, type="organisation")
    if scene.subject.type == "organisation" or scene.subject.head in kinds.TEAMS:
        return scene.state("part_of", group)
    return scene.state("member_of", group) if phrase.head in kinds.CLUBS or after > 1 else []
