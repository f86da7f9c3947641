"""Who is whose: relatives, partners, friends, pets."""

from collections.abc import Sequence
from dataclasses import replace

from twohop.graph.model import Kind
from twohop.llm.rules import couples, kinds
from twohop.llm.rules.discourse import Discourse
from twohop.llm.rules.given_names import is_given_name
from twohop.llm.rules.grammar_words import TITLES
from twohop.llm.rules.phrase import Phrase, article, kinship, person, type_of_kind, with_pet
from twohop.llm.rules.proper_names import name_end, named
from twohop.llm.rules.retell import listed
from twohop.llm.rules.scene import Aspect, Scene
from twohop.llm.rules.tokens import Token
from twohop.memory.ports import Claim, Fact

NEAR = 3
"""Words between "has" and the relative or pet that is had."""


def names_in(tokens: Sequence[Token], talk: Discourse) -> list[Phrase]:
    """The proper names of a list: "Tom and Ana"."""
    return [named(member) for member in listed(tokens) if name_end(member, 0, talk) == len(member)]


def is_kin(scene: Scene) -> list[Fact]:  # noqa: PLR0911 - a case of the language for each branch.
    """As in "Tom is Emma's husband", "my manager is Bob", "Rex is my dog", "my sister's name is Emma"."""
    reading = scene.reading
    if reading.doubt or reading.plan:
        return []
    subject = scene.subject
    called_so = bool(reading.rest) and reading.rest[0].low in {"called", "named"}
    rest = reading.rest[called_so:]
    other = scene.read(rest)
    if [token.low for token in rest[-2:]] == ["of", "mine"] and rest[:-2] and rest[-3].low in kinds.RELATIONS:
        me = person(scene.talk.speaker, scene.talk)
        return (
            kin(scene, replace(me, owner=me.name), replace(subject, type="person"), rest[-3].low)
            if subject.proper
            else []
        )
    if subject.head == "name" and subject.determiner == "poss":
        return called(scene)
    if is_role(subject) and other is not None and is_named(other, surely=subject.recalled and not called_so):
        return kin(scene, subject, replace(other, type="person"), subject.head)
    if subject.head in kinds.PETS and subject.determiner == "poss" and other is not None and other.proper:
        return pet(scene, owner_of(scene, subject), subject.head, other)
    if other is None or not other.owner:
        return couples.bound(scene)
    if other.determiner != "poss" and not is_given_name(other.owner.split()[0]):
        return []
    if is_role(other) and subject.type in {"", "person"} and subject.proper | subject.speaker:
        return kin(scene, other, replace(subject, type="person"), other.head)
    if other.head in kinds.PETS and other.determiner == "poss" and subject.proper:
        return pet(scene, owner_of(scene, other), other.head, subject)
    return []


def is_role(phrase: Phrase) -> bool:
    """Whether a phrase says who someone is to another, without a name of its own: "my boss"."""
    return phrase.head in kinds.RELATIONS and bool(phrase.owner) and (phrase.recalled or not phrase.proper)


def is_named(phrase: Phrase, *, surely: bool) -> bool:
    """Whether a phrase names someone here, and is not what someone is or where: "my boss is French".

    `surely`: it has to begin like a person's name, since it may be said of someone who has one: "my boss is CEO".
    """
    words = kinds.NATIONALITIES | kinds.FAITHS | kinds.PLACES
    own = not phrase.owner or phrase.head in kinds.RELATIONS
    first = phrase.name.split()[0].rstrip(".")
    likely = not surely or is_given_name(first) or first.casefold() in TITLES
    return phrase.proper and not phrase.recalled and own and likely and phrase.name.casefold() not in words


def are_kin(scene: Scene) -> list[Fact]:
    """As in "My kids are called Tom and Ana"."""
    subject, rest = scene.subject, scene.reading.rest
    if subject.head not in kinds.PLURAL_RELATIONS or subject.determiner != "poss" or scene.reading.past:
        return []
    names = names_in(rest[1:] if rest and rest[0].low in {"called", "named"} else rest, scene.talk)
    single = kinds.PLURAL_RELATIONS[subject.head]
    return [f for name in names for f in kin(scene, subject, replace(name, type="person"), single)]


def owner_of(scene: Scene, phrase: Phrase) -> Phrase:
    """Who owns what a phrase names."""
    return person(phrase.owner, scene.talk)


def kin(scene: Scene, role: Phrase, who: Phrase, noun: str) -> list[Fact]:
    """That `who` is the relative that `role` names; the pair holds, ends or is denied as the clause says."""
    owner = owner_of(scene, role)
    if owner.name == who.name:
        return []
    aside = kinship(
        owner,
        noun,
        replace(who, kinds=tuple(dict.fromkeys((*who.kinds, noun))), start=scene.span[0], end=scene.span[1]),
    )
    if not (scene.reading.negated or scene.reading.past):
        scene.talk.relatives[(owner.name.casefold(), noun)] = who.name
        scene.talk.identify(f"{owner.name}'s {noun}", who.name)
    scene.talk.mention(who.name, sex=kinds.RELATIONS[noun].gender)
    ends = aside.entities
    subject = replace(who, kinds=ends[0].kinds)
    facts = scene.state(aside.claim.predicate, owner, subject=subject, text=f"is {owner.text}'s {noun}")
    return [
        replace(fact, claims=(aside.claim,), text=fact.text.removesuffix(f" {owner.text}"))
        if fact.claims and fact.claims[0].predicate == aside.claim.predicate and fact.claims[0].subject == who.name
        else fact
        for fact in facts
    ]


def pet(scene: Scene, owner: Phrase, kind: str, name: Phrase) -> list[Fact]:
    """That someone has a pet of that name."""
    kind = kinds.singular(kind)
    animal = replace(name, type="thing", kinds=with_pet(kind))
    return scene.state("has_pet", animal, subject=owner, text=f"has {article(kind)} {kind} named")


def called(scene: Scene) -> list[Fact]:  # noqa: PLR0911 - a case of the language for each branch.
    """As in "My name is Alice", "my sister's name is Emma", "our dog's name is Rex"."""
    other = scene.read(scene.reading.rest)
    if other is None or not other.proper:
        return []
    owner = scene.subject.owner
    if owner == scene.talk.speaker:
        if other.name.split()[0].casefold() in owner.casefold().split():
            return []
        return scene.state(
            "name", other.name, subject=owner_of(scene, scene.subject), text="is called", kind=Kind.ATTRIBUTE
        )
    holder, _, noun = owner.rpartition("'s ")
    base = person(holder, scene.talk) if holder else None
    if base is None:
        return []
    if noun in kinds.RELATIONS:
        return kin(scene, replace(scene.subject, owner=holder, head=noun), replace(other, type="person"), noun)
    if kinds.singular(noun) in kinds.PETS:
        return pet(scene, base, noun, other)
    return []


def have(scene: Scene) -> list[Fact]:  # noqa: C901, PLR0911 - a case of the language for each branch.
    """As in "Has a sister named Emma", "has two kids, Tom and Ana", "has a dog called Rex", "has a cat"."""
    rest = list(scene.reading.rest)
    if scene.subject.type not in {"", "person"} or not rest:
        return []
    noun_at = next(
        (i for i, t in enumerate(rest) if t.low in kinds.RELATIONS or t.low in kinds.PLURAL_RELATIONS
         or kinds.singular(t.low) in kinds.PETS),
        None,
    )  # fmt: skip
    if (
        noun_at is None
        or noun_at > NEAR
        or rest[0].low in {"no", "to", "been"}
        or any(not t.word for t in rest[:noun_at])
    ):
        return []
    noun = rest[noun_at].low
    single = kinds.PLURAL_RELATIONS.get(noun, noun if noun in kinds.RELATIONS else kinds.singular(noun))
    after = rest[noun_at + 1 :]
    while after and (not after[0].word or after[0].low in {"named", "called"}):
        after.pop(0)
    names = names_in(until_preposition(after), scene.talk)
    facts: list[Fact] = []
    for name in names:
        if single in kinds.RELATIONS:
            role = replace(scene.subject, owner=scene.subject.name, head=single)
            facts += kin(scene, role, replace(name, type="person"), single)
        else:
            facts += pet(scene, scene.subject, single, name)
    if facts or (after and names == [] and after[0].capital):
        return facts
    whole = scene.tell(rest[: noun_at + 1])
    follows = rest[noun_at + 1].low if noun_at + 1 < len(rest) else ""
    if not whole or follows in {"who", "that"} or (after and after[0].low not in {"in", "at", "and", "from"}):
        return []
    if single in kinds.RELATIONS:
        thing = replace(
            scene.subject,
            name=f"{scene.subject.name}'s {single}",
            text=whole,
            speaker=False,
            proper=False,
            kinds=(single,),
            head=noun,
            owner=scene.subject.name,
            asides=(),
        )
        if noun in kinds.PLURAL_RELATIONS:
            return scene.state(f"number_of_{snake(noun)}", whole, text="has")
        relation = kinds.RELATIONS[single]
        if scene.reading.past and relation.owner_first:
            return []  # "Had a baby" is an event.
        facts = scene.state(relation.predicate, thing, text="has")
        if not relation.owner_first:
            facts = [
                replace(f, claims=tuple(flipped(c) if i == 0 else c for i, c in enumerate(f.claims))) for f in facts
            ]
        return facts
    bare = whole.removeprefix("a ").removeprefix("an ")
    return scene.state(
        "has_pet",
        replace(
            scene.subject,
            name=bare,
            text=whole,
            type=type_of_kind(single),
            proper=False,
            speaker=False,
            kinds=with_pet(single),
            asides=(),
        ),
        text="has",
    )


def flipped(claim: Claim) -> Claim:
    """The claim from the other end."""
    return replace(claim, subject=claim.object, object=claim.subject)


def snake(noun: str) -> str:
    """A noun as part of a predicate."""
    return noun.replace("-", "_")


def until_preposition(tokens: Sequence[Token]) -> list[Token]:
    """The words before the first preposition."""
    kept: list[Token] = []
    for token in tokens:
        if token.low in {"in", "at", "on", "who", "from", "with", "for", "that"}:
            break
        kept.append(token)
    return kept


def die(scene: Scene) -> list[Fact]:
    """As in "My grandfather died last year", "Emma passed away"."""
    reading = scene.reading
    away = reading.lemma == "pass" and [token.low for token in reading.rest] == ["away"]
    if (
        not (away or reading.lemma == "die")
        or not (reading.past or reading.perfect)
        or reading.negated
        or reading.doubt
    ):
        return []
    if scene.subject.speaker or scene.subject.plural:
        return []
    text = "passed away" if away else "died"
    facts = scene.state("vital_status", "deceased", aspect=Aspect.BEGINS, text=text, kind=Kind.EVENT)
    return [replace(fact, text=fact.text.removesuffix(" deceased")) for fact in facts]


def bear(scene: Scene) -> list[Fact]:  # noqa: PLR0911 - a case of the language for each branch.
    """As in "Gave birth to Leo", "had a baby boy named Leo", "adopted a dog named Rex", "got a puppy called Rex"."""
    reading = scene.reading
    part = scene.part("")
    if reading.lemma == "give" and part is not None and part.tokens[0].low == "birth":
        who = scene.part("to")
        if who is not None and who.phrase is not None and who.phrase.proper:
            return scene.state("parent_of", replace(who.phrase, type="person"), aspect=Aspect.BEGINS)
        return []
    if (
        part is None
        or part.phrase is None
        or reading.lemma not in {"have", "adopt", "get", "buy", "rescue", "welcome", "foster"}
    ):
        return []
    phrase = part.phrase
    if not (phrase.proper and phrase.determiner in {"a", "an"} and phrase.kinds):
        return []
    if phrase.kinds[0] in kinds.PETS:
        aspect = Aspect.HOLDS if reading.lemma == "have" else Aspect.BEGINS
        return scene.state("has_pet", phrase, aspect=aspect, text="has")
    if phrase.kinds[0] in {"baby", "son", "daughter", "boy", "girl", "child"}:
        return scene.state("parent_of", replace(phrase, text=phrase.name, type="person"), aspect=Aspect.BEGINS)
    return []
