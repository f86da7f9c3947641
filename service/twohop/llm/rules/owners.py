"""What belongs to whom: "my sister Emma", "Emma's husband Tom", "our dog Rex", "Acme's Platform team"."""

from collections.abc import Sequence
from dataclasses import replace

from twohop.llm.rules import kinds
from twohop.llm.rules.discourse import Discourse
from twohop.llm.rules.nouns import noun, stops
from twohop.llm.rules.phrase import (
    Aside,
    Phrase,
    article,
    kinship,
    membership,
    type_of_kind,
    with_pet,
    written,
)
from twohop.llm.rules.proper_names import name_end, named, owns
from twohop.llm.rules.tokens import Token
from twohop.llm.rules.verbs import Form, has_form
from twohop.memory.names import normal
from twohop.memory.ports import Claim

KIN = kinds.RELATIONS.keys() | kinds.PLURAL_RELATIONS.keys() | {"family", "fam", "folks"}


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
        if owns(tokens, end):
            return owned(tokens, end + 1, who, talk, subject=subject, first=first)
        if subject and end + 1 < len(tokens) and tokens[end].low in {"at", "from"}:
            # "My manager at Northwind is Dana."
            end = max(end, name_end(tokens, end + 1, talk)) if name_end(tokens, end + 1, talk) > end + 1 else end
        return who, end
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
    owner: Phrase,
    noun: str,
    name: Sequence[Token],
    talk: Discourse,
    *,
    first: Token,
    last: Token,
    adjectives: Sequence[str],
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


def possession(owner: Phrase, kind: str, name: Sequence[Token], first: Token, part: Sequence[Token]) -> Phrase:
    """As in "My dog Rex", "our startup Lumen": the thing by its name, and that its owner has it."""
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
