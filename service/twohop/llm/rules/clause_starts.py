"""Where another statement begins: a subject with its verb, or a verb of the subject before."""

from collections.abc import Sequence

from twohop.llm.rules.discourse import Discourse
from twohop.llm.rules.grammar_words import (
    ADVERBS,
    AUXILIARIES,
    DETERMINERS,
    DO,
    FEELINGS,
    FIRST_OWNER,
    FIRST_PERSON,
    MODALS,
    OPENERS,
    PREPOSITIONS,
    SECOND,
    THIRD_OWNER,
    THIRD_SUBJECT,
)
from twohop.llm.rules.paraphrase import CALLERS
from twohop.llm.rules.phrases import read_phrase
from twohop.llm.rules.proper_names import name_end
from twohop.llm.rules.tokens import Token
from twohop.llm.rules.verbs import Form, guess_verb, has_form
from twohop.llm.rules.wordlist import words

OFTEN = words("always usually often never sometimes")
"""Adverbs that stand between a subject and its verb, even one that is not known."""
NOMINATIVE = FIRST_PERSON | SECOND | THIRD_SUBJECT.keys() | words("they it there that this")


def skip_adverbs(tokens: Sequence[Token], place: int) -> int:
    """The place of the next word that is no adverb."""
    while place < len(tokens) and (
        tokens[place].low in ADVERBS or tokens[place].low in {"no", "longer", "never", "not"}
    ):
        place += 1
    return place


def begins(tokens: Sequence[Token], place: int, talk: Discourse) -> bool:  # noqa: PLR0911 - a case of the language for each branch.
    """Whether a subject with its verb begins here."""
    place = skip_openers(tokens, place)
    if place >= len(tokens):
        return False
    low = tokens[place].low
    after = place + 1
    if low in CALLERS:
        return after < len(tokens) and tokens[after].low in {"call", "calls"}
    if low not in NOMINATIVE:
        owner = low in FIRST_OWNER or low in THIRD_OWNER or low == "your"
        if not (owner or low in DETERMINERS or tokens[place].capital):
            return False
        if not (owner or low in DETERMINERS) and name_end(tokens, place, talk) == place:
            return False
        _, after = read_phrase(tokens, place, talk, subject=True)
    if after < len(tokens) and (tokens[after].low == "'s" or tokens[after].low in OFTEN):
        return True
    after = skip_adverbs(tokens, after)
    if after >= len(tokens):
        return False
    verb = tokens[after].low
    if verb in AUXILIARIES:
        return True
    if low in NOMINATIVE:
        return bool(guess_verb(verb))
    return any(v.form in {Form.THIRD, Form.PAST} for v in guess_verb(verb))


def skip_openers(tokens: Sequence[Token], place: int) -> int:
    """The place after words such as "then", "also", "now"."""
    while place < len(tokens) and tokens[place].low in ADVERBS and tokens[place].low not in {"both", "all"}:
        place += 1
    return place


def verb_follows(tokens: Sequence[Token], place: int, current: Sequence[Token]) -> bool:  # noqa: PLR0911 - a case of the language for each branch.
    """Whether a verb of the subject before begins here: "I live in Porto and work at Acme"."""
    if not any(token.low in AUXILIARIES or guess_verb(token.low) for token in current):
        return False
    at = skip_adverbs(tokens, place)
    if at >= len(tokens):
        return False
    low = tokens[at].low
    first = next((t.low for t in current if t.word and t.low not in OPENERS | ADVERBS), "")
    if low in AUXILIARIES:
        return low not in {"be", "been", "being", "having"}
    if tokens[at].capital:
        return False
    if low in FEELINGS:
        return False
    if has_form(low, Form.PAST):
        before = {v.form for t in current for v in guess_verb(t.low)}
        return bool(before & {Form.PAST, Form.THIRD, Form.BASE})
    if has_form(low, Form.THIRD):
        return first not in FIRST_PERSON and first != "you" and at + 1 < len(tokens)
    if not has_form(low, Form.BASE) or first not in FIRST_PERSON or low == "like":
        return False
    if any(t.low in MODALS | DO for t in current):
        return False
    follows = at + 1 < len(tokens) and (
        tokens[at + 1].low in PREPOSITIONS | DETERMINERS | FIRST_OWNER or tokens[at + 1].capital
    )
    return follows and not any(has_form(t.low, Form.GERUND) or infinitive(current, i) for i, t in enumerate(current))


def infinitive(tokens: Sequence[Token], place: int) -> bool:
    """Whether "to" stands before a verb: "want to work", not "allergic to bees"."""
    if tokens[place].low != "to" or place + 1 >= len(tokens):
        return False
    return has_form(tokens[place + 1].low, Form.BASE) and (place == 0 or tokens[place - 1].low != "allergic")


def only_subject(tokens: Sequence[Token]) -> bool:
    """Whether there is no verb yet: "My wife" of "my wife and I live"."""
    return not any(
        token.low in AUXILIARIES
        or (has_form(token.low, Form.THIRD, Form.PAST) or (has_form(token.low, Form.BASE) and place))
        for place, token in enumerate(tokens)
    )
