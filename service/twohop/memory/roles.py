"""Words that name someone by what they are to someone else: "Alice's brother", "my boss", "mum".

A role word stands for a relation of its owner, so the phrase means whoever stands in it. The predicate is the one that
has the owner as its subject; the predicate table turns it round where it keeps the other side.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from twohop.memory.names import normal, words


@dataclass(frozen=True, slots=True)
class Role:
    """`predicate`: of the owner towards whoever plays the role.

    `others`: words that say that it is somebody else (a sister is no brother), where a text names the relation by them.
    `told`: the relation is wider than the word (a pet may be no dog), so a text or the entity's kinds must name it.
    """

    predicate: str
    others: frozenset[str] = frozenset()
    told: bool = False

    @property
    def lasting(self) -> bool:
        """Whether who plays it plays it for good, so that the phrase is another name of them."""
        return self.predicate in LASTING


LASTING = frozenset(
    {"sibling_of", "child_of", "parent_of", "grandchild_of", "grandparent_of", "relative_of", "has_pet"}
)
"""A boss is replaced, a brother is not."""


def split(predicate: str, *groups: str, told: bool = False) -> dict[str, Role]:
    """Roles of one predicate; words of one group exclude those of the other groups. The last group excludes none."""
    sets = [frozenset(group.split()) for group in groups]
    roles: dict[str, Role] = {}
    for place, group in enumerate(sets):
        last = place == len(sets) - 1
        others = frozenset().union(*(other for other in sets[:-1] if other is not group))
        roles.update(dict.fromkeys(group, Role(predicate, frozenset() if last else others, told)))
    return roles


ROLES: Mapping[str, Role] = MappingProxyType(
    {
        **split("sibling_of", "brother bro", "sister sis", "sibling twin"),
        **split("married_to", "husband hubby", "wife", "spouse"),
        **split("engaged_to", "fiancé", "fiancée", "fiance fiancee"),
        **split("dating", "boyfriend", "girlfriend", "partner"),
        **split("child_of", "mother mum mom mommy mummy mama", "father dad daddy papa", "parent"),
        **split("parent_of", "son", "daughter", "child kid baby"),
        **split("grandchild_of", "grandmother grandma granny nana", "grandfather grandpa grandad", "grandparent"),
        **split("grandparent_of", "grandson", "granddaughter", "grandchild"),
        **split("relative_of", "cousin", "aunt", "uncle", "niece", "nephew", "relative", told=True),
        **split("managed_by", "boss manager supervisor"),
        **split("mentored_by", "mentor"),
        **split("taught_by", "teacher"),
        **split("colleague_of", "colleague coworker teammate"),
        **split("friend_of", "friend"),
        **split("neighbour_of", "neighbour neighbor"),
        **split("lives_with", "flatmate roommate housemate"),
        **split("works_at", "employer company workplace"),
        **split("member_of", "team band club", "", told=True),
        **split("has_pet", "dog puppy", "cat kitten", "rabbit", "horse", "parrot", "hamster", "", told=True),
        **split("has_pet", "pet"),
    }
)
"""Role word -> what it says."""

NAMED_BY_ROLE = frozenset({"mum", "mom", "mommy", "mummy", "mama", "mother", "dad", "daddy", "papa", "father"}) | {
    "grandma",
    "granny",
    "nana",
    "grandpa",
    "grandad",
}
"""Words by which a speaker calls their own, without "my"."""

MOST_OWNERS = 3
"""Most owners that a name may chain: "Alice's brother's boss" has two. What chains more is a name like any other."""

OF = re.compile(r"^(?P<role>\w+) of (?P<owner>.+)$")
POSSESSIVE = re.compile(r"^(?P<owner>.+?)(?:'s|(?<=s)') (?P<role>[\w-]+)$")
ANOTHER = re.compile(r"\b(?:other|another|second|third|two|three|both|also|too|ex)\b", re.IGNORECASE)
"""Words that say that there is more than one of a role."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A name that says a role: its owner's name in normal form, the word, and what it stands for."""

    owner: str
    word: str
    role: Role


def phrase(name: str) -> Phrase | None:
    """What a name says if it is a role of somebody, or None: "Alice's brother", "brother of Alice"."""
    said = _outermost(normal(name))
    owner, chained = said, 0
    while owner is not None:
        chained += 1
        if chained > MOST_OWNERS:
            return None
        owner = _outermost(owner.owner)
    return said


def _outermost(text: str) -> Phrase | None:
    """The last role that a name in normal form says, whoever its owner is."""
    found = OF.match(text)
    if found is None or found["role"] not in ROLES:
        # The last owner is the nearest: "alice's brother's dog" is the dog of "alice's brother".
        head, _, word = text.rpartition(" ")
        found = POSSESSIVE.match(f"{head} {word}") if head.endswith(("'s", "s'")) else None
    if found is None or found["role"] not in ROLES:
        return None
    return Phrase(normal(found["owner"]), found["role"], ROLES[found["role"]])


def fits(word: str, role: Role, text: str, kinds: tuple[str, ...]) -> bool:
    """Whether what is told of somebody, who stands in the role's relation, lets the word mean them."""
    told = words(text) | {part for kind in kinds for part in words(kind)}
    if word in told:
        return True
    return not role.told and not role.others & told
