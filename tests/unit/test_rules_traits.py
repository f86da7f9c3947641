"""Ages, languages, diets, studies and habits."""

import pytest

from reading_rules import read

CASES: list[tuple[str, list[str]]] = [
    ("I am 34 years old.", ["+ Alice age =34"]),
    ("I'm 34.", ["+ Alice age =34"]),
    ("I turned 30 last week.", ["+ Alice age =30 @2025-W10.."]),
    ("My birthday is on 8 March.", ["+ Alice birthday =8 March"]),
    ("I'm allergic to peanuts and shellfish.", ["+ Alice allergic_to peanuts", "+ Alice allergic_to shellfish"]),
    ("I'm not allergic to peanuts.", ["! Alice allergic_to peanuts"]),
    ("I'm vegetarian.", ["+ Alice diet =vegetarian"]),
    ("I've been vegetarian since 2018.", ["+ Alice diet =vegetarian @2018.."]),
    ("I am no longer vegetarian.", ["- Alice diet =vegetarian"]),
    ("I'm Portuguese.", ["+ Alice nationality =Portuguese"]),
    (
        "I speak Portuguese, French and a little German.",
        ["+ Alice speaks Portuguese", "+ Alice speaks French", "+ Alice speaks German"],
    ),
    ("I can speak French.", ["+ Alice speaks French"]),
    ("I don't speak French.", ["! Alice speaks French"]),
    ("I've been learning Italian for two years.", ["+ Alice learns Italian @2023.."]),
    ("I play the violin and tennis.", ["+ Alice plays violin", "+ Alice plays tennis"]),
    ("I stopped playing chess.", ["- Alice plays chess"]),
    ("I studied physics at MIT.", ["+ Alice studied_at MIT", "+ Alice studied =physics"]),
    ("I graduated from the University of Porto in 2015.", ["+ Alice studied_at University of Porto @2015.."]),
    ("I'm studying law at Harvard.", ["+ Alice studies_at Harvard", "+ Alice studies =law"]),
    ("I'm a morning person.", ["+ Alice is_a =morning person"]),
    ("My phone number is 555-1234.", ["+ Alice phone_number =555-1234"]),
    ("My email is alice@example.com.", ["+ Alice email =alice@example.com"]),
    ("I drive a Toyota.", ["+ Alice drives Toyota"]),
    ("I own a bakery in Porto.", ["+ Alice owns bakery"]),
    ("I use Vim and Python.", ["+ Alice uses Vim", "+ Alice uses Python"]),
    ("I don't drink alcohol.", ["! Alice drinks alcohol"]),
    ("I no longer eat meat.", ["- Alice eats meat"]),
    ("I gave up smoking in January.", ["- Alice habit =smoking @..2025-01"]),
    ("Please remember that I'm allergic to nuts.", ["+ Alice allergic_to nuts"]),
]


@pytest.mark.parametrize(("said", "expected"), CASES, ids=[said for said, _ in CASES])
def test_traits(said: str, expected: list[str]) -> None:
    """A trait is a fact with a plain value or a thing, denied or ended when the speaker says so."""
    assert read(*said.split(" || ")) == expected
