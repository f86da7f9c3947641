"""Common nouns: where a phrase of them ends, and what its words say of it."""

from collections.abc import Sequence
from dataclasses import replace

from twohop.llm.rules import kinds
from twohop.llm.rules.discourse import Discourse
from twohop.llm.rules.grammar_words import (
    ADVERBS,
    AUXILIARIES,
    COORDINATORS,
    FIRST_PERSON,
    NOT_NAMES,
    NUMERALS,
    PREPOSITIONS,
    SUBORDINATORS,
    THIRD_SUBJECT,
)
from twohop.llm.rules.phrase import (
    Phrase,
    membership,
    type_of_kind,
    with_pet,
    written,
)
from twohop.llm.rules.proper_names import name_end, named, owns
from twohop.llm.rules.tokens import Token
from twohop.llm.rules.verbs import Form, has_form


def stops(tokens: Sequence[Token], place: int, begin: int, *, subject: bool) -> bool:  # noqa: PLR0911 - a case of the language for each branch.
    """Whether a common noun phrase that began at `begin` ends before `place`."""
    token = tokens[place]
    if not token.word or token.low == "'s":
        return True
    if (
        token.low in AUXILIARIES | COORDINATORS | SUBORDINATORS
        or token.low in FIRST_PERSON
        or token.low in THIRD_SUBJECT
    ):
        return True
    if token.low in {"not", "no", "never", "named", "called"} or token.low in PREPOSITIONS:
        return True
    if place == begin:
        return False
    if not subject:
        return False
    if token.low in ADVERBS:
        return True
    if token.capital:
        return False
    before = tokens[place - 1].low
    bare = kinds.singular(before) != before and has_form(token.low, Form.BASE)
    return bare or has_form(token.low, Form.THIRD, Form.PAST)


def named_whole(tokens: Sequence[Token], end: int, begin: int, *, subject: bool) -> bool:
    """Whether the name after an article is all of the phrase, or its group's: "the Lisbon office" is no Lisbon."""
    if end >= len(tokens) or owns(tokens, end) or tokens[end].low in kinds.TEAMS | kinds.CLUBS | kinds.COMPANIES:
        return True
    return stops(tokens, end, begin, subject=subject)


def noun(tokens: Sequence[Token], determiner: str, first: Token) -> Phrase:
    """A common noun phrase as something of its own: its last noun says what it is."""
    head = tokens[-1].low
    text = written(tokens)
    kind = kinds.singular(head)
    group = head in kinds.TEAMS | kinds.CLUBS | kinds.COMPANIES
    capitals = any(token.capital for token in tokens) and not (len(tokens) == 1 and head in NOT_NAMES)
    lead = f"{determiner} " if determiner in {"a", "an", "some", *NUMERALS} or determiner.isdigit() else ""
    article = "the " if determiner in {"the", "this", "that", "these", "those"} else lead
    types = "organisation" if group else "place" if head in kinds.PLACE_KINDS else ""
    return Phrase(
        name=text,
        text=f"{article}{text}",
        type=types,
        proper=(capitals and (group or tokens[-1].capital)) or (head in kinds.TEAMS and len(tokens) > 1),
        kinds=(kind,) if group or head in kinds.PLACE_KINDS or kind in kinds.PETS else (),
        plural=kind != head,
        head=head,
        determiner=determiner,
        start=first.start,
        end=tokens[-1].end,
    )


def of(outer: Phrase, inner: Phrase, tokens: Sequence[Token]) -> Phrase:
    """As in "The city of Porto" is Porto, a city; "the manager of the Platform team" stays a phrase about it."""
    if outer.head in kinds.PLACE_KINDS and inner.proper:
        return replace(inner, type="place", kinds=(outer.head,), start=tokens[0].start)
    return replace(
        outer,
        name=f"{outer.name} of {inner.text}",
        text=f"{outer.text} of {inner.text}",
        asides=inner.asides,
        owner=inner.name,
        end=tokens[-1].end,
        proper=False,
    )


def called(phrase: Phrase, tokens: Sequence[Token], end: int, talk: Discourse) -> tuple[Phrase, int]:
    """As in "A dog named Rex": the name takes over, the noun becomes its kind."""
    if end + 1 < len(tokens) and tokens[end].low in {"named", "called"}:
        last = name_end(tokens, end + 1, talk)
        if last > end + 1:
            return christened(phrase, tokens[end + 1 : last]), last
    determined = phrase.determiner in {"a", "an"}
    if determined and end + 1 < len(tokens) and tokens[end].text == "," and kinds.singular(phrase.head) in kinds.PETS:
        # "A cat, Taffy, ...": set off by commas.
        last = name_end(tokens, end + 1, talk)
        if last == end + 2 and (last == len(tokens) or tokens[last].text == ","):
            return christened(phrase, tokens[end + 1 : last]), min(last + 1, len(tokens))
    return phrase, end


def christened(phrase: Phrase, tokens: Sequence[Token]) -> Phrase:
    """A common phrase under its name."""
    name = named(tokens)
    kind = kinds.singular(phrase.head)
    return replace(
        name,
        kinds=with_pet(kind),
        type=type_of_kind(kind) or name.type,
        start=phrase.start,
        head=phrase.head,
        determiner=phrase.determiner,
        text=f"{phrase.text} named {name.name}",
    )


def within(team: Phrase, tokens: Sequence[Token], end: int, talk: Discourse) -> tuple[Phrase, int]:
    """As in "The Platform team at Acme": the team, which is part of Acme."""
    if team.head not in kinds.TEAMS or end + 1 >= len(tokens) or tokens[end].low not in {"at", "of", "in"}:
        return team, end
    last = name_end(tokens, end + 1, talk)
    if last == end + 1 or (last < len(tokens) and owns(tokens, last)):
        return team, end
    whole = named(tokens[end + 1 : last])
    if whole.type in {"person", "place"}:
        return team, end
    return replace(team, asides=(*team.asides, membership(team, replace(whole, type="organisation")))), last
