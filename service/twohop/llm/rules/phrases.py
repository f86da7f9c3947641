"""Noun phrases: who or what a stretch of words names, told from outside ("my sister Emma" said by Alice = Emma)."""

from collections.abc import Sequence
from dataclasses import replace

from twohop.llm.rules import kinds
from twohop.llm.rules.discourse import Discourse
from twohop.llm.rules.grammar_words import (
    AUXILIARIES,
    DETERMINERS,
    FIRST_OBJECT,
    FIRST_OWNER,
    FIRST_PERSON,
    NUMERALS,
    PREPOSITIONS,
    SECOND,
    THIRD_OBJECT,
    THIRD_OWNER,
    THIRD_SUBJECT,
    UNCLEAR,
)
from twohop.llm.rules.nouns import called, named_whole, noun, of, stops, within
from twohop.llm.rules.owners import owned
from twohop.llm.rules.phrase import (
    Phrase,
    person,
    type_of_kind,
    written,
)
from twohop.llm.rules.proper_names import name_end, named, owns
from twohop.llm.rules.tokens import Token
from twohop.llm.rules.wordlist import words

FAMILY = words("mom mum mommy mummy dad daddy grandma grandpa granny grandad")
"""Words that stand for one's own relative when written like a name."""


def read_phrase(  # noqa: PLR0911 - a case of the language for each branch.
    tokens: Sequence[Token], place: int, talk: Discourse, *, subject: bool, opens: bool = False
) -> tuple[Phrase | None, int]:
    """The noun phrase that begins at `place`, and where it ends; None when it names nothing that is known.

    As a subject it ends before its verb; elsewhere before the next preposition, mark or conjunction. `opens` = it
    opens its sentence, so that a capital alone tells nothing.
    """
    if place >= len(tokens):
        return None, place
    token = tokens[place]
    after = place + 1
    follows_noun = after < len(tokens) and tokens[after].word and tokens[after].low not in AUXILIARIES | PREPOSITIONS
    if is_pronoun(token, subject=subject, follows_noun=follows_noun):
        who = pronoun(token, talk)
        return (replace(who, start=token.start, end=token.end) if who else None), after
    if token.low in FIRST_OWNER | THIRD_OWNER.keys() | {"your"}:
        return owned(tokens, after, owner(token, talk), talk, subject=subject, first=token)
    if token.low in FAMILY and (token.capital or opens):
        return owned(tokens, place, person(talk.speaker, talk), talk, subject=subject, first=token)
    end = name_end(tokens, place, talk, opens=opens)
    if end > place:
        return from_name(tokens, place, end, talk, subject=subject)
    if token.low in UNCLEAR and not (token.low in DETERMINERS and follows_noun):
        return None, after
    return common(tokens, place, talk, subject=subject)


def is_pronoun(token: Token, *, subject: bool, follows_noun: bool) -> bool:
    """Whether a word stands for a person by itself; "her" before a noun is an owner."""
    if token.low in FIRST_OBJECT:
        return not subject and token.text != "US"
    if token.low == "her":
        return not follows_noun
    return token.low in FIRST_PERSON | SECOND | THIRD_SUBJECT.keys() | THIRD_OBJECT.keys()


def pronoun(token: Token, talk: Discourse) -> Phrase | None:
    """The person that a pronoun stands for, if that is clear."""
    low = token.low
    if low in FIRST_PERSON | FIRST_OBJECT:
        return person(talk.speaker, talk)
    if low in SECOND:
        return replace(person(talk.addressee, talk), addressed=True) if talk.addressee else None
    who = talk.person(THIRD_SUBJECT.get(low) or THIRD_OBJECT[low])
    return person(who, talk) if who else None


def owner(token: Token, talk: Discourse) -> Phrase | None:
    """The person that "my", "your", "her" stands for, if that is clear."""
    if token.low in FIRST_OWNER:
        return person(talk.speaker, talk)
    if token.low == "your":
        return replace(person(talk.addressee, talk), addressed=True) if talk.addressee else None
    who = talk.person(THIRD_OWNER[token.low])
    return person(who, talk) if who else None


def from_name(
    tokens: Sequence[Token], place: int, end: int, talk: Discourse, *, subject: bool
) -> tuple[Phrase | None, int]:
    """A name, alone, as an owner ("Emma's husband Tom"), or with the noun that says what it is ("Platform team")."""
    phrase = named(tokens[place:end])
    if end == place + 1 and (full := talk.full_name(phrase.name)):
        phrase = replace(phrase, name=full, text=full)
    if end < len(tokens) and owns(tokens, end):
        owner = replace(phrase, type=phrase.type or ("person" if tokens[end + 1].low in kinds.RELATIONS else ""))
        if owner.type == "person":
            talk.mention(owner.name)
        return owned(tokens, end + 1, owner, talk, subject=subject, first=tokens[place])
    if end < len(tokens) and tokens[end].low in kinds.TEAMS | kinds.CLUBS | kinds.COMPANIES:
        noun = tokens[end]
        whole = replace(named(tokens[place : end + 1]), type="organisation", kinds=(noun.low,), head=noun.low)
        return within(whole, tokens, end + 1, talk)
    return phrase, end


def common(tokens: Sequence[Token], place: int, talk: Discourse, *, subject: bool) -> tuple[Phrase | None, int]:
    """A phrase of common nouns, with or without an article: "the Platform team at Acme", "a dog named Rex", "jazz"."""
    begin = place
    determiner = ""
    if tokens[place].low in DETERMINERS | NUMERALS or tokens[place].text.isdigit():
        determiner = tokens[place].low
        begin += 1
    if determiner and (name := articled(tokens, place, determiner, talk, subject=subject)):
        return name
    end = begin
    while end < len(tokens) and not stops(tokens, end, begin, subject=subject):
        end += 1
    if end == begin:
        return None, max(end, place + 1)
    if owns(tokens, end):
        owner = noun(tokens[begin:end], determiner, tokens[place])
        return owned(tokens, end + 1, owner, talk, subject=subject, first=tokens[place])
    phrase = noun(tokens[begin:end], determiner, tokens[place])
    if phrase.head in kinds.TEAMS and (within_ := within(phrase, tokens, end, talk))[1] > end:
        return within_
    if end + 1 < len(tokens) and tokens[end].low == "of":
        inner, after = read_phrase(tokens, end + 1, talk, subject=subject)
        if inner is not None:
            return of(phrase, inner, tokens[place:after]), after
    return called(phrase, tokens, end, talk)


def kind_and_name(tokens: Sequence[Token], place: int, talk: Discourse) -> tuple[Phrase, int] | None:
    """As in "the brewery Acme", "the city Porto": a name, and before it, in one word, what it is."""
    at = place + 2
    if at >= len(tokens) or tokens[at - 1].low not in kinds.COMPANIES | kinds.PLACE_KINDS:
        return None
    end = name_end(tokens, at, talk)
    if end == at or (end < len(tokens) and owns(tokens, end)):
        return None
    kind, determiner = tokens[at - 1].low, tokens[place]
    name = replace(named(tokens[at:end]), type=type_of_kind(kind), kinds=(kind,))
    return replace(name, determiner=determiner.low, start=determiner.start), end


def articled(
    tokens: Sequence[Token], place: int, determiner: str, talk: Discourse, *, subject: bool
) -> tuple[Phrase | None, int] | None:
    """As in "the University of Porto", "the Platform team", "The Glass Harbour"; None when no name follows."""
    begin = place + 1
    last = name_end(tokens, begin, talk) if begin < len(tokens) else begin
    if last == begin:
        return kind_and_name(tokens, place, talk)
    if not named_whole(tokens, last, begin, subject=subject):
        return None
    name, end = from_name(tokens, begin, last, talk, subject=subject)
    if name is None or name.owner:
        return name, end
    if tokens[place].capital and not subject:
        # A capital inside a sentence makes the article part of a title.
        whole = written(tokens[place:last])
        return replace(name, name=whole, text=whole, start=tokens[place].start), end
    shown = determiner in {"the", "a", "an"} or name.kinds
    lead = ("the " if name.kinds else f"{determiner} ") if shown else ""
    return replace(name, text=f"{lead}{name.text}", determiner=determiner, start=tokens[place].start), end
