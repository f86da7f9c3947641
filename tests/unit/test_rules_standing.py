"""States told by a time, a number or a pair: posts, homes, couples, measures, habits, things owned."""

import pytest

from reading_rules import read

SAYS = [
    ("I've been at Acme since 2019.", ["+ Alice works_at Acme @2019.."]),
    ("I've been in sales at Acme since 2020.", ["+ Alice works_at Acme @2020.."]),
    ("I was at Acme from 2012 to 2020.", ["- Alice works_at Acme @2012..2020"]),
    (
        "Tom works at Acme. || Tom is at Globex since Monday.",
        ["+ Tom works_at Acme", "+ Tom works_at Globex @2025-03-10.."],
    ),
    ("I'm in Berlin since 2022.", ["+ Alice lives_in Berlin @2022.."]),
    ("I was in Berlin from 2018 to 2020.", ["- Alice lives_in Berlin @2018..2020"]),
    ("I rent a flat in Ghent.", ["+ Alice lives_in Ghent"]),
    ("I'm in the Payments team at Acme.", ["+ Alice member_of Payments team", "+ Payments team part_of Acme"]),
    ("Tom and I broke up in May.", ["- Tom dating Alice @..2024-05"]),
    ("I broke up with Tom on Monday.", ["- Alice dating Tom @..2025-03-10"]),
    ("My wife is Ana. || Ana and I separated in May.", ["+ Alice married_to Ana", "- Ana married_to Alice @..2024-05"]),
    ("Emma and Tom have been together since 2020.", ["+ Emma dating Tom @2020.."]),
    ("Tom and I are back together.", ["+ Tom dating Alice"]),
    ("My husband is Tom. || We married in 2009.", ["+ Alice married_to Tom", "+ Alice married_to Tom @2009.."]),
    ("Tom is six.", ["+ Tom age =6"]),
    ("Rex, our dog, is six.", ["+ Rex age =6", "+ Alice has_pet Rex"]),
    ("We adopted a cat, Taffy, on Monday.", ["+ Alice has_pet Taffy @2025-03-10.."]),
    ("My kids are called Tom and Ana.", ["+ Alice parent_of Tom", "+ Alice parent_of Ana"]),
    ("I weigh 82 kg now.", ["+ Alice weight =82 kg"]),
    ("I'm 180 cm tall.", ["+ Alice height =180 cm"]),
    ("My rent is 950 euros a month.", ["+ Alice rent =950 euros"]),
    ("My door code is 4471.", ["+ Alice door_code =4471"]),
    ("I have asthma.", ["+ Alice health =asthma"]),
    ("I don't have asthma.", ["! Alice health =asthma"]),
    ("I'm lactose intolerant.", ["+ Alice allergic_to lactose"]),
    ("I swim every Tuesday.", ["+ Alice regular_activity =swimming on Tuesdays"]),
    ("I stopped running on Fridays.", ["- Alice regular_activity =running on Fridays"]),
    ("I took up the violin.", ["+ Alice plays violin"]),
    ("I gave up tennis in May.", ["- Alice plays tennis @..2024-05"]),
    ("I go to work by bus.", ["+ Alice commutes_by bus"]),
    ("I'm in a relationship.", ["+ Alice marital_status =in a relationship"]),
    ("I'm in a relationship with Tom.", ["+ Alice dating Tom"]),
    ("I never worked at Acme.", ["! Alice works_at Acme"]),
    ("Tom has never lived in Porto.", ["! Tom lives_in Porto"]),
    ("I own a car and a bike for the kids.", ["+ Alice owns car", "+ Alice owns bike"]),
    ("I own a Skoda Fabia from 2011.", ["+ Alice owns Skoda Fabia"]),
    ("I've owned a Skoda Fabia since 2011.", ["+ Alice owns Skoda Fabia @2011.."]),
    ("My car is a Skoda Fabia.", ["+ Alice owns Skoda Fabia"]),
    (
        "My car is a Skoda Fabia. || I sold the Fabia in May.",
        ["+ Alice owns Skoda Fabia", "+ Alice sold Fabia @2024-05..", "- Alice owns Skoda Fabia @..2024-05"],
    ),
]

SILENT = [
    "I've been at Harvard since 2019.",
    "I've been at Acme since Monday.",
    "I've been at the hospital since 2024.",
    "I've been in pain at night since 2020.",
    "I was at Acme in 2020.",
    "I've been in Berlin since Monday.",
    "I was in Berlin in 2019.",
    "I'm in the Lisbon office today.",
    "My phone broke up.",
    "Emma and I split the bill.",
    "Emma and Tom are together in the kitchen.",
    "My shoe size is 42.",
    "The score is six.",
    "We are three.",
    "My kids are great.",
    "I weigh 82 options.",
    "I'm 5 m away.",
    "My rent is too high.",
    "I'm very intolerant.",
    "I swam every Tuesday.",
    "I run on coffee.",
    "I took up the offer.",
    "I gave up hope.",
    "I went to work by bus today.",
    "My car is a mess.",
    "I never worked at a company like this.",
    "I never worked at Acme in 2019.",
    "I'm in a relationship of trust.",
]

OTHERWISE = [
    ("I rent a car in Ghent.", ["+ Alice rents car"]),
    ("I rent out a flat in Ghent.", ["+ Alice rents_out flat"]),
    ("I bought a car for my son.", ["+ Alice bought car"]),
    ("I bought a coffee.", ["+ Alice bought coffee"]),
    ("I sold lemonade.", ["+ Alice sold lemonade"]),
]


@pytest.mark.parametrize(("said", "facts"), SAYS)
def test_a_standing_fact_is_read_in_its_many_forms(said: str, facts: list[str]) -> None:
    """A sentence that settles how things stand gives that fact, with its time."""
    assert read(*said.split(" || ")) == facts


@pytest.mark.parametrize("said", SILENT)
def test_what_may_mean_something_else_gives_nothing(said: str) -> None:
    """Where the same form may mean a visit, a joke or a figure of speech, nothing is taken."""
    assert read(said) == []


@pytest.mark.parametrize(("said", "facts"), OTHERWISE)
def test_the_words_alone_are_kept_where_no_state_follows(said: str, facts: list[str]) -> None:
    """What happened is kept as it was said when no home, no property and no end follows from it."""
    assert read(said) == facts
