"""How a fact is written: its subject at the start, its verb in the right tense and number."""

from enum import StrEnum

from twohop.llm.rules.phrase import Phrase
from twohop.llm.rules.verbs import Form, past, read_verb

PLURALS = {"is": "are", "was": "were"}


class Tense(StrEnum):
    """How a fact's text is written."""

    PRESENT = "present"
    PAST = "past"
    DENIED = "denied"
    NEVER = "never"


MARKS = {Tense.DENIED: "not", Tense.NEVER: "never"}


def opening(phrase: Phrase) -> str:
    """A subject at the start of a text."""
    team = phrase.type == "organisation" and phrase.kinds and phrase.name[:1].isupper() and phrase.head in phrase.kinds
    return f"The {phrase.name}" if team and phrase.determiner != "poss" else phrase.text


def inflected(phrase: str, tense: Tense, *, plural: bool = False) -> str:
    """A verb phrase in third person present, put into the past or denied, and into the plural for "Alice's parents"."""
    first, _, rest = phrase.partition(" ")
    lemma = next((verb.lemma for verb in read_verb(first) if verb.form in {Form.THIRD, Form.PAST}), "")
    if not lemma:
        return phrase
    past_already = first == "was" or not any(verb.form is Form.THIRD for verb in read_verb(first))
    if lemma == "be":
        verb = PLURALS.get(first, first) if plural else first
        if tense in {Tense.PAST, Tense.NEVER}:
            verb = "were" if plural else "was"
        verb = f"{verb} {MARKS[tense]}" if tense in MARKS else verb
    elif tense is Tense.DENIED:
        verb = f"{'do' if plural else 'does'} not {lemma}"
    elif tense is Tense.NEVER:
        verb = f"never {past(lemma)}"
    elif tense is Tense.PAST or past_already:
        verb = past(lemma)
    else:
        verb = lemma if plural else first
    return f"{verb} {rest}".strip()
