"""What follows a verb, told from outside: "my new bike" said by Alice is "Alice's new bike"."""

from collections.abc import Sequence
from dataclasses import dataclass

from twohop.llm.rules import kinds
from twohop.llm.rules.discourse import Discourse
from twohop.llm.rules.grammar_words import (
    ADVERBS,
    AUXILIARIES,
    COORDINATORS,
    FIRST_OBJECT,
    FIRST_OWNER,
    FIRST_PERSON,
    PREPOSITIONS,
    SECOND,
    THIRD_OBJECT,
    THIRD_OWNER,
    THIRD_SUBJECT,
    UNCLEAR,
)
from twohop.llm.rules.phrase import Phrase
from twohop.llm.rules.phrases import read_phrase
from twohop.llm.rules.tokens import Token
from twohop.llm.rules.verbs import Form, has_form
from twohop.llm.rules.wordlist import words

MAX_WORDS = 24
"""Words of a retold complement; what is longer is a story, not a fact."""

SELF = {"myself": "", "ourselves": "", "himself": "himself", "herself": "herself"}
NOMINATIVE = FIRST_PERSON | SECOND | THIRD_SUBJECT.keys() | {"they"}
ENDS = PREPOSITIONS | AUXILIARIES | COORDINATORS | {""}
"""What stands after a word that has no noun of its own."""

KEPT = words("same such way one thing lot lots")
"""Unclear words that are clear enough inside a longer phrase."""

POINTERS = frozenset({"this", "that", "these", "those"})


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of what follows a verb: its preposition (empty for the object), its words and what they name."""

    preposition: str
    tokens: tuple[Token, ...]
    phrase: Phrase | None
    complete: bool

    @property
    def end(self) -> int:
        """Where its last word ends."""
        return self.tokens[-1].end


def parts(rest: Sequence[Token], talk: Discourse) -> list[Part]:
    """The object and the prepositional phrases after a verb, in order."""
    found: list[Part] = []
    preposition: list[str] = []
    current: list[Token] = []

    def close() -> None:
        while current and (not current[-1].word or (len(current) > 1 and current[-1].low in ADVERBS)):
            current.pop()
        if current:
            phrase, end = read_phrase(current, 0, talk, subject=False)
            complete = end >= len(current) or has_form(current[end].low, Form.GERUND)
            found.append(Part(" ".join(preposition), tuple(current), phrase, complete))

    for place, token in enumerate(rest):
        inside = token.low == "of" and current and current[-1].word
        named_team = bool(current) and token.low in {"at", "of", "in"} and team_follows(current, rest, place, talk)
        if token.low in PREPOSITIONS and not inside and not named_team:
            follows_preposition = preposition and not current
            close()
            preposition = [*preposition, token.low] if follows_preposition else [token.low]
            current = []
        else:
            current.append(token)
    close()
    return found


def team_follows(current: Sequence[Token], rest: Sequence[Token], place: int, talk: Discourse) -> bool:
    """Whether "at Acme" belongs to the team before it: "the Platform team at Acme"."""
    if current[-1].low not in kinds.TEAMS:
        return False
    phrase, end = read_phrase([*current, *rest[place:]], 0, talk, subject=False)
    return phrase is not None and end > len(current) + 1 and bool(phrase.asides)


def tell(tokens: Sequence[Token], talk: Discourse, subject: Phrase) -> str:
    """The words in the third person; empty when a word in them can't be understood outside the conversation."""
    if len(tokens) > MAX_WORDS:
        return ""
    out: list[str] = []
    for place, token in enumerate(tokens):
        word = outside(tokens, place, talk, subject)
        if word is None:
            return ""
        gap = place > 0 and token.start > tokens[place - 1].end
        if word:
            out.append(f" {word}" if gap and out else word)
    return " ".join("".join(out).split()).strip(" ,-")


def outside(tokens: Sequence[Token], place: int, talk: Discourse, subject: Phrase) -> str | None:  # noqa: PLR0911 - a case of the language for each branch.
    """One word from outside: itself, a name, nothing (left out), or None when it can't be told."""
    token = tokens[place]
    low = token.low
    after = tokens[place + 1].low if place + 1 < len(tokens) and tokens[place + 1].word else ""
    if low in NOMINATIVE and place and after:
        return None  # A clause of its own begins here.
    if low in FIRST_OWNER | {"your"} or (low in THIRD_OWNER and after not in ENDS):
        return owner(token, talk, subject)
    if low in NOMINATIVE | FIRST_OBJECT | THIRD_OBJECT.keys() and token.text != "US":
        return someone(low, talk)
    if low in SELF:
        return SELF[low] or {"f": "herself", "m": "himself"}.get(talk.pronoun(subject.name), "themselves")
    if low in POINTERS and after not in ENDS:
        return "the" if low in {"this", "that"} else "some"
    if (low == "one" and after in ENDS) or low in UNCLEAR - KEPT:
        return None
    return "is" if low == "am" else "not" if low == "not" else token.text


def someone(low: str, talk: Discourse) -> str | None:
    """Whom "me", "you" or "him" means."""
    if low in FIRST_PERSON | FIRST_OBJECT:
        return shown(talk.speaker)
    if low == "you":
        return talk.addressee or None
    if low == "they":
        return None
    return talk.person(THIRD_SUBJECT.get(low) or THIRD_OBJECT[low]) or None


def owner(token: Token, talk: Discourse, subject: Phrase) -> str | None:
    """Whose "my", "your" or "her" means; the subject's own keeps its pronoun."""
    low = token.low
    if low in FIRST_OWNER:
        return possessive(subject, talk) if subject.speaker else f"{shown(talk.speaker)}'s"
    if low == "your":
        return f"{talk.addressee}'s" if talk.addressee else None
    sex = THIRD_OWNER[low]
    if not subject.speaker and subject.type != "organisation" and talk.pronoun(subject.name) in {"", sex}:
        return token.text
    who = talk.person(sex)
    return f"{who}'s" if who else None


def shown(name: str) -> str:
    """A speaker's name in a text."""
    return name.capitalize() if name in {"user", "assistant"} else name


def possessive(subject: Phrase, talk: Discourse) -> str:
    """As in "Her", "his", or the name when the pronoun is not known."""
    return {"f": "her", "m": "his"}.get(talk.pronoun(subject.name), f"{subject.text}'s")


def listed(tokens: Sequence[Token]) -> list[list[Token]]:
    """The members of "tea, coffee and juice"; one member when it is no list."""
    members: list[list[Token]] = [[]]
    for place, token in enumerate(tokens):
        if token.text in {",", "&"} or token.low in {"and", "or"}:
            adjectives = len(members[-1]) > 1 and members[-1][-2].low in {"a", "an"} and not tokens[place - 1].capital
            if (
                adjectives
                and token.text == ","
                and place + 1 < len(tokens)
                and tokens[place + 1].low not in {"a", "an", "and"}
            ):
                members[-1].append(token)
            else:
                members.append([])
        else:
            members[-1].append(token)
    return [member for member in members if member]
