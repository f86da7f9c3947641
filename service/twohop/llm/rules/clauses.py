"""Sentences into clauses: one statement each, so that a negation, a doubt or a quotation stays where it belongs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from twohop.llm.rules.clause_starts import begins, only_subject, skip_adverbs, verb_follows
from twohop.llm.rules.discourse import Discourse
from twohop.llm.rules.grammar_words import (
    ADVERBS,
    AUXILIARIES,
    COORDINATORS,
    FIRST_PERSON,
    OPENERS,
    PREPOSITIONS,
)
from twohop.llm.rules.tokens import Sentence, Token
from twohop.llm.rules.verbs import Form, guess_verb, has_form
from twohop.llm.rules.wordlist import words


class Role(StrEnum):
    """What a clause is to its sentence."""

    MAIN = "main"
    RELATIVE = "relative"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """Words of one statement. `shares` = its subject is that of the clause before; `opens` = it opens the sentence.

    `pronoun` is the relative pronoun of a RELATIVE clause.
    """

    tokens: tuple[Token, ...]
    role: Role = Role.MAIN
    shares: bool = False
    opens: bool = False
    pronoun: str = ""


PREAMBLE = re.compile(
    r"^(?:\s|[,.!:\-\u2013\u2014])*(?:"
    r"by the way|for the record|just so you know|just so we're clear|in fact|to be honest|to tell you the truth|"
    r"guess what|"
    r"(?:good|great|big|bad|sad|exciting|some|quick)?\s*news|quick update|update|fun fact|as you (?:may |might )?know|"
    r"as i (?:said|mentioned|told you)(?: before)?|long story short|it turns out(?: that)?|turns out(?: that)?|"
    r"please (?:remember|note)(?: that)?|remember(?: that)?|note(?: that)?|keep in mind(?: that)?|"
    r"(?:you should|you might want to|i want you to|i'd like you to) know(?: that)?|"
    r"i (?:just )?(?:wanted|want|have|need) to (?:tell|let) you (?:know )?(?:that)?|let me tell you(?: that)?|"
    r"i (?:should|forgot to|must) (?:mention|say|add)(?: that)?|"
    r"i(?:'m| am) (?:happy|pleased|excited|proud|glad|sad|sorry) to (?:say|report|announce|share)(?: that)?|"
    r"i can (?:finally )?(?:tell|confirm)(?: you)?(?: that)?|"
    r"(?:i(?:'ve)? )?(?:just |recently |finally )?(?:found out|learned|learnt|realised|realized|discovered)"
    r"(?: today| yesterday| recently| the hard way)? that|"
    r"the thing is(?: that)?|of course|first of all|last but not least|on top of that"
    r")\b(?:\s|[,.!:\-\u2013\u2014])*",
    re.IGNORECASE,
)
"""Words before a statement that say nothing."""

ADDRESS = 2
"""Words by which someone is addressed: "Mel", "Aunt Mel"."""

BREAKS = frozenset(";:\u2014\u2013…()[]|/*•")
TITLE_MARKS = frozenset('"“”«»')
"""Marks around a title; longer quotations are gone before a message is read."""
CONDITIONS = words("if unless whether when whenever while until once as")
REASONS = words("because cause 'cause cos cuz although though whereas since so")

ALWAYS = words("but cause because although though")
"""Conjunctions that after a comma never join two nouns."""
RELATIVES = words("who which where whom whose that")


def clauses(found: Sentence, content: str, gone: Sequence[tuple[int, int]], talk: Discourse) -> list[Clause]:
    """The clauses of a sentence in order; `gone` are spans (time expressions) whose words are left out."""
    text = content[found.start : found.end]
    skip = found.start
    while match := PREAMBLE.match(text[skip - found.start :]):
        skip += match.end()
    tokens = [
        t
        for t in found.tokens
        if t.start >= skip and t.text not in TITLE_MARKS and not any(s <= t.start and t.end <= e for s, e in gone)
    ]
    return split(tokens, talk)


@dataclass(slots=True)
class Splitter:
    """One pass over a sentence's words."""

    talk: Discourse
    done: list[Clause]
    current: list[Token]
    role: Role = Role.MAIN
    shares: bool = False
    pronoun: str = ""

    def cut(self, role: Role, *, shares: bool = False, pronoun: str = "") -> None:
        """End the current clause; the next one has this role."""
        words_here = [token for token in self.current if token.word]
        if words_here:
            self.done.append(
                Clause(
                    tokens=tuple(self.current),
                    role=self.role,
                    shares=self.shares,
                    opens=not self.done,
                    pronoun=self.pronoun,
                )
            )
        self.current = []
        self.role, self.shares, self.pronoun = role, shares, pronoun


def split(tokens: Sequence[Token], talk: Discourse) -> list[Clause]:
    """Cut at marks, at conjunctions that begin another statement, and at relative pronouns."""
    work = Splitter(talk, [], [])
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.text in BREAKS or spaced_dash(tokens, place):
            work.cut(Role.MAIN)
        elif token.text == ",":
            place = comma(tokens, place, work)
        elif token.low in RELATIVES and work.current and relative(tokens, place, work):
            pass
        elif token.low in ALWAYS and work.current and tokens[place - 1].text in {",", "'", "\u2019"}:
            work.cut(Role.MAIN)
        elif (token.low in CONDITIONS | REASONS | {"before", "after", "that"} and subordinate(tokens, place, work)) or (
            token.low in COORDINATORS and joins(tokens, place, work)
        ):
            pass
        else:
            work.current.append(token)
        place += 1
    work.cut(Role.MAIN)
    return stopgap(tokens, work.done)


def stopgap(tokens: Sequence[Token], done: list[Clause]) -> list[Clause]:
    """As in "While I'm on leave, Emma reports to Tom": what holds for a while only is no standing fact."""
    opening = next((token.low for token in tokens if token.word), "")
    if opening != "while" or not done[1:] or done[0].role is not Role.IGNORED:
        return done
    past = any(token.low in {"was", "were"} or has_form(token.low, Form.PAST) for token in done[0].tokens)
    return done if past else [done[0], replace(done[1], role=Role.IGNORED), *done[2:]]


def fragment(tokens: Sequence[Token]) -> bool:
    """Whether words before ", and" are none of several subjects: no list, and with a preposition."""
    return sum(token.text == "," for token in tokens) == 1 and any(token.low in PREPOSITIONS for token in tokens)


def spaced_dash(tokens: Sequence[Token], place: int) -> bool:
    """Whether a hyphen stands between spaces, as a dash."""
    token = tokens[place]
    return token.text in {"-", "--"} and (place == 0 or tokens[place - 1].end < token.start)


def comma(tokens: Sequence[Token], place: int, work: Splitter) -> int:
    """Cut at a comma before another clause; else it belongs to a list or an apposition."""
    after = place + 1
    if after >= len(tokens):
        return place
    low = tokens[after].low
    if low in RELATIVES - {"that"} or low in CONDITIONS | REASONS:
        if work.role is Role.RELATIVE and low in RELATIVES:
            work.cut(Role.MAIN)
        work.current.append(tokens[place])
        return place
    if work.role is Role.RELATIVE and (low not in COORDINATORS):
        # The clause that the relative one interrupted goes on: "Emma, who lives in Porto, works at Acme".
        work.cut(Role.MAIN, shares=not begins(tokens, after, work.talk))
        return place
    if low in COORDINATORS:
        work.current.append(tokens[place])
        return place
    if all(t.low in OPENERS | ADVERBS or not t.word for t in work.current) or only_name(work.current):
        # "Well, …", "Hey Mel, …": nothing said yet.
        if begins(tokens, after, work.talk):
            work.cut(Role.MAIN)
        else:
            work.current.append(tokens[place])
        return place
    if begins(tokens, after, work.talk):
        work.cut(Role.MAIN)
    elif verb_follows(tokens, after, work.current):
        work.cut(Role.MAIN, shares=True)
    else:
        work.current.append(tokens[place])
    return place


def only_name(tokens: Sequence[Token]) -> bool:
    """Whether nothing but openers and capitalised words stand there: an address."""
    said = [token for token in tokens if token.word and token.low not in OPENERS]
    return bool(said) and len(said) <= ADDRESS and all(token.capital for token in said)


def relative(tokens: Sequence[Token], place: int, work: Splitter) -> bool:
    """Cut before "who lives in Porto", "which I joined", "that works"; a demonstrative "that" is no relative."""
    low = tokens[place].low
    after = skip_adverbs(tokens, place + 1)
    if after >= len(tokens):
        return False
    if low == "that":
        if begins(tokens, place + 1, work.talk):
            work.cut(Role.IGNORED)
            return True
        finite = tokens[after].low in AUXILIARIES or has_form(tokens[after].low, Form.THIRD, Form.PAST)
        if not finite or not tokens[place - 1].word or tokens[place - 1].low in AUXILIARIES | PREPOSITIONS:
            return False
        work.cut(Role.IGNORED)
        return True
    if low == "who" and (tokens[after].low in AUXILIARIES or guess_verb(tokens[after].low)):
        while work.current and not work.current[-1].word:
            work.current.pop()
        work.cut(Role.RELATIVE, pronoun=low)
        return True
    work.cut(Role.IGNORED)
    return True


def subordinate(tokens: Sequence[Token], place: int, work: Splitter) -> bool:
    """Cut before "if …", "when …", "because …": what is conditional is ignored, a reason is a statement."""
    low = tokens[place].low
    if low == "while" and place and tokens[place - 1].low == "a":
        return False
    if low == "as" and not begins(tokens, place + 1, work.talk):
        return False
    if low == "so" and place and tokens[place - 1].text == "," and tokens[place + 1 :]:
        # ", so no cheese for me": what follows is no part of the statement, whatever it is.
        work.cut(Role.MAIN)
        return True
    if low in {"before", "after", "since", "until", "so", "that", "once", "cause", "while", "when"} and not begins(
        tokens, place + 1, work.talk
    ):
        if low in {"when", "while", "once"}:
            work.cut(Role.IGNORED)
            return True
        return False
    work.cut(Role.MAIN if low in REASONS else Role.IGNORED)
    return True


def joins(tokens: Sequence[Token], place: int, work: Splitter) -> bool:
    """Cut at "and", "but", "or" when a statement follows, with its own subject or the one before."""
    after = place + 1
    while after < len(tokens) and (tokens[after].low in OPENERS - {"also"} and not tokens[after].capital):
        after += 1
    if after < len(tokens) and tokens[after].text == ",":
        after += 1
    if begins(tokens, after, work.talk):
        ignored = work.role is Role.IGNORED and tokens[place].low in {"and", "or"}
        # "Two weeks at Acme, and I live here": a fragment, where "my wife and I" has no comma.
        apart = tokens[place - 1].text == "," and tokens[after].low in FIRST_PERSON and fragment(work.current)
        if work.role is Role.MAIN and not apart and only_subject(work.current):
            return False
        work.cut(Role.IGNORED if ignored else Role.MAIN)
        return True
    if verb_follows(tokens, after, work.current):
        work.cut(Role.IGNORED if work.role is Role.IGNORED else Role.MAIN, shares=True)
        return True
    return False
