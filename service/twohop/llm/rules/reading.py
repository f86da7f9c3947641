"""A clause read: who it is about, and what it says of them."""

from collections.abc import Sequence
from dataclasses import replace

from twohop.llm.rules import kinds
from twohop.llm.rules.clause_starts import begins
from twohop.llm.rules.clauses import Clause
from twohop.llm.rules.discourse import Discourse
from twohop.llm.rules.grammar_words import (
    ADVERBS,
    AUXILIARIES,
    COORDINATORS,
    DETERMINERS,
    FEELINGS,
    FIRST_OWNER,
    OPENERS,
    PREPOSITIONS,
    UNCERTAIN,
)
from twohop.llm.rules.owners import has_pet
from twohop.llm.rules.paraphrase import paraphrased
from twohop.llm.rules.phrase import (
    Phrase,
    kinship,
    person,
)
from twohop.llm.rules.phrases import read_phrase
from twohop.llm.rules.predication import FORMER, predicate
from twohop.llm.rules.proper_names import name_end
from twohop.llm.rules.statement import Reading
from twohop.llm.rules.tokens import Token
from twohop.llm.rules.verbs import Form, has_form
from twohop.llm.rules.wordlist import words

LEADING = words("at in for on with during")

LEAD_WORDS = 7
"""Words that a phrase before the subject may have."""


def read(clause: Clause, talk: Discourse, before: Reading | None, antecedent: Phrase | None) -> list[Reading]:
    """The statements of a clause, one for each of its subjects; empty when it states nothing that can be read."""
    tokens = list(clause.tokens)
    if len(tokens) > 1 and tokens[0].low in LEADING and (begin := leading_end(tokens, talk)):
        # "At Helios I lead the Maps team": what stands in front belongs to the end.
        tokens = [*tokens[begin:], *tokens[:begin]]
    place = 0
    doubt = former = False
    while place < len(tokens) and (
        not tokens[place].word
        or tokens[place].low in OPENERS | COORDINATORS | ADVERBS | UNCERTAIN
        or address(tokens, place, talk)
    ):
        doubt |= tokens[place].low in UNCERTAIN
        former |= tokens[place].low in FORMER
        if tokens[place].low in {"both", "all"}:
            break
        place += 1
    if place >= len(tokens):
        return []
    if not clause.pronoun and not doubt and (plain := paraphrased(tokens, place, talk)):
        return [plain]
    subjects, verb = subjects_of(clause, tokens, place, talk, before, antecedent)
    readings: list[Reading] = []
    for subject in subjects:
        found = predicate(subject, tokens, verb, plural=len(subjects) > 1)
        if found is not None:
            readings.append(
                replace(
                    found,
                    doubt=found.doubt or doubt,
                    used=found.used or (former and found.past),
                    companions=tuple(other for other in subjects if other is not subject),
                )
            )
    return readings


def leading_end(tokens: Sequence[Token], talk: Discourse) -> int:
    """Where the subject begins after a leading "At Helios"; 0 when no statement follows."""
    return next((i for i in range(2, min(len(tokens), LEAD_WORDS)) if begins(tokens, i, talk)), 0)


def address(tokens: Sequence[Token], place: int, talk: Discourse) -> bool:
    """Whether the word is whom the speaker talks to, set off by a comma: "Mel, …"."""
    token = tokens[place]
    if not token.capital or place + 1 >= len(tokens) or tokens[place + 1].text != ",":
        return False
    return (bool(talk.addressee) and talk.addressee.lower().startswith(token.low[:3])) or place > 0


def subjects_of(  # noqa: C901 - a case of the language for each branch.
    clause: Clause,
    tokens: Sequence[Token],
    place: int,
    talk: Discourse,
    before: Reading | None,
    antecedent: Phrase | None,
) -> tuple[list[Phrase], int]:
    """The clause's subjects, and the place of its verb."""
    if clause.pronoun == "who":
        after = place + 1 if tokens[place].low == "who" else place
        return ([antecedent] if antecedent else []), after
    if clause.shares:
        return ([before.subject] if before else [antecedent] if antecedent else []), place
    if implied(tokens, place):
        return [person(talk.speaker, talk)], place
    opens = place == 0
    if opens and name_end(tokens, 0, talk, opens=True) == 0 and tokens[0].capital and tokens[0].low != "i":
        # A capital that only opens the sentence is none.
        tokens = [replace(tokens[0], text=tokens[0].low), *tokens[1:]]
    first, after = read_phrase(tokens, place, talk, subject=True, opens=opens)
    found: list[Phrase | None] = [first]
    while after + 1 < len(tokens) and (tokens[after].low == "and" or (tokens[after].text == "," and first is not None)):
        if tokens[after].text == ",":
            apposed, end = read_phrase(tokens, after + 1, talk, subject=True)
            if apposed is None or end >= len(tokens):
                break
            if tokens[end].text == ",":
                found[-1] = with_apposition(found[-1], apposed, talk)
                after = end + 1
                continue
            if tokens[end].low != "and":
                break
            found.append(apposed)
            after = end
            continue
        more, end = read_phrase(tokens, after + 1, talk, subject=True)
        if end >= len(tokens):
            break
        found.append(more)
        after = end
    known = [phrase for phrase in found if phrase is not None]
    if first is None and len(found) == 1:
        return [], after
    return known, after


def implied(tokens: Sequence[Token], place: int) -> bool:
    """Whether "I" is left out: "Went to Faro on Monday"."""
    low = tokens[place].low
    if place or low in FEELINGS or low in AUXILIARIES or len(tokens) == 1:
        return False
    after = tokens[1]
    goes_on = after.low in DETERMINERS | FIRST_OWNER | PREPOSITIONS or after.capital or has_form(after.low, Form.GERUND)
    return goes_on and has_form(low, Form.PAST) and not has_form(low, Form.BASE)


def with_apposition(name: Phrase | None, apposed: Phrase, talk: Discourse) -> Phrase | None:
    """As in "Emma, my sister, …": what the second phrase says of the first."""
    if name is None or not name.proper or not apposed.owner or apposed.proper:
        return name
    noun = apposed.head
    owner = person(apposed.owner, talk)
    if noun in kinds.PETS and apposed.determiner == "poss" and owner.name == talk.speaker:
        return has_pet(owner, noun, name)
    if not apposed.asides:
        return name
    told = replace(name, type="person", kinds=(*name.kinds, noun))
    talk.relatives[(apposed.owner.casefold(), noun)] = name.name
    return replace(told, asides=(*name.asides, kinship(owner, noun, replace(told, end=apposed.end))))
