"""Where a proper name begins and ends, and what sort of thing it names."""

from collections.abc import Sequence

from twohop.llm.rules import kinds
from twohop.llm.rules.discourse import Discourse
from twohop.llm.rules.given_names import is_given_name
from twohop.llm.rules.grammar_words import (
    ADVERBS,
    AUXILIARIES,
    DETERMINERS,
    FIRST_OWNER,
    FIRST_PERSON,
    LINKS,
    NOT_NAMES,
    NUMERALS,
    PREPOSITIONS,
    SUBORDINATORS,
    THIRD_OWNER,
    THIRD_SUBJECT,
    TITLES,
    UNCLEAR,
)
from twohop.llm.rules.phrase import (
    Phrase,
    written,
)
from twohop.llm.rules.tokens import Token
from twohop.llm.rules.verbs import Form, guess_verb, has_form, read_verb
from twohop.llm.rules.wordlist import words
from twohop.memory.names import normal

COLOURS = words("green blue red black white yellow purple orange pink brown grey gray turquoise")

NUMERAL = 2
"""Digits of a number that belongs to a name: Catch 22, not Room 1408."""

PERSON = 3
"""Words of a person's name, first to last."""

MAX_NAME_WORDS = 6
"""Longest run of capitalised words that is taken for one name; more is shouting."""

STATES = words(
    """
    married single divorced engaged allergic vegetarian vegan pregnant retired unemployed turning aged afraid
    """
)
"""Adjectives after which "Emma's" is "Emma is"."""


def owns(tokens: Sequence[Token], place: int) -> bool:
    """Whether the `'s` at `place` is a possessive, not "is" or "has"."""
    if place + 1 >= len(tokens) or tokens[place].low != "'s":
        return False
    before, after = tokens[place - 1].low, tokens[place + 1]
    if before in THIRD_SUBJECT or before in UNCLEAR or before in {"what", "how", "where", "let"}:
        return False
    low = after.low
    small = (
        DETERMINERS
        | FIRST_OWNER
        | THIRD_OWNER.keys()
        | ADVERBS
        | PREPOSITIONS
        | NUMERALS
        | STATES
        | {"not", "been", "got"}
    )
    if low in small and low not in {"first", "old", "long", "past"}:
        return False
    if low[:1].isdigit() or not after.word:
        return False
    if has_form(low, Form.GERUND):
        return place + 2 < len(tokens) and has_form(tokens[place + 2].low, Form.THIRD)
    moved = any(v.form is Form.PARTICIPLE for v in guess_verb(low)) and low not in kinds.RELATIONS
    return not (
        moved and (place + 2 >= len(tokens) or tokens[place + 2].low in PREPOSITIONS | DETERMINERS | FIRST_OWNER)
    )


def name_end(tokens: Sequence[Token], place: int, talk: Discourse, *, opens: bool = False) -> int:
    """Where the proper name that begins at `place` ends; `place` itself when none does.

    `opens` = the word opens its sentence, so that its capital alone tells nothing.
    """
    token = tokens[place]
    if not (token.capital and token.text[0].isalpha()) or token.low in {"i", "i'm"}:
        return place
    title = token.low in TITLES and place + 1 < len(tokens) and tokens[place + 1].capital
    if not title and (token.low in NOT_NAMES or token.low in FIRST_PERSON) and not acronym(token):
        return place
    end = place + 1
    while end < len(tokens) and end - place < MAX_NAME_WORDS:
        here = tokens[end]
        if (
            here.capital or (here.text[0].isdigit() and here.text.isdigit() and len(here.text) <= NUMERAL)
        ) and here.low != "i":
            if here.low in NOT_NAMES and here.low in AUXILIARIES | SUBORDINATORS | FIRST_PERSON | FIRST_OWNER:
                break
            end += 1
        elif here.low in LINKS and linked(tokens, end):
            end += 2 if tokens[end + 1].low != "the" else 3
        else:
            break
    end = min(end, len(tokens))
    if opens and end == place + 1 and not title and not opens_with_name(tokens, place, talk):
        return place
    return end


def acronym(token: Token) -> bool:
    """Whether a word is written in capitals throughout, like IBM."""
    return len(token.text) > 1 and token.text.isupper() and token.low not in NOT_NAMES


def linked(tokens: Sequence[Token], place: int) -> bool:
    """Whether "of", "de" … joins two capitalised words into one name."""
    after = place + 1
    if after < len(tokens) and tokens[after].low == "the":
        after += 1
    low = tokens[place].low
    if after >= len(tokens) or not tokens[after].capital:
        return False
    return low != "the" and (low != "of" or tokens[place - 1].low not in {"friend", "member"})


def opens_with_name(tokens: Sequence[Token], place: int, talk: Discourse) -> bool:  # noqa: PLR0911 - a case of the language for each branch.
    """Whether one capitalised word at the start of a sentence is a name: known, or in a name's place."""
    token = tokens[place]
    if is_given_name(token.text) or kinds.is_place(token.text) or normal(token.text) in talk.names or acronym(token):
        return True
    if token.low not in NOT_NAMES and explained(tokens, place):
        return True
    if token.low in NOT_NAMES or token.low.endswith(("ing", "ly", "tion", "ness", "ment")) or place + 1 >= len(tokens):
        return False
    if (
        read_verb(token.low)
        or token.low in kinds.JOBS | kinds.DRINKS | kinds.SPORTS | COLOURS
        or token.low in kinds.RELATIONS
    ):
        return False
    after = tokens[place + 1]
    if after.low == "'s":
        return True
    if token.low.endswith("s") and not token.low.endswith("ss"):
        return False
    if after.low in {"is", "was", "has", "does", "will"}:
        return True
    noun = any(has_form(later.low, Form.BASE) for later in tokens[place + 2 : place + 4])  # "Fantasy books fuel …"
    return has_form(after.low, Form.PAST) or (has_form(after.low, Form.THIRD) and not noun)


def explained(tokens: Sequence[Token], place: int) -> bool:
    """As in "Rex, our dog, …": what follows between commas says that it is a name."""
    noun = tokens[place + 3] if place + 4 < len(tokens) else None
    if noun is None or tokens[place + 1].text != "," or tokens[place + 4].text != ",":
        return False
    return tokens[place + 2].low in FIRST_OWNER and noun.low in kinds.PETS | kinds.RELATIONS.keys()


def type_of(name: str) -> str:
    """person, place or organisation when a name alone tells; else empty."""
    parts = name.lower().replace(".", "").split()
    if not parts:
        return ""
    if parts[-1] in kinds.ORGANISATION_ENDS or parts[0] in {"university", "bank", "institute", "college"}:
        return "organisation" if len(parts) > 1 else ""
    if parts[0] in TITLES:
        return "person"
    if kinds.is_place(name):
        return "" if is_given_name(parts[0]) else "place"
    return "person" if is_given_name(parts[0]) and len(parts) <= PERSON else ""


def named(tokens: Sequence[Token]) -> Phrase:
    """A proper name."""
    name = written(tokens)
    return Phrase(
        name=name,
        text=name,
        type=type_of(name),
        proper=True,
        start=tokens[0].start,
        end=tokens[-1].end,
        head=tokens[-1].low,
    )
