"""Corrections: "no, it was Berlin, not Bern" puts right what was said before, and invents no move."""

import re
from collections.abc import Sequence
from dataclasses import replace

from twohop.graph.model import Message
from twohop.llm.rules.discourse import Discourse
from twohop.llm.rules.verbs import Form, read_verb
from twohop.memory.names import normal
from twohop.memory.ports import Claim, Fact, Named, Polarity

SUBJECT = r"(?:it|that|this|he|she|they|i|(?:her|his|the) name|the (?:city|company|place))"
VALUE = r"[^,.;!?\n]{1,60}?"
IN = r"(?:to |in |at |for )?"
RATHER = r"(?:not|rather than|instead of)"
SIGN = r"(?:no|nope|nah|sorry|oops|actually|correction|wait|my mistake|my bad|i misspoke|scratch that)"
COPULA = r"(?:['\u2019]s|['\u2019]re| is| was| were| should be)"
MEANT = r"i (?:meant|mean)(?: to say)?|should (?:be|say|have been)|make that"
CORRECTION = re.compile(
    rf"^\s*(?:(?:{SIGN}|hmm|well|ha(?:ha)*|lol|oh|ugh)\b[\s,:;.!\u2014\u2013-]*)*(?:"
    rf"(?:(?P<meant>{MEANT})|{SUBJECT}{COPULA})\s+(?:actually |really |in fact )?{IN}(?P<right>{VALUE})"
    rf"(?:\s*,?\s+(?:and )?{RATHER}\s+{IN}(?P<wrong>{VALUE}))?"
    rf"|(?P<right2>{VALUE})\s*,?\s+{RATHER}\s+{IN}(?P<wrong2>{VALUE})"
    rf"|not\s+{IN}(?P<wrong3>{VALUE})\s*[,;\u2014\u2013-]+\s*(?:but\s+)?(?P<right3>{VALUE})"
    rf")\s*[.!]*\s*$",
    re.IGNORECASE,
)
SIGNS = re.compile(rf"^\s*{SIGN}\b", re.IGNORECASE)
ARTICLE = re.compile(r"^(?:the|an?)\s+", re.IGNORECASE)
LONGEST = 6
"""Words of a value; a longer one is a sentence of its own."""


def correction(message: Message, start: int, end: int, talk: Discourse) -> list[Fact] | None:
    """The facts of a sentence that corrects what was said before; None when it is no correction."""
    text = message.content[start:end]
    match = CORRECTION.match(text.strip())
    if match is None:
        return None
    right = bare(match["right"] or match["right2"] or match["right3"])
    wrong = bare(match["wrong"] or match["wrong2"] or match["wrong3"])
    signed = bool(SIGNS.match(text)) or bool(match["meant"])
    if not right or len(right.split()) > LONGEST or not (signed or wrong):
        return None
    before = meant(talk.facts, right, wrong)
    if before is None:
        return None
    old = before.claims[0]
    quote = text.strip()
    return [
        corrected(before, old.object, wrong or old.object, quote, message, denied=True),
        corrected(before, old.object, right, quote, message, denied=False),
    ]


def bare(value: str | None) -> str:
    """A value without article and quotes."""
    return ARTICLE.sub("", (value or "").strip(" \"'“”")).strip()


def meant(facts: Sequence[Fact], right: str, wrong: str) -> Fact | None:
    """The latest fact that holds the wrong value; without one named, the latest fact, if its value is of that sort."""
    for fact in reversed(facts):
        if not fact.claims or fact.polarity is not Polarity.AFFIRMED or not fact.claims[0].object:
            continue
        claim = fact.claims[0]
        if wrong:
            if normal(claim.object) == normal(wrong):
                return fact
            continue
        proper = any(named.name == claim.object and named.proper for named in fact.entities)
        same_sort = (
            right[:1].isupper() == claim.object[:1].isupper() and right[:1].isdigit() == claim.object[:1].isdigit()
        )
        return fact if (proper or claim.literal) and same_sort else None
    return None


def contrasted(facts: Sequence[Fact], wrong: str, quote: str, message: Message) -> list[Fact]:
    """As in "I work at Beta, not Acme": the first fact corrects, and the value in contrast is denied."""
    if not facts or not facts[0].claims or facts[0].polarity is not Polarity.AFFIRMED or not wrong:
        return list(facts)
    first = facts[0]
    denied = corrected(first, first.claims[0].object, wrong, quote, message, denied=True)
    return [denied, replace(first, correction=True), *facts[1:]]


def corrected(before: Fact, old: str, value: str, quote: str, message: Message, *, denied: bool) -> Fact:
    """The fact with another value: denied for the wrong one, affirmed for the right one."""
    claim = before.claims[0]
    text = before.text.replace(old, value)
    if denied:
        text = deny(text)
    entities = tuple(replace(e, name=value) if e.name == old else e for e in before.entities)
    if not claim.literal and all(e.name != value for e in entities):
        entities = (*entities, Named(name=value, proper=value[:1].isupper()))
    return replace(
        before,
        text=text,
        claims=(Claim(subject=claim.subject, predicate=claim.predicate, object=value, literal=claim.literal),),
        entities=entities,
        polarity=Polarity.NEGATED if denied else Polarity.AFFIRMED,
        correction=True,
        quote=quote,
        sources=(message.id,),
        valid_from=None if denied else before.valid_from,
        valid_to=None if denied else before.valid_to,
    )


def deny(text: str) -> str:
    """A plain sentence denied."""
    said = text.split()
    for place, word in enumerate(said[1:], 1):
        for verb in read_verb(word):
            if verb.form not in {Form.THIRD, Form.PAST}:
                continue
            if verb.lemma == "be":
                return " ".join([*said[: place + 1], "not", *said[place + 1 :]])
            negation = "does not" if verb.form is Form.THIRD else "did not"
            return " ".join([*said[:place], negation, verb.lemma, *said[place + 1 :]])
    return f"It is not so that {text}"
