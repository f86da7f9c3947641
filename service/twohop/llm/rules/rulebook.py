"""Which rules read which verbs, in the order in which they are tried; the first that says something wins."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from twohop.llm.rules import (
    couples,
    general,
    habits,
    home,
    measures,
    nicknames,
    outings,
    people,
    plans,
    possessions,
    study,
    tastes,
    teams,
    traits,
    work,
)
from twohop.llm.rules.corrections import contrasted
from twohop.llm.rules.scene import Scene
from twohop.memory.ports import Fact

Rule: TypeAlias = Callable[[Scene], list[Fact]]

BE: tuple[Rule, ...] = (
    plans.off, traits.age, measures.weigh, measures.measure, traits.birthday, tastes.favourite, couples.together,
    couples.attached, people.are_kin, people.is_kin,
    nicknames.known_as, work.posted, home.posted, possessions.mine, traits.condition, traits.contact, teams.led_by,
    work.start, work.leave, work.idle, work.title, teams.member, home.stay, tastes.fond, home.origin,
    traits.identity, outings.visit,
)  # fmt: skip

RULES: Mapping[str, tuple[Rule, ...]] = MappingProxyType(
    {
        "be": BE,
        "work": (work.work,),
        "join": (work.join,),
        "start": (work.start, work.found, general.general),
        "get": (work.start, couples.marry, people.bear, general.general),
        "take": (teams.lead, work.start, traits.take_up, general.general),
        "accept": (work.start, general.general),
        "find": (work.start, general.general),
        "land": (work.start, general.general),
        "begin": (work.start, general.general),
        "leave": (work.leave,),
        "quit": (work.leave,),
        "resign": (work.leave,),
        "lose": (work.leave, general.general),
        "retire": (work.idle,),
        **dict.fromkeys(teams.LEADS, (teams.lead, general.general)),
        "replace": (teams.lead, general.general),
        "report": (teams.report,),
        **dict.fromkeys(("found", "cofound", "co-found", "establish", "launch"), (work.found, general.general)),
        **dict.fromkeys(("study", "attend", "graduate", "major", "enroll", "enrol"),
                        (traits.speak, study.study, outings.visit, general.general)),
        "teach": (study.teach,),
        "become": (work.become,),
        "live": (home.live, home.address),
        "reside": (home.live,),
        "move": (home.move,),
        "relocate": (home.move,),
        "settle": (home.settle,),
        "grow": (home.grow_up, general.general),
        "come": (home.origin,),
        "marry": (couples.marry,),
        "plan": (general.intend,),
        **dict.fromkeys(("cancel", "scrap", "drop", "call"), (plans.cancel,)),
        "nickname": (nicknames.nickname,),
        "weigh": (measures.weigh,),
        "rent": (home.rent, general.general),
        "sell": (possessions.sell,),
        "break": (couples.part_ways, general.general),
        "split": (couples.part_ways,),
        "separate": (couples.part_ways,),
        "die": (people.die,),
        "pass": (people.die,),
        "divorce": (couples.marry,),
        **dict.fromkeys(("date", "know"), (couples.date,)),
        "have": (people.bear, people.have, traits.disease, general.general),
        **dict.fromkeys(("adopt", "foster", "rescue", "welcome"), (people.bear, general.general)),
        "give": (people.bear, traits.give_up, general.general),
        "buy": (people.bear, possessions.buy),
        **dict.fromkeys(tastes.LIKES | tastes.DISLIKES, (tastes.like, general.general)),
        "stand": (tastes.stand,),
        "prefer": (tastes.prefer,),
        "switch": (tastes.switch,),
        "turn": (traits.age,),
        "speak": (traits.speak,),
        "learn": (traits.speak, general.general),
        "play": (traits.play, general.general),
        "go": (nicknames.nickname, outings.commute, outings.visit, general.general),
        **dict.fromkeys(("visit", "travel", "fly"), (outings.visit, general.general)),
    }
)  # fmt: skip


DATED = frozenset({"start", "begin", "join", "leave", "move", "marry", "retire", "fly", "graduate"})
"""Verbs whose present with a date lies ahead: "I start on Monday"."""

MOVES = frozenset({"move", "relocate", "join", "leave", "quit", "marry", "adopt"})
"""Verbs whose progressive lies ahead: who is moving has not moved yet."""


def apply(scene: Scene) -> list[Fact]:
    """The facts that a clause states."""
    scene, wrong = scene.contrast()
    if wrong:
        quote = scene.message.content[scene.span[0] : scene.span[1]]
        return contrasted(stated(scene), wrong, quote, scene.message)
    return stated(scene)


def stated(scene: Scene) -> list[Fact]:
    """The facts of a clause without a contrast."""
    subject = scene.subject
    reading = scene.reading
    favoured = reading.lemma == "be" and any(token.low in tastes.FAVOURITE for token in reading.rest)
    if not (subject.speaker or subject.proper or subject.owner or favoured):
        return []
    arranged = (
        reading.lemma in DATED and scene.time is not None and not (reading.past or reading.perfect or reading.negated)
    )
    going_on = reading.progressive and not reading.past and reading.lemma != "plan"
    if facts := plans.given_up(scene):
        return facts
    if reading.plan or arranged or (going_on and (scene.ahead or reading.lemma == "adopt")):
        return plans.plan(scene)
    for rule in (habits.regular, *RULES.get(reading.lemma, (general.general,)), habits.avoided, habits.given_up):
        if facts := rule(scene):
            return facts
    if scene.reading.progressive and not scene.reading.past and scene.reading.lemma in MOVES:
        return plans.plan(scene)
    return [] if scene.reading.doubt else scene.asides(scene.subject, *(part.phrase for part in scene.parts))
