"""How every ledger finds and lists."""

import asyncio
from dataclasses import replace

import pytest

from ledger_rows import (
    P,
    acceptance,
    decision,
    entity,
    graph_of_ann,
    ids,
    relation,
    revision,
    summary,
)
from twohop.errors import InvalidPageToken, NotFound
from twohop.graph.model import (
    Alias,
    Axes,
    Kind,
    Mention,
    Scope,
    Triple,
)
from twohop.graph.store import Changes, Ledger, MemoryFilter

NOW = Axes()


async def test_memories_come_in_the_order_asked_for(ledger: Ledger) -> None:
    """Batches of thousands of ids come back in the order asked for, absent ones left out."""
    every = [f"m{i:04}" for i in range(2_000)]
    await ledger.commit(Changes(partition=P, revisions=tuple(revision(f"r-{m}", m) for m in every)))

    asked = [*reversed(every), "missing"]
    assert ids(await ledger.memories(P, asked, NOW)) == asked[:-1]
    assert await ledger.memories_of_revisions(P, ["r-m0001", "missing"]) == {"r-m0001": "m0001"}


async def test_slot_gives_the_timeline(ledger: Ledger) -> None:
    """The current values of slots come by their start, also closed and disputed ones, never superseded ones."""
    await ledger.commit(
        Changes(
            partition=P,
            revisions=(
                revision("r1", "a", valid=(30, None), slot_key="s"),
                revision("r2", "b", valid=(10, 20), slot_key="s"),
                revision("r3", "c", valid=(20, 30), slot_key="t", disputed=True),
                revision("r4", "d", valid=(0, 5), slot_key="s"),
                revision("r5", "e"),
            ),
        )
    )
    await ledger.commit(Changes(partition=P, ended_revisions=("r4",)))

    assert ids(await ledger.slot(P, ["t", "s", "s", ""])) == ["b", "c", "a"]
    assert await ledger.slot(P, []) == []


async def test_by_text_finds_the_same_words(ledger: Ledger) -> None:
    """Memories are found by the hash of their current text, not by one they had, and never by an empty one."""
    await ledger.commit(
        Changes(
            partition=P,
            revisions=(revision("r1", "a", text_hash="old"), revision("r2", "b", text_hash="same")),
        )
    )
    await ledger.commit(
        Changes(
            partition=P,
            revisions=(revision("r3", "a", text_hash="same", number=2), revision("r4", "c")),
            ended_revisions=("r1",),
        )
    )

    assert ids(await ledger.by_text(P, ["same", "old", "same", ""])) == ["b", "a"]


async def test_by_triple_and_by_subject_find_current_assertions(ledger: Ledger) -> None:
    """Memories are found by what their current revision asserts, newest first a subject, up to the limit."""
    tea, cake = Triple("ann", "likes", "tea"), Triple("ann", "likes", "", "cake")
    people = (entity("ann"), entity("tea"))
    await ledger.commit(Changes(partition=P, entities=people, revisions=(revision("r1", "a", triples=(tea, cake)),)))
    await ledger.commit(Changes(partition=P, revisions=(revision("r2", "b", triples=(tea,)),)))
    await ledger.commit(Changes(partition=P, revisions=(revision("r3", "c", triples=(tea,)),)))
    await ledger.commit(Changes(partition=P, ended_revisions=("r3",)))

    found = await ledger.by_triple(P, [tea.key(P), cake.key(P), "unknown"])
    assert {k: ids(v) for k, v in found.items()} == {tea.key(P): ["a", "b"], cake.key(P): ["a"]}
    assert ids(await ledger.by_subject(P, [("ann", "likes"), ("ann", "hates"), ("ann", "likes")], 9)) == ["b", "a"]
    assert ids(await ledger.by_subject(P, [("ann", "likes")], 1)) == ["b"]


async def test_list_memories_pages_newest_first(ledger: Ledger) -> None:
    """A list goes on after its last item without gaps or repeats."""
    await ledger.commit(Changes(partition=P, revisions=tuple(revision(f"r{i}", f"m{i}") for i in range(7))))

    found, after = [], ""
    while True:
        page = await ledger.list_memories(P, MemoryFilter(), NOW, 3, after)
        found.append(ids(page.items))
        after = page.next_key
        if not after:
            break
    assert found == [["m6", "m5", "m4"], ["m3", "m2", "m1"], ["m0"]]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (MemoryFilter(kinds=(Kind.EVENT, Kind.PLAN)), ["b"]),
        (MemoryFilter(categories=("x", "z")), ["b", "a"]),
        (MemoryFilter(entity_ids=("bob",)), ["b", "a"]),
        (MemoryFilter(entity_ids=("ann",)), ["a"]),
        (MemoryFilter(disputed=False), ["b", "a"]),
        (MemoryFilter(metadata={"n": 1}), ["a"]),
        (MemoryFilter(metadata={"n": 1.0}), ["a"]),
        (MemoryFilter(metadata={"n": True}), ["b"]),
        (MemoryFilter(metadata={"n": "1"}), ["c"]),
        (MemoryFilter(metadata={'q"u.o\\te': "it's"}), ["a"]),
        (MemoryFilter(metadata={"nothing": None}), ["a"]),
        (MemoryFilter(metadata={"deep": {"x": [1, "é"]}}), ["a"]),
        (MemoryFilter(metadata={"n": 1, "nothing": 0}), []),
        (MemoryFilter(kinds=(Kind.STATE,), categories=("x",), entity_ids=("ann",), metadata={"n": 1}), ["a"]),
    ],
)
async def test_list_memories_by_filter(ledger: Ledger, where: MemoryFilter, expected: list[str]) -> None:
    """A list keeps what every part of its filter leaves in."""
    await ledger.commit(
        Changes(
            partition=P,
            entities=(entity("ann"), entity("bob")),
            revisions=(
                revision(
                    "r1",
                    "a",
                    categories=("x", "y"),
                    triples=(Triple("ann", "knows", "bob"),),
                    metadata={"n": 1, 'q"u.o\\te': "it's", "nothing": None, "deep": {"x": [1, "é"]}},
                ),
                revision(
                    "r2",
                    "b",
                    kind=Kind.EVENT,
                    categories=("z",),
                    triples=(Triple("bob", "is", "", "ok"),),
                    metadata={"n": True},
                ),
                revision("r3", "c", disputed=True, metadata={"n": "1"}),
            ),
        )
    )
    assert ids((await ledger.list_memories(P, where, NOW, 9)).items) == expected


async def test_decisions_are_listed_in_order(ledger: Ledger) -> None:
    """Decisions come in order of recording: of the owner, of a job, or about a memory made or touched."""
    await ledger.commit(
        Changes(
            partition=P,
            decisions=(decision("z", job_id="j1", memory_id="m1"), decision("y", job_id="j1", target_id="m1")),
        )
    )
    full = replace(decision("x", job_id="j2", memory_id="m1", target_id="m1", position=4), reason="why", status="S")
    done = await ledger.commit(Changes(partition=P, decisions=(full, decision("w"))))

    assert [d.id for d in (await ledger.decisions(P)).items] == ["z", "y", "x", "w"]
    assert [d.id for d in (await ledger.decisions(P, job_id="j1")).items] == ["z", "y"]
    about = await ledger.decisions(P, memory_id="m1")
    assert [d.id for d in about.items] == ["z", "y", "x"]
    assert about.items[2] == replace(full, recorded_at=done.recorded_at)
    assert [d.id for d in (await ledger.decisions(P, memory_id="m1", job_id="j2")).items] == ["x"]
    first = await ledger.decisions(P, memory_id="m1", limit=2)
    rest = await ledger.decisions(P, memory_id="m1", limit=2, after=first.next_key)
    assert [d.id for d in (*first.items, *rest.items)] == ["z", "y", "x"]
    assert rest.next_key == ""


@pytest.mark.parametrize("after", ["x", "null", "[1]", '["a",1]', "[1,2,3]", "{}"])
async def test_a_made_up_key_is_refused(ledger: Ledger, after: str) -> None:
    """A list can't go on after a key that it never gave."""
    with pytest.raises(InvalidPageToken):
        await ledger.decisions(P, after=after)
    with pytest.raises(InvalidPageToken):
        await ledger.list_entities(P, NOW, 5, after=after)


async def test_messages_around_others(ledger: Ledger) -> None:
    """Windows hold a message's neighbours in its own session, cut at the session's ends."""
    await ledger.accept(acceptance(*(f"m{i}" for i in range(6))))
    await ledger.accept(acceptance("z", scope=Scope(user_id="ann", run_id="r")))

    found = await ledger.windows(P, ["m0", "m3", "z", "missing"], 2)
    assert {k: [m.id for m in v] for k, v in found.items()} == {
        "m0": ["m0", "m1", "m2"],
        "m3": ["m1", "m2", "m3", "m4", "m5"],
        "z": ["z"],
    }
    assert [m.id for m in await ledger.recent_messages(P, "default", 2)] == ["m4", "m5"]
    assert [m.id for m in await ledger.recent_messages(P, "default", 2, before=3)] == ["m1", "m2"]
    assert await ledger.recent_messages(P, "default", 0) == []


async def test_speakers_are_counted_by_session(ledger: Ledger) -> None:
    """Speakers come with their number of messages in each session; unnamed ones are left out."""
    await ledger.accept(acceptance("m1", "m2", name="Ann"))
    await ledger.accept(acceptance("m3", name="Bob"))
    await ledger.accept(acceptance("m4", name="Ann"))
    await ledger.accept(acceptance("m5", name=""))
    await ledger.accept(acceptance("m6", name="Ann", scope=Scope(user_id="ann", run_id="r")))

    assert await ledger.speakers(P) == {"default": {"Ann": 3, "Bob": 1}, "r": {"Ann": 1}}


async def test_summaries_have_versions(ledger: Ledger) -> None:
    """A new summary replaces the old one under the next version and moves the owner's sequence."""
    await ledger.accept(acceptance("m1"))
    await ledger.set_summary(P, summary("one"))
    await ledger.set_summary(P, summary("two", version=1))

    session, owner = await ledger.session(P, "default"), await ledger.owner(P)
    assert session is not None
    assert owner is not None
    assert (session.summary, session.summary_version, owner.seq, owner.state_seq) == ("two", 2, 3, 0)
    with pytest.raises(NotFound):
        await ledger.set_summary(P, summary("x", session="no such session"))


async def test_entities_are_found_by_name_and_alias(ledger: Ledger) -> None:
    """A name finds every entity that goes by it, whether as name or as alias, oldest first."""
    await ledger.commit(Changes(partition=P, entities=(entity("e1", name="Bob"), entity("e2", name="Robert"))))
    await ledger.commit(
        Changes(
            partition=P,
            entities=(entity("e3", name="Bob"),),
            aliases=(
                Alias(entity_id="e2", normal="bob", name="Bob"),
                Alias(entity_id="e2", normal="bob", name="again"),
            ),
        )
    )

    found = await ledger.entities_named(P, ["bob", "robert", "nobody"])
    assert {k: [e.id for e in v] for k, v in found.items()} == {"bob": ["e1", "e2", "e3"], "robert": ["e2"]}
    assert found["robert"][0].aliases == ("Bob",)


async def test_entities_are_listed_by_normal_form(ledger: Ledger) -> None:
    """Entities come in the order of their names, page by page, or only those whose name or alias holds a part."""
    names = {"e1": "Cleo", "e2": "Ann", "e3": "Bob", "e4": "Ann"}
    await ledger.commit(
        Changes(
            partition=P,
            entities=tuple(entity(id_, name=name) for id_, name in names.items()),
            aliases=(Alias(entity_id="e1", normal="annabel 100%", name="Annabel 100%"),),
        )
    )

    first = await ledger.list_entities(P, NOW, 3)
    rest = await ledger.list_entities(P, NOW, 3, after=first.next_key)
    assert [e.id for e in (*first.items, *rest.items)] == ["e2", "e4", "e3", "e1"]
    assert rest.next_key == ""
    assert [e.id for e in (await ledger.list_entities(P, NOW, 9, name="ann")).items] == ["e2", "e4", "e1"]
    assert [e.id for e in (await ledger.list_entities(P, NOW, 9, name="%")).items] == ["e1"]


async def test_relations_at_an_entity(ledger: Ledger) -> None:
    """Relations at either end come newest first, a loop once, up to the limit; ended ones don't count."""
    people = tuple(entity(id_) for id_ in ("ann", "bob", "cleo"))
    await ledger.commit(
        Changes(
            partition=P,
            entities=people,
            relations=(relation("x1", "ann", "knows", "bob"), relation("x2", "cleo", "knows", "ann")),
        )
    )
    await ledger.commit(
        Changes(
            partition=P,
            relations=(relation("x3", "ann", "knows", "ann"), relation("x4", "ann", "age", "", literal="42")),
        )
    )
    await ledger.commit(
        Changes(partition=P, relations=(relation("x5", "bob", "knows", "ann"),), ended_relations=("x1",))
    )

    found = await ledger.relations_of(P, ["ann", "bob", "nobody"], NOW, 9)
    assert {k: ids(v) for k, v in found.items()} == {"ann": ["x5", "x4", "x3", "x2"], "bob": ["x5"]}
    assert {k: ids(v) for k, v in (await ledger.relations_of(P, ["ann"], NOW, 2)).items()} == {"ann": ["x5", "x4"]}
    assert found["ann"][1].triple == Triple("ann", "age", "", "42")
    assert await ledger.degrees(P, ["ann", "bob", "cleo", "nobody"]) == {"ann": (4, 0), "bob": (1, 0), "cleo": (1, 0)}


async def test_relations_are_listed_and_found_by_key(ledger: Ledger) -> None:
    """Relations are listed newest id first, by end and predicate, and their current versions found by key."""
    await ledger.commit(
        Changes(
            partition=P,
            entities=(entity("ann"), entity("bob")),
            revisions=(revision("r1", "a"), revision("r2", "b")),
            relations=(
                relation("x1", "ann", "knows", "bob", support=("b", "a"), valid=(50, None)),
                relation("x2", "bob", "likes", "ann", support=("b",)),
                relation("x3", "bob", "age", "", literal="7"),
                relation("x4", "ann", "knows", "bob", valid=(10, 20)),
                relation("x5", "ann", "knows", "bob", valid=(30, 40)),
            ),
        )
    )
    await ledger.commit(Changes(partition=P, ended_relations=("x5",)))
    knows = Triple("ann", "knows", "bob").key(P)

    assert ids(await ledger.relations_by_key(P, [knows, "unknown"])) == ["x4", "x1"]
    (x1,) = await ledger.relations(P, ["x1"], NOW)
    assert x1.support == ("b", "a")
    first = await ledger.list_relations(P, NOW, 3)
    rest = await ledger.list_relations(P, NOW, 3, after=first.next_key)
    assert ids([*first.items, *rest.items]) == ["x4", "x3", "x2", "x1"]
    assert ids((await ledger.list_relations(P, NOW, 9, entity_id="ann")).items) == ["x4", "x2", "x1"]
    assert ids((await ledger.list_relations(P, NOW, 9, predicate="likes")).items) == ["x2"]
    supported = await ledger.relations_of_memories(P, ["b", "a", "c"], NOW)
    assert {k: ids(v) for k, v in supported.items()} == {"b": ["x1", "x2"], "a": ["x1"]}


async def test_mentions_both_ways(ledger: Ledger) -> None:
    """An entity's messages come newest first and once each; a message's entities in the order of their spans."""
    await ledger.accept(acceptance("m1", "m2"))
    await ledger.accept(acceptance("m0"))
    spans = [("ann", "m1", 9), ("ann", "m1", 20), ("bob", "m1", 2), ("ann", "m2", 0), ("ann", "m0", 0)]
    mentions = tuple(Mention(entity_id=e, message_id=m, start=s, end=s + 3) for e, m, s in spans)
    await ledger.commit(Changes(partition=P, entities=(entity("ann"), entity("bob")), mentions=mentions))
    await ledger.commit(Changes(partition=P, mentions=mentions))

    assert await ledger.mentions_of(P, ["ann", "bob", "x"], 9) == {"ann": ["m0", "m2", "m1"], "bob": ["m1"]}
    assert await ledger.mentions_of(P, ["ann"], 2) == {"ann": ["m0", "m2"]}
    assert await ledger.mentions_in(P, ["m1", "m2", "x"], 9) == {"m1": ["bob", "ann"], "m2": ["ann"]}
    assert await ledger.mentions_in(P, ["m1"], 1) == {"m1": ["bob"]}
    assert await ledger.degrees(P, ["ann", "bob"]) == {"ann": (0, 3), "bob": (0, 1)}


async def test_vocabulary_only_grows(ledger: Ledger) -> None:
    """Stems keep their first form; after a mark only newer ones come."""
    await ledger.commit(Changes(partition=P, vocabulary={"dog": "dogs", "cat": "cats"}))
    words, mark = await ledger.vocabulary(P)
    await ledger.commit(Changes(partition=P, vocabulary={"dog": "doggy"}))
    await ledger.commit(Changes(partition=P, vocabulary={"cat": "catty", "hen": "hens"}))
    await ledger.commit(Changes(partition=P, vocabulary={"hen": "henny"}))

    assert sorted(words) == [("cat", "cats"), ("dog", "dogs")]
    newer, later = await ledger.vocabulary(P, mark)
    assert newer == [("hen", "hens")]
    assert later > mark
    assert await ledger.vocabulary(P, later) == ([], later)


async def test_a_new_mean_asks_for_its_points_again(ledger: Ledger) -> None:
    """A list's mean is replaced under its new version and everything in that list is queued."""
    await graph_of_ann(ledger)
    await ledger.outbox_done(await ledger.outbox(100))
    await ledger.set_mean(P, "fact", 1, 40, b"\x00\x01")
    assert {(row.kind, row.id) for row in await ledger.outbox(100)} == {("memory", "r1"), ("relation", "x1")}
    await ledger.outbox_done(await ledger.outbox(100))
    await ledger.set_mean(P, "message", 1, 32, b"\x02")
    await ledger.set_mean(P, "fact", 2, 160, b"\x03")

    assert await ledger.means(P) == {"fact": (2, 160, b"\x03"), "message": (1, 32, b"\x02")}
    assert ("message", "m1") in {(row.kind, row.id) for row in await ledger.outbox(100)}


async def test_the_last_of_a_long_chain_of_undoing_counts(ledger: Ledger) -> None:
    """Of thousands of decisions that undid one another each, every other one stands."""
    chain = [replace(decision(f"d{i}", position=i), reverts=f"d{i - 1}" if i else "") for i in range(2_002)]
    await ledger.commit(Changes(partition=P, decisions=tuple(chain)))

    undone = [await ledger.reverted(P, f"d{i}") for i in (0, 1, 2_000, 2_001)]
    assert [one and one.id for one in undone] == ["d1", None, "d2001", None]


async def test_what_is_read_beside_a_settled_owner_is_not_older(ledger: Ledger) -> None:
    """However commits fall between, reads asked for side by side hold all that the owner's counters have counted."""
    commits = 60

    async def write() -> None:
        for n in range(commits):
            await ledger.commit(Changes(partition=P, revisions=(revision(f"r{n}", f"m{n}"),)))

    writing = asyncio.create_task(write())
    counted = 0
    while counted < commits:
        before, owner, after = await asyncio.gather(
            ledger.memory_ids(P, commits), ledger.settled(P), ledger.memory_ids(P, commits)
        )
        counted = owner.state_seq if owner else 0
        assert min(len(before), len(after)) >= counted
    await writing
