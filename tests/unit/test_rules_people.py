"""Relatives, partners, friends and pets."""

import pytest

from reading_rules import read

CASES: list[tuple[str, list[str]]] = [
    ("My sister Emma lives in Porto.", ["+ Emma lives_in Porto", "+ Emma sibling_of Alice"]),
    ("My sister, Emma, works at Globex.", ["+ Emma works_at Globex", "+ Emma sibling_of Alice"]),
    ("Emma, my sister, lives in Faro.", ["+ Emma lives_in Faro", "+ Emma sibling_of Alice"]),
    (
        "My sister Emma, who lives in Porto, works at Globex.",
        ["+ Emma lives_in Porto", "+ Emma sibling_of Alice", "+ Emma works_at Globex"],
    ),
    ("My brother lives in Rome.", ["+ Alice's brother lives_in Rome"]),
    ("My brother's name is Leo.", ["+ Leo sibling_of Alice"]),
    ("My sister is called Emma. || She works at Globex.", ["+ Emma sibling_of Alice", "+ Emma works_at Globex"]),
    ("I have a brother.", ["+ Alice's brother sibling_of Alice"]),
    ("I have three sisters.", ["+ Alice number_of_sisters =three sisters"]),
    ("I have a sister named Emma.", ["+ Emma sibling_of Alice"]),
    ("I have two kids, Leo and Mia.", ["+ Alice parent_of Leo", "+ Alice parent_of Mia"]),
    ("My mother is Rosa.", ["+ Rosa parent_of Alice"]),
    ("Mum lives in Leeds.", ["+ Alice's mum lives_in Leeds"]),
    ("Emma's husband Tom works at Fiat.", ["+ Tom works_at Fiat", "+ Emma married_to Tom"]),
    ("Tom is Emma's husband.", ["+ Emma married_to Tom"]),
    ("Tom is the husband of Emma.", ["+ Emma married_to Tom"]),
    ("My sister's husband Tom works at Fiat.", ["+ Tom works_at Fiat"]),
    ("I'm married to Tom.", ["+ Alice married_to Tom"]),
    ("I got married to Tom in 2020.", ["+ Alice married_to Tom @2020.."]),
    ("Emma married Tom in 2019.", ["+ Emma married_to Tom @2019.."]),
    ("Emma divorced Tom in 2021.", ["- Emma married_to Tom @..2021"]),
    (
        "Marco and I got engaged on 3 May 2024.",
        ["+ Marco engaged_to Alice @2024-05-03..", "+ Alice engaged_to Marco @2024-05-03.."],
    ),
    ("I'm dating Ana.", ["+ Alice dating Ana"]),
    ("I'm single.", ["+ Alice marital_status =single"]),
    ("Emma is not married.", ["! Emma marital_status =married"]),
    ("Carol is my best friend.", ["+ Carol friend_of Alice"]),
    ("Carol is a friend of mine.", ["+ Carol friend_of Alice"]),
    ("I'm friends with Bob.", ["+ Alice friend_of Bob"]),
    ("I know Bob from university.", ["+ Alice knows Bob"]),
    ("Dr. Chen is my dentist.", ["+ Dr. Chen dentist_of Alice"]),
    ("I have a dog named Rex.", ["+ Alice has_pet Rex"]),
    ("I have a golden retriever named Rex.", ["+ Alice has_pet Rex"]),
    ("My dog Rex is three years old.", ["+ Rex age =3", "+ Alice has_pet Rex"]),
    ("My dog's name is Rex.", ["+ Alice has_pet Rex"]),
    ("Rex is my dog.", ["+ Alice has_pet Rex"]),
    ("We have two cats, Luna and Milo.", ["+ Alice has_pet Luna", "+ Alice has_pet Milo"]),
    ("I adopted a puppy called Biscuit last Saturday.", ["+ Alice has_pet Biscuit @2025-03-08.."]),
    ("I've got a cat.", ["+ Alice has_pet cat"]),
    ("I don't have a dog anymore.", ["- Alice has_pet dog"]),
    ("My grandma passed away last week.", ["+ Alice's grandma vital_status =deceased @2025-W10.."]),
    ("My boss is Dana Wu. || My boss is Priya Rao.", ["+ Dana Wu manages Alice", "+ Priya Rao manages Alice"]),
    ("My boss is Dana Wu. || Priya is my boss now.", ["+ Dana Wu manages Alice", "+ Priya manages Alice"]),
    ("My sister is Ana. My sister is called Bea.", ["+ Ana sibling_of Alice", "+ Bea sibling_of Alice"]),
    ("Emma's boss is Dana. Emma's boss is Erik now.", ["+ Dana manages Emma", "+ Erik manages Emma"]),
    ("My boss is Dana Wu. || My boss is Dana.", ["+ Dana Wu manages Alice"]),
    ("My boss is Dana. || My boss is French.", ["+ Dana manages Alice", "+ Dana nationality =French"]),
    ("My boss is Dana. || My boss is CEO.", ["+ Dana manages Alice", "+ Dana job_title =CEO"]),
    ("My wife is Ana. || My wife is Vegan.", ["+ Alice married_to Ana", "+ Ana diet =vegan"]),
    ("My boss was Bob. My boss lives in Paris.", ["- Bob manages Alice", "+ Alice's boss lives_in Paris"]),
    ("My boss is French.", ["+ Alice's boss nationality =French"]),
    ("My daughter Mia was born in 2020.", ["+ Mia birth_year =2020", "+ Alice parent_of Mia"]),
]


@pytest.mark.parametrize(("said", "expected"), CASES, ids=[said for said, _ in CASES])
def test_people(said: str, expected: list[str]) -> None:
    """A sentence about people or pets gives who is whose, with the name where one is said."""
    assert read(*said.split(" || ")) == expected
