"""Likes, dislikes, preferences and favourites."""

import pytest

from reading_rules import read

CASES: list[tuple[str, list[str]]] = [
    ("I love hiking, jazz and old movies.", ["+ Alice likes hiking", "+ Alice likes jazz", "+ Alice likes old movies"]),
    ("I like to cook.", ["+ Alice likes cooking"]),
    ("I really enjoy running in the morning.", ["+ Alice likes running"]),
    ("I'm a big fan of Benfica.", ["+ Alice likes Benfica"]),
    ("I'm into photography.", ["+ Alice likes photography"]),
    ("I'm passionate about teaching.", ["+ Alice likes teaching"]),
    ("I don't like mushrooms.", ["+ Alice dislikes mushrooms"]),
    ("I hate cilantro.", ["+ Alice dislikes cilantro"]),
    ("I can't stand loud music.", ["+ Alice dislikes loud music"]),
    ("I like sushi. || I don't like sushi anymore.", ["+ Alice likes sushi", "- Alice likes sushi"]),
    ("I like sushi. || I don't like sushi.", ["+ Alice likes sushi", "- Alice likes sushi", "+ Alice dislikes sushi"]),
    ("I used to love coffee.", ["- Alice likes coffee"]),
    ("I prefer tea.", ["+ Alice favourite_drink tea"]),
    ("I prefer tea to coffee.", ["+ Alice favourite_drink tea"]),
    ("I now prefer green tea.", ["+ Alice favourite_drink green tea"]),
    ("I prefer trains to planes.", ["+ Alice prefers trains"]),
    ("I prefer coffee in the morning.", ["+ Alice prefers coffee"]),
    ("I no longer prefer tea.", ["- Alice favourite_drink tea"]),
    ("I used to love coffee but these days I prefer tea.", ["- Alice likes coffee", "+ Alice favourite_drink tea"]),
    (
        "I switched from tea to coffee in January.",
        ["- Alice favourite_drink tea @..2025-01", "+ Alice favourite_drink coffee @2025-01.."],
    ),
    ("I've switched to decaf coffee.", ["+ Alice favourite_drink decaf coffee"]),
    ("My favourite colour is green.", ["+ Alice favourite_colour green"]),
    ("My favorite food is sushi.", ["+ Alice favourite_food sushi"]),
    ("Green is my favourite colour.", ["+ Alice favourite_colour green"]),
    ("Emma's favourite band is Radiohead.", ["+ Emma favourite_band Radiohead"]),
    ("I'm afraid of spiders.", ["+ Alice afraid_of spiders"]),
    ("I'm interested in chess.", ["+ Alice interested_in chess"]),
]


@pytest.mark.parametrize(("said", "expected"), CASES, ids=[said for said, _ in CASES])
def test_tastes(said: str, expected: list[str]) -> None:
    """A taste is one fact for each thing; a drink preferred now takes the place of the one before."""
    assert read(*said.split(" || ")) == expected
