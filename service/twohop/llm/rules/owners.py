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

FEW = 3
"""Words of a name after a noun; more capitals are a title or a slogan."""

KIN = kinds.RELATIONS.keys() | kinds.PLURAL_RELATIONS.keys() | {"family", "fam", "folks"}


def owned(  # noqa: PLR0911 - a case of the language for each branch.
    tokens: Sequence[Token], place: int, owner: Phrase | None, talk: Discourse, *, subject: bool, first: Token
) -> tuple[Phrase | None, int]:
    """What comes after "my" or "Emma's": a relative with or without a name, a pet, a team, a thing.

    Without a known owner ("her brother Tom") only a name at the end is taken.
    """
    end = extent(tokens, place, subject=subject)
    if end == place:
        return None, place
    part = tokens[place:end]
    if owner is None:
        at = next((i for i in range(1, len(part)) if part[i].capital), 0)
        return (named(part[at:]) if at and name_end(part, at, talk) == len(part) else None), end
    head = next((i for i in range(len(part) - 1, -1, -1) if common(part[i])), None)
    if head is None:
        return replace(thing(owner, part, part[-1], first), type="", kinds=(), proper=True), end
    name, end = name_after(tokens, end, part[head + 1 :], talk)
    noun_word = part[head].low
    kind = noun_word if noun_word in kinds.RELATIONS else kinds.singular(noun_word)
    if noun_word in kinds.RELATIONS:
        adjectives = [token.low for token in part[:head]]
        phrase = relative(owner, kind, name, talk, first=first, last=(name or part)[-1], adjectives=adjectives)
        end = past_workplace(tokens, end, talk) if subject else end
    elif name and (kind in kinds.PETS or len(name) <= FEW):
        return possession(owner, kind, name, first, part[: head + 1]), end
    elif noun_word in kinds.TEAMS and len(part) > 1 and owner.type != "person":
        team = replace(noun(part, "the", first), start=first.start)
        return replace(team, asides=(membership(team, replace(owner, type="organisation")),)), end
    else:
        phrase = thing(owner, part, part[head], first)
    if owns(tokens, end):
        return owned(tokens, end + 1, phrase, talk, subject=subject, first=first)
    return phrase, end


def extent(tokens: Sequence[Token], place: int, *, subject: bool) -> int:
    """Where the nouns end; "took my kids camping" ends before the verb in -ing."""
    end = place
    while end < len(tokens) and not stops(tokens, end, place, subject=subject):
        if end > place and has_form(tokens[end].low, Form.GERUND) and tokens[end - 1].low in KIN:
            break
        end += 1
    return end


def common(token: Token) -> bool:
    """Whether a word is a common noun; "Mum" is one, whatever its capital."""
    return not token.capital or token.low in kinds.RELATIONS


def name_after(
    tokens: Sequence[Token], end: int, inside: Sequence[Token], talk: Discourse
) -> tuple[Sequence[Token], int]:
    """The name that follows the noun, inside the phrase, set off by commas, or after "named"; and where it ends."""
    if inside:
        return inside, end
    if last := apposed(tokens, end, talk):
        closed = last < len(tokens) and tokens[last].text in {",", ")"}
        return tokens[end + 1 : last], last + closed
    if end + 1 < len(tokens) and tokens[end].low in {"named", "called"}:
        last = name_end(tokens, end + 1, talk)
        return tokens[end + 1 : last], max(end, last)
    return (), end


def past_workplace(tokens: Sequence[Token], end: int, talk: Discourse) -> int:
    """As in "my manager at Northwind is Dana": where the place of acquaintance ends."""
    if end + 1 < len(tokens) and tokens[end].low in {"at", "from"}:
        last = name_end(tokens, end + 1, talk)
        return last if last > end + 1 else end
    return end


def thing(owner: Phrase, part: Sequence[Token], head: Token, first: Token) -> Phrase:
    """Something that someone has, known by its owner: "Alice's bike"."""
    whole = written(part)
    kind = kinds.singular(head.low)
    return Phrase(
        name=f"{owner.name}'s {whole}",
        text=f"{owner.text}'s {whole}",
        type=type_of_kind(kind),
        kinds=with_pet(kind) if type_of_kind(kind) else (),
        addressed=owner.addressed,
        plural=kind != head.low,
        head=head.low,
        determiner="poss",
        owner=owner.name,
        asides=owner.asides,
        start=first.start,
        end=part[-1].end,
    )


def apposed(tokens: Sequence[Token], end: int, talk: Discourse) -> int:
    """Where a name set off by a comma or bracket ends: "my sister, Emma, …"; 0 when there is none."""
    if end + 1 >= len(tokens) or tokens[end].text not in {",", "("}:
        return 0
    last = name_end(tokens, end + 1, talk)
    if last == end + 1 or last - end > FEW + 1:
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
        recalled=bool(called) and not told,
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


def has_pet(owner: Phrase, kind: str, name: Phrase) -> Phrase:
    """As in "Rex, our dog": the animal by its name, and that its owner has it."""
    animal = replace(name, type="thing", kinds=with_pet(kind), head=kind, owner=owner.name)
    aside = Aside(
        text=f"{owner.text} has {article(kind)} {kind} named {name.name}",
        claim=Claim(subject=owner.name, predicate="has_pet", object=name.name),
        entities=(owner.named, animal.named),
        start=name.start,
        end=name.end,
    )
    return replace(animal, asides=(*name.asides, aside))


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
