"""Noun phrases: who or what a stretch of words names, told from outside ("my sister Emma" said by Alice = Emma)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from twohop.llm.rules import kinds
from twohop.llm.rules.discourse import Discourse
from twohop.llm.rules.given_names import is_given_name
from twohop.llm.rules.grammar_words import (
    ADVERBS,
    AUXILIARIES,
    COORDINATORS,
    DETERMINERS,
    FIRST_OBJECT,
    FIRST_OWNER,
    FIRST_PERSON,
    LINKS,
    NOT_NAMES,
    NUMERALS,
    PREPOSITIONS,
    SECOND,
    SUBORDINATORS,
    THIRD_OBJECT,
    THIRD_OWNER,
    THIRD_SUBJECT,
    TITLES,
    UNCLEAR,
)
from twohop.llm.rules.tokens import Token
from twohop.llm.rules.verbs import Form, guess_verb, has_form, read_verb
from twohop.memory.names import normal
from twohop.memory.ports import Claim, Named

COLOURS = frozenset("green blue red black white yellow purple orange pink brown grey gray turquoise".split())

FAMILY = frozenset("mom mum mommy mummy dad daddy grandma grandpa granny grandad".split())
"""Words that stand for one's own relative when written like a name."""

KIN = kinds.RELATIONS.keys() | kinds.PLURAL_RELATIONS.keys() | {"family", "fam", "folks"}

MAX_NAME_WORDS = 6
"""Longest run of capitalised words that is taken for one name; more is shouting."""

STATES = frozenset(
    "married single divorced engaged allergic vegetarian vegan pregnant retired unemployed turning aged afraid".split()
)
"""Adjectives after which "Emma's" is "Emma is"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A statement inside a noun phrase: "my sister Emma" says that Emma is the speaker's sister."""

    text: str
    claim: Claim
    entities: tuple[Named, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A noun phrase: the name of what it means, how it is written in a fact, what it is, and what it says aside."""

    name: str
    text: str
    type: str = ""
    proper: bool = False
    kinds: tuple[str, ...] = ()
    speaker: bool = False
    addressed: bool = False
    plural: bool = False
    head: str = ""
    determiner: str = ""
    owner: str = ""
    asides: tuple[Aside, ...] = ()
    start: int = 0
    end: int = 0

    @property
    def named(self) -> Named:
        """As an entity of a fact."""
        return Named(name=self.name, type=self.type, proper=self.proper, kinds=self.kinds)


def written(tokens: Sequence[Token]) -> str:
    """The words as in the message, spaces collapsed."""
    parts: list[str] = []
    for place, token in enumerate(tokens):
        gap = place > 0 and token.start > tokens[place - 1].end
        parts.append(f" {token.text}" if gap else token.text)
    return " ".join("".join(parts).split())


def person(name: str, talk: Discourse) -> Phrase:
    """A person known by name; the unnamed speaker reads "User" in texts."""
    text = name.capitalize() if name in {"user", "assistant"} else name
    known = name not in {"user", "assistant"} and "'s " not in name
    return Phrase(name=name, text=text, type="person", proper=known, speaker=normal(name) == normal(talk.speaker))


def owns(tokens: Sequence[Token], place: int) -> bool:
    """Whether the `'s` at `place` is a possessive, not "is" or "has"."""
    if place + 1 >= len(tokens) or tokens[place].low != "'s":
        return False
    before, after = tokens[place - 1].low, tokens[place + 1]
    if before in THIRD_SUBJECT or before in UNCLEAR or before in {"what", "how", "where", "let"}:
        return False
    low = after.low
    small = DETERMINERS | FIRST_OWNER | THIRD_OWNER.keys() | ADVERBS | PREPOSITIONS | NUMERALS | STATES | {"not", "been", "got"}
    if low in small and low not in {"first", "old", "long", "past"}:
        return False
    if low[:1].isdigit() or not after.word:
        return False
    if has_form(low, Form.GERUND):
        return place + 2 < len(tokens) and has_form(tokens[place + 2].low, Form.THIRD)
    moved = any(v.form is Form.PARTICIPLE for v in guess_verb(low)) and low not in kinds.RELATIONS
    return not (moved and (place + 2 >= len(tokens) or tokens[place + 2].low in PREPOSITIONS | DETERMINERS | FIRST_OWNER))


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
        if (here.capital or (here.text[0].isdigit() and here.text.isdigit() and len(here.text) < 3)) and here.low != "i":
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


def opens_with_name(tokens: Sequence[Token], place: int, talk: Discourse) -> bool:
    """Whether one capitalised word at the start of a sentence is a name: known, or in a name's place."""
    token = tokens[place]
    if is_given_name(token.text) or kinds.is_place(token.text) or normal(token.text) in talk.names or acronym(token):
        return True
    if token.low in NOT_NAMES or token.low.endswith(("ing", "ly", "tion", "ness", "ment")) or place + 1 >= len(tokens):
        return False
    if read_verb(token.low) or token.low in kinds.JOBS | kinds.DRINKS | kinds.SPORTS | COLOURS or token.low in kinds.RELATIONS:
        return False
    after = tokens[place + 1]
    if after.low == "'s":
        return True
    if token.low.endswith("s") and not token.low.endswith("ss"):
        return False
    return after.low in {"is", "was", "has", "does", "will"} or any(
        verb.form in {Form.THIRD, Form.PAST} for verb in read_verb(after.low)
    )


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
    return "person" if is_given_name(parts[0]) and len(parts) < 4 else ""


def named(tokens: Sequence[Token]) -> Phrase:
    """A proper name."""
    name = written(tokens)
    return Phrase(
        name=name, text=name, type=type_of(name), proper=True, start=tokens[0].start, end=tokens[-1].end, head=tokens[-1].low
    )


def read_phrase(tokens: Sequence[Token], place: int, talk: Discourse, *, subject: bool, opens: bool = False) -> tuple[Phrase | None, int]:
    """The noun phrase that begins at `place`, and where it ends; None when it names nothing that is known.

    As a subject it ends before its verb; elsewhere before the next preposition, mark or conjunction.
    """
    if place >= len(tokens):
        return None, place
    token = tokens[place]
    after = place + 1
    follows_noun = after < len(tokens) and tokens[after].word and tokens[after].low not in AUXILIARIES | PREPOSITIONS
    if token.low in FIRST_PERSON or (token.low in FIRST_OBJECT and not subject and token.text != "US"):
        return spanned(person(talk.speaker, talk), token, token), after
    if token.low in SECOND:
        who = person(talk.addressee, talk) if talk.addressee else None
        return (replace(spanned(who, token, token), addressed=True) if who else None), after
    if token.low in THIRD_SUBJECT or (token.low in THIRD_OBJECT and not (token.low == "her" and follows_noun)):
        if subject and token.low in {"him", "her"} and token.low == "him":
            return None, after
        who = talk.person(THIRD_SUBJECT.get(token.low) or THIRD_OBJECT[token.low])
        return (spanned(person(who, talk), token, token) if who else None), after
    if token.low in FIRST_OWNER:
        return owned(tokens, after, person(talk.speaker, talk), talk, subject=subject, first=token)
    if token.low == "your":
        owner = replace(person(talk.addressee, talk), addressed=True) if talk.addressee else None
        return owned(tokens, after, owner, talk, subject=subject, first=token)
    if token.low in THIRD_OWNER:
        who = talk.person(THIRD_OWNER[token.low])
        return owned(tokens, after, person(who, talk) if who else None, talk, subject=subject, first=token)
    if token.low in FAMILY and (token.capital or opens):
        return owned(tokens, place, person(talk.speaker, talk), talk, subject=subject, first=token)
    end = name_end(tokens, place, talk, opens=opens)
    if end > place:
        return from_name(tokens, place, end, talk, subject=subject)
    if token.low in UNCLEAR and not (token.low in DETERMINERS and follows_noun):
        return None, after
    return common(tokens, place, talk, subject=subject)


def spanned(phrase: Phrase, first: Token, last: Token) -> Phrase:
    """The phrase with its place in the message."""
    return replace(phrase, start=first.start, end=last.end)


def from_name(tokens: Sequence[Token], place: int, end: int, talk: Discourse, *, subject: bool) -> tuple[Phrase | None, int]:
    """A name, alone, as an owner ("Emma's husband Tom"), or with the noun that says what it is ("Platform team")."""
    phrase = named(tokens[place:end])
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


def within(team: Phrase, tokens: Sequence[Token], end: int, talk: Discourse) -> tuple[Phrase, int]:
    """ "The Platform team at Acme": the team, which is part of Acme."""
    if team.head not in kinds.TEAMS or end + 1 >= len(tokens) or tokens[end].low not in {"at", "of", "in"}:
        return team, end
    last = name_end(tokens, end + 1, talk)
    if last == end + 1 or (last < len(tokens) and owns(tokens, last)):
        return team, end
    whole = named(tokens[end + 1 : last])
    if whole.type in {"person", "place"}:
        return team, end
    return replace(team, asides=(*team.asides, membership(team, replace(whole, type="organisation")))), last


def membership(team: Phrase, whole: Phrase) -> Aside:
    """That a team belongs to an organisation."""
    return Aside(
        text=f"The {team.name} is part of {whole.text}",
        claim=Claim(subject=team.name, predicate="part_of", object=whole.name),
        entities=(team.named, whole.named),
        start=team.start,
        end=whole.end,
    )


def stops(tokens: Sequence[Token], place: int, begin: int, *, subject: bool) -> bool:
    """Whether a common noun phrase that began at `begin` ends before `place`."""
    token = tokens[place]
    if not token.word or token.low == "'s":
        return True
    if token.low in AUXILIARIES | COORDINATORS | SUBORDINATORS or token.low in FIRST_PERSON or token.low in THIRD_SUBJECT:
        return True
    if token.low in {"not", "no", "never", "named", "called"} or token.low in PREPOSITIONS:
        return True
    if place == begin:
        return False
    if not subject:
        return False
    if token.low in ADVERBS:
        return True
    return not token.capital and has_form(token.low, Form.THIRD, Form.PAST)


def common(tokens: Sequence[Token], place: int, talk: Discourse, *, subject: bool) -> tuple[Phrase | None, int]:
    """A phrase of common nouns, with or without an article: "the Platform team at Acme", "a dog named Rex", "jazz"."""
    begin = place
    determiner = ""
    if tokens[place].low in DETERMINERS | NUMERALS or tokens[place].text.isdigit():
        determiner = tokens[place].low
        begin += 1
    if begin < len(tokens) and begin > place and (last := name_end(tokens, begin, talk)) > begin and named_whole(tokens, last, begin, subject=subject):
        name, end = from_name(tokens, begin, last, talk, subject=subject)
        if name is None or name.owner:
            return name, end
        lead = f"{determiner} " if determiner in {"the", "a", "an"} and not name.kinds else "the " if name.kinds else ""
        return replace(name, text=f"{lead}{name.text}", determiner=determiner, start=tokens[place].start), end
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
            return of(phrase, inner, tokens[place : after]), after
    return called(phrase, tokens, end, talk)


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
    """ "The city of Porto" is Porto, a city; "the manager of the Platform team" stays a phrase about it."""
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
    """ "A dog named Rex": the name takes over, the noun becomes its kind."""
    if end + 1 < len(tokens) and tokens[end].low in {"named", "called"}:
        last = name_end(tokens, end + 1, talk)
        if last > end + 1:
            name = named(tokens[end + 1 : last])
            kind = kinds.singular(phrase.head)
            return replace(name, kinds=with_pet(kind), type=type_of_kind(kind) or name.type, start=phrase.start, head=phrase.head,
                           determiner=phrase.determiner, text=f"{phrase.text} named {name.name}"), last
    return phrase, end


def with_pet(kind: str) -> tuple[str, ...]:
    """A kind with the wider words for it."""
    if kind in kinds.PETS:
        return tuple(dict.fromkeys((kind, *(("dog",) if kind in kinds.DOGS else ()), "pet")))
    return (kind,) if kind else ()


def type_of_kind(kind: str) -> str:
    """The coarse type of what a common noun names."""
    if kind in kinds.RELATIONS:
        return "person"
    if kind in kinds.PETS:
        return "thing"
    if kind in kinds.COMPANIES | kinds.CLUBS | kinds.TEAMS:
        return "organisation"
    return "place" if kind in kinds.PLACE_KINDS else ""


def owned(
    tokens: Sequence[Token], place: int, owner: Phrase | None, talk: Discourse, *, subject: bool, first: Token
) -> tuple[Phrase | None, int]:
    """What comes after "my" or "Emma's": a relative with or without a name, a pet, a team, a thing."""
    end = place
    while end < len(tokens) and not stops(tokens, end, place, subject=subject):
        if end > place and has_form(tokens[end].low, Form.GERUND) and tokens[end - 1].low in KIN:
            break  # "Took my kids camping."
        end += 1
    if end == place:
        return None, max(place, end)
    part = tokens[place:end]
    if owner is None:
        name_at = next((i for i in range(len(part)) if part[i].capital and i), 0)
        whose = named(part[name_at:]) if name_at and name_end(part, name_at, talk) == len(part) else None
        return whose, end
    lows = [token.low for token in part]
    head = next((i for i in range(len(part) - 1, -1, -1) if not part[i].capital or lows[i] in kinds.RELATIONS), None)
    if head is None:
        whole = written(part)
        thing = replace(named(part), name=f"{owner.name}'s {whole}", text=f"{owner.text}'s {whole}", owner=owner.name)
        return replace(thing, start=first.start, asides=owner.asides), end
    kind = lows[head] if lows[head] in kinds.RELATIONS else kinds.singular(lows[head])
    name = part[head + 1 :]
    if not name and (end_of_name := apposed(tokens, end, talk)):
        name, end = tokens[end + 1 : end_of_name], end_of_name
        if end < len(tokens) and tokens[end].text in {",", ")"}:
            end += 1
    elif not name and end + 1 < len(tokens) and tokens[end].low in {"named", "called"}:
        last = name_end(tokens, end + 1, talk)
        name, end = tokens[end + 1 : last], max(end, last)
    if kind in kinds.RELATIONS and lows[head] not in kinds.PLURAL_RELATIONS:
        who = relative(owner, kind, name, talk, first=first, last=(name or part)[-1], adjectives=lows[:head])
        return owned(tokens, end + 1, who, talk, subject=subject, first=first) if owns(tokens, end) else (who, end)
    if name and (kind in kinds.PETS or len(name) <= 3):
        return possession(owner, kind, name, first, part[: head + 1]), end
    whole = written(part)
    if lows[head] in kinds.TEAMS and len(part) > 1 and owner.type != "person":
        team = replace(noun(part, "the", first), start=first.start)
        return replace(team, asides=(membership(team, replace(owner, type="organisation")),)), end
    phrase = Phrase(
        name=f"{owner.name}'s {whole}",
        text=f"{owner.text}'s {whole}",
        type=type_of_kind(kind),
        kinds=with_pet(kind) if type_of_kind(kind) else (),
        addressed=owner.addressed,
        plural=kind != lows[head],
        head=lows[head],
        determiner="poss",
        owner=owner.name,
        asides=owner.asides,
        start=first.start,
        end=part[-1].end,
    )
    if owns(tokens, end):
        return owned(tokens, end + 1, phrase, talk, subject=subject, first=first)
    return phrase, end


def apposed(tokens: Sequence[Token], end: int, talk: Discourse) -> int:
    """Where a name set off by a comma or bracket ends: "my sister, Emma, …"; 0 when there is none."""
    if end + 1 >= len(tokens) or tokens[end].text not in {",", "("}:
        return 0
    last = name_end(tokens, end + 1, talk)
    if last == end + 1 or last - end > 4:
        return 0
    if last < len(tokens) and tokens[last].text not in {",", ")"}:
        return 0
    return last


def relative(
    owner: Phrase, noun: str, name: Sequence[Token], talk: Discourse, *, first: Token, last: Token, adjectives: Sequence[str]
) -> Phrase:
    """A person by relation to another; a name said before for the same relation is remembered."""
    relation = kinds.RELATIONS[noun]
    key = (normal(owner.name), noun)
    told = bool(name)
    called = written(name) if name else talk.relatives.get(key, "")
    unnamed = f"{owner.name}'s {noun}"
    phrase = Phrase(
        name=called or unnamed,
        text=called or f"{owner.text}'s {noun}",
        type="person",
        proper=bool(called),
        kinds=(noun,),
        head=noun,
        owner=owner.name,
        determiner="poss",
        start=first.start,
        end=last.end,
    )
    if called and told and not {"late", "former", "ex", "old"} & set(adjectives):
        talk.relatives[key] = called
    talk.mention(phrase.name, sex=relation.gender)
    return replace(phrase, asides=(*owner.asides, kinship(owner, noun, phrase)))


def kinship(owner: Phrase, noun: str, phrase: Phrase) -> Aside:
    """That a person is someone's sister, boss, …"""
    relation = kinds.RELATIONS[noun]
    ends = (owner.name, phrase.name) if relation.owner_first else (phrase.name, owner.name)
    text = f"{phrase.text} is {owner.text}'s {noun}" if phrase.proper else f"{owner.text} has a {noun}"
    return Aside(
        text=text,
        claim=Claim(subject=ends[0], predicate=relation.predicate, object=ends[1]),
        entities=(phrase.named, replace(owner, type=owner.type or "person").named),
        start=phrase.start,
        end=phrase.end,
    )


def possession(owner: Phrase, kind: str, name: Sequence[Token], first: Token, part: Sequence[Token]) -> Phrase:
    """ "My dog Rex", "our startup Lumen": the thing by its name, and that its owner has it."""
    called = named(name)
    own = "has_pet" if kind in kinds.PETS else "owns"
    phrase = replace(
        called,
        type=type_of_kind(kind) or ("thing" if kind in kinds.PETS else called.type),
        kinds=with_pet(kind),
        head=kind,
        owner=owner.name,
        determiner="poss",
        start=first.start,
    )
    whole = written(part)
    aside = Aside(
        text=f"{owner.text} has {article(whole)} {whole} named {called.name}",
        claim=Claim(subject=owner.name, predicate=own, object=called.name),
        entities=(owner.named, phrase.named),
        start=phrase.start,
        end=phrase.end,
    )
    # A named team or company is not owned by who says "our".
    asides = (aside,) if kind in kinds.PETS else ()
    return replace(phrase, asides=(*owner.asides, *asides))


def article(noun: str) -> str:
    """ "a" or "an"."""
    return "an" if noun[:1].lower() in "aeio" else "a"
