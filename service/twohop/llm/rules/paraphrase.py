"""Turns of phrase that say plainly what their words don't: "today was my last day at Acme" is that one left Acme."""

from collections.abc import Sequence

from twohop.llm.rules import kinds
from twohop.llm.rules.discourse import Discourse
from twohop.llm.rules.grammar_words import ADVERBS, AUXILIARIES, THIRD_OBJECT
from twohop.llm.rules.phrase import Phrase, person
from twohop.llm.rules.proper_names import name_end, named
from twohop.llm.rules.statement import Reading
from twohop.llm.rules.tokens import Token
from twohop.llm.rules.verbs import Form, has_form
from twohop.llm.rules.wordlist import words

CALLERS = words("everyone everybody people friends folks")
"""Who calls someone by a name, beside "we" and "they"."""

SAYERS = CALLERS | words("we they i you all both can may please just my our family always usually mostly still so")
"""Words before "call me Kit"."""


def paraphrased(tokens: Sequence[Token], place: int, talk: Discourse) -> Reading | None:
    """The plain reading of a turn of phrase that begins at `place`; None when it is none."""
    said = [token for token in tokens[place:] if token.word]
    if not said:
        return None
    for turn in (last_day, first_day, home_is, is_home, known_as, goes_by, been_doing, made_me):
        if reading := turn(said, talk):
            return reading
    return None


def speaker(talk: Discourse) -> Phrase:
    """Who says "I"."""
    return person(talk.speaker, talk)


def last_day(said: Sequence[Token], talk: Discourse) -> Reading | None:
    """As in "Yesterday was my last day at Acme", "my last day at Acme was on Friday"."""
    lows = [token.low for token in said]
    start = 1 if lows[0] == "was" else 0
    if lows[start : start + 4] not in (["my", "last", "day", "at"], ["my", "last", "day", "with"]):
        return None
    rest = said[start + 4 :]
    if start == 0:
        if not rest or rest[-1].low not in {"was", "on"} or "was" not in {token.low for token in rest[-2:]}:
            return None
        rest = rest[: [token.low for token in rest].index("was")]
    return Reading(subject=speaker(talk), lemma="leave", word="left", past=True, rest=tuple(rest)) if rest else None


def first_day(said: Sequence[Token], talk: Discourse) -> Reading | None:
    """As in "Day one at Acme", "my first day at Acme"."""
    lows = [token.low for token in said]
    start = next((i for i, low in enumerate(lows) if low not in {"it", "was", "my", "today"}), len(lows))
    if lows[start : start + 3] not in (["day", "one", "at"], ["first", "day", "at"]):
        return None
    last = name_end(said, start + 3, talk) if len(said) > start + 3 else 0
    if last != len(said) or last == start + 3:
        return None
    return Reading(subject=speaker(talk), lemma="start", word="started", past=True, rest=tuple(said[start + 2 :]))


def home_is(said: Sequence[Token], talk: Discourse) -> Reading | None:
    """As in "Home is Mombasa"."""
    start = 1 if said[0].low == "my" else 0
    lows = [token.low for token in said[start : start + 2]]
    if lows not in (["home", "is"], ["home", "'s"]) or len(said) <= start + 2:
        return None
    end = name_end(said, start + 2, talk)
    if end != len(said) or end == start + 2 or named(said[start + 2 : end]).type == "person":
        return None
    verb = said[start + 1]
    inside = Token("in", "in", verb.start, verb.end)
    return Reading(subject=speaker(talk), lemma="live", word="live", rest=(inside, *said[start + 2 :]))


def is_home(said: Sequence[Token], talk: Discourse) -> Reading | None:
    """As in "Porto is home", said of a place; people who are home are just not out."""
    end = name_end(said, 0, talk)
    if not end or named(said[:end]).type != "place":
        return None
    rest = [token.low for token in said[end:] if token.low not in {"still", "now"}]
    if rest not in (["is", "home"], ["'s", "home"], ["remains", "home"], ["is", "my", "home"]):
        return None
    inside = Token("in", "in", said[0].start, said[0].start)
    return Reading(subject=speaker(talk), lemma="live", word="live", rest=(inside, *said[:end]))


def known_as(said: Sequence[Token], talk: Discourse) -> Reading | None:
    """As in "Everyone calls him Bob", "we call her Kit", "please call me Al"."""
    at = next((i for i, token in enumerate(said) if token.low in {"call", "calls"}), None)
    if at is None or at + 2 >= len(said) or any(token.low not in SAYERS | ADVERBS for token in said[:at]):
        return None
    whom = said[at + 1].low
    end = name_end(said, at + 2, talk)
    if end != len(said) or end == at + 2:
        return None
    if whom == "me":
        who = speaker(talk)
    elif whom in THIRD_OBJECT:
        name = talk.person(THIRD_OBJECT[whom])
        if not name:
            return None
        who = person(name, talk)
    else:
        return None
    return Reading(subject=who, lemma="nickname", word="nicknamed", rest=tuple(said[at + 2 :]))


def goes_by(said: Sequence[Token], talk: Discourse) -> Reading | None:
    """As in "Goes by Kit", said of the one person whom the sentence before was about."""
    if [token.low for token in said[:2]] != ["goes", "by"] or len(said) < len(("goes", "by", "Kit")):
        return None
    end = name_end(said, 2, talk)
    subjects = {one.name for one in talk.people if one.message == talk.message and one.clause == talk.clause - 1}
    if end != len(said) or len(subjects) != 1:
        return None
    return Reading(subject=person(subjects.pop(), talk), lemma="nickname", word="nicknamed", rest=tuple(said[2:]))


def been_doing(said: Sequence[Token], talk: Discourse) -> Reading | None:
    """As in "Been working at Acme since May", with "I have" left out."""
    if said[0].low != "been" or len(said) < len(("been", "working", "here")) or not has_form(said[1].low, Form.GERUND):
        return None
    lemma = {"working": "work", "living": "live", "teaching": "teach", "studying": "study"}.get(said[1].low)
    if lemma is None:
        return None
    return Reading(
        subject=speaker(talk), lemma=lemma, word=said[1].low, perfect=True, progressive=True, rest=tuple(said[2:])
    )


def made_me(said: Sequence[Token], talk: Discourse) -> Reading | None:
    """As in "They made me head of design", "my boss promoted me to senior analyst"."""
    at = next((i for i, token in enumerate(said) if token.low in {"made", "promoted", "appointed"}), None)
    if not at or at + 2 >= len(said) or said[at + 1].low != "me":
        return None
    if any(token.low in AUXILIARIES or token.low == "never" for token in said[:at]):
        return None
    rest = said[at + 2 :]
    if said[at].low == "promoted":
        if rest[0].low != "to":
            return None
        rest = rest[1:]
    if not any(token.low in kinds.JOBS for token in rest):
        return None
    return Reading(subject=speaker(talk), lemma="become", word="became", past=True, rest=tuple(rest))
