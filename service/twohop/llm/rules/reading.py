"""A clause read: who, which verb, in what tense and with what doubt, and the words that follow."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from twohop.llm.rules.clauses import Clause
from twohop.llm.rules.discourse import Discourse
from twohop.llm.rules.grammar_words import (
    ADVERBS,
    AUXILIARIES,
    BE,
    COORDINATORS,
    DO,
    FEELINGS,
    HAVE,
    MODALS,
    OPENERS,
    STANDING,
    UNCERTAIN,
    words,
)
from twohop.llm.rules.phrases import Phrase, kinship, name_end, person, read_phrase
from twohop.llm.rules.tokens import Token
from twohop.llm.rules.verbs import Form, Verb, guess_verb, has_form


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A clause as a statement about its subject.

    `over` = it holds no longer; `used` = it used to; `begins` = it started; `plan` = it lies ahead ("plans", "wants" or
    "will"), with the words of the plan; `doubt` = the speaker doesn't state it. `rest` are the words after the verb.
    """

    subject: Phrase
    lemma: str
    word: str = ""
    past: bool = False
    perfect: bool = False
    progressive: bool = False
    negated: bool = False
    over: bool = False
    used: bool = False
    begins: bool = False
    plan: str = ""
    able: bool = False
    doubt: bool = False
    standing: bool = False
    rest: tuple[Token, ...] = ()
    start: int = 0
    end: int = 0


FORMER = words("previously formerly originally once initially")
PAST_LIKE_BASE = words("quit put cut hit let set cost hurt split read")
PLAN_VERBS = {
    "plan": "plans", "intend": "plans", "aim": "plans", "decide": "plans", "want": "wants", "hope": "hopes",
    "wish": "wants", "arrange": "plans",
}  # fmt: skip
STARTS = words("start begin")
STOPS = words("stop quit")
TAILS = (
    ("any", "more"), ("any", "longer"), ("anymore",), ("right", "now"), ("at", "the", "moment"), ("these", "days"),
    ("as", "well"), ("now",), ("again",), ("too",), ("either",), ("full", "time"), ("full-time",), ("part-time",), ("though",),
    ("lately",), ("currently",), ("recently",), ("already",), ("yet",), ("together",), ("haha",), ("lol",), ("btw",), (",",),
    ("for", "now"), ("so", "far"), ("since", "then"), ("you", "know"), ("actually",), ("instead",), ("today",), ("here",),
    ("by", "the", "way"), ("to", "be", "honest"), ("of", "course"), ("for", "a", "living"), ("and",), ("but",), ("so",),
)  # fmt: skip
OVER_TAILS = frozenset({("any", "more"), ("any", "longer"), ("anymore",)})


def read(clause: Clause, talk: Discourse, before: Reading | None, antecedent: Phrase | None) -> list[Reading]:
    """The statements of a clause, one for each of its subjects; empty when it states nothing that can be read."""
    tokens = list(clause.tokens)
    place = 0
    standing = doubt = former = False
    while place < len(tokens) and (
        not tokens[place].word
        or tokens[place].low in OPENERS | COORDINATORS | ADVERBS | UNCERTAIN
        or address(tokens, place, talk)
    ):
        standing |= tokens[place].low in STANDING
        doubt |= tokens[place].low in UNCERTAIN
        former |= tokens[place].low in FORMER
        if tokens[place].low in {"both", "all"}:
            break
        place += 1
    if place >= len(tokens):
        return []
    subjects, place = subjects_of(clause, tokens, place, talk, before, antecedent)
    readings: list[Reading] = []
    for subject in subjects:
        found = predicate(subject, tokens, place, plural=len(subjects) > 1)
        if found is not None:
            found = replace(found, start=tokens[0].start if not subject.start else min(found.start, tokens[place - 1].start))
            readings.append(
                replace(
                    found,
                    standing=found.standing or standing,
                    doubt=found.doubt or doubt,
                    used=found.used or (former and found.past),
                    start=next(t.start for t in tokens if t.word),
                    end=tokens[-1].end if tokens[-1].word else last_word(tokens).end,
                )
            )
    return readings


def last_word(tokens: Sequence[Token]) -> Token:
    """The last token that is a word."""
    return next(token for token in reversed(tokens) if token.word)


def address(tokens: Sequence[Token], place: int, talk: Discourse) -> bool:
    """Whether the word is whom the speaker talks to, set off by a comma: "Mel, …"."""
    token = tokens[place]
    if not token.capital or place + 1 >= len(tokens) or tokens[place + 1].text != ",":
        return False
    return bool(talk.addressee) and talk.addressee.lower().startswith(token.low[:3]) or place > 0


def subjects_of(
    clause: Clause, tokens: Sequence[Token], place: int, talk: Discourse, before: Reading | None, antecedent: Phrase | None
) -> tuple[list[Phrase], int]:
    """The clause's subjects, and the place of its verb."""
    if clause.pronoun == "who":
        after = place + 1 if tokens[place].low == "who" else place
        return ([antecedent] if antecedent else []), after
    if clause.shares:
        return ([before.subject] if before else [antecedent] if antecedent else []), place
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
    if first is None and place < len(tokens):
        dropped = tokens[place]
        implied = place == 0 and dropped.low not in FEELINGS and has_form(dropped.low, Form.PAST) and not has_form(dropped.low, Form.BASE)
        if implied and place + 1 < len(tokens) and dropped.low not in AUXILIARIES:
            return [person(talk.speaker, talk)], place
    if first is None and len(found) == 1:
        return [], after
    return known, after


def with_apposition(name: Phrase | None, apposed: Phrase, talk: Discourse) -> Phrase | None:
    """ "Emma, my sister, …": what the second phrase says of the first."""
    if name is None or not name.proper or not apposed.owner or apposed.proper or not apposed.asides:
        return name
    noun = apposed.head
    owner = person(apposed.owner, talk)
    told = replace(name, type="person", kinds=(*name.kinds, noun))
    talk.relatives[(apposed.owner.casefold(), noun)] = name.name
    return replace(told, asides=(*name.asides, kinship(owner, noun, replace(told, end=apposed.end))))


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
        while place < len(self.tokens) and (self.tokens[place].low in ADVERBS or self.tokens[place].low in {"not", "never"}):
            place += 1
        return self.tokens[place].low if place < len(self.tokens) else ""


def predicate(subject: Phrase, tokens: Sequence[Token], place: int, *, plural: bool) -> Reading | None:
    """The verb with its tense, negation and doubt; None when no verb stands where it must."""
    chain = Chain(tokens, place, dict.fromkeys(("negated", "over", "used", "past", "perfect", "progressive", "doubt", "able",
                                                "standing", "aux"), False))
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
        over=flags["over"],
        used=flags["used"],
        plan=chain.plan,
        able=flags["able"],
        doubt=flags["doubt"],
        standing=flags["standing"],
        rest=tuple(tokens[chain.place + 1 :]),
        start=tokens[place].start,
    )
    return trimmed(catenated(reading))


def step(chain: Chain, subject: Phrase) -> bool:  # noqa: C901, PLR0911, PLR0912 - one branch for each kind of auxiliary.
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
        return True
    if low in UNCERTAIN:
        flags["doubt"] = True
        return True
    if low in ADVERBS:
        flags["standing"] |= low in STANDING
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
        if has_form(after, Form.PARTICIPLE) and not (has_form(after, Form.BASE) and subject.speaker and after in {"set", "put"}):
            flags["perfect"] = True
            flags["past"] |= low == "had"
            flags["aux"] = True
            return True
        return False
    if low in BE:
        return be_or_have(chain, after, is_be=True)
    return False


MARKED = words("married engaged divorced born allergic retired called named employed based interested located")


def advance(chain: Chain) -> bool:
    """Take "to" as well."""
    chain.place += 1
    return True


def be_or_have(chain: Chain, after: str, *, is_be: bool) -> bool:
    """ "Is" before an -ing form is an auxiliary; "'s" before another participle is "has"."""
    tokens, flags = chain.tokens, chain.flags
    if not is_be:
        flags["perfect"] = True
        flags["aux"] = True
        return True
    if has_form(after, Form.GERUND) and after not in {"being"}:
        flags["past"] |= tokens[chain.place].low in {"was", "were"}
        flags["progressive"] = True
        flags["aux"] = True
        if after == "going" and infinitive_after(tokens, chain.place, "going"):
            chain.plan = "plans"
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


def main_verb(chain: Chain, subject: Phrase, *, plural: bool) -> Verb | None:
    """The verb at the chain's end in the form that its auxiliaries and subject ask for."""
    token = chain.tokens[chain.place]
    flags = chain.flags
    if token.low == "'s":
        return Verb("be", Form.THIRD)
    if token.low == "got" and chain.place and chain.tokens[chain.place - 1].low in {*HAVE, "'s"} and not flags["perfect"]:
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
    bare = subject.speaker or plural or subject.plural
    if token.low in {"was", "were", "is", "am", "are"}:
        return readings[0]
    if token.low in PAST_LIKE_BASE and Form.PAST in forms:
        return forms[Form.PAST]
    if Form.PAST in forms:
        return forms[Form.PAST]
    if Form.THIRD in forms and not subject.speaker:
        return forms[Form.THIRD]
    if Form.BASE in forms and (bare or subject.type != "person" or not subject.proper):
        return forms[Form.BASE]
    return None


def catenated(reading: Reading) -> Reading:
    """ "Started working", "stopped going", "plans to move", "is thinking about adopting": the inner verb, marked."""
    rest = reading.rest
    if not rest:
        return reading
    inner, place, to = inner_verb(rest)
    if inner is None:
        return reading
    swap = replace(reading, lemma=inner.lemma, word=rest[place].low, rest=rest[place + 1 :])
    if reading.lemma in STARTS and reading.past | reading.perfect | bool(reading.plan):
        return replace(swap, begins=True)
    if reading.lemma in STARTS:
        return replace(swap, begins=reading.progressive, plan=reading.plan, progressive=True)
    if reading.lemma == "finish" and inner.form is Form.GERUND:
        return swap
    if reading.lemma == "give" and rest[0].low == "up" and inner.form is Form.GERUND and not reading.plan:
        return replace(swap, over=True, past=False, perfect=False)
    if reading.lemma in STOPS and inner.form is Form.GERUND and not reading.plan:
        return replace(swap, over=True, past=False, perfect=False)
    if to and reading.lemma in PLAN_VERBS and not reading.negated and not reading.used:
        wanted = PLAN_VERBS[reading.lemma]
        if reading.past and reading.lemma != "decide":
            return replace(reading, doubt=True)
        return replace(swap, plan=wanted, past=False, perfect=False, progressive=False)
    if reading.lemma == "think" and reading.progressive and inner.form is Form.GERUND and not reading.past:
        return replace(swap, plan="considers", progressive=False)
    if to and reading.lemma in {"continue", "get", "manage"}:
        return replace(swap, doubt=reading.doubt or reading.lemma == "continue")
    if reading.lemma in {"keep", "continue"} and inner.form is Form.GERUND:
        return replace(swap, progressive=False)
    if reading.lemma == "go" and inner.form is Form.GERUND and place == 0:
        return reading
    return reading


def inner_verb(rest: Sequence[Token]) -> tuple[Verb | None, int, bool]:
    """A verb right after the verb: an -ing form, or "to" with a base form; with its place and whether "to" stood there."""
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


def trimmed(reading: Reading) -> Reading:
    """Without words at the end that only colour it; "anymore" ends what is negated."""
    rest = list(reading.rest)
    over, standing = reading.over, reading.standing
    changed = True
    while changed and rest:
        changed = False
        if not rest[-1].word:
            rest.pop()
            changed = True
            continue
        for tail in TAILS:
            if len(rest) >= len(tail) and tuple(token.low for token in rest[-len(tail) :]) == tail:
                over |= tail in OVER_TAILS and reading.negated
                standing |= tail[0] in {"now", "currently", "right", "these", "at"}
                del rest[-len(tail) :]
                changed = True
                break
    while rest and (rest[0].low in ADVERBS - {"long", "later"} or rest[0].text == ","):
        standing |= rest[0].low in STANDING
        rest.pop(0)
    return replace(reading, rest=tuple(rest), over=over, standing=standing, negated=reading.negated and not over)
