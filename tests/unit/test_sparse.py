"""How texts become sparse vectors: words, stems, fields, windows, saturation."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twohop.vector.model import Sparse
from twohop.vector.sparse import (
    RADIUS,
    MessageFields,
    analyse,
    encode_fact,
    encode_message,
    encode_query,
    stem,
    summed,
    surfaces,
    term_id,
    words,
)
from twohop.vector.stopwords import STOP

TEXTS = st.text(max_size=200)


def value(sparse: Sparse, word: str) -> float:
    """The value of the word's stem; 0 when it isn't there."""
    return dict(zip(sparse.ids, sparse.values, strict=True)).get(term_id(stem(word)), 0.0)


def saturated(tf: float, length: float, slope: float = 0.5, average: float = 60.0) -> float:
    return 2.2 * tf / (tf + 1.2 * (1 - slope + slope * length / average))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Alice's dog_house, 2nd!", ["alice", "s", "dog", "house", "2nd"]),
        ("\uff21\uff23\uff2d\uff25 \ufb01nance", ["acme", "finance"]),
        ("Straße ÉCOLE", ["strasse", "école"]),
        ("日本 → Tōkyō", ["日本", "tōkyō"]),
        ("  …—", []),
    ],
)
def test_words_are_letters_and_digits_folded(text: str, expected: list[str]) -> None:
    """Case, width and ligatures don't tell words apart; punctuation and underscores separate them."""
    assert words(text) == expected


def test_analysis_stems_and_drops_what_names_nothing() -> None:
    """Questions and statements meet on stems; question words, pronouns, auxiliaries and tails are gone."""
    assert analyse("What's the name of the team that she manages?") == ["name", "team", "manag"]
    assert analyse("He didn't manage teams") == ["didn", "manag", "team"]
    assert analyse("Who are you, and why would I?") == []


def test_a_stem_is_shown_by_its_commonest_word() -> None:
    """The surface form is the word said most often, the first of equals; stop words have none."""
    assert surfaces("Running runs; she runs. Managers manage") == {"run": "runs", "manag": "managers"}
    assert surfaces("run running") == {"run": "run"}


def test_a_term_has_the_same_id_in_every_process() -> None:
    """Ids are stored for good: 31 bits, by a fixed hash, whatever the interpreter's hash seed."""
    code = "from twohop.vector.sparse import term_id; print(term_id('manag'))"
    other = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, capture_output=True, text=True, check=True
    )

    assert int(other.stdout) == term_id("manag") == 1_904_899_257


def test_a_lone_message_counts_speaker_twice_and_date_once() -> None:
    """The frequency is 2 x who + date + body, saturated by a length of the same weights against 60 words."""
    sparse = encode_message(MessageFields(who="Ana", date="8 May", body="Ana likes likes tea"))

    length = 2 * 1 + 2 + 4
    assert value(sparse, "ana") == pytest.approx(saturated(3, length))
    assert value(sparse, "may") == pytest.approx(saturated(1, length))
    assert value(sparse, "likes") == pytest.approx(saturated(2, length))
    assert value(sparse, "tea") == pytest.approx(saturated(1, length))
    assert len(sparse.ids) == 5


def test_neighbours_count_by_their_distance() -> None:
    """The message before counts half, the one after .4, four away .1; what is further off isn't there."""
    neighbours = {-5: "zebra", -4: "apple", -3: "pear", -2: "plum", -1: "cherry", 1: "lemon", 2: "melon", 4: "grape"}
    sparse = encode_message(MessageFields(who="", date="", body="tea", neighbours=neighbours))

    length = 1 + 0.1 + 0.2 + 0.3 + 0.5 + 0.4 + 0.2 + 0.1
    weights = {
        "tea": 1,
        "apple": 0.1,
        "pear": 0.2,
        "plum": 0.3,
        "cherry": 0.5,
        "lemon": 0.4,
        "melon": 0.2,
        "grape": 0.1,
    }
    assert {word: value(sparse, word) for word in weights} == {
        word: pytest.approx(saturated(tf, length)) for word, tf in weights.items()
    }
    assert value(sparse, "zebra") == 0
    assert RADIUS == 4


def test_facts_of_a_message_make_it_findable() -> None:
    """Each fact's words (and cues) count like the message's own."""
    sparse = encode_message(MessageFields(who="", date="", body="I start Monday", facts=["Ana works at Acme", "job"]))

    assert value(sparse, "acme") == value(sparse, "job") == value(sparse, "monday") > 0


def test_names_of_several_speakers_are_taken_out_of_the_bodies() -> None:
    """Full, short and possessive forms go, from neighbours too; the speaker's field keeps its name."""
    fields = MessageFields(
        who="Melanie",
        date="",
        body="Caroline's dog, Caro! Melted Car",
        neighbours={-1: "hi MELANIE", 1: "Mel, tea?"},
        drop_names=["Caroline", "Melanie"],
    )

    sparse = encode_message(fields)

    assert value(sparse, "caroline") == value(sparse, "caro") == value(sparse, "mel") == value(sparse, "car") == 0
    assert value(sparse, "melanie") == pytest.approx(saturated(2, 2 + 2 + 0.5 + 0.4))
    assert value(sparse, "dog") == value(sparse, "melted") > 0


@pytest.mark.parametrize("names", [[], ["Caroline"], ["Caroline", "CAROLINE"], ["Caroline", " "]])
def test_a_lone_speakers_name_stays(names: list[str]) -> None:
    """With fewer than two named speakers a name in a body says something."""
    sparse = encode_message(MessageFields(who="", date="", body="Caroline's dog", drop_names=names))

    assert value(sparse, "caroline") > 0


def test_names_are_taken_literally() -> None:
    """A name with signs of a pattern neither fails nor matches more than itself."""
    sparse = encode_message(MessageFields(who="", date="", body="tea and a.b.", drop_names=["a.*", "(x"]))

    assert value(sparse, "tea") > 0


def test_a_fact_is_its_words_and_its_cues() -> None:
    """Its own average length is 10 stems, and b is .75."""
    sparse = encode_fact("Ana works at Acme", ["job", "employer company"])

    assert value(sparse, "employer") == pytest.approx(saturated(1, 6, 0.75, 10.0))
    assert value(sparse, "acme") == value(sparse, "job") == value(sparse, "employer")
    assert encode_fact("of the") == Sparse((), ())


def test_a_query_keeps_its_weights() -> None:
    """Weights are given to the index as they are; what weighs nothing is left out."""
    assert encode_query({"tea": 1.0, "cup": 0.25, "milk": 0.0, "salt": -1.0}) == summed(
        [(term_id("tea"), 1.0), (term_id("cup"), 0.25)]
    )


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0.1, 9.0))))
def test_values_of_one_id_are_added_and_ids_ascend(terms: list[tuple[int, float]]) -> None:
    """Colliding stems share a place; a sparse vector is in order and without doubles."""
    sparse = summed(terms)

    assert list(sparse.ids) == sorted({key for key, _ in terms})
    for key, each in zip(sparse.ids, sparse.values, strict=True):
        assert each == pytest.approx(sum(part for other, part in terms if other == key))


@given(who=TEXTS, body=TEXTS, before=TEXTS, fact=TEXTS)
def test_any_text_encodes_to_a_vector_that_an_index_takes(who: str, body: str, before: str, fact: str) -> None:
    """Whatever people write: ids are 31-bit, ascending; values positive and below the ceiling of saturation."""
    fields = MessageFields(
        who=who, date="", body=body, neighbours={-1: before}, facts=[fact], drop_names=[who, "Melanie"]
    )
    for sparse in (encode_message(fields), encode_fact(fact, [body])):
        assert list(sparse.ids) == sorted(set(sparse.ids))
        assert all(0 <= key < 2**31 for key in sparse.ids)
        assert all(each > 0 for each in sparse.values)
        stems = {*analyse(who), *analyse(body), *analyse(before), *analyse(fact)}
        assert {*sparse.ids} <= {term_id(each) for each in stems}


@given(TEXTS)
def test_stop_words_are_never_stored(text: str) -> None:
    """No surface form is a stop word, and every stem of the analysis has one."""
    assert not STOP & set(surfaces(text).values())
    assert set(surfaces(text)) == set(analyse(text))


def test_many_threads_stem_alike() -> None:
    """The stemmer may be used from every thread at once."""
    forms = [
        f"{root}{end}" for root in ("manag", "organis", "visit", "runn") for end in ("ing", "er", "ers", "ed")
    ] * 50
    expected = [stem(form) for form in forms]
    stem.cache_clear()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(stem, forms)) == expected
