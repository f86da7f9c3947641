"""The predicate table: one name for one meaning, and what it knows about it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twohop.errors import Misconfigured
from twohop.memory.ports import Cardinality, Claim
from twohop.memory.predicate_rows import ROWS, Predicate
from twohop.memory.predicates import MAX_CUES, MAX_LENGTH, PredicateTable, snake
from twohop.vector.sparse import stem

TABLE = PredicateTable.default()


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("works_at", "works_at"),
        ("Works At", "works_at"),
        ("is employed by", "works_at"),
        ("employed at", "works_at"),
        ("works-for", "works_at"),
        ("resides in", "lives_in"),
        ("moved to", "lives_in"),
        ("is manager of", "manages"),
        ("leads", "manages"),
        ("reports to", "managed_by"),
        ("belongs to", "part_of"),
        ("is married to", "married_to"),
        ("has_dog", "has_pet"),
        ("sister of", "sibling_of"),
        ("loves", "likes"),
        ("favorite color", "favourite_colour"),
        ("Favourite band", "favourite_band"),
        ("prefers drink", "favourite_drink"),
        ("preferred airline", "favourite_airline"),
        ("has visited", "visited"),
        ("climbed", "climbed"),
        ("is climbing with", "climbing_with"),
        ("worksAt", "works_at"),
        ("WORKS_FOR", "works_at"),
        ("job_at", "works_at"),
        ("is_employed_at", "works_at"),
        ("hasSpouse", "married_to"),
        ("is the brother of", "sibling_of"),
        ("goes by", "also_known_as"),
        ("nickname", "also_known_as"),
        ("aka", "also_known_as"),
        ("called", "also_known_as"),
        ("full name", "also_known_as"),
        ("", ""),
        ("?!", ""),
    ],
)
def test_names_are_canonical(written: str, name: str) -> None:
    """Spelling, auxiliaries and synonyms fold into one snake-case name; what is unknown keeps its own words."""
    assert TABLE.normalise(written) == name


@given(st.text(max_size=120))
def test_a_canonical_name_stays(name: str) -> None:
    """Normalising twice changes nothing, and a name is bounded, without spaces or capitals."""
    once = TABLE.normalise(name)
    assert TABLE.normalise(once) == once
    assert len(once) <= MAX_LENGTH
    assert once == once.casefold()
    assert not any(c.isspace() for c in once)


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_a_row_is_whole(row: Predicate) -> None:
    """Each row has a phrase and at most eight cues, its synonyms lead to it, and inverse and opposite are mutual."""
    assert TABLE.normalise(row.name) == row.name == snake(row.name)
    assert TABLE.phrase(row.name)
    assert len(row.cues) <= MAX_CUES
    assert [TABLE.normalise(s) for s in row.synonyms] == [row.name] * len(row.synonyms)
    for other, back in ((row.inverse, TABLE.inverse), (row.opposite, TABLE.opposite)):
        assert not other or back(other) == row.name


def test_the_table_decides_before_the_extractor() -> None:
    """One value at a time where the table says so; the extractor's opinion counts where it is silent; else many."""
    assert TABLE.functional("employed by", Cardinality.MANY)
    assert not TABLE.functional("likes", Cardinality.ONE)
    assert TABLE.functional("favourite band", Cardinality.UNKNOWN)
    assert TABLE.functional("drinks_from", Cardinality.ONE)
    assert not TABLE.functional("drinks_from", Cardinality.MANY)
    assert not TABLE.functional("drinks_from", Cardinality.UNKNOWN)


def test_it_reads_and_is_asked_for() -> None:
    """A predicate has words for texts, words by which it is asked for, and the type of its object."""
    assert TABLE.phrase("employed by") == "works at"
    assert TABLE.phrase("climbed_with") == "climbed with"
    assert TABLE.phrase("favourite_band") == "has the favourite band"
    assert {"boss", "lead", "in charge"} <= set(TABLE.cues("manages"))
    assert "band" in TABLE.cues("favourite_band")
    assert TABLE.cues("climbed_with") == ()
    assert [TABLE.object_type(name) for name in ("works_at", "lives_in", "climbed")] == ["organisation", "place", ""]


def test_a_deployment_extends_it() -> None:
    """New predicates are added and known ones changed in what is given; the table itself stays as it was."""
    drives = {"cardinality": "one", "synonyms": ["is a driver for"], "cues": ["driver"], "phrase": "drives for"}
    table = TABLE.extended({"drives for": drives, "works_at": {"cardinality": "many"}})
    assert table.normalise("is a driver for") == "drives_for"
    assert table.functional("is a driver for", Cardinality.UNKNOWN)
    assert table.cues("drives_for") == ("driver",)
    assert not table.functional("works_at", Cardinality.ONE)
    assert table.phrase("works for") == "works at"
    assert TABLE.functional("works_at", Cardinality.UNKNOWN)
    assert TABLE.cues("drives_for") == ()


def test_a_configured_synonym_wins() -> None:
    """A word that a deployment gives to its own predicate no longer means what the table said."""
    table = TABLE.extended({"freelances_for": {"cardinality": "many", "synonyms": ["works for"]}})
    assert table.normalise("works for") == "freelances_for"
    assert table.normalise("works at") == "works_at"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"drives for": {"cardinality": "some"}}, "some"),
        ({"drives for": {"colour": "red"}}, "colour"),
        ({"?!": {"cardinality": "one"}}, "letters"),
        ({"drives for": {"cues": 3}}, "cues must be a list"),
        ({"drives for": {"synonyms": "a driver"}}, "synonyms must be a list"),
        ({"drives for": {"phrase": 1}}, "phrase must be a text"),
        ({"drives for": {"object_type": "firm"}}, "organisation"),
        ({"drives for": {"flips": "yes"}}, "true or false"),
        ({"drives for": {"inverse": "driven_by"}}, "driven_by"),
        ({"drives for": {"flips": True}}, "flips"),
        ({"drives for": {"inverse": "drives for", "flips": True}}, "flips"),
    ],
)
def test_a_wrong_extension_is_refused(more: dict[str, dict[str, Any]], says: str) -> None:
    """A deployment can't start with a table that means nothing, and is told which entry is wrong and how."""
    with pytest.raises(Misconfigured, match="predicate") as caught:
        TABLE.extended(more)
    assert next(iter(more)) in caught.value.message
    assert says in caught.value.message


def test_both_ways_of_saying_it_are_one_claim() -> None:
    """A claim from the object's side is turned round where the table keeps the other one, and only there."""
    employs = Claim(subject="Solstice", predicate="hired", object="Alice")
    assert TABLE.directed(employs) == Claim(subject="Alice", predicate="works_at", object="Solstice")
    assert TABLE.directed(TABLE.directed(employs)) == TABLE.directed(employs)
    likes = Claim(subject="Alice", predicate="loves", object="tea")
    assert TABLE.directed(likes) == Claim(subject="Alice", predicate="likes", object="tea")
    written = Claim(subject="Solstice", predicate="employs", object="12", literal=True)
    assert TABLE.directed(written).subject == "Solstice"
    assert TABLE.symmetric("married to")
    assert not TABLE.symmetric("works at")
    assert not TABLE.symmetric("?!")


@pytest.mark.parametrize("row", [row for row in ROWS if row.flips], ids=lambda row: row.name)
def test_a_row_flips_to_one_that_does_not(row: Predicate) -> None:
    """Turning a claim round ends after one turn, and never loses that a subject has one value at a time."""
    assert row.inverse != row.name
    assert not TABLE.rows[row.inverse].flips
    assert row.cardinality is Cardinality.MANY


@pytest.mark.parametrize(
    ("predicate", "word", "ends"),
    [
        ("mentors", "mentor", (True, False)),
        ("managed_by", "boss", (False, True)),
        ("works_at", "employer", (False, True)),
        ("founded", "founder", (True, False)),
        ("parent_of", "daughter", (False, True)),
        ("married_to", "spouse", (True, True)),
        ("orbits", "moon", (False, False)),
    ],
)
def test_the_names_of_a_predicate_tell_which_end_a_word_is_for(
    predicate: str, word: str, ends: tuple[bool, bool]
) -> None:
    """Of the subject "is the boss of" is said, of the object "has boss"; an inverse says it the other way round."""
    subject, target = PredicateTable.default().roles(predicate)
    assert (stem(word) in subject, stem(word) in target) == ends
