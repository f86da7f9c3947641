"""What chains may start from, of all that a question names."""

from dataclasses import replace

import pytest

from twohop.graph.model import Entity, Scope
from twohop.memory.names import normal
from twohop.memory.recall.named import written_as_names
from twohop.memory.recall.question import understand

ALICE = Scope(user_id="alice")
ALIASES = {"Ana": ("Annie",)}


def entity(name: str) -> Entity:
    known = Entity(id=name, partition="p", key=name, name=name, normal=normal(name), named=name != "dog")
    return replace(known, aliases=ALIASES.get(name, ()))


@pytest.mark.parametrize(
    ("query", "found", "names"),
    [
        ("Who composed the film Billy Elliot?", ["Film", "Billy Elliot"], ["Billy Elliot"]),
        ("who composed the film billy elliot?", ["Film", "Billy Elliot"], ["Film", "Billy Elliot"]),
        ("Who sold the iPhone to Annie?", ["iPhone", "Ana"], ["iPhone", "Ana"]),
        ("Who runs 3 Dots in porto?", ["3 Dots", "Porto"], ["3 Dots"]),
        ("where does emma live? I forgot, in 2026", ["Emma"], ["Emma"]),
        ("Wo wohnt 張偉 aus Berlin?", ["張偉", "Berlin"], ["張偉", "Berlin"]),
        ("Who walks the dog of Ana?", ["dog", "Ana"], ["Ana"]),
        ("Who is the boss of my sister Ana?", ["Alice", "Ana"], ["Alice", "Ana"]),
    ],
)
def test_who_writes_capitals_writes_names_with_them(query: str, found: list[str], names: list[str]) -> None:
    """A common word is no name then, even if something is called so; who asks is always one of them."""
    kept = written_as_names(understand(query), ALICE, [entity(name) for name in found])
    assert [one.name for one in kept] == names
