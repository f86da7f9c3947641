"""Entities, their names and mentions are versions: what was known of them once can be read for ever."""

from dataclasses import replace

import pytest

from ledger_rows import P, acceptance, entity, graph_of_ann, ids, message, revision
from twohop.errors import StaleRead
from twohop.graph.model import Alias, Axes, Mention, Triple
from twohop.graph.store import Acceptance, Changes, Ledger, Trail

NOW = Axes()
BOBBY = Alias(entity_id="bob", normal="bobby", name="Bobby of ann")
SEEN = Mention(entity_id="ann", message_id="m1", start=0, end=3)


async def test_an_entity_is_read_in_the_version_known_then(ledger: Ledger) -> None:
    """What an entity is told later never changes an earlier read; being told nothing new makes no version."""
    first = await ledger.commit(Changes(partition=P, entities=(entity("bob"),)))
    told = replace(entity("bob"), type="dog", named=False, kinds=("dog",))
    second = await ledger.commit(Changes(partition=P, entities=(told,)))
    third = await ledger.commit(Changes(partition=P, entities=(told,)))

    async def seen(known_at: int | None) -> tuple[object, ...]:
        axes = Axes(known_at=known_at)
        (by_id,) = await ledger.entities(P, ["bob"], axes)
        (by_name,) = (await ledger.entities_named(P, ["bob"], known_at))["bob"]
        (in_list,) = (await ledger.list_entities(P, axes, 9)).items
        assert by_id == by_name == in_list
        return by_id.type, by_id.named, by_id.kinds, by_id.recorded_at

    assert await seen(first.recorded_at) == ("person", True, (), first.recorded_at)
    assert await seen(second.recorded_at) == ("dog", False, ("dog",), first.recorded_at)
    assert await seen(third.recorded_at) == await seen(None) == await seen(second.recorded_at)


async def test_an_ended_entity_is_seen_only_before_its_end(ledger: Ledger) -> None:
    """An entity merged away is gone now with its names, and stands with them at an instant before."""
    before = await graph_of_ann(ledger)
    await ledger.commit(Changes(partition=P, ended_entities=("bob",), ended_aliases=(BOBBY,)))

    then = before.recorded_at
    assert await ledger.entities(P, ["bob"]) == []
    assert await ledger.entities_named(P, ["bob", "bobby"]) == {}
    assert ids((await ledger.list_entities(P, NOW, 9)).items) == ["ann"]
    (bob,) = await ledger.entities(P, ["bob"], Axes(known_at=then))
    assert bob.aliases == ("Bobby of ann",)
    assert sorted(await ledger.entities_named(P, ["bob", "bobby"], then)) == ["bob", "bobby"]
    assert ids((await ledger.list_entities(P, Axes(known_at=then), 9, name="bobby")).items) == ["bob"]


async def test_an_entity_that_ended_can_begin_again(ledger: Ledger) -> None:
    """A merge that is taken back begins the entity, its names and its mentions again under their old ids."""
    await graph_of_ann(ledger)
    await ledger.commit(Changes(partition=P, ended_entities=("ann",), ended_mentions=(SEEN,), ended_aliases=(BOBBY,)))
    assert await ledger.mentions_of(P, ["ann"], 9) == {}
    assert await ledger.mentions_in(P, ["m1"], 9) == {}
    assert (await ledger.degrees(P, ["ann"]))["ann"] == (1, 0)

    await ledger.commit(Changes(partition=P, entities=(entity("ann"),), mentions=(SEEN,), aliases=(BOBBY,)))
    assert ids(await ledger.entities(P, ["ann"])) == ["ann"]
    assert await ledger.mentions(P, "ann") == [SEEN]
    assert (await ledger.degrees(P, ["ann"]))["ann"] == (1, 1)
    assert (await ledger.entities(P, ["bob"]))[0].aliases == ("Bobby of ann",)


async def test_the_key_of_an_ended_entity_is_free(ledger: Ledger) -> None:
    """Only entities that stand keep others from their key."""
    await ledger.commit(Changes(partition=P, entities=(entity("bob"),)))
    other = replace(entity("bob"), id="other")
    await ledger.commit(Changes(partition=P, entities=(other,), ended_entities=("bob",)))

    assert ids((await ledger.entities_named(P, ["bob"]))["bob"]) == ["other"]
    with pytest.raises(StaleRead):
        await ledger.commit(Changes(partition=P, entities=(entity("bob"),)))


@pytest.mark.parametrize("gone", ["bob", "nobody"])
async def test_ending_what_does_not_stand_is_refused(ledger: Ledger, gone: str) -> None:
    """An entity can be ended once, and only if it is there; nothing of such a commit is written."""
    await ledger.commit(Changes(partition=P, entities=(entity("bob"),)))
    await ledger.commit(Changes(partition=P, ended_entities=("bob",)))

    with pytest.raises(StaleRead):
        await ledger.commit(Changes(partition=P, entities=(entity("eve"),), ended_entities=(gone,)))
    assert await ledger.entities(P, ["eve"]) == []


async def test_an_entity_made_and_ended_at_once_was_never_visible(ledger: Ledger) -> None:
    """An entity that the commit which made it also ended is seen at no instant."""
    done = await ledger.commit(Changes(partition=P, entities=(entity("bob"),), ended_entities=("bob",)))
    for known_at in (None, done.recorded_at, done.recorded_at + 1):
        assert await ledger.entities(P, ["bob"], Axes(known_at=known_at)) == []


async def test_a_trail_holds_what_one_commit_did(ledger: Ledger) -> None:
    """The trail of an instant names what that commit ended and began of the entities asked for, and nothing else."""
    await graph_of_ann(ledger)
    moved = replace(SEEN, entity_id="bob")
    annie = Alias(entity_id="bob", normal="ann", name="Ann")
    done = await ledger.commit(
        Changes(
            partition=P,
            ended_entities=("ann",),
            ended_mentions=(SEEN,),
            ended_aliases=(BOBBY,),
            aliases=(annie,),
            mentions=(moved,),
        )
    )
    await ledger.commit(Changes(partition=P, entities=(entity("eve"),)))

    found = await ledger.trail(P, ["ann", "bob"], done.recorded_at)
    assert ids(found.ended_entities) == ["ann"]
    assert (found.ended_mentions, found.mentions) == ((SEEN,), (moved,))
    assert (found.ended_aliases, found.aliases) == ((BOBBY,), (annie,))
    assert await ledger.trail(P, ["ann", "bob"], done.recorded_at + 1) == Trail()


async def test_as_of_keeps_who_took_part_by_then(ledger: Ledger) -> None:
    """At an instant of world time stand the ends of memories that held, and who was named by a message until then."""
    late = replace(message("m2"), observed_at=50)
    accepted = acceptance("m1")
    await ledger.accept(Acceptance(scope=accepted.scope, messages=(*accepted.messages, late), job=accepted.job))
    people = tuple(entity(name) for name in ("ann", "bob", "cleo", "dan", "eve"))
    await ledger.commit(
        Changes(
            partition=P,
            entities=people,
            revisions=(
                revision("r1", "a", valid=(20, 30), triples=(Triple("ann", "knows", "bob"),)),
                revision("r2", "b", valid=(20, 30), triples=(Triple("eve", "knows", "eve"),), disputed=True),
            ),
            mentions=(Mention(entity_id="cleo", message_id="m1"), Mention(entity_id="dan", message_id="m2")),
        )
    )
    every = [one.id for one in people]

    async def at(as_of: int | None) -> list[str]:
        listed = ids((await ledger.list_entities(P, Axes(as_of=as_of), 9)).items)
        assert ids(await ledger.entities(P, every, Axes(as_of=as_of))) == listed
        return listed

    assert await at(9) == []
    assert await at(10) == ["cleo"]
    assert await at(20) == ["ann", "bob", "cleo"]
    assert await at(30) == ["cleo"]
    assert await at(50) == ["cleo", "dan"]
    assert await at(None) == every
