"""Word vectors and the soft expansion of a query's words."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twohop.vector.sparse import surfaces
from twohop.vector.tokens import TokenCounter
from twohop.vector.words import Vocabulary, WordVectors

VECTORS = WordVectors()
TEXT = "manager boss job employer company work lead dog puppy cat city town Lisbon Berlin wife spouse sister brother"


def vocabulary(text: str = TEXT) -> Vocabulary:
    filled = Vocabulary(VECTORS)
    filled.add(surfaces(text).items())
    return filled


def cosine(one: str, other: str) -> float:
    first, second = VECTORS.embed([one, other])
    return float(first @ second)


def test_vectors_are_unit_and_blank_texts_are_zeros() -> None:
    """Each text gets a direction of length 1; nothing to embed gives zeros, never NaN."""
    vectors = VECTORS.embed(["dog", "", "Alice works at Acme", " \n", "🙂", "x" * 5_000])

    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 1, 0, 1, 1], abs=1e-5)
    assert VECTORS.embed([]).shape == (0, 256)


def test_a_text_has_one_vector_whatever_stands_beside_it() -> None:
    """Batching changes nothing, also beyond one chunk."""
    texts = [f"text number {i} about {word}" for i, word in enumerate(TEXT.split() * 30)]

    together = VECTORS.embed(texts)

    assert np.allclose(together, np.concatenate([VECTORS.embed([text]) for text in texts]), atol=1e-6)


def test_a_word_brings_its_own_stem_and_near_ones() -> None:
    """Own stem 1; near stems half their squared cosine; what is far is left out."""
    weights = vocabulary().expand(["boss", "puppy"])

    assert weights["boss"] == weights["puppi"] == 1.0
    assert weights["dog"] == pytest.approx(0.5 * cosine("dog", "puppy") ** 2, rel=1e-4)
    assert 0 < weights["manag"] < 1
    assert "lisbon" not in weights
    assert all(weight == 1.0 or 0.5 * 0.3**2 < weight < 0.5 for weight in weights.values())


def test_a_word_that_the_vocabulary_lacks_stays_in_the_query() -> None:
    """Its stem still has weight 1, with an empty vocabulary too; stop words and repetitions count nothing."""
    assert Vocabulary(VECTORS).expand(["who", "is", "zorblatt", "zorblatt"]) == {"zorblatt": 1.0}
    assert vocabulary().expand([]) == {}
    assert vocabulary().expand(["who", "the"]) == {}


def test_what_different_words_bring_is_added() -> None:
    """A stem near two words of the query counts for both; two words of one stem count twice."""
    filled = vocabulary("pet")

    both = filled.expand(["puppy", "kitten"])

    apart = [filled.expand([word]).get("pet", 0.0) for word in ("puppy", "kitten")]
    assert all(apart)
    assert both["pet"] == pytest.approx(sum(apart))
    assert filled.expand(["pets", "pet"])["pet"] == pytest.approx(2.0)


def test_a_word_brings_no_more_than_sixteen_others() -> None:
    """The nearest ones win."""
    near_by = (
        "tea sun road house tree stone milk bird river cloud ship moon bread lamp door chair glass snow field wind"
    )
    crowd = [f"mother {word}" for word in near_by.split()]
    filled = Vocabulary(VECTORS)
    filled.add((phrase.replace(" ", "_"), phrase) for phrase in crowd)

    weights = filled.expand(["mother"])

    near = sorted((cosine("mother", phrase) for phrase in crowd), reverse=True)
    assert near[16] > 0.3, "the crowd must be bigger than the cap"
    assert weights.pop("mother") == 1.0
    assert sorted(weights.values(), reverse=True) == pytest.approx([0.5 * each**2 for each in near[:16]], rel=1e-3)


def test_codes_bring_nothing_and_are_never_brought() -> None:
    """Two numbers, codes or versions mean different things, however alike they look."""
    filled = Vocabulary(VECTORS)
    filled.add([("dog", "dog"), ("room12", "room12"), ("v2", "v2")])
    assert filled.expand(["room21", "v1", "2019"]) == {"room21": 1.0, "v1": 1.0, "2019": 1.0}
    assert set(filled.expand(["puppy", "room"])) == {"puppi", "room", "dog"}


def test_a_known_stem_keeps_its_first_form() -> None:
    """Adding again changes nothing, within one call and over several."""
    filled = Vocabulary(VECTORS)
    filled.add([("dog", "dog"), ("dog", "Lisbon")])
    before = filled.expand(["puppy"])
    filled.add([("dog", "Lisbon")])

    assert len(filled) == 1
    assert filled.expand(["puppy"]) == before
    assert before["dog"] == pytest.approx(0.5 * cosine("dog", "puppy") ** 2, rel=1e-4)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_growing_step_by_step_gives_what_growing_at_once_gives(cuts: list[int]) -> None:
    """A vocabulary is what was added, not how."""
    pairs = list(surfaces(TEXT).items())
    stepwise, start = Vocabulary(VECTORS), 0
    for cut in [*cuts, len(pairs)]:
        stepwise.add(pairs[start : start + cut])
        start += cut
    at_once = vocabulary()

    asked = ["boss", "puppy", "towns"]
    assert stepwise.expand(asked) == pytest.approx(at_once.expand(asked), rel=1e-4)


def test_it_grows_past_its_first_room() -> None:
    """Thousands of stems are held and found."""
    rng = random.Random(3)
    letters = ["".join(rng.choices("abcdefghij", k=8)) for _ in range(3_000)]
    filled = vocabulary()
    filled.add((word, word) for word in letters)

    assert len(filled) == len(set(letters)) + len(surfaces(TEXT))
    assert filled.expand(["puppy"])["dog"] == pytest.approx(0.5 * cosine("dog", "puppy") ** 2, rel=1e-4)
    assert filled.expand([letters[-1]])[letters[-1]] == 1.0


def test_tokens_are_counted_over_all_texts() -> None:
    """Counts add up; empty texts cost nothing; the tokenizer has a name to show."""
    counter = TokenCounter()

    assert counter.count([]) == counter.count([""]) == 0
    assert counter.count(["Alice works at Acme"]) == 5
    assert counter.count(["Alice works at Acme", "", "yes"]) == 6
    assert counter.count(["word " * 10_000]) > 10_000
    assert counter.name == "llama-2"
