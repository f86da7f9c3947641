"""The verb of a clause: its tense, negation and doubt, and the words that follow it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from twohop.llm.rules.grammar_words import (
    ADVERBS,
    BE,
    DO,
    FEELINGS,
    HAVE,
    MODALS,
    UNCERTAIN,
)
from twohop.llm.rules.phrase import Phrase
from twohop.llm.rules.statement import Reading
from twohop.llm.rules.tokens import Token
from twohop.llm.rules.verbs import Form, Verb, guess_verb, has_form
from twohop.llm.rules.wordlist import words

FORMER = words("previously formerly originally once initially")

PLAN_VERBS = {
    "plan": "plans", "intend": "plans", "aim": "plans", "decide": "plans", "want": "wants", "hope": "hopes",
    "wish": "wants", "arrange": "plans",
}  # fmt: skip

STARTS = words("start begin")

STOPS = words("stop quit")

TAILS = (
    ("any", "more"), ("any", "longer"), ("anymore",), ("right", "now"), ("at", "the", "moment"), ("these", "days"),
    ("as", "well"), ("now",), ("again",), ("too",), ("either",), ("full", "time"), ("full-time",), ("part-time",),
    ("though",), ("lately",), ("currently",), ("recently",), ("already",), ("yet",), ("together",), ("haha",),
    ("lol",), ("btw",), ("for", "now"), ("so", "far"), ("since", "then"), ("you", "know"), ("actually",),
    ("instead",), ("today",), ("here",), ("by", "the", "way"), ("to", "be", "honest"), ("of", "course"), ("a", "lot"),
    ("a", "little"), ("a", "bit"), ("so", "much"), ("very", "much"), ("to", "bits"), ("after", "all"),
    ("thx",), ("thanks",), ("please",), ("pls",),
    ("for", "a", "living"), ("and",), ("but",), ("so",), (",",),
)  # fmt: skip
"""Words at the end of a clause that only colour it."""

OVER_TAILS = frozenset({("any", "more"), ("any", "longer"), ("anymore",), ("after", "all")})

MARKED = words("married engaged divorced born allergic retired called named employed based interested located")


@dataclass(slots=True)
class Chain:
    """The auxiliaries on the way to the main verb."""

    tokens: Sequence[Token]
    place: int
    flags: dict[str, bool]
    plan: str = ""

    def look(self) -> str:
        """The next lower-case word, past adverbs and negations."""
        place = self.place + 1
        while place < len(self.tokens) and (
            self.tokens[place].low in ADVERBS or self.tokens[place].low in {"not", "never"}
        ):
            place += 1
        return self.tokens[place].low if place < len(self.tokens) else ""


def predicate(subject: Phrase, tokens: Sequence[Token], place: int, *, plural: bool) -> Reading | None:
    """The verb with its tense, negation and doubt; None when no verb stands where it must."""
    chain = Chain(
        tokens,
        place,
        dict.fromkeys(
            ("negated", "never", "over", "used", "past", "perfect", "progressive", "doubt", "able", "aux"), False
        ),
    )
    while chain.place < len(tokens) and step(chain, subject):
        chain.place += 1
    if chain.place >= len(tokens):
        return None
    verb = main_verb(chain, subject, plural=plural)
    if verb is None:
        return None
    flags = chain.flags
    reading = Reading(
        subject=subject,
        lemma=verb.lemma,
        word=tokens[chain.place].low,
        past=flags["past"] or (verb.form is Form.PAST and not flags["aux"]),
        perfect=flags["perfect"],
        progressive=flags["progressive"],
        negated=flags["negated"],
        never=flags["never"],
        over=flags["over"],
        used=flags["used"],
        plan=chain.plan,
        able=flags["able"],
        doubt=flags["doubt"],
        rest=tuple(tokens[chain.place + 1 :]),
    )
    return trimmed(catenated(reading))


def step(chain: Chain, subject: Phrase) -> bool:  # noqa: C901, PLR0911, PLR0912 - a case of the language for each branch.
    """Take one word before the main verb; False at the verb itself."""
    tokens, flags = chain.tokens, chain.flags
    low = tokens[chain.place].low
    after = chain.look()
    if low == "no" and chain.place + 1 < len(tokens) and tokens[chain.place + 1].low == "longer":
        flags["over"] = True
        chain.place += 1
        return True
    if low in {"not", "never"}:
        flags["negated"] = True
        flags["never"] |= low == "never"
        return True
    if low in UNCERTAIN:
        flags["doubt"] = True
        return True
    if low in ADVERBS:
        flags["used"] |= low in FORMER
        return True
    if low == "used" and chain.place + 1 < len(tokens) and tokens[chain.place + 1].low == "to":
        flags["used"] = True
        flags["aux"] = True
        chain.place += 1
        return True
    if low in MODALS:
        flags["aux"] = True
        if low in {"will", "shall"}:
            chain.plan = "will"
        elif low == "would" and after in {"like", "love"}:
            chain.plan = "wants"
            chain.place = next(i for i in range(chain.place, len(tokens)) if tokens[i].low == after)
            return chain.place + 1 < len(tokens) and tokens[chain.place + 1].low == "to" and advance(chain)
        else:
            flags["able"] = low == "can"
            flags["doubt"] |= low not in {"can", "could"} or (low == "could")
        return True
    if low in DO and (has_form(after, Form.BASE) or after in {"be", "have"}) and after not in {"it", "my"}:
        flags["past"] |= low == "did"
        flags["aux"] = True
        return True
    if low == "'s":
        return be_or_have(chain, after, is_be=not has_form(after, Form.PARTICIPLE) or after in MARKED)
    if low in HAVE:
        if after == "to":
            flags["doubt"] = True
            return True
        if after == "got":
            # "Has got" is "has", unless something else was got.
            chain.place += 1
            flags["aux"] = False
            return False
        if has_form(after, Form.PARTICIPLE) and not (
            has_form(after, Form.BASE) and subject.speaker and after in {"set", "put"}
        ):
            flags["perfect"] = True
            flags["past"] |= low == "had"
            flags["aux"] = True
            return True
        return False
    if low in BE:
        return be_or_have(chain, after, is_be=True)
    return False


def advance(chain: Chain) -> bool:
    """Take "to" as well."""
    chain.place += 1
    return True


def be_or_have(chain: Chain, after: str, *, is_be: bool) -> bool:
    """As in "Is" before an -ing form is an auxiliary; "'s" before another participle is "has"."""
    tokens, flags = chain.tokens, chain.flags
    if not is_be:
        flags["perfect"] = True
        flags["aux"] = True
        return True
    if has_form(after, Form.GERUND) and after != "being":
        flags["past"] |= tokens[chain.place].low in {"was", "were"}
        flags["progressive"] = True
        flags["aux"] = True
        if after == "going" and infinitive_after(tokens, chain.place, "going"):
            chain.plan = "plans"
            flags["doubt"] |= flags["past"]
            chain.place = infinitive_after(tokens, chain.place, "going")
            flags["progressive"] = False
        return True
    return False


def infinitive_after(tokens: Sequence[Token], place: int, word: str) -> int:
    """The place of "to" in "going to live"; 0 when no verb follows it."""
    at = next((i for i in range(place, len(tokens)) if tokens[i].low == word), len(tokens))
    if at + 2 < len(tokens) and tokens[at + 1].low == "to":
        verb = tokens[at + 2].low
        if verb == "be" or (has_form(verb, Form.BASE) and not tokens[at + 2].capital):
            return at + 1
    return 0


def main_verb(chain: Chain, subject: Phrase, *, plural: bool) -> Verb | None:  # noqa: C901, PLR0911 - a case of the language for each branch.
    """The verb at the chain's end in the form that its auxiliaries and subject ask for."""
    token = chain.tokens[chain.place]
    flags = chain.flags
    if token.low == "'s":
        return Verb("be", Form.THIRD)
    if (
        token.low == "got"
        and chain.place
        and chain.tokens[chain.place - 1].low in {*HAVE, "'s"}
        and not flags["perfect"]
    ):
        return Verb("have", Form.BASE)
    readings = guess_verb(token.low) if token.low not in FEELINGS else ()
    if token.capital and chain.place == 0 and not readings:
        return None
    forms = {verb.form: verb for verb in readings}
    if flags["perfect"] and not flags["progressive"]:
        return forms.get(Form.PARTICIPLE)
    if flags["progressive"]:
        return forms.get(Form.GERUND)
    if flags["aux"] or chain.plan:
        return forms.get(Form.BASE) or (Verb("be", Form.BASE) if token.low == "be" else None)
    bare = subject.speaker or subject.addressed or plural or subject.plural
    if readings and readings[0].lemma == "be":
        return readings[0]
    if Form.PAST in forms:
        return forms[Form.PAST]
    if Form.THIRD in forms and not subject.speaker:
        return forms[Form.THIRD]
    if Form.BASE in forms and (bare or subject.type != "person" or not subject.proper):
        return forms[Form.BASE]
    return None


def catenated(reading: Reading) -> Reading:  # noqa: PLR0911 - a case of the language for each branch.
    """As in "started working", "stopped going", "plans to move", "is thinking about buying": the inner verb, marked."""
    rest = reading.rest
    inner, place, to = inner_verb(rest) if rest else (None, 0, False)
    if inner is None:
        return reading
    swap = replace(reading, lemma=inner.lemma, word=rest[place].low, rest=rest[place + 1 :])
    if to:
        return infinitive(reading, swap)
    if inner.form is not Form.GERUND:
        return reading
    lemma = reading.lemma
    if lemma in STARTS:
        return started(reading, swap)
    if lemma in STOPS or (lemma == "give" and rest[0].low == "up"):
        if reading.negated or reading.able:
            return replace(swap, doubt=True)  # "Can't stop smoking" is no end of it.
        return reading if reading.plan else replace(swap, over=True, past=False, perfect=False)
    if lemma == "think" and reading.progressive and not reading.past:
        return replace(swap, plan="considers", progressive=False)
    if lemma in {"keep", "continue"}:
        return replace(swap, progressive=False, doubt=reading.doubt or bool(reading.plan))
    return swap if lemma == "finish" else reading


def started(reading: Reading, swap: Reading) -> Reading:
    """What is begun: over and done with it holds from then on; going on, it is under way."""
    if reading.past or reading.perfect or reading.plan:
        return replace(swap, begins=True)
    return replace(swap, begins=reading.progressive, progressive=True)


def infinitive(reading: Reading, swap: Reading) -> Reading:
    """What one starts, plans, wants or manages to do."""
    lemma = reading.lemma
    if lemma in STARTS:
        return started(reading, swap)
    if lemma in PLAN_VERBS and not reading.negated and not reading.used:
        if reading.past and lemma != "decide":
            return replace(reading, doubt=True)
        return replace(swap, plan=PLAN_VERBS[lemma], past=False, perfect=False, progressive=False)
    if lemma in {"get", "manage"}:
        return swap
    return replace(swap, doubt=True) if lemma == "continue" else reading


def inner_verb(rest: Sequence[Token]) -> tuple[Verb | None, int, bool]:
    """A verb right after the verb, in -ing or after "to"; with its place and whether "to" stood there."""
    first = rest[0].low
    if first in {"about", "of", "on", "up"} and len(rest) > 1 and has_form(rest[1].low, Form.GERUND):
        return next(v for v in guess_verb(rest[1].low) if v.form is Form.GERUND), 1, False
    if first == "to" and len(rest) > 1 and not rest[1].capital:
        for verb in guess_verb(rest[1].low):
            if verb.form is Form.BASE:
                return verb, 1, True
    if has_form(first, Form.GERUND) and not rest[0].capital:
        return next(v for v in guess_verb(first) if v.form is Form.GERUND), 0, False
    return None, 0, False


def shorn(rest: list[Token], lemma: str) -> bool:
    """Takes colouring words off the end, but no "together" of "we are together"; whether one of them ends things."""
    ended = False
    while rest:
        lows = [token.low for token in rest]
        fitting = (tail for tail in TAILS if tuple(lows[-len(tail) :]) == tail)
        tail = next((tail for tail in fitting if tail != ("together",) or lemma != "be"), ())
        if rest[-1].word and not tail:
            break
        ended |= rest[-1].word and tail in OVER_TAILS
        del rest[-len(tail) if rest[-1].word else -1 :]
    return ended


def trimmed(reading: Reading) -> Reading:
    """Without words at the end that only colour it; "anymore" ends what is negated."""
    rest = list(reading.rest)
    over = reading.over
    ended = shorn(rest, reading.lemma)
    negated = reading.negated
    kept = {"long", "later", "all", "both", *(("together",) if reading.lemma == "be" else ())}
    while rest:
        low = rest[0].low
        if reading.lemma == "be" and low in {"not", "never"}:
            negated = True
        elif reading.lemma == "be" and low == "no" and len(rest) > 1 and rest[1].low == "longer":
            over = True
            rest.pop(0)
        elif reading.lemma == "be" and low in UNCERTAIN:
            return replace(reading, doubt=True)
        elif low not in ADVERBS - kept and rest[0].text != ",":
            break
        rest.pop(0)
    over |= ended and negated
    return replace(reading, rest=tuple(rest), over=over, negated=negated and not over)
