"""The things that a question names, and who asks it."""

from collections.abc import Mapping, Sequence

from twohop.graph.model import Entity, Scope
from twohop.memory.names import normal
from twohop.memory.recall.question import Question, longest_names
from twohop.memory.recall.reading import last_place

SPEAKER = "user"
"""What an extractor calls a speaker without a name; "I" and "my" in a question are that one."""

FIRST_PERSON = frozenset({"i", "me", "my", "mine", "myself"})


def names_asked(question: Question, scope: Scope) -> list[str]:
    """The normal forms under which what the question names may be known."""
    names = {name for gram in question.grams() for name in (gram.name, gram.words)}
    return sorted(filter(None, names | own_names(question, scope)))


def named(question: Question, scope: Scope, known: Mapping[str, Sequence[Entity]]) -> list[Entity]:
    """The entities that the question names; "I" is the owner by name, or a speaker without a name.

    `known`: entities by the names that were asked for.
    """
    found = longest_names(question, known)
    own = sorted(own_names(question, scope))
    return found + [entity for name in own for entity in known.get(name, ()) if entity not in found]


def written_as_names(question: Question, scope: Scope, entities: Sequence[Entity]) -> list[Entity]:
    """Those of the entities named that the question writes as names, and who asks.

    That is with a capital, where it writes any name with one: "film" is no name in "the film Billy Elliot", whatever
    was called so. A phrase without a proper name is none either.
    """
    own = own_names(question, scope)
    written = [question.text[first:beyond] for first, beyond in question.spans]
    capitals = any(word[:1].isupper() and not word.isupper() for word in written[1:])

    def stands(entity: Entity) -> bool:
        found = last_place(question, (entity.name, *entity.aliases)) if capitals else None
        return entity.named and (found is None or any(map(marked, written[slice(*found)])))

    return [entity for entity in entities if entity.normal in own or stands(entity)]


def marked(word: str) -> bool:
    """Whether a word may be one of a name: it has a capital, a digit, or letters that know no capitals."""
    return any(letter.isupper() or letter.lower() == letter.upper() for letter in word)


def own_names(question: Question, scope: Scope) -> set[str]:
    """The names of who asks, when the question speaks of them."""
    return {SPEAKER, normal(scope.user_id)} if first_person(question) else set()


def first_person(question: Question) -> frozenset[str]:
    """The words by which the question speaks of who asks."""
    return FIRST_PERSON & set(question.words)
