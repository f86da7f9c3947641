"""What is kept of an owner: what it weighs, and that nothing is left of what a commit changed."""

from collections.abc import Iterable
from threading import Lock

import pytest

from ledger_rows import P, entity, relation, revision
from twohop.graph.model import Memory, Relation
from twohop.graph.sqlite.kept import WEIGHED, Kept, Owner, Standing
from twohop.graph.store import Changes

KNOWS = relation("x1", "ann", "knows", "bob", support=("f1",))
LIKES = relation("x2", "ann", "likes", "eve", support=("f1",))
LISTS: dict[str, list[Relation]] = {"ann": [LIKES, KNOWS], "bob": [KNOWS], "eve": [LIKES]}


def remembered(ids: Iterable[str]) -> list[Memory]:
    """A memory for each id, under a revision of its own."""
    return [Memory(id=one, partition=P, created_at=1, revision=revision(f"r-{one}", one)) for one in ids]


def related(owner: Owner, *ids: str, limit: int = 9) -> list[str]:
    """Those of the entities whose relations have to be read."""
    missing: list[str] = []

    def read(wanted: list[str]) -> dict[str, list[Relation]]:
        missing.extend(wanted)
        return {one: LISTS[one] for one in wanted}

    Standing(Lock(), owner, owner.state_seq, owner.seq).relations(ids, limit, read)
    return missing


def test_nothing_is_left_of_what_changed() -> None:
    """Neither of memories and relations that ended, nor of what led to them."""
    owner = Owner(1, 1)
    Standing(Lock(), owner, 1, 1).memories(["f1", "f2"], remembered)
    related(owner, "ann", "bob", "eve")
    related(owner, "ann", limit=2)
    assert owner.weight > 0
    owner.forget(Changes(partition=P, ended_revisions=("r-f1", "r-f2"), ended_relations=("x1", "x2")))
    assert owner == Owner(1, 1)
    Standing(Lock(), owner, 1, 1).memories(["f1"], remembered)
    owner.forget(Changes(partition=P, withdrawn=("d1",)))
    assert owner == Owner(1, 1)


def test_lists_that_a_commit_does_not_touch_stay() -> None:
    """The lists at both ends of what ended or began are read again, under every limit, and those alone."""
    owner = Owner(1, 1)
    related(owner, "ann", "bob", "eve")
    related(owner, "ann", limit=2)
    owner.forget(Changes(partition=P, ended_relations=("x1", "unknown")))
    assert related(owner, "ann", "bob", "eve") == ["ann", "bob"]
    assert related(owner, "ann", limit=2) == ["ann"]
    owner.forget(Changes(partition=P, relations=(relation("x3", "eve", "knows", "dan"),)))
    assert related(owner, "ann", "bob", "eve") == ["eve"]


@pytest.mark.parametrize("what", ["degrees", "empty lists"])
def test_an_owner_of_small_things_goes_too(what: str) -> None:
    """Degrees, and entities without relations, count as well: the owner is let go when it holds too many of them."""
    kept = Kept(most=100)
    ids = [entity(str(number)).id for number in range(1_000)]
    asked: list[str] = []

    def counted(missing: list[str]) -> dict[str, tuple[int, int]]:
        asked.extend(missing)
        return dict.fromkeys(missing, (0, 0))

    def related(missing: list[str]) -> dict[str, list[Relation]]:
        asked.extend(missing)
        return {}

    def ask() -> None:
        standing = kept.at(P, 1, 1)
        assert standing is not None
        if what == "degrees":
            standing.degrees(ids, counted)
        else:
            standing.relations(ids, 9, related)

    ask()
    ask()
    assert asked == ids, "it is kept"
    for _ in range(WEIGHED):
        kept.at("another", 1, 1)
    ask()
    assert asked == ids * 2
