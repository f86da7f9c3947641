"""Where people live, come from and move."""

from dataclasses import replace

from twohop.graph.model import Granularity, Kind
from twohop.llm.rules import kinds
from twohop.llm.rules.dates import bare
from twohop.llm.rules.phrase import Phrase
from twohop.llm.rules.retell import Part
from twohop.llm.rules.scene import Aspect, Scene
from twohop.llm.rules.wordlist import words
from twohop.memory.ports import Fact
from twohop.memory.times import Reach

NOT_PLACES = words(
    """
    fear peace love hope chaos style poverty luxury mind heart moment past future present life hands college bed
    hospital world area way city town village country place house apartment flat building neighbourhood
    neighborhood suburbs
    """
)


DWELLINGS = words("flat apartment room studio house bedsit cottage loft")


def place(part: Part | None) -> Phrase | None:
    """The named place of a part; "near the sea" and "in peace" are none."""
    if part is None or part.phrase is None:
        return None
    phrase = part.phrase
    if phrase.speaker or phrase.type in {"person", "organisation"} or (phrase.plural and not phrase.proper):
        return None
    if phrase.proper:
        return replace(phrase, type="place", text=phrase.name if phrase.determiner != "the" else phrase.text)
    if phrase.determiner or phrase.head in NOT_PLACES or not kinds.is_place(phrase.name):
        return None
    # "lives in lisbon", typed in a hurry.
    return replace(phrase, type="place", proper=True)


def live(scene: Scene) -> list[Fact]:
    """As in "Lives in Porto with Tom"."""
    facts: list[Fact] = []
    at = scene.part("in", "at", "near")
    numbered = at is not None and at.phrase is not None and at.phrase.determiner.isdigit()
    if (where := place(at)) is not None and not numbered and scene.part("near") is None:
        facts += scene.state("lives_in", where)
    if (
        (part := scene.part("with"))
        and part.phrase
        and not part.phrase.plural
        and part.phrase.type in {"person", "thing"}
    ):
        facts += scene.state("lives_with", part.phrase)
    return facts


def posted(scene: Scene) -> list[Fact]:
    """As in "Is in Porto since 2022", "was in Porto from 2020 to 2022": for so long one lives there."""
    time, where = scene.time, place(scene.part("in"))
    if where is None or not kinds.is_place(where.name) or time is None or len(scene.parts) > 1:
        return []
    if scene.subject.type != "person" or time.granularity not in {Granularity.YEAR, Granularity.MONTH}:
        return []
    lasting = {Reach.BETWEEN} if scene.reading.past else {Reach.SINCE, Reach.LENGTH}
    return scene.state("lives_in", where) if time.reach in lasting and not scene.reading.negated else []


def rent(scene: Scene) -> list[Fact]:
    """As in "Rents a flat in Porto": where one lives, unless it is let to others or let go."""
    reading, part = scene.reading, scene.part("")
    where = place(scene.part("in"))
    dwelling = part is None or part.tokens[-1].low in DWELLINGS
    if where is None or not dwelling or reading.past or reading.perfect or scene.part("out", "to") is not None:
        return []
    return scene.state("lives_in", where, text="rents in" if part is None else f"rents {scene.tell(part.tokens)} in")


def address(scene: Scene) -> list[Fact]:
    """As in "Lives at 12 Main Street"."""
    part = scene.part("at")
    if part is None or not part.tokens[0].text.isdigit():
        return []
    return scene.state("address", scene.tell(part.tokens), text="lives at")


def move(scene: Scene) -> list[Fact]:
    """As in "Moved from Lisbon to Berlin in March": what ends first, then what begins."""
    origin = place(scene.part("from", "out of", "away from"))
    target = next(
        filter(
            None,
            (place(p) for p in scene.parts if p.preposition in {"to", "into", "back to", "over to", "in", "back in"}),
        ),
        None,
    )
    if scene.reading.plan or scene.reading.progressive or scene.ahead:
        return []
    facts: list[Fact] = []
    if origin is not None:
        facts += scene.state("lives_in", origin, aspect=Aspect.ENDS)
    if target is not None:
        facts += scene.state("lives_in", target, aspect=Aspect.BEGINS)
    if (part := scene.part("in with")) and part.phrase and part.phrase.type == "person":
        facts += scene.state("lives_with", part.phrase, aspect=Aspect.BEGINS)
    if facts and target is None and origin is None:
        return facts
    return facts


def settle(scene: Scene) -> list[Fact]:
    """As in "Settled in Porto"."""
    where = place(scene.part("in", "down in"))
    return scene.state("lives_in", where, aspect=Aspect.BEGINS) if where else []


def grow_up(scene: Scene) -> list[Fact]:
    """As in "Grew up in Faro"."""
    where = place(scene.part("up in", "up near"))
    return scene.state("grew_up_in", where, aspect=Aspect.BEGINS) if where else []


def origin(scene: Scene) -> list[Fact]:
    """As in "Comes from Brazil", "is from Brazil"."""
    where = place(scene.part("from"))
    if where is None or scene.reading.past or (scene.part("") is not None):
        return []
    return scene.state("comes_from", where, text="is from")


def stay(scene: Scene) -> list[Fact]:
    """As in "Is based in Porto", "was born in Faro", "Acme is located in Berlin"."""
    rest = scene.reading.rest
    first = rest[0].low if rest else ""
    where = place(scene.part("in", "at"))
    if first in {"born", "raised"}:
        facts = birth(scene) if first == "born" else []
        if where is not None:
            predicate = "born_in" if first == "born" else "grew_up_in"
            born = scene.state(predicate, where, aspect=Aspect.BEGINS)
            # Being born somewhere holds from then on, whatever the tense of the sentence.
            facts = [*born, *facts]
        return facts
    if where is None:
        return []
    if first == "based":
        return scene.state("lives_in" if scene.subject.type == "person" else "located_in", where, text="is based in")
    if first in {"located", "headquartered", "situated"}:
        return scene.state("located_in", where)
    if first == "in" and scene.subject.proper and scene.subject.type == "organisation":
        return scene.state("located_in", where)
    return []


def birth(scene: Scene) -> list[Fact]:
    """As in "Was born on 8 March 1990": the birthday."""
    time = scene.time
    if time is None or time.begins is None or scene.reading.negated:
        return []
    date = bare(time.begins, scene.message.time_zone)
    predicate = "birthday" if time.granularity is Granularity.DAY else "birth_year"
    if time.granularity not in {Granularity.DAY, Granularity.YEAR, Granularity.MONTH}:
        return []
    text = f"was born {'on' if time.granularity is Granularity.DAY else 'in'}"
    facts = scene.state(predicate, date, aspect=Aspect.BEGINS, text=text, kind=Kind.ATTRIBUTE)
    return [
        replace(fact, valid_from=None) if fact.claims[:1] and fact.claims[0].predicate == predicate else fact
        for fact in facts
    ]
